"""How mails are cut into chunks, and how long a chunk may take."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from router.jobs import MAX_CHUNK_BYTES, MAX_CHUNK_MAILS, Job, chunks, deadline
from schemas.events import RawReference
from tests.router.support import mail, received

MB = 1024 * 1024


def sized(size: int) -> Job:
    told = received(mail())
    return Job(told.model_copy(update={"raw": RawReference(sha256="0" * 64, size=size, ref="blob:a/b")}), b"")


@given(st.lists(st.one_of(st.integers(0, 50_000), st.integers(0, 3 * MB)), max_size=200))
def test_chunks_keep_order_and_bounds_and_a_large_mail_stands_alone(sizes: list[int]) -> None:
    jobs = [sized(size) for size in sizes]
    cut = list(chunks(jobs))
    assert sorted(index for chunk in cut for index in chunk) == list(range(len(jobs)))
    for chunk in cut:
        assert list(chunk) == sorted(chunk)
        total = sum(sizes[index] for index in chunk)
        assert len(chunk) <= MAX_CHUNK_MAILS
        assert total <= MAX_CHUNK_BYTES or len(chunk) == 1


def test_the_deadline_is_three_seconds_and_one_for_each_megabyte() -> None:
    assert deadline([sized(0)]) == 3.0
    assert deadline([sized(2 * MB), sized(3 * MB)]) == 8.0
