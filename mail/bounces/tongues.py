"""What servers say in words that stand together: a noun and what became of it, in many languages.

Sentences are built alike everywhere: `the mailbox … is full`, `Postfach … überfüllt`, `ящик … переполнен`. For each
reason and language a pair: expressions for the noun and for what became of it, which must stand in one sentence.
"""

from __future__ import annotations

__all__ = ["PAIRS", "Pair"]

Pair = tuple[str, str] | tuple[str, str, int]
"""Alternatives (RE2) for a noun and for what became of it, in either order within one sentence.

With a number: the noun first, and so many words at most between. No noun: the second alone tells. No expression has a
gap of its own: RE2 would have to remember each place where one may have begun.
"""

PAIRS: tuple[tuple[str, tuple[Pair, ...]], ...] = (
    ("delivery_agent", (("", r"procmail:|maildrop:|command died with|pipe to (?:\||command)|child process of"),)),
    ("system", (
        ("", r"\bunknown (?:error|reason|problem|failure|exception)|no such file|closed for maintenance"),
        (r"\bscanner", r"\b(?:not found|failed|error)", 2),
    )),
    ("protocol", ((
        r"\b(?:command|parameter|argument|verb)s?\b", r"\b(?:not |un)(?:recogni[sz]ed|known|implemented)", 2,
    ),)),
    ("network", (
        (r"\b(?:connection|session|channel)\b", r"\b(?:terminated|closed|dropped|aborted)", 2),
        ("", "lookup did not complete"),
    )),
    ("content", (
        (r"\b(?:headers?|header from|message-id|charset|character set|content-type|mime|language|attachment|"
         r"attachment type|file type|url)\b",
         r"\b(?:not (?:valid|found|known|recogni[sz]ed|allowed)|invalid|unknown|malformed|missing)", 2),
        ("", r"\b(?:unknown|invalid|malformed|missing) (?:attachment|charset|url|header|content-type|language)|"
             r"no date header"),
    )),
    ("filtered", (
        ("", r"(?:has|have) blocked you|opted out|does not want (?:your|any)|doesn't want (?:your|any)"),
    )),
    ("sender_rejected", (
        (r"\b(?:(?:sender|envelope|from|return-path|return path|bounce)(?:'s)? (?:address|domain|mailbox|account)|"
         r"sending (?:domain|address)|your domain|return-path|from:)",
         r"\b(?:does not exist|doesn't exist|not (?:a )?(?:valid|found|known)|unknown|invalid|"
         r"could not be (?:found|resolved|verified))", 2),
        (r"\b(?:resolve|find|verify|locate)\b", r"\b(?:your|sender|sending|the sender's) domain", 2),
        ("", r"\bsender (?:is |was )?(?:not (?:a )?(?:valid|found|known)|unknown|invalid|does not exist)|"
             r"\binvalid sender"),
        ("", r"\bsender (?:address |domain )?(?:rejected|verif|refused|denied)|verif(?:y|ying) (?:the )?sender"),
        ("absender", "unbekannt|ungültig|abgelehnt|existiert nicht|gesperrt"),
        ("expéditeur", "inconnu|invalide|refusé|rejeté|n'existe pas|non autorisé|bloqué"),
        ("remitente", "desconocid|no existe|inválid|rechazad|bloquead|no autorizad"),
        ("remetente", "desconhecid|não existe|inválid|rejeitad|bloquead|não autorizad"),
        ("mittente", "sconosciut|non esiste|non valid|rifiutat|bloccat|non autorizzat"),
        ("afzender", "onbekend|ongeldig|geweigerd|geblokkeerd|bestaat niet"),
        ("отправител", "неизвест|не существует|отклон|заблокирован|запрещ"),
        ("发件人|發件人|寄件者|寄件人", "不存在|拒绝|拒絕|被拒|无效"),
        ("送信者|差出人", "拒否|不明|存在し"),
    )),
    ("rate_limited", (
        ("", r"limit (?:for|on) sending|sending limit|limit of (?:messages|recipients)"),
        ("domain|host", r"has exceeded (?:its|the|their) (?:limit|quota|maximum)"),
        ("", r"too many (?:invalid|unknown|bad|failed|rejected|errors|illegal)|excessive (?:invalid|unknown|number)"),
    )),
    ("relaying_denied", (("", r"domain (?:is )?not (?:accepted|served|handled)"),)),
    ("greylisted", (("", "grau ?liste|liste grise|lista gris|серый список|серого списка"),)),
    ("expired", (
        ("", r"\bfailed (?:after )?[0-9]+ (?:delivery )?(?:attempts|times|tries)|failing for a long time|"
             r"(?:given|giving|gave) up after|not delivered (?:with)?in [0-9]+ (?:days|hours)"),
        ("zustellversuch|zustellfrist|warteschlange", "abgelaufen|überschritten|erfolglos|aufgegeben"),
        ("tentativ", "dépass|épuisé|échou|expir|esaurit|scadut|superat|esgotad"),
        ("intento", "agotad|fallid|superad|expir"),
        ("попыт|время", "исчерпан|истек|безуспеш"),
    )),
    ("too_large", (
        ("nachricht|e-mail|größe der|anhang|anhänge", "zu groß|maximale größe|größenbeschränkung|größenlimit"),
        ("message|courriel|courrier|taille|pièce", r"trop (?:volumineu|grand|gros|lourd)|dépasse la taille"),
        ("mensaje|correo|tamaño|adjunto", "demasiado (?:grande|larg|pesad)|excede el|supera el"),
        ("mensagem|tamanho|anexo", "(?:muito|demasiado) grande|excede o|ultrapassa o|acima do limite"),
        ("messaggio|dimension|allegat", "troppo grand|supera (?:il|la dim)|eccede|oltre il limite"),
        ("bericht|grootte|bijlage", "te groot|overschrijdt de max"),
        ("meddeland|storlek|besked|melding|meddelelse|størrelse", "för stor|for stor|överskrider|overskrider"),
        ("viesti|koko", "liian suuri|ylittää"),
        ("wiadomoś|rozmiar", "(?:zbyt|za) duż|przekracza"),
        ("zpráv|velikost|správ", "příliš velk|překračuje|príliš veľk|prekračuje"),
        ("üzenet|levél|méret", "túl nagy|meghaladja"),
        ("сообщени|письм|размер|вложени|лист", "слишком (?:больш|велик)|превыша|занадто велик"),
        ("ileti|mesaj|boyut", "çok büyük|aşıyor|sınırını aş"),
        ("邮件|郵件|附件|信件", "过大|太大|過大|(?:超过|超出|超過).*(?:大小|限制)"),
        ("メール|メッセージ|サイズ|添付", "大きすぎ|サイズ(?:を|が)?(?:超|制限)|サイズオーバ"),
        ("메시지|메일|첨부", "너무 (?:큽|커|큰)|크기 ?초과|크기가 ?초과|크기 제한"),
    )),
    ("mailbox_full", (
        ("", r"exceed(?:ed|s)? (?:their|his|her|its|the) (?:mail |mailbox |disk )?(?:space|quota|storage|mailbox)\b"),
        (r"\b(?:mailbox|inbox|mail box|mailfile|mail file|storage|account|user|recipient)",
         r"\b(?:is|was|are|too|now|currently|almost|completely) full\b|over (?:its|their|his|her|"
         r"the) (?:storage |size |mail |mailbox )?(?:limit|quota)|over limit\b|mailbox (?:size )?limit|"
         r"out of (?:storage )?space|over the limit|"
         r"exceeded its limit"),
        ("postfach|postfächer|mailbox|speicher|kontingent|quota", r"voll\b|überfüllt|überschritten|erschöpft|"
         r"ausgelast"),
        ("boîte|boite|messagerie|quota|espace|stockage|courrier",
              r"\bpleine?s?\b|satur|dépassé|insuffisant|remplie"),
        ("buzón|buzon|casilla|cuota|espacio|bandeja|capacidad", "llen[oa]|excedid|superad|agotad|insuficien|sobrepas"),
        ("caixa|quota|cota|espaço|capacidade", "chei[ao]|excedid|esgotad|lotad|insuficien|ultrapass"),
        ("casella|quota|spazio|mailbox|archivio", "pien[ao]|superat|esaurit|insufficien"),
        ("postbus|postvak|brievenbus|mailbox|quotum|inbox", r"\bvol\b|overschreden|te vol"),
        ("brevlåd|postlåd|inkorg|mailbox|kvot", r"\bfull|överskrid"),
        ("postkass|postboks|innboks|indbakke|mailboks|postlåd|kvote", r"\bfuld|\bfull|overskr|opbrugt"),
        ("postilaati|saapuneet|kiintiö|sähköpostilaati", "täynnä|täysi|täyt|ylit"),
        ("skrzynk|konto|limit|pojemnoś", "pełn|przepełnion|przekroczon|zapełnion"),
        ("schránk|schránc|kvót", "pln|překroč|prekroč|přeplněn|zaplněn|preplnen"),
        ("postafiók|postaláda|kvóta|tárhely", "megtelt|tele|betelt|túllép"),
        ("căsuț|casut|cutia|cutie|spațiu", "plin|depăși|depasi"),
        ("ящик|квот|хранилищ|скриньк|мест", "переполн|полон|заполнен|превышен|исчерпан|переповнен|перевищен"),
        ("γραμματοκιβώτι|θυρίδα", "πλήρ|γεμάτ"),
        ("posta kutusu|kutusu|kota", "dolu|doldu|aşıl|aştı"),
        ("邮箱|信箱|郵箱|空间|空間|容量|配额|邮件箱", "满|滿|不足|超出|超过|超過|用完"),
        ("メールボックス|受信箱|受信トレイ|容量|空き", "いっぱい|一杯|満杯|超過|超え|オーバー|不足|上限"),
        ("메일함|사서함|편지함|용량|저장 공간|받은편지함", "초과|가득|부족|꽉"),
        ("صندوق|البريد", "ممتلئ|امتلأ"), ("תיבת|התיבה", "מלאה|מלא"),
        ("пощенска|кутия|квота", "пълна|препълнен|надвишен"), ("bústia|quota|espai", r"plena|ple\b|excedi|superad"),
        ("sandučić|pretinac|poštanski|predal|kvota", "pun|prepun|poln|premaš|prekorač"),
        ("pašto dėžut|dėžutė", "pilna|perpild"), ("pastkast", "pilna"), ("postkast", "täis"),
        ("hộp thư", "đầy"), ("kotak", "penuh"), ("กล่อง", "เต็ม"),
    )),
    ("no_mail_accepted", (
        (r"\b(?:domain|host)\b", r"(?:does not|doesn't) accept (?:any |e-?)?mails?(?:$|[.,:;)]| \()", 3),
        ("", r"null ?mx\b"),
    )),
    ("host_unknown", (
        ("", r"domaindoesnotexist|infodomainnonexistent|infonorecords|domain name not found|nxdomain"),
        ("", r"\bno (?:valid )?(?:mx|a|aaaa|mx or a|a or mx|dns) records?\b"),
        (r"\b(?:domain|host|hostname)\b", r"does not exist|doesn't exist|could not be found|couldn't be found|"
         r"was not found|"
         r"wasn't found|\bnot found|is unknown|no longer exists"),
        (r"\bdomain|domäne|zielserver|\bhost", "existiert nicht|unbekannt|nicht gefunden|nicht aufgelöst"),
        ("domaine|hôte", "inconnu|n'existe pas|introuvable"),
        ("dominio", "desconocid|no existe|no (?:se )?(?:pudo )?enc[ou]|inexistente|sconosciut|non esist|non trovat"),
        ("domínio", "desconhecid|não existe|encontrad|inexistente"),
        ("domein", "onbekend|bestaat niet|niet gevonden"),
        ("домен", "не существует|не найден|неизвест"), ("domen", "nie istnieje|nieznan|nie znalez"),
        ("doména|doménu", "neexistuje|nenalezen|neznám"), ("alan adı|etki alanı", "bulunamad|mevcut değil|yok"),
        ("ドメイン", "存在し|見つかり|不明"), ("域名|网域|網域", "不存在|找不到|无效|错误|錯誤"),
        ("도메인", "존재하지|찾을 수 없|없는"),
    )),
    ("user_unknown", (
        (r"\b(?:user|account|mailbox|address|recipient|alias|inbox|employee|login|profile)\b",
         r"\b(?:has|have|had|was|is|were|been)(?: been)? (?:deleted|removed|closed|terminated|cancell?ed|"
         r"discontinued|retired|"
         r"decommissioned|shut down|abolished)\b"),
        ("", r"recipient address(?:es)? rejected ?: access denied|not in our (?:database|directory|system|records)|"
         r"no longer in use\b|not in use any ?more|"
         r"rcpt not valid|not valid rcpt|"
             r"invalid (?:final )?(?:delivery )?userid|addresses were unknown|unrecogni[sz]ed o/r name|\S unknown$"),
        ("", r"\bno such (?:user|recipient|mailbox|person|account|customer)\b|\b(?:user|recipient) unknown\b|"
             r"\bunknown user\b"),
        ("", r"\bno longer (?:exist|an? (?:valid|active) (?:e-?mail |user|member|employee|address)|with (?:us|the|"
         r"our)|work)|"
             r"\b(?:has|have) left (?:the|our|this) (?:company|organi[sz]ation|firm|university|school)|"
         r"recipient verification|"
             r"\bnot a (?:known|valid|current) (?:recipient|user|address|mailbox|e-?mail|account)"),
        ("empfänger|benutzer|adresse|postfach|konto|nutzer|teilnehmer|mitarbeiter",
              r"unbekannt|existiert nicht|existieren nicht|nicht mehr|gibt es nicht|nicht (?:gefunden|bekannt|"
         r"vorhanden|gültig|"
         r"korrekt|"
              r"eingerichtet|verzeichnet|im (?:domino-|globalen |öffentlichen )?(?:verzeichnis|adressbuch))|gelöscht|"
         r"ungültig|aufgelöst|"
              r"geschlossen|ausgeschieden"),
        ("destinataire|utilisateur|adresse|boîte|boite|compte|usager|abonné",
              r"inconnue?|n'existe (?:pas|plus)|introuvable|invalide|non valide|pas valide|supprimée?|fermée?|clôtur|"
              r"erroné|n'a pas été trouv|incorrecte|résilié"),
        ("destinatario|usuari|dirección|direccion|buzón|buzon|cuenta|casilla",
              r"desconocid|no existe|no (?:se )?(?:pudo )?(?:encontr|encuentr)|no fue encontr|inexistente|no (?:es )?"
              r"válid|inválid|eliminad|cerrad|dad[oa] de baja|incorrect|erróne|cancelad"),
        ("destinatári|destinatari|usuári|usuari|utilizador|endereço|caixa|conta",
              r"desconhecid|não existe|inexistente|não (?:foi )?encontrad|inválid|encerrad|excluíd|removid|cancelad"),
        ("destinatari|utente|indirizzo|casella|account",
              r"sconosciut|non esist|inesistente|non (?:è stat[oa] )?trovat|non valid|eliminat|chius|cessat|errat"),
        ("ontvanger|gebruiker|adres|postbus|postvak|geadresseerde|account",
              r"onbekend|bestaat niet|niet (?:gevonden|bekend|geldig)|ongeldig|opgeheven|verwijderd|bestaat"),
        ("mottagar|användar|adress|konto|brevlåd",
              r"okän|finns (?:inte|ej)|saknas|ogiltig|hittades inte|hittas inte|existerar inte|inte hittas|avsluta|"
         r"borttag"),
        ("modtager|mottaker|bruger|bruker|adresse|postkasse|konto",
              r"ukendt|ukjent|f(?:in|i)n[nd]es ikke|eksisterer ikke|ugyldig|ikke (?:fundet|funnet|findes)|slettet|"
         r"nedlagt"),
        ("vastaanotta|käyttäjä|osoite|postilaati|tili",
              r"tuntematon|ei (?:ole olemassa|löydy|löytynyt|tunnettu|voitu löytää)|virheellinen|poistettu"),
        ("odbiorc|adresat|użytkownik|adres|skrzynk|kont",
              r"nieznan|nie istnieje|nie znaleziono|nie został|nieprawidłow|nie ma|usunięt|zlikwidowan|niepoprawn"),
        ("příjemc|uživatel|adres|schránk|účet|používateľ|príjemc",
              r"neexistuje|neznám|nenalezen|nebyl\w? nalezen|neplatn|nenájden|zrušen"),
        ("címzett|felhasználó|postafiók|e-mail cím", "nem létezik|ismeretlen|nem található|érvénytelen|megszűnt"),
        ("destinatar|utilizator|adres|căsuț", "necunoscut|nu exist|inexistent|invalid|nu a fost găsit"),
        ("пользовател|получател|адрес|ящик|аккаунт|уч[её]тн",
              r"не существует|не найден|неизвест|недействител|не зарегистрирован|удал[её]н|отсутству|неверн|закрыт"),
        ("користувач|одержувач|отримувач|скриньк", "не існує|не знайден|невідом|видален"),
        ("παραλήπτη|χρήστη|διεύθυνση|λογαριασμ", "άγνωστ|δεν υπάρχει|δεν βρέθηκε|άκυρ"),
        ("alıcı|kullanıcı|adres|hesap|posta kutusu",
              r"bulunamad|bilinm|mevcut değil|bulunmamakta|\byok\b|yoktur|geçersiz|kapatıl|silin"),
        ("收件人|用户|用戶|邮箱|信箱|地址|帐号|账号|帳號|收信人|使用者",
              r"不存在|未找到|找不到|未开通|无效|無效|已?注销|未注册|关闭|删除|不正确"),
        ("アドレス|宛先|ユーザ|受信者|アカウント|メールボックス|宛て先",
              r"存在しま|見つかり|不明|存在しな|見つから|ありません|ございません|削除|誤|間違|解約|無効です"),
        ("주소|사용자|받는 사람|받는사람|수신자|수신인|계정|편지함",
              r"존재하지|찾을 수 없|없는|없습니다|잘못|탈퇴|알 수 없"),
        ("المستخدم|العنوان|المستلم|البريد", "غير موجود|غير معروف|لا يوجد|غير صالح"),
        ("נמען|משתמש|כתובת|תיבה", "לא קיי|לא נמצא|אינה קיימת|אינו קיים|לא ידוע"),
        ("потребител|получател|адрес|кутия", "не съществува|неизвест|не е намерен|невалид"),
        ("usuari|destinatari|adreça|bústia|compte", "no existeix|desconegu|no s'ha trobat|no és vàlid|eliminat"),
        ("korisnik|primatelj|primalac|adresa|uporabnik|naslov", "ne postoji|nepoznat|nije pronađen|ne obstaja|neznan"),
        ("vartotojas|gavėjas|adresas|lietotāj|adresāt|kasutaja|aadress",
              "nerastas|neegzistuoja|nežinomas|neeksistē|nav atrast|nezinām|ei eksisteeri|ei leitud|tundmatu"),
        ("người nhận|địa chỉ|tài khoản|hộp thư", "không tồn tại|không tìm thấy|không hợp lệ"),
        ("penerima|alamat|pengguna|akun", r"tidak (?:ada|ditemukan|dikenal|valid|wujud|terdaftar)"),
        ("ผู้รับ|ที่อยู่|บัญชี", "ไม่พบ|ไม่มี|ไม่รู้จัก"),
    )),
    ("suspended", (
        (r"\b(?:account|mailbox|user|recipient|address|inbox)\b", r"\b(?:is|was|been|are|currently|temporarily|"
         r"permanently) "
         r"(?:currently |temporarily |permanently )?(?:disabled|suspended|inactive|deactivated|locked|dormant|"
         r"on hold|frozen)\b"),
        ("konto|postfach|benutzer|mailbox", "gesperrt|deaktiviert|inaktiv|stillgelegt|abgeschaltet"),
        ("compte|boîte|boite|adresse|utilisateur", "désactiv|suspendu|bloqué|inactif|inactive|plus acti|verrouill"),
        ("cuenta|buzón|buzon|usuario", "desactivad|deshabilitad|suspendid|bloquead|inactiv|inhabilitad"),
        ("conta|caixa|usuári", "desativad|desabilitad|suspens|bloquead|inativ"),
        ("account|casella|utente", "disattivat|disabilitat|sospes|bloccat|inattiv"),
        ("account|postbus|mailbox|gebruiker", "uitgeschakeld|geblokkeerd|gedeactiveerd|opgeschort|inactief"),
        ("konto|brevlåd|användar|postkasse|bruger|bruker",
              "inaktiver|spärra|avstäng|inaktiv|deaktiver|spærre|sperre|lukket|suspender"),
        ("tili|postilaati|käyttäjä", "suljettu|lukittu|käytöstä|ei ole käytössä"),
        ("konto|skrzynk|użytkownik", "zablokowan|zawieszon|nieaktywn|wyłączon"),
        ("účet|schránk|uživatel", "zablokov|pozastaven|neaktivn|deaktiv"),
        ("ящик|пользовател|аккаунт|уч[её]тная", "заблокирован|отключ|неактив|приостановлен"),
        ("hesap|hesab|kullanıcı|posta kutusu", "askıya|devre dışı|pasif|kilit|engel"),
        ("邮箱|帐号|账号|用户|帳號|信箱", "停用|禁用|冻结|凍結|锁定|封停|暂停"),
        ("アカウント|メールボックス|アドレス", "停止|無効化|休止|ロック|凍結"),
        ("계정|메일함|사용자", "휴면|정지|잠금|비활성|차단"),
    )),
    ("spam", ((
        "", r": ?spam\b|rejected (?:as|for) spam|spamverdacht|unerwünschte|pourriel|indésirable|no deseado|"
         r"não solicitad|indesiderat|спам|нежелательн|"
         "niechcian|"
             "ongewenste (?:mail|e-mail|post|reclame)|nevyžádan|垃圾|迷惑メール|スパム|스팸|istenmeyen|roskaposti|"
             "skräppost|"
             "søppelpost|levélszemét",
    ),)),
    ("network", (
        (r"\bconnection\b", r"\b(?:failed|timed out|refused|aborted|was closed)"),
        ("", r"unable to (?:make|establish|open) (?:a )?connection|no route found|(?:never|not) (?:answer|respond|"
         r"repl)"),
        ("verbindung|server", "nicht erreichbar|fehlgeschlagen|zeitüberschreitung|nicht möglich|nicht verfügbar"),
        ("serveur|connexion", "injoignable|ne répond|connexion (?:refusée|impossible)|indisponible|échoué|expiré"),
        ("servidor|conexión", "no responde|fallid|no disponible|no se pudo conectar|tiempo de espera|inaccesible"),
        ("servidor|conexão|ligação", "não responde|indisponív|falhou|tempo esgotad|inacessív"),
        ("server|connessione", "non raggiungibile|non risponde|scadut|non disponibile"),
        ("server|verbinding", "niet bereikbaar|mislukt|reageert niet|niet beschikbaar"),
        ("сервер|соединени", "недоступ|не отвечает|не удалось|время ожидания"),
        ("serwer|połączeni", "nie odpowiada|niedostępn|nieudan|przekroczon"),
        ("サーバ|接続", "応答|接続でき|タイムアウト|失敗"), ("服务器|连接|伺服器", "超时|失败|无法|無法|不可达"),
        ("서버|연결", "응답|실패|시간 초과|연결할 수 없"),
        ("sunucu|bağlantı", "yanıt verm|ulaşılam|kurulam|zaman aşım"),
    )),
)  # fmt: skip
"""Asked before the plain phrases, from top to bottom; over lower-case text in which blanks are folded."""
