"""The codec: CloudEvents 1.0, Kafka binding, binary mode."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.cloudevents import MAIL_RECEIVED, Record, decode, encode
from schemas.errors import MessageError, UnknownEvent
from schemas.events import REGISTRY
from tests.schemas.examples import RAW_BYTES, example, received

TEXT = st.characters(codec="utf-8")
KINDS = [MAIL_RECEIVED, *sorted(REGISTRY)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_survives_the_codec(kind: str) -> None:
    event = example(kind)
    assert decode(encode(event)) == event


@pytest.mark.parametrize("kind", KINDS)
def test_attributes_stand_in_headers_and_values_are_never_null(kind: str) -> None:
    record = encode(example(kind).with_extension("sequence", "7"))
    headers = dict(record.headers)
    assert headers["ce_specversion"] == b"1.0"
    assert headers["ce_type"].decode() == kind
    assert headers["ce_sequence"] == b"7"
    assert headers["ce_dataschema"].decode() == f"json/events/{kind}.json"
    assert all(name == name.lower() and value.isascii() for name, value in record.headers)
    assert record.value is not None


def test_a_raw_mail_travels_byte_for_byte() -> None:
    record = encode(example(MAIL_RECEIVED))
    assert record.value == RAW_BYTES
    assert dict(record.headers)["content-type"] == b"message/rfc822"


@given(
    folder=st.text(alphabet=TEXT, max_size=50),
    sender=st.one_of(st.none(), st.text(alphabet=TEXT, max_size=50)),
    recipients=st.lists(st.text(alphabet=TEXT, min_size=1, max_size=30), max_size=3),
)
def test_any_folder_and_any_envelope_survive_headers(folder: str, sender: str | None, recipients: list[str]) -> None:
    data = received(folder=folder, envelope_from=sender if sender != "<>" else "", envelope_to=tuple(recipients))
    event = replace(example(MAIL_RECEIVED), data=data)
    assert decode(encode(event)).data == data


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ce_id", "ce_type", "ce_specversion", "ce_time", "ce_source", "ce_rawsize"]),
            st.binary(max_size=40),
        )
    ),
    st.binary(max_size=200),
)
def test_any_record_is_an_event_or_a_message_error(headers: list[tuple[str, bytes]], value: bytes) -> None:
    message = _refusal(Record("mail.raw", b"k", value, tuple(headers)))
    assert message is None or "mail.raw" in message or "not known" in message


@given(st.sampled_from(sorted(REGISTRY)), st.binary(max_size=200))
def test_any_value_under_good_headers_is_an_event_or_a_message_error(kind: str, value: bytes) -> None:
    message = _refusal(replace(encode(example(kind)), value=value))
    assert message is None or kind in message


def _refusal(record: Record) -> str | None:
    """What `decode` refuses a record with, or None where it takes it; any other error fails the test."""
    try:
        decode(record)
    except MessageError as error:
        return str(error)
    return None


@pytest.mark.feature("OP-07", "event")
def test_what_is_missing_is_named_with_its_place() -> None:
    record = Record("case.events", b"k", b"{}", (("ce_id", b"1"),), partition=3, offset=14)
    with pytest.raises(MessageError, match=r"case.events\[3\]@14: .*ce_source, ce_time, ce_type"):
        decode(record)


@pytest.mark.feature("OP-07", "event")
def test_a_field_that_does_not_fit_is_named() -> None:
    record = replace(encode(example("mailcase.command.release.v1")), value=b'{"command_id": 1}')
    with pytest.raises(MessageError, match="command_id"):
        decode(record)


def test_an_unknown_type_is_told_apart_from_a_broken_event() -> None:
    record = encode(example("mailcase.case.created.v1"))
    headers = tuple((n, b"mailcase.case.created.v9" if n == "ce_type" else v) for n, v in record.headers)
    with pytest.raises(UnknownEvent, match=r"created\.v9"):
        decode(replace(record, headers=headers))


def test_fields_of_a_newer_release_are_ignored() -> None:
    event = example("mailcase.mailbox.control.v1")
    record = encode(event)
    assert record.value is not None
    newer = record.value[:-1] + b',"invented_later":{"a":1}}'
    assert decode(replace(record, value=newer)) == event
