"""Legal sentences below a mail and servers' warnings above it, in the languages of the world: each says two or three of
the same few things."""

from __future__ import annotations

import re2

from mail.zones.search import Patterns
from mail.zones.words_tails import BANNERS, DISCLAIMERS, FOOTERS

__all__ = ["begins_legal", "is_legal", "is_registration", "is_warning", "may_be_legal", "may_warn"]

_THIS = (
    r"(?:this|the|any|accompanying) (?:e-?mail|message|communication|transmission|electronic mail|attach)|"
    r"(?:dies\w*|der inhalt dieser|diese) (?:e-?mail|nachricht|mitteilung|mail)|"
    r"(?:ce|cet|le présent|présent) (?:message|courriel|courrier|e-?mail|mail)|ses pièces jointes|"
    r"(?:este|el presente) (?:mensaje|correo|e-?mail)|est[ae] (?:mensagem|e-?mail|correio)|a presente mensagem|"
    r"(?:quest[oa'’]+|presente) ?(?:messaggio|e-?mail|comunicazione|posta)|in questo messaggio|in questa e-?mail|"
    r"(?:deze|dit) (?:e-?mail|bericht|mail|e-?mailbericht)|det(?:ta|te) (?:meddelande|mejl|mail|e-post\w*)|"
    r"den(?:ne|na) (?:e-?mail|mail|e-post\w*|meddelelse|besked|melding\w*)|"
    r"tämä (?:viesti|sähköposti)|(?:ta|niniejsza|treść tej) (?:wiadomoś|korespondencj|informacj)|"
    r"(?:tato|tento) (?:zpráv|e-?mail)|(?:táto|tento) (?:správ|e-?mail)|(?:ez az|jelen|ezen) (?:e-?mail|üzenet|"
    r"levél|elektronikus)|"
    r"acest (?:mesaj|e-?mail)|(?:это|данное|настоящее|эта) (?:сообщени|письмо|электронн)|"
    r"(?:це|цей|дане) (?:повідомлення|лист|електронн)|това (?:съобщение|писмо)|(?:το παρόν|αυτό το) (?:μήνυμα|"
    r"e-?mail|ηλεκτρον)|"
    r"bu (?:e-?posta|mesaj|ileti|elektronik)|ova (?:poruka|e-?pošta)|ov[ae]j (?:e-?mail|poruka)|to sporočilo|"
    r"see (?:kiri|sõnum|e-kiri)|"
    r"ši(?:s|o|ame) (?:laišk|pranešim|e-past|ziņojum)|(?:この|本)(?:電子)?(?:メール|e-?mail|通信)|"
    r"[本此这該该](?:電子|电子)?(?:邮件|郵件|信件|信息|訊息)|"
    r"(?:본|이) ?(?:전자)?(?:메일|이메일|우편|메시지)|הודעה זו|דוא[\"״]ל זה|מייל זה|هذه الرسالة|هذا البريد|"
    r"این (?:پیام|ایمیل)|"
    r"(?:email|thư|thư điện tử) này|(?:อีเมล|ข้อความ|จดหมาย)\S{0,12}นี้|(?:email|e-mail|pesan|emel) ini|"
    r"(?:aquest|el present) (?:missatge|correu)"
)
_HUSHED = (
    r"confidential|privileged|proprietary|vertraulich|confidentiel|confidencia|riservat|confidenziale|vertrouwelijk|"
    r"konfidenti|fortrolig|konfidensiel|taushetsbelagt|luottamuksel|poufn|důvěrn|dôvern|bizalmas|titkos|confidențial|"
    r"конфиденциальн|конфіденційн|поверителн|довірч|εμπιστευτικ|απόρρητ|gizli|povjerljiv|poverljiv|zaupn|"
    r"konfidentsiaal|"
    r"konfidencial|机密|機密|保密|秘密|기밀|비밀|חסוי|סודי|سرية|سري|محرمان|bảo mật|mật|ความลับ|rahasia|sulit|"
    r"legally protected|rechtlich geschützt|secret professionnel|secreto profesional|sigilo|segreto"
)
_ADDRESSED = (
    r"intended (?:recipient|only|solely|for)|named (?:addressee|recipient|above)|addressee|solely for|exclusively for|"
    r"entity to (?:which|whom)|adressat|beabsichtigte\w* empfänger|richtige\w* empfänger|(?:für den|"
    r"nicht der) empfänger|"
    r"ausschlie(?:ß|ss)lich für|destinataire|à l['’]usage exclusif|exclusivement|destinatari|destinatário|exclusiv|"
    r"exclusivamente|esclusivamente|geadresseerde|bestemd voor|uitsluitend|mottagaren|avsedd|avsett|modtager|beregnet|"
    r"mottaker|kun ment for|er ment for|vastaanottaj|tarkoitettu|adresat|przeznaczon|wyłącznie|adresát|určen|výlučne|"
    r"výhradně|címzett|kizárólag|"
    r"destinatar|адресат|предназначен|получател|призначен|отримувач|получателя|προορίζεται|παραλήπτη|alıcı|yalnızca|"
    r"primatelj|primaoc|namijenjen|namenjen|naslovnik|adressaa|gavėj|adresāt|受信者|宛先|受取人|名宛人|收件人|"
    r"收件者|接收者|수신인|수신자|"
    r"받는 ?사람|נמען|לנמען|المرسل إليه|للمرسل|المستلم|المتلقي|گیرنده|người nhận|ผู้รับ|penerima"
)
_ASTRAY = (
    r"in error|by mistake|notify (?:the|us|me)|delete (?:it|this|the|all)|destroy|irrtümlich|versehentlich|"
    r"löschen|vernichten|"
    r"par erreur|détrui|supprimer|por error|elimin|bórrelo|borrar|por engano|por erro|apag|per errore|cancell|distrug|"
    r"per abuis|abusievelijk|ten onrechte|verwijder|vernietig|misstag|radera|fejl|slet|feil|erehdyksessä|"
    r"vahingossa|poista|"
    r"tuhoa|omyłk|pomyłk|przypadkow|usuni|omylem|smaž|vymaž|tévedés|töröl|din eroare|din greșeală|șterg|по ошибке|"
    r"ошибочно|удал|помилк|видал|по погрешка|изтри|κατά λάθος|εκ παραδρομής|διαγράψ|yanlışlıkla|hata|silin|"
    r"greškom|grešk|"
    r"izbriš|obriš|pomotoma|eksituse|kustuta|per klaidą|ištrin|kļūd|誤って|誤送信|削除|破棄|误收|錯收|错收|誤收|"
    r"誤傳|并非|并不是|非指定|"
    r"删除|刪除|销毁|잘못|삭제|폐기|בטעות|מחק|למחוק|بالخطأ|بطريق الخطأ|عن طريق الخطأ|حذف|اشتباه|nhầm|xóa|xoá|"
    r"ผิดพลาด|ลบ|kesalahan|hapus|"
    r"strictly prohibited|strictement interdit|prohibid|proibid|vietat|verboten|untersagt|unbefugt|"
    r"unauthori[sz]ed|verboden"
)
_GREEN = (
    r"consider the environment|think before (?:you )?print|think of the environment|(?:before|avoid) printing|"
    r"(?:e-?mail|nachricht) wirklich (?:aus)?(?:ge)?druck|wirklich (?:diese )?e-?mail (?:aus)?druck|"
    r"(?:have|need) to print this (?:e-?mail|message)|"
    r"umwelt.*(?:ausdruck|druck)|(?:ausdruck|druck).*umwelt|environnement.*imprim|imprim.*environnement|"
    r"(?:medio ambiente|medioambiente|planeta).*imprim|imprim.*(?:medio ambiente|medioambiente|meio ambiente|mediu)|"
    r"ambiente.*(?:stamp|imprim)|stamp.*ambiente|milieu.*print|print.*milieu|"
    r"milj[öø]\w*.*(?:skriver|skriv |print|udskri)|(?:skriver ut|print\w*|udskri\w*).*milj[öø]|"
    r"ympäristö.*tulost|tulost.*ympäristö|środowisk.*druk|druk.*środowisk|prostřed.*tis|"
    r"prostred.*tla|környezet.*nyomtat|nyomtat.*környezet|mediu.*(?:imprim|tipăr)|"
    r"(?:природ|окружающ|экологи|довкілл).*(?:печат|друк)|(?:печат|друк).*(?:природ|окружающ|экологи|довкілл)|"
    r"περιβάλλον.*(?:εκτυπ|τυπ)|εκτύπ.*περιβάλλον|çevre.*(?:yazdır|çıktı)|環境.*印刷|印刷.*環境|"
    r"(?:环境|環保|环保|地球).*(?:打印|列印)|(?:打印|列印).*(?:环境|環保|环保)|환경.*(?:인쇄|출력)|(?:인쇄|출력).*환경"
)
_PRIVACY = (
    r"gdpr|dsgvo|ds-gvo|rgpd|rodo|kvkk|lopd|avg-|datenschutz(?:hinweis|erklärung|inform)|zum datenschutz|"
    r"donn[ée]es (?:personnelles|à caractère)|protecci[óo]n de datos|protezione dei dati|danych osobowych|"
    r"osobních údajů|"
    r"osobných údajov|персональн\w+ данн|персональних даних|kişisel veri|personoplysninger|personuppgifter|"
    r"persoonsgegevens|"
    r"aviso legal|legal notice|disclaimer|haftungsausschluss|clausola di riservatezza|klauzula poufności"
)
_SCANNED = (
    r"(?:scann|check|geprüft|überprüft|analys|analiz|vérifi|verific|escanead|controll|gescan|gecontrol|skannat|"
    r"tarkist|"
    r"sprawdzon|zkontrol|skontrol|ellenőriz|провер|перевір|taran|チェック|扫描|掃描|检查|검사).*"
    r"(?:viru|viren|antivir|malware|avast|avg|mcafee|norton|mimecast|вирус|вірус|víru|ウイルス|病毒|바이러스)|"
    r"virus-?free|virenfrei|libre de virus|sans virus|privo di virus|senza virus|virusvrij|garanti sans virus"
)
_SIGNS = Patterns(*(f"(?i){one}" for one in (_THIS, _HUSHED, _ADDRESSED, _ASTRAY, _GREEN, _PRIVACY, _SCANNED)))
_IS_THIS, _IS_HUSHED, _IS_ADDRESSED, _IS_ASTRAY, _IS_GREEN, _IS_PRIVATE, _IS_SCANNED = range(7)
_LONGEST_GREEN = 300
_SHORTEST_GREEN = 120


_ANY = Patterns(
    "(?i)"
    + "|".join(
        (*map(re2.escape, (*DISCLAIMERS, *FOOTERS)), _HUSHED, _ADDRESSED, _ASTRAY, _GREEN, _PRIVACY, _SCANNED),
    )
)


def may_be_legal(text: str) -> bool:
    """A cheap look at the end of a whole mail: whether any of it can be a disclaimer or footer."""
    return bool(_ANY.which(text))


def begins_legal(line: str) -> bool:
    """Whether a line of such a paragraph is part of the sentences, and no name above them."""
    return bool(_SIGNS.which(line))


def is_legal(paragraph: str, signed: bool, answers: bool) -> bool:
    """Whether `paragraph` (its lines joined) is a disclaimer; `signed`: a signature or rule stands above it; `answers`:
    the mail answers one (in others a list may excuse itself in the same words, and that is what they say)."""
    if len(paragraph) < 20:
        return False
    asked = "?" in paragraph or "？" in paragraph
    if asked and not (signed and len(paragraph) <= _SHORTEST_GREEN):
        return False
    signs = set(_SIGNS.which(paragraph))
    if _IS_GREEN in signs and len(paragraph) <= _LONGEST_GREEN:
        return not asked or (answers and paragraph.endswith(("?", "？")))
    if asked:
        return False
    if _IS_SCANNED in signs and _IS_THIS in signs and len(paragraph) <= _LONGEST_GREEN:
        return True
    if not answers and not signs & {_IS_HUSHED, _IS_ADDRESSED}:
        return False
    said = len(signs - {_IS_GREEN, _IS_SCANNED})
    return said >= 3 or (said == 2 and signed and bool(signs & {_IS_HUSHED, _IS_PRIVATE, _IS_ASTRAY}))


_OUTSIDE = (
    r"outside|external|extern|außerhalb|extérieur|fuera de|exterior|fora d|estern|buiten de|ekstern|udefra|utenfor|"
    r"ulkopuol|spoza|zewnętrz|mimo organiz|külső|внешн|извне|зовнішн|ззовні|външ|dışından|harici|dışarıdan|"
    r"εξωτερικ|έξω από|"
    r"社外|外部|외부|חיצוני|מחוץ|خارج"
)
_RARELY = (
    r"often get e-?mail|nicht (?:häufig|oft) (?:eine )?e-?mail|(?:obtenez|recevez) pas souvent|no suele[sn]? recibir|"
    r"não costuma receber|não recebe .* frequência|non (?:si )?ricev\S+ spesso|niet vaak e-?mail|inte ofta e-?post|"
    r"får ikke ofte|ikke ofte (?:mail|e-?post)|et saa usein|nie otrzymujesz często|rzadko otrzymujesz|často nedostáv|"
    r"nedostáváte často|nem gyakran kap|nu primiți (?:des|frecvent)|не ?часто получаете|нечасто отримуєте|"
    r"sık sık e-?posta|δεν λαμβάνετε συχνά|頻繁に(?:は)?(?:電子)?メール|不经常收到|不常收到|不常收到|자주 받지"
)
_WARNS = (
    r"^[\[*#<({ 【!⚠️-]*(?:caution|warning|attention|alert|notice|external|achtung|vorsicht|warnung|hinweis|"
    r"extern|externe|"
    r"avertissement|mise en garde|atención|precaución|advertencia|externo|atenção|cuidado|aviso|attenzione|avviso|"
    r"esterno|let op|waarschuwing|pas op|varning|obs|advarsel|ekstern|varoitus|huomio|uwaga|ostrzeżenie|upozornění|"
    r"upozornenie|pozor|varování|figyelem|figyelmeztetés|внимание|предупреждение|увага|попередження|dikkat|uyarı|"
    r"προσοχή|atenție|opozorilo|upozorenje|注意|警告|提醒|【外部|주의|경고|אזהרה|שים לב|تحذير|تنبيه)"
)
_CLICK = (
    r"click|links?\b|attachment|klick|anhäng|cliqu|liens|pièces? jointe|clic |enlace|adjunto|anexo|clicc|allegat|"
    r"klik|bijlage|"
    r"länk|bilag|bifog|vedheft|vedlegg|linkk|liitte|linki|załączni|odkaz|přílo|príloh|kattint|hivatkoz|csatol|ссылк|"
    r"вложени|посилан|вкладен|bağlantı|ek dosya|σύνδεσμ|συνημμ|リンク|添付|链接|連結|鏈接|附件|링크|첨부|קישור|"
    r"רוابط|روابط|مرفق"
)
_SENDER = (
    r"sender|absender|expéditeur|remitente|remetente|mittente|afzender|avsändare|avsender|afsender|lähettäj|nadawc|"
    r"odesílatel|odosielateľ|feladó|отправител|відправник|gönderen|αποστολ|αποστολέα|寄件者|寄件人|发件人|送信者|발신|"
    r"보낸 사람|שולח|المرسل|"
    r"organi[sz]ation|organizație|organización|organização|organizzazione|organisatie|organizac|szervezet|kurum|"
    r"unternehmen"
)
_WARNINGS = Patterns(*(f"(?i){one}" for one in (_OUTSIDE, _RARELY, _WARNS, _CLICK, _SENDER, _THIS)))


_MAY_WARN = Patterns("(?i)" + "|".join((*map(re2.escape, BANNERS), _OUTSIDE, _RARELY)))


def may_warn(paragraph: str) -> bool:
    """A cheap look at the first paragraph of a mail: whether it can be a server's warning."""
    return bool(_MAY_WARN.which(paragraph))


def is_warning(paragraph: str) -> bool:
    """Whether the first `paragraph` of a mail is a server's warning: who writes is outside, or a stranger."""
    signs = set(_WARNINGS.which(paragraph))
    if 1 in signs:
        return True
    return 0 in signs and (2 in signs or 3 in signs) and len(signs) >= (3 if 2 in signs else 4)


_REGISTERED = Patterns(
    r"(?i)amtsgericht|registergericht|handelsregister|geschäftsführ|vorstand|aufsichtsrat|sitz der gesellschaft|"
    r"gesellschafterin|\bhr[ab] ?[0-9]|ust\.?-?id|steuernummer|firmenbuch|\buid\b|siret|siren|\brcs\b|"
    r"capital (?:social|de)|"
    r"n° tva|registro mercantil|inscrita en|\b[cn]if\b|\bcnpj\b|\bnipc\b|p\. ?iva|partita iva|cod\. ?fisc|"
    r"capitale sociale|"
    r"\brea\b|\bkvk\b|\bbtw\b|\bcvr\b|org\.? ?-?nr|y-tunnus|\bkrs\b|\bregon\b|\bnip\b|sąd rejonowy|"
    r"kapitał zakładowy|ičo|\bdič\b|"
    r"obchodním rejstříku|obchodnom registri|cégjegyzék|adószám|\bcui\b|reg\. com|огрн|\bинн\b|\bкпп\b|єдрпоу|αφμ|"
    r"γεμη|"
    r"mersis|vergi no|ticaret sicil|\boib\b|company (?:no|number|reg)|"
    r"registered (?:in|under|office|number|society|charity|company|trade)|"
    r"vat (?:no|reg|number)|"
    r"統一編號|统一社会信用代码|사업자등록번호|法人番号"
)


def is_registration(line: str) -> bool:
    """Whether a line names the register, court, directors or tax number of a company."""
    if ":" not in line and not any(map(str.isdigit, line)):
        return False
    return bool(_REGISTERED.which(line))
