"""The words that closing formulas are made of, in the languages people write: a line of nothing but these is one."""

from __future__ import annotations

__all__ = ["HEADS", "JOINTS", "PARTINGS", "UNSPACED", "UNSPACED_PARTINGS"]

_HEADS = """
    regards rgds rgrds wishes sincerely faithfully truly cheers cordially respectfully warmly greetings gruß
    gruss grüße grüsse gruesse grüßen grüssen gruessen grüßle grüssli grüße! hochachtungsvoll herzlichst
    grüßt grüsst wünscht mfg
    mfg. cordialement salutations amitiés amicalement bises bisous sincèrement respectueusement courtoisement
    cdlt cdt dévouement salutation saludo saludos abrazo abrazos atentamente cordialmente cordialment atte
    salutacions salutació afectuosamente abraçada respetuosamente saudos cumprimentos abraço abraços
    atenciosamente saudações atte. abs beijo beijos beijinhos besos beso besitos respeitosamente saluti saluto
    abbraccio abbracci
    cordialità ossequi baci stimă stima respect salutări consideraţie considerație groet groeten groetjes
    hoogachtend gr grtz hälsning hälsningar hälsar mvh vänligen hilsen hilsener hilsner hilsnar helsing kveðja
    kveðju kveðjum kveðjur knus kramar kram puss pussar kys kyss kisses xoxo klem klemmer kh terveisin terveiset
    terveisiä terv terkuin tervehdyksin ystävällisesti kunnioittavasti
    augura wenst gewenst önskar ønsker życzy přeje praje želi
    lugupidamisega tervitades tervitustega
    tervitus pozdrawiam pozdrawiamy pozdrowienia pozdrowieniami pozdrowień poważaniem powazaniem szacunkiem
    szacunku pozdr pzdr pozdravem pozdravy zdravím zdravíme úctou pozdravom pozdravmi zdravom pozdrav pozdravi
    pozdravom pozdrave pozdravljeni poštovanjem poštovanje spoštovanjem štovanjem поздрав поздрави поштовањем
    поштовање почит уважение пожелания pozdrava уважением пожеланиями почтением приветом повагою повагаю
    побажаннями шаною павагай вітаннями привітом üdvözlettel üdv tisztelettel üdvözöl üdvözlöm köszönettel
    üdvözlet puszi saygılarımla saygılarımızla saygılar saygıyla selamlar selamlarımla sevgiler sevgilerimle
    sevgilerle çalışmalar esenlikler hörmətlə εκτίμηση χαιρετισμούς χαιρετισμοί χαιρετίσματα τιμή εκτίμησης
    φιλικά pagarbiai pagarba linkėjimai linkėjimais cieņu cieņā sveicieniem sveiciens respekt përshëndetje
    cofion agur adeitasunez trọng thân kính salam hormat gumagalang wassalam تحياتي تحياتنا التحيات التحية تحية
    احترامي احتراماتي الاحترام التقدير تقديري احترام ارادت درود בברכה בברכת בכבוד בהוקרה בידידות ברכות ברכה सादर
    भवदीय भवदीया शुभकामनाओं शुभेच्छा शुभेच्छांसह आपला विनीत শুভেচ্ছান্তে ধন্যবাদান্তে આભાર
"""
HEADS = frozenset(_HEADS.casefold().split())
"""Words that make a line of greeting words a closing."""

_JOINTS = """
    with my our very kind kindest warm warmest best many good all the and & from yours your personal again to
    you team everyone sunny friendly of holiday happy seasons festive season's be mit freundlichen freundlichem es
    freundliche freundlicher freundl herzlichem besonderem viele vielen vieler liebe lieben lieber liebsten
    beste besten bester herzliche herzlichen herzlicher schöne schönen schöner sonnige sonnigen kollegiale
    kollegialen kollegialem ein einen aus dem der den die an alle und euch dich sie ihnen nochmals ganz voraus
    einstweilen fröhliche weihnachtliche vorweihnachtliche adventliche österliche sommerliche winterliche
    herbstliche frühlingshafte nette netten sportliche sportlichen musikalische hanseatische digitale
    dienstliche allerbeste allerliebste von uns bien très avec mes nos les plus meilleures sincères distinguées
    respectueuses cordiales amicales bonnes et toute toutes l'équipe l’équipe votre vous toi à de la du bonne
    chaleureuses grosses gros belles ensoleillées confraternelles syndicales associatives sportives
    chaleureusement un una muy cordial cordiales cariñoso afectuoso fuerte gran reciba reciban recibe recibid le
    les os te saluda saludan envío envía mando mi mis más nuestros nuestro desde para todos todas todo el por
    sin otro particular y del ben rebi cordials cordialment molt bona com os meus nossos melhores melhor
    cordiais grande forte cordial receba abraçando e muito sinceros respeitosos cordiali distinti cari caro
    migliori miei più i molti tanti affettuosi sinceri porgo porgiamo invio con inviamo porgere porgerle
    porgervi lieti ringraziando voglia gradire gradisca o cu deosebită deosebita multă aleasă mult sinceră toată
    toate cele bune respectuoase cordiale calde met vriendelijke vriendelijk hartelijke hartelijk beste warme
    lieve zonnige sportieve namens het hele van ons een en collegiale veel med vänlig vänliga varma varm bästa
    soliga många hjärtliga från oss och venlig venlige vennlig vennlige bedste beste mange kærlig kærlige varme
    de fra og alle på vegne af av hjertelig hjertelige goda god kollegial góðri bestu kærri kær vinsamlegast
    virðingarfyllst með vennleg venleg ystävällisin parhain parhaimmin terveisin, aurinkoisin lämpimin kiitoksin
    yhteistyöterveisin kevätterveisin kesäterveisin syysterveisin jouluterveisin parimate soovidega heade
    südamlike sõbralike z wyrazami serdecznie serdeczne serdecznych serdecznymi najlepszymi łączę łączymy ciepło
    gorąco przesyłam przesyłamy wyrazy wielkim wszystkiego dobrego głębokim szacunku, również s srdečným
    přátelským srdečně přátelskými hezkým přeji pěkný hezký den přáním hezkého pekného dňa dne priateľským
    prianím pekný deň moc velice sa lijep lijepi srdačan srdačni srdačno lep lepe lepo prijateljski prisrčen
    prisrčne puno iz с поздрав, искрен искрени с най-добри пожелания срдачан срдачно са с со наилучшими самыми
    добрыми глубоким искренним и большим дружеским всегда ваш ваша уважением, з найкращими щирою щирими
    найщирішими глибокою та дружнім добрими szívélyes baráti szíves sok szeretettel kollegiális és mély őszinte
    előre is kedves iyi en içten saygı ve ile sevgi hepinize kolay gelsin günler dilerim derin tüm με πολλή
    πολλούς θερμούς φιλικούς εγκάρδιους την ιδιαίτερη καλούς πολλά τους καλύτερους μας μου su geriausiais ar
    labākajiem vissiltākajiem sirsnīgiem geriausi nuoširdžiai trân kính thư mến chào ái cảm ơn và xin terima
    kasih dan hangat saya kami takzim kind مع أطيب خالص فائق وافر كل جزيل و وتفضلوا تفضلوا بقبول وتقبلوا تقبلوا
    فضلكم الشكر والتقدير والاحترام وتقديري واحترامي وافر، عظيم أجمل أصدق أرق لكم مني منا شكري والمودة با و سپاس
    تشکر רב רבה ובתודה ובברכה חברית חג שמח תודה שלום ידידות מכל הלב के साथ और धन्यवाद सहित आपका सहित have a nice
    great good wonderful day's happy ha have' in advance lot so much again all bunch thank einen eine schönen
    schöne schönes noch guten tollen wünsche wünschen sehr herzlich schonmal schon mal im wundervollen
    angenehmen erholsames belle passez excellente beaucoup d'avance d’avance par avance encore infiniment merci
    journée excellent agréable je vous souhaite buen buena feliz que tenga tengas tengan muchas muchísimas mil
    antemano excelente lindo linda les deseo bom boa muito desde já antecipadamente ótimo ótima tenha no fico
    excelente buona buon buone mille tante anticipo anticipatamente infinite resto un' abbraccio della cortese
    fijne fijn prettig prettige alvast hartelijk heel erg zeer bij voorbaat een nog goede trevlig god hav en ha
    så mycket på förhand forhånd tusen mange det fin fortsat fortsatt ønskes hei hilsen hyvää mukavaa etukäteen
    paljon kovasti hauskaa oikein miłego dobrego góry bardzo życzę życzymy spokojnych wesołych udanego
    przyjemnego hezký pěkný krásný předem mockrát přeji přejeme přání hezkého pěkného mějte se hezky a prajem
    prajeme vopred pekne krásny szép jó előre nagyon minden további szépen kellemes kívánok anticipat vă vă
    frumoasă frumos bună multe seară și să aveți всех заранее хорошего доброго приятного удачного большое
    огромное вам тебе за понимание до благ желаю отличного наперед гарного хорошого приємного дуже бажаю вам за
    до хубав хубава лек приятен много предварително сърдечни най-добри καλή καλό πολύ σας εκ των προτέρων θερμά
    θερμές ευχαριστούμε şimdiden çok ederim ederiz güzel hayırlı mutlu dilerim bol unaprijed puno lijepa
    najljepša vnaprej ugodan lijep lep lepo želim želimo vam svako dobro prijeten ette kõike suur suured heade
    kena ilusat kaunist iš anksto labai didelis gražios geros jau iepriekš liels jauku nhiều trước xin rất chúc
    anh chị bạn em một ngày vui vẻ banyak sebelumnya atas perhatiannya semoga hari מראש מאוד רבה יום שבוע סוף
    נעים טוב ערב חג جزيلا جزيلاً كثيرا كثيراً مقدما مقدماً لك لكم ولكم جزيل والسلام عليكم ورحمة الله السلام دمتم
    بسیار فراوان آرزوی moltes moltíssimes bon bona asko moitas
"""
JOINTS = frozenset(_JOINTS.casefold().split())
"""Words that stand beside those."""

_PARTINGS = """
    thanks thank thx danke dank dankeschön dankend merci gracias agradezco agradecido agradecida obrigado
    obrigada agradeço agradecemos grato grata grazie ringrazio ringraziamo ringraziamenti mulțumesc multumesc
    mulțumim bedankt dankjewel tack tak takk kiitos kiitän kiittäen kiitoksia dziękuję dziękuje dziękujemy
    dzięki děkuji děkujeme díky dík ďakujem ďakujeme vďaka hvala zahvaljujem zahvaljujemo хвала благодаря
    благодарим благодарю спасибо спасибі дякую дякуємо вдячністю благодарностью köszönöm köszönjük köszi kösz
    teşekkürler teşekkür ευχαριστώ ευχαριστούμε ευχαριστίες aitäh tänan tänades tänud paldies pateicos pateicībā
    ačiū dėkoju dėkui dėkojame dėkingai gràcies gracies eskerrik grazas takkir faleminderit cảm kasih תודה בתודה
    شكرا شكراً الشكر تشکر ممنون ممنونم سپاس धन्यवाद day weekend week evening afternoon morning holidays tag
    abend wochenende woche feierabend nachmittag ostern weihnachten journée soirée semaine week-end après-midi
    fêtes vacances día días fin tarde noche semana dia noite giornata serata settimana lavoro feste dag avond
    middag helg kväll vecka jul sommar kveld uke aften uge sommer päivää päivänjatkoa viikonloppua iltaa viikkoa
    kesää joulua dnia weekendu wieczoru popołudnia tygodnia świąt ukłony den dne víkend večer týden deň týždeň
    napot hétvégét estét hetet jót zi zile seară săptămână prietenie drag дня вечера недели выходных праздников
    благ встречи связи настроения привет вечора тижня вихідних свят зустрічі щиро искренне ден вечер седмица
    уикенд μέρα εβδομάδα απόγευμα βράδυ σαββατοκύριακο συνέχεια αισθήματα günler akşamlar haftalar bayramlar
    bilginize dan vikend praznici päeva nädalavahetust õhtut head soovidega dienos vakaro savaitgalio dienu ihr
    ihre dein deine euer eure yours tuyo tuya votre prijatelj ваш ваша tvoj van jouw din deres oma twój twoja
    hezky dbh yst terv ув kunnioittaen ارادتمند मित्र आपका lành tốt attesa aguardo gentilezza
    موفقیت وبركاته بخير حברים חברים
"""
PARTINGS = frozenset(_PARTINGS.casefold().split())
"""Words that make a line of greeting words a thanks, a wish or a parting: they say something, so a name must follow."""

_JAPANESE = (
    "(?:(?:以上(?:です|となります)?|それでは|では|引き続き|今後とも|どうぞ|どうか|何卒|なにとぞ|お手数ですが|お手数をおかけしますが|ご査収のほど|"
    "恐れ入りますが|恐縮ですが|取り急ぎ)[、，,。 ]?){0,3}(?:よろしく|宜しく|宜敷く)[ ]?(?:お願い|御願い|おねがい|お願)?"
    "(?:いたします|致します|します|申し上げます|申しあげます|致しします|です)?|"
    "敬具|草々|早々|かしこ|拝具|謹白|以上|(?:それでは|では)?(?:、)?失礼(?:いた|致)?します|"
    "よい(?:一日|週末)をお過ごしください"
)
_CHINESE = (
    "(?:[此顺順谨謹专專][致祝颂頌此]|敬[祝颂頌礼禮上启啟請请]|[祝颂頌]|即[颂頌]|谨启|謹啟|谨上|謹上|拜上)"
    "(?:[ 　、，,]|您|你|们|們|大家|各位|好|商祺|[时時]祺|[时時][绥綏]|[台臺勋勳]安|"
    "大安|安好|安康|顺利|順利|工作|生活|一切|"
    "身体|身體|业务|業務|生意|兴隆|興隆|周末|週末|愉快|顺心|顺心如意|順心|开心|開心|健康|平安|快乐|快樂|万事如意|萬事如意|"
    "[春夏秋冬近教编編]安|[春夏秋冬]祺|有|美好的一天|愉快的一天|[鈞钧]安|[颂頌]|敬礼|敬禮|[财財]安|发财|發財|节日|節日|新年)*"
)
_KOREAN = (
    "감사합니다|감사드립니다|고맙습니다|(?:오늘도 )?(?:좋은|행복한|즐거운|편안한|보람찬) "
    "(?:하루|주말|시간|저녁|오후|한 주|명절)"
    "(?:가)? ?(?:되세요|보내세요|되십시오|보내십시오|되시기 바랍니다|보내시기 바랍니다|되시길 바랍니다)|수고하세요|"
    "수고하십시오|수고하시기 바랍니다|안녕히 계세요|안녕히 계십시오|그럼 이만|이만 줄입니다|"
    "[가-힣]{2,4} ?(?:드림|올림|배상)|"
    "[가-힣 ]{2,20} [가-힣]{2,4} (?:드림|올림|배상)|드림|올림"
)
_THAI = (
    "(?:จึงเรียน(?:มา)?เพื่อ(?:โปรด)?ทราบ|ขอแสดงความนับถือ(?:อย่างสูง)?|ด้วยความ(?:เคารพ|นับถือ|ปรารถนาดี)(?:อย่างสูง|อย่างยิ่ง)?|"
    "นับถือ|ด้วยรัก)(?:ครับ|ค่ะ)?"
)
_THANKS = (
    "(?:どうも|誠に|本当に|大変)?[、 ]?(?:ありがとう|有難う|有り難う)(?:ございま(?:す|した))?|お疲れ様(?:です|でした)?|"
    "取り急ぎ[、 ]?[ごお御]?(?:連絡|報告|返信|返事|礼|願い|回答)(?:のみ|まで)?(?:申し上げます|いたします|です)?|"
    "(?:先|十分|非常|万分|十分|在此)?(?:谢谢|謝謝|多谢|多謝|感谢|感謝|谢了|拜托了?)"
    "(?:您|你|大家|各位|啦|了)?(?:的?(?:帮助|協助|配合|理解))?|"
    "그럼|그럼 수고하세요|그럼 이만 줄이겠습니다|잘 부탁드립니다|부탁드립니다|"
    "(?:ขอ)?ขอบคุณ(?:มาก|ล่วงหน้า|อย่างสูง|มากๆ)?(?:ครับ|ค่ะ|คะ|นะคะ|นะครับ)?"
)
UNSPACED = (_JAPANESE, _CHINESE, _KOREAN, _THAI)
UNSPACED_PARTINGS = (_THANKS,)
"""Closings, and partings that need a name, of the scripts that leave no blanks between words: expressions for a whole
line (RE2's syntax)."""
