"""Structured logs: one JSON object a line, or coloured text for people; libraries' log lines come in the same form.

What never gets out: secrets (by field name, and passwords inside URLs), content (subject, bodies, values), and mail
addresses, of which only the domain stays unless `MAILCASE_LOG_ADDRESSES` is set. Own Message-IDs lose their signature.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from contextlib import AbstractContextManager
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars
from structlog.typing import EventDict, Processor, WrappedLogger

from runtime.settings import Settings, mask_url
from schemas.ids import mask_own_ids

__all__ = ["bind", "configure_logging", "get_logger"]

# fmt: off
SECRET_NAMES = frozenset({
    "password", "secret", "token", "access_token", "refresh_token", "client_secret", "authorization", "cookie",
    "api_key", "private_key", "secret_key", "credentials", "dsn", "database_url",
})
CONTENT_NAMES = frozenset({
    "subject", "body", "text", "new_text", "html", "raw", "value", "data", "content", "headers", "snippet", "quote",
})
# fmt: on
_ADDRESS = re.compile(r"[^\s<>@\"',;:()\[\]]+@([A-Za-z0-9][A-Za-z0-9.-]*)")
_NOISY = {
    "kafka": logging.WARNING,
    # While a broker is away each try to connect is several lines a second; one line a second of the others is enough.
    "kafka.net": logging.CRITICAL,
    "kafka.cluster": logging.ERROR,
    # Warns of each topic that a group is about to read for the first time.
    "kafka.coordinator.assignors": logging.ERROR,
    "imapclient": logging.WARNING,
    "psycopg.pool": logging.ERROR,
    "alembic": logging.WARNING,
    "faust": logging.WARNING,
}


def configure_logging(settings: Settings, service: str) -> None:
    """Send all logs of this process to stderr as the settings say. Call it once, before threads start."""
    show_addresses = settings.log_addresses
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _Named(service, settings.instance),
    ]
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if settings.log_format == "json":
        last += [
            structlog.processors.format_exc_info,
            _Masked(show_addresses),
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ]
    else:
        last += [
            structlog.processors.format_exc_info,
            _Masked(show_addresses),
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=last, foreign_pre_chain=shared))
    threading.excepthook = _thread_died
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for name, level in _NOISY.items():
        logging.getLogger(name).setLevel(max(level, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _thread_died(died: threading.ExceptHookArgs) -> None:
    """A thread of a library ended by an exception: one line like all others, instead of Python's bare traceback."""
    if died.exc_type is SystemExit:
        return
    name = died.thread.name if died.thread is not None else "?"
    get_logger("runtime").warning("a thread ended by an exception", thread=name, exc_info=_exc_info(died))


def _exc_info(died: threading.ExceptHookArgs) -> Any:
    return (died.exc_type, died.exc_value or died.exc_type(), died.exc_traceback)


def get_logger(name: str) -> Any:
    """A logger: `log.info("what happened", mail_id=…, mailbox=…)`. `name` is the part that speaks."""
    return structlog.stdlib.get_logger(name)


def bind(**values: str | int) -> AbstractContextManager[None]:
    """Every line inside the block carries these fields: `with bind(mail_id=…, case_id=…):`. Per thread and task."""
    return bound_contextvars(**values)


class _Named:
    """Adds which service and which replica speaks."""

    def __init__(self, service: str, instance: str) -> None:
        self._names = {"service": service, "instance": instance}

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {**self._names, **event}


class _Masked:
    """Takes out secrets, content and addresses, in nested values and in exception texts too."""

    def __init__(self, show_addresses: bool) -> None:
        self._show_addresses = show_addresses

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {name: self._field(name, value) for name, value in event.items()}

    def _field(self, name: str, value: Any) -> Any:
        lowered = name.lower()
        if lowered in SECRET_NAMES or lowered.endswith(("_password", "_secret", "_token", "_key_pem")):
            return "***"
        if lowered in CONTENT_NAMES:
            return "(content left out)"
        return self._value(value)

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, bytes):
            return f"({len(value)} bytes)"
        if isinstance(value, dict):
            return {str(name): self._field(str(name), inner) for name, inner in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self._value(inner) for inner in value]
        if value is None or isinstance(value, (int, float)):
            return value
        return self._text(str(value))

    def _text(self, text: str) -> str:
        masked = mask_own_ids(mask_url(text))
        return masked if self._show_addresses or "@" not in masked else _ADDRESS.sub(r"***@\1", masked)
