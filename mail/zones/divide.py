"""`divide`: a text to its zones, in one pass over the lines for what introduces earlier messages, and one over the
ends of each message for signatures.

A message that was introduced and whose text is not marked as quoted lasts to the end: nobody writes below it. One
whose text is marked (`>`) ends where the marks do, so that answers between and below quotations stay new text.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import compress, islice
from operator import is_not, ne

from mail.subject import read_subject
from mail.zones.disclaimers import banner_end
from mail.zones.headers import candidates, is_rule, labels
from mail.zones.lines import read_lines
from mail.zones.names import Signer
from mail.zones.own_marks import lines_of_own
from mail.zones.records import Context, Embedded, Form, Zone, ZoneKind, Zones
from mail.zones.said import said
from mail.zones.starters import Starter, Starters
from mail.zones.tails import Tail, find_tail

__all__ = ["divide", "divide_thoroughly"]

_NONE = Context()
_NOBODY = Signer()
_INTRODUCING = frozenset({ZoneKind.ATTRIBUTION, ZoneKind.HEADER})
_LONG_QUOTED = 64
_MOST_MESSAGES = 1_000
_MOST_LOOKS = 10_000
"""Lines that are looked at closely: a monster of 80,000 lines `a:` would take seconds."""


@dataclass(slots=True)
class _Open:
    """A message that is being read: lines quoted at least `depth` deep are its own."""

    message: int
    depth: int


def divide(text: str, context: Context = _NONE) -> Zones:
    """Zones of `text` (line ends LF). Pure and linear. Earlier messages keep their signatures."""
    work = _Work(text, context)
    work.assign()
    work.own_tails()
    return work.result()


def divide_thoroughly(text: str, context: Context = _NONE) -> Zones:
    """As `divide`, with signatures and disclaimers of the earlier messages set apart too."""
    work = _Work(text, context)
    work.assign()
    work.own_tails()
    work.earlier_tails()
    return work.result()


class _Work:
    def __init__(self, text: str, context: Context) -> None:
        self._text = text
        self._lines = lines = read_lines(text)
        self._context = context
        self._written: int | None = None  # the first line of new text, rules not counted
        self._kinds = [ZoneKind.NEW] * len(lines)
        self._messages = [0] * len(lines)
        self._embedded: list[Embedded] = []
        self._passed_on: int | None = None  # how deep the mail that is passed on is quoted
        self._looks = candidates(lines.bare)
        if "\nSubject" in text or (not text.isascii() and ("\nThema" in text or "\nObjet" in text)):
            self._looks = labels(lines.bare, self._looks)
        starts = lines.starts
        self._cuts = {min(bisect_left(starts, offset), len(lines) - 1) for offset in context.history}
        self._starters = Starters(lines, self._looks, self._cuts, context.subject)
        self._signed = [
            (bisect_left(starts, start), bisect_left(starts, end)) for start, end in context.signatures if end > start
        ]

        self._within: list[int] = []  # offsets of signatures within lines

    def _events(self) -> list[int]:
        """Lines that may introduce a message, or that are quoted otherwise than the one before them."""
        bare, depths = self._lines.bare, self._lines.depth
        if not self._lines.quoted and not self._cuts:
            return list(self._looks)
        events = self._cuts.union(self._looks)
        depth = 0
        for number, line in enumerate(bare):
            if depths[number] != depth and (line or depths[number] > depth):
                depth = depths[number]
                events.add(number)
                if number:
                    events.add(number - 1)
        return sorted(events)

    def assign(self) -> None:
        """Give each line its message and whether it introduces one."""
        lines = self._lines
        stack = [_Open(0, 0)]
        owners: dict[int, int] = {}
        at = 0
        for looks, event in enumerate(self._events()):
            if event < at:
                continue
            self._fill(at, event, stack[-1].message)
            at = event
            if (
                looks < _MOST_LOOKS
                and len(self._embedded) < _MOST_MESSAGES
                and (lines.bare[at] or lines.depth[at] > stack[-1].depth or at in self._cuts)
            ):
                starter = self._starters.at(at)
                if starter is not None and self._accepted(starter, stack):
                    at = self._open(starter, stack, owners)
                    continue
                self._settle(at, stack, owners)
        self._fill(at, len(lines), stack[-1].message)
        if lines.quoted and self._embedded:
            self._take_back()

    def _take_back(self) -> None:
        """Make marked lines that quote nobody new text again."""
        own = lines_of_own(self._lines, self._kinds, self._messages, not self._passes_on())
        for number in own:
            self._kinds[number], self._messages[number] = ZoneKind.NEW, 0
        if own:
            left = set(self._messages)
            self._embedded = [one for one in self._embedded if one.message in left]

    def _fill(self, first: int, after: int, message: int) -> None:
        if message:
            self._messages[first:after] = [message] * (after - first)
            self._kinds[first:after] = [self._kind(message)] * (after - first)
        elif self._written is None and after > first:
            bare = self._lines.bare
            self._written = next((at for at in range(first, after) if bare[at] and not is_rule(bare[at])), None)

    def _was_written(self, before: int) -> bool:
        """Whether new text stands above line `before`."""
        return self._written is not None and self._written < before

    def _kind(self, message: int) -> ZoneKind:
        if message == 0:
            return ZoneKind.NEW
        return ZoneKind.QUOTED if self._passed_on is None else ZoneKind.FORWARDED

    def _settle(self, at: int, stack: list[_Open], owners: dict[int, int]) -> None:
        """Make the top of `stack` the message that line `at` belongs to, by how deep it is quoted."""
        depth = self._lines.depth[at]
        if depth < stack[-1].depth and self._unwrapped(at, stack[-1].depth):
            return
        self._pop(depth, stack, owners)
        if stack[-1].message == 0 and depth > 0:
            message = owners.get(1)
            if message is None:
                message = self._embed(Form.QUOTE, False, ())
            stack.append(_Open(message, 1))
        elif depth > stack[-1].depth and depth in owners and owners[depth] > stack[-1].message:
            stack.append(_Open(owners[depth], depth))

    def _pop(self, depth: int, stack: list[_Open], owners: dict[int, int]) -> None:
        while depth < stack[-1].depth:
            owners[stack[-1].depth] = stack[-1].message
            stack.pop()

    def _unwrapped(self, at: int, depth: int) -> bool:
        """A quoted line that a client broke in two without a mark on the second half."""
        bare, depths = self._lines.bare, self._lines.depth
        if depths[at] or at == 0 or at + 1 >= len(bare):
            return False
        return (
            depths[at - 1] >= depth
            and depths[at + 1] >= depth
            and len(bare[at - 1]) >= _LONG_QUOTED
            and len(bare[at]) < 30
            and not bare[at][:1].isupper()
            and not bare[at - 1].endswith((".", "?", "!", ":"))
        )

    def _accepted(self, starter: Starter, stack: list[_Open]) -> bool:
        """Whether `starter` is one where it stands."""
        if starter.form is not Form.ATTRIBUTION:
            return True
        lines = self._lines
        below = lines.next_filled(starter.last, 12)
        if below is None:
            return starter.certain
        if lines.depth[below] > lines.depth[starter.last]:
            return True
        return starter.certain and (below <= starter.last + 4 or stack[-1].message > 0)

    def _open(self, starter: Starter, stack: list[_Open], owners: dict[int, int]) -> int:
        """Begin the message that `starter` introduces; returns the line after it."""
        lines = self._lines
        depth = lines.depth[max(starter.first, starter.last)]
        self._pop(depth, stack, owners)
        outermost = stack[-1].message == 0
        written = self._was_written(starter.first)
        introduced = starter.form in (Form.HEADER, Form.MARK, Form.HTML)
        forwarded = starter.forwarded or (outermost and introduced and self._passes_on())
        if outermost and not written and starter.form is Form.HEADER and not forwarded and depth == 0:
            # A header on top of everything: the mail was passed on without a word, or a gateway copied its own header.
            self._embedded.append(Embedded(0, starter.form, False, starter.fields))
            self._label(starter, ZoneKind.HEADER, 0)
            return starter.last + 1
        below = lines.next_filled(starter.last, 12)
        marked = below is not None and lines.depth[below] > depth
        if outermost and forwarded:
            self._passed_on = depth + 1 if marked else depth
        message = self._embed(starter.form, forwarded, starter.fields, starter.attribution)
        stack.append(_Open(message, depth + 1 if marked else depth))
        kind = ZoneKind.ATTRIBUTION if starter.form is Form.ATTRIBUTION else ZoneKind.HEADER
        self._label(starter, kind, message)
        return max(starter.last + 1, starter.first)

    def _passes_on(self) -> bool:
        """Whether a header within the text is that of a mail which is passed on: the mail answers none."""
        if not self._context.subject:
            return False
        subject = read_subject(self._context.subject)
        return subject.is_forward or not (subject.is_reply or self._context.answers)

    def _label(self, starter: Starter, kind: ZoneKind, message: int) -> None:
        for number in range(starter.first, starter.last + 1):
            self._messages[number] = message
            self._kinds[number] = kind
        # The rule that a client draws above the header belongs to it.
        above = starter.first - 1
        bare = self._lines.bare
        while above >= 0 and not bare[above] and starter.first - above <= 3:
            above -= 1
        if kind is ZoneKind.HEADER and above >= 0 and is_rule(bare[above]):
            for number in range(above, starter.first):
                self._messages[number] = message
                self._kinds[number] = kind

    def _embed(self, form: Form, forwarded: bool, fields: tuple[tuple[str, str], ...], attribution: str = "") -> int:
        message = 1 + max((one.message for one in self._embedded[-1:]), default=0)
        self._embedded.append(Embedded(message, form, forwarded, fields, attribution))
        return message

    def own_tails(self) -> None:
        """Set the sender's signature and disclaimer apart: at the end of the first and the last stretch of new text,
        and above a message that is introduced (the footer of a list may stand below it)."""
        bare = self._lines.bare
        new = [run for run in self._runs() if any(bare[run[0] : run[-1] + 1])]
        signer = Signer(self._context.names, bool(self._embedded) or self._context.answers)
        for run in new:
            if run is new[0] or run is new[-1] or self._kinds[run[-1] + 1] in _INTRODUCING:
                self._tail(run, signer, run is new[0], len(new) > 1)
        for start, end in self._signed:
            for number in range(start, min(end, len(self._lines))):
                if self._kinds[number] is ZoneKind.NEW:
                    self._kinds[number] = ZoneKind.SIGNATURE

    def earlier_tails(self) -> None:
        """The same for the earlier messages."""
        own: dict[int, list[int]] = {}
        for number, message in enumerate(self._messages):
            if message and self._kinds[number] is ZoneKind.QUOTED:
                run = own.setdefault(message, [])
                if run and run[-1] != number - 1:
                    run.append(-1)
                run.append(number)
        for run in own.values():
            self._tail(run, _NOBODY, False, False)

    def _runs(self) -> list[list[int]]:
        """Stretches of lines of new text."""
        if not self._embedded:
            return [list(range(len(self._lines)))]
        runs: list[list[int]] = []
        for number, kind in enumerate(self._kinds):
            if kind is ZoneKind.NEW and self._messages[number] == 0:
                if runs and runs[-1][-1] == number - 1:
                    runs[-1].append(number)
                else:
                    runs.append([number])
        return runs

    def _tail(self, run: list[int], signer: Signer, top: bool, apart: bool) -> None:
        every = self._lines.bare
        bare = every if len(run) == len(every) else [every[number] if number >= 0 else "" for number in run]
        if top:
            for place in range(banner_end(bare)):
                self._kinds[run[place]] = ZoneKind.DISCLAIMER
        tail = find_tail(bare, signer, apart)
        for place in tail.above:
            if run[place] >= 0:
                self._kinds[run[place]] = ZoneKind.SIGNATURE
        if tail.within:
            self._cut_within(run, bare, tail)
        for place in range(tail.signature, len(run)):
            if run[place] < 0 or (not bare[place] and place == tail.signature):
                continue
            self._kinds[run[place]] = ZoneKind.DISCLAIMER if place >= tail.disclaimer else ZoneKind.SIGNATURE

    def _cut_within(self, run: list[int], bare: list[str], tail: Tail) -> None:
        """Note where a signature begins within the last line of what was written."""
        place = next(place for place in range(tail.signature - 1, -1, -1) if bare[place])
        number = run[place]
        starts = self._lines.starts
        at = self._text.rfind(bare[place][-tail.within :], starts[number], starts[number + 1])
        if number >= 0 and at > starts[number]:
            self._within.append(at)

    def result(self) -> Zones:
        """The records."""
        zones: list[Zone] = []
        bare, depth, starts = self._lines.bare, self._lines.depth, self._lines.starts
        kinds, messages = self._kinds, self._messages
        count = len(bare)
        first = 0
        changes = set(compress(range(1, count), map(is_not, islice(kinds, 1, None), kinds)))
        if self._embedded:
            changes.update(compress(range(1, count), map(ne, islice(messages, 1, None), messages)))
        for change in sorted(changes):
            number = change
            while number < count and not bare[number] and not depth[number]:
                number += 1  # an empty line goes with what stands above it
            if number == count:
                break
            if number > first and (kinds[number] is not kinds[first] or messages[number] != messages[first]):
                zones.append(Zone(kinds[first], starts[first], starts[number] - 1, messages[first]))
                first = number
        zones.append(Zone(kinds[first], starts[first], starts[count] - 1, messages[first]))
        if self._within:
            marks = sorted(self._within)
            zones = [piece for zone in zones for piece in _cut(zone, marks)]
        said_now = said(self._text, zones, self._passed_on)
        return Zones(self._text, tuple(zones), tuple(self._embedded), said_now)


def _cut(zone: Zone, marks: list[int]) -> tuple[Zone, ...]:
    """`zone` in two where its last line holds a signature from one of the offsets `marks` on."""
    place = bisect_left(marks, zone.end) - 1
    if place < 0 or marks[place] <= zone.start or zone.message or zone.kind is not ZoneKind.NEW:
        return (zone,)
    at = marks[place]
    return Zone(ZoneKind.NEW, zone.start, at - 1, 0), Zone(ZoneKind.SIGNATURE, at, zone.end, 0)
