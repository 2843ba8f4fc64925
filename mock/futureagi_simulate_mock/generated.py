# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.

"""What openapi.yaml says and the mock keeps to: operations, their parameters, and what calls are filtered by."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct


class Endpoint(StrEnum):
    """The operations, by their ids."""

    CALL_EXECUTIONS = "listCallExecutions"
    TEST_EXECUTIONS = "listTestExecutions"
    TEST_EXECUTION = "getTestExecution"
    VERSION_CALL_EXECUTIONS = "listVersionCallExecutions"
    SIMULATION_RUNS = "getSimulationRuns"


class Parameter(Struct, frozen=True):
    """A parameter of an operation.

    `place` is path, query, header or cookie. `kind` is text, word (one of `words`), uuid, date, time, integer, number,
    boolean or json. `least` and `most` bound a number, or the length of a text that also matches `pattern`. Of
    `several` values each is sent on its own, or all are joined by `separator`. `profile` is the one that has it, or has
    it so; empty for both.
    """

    name: str
    place: str
    kind: str
    required: bool = False
    default: object = None
    words: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    pattern: str = ""
    several: bool = False
    separator: str = ""
    profile: str = ""


class Operation(Struct, frozen=True):
    """An operation. `answers` is what the open-source server does where the reference pages say nothing."""

    verb: str
    path: str
    parameters: tuple[Parameter, ...]
    answers: Mapping[str, str | int]
    profiles: tuple[str, ...] = ("documented", "observed")


OPERATIONS: Final[Mapping[Endpoint, Operation]] = {
    Endpoint.CALL_EXECUTIONS: Operation(
        "GET",
        "/simulate/run-tests/{run_test_id}/call-executions/",
        (
            Parameter("run_test_id", "path", "uuid", required=True),
            Parameter("search", "query", "text"),
            Parameter(
                "status",
                "query",
                "word",
                words=(
                    "pending",
                    "queued",
                    "ongoing",
                    "completed",
                    "failed",
                    "analyzing",
                    "cancelled",
                ),
            ),
            Parameter("limit", "query", "integer", default=10, least=1),
            Parameter("page", "query", "integer", default=1, least=1),
        ),
        {
            "past-the-end": "empty",
            "bad-page": 500,
            "bad-limit": 500,
            "unknown-parameter": "ignored",
        },
    ),
    Endpoint.TEST_EXECUTIONS: Operation(
        "GET",
        "/simulate/run-tests/{run_test_id}/executions/",
        (
            Parameter("run_test_id", "path", "uuid", required=True),
            Parameter("search", "query", "text"),
            Parameter(
                "status",
                "query",
                "word",
                words=("PENDING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED"),
                profile="documented",
            ),
            Parameter(
                "status",
                "query",
                "word",
                words=(
                    "pending",
                    "running",
                    "completed",
                    "failed",
                    "cancelled",
                    "cancelling",
                    "evaluating",
                ),
                profile="observed",
            ),
            Parameter("limit", "query", "integer", default=10, least=1),
            Parameter("page", "query", "integer", default=1, least=1),
        ),
        {
            "past-the-end": 500,
            "bad-page": 500,
            "bad-limit": "ignored",
            "unknown-parameter": "ignored",
        },
    ),
    Endpoint.TEST_EXECUTION: Operation(
        "GET",
        "/simulate/test-executions/{test_execution_id}/",
        (
            Parameter("test_execution_id", "path", "uuid", required=True),
            Parameter("search", "query", "text"),
            Parameter("page", "query", "integer", default=1, least=1),
            Parameter("limit", "query", "integer", default=30, least=1, profile="documented"),
            Parameter("limit", "query", "integer", default=10, least=1, profile="observed"),
            Parameter("filters", "query", "json"),
            Parameter("row_groups", "query", "json"),
            Parameter("group_keys", "query", "json"),
        ),
        {"past-the-end": "empty", "bad-page": 400, "bad-limit": 400, "unknown-parameter": 400},
    ),
    Endpoint.VERSION_CALL_EXECUTIONS: Operation(
        "GET",
        "/simulate/agent-definitions/{agent_id}/versions/{version_id}/call-executions/",
        (
            Parameter("agent_id", "path", "uuid", required=True),
            Parameter("version_id", "path", "uuid", required=True),
            Parameter("limit", "query", "integer", default=10, least=1),
            Parameter("page", "query", "integer", default=1, least=1),
        ),
        {
            "past-the-end": 404,
            "bad-page": 404,
            "bad-limit": "ignored",
            "unknown-parameter": "ignored",
        },
    ),
    Endpoint.SIMULATION_RUNS: Operation(
        "GET",
        "/sdk/api/v1/simulation/runs/",
        (
            Parameter("run_test_name", "query", "text"),
            Parameter("execution_id", "query", "uuid"),
            Parameter("call_execution_id", "query", "uuid"),
            Parameter("eval_name", "query", "text"),
            Parameter("summary", "query", "boolean", default=False),
            Parameter("page", "query", "integer", default=1, least=1),
            Parameter("limit", "query", "integer", default=10, least=1),
        ),
        {"past-the-end": 500, "bad-page": 500, "bad-limit": "ignored", "unknown-parameter": 400},
    ),
}

FILTER_TYPES: Final[Mapping[str, str]] = {
    "status": "text",
    "timestamp": "datetime",
    "call_execution_id": "text",
    "overall_score": "number",
    "response_time": "number",
    "call_type": "text",
    "scenario": "text",
}
"""The columns that calls are filtered by, and what each holds."""

FILTER_OPERATORS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "documented": {
        "text": (
            "equals",
            "not_equals",
            "contains",
            "not_contains",
            "greater_than",
            "less_than",
            "greater_than_or_equal",
            "less_than_or_equal",
            "between",
            "not_in_between",
            "in",
        ),
        "number": (
            "equals",
            "not_equals",
            "contains",
            "not_contains",
            "greater_than",
            "less_than",
            "greater_than_or_equal",
            "less_than_or_equal",
            "between",
            "not_in_between",
            "in",
        ),
        "datetime": (
            "equals",
            "not_equals",
            "contains",
            "not_contains",
            "greater_than",
            "less_than",
            "greater_than_or_equal",
            "less_than_or_equal",
            "between",
            "not_in_between",
            "in",
        ),
        "boolean": (
            "equals",
            "not_equals",
            "contains",
            "not_contains",
            "greater_than",
            "less_than",
            "greater_than_or_equal",
            "less_than_or_equal",
            "between",
            "not_in_between",
            "in",
        ),
        "list": (
            "equals",
            "not_equals",
            "contains",
            "not_contains",
            "greater_than",
            "less_than",
            "greater_than_or_equal",
            "less_than_or_equal",
            "between",
            "not_in_between",
            "in",
        ),
    },
    "observed": {
        "text": (
            "equals",
            "not_equals",
            "contains",
            "not_contains",
            "in",
            "not_in",
            "starts_with",
            "is_null",
        ),
        "number": (
            "equals",
            "not_equals",
            "greater_than",
            "less_than",
            "greater_than_or_equal",
            "less_than_or_equal",
            "between",
            "not_between",
        ),
        "datetime": (
            "equals",
            "not_equals",
            "greater_than",
            "less_than",
            "greater_than_or_equal",
            "less_than_or_equal",
            "between",
            "not_between",
        ),
        "boolean": ("equals", "not_equals"),
        "array": ("contains",),
    },
}
"""By profile, the types of filters and the operators that are accepted with each."""
