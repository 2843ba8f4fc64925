"""What an endpoint returns beside a listing: an execution with its calls.

Composed of the contract's models, not derived from them.
"""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

import msgspec
from msgspec import UnsetType

from futureagi_simulate import _api
from futureagi_simulate.endpoints import ListingSpec
from futureagi_simulate.http import Answer
from futureagi_simulate.listings import AsyncListing, Listing
from futureagi_simulate.pagination import Fetched
from futureagi_simulate.printable import one_line

__all__ = [
    "AsyncExecutionRun",
    "AsyncTestExecutionDetail",
    "ExecutionRun",
    "TestExecutionDetail",
    "described",
]

V = TypeVar("V")


def _known(value: V | UnsetType | None) -> V | None:
    return None if isinstance(value, UnsetType) else value


class _Run(msgspec.Struct, frozen=True):
    """An execution with its eval results, as the runs endpoint shows it.

    `eval_explanation_summary` and its status are None unless `summary=True` was asked for.
    """

    model: _api.ExecutionRun | _api.ExecutionRunDetail

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.model == other.model

    def __repr__(self) -> str:
        return one_line(f"<{type(self).__name__} {self.execution_id}, {self.status}>")

    @property
    def execution_id(self) -> str:
        """Id of the test execution; "" where the server sent none."""
        return self.model.execution_id or ""

    @property
    def status(self) -> str:
        """Status in lower case.

        Pending, running, completed, failed, cancelled, cancelling, evaluating or another; "" where the server
        sent none.
        """
        return self.model.status or ""

    @property
    def started_at(self) -> str | None:
        """When the execution started, ISO 8601."""
        return self.model.started_at

    @property
    def completed_at(self) -> str | None:
        """When the execution ended, ISO 8601; None until then."""
        return self.model.completed_at

    @property
    def total_calls(self) -> int:
        """Number of calls planned."""
        return self.model.total_calls

    @property
    def completed_calls(self) -> int:
        """Number of calls that completed."""
        return self.model.completed_calls

    @property
    def failed_calls(self) -> int:
        """Number of calls that failed."""
        return self.model.failed_calls

    @property
    def eval_results(self) -> list[_api.EvalResult]:
        """Results over all calls, by eval template."""
        return _list(self.model.eval_results)

    @property
    def eval_explanation_summary(self) -> dict[str, list[_api.ExplanationCluster]] | None:
        """Why calls failed, in clusters by eval name."""
        model = self.model
        return _known(model.eval_explanation_summary) if isinstance(model, _api.ExecutionRunDetail) else None

    @property
    def eval_explanation_summary_status(self) -> str | None:
        """How far that summary is: pending, running, completed or failed."""
        if not isinstance(self.model, _api.ExecutionRunDetail):
            return None
        return _known(self.model.eval_explanation_summary_status)

    @property
    def raw_json(self) -> bytes:
        """The exact bytes the server sent for this execution."""
        return self.model.raw_json

    @property
    def raw(self) -> dict[str, Any]:
        """Those bytes as a dict: with fields that the contract doesn't know."""
        return self.model.raw


class ExecutionRun(_Run, frozen=True):
    """An execution with its eval results; `calls` lists its calls."""

    calls: Listing[_api.ExecutionRunCall]


class AsyncExecutionRun(_Run, frozen=True):
    """`ExecutionRun` of the async client."""

    calls: AsyncListing[_api.ExecutionRunCall]


class _Detail(msgspec.Struct, frozen=True):
    """A test execution as its own endpoint shows it.

    `count` is the number of calls that match, None where a filter for a verdict is applied. `column_order`
    describes the columns of the grid the platform shows. `error_messages` are the server's, for one about a
    filter it couldn't apply. `raw_json` is the whole answer, the first page of calls included. What the
    server left out is None or empty.
    """

    id: str
    status: str | None
    count: int | None
    column_order: list[_api.Column]
    error_messages: list[str]
    provider: str | None
    agent_type: str | None
    raw_json: bytes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.raw_json == other.raw_json

    def __repr__(self) -> str:
        return one_line(f"<{type(self).__name__} {self.id}, {self.status}, {self.count} calls>")

    @property
    def raw(self) -> dict[str, Any]:
        """`raw_json` as a dict."""
        return _api.decoded(self.raw_json)


class TestExecutionDetail(_Detail, frozen=True):
    """A test execution; `calls` lists its calls and begins with the page that came with this answer."""

    __test__: ClassVar = False  # not a test, whatever pytest thinks of the name

    calls: Listing[_api.TestExecutionCall]


class AsyncTestExecutionDetail(_Detail, frozen=True):
    """`TestExecutionDetail` of the async client."""

    calls: AsyncListing[_api.TestExecutionCall]


def described(spec: ListingSpec[Any], fetched: Fetched[Any], answer: Answer) -> dict[str, Any]:
    """Give what an answer says about the execution, as the fields that both kinds of detail have."""
    envelope = fetched.envelope
    return {
        "id": spec.requests[0].ids["test_execution_id"],
        "status": _known(envelope.status),
        "count": fetched.page.count if all(not one.is_verdict for one in spec.sieve.filters) else None,
        "column_order": _list(envelope.column_order),
        "error_messages": _list(envelope.error_messages),
        "provider": _known(envelope.provider),
        "agent_type": _known(envelope.agent_type),
        "raw_json": answer.content,
    }


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
