"""Words of automatic mail in the languages of the world's mail systems, lower case; for `automatic`.

Phrases are looked for from the beginning of a word on; stems stand where a language inflects.
"""

from __future__ import annotations

__all__ = [
    "AWAY",
    "AWAY_PREFIXES",
    "AWAY_STEMS",
    "AWAY_SUBJECT",
    "CHALLENGE",
    "PREFIXES",
    "READ",
    "RECEIVED",
    "REPLY_PREFIXES",
    "ROBOT",
    "UNSUBSCRIBE",
]

REPLY_PREFIXES = (
    "automatic reply", "auto reply", "auto-reply", "autoreply", "auto response", "auto-response", "automatic response",
    "autoresponse", "automated reply", "automated response", "auto:", "automatische antwort",
    "automatische rückantwort", "autoantwort", "réponse automatique", "réponse auto", "respuesta automática",
    "respuesta automatica", "resposta automática", "resposta automàtica", "risposta automatica",
    "automatisch antwoord", "automatisch bericht", "autosvar", "automatiskt svar", "automatisk svar",
    "automaattinen vastaus", "automaatvastus", "automaatne vastus", "odpowiedź automatyczna",
    "automatyczna odpowiedź", "automatická odpověď", "automatická odpoveď", "automatikus válasz", "räspuns automat",
    "răspuns automat", "автоматичен отговор", "автоматический ответ", "автоответ", "автоматична відповідь",
    "автовідповідь", "αυτόματη απάντηση", "otomatik yanıt", "otomatik cevap", "automatski odgovor",
    "samodejni odgovor", "аутоматски одговор", "автоматски одговор", "automatinis atsakymas",
    "automātiska atbilde", "automātiskā atbilde", "sjálfvirkt svar", "自動応答", "自動返信", "【自動返信】",
    "自动答复", "自动回复", "自動回覆", "自动应答", "자동 회신", "자동 응답", "자동회신", "자동응답", "자동 답장",
    "מענה אוטומטי", "תשובה אוטומטית", "رد تلقائي", "الرد التلقائي", "پاسخ خودکار", "trả lời tự động",
    "thư trả lời tự động", "ตอบกลับอัตโนมัติ", "การตอบกลับอัตโนมัติ", "balasan otomatis", "balasan automatik",
    "स्वचालित उत्तर", "erantzun automatikoa", "awtomatikong tugon", "automatiese antwoord",
)  # fmt: skip
"""How mail systems begin the subject of an automatic reply."""

NOTE_PREFIXES = (
    "ooo re:", "vacation reply", "abwesenheitsnotiz", "abwesenheitsassistent", "automatische abwesenheit",
    "abwesenheitsmeldung", "abwesenheitsbenachrichtigung", "urlaubsnotiz", "message d'absence", "afwezigheidsbericht",
    "frånvaromeddelande", "fraværsmelding", "fraværsassistent", "fraværsbesked", "poissaoloilmoitus", "不在通知",
    "不在のお知らせ",
)  # fmt: skip
"""How they name an out-of-office note."""

AWAY_PREFIXES = (
    *NOTE_PREFIXES, "out of office", "out of the office", "out-of-office", "ooo:", "abwesenheit", "abwesend",
    "absence du bureau", "absent du bureau", "fuera de la oficina", "fuera de oficina", "ausencia temporal",
    "ausencia de la oficina", "ausência temporária", "ausência do escritório", "fora do escritório", "fuori sede",
    "fuori ufficio", "afwezig", "niet aanwezig", "frånvaro", "fraværende", "ikke på kontoret", "inte på kontoret",
    "poissa toimistosta", "poza biurem", "nieobecność", "mimo kancelář", "nepřítomnost", "neprítomnosť", "házon kívül",
    "távollét", "în afara biroului", "absent din birou", "нет на работе", "вне офиса", "отсутствие на работе",
    "поза офісом", "извън офиса", "εκτός γραφείου", "ofis dışında", "iş yeri dışında", "izan ureda", "odsutan",
    "odsoten", "kontorist väljas", "ārpus biroja", "ne biure", "不在", "外出中", "不在办公室", "不在辦公室",
    "외출 중", "부재중", "מחוץ למשרד", "خارج المكتب", "vắng mặt", "ไม่อยู่ที่สำนักงาน", "di luar kantor",
)  # fmt: skip
"""How they begin its subject; a person may do so, too."""

PREFIXES = (*REPLY_PREFIXES, *AWAY_PREFIXES)
"""All of them."""

AWAY_SUBJECT = (
    "out of office", "out of the office", "out-of-office", "ooo", "away from", "on vacation", "on holiday",
    "on leave", "on annual leave", "annual leave", "vacation reply", "away until", "away till", "abwesend",
    "abwesenheit", "nicht im büro", "nicht im haus", "außer haus", "ausser haus", "im urlaub", "urlaub",
    "message d'absence", "absence", "absent", "en congé", "congés", "en vacances", "hors du bureau",
    "fuera de la oficina", "fuera de oficina", "ausente", "ausencia", "vacaciones", "fora do escritório", "ausência",
    "férias", "fuori sede", "fuori ufficio", "assente", "assenza", "in ferie", "afwezig", "niet aanwezig",
    "niet op kantoor", "met vakantie", "op vakantie", "vakantie", "frånvaro", "frånvarande", "semester",
    "fraværende", "fravær", "ferie", "på ferie", "poissa", "lomalla", "poza biurem", "nieobecn", "urlop",
    "mimo kancelář", "nepřítom", "neprítom", "dovolen", "távol", "szabadság", "házon kívül", "în concediu",
    "concediu", "отсутств", "в отпуске", "отпуск", "вне офиса", "відсутн", "відпустк", "отсъств", "в отпуска",
    "извън офиса", "εκτός γραφείου", "απουσ", "άδεια", "izinde", "ofis dışında", "yıllık izin", "odsutan", "odsotn",
    "odsoten", "na godišnjem", "na dopustu", "puhkus", "atvaļinājum", "atostog", "不在", "休暇", "休業", "外出",
    "休假", "出差", "부재", "휴가", "출장", "מחוץ למשרד", "חופשה", "خارج المكتب", "إجازة", "vắng mặt", "nghỉ phép",
    "cuti", "ลาพักร้อน", "ไม่อยู่ที่สำนักงาน", "closed for", "office closed", "betriebsferien", "betriebsurlaub",
    "fermeture", "de vacances", "vacances", "chiusura", "cerrado por",
)  # fmt: skip
"""What the subject of an out-of-office note says."""

AWAY = (
    # English
    "out of the office", "out of office", "away from my desk", "away from the office", "away from my mail",
    "away from my e", "away on business", "i am away", "i'm away", "we are away", "we're away", "currently away",
    "i will be away", "i'll be away", "be away from", "be away until", "away until", "away till", "on vacation",
    "on holiday", "on my holiday", "on annual leave", "on leave", "on parental leave", "on maternity leave",
    "on paternity leave", "on sick leave", "on medical leave", "on sabbatical", "annual leave", "limited access to",
    "no access to my", "no access to e", "without access to", "not have access to", "when i return", "when i'm back",
    "when i am back", "when i get back", "upon my return", "on my return", "will return on", "return to the office",
    "returning on", "be back on", "be back in", "be back by", "back in the office", "back at work",
    "back at my desk", "i return on", "i am out", "i'm out", "i will be out", "i'll be out", "will be out of",
    "i am not in the office", "not be in the office", "not in the office", "currently unavailable", "unavailable until",
    "not be reading my", "not reading my", "travelling until", "traveling until", "i am travelling",
    "i'm travelling", "i am traveling", "i'm traveling", "closed for", "closed until", "closed from", "we are closed",
    "we're closed", "we will be closed", "will be closed", "office is closed until", "will reopen", "we reopen",
    # German
    "nicht im büro", "nicht im haus", "nicht am arbeitsplatz", "außer haus", "ausser haus", "im urlaub",
    "in urlaub", "urlaubsbedingt", "in elternzeit", "im mutterschutz", "auf dienstreise", "auf geschäftsreise",
    "abwesend", "bin ich nicht erreichbar", "ich nicht erreichbar", "derzeit nicht erreichbar", "verreist",
    "wieder erreichbar", "wieder im büro", "wieder im haus", "wieder für sie da", "wieder für dich da",
    "bin unterwegs", "ich unterwegs", "keinen zugriff auf", "nach meiner rückkehr", "ich kehre zurück",
    "nach meinem urlaub", "betriebsferien", "betriebsurlaub", "geschlossen vom", "bleibt geschlossen",
    "bleiben geschlossen", "januar geschlossen", "ist geschlossen",
    # French, Catalan
    "absent du", "absente du", "absent jusqu", "absente jusqu", "absent(e)", "actuellement absent", "serai absent",
    "suis absent", "en congé", "congés annuels", "congé maternité", "en vacances", "hors du bureau",
    "en déplacement", "de retour le", "de retour à", "serai de retour", "serons de retour", "ne serai pas",
    "mon retour",
    "fermé jusqu", "fermé du", "fermés jusqu", "sommes fermés", "sera fermé", "est fermé", "sont fermés",
    "fermée", "nos bureaux seront fermés", "de vacances", "fora de l'oficina", "seré fora", "sóc fora",
    # Spanish, Portuguese, Galician
    "fuera de la oficina", "fuera de oficina", "estoy fuera", "estaré fuera", "me encuentro fuera", "de vacaciones",
    "estaré ausente", "estoy ausente", "me encuentro ausente", "de regreso", "a mi regreso", "a mi vuelta",
    "vuelta a la oficina", "permanecerá cerrad", "cerrado por", "cerrados por", "cerrado hasta",
    "de baja", "fora do escritório", "de férias", "em férias", "estarei ausente", "estou ausente",
    "encontro-me ausente", "encontro ausente", "ausente do", "ausente até", "ausente de", "ausente no período",
    "estarei fora", "estou fora", "meu regresso", "meu retorno", "encerrado", "de licença",
    # Italian, Romanian
    "fuori ufficio", "fuori sede", "in ferie", "sarò assente", "sono assente", "saremo chiusi", "siamo chiusi",
    "sarà chiuso", "al mio rientro", "al rientro", "in trasferta", "in maternità", "în concediu", "nu sunt la birou",
    "în afara biroului", "sunt plecat", "la întoarcere", "voi reveni",
    # Dutch, Afrikaans, Scandinavian, Icelandic
    "niet op kantoor", "niet aanwezig", "afwezig", "met vakantie", "op vakantie", "vakantie!", "terug op kantoor",
    "ben ik terug", "weer bereikbaar", "weer aanwezig", "met verlof", "met zwangerschapsverlof", "gesloten van",
    "gesloten tot", "winkel gesloten", "zijn gesloten", "nie op kantoor", "inte på kontoret", "inte på plats",
    "semester", "på semester",
    "frånvarande", "föräldraledig", "tjänstledig", "jag är ledig", "tillbaka på kontoret", "jag är tillbaka",
    "åter på kontoret",
    "på ferie", "holder ferie", "ferielukket", "feriestengt", "har ferie", "ikke på kontoret", "ikke til stede",
    "ikke på jobb", "fraværende", "på barsel", "foreldrepermisjon", "i permisjon", "tilbage på kontoret",
    "er tilbage", "tilbake på kontoret", "er tilbake", "ude af huset", "á skrifstofunni", "í fríi", "sumarfrí",
    # Finnish, Estonian, Latvian, Lithuanian, Hungarian
    "poissa", "lomalla", "vuosilomalla", "vanhempainvapaalla", "en ole toimistolla", "palaan töihin", "palaan lomalta",
    "puhkusel", "puhkan", "ei viibi kontoris", "väljas kontorist", "kontorist eemal", "atvaļinājumā",
    "neesmu birojā", "prombūtnē", "atostog", "nesu biure", "ne biure", "komandiruotėje", "szabadság",
    "nem vagyok bent", "nem vagyok az irodá", "nem tartózkodom", "távol lesz", "távol vagyok", "házon kívül",
    "irodán kívül",
    # Slavic
    "poza biurem", "nieobecn", "urlopie", "jestem na zwolnieniu", "wracam do", "po powrocie", "będę dostępn",
    "mimo kancelář", "mimo kancelárie", "nejsem v kanceláři", "nie som v kancelárii", "dovolenou", "dovolené",
    "dovolenke", "dovolenku", "nepřítom", "neprítom", "vrátím se", "в отпуске", "в командировке", "отсутств",
    "вне офиса", "после возвращения", "на больничном", "у відпустці", "у відрядженні", "відсутн", "поза офісом",
    "извън офиса", "в отпуск", "отсъств", "в командировка", "на годишњем", "одсутан", "одсутна", "na godišnjem",
    "godišnjem odmoru", "odsutan", "odsutna", "nisam u uredu", "izvan ureda", "van kancelarije", "na dopustu",
    "odsoten", "odsotna", "nisem v pisarni",
    # Greek, Turkish
    "εκτός γραφείου", "άδεια", "απουσιάζω", "απουσιάσω", "θα απουσ", "λείπω", "izindeyim", "izinde", "ofis dışında",
    "tatilde", "ofiste olmayacağım", "ofiste değilim", "izne ayrıl", "şehir dışında",
    # Indonesian, Malay, Vietnamese, Swahili
    "sedang cuti", "sedang tidak di kantor", "tidak berada di kantor", "di luar kantor", "bercuti", "vắng mặt",
    "nghỉ phép", "không có mặt tại văn phòng", "đi công tác", "niko likizo",
    # Semitic scripts, Persian, Hindi, Thai
    "מחוץ למשרד", "בחופשה", "בחופשת", "לא נמצא במשרד", "לא נמצאת במשרד", "אעדר", "איעדר", "خارج المكتب",
    "في إجازة", "إجازة سنوية", "خارج مقر العمل", "مرخصی", "خارج از دفتر", "छुट्टी पर", "अवकाश पर", "कार्यालय से बाहर",
    "ลาพักร้อน", "ลาหยุด", "ลากิจ", "ไม่อยู่ที่สำนักงาน", "ไม่อยู่ออฟฟิศ", "วันหยุดประจำปี",
    # Chinese, Japanese, Korean
    "不在", "休暇", "外出し", "外出中", "休みを", "お休みをいただ", "出張し", "出張中", "休業", "休假", "外出",
    "出差", "请假", "請假", "年假", "부재", "휴가", "출장", "연차", "자리를 비",
)  # fmt: skip
"""What the text of an out-of-office note says."""

AWAY_STEMS = (
    "pto", "vacation", "annual leave", "not available", "unavailable", "out sick", "off sick", "next in the office",
    "not working",
    "not in the office", "part-time", "part time", "my working days", "day off", "days off", "bank holiday", "urlaub",
    "nicht erreichbar", "nicht verfügbar", "nicht besetzt", "sommerpause", "winterpause", "ferien", "bin krank",
    "erkrankt", "fortbildung", "dienstreise", "elternzeit", "mutterschutz", "feiertag", "congés", "absent", "absence",
    "joignable", "vacances", "fermé", "fermeture", "arrêt maladie", "vacaciones", "ausente", "no estaré", "no estoy",
    "me reincorpor", "reincorporaré", "permiso", "cerrad", "ferie", "assente", "assenza", "chiuso", "chiusa", "chiusi",
    "malattia", "congedo", "férias", "ausência", "retorno ao", "não estarei", "feriado", "vakantie", "vrij",
    "ben ziek", "ziekte", "weer bereikbaar", "er weer", "ledig", "sjuk", "föräldraledig", "borta", "fravær", "barsel",
    "ute av kontoret", "syk", "syg", "loma", "urlop", "zwolnieni", "dovolen", "nemoc", "mimo kancel", "szabadság",
    "irodában", "elérhető", "táppénz", "concediu", "plecat", "меня не будет", "меня нет", "отпуск", "командировк",
    "больничн", "мене не буде", "відпустк", "відрядженн", "отпуск", "няма да бъда", "годишњ", "боловањ", "godišnj",
    "bolovanj", "dopust", "λείπω", "απουσι", "άδεια", "izin", "tatil", "raporlu", "puhkus", "haiguslehel",
    "atvaļinājum", "slimības", "atostog", "nedarbingum", "bolest", "fora de l'oficina", "vacances", "cuti",
    "nghỉ", "công tác", "likizo", "חופש", "מילואים", "إجازة", "اجازة", "عطلة", "مرخصی", "छुट्टी", "अवकाश", "ลา", "หยุด",
    "休み", "休業", "休暇", "不在", "出張", "外出", "休假", "放假", "假期", "出差", "휴무",
    "휴가", "출장", "연차", "부재",
)  # fmt: skip
"""What it may say where the header is that of a reply already: shorter, as it only tells the two kinds apart."""

ROBOT = (
    "this is an automat", "automatically generated", "generated automatically", "auto-generated", "sent automatically",
    "automatically sent", "created automatically", "automated message", "automated e-mail", "automated email",
    "automated notification", "automated response", "automated reply", "automatic reply.", "automatisch erzeugt",
    "automatisch generiert", "automatisch erstellt", "automatisch versandt", "automatisch versendet",
    "automatisch verschickt", "maschinell erstellt", "automatische nachricht", "message automatique",
    "généré automatiquement", "générée automatiquement", "envoyé automatiquement", "mensaje automático",
    "generado automáticamente", "enviado automáticamente", "mensagem automática", "gerado automaticamente",
    "gerada automaticamente", "enviada automaticamente", "messaggio automatico", "generato automaticamente",
    "inviato automaticamente", "generata automaticamente", "automatisch gegenereerd", "automatisch verzonden",
    "automatisch aangemaakt", "skickats automatiskt", "genererats automatiskt", "automatiskt meddelande",
    "automatisk genereret", "automatisk generert", "sendt automatisk", "automaattinen viesti",
    "automaattisesti lähete", "wygenerowana automatycznie", "wygenerowany automatycznie", "wysłana automatycznie",
    "automaticky generovan", "vygenerován automaticky", "automaticky vygenerovan", "automatikusan generált",
    "automatikus üzenet", "generat automat", "trimis automat", "отправлено автоматически", "сформировано автоматически",
    "создано автоматически", "автоматическое сообщение", "автоматически сгенерирован", "надіслано автоматично",
    "автоматично згенерован", "генериран автоматично", "αυτοματοποιημένο μήνυμα", "αυτόματο μήνυμα",
    "otomatik olarak gönder", "otomatik olarak oluştur", "automatski generiran", "samodejno ustvarjen",
    "自動送信", "自動返信", "自動配信", "自動的に", "系统自动", "自动发送", "系統自動", "자동으로 발송",
    "자동 발송", "자동으로 생성", "發信專用", "发信专用", "הודעה אוטומטית", "رسالة تلقائية", "رسالة آلية",
    "email tự động", "thư tự động", "อีเมลอัตโนมัติ", "email otomatis", "pesan otomatis",
)  # fmt: skip
"""How machines say in the text that a machine wrote it."""

READ = (
    "read:", "not read:", "gelesen:", "nicht gelesen:", "ungelesen:", "lu :", "lu:", "non lu :", "non lu:", "leído:",
    "leido:", "no leído:", "letto:", "non letto:", "gelezen:", "niet gelezen:", "lido:", "lida:", "não lida:",
    "não lido:", "läst:", "oläst:", "læst:", "ulæst:", "lest:", "ulest:", "luettu:", "przeczytane:",
    "nieprzeczytane:", "přečteno:", "nepřečteno:", "prečítané:", "olvasott:", "olvasva:", "citit:", "necitit:",
    "прочтено:", "прочитано:", "не прочтено:", "διαβάστηκε:", "okundu:", "已读:", "已读：", "未读:", "已讀:",
    "開封済み:", "開封済み：", "未開封:", "읽음:", "읽지 않음:", "נקרא:", "مقروءة:",
)  # fmt: skip
"""How Exchange begins the subject of a receipt of reading, and of its contrary."""

RECEIVED = (
    "thank you for contacting", "thanks for contacting", "thank you for your message", "thank you for your e-mail",
    "thank you for your email", "thanks for your email", "have received your", "has been received", "was received",
    "ist bei uns eingegangen", "haben wir erhalten", "vielen dank für ihre nachricht", "vielen dank für ihre e-mail",
    "vielen dank für ihre anfrage", "bien reçu votre", "bien été reçu", "merci pour votre message", "hemos recibido",
    "gracias por su mensaje", "gracias por contactar", "recebemos a sua", "recebemos sua", "obrigado pelo seu contacto",
    "obrigado pelo contato", "abbiamo ricevuto", "grazie per averci", "hebben uw bericht", "hebben je bericht",
    "bedankt voor uw bericht", "bedankt voor je bericht", "tack för ditt mejl", "tack för ditt meddelande",
    "tak for din henvendelse", "tak for din mail", "takk for din henvendelse", "kiitos viestistäsi",
    "kiitos yhteydenotostasi", "dziękujemy za wiadomość", "dziękujemy za kontakt", "děkujeme za vaši zprávu",
    "ďakujeme za vašu správu", "köszönjük megkeresését", "köszönjük levelét", "vă mulțumim pentru mesaj",
    "ваше обращение", "ваше письмо получено", "спасибо за ваше", "ваш лист отримано", "дякуємо за ваш",
    "λάβαμε το μήνυμά", "mesajınız bize ulaş", "mesajınız alın", "受け付けました", "承りました",
    "お問い合わせありがとう", "已收到您的", "您的邮件已收到", "已收到您", "접수되었습니다", "문의해 주셔서",
)  # fmt: skip
"""How an automatic reply says that a mail arrived."""

CHALLENGE = (
    "verify#", "message requires verification", "mail requires verification", "email requires verification",
    "confirm your message", "confirm that you sent", "confirm that you are", "to complete this verification",
    "complete a brief verification", "challenge-response", "challenge response", "this message requires confirmation",
    "quarantined until you", "your message is being held", "message attached below is being held",
    "your message is on hold", "your email is on hold", "your message has been held", "your e-mail is being held",
    "release your message", "add yourself to my", "approved sender",
    "senders i have approved", "allowed senders list", "list of allowed senders", "my guest list",
    "so i can receive your email", "so i can receive your mail", "before i can receive your",
    "only have to do this once",
    "won't have to do this again", "will not have to do this again", "prove that you are human",
    "prove you are human", "prove that you are a real", "that you are a real sender", "not a spammer",
    "sender verification", "your address has not been verified", "verify that you are not",
    "bestätigen sie ihre nachricht", "bestätigen sie bitte ihre nachricht", "bestätigen sie bitte einmalig",
    "bestätigen sie einmalig", "ihre absenderadresse", "nachricht freizugeben",
    "confirmer votre message", "confirmez votre message", "message me soit remis",
    "message est en attente", "confirme su mensaje", "confirmar su mensaje", "su mensaje está retenido",
    "confirme sua mensagem", "confirmar sua mensagem", "confirmação do remetente", "lista de remetentes",
    "confermare il suo messaggio", "confermi il suo messaggio", "messaggio è in attesa", "bevestig uw bericht",
    "uw bericht te bevestigen", "bekräfta ditt meddelande", "potwierdź swoją wiadomość", "potwierdź nadawcę",
    "подтвердите отправку", "подтвердите, что вы", "送信者確認", "送信者認証", "验证发件人", "발신자 확인",
)  # fmt: skip
"""What challenges ask of the sender."""

UNSUBSCRIBE = (
    "unsubscribe", "opt out", "opt-out", "manage preferences", "abmelden", "abbestellen", "abmeldung", "désinscri",
    "désabonn", "darse de baja", "darme de baja", "cancelar suscripci", "cancelar la suscripci", "cancelar inscri",
    "cancelar subscri", "disiscri", "cancellati", "uitschrijven", "afmelden", "avregistrera", "avprenumerera",
    "afmeld", "meld deg av", "avmeld", "peru tilaus", "wypisz", "rezygnacj", "odhlás", "leiratkoz", "dezabon",
    "отпис", "відпис", "διαγραφ", "aboneliğ", "abonelikten", "odjav", "配信停止", "配信解除", "退订", "取消訂閱",
    "수신거부", "수신 거부", "hủy đăng ký", "הסר", "إلغاء الاشتراك",
)  # fmt: skip
"""How newsletters say that one may leave."""
