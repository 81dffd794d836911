"""Charsets: what nobody declared is detected from a line or two; what is declared is believed where it can be true."""

from __future__ import annotations

import codecs
from collections.abc import Callable

import pytest

from mail.charsets import codec_of, decode_header_bytes, decode_text

TEXTS = {
    "windows-1251 koi8-r iso8859-5 cp866": (
        "Привет, Боб!",
        "Встреча завтра в пять",
        "Re: Счёт за март 2026",
        "Здравствуйте, уважаемый клиент! Ваш заказ №1234 отправлен. С уважением, отдел продаж.",
        "Прошу выслать акт сверки до конца недели, спасибо.",
    ),
    "windows-1251 koi8-u": (
        "Доброго дня, пане Іване!",
        "Рахунок за березень, дякуємо",
        "Ваше замовлення відправлено. З повагою, їхній менеджер.",
    ),
    "cp1251": ("Здравейте, г-н Петров", "Благодаря за бързия отговор, ще се видим утре в офиса."),
    "windows-1253 iso8859-7": (
        "Καλημέρα σας",
        "Το τιμολόγιο Μαρτίου",
        "Αγαπητέ πελάτη, η παραγγελία σας έχει αποσταλεί. Με εκτίμηση",
    ),
    "windows-1255": ("שלום לכולם", "החשבונית לחודש מרץ מצורפת, בברכה"),
    "windows-1256": ("السلام عليكم", "نشكركم على رسالتكم، سنرد عليكم في أقرب وقت ممكن."),
    "cp874": ("สวัสดีครับ", "ขอบคุณสำหรับอีเมลของคุณ เราจะตอบกลับโดยเร็วที่สุด"),
    "windows-1250 iso8859-2": (
        "Dobrý den, děkuji za zprávu, příště prosím pošlete přílohu.",
        "Žluťoučký kůň úpěl ďábelské ódy",
        "Schůzka v úterý v 17 hodin, těším se",
        "Dzień dobry, proszę o przesłanie faktury za marzec.",
        "Zażółć gęślą jaźń",
        "Dziękuję, pozdrawiam serdecznie, Łukasz",
        "Tisztelt Ügyfelünk! Köszönjük levelét, hamarosan válaszolunk. Üdvözlettel, Győző",
    ),
    "windows-1254": ("Merhaba, teşekkür ederim, görüşmek üzere. İyi günler dilerim, Şükrü",),
    "windows-1252 utf-8": (
        "Grüße aus Köln",
        "Schöne Grüße",
        "Die Rechnung für März ist überfällig, bitte prüfen Sie das.",
        "Réunion à 17 h, ça vous va ?",
        "Bonjour, veuillez trouver ci-joint le reçu. À bientôt, Hélène",
        "Où êtes-vous ? Là-bas, près du théâtre.",
        "¿Cuándo llegará mi pedido?",
        "Mañana por la mañana, señor Núñez",
        "Olá, não recebi a fatura de março. Atenção às informações!",
        "Hej, jag är på semester till måndag. Hälsningar, Åsa",
        "Räkning från Malmö",
        "Kære kunde, vi har modtaget din besked og svarer så snart som muligt. Søren Ørsted",
        "Perché non è ancora arrivato? Così non va, è già lunedì.",
    ),
    "shift_jis euc_jp iso2022_jp": (
        "会議の件",
        "明日の会議について",
        "ボブさん、こんにちは。明日の会議は五時からです。",
        "お世話になっております。山田です。",
        "請求書を送付いたします。ご確認ください。",
        "テスト",
    ),
    "gb18030": (
        "会议纪要",
        "你好，明天下午开会",
        "您的订单已发货，请注意查收。如有问题请联系客服。",
        "关于合同的修改意见",
    ),
    "big5": (
        "會議紀錄",
        "您好，明天下午開會",
        "您的訂單已出貨，請注意查收。如有問題請聯絡客服。",
        "關於合約的修改意見",
    ),
    "euc_kr iso2022_kr": (
        "안녕하세요",
        "회의록 송부",
        "내일 회의는 다섯 시에 시작합니다. 감사합니다.",
        "주문하신 상품이 발송되었습니다.",
    ),
    "windows-1258": ("Xin chào, cảm ơn bạn đã gửi thư.",),
    "windows-1257": ("Laba diena, ačiū už laišką, netrukus atsakysime. Su pagarba, Šarūnas",),
}
"""Own lines as they stand in subjects and short mails, by the charsets that their writers' programs use."""
SAMPLES = [
    (text, codec)
    for names, texts in TEXTS.items()
    for codec in names.split()
    for text in texts
    if text.encode(codec, "ignore").decode(codec) == text
]


@pytest.mark.parametrize("read", [lambda raw: decode_text(raw, None)[0], decode_header_bytes], ids=["body", "header"])
def test_undeclared_charsets_of_short_texts_are_detected(read: Callable[[bytes], str]) -> None:
    wrong = [(codec, text) for text, codec in SAMPLES if read(text.encode(codec)) != text]
    assert len(wrong) <= len(SAMPLES) * 0.05, wrong


def test_text_that_is_called_utf_8_and_is_not_is_detected() -> None:
    several = [(text, codec) for text, codec in SAMPLES if codec != "utf-8" and len(text) > 20]
    wrong = [(codec, text) for text, codec in several if decode_text(text.encode(codec), "utf-8")[0] != text]
    assert len(wrong) <= len(several) * 0.08, wrong
    assert decode_text("Hello Bob, Grüße aus Köln".encode("cp1252"), "utf-8") == (
        "Hello Bob, Grüße aus Köln",
        "charset_wrong",
    )


def test_utf_8_with_a_broken_or_missing_character_stays_utf_8() -> None:
    assert decode_text("Grüße, für ".encode() + b"\xe9 Bob", "utf-8") == ("Grüße, für � Bob", "charset_broken")
    assert decode_text("Gru\u0308".encode()[:-1], "utf-8") == ("Gru�", "charset_broken")


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1251", "iso-8859-15", "us-ascii", None])
def test_text_that_is_utf_8_is_read_as_utf_8_whatever_single_byte_charset_is_declared(declared: str | None) -> None:
    assert decode_text("Grüße, 5 €".encode(), declared)[0] == "Grüße, 5 €"


def test_a_declared_single_byte_charset_is_believed() -> None:
    assert decode_text("Grüße".encode("cp1252"), "iso-8859-1") == ("Grüße", None)
    assert decode_text("žluťoučký".encode("cp1250"), "windows-1250") == ("žluťoučký", None)


def test_open_bytes_of_windows_1252_take_no_neighbour_with_them() -> None:
    assert decode_text(b"\x93Hello\x94 \x81", "iso-8859-1")[0] == "“Hello” \x81"


def test_japanese_by_its_escapes_whatever_is_declared() -> None:
    raw = "会議の件".encode("iso2022_jp")
    assert decode_text(raw, None) == ("会議の件", "charset_undeclared")
    assert decode_text(raw, "us-ascii") == ("会議の件", "charset_wrong")
    assert decode_text(raw, "iso-2022-jp") == ("会議の件", None)
    assert decode_text(b"\x1b[1mbold\x1b[0m", None) == ("\x1b[1mbold\x1b[0m", None)


def test_iso_2022_jp_has_the_characters_that_windows_puts_in() -> None:
    numbered = b"\x1b$B-!-j\x1b(B 1 \x1b(I" + bytes(byte & 127 for byte in "ﾃｽﾄ".encode("cp932")) + b"\x1b(B!"
    assert decode_text(numbered, "iso-2022-jp")[0] == "①㈱ 1 ﾃｽﾄ!"
    assert decode_text(b"\x1b$B2q5D\nASCII again", "iso-2022-jp")[0] == "会議\nASCII again"
    assert "�" in decode_text(b"\x1b$B-!\x1b(B\xff\x1b$(D\x22", "iso-2022-jp")[0]


def test_shift_jis_that_is_called_iso_2022_jp_is_detected() -> None:
    assert decode_text("明日の会議について".encode("cp932"), "iso-2022-jp") == ("明日の会議について", "charset_wrong")


def test_utf_16_with_and_without_its_mark_and_text_that_only_says_so() -> None:
    assert decode_text("Grüße".encode("utf-16"), "utf-16")[0] == "Grüße"
    assert decode_text("Hello".encode("utf-16-be"), "utf-16")[0] == "Hello"
    assert decode_text("Hello".encode("utf-16-le"), "utf-16")[0] == "Hello"
    assert decode_text("Grüße".encode("utf-16"), "utf-8") == ("Grüße", "charset_wrong")
    for codec in ("utf-32", "utf-16"):
        assert decode_text("Grüße".encode(codec), None) == ("Grüße", "charset_wrong")
    assert decode_text(codecs.BOM_UTF32_BE + "Grüße".encode("utf-32-be"), None)[0] == "Grüße"
    assert decode_text(b"Hello", "utf-16") == ("Hello", "charset_wrong")


def test_utf_7_only_where_it_is_declared() -> None:
    assert decode_text(b"1+ADw-2", None) == ("1+ADw-2", None)
    assert decode_text(b"1+ADw-2", "utf-7") == ("1<2", None)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("csISOLatin1", "cp1252"), ("'utf-8'", "utf-8"), ("cp65001", "utf-8"), ("x-sjis", "cp932"),
        ("cp936", "gb18030"), ("gb_2312-80", "gb18030"), ("ks_c_5601-1987", "cp949"), ("Win1251", "cp1251"),
        ("unicode-1-1-utf-7", "utf-7"), ("csISO2022JP", "iso2022-jp"), ("x-mac-ce", "mac-latin2"),
        ("rot13", None), ("", None), ("x" * 999, None),
    ],
)  # fmt: skip
def test_charset_names_as_mail_writes_them(name: str, codec: str | None) -> None:
    assert codec_of(name) == codec


def test_a_header_is_read_by_the_bodys_charset_only_where_it_can_be() -> None:
    assert decode_header_bytes("Grüße".encode("cp1252"), "gb2312") != "Gr�"
    assert decode_header_bytes("žluťoučký kůň".encode("cp1250"), "windows-1250") == "žluťoučký kůň"
    assert decode_header_bytes("会议纪要文件.pdf".encode("gbk"), "utf-8") == "会议纪要文件.pdf"
