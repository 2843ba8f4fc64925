"""The examples of parameters work when they are tried: the mock answers each with what the contract says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlencode

import pytest

from futureagi_simulate_contract.document import (
    Document,
    load,
    operations,
    parameters,
    resolve,
    response_schema,
)
from futureagi_simulate_contract.views import Profile, strict_view
from futureagi_simulate_mock import Mock
from futureagi_simulate_mock.messages import Request

# What a parameter needs beside it to mean anything.
COMPANIONS = {"group_keys": "row_groups"}
IDS_OF_RUNS = ("call_execution_id", "execution_id", "run_test_name")


@cache
def _mock(profile: Profile) -> Mock:
    return Mock(profile=profile.value)


@cache
def _view(profile: Profile) -> Document:
    return strict_view(load(), profile)


def _examples(profile: Profile, operation: str) -> dict[str, list[Any]]:
    view = _view(profile)
    found = {}
    for name, parameter in parameters(view, operation).items():
        several = [resolve(view, example)["value"] for example in parameter.get("examples", {}).values()]
        found[name] = several or [parameter["example"]]
    return found


def _requests() -> Iterator[Any]:
    for profile in Profile:
        for operation, (path, _) in operations(load()).items():
            examples = _examples(profile, operation)
            in_path = {name: examples.pop(name)[0] for name in list(examples) if f"{{{name}}}" in path}
            queries: list[dict[str, Any]] = [
                {name: value} | _companion(examples, name) for name in examples for value in examples[name]
            ]
            for query in queries if operation == "getSimulationRuns" else [{}, *queries]:
                yield pytest.param(profile, operation, path.format(**in_path), query)


def _companion(examples: dict[str, list[Any]], name: str) -> dict[str, Any]:
    needed = COMPANIONS.get(name)
    if "run_test_name" in examples and name not in IDS_OF_RUNS:
        needed = "execution_id"
    return {needed: examples[needed][0]} if needed else {}


@pytest.mark.parametrize(("profile", "operation", "path", "query"), list(_requests()))
def test_the_example_is_answered_with_200_and_a_body_that_fits(
    profile: Profile, operation: str, path: str, query: dict[str, Any]
) -> None:
    from tools.check_spec import fault

    mock = _mock(profile)
    texts = {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items()}
    keys = (("x-api-key", mock.api_key), ("x-secret-key", mock.secret_key))
    response = mock.handle(Request("GET", path, urlencode(texts), keys, b""))
    assert response.status == 200, response.body
    body = json.loads(response.body)
    assert _found(body), "an example that finds nothing shows nothing"
    view = _view(profile)
    schema = response_schema(view, operation, 200)
    assert schema is not None
    assert fault({**schema, "components": view["components"]}, body) is None


def _found(body: Any) -> Any:
    result = body.get("result", body)
    return result.get("call_results", result).get("results") or "call_execution_id" in result
