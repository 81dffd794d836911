"""Lines that a phone or mail program puts below: `Sent from my iPhone`, `Outlook für iOS beziehen`, `发自我的`."""

from __future__ import annotations

from mail.zones.search import Patterns
from mail.zones.words_tails import DEVICE_LINES

__all__ = ["is_device_line"]

_SHORTEST, _LONGEST = 6, 140
_STARTS = tuple(word.casefold() for word in DEVICE_LINES)
_FIRST = frozenset(word[:2] for word in _STARTS)
_TRIMMED = "*_<>[]()~-–— \t"
_DEVICE = (
    r"(?:iphon|ipad|ipod|ios|android|galaxy|samsung|huawei|honor|xiaomi|redmi|oneplus|oppo|vivo|realme|pixel|nokia|"
    r"lumia|motorola|sony|xperia|blackberry|htc|windows|outlook|gmail|yahoo|aol|gmx|web\.de|proton|k-9|thunderbird|"
    r"fairemail|aqua ?mail|bluemail|airmail|canary|newton|superhuman|missive|spark|edison|mail\.ru|яндекс|yandex|"
    r"smartphone|smartfon|handy|mobil|móvil|telefon|teléfono|telefoon|téléphone|phone|tablet|cihaz|készülék|телефон|смартфон|"
    r"планшет|スマートフォン|スマホ|携帯|手机|手機|邮箱|郵箱|휴대|갤럭시|아이폰|스마트폰|"
    r"هاتف|آيفون|נייד|אייפון|טלפון|điện thoại|โทรศัพท์|मेरे)"
)
_MINE = (
    r"(?: |^)(?:my|our|the|mon|ma|mi|mis|meu|minha|mio|mia|mijn|m'n|min|mitt|mit|meinem|meiner|mein|mojego|mojej|mého|"
    r"môjho|моего|моей|мого|моя|mojeg|mog|mojega|το|meu|saya|tôi|minu|mano|mana|a|nine|postbox)(?: |$)|"
    r"mail|posta|poczt|pošt|почт|пошт"
)
_GETTERS = (
    r"(?:get|download|holen sie sich|obtenez|télécharge[rz]|obtener|obtén|descargar|obter o|obtenha o|baixe o|ottieni|"
    r"scarica|skaffa|hämta|hent|få|last ned|hanki|lataa|pobierz(?: program)?|получить|получите|скачать|отримати|"
    r"завантажити|získat|získejte|stáhnout|získať|obțineți|descărcați|λήψη του|κατεβάστε το|preuzmi|preuzmite|"
    r"dapatkan|tải|nhận|קבל את|הורד את|الحصول على|احصل على|dobite|prenesi|hangi|gauti|atsisiųsti|iegūt) "
)
_MAYBE = Patterns(
    _DEVICE,
    "私の|我的|brev|typo|terse|spelling|mistake|error|short|autocorr|kürze|tippfehler|beknopt|zwięz",
)
_NAMED, _WORDED = range(2)
_POSSESSED, _FORM = range(2)
_ASKED = Patterns(
    _MINE,
    "^(?:"
    # The verb stands at the end: Hungarian, Turkish, Basque, Hindi, Japanese, Korean.
    f".*{_DEVICE}.*"
    "(?:küldve|küldött üzenet|gönderildi|gönderilmiştir|yollandı|bidalia|भेजा गया|भेजा गया है)[.!]?|"
    f".*(?:{_DEVICE}|私の).*(?:から|より|で)(?:の)?送信(?:しました|されました|しています|されたメール.{{0,4}})?[。.]?|"
    f".*{_DEVICE}.*(?:에서|으로|로|통해서?) ?(?:보냄|보냈습니다|보낸 ?메일(?:입니다)?|발송|전송|"
    "전송된 메일입니다|작성)[.]?|"
    "(?:从|從|由|用|发自|發自|來自|来自|发送自|發送自|傳送自|传送自|寄自|通过|透過)(?:我的)?.{0,8}"
    f"{_DEVICE}.{{0,10}}(?:发送|發送|傳送|传送|发出|寄出|客户端)?|"
    # An advertisement for the app.
    f"(?:{_GETTERS})?outlook (?:for|für|pour|para|per|voor|för|til|till|dla|pro|pre|для|за|για|pentru|untuk|cho|"
    r"עבור|لـ|do|na) (?:system\S+ |o sistema )?(?:ios|android|mac|windows)\S*(?: \S+){0,2}|"
    r"(?:ios|android|windows)(?:-hez|-hoz| için|용| ?版(?:の)?|向け|-re)? ?(?:készült )?outlook.{0,20}|"
    r"(?:获取|取得|下載|下载).{0,14}outlook.{0,12}|"
    # Windows' own program, the place named with a colon.
    r"(?:provenance|kilde|källa) ?: .*windows.{0,6}|"
    # Pleas for patience with what was typed on glass.
    r".{0,30}(?:excuse|pardon|forgive|apologi[sz]e for|sorry for)(?: my| the| any| all)?(?: \w+)?"
    r" (?:brevity|typos?|terseness|spelling|mistakes|errors|shortness|autocorrect).{0,40}|"
    r".{0,30}(?:entschuldig\S+|verzeih\S+)(?: \S+){0,4} (?:kürze|tippfehler).{0,30}|"
    r".{0,30}excuse\S* (?:ma|la) brièveté.{0,30}|.{0,30}(?:disculp|perdon|desculp)\S+ (?:mi|la|a|minha) brev.{0,30}|"
    r".{0,30}scus\S+ la brevità.{0,30}|.{0,30}excus\S+ mij\S* beknoptheid.{0,20}|"
    r".*(?:wybacz|przepraszam).* zwięzłość.{0,20}"
    ")$",
)


def is_device_line(line: str) -> bool:
    """Whether `line` is one, and not a sentence that begins so."""
    if not _SHORTEST <= len(line) <= _LONGEST:
        return False
    low = line.strip(_TRIMMED).casefold()
    words = low.count(" ") + 1
    if words > 18 or low.endswith(("?", "？", ":")):
        return False
    begins = low[:2] in _FIRST and low.startswith(_STARTS)
    if begins and ("http" in low or "<" in line):
        return True
    bare = low.partition("<")[0].partition("http")[0].strip(" ([:")
    may = _MAYBE.which(bare)
    if not may and not begins:
        return False
    seen = _ASKED.which(bare)
    if _FORM in seen:
        return True
    if not begins or "," in bare.rstrip(","):
        return False
    if _NAMED in may:
        return True
    if low.startswith(("von meine", "from my", "de mon")):
        return False  # `From my point of view`
    return _POSSESSED in seen and words <= 11 and not (low.endswith(".") and words > 7)
