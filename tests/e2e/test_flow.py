"""A mail becomes an interaction, a case, an acknowledgement; its answer joins the case; all told by the topics."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from schemas import topics
from schemas.events import LedgerState
from tests.e2e.conftest import Pipeline
from tests.support.plain import plain_records

WRITTEN = (
    topics.MAIL_RAW,
    topics.MAIL_CHECKPOINTS,
    topics.MAIL_DECISIONS,
    topics.MAIL_QUARANTINE,
    topics.CASE_EVENTS,
    topics.OUTBOUND_EVENTS,
    topics.MAILBOX_STATUS,
    topics.MAILBOX_CONTROL,
)
"""Topics that the services and the command write; the others have no writer yet."""


@pytest.mark.feature("CV-02", "doubt gives a linked interaction")
@pytest.mark.feature("CA-02", "acknowledgement with the case id")
@pytest.mark.feature("CV-01", "signed Message-ID")
def test_a_mail_becomes_a_case_and_the_reply_to_its_acknowledgement_joins_it(
    pipeline: Callable[..., Pipeline],
) -> None:
    line = pipeline("sales")
    company, observer = line.company, line.observer
    line.start({"ingest": 1, "router": 1, "casesvc": 1, "notifier": 1})
    company.deliver(company.mail(1, "sales"))
    line.until(
        lambda: any(out.state is LedgerState.HANDED_OVER for out in observer.outgoing.values()), 40, "acknowledged"
    )
    [story] = observer.by_mark()["1"]
    assert len(story.created) == 1
    [acknowledgement] = company.inbox_of(company.customer(1))
    assert str(acknowledgement["In-Reply-To"]) == f"<mail-1@{company.tag}-customers.example>"
    [case_id] = story.created
    assert case_id in str(acknowledgement["Subject"])

    reply = company.mail(2, "sales", subject="Re: " + str(acknowledgement["Subject"]))
    reply.replace_header("From", company.customer(1))
    reply["In-Reply-To"] = str(acknowledgement["Message-ID"])
    stranger = company.mail(3, "sales", subject="Re: " + str(acknowledgement["Subject"]))
    stranger["In-Reply-To"] = str(acknowledgement["Message-ID"])
    company.deliver(reply, stranger)
    line.until(
        lambda: all(any(s.is_settled for s in observer.by_mark().get(mark, [])) for mark in "23"), 40, "both settled"
    )
    [joined], [linked] = observer.by_mark()["2"], observer.by_mark()["3"]
    assert set(joined.attached) == {case_id}
    assert not joined.created
    assert not linked.attached
    assert set(linked.linked) == {case_id}


def test_a_plain_consumer_reads_every_topic_that_the_services_write(pipeline: Callable[..., Pipeline]) -> None:
    line = pipeline("sales")
    company, observer, settings = line.company, line.observer, line.settings
    line.start({"ingest": 1, "router": 1, "casesvc": 1, "notifier": 1})
    oversize = company.mail(2, "sales")
    oversize.add_attachment(b"x" * 1_200_000, maintype="application", subtype="octet-stream", filename="big.bin")
    company.deliver(company.mail(1, "sales"), oversize)
    subprocess.run(
        [sys.executable, "-m", "mailcase", "mailbox", "restart", "sales"],
        env=dict(line.services.environment), check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    line.until(
        lambda: (
            any(out.state is LedgerState.HANDED_OVER for out in observer.outgoing.values())
            and any(story.quarantine for story in observer.mails.values())
        ),
        40,
        "one mail acknowledged, one quarantined",
    )
    for topic in WRITTEN:
        records = plain_records(settings.kafka_brokers, settings.topic(topic))
        assert records, f"nothing was written to {topic}"
        for key, value, headers in records:
            assert key
            assert headers["ce_specversion"] == b"1.0"
            assert headers["ce_type"].startswith(b"mailcase.")
            if topic == topics.MAIL_RAW:
                assert b"Message-ID: <mail-1@" in value
            else:
                assert isinstance(json.loads(value), dict)
