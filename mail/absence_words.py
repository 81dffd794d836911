"""Months and the words around dates in the languages of out-of-office notes, lower case; for `absence`."""

from __future__ import annotations

__all__ = [
    "AGAIN",
    "BACK",
    "BREAKS",
    "CONNECT",
    "FROM",
    "FROM_AFTER",
    "GONE",
    "MONTHS",
    "SHORT",
    "UNTIL",
    "UNTIL_AFTER",
]

_NAMES = (
    """january januar jänner janvier enero janeiro gennaio januari tammikuu tammikuuta stycznia styczeń ledna leden
    január januára januárja ianuarie января январь січня януари јануара januara januarja siječnja ocak sausio janvāris
    janvārim janvāra janvārī jaanuar jaanuari janúar gener xaneiro ιανουαρίου ιανουάριος มกราคม ינואר يناير जनवरी
    januarie""",
    """february februar feber februari février fevrier febrero fevereiro febbraio helmikuu helmikuuta lutego luty února
    únor február februára februárja februarie februarja februara февраля февраль лютого февруари фебруара veljače
    şubat vasario februāris februārim februāra februārī veebruar veebruari febrúar febrer febreiro φεβρουαρίου
    กุมภาพันธ์ פברואר فبراير फ़रवरी फरवरी""",
    """march märz mars marzo março maart maaliskuu maaliskuuta marts marca marec marzec března březen március martie
    марта март березня marta ožujka mart kovo martā martam märts märtsi març μαρτίου มีนาคม מרץ مارس मार्च maret""",
    """april avril abril aprile huhtikuu huhtikuuta kwietnia kwiecień dubna duben április apríla apríl aprilie апреля
    апрель квітня април априла aprila travnja nisan balandžio aprīlis aprīlim aprīļa aprīlī aprill aprilli απριλίου
    เมษายน אפריל أبريل ابريل अप्रैल""",
    """may mai mayo maio maggio mei maj maja toukokuu toukokuuta května květen május mája мая май травня маја svibnja
    mayıs gegužės maijs maijam maija maijā maí maig μαΐου μαίου พฤษภาคม מאי مايو मई""",
    """june juni juin junio junho giugno kesäkuu kesäkuuta czerwca czerwiec června červen június júna jún iunie июня
    июнь червня юни јуна juna junija lipnja haziran birželio jūnijs jūnijam jūnija jūnijā juuni júní juny xuño
    ιουνίου มิถุนายน יוני يونيو जून""",
    """july juli juillet julio julho luglio heinäkuu heinäkuuta lipca lipiec července červenec július júla júl iulie
    июля июль липня юли јула jula julija srpnja temmuz liepos jūlijs jūlijam jūlija jūlijā juuli júlí juliol xullo
    ιουλίου กรกฎาคม יולי يوليو تموز जुलाई julai julie""",
    """august août aout agosto augustus augusti elokuu elokuuta sierpnia sierpień srpna srpen augusztus augusta августа
    август серпня avgusta kolovoza ağustos rugpjūčio augusts augustam augustā ágúst agost αυγούστου สิงหาคม אוגוסט
    أغسطس اغسطس آب अगस्त agustus ogos""",
    """september septembre septiembre setembro settembre syyskuu syyskuuta września wrzesień září szeptember septembra
    septembrie сентября сентябрь вересня септември септембра rujna eylül rugsėjo septembris septembrim septembrī
    septembri setembre σεπτεμβρίου กันยายน ספטמבר سبتمبر أيلول सितंबर""",
    """october oktober octobre octubre outubro ottobre lokakuu lokakuuta października październik října říjen október
    októbra octombrie октября октябрь жовтня октомври октобра oktobra ekim spalio oktobris oktobrim oktobrī oktoober
    oktoobri οκτωβρίου ตุลาคม אוקטובר أكتوبر اكتوبر अक्टूबर""",
    """november novembre noviembre novembro marraskuu marraskuuta listopada listopad listopadu novembra noiembrie
    ноября ноябрь листопада ноември новембра kasım lapkričio novembris novembrim novembrī novembri nóvember νοεμβρίου
    พฤศจิกายน נובמבר نوفمبر नवंबर studenoga studenog""",
    """december dezember décembre diciembre dezembro dicembre joulukuu joulukuuta grudnia grudzień prosince prosinec
    prosinca decembra decembrie декабря декабрь грудня декември децембра aralık gruodžio decembris decembrim decembrī
    detsember detsembri desember desembre decembro δεκεμβρίου ธันวาคม דצמבר ديسمبر दिसंबर disember""",
)
_ABBREVIATED = (
    "jan jän jänn janv янв", "feb fev févr fév фев febr", "mar mär mrz mrt", "apr avr abr апр", "", "jun июн",
    "jul juil июл", "aug авг", "sep sept сен сент", "oct okt окт", "nov ноя нояб", "dec dez déc дек",
)  # fmt: skip
_AFTER_DAY = (
    "ene gen sty oca ม.ค", "lut şub ก.พ", "มี.ค", "kwi nis квіт เม.ย", "mag พ.ค", "giu cze haz черв มิ.ย",
    "lug lip tem лип ก.ค", "ago sie ağu серп ส.ค", "set wrz eyl вер ก.ย", "ott out paź eki жов ต.ค", "lis kas лист พ.ย",
    "dic gru ara груд ธ.ค",
)  # fmt: skip


def _numbers(rows: tuple[str, ...]) -> dict[str, int]:
    return {name: number for number, names in enumerate(rows, start=1) for name in names.split()}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MONTHS = _numbers(_NAMES) | _numbers(_ABBREVIATED)
"""Number of the month by its name: nominative, genitive, and what stands in dates."""
SHORT = _numbers(_AFTER_DAY)
"""Short names that are words of their own elsewhere (`out`, `set`): months only behind a day."""

UNTIL = _words(
    """until till til thru through to upto bis jusqu jusque au aux hasta al até ate ao fino all tot tm tom asti saakka
    do až aż po până pana по до līdz iki kuni μέχρι έως ως עד حتى إلى الى لغاية đến tới sampai hingga sd fins ata hadi
    fram تا tem zum ถึง จนถึง तक before vor avant antes prima voor före før inden ennen przed před înainte enne pirms
    prieš πριν"""
)
"""Before the last day away."""
BACK = _words(
    """back return returning returns reopen reopens reopening resume zurück rückkehr retour reviens reviendrai rentre
    rentrerai reprise réouverture rouvrira regreso regresaré vuelvo volveré vuelta regresso volto voltarei retorno
    rientro torno tornerò ritorno rientrerò rientra terug tillbaka åter tilbage tilbake palaan takaisin wracam wrócę
    powrót zpět vrátím návrat späť vrátim vissza visszatérek revin înapoi întorc вернусь вернёмся возвращаюсь повернусь
    повертаюсь връщам επιστρέφω επιστροφή επιστρέψω dönüyorum dönüş döneceğim vratit vraćam natrag vrnem nazaj tagasi
    reprends reprendrai retrouverai reincorporo reincorporaré incorporo regressarei retornarei retornaremos regressamos
    reabre reabrimos riapre riapriamo riapertura torneremo rientriamo hervat kehre kehren zurückkommen vracím vracíme
    vrátíme vrátime vraciam wracamy powracam térek visszajövök revenim reveni вернемся возвращения выйду выхожу
    повернуся
    вийду връщаме atgriešos palaamme palailen retur gjenåpner åpner öppnar åbner genåbner أعود سنعود
    naasen atpakaļ atgriežos atgriezīšos grįšiu grįžtu kembali torno tornaré אחזור חוזר חוזרת سأعود"""
)
"""Before the day of return."""
FROM = _words(
    """from starting beginning between since vom von ab seit zwischen du depuis dès partir entre desde del dal dalla da
    van vanaf från fra fom alkaen od începând din с со з від од от από 自 从 從 מ מתאריך החל בין من ابتداء اعتبارا بين
    từ dari mulai sejak no nuo alates des ตั้งแต่ ระหว่าง"""
)
"""Before the first day away; or before the day of return, where what is said is that somebody is there again."""
CONNECT = UNTIL | BACK | _words("and und et y e en og och a à ja ir un ile ve และ и та і és si și i oraz in és ו و")
"""Between the first and the last day, beside dashes."""
AGAIN = _words(
    """again available back return reopen reopens open reachable wieder zurück erreichbar melden melde retour disponible
    disponibles joignable nouveau nouveaux réouverture rouvre rouvrirons ouverts nuevo nuevamente disponível novo
    novamente nuovo disponibile reperibile weer terug bereikbaar igen åter tillbaka tilbage tilbake anträffbar jälleen
    takaisin tavoitettavissa ponownie znowu dostępny dostępna opět zpět znovu opäť späť ismét újra vissza nou disponibil
    снова вновь вернусь доступен знову отново ξανά πάλι διαθέσιμος yeniden tekrar ponovno opet ponovo spet taas uuesti
    tagasi atkal vėl vel kembali lại reply respond answer antworte antworten beantworte beantworten répondrai répondrons
    traiterai responderé responderemos contestaré responderei responderemos risponderò risponderemo antwoorden
    beantwoorden svare svarer svarar besvarer besvarar vastaan odpowiem odpowiemy odpovím odpoviem válaszolok răspunde
    отвечу ответим відповім отговоря απαντήσω yanıtlayacağım odgovorit odgovoril vastan atbildēšu atsakysiu"""
)
"""Somebody is there again."""
GONE = _words(
    """not nicht kein keinen pas no non niet inte ikke nie ne nu не nem ole δεν closed geschlossen fermé fermés fermée
    cerrado fechado chiuso gesloten stängt lukket abwesend absent absente away out urlaub vacation leave holiday congé
    congés vacaciones férias ferie semester lomalla urlopie dovolené отпуске відпустці afwezig vakantie assente ausente
    unavailable verreist poissa fraværende frånvarande"""
)
"""Somebody is not there."""
BREAKS = _words("and und et y e ed en og och oraz и та ve ja és și")
"""Words between two clauses."""
UNTIL_AFTER = (
    r"まで|に(?:出社|復帰|戻)|迄|까지|止|返回|回来|回來|回国|帰社|出社|復帰|복귀|返岗|回到|asti|saakka|-[a-zéáó]{0,3}ig\b|tarihine"
    r"|(?:'[a-zı]{1,3} )?(?:[^\W\d_]{2,12} ){0,2}kadar|तक"
)
FROM_AFTER = r"から|より|부터|起|से\s|alkaen|-?(?:től|tól)\b|tarihinden|'(?:den|dan|ten|tan)\b"
"""Behind a date, where the language puts them there."""
