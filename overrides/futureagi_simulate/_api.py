"""The door to the generated package: the only module here that imports its internals.

Paths and parameter names come from the generated functions, so the contract alone decides them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from futureagi_simulate.http import Request

if TYPE_CHECKING:
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
    from futureagi_simulate_api.types import decoded, decoder, unknown_values

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
    "TestExecution",
    "TestExecutionCall",
    "TestExecutionDetail",
    "TestExecutionPage",
    "VersionCallExecution",
    "VersionCallExecutionPage",
    "decoded",
    "decoder",
    "request",
    "unknown_values",
]

_SHARED: Final = frozenset({"decoded", "decoder", "unknown_values"})
_OPERATIONS: Final[Mapping[str, str]] = {
    "getSimulationRuns": "get_simulation_runs",
    "getTestExecution": "get_test_execution",
    "listCallExecutions": "list_call_executions",
    "listTestExecutions": "list_test_executions",
    "listVersionCallExecutions": "list_version_call_executions",
}


def request(operation: str, ids: Mapping[str, str] | None = None, **parameters: Any) -> Request:
    """Make the request of an operation.

    `ids` go into its path, `parameters` that aren't None into its query.
    """
    asked = _described(operation)(**(ids or {}), **parameters)
    query = tuple((name, _text(value)) for name, value in asked.get("params", {}).items())
    return Request(operation, asked["url"], query, ids or {})


@cache
def _described(operation: str) -> Callable[..., dict[str, Any]]:
    """Give the generated function that describes an operation's request."""
    generated = import_module(f"futureagi_simulate_api.api.simulation.{_OPERATIONS[operation]}")
    described: Callable[..., dict[str, Any]] = generated._get_kwargs
    return described


def _text(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def __getattr__(name: str) -> Any:
    """Give a model, or what all models share; each is imported when it is first needed."""
    if name not in __all__:
        raise AttributeError(name)
    home = "types" if name in _SHARED else "models"
    found = globals()[name] = getattr(import_module(f"futureagi_simulate_api.{home}"), name)
    return found
