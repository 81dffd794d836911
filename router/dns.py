"""TXT records for the own sender check: asked by dnspython, many at once, within a deadline; failures are values.

Runs in the worker processes. Answers are kept for their time to live; a name that nobody answered for is not asked
again for some seconds, so that a dead name server costs one deadline and not one for each mail.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Protocol

import dns.exception
import dns.nameserver
import dns.resolver

from mail.dkim import DnsAnswers

__all__ = ["DnsTxt", "FixedTxt", "TxtResolver"]

_THREADS = 16
_KEPT = 5_000
_PAUSE_SECONDS = 5.0
_MAX_RECORDS = 10
_MAX_CHARS = 4_096
_PORT = 53
_EDNS_BYTES = 1232
"""A size that no network cuts (DNS flag day 2020); longer answers come by TCP."""


class TxtResolver(Protocol):
    """Where TXT records come from."""

    def fetch(self, names: Sequence[str], seconds: float) -> DnsAnswers:
        """Records of each of `names`: () where there are none, None where nobody answered in time.

        Blocks `seconds` at most (and the blink of an eye). Never raises. Idempotent.
        """


class FixedTxt:
    """Records from a mapping; a name that is not in it has none. The in-memory twin."""

    def __init__(self, records: Mapping[str, tuple[str, ...] | None]) -> None:
        self._records = dict(records)

    def fetch(self, names: Sequence[str], seconds: float) -> DnsAnswers:
        """See `TxtResolver.fetch`."""
        return {name: self._records.get(name, ()) for name in names}


class DnsTxt:
    """Records from the name servers given (`address` or `address:port`), else from the system's. Thread-safe."""

    def __init__(self, nameservers: Iterable[str] = ()) -> None:
        servers = tuple(nameservers)
        try:
            self._resolver: dns.resolver.Resolver | None = dns.resolver.Resolver(configure=not servers)
        except dns.resolver.NoResolverConfiguration:
            self._resolver = None
            return
        if servers:
            self._resolver.nameservers = [_server(text) for text in servers]
        self._resolver.cache = dns.resolver.LRUCache(_KEPT)
        self._resolver.use_edns(0, 0, _EDNS_BYTES)
        self._silent: dict[str, float] = {}
        self._threads: ThreadPoolExecutor | None = None

    def fetch(self, names: Sequence[str], seconds: float) -> DnsAnswers:
        """See `TxtResolver.fetch`."""
        answers: dict[str, tuple[str, ...] | None] = dict.fromkeys(names)
        if self._resolver is None:
            return answers
        now = time.monotonic()
        self._silent = {name: until for name, until in self._silent.items() if until > now}
        asked = [name for name in answers if name not in self._silent]
        if not asked:
            return answers
        if self._threads is None:  # not before the process is the one that asks: threads do not survive a fork
            self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="dns")
        running = {name: self._threads.submit(self._ask, self._resolver, name, now + seconds) for name in asked}
        wait(running.values(), timeout=seconds)
        for name, future in running.items():
            answers[name] = future.result() if future.done() and not future.cancelled() else None
            if answers[name] is None:
                future.cancel()
                self._silent[name] = time.monotonic() + _PAUSE_SECONDS
        return answers

    @staticmethod
    def _ask(resolver: dns.resolver.Resolver, name: str, until: float) -> tuple[str, ...] | None:
        left = until - time.monotonic()
        if left <= 0:
            return None
        try:
            found = resolver.resolve(f"{name}.", "TXT", lifetime=left, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except (dns.exception.DNSException, OSError, ValueError):
            return None
        texts = (b"".join(record.strings).decode("utf-8", "replace")[:_MAX_CHARS] for record in found)
        return tuple(texts)[:_MAX_RECORDS]


def _server(text: str) -> dns.nameserver.Nameserver:
    """`192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:5353`."""
    address, colon, port = text.rpartition(":")
    if not colon or not port.isdigit() or (":" in address and not address.startswith("[")):
        address, port = text, str(_PORT)
    return dns.nameserver.Do53Nameserver(address.strip("[]"), int(port))
