"""Downloads: shown, remembered, taken up again after they were cut off."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import jgo
import pytest

from mailcase.local import jars
from mailcase.local.jars import Artifact
from mailcase.local.part import silent
from schemas.errors import ProviderTemporary

IT = (Artifact("org.example:it:1.0"),)


def whole_jar(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as jar:
        jar.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")


def play(monkeypatch: pytest.MonkeyPatch, build: Callable[[Path], None], tmp_path: Path) -> list[str]:
    """Put `build` in jgo's place; returns the list of coordinates that it is asked for."""
    asked: list[str] = []

    def played(coordinate: str, cache_dir: Path, resolver: object) -> SimpleNamespace:
        asked.append(coordinate)
        build(cache_dir / "env")
        return SimpleNamespace(path=cache_dir / "env")

    monkeypatch.setattr(jgo, "build", played)
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    (tmp_path / "m2").mkdir()
    return asked


def test_class_path_is_remembered_until_a_jar_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = play(monkeypatch, lambda env: whole_jar(env / "it.jar"), tmp_path)
    assert jars.class_path("kafka", IT, tmp_path, silent) == str(tmp_path / "jars" / "env" / "it.jar")
    jars.class_path("kafka", IT, tmp_path, silent)
    assert len(asked) == 1
    (tmp_path / "jars" / "env" / "it.jar").unlink()
    jars.class_path("kafka", IT, tmp_path, silent)
    assert len(asked) == 2


def test_only_the_wanted_jar_of_an_artifact_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(env: Path) -> None:
        whole_jar(env / "impl-1.jar")
        whole_jar(env / "other-1.jar")

    play(monkeypatch, build, tmp_path)
    path = jars.class_path("kafka", (Artifact("org.example:it:1.0#impl-*"),), tmp_path, silent)
    assert path == str(tmp_path / "jars" / "env" / "impl-1.jar")


def test_each_stack_has_its_own_jars_so_that_none_pulls_them_from_under_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = play(monkeypatch, lambda env: whole_jar(env / "it.jar"), tmp_path)
    shared = tmp_path / "shared" / "it.jar"
    whole_jar(shared)
    (tmp_path / "one").mkdir()
    # What an earlier release noted: jgo's shared folder.
    (tmp_path / "one" / "jars.json").write_text(f'{{"{IT[0]}": ["{shared}"]}}')
    assert jars.class_path("kafka", IT, tmp_path / "one", silent) == str(tmp_path / "one" / "jars" / "env" / "it.jar")
    assert len(asked) == 1


def test_half_a_jar_of_a_killed_download_is_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached = tmp_path / "m2" / "org" / "it.jar"
    attempts = []

    def build(env: Path) -> None:
        attempts.append(cached.exists())
        env.mkdir(parents=True, exist_ok=True)
        if len(attempts) == 1:
            cached.parent.mkdir(parents=True)
            cached.write_bytes(b"PK half a j")
            (env / "it.jar").write_bytes(b"PK half a j")
        else:
            whole_jar(env / "it.jar")

    play(monkeypatch, build, tmp_path)
    jars.class_path("kafka", IT, tmp_path, silent)
    assert attempts == [False, False], "the broken file in the repository is deleted before the second attempt"
    assert not cached.exists()


def test_failed_download_says_what_and_what_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(_env: Path) -> None:
        raise ConnectionError("name or service not known")

    play(monkeypatch, build, tmp_path)
    with pytest.raises(ProviderTemporary, match=r"cannot download org.example:it:1.0 .*check the network or the proxy"):
        jars.class_path("kafka", IT, tmp_path, silent)


def test_downloads_are_counted_and_what_is_cut_off_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(jars, "_SHOW_EVERY", 0.0)
    downloads = jars._Downloads("kafka", lambda _part, text: said.append(text))
    with downloads.one("a.jar", 2_000_000) as received:
        received(1_500_000)
    with pytest.raises(KeyboardInterrupt), downloads.one("b.jar", 10):
        raise KeyboardInterrupt
    assert said == ["downloading: 1 files, 1.5 MB"]
    assert downloads.unfinished == ["b.jar"]
