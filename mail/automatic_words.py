"""Words of automatic replies in the languages of the world's mail systems, lower case; for `automatic`."""

from __future__ import annotations

__all__ = ["AWAY", "AWAY_SUBJECT", "CHALLENGE", "PREFIXES"]

PREFIXES = (
    "automatic reply", "auto reply", "auto-reply", "autoreply", "auto response", "auto-response",
    "automatic response",
    "autoresponse", "automated reply", "automated response", "out of office", "out-of-office", "auto:", "ooo:",
    "vacation reply", "automatische antwort", "automatische rückantwort", "abwesenheitsnotiz",
    "abwesenheitsassistent",
    "automatische abwesenheit", "abwesenheitsmeldung", "autoantwort", "réponse automatique", "message d'absence",
    "absence du bureau", "respuesta automática", "respuesta automatica", "fuera de la oficina", "resposta automática",
    "resposta automàtica", "ausência temporária", "ausencia temporal", "risposta automatica", "fuori sede",
    "automatisch antwoord", "automatisch bericht", "afwezigheidsbericht", "afwezig", "autosvar", "automatiskt svar",
    "frånvaromeddelande", "automatisk svar", "fraværsmelding", "fraværsbesked", "automaattinen vastaus",
    "automaatvastus", "automaatne vastus", "odpowiedź automatyczna", "automatyczna odpowiedź", "automatická odpověď",
    "automatická odpoveď", "automatikus válasz", "räspuns automat", "răspuns automat", "автоматичен отговор",
    "автоматический ответ", "автоответ", "автоматична відповідь", "αυτόματη απάντηση", "otomatik yanıt",
    "otomatik cevap", "automatski odgovor", "samodejni odgovor", "аутоматски одговор", "automatinis atsakymas",
    "automātiska atbilde", "automātiskā atbilde", "sjálfvirkt svar", "自動応答", "自動返信", "不在通知", "自动答复",
    "自动回复", "自動回覆", "자동 회신", "자동 응답", "자동회신", "부재중", "מענה אוטומטי", "תשובה אוטומטית",
    "رد تلقائي", "الرد التلقائي", "پاسخ خودکار", "trả lời tự động", "thư trả lời tự động", "ตอบกลับอัตโนมัติ",
    "การตอบกลับอัตโนมัติ", "balasan otomatis", "balasan automatik", "स्वचालित उत्तर",
)  # fmt: skip
"""How mail systems begin the subject of an automatic reply."""

AWAY_SUBJECT = (
    "out of office", "out of the office", "out-of-office", "ooo:", "away from", "on vacation", "on holiday",
    "on leave",
    "annual leave", "vacation reply", "away until", "away till", "abwesend", "abwesenheit", "nicht im büro",
    "nicht im hause",
    "im urlaub", "urlaubsnotiz", "absence", "absent", "en congé", "congés", "hors du bureau", "fuera de la oficina",
    "fuera de oficina", "ausente", "ausencia", "vacaciones", "fora do escritório", "ausência", "férias", "fuori sede",
    "fuori ufficio", "assente", "assenza", "in ferie", "afwezig", "niet aanwezig", "met vakantie", "op vakantie",
    "frånvaro", "frånvarande", "semester", "fraværende", "fravær", "ferie", "poissa", "lomalla", "poza biurem",
    "nieobecno", "urlop", "mimo kancelář", "nepřítom", "neprítom", "dovolen", "távol", "szabadság", "în concediu",
    "отсутств", "в отпуске", "вне офиса", "відсутн", "отсъств", "εκτός γραφείου", "απουσ", "izinde", "ofis dışında",
    "yıllık izin", "odsutan", "odsoten", "na godišnjem", "puhkusel", "atvaļinājum", "atostog", "不在", "休暇", "外出",
    "休假", "부재", "휴가", "מחוץ למשרד", "חופשה", "خارج المكتب", "إجازة", "vắng mặt", "nghỉ phép", "cuti",
    "ลาพักร้อน",
)  # fmt: skip
"""Words of subjects that say of an automatic reply that somebody is away."""

AWAY = (
    "out of the office", "out of office", "away from my desk", "away from the office", "i am away", "i'm away",
    "i am currently away", "i will be away", "i'll be away", "on vacation", "on holiday", "on annual leave",
    "on leave",
    "on parental leave", "on maternity leave", "limited access to", "no access to my", "without access to",
    "when i return",
    "upon my return", "will return on", "be back on", "back in the office", "back at work", "i return on", "i am out",
    "i'm out", "i am not in the office", "currently unavailable", "travelling", "nicht im büro", "nicht im haus",
    "außer haus", "ausser haus", "im urlaub", "in elternzeit", "abwesend", "nicht erreichbar", "wieder erreichbar",
    "wieder im büro", "ab dem", "keinen zugriff", "nicht gelesen", "nicht weitergeleitet", "absent", "en congé",
    "hors du bureau", "de retour", "ne serai pas", "à mon retour", "fuera de la oficina", "de vacaciones",
    "estaré ausente",
    "estoy ausente", "me encuentro ausente", "de regreso", "vuelta a la oficina", "fora do escritório", "de férias",
    "estarei ausente", "estou ausente", "ausente", "regresso", "fuori ufficio", "fuori sede", "in ferie",
    "sarò assente",
    "assente", "al mio rientro", "niet op kantoor", "niet aanwezig", "afwezig", "met vakantie", "op vakantie",
    "terug op", "met verlof", "inte på kontoret", "semester", "frånvarande", "tillbaka", "på ferie",
    "ikke på kontoret",
    "ikke til stede", "fraværende", "tilbage", "tilbake", "permisjon", "poissa", "lomalla", "en ole toimistolla",
    "palaan",
    "poza biurem", "nieobecn", "na urlopie", "wracam", "mimo kancelář", "na dovolené", "nepřítom", "na dovolenke",
    "neprítom",
    "szabadság", "nem vagyok", "távol", "în concediu", "nu sunt la birou", "în afara biroului", "в отпуске",
    "отсутств",
    "вне офиса", "у відпустці", "відсутн", "извън офиса", "в отпуск", "отсъств", "εκτός γραφείου", "άδεια",
    "απουσιάζω",
    "izindeyim", "izinde", "ofis dışında", "tatilde", "na godišnjem", "odsutan", "na dopustu", "odsoten", "puhkusel",
    "atvaļinājumā", "atostogose", "不在", "休暇", "外出し", "休みを", "休假", "不在办公室", "外出", "出差",
    "不在辦公室", "부재",
    "휴가", "출장", "מחוץ למשרד", "בחופשה", "خارج المكتب", "في إجازة", "vắng mặt", "nghỉ phép", "cuti", "ลาพักร้อน",
    "ไม่อยู่ที่สำนักงาน",
)  # fmt: skip
"""What the text of an out-of-office note says."""

CHALLENGE = (
    "verify#", "requires verification", "confirm your message", "confirm that you", "to complete this verification",
    "challenge-response", "challenge response", "please confirm your email", "this message requires confirmation",
    "has been quarantined until you",
    "your message is being held", "waiting for your confirmation", "add yourself to my", "approved sender",
    "allowed senders list",
    "prove that you are human", "not a spammer", "bitte bestätigen sie ihre e-mail",
    "veuillez confirmer votre message", "confirme su mensaje",
)  # fmt: skip
"""What challenges ask of the sender."""
