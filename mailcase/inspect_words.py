"""What mailcase understood of a mail, in words for people: classes, zones, evidence, results, languages."""

from __future__ import annotations

import re

from mail.bounces import REASONS

__all__ = [
    "CLASSES",
    "EVIDENCE",
    "KINDS_OF_FAILURE",
    "PLACES",
    "PROTECTIONS",
    "RESULTS",
    "SIGNATURES",
    "ZONES",
    "language_name",
    "reason_words",
]

CLASSES = {
    "human": "Written by a person, as far as can be seen.",
    "auto_reply": "A machine answered or reports by itself.",
    "out_of_office": "An automatic note that somebody is away.",
    "bounce": "A mail system says that a mail was not delivered.",
    "delay": "A mail system says that a mail is not delivered yet; it goes on trying.",
    "receipt": "A mail system or mail client confirms that a mail was delivered or read.",
    "complaint": "A mail provider passes on that a recipient called a mail spam.",
    "list": "Came by a mailing list.",
    "newsletter": "Sent to many at once: a newsletter or campaign.",
    "calendar": "An invitation to a meeting, an answer to one, or its cancellation.",
    "challenge": "A filter asks the sender to prove to be a person.",
    "own": "Our own mail, come back.",
    "unreadable": "Nothing can be read here.",
}

ZONES = {
    "new": ("New", "written now, by the sender"),
    "forwarded": ("Passed on", "somebody else's words that the sender forwards"),
    "quoted": ("Quoted", "written before; history"),
    "attribution": ("Attribution", "the line that says who wrote what is quoted"),
    "header": ("Copied header", "sender, date and subject of an earlier mail"),
    "signature": ("Signature", "closing words, name, contact"),
    "disclaimer": ("Disclaimer", "legal text, advertisement, a server's notice"),
}
"""Zone: its name, and what it is."""

EVIDENCE = {
    "signed_message_id": "It answers a mail that we signed",
    "signed_plus_address": "It was sent to an address that we signed",
    "signed_marker": "Its text holds a mark that we signed",
    "reference": "It names an earlier mail",
    "subject_tag": "Its subject names a case",
    "thread_index": "Outlook's index of conversations",
    "thread_topic": "Outlook's topic of the conversation",
}

PLACES = {
    "in-reply-to": "In-Reply-To",
    "references": "References",
    "returned": "the mail that came back",
    "thread-index": "Thread-Index",
    "thread-topic": "Thread-Topic",
}
"""Where evidence was found; other places are named as they are."""

PROTECTIONS = {
    "smime_signed": "signed (S/MIME)",
    "smime_encrypted": "encrypted (S/MIME): what it says is not known",
    "smime_compressed": "compressed (S/MIME)",
    "smime_certificates": "brings certificates (S/MIME)",
    "pgp_signed": "signed (PGP)",
    "pgp_encrypted": "encrypted (PGP): what it says is not known",
    "pgp_key": "brings a key (PGP)",
}

RESULTS = {
    "pass": "good",
    "bestguesspass": "good",
    "fail": "bad",
    "hardfail": "bad",
    "softfail": "poor",
    "permerror": "poor",
    "temperror": "poor",
    "policy": "poor",
}
"""How good a result of RFC 8601 is; others say nothing."""

SIGNATURES = {
    "verified": ("good", "good: it is what a trusted key signed, and the signer is the sender"),
    "failed": ("bad", "bad: this is not what was signed, or the key is not good for it"),
    "unknown_key": ("poor", "not known: nothing that is trusted says who signed"),
    "weak": ("poor", "weak: it holds, but could be forged"),
    "broken": ("bad", "cannot be read"),
}
"""How good the result of a check is, and what it means."""

KINDS_OF_FAILURE = {
    "hard": "hard: the address does not work",
    "soft": "soft: it may work later or for another mail",
    "none": "nothing failed",
}

_LANGUAGES: dict[str, str] = dict(
    re.findall(
        r"(\w+)=(\w+)",
        "af=Afrikaans am=Amharic an=Aragonese ar=Arabic as=Assamese az=Azerbaijani be=Belarusian bg=Bulgarian "
        "bn=Bengali br=Breton bs=Bosnian ca=Catalan cs=Czech cy=Welsh da=Danish de=German dz=Dzongkha el=Greek "
        "en=English eo=Esperanto es=Spanish et=Estonian eu=Basque fa=Persian fi=Finnish fo=Faroese fr=French ga=Irish "
        "gl=Galician gu=Gujarati he=Hebrew hi=Hindi hr=Croatian ht=Haitian hu=Hungarian hy=Armenian id=Indonesian "
        "is=Icelandic it=Italian ja=Japanese jv=Javanese ka=Georgian kk=Kazakh km=Khmer kn=Kannada ko=Korean "
        "ku=Kurdish ky=Kyrgyz la=Latin lb=Luxembourgish lo=Lao lt=Lithuanian lv=Latvian mg=Malagasy mk=Macedonian "
        "ml=Malayalam mn=Mongolian mr=Marathi ms=Malay mt=Maltese nb=Norwegian ne=Nepali nl=Dutch nn=Norwegian "
        "no=Norwegian oc=Occitan or=Odia pa=Punjabi pl=Polish ps=Pashto pt=Portuguese qu=Quechua ro=Romanian "
        "ru=Russian rw=Kinyarwanda se=Sami si=Sinhala sk=Slovak sl=Slovenian so=Somali sq=Albanian sr=Serbian "
        "sv=Swedish sw=Swahili ta=Tamil te=Telugu th=Thai tl=Tagalog tr=Turkish ug=Uyghur uk=Ukrainian ur=Urdu "
        "uz=Uzbek vi=Vietnamese vo=Volapük wa=Walloon xh=Xhosa yi=Yiddish zh=Chinese zu=Zulu "
        "ba=Bashkir fy=Frisian gd=Gaelic ha=Hausa ig=Igbo lg=Ganda ln=Lingala my=Burmese om=Oromo sa=Sanskrit sn=Shona "
        "st=Sotho tg=Tajik tk=Turkmen tt=Tatar yo=Yoruba",
    )
)


def language_name(code: str) -> str:
    """The English name of a language (ISO 639-1); the code itself where none is known."""
    return _LANGUAGES.get(code, code)


def reason_words(reason: str | None) -> str:
    """What a bounce's reason means."""
    return "no reason is told" if reason in (None, "unknown") else REASONS.get(str(reason), str(reason))
