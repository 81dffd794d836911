"""Following a folder: a good change is taken over, a bad one leaves the last good one in force."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from runtime import metrics
from runtime.config import Configuration, ConfigurationInvalid, ConfigurationWatcher
from schemas.errors import ConfigurationError
from tests.config.base import FILES, changed, write

GOOD = changed("queue.yaml", "label: Desk", "label: Front desk")
BROKEN = changed("rule.yaml", "queue: desk", "queue: nowhere")


def watcher(folder: Path, on_change: Callable[[Configuration], None] | None = None) -> ConfigurationWatcher:
    return ConfigurationWatcher(folder, on_change or (lambda new: None), interval=0.05, settle=0.01, environ={})


def test_a_wrong_configuration_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"rule\.yaml:17"):
        watcher(write(tmp_path, BROKEN))


@pytest.mark.feature("CF-04", "atomic")
def test_a_good_change_is_taken_over(tmp_path: Path) -> None:
    seen: list[Configuration] = []
    watched = watcher(write(tmp_path), seen.append)
    before, reloads = watched.current, metrics.CONFIG_RELOADS.value()
    assert watched.poll() is False
    write(tmp_path, GOOD)
    assert watched.poll() is True
    assert watched.current.queues["desk"].label == "Front desk"
    assert before.queues["desk"].label == "Desk"
    assert seen == [watched.current]
    assert watched.status.digest == watched.current.digest != before.digest
    assert metrics.CONFIG_RELOADS.value() == reloads + 1
    assert metrics.CONFIG_DIGEST.value(digest=watched.current.digest) == 1
    assert metrics.CONFIG_DIGEST.value(digest=before.digest) == 0


@pytest.mark.feature("CF-04", "all kinds reload")
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("installation.yaml", "mail.acme.example", "post.acme.example"),
        ("accounts.yaml", "smtp.acme.example", "relay.acme.example"),
        ("listener.yaml", "rule: office", "rule: office\nblocked: true"),
        ("rule.yaml", "contains: broken", "contains: cracked"),
        ("case-types/all.yaml", "label: Repair", "label: Mending"),
        ("template.yaml", "We have it", "It is here"),
        (
            "queue.yaml",
            "label: Desk",
            "label: Front desk\n---\nkind: Operator\nname: ann\nlabel: A\naddress: a@b.example",
        ),
    ],
)
def test_a_change_of_any_kind_is_taken_over(tmp_path: Path, name: str, old: str, new: str) -> None:
    watched = watcher(write(tmp_path))
    before = watched.current.digest
    write(tmp_path, changed(name, old, new))
    assert watched.poll() is True
    assert watched.current.digest != before


@pytest.mark.feature("CF-04", "last good kept")
def test_a_broken_change_keeps_the_last_good_one(tmp_path: Path) -> None:
    seen: list[Configuration] = []
    watched = watcher(write(tmp_path), seen.append)
    before, failures = watched.current, metrics.CONFIG_RELOAD_FAILURES.value()
    write(tmp_path, BROKEN)
    with capture_logs() as logs:
        assert watched.poll() is False
        assert watched.poll() is False  # told once, not at every look
    assert watched.current is before
    assert seen == []
    assert watched.status.digest == before.digest
    assert "rule.yaml:17" in str(watched.status.refused)
    assert metrics.CONFIG_RELOAD_FAILURES.value() == failures + 1
    (line,) = logs
    assert line["log_level"] == "error"
    assert "last good one stays" in line["event"]
    assert any("rule.yaml:17" in problem for problem in line["problems"])

    write(tmp_path, GOOD)
    assert watched.poll() is True
    assert watched.status.refused is None


def test_a_comment_changes_nothing_but_clears_a_refusal(tmp_path: Path) -> None:
    seen: list[Configuration] = []
    watched = watcher(write(tmp_path), seen.append)
    write(tmp_path, BROKEN)
    watched.poll()
    write(tmp_path, {"rule.yaml": FILES["rule.yaml"] + "# as it was\n"})
    assert watched.poll() is False
    assert watched.status.refused is None
    assert seen == []


@pytest.mark.feature("CF-04", "atomic")
def test_what_a_service_refuses_is_not_in_force(tmp_path: Path) -> None:
    def refuse(new: Configuration) -> None:
        raise ConfigurationError("too many rules for this machine")

    watched = watcher(write(tmp_path), refuse)
    before = watched.current
    write(tmp_path, GOOD)
    assert watched.poll() is False
    assert watched.current is before
    assert watched.status.refused == "too many rules for this machine"
    assert watched.poll() is False


def test_a_service_that_fails_to_take_over_is_asked_again(tmp_path: Path) -> None:
    attempts: list[str] = []

    def fail_once(new: Configuration) -> None:
        attempts.append(new.digest)
        if len(attempts) == 1:
            raise ConnectionError("database away")

    watched = watcher(write(tmp_path), fail_once)
    write(tmp_path, GOOD)
    assert watched.poll() is False
    assert watched.poll() is True
    assert len(attempts) == 2


def test_a_folder_that_vanishes_keeps_the_last_good_one(tmp_path: Path) -> None:
    folder = write(tmp_path / "config")
    watched = watcher(folder)
    folder.rename(tmp_path / "away")
    assert watched.poll() is False
    assert "no configuration folder" in str(watched.status.refused)
    (tmp_path / "away").rename(folder)
    assert watched.poll() is False
    assert watched.status.refused is None


def test_a_configmap_swap_is_seen(tmp_path: Path) -> None:
    """Kubernetes mounts files as links into `..data`, itself a link that is swapped at once."""
    write(tmp_path / "..one", {"case-types/all.yaml": FILES["case-types/all.yaml"]})
    write(tmp_path / "..two", GOOD)
    (tmp_path / "..data").symlink_to("..one")
    for name in FILES:
        flat = tmp_path / name.replace("/", "-")
        flat.symlink_to(Path("..data") / name)
    watched = watcher(tmp_path)
    (tmp_path / "..new").symlink_to("..two")
    os.replace(tmp_path / "..new", tmp_path / "..data")
    assert watched.poll() is True
    assert watched.current.queues["desk"].label == "Front desk"


@pytest.mark.feature("CF-04", "last good kept")
def test_a_half_written_file_settles(tmp_path: Path) -> None:
    watched = ConfigurationWatcher(write(tmp_path), lambda new: None, settle=0.3, environ={})
    failures = metrics.CONFIG_RELOAD_FAILURES.value()
    path = tmp_path / "queue.yaml"
    path.write_text("kind: WorkQueue\nname: de")

    def finish() -> None:
        time.sleep(0.1)
        path.write_text("kind: WorkQueue\nname: desk\nlabel: Front desk\n")

    writer = threading.Thread(target=finish)
    writer.start()
    assert watched.poll() is True
    writer.join()
    assert metrics.CONFIG_RELOAD_FAILURES.value() == failures


def test_a_change_acts_by_itself_within_seconds(tmp_path: Path) -> None:
    taken = threading.Event()
    watched = watcher(write(tmp_path), lambda new: taken.set())
    watched.start()
    try:
        write(tmp_path, GOOD)
        assert taken.wait(5)
    finally:
        watched.stop()
