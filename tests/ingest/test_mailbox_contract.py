"""What every `Mailbox` promises: one suite on the twin, GreenMail and Dovecot."""

from __future__ import annotations

import select
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from ingest.mailbox import Mailbox, MailGone, MailTooLarge
from schemas.errors import ProviderAuth, ProviderPermanent
from tests.ingest.rigs import Rig, TwinRig, mail_bytes

OLD = datetime(2020, 5, 17, 12, 0, tzinfo=UTC)


@pytest.fixture
def box(rig: Rig) -> Iterator[Mailbox]:
    mailbox = rig.open()
    mailbox.connect()
    yield mailbox
    mailbox.close()


def test_wrong_password_is_an_auth_error(rig: Rig) -> None:
    with pytest.raises(ProviderAuth, match="check user name and password"):
        rig.open("wrong").connect()


def test_missing_folder_is_permanent_and_the_connection_goes_on(box: Mailbox) -> None:
    with pytest.raises(ProviderPermanent):
        box.select("Nowhere", for_writing=False)
    assert box.select("INBOX", for_writing=False).exists == 0


@pytest.mark.feature("IN-02", "UID cursor with UIDVALIDITY")
def test_uids_rise_and_uidnext_lies_above_them(rig: Rig, box: Mailbox) -> None:
    before = box.select("INBOX", for_writing=False)
    for number in range(3):
        rig.append(mail_bytes(f"mail {number}"))
    state = box.select("INBOX", for_writing=False)
    uids = box.search(after_uid=before.uidnext - 1)
    assert state.uidvalidity == before.uidvalidity
    assert len(uids) == state.exists == 3
    assert uids == sorted(uids)
    assert state.uidnext > max(uids)
    assert box.search(after_uid=max(uids)) == []
    assert box.search(after_uid=uids[0]) == uids[1:]


@pytest.mark.feature("ACC-01", "receiver IMAP")
@pytest.mark.feature("IN-02", "BODY.PEEK")
def test_fetch_gives_the_exact_bytes_and_leaves_no_trace(rig: Rig, box: Mailbox) -> None:
    raw = mail_bytes("Grüße", "Zeile\r\n.\r\nzwei\r\n")
    rig.append(raw)
    box.select("INBOX", for_writing=True)
    [mail] = box.summaries(box.search())
    assert box.fetch(mail.uid, size=mail.size, limit=10_000) == raw
    assert mail.size == len(raw)
    assert "\\Seen" not in next(iter(rig.mails().values()))


@pytest.mark.feature("IN-02", "partial fetch of large mails")
def test_large_mail_comes_in_pieces_and_whole(rig: Rig, box: Mailbox) -> None:
    body = "".join(f"{number:07d} line of a large mail\r\n" for number in range(90_000))
    raw = mail_bytes("large", body)
    assert len(raw) > 2 * 1024 * 1024
    rig.append(raw)
    box.select("INBOX", for_writing=False)
    [mail] = box.summaries(box.search())
    assert box.fetch(mail.uid, size=mail.size, limit=len(raw)) == raw
    with pytest.raises(MailTooLarge):
        box.fetch(mail.uid, size=mail.size, limit=1_500_000)
    # The connection is whole afterwards.
    assert box.search() == [mail.uid]


def test_mail_of_exactly_one_piece_is_whole(rig: Rig, box: Mailbox) -> None:
    head = mail_bytes("exact", "")
    raw = head + b"x" * (2 * 1024 * 1024 - len(head) - 2) + b"\r\n"
    rig.append(raw)
    box.select("INBOX", for_writing=False)
    [mail] = box.summaries(box.search())
    assert box.fetch(mail.uid, size=mail.size, limit=len(raw)) == raw


def test_outline_tells_header_and_structure(rig: Rig, box: Mailbox) -> None:
    rig.append(mail_bytes("Only the header", "the content"))
    box.select("INBOX", for_writing=False)
    outline = box.outline(box.search()[0])
    assert b"Subject: Only the header" in outline.header
    assert b"the content" not in outline.header
    assert "text/plain" in outline.structure


def test_outline_names_the_parts_of_a_multipart_mail(rig: Rig, box: Mailbox) -> None:
    mail = EmailMessage()
    mail["Subject"] = "With a picture"
    mail.set_content("See the picture.")
    mail.add_alternative("<p>See the picture.</p>", subtype="html")
    mail.add_attachment(b"x" * 3000, maintype="image", subtype="png", filename="photo.png")
    rig.append(mail.as_bytes(policy=SMTP))
    box.select("INBOX", for_writing=False)
    structure = box.outline(box.search()[0]).structure
    if not isinstance(rig, TwinRig):
        assert [part.split()[:2] for part in structure.split("; ")] == [
            ["1.1", "text/plain"],
            ["1.2", "text/html"],
            ["2", "image/png"],
        ]


def test_summaries_and_fetch_of_a_mail_that_is_gone(rig: Rig, box: Mailbox) -> None:
    rig.append(mail_bytes())
    box.select("INBOX", for_writing=False)
    [uid] = box.search()
    rig.wipe()
    box.select("INBOX", for_writing=False)
    assert box.summaries([uid]) == []
    with pytest.raises(MailGone):
        box.fetch(uid, size=10, limit=10_000)


def test_search_by_day_and_unseen(rig: Rig, box: Mailbox) -> None:
    rig.append(mail_bytes("old"), received_at=OLD)
    rig.append(mail_bytes("seen"), flags=("\\Seen",))
    rig.append(mail_bytes("new"))
    box.select("INBOX", for_writing=False)
    old, seen, new = box.search()
    assert box.search(since=date(2024, 1, 1)) == [seen, new]
    assert box.search(unseen_only=True) == [old, new]
    by_uid = {mail.uid: mail for mail in box.summaries([old, seen, new])}
    # GreenMail keeps the day of an appended mail only.
    assert by_uid[old].received_at in (OLD, OLD.replace(hour=0))
    assert "\\Seen" in by_uid[seen].flags
    assert abs(by_uid[new].received_at - datetime.now(UTC)) < timedelta(days=1)


@pytest.mark.feature("IN-05", "mark_seen")
def test_mark_seen_is_idempotent_and_bears_missing_mails(rig: Rig, box: Mailbox) -> None:
    rig.append(mail_bytes("one"))
    box.select("INBOX", for_writing=True)
    [uid] = box.search()
    box.mark_seen([uid])
    box.mark_seen([uid, uid + 100])
    assert "\\Seen" in next(iter(rig.mails().values()))


@pytest.mark.feature("IN-05", "delete")
def test_delete_takes_only_the_named_mails(rig: Rig, box: Mailbox) -> None:
    keep, marked, gone = mail_bytes("keep"), mail_bytes("marked by somebody"), mail_bytes("gone")
    rig.append(keep)
    rig.append(marked, flags=("\\Deleted",))
    rig.append(gone)
    box.select("INBOX", for_writing=True)
    uid = box.search()[2]
    box.delete([uid])
    box.delete([uid])
    assert set(rig.mails()) == {keep, marked}


@pytest.mark.feature("IN-05", "move")
@pytest.mark.feature("IN-02", "MOVE or COPY and EXPUNGE")
def test_move_makes_the_folder_and_loses_nothing(rig: Rig, box: Mailbox) -> None:
    stays, goes = mail_bytes("stays"), mail_bytes("goes")
    rig.append(stays)
    rig.append(goes)
    box.select("INBOX", for_writing=True)
    uid = box.search()[1]
    box.move([uid], "Done")
    box.move([uid], "Done")
    assert set(rig.mails()) == {stays}
    assert set(rig.mails("Done")) == {goes}


@pytest.mark.feature("IN-02", "UTF-7 folder names")
def test_folder_names_are_as_people_write_them(rig: Rig, box: Mailbox) -> None:
    rig.make_folder("Erledigt & Geprüft 日本")
    assert "Erledigt & Geprüft 日本" in box.folders()
    rig.append(mail_bytes(), "Erledigt & Geprüft 日本")
    assert box.select("Erledigt & Geprüft 日本", for_writing=False).exists == 1
    assert len(box.search()) == 1


@pytest.mark.feature("IN-02", "idle is a hint beside a sweep poll")
def test_watch_makes_its_descriptor_readable_when_mail_comes(rig: Rig, box: Mailbox) -> None:
    box.select("INBOX", for_writing=False)
    descriptor = box.watch()
    assert descriptor is not None
    assert not box.has_news()
    rig.append(mail_bytes())
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    assert poll.poll(10_000), "no news within 10 s"
    time.sleep(0.05)
    box.unwatch()
    box.select("INBOX", for_writing=False)
    assert len(box.search()) == 1


def test_close_is_idempotent_and_connecting_anew_works(box: Mailbox) -> None:
    box.close()
    box.close()
    assert box.connect()
    assert box.select("INBOX", for_writing=False).exists == 0
