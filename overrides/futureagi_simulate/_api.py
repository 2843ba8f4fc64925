"""The door to the generated package: the only module here that imports its internals.

Paths and parameter names come from the generated functions, so the contract alone decides them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from futureagi_simulate_api.api.simulation import (
    get_simulation_runs,
    get_test_execution,
    list_call_executions,
    list_test_executions,
    list_version_call_executions,
)
from futureagi_simulate_api.models import (
    CallExecution,
    CallExecutionPage,
    CallRun,
    Column,
    EvalResult,
    ExecutionRun,
    ExecutionRunCall,
    ExecutionRunCallPage,
    ExecutionRunDetail,
    ExecutionRunPage,
    ExplanationCluster,
    GroupRow,
    TestExecution,
    TestExecutionCall,
    TestExecutionDetail,
    TestExecutionPage,
    VersionCallExecution,
    VersionCallExecutionPage,
)
from futureagi_simulate_api.types import Model

from futureagi_simulate.request import Request

__all__ = [
    "CallExecution",
    "CallExecutionPage",
    "CallRun",
    "Column",
    "EvalResult",
    "ExecutionRun",
    "ExecutionRunCall",
    "ExecutionRunCallPage",
    "ExecutionRunDetail",
    "ExecutionRunPage",
    "ExplanationCluster",
    "GroupRow",
    "Model",
    "TestExecution",
    "TestExecutionCall",
    "TestExecutionDetail",
    "TestExecutionPage",
    "VersionCallExecution",
    "VersionCallExecutionPage",
    "request",
]

_OPERATIONS: Final[Mapping[str, Callable[..., dict[str, Any]]]] = {
    "getSimulationRuns": get_simulation_runs._get_kwargs,
    "getTestExecution": get_test_execution._get_kwargs,
    "listCallExecutions": list_call_executions._get_kwargs,
    "listTestExecutions": list_test_executions._get_kwargs,
    "listVersionCallExecutions": list_version_call_executions._get_kwargs,
}


def request(operation: str, ids: Mapping[str, str] | None = None, **parameters: Any) -> Request:
    """Make the request of an operation.

    `ids` go into its path, `parameters` that aren't None into its query.
    """
    asked = _OPERATIONS[operation](**(ids or {}), **parameters)
    query = tuple((name, _text(value)) for name, value in asked.get("params", {}).items())
    return Request(operation, asked["url"], query, ids or {})


def _text(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
