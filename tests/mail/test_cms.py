"""ASN.1 and CMS read within bounds: what is broken is refused, what is good is read in whatever pieces it travels."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.protected.ber import BerError, Reader, oid_text
from mail.protected.cms import certificate_identity, cms_kind, decompressed, read_signed
from mail.protected.results import same_address
from tests.mail import protecting as make
from tests.mail.protecting import ENTITY


def test_names_of_objects_are_read() -> None:
    for dotted in ("1.2.840.113549.1.7.2", "2.16.840.1.101.3.4.2.1", "0.9.2342", "2.999.1"):
        assert oid_text(make.oid(dotted)[2:]) == dotted
    assert oid_text(b"") == oid_text(b"\x80") == oid_text(b"\x01" * 41) == ""


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x30", b"\x30\x05", b"\x04\x80", b"\x1f\x81\x01\x00", b"\x30\x89" + b"\0" * 9,
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x80\x04\x01", b"\x30\x80" * 100, b"\x30\x80\x30\x7f\0\0",
    ],
)  # fmt: skip
def test_broken_asn1_is_refused(data: bytes) -> None:
    with pytest.raises(BerError):
        Reader(data).element(0)
    with pytest.raises(BerError):
        read_signed(data)


def test_octets_in_pieces_of_pieces_are_put_together() -> None:
    reader = Reader(b"\x24\x80\x04\x01a\x24\x80\x04\x01b\x24\x03\x04\x01c\0\0\0\0")
    assert reader.octets(reader.element(0)) == b"abc"
    deep = Reader(b"".join(b"\x24\x82" + (4 * n).to_bytes(2) for n in range(60, 0, -1)) + b"\0" * 4)
    with pytest.raises(BerError):
        deep.octets(deep.element(0))


def _pieces(tree: object) -> bytes:
    """An octet string of pieces: lists travel with a length, tuples without."""
    if isinstance(tree, bytes):
        return make.tlv(4, tree)
    assert isinstance(tree, (list, tuple))
    inner = b"".join(_pieces(one) for one in tree)
    return make.tlv(0x24, inner) if isinstance(tree, list) else b"\x24\x80" + inner + b"\0\0"


def _joined(tree: object) -> bytes:
    return tree if isinstance(tree, bytes) else b"".join(map(_joined, tree))  # type: ignore[call-overload]


TREES = st.recursive(
    st.binary(max_size=200),
    lambda inner: st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(TREES, st.binary(max_size=4))
def test_octets_are_the_same_in_whatever_pieces_they_travel(tree: object, after: bytes) -> None:
    data = _pieces(tree)
    reader = Reader(data + after)
    element = reader.element(0)
    assert (reader.octets(element), element.end) == (_joined(tree), len(data))


def test_more_elements_than_a_mail_has_are_refused() -> None:
    reader = Reader(b"\x30\x80" + b"\x04\x00" * 500_000 + b"\0\0")
    with pytest.raises(BerError):
        reader.element(0)


@pytest.mark.parametrize(
    "body",
    [
        b"", make.seq(), make.tlv(4, b""), make.seq(make.whole_number(1), b"\x31\x00", b"\x30\x00", b"\x31\x00"),
        make.seq(make.whole_number(1), b"\x31\x00", make.seq(make.oid(make.DATA)), b"\x30\x00"),
        make.seq(make.whole_number(1), b"\x31\x00", make.seq(make.oid(make.DATA)), make.tlv(0x31, make.seq())),
        make.seq(make.whole_number(1), b"\x31\x00", make.seq(make.oid(make.DATA)),
                 make.tlv(0x31, make.seq(b"\x02\x00", b"\x02\x00", b"\x02\x00", b"\x02\x00", b"\x02\x00"))),
        make.seq(make.whole_number(1), b"\x31\x00", make.seq(make.oid(make.DATA)),
                 make.tlv(0x31, make.seq(b"\x02\x00", b"\x30\x00", b"\x02\x00", b"\x02\x00", b"\x02\x00"))),
    ],
)  # fmt: skip
def test_structures_that_are_no_signed_data_are_refused(body: bytes) -> None:
    with pytest.raises(BerError):
        read_signed(make.cms(make.SIGNED, body))
    with pytest.raises(BerError):
        decompressed(make.cms(make.COMPRESSED, body), 100)


def test_kinds_are_told_by_the_first_octets() -> None:
    assert cms_kind(make.signed_cms(ENTITY, make.ann())) == "signed"
    assert cms_kind(make.signed_cms(ENTITY, make.ann(), indefinite=True)) == "signed"
    assert cms_kind(make.compressed_cms(ENTITY)) == "compressed"
    assert cms_kind(make.cms(make.ENVELOPED, b"\x30\x00")) == "encrypted"
    assert cms_kind(make.cms("1.2.840.113549.1.7.1", b"\x04\x00")) == "other"
    for other in (b"", b"%PDF", b"\x30\x03\x02\x01\x01", b"\x30\x82\x01\x02\x06", make.seq(make.oid("1.3.6.1"))):
        assert cms_kind(other) is None


def test_certificates_are_named_by_issuer_and_number() -> None:
    certificate = make.ann().certificate
    issuer, serial = certificate_identity(make.ann().der)
    assert (issuer, int.from_bytes(serial)) == (certificate.issuer.public_bytes(), certificate.serial_number)
    with pytest.raises(BerError):
        certificate_identity(make.seq(make.seq()))


def test_addresses_are_equal_whatever_their_case_and_the_form_of_their_domain() -> None:
    assert same_address("Änn@EXÄMPLE.org.") == same_address("änn@xn--exmple-cua.org")
    assert same_address("a@" + "ä" * 300) == ""
