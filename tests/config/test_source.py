"""Reading YAML: places, bounds, what is refused, and that nothing but ConfigurationError ever comes out."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.config import ConfigurationInvalid, load_configuration
from runtime.config.source import MAX_DEPTH, MAX_FILE_BYTES, find_files, read_file, read_text
from schemas.config import DOCUMENT_KINDS
from schemas.errors import ConfigurationError
from tests.config.base import FILES, INSTALLATION, problems, write


def value_of(text: str, environ: dict[str, str] | None = None) -> object:
    file = read_text(f"key: {text}\n", "a.yaml", environ or {})
    assert not file.problems, file.problems
    return file.documents[0].root.plain()["key"]


def problem_of(text: str, environ: dict[str, str] | None = None) -> str:
    (problem,) = read_text(text, "a.yaml", environ or {}).problems
    return str(problem)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("2026-11-23", "2026-11-23"),
        ("12:30:45", "12:30:45"),
        ("007", "007"),
        ("1_000", "1_000"),
        ("0x1f", "0x1f"),
        (".inf", ".inf"),
        ("1.50", 1.5),
        ("42", 42),
        ("9" * 40, "9" * 40),
        ("True", True),
        ("~", None),
        ("'42'", "42"),
        ('"true"', "true"),
    ],
)
def test_plain_words_follow_the_core_schema(text: str, value: object) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${MAILCASE_VAR_PORT}", 993),
        ("${MAILCASE_VAR_PORT:-143}", 993),
        ("${MAILCASE_VAR_OTHER:-143}", 143),
        ("imap-${MAILCASE_VAR_PORT}.example", "imap-993.example"),
        ('"${MAILCASE_VAR_PORT}"', "993"),
        ("'${MAILCASE_VAR_PORT}'", "${MAILCASE_VAR_PORT}"),
        ("${HOME}", "${HOME}"),
        ("${MAILCASE_DATABASE_URL}", "${MAILCASE_DATABASE_URL}"),
    ],
)
def test_only_variables_of_the_own_prefix_are_replaced(text: str, value: object) -> None:
    environ = {"MAILCASE_VAR_PORT": "993", "HOME": "/somewhere/ann", "MAILCASE_DATABASE_URL": "postgresql://secret"}
    assert value_of(text, environ) == value


def test_a_variable_that_is_not_set_is_told_with_its_line() -> None:
    line = problem_of("a: 1\nport: ${MAILCASE_VAR_PORT}\n")
    assert line.startswith("a.yaml:2: MAILCASE_VAR_PORT is not set; set it")


def test_a_replaced_value_keeps_its_line(tmp_path: Path) -> None:
    changes = {"listener.yaml": FILES["listener.yaml"] + "batch_size: ${MAILCASE_VAR_BATCH:-0}\n"}
    (problem,) = problems(tmp_path, changes)
    assert (problem.file, problem.line, problem.value) == ("listener.yaml", 5, "0")


def test_anchors_and_aliases_repeat_values() -> None:
    file = read_text("a: &x {b: [1, 2]}\nc: *x\n", "a.yaml", {})
    assert file.documents[0].root.plain() == {"a": {"b": [1, 2]}, "c": {"b": [1, 2]}}


@pytest.mark.feature("OP-07", "document")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", "a.yaml:3: the key 'a' is written twice; it stands in line 1"),
        ("a: [1, 2\nb: 3\n", "a.yaml:2: is not YAML"),
        ("a: 1\n\tb: 2\n", "a.yaml:2: is not YAML"),
        ("a: !!python/object/apply:os.system ['true']\n", "a.yaml:1: tags are not read"),
        ("a: !secret x\n", "a.yaml:1: tags are not read"),
        ("base: &b {x: 1}\na:\n  <<: *b\n", "a.yaml:3: merge keys (`<<`) are not read"),
        ("a: *nowhere\n", "nowhere"),
        ("a: &a [*a]\n", "a.yaml:1: the alias *a has no anchor before it, or stands inside it"),
        ("? [a, b]\n: c\n", "a.yaml:1: a key must be a word"),
        ("a: " + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), f"nested deeper than {MAX_DEPTH}"),
        ("a: " + "[" * 100_000, f"nested deeper than {MAX_DEPTH}"),
        ("a: x\x00y\n", "a.yaml:"),
    ],
)
def test_what_is_not_read_is_told_with_its_line(text: str, words: str) -> None:
    assert words in problem_of(text)


def test_a_bomb_of_aliases_is_refused_before_it_grows() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    assert "its aliases repeat more than" in problem_of("\n".join(lines))


def test_a_file_that_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"kind: WorkQueue\nname: b\xfcro\n")
    (problem,) = read_file(tmp_path / "a.yaml", "a.yaml", {}).problems
    assert str(problem).startswith("a.yaml:2: is not UTF-8")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a.yaml").open("wb") as stream:
        stream.truncate(MAX_FILE_BYTES + 1)
    (problem,) = read_file(tmp_path / "a.yaml", "a.yaml", {}).problems
    assert "is larger than 16 MB" in problem.message


def test_a_link_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ConfigurationInvalid, match=r"gone\.yaml: cannot be read: No such file"):
        load_configuration(tmp_path, {})


@pytest.mark.feature("CF-01", "folders of YAML documents")
def test_files_of_all_folders_are_read_and_hidden_ones_are_not(tmp_path: Path) -> None:
    for name in ("b.yml", "a.yaml", "x/y/c.yaml", ".hidden.yaml", "..2026_11/d.yaml", "readme.md", "x/z.yaml~"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    assert [p.relative_to(tmp_path).as_posix() for p in find_files(tmp_path)] == ["a.yaml", "b.yml", "x/y/c.yaml"]


def test_linked_folders_are_followed_once(tmp_path: Path) -> None:
    write(tmp_path / "real")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "all").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "loop").symlink_to(tmp_path / "real")
    assert len(find_files(tmp_path / "config")) == len(FILES)


@pytest.mark.feature("CF-01", "folders of YAML documents")
def test_several_documents_of_one_file_are_read(tmp_path: Path) -> None:
    one = tmp_path / "all.yaml"
    one.write_text("---\n".join(FILES.values()), encoding="utf-8")
    assert sorted(load_configuration(tmp_path, {}).accounts) == ["claims", "office"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no configuration folder .*nowhere.*MAILCASE_CONFIG_DIR"):
        load_configuration(tmp_path / "nowhere", {})


def test_an_unreadable_file_leaves_no_false_missing_references(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, {"queue.yaml": "kind: [\n"})
    assert problem.file == "queue.yaml"


def load_text(folder: Path, data: bytes) -> None:
    write(folder)
    (folder / "zz.yaml").write_bytes(data)
    try:
        load_configuration(folder, {})
    except ConfigurationError as error:
        str(error).encode("utf-8")  # and it can be printed


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
def test_no_bytes_raise_anything_but_a_configuration_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    load_text(tmp_path_factory.getbasetemp() / f"bytes-{os.getpid()}", data)


WORDS = st.sampled_from(
    [*FILES, "kind", "name", "rows", "when", "all", "not", "subject", "contains", "new", "action", "route", "fields",
     "first", "desk", "office", "claims", "email", "sender", "secret", "EmailAccount", "ServiceEmailRule", "CaseType",
     "MailTemplate", "languages", "{{ case.id", "\ud800".encode("utf-16", "surrogatepass").hex(), "", "30s", "("]
)  # fmt: skip
PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=5)),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(sorted(DOCUMENT_KINDS)),
    body=st.dictionaries(
        st.sampled_from(["name", "rows", "otherwise", "sender", "receiver", "fields", "stages", "languages", "email",
                         "signing_keys", "account", "mode", "resolved", "queue", "label", "address"]),
        PLAIN,
    ),
)  # fmt: skip
def test_no_document_raises_anything_but_a_configuration_error(
    tmp_path_factory: pytest.TempPathFactory, kind: str, body: dict[str, object]
) -> None:
    text = json.dumps({"kind": kind, "name": "fuzz", **body}, ensure_ascii=True)
    load_text(tmp_path_factory.getbasetemp() / f"documents-{os.getpid()}", text.encode())


def test_a_lone_surrogate_is_told_and_printable(tmp_path: Path) -> None:
    text = INSTALLATION.replace("name: acme", 'name: acme\ndescription: "\\ud800"')
    found = problems(tmp_path, {"installation.yaml": text})
    assert found
    "\n".join(map(str, found)).encode("utf-8")
