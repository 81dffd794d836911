"""`mailcase config` as a person uses it, and the worked example that it checks."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from mailcase.config_commands import app
from runtime.config import load_configuration
from runtime.config.reference import render_reference
from runtime.config.source import find_files, read_file
from schemas.config import CreateCase, EmailListener, ServiceEmailRule, json_schemas
from schemas.errors import ConfigurationError
from tests.config.base import changed, write

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config"


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


@pytest.mark.feature("CF-03", "config check")
def test_check_says_what_is_right(tmp_path: Path) -> None:
    code, output = run("check", "--dir", str(write(tmp_path)))
    assert code == 0
    assert "9 documents in 7 files, all right; 2 more are generated; digest sha256:" in output


@pytest.mark.feature("CF-03", "config check")
def test_check_prints_one_line_for_each_error_and_exits_1(tmp_path: Path) -> None:
    changes = {**changed("rule.yaml", "queue: desk", "queue: dsk"), **changed("queue.yaml", "label", "labl")}
    code, output = run("check", "--dir", str(write(tmp_path, changes)))
    assert code == 1
    first, second, last = output.splitlines()
    assert first.startswith(f"{tmp_path}/queue.yaml:3: WorkQueue desk: labl: there is no key 'labl' here")
    assert second.startswith(f"{tmp_path}/rule.yaml:17: ServiceEmailRule office: otherwise.new[0].queue:")
    assert "(value 'dsk'); did you mean 'desk'?" in second
    assert last.startswith("2 errors in 7 files")


@pytest.mark.feature("CF-03", "config render shows what is generated")
def test_render_shows_generated_documents_that_are_right_documents(tmp_path: Path) -> None:
    code, output = run("render", "--dir", str(write(tmp_path)))
    assert code == 0
    assert output.count("# generated from CaseType claim (case-types/all.yaml:14); change it there") == 2
    listener, rule = yaml.safe_load_all(output)
    configuration = load_configuration(tmp_path, {})
    assert EmailListener.model_validate(listener) == configuration.listeners["claim"]
    assert ServiceEmailRule.model_validate(rule) == configuration.rules["claim"]


def test_render_can_be_narrowed_to_a_kind(tmp_path: Path) -> None:
    folder = str(write(tmp_path))
    assert "kind: ServiceEmailRule" not in run("render", "--dir", folder, "--kind", "EmailListener")[1]
    assert run("render", "--dir", folder, "--kind", "WorkQueue")[1].startswith("# nothing is generated")
    with pytest.raises(ConfigurationError, match="did you mean 'EmailListener'"):
        run("render", "--dir", folder, "--kind", "EmailListner")


@pytest.mark.feature("CF-03", "config docs writes the reference from the models")
def test_docs_writes_the_reference(tmp_path: Path) -> None:
    target = tmp_path / "docs" / "configuration.md"
    assert run("docs", "--to", str(target))[0] == 0
    assert target.read_text(encoding="utf-8") == render_reference()


def test_the_committed_reference_is_as_the_models_say() -> None:
    committed = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert committed == render_reference(), "run `mailcase config docs` and commit"


def test_the_worked_example_is_right_and_shows_both_ways_in() -> None:
    configuration = load_configuration(EXAMPLE, {})
    assert set(configuration.accounts) == {"claims", "support", "orders"}
    assert set(configuration.case_types) == {"damage-claim", "support-request", "shop-order"}
    assert {rule.mode for rule in configuration.rules.values()} == {"first", "all"}
    assert set(configuration.generated.values()) == {("CaseType", "damage-claim")}
    rules = {mailbox: configuration.rule_of(mailbox) for mailbox in configuration.accounts}
    for rule in rules.values():
        assert rule is not None
        actions = [action for row in rule.rows for action in row.new] + list(rule.otherwise.new)
        assert any(isinstance(action, CreateCase) for action in actions)
    for template in configuration.templates.values():
        assert set(template.languages) == {"en", "de", "fr"}


def test_the_example_follows_its_variables() -> None:
    configuration = load_configuration(EXAMPLE, {"MAILCASE_VAR_IMAP_PORT": "10143", "MAILCASE_VAR_HOST": "::1"})
    receiver = configuration.accounts["claims"].receiver
    assert receiver is not None
    assert (receiver.host, receiver.port_number) == ("::1", 10143)


@pytest.mark.feature("CF-01", "JSON Schemas for editors")
def test_the_json_schemas_accept_the_example_and_refuse_a_slip() -> None:
    schemas = json_schemas()
    for path in find_files(EXAMPLE):
        for source in read_file(path, path.name, {}).documents:
            document = source.root.plain()
            jsonschema.Draft202012Validator(schemas[document["kind"]]).validate(document)
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate({**document, "nmae": "x"}, schemas[document["kind"]])


@pytest.mark.feature("CF-01", "JSON Schemas for editors")
def test_the_committed_json_schemas_are_as_the_models_say() -> None:
    for kind, schema in json_schemas().items():
        committed = json.loads((ROOT / "schemas" / "json" / "config" / f"{kind}.json").read_text(encoding="utf-8"))
        assert committed == schema, "run `mailcase schemas write` and commit"
