"""The five endpoints: what each is asked and what its answer looks like. Sends nothing.

Checks every argument first.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

import msgspec
from msgspec.structs import replace

from futureagi_simulate import _api
from futureagi_simulate._api import request
from futureagi_simulate.answers.form import Form
from futureagi_simulate.checks import names, one_of, plain_text, uuid, yes_or_no
from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.filters import Filter, Sieve
from futureagi_simulate.listings.page import Ask
from futureagi_simulate.transport.request import Request

M = TypeVar("M")
Scalar = str | int | float | bool | None
"""A JSON value that is neither an array nor an object."""

CALL_STATUSES: Final = frozenset(
    {"pending", "queued", "ongoing", "completed", "failed", "analyzing", "cancelled"}
)
EXECUTION_STATUSES: Final = frozenset(
    {"pending", "running", "completed", "failed", "cancelled", "cancelling", "evaluating"}
)


class ListingSpec(msgspec.Struct, Generic[M], frozen=True):
    """A listing: the requests for it without page and size, and the form of its pages.

    Of several requests the next is used when the one before finds nothing.
    """

    requests: tuple[Request, ...]
    form: Form[M]
    sieve: Sieve = msgspec.field(default_factory=Sieve)

    @property
    def item_name(self) -> str:
        """Name of what is listed."""
        return self.form.item.__name__

    def page(self, ask: Ask) -> Request:
        """Make the request for one page."""
        chosen = self.requests[ask.variant]
        return replace(chosen, query=(*chosen.query, ("page", str(ask.number)), ("limit", str(ask.size))))


class ObjectSpec(msgspec.Struct, Generic[M], frozen=True):
    """A single object: the request for it and its form."""

    request: Request
    form: Form[M]


def call_executions(
    run_test_id: str | UUID, search: str | None, status: str | None
) -> ListingSpec[_api.CallExecution]:
    """List the calls of a run test, the last updated first."""
    ids = {"run_test_id": uuid(run_test_id, "run_test_id")}
    asked = request("listCallExecutions", ids, search=_search(search), status=_call_status(status))
    return ListingSpec((asked,), Form(_api.CallExecution, _api.CallExecutionPage))


def test_executions(
    run_test_id: str | UUID, search: str | None, status: str | None
) -> ListingSpec[_api.TestExecution]:
    """List the executions of a run test, the newest first.

    The documents write a status in upper case, the open-source server finds it in lower case only: if the one
    finds nothing, the other is asked.
    """
    ids = {"run_test_id": uuid(run_test_id, "run_test_id")}
    form = Form(_api.TestExecution, _api.TestExecutionPage)
    if status is None:
        return ListingSpec((request("listTestExecutions", ids, search=_search(search)),), form)
    one_of(status, "status", EXECUTION_STATUSES)
    upper, lower = (
        request("listTestExecutions", ids, search=_search(search), status=word)
        for word in (status.upper(), status.lower())
    )
    return ListingSpec((upper, lower), form)


def test_execution(
    test_execution_id: str | UUID, search: str | None, filters: Sequence[Filter], enforce: bool
) -> ListingSpec[_api.TestExecutionCall]:
    """Show an execution and list its calls."""
    ids, chosen = {"test_execution_id": uuid(test_execution_id, "test_execution_id")}, _chosen(filters)
    asked = request("getTestExecution", ids, search=_search(search), filters=_filters(chosen))
    sieve = Sieve(chosen, yes_or_no(enforce, "enforce_filters"))
    return ListingSpec((asked,), Form(_api.TestExecutionCall, _api.TestExecutionDetail), sieve)


def test_execution_groups(
    test_execution_id: str | UUID,
    row_groups: Sequence[str],
    group_keys: Sequence[Scalar] | None,
    search: str | None,
    filters: Sequence[Filter],
) -> ListingSpec[_api.GroupRow | _api.TestExecutionCall]:
    """List groups of an execution's calls, or the calls of one group.

    The documents list calls where there are as many keys as columns. The open-source server ignores the keys
    and lists groups, which unlike calls have no id.
    """
    ids = {"test_execution_id": uuid(test_execution_id, "test_execution_id")}
    groups, keys = _texts(row_groups, "row_groups"), _scalars(group_keys, "group_keys")
    if not groups or len(keys) > len(groups):
        raise ConfigurationError(
            f"row_groups={groups} and group_keys={keys} don't go together.",
            remedy="Name at least one column in row_groups, and in group_keys at most one key for each.",
        )
    asked = request(
        "getTestExecution",
        ids,
        search=_search(search),
        filters=_filters(_chosen(filters)),
        row_groups=json.dumps(groups),
        group_keys=json.dumps(keys) if keys else None,
    )
    form: Form[_api.GroupRow | _api.TestExecutionCall]
    if len(keys) < len(groups):
        form = Form(_api.GroupRow, _api.TestExecutionDetail, identity=None)
    else:
        form = Form(_api.TestExecutionCall, _api.TestExecutionDetail, unidentified=_api.GroupRow)
    return ListingSpec((asked,), form)


def version_call_executions(
    agent_id: str | UUID, version_id: str | UUID
) -> ListingSpec[_api.VersionCallExecution]:
    """List the completed calls of an agent version."""
    ids = {"agent_id": uuid(agent_id, "agent_id"), "version_id": uuid(version_id, "version_id")}
    asked = request("listVersionCallExecutions", ids)
    return ListingSpec((asked,), Form(_api.VersionCallExecution, _api.VersionCallExecutionPage))


def runs(run_test_name: str, eval_names: str | Sequence[str] | None) -> ListingSpec[_api.ExecutionRun]:
    """List the executions of all run tests of a name, each with its eval results."""
    asked = request(
        "getSimulationRuns",
        run_test_name=plain_text(run_test_name, "run_test_name"),
        eval_name=names(eval_names, "eval_names"),
    )
    form = Form(_api.ExecutionRun, _api.ExecutionRunPage, ("result",), "execution_id")
    return ListingSpec((asked,), form)


def execution_run(
    execution_id: str | UUID, eval_names: str | Sequence[str] | None, summary: bool
) -> tuple[ObjectSpec[_api.ExecutionRunDetail], ListingSpec[_api.ExecutionRunCall]]:
    """Show one execution with its eval results, and list its calls: both are in the same answer."""
    calls = calls_of_run(uuid(execution_id, "execution_id"), eval_names, summary)
    telling = frozenset({"execution_id", "eval_results", "call_results"})
    whole = Form(_api.ExecutionRunDetail, at=("result",), identity=None, telling=telling)
    return ObjectSpec(calls.requests[0], whole), calls


def calls_of_run(
    execution_id: str, eval_names: str | Sequence[str] | None, summary: bool = False
) -> ListingSpec[_api.ExecutionRunCall]:
    """List the calls of one execution, with an id that needs no check."""
    asked = request(
        "getSimulationRuns",
        execution_id=execution_id,
        eval_name=names(eval_names, "eval_names"),
        summary=True if yes_or_no(summary, "summary") else None,
    )
    at = ("result", "call_results")
    return ListingSpec(
        (asked,), Form(_api.ExecutionRunCall, _api.ExecutionRunCallPage, at, "call_execution_id")
    )


def call_run(
    call_execution_id: str | UUID, eval_names: str | Sequence[str] | None
) -> ObjectSpec[_api.CallRun]:
    """Show one call with its evals, latency and cost."""
    asked = request(
        "getSimulationRuns",
        call_execution_id=uuid(call_execution_id, "call_execution_id"),
        eval_name=names(eval_names, "eval_names"),
    )
    telling = frozenset({"call_execution_id", "latency", "cost"})
    return ObjectSpec(asked, Form(_api.CallRun, at=("result",), identity=None, telling=telling))


def _search(value: str | None) -> str | None:
    return plain_text(value, "search") if value else None


def _call_status(value: str | None) -> str | None:
    """Check a call's status; the server matches lower case only."""
    return None if value is None else one_of(value, "status", CALL_STATUSES).lower()


def _chosen(filters: Sequence[Filter]) -> tuple[Filter, ...]:
    if isinstance(filters, Filter) or not isinstance(filters, Iterable):
        raise ConfigurationError(
            f"filters={filters!r} isn't a list.",
            remedy="Put filters into a list, one too: filters=[column(...)...].",
        )
    chosen = tuple(filters)
    for one in chosen:
        if not isinstance(one, Filter):
            raise ConfigurationError(
                f"{one!r} isn't a filter.",
                remedy='Make filters with column(), as in column("status").equals("failed").',
            )
    return chosen


def _filters(chosen: tuple[Filter, ...]) -> str | None:
    return json.dumps([one.as_json() for one in chosen]) if chosen else None


def _texts(values: Sequence[str], name: str) -> list[str]:
    given: list[Any] = [values] if isinstance(values, str) else list(values)
    return [plain_text(one, name) for one in given]


def _scalars(values: Sequence[Scalar] | None, name: str) -> list[Scalar]:
    """Check values that are sent as JSON."""
    if values is None:
        return []
    given: list[Any] = [values]
    if isinstance(values, Iterable) and not isinstance(values, (str, bytes)):
        given = list(values)
    for one in given:
        if isinstance(one, str) and one.strip():
            plain_text(one, name)
        elif not isinstance(one, Scalar) or (isinstance(one, float) and not math.isfinite(one)):
            raise ConfigurationError(
                f"{name} holds {one!r}, which is no value of a group.",
                remedy="Use the group's value in its `raw`: a text, a number, True, False or None.",
            )
    return given
