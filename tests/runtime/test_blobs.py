"""One contract for every blob store: in memory, in a directory, on a server that speaks S3 over HTTP."""

from __future__ import annotations

import errno
import os
import threading
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from runtime.blobs import BlobMissing, BlobStore, MemoryBlobs, blob_key, blob_ref, check_key, objects, open_blobs
from runtime.settings import Settings
from schemas.errors import ConfigurationError, MessageError, ProviderError, ProviderTemporary


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """Address of a server that speaks S3."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def s3_settings(endpoint: str) -> Settings:
    return Settings(blob_endpoint=endpoint, blob_region="us-east-1", blob_access_key="key", blob_secret_key="secret")


def make_bucket(endpoint: str) -> str:
    name = f"b{uuid.uuid4().hex[:12]}"
    with urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{name}", method="PUT")) as answer:
        assert answer.status == 200
    return name


@pytest.fixture(params=["memory", "directory", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param == "memory":
        return MemoryBlobs()
    if request.param == "directory":
        return open_blobs(f"file://{tmp_path}/deep/below/blobs")
    endpoint: str = request.getfixturevalue("s3")
    return open_blobs(f"s3://{make_bucket(endpoint)}/some/prefix", s3_settings(endpoint))


def test_what_was_put_comes_back(blobs: BlobStore) -> None:
    data = bytes(range(256)) * 100
    blobs.put("claims/ab12", data)
    assert blobs.get("claims/ab12") == data
    assert blobs.exists("claims/ab12")


def test_an_empty_blob_is_a_blob(blobs: BlobStore) -> None:
    blobs.put("claims/empty", b"")
    assert blobs.get("claims/empty") == b""


def test_a_put_again_replaces_the_whole(blobs: BlobStore) -> None:
    blobs.put("claims/ab12", b"a longer first text")
    blobs.put("claims/ab12", b"second")
    assert blobs.get("claims/ab12") == b"second"
    assert [(info.key, info.size) for info in blobs.list()] == [("claims/ab12", 6)]


def test_a_missing_blob_is_named(blobs: BlobStore) -> None:
    assert not blobs.exists("claims/nope")
    with pytest.raises(BlobMissing, match="claims/nope"):
        blobs.get("claims/nope")


def test_a_folder_is_no_blob(blobs: BlobStore) -> None:
    blobs.put("claims/2026/ab12", b"x")
    assert not blobs.exists("claims/2026")
    with pytest.raises(BlobMissing):
        blobs.get("claims/2026")
    blobs.delete("claims/2026")
    assert blobs.exists("claims/2026/ab12")


def test_delete_is_idempotent(blobs: BlobStore) -> None:
    blobs.put("claims/ab12", b"x")
    blobs.delete("claims/ab12")
    blobs.delete("claims/ab12")
    blobs.delete("never/there")
    assert not blobs.exists("claims/ab12")


def test_list_goes_by_whole_path_segments(blobs: BlobStore) -> None:
    for key in ("claims/a", "claims/b/c", "claims-2/a", "orders/a"):
        blobs.put(key, b"x")
    assert sorted(info.key for info in blobs.list("claims")) == ["claims/a", "claims/b/c"]
    assert sorted(info.key for info in blobs.list("claims/")) == ["claims/a", "claims/b/c"]
    assert len(list(blobs.list())) == 4
    assert list(blobs.list("nothing")) == []


def test_list_tells_when_a_blob_was_put(blobs: BlobStore) -> None:
    blobs.put("claims/a", b"x")
    (info,) = blobs.list()
    assert abs(info.modified - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", ".hidden", "a b", "a\x00", "ä", "x" * 600]
)
def test_a_key_that_could_lead_elsewhere_is_refused(blobs: BlobStore, key: str) -> None:
    for call in (blobs.get, blobs.exists, blobs.delete, lambda bad: blobs.put(bad, b"x")):
        with pytest.raises(MessageError):
            call(key)


def test_many_threads_put_the_same_key(blobs: BlobStore) -> None:
    threads = [threading.Thread(target=blobs.put, args=("claims/same", b"same bytes")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert blobs.get("claims/same") == b"same bytes"
    assert len(list(blobs.list())) == 1


@given(st.text(max_size=40))
def test_no_key_leaves_the_root(key: str) -> None:
    try:
        check_key(key)
    except MessageError:
        return
    assert (Path("/base/of/it") / key).resolve().is_relative_to("/base/of/it")
    assert blob_key(blob_ref(key)) == key


def test_a_foreign_reference_is_refused() -> None:
    with pytest.raises(MessageError, match="no blob reference"):
        blob_key("https://example.org/x")


def test_put_syncs_the_file_and_every_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    blobs = open_blobs(f"file://{tmp_path}/blobs")
    synced.clear()
    blobs.put("claims/2026/ab12", b"x")
    root = f"{tmp_path}/blobs"
    files = [path for path in synced if ".new-" in path]
    assert len(files) == 1
    assert synced.index(f"{root}/claims/2026") > synced.index(files[0]), "the folder is synced after the rename"
    assert {root, f"{root}/claims", f"{root}/claims/2026"} <= set(synced)


def test_a_full_disk_is_one_readable_line_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = open_blobs(f"file://{tmp_path}/blobs")
    blobs.put("claims/old", b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(ProviderTemporary, match="is full"):
            blobs.put("claims/old", b"new")
    assert blobs.get("claims/old") == b"old"
    assert [path.name for path in (tmp_path / "blobs/claims").iterdir()] == ["old"]
    blobs.put("claims/old", b"new")
    assert blobs.get("claims/old") == b"new"


def test_a_folder_that_was_cleaned_away_is_made_again(tmp_path: Path) -> None:
    blobs = open_blobs(f"file://{tmp_path}/blobs")
    blobs.put("claims/a", b"x")
    blobs.delete("claims/a")
    (tmp_path / "blobs/claims").rmdir()
    blobs.put("claims/b", b"y")
    assert blobs.get("claims/b") == b"y"


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.EACCES, "change its owner"), (errno.EROFS, "change its owner"), (errno.EIO, "failed to write")],
)
def test_a_disk_that_refuses_is_one_readable_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    blobs = open_blobs(f"file://{tmp_path}/blobs")

    def refuse(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(ProviderError, match=words) as caught:
        blobs.put("claims/a", b"x")
    assert f"{tmp_path}/blobs" in str(caught.value)


def test_a_file_where_the_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("in the way")
    with pytest.raises(ConfigurationError, match="which is no folder"):
        open_blobs(f"file://{tmp_path}/blobs")
    with pytest.raises(ConfigurationError, match="is no blob store"):
        open_blobs("/tmp/blobs")


def test_an_s3_server_that_is_away_is_temporary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "_TRY_FOR", timedelta(seconds=1))
    with pytest.raises(ProviderTemporary, match="s3://bucket failed to read a/b"):
        open_blobs("s3://bucket", s3_settings("http://127.0.0.1:1")).get("a/b")


def test_a_missing_bucket_is_named_with_the_next_step(s3: str) -> None:
    blobs = open_blobs("s3://not-there", s3_settings(s3))
    with pytest.raises(Exception, match="s3://not-there does not exist; make the bucket"):
        blobs.put("a/b", b"x")


def test_a_store_that_is_away_is_temporary() -> None:
    blobs = MemoryBlobs()
    blobs.available = False
    with pytest.raises(ProviderTemporary):
        blobs.put("a", b"x")


def test_keys_come_from_the_usual_aws_variables_too(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "k")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    blobs = open_blobs(f"s3://{make_bucket(s3)}", Settings(blob_endpoint=s3))
    blobs.put("a/b", b"x")
    assert blobs.get("a/b") == b"x"
