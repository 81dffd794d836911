"""How mail systems say that a mail did not arrive: in subjects and first lines, in many languages."""

from __future__ import annotations

__all__ = ["DELIVERED", "UNDELIVERED"]

UNDELIVERED = (
    r"\bnot (?:be |been |yet been )?(?:delivered|sent|deliverable)|undeliver|delivery (?:has |attempt )?fail|bounced",
    r"nicht zu(?:gestellt|stell)|unzustellbar|nicht ausgeliefert|zustellung(?:sfehler| fehlgeschlagen)",
    r"pas (?:pu )?(?:être |été )?(?:remis|distribué|livré|délivré|achemin)|n'a pu être (?:remis|distribu|livr|délivr)|"
    r"échec de (?:la |l')?(?:remise|distribution|livraison|envoi)|non (?:remis|distribué|délivré)",
    r"no (?:se )?(?:pudo|puede|ha podido|fue|ha sido|pudieron|ha sido posible) (?:ser )?(?:entreg|envi)|no entregad|"
    r"devoluci[oó]n de(?:l)? (?:correo|mensaje)|no se (?:ha )?entreg|devuelto",
    r"não (?:pôde|pode|foi|é possível|foi possível) (?:ser )?(?:entreg|envi)|não entreg|mensagem devolvida|"
    r"(?:falha|erro) (?:na|de) entrega",
    r"non (?:è stato|è possibile|può essere|è stato possibile|si è potuto) (?:consegna|recapita|inoltra)|non recapit|"
    r"mancat[ao] (?:consegna|recapito)|non consegnat",
    r"niet (?:worden )?(?:bezorgd|afgeleverd|besteld|verzonden)|onbestelbaar",
    r"(?:kunde inte|kunne ikke|blev ikke|ble ikke|kan inte|kan ikke|inte|ikke) (?:lever|sända|sendes|skickas|nå)",
    r"ei voitu (?:toimittaa|lähettää|välittää)|ei toimitettu|toimitus epäonnist|toimittaminen epäonnist",
    r"niedostarcz|nie (?:został[ao]? |mogła zostać |mógł zostać |można |udało się |mogła być )?(?:dostarcz|doręcz)|"
    r"zwrot wiadomości",
    r"nedoruč|(?:nemohla být|nemohl být|nebyla|nebylo možné|nelze|nepodařilo se|nebolo možné|nepodarilo sa) doruč",
    r"kézbesít(?:és|het|eni)|nem sikerült (?:kézbes|elkül)",
    r"nelivrat|nu a putut fi (?:livrat|trimis|expediat)",
    r"недоставл|не (?:был[оаи]? |может быть |могло быть |удалось |удается |удаётся )?(?:доставл|доставит|отправлен)|"
    r"невозможно доставить|ошибка доставки",
    r"не (?:вдалося |було |може бути |вдається )?(?:доставлен|доставити)|недоставлен",
    r"не (?:може да бъде |беше |е )?доставен", r"no s'ha pogut lliurar|no lliurat",
    r"δεν παραδόθηκε|αδυναμία παράδοσης|ανεπίδοτ|δεν (?:ήταν δυνατή|μπόρεσε)",
    r"teslim edil(?:e)?m|iletilem|gönderilem|ulaştırılam",
    r"退信|退回|未能(?:投递|送达|发送|投遞|送達)|无法(?:投递|送达|传递|发送)|無法(?:投遞|送達|傳送|寄送|傳遞)|投递失败|"
    r"发送失败|未送达|傳送失敗|寄送失敗",
    r"配信(?:でき|不能|に失敗|エラー|され)|送信でき|お?届け(?:でき|することが)|不達|エラーメール|送達でき",
    r"(?:전송|발송|전달|배달)(?:이|을|를|에|하지|할 수)? ?(?:실패|못|되지|않|오류)|반송",
    r"تعذر (?:التسليم|تسليم|إرسال|توصيل)|لم يتم (?:تسليم|توصيل)",
    r"לא (?:נמסר|ניתן למסור|ניתן היה)|לא נשלח",
    r"không (?:thể )?(?:gửi|chuyển|được gửi)", r"ไม่สามารถ(?:ส่ง|จัดส่ง)", r"tidak (?:dapat|bisa) (?:dikirim|terkirim)",
    r"nije (?:isporučen|dostavljen)|nije moguće (?:isporučiti|dostaviti)|ni bilo mogoče dostaviti|nepristatyt|"
    r"nav piegādāt|ei saanud toimetada|kohaletoimetamine ebaõnnestus",
)  # fmt: skip
"""Expressions (RE2, lower case)."""

DELIVERED = (
    r"\b(?:(?:e-?)?mails?|messages?|mailbox|smtp|mailing|submission|posting|[45][0-9][0-9][ -]#?[45]\.[0-9])\b",
    r"nachricht|postfach|courriel|mensaje|correo|mensagem|messaggi|bericht|meddel|melding|besked|viesti|wiadomo|zpráv|"
    r"správ|üzenet|levél|mesaj|ileti|письм|сообщ|почт|повідом|\bлист|μήνυμα|e-post|邮件|郵件|信件|邮箱|信箱|メール|"
    r"메일|رسالة|הודע|thư|ข้อความ|\bpesan\b|poruk|sporočil",
)  # fmt: skip
"""What is delivered, or not: a parcel's driver does not reach people, either, and does not speak of mail."""
