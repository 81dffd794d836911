# ruff: noqa: E501  (lines of mails)
"""Notices as mail systems write them, own-written after their manner: name, sender, subject, body, what is in them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FORMS", "Form"]


@dataclass(frozen=True)
class Form:
    """One notice. `recipients`: (address, hard or soft) in their order; `class_`: what the mail is."""

    name: str
    sender: str
    subject: str
    body: str
    recipients: tuple[tuple[str, str], ...]
    class_: str = "bounce"
    head: str = ""


_COPY = (
    "Received: from app.claims.example by mx\nMessage-ID: <out-1@claims.example>\nTo: {}\nSubject: Your claim\n\nHi\n"
)


def _form(
    name: str, sender: str, subject: str, body: str, *recipients: str, kind: str = "bounce", head: str = ""
) -> Form:
    pairs = tuple((one.rpartition(" ")[0], one.rpartition(" ")[2]) for one in recipients)
    return Form(
        name, sender, subject, body.replace("{copy}", _COPY.format(pairs[0][0] if pairs else "x")), pairs, kind, head
    )


NULL = "Return-Path: <>\n"

FORMS = (
    _form("exchange 5.5", "System Administrator <postmaster@corp.example>", "Undeliverable: Your claim",
          "Your message\n\n  To:      Ann Lee\n  Subject: Your claim\n  Sent:    Thu, 12 Nov 2026 10:00:01 +0100\n\n"
          "did not reach the following recipient(s):\n\nann.lee@corp.example on Thu, 12 Nov 2026 10:00:09 +0100\n"
          "    The recipient name is not recognized\n\tThe MTS-ID of the original message is: c=us;a= ;p=corp;l=MAIL0261112\n"
          "    MSEXCH:IMS:Corp:MAIN:MAIL02 0 (000C05A6) Unknown Recipient\n", "ann.lee@corp.example hard"),
    _form("exchange 2003", "System Administrator <postmaster@corp.example>", "Undeliverable: Your claim",
          "Your message did not reach some or all of the intended recipients.\n\n      Subject:\tYour claim\n"
          "      Sent:\t11/12/2026 10:00 AM\n\nThe following recipient(s) could not be reached:\n\n"
          "      bo@corp.example on 11/12/2026 10:01 AM\n            The e-mail account does not exist at the organization "
          "this message was sent to.  Check the e-mail address, or contact the recipient directly.\n"
          "            <mail02.corp.example #5.1.1>\n", "bo@corp.example hard"),
    _form("exchange full", "postmaster@corp.example", "Undeliverable: Your claim",
          "Your message did not reach some or all of the intended recipients.\n\nThe following recipient(s) cannot be reached:\n\n"
          "      'Cy Young' on 11/12/2026 10:01 AM\n      cy@corp.example on 11/12/2026\n            The recipient's mailbox is full\n",
          "cy@corp.example soft", head=NULL),
    _form("yahoo", "MAILER-DAEMON@yahoo.example", "Failure Notice",
          "Sorry, we were unable to deliver your message to the following address.\n\n<dee@yahoo.example>:\n"
          "554: delivery error: dd This user doesn't have a yahoo.example account (dee@yahoo.example) [0] - mta1136\n\n"
          "--- Below this line is a copy of the message.\n\n{copy}", "dee@yahoo.example hard"),
    _form("sendmail 8.6", "Mail Delivery Subsystem <MAILER-DAEMON@old.example>", "Returned mail: Host unknown",
          "The original message was received at Thu, 12 Nov 2026\nfrom localhost\n\n   ----- Transcript of session follows -----\n"
          "550 eve@nowhere.example... Host unknown (Name server: nowhere.example: host not found)\n\n"
          "   ----- Unsent message follows -----\n{copy}", "eve@nowhere.example hard"),
    _form("sendmail warning", "Mail Delivery Subsystem <MAILER-DAEMON@old.example>", "Warning: could not send message for past 4 hours",
          "    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY      **\n"
          "    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n    **********************************************\n\n"
          "The original message was received at Thu, 12 Nov 2026 06:00:00 GMT\nfrom app [192.0.2.1]\n\n"
          "   ----- The following addresses had transient non-fatal errors -----\n<flo@slow.example>\n\n"
          "   ----- Transcript of session follows -----\n<flo@slow.example>... Deferred: Connection timed out with mx.slow.example.\n"
          "Warning: message still undelivered after 4 hours\nWill keep trying until message is 5 days old\n",
          "flo@slow.example soft", kind="delay"),
    _form("courier", "\"Courier mail server at mx.example\" <@mx.example>", "NOTICE: mail delivery status.",
          "This is a delivery status notification from mx.example,\nrunning the Courier mail server, version 0.65.\n\n"
          "The original message was received on Thu, 12 Nov 2026\n\n---------------------------------------------------------------------------\n\n"
          "                           UNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n"
          "<gil@away.example>:\n    mx.away.example [192.0.2.9]:\n>>> RCPT TO:<gil@away.example>\n<<< 550 User unknown\n\n"
          "---------------------------------------------------------------------------\n\nIf your message was also sent to additional "
          "recipients, their delivery\nstatus is not included in this report.\n", "gil@away.example hard", head=NULL),
    _form("mdaemon", "MDaemon at mx.example <MDaemon@mx.example>", "Permanent Delivery Failure",
          "The attached message had PERMANENT fatal delivery errors!\n\nAfter one or more unsuccessful delivery attempts the attached message has "
          "been removed\nfrom the mail queue on this server.  The number and frequency of delivery attempts\nare determined by local configuration parameters.\n\n"
          "YOUR MESSAGE WAS NOT DELIVERED TO ONE OR MORE RECIPIENTS!\n\nFailed address: hal@gone.example\n\n--- Session Transcript ---\n"
          " Thu 2026-11-12 10:00:01: Waiting for protocol initiation...\n Thu 2026-11-12 10:00:02: <-- 220 mx.gone.example ESMTP\n"
          " Thu 2026-11-12 10:00:02: --> RCPT To:<hal@gone.example>\n Thu 2026-11-12 10:00:02: <-- 550 5.1.1 No such user here\n--- End Transcript ---\n",
          "hal@gone.example hard"),
    _form("imail", "Postmaster <postmaster@imail.example>", "Undeliverable Mail",
          "Unknown user: ida@imail.example\n\nRCPT TO generated following response:\n550 unknown user <ida@imail.example>\n\n"
          "Original message follows.\n\n{copy}", "ida@imail.example hard"),
    _form("imail full", "postmaster@imail.example", "Undeliverable Mail",
          "User mailbox exceeds allowed size: jan@imail.example\n\nOriginal message follows.\n\n{copy}", "jan@imail.example soft"),
    _form("mailenable", "postmaster@me.example", "Message Delivery Failure",
          "MailEnable: Message Delivery Failure.\n\nThe following recipient(s) could not be reached:\n\n\tRecipient: [SMTP:kim@target.example]\n"
          "\tReason: The message could not be delivered because the domain name (target.example) does not appear to be registered. no such domain\n\n"
          "Message headers follow:\n\n{copy}", "kim@target.example hard"),
    _form("1&1 kundenserver", "Mail Delivery System <mailer-daemon@kundenserver.example>", "Mail delivery failed: returning message to sender",
          "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of\n"
          "its recipients. The following addresses failed:\n\n    lea@strasse.example:\n    SMTP error from remote server for RCPT TO command, host: mx.strasse.example (192.0.2.33) "
          "reason: 550 Requested action not taken: mailbox unavailable\n\n--- The header of the original message is following. ---\n\n{copy}", "lea@strasse.example hard"),
    _form("sun ims", "Internet Mail Delivery <postmaster@sun.example>", "Delivery Notification: Delivery has failed",
          "This report relates to a message you sent with the following header fields:\n\n  Message-id: <out-1@claims.example>\n  Date: Thu, 12 Nov 2026 10:00:00 +0100\n"
          "  From: Claims <claims@example.com>\n  To: mo@sun.example\n  Subject: Your claim\n\nYour message cannot be delivered to the following recipients:\n\n"
          "  Recipient address: mo@sun.example\n  Reason: Remote SMTP server has rejected address\n  Diagnostic code: smtp;550 5.1.1 unknown or illegal alias: mo@sun.example\n"
          "  Remote system: dns;mx.sun.example (TCP|192.0.2.1|33|192.0.2.2|25)\n", "mo@sun.example hard"),
    _form("zoho", "mailer-daemon@mail.zoho.example", "Undelivered Mail Returned to Sender",
          "This message was created automatically by mail delivery software.\n A message that you sent could not be delivered to one or more of its recipients. "
          "This is a permanent error. \n\nnia@zoho.example Invalid Recipients, ERROR_CODE :550, ERROR_CODE :Mailbox not found\n\n\n", "nia@zoho.example hard"),
    _form("earthlink", "Mail Delivery System <Mailer-Daemon@el.example>", "Mail delivery failed",
          "Sorry, unable to deliver your message to oli@el.example for the following reason:\n\n552 Quota violation for oli@el.example\n\nA copy of the original message below this line:\n\n{copy}",
          "oli@el.example soft"),
    _form("netscape", "postmaster@ns.example", "Mail System Error - Returned Mail",
          "This Message was undeliverable due to the following reason:\n\nOne or more of the recipients of your message did not receive it\n"
          "because they would have exceeded their mailbox size limit.  It\nmay be possible for you to successfully send your message again\nat a later time.\n\n"
          "     User quota exceeded: SMTP <pat@ns.example>\n\nPlease reply to <postmaster@ns.example>\nif you feel this message to be in error.\n", "pat@ns.example soft"),
    _form("mmdf", "Memo Service <mmdf@sco.example>", "Failed mail (msg.aa1234)",
          "Your message was not delivered.\n\nYour message could not be delivered to\n'qua@sco.example (host: sco.example) (queue: smtp)' for the following\n"
          "reason:  ' <qua@sco.example>... User unknown'\n\n\nYour message begins as follows:\n\n{copy}", "qua@sco.example hard"),
    _form("marshal", "postmaster@marshal.example", "Undeliverable Mail",
          "Your message:\n   From:    claims@example.com\n   Subject: Your claim\n\nCould not be delivered because of\n\n550 5.1.1 unknown user\n\n"
          "The following recipients were affected: \n   ray@marshal.example\n\nAdditional Information\n======================\n", "ray@marshal.example hard"),
    _form("smtp32", "Mail Administrator <Postmaster@smtp32.example>", "Mail System Error - Returned Mail",
          "This Message was undeliverable due to the following reason:\n\nYour message was not delivered because the destination computer was\nnot reachable within the "
          "allowed queue period.\n\nHost mx.sky.example is not responding.\n\nThe following recipients did not receive your message:\n\n     <sam@sky.example>\n\n"
          "Please reply to Postmaster@smtp32.example\nif you feel this message to be in error.\n", "sam@sky.example soft"),
    _form("hotmail", "postmaster@hotmail.example", "Delivery Status Notification (Failure)",
          "This is an automatically generated Delivery Status Notification.\n\nDelivery to the following recipients failed.\n\n       tom@hotmail.example\n\n\n",
          "tom@hotmail.example hard", head=NULL),
    _form("mail.ru", "Mailer-Daemon <mailer-daemon@corp.mail.example>", "Mail failure.",
          "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. "
          "This is a permanent error. The following address(es) failed:\n\n**********************\n\numa@mail.example\n"
          "SMTP error from remote mail server after RCPT TO:<uma@mail.example>:\nhost mxs.mail.example [192.0.2.1]: 550 Message was not accepted -- invalid mailbox.  "
          "Local mailbox uma@mail.example is unavailable: user not found\n\n**********************\n", "uma@mail.example hard"),
    _form("kddi", "Postmaster@ez.example", "Undeliverable message",
          "Your mail sent on: Thu, 12 Nov 2026 10:00:00 \nCould not be delivered to: <vic@ez.example>\nAs their mailbox is full.\n", "vic@ez.example soft", head=NULL),
    _form("vtext", "post_master@vt.example", "Undeliverable Message",
          "Error:\nMessage could not be delivered to mobile.\nError: No valid recipients for this MM\n\nTo: 5550100@vt.example\nSubject: Your claim\n", "5550100@vt.example hard", head=NULL),
    _form("qq", "PostMaster@qq.example", "系统退信/Systems bounce",
          "抱歉，您的邮件被退回来了……\n\n您发往 win@qq.example 的邮件被退回\n\n退信原因：收件人邮件地址（win@qq.example）不存在，邮件无法送达。\n\n"
          "host mx3.qq.example said: 550 Mailbox not found.\n", "win@qq.example hard", head=NULL),
    _form("163", "Postmaster@163.example", "系统退信",
          "抱歉，您的邮件被退回来了……\n原邮件信息：\n时 间：2026-11-12 10:00:00\n主 题：Your claim\n收件人：xu@163.example\n退信原因：\n"
          "SMTP error, RCPT TO: Host 163.example(192.0.2.5) said 552 5.2.2 mailbox over quota: xu@163.example\n", "xu@163.example soft", head=NULL),
    _form("japanese carrier", "MAILER-DAEMON@carrier.example", "送信できませんでした",
          "以下のメールアドレスにメールを送信できませんでした。\n\n宛先: yui@carrier.example\n理由: 宛先不明です。\n", "yui@carrier.example hard"),
    _form("german", "Mailzustellung <postmaster@de.example>", "Unzustellbar: Ihre Schadensmeldung",
          "Ihre Nachricht konnte nicht an die folgenden Empfänger zugestellt werden:\n\n  zoe@de.example\n\nDer Empfänger ist unbekannt.\n", "zoe@de.example hard", head=NULL),
    _form("german full", "MAILER-DAEMON@de.example", "Nachricht nicht zugestellt",
          "Die folgende Nachricht konnte nicht zugestellt werden.\n\nEmpfänger: abel@de.example\nGrund: Das Postfach ist voll.\n", "abel@de.example soft"),
    _form("french", "Administrateur système <postmaster@fr.example>", "Non remis : Votre dossier",
          "Votre message n'a pas pu être remis aux destinataires suivants :\n\n      bea@fr.example\n          L'adresse de messagerie est introuvable.\n", "bea@fr.example hard", head=NULL),
    _form("spanish", "postmaster@es.example", "No se puede entregar: Su caso",
          "No se pudo entregar el mensaje a los siguientes destinatarios:\n\ncruz@es.example\nEl usuario no existe.\n", "cruz@es.example hard", head=NULL),
    _form("italian", "MAILER-DAEMON@it.example", "Mancato recapito: La sua pratica",
          "Impossibile recapitare il messaggio al seguente destinatario:\n\n   dora@it.example\n   Casella piena\n", "dora@it.example soft"),
    _form("russian", "mailer-daemon@ru.example", "Недоставленное сообщение",
          "Это письмо создано автоматически. Не удалось доставить сообщение получателю:\n\neva@ru.example\n\nПричина: пользователь не найден\n", "eva@ru.example hard"),
    _form("portuguese", "postmaster@br.example", "Não entregue: Seu caso",
          "A mensagem não pôde ser entregue para os seguintes destinatários:\n\nfabio@br.example\nEndereço inexistente\n", "fabio@br.example hard", head=NULL),
    _form("dutch delay", "MAILER-DAEMON@nl.example", "Vertraagd: Uw zaak",
          "Uw bericht kon nog niet worden bezorgd en is vertraagd. De server probeert het opnieuw.\n\n<gijs@nl.example>\n    connection timed out\n", "gijs@nl.example soft", kind="delay"),
    _form("two recipients", "MAILER-DAEMON@mx.example", "Undelivered Mail Returned to Sender",
          "This is the mail system.\n\n<hans@one.example>: host mx.one.example[192.0.2.1] said: 550 5.1.1 <hans@one.example>: Recipient address rejected: User unknown (in reply to RCPT TO command)\n\n"
          "<ines@two.example>: host mx.two.example[192.0.2.2] said: 552 5.2.2 Over quota (in reply to RCPT TO command)\n", "hans@one.example hard", "ines@two.example soft"),
    _form("list then reasons", "MAILER-DAEMON@mx.example", "Delivery failure",
          "Your message could not be delivered to these recipients:\n\n  joe@one.example\n  kay@two.example\n\nDetails:\n\n"
          "joe@one.example: 550 5.1.1 no such user\nkay@two.example: 554 5.7.1 rejected as spam\n", "joe@one.example hard", "kay@two.example soft"),
    _form("virus", "amavisd-new <postmaster@mx.example>", "VIRUS (Eicar) in mail FROM you: message not delivered",
          "VIRUS ALERT\n\nOur content checker found\n    virus: Eicar-Test\n\nin your email to the following recipient:\n-> <lou@mx.example>\n\nThe message contains a virus, delivery was stopped.\n",
          "lou@mx.example soft", head=NULL),
    _form("ip blocked", "MAILER-DAEMON@mx.example", "failure notice",
          "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. "
          "Sorry it didn't work out.\n\n<max@cloud.example>:\n192.0.2.7 does not like recipient.\nRemote host said: 554 5.7.1 Service unavailable; Client host [192.0.2.8] blocked using zen.spamhaus.example\n"
          "Giving up on 192.0.2.7.\n\n--- Below this line is a copy of the message.\n\n{copy}", "max@cloud.example soft"),
    _form("groupwise", "Mailer-Daemon@gw.example", "Message status - undeliverable",
          "\nThe message that you sent was undeliverable to the following:\n\tned@gw.example (user not found)\n\nPossibly truncated original message follows:\n\n{copy}", "ned@gw.example hard"),
    _form("postini", "postmaster@filter.example", "Delivery Failure",
          "Your message to ola@filter.example was rejected.\n\nRejection reason: 550 5.7.1 Message rejected because of unacceptable content\n", "ola@filter.example soft", head=NULL),
    _form("microsoft 365 html words", "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@corp.example", "Undeliverable: Your claim",
          "Your message to pia@corp.example couldn't be delivered.\n\npia wasn't found at corp.example.\n\nclaims  Office 365  pia\nAction Required      Recipient\nUnknown To address\n", "pia@corp.example hard", head=NULL),
    _form("moved", "MAILER-DAEMON@mx.example", "Returned mail: User has moved",
          "   ----- The following addresses had permanent fatal errors -----\n<quin@mx.example>\n\n   ----- Transcript of session follows -----\n551 5.1.6 <quin@mx.example>... User has moved; please try <quin@new.example>\n",
          "quin@mx.example hard"),
    _form("null mx", "MAILER-DAEMON@mx.example", "Undelivered Mail Returned to Sender",
          "<rob@nomail.example>: Domain nomail.example does not accept mail (nullMX)\n", "rob@nomail.example hard"),
    _form("pipe", "Mail Delivery System <Mailer-Daemon@mx.example>", "Mail delivery failed: returning message to sender",
          "A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n"
          "  sue@mx.example\n    mailbox is full: retry timeout exceeded\n\n------ This is a copy of the message, including all the headers. ------\n\n{copy}",
          "sue@mx.example soft", head="X-Failed-Recipients: sue@mx.example\n"),
    _form("greylist given up", "MAILER-DAEMON@mx.example", "Undelivered Mail Returned to Sender",
          "<tea@mx.example>: host mx.example[192.0.2.1] said: 450 4.7.1 <tea@mx.example>: Recipient address rejected: Greylisted, try again later\n", "tea@mx.example soft"),
)  # fmt: skip
"""Forty forms and more."""
