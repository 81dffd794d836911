"""How mail clients introduce what they quote, in the languages they speak: words only, the forms are in the modules
that read them. Sources: the clients' own translations (Gmail, Apple Mail, Outlook, Thunderbird, Yahoo, mail.ru, Lotus).
"""

from __future__ import annotations

__all__ = ["FORWARD_MARKS", "HEADER_NAMES", "ORIGINAL_MARKS", "STARTS", "VERBS", "WEEKDAYS"]

VERBS = (
    "wrote", "writes", "quoting ", "zitat von", "citando ", "schrieb", "hat geschrieben", "geschrieben:", "schreef",
    "écrit", "ecrit", "escribió",
    "escribio",
    "va escriure", "escribiu", "escreveu", "ha scritto", "scrive:", "skrev", "skrifaði", "napisał", "napisala",
    "napísal", "napsal", "pisze:", "píše:", "написал", "пишет", "написав", "пише", "написа", "kirjoitti", "kirjutas",
    "yazdı", "şunları yazdı", "írta", "a scris", "έγραψε", "写道", "寫道", "のメール", "書きました", "님이 작성",
    "작성:", "메시지",
    "rašė", "rakstīja", "napisao", "je pisao", "napisala", "je napisal", "napisalo", "đã viết", "menulis", "เขียนว่า",
    "เขียน:", "כתב", "‏כתב", "מאת", "كتب", "تمت كتابة", "نوشت", "ने लिखा", "schrieben", "sent:", "bericht geschreven",
    "geschreven:", "a écrit", "wrote:", "shkroi", "idatzi zuen", "ysgrifennodd",
)  # fmt: skip
"""Verbs of `Ann wrote:`; compared case-folded anywhere in the line that ends with the colon."""

STARTS = (
    "on", "am", "le", "el", "il", "em", "op", "den", "dne", "dnia", "w dniu", "på", "pe", "în", "la", "στις", "на",
    "vào", "pada", "v", "в", "о", "u", "dana", "a", "no dia", "no", "het", "da", "ha", "tarihinde", "in", "ngày",
    "في",
    "בתאריך", "ב-", "ในวันที่", "เมื่อ", "于", "在", "o", "kontakt", "um", "den", "vom", "ons", "quoting",
    "zitat von",
    "citando", "citat", "datum", "data", "ма", "ke", "pirmd", "at",
)  # fmt: skip
"""Words that an attribution begins with."""

WEEKDAYS = (
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "mo", "di", "mi", "do", "fr", "sa", "so", "lun", "mar", "mer",
    "jeu", "ven", "sam", "dim", "lunes", "martes", "seg", "ter", "qua", "qui", "sex", "sáb", "dom", "man", "tir",
    "tor",
    "fre", "lør", "søn", "mån", "tis", "ons", "lör", "sön", "pon", "wt", "śr", "czw", "pt", "sob", "niedz", "niedź",
    "пн", "вт", "ср", "чт", "пт", "сб", "вс", "нд", "понедельник", "вторник", "среда", "четверг", "пятница",
    "суббота",
    "воскресенье", "ma", "ti", "ke", "to", "pe", "la", "su", "po", "út", "st", "čt", "pá", "so", "ne", "ut", "str",
    "štv", "pia", "za", "zo", "wo", "vr", "pirmd", "otrd", "trešd", "ceturtd", "piektd", "sestd", "svētd", "zon",
)  # fmt: skip
"""Short and long names of the days that a date begins with."""

ORIGINAL_MARKS = (
    "please type your reply above this line", "please reply above this line", "reply above this line",
    "please type your reply above this line to respond", "write your reply above this line",
    "bitte antworten sie oberhalb dieser linie", "bitte oberhalb dieser zeile antworten",
    "bitte geben sie ihre antwort oberhalb dieser zeile ein",
    "répondez au-dessus de cette ligne", "veuillez répondre au-dessus de cette ligne",
    "ne pas écrire sous cette ligne",
    "responda por encima de esta línea", "por favor, escriba su respuesta por encima de esta línea",
    "responda acima desta linha", "rispondi sopra questa riga", "antwoord boven deze lijn",
    "typ uw antwoord boven deze lijn",
    "please do not write below this line", "do not write below this line",
    "original appointment", "original meeting request", "ursprünglicher termin", "rendez-vous d'origine",
    "rendez-vous d’origine", "cita original", "compromisso original", "appuntamento originale",
    "oorspronkelijke afspraak", "ursprunglig avtalad tid", "oprindelig aftale", "opprinnelig avtale",
    "alkuperäinen tapaaminen", "oryginalny termin", "původní schůzka", "исходная встреча",
    "original message", "original mail", "original email", "original e-mail", "ursprüngliche nachricht",
    "originalnachricht", "original-nachricht", "ursprüngliche mail", "message d'origine", "message d’origine",
    "message original", "courriel original", "message initial", "mensaje original", "correo original",
    "missatge original",
    "mensagem original", "e-mail original", "messaggio originale", "messaggio original", "oorspronkelijk bericht",
    "oorspronkelijk e-mailbericht", "originele bericht", "originele e-mail", "origineel bericht",
    "ursprungligt meddelande", "ursprungsmeddelande", "originalmeddelande", "oprindelig meddelelse",
    "oprindelig besked", "original meddelelse", "opprinnelig melding", "opprinnelig e-post", "originalmelding",
    "alkuperäinen viesti", "wiadomość oryginalna", "oryginalna wiadomość", "wiadomość pierwotna",
    "původní zpráva", "původní e-mail", "pôvodná správa", "eredeti üzenet", "orijinal mesaj", "özgün ileti",
    "orijinal ileti", "özgün mesaj", "mesajul original", "mesaj original", "исходное сообщение", "исходное письмо",
    "оригинальное сообщение", "оригінальне повідомлення", "вихідне повідомлення", "початкове повідомлення",
    "оригинално съобщение", "αρχικό μήνυμα", "originalna poruka", "izvorna poruka", "izvirno sporočilo",
    "originaal kiri", "algne kiri", "algne sõnum", "originalus laiškas", "pradinis pranešimas", "sākotnējā ziņa",
    "oriģinālais ziņojums", "元のメッセージ", "元のメール", "オリジナルメッセージ", "原始邮件", "原邮件",
    "原始郵件", "原始訊息", "邮件原件",
    "原郵件", "원본 메일", "원본 메시지", "원본메일", "원본 이메일", "הודעה מקורית", "ההודעה המקורית",
    "الرسالة الأصلية",
    "رسالة أصلية", "پیام اصلی", "tin nhắn gốc", "thư gốc", "ข้อความต้นฉบับ", "ข้อความเดิม", "pesan asli",
    "mesej asal",
    "मूल संदेश", "upprunaleg skilaboð", "reply message", "reply separator", "end of original message",
)  # fmt: skip
"""What stands between the rules of `-----Original Message-----`."""

FORWARD_MARKS = (
    "forwarded message", "begin forwarded message", "forwarded by", "forwarded mail", "forwarded email",
    "forward message",
    "weitergeleitete nachricht", "anfang der weitergeleiteten nachricht", "weitergeleitet von",
    "anfang der weitergeleiteten e-mail", "message transféré", "message transmis", "début du message réexpédié",
    "début du message transféré", "message réexpédié", "mensaje reenviado", "inicio del mensaje reenviado",
    "missatge reenviat", "mensagem encaminhada", "mensagem reencaminhada", "início da mensagem reencaminhada",
    "início da mensagem encaminhada", "messaggio inoltrato", "inizio messaggio inoltrato", "messaggio inoltrato da",
    "doorgestuurd bericht", "begin doorgestuurd bericht", "doorgestuurd door", "vidarebefordrat meddelande",
    "vidarebefordrat brev", "vidarebefordrat mejl", "börja vidarebefordrat meddelande",
    "påbörjat vidarebefordrat meddelande", "videresendt meddelelse", "videresendt besked",
    "start på videresendt besked",
    "videresendt melding", "videresendt e-post", "begynnelsen på den videresendte meldingen", "välitetty viesti",
    "edelleenlähetetty viesti", "välitetty viesti alkaa", "wiadomość przekazana", "przekazana wiadomość",
    "wiadomość przesłana dalej", "treść przekazanej wiadomości", "początek przekazywanej wiadomości",
    "przekazana wiadomość dalej", "přeposlaná zpráva", "předaná zpráva", "začátek přeposílané zprávy",
    "preposlaná správa", "začiatok preposlanej správy", "továbbított üzenet", "továbbított levél kezdete",
    "yönlendirilmiş mesaj", "yönlendirilen ileti", "iletilmiş mesaj", "iletilen mesaj", "iletilen ileti",
    "i̇letilmiş mesaj", "i̇leti başlangıcı", "mesaj redirecționat", "mesajul redirecționat",
    "mesaj transmis mai departe",
    "пересылаемое сообщение", "пересланное сообщение", "начало переадресованного сообщения",
    "перенаправленное сообщение",
    "пересылаемое письмо", "пересланное письмо", "переслане повідомлення", "переслано повідомлення",
    "початок переадресованого повідомлення", "препратено съобщение", "προωθημένο μήνυμα", "προωθούμενο μήνυμα",
    "αρχή προωθημένου μηνύματος", "proslijeđena poruka", "prosleđena poruka", "posredovano sporočilo", "posredovano",
    "edastatud kiri", "edastatud sõnum", "persiųstas laiškas", "persiunčiamas laiškas", "pārsūtīta ziņa",
    "pārsūtītais ziņojums", "転送メッセージ", "転送されたメッセージ", "以下、転送されたメッセージ", "转发邮件",
    "转发的邮件", "已转发邮件", "开始转发的邮件",
    "下面是转发的邮件", "下面是被转发的邮件", "轉寄郵件", "轉寄的郵件", "已轉寄的郵件", "開始轉寄郵件",
    "전달된 메일", "전달된 메시지", "전달된 편지",
    "הודעה שהועברה", "הודעה מועברת", "תחילת ההודעה שהועברה", "رسالة معاد توجيهها", "الرسالة المعاد توجيهها",
    "بدء الرسالة المعاد توجيهها", "پیام فرستاده شده", "tin nhắn được chuyển tiếp", "thư được chuyển tiếp",
    "thư đã chuyển tiếp", "bắt đầu thư được chuyển tiếp", "ข้อความที่ส่งต่อ", "pesan terusan",
    "pesan yang diteruskan",
    "mulai pesan yang diteruskan", "mesej dimajukan", "अग्रेषित संदेश", "áframsend skilaboð",
)  # fmt: skip
"""What stands between the rules of `---------- Forwarded message ---------`, or before a colon as in Apple Mail."""

_NAMES: dict[str, tuple[str, ...]] = {
    "from": (
        "from", "von", "de", "da", "van", "från", "fra", "od", "от", "от кого", "від", "від кого", "差出人", "发件人",
        "寄件者", "寄件人", "發件人", "发信人", "送信元", "送信者", "보낸 사람", "보낸사람", "발신", "feladó",
        "kimden", "gönderen",
        "lähettäjä", "expéditeur", "expediteur", "mittente", "remitente", "remetente", "afzender", "avsändare",
        "afsender", "avsender", "absender", "nadawca", "odesílatel", "odosielateľ", "pošiljatelj", "pošiljalec",
        "expeditor", "de la", "από", "αποστολέας", "מאת", "من", "المرسل", "فرستنده", "từ", "người gửi", "จาก",
        "ผู้ส่ง",
        "dari", "pengirim", "saatja", "kellelt", "nuo", "siuntėjas", "no", "sūtītājs", "šalje", "подател",
        "отправитель",
        "відправник", "frá", "प्रेषक", "daripada", "de part de",
    ),
    "sent": (
        "sent", "date", "date sent", "sent at", "sent on", "gesendet", "gesendet am", "datum", "envoyé", "envoyé le",
        "envoye", "enviado", "enviado el", "enviado em", "enviada em", "enviada el", "enviada", "fecha", "data",
        "inviato", "inviata", "data invio", "verzonden", "verstuurd", "skickat", "skickades", "sendt", "dato",
        "wysłano",
        "wysłane", "data wysłania", "отправлено", "дата", "дата отправки", "надіслано", "відправлено", "odesláno",
        "odoslané", "dátum", "elküldve", "küldve", "küldés ideje", "gönderildi", "gönderme tarihi", "gönderim tarihi",
        "tarih", "lähetetty", "päivämäärä", "päiväys", "pvm", "trimis", "data trimiterii", "στάλθηκε", "ημερομηνία",
        "εστάλη", "送信日時", "送信日", "日付", "日時", "发送时间", "发送日期", "日期", "时间", "寄件日期",
        "傳送日期", "傳送時間", "寄件時間",
        "보낸 날짜", "날짜", "보낸 시간", "보낸날짜", "נשלח", "תאריך", "تاريخ الإرسال", "التاريخ", "تم الإرسال",
        "أرسلت", "đã gửi",
        "ngày", "ngày gửi", "gửi", "ส่ง", "ส่งเมื่อ", "วันที่", "dikirim", "tanggal", "dihantar", "tarikh",
        "saadetud",
        "saatmisaeg", "kuupäev", "nosūtīts", "datums", "išsiųsta", "poslano", "poslato", "изпратено", "време",
        "sendt den",
        "skickat den", "sent date", "dagsetning", "sent:", "दिनांक", "भेजा गया", "تاریخ",
    ),
    "to": (
        "to", "an", "à", "a", "para", "aan", "till", "til", "do", "komu", "кому", "до", "pro", "címzett", "kime",
        "alıcı",
        "vastaanottaja", "către", "catre", "προς", "宛先", "宛て", "收件人", "收件者", "받는 사람", "받는사람",
        "수신", "אל",
        "إلى", "المستلم", "đến", "tới", "người nhận", "ถึง", "kepada", "ke", "untuk", "saaja", "kellele", "kam", "za",
        "prima", "primatelj", "pour", "destinataire", "destinataires", "destinatario", "destinatari", "destinatário",
        "ontvanger", "empfänger", "mottagare", "modtager", "mottaker", "odbiorca", "получатель", "получатели",
        "adresat",
        "gavėjas", "adresāts", "प्रति", "گیرنده", "per", "kopi til", "към", "tos", "adressat",
    ),
    "cc": (
        "cc", "kopie", "kopia", "kopi", "kopio", "kópia", "másolat", "másolatot kap", "copie", "copie à", "copia",
        "cópia", "c.c", "копия", "копії", "копія", "抄送", "抄送人", "副本", "참조", "bilgi", "cc à", "dw", "копие",
        "κοιν", "κοινοποίηση", "עותק", "נסخة", "نسخة", "kópiu", "kop", "cc to", "vastaanottajat", "στάλθηκε σε",
        "koopia", "сс", "mã cc", "đồng kính gửi", "สำเนา", "copia para", "copia a",
    ),
    "bcc": ("bcc", "blindkopie", "cci", "cco", "ccn", "udw", "密送", "숨은 참조", "скрытая копия"),
    "subject": (
        "subject", "betreff", "betr", "objet", "sujet", "asunto", "assunto", "oggetto", "onderwerp", "ämne", "emne",
        "temat", "тема", "předmět", "předmet", "predmet", "tárgy", "konu", "aihe", "subiect", "subiectul", "θέμα",
        "件名", "主题", "主題", "主旨", "标题", "제목", "נושא", "الموضوع", "موضوع", "chủ đề", "tiêu đề", "เรื่อง",
        "หัวเรื่อง",
        "หัวข้อ", "subjek", "perihal", "judul", "teema", "temats", "tēma", "tema", "относно", "zadeva", "naslov",
        "assumpte", "efni", "विषय", "subject line", "gaia", "tittel",
    ),
    "reply-to": (
        "reply-to", "reply to", "répondre à", "antwort an", "antwoord aan", "responder a", "rispondi a", "svar til",
        "svara till", "responder para", "odpowiedź do", "odpověď komu", "yanıtla", "ответить", "返信先", "回复",
        "回覆",
        "vastausosoite", "yanıt adresi",
    ),
    "other": (
        "attachments", "attachment", "anlagen", "anlage", "anhänge", "pièces jointes", "pièce jointe",
        "datos adjuntos",
        "archivos adjuntos", "anexos", "allegati", "allegato", "bijlagen", "bijlage", "bifogade filer",
        "vedhæftede filer",
        "vedlegg", "liitteet", "załączniki", "вложения", "přílohy", "mellékletek", "ekler", "添付ファイル", "附件",
        "첨부",
        "importance", "priority", "wichtigkeit", "priorität", "priorité", "prioridad", "importancia", "importância",
        "prioridade", "importanza", "priorità", "urgentie", "prioritet", "viktighet", "ważność", "важность", "重要度",
        "重要性", "organization", "organisation", "sender", "message-id", "newsgroups", "when", "where", "wann", "wo",
        "required attendees", "sensitivity", "vertraulichkeit", "categories", "follow up flag", "resent-from",
        "mailing list", "list", "mailed-by", "signed-by", "envelope-to", "on behalf of", "im auftrag von",
    ),
}  # fmt: skip

HEADER_NAMES: dict[str, frozenset[str]] = {}
"""Kinds of field that a name may stand for: `to` and `sent` share words in some languages."""
for _kind, _words in _NAMES.items():
    for _word in _words:
        HEADER_NAMES[_word] = HEADER_NAMES.get(_word, frozenset()) | {_kind}
