"""Charset names as mail writes them, and the codecs that read them.

Only codecs of the table are used: Python has others that are no charsets (`rot13`, `zlib`) or not linear (`punycode`).
Names follow the WHATWG Encoding Standard where mail practice does (`us-ascii`, `iso-8859-1` are windows-1252); to them
come the numbers of Windows' code pages, as TNEF, .msg files and some mail programs write them.
"""

from __future__ import annotations

from functools import lru_cache

__all__ = ["codec_of", "squeezed"]

_NAMES = (
    "utf-8 utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be utf-7 koi8-r koi8-u koi8-t kz1048 tis-620 "
    "iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-11 iso8859-13 "
    "iso8859-14 iso8859-15 iso8859-16 cp437 cp720 cp737 cp775 cp850 cp852 cp855 cp856 cp857 cp858 cp860 cp861 cp862 "
    "cp863 cp864 cp865 cp866 cp869 cp874 cp932 cp949 cp950 cp1125 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 "
    "cp1257 cp1258 euc-jp euc-jis-2004 euc-kr gb18030 gbk hz big5 big5hkscs iso2022-jp iso2022-jp-1 iso2022-jp-2 "
    "iso2022-jp-3 iso2022-jp-ext iso2022-kr johab shift-jis mac-roman mac-cyrillic mac-greek mac-latin2 mac-turkish "
    "mac-iceland ptcp154"
)
_ALIASES = {
    "cp1252": (
        "8859 ansi ansix341968 ascii cp20127 cp28591 cp819 csisolatin1 ibm819 iso646us iso8859 iso88591 isoir100 l1 "
        "latin1 us usascii win1252"
    ),
    "cp1254": "cp28599 csisolatin5 iso88599 l5 latin5 win1254",
    "iso8859-2": "cp28592 csisolatin2 l2 latin2",
    "iso8859-15": "cp28605 csisolatin9 l9 latin0 latin9",
    "iso8859-8": "cp28598 cp38598 csisolatinhebrew doslogical hebrew iso88598e iso88598i logical visual",
    "utf-8": "cp65001 enusutf8 unicode11utf8 unicode20utf8 utf8mb3 utf8mb4 xunicode20utf8 xutf8",
    "utf-16": "csunicode iso10646ucs2 ucs2 unicode",
    "gb18030": (
        "chinese cp20936 cp54936 cp936 csgb2312 csiso58gb231280 euccn eucgb2312cn gb2312 gb231280 isoir58 ms936 "
        "windows936 xeuccn xgbk"
    ),
    "hz": "cp52936 hzgb2312",
    "cp932": "csshiftjis cswindows31j ms932 mskanji shiftjis shiftjisms sjis windows31j windows932 xmssjis xsjis",
    "cp949": (
        "cp51949 cseuckr csksc56011987 euckr isoir149 korean ksc5601 ksc56011987 ksc56011989 ksc56011992 ksx1001 "
        "ms949 uhc windows949 xwindows949"
    ),
    "big5hkscs": "big5 cnbig5 csbig5 xbig5 xxbig5",
    "euc-jp": "cp20932 cp51932 cseucpkdfmtjapanese eucjpms ujis xeucjp",
    "mac-roman": "cp10000 macintosh xmacroman",
    "mac-cyrillic": "cp10007 xmaccyrillic xmacukrainian",
    "koi8-r": "cp20866 cskoi8r koi koi8",
    "cp874": "dos874 iso885911 tis620 win874 windows874",
    "cp850": "ibm850",
    "iso8859-3": "cp28593 csisolatin3 l3 latin3",
    "iso8859-4": "cp28594 csisolatin4 l4 latin4",
    "iso8859-5": "cp28595 csisolatincyrillic cyrillic",
    "iso8859-6": "arabic asmo708 cp28596 csisolatinarabic ecma114 iso88596e iso88596i",
    "iso8859-7": "cp28597 csisolatingreek ecma118 elot928 greek greek8",
    "iso8859-10": "l6 latin6",
    "iso8859-13": "cp28603 latin7",
    "iso8859-14": "latin8",
    "iso8859-16": "latin10",
    "koi8-u": "cp21866 koi8ru",
    "cp866": "csibm866 dos866",
    "cp1250": "win1250",
    "cp1251": "win1251",
    "cp1253": "win1253",
    "cp1255": "win1255",
    "cp1256": "win1256",
    "cp1257": "win1257",
    "cp1258": "win1258",
    "mac-latin2": "maccentraleurope xmacce",
    "mac-greek": "xmacgreek",
    "mac-turkish": "xmacturkish",
    "mac-iceland": "xmacicelandic",
    "utf-7": "cp65000 csunicode11utf7 unicode11utf7 unicode20utf7 xunicode20utf7",
    "utf-16-le": "cp1200",
    "utf-16-be": "cp1201 unicodefffe",
    "cp950": "big5eten ms950 windows950",
    "iso2022-jp": "cp50220 cp50221 cp50222 csiso2022jp iso2022jpms jis jis7",
    "iso2022-kr": "cp50225 csiso2022kr",
    "johab": "cp1361",
}
"""Squeezed names by codec, for those that do not squeeze to a codec's own name, or mean another one in mail."""


def squeezed(name: str) -> str:
    """A name without what its writers differ in: case, hyphens, blanks, quotes."""
    return "".join(char for char in name.lower() if char.isalnum())


_KNOWN = {squeezed(codec): codec for codec in _NAMES.split()}
for _codec in _NAMES.split():
    if _codec.startswith("cp125"):
        _KNOWN |= {f"windows{_codec[2:]}": _codec, f"xcp{_codec[2:]}": _codec}
    elif _codec.startswith("cp") and len(_codec) == 5:
        _KNOWN[f"ibm{_codec[2:]}"] = _codec
_KNOWN |= {alias: codec for codec, names in _ALIASES.items() for alias in names.split()}


@lru_cache(maxsize=1024)
def codec_of(name: str) -> str | None:
    """Python codec for a charset name as written in a mail; None for what is no charset that we know."""
    return _KNOWN.get(squeezed(name[:64])) if name else None
