"""The one catalogue of metrics: name, type, labels, meaning. Dashboards, alerts and docs/metrics.md are made from it.

A metric is a constant here and is used as `metrics.MAILS_PUBLISHED.inc(mailbox="claims")`; a wrong label is an
InternalError at once. Labels hold configured names (mailbox, rule, reason), never content, addresses or mail ids.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import prometheus_client
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest

from schemas.errors import InternalError

REGISTRY = CollectorRegistry()
"""Everything of this process; tests compare values before and after."""

CONTENT_TYPE = prometheus_client.CONTENT_TYPE_LATEST
MetricType = Literal["counter", "gauge", "histogram", "info"]
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_COUNTS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000)


class Metric:
    """One row of the catalogue. `service` tells who writes it."""

    def __init__(self, name: str, kind: MetricType, labels: tuple[str, ...], service: str, meaning: str) -> None:
        self.name = name
        self.kind = kind
        self.labels = labels
        self.service = service
        self.meaning = meaning
        if name in CATALOGUE:
            raise InternalError(f"metric {name} is in the catalogue twice")
        CATALOGUE[name] = self

    def _values(self, labels: dict[str, str]) -> tuple[str, ...]:
        if labels.keys() != set(self.labels):
            raise InternalError(f"{self.name} has labels {sorted(self.labels)}, not {sorted(labels)}")
        return tuple(labels[name] for name in self.labels)

    def value(self, **labels: str) -> float:
        """The value now (of a histogram: how many observations); 0 where nothing was written yet."""
        self._values(labels)
        suffix = "_count" if self.kind == "histogram" else ""
        return REGISTRY.get_sample_value(self.name + suffix, labels) or 0.0


CATALOGUE: dict[str, Metric] = {}


class Counter(Metric):
    """Only grows. Its name ends in `_total`."""

    def __init__(self, name: str, labels: tuple[str, ...], service: str, meaning: str) -> None:
        super().__init__(name, "counter", labels, service, meaning)
        self._inner = prometheus_client.Counter(name, meaning, labels, registry=REGISTRY)

    def inc(self, amount: float = 1, **labels: str) -> None:
        """Add `amount`. Thread-safe."""
        values = self._values(labels)
        (self._inner.labels(*values) if values else self._inner).inc(amount)


class Gauge(Metric):
    """A value as of now."""

    def __init__(self, name: str, labels: tuple[str, ...], service: str, meaning: str) -> None:
        super().__init__(name, "gauge", labels, service, meaning)
        self._inner = prometheus_client.Gauge(name, meaning, labels, registry=REGISTRY)

    def set(self, value: float, **labels: str) -> None:
        """Thread-safe."""
        values = self._values(labels)
        (self._inner.labels(*values) if values else self._inner).set(value)

    def watch(self, read: Callable[[], float], **labels: str) -> None:
        """Call `read` at each scrape, for ages and sizes; it must be quick and must not raise."""
        values = self._values(labels)
        (self._inner.labels(*values) if values else self._inner).set_function(read)

    def remove(self, **labels: str) -> None:
        """Forget one series, e.g. of a mailbox that moved to another replica. Idempotent."""
        self._inner.remove(*self._values(labels))


class Histogram(Metric):
    """Observations in buckets: seconds unless the name says otherwise."""

    def __init__(
        self, name: str, labels: tuple[str, ...], service: str, meaning: str, buckets: tuple[float, ...] = _SECONDS
    ) -> None:
        super().__init__(name, "histogram", labels, service, meaning)
        self._inner = prometheus_client.Histogram(name, meaning, labels, buckets=buckets, registry=REGISTRY)

    def observe(self, value: float, **labels: str) -> None:
        """Thread-safe."""
        values = self._values(labels)
        (self._inner.labels(*values) if values else self._inner).observe(value)


class Info(Gauge):
    """A text about this process, as labels of a gauge that is 1; setting it again replaces the text."""

    def __init__(self, name: str, labels: tuple[str, ...], service: str, meaning: str) -> None:
        super().__init__(name, labels, service, meaning)
        self.kind = "info"

    def tell(self, **labels: str) -> None:
        """Show exactly these texts."""
        self._values(labels)
        self._inner.clear()
        self.set(1, **labels)


# every service
BUILD = Info("mailcase_build_info", ("service", "version", "instance"), "all", "Version that runs")
THREAD_CRASHES = Counter(
    "mailcase_thread_crashes_total",
    ("thread",),
    "all",
    "Supervised threads that ended by an exception and were restarted",
)
CONFIG_DIGEST = Info("mailcase_config_info", ("digest",), "all", "Digest of the configuration in force")
CONFIG_RELOADS = Counter("mailcase_config_reloads_total", (), "all", "Changed configurations taken over")
CONFIG_RELOAD_FAILURES = Counter(
    "mailcase_config_reload_failures_total",
    (),
    "all",
    "Changed configurations refused; the last good one stays in force",
)
CONSUMER_LAG = Gauge(
    "mailcase_consumer_lag_records",
    ("group", "topic", "partition"),
    "all",
    "Records not yet read of an owned partition",
)
EVENTS_UNREADABLE = Counter(
    "mailcase_events_unreadable_total", ("topic", "reason"), "all", "Records skipped: unknown type, or not an event"
)
OUTBOX_BACKLOG = Gauge("mailcase_outbox_backlog_rows", ("service",), "outbox", "Rows waiting to be published")
OUTBOX_OLDEST_AGE = Gauge("mailcase_outbox_oldest_age_seconds", ("service",), "outbox", "Age of the oldest waiting row")
OUTBOX_PARKED = Gauge(
    "mailcase_outbox_parked_rows", ("service",), "outbox", "Rows that the broker will not take; a person must look"
)
OUTBOX_PARKED_ROWS = Counter("mailcase_outbox_parked_total", ("service",), "outbox", "Rows parked since start")
OUTBOX_PUBLISHED = Counter("mailcase_outbox_published_total", ("service",), "outbox", "Rows published since start")
BLOB_SECONDS = Histogram(
    "mailcase_blob_seconds", ("operation",), "all", "Time of one blob operation, durable on return"
)

# ingest
MAILS_PUBLISHED = Counter(
    "mailcase_mails_published_total", ("mailbox", "mode"), "ingest", "Mails acknowledged in mail.raw"
)
MAILS_DUPLICATE = Counter(
    "mailcase_mails_duplicate_total", ("mailbox",), "ingest", "Identical bytes seen again in one mailbox; one mail"
)
MAILBOX_SECONDS = Histogram(
    "mailcase_mailbox_fetch_seconds", ("mailbox",), "ingest", "One cycle: look, fetch, publish, checkpoint"
)
MAILBOX_LAST_SUCCESS_AGE = Gauge(
    "mailcase_mailbox_last_success_age_seconds", ("mailbox",), "ingest", "Seconds since the last complete cycle"
)
MAILBOX_STATE = Gauge(
    "mailcase_mailbox_state", ("mailbox", "state"), "ingest", "1 for the state that the mailbox is in, else 0"
)
MAILBOX_BACKLOG = Gauge("mailcase_mailbox_backlog_mails", ("mailbox",), "ingest", "Mails seen but not fetched yet")
MAILBOX_ERRORS = Counter(
    "mailcase_mailbox_errors_total", ("mailbox", "kind"), "ingest", "Failed cycles, by kind of error"
)
MAILBOX_OWNED = Gauge("mailcase_mailboxes_owned", (), "ingest", "Mailboxes that this replica owns")
AFTER_ACTIONS_FAILED = Counter(
    "mailcase_after_actions_failed_total",
    ("mailbox", "action"),
    "ingest",
    "Mark, move or delete refused; retried by itself",
)
QUARANTINED = Counter(
    "mailcase_mails_quarantined_total", ("stage", "reason", "kind"), "all", "Mails put aside, with the named reason"
)

# router
DECIDED = Counter("mailcase_mails_decided_total", ("class_kind",), "router", "Decisions acknowledged, by class of mail")
DECISION_SECONDS = Histogram(
    "mailcase_decision_seconds", (), "router", "Time to decide one mail, in its worker process"
)
DECISION_AGE = Histogram(
    "mailcase_decision_age_seconds", (), "router", "From the record's time in mail.raw to the acknowledged decision"
)
CHUNK_RETRIES = Counter(
    "mailcase_chunk_retries_total",
    ("cause",),
    "router",
    "Chunks whose mails were decided again one by one: timeout, crash",
)
BLOB_WAITS = Counter("mailcase_blob_waits_total", (), "router", "Pauses because the blob store was away")
CANARY = Counter(
    "mailcase_canary_total",
    ("result",),
    "router",
    "Canary mails decided after many internal quarantines in a row: passed (goes on), failed (stops)",
)
RULES_MATCHED = Counter("mailcase_rules_matched_total", ("rule",), "router", "Rules that won")

# casesvc
INTERACTIONS = Counter(
    "mailcase_interactions_total", ("class_kind",), "casesvc", "Interactions opened, by class of mail"
)
CASES_CREATED = Counter("mailcase_cases_created_total", ("case_type",), "casesvc", "Cases created")
CASES_UPDATED = Counter("mailcase_cases_updated_total", ("case_type", "what"), "casesvc", "Changes of cases, by kind")
INTAKE_SECONDS = Histogram(
    "mailcase_intake_batch_seconds", (), "casesvc", "One intake batch: one transaction and its commit"
)
INTAKE_BATCH = Histogram("mailcase_intake_batch_records", (), "casesvc", "Records in an intake batch", _COUNTS)
INTAKE_RETRIES = Counter(
    "mailcase_intake_retries_total", ("cause",), "casesvc", "Batches that were taken again one by one"
)
SUPERSEDED = Counter(
    "mailcase_decisions_superseded_total",
    ("what",),
    "casesvc",
    "Decisions or quarantine records that came second for a mail",
)
SERVER_ID_CONFLICTS = Counter(
    "mailcase_server_id_conflicts_total",
    ("mailbox",),
    "casesvc",
    "One server id with two contents; both kept, look at the server",
)
API_REQUESTS = Counter("mailcase_api_requests_total", ("method", "route", "status"), "casesvc", "API requests answered")
API_SECONDS = Histogram("mailcase_api_seconds", ("route",), "casesvc", "Time to answer an API request")

# notifier
OUTGOING = Counter(
    "mailcase_outgoing_total", ("state", "purpose"), "notifier", "Outgoing mails that entered a ledger state"
)
SUPPRESSED = Counter(
    "mailcase_outgoing_suppressed_total", ("reason",), "notifier", "Outgoing mails not sent, with the reason"
)
OUTGOING_WAITING = Gauge(
    "mailcase_outgoing_waiting", ("state",), "notifier", "Ledger rows in a state that waits for something"
)
SMTP_SECONDS = Histogram(
    "mailcase_smtp_seconds", ("account",), "notifier", "One hand-over, from MAIL to the server's answer"
)
SMTP_ERRORS = Counter(
    "mailcase_smtp_errors_total", ("account", "kind"), "notifier", "Hand-overs that failed, by kind of error"
)


def exposition() -> bytes:
    """All metrics in Prometheus' text format."""
    return generate_latest(REGISTRY)


def render_markdown() -> str:
    """docs/metrics.md: the catalogue as a table."""
    lines = ["# Metrics", "", "Generated from `runtime/metrics.py`. Every service answers `/metrics`.", ""]
    lines += ["| metric | type | labels | written by | meaning |", "|---|---|---|---|---|"]
    for row in CATALOGUE.values():
        labels = " ".join(f"`{name}`" for name in row.labels)
        lines.append(f"| `{row.name}` | {row.kind} | {labels} | {row.service} | {row.meaning} |")
    return "\n".join(lines) + "\n"


prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]
prometheus_client.ProcessCollector(registry=REGISTRY)
prometheus_client.PlatformCollector(registry=REGISTRY)
