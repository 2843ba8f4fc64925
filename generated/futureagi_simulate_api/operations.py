# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.

"""The operations of the API and the methods made of them, as data: what is sent, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Protocol, TypeAlias, TypeVar

from msgspec import Struct

M = TypeVar("M")


class Parameter(Struct, frozen=True):
    """A parameter of an operation.

    `argument` is its name in Python, `place` is path, query or header. `kind` is uuid, text, enum, boolean (sent when
    it is true), flag (sent either way), integer (from 1), whole, number, names (a list that is sent with commas),
    filters, texts or scalars (lists that are sent as JSON). Of `several` values each is sent on its own, or all are
    joined by `separator`. `values` are the known words of an enum, `cases` (lower, upper) how they are sent: of
    several, the next is tried when one finds nothing.
    """

    name: str
    place: str
    kind: str
    argument: str
    required: bool = False
    values: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    repeated_as: tuple[str, ...] = ()
    several: bool = False
    separator: str = ""


class Operation(Struct, frozen=True):
    """An operation: `verb` and `path`. `paged` ones take `page` and `limit`.

    `body` is the model of the JSON body that is sent, if there is one. `answers` are the forms that a success may have:
    object, array or nothing.
    """

    id: str
    path: str
    parameters: tuple[Parameter, ...]
    paged: bool = False
    verb: str = "GET"
    body: str = ""
    body_required: bool = False
    answers: tuple[str, ...] = ("object",)


class Method(Struct, frozen=True):
    """A method of the clients: one request form of an operation, and what comes back.

    A listing has pages of the model `envelope` at the keys `at`, whose rows are `item`s; where the two parameters
    `nested` have equally many values, rows that have an id are `item`s and others `other_item`s. `identity` is the
    field that tells rows apart. An object, or an element of an array, is a `whole` at `whole_at`; `telling` are fields
    that no other form of the operation has. `calls` is the method that lists the rows of a row, and which of its
    arguments is the row's id.
    """

    name: str
    operation: Operation
    parameters: tuple[Parameter, ...]
    at: tuple[str, ...] = ()
    item: str = ""
    envelope: str = ""
    other_item: str = ""
    nested: tuple[str, ...] = ()
    identity: str = ""
    whole: str = ""
    whole_at: tuple[str, ...] = ()
    telling: frozenset[str] = frozenset()
    calls: tuple[str, str] | None = None


class SyncClient(Protocol):
    """What the functions of `api` send through: `futureagi_simulate.Client` is one."""

    def request(self, operation: Operation, arguments: Mapping[str, object], model: type[M]) -> M:
        """Send a request and return its answer as `model`."""
        ...


class AsyncClient(Protocol):
    """What the awaited functions of `api` send through: `futureagi_simulate.AsyncClient` is one."""

    async def request(
        self, operation: Operation, arguments: Mapping[str, object], model: type[M]
    ) -> M:
        """Send a request and return its answer as `model`."""
        ...


def _of(operation: Operation, *names: str) -> tuple[Parameter, ...]:
    return tuple(one for one in operation.parameters if one.name in names)


SERVERS: Final = ("https://api.futureagi.com",)
"""Addresses that the contract names: the default of `base_url=`, and others that it takes."""

LIST_CALL_EXECUTIONS: Final = Operation(
    id="listCallExecutions",
    path="/simulate/run-tests/{run_test_id}/call-executions/",
    parameters=(
        Parameter(
            "run_test_id",
            "path",
            "uuid",
            "run_test_id",
            required=True,
            repeated_as=("run_test_id", "run_test"),
        ),
        Parameter("search", "query", "text", "search"),
        Parameter(
            "status",
            "query",
            "enum",
            "status",
            values=(
                "pending",
                "queued",
                "ongoing",
                "completed",
                "failed",
                "analyzing",
                "cancelled",
            ),
            cases=("lower",),
        ),
        Parameter("limit", "query", "integer", "limit"),
        Parameter("page", "query", "integer", "page"),
    ),
    paged=True,
)

LIST_TEST_EXECUTIONS: Final = Operation(
    id="listTestExecutions",
    path="/simulate/run-tests/{run_test_id}/executions/",
    parameters=(
        Parameter(
            "run_test_id",
            "path",
            "uuid",
            "run_test_id",
            required=True,
            repeated_as=("run_test_id", "run_test"),
        ),
        Parameter("search", "query", "text", "search"),
        Parameter(
            "status",
            "query",
            "enum",
            "status",
            values=(
                "pending",
                "running",
                "completed",
                "failed",
                "cancelled",
                "cancelling",
                "evaluating",
            ),
            cases=("upper", "lower"),
        ),
        Parameter("limit", "query", "integer", "limit"),
        Parameter("page", "query", "integer", "page"),
    ),
    paged=True,
)

GET_TEST_EXECUTION: Final = Operation(
    id="getTestExecution",
    path="/simulate/test-executions/{test_execution_id}/",
    parameters=(
        Parameter(
            "test_execution_id",
            "path",
            "uuid",
            "test_execution_id",
            required=True,
            repeated_as=("test_execution_id", "execution_id"),
        ),
        Parameter("search", "query", "text", "search"),
        Parameter("page", "query", "integer", "page"),
        Parameter("limit", "query", "integer", "limit"),
        Parameter("filters", "query", "filters", "filters"),
        Parameter("row_groups", "query", "texts", "row_groups"),
        Parameter("group_keys", "query", "scalars", "group_keys"),
    ),
    paged=True,
)

LIST_VERSION_CALL_EXECUTIONS: Final = Operation(
    id="listVersionCallExecutions",
    path="/simulate/agent-definitions/{agent_id}/versions/{version_id}/call-executions/",
    parameters=(
        Parameter("agent_id", "path", "uuid", "agent_id", required=True, repeated_as=("agent_id",)),
        Parameter(
            "version_id", "path", "uuid", "version_id", required=True, repeated_as=("version_id",)
        ),
        Parameter("limit", "query", "integer", "limit"),
        Parameter("page", "query", "integer", "page"),
    ),
    paged=True,
)

GET_SIMULATION_RUNS: Final = Operation(
    id="getSimulationRuns",
    path="/sdk/api/v1/simulation/runs/",
    parameters=(
        Parameter("run_test_name", "query", "text", "run_test_name"),
        Parameter(
            "execution_id",
            "query",
            "uuid",
            "execution_id",
            repeated_as=("execution_id", "test_execution_id"),
        ),
        Parameter(
            "call_execution_id",
            "query",
            "uuid",
            "call_execution_id",
            repeated_as=("call_execution_id",),
        ),
        Parameter("eval_name", "query", "names", "eval_names"),
        Parameter("summary", "query", "boolean", "summary"),
        Parameter("page", "query", "integer", "page"),
        Parameter("limit", "query", "integer", "limit"),
    ),
    paged=True,
)

LIST_CALL_EXECUTIONS_METHOD: Final = Method(
    name="list_call_executions",
    operation=LIST_CALL_EXECUTIONS,
    parameters=_of(LIST_CALL_EXECUTIONS, "run_test_id", "search", "status"),
    item="CallExecution",
    envelope="CallExecutionPage",
    identity="id",
)

LIST_TEST_EXECUTIONS_METHOD: Final = Method(
    name="list_test_executions",
    operation=LIST_TEST_EXECUTIONS,
    parameters=_of(LIST_TEST_EXECUTIONS, "run_test_id", "search", "status"),
    item="TestExecution",
    envelope="TestExecutionPage",
    identity="id",
)

GET_TEST_EXECUTION_METHOD: Final = Method(
    name="get_test_execution",
    operation=GET_TEST_EXECUTION,
    parameters=_of(GET_TEST_EXECUTION, "test_execution_id", "search", "filters"),
    item="TestExecutionCall",
    envelope="TestExecutionDetail",
    identity="id",
    whole="TestExecutionDetail",
    whole_at=(),
)

LIST_TEST_EXECUTION_GROUPS_METHOD: Final = Method(
    name="list_test_execution_groups",
    operation=GET_TEST_EXECUTION,
    parameters=_of(
        GET_TEST_EXECUTION, "test_execution_id", "search", "filters", "row_groups", "group_keys"
    ),
    item="TestExecutionCall",
    envelope="TestExecutionDetail",
    identity="id",
    other_item="GroupRow",
    nested=("row_groups", "group_keys"),
)

LIST_VERSION_CALL_EXECUTIONS_METHOD: Final = Method(
    name="list_version_call_executions",
    operation=LIST_VERSION_CALL_EXECUTIONS,
    parameters=_of(LIST_VERSION_CALL_EXECUTIONS, "agent_id", "version_id"),
    item="VersionCallExecution",
    envelope="VersionCallExecutionPage",
    identity="id",
)

LIST_EXECUTION_RUNS_METHOD: Final = Method(
    name="list_execution_runs",
    operation=GET_SIMULATION_RUNS,
    parameters=_of(GET_SIMULATION_RUNS, "run_test_name", "eval_name"),
    at=("result",),
    item="ExecutionRun",
    envelope="ExecutionRunPage",
    identity="execution_id",
    calls=("get_execution_run", "execution_id"),
)

GET_EXECUTION_RUN_METHOD: Final = Method(
    name="get_execution_run",
    operation=GET_SIMULATION_RUNS,
    parameters=_of(GET_SIMULATION_RUNS, "execution_id", "eval_name", "summary"),
    at=("result", "call_results"),
    item="ExecutionRunCall",
    envelope="ExecutionRunCallPage",
    identity="call_execution_id",
    whole="ExecutionRunDetail",
    whole_at=("result",),
    telling=frozenset(
        [
            "call_results",
            "completed_calls",
            "eval_explanation_summary",
            "eval_explanation_summary_status",
            "eval_results",
            "failed_calls",
            "total_calls",
        ]
    ),
)

GET_CALL_RUN_METHOD: Final = Method(
    name="get_call_run",
    operation=GET_SIMULATION_RUNS,
    parameters=_of(GET_SIMULATION_RUNS, "call_execution_id", "eval_name"),
    at=("result",),
    whole="CallRun",
    whole_at=("result",),
    telling=frozenset(
        [
            "call_execution_id",
            "call_summary",
            "cost",
            "duration_seconds",
            "ended_reason",
            "eval_outputs",
            "latency",
            "scenario_id",
            "scenario_name",
        ]
    ),
)

METHODS: Final = {
    "list_call_executions": LIST_CALL_EXECUTIONS_METHOD,
    "list_test_executions": LIST_TEST_EXECUTIONS_METHOD,
    "get_test_execution": GET_TEST_EXECUTION_METHOD,
    "list_test_execution_groups": LIST_TEST_EXECUTION_GROUPS_METHOD,
    "list_version_call_executions": LIST_VERSION_CALL_EXECUTIONS_METHOD,
    "list_execution_runs": LIST_EXECUTION_RUNS_METHOD,
    "get_execution_run": GET_EXECUTION_RUN_METHOD,
    "get_call_run": GET_CALL_RUN_METHOD,
}

FilterType: TypeAlias = Literal["text", "list", "number", "datetime", "boolean"]

FILTER_TYPES: Final[Mapping[str, FilterType]] = {
    "status": "text",
    "timestamp": "datetime",
    "call_execution_id": "text",
    "overall_score": "number",
    "response_time": "number",
    "call_type": "text",
    "scenario": "text",
}

FILTER_OPERATORS: Final[Mapping[FilterType, tuple[str, ...]]] = {
    "text": ("equals", "not_equals", "contains", "not_contains", "in"),
    "list": ("equals", "not_equals", "contains", "not_contains", "in"),
    "number": (
        "equals",
        "not_equals",
        "greater_than",
        "less_than",
        "greater_than_or_equal",
        "less_than_or_equal",
        "between",
        "not_in_between",
    ),
    "datetime": (
        "equals",
        "not_equals",
        "greater_than",
        "less_than",
        "greater_than_or_equal",
        "less_than_or_equal",
        "between",
        "not_in_between",
    ),
    "boolean": ("equals", "not_equals"),
}

FILTER_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "status": ("pending", "queued", "ongoing", "completed", "failed", "analyzing", "cancelled"),
    "call_type": ("Inbound", "Outbound"),
}

SENT_AS: Final[Mapping[str, str]] = {"not_in_between": "not_between"}

__all__ = [
    "FILTER_OPERATORS",
    "FILTER_TYPES",
    "FILTER_WORDS",
    "METHODS",
    "SENT_AS",
    "SERVERS",
    "AsyncClient",
    "FilterType",
    "LIST_CALL_EXECUTIONS",
    "LIST_TEST_EXECUTIONS",
    "GET_TEST_EXECUTION",
    "LIST_VERSION_CALL_EXECUTIONS",
    "GET_SIMULATION_RUNS",
    "LIST_CALL_EXECUTIONS_METHOD",
    "LIST_TEST_EXECUTIONS_METHOD",
    "GET_TEST_EXECUTION_METHOD",
    "LIST_TEST_EXECUTION_GROUPS_METHOD",
    "LIST_VERSION_CALL_EXECUTIONS_METHOD",
    "LIST_EXECUTION_RUNS_METHOD",
    "GET_EXECUTION_RUN_METHOD",
    "GET_CALL_RUN_METHOD",
    "Method",
    "Operation",
    "Parameter",
    "SyncClient",
]
