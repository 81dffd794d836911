"""One folder's turn: look, take mails in bounded batches, publish, checkpoint, and only then act in the mailbox.

    open ─► cursor fits? ──no──► first cursor / resync ─► checkpoint
                │ yes
                ▼
    after-actions still due ─► candidates ─► [ batch: size? fetch, blob, record ]
                                                 │ acknowledged
                                                 ▼
                                             checkpoint ─► after-actions ─► next batch, until a bound is met

A crash at any arrow repeats work that the ids absorb; it never skips a mail. After an unclean takeover the first mails
are taken one by one, each noted as `attempting` before it is touched, so that one that kills the process is found.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from ingest.book import CheckpointBook, OwnershipLost
from ingest.intake import Admitted, DownstreamAway, Incoming, Intake
from ingest.mailbox import Mailbox, MailGone, MailSummary, MailTooLarge, MailUnfetchable, Outline
from ingest.start import bound_of, coarse_day, first_cursor, kind_of, resync_cursor, within
from runtime import metrics
from runtime.clock import Clock
from schemas.config import ListenerOptions, MoveTo
from schemas.errors import MailcaseError, ProviderPermanent, ProviderTemporary
from schemas.events.mailbox import Attempting, ImapCursor, StartPoint
from schemas.ids import imap_server_id

__all__ = ["FolderTurn", "Recollection"]

CRASHES = 3
"""Times that a mail may end the process before it is put aside as `crashed_ingest`."""
REFUSALS = 3
"""Times that the server may refuse to hand a mail over before it is put aside as `unfetchable`."""
HANG_UPS = 5
"""Times that the connection may die while one mail is fetched; more than refusals, for networks fail too."""
_FLUSH_BYTES = 8 * 1024 * 1024
_AFTER_ACTIONS = 10_000
_REMEMBERED = 2_000
_NO_OUTLINE = Outline(b"", "")


@dataclass
class Recollection:
    """What a process remembers of a mailbox beside the checkpoint; losing it costs repeats, never a mail."""

    hang_ups: dict[str, int] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    put_aside: set[str] = field(default_factory=set)
    published: OrderedDict[str, None] = field(default_factory=OrderedDict)
    distrusted: dict[str, int] = field(default_factory=dict)
    alone: dict[str, int] = field(default_factory=dict)

    def is_known(self, mail: str) -> bool:
        """Whether the broker acknowledged this mail id from us before."""
        return mail in self.published

    def remember(self, mail: str) -> None:
        """The broker acknowledged it."""
        self.published[mail] = None
        self.published.move_to_end(mail)
        if len(self.published) > _REMEMBERED:
            self.published.popitem(last=False)


class FolderTurn:
    """Takes folders of one mailbox through their turns, on one connection. For one thread at a time."""

    def __init__(
        self,
        mailbox: Mailbox,
        book: CheckpointBook,
        intake: Intake,
        options: ListenerOptions,
        recollection: Recollection,
        clock: Clock,
        *,
        max_mail_bytes: int,
        on_news: Callable[[int], None],
        stopping: Callable[[], bool],
    ) -> None:
        """`on_news` is told the backlog before fetching begins; `stopping` ends a turn between two mails."""
        self._mailbox = mailbox
        self._book = book
        self._intake = intake
        self._options = options
        self._memory = recollection
        self._clock = clock
        self._limit = min(options.max_mail_bytes, max_mail_bytes)
        self._on_news = on_news
        self._stopping = stopping
        self._log = structlog.get_logger("ingest").bind(mailbox=book.mailbox)
        self._folder = ""
        self._writable = False

    def run(self, folder: str) -> bool:
        """One turn of `folder`; returns whether mails are left for the next. Raises as `Mailbox` does, and
        DownstreamAway, OwnershipLost."""
        self._folder = folder
        self._open(folder)
        self._after_actions()
        uids = self._candidates()
        if uids:
            self._on_news(len(uids))
        deadline = self._clock.monotonic() + self._options.time_per_cycle.total_seconds()
        budget = self._options.bytes_per_cycle
        done = 0
        while done < len(uids):
            if self._stopping() or budget <= 0 or self._clock.monotonic() >= deadline:
                self._settle()
                return True
            count = 1 if self._alone() else self._options.batch_size
            budget -= self._batch(uids[done : done + count])
            done += count
        self._passed_bound()
        self._settle()
        return False

    # opening

    def _open(self, folder: str) -> None:
        wants_writing = self._options.after_intake != "keep"
        try:
            state = self._mailbox.select(folder, for_writing=wants_writing)
            self._writable = wants_writing
        except ProviderPermanent as error:
            if not wants_writing:
                raise
            # Reading goes on where only changing is refused; the after-actions stay due.
            state = self._mailbox.select(folder, for_writing=False)
            self._writable = False
            self._log.warning("the folder cannot be changed, its after-actions wait", reason=str(error))
        cursor = self._book.cursor(folder)
        if cursor is None:
            cursor = first_cursor(self._start(), uidvalidity=state.uidvalidity, uidnext=state.uidnext)
            self._log.info("folder opened for the first time", uidnext=state.uidnext, policy=self._start().policy)
        elif cursor.uidvalidity != state.uidvalidity:
            self._log.warning("UIDVALIDITY changed: resync", old=cursor.uidvalidity, new=state.uidvalidity)
            cursor = resync_cursor(cursor, uidvalidity=state.uidvalidity, uidnext=state.uidnext)
        elif self._went_back(folder, cursor, state.uidnext, told=state.uidnext_told):
            self._log.warning("UIDNEXT went back: resync", last_uid=cursor.last_uid, uidnext=state.uidnext)
            cursor = resync_cursor(cursor, uidvalidity=state.uidvalidity, uidnext=state.uidnext)
        else:
            return
        self._book.note(cursors={folder: cursor})
        self._book.save()

    def _went_back(self, folder: str, cursor: ImapCursor, uidnext: int, *, told: bool) -> bool:
        """A server restored from a backup without a new UIDVALIDITY gives UIDs a second time.

        Believed once for each UIDNEXT told, so that one that always tells nonsense is not resynced for ever.
        """
        if not told or uidnext > cursor.last_uid or self._memory.distrusted.get(folder) == uidnext:
            return False
        self._memory.distrusted[folder] = uidnext
        return True

    def _start(self) -> StartPoint:
        start = self._book.start
        assert start is not None, "the claim carries the start point"
        return start

    def _cursor(self) -> ImapCursor:
        cursor = self._book.cursor(self._folder)
        assert cursor is not None, "the folder was opened"
        return cursor

    # what there is to take

    def _candidates(self) -> list[int]:
        cursor = self._cursor()
        unseen = self._options.selection == "unseen"
        after = 0 if unseen else cursor.last_uid
        day = coarse_day(bound_of(self._start()))
        uids: set[int] = set()
        if after < cursor.bounded_until_uid:
            old = self._mailbox.search(after_uid=after, unseen_only=unseen, since=day)
            uids.update(uid for uid in old if uid <= cursor.bounded_until_uid)
        uids.update(self._mailbox.search(after_uid=max(after, cursor.bounded_until_uid), unseen_only=unseen))
        if unseen:
            waiting = set(cursor.after_actions)
            uids = {uid for uid in uids if uid not in waiting and self._server_id(uid) not in self._memory.put_aside}
        return sorted(uids)

    def _counts(self, mail: MailSummary) -> bool:
        return mail.uid > self._cursor().bounded_until_uid or within(mail.received_at, bound_of(self._start()))

    def _server_id(self, uid: int) -> str:
        return imap_server_id(self._folder, self._cursor().uidvalidity, uid)

    def _incoming(self, mail: MailSummary) -> Incoming:
        start = self._start()
        kind = kind_of(mail.uid, mail.received_at, self._cursor(), self._book.last_success_at or start.begun_at)
        return Incoming(
            mailbox=self._book.mailbox,
            folder=self._folder,
            server_id=self._server_id(mail.uid),
            received_at=mail.received_at,
            kind=kind,
            flags=mail.flags,
        )

    # taking

    def _batch(self, uids: Sequence[int]) -> int:
        """Take `uids`; returns the bytes fetched."""
        taken: list[tuple[int, Admitted]] = []
        fetched = unflushed = 0
        existing = {mail.uid: mail for mail in self._mailbox.summaries(uids)}
        passed = 0
        for uid in uids:
            mail = existing.get(uid)
            if mail is not None and self._counts(mail):
                try:
                    admitted = self._take(mail)
                except Exception as error:
                    if not isinstance(error, DownstreamAway | OwnershipLost):
                        # The connection died: what was fetched before goes on its way, so that the next turn begins
                        # with this very mail. Its after-actions wait in the checkpoint.
                        self._flush(taken, passed)
                    raise
                if admitted is not None:
                    taken.append((uid, admitted))
                    fetched += admitted.size
                    unflushed += admitted.size
            passed = uid
            if unflushed >= _FLUSH_BYTES:
                self._flush(taken, passed)
                taken, unflushed = [], 0
        self._flush(taken, passed)
        self._after_actions()
        return fetched

    def _take(self, mail: MailSummary) -> Admitted | None:
        """The mail, ready to publish; None when somebody else took it away meanwhile."""
        incoming = self._incoming(mail)
        server_id = incoming.server_id
        try:
            if self._alone() and not self._attempt(server_id):
                detail = f"the ingest process ended {CRASHES} times while it took this mail"
                return self._intake.set_aside(incoming, "crashed_ingest", detail, attempts=CRASHES)
            hang_ups = self._memory.hang_ups.get(server_id, 0)
            if hang_ups >= HANG_UPS:
                return self._unfetchable(incoming, f"the connection died {hang_ups} times in it", hang_ups)
            if mail.size > self._limit:
                return self._too_large(incoming, mail.uid, mail.size)
            for attempt in range(1, REFUSALS + 1):
                try:
                    raw = self._mailbox.fetch(mail.uid, size=mail.size, limit=self._limit)
                    self._memory.hang_ups.pop(server_id, None)
                    return self._intake.admit(incoming, raw)
                except MailTooLarge as error:
                    return self._too_large(incoming, mail.uid, max(error.size, mail.size))
                except MailUnfetchable as error:
                    if attempt == REFUSALS:
                        return self._unfetchable(incoming, str(error), attempt, self._outline(mail.uid))
        except MailGone:
            return None
        except ProviderTemporary as error:
            if not isinstance(error, DownstreamAway):
                self._memory.hang_ups[server_id] = self._memory.hang_ups.get(server_id, 0) + 1
            raise
        except (MailcaseError, OSError):
            raise
        except Exception as error:
            # A bug of ours that this mail brings out: tried again, then put aside, so that it stops nobody else.
            failures = self._memory.failures[server_id] = self._memory.failures.get(server_id, 0) + 1
            if failures < CRASHES:
                raise
            self._log.exception("a mail cannot be taken in", server_id=server_id)
            detail = f"taking it in failed {failures} times: {type(error).__name__}"
            return self._intake.set_aside(incoming, "crashed_ingest", detail, attempts=failures)
        return None

    def _too_large(self, incoming: Incoming, uid: int, size: int) -> Admitted:
        outline = self._outline(uid)
        return self._intake.set_aside(
            incoming,
            "too_large",
            f"{size} bytes; the listener accepts {self._limit}",
            header=outline.header,
            structure=outline.structure,
        )

    def _unfetchable(self, incoming: Incoming, detail: str, attempts: int, outline: Outline = _NO_OUTLINE) -> Admitted:
        return self._intake.set_aside(
            incoming,
            "unfetchable",
            detail,
            attempts=attempts,
            header=outline.header,
            structure=outline.structure,
        )

    def _outline(self, uid: int) -> Outline:
        try:
            return self._mailbox.outline(uid)
        except (MailUnfetchable, ProviderPermanent):
            return _NO_OUTLINE

    # the unclean start: one by one

    def _alone(self) -> bool:
        if not self._book.unclean:
            return False
        return self._memory.alone.setdefault(self._folder, self._options.batch_size) > 0

    def _attempt(self, server_id: str) -> bool:
        """Note that this mail is touched now; False when it ended the process too often before."""
        cursor = self._cursor()
        before = cursor.attempting
        n = before.n if before is not None and before.server_id == server_id else 0
        if n >= CRASHES:
            return False
        attempting = Attempting(server_id=server_id, n=n + 1)
        self._book.note(cursors={self._folder: cursor.model_copy(update={"attempting": attempting})})
        self._book.save()
        return True

    # making it durable

    def _flush(self, taken: Sequence[tuple[int, Admitted]], passed: int) -> None:
        """Publish, then checkpoint up to UID `passed`."""
        if self._book.lost:
            raise OwnershipLost(f"mailbox {self._book.mailbox} has another owner now")
        fresh = []
        for _, admitted in taken:
            if self._memory.is_known(admitted.mail_id):
                metrics.MAILS_DUPLICATE.inc(mailbox=self._book.mailbox)
                self._log.info("identical bytes seen again", mail_id=admitted.mail_id)
            else:
                fresh.append(admitted)
                if admitted.reason is None:
                    self._memory.remember(admitted.mail_id)
        try:
            self._intake.publish(fresh)
        except DownstreamAway:
            for admitted in fresh:
                self._memory.published.pop(admitted.mail_id, None)
            raise
        cursor = self._cursor()
        update: dict[str, object] = {"last_uid": max(cursor.last_uid, passed), "attempting": None}
        due = [uid for uid, admitted in taken if self._is_acted_on(admitted)]
        if due and self._options.after_intake != "keep":
            update["after_actions"] = tuple(dict.fromkeys([*cursor.after_actions, *due]))[-_AFTER_ACTIONS:]
        for _, admitted in taken:
            if admitted.reason is not None:
                self._memory.put_aside.add(admitted.incoming.server_id)
                self._memory.hang_ups.pop(admitted.incoming.server_id, None)
                self._memory.failures.pop(admitted.incoming.server_id, None)
                self._log.warning("mail put aside", mail_id=admitted.mail_id, reason=admitted.reason)
        self._book.note(cursors={self._folder: cursor.model_copy(update=update)})
        if self._book.unsaved:
            self._book.save()
        if taken and self._alone():
            self._memory.alone[self._folder] -= 1

    def _is_acted_on(self, admitted: Admitted) -> bool:
        """A mail that we do not have is never deleted or moved; marking it as seen only says that it was looked at."""
        return admitted.reason is None or self._options.after_intake == "mark_seen"

    def _passed_bound(self) -> None:
        """Nothing is left below the bound: what the start point leaves out is never looked at again."""
        cursor = self._cursor()
        if cursor.last_uid < cursor.bounded_until_uid:
            self._book.note(cursors={self._folder: cursor.model_copy(update={"last_uid": cursor.bounded_until_uid})})

    def _settle(self) -> None:
        if self._book.unsaved:
            self._book.save()

    # what happens in the mailbox, after all that

    def _after_actions(self) -> None:
        cursor = self._cursor()
        action = self._options.after_intake
        if not cursor.after_actions or (action != "keep" and not self._writable):
            return
        try:
            if action == "mark_seen":
                self._mailbox.mark_seen(cursor.after_actions)
            elif action == "delete":
                self._mailbox.delete(cursor.after_actions)
            elif isinstance(action, MoveTo):
                self._mailbox.move(cursor.after_actions, action.move)
        except ProviderTemporary:
            raise
        except MailcaseError as error:
            name = action if isinstance(action, str) else "move"
            metrics.AFTER_ACTIONS_FAILED.inc(mailbox=self._book.mailbox, action=name)
            self._log.warning("after-action refused, it is tried again", action=name, reason=str(error))
            return
        self._book.note(cursors={self._folder: cursor.model_copy(update={"after_actions": ()})})
