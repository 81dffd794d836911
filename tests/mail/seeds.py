"""Own-written mails of many kinds, and the words that mean something to a reader of mails: what fuzzing starts from."""

from __future__ import annotations

__all__ = ["DICTIONARY", "SEEDS"]

_HEAD = (
    b"From: Ann Bee <ann@example.org>\r\n"
    b"To: Claims <claims@example.net>, bo@example.org\r\n"
    b"Date: Mon, 23 Nov 2026 09:00:00 +0100\r\n"
    b"Message-ID: <a1@example.org>\r\n"
    b"MIME-Version: 1.0\r\n"
)
SEEDS: tuple[bytes, ...] = (
    _HEAD
    + (
        b"Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= from =?iso-8859-1?B?SvxyZ2Vu?=\r\n"
        b"\r\n"
        b"Hello,\r\n"
        b"\r\n"
        b"the screen is broken.\r\n"
        b"\r\n"
        b"-- \r\n"
        b"Ann Bee\r\n"
        b"+49 30 1234\r\n"
    ),
    _HEAD
    + (
        b"Subject: Re: [EXP-1042] Screen\r\n"
        b"In-Reply-To: <x@example.net>\r\n"
        b"References: <r@example.net>\r\n"
        b" <x@example.net>\r\n"
        b"Thread-Topic: Screen\r\n"
        b"Thread-Index: AQHZ2oRkq0Zk1kG0bU6S0zvN3Xb9kQ==\r\n"
        b'Content-Type: multipart/alternative; boundary="=_b1"\r\n'
        b"\r\n"
        b"--=_b1\r\n"
        b'Content-Type: text/plain; charset="utf-8"; format=flowed; delsp=yes\r\n'
        b"Content-Transfer-Encoding: quoted-printable\r\n"
        b"\r\n"
        b"Ja, bitte. Gr=C3=BC=C3=9Fe\r\n"
        b"\r\n"
        b"Am Mo., 23. Nov. 2026 um 09:00 Uhr schrieb Claims <claims@example.net>:\r\n"
        b"> Soft =\r\n"
        b"break\r\n"
        b">> deeper\r\n"
        b"--=_b1\r\n"
        b"Content-Type: text/html; charset=utf-8\r\n"
        b"\r\n"
        b'<html><head><style>p{}</style></head><body><div dir="ltr">Ja, <b>bitte</b>.</div><div class="gmail'
        b'_quote"><div class="gmail_attr">Am Mo. schrieb Claims:<br></div><blockquote class="gmail_quote" '
        b'style="x">Soft<ul><li>one<li>two</ul><table><tr><td>a</td><td>b</td></tr></table></blockquote></div'
        b'><a href="https://example.org/?a=1&amp;b=2">link</a></body></html>\r\n'
        b"--=_b1--\r\n"
    ),
    _HEAD
    + (
        b"Subject: AW: Rechnung\r\n"
        b"Content-Type: text/plain; charset=windows-1252\r\n"
        b"\r\n"
        b"Danke!\r\n"
        b"\r\n"
        b"Von: Claims <claims@example.net>\r\n"
        b"Gesendet: Montag, 23. November 2026 09:00\r\n"
        b"An: Ann Bee\r\n"
        b"Betreff: Rechnung\r\n"
        b"\r\n"
        b"Die Rechnung \x84anbei\x93.\r\n"
        b"\r\n"
        b"-----Original Message-----\r\n"
        b"From: x\r\n"
        b"Sent: y\r\n"
        b"To: z\r\n"
        b"Subject: w\r\n"
        b"\r\n"
        b"old\r\n"
    ),
    _HEAD
    + (
        b"Subject: Photos\r\n"
        b"Content-Type: multipart/mixed; boundary=m\r\n"
        b"\r\n"
        b"preamble\r\n"
        b"--m\r\n"
        b'Content-Type: multipart/related; boundary=r; type="text/html"\r\n'
        b"\r\n"
        b"--r\r\n"
        b"Content-Type: text/html\r\n"
        b"\r\n"
        b'<p>see <img src="cid:i1"></p>\r\n'
        b"--r\r\n"
        b"Content-Type: image/png; name=logo.png\r\n"
        b"Content-ID: <i1>\r\n"
        b"Content-Transfer-Encoding: base64\r\n"
        b"Content-Disposition: inline\r\n"
        b"\r\n"
        b"iVBORw0KGgo=\r\n"
        b"--r--\r\n"
        b"--m\r\n"
        b"Content-Type: application/pdf\r\n"
        b"Content-Disposition: attachment;\r\n"
        b" filename*0*=utf-8''Rechnung%20f%C3%BC;\r\n"
        b' filename*1="r.pdf"\r\n'
        b"Content-Transfer-Encoding: base64\r\n"
        b"\r\n"
        b"JVBERi0xLjQ=\r\n"
        b"--m\r\n"
        b"Content-Type: message/rfc822\r\n"
        b"\r\n"
        b"From: in@example.org\r\n"
        b"Subject: inside\r\n"
        b"\r\n"
        b"inner\r\n"
        b"--m--\r\n"
        b"epilogue\r\n"
    ),
    (
        b"Return-Path: <>\r\n"
        b"From: Mail Delivery System <MAILER-DAEMON@mx.example.net>\r\n"
        b"To: claims@example.net\r\n"
        b"Subject: Undelivered Mail Returned to Sender\r\n"
        b"Auto-Submitted: auto-replied\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=d\r\n"
        b"\r\n"
        b"--d\r\n"
        b"\r\n"
        b"<nobody@example.org>: host mx.example.org[192.0.2.1] said: 550 5.1.1 User unknown (in reply to RCPT T"
        b"O)\r\n"
        b"--d\r\n"
        b"Content-Type: message/delivery-status\r\n"
        b"\r\n"
        b"Reporting-MTA: dns; mx.example.net\r\n"
        b"\r\n"
        b"Final-Recipient: rfc822; nobody@example.org\r\n"
        b"Original-Recipient: rfc822;no@example.org\r\n"
        b"Action: failed\r\n"
        b"Status: 5.1.1\r\n"
        b"Diagnostic-Code: smtp; 550 5.1.1 User unknown\r\n"
        b"--d\r\n"
        b"Content-Type: message/rfc822\r\n"
        b"\r\n"
        b"Message-ID: <k3x5abcdefgh2345.abcdefghijklmnopqrstuvwxyz.k3abcdefghijklmnop@example.net>\r\n"
        b"Subject: hi\r\n"
        b"\r\n"
        b"x\r\n"
        b"--d--\r\n"
    ),
    (
        b"From: postmaster@mx.example.net\r\n"
        b"To: claims@example.net\r\n"
        b"Subject: Delivery failure\r\n"
        b"X-Failed-Recipients: a@example.org, b@example.org\r\n"
        b"\r\n"
        b"Hi. This is the qmail-send program.\r\n"
        b"\r\n"
        b"<a@example.org>:\r\n"
        b"Sorry, no mailbox here by that name. (#5.1.1)\r\n"
        b"\r\n"
        b"--- Below this line is a copy of the message.\r\n"
        b"\r\n"
        b"Return-Path: <claims@example.net>\r\n"
        b"Message-ID: <c@example.net>\r\n"
        b"\r\n"
        b"hello\r\n"
    ),
    (
        b"From: feedback@example.org\r\n"
        b"To: abuse@example.net\r\n"
        b"Subject: complaint\r\n"
        b"Content-Type: multipart/report; report-type=feedback-report; boundary=f\r\n"
        b"\r\n"
        b"--f\r\n"
        b"\r\n"
        b"complaint\r\n"
        b"--f\r\n"
        b"Content-Type: message/feedback-report\r\n"
        b"\r\n"
        b"Feedback-Type: abuse\r\n"
        b"User-Agent: x/1\r\n"
        b"Version: 1\r\n"
        b"Original-Rcpt-To: ann@example.org\r\n"
        b"\r\n"
        b"--f\r\n"
        b"Content-Type: text/rfc822-headers\r\n"
        b"\r\n"
        b"Message-ID: <c@example.net>\r\n"
        b"--f--\r\n"
    ),
    _HEAD
    + (
        b"Subject: Abwesend: Re: Screen\r\n"
        b"Auto-Submitted: auto-replied\r\n"
        b"X-Auto-Response-Suppress: All\r\n"
        b"\r\n"
        b"Ich bin vom 23.11. bis 30.11.2026 nicht im Haus.\r\n"
    ),
    _HEAD
    + (
        b"Subject: Invitation\r\n"
        b"Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n"
        b"\r\n"
        b"BEGIN:VCALENDAR\r\n"
        b"METHOD:REQUEST\r\n"
        b"BEGIN:VEVENT\r\n"
        b"UID:u1\r\n"
        b"DTSTART;TZID=Europe/Berlin:20261123T090000\r\n"
        b"DTEND:20261123T100000Z\r\n"
        b"SUMMARY:Talk\\, long\r\n"
        b" er\r\n"
        b'ATTENDEE;CN="Ann":mailto:ann@example.org\r\n'
        b"END:VEVENT\r\n"
        b"END:VCALENDAR\r\n"
    ),
    _HEAD
    + (
        b"Subject: uu\r\n"
        b"\r\n"
        b"text before\r\n"
        b"begin 644 a.txt\r\n"
        b"%3&5L;&\\\r\n"
        b"`\r\n"
        b"end\r\n"
        b"\r\n"
        b"=ybegin line=128 size=5 name=b.bin\r\n"
        b"\x92\x8f\x96\x96\x99\r\n"
        b"=yend size=5 crc32=3610a686\r\n"
        b"after\r\n"
    ),
    _HEAD
    + (
        b"Subject: tnef\r\n"
        b"Content-Type: multipart/mixed; boundary=t\r\n"
        b"\r\n"
        b"--t\r\n"
        b"\r\n"
        b"see\r\n"
        b"--t\r\n"
        b"Content-Type: application/ms-tnef; name=winmail.dat\r\n"
        b"Content-Transfer-Encoding: base64\r\n"
        b"\r\n"
        b"eJ8+IgEAAQaQCAAEAAAAAAABAAEAAgKQBgAOAAAAAQAAAAAAAAAAAAAAAAABAAIQgAEABgAAAGEu\n"
        b"dHh0ABICAg+ABgAFAAAAaGVsbG8UAg==\n"
        b"--t--\r\n"
    ),
    _HEAD
    + (
        b"Subject: signed\r\n"
        b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=example.org; s=s1; h=from:to:subject; bh=AAAA;"
        b" b=BBBB\r\n"
        b"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=mx.example.net; s=a; b=CCCC\r\n"
        b"ARC-Message-Signature: i=1; a=rsa-sha256; d=mx.example.net; s=a; h=from; bh=AA; b=BB\r\n"
        b"ARC-Authentication-Results: i=1; mx.example.net; dmarc=pass header.from=example.org\r\n"
        b"Authentication-Results: mx.example.net (x); spf=pass smtp.mailfrom=a@example.org;\r\n"
        b" dkim=pass header.d=example.org\r\n"
        b"Received: from a.example.org (a [192.0.2.1]) by mx.example.net with ESMTPS id 1 for <claims@example.n"
        b"et>; Mon, 23 Nov 2026 09:00:00 +0100\r\n"
        b'Content-Type: multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha256; boundary=s'
        b"\r\n"
        b"\r\n"
        b"--s\r\n"
        b"\r\n"
        b"signed\r\n"
        b"--s\r\n"
        b"Content-Type: application/pgp-signature\r\n"
        b"\r\n"
        b"-----BEGIN PGP SIGNATURE-----\r\n"
        b"\r\n"
        b"AAAA\r\n"
        b"-----END PGP SIGNATURE-----\r\n"
        b"--s--\r\n"
    ),
    _HEAD
    + (
        b"Subject: WG: Fwd: Angebot\r\n"
        b"List-Id: <l.example.org>\r\n"
        b"List-Unsubscribe: <mailto:u@example.org>\r\n"
        b"Precedence: list\r\n"
        b"\r\n"
        b"FYI\r\n"
        b"\r\n"
        b"---------- Forwarded message ---------\r\n"
        b"From: Cy <cy@example.org>\r\n"
        b"Date: Mon, 23 Nov 2026 at 09:00\r\n"
        b"Subject: Angebot\r\n"
        b"To: Ann\r\n"
        b"\r\n"
        b"Hello Ann\r\n"
        b"\r\n"
        b"Sent from my iPhone\r\n"
        b"\r\n"
        b"This e-mail is confidential.\r\n"
    ),
    _HEAD
    + (
        b"Subject: digest\r\n"
        b"Content-Type: multipart/digest; boundary=g\r\n"
        b"\r\n"
        b"--g\r\n"
        b"\r\n"
        b"From: a@example.org\r\n"
        b"Subject: one\r\n"
        b"\r\n"
        b"1\r\n"
        b"--g\r\n"
        b"\r\n"
        b"Subject: two\r\n"
        b"\r\n"
        b"2\r\n"
        b"--g--\r\n"
    ),
    _HEAD
    + (
        b"Subject: =?ISO-2022-JP?B?GyRCJDMbKEI=?=\r\n"
        b"Content-Type: text/plain; charset=iso-2022-jp\r\n"
        b"\r\n"
        b"\x1b$B$3$s$K$A$O\x1b(B\r\n"
        b"2026\x1b$BG/\x1b(B11\x1b$B7n\x1b(B23\x1b$BF|\x1b(B Ann:\r\n"
        b"> x\r\n"
    ),
    (
        b'From: Group: a@b.c (comment (nested)), "Q, uoted" <"odd local"@example.org>;, @route:x@y.z\n'
        b"To: undisclosed-recipients:;\n"
        b"Subject : old syntax\n"
        b"Date: 23 Nov 26 9:00 EST (x)\n"
        b"\n"
        b"old\n"
    ),
    (
        b"From MAILER-DAEMON Mon Nov 23 09:00:00 2026\n"
        b"From: a@b.c\n"
        b"Content-Type: multipart/mixed; boundary=x\n"
        b"\n"
        b"--x\n"
        b"Content-Type: multipart/appledouble; boundary=y\n"
        b"\n"
        b"--y\n"
        b"Content-Type: application/applefile\n"
        b"\n"
        b"\x00\x05\x16\x07\n"
        b"--y\n"
        b"Content-Type: image/jpeg\n"
        b"\n"
        b"\xff\xd8\n"
        b"--y--\n"
    ),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + b">\0\x03\0\xfe\xff\t\0" + b"\xfe\xff\xff\xff" * 200,
    (
        b"\xff\xfeF\x00r\x00o\x00m\x00:\x00 \x00a\x00@\x00b\x00.\x00c\x00\n"
        b"\x00S\x00u\x00b\x00j\x00e\x00c\x00t\x00:\x00 \x00u\x00t\x00f\x00-\x001\x006\x00\n"
        b"\x00\n"
        b"\x00x\x00\n"
        b"\x00"
    ),
)
DICTIONARY: tuple[str, ...] = (
    "From: ", "To: ", "Subject: ", "Date: ", "Content-Type: ", "Content-Transfer-Encoding: base64\n",
    "text/html", "multipart/mixed; boundary=", "message/rfc822", "message/delivery-status", "charset=utf-16",
    "charset=utf-7", "charset=gb18030", "format=flowed", "boundary=\"\"", "filename*0*=",
    "=?utf-8?Q?=C3=A9?=", "=?utf-8?B?w6k=?=", "=?x?q?", "?=", "=?utf-16?B?2AA=?=", "<a@b.c>", "\"", "(", ")",
    ",", ";", ":", "@", "\\", "''", "%C3", "=", "=\n", "Re: ", "AW: ", "Fwd: [EXP-1] ", "SV: ", "回复：", "转发: ",
    "[EXP-1042]", "[ref:", "claims+abcdefgh@example.net", "> ", ">> ",
    "On Mon, 23 Nov 2026 at 09:00, Ann <a@b.c> wrote:", "Am Mo., 23. Nov. schrieb Ann:",
    "Le lun. Ann a écrit :", "写道：", "のメール", "-----Original Message-----", "________________________________",
    "-- \n", "Sent from my iPhone", "Von: ", "Gesendet: ", "Mit freundlichen Grüßen",
    "Begin forwarded message:", "<blockquote type=\"cite\">", "<div class=\"gmail_quote\">",
    "<div id=\"divRplyFwdMsg\">", "</div>", "<!--", "-->", "<script>", "<style>", "<a href=\"", "&nbsp;",
    "&#x110000;", "&#0;", "<table><tr><td>", "<li>", "550 5.1.1 ", "5.7.1", "user unknown", "mailbox full",
    "Final-Recipient: rfc822; a@b.c\n", "Action: failed\n", "Status: 5.1.1\n",
    "Diagnostic-Code: smtp; 550 x\n", "X-Failed-Recipients: a@b.c\n", "Mon, 23 Nov 2026 09:00:00 +0100",
    "31 Feb 0000 99:99:99 +9999", "1 Jan 99999", "2026-11-23T09:00:00Z", "bis 30.11.2026",
    "until 30 November", "begin 644 x\n", "`\nend\n", "=ybegin line=128 size=1 name=x\n", "=yend size=1\n",
    "BEGIN:VCALENDAR\n", "DTSTART:20261123T090000Z\n", "{\\rtf1\\ansi ", "\\'e9", "\\par ",
    "v=1; a=rsa-sha256; d=b.c; s=x; b=", "v=DKIM1; p=", "v=DMARC1; p=reject", "mx.example.net; dmarc=pass",
    "i=1; cv=none", "\ud7ff", "\u202e", "😀", "\x00", "\ufeff", "ß", "é", "İ",
)  # fmt: skip
