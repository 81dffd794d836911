"""What runs inside a worker process: a configuration held since its start, and chunks of mails decided by it.

A mail that raises is refused by itself; one that hangs or ends the process is the pool's business. A chunk that
outlives its deadline by far is ended by the kernel, so that no worker stays behind when its router was killed.
"""

from __future__ import annotations

import importlib
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mail.parse import parse
from mail.signed_ids import SigningKey
from router.decide import CompiledConfiguration, compile_configuration, decide_parsed, decision_event
from router.dns import DnsTxt, TxtResolver
from router.facts import gather, own_check, questions
from router.jobs import Decided, Job, Refused, Result
from runtime.config import Configuration
from schemas.cloudevents import encode
from schemas.errors import InternalError, MessageError
from schemas.events import Decision, MailReceived

__all__ = ["decide_chunk", "decide_mail", "initialize", "ready"]


Decide = Callable[[MailReceived, bytes], Decision]

_GRACE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class _Held:
    configuration: CompiledConfiguration
    keys: tuple[SigningKey, ...]
    decide: Decide
    resolver: TxtResolver


_held: _Held | None = None


def initialize(configuration: Configuration, keys: tuple[SigningKey, ...], decide: str) -> None:
    """Called once when a worker starts; it decides by `configuration` until its end."""
    global _held
    module, _, name = decide.partition(":")
    decider = getattr(importlib.import_module(module), name)
    resolver = DnsTxt(configuration.installation.sender_check.nameservers)
    _held = _Held(compile_configuration(configuration), keys, decider, resolver)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)


def ready() -> bool:
    """Proves that a worker has started."""
    return _state() is not None


def decide_chunk(jobs: Sequence[Job], seconds: float) -> list[Result]:
    """Results of `jobs` in their order. `seconds`: the deadline that the pool keeps."""
    signal.alarm(int(seconds) + _GRACE_SECONDS)
    try:
        _ask_ahead(jobs)
        return [_decide_one(job) for job in jobs]
    finally:
        signal.alarm(0)


def decide_mail(received: MailReceived, raw: bytes) -> Decision:
    """Gather the facts of one mail and decide it."""
    held = _state()
    mail = parse(raw)
    installation = held.configuration.installation
    check = own_check(received, mail, raw, installation, held.resolver)
    return decide_parsed(received, mail, gather(received, mail, held.keys, installation, check), held.configuration)


def _ask_ahead(jobs: Sequence[Job]) -> None:
    """The questions of a chunk's mails to the DNS at once: one after the other they would outlast its deadline."""
    held = _state()
    installation = held.configuration.installation
    if len(jobs) < 2 or not installation.sender_check.enabled:
        return
    names = {name: None for job in jobs for name in questions(parse(job.raw), job.raw, installation)}
    held.resolver.fetch(list(names), installation.sender_check.deadline.total_seconds())


def _decide_one(job: Job) -> Result:
    started = time.perf_counter()
    try:
        decision = _state().decide(job.received, job.raw)
        record = encode(decision_event(decision, job.received.traceparent))
    except MessageError as error:
        return Refused(error.reason, str(error)[:2000])
    except Exception as error:  # one mail's error never fails the others of its chunk
        return Refused("decision_failed", f"{type(error).__name__}: {error}"[:2000])
    return Decided(
        record=record,
        class_kind=decision.class_.kind.value,
        winners=tuple(rule.rule for rule in decision.trace.rules if rule.won),
        seconds=time.perf_counter() - started,
    )


def _state() -> _Held:
    if _held is None:
        raise InternalError("the worker process was not initialized")
    return _held
