"""What Outlook's many versions put into TNEF: old strings, bodies of each kind, names of each kind, messages inside."""

from __future__ import annotations

from struct import pack

import pytest

from mail.tnef import Tnef, read_tnef

SIGNATURE = b"\x78\x9f\x3e\x22\x01\x00"
RENDERING, TITLE, DATA, FILE_PROPERTIES = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
SUBJECT, BODY, CODEPAGE, PROPERTIES = 0x00018004, 0x0002800C, 0x00069007, 0x00069003


def attribute(level: int, tag: int, value: bytes) -> bytes:
    return pack("<BII", level, tag, len(value)) + value + pack("<H", sum(value) & 0xFFFF)


def bytes_of(kind: int, name: int, *values: bytes) -> bytes:
    """A property of variable length."""
    found = pack("<HHI", kind, name, len(values))
    return found + b"".join(pack("<I", len(one)) + one + b"\0" * (-len(one) % 4) for one in values)


def listed(*properties: bytes) -> bytes:
    return pack("<I", len(properties)) + b"".join(properties)


def message(*properties: bytes) -> bytes:
    return attribute(1, PROPERTIES, listed(*properties))


def file_with(*properties: bytes) -> bytes:
    return attribute(2, RENDERING, b"\0" * 14) + attribute(2, FILE_PROPERTIES, listed(*properties))


def read(*attributes: bytes) -> Tnef:
    return read_tnef(SIGNATURE + b"".join(attributes))


def test_strings_of_old_versions_are_in_the_code_page_that_is_told_before() -> None:
    russian = "Привет".encode("cp1251")
    found = read(
        attribute(1, CODEPAGE, pack("<II", 1251, 0)),
        attribute(1, SUBJECT, russian + b"\0"),
        attribute(1, BODY, b"Text: " + russian + b"\0"),
    )
    assert (found.subject, found.text) == ("Привет", "Text: Привет")


def test_properties_tell_more_than_the_attributes_beside_them() -> None:
    found = read(
        attribute(1, SUBJECT, b"Short\0"),
        attribute(1, BODY, b"Short\0"),
        message(bytes_of(0x1E, 0x0037, b"The whole subject\0"), bytes_of(0x1E, 0x1000, b"The whole text\0")),
    )
    assert (found.subject, found.text) == ("The whole subject", "The whole text")


@pytest.mark.parametrize("number", [1252, 65001])
def test_html_as_bytes_is_in_the_code_page_of_the_message(number: int) -> None:
    html = "<p>Grüße</p>".encode("utf-8" if number == 65001 else f"cp{number}")
    told = pack("<HHI", 3, 0x3FDE, number)
    assert read(message(bytes_of(0x102, 0x1013, html + b"\0"), told)).html == "<p>Grüße</p>"


def test_broken_rich_text_is_a_defect_and_the_rest_is_read() -> None:
    found = read(message(bytes_of(0x102, 0x1009, b"no rich text at all"), bytes_of(0x1E, 0x1000, b"Words\0")))
    assert (found.text, found.rtf, found.defects) == ("Words", b"", ("rtf_broken",))


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        ([bytes_of(0x1E, 0x3704, b"SHORT~1.TXT"), bytes_of(0x1E, 0x3707, b"a long name.txt")], "a long name.txt"),
        ([bytes_of(0x1E, 0x3704, b"SHORT~1.TXT"), bytes_of(0x1E, 0x3001, b"shown")], "SHORT~1.TXT"),
        ([bytes_of(0x1E, 0x3001, b"shown\r\n name")], "shown name"),
        ([bytes_of(0x102, 0x3707, b"bytes are no name")], ""),
        ([], ""),
    ],
)
def test_a_file_has_its_longest_name(properties: list[bytes], name: str) -> None:
    (file,) = read(file_with(*properties)).attachments
    assert file.name == name


def test_a_file_is_named_by_its_title_where_properties_name_it_shorter() -> None:
    found = read(
        attribute(2, RENDERING, b"\0" * 14),
        attribute(2, TITLE, b"title.txt\0"),
        attribute(2, FILE_PROPERTIES, listed(bytes_of(0x1E, 0x3704, b"TITLE.TXT"))),
    )
    assert [file.name for file in found.attachments] == ["title.txt"]


def test_a_file_without_a_rendering_before_it_is_a_file() -> None:
    found = read(attribute(2, TITLE, b"a.txt\0"), attribute(2, DATA, b"1"))
    assert [(file.name, file.data) for file in found.attachments] == [("a.txt", b"1")]


def test_a_message_inside_is_an_object_whose_first_bytes_name_its_interface() -> None:
    inner = SIGNATURE + attribute(1, SUBJECT, b"Inner\0")
    (file,) = read(file_with(bytes_of(0x0D, 0x3701, b"i" * 16 + inner))).attachments
    assert (file.content_type, read_tnef(file.data).subject) == ("application/ms-tnef", "Inner")


def test_a_file_as_bytes_has_its_type_and_content_id() -> None:
    (file,) = read(
        file_with(
            bytes_of(0x102, 0x3701, b"\x89PNG"),
            bytes_of(0x1E, 0x370E, b" Image/PNG\0"),
            bytes_of(0x1E, 0x3712, b"<logo@x>\0"),
        )
    ).attachments
    assert (file.data, file.content_type, file.content_id) == (b"\x89PNG", "image/png", "logo@x")


def test_files_beyond_500_are_left_out() -> None:
    one = attribute(2, RENDERING, b"\0" * 14) + attribute(2, DATA, b"1")
    assert len(read(one * 600).attachments) == 500


BEFORE = bytes_of(0x1E, 0x0037, b"Kept\0")


@pytest.mark.parametrize(
    "property_",
    [
        pack("<HHI", 0x1003, 0x4000, 3) + pack("<III", 1, 2, 3),
        bytes_of(0x101E, 0x4000, b"one", b"two", b"three and more"),
        pack("<HH", 5, 0x4000) + b"8 bytes!",
        pack("<HH", 72, 0x4000) + b"16 bytes of guid",
        pack("<HH16sII", 3, 0x8001, b"g" * 16, 0, 7) + pack("<I", 1),
        pack("<HH16sII", 3, 0x8001, b"g" * 16, 1, 6) + b"a\0b\0c\0\0\0" + pack("<I", 1),
    ],
    ids=["several numbers", "several strings", "time", "guid", "named by number", "named by name"],
)
def test_properties_of_any_form_are_passed_over_whole(property_: bytes) -> None:
    found = read(message(BEFORE, property_, bytes_of(0x1E, 0x1000, b"After\0")))
    assert (found.subject, found.text, found.defects) == ("Kept", "After", ())


@pytest.mark.parametrize(
    ("rest", "defects"),
    [
        (pack("<HH", 0x77, 0x4000), ("tnef_unknown_type",)),
        (pack("<HHII", 0x1E, 0x1000, 1, 10_000) + b"short", ("tnef_truncated",)),
        (pack("<HH", 5, 0x4000) + b"7 bytes", ("tnef_truncated",)),
        (pack("<HHI", 0x1E, 0x1000, 3), ()),
        (pack("<HH", 0x1E, 0x1000), ()),
        (pack("<HH", 3, 0x8001) + b"cut", ("tnef_truncated",)),
        (b"\1", ()),
        (b"", ()),
    ],
)
def test_what_came_before_the_break_is_kept(rest: bytes, defects: tuple[str, ...]) -> None:
    found = read(attribute(1, PROPERTIES, pack("<I", 2) + BEFORE + rest))
    assert (found.subject, found.defects) == ("Kept", defects)


def test_a_list_too_short_to_have_a_count_is_empty() -> None:
    assert read(attribute(1, PROPERTIES, b"\1\0")) == Tnef()
