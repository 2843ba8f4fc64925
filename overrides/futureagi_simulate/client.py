"""The two clients: five endpoints, eight methods. Each method says what it asks for.

How is the business of others.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack, overload
from uuid import UUID

from msgspec import UNSET, UnsetType

from futureagi_simulate import endpoints
from futureagi_simulate.connection import AsyncConnection, Connection
from futureagi_simulate.filters import Filter
from futureagi_simulate.listings.listing import AsyncListing, Listing, Paging, Plan
from futureagi_simulate.listings.notices import Contract
from futureagi_simulate.listings.source import Readings
from futureagi_simulate.options import Options, Timeout
from futureagi_simulate.runs import (
    AsyncExecutionRun,
    AsyncTestExecutionDetail,
    ExecutionRun,
    TestExecutionDetail,
    described,
)
from futureagi_simulate.transport.keys import Secret
from futureagi_simulate.transport.retry import RetryPolicy
from futureagi_simulate.transport.session import AsyncSession, Session

if TYPE_CHECKING:
    from futureagi_simulate import _api
    from futureagi_simulate.transport.wire import AsyncHTTPClient, HTTPClient

__all__ = ["AsyncClient", "Client"]

EvalNames = str | Sequence[str] | None
Scalar = endpoints.Scalar


class Client:
    """Reads simulation results from the Future AGI API.

    `api_key`, `secret_key` and `base_url` default to FI_API_KEY, FI_SECRET_KEY and FI_BASE_URL. `timeout` is
    seconds for each phase of an attempt, a `Timeout` with seconds per phase, or None for none. `retry` is a
    `RetryPolicy`. With `strict` an answer that differs from the contract is an error, not a warning.
    `http_client` is an `httpx.Client` of your own; it isn't closed here.

    Use it as a context manager, or call `close`. One client may be shared between threads. Methods that
    return a listing send nothing until you iterate; all check their arguments at once. Raises
    ConfigurationError for a missing or malformed key, address or argument.
    """

    def __init__(
        self,
        *,
        api_key: str | Secret | None = None,
        secret_key: str | Secret | None = None,
        base_url: str | None = None,
        timeout: float | Timeout | UnsetType | None = UNSET,
        retry: RetryPolicy | None = None,
        strict: bool = False,
        http_client: HTTPClient | None = None,
    ) -> None:
        api_key, secret_key = Secret.of(api_key), Secret.of(secret_key)
        options = Options.of(
            api_key=api_key,
            secret_key=secret_key,
            base_url=base_url,
            timeout=timeout,
            retry=retry,
            strict=strict,
        )
        self._connection = Connection(Session.of(options, http_client), Contract())

    def __repr__(self) -> str:
        return _shown(self)

    def call_executions(
        self,
        run_test_id: str | UUID,
        *,
        search: str | None = None,
        status: str | None = None,
        **paging: Unpack[Paging],
    ) -> Listing[_api.CallExecution]:
        """List the calls of a run test, over all its executions, the last updated first.

        `search` finds part of a phone number or scenario name, in any case (observed: `%` and `_` are
        wildcards). `status` is pending, queued, ongoing, completed, failed, analyzing or cancelled.
        """
        spec = endpoints.call_executions(run_test_id, search, status)
        return self._connection.listing(spec, Plan.of(paging))

    def test_executions(
        self,
        run_test_id: str | UUID,
        *,
        search: str | None = None,
        status: str | None = None,
        **paging: Unpack[Paging],
    ) -> Listing[_api.TestExecution]:
        """List the executions of a run test, the newest first.

        `search` finds part of a status or scenario name. `status`, in any case, is pending, running,
        completed, failed, cancelled, or, observed, cancelling or evaluating.
        """
        spec = endpoints.test_executions(run_test_id, search, status)
        return self._connection.listing(spec, Plan.of(paging))

    def test_execution(
        self,
        test_execution_id: str | UUID,
        *,
        search: str | None = None,
        filters: Sequence[Filter] = (),
        enforce_filters: bool = False,
        **paging: Unpack[Paging],
    ) -> TestExecutionDetail:
        """Show a test execution; its `calls` are a listing, the last updated first.

        `filters` come from `column`. The server ignores many of them without a word: calls that contradict a
        filter raise one FilterIgnoredWarning, and with `enforce_filters` they are dropped.
        """
        spec = endpoints.test_execution(test_execution_id, search, filters, enforce_filters)
        plan = Plan.of(paging)
        answer, page = self._connection.first_page(spec, plan)
        calls = self._connection.listing(spec, plan, page)
        return TestExecutionDetail(**described(spec, page, answer), calls=calls)

    @overload
    def test_execution_groups(
        self,
        test_execution_id: str | UUID,
        *,
        row_groups: Sequence[str],
        group_keys: None = None,
        search: str | None = None,
        filters: Sequence[Filter] = (),
        **paging: Unpack[Paging],
    ) -> Listing[_api.GroupRow]: ...

    @overload
    def test_execution_groups(
        self,
        test_execution_id: str | UUID,
        *,
        row_groups: Sequence[str],
        group_keys: Sequence[Scalar] | None,
        search: str | None = None,
        filters: Sequence[Filter] = (),
        **paging: Unpack[Paging],
    ) -> Listing[_api.GroupRow | _api.TestExecutionCall]: ...

    def test_execution_groups(
        self,
        test_execution_id: str | UUID,
        *,
        row_groups: Sequence[str],
        group_keys: Sequence[Scalar] | None = None,
        search: str | None = None,
        filters: Sequence[Filter] = (),
        **paging: Unpack[Paging],
    ) -> Listing[Any]:
        """List groups of a test execution's calls, or the calls of one group.

        `row_groups` are ids of columns to group by, the outermost first. `group_keys` are values of the first
        of them, as a group's `raw` has them, null included. With fewer keys than columns the items are groups
        (`GroupRow`) of the next level; with as many they are the calls (`TestExecutionCall`) of one group.
        The open-source server ignores the keys and lists groups in either case.
        """
        spec = endpoints.test_execution_groups(test_execution_id, row_groups, group_keys, search, filters)
        return self._connection.listing(spec, Plan.of(paging))

    def version_call_executions(
        self, agent_id: str | UUID, version_id: str | UUID, **paging: Unpack[Paging]
    ) -> Listing[_api.VersionCallExecution]:
        """List the completed calls of a version of an agent, the last updated first."""
        spec = endpoints.version_call_executions(agent_id, version_id)
        return self._connection.listing(spec, Plan.of(paging))

    def runs(
        self, run_test_name: str, *, eval_names: EvalNames = None, **paging: Unpack[Paging]
    ) -> Listing[ExecutionRun]:
        """List the executions of a run test by its exact name, with eval results, the newest first.

        `eval_names` limits the results to these evals. Run tests of the same name are merged by the server.
        """
        spec, plan = endpoints.runs(run_test_name, eval_names), Plan.of(paging)

        def composed(model: _api.ExecutionRun) -> ExecutionRun:
            calls = endpoints.calls_of_run(model.execution_id, eval_names)
            return ExecutionRun(model, self._connection.listing(calls, plan))

        return self._connection.listing(spec, plan, compose=composed)

    def execution_run(
        self,
        execution_id: str | UUID,
        *,
        eval_names: EvalNames = None,
        summary: bool = False,
        **paging: Unpack[Paging],
    ) -> ExecutionRun:
        """Show one execution with its eval results; its `calls` are a listing, the last updated first.

        `summary` asks for the explanation of failures too, in `eval_explanation_summary`.
        """
        spec, calls = endpoints.execution_run(execution_id, eval_names, summary)
        plan = Plan.of(paging)
        answer, page = self._connection.first_page(calls, plan)
        run = self._connection.read(spec, answer)
        return ExecutionRun(run, self._connection.listing(calls, plan, page))

    def call_run(self, call_execution_id: str | UUID, *, eval_names: EvalNames = None) -> _api.CallRun:
        """Show one call with its evals, latency and cost."""
        return self._connection.object(endpoints.call_run(call_execution_id, eval_names))

    def with_options(
        self,
        *,
        timeout: float | Timeout | UnsetType | None = UNSET,
        retry: RetryPolicy | UnsetType = UNSET,
        strict: bool | UnsetType = UNSET,
    ) -> Self:
        """Return a client over the same connections with some options changed, for one call or many."""
        other = object.__new__(type(self))
        session = self._connection.session.with_options(timeout=timeout, retry=retry, strict=strict)
        connection = self._connection
        other._connection = Connection(session, connection.contract, Readings(connection.readings))
        return other

    def close(self) -> None:
        """Close the connections, unless they are of a client you gave."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient:
    """`Client` for asyncio and trio: the same methods, awaited, and listings for `async for`.

    `http_client` is an `httpx.AsyncClient`. Under trio pages of a listing are fetched one by one, whatever
    `prefetch` says.
    """

    def __init__(
        self,
        *,
        api_key: str | Secret | None = None,
        secret_key: str | Secret | None = None,
        base_url: str | None = None,
        timeout: float | Timeout | UnsetType | None = UNSET,
        retry: RetryPolicy | None = None,
        strict: bool = False,
        http_client: AsyncHTTPClient | None = None,
    ) -> None:
        api_key, secret_key = Secret.of(api_key), Secret.of(secret_key)
        options = Options.of(
            api_key=api_key,
            secret_key=secret_key,
            base_url=base_url,
            timeout=timeout,
            retry=retry,
            strict=strict,
        )
        self._connection = AsyncConnection(AsyncSession.of(options, http_client), Contract())

    def __repr__(self) -> str:
        return _shown(self)

    def call_executions(
        self,
        run_test_id: str | UUID,
        *,
        search: str | None = None,
        status: str | None = None,
        **paging: Unpack[Paging],
    ) -> AsyncListing[_api.CallExecution]:
        """List the calls of a run test, over all its executions, the last updated first.

        See `Client.call_executions`.
        """
        spec = endpoints.call_executions(run_test_id, search, status)
        return self._connection.listing(spec, Plan.of(paging))

    def test_executions(
        self,
        run_test_id: str | UUID,
        *,
        search: str | None = None,
        status: str | None = None,
        **paging: Unpack[Paging],
    ) -> AsyncListing[_api.TestExecution]:
        """List the executions of a run test, the newest first. See `Client.test_executions`."""
        spec = endpoints.test_executions(run_test_id, search, status)
        return self._connection.listing(spec, Plan.of(paging))

    async def test_execution(
        self,
        test_execution_id: str | UUID,
        *,
        search: str | None = None,
        filters: Sequence[Filter] = (),
        enforce_filters: bool = False,
        **paging: Unpack[Paging],
    ) -> AsyncTestExecutionDetail:
        """Show a test execution; its `calls` are a listing, the last updated first.

        See `Client.test_execution`.
        """
        spec = endpoints.test_execution(test_execution_id, search, filters, enforce_filters)
        plan = Plan.of(paging)
        answer, page = await self._connection.first_page(spec, plan)
        calls = self._connection.listing(spec, plan, page)
        return AsyncTestExecutionDetail(**described(spec, page, answer), calls=calls)

    @overload
    def test_execution_groups(
        self,
        test_execution_id: str | UUID,
        *,
        row_groups: Sequence[str],
        group_keys: None = None,
        search: str | None = None,
        filters: Sequence[Filter] = (),
        **paging: Unpack[Paging],
    ) -> AsyncListing[_api.GroupRow]: ...

    @overload
    def test_execution_groups(
        self,
        test_execution_id: str | UUID,
        *,
        row_groups: Sequence[str],
        group_keys: Sequence[Scalar] | None,
        search: str | None = None,
        filters: Sequence[Filter] = (),
        **paging: Unpack[Paging],
    ) -> AsyncListing[_api.GroupRow | _api.TestExecutionCall]: ...

    def test_execution_groups(
        self,
        test_execution_id: str | UUID,
        *,
        row_groups: Sequence[str],
        group_keys: Sequence[Scalar] | None = None,
        search: str | None = None,
        filters: Sequence[Filter] = (),
        **paging: Unpack[Paging],
    ) -> AsyncListing[Any]:
        """List groups of a test execution's calls, or the calls of one group.

        See `Client.test_execution_groups`.
        """
        spec = endpoints.test_execution_groups(test_execution_id, row_groups, group_keys, search, filters)
        return self._connection.listing(spec, Plan.of(paging))

    def version_call_executions(
        self, agent_id: str | UUID, version_id: str | UUID, **paging: Unpack[Paging]
    ) -> AsyncListing[_api.VersionCallExecution]:
        """List the completed calls of a version of an agent, the last updated first.

        See `Client.version_call_executions`.
        """
        spec = endpoints.version_call_executions(agent_id, version_id)
        return self._connection.listing(spec, Plan.of(paging))

    def runs(
        self, run_test_name: str, *, eval_names: EvalNames = None, **paging: Unpack[Paging]
    ) -> AsyncListing[AsyncExecutionRun]:
        """List the executions of a run test by its exact name, with eval results, the newest first.

        See `Client.runs`.
        """
        spec, plan = endpoints.runs(run_test_name, eval_names), Plan.of(paging)

        def composed(model: _api.ExecutionRun) -> AsyncExecutionRun:
            calls = endpoints.calls_of_run(model.execution_id, eval_names)
            return AsyncExecutionRun(model, self._connection.listing(calls, plan))

        return self._connection.listing(spec, plan, compose=composed)

    async def execution_run(
        self,
        execution_id: str | UUID,
        *,
        eval_names: EvalNames = None,
        summary: bool = False,
        **paging: Unpack[Paging],
    ) -> AsyncExecutionRun:
        """Show one execution with its eval results; its `calls` are a listing, the last updated first.

        See `Client.execution_run`.
        """
        spec, calls = endpoints.execution_run(execution_id, eval_names, summary)
        plan = Plan.of(paging)
        answer, page = await self._connection.first_page(calls, plan)
        run = self._connection.read(spec, answer)
        return AsyncExecutionRun(run, self._connection.listing(calls, plan, page))

    async def call_run(self, call_execution_id: str | UUID, *, eval_names: EvalNames = None) -> _api.CallRun:
        """Show one call with its evals, latency and cost. See `Client.call_run`."""
        return await self._connection.object(endpoints.call_run(call_execution_id, eval_names))

    def with_options(
        self,
        *,
        timeout: float | Timeout | UnsetType | None = UNSET,
        retry: RetryPolicy | UnsetType = UNSET,
        strict: bool | UnsetType = UNSET,
    ) -> Self:
        """Return a client over the same connections with some options changed, for one call or many."""
        other = object.__new__(type(self))
        session = self._connection.session.with_options(timeout=timeout, retry=retry, strict=strict)
        connection = self._connection
        other._connection = AsyncConnection(session, connection.contract, Readings(connection.readings))
        return other

    async def aclose(self) -> None:
        """Close the connections, unless they are of a client you gave."""
        await self._connection.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self.aclose()


def _shown(client: Client | AsyncClient) -> str:
    """Say which server a client is of; a traceback may show one that isn't finished."""
    connection = getattr(client, "_connection", None)
    where = "" if connection is None else f" of {connection.session.options.origin}"
    return f"<{type(client).__name__}{where}>"
