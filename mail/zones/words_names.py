"""Words about names: what stands beside one, and what is no name although it may stand alone and begin large."""

from __future__ import annotations

__all__ = ["ANSWERS", "DEGREES", "LEADING", "NO_INITIALS", "NO_NAMES", "TITLES"]

TITLES = frozenset({
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "herr", "frau", "mme", "mlle", "m", "sr", "sra", "srta", "dott",
    "dott.ssa", "ing", "dipl-ing", "mag", "rev", "sir", "dame", "pan", "pani", "fru", "hr", "dhr", "mevr",
    "mevrouw",
})  # fmt: skip

DEGREES = frozenset({
    "md", "rn", "phd", "ph.d", "cpa", "esq", "esquire", "jr", "sr", "ii", "iii", "iv", "mba", "pe", "pmp", "cfa",
    "cpm", "jd", "llm", "llb", "msc", "bsc", "ma", "ba", "dds", "dvm", "rev", "ret", "usn", "usa", "msw", "lcsw",
})  # fmt: skip

NO_INITIALS = frozenset({
    "ok", "no", "yes", "fyi", "ps", "nb", "re", "fw", "fwd", "tbd", "tba", "asap", "pm", "am", "n/a", "na", "ie",
    "eg", "etc", "vs", "aka", "eod", "eob", "cob", "wip", "faq", "usa", "uk", "eu", "un", "ny", "la", "tx", "ca",
    "dc", "hr", "it", "pr", "qa", "ceo", "cfo", "cto", "coo", "vp", "svp", "evp", "msg", "end", "eom", "nrn", "lol",
    "imo", "thx", "ty", "tia", "pls", "plz", "rip", "pto", "ooo", "bbl", "brb", "btw", "usd", "eur", "gbp", "mon",
    "tue", "wed", "thu", "fri", "sat", "sun", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct",
    "nov", "dec", "est", "cst", "mst", "pst", "edt", "cdt", "mdt", "pdt", "gmt", "utc", "cet", "new", "old", "yep",
    "oui", "si", "ja", "nej", "nee", "non", "ano", "tak", "oh", "hi", "bye", "go", "why", "how", "who", "yet", "so",
    "do", "i", "a",
})  # fmt: skip
"""Capitals that are no initials."""

NO_NAMES = frozenset({
    "yes", "no", "ok", "okay", "yep", "nope", "yeah", "sure", "done", "agreed", "approved", "rejected", "correct",
    "exactly", "right", "wrong", "great", "perfect", "good", "fine", "super", "excellent", "wow", "never", "always",
    "maybe", "perhaps", "probably", "possibly", "none", "nothing", "everything", "anything", "all", "both",
    "neither", "either", "sorry", "congrats", "congratulations", "hello", "hi", "hey", "bye", "goodbye", "welcome",
    "please", "thanks", "cheers", "regards", "yours", "sincerely", "absolutely", "definitely", "certainly",
    "indeed", "understood", "noted", "received", "confirmed", "cancelled", "canceled", "declined", "accepted",
    "anyway", "however", "also", "again", "still", "later", "soon", "now", "then", "here", "there", "today",
    "tomorrow", "tonight", "yesterday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    "sunday", "january", "february", "march", "july", "august", "september", "october", "november", "december",
    "spring", "summer", "autumn", "fall", "winter", "morning", "afternoon", "evening", "noon", "attached",
    "attachment", "attachments", "enclosed", "enclosure", "enclosures", "confidential", "urgent", "important",
    "draft", "final", "note", "notes", "end", "ende", "fin", "finis", "stop", "start", "begin", "total", "subtotal",
    "sum", "summary", "conclusion", "introduction", "background", "agenda", "minutes", "action", "actions", "next",
    "steps", "contents", "index", "appendix", "annex", "page", "table", "figure", "example", "examples", "options",
    "option", "forwarded", "original", "message", "reply", "answer", "question", "questions", "comments", "comment",
    "subject", "date", "from", "sent", "to", "cc", "disclaimer", "advertisement", "unsubscribe", "subscribe",
    "home", "back", "top", "print", "more", "less", "help", "menu", "search", "login", "logout", "website", "click",
    "download", "continue", "what", "who", "when", "where", "why", "how", "which", "everyone", "everybody", "folks",
    "guys", "friends", "team", "colleagues", "ja", "nein", "doch", "danke", "bitte", "gerne", "genau", "richtig",
    "gut", "heute", "morgen", "gestern", "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag",
    "sonntag", "anlage", "anlagen", "hinweis", "oui", "non", "merci", "bonjour", "peut-être", "demain", "lundi",
    "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche", "sí", "gracias", "hola", "mañana", "lunes",
    "martes", "miércoles", "jueves", "viernes", "sábado", "domingo", "sì", "grazie", "ciao", "domani", "sim", "não",
    "obrigado", "obrigada", "amanhã", "nee", "dank", "bedankt", "nej", "tak", "tack", "takk", "hej", "hei",
    "kiitos", "dziękuję", "jutro", "ano", "ne", "děkuji", "nie",
})  # fmt: skip
"""Words that people write on a line of their own: answers, days, headings, questions."""
_ANSWERS = """
    谢谢 謝謝 多谢 收到 好的 同意 可以 附件 没有 不是 明天 今天 昨天 辛苦 确认 已阅 네 예 아니요
    아니오 감사 확인 완료 첨부 はい いいえ 了解 承知 כן לא תודה אוקיי מצורף מחר היום אישור نعم لا
    شكرا شكراً حسنا حسناً تمام موافق مرفق غدا اليوم हाँ नहीं ठीक धन्यवाद ครับ ค่ะ ขอบคุณ ใช่ ไม่
"""
ANSWERS = frozenset(_ANSWERS.split())
"""Words that people answer with, in scripts without capitals."""
_LEADING = """
    is are was were be and or & to with by from at for call ask called named but except unless contact of the a an mr ms
    mrs dear hi like as than via on in into through about without it's its that's she's he's i'm who whom until because
    between against under over size version type model see love met meet saw told tell asked
    ist sind war und oder mit von bei für der die das den dem ein eine einen auf an zu nach heißt hat wird im am vom zum
    an über ohne gegen durch aber herr frau
    heißen appelle s'appelle llama chiama heet heter hedder nazywa jmenuje зовут
    est sont était et ou à avec par de le la les un une pour sur chez sans du des monsieur madame
    es son era y o con por para el los las una en del al sin sobre señor señora
    è sono e ed di da per su il lo gli della signor signora
    é são com por para do da no na um uma em seu senhor senhora
    en of met van bij voor het een op door naar aan is de en zijn
    är var och eller med från av för till på hos en ett og eller fra til på af er var som
    on ja tai kanssa ovat
    jest i lub z od dla do na przez to pan pani
    je a nebo s od pro na k do pan paní
    és vagy az egy
    ve ile için bir
    на от для с и или у по имя это к за в из через господин госпожа
"""
LEADING = frozenset(_LEADING.split())
"""Last words of a line that goes on with a name."""
