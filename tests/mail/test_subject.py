"""Subjects taken apart, and Thread-Index decoded."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.evidence import find_evidence
from mail.subject import base_subject, read_subject, reply_subject, subject_key, subject_tags
from mail.thread_index import parse_thread_index
from tests.mail.build import mail

REPLIES = [
    "Re", "Aw", "Antw", "Sv", "Svar", "Odp", "Odg", "Odgovor", "Vá", "Ynt", "Res", "Rif", "Atb", "Ats",
    "Απ", "Σχετ", "Отг", "Отв", "Ответ", "Відп", "Bls", "回复", "回覆", "答复", "返信", "회신", "답장", "رد", "پاسخ",
    "השב", "ตอบ", "Vastaus", "Răspuns", "Respuesta", "Resposta", "Rép",
]  # fmt: skip
FORWARDS = [
    "Fwd", "Fw", "Wg", "Tr", "Rv", "Enc", "Pd", "Vb", "Vl", "Tov", "İlt", "Ilt", "Πρθ", "Пересл",
    "Препр", "Doorst", "Trs", "转发", "轉寄", "転送", "전달", "הועבר", "ส่งต่อ", "Videresendt", "Yml", "Pārs",
    "Proslijeđeno", "Reenviado", "Weitergeleitet",
]  # fmt: skip


@pytest.mark.parametrize("word", [*REPLIES, "Trả lời", "R"])
def test_words_of_an_answer_are_taken_off(word: str) -> None:
    for written in (f"{word}: Bill 17", f"{word.upper()}：Bill 17", f"{word}[3]: {word} : Bill 17"):
        if word == "R" and "：" in written:
            continue
        found = read_subject(written)
        assert found.base == "Bill 17", written
        assert found.is_reply
        assert not found.is_forward


@pytest.mark.parametrize("word", [*FORWARDS, "I", "Chuyển tiếp", "إعادة توجيه"])
def test_words_of_a_forward_are_taken_off(word: str) -> None:
    found = read_subject(f"{word}: Re: Bill 17")
    assert (found.base, found.is_forward, found.is_reply) == ("Bill 17", True, False)
    assert read_subject(f"Re: {word}: Bill 17").is_reply


@pytest.mark.parametrize(
    ("written", "base", "kinds"),
    [
        ("AW: [list] Re[2]: WG: Bill 17 (fwd)", "Bill 17", ("reply", "reply", "forward", "forward")),
        ("[Fwd: Bill 17]", "Bill 17", ("forward",)),
        ("***SPAM*** Re^4: Bill 17", "Bill 17", ("reply",)),
        ("[EXTERNAL] RE : Bill\t 17", "Bill 17", ("reply",)),
        ("External: FW: Bill 17", "Bill 17", ("forward",)),
        ("【公司】回复：发票", "发票", ("reply",)),
        ("VS: Lasku 17", "Lasku 17", ("either",)),
        ("Automatische Antwort: Bill 17", "Bill 17", ("automatic",)),
        ("Re: ", "", ("reply",)),
        ("[EXP-1042]", "[EXP-1042]", ()),
        ("", "", ()),
    ],
)
def test_mixtures(written: str, base: str, kinds: tuple[str, ...]) -> None:
    found = read_subject(written)
    assert (found.base, found.kinds) == (base, kinds)


@pytest.mark.parametrize(
    "subject",
    [
        "Note: x",
        "PS: x",
        "Ref: 4711",
        "FS: bike",
        "r: the language",
        "i: x",
        "Meeting at 4:30",
        "Repair: x",
        ":",
        "Re",
        "a:b",
    ],
)
def test_what_only_looks_like_a_prefix_stays(subject: str) -> None:
    assert read_subject(subject).base == subject


def test_keys_of_one_conversation_are_equal() -> None:
    keys = {subject_key(s) for s in ("Rechnung  17", "AW: rechnung 17", "[x] WG: Re: ＲＥＣＨＮＵＮＧ 17 (Fwd)")}
    assert keys == {"rechnung 17"}
    assert subject_key("Rechnung 18") not in keys


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ("Bill 17", "Re: Bill 17"),
        ("AW: Re: SV: Bill 17", "Re: Bill 17"),
        ("回复：发票", "Re: 发票"),
        ("Re: [EXP-1] Bill", "Re: [EXP-1] Bill"),
        ("WG: Bill 17", "Re: WG: Bill 17"),
        ("Automatic reply: Bill", "Re: Bill"),
        ("", "Re:"),
    ],
)
def test_answers_have_one_prefix(subject: str, answer: str) -> None:
    assert reply_subject(subject) == answer


def test_case_ids_are_found_in_brackets_only() -> None:
    assert subject_tags("Re: [EXP-1042] [#CLM-7] [EXP-1042] EXP-9 [exp-3] [2026-11]") == ("EXP-1042", "CLM-7")


@given(st.text() | st.text(alphabet="Re:[] (fwd)[2]VÁ：*", max_size=400))
def test_any_subject_is_read_and_its_base_has_nothing_left_to_take_off(subject: str) -> None:
    found = read_subject(subject)
    assert len(found.base) <= 2 * len(subject)
    if len(found.prefixes) < 50:
        assert base_subject(found.base) == found.base


ROOT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
GUID = bytes(range(16))


def index(reserved: bool, *deltas: timedelta) -> str:
    ticks = int((ROOT - EPOCH) / timedelta(microseconds=1)) * 10
    head = b"\x01" + (ticks >> 24).to_bytes(5) if reserved else (ticks >> 16).to_bytes(6)
    blocks = b""
    for delta in deltas:
        units = int(delta / timedelta(microseconds=1)) * 10
        short = units >> 18 < 1 << 31
        blocks += ((units >> 18) if short else (units >> 23) | 1 << 31).to_bytes(4) + b"\x70"
    return base64.b64encode(head + GUID + blocks).decode()


@pytest.mark.feature("CV-01", "Thread-Topic and Thread-Index")
@pytest.mark.parametrize("reserved", [True, False])
def test_thread_index_of_both_clocks_is_decoded(reserved: bool) -> None:
    found = parse_thread_index(index(reserved, timedelta(hours=2), timedelta(days=900)))
    assert found is not None
    assert (found.guid, found.depth) == (GUID.hex(), 2)
    assert found.started is not None
    assert abs(found.started - ROOT) < timedelta(seconds=2)
    assert abs(found.replies[0] - ROOT - timedelta(hours=2)) < timedelta(seconds=3)
    assert abs(found.replies[1] - ROOT - timedelta(hours=2, days=900)) < timedelta(seconds=5)


def test_replies_by_exchange_count_from_a_root_that_it_misreads() -> None:
    root = base64.b64decode(index(True))
    misread = int.from_bytes(root[:6]) << 16
    for written in (ROOT + timedelta(hours=2), ROOT + timedelta(days=400)):
        ticks = int((written - EPOCH) / timedelta(microseconds=1)) * 10
        block = (((ticks - misread) >> 23) & 0x7FFF_FFFF | 1 << 31).to_bytes(4) + b"\x00"
        found = parse_thread_index(base64.b64encode(root + block).decode())
        assert found is not None
        assert abs(found.replies[0] - written) < timedelta(seconds=5)


def test_random_bytes_of_an_outlook_are_no_time() -> None:
    found = parse_thread_index("AQIGQYd8BwKQgsko1bnR3xjxAU5sOA==")
    assert found is not None
    assert (found.started, found.depth) == (None, 0)


def test_reply_names_the_indexes_that_it_answers() -> None:
    root = parse_thread_index(index(False))
    middle = parse_thread_index(index(False, timedelta(hours=1)))
    reply = parse_thread_index(index(False, timedelta(hours=1), timedelta(hours=1)))
    assert root is not None
    assert middle is not None
    assert reply is not None
    assert reply.root_digest == middle.root_digest == root.root_digest
    assert reply.ancestor_digests[-1] == root.root_digest
    assert reply.ancestor_digests[1:] == middle.ancestor_digests
    assert root.ancestor_digests == ()


@pytest.mark.feature("CV-01", "empty, duplicate and foreign ids never join strangers")
def test_broken_or_blank_indexes_lead_to_nobody() -> None:
    blank = base64.b64encode(b"\x01\xdd" + bytes(20)).decode()
    for text in ("", "A", "AQHZ", "Ä" * 40, "=" * 40, blank, "A" * 100_000):
        assert parse_thread_index(text) is None
        assert find_evidence(mail(f"Thread-Index: {text}\n"), ()) == ()


def test_index_without_a_likely_time_still_names_its_thread() -> None:
    found = parse_thread_index(base64.b64encode(b"\x70" * 6 + GUID + b"\x7f\xff\xff\xff\x00").decode())
    assert found is not None
    assert (found.guid, found.started, found.replies, found.depth) == (GUID.hex(), None, (), 1)


@given(st.binary(max_size=400))
def test_any_bytes_are_read(data: bytes) -> None:
    found = parse_thread_index(base64.b64encode(data).decode())
    assert found is None or len(found.replies) <= found.depth
