"""`--json` of every command, against the JSON Schemas in the package and their list in docs/json.md."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

import futureagi_simulate_cli

from .conftest import Run

PACKAGE = Path(futureagi_simulate_cli.__file__).parent
SCHEMAS = {path.name.partition(".")[0]: path for path in PACKAGE.rglob("*.schema.json")}
PAGE = Path(__file__).parents[2] / "docs" / "json.md"

ARRAYS = [
    ("executions {FI_RUN_TEST_ID} --json", "execution"),
    ("calls {FI_RUN_TEST_ID} --json", "call"),
    ("calls --execution {FI_TEST_EXECUTION_ID} --json", "call"),
    ("calls --agent {FI_AGENT_ID} --version {FI_VERSION_ID} --limit 20 --json", "call"),
    ("runs {FI_RUN_TEST_ID} --json", "execution"),
    ("failures {FI_TEST_EXECUTION_ID} --run-test {FI_RUN_TEST_ID} --json", "failure"),
]
OBJECTS = [
    ("runs --execution {FI_TEST_EXECUTION_ID} --json", "execution"),
    ("runs --call {FI_CALL_EXECUTION_ID} --json", "call"),
    ("gate {FI_TEST_EXECUTION_ID} --json", "gate"),
    ("gate {FI_TEST_EXECUTION_ID} --baseline previous --want Tone=calm,neutral --json", "gate"),
    ("watch {FI_TEST_EXECUTION_ID} --min *=50 --max-missing 20% --json", "gate"),
    ("compare previous {FI_TEST_EXECUTION_ID} --want Tone=calm,neutral --json", "compare"),
    ("flaky --last 3 --json", "flaky"),
    ("doctor --json", "doctor"),
]


def strict(schema: Any) -> Any:
    """Return a schema that allows no property that it doesn't describe."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: strict(value) for name, value in schema.items()}
    if isinstance(made.get("properties"), dict) and "additionalProperties" not in made:
        made["additionalProperties"] = False
    return made


def validator(name: str) -> Any:
    schema = strict(json.loads(SCHEMAS[name].read_text(encoding="utf-8")))
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


@pytest.mark.parametrize(("command", "schema"), [*ARRAYS, *OBJECTS])
def test_what_a_command_prints_is_what_its_schema_describes(
    command: str, schema: str, run: Run, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FI_RUN_TEST_ID", server["FI_RUN_TEST_ID"])
    ran = run(*(word.format(**server) for word in command.split()))
    assert ran.code in (0, 1), ran.err
    found = json.loads(ran.out)
    elements = found if (command, schema) in ARRAYS else [found]
    assert elements
    described = validator(schema)
    for element in elements:
        described.validate(element)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_valid_and_demands_something(name: str) -> None:
    schema = json.loads(SCHEMAS[name].read_text(encoding="utf-8"))
    jsonschema_rs.meta.validate(schema)
    assert not validator(name).is_valid({})
    const = schema["properties"]["schema"]["const"]
    assert re.fullmatch(rf"futureagi-simulate/{name}/\d+", const)
    assert schema["$id"] == const.replace("/", ":").replace("futureagi", "urn:futureagi", 1)


def test_every_schema_is_used_and_documented() -> None:
    assert {schema for _, schema in [*ARRAYS, *OBJECTS]} == set(SCHEMAS)
    page = PAGE.read_text(encoding="utf-8")
    for name, path in SCHEMAS.items():
        assert f"`{path.relative_to(PACKAGE.parent)}`" in page
        assert f"futureagi-simulate/{name}/" in page
