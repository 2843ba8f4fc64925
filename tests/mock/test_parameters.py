"""What the documented profile accepts as the value of a parameter, by the parameter's kind."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from futureagi_simulate_mock import documented as documented_profile
from futureagi_simulate_mock import messages, parameters
from futureagi_simulate_mock.documented import Documented
from futureagi_simulate_mock.generated import OPERATIONS, Endpoint, Parameter
from futureagi_simulate_mock.messages import Organization, Query, Response, find
from futureagi_simulate_mock.messages import parameters as of_endpoint
from futureagi_simulate_mock.store import Store

ID = "6F9619FF-8b86-4d01-b42d-00cf4fc964ff"


def read(one: Parameter, query: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Read a query as an endpoint does that has this parameter alone."""
    monkeypatch.setattr(parameters, "parameters", lambda *_: {one.name: one})
    return parameters.read(Query.parse("", query), Endpoint.CALL_EXECUTIONS)[one.name]


@pytest.mark.parametrize(
    ("fields", "text", "value"),
    [
        ({"kind": "integer", "least": 1, "most": 9}, "9", 9),
        ({"kind": "integer"}, "-4", -4),
        ({"kind": "number", "least": 0.5}, "0.5", 0.5),
        ({"kind": "number"}, "1e3", 1000.0),
        ({"kind": "boolean"}, "TRUE", True),
        ({"kind": "boolean", "default": True}, "", True),
        ({"kind": "word", "words": ("a", "b")}, "b", "b"),
        ({"kind": "word", "words": ("a", "b")}, "", None),
        ({"kind": "uuid"}, ID, ID.lower()),
        ({"kind": "date"}, "2026-02-28", "2026-02-28"),
        ({"kind": "time"}, "2026-02-28T10:00:00Z", "2026-02-28T10:00:00Z"),
        ({"kind": "text", "least": 2, "most": 3, "pattern": "^a"}, "abc", "abc"),
        ({"kind": "json"}, "[1", "[1"),
    ],
)
def test_a_value_that_the_contract_allows_is_read(
    fields: dict[str, Any], text: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read(Parameter("x", "query", **fields), f"x={text}", monkeypatch) == value


@pytest.mark.parametrize(
    ("fields", "text", "code", "said"),
    [
        ({"kind": "integer", "least": 1}, "0", "min_value", "Must be 1 or more."),
        ({"kind": "integer", "most": 9}, "10", "max_value", "Must be 9 or less."),
        ({"kind": "integer"}, "1.0", "invalid", "A whole number is required."),
        ({"kind": "integer"}, "", "invalid", "A whole number is required."),
        ({"kind": "number"}, "nan", "invalid", "A number is required."),
        ({"kind": "number", "most": 0.5}, "0.6", "max_value", "Must be 0.5 or less."),
        ({"kind": "boolean"}, "yes", "invalid", "Must be true or false."),
        ({"kind": "word", "words": ("a", "b")}, "c", "invalid_choice", "'c' is not one of a, b."),
        ({"kind": "uuid"}, ID.replace("-", ""), "invalid", "is not a valid UUID."),
        ({"kind": "date"}, "2026-02-30", "invalid", "is not an ISO 8601 date."),
        ({"kind": "time"}, "noon", "invalid", "is not an ISO 8601 time."),
        ({"kind": "text", "least": 2}, "a", "min_length", "Must have 2 characters or more."),
        ({"kind": "text", "most": 3}, "abcd", "max_length", "Must have 3 characters or less."),
        ({"kind": "text", "pattern": "^a"}, "ba", "invalid", "Must match ^a."),
        ({"kind": "word", "words": ("a",), "required": True}, "", "required", "This parameter is required."),
    ],
)
def test_a_value_that_the_contract_does_not_allow_is_refused_with_the_reason(
    fields: dict[str, Any], text: str, code: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(parameters.InvalidParameter) as caught:
        read(Parameter("x", "query", **fields), f"x={text}", monkeypatch)
    assert caught.value.code == code
    assert said in caught.value.details["x"][0]
    assert caught.value.response().status == 400


def test_of_several_values_each_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    each = Parameter("x", "query", "integer", least=1, several=True)
    assert read(each, "x=1&x=2", monkeypatch) == [1, 2]
    assert read(each, "", monkeypatch) == []
    joined = Parameter("x", "query", "integer", least=1, several=True, separator=",", default=(7,))
    assert read(joined, "x=1,2", monkeypatch) == [1, 2]
    assert read(joined, "", monkeypatch) == [7]
    with pytest.raises(parameters.InvalidParameter, match=r"Must be 1 or more\."):
        read(joined, "x=1,0", monkeypatch)
    needed = Parameter("x", "query", "text", required=True, several=True)
    with pytest.raises(parameters.InvalidParameter, match=r"required"):
        read(needed, "", monkeypatch)


def test_a_parameter_left_out_has_its_default_unless_it_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(Parameter("x", "query", "integer", default=30), "", monkeypatch) == 30
    assert read(Parameter("x", "query", "text"), "", monkeypatch) is None
    with pytest.raises(parameters.InvalidParameter, match=r"This parameter is required\."):
        read(Parameter("x", "query", "text", required=True), "", monkeypatch)


def test_each_profile_has_its_own_default_of_a_page() -> None:
    limits = {one: of_endpoint(Endpoint.TEST_EXECUTION, one)["limit"] for one in ("documented", "observed")}
    assert {profile: limit.default for profile, limit in limits.items()} == {"documented": 30, "observed": 10}


def test_an_operation_that_nobody_has_written_is_answered_by_what_to_write(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    documented = Documented(Store())
    monkeypatch.setattr(documented, "_answers", {})
    organization = Organization(1, "acme", "a", "b")

    def ask(query: str) -> Response:
        now = datetime(2026, 1, 1, tzinfo=UTC)
        return documented.answer(Endpoint.TEST_EXECUTION, {}, Query.parse("", query), organization, now)

    assert ask("limit=5").status == 501
    assert b"futureagi_simulate_mock/documented.py" in ask("limit=5").body
    assert ask("limit=0").status == 400
    whole = OPERATIONS[Endpoint.TEST_EXECUTION]
    gone = {Endpoint.TEST_EXECUTION: replace(whole, profiles=("observed",))}
    for module in (documented_profile, messages):
        monkeypatch.setattr(module, "OPERATIONS", gone)
    assert ask("limit=0").status == 404


@pytest.mark.parametrize("endpoint", Endpoint)
def test_the_route_of_a_path_is_that_of_its_method(endpoint: Endpoint) -> None:
    operation = OPERATIONS[endpoint]
    route = find(operation.path.replace("{", "").replace("}", ""), operation.verb)
    assert route is not None
    assert route.endpoint is endpoint
    assert operation.verb in route.verbs
