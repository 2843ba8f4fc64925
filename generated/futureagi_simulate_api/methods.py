# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.

"""The methods of Client and AsyncClient, and the objects whose rows they list.

The client of `futureagi_simulate` derives from these classes and says how a request is sent and how pages are read.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, overload
from uuid import UUID

from futureagi_simulate.filters import Filter
from futureagi_simulate.listings import AsyncListing, Listing
from futureagi_simulate.results import WithCalls

from . import models, operations
from .operations import Method

T = TypeVar("T")
A = Mapping[str, object]


class _TestExecutionDetail(WithCalls):
    """One execution with a page of its calls, or of groups of calls when `row_groups` was given.

    Attributes:
        calls: Its calls, read page by page.
        count: Number of matching calls, or of groups, on all pages.
        column_order: The columns of the results grid from left to right, hidden ones too.
        error_messages: What went wrong, one text each; empty when nothing did. Observed,
            filters that failed.
        status: Status of the execution, in lower case.
        provider: Provider of the agent, for instance `vapi`, or `prompt`. Observed, null when
            there is none.
        agent_type: Kind of agent.
    """

    @property
    def count(self) -> int | None:
        """Number of matching calls, or of groups, on all pages."""
        found: int | None = self._field("count")
        return found

    @property
    def column_order(self) -> list[models.Column]:
        """The columns of the results grid from left to right, hidden ones too."""
        found: list[models.Column] = self._field("column_order")
        return found

    @property
    def error_messages(self) -> list[str]:
        """What went wrong, one text each; empty when nothing did. Observed, filters that failed."""
        found: list[str] = self._field("error_messages")
        return found

    @property
    def status(self) -> models.TestExecutionStatus | None:
        """Status of the execution, in lower case."""
        found: models.TestExecutionStatus | None = self._field("status")
        return found

    @property
    def provider(self) -> str | None:
        """Provider of the agent, for instance `vapi`, or `prompt`. Observed, null when there is
        none."""
        found: str | None = self._field("provider")
        return found

    @property
    def agent_type(self) -> models.AgentType | None:
        """Kind of agent."""
        found: models.AgentType | None = self._field("agent_type")
        return found


class TestExecutionDetail(_TestExecutionDetail):
    __doc__ = _TestExecutionDetail.__doc__

    calls: Listing[models.TestExecutionCall]


class AsyncTestExecutionDetail(_TestExecutionDetail):
    __doc__ = _TestExecutionDetail.__doc__

    calls: AsyncListing[models.TestExecutionCall]


class _ExecutionRun(WithCalls):
    """One execution with its eval results and a page of its calls.

    Attributes:
        calls: Its calls, read page by page.
        execution_id: Id of the test execution.
        status: Status of the execution, in lower case.
        started_at: When the execution started.
        completed_at: When the execution ended. Null until then.
        total_calls: Number of calls planned.
        completed_calls: Number of calls that completed.
        failed_calls: Number of calls that failed.
        eval_results: Results by eval template.
        eval_explanation_summary: Why calls failed, or passed, grouped into clusters by the name
            of the eval; only with `summary=true`. Observed, `{}` or null until it is worked out.
        eval_explanation_summary_status: How far the summary is; only with `summary=true`.
    """

    @property
    def execution_id(self) -> str:
        """Id of the test execution."""
        found: str = self._field("execution_id")
        return found

    @property
    def status(self) -> models.TestExecutionStatus:
        """Status of the execution, in lower case."""
        found: models.TestExecutionStatus = self._field("status")
        return found

    @property
    def started_at(self) -> str:
        """When the execution started."""
        found: str = self._field("started_at")
        return found

    @property
    def completed_at(self) -> str | None:
        """When the execution ended. Null until then."""
        found: str | None = self._field("completed_at")
        return found

    @property
    def total_calls(self) -> int:
        """Number of calls planned."""
        found: int = self._field("total_calls")
        return found

    @property
    def completed_calls(self) -> int:
        """Number of calls that completed."""
        found: int = self._field("completed_calls")
        return found

    @property
    def failed_calls(self) -> int:
        """Number of calls that failed."""
        found: int = self._field("failed_calls")
        return found

    @property
    def eval_results(self) -> list[models.EvalResult]:
        """Results by eval template."""
        found: list[models.EvalResult] = self._field("eval_results")
        return found

    @property
    def eval_explanation_summary(self) -> dict[str, list[models.ExplanationCluster]] | None:
        """Why calls failed, or passed, grouped into clusters by the name of the eval; only with
        `summary=true`. Observed, `{}` or null until it is worked out."""
        found: dict[str, list[models.ExplanationCluster]] | None = self._field(
            "eval_explanation_summary"
        )
        return found

    @property
    def eval_explanation_summary_status(self) -> models.ExplanationStatus | None:
        """How far the summary is; only with `summary=true`."""
        found: models.ExplanationStatus | None = self._field("eval_explanation_summary_status")
        return found


class ExecutionRun(_ExecutionRun):
    __doc__ = _ExecutionRun.__doc__

    calls: Listing[models.ExecutionRunCall]


class AsyncExecutionRun(_ExecutionRun):
    __doc__ = _ExecutionRun.__doc__

    calls: AsyncListing[models.ExecutionRunCall]


class SyncMethods(ABC):
    """The methods of `Client`, one for each request form of each operation."""

    @abstractmethod
    def _list(self, method: Method, arguments: A, wrapper: type[Any] | None = None) -> Listing[Any]:
        """Make the listing of the rows of a method's pages."""

    @abstractmethod
    def _get(self, method: Method, arguments: A, wrapper: type[T] | None = None) -> Any:
        """Send a request and return its answer; with `wrapper`, make it of an object and the listing of its rows."""

    def list_call_executions(
        self,
        run_test_id: str | UUID,
        *,
        search: str | None = None,
        status: str | None = None,
        page_size: int = 50,
        prefetch: int = 1,
        exact: bool = False,
    ) -> Listing[models.CallExecution]:
        """List the calls of a run test.

        Every call of every execution of one run test, and the kept earlier attempts of calls
        that were run again (`is_snapshot: true`). Most recently updated first. Observed:
        deleted calls are counted but not shown, so that pages may have gaps, or nothing on
        them, before the last one; the calls of deleted executions are shown; `limit=0` is
        accepted and pages never end; any other bad `page` or `limit` is answered with 500; a
        parameter it does not know is ignored. Outputs of evals that were deleted from the run
        test are still there.

        Args:
            run_test_id: Id of the run test.
            search: Keeps calls whose phone number or scenario name contains this text, in any case.
                Observed, `%` and `_` are wildcards, a backslash never matches and a NUL character is
                answered with 500.
            status: Keeps calls with exactly this status, in lower case. The reference page names no
                words; observed, another word finds nothing, and blanks around it are cut off.
            page_size: Rows a page is asked to have; the server may send fewer.
            prefetch: Pages that are requested at once.
            exact: Read until each row that is there throughout is known to have come, once.

        Raises:
            ConfigurationError: The API does not take this argument. Nothing is sent.
        """

        arguments: A = {
            "run_test_id": run_test_id,
            "search": search,
            "status": status,
            "page_size": page_size,
            "prefetch": prefetch,
            "exact": exact,
        }
        return self._list(operations.LIST_CALL_EXECUTIONS_METHOD, arguments)

    def list_test_executions(
        self,
        run_test_id: str | UUID,
        *,
        search: str | None = None,
        status: str | None = None,
        page_size: int = 50,
        prefetch: int = 1,
        exact: bool = False,
    ) -> Listing[models.TestExecution]:
        """List the executions of a run test.

        Every time one run test was started, latest first. Observed: a page past the end and any
        bad `page` are answered with 500; a bad `limit` is taken as 10; a search that would have
        to look at scenario names fails with 500; a parameter it does not know is ignored.

        Args:
            run_test_id: Id of the run test.
            search: Keeps executions whose status or a scenario name contains this text, in any
                case. Observed, a text that is no part of a status, and a NUL character, are answered
                with 500.
            status: Keeps executions with exactly this status. Documented in upper case; the
                observed server finds something only for the lower-case words.
            page_size: Rows a page is asked to have; the server may send fewer.
            prefetch: Pages that are requested at once.
            exact: Read until each row that is there throughout is known to have come, once.

        Raises:
            ConfigurationError: The API does not take this argument. Nothing is sent.
        """

        arguments: A = {
            "run_test_id": run_test_id,
            "search": search,
            "status": status,
            "page_size": page_size,
            "prefetch": prefetch,
            "exact": exact,
        }
        return self._list(operations.LIST_TEST_EXECUTIONS_METHOD, arguments)

    def get_test_execution(
        self,
        test_execution_id: str | UUID,
        *,
        search: str | None = None,
        filters: Sequence[Filter] = (),
        enforce_filters: bool = False,
        page_size: int = 50,
        prefetch: int = 1,
        exact: bool = False,
    ) -> TestExecutionDetail:
        """Get an execution with a page of its calls or groups.

        One execution: its status, the columns of its results grid, and a page of its calls,
        most recently updated first. With `row_groups` the page holds groups of calls instead,
        and `group_keys` opens them level by level. Observed: an unknown or deleted id is
        answered with 500; grouping works for scenario dataset columns only, counts calls of
        every execution and leaves `status`, `provider` and `agent_type` out. Outputs of evals
        that were deleted from the run test are left out here, and nowhere else but in the
        aggregates of the run records.

        Args:
            test_execution_id: Id of the test execution.
            search: Keeps calls whose phone number or scenario name contains this text. Observed, in
                any case.
            filters: Keeps calls that pass every filter: a JSON array of objects with `column_id`
                and `filter_config`. Observed, text that is no such array, a missing key, an unknown
                type or operator and a missing `filter_value` are answered with 400, and `null` is no
                filter; most combinations of column, type and operator are refused or silently not
                applied, some leave a message in `error_messages`; a filter on an id that is not in
                `column_order` is ignored.
            enforce_filters: Drop rows that contradict a filter, which the server may ignore.
            page_size: Rows a page is asked to have; the server may send fewer.
            prefetch: Pages that are requested at once.
            exact: Read until each row that is there throughout is known to have come, once.

        Raises:
            ConfigurationError: The API does not take this argument. Nothing is sent.
            APIStatusError: The server answered with an error.
            TransportError: No answer came.
            ContractError: The answer has another form; with `strict`, also where it differs from the spec.
        """

        arguments: A = {
            "test_execution_id": test_execution_id,
            "search": search,
            "filters": filters,
            "enforce_filters": enforce_filters,
            "page_size": page_size,
            "prefetch": prefetch,
            "exact": exact,
        }
        found: TestExecutionDetail = self._get(
            operations.GET_TEST_EXECUTION_METHOD, arguments, TestExecutionDetail
        )
        return found

    @overload
    def list_test_execution_groups(
        self,
        test_execution_id: str | UUID,
        *,
        search: str | None = None,
        filters: Sequence[Filter] = (),
        row_groups: Sequence[str],
        group_keys: None = None,
        page_size: int = 50,
        prefetch: int = 1,
        exact: bool = False,
    ) -> Listing[models.GroupRow]: ...

    @overload
    def list_test_execution_groups(
        self,
        test_execution_id: str | UUID,
        *,
        search: str | None = None,
        filters: Sequence[Filter] = (),
        row_groups: Sequence[str],
        group_keys: Sequence[str | float | bool | None] | None,
        page_size: int = 50,
        prefetch: int = 1,
        exact: bool = False,
    ) -> Listing[models.TestExecutionCall | models.GroupRow]: ...

    def list_test_execution_groups(
        self,
        test_execution_id: str | UUID,
        *,
        search: str | None = None,
        filters: Sequence[Filter] = (),
        row_groups: Sequence[str],
        group_keys: Sequence[str | float | bool | None] | None = None,
        page_size: int = 50,
        prefetch: int = 1,
        exact: bool = False,
    ) -> Listing[Any]:
        """List groups of the calls of an execution, or the calls of one group.

        One execution: its status, the columns of its results grid, and a page of its calls,
        most recently updated first. With `row_groups` the page holds groups of calls instead,
        and `group_keys` opens them level by level. Observed: an unknown or deleted id is
        answered with 500; grouping works for scenario dataset columns only, counts calls of
        every execution and leaves `status`, `provider` and `agent_type` out. Outputs of evals
        that were deleted from the run test are left out here, and nowhere else but in the
        aggregates of the run records.

        Args:
            test_execution_id: Id of the test execution.
            search: Keeps calls whose phone number or scenario name contains this text. Observed, in
                any case.
            filters: Keeps calls that pass every filter: a JSON array of objects with `column_id`
                and `filter_config`. Observed, text that is no such array, a missing key, an unknown
                type or operator and a missing `filter_value` are answered with 400, and `null` is no
                filter; most combinations of column, type and operator are refused or silently not
                applied, some leave a message in `error_messages`; a filter on an id that is not in
                `column_order` is ignored.
            row_groups: Groups the calls: a JSON array of column ids, outermost group first. The
                results are then group rows. Observed, anything else than an array is answered with 400,
                and every column but a scenario dataset column with 500.
            group_keys: Opens a group: a JSON array of the values of its columns, in the order of
                `row_groups`, each as the group's row has it: a text, a number, true, false or null.
                With fewer keys than groups the results are the groups of the next level, with as many
                they are the calls of that group. Observed, anything but an array is answered with 400,
                and the keys are ignored.
            page_size: Rows a page is asked to have; the server may send fewer.
            prefetch: Pages that are requested at once.
            exact: Read until each row that is there throughout is known to have come, once.

        Raises:
            ConfigurationError: The API does not take this argument. Nothing is sent.
        """

        arguments: A = {
            "test_execution_id": test_execution_id,
            "search": search,
            "filters": filters,
            "row_groups": row_groups,
            "group_keys": group_keys,
            "page_size": page_size,
            "prefetch": prefetch,
            "exact": exact,
        }
        return self._list(operations.LIST_TEST_EXECUTION_GROUPS_METHOD, arguments)

    def list_version_call_executions(
        self,
        agent_id: str | UUID,
        version_id: str | UUID,
        *,
        page_size: int = 50,
        prefetch: int = 1,
        exact: bool = False,
    ) -> Listing[models.VersionCallExecution]:
        """List the completed calls of an agent version.

        Completed calls that were made with one version of an agent, over all run tests. Most
        recently updated first. Observed: a page past the end and any bad `page` are answered
        with 404; a bad `limit` is taken as 10; a parameter it does not know is ignored; text
        calls have no transcript.

        Args:
            agent_id: Id of the agent definition.
            version_id: Id of a version of that agent definition.
            page_size: Rows a page is asked to have; the server may send fewer.
            prefetch: Pages that are requested at once.
            exact: Read until each row that is there throughout is known to have come, once.

        Raises:
            ConfigurationError: The API does not take this argument. Nothing is sent.
        """

        arguments: A = {
            "agent_id": agent_id,
            "version_id": version_id,
            "page_size": page_size,
            "prefetch": prefetch,
            "exact": exact,
        }
        return self._list(operations.LIST_VERSION_CALL_EXECUTIONS_METHOD, arguments)

    def list_execution_runs(
        self,
        run_test_name: str,
        *,
        eval_names: str | Sequence[str] | None = None,
        page_size: int = 50,
        prefetch: int = 1,
        exact: bool = False,
    ) -> Listing[ExecutionRun]:
        """List the executions of a run test by its name, with their eval results.

        Run records for machines: eval scores, counts, latency and cost, no transcripts. Exactly
        one of `run_test_name`, `execution_id` and `call_execution_id` decides what comes back;
        of several, the call wins over the execution and the execution over the name; without
        any the answer is 400. By name, the executions come latest first; runs of the same name
        are merged. By execution, the calls come most recently updated first. Observed: a page
        past the end and any bad `page` are answered with 500; a bad `limit` is taken as 10; a
        parameter it does not know is answered with 400. One result of an eval of type `numeric`
        makes the answer about its execution, and every page of its run test, a 500; the other
        endpoints still answer. Outputs of evals that were deleted from the run test are in
        `eval_outputs` and not in `eval_results`.

        Args:
            run_test_name: Exact name of a run test; its executions come back.
            eval_names: Names of evals, separated by commas; other evals are left out of the answer.
                A name that holds a comma cannot be asked for. Observed, the case matters in
                `eval_results` and does not in `eval_outputs`.
            page_size: Rows a page is asked to have; the server may send fewer.
            prefetch: Pages that are requested at once.
            exact: Read until each row that is there throughout is known to have come, once.

        Raises:
            ConfigurationError: The API does not take this argument. Nothing is sent.
        """

        arguments: A = {
            "run_test_name": run_test_name,
            "eval_names": eval_names,
            "page_size": page_size,
            "prefetch": prefetch,
            "exact": exact,
        }
        return self._list(operations.LIST_EXECUTION_RUNS_METHOD, arguments, ExecutionRun)

    def get_execution_run(
        self,
        execution_id: str | UUID,
        *,
        eval_names: str | Sequence[str] | None = None,
        summary: bool = False,
        page_size: int = 50,
        prefetch: int = 1,
        exact: bool = False,
    ) -> ExecutionRun:
        """Get one execution with its eval results and its calls.

        Run records for machines: eval scores, counts, latency and cost, no transcripts. Exactly
        one of `run_test_name`, `execution_id` and `call_execution_id` decides what comes back;
        of several, the call wins over the execution and the execution over the name; without
        any the answer is 400. By name, the executions come latest first; runs of the same name
        are merged. By execution, the calls come most recently updated first. Observed: a page
        past the end and any bad `page` are answered with 500; a bad `limit` is taken as 10; a
        parameter it does not know is answered with 400. One result of an eval of type `numeric`
        makes the answer about its execution, and every page of its run test, a 500; the other
        endpoints still answer. Outputs of evals that were deleted from the run test are in
        `eval_outputs` and not in `eval_results`.

        Args:
            execution_id: Id of a test execution; its record with a page of calls comes back.
            eval_names: Names of evals, separated by commas; other evals are left out of the answer.
                A name that holds a comma cannot be asked for. Observed, the case matters in
                `eval_results` and does not in `eval_outputs`.
            summary: Adds the explanation of failures to the record of an execution. Without it,
                false. Observed, the words 1, yes, on, t and y are taken for true in any case, and other
                words are answered with 400.
            page_size: Rows a page is asked to have; the server may send fewer.
            prefetch: Pages that are requested at once.
            exact: Read until each row that is there throughout is known to have come, once.

        Raises:
            ConfigurationError: The API does not take this argument. Nothing is sent.
            APIStatusError: The server answered with an error.
            TransportError: No answer came.
            ContractError: The answer has another form; with `strict`, also where it differs from the spec.
        """

        arguments: A = {
            "execution_id": execution_id,
            "eval_names": eval_names,
            "summary": summary,
            "page_size": page_size,
            "prefetch": prefetch,
            "exact": exact,
        }
        found: ExecutionRun = self._get(
            operations.GET_EXECUTION_RUN_METHOD, arguments, ExecutionRun
        )
        return found

    def get_call_run(
        self, call_execution_id: str | UUID, *, eval_names: str | Sequence[str] | None = None
    ) -> models.CallRun:
        """Get one call with its evals, latency and cost.

        Run records for machines: eval scores, counts, latency and cost, no transcripts. Exactly
        one of `run_test_name`, `execution_id` and `call_execution_id` decides what comes back;
        of several, the call wins over the execution and the execution over the name; without
        any the answer is 400. By name, the executions come latest first; runs of the same name
        are merged. By execution, the calls come most recently updated first. Observed: a page
        past the end and any bad `page` are answered with 500; a bad `limit` is taken as 10; a
        parameter it does not know is answered with 400. One result of an eval of type `numeric`
        makes the answer about its execution, and every page of its run test, a 500; the other
        endpoints still answer. Outputs of evals that were deleted from the run test are in
        `eval_outputs` and not in `eval_results`.

        Args:
            call_execution_id: Id of a call execution; its record comes back.
            eval_names: Names of evals, separated by commas; other evals are left out of the answer.
                A name that holds a comma cannot be asked for. Observed, the case matters in
                `eval_results` and does not in `eval_outputs`.

        Raises:
            ConfigurationError: The API does not take this argument. Nothing is sent.
            APIStatusError: The server answered with an error.
            TransportError: No answer came.
            ContractError: The answer has another form; with `strict`, also where it differs from the spec.
        """

        arguments: A = {
            "call_execution_id": call_execution_id,
            "eval_names": eval_names,
        }
        found: models.CallRun = self._get(operations.GET_CALL_RUN_METHOD, arguments)
        return found


class AsyncMethods(ABC):
    """The methods of `AsyncClient`, one for each request form of each operation."""

    @abstractmethod
    def _list(
        self, method: Method, arguments: A, wrapper: type[Any] | None = None
    ) -> AsyncListing[Any]:
        """Make the listing of the rows of a method's pages."""

    @abstractmethod
    async def _get(self, method: Method, arguments: A, wrapper: type[T] | None = None) -> Any:
        """Send a request and return its answer; with `wrapper`, make it of an object and the listing of its rows."""

    def list_call_executions(
        self,
        run_test_id: str | UUID,
        *,
        search: str | None = None,
        status: str | None = None,
        page_size: int = 50,
        prefetch: int = 1,
        exact: bool = False,
    ) -> AsyncListing[models.CallExecution]:
        """List the calls of a run test.

        Every call of every execution of one run test, and the kept earlier attempts of calls
        that were run again (`is_snapshot: true`). Most recently updated first. Observed:
        deleted calls are counted but not shown, so that pages may have gaps, or nothing on
        them, before the last one; the calls of deleted executions are shown; `limit=0` is
        accepted and pages never end; any other bad `page` or `limit` is answered with 500; a
        parameter it does not know is ignored. Outputs of evals that were deleted from the run
        test are still there.

        Args:
            run_test_id: Id of the run test.
            search: Keeps calls whose phone number or scenario name contains this text, in any case.
                Observed, `%` and `_` are wildcards, a backslash never matches and a NUL character is
                answered with 500.
            status: Keeps calls with exactly this status, in lower case. The reference page names no
                words; observed, another word finds nothing, and blanks around it are cut off.
            page_size: Rows a page is asked to have; the server may send fewer.
            prefetch: Pages that are requested at once.
            exact: Read until each row that is there throughout is known to have come, once.

        Raises:
            ConfigurationError: The API does not take this argument. Nothing is sent.
        """

        arguments: A = {
            "run_test_id": run_test_id,
            "search": search,
            "status": status,
            "page_size": page_size,
            "prefetch": prefetch,
            "exact": exact,
        }
        return self._list(operations.LIST_CALL_EXECUTIONS_METHOD, arguments)

    def list_test_executions(
        self,
        run_test_id: str | UUID,
        *,
        search: str | None = None,
        status: str | None = None,
        page_size: int = 50,
        prefetch: int = 1,
        exact: bool = False,
    ) -> AsyncListing[models.TestExecution]:
        """List the executions of a run test.

        Every time one run test was started, latest first. Observed: a page past the end and any
        bad `page` are answered with 500; a bad `limit` is taken as 10; a search that would have
        to look at scenario names fails with 500; a parameter it does not know is ignored.

        Args:
            run_test_id: Id of the run test.
            search: Keeps executions whose status or a scenario name contains this text, in any
                case. Observed, a text that is no part of a status, and a NUL character, are answered
                with 500.
            status: Keeps executions with exactly this status. Documented in upper case; the
                observed server finds something only for the lower-case words.
            page_size: Rows a page is asked to have; the server may send fewer.
            prefetch: Pages that are requested at once.
            exact: Read until each row that is there throughout is known to have come, once.

        Raises:
            ConfigurationError: The API does not take this argument. Nothing is sent.
        """

        arguments: A = {
            "run_test_id": run_test_id,
            "search": search,
            "status": status,
            "page_size": page_size,
            "prefetch": prefetch,
            "exact": exact,
        }
        return self._list(operations.LIST_TEST_EXECUTIONS_METHOD, arguments)

    async def get_test_execution(
        self,
        test_execution_id: str | UUID,
        *,
        search: str | None = None,
        filters: Sequence[Filter] = (),
        enforce_filters: bool = False,
        page_size: int = 50,
        prefetch: int = 1,
        exact: bool = False,
    ) -> AsyncTestExecutionDetail:
        """Get an execution with a page of its calls or groups.

        One execution: its status, the columns of its results grid, and a page of its calls,
        most recently updated first. With `row_groups` the page holds groups of calls instead,
        and `group_keys` opens them level by level. Observed: an unknown or deleted id is
        answered with 500; grouping works for scenario dataset columns only, counts calls of
        every execution and leaves `status`, `provider` and `agent_type` out. Outputs of evals
        that were deleted from the run test are left out here, and nowhere else but in the
        aggregates of the run records.

        Args:
            test_execution_id: Id of the test execution.
            search: Keeps calls whose phone number or scenario name contains this text. Observed, in
                any case.
            filters: Keeps calls that pass every filter: a JSON array of objects with `column_id`
                and `filter_config`. Observed, text that is no such array, a missing key, an unknown
                type or operator and a missing `filter_value` are answered with 400, and `null` is no
                filter; most combinations of column, type and operator are refused or silently not
                applied, some leave a message in `error_messages`; a filter on an id that is not in
                `column_order` is ignored.
            enforce_filters: Drop rows that contradict a filter, which the server may ignore.
            page_size: Rows a page is asked to have; the server may send fewer.
            prefetch: Pages that are requested at once.
            exact: Read until each row that is there throughout is known to have come, once.

        Raises:
            ConfigurationError: The API does not take this argument. Nothing is sent.
            APIStatusError: The server answered with an error.
            TransportError: No answer came.
            ContractError: The answer has another form; with `strict`, also where it differs from the spec.
        """

        arguments: A = {
            "test_execution_id": test_execution_id,
            "search": search,
            "filters": filters,
            "enforce_filters": enforce_filters,
            "page_size": page_size,
            "prefetch": prefetch,
            "exact": exact,
        }
        found: AsyncTestExecutionDetail = await self._get(
            operations.GET_TEST_EXECUTION_METHOD, arguments, AsyncTestExecutionDetail
        )
        return found

    @overload
    def list_test_execution_groups(
        self,
        test_execution_id: str | UUID,
        *,
        search: str | None = None,
        filters: Sequence[Filter] = (),
        row_groups: Sequence[str],
        group_keys: None = None,
        page_size: int = 50,
        prefetch: int = 1,
        exact: bool = False,
    ) -> AsyncListing[models.GroupRow]: ...

    @overload
    def list_test_execution_groups(
        self,
        test_execution_id: str | UUID,
        *,
        search: str | None = None,
        filters: Sequence[Filter] = (),
        row_groups: Sequence[str],
        group_keys: Sequence[str | float | bool | None] | None,
        page_size: int = 50,
        prefetch: int = 1,
        exact: bool = False,
    ) -> AsyncListing[models.TestExecutionCall | models.GroupRow]: ...

    def list_test_execution_groups(
        self,
        test_execution_id: str | UUID,
        *,
        search: str | None = None,
        filters: Sequence[Filter] = (),
        row_groups: Sequence[str],
        group_keys: Sequence[str | float | bool | None] | None = None,
        page_size: int = 50,
        prefetch: int = 1,
        exact: bool = False,
    ) -> AsyncListing[Any]:
        """List groups of the calls of an execution, or the calls of one group.

        One execution: its status, the columns of its results grid, and a page of its calls,
        most recently updated first. With `row_groups` the page holds groups of calls instead,
        and `group_keys` opens them level by level. Observed: an unknown or deleted id is
        answered with 500; grouping works for scenario dataset columns only, counts calls of
        every execution and leaves `status`, `provider` and `agent_type` out. Outputs of evals
        that were deleted from the run test are left out here, and nowhere else but in the
        aggregates of the run records.

        Args:
            test_execution_id: Id of the test execution.
            search: Keeps calls whose phone number or scenario name contains this text. Observed, in
                any case.
            filters: Keeps calls that pass every filter: a JSON array of objects with `column_id`
                and `filter_config`. Observed, text that is no such array, a missing key, an unknown
                type or operator and a missing `filter_value` are answered with 400, and `null` is no
                filter; most combinations of column, type and operator are refused or silently not
                applied, some leave a message in `error_messages`; a filter on an id that is not in
                `column_order` is ignored.
            row_groups: Groups the calls: a JSON array of column ids, outermost group first. The
                results are then group rows. Observed, anything else than an array is answered with 400,
                and every column but a scenario dataset column with 500.
            group_keys: Opens a group: a JSON array of the values of its columns, in the order of
                `row_groups`, each as the group's row has it: a text, a number, true, false or null.
                With fewer keys than groups the results are the groups of the next level, with as many
                they are the calls of that group. Observed, anything but an array is answered with 400,
                and the keys are ignored.
            page_size: Rows a page is asked to have; the server may send fewer.
            prefetch: Pages that are requested at once.
            exact: Read until each row that is there throughout is known to have come, once.

        Raises:
            ConfigurationError: The API does not take this argument. Nothing is sent.
        """

        arguments: A = {
            "test_execution_id": test_execution_id,
            "search": search,
            "filters": filters,
            "row_groups": row_groups,
            "group_keys": group_keys,
            "page_size": page_size,
            "prefetch": prefetch,
            "exact": exact,
        }
        return self._list(operations.LIST_TEST_EXECUTION_GROUPS_METHOD, arguments)

    def list_version_call_executions(
        self,
        agent_id: str | UUID,
        version_id: str | UUID,
        *,
        page_size: int = 50,
        prefetch: int = 1,
        exact: bool = False,
    ) -> AsyncListing[models.VersionCallExecution]:
        """List the completed calls of an agent version.

        Completed calls that were made with one version of an agent, over all run tests. Most
        recently updated first. Observed: a page past the end and any bad `page` are answered
        with 404; a bad `limit` is taken as 10; a parameter it does not know is ignored; text
        calls have no transcript.

        Args:
            agent_id: Id of the agent definition.
            version_id: Id of a version of that agent definition.
            page_size: Rows a page is asked to have; the server may send fewer.
            prefetch: Pages that are requested at once.
            exact: Read until each row that is there throughout is known to have come, once.

        Raises:
            ConfigurationError: The API does not take this argument. Nothing is sent.
        """

        arguments: A = {
            "agent_id": agent_id,
            "version_id": version_id,
            "page_size": page_size,
            "prefetch": prefetch,
            "exact": exact,
        }
        return self._list(operations.LIST_VERSION_CALL_EXECUTIONS_METHOD, arguments)

    def list_execution_runs(
        self,
        run_test_name: str,
        *,
        eval_names: str | Sequence[str] | None = None,
        page_size: int = 50,
        prefetch: int = 1,
        exact: bool = False,
    ) -> AsyncListing[AsyncExecutionRun]:
        """List the executions of a run test by its name, with their eval results.

        Run records for machines: eval scores, counts, latency and cost, no transcripts. Exactly
        one of `run_test_name`, `execution_id` and `call_execution_id` decides what comes back;
        of several, the call wins over the execution and the execution over the name; without
        any the answer is 400. By name, the executions come latest first; runs of the same name
        are merged. By execution, the calls come most recently updated first. Observed: a page
        past the end and any bad `page` are answered with 500; a bad `limit` is taken as 10; a
        parameter it does not know is answered with 400. One result of an eval of type `numeric`
        makes the answer about its execution, and every page of its run test, a 500; the other
        endpoints still answer. Outputs of evals that were deleted from the run test are in
        `eval_outputs` and not in `eval_results`.

        Args:
            run_test_name: Exact name of a run test; its executions come back.
            eval_names: Names of evals, separated by commas; other evals are left out of the answer.
                A name that holds a comma cannot be asked for. Observed, the case matters in
                `eval_results` and does not in `eval_outputs`.
            page_size: Rows a page is asked to have; the server may send fewer.
            prefetch: Pages that are requested at once.
            exact: Read until each row that is there throughout is known to have come, once.

        Raises:
            ConfigurationError: The API does not take this argument. Nothing is sent.
        """

        arguments: A = {
            "run_test_name": run_test_name,
            "eval_names": eval_names,
            "page_size": page_size,
            "prefetch": prefetch,
            "exact": exact,
        }
        return self._list(operations.LIST_EXECUTION_RUNS_METHOD, arguments, AsyncExecutionRun)

    async def get_execution_run(
        self,
        execution_id: str | UUID,
        *,
        eval_names: str | Sequence[str] | None = None,
        summary: bool = False,
        page_size: int = 50,
        prefetch: int = 1,
        exact: bool = False,
    ) -> AsyncExecutionRun:
        """Get one execution with its eval results and its calls.

        Run records for machines: eval scores, counts, latency and cost, no transcripts. Exactly
        one of `run_test_name`, `execution_id` and `call_execution_id` decides what comes back;
        of several, the call wins over the execution and the execution over the name; without
        any the answer is 400. By name, the executions come latest first; runs of the same name
        are merged. By execution, the calls come most recently updated first. Observed: a page
        past the end and any bad `page` are answered with 500; a bad `limit` is taken as 10; a
        parameter it does not know is answered with 400. One result of an eval of type `numeric`
        makes the answer about its execution, and every page of its run test, a 500; the other
        endpoints still answer. Outputs of evals that were deleted from the run test are in
        `eval_outputs` and not in `eval_results`.

        Args:
            execution_id: Id of a test execution; its record with a page of calls comes back.
            eval_names: Names of evals, separated by commas; other evals are left out of the answer.
                A name that holds a comma cannot be asked for. Observed, the case matters in
                `eval_results` and does not in `eval_outputs`.
            summary: Adds the explanation of failures to the record of an execution. Without it,
                false. Observed, the words 1, yes, on, t and y are taken for true in any case, and other
                words are answered with 400.
            page_size: Rows a page is asked to have; the server may send fewer.
            prefetch: Pages that are requested at once.
            exact: Read until each row that is there throughout is known to have come, once.

        Raises:
            ConfigurationError: The API does not take this argument. Nothing is sent.
            APIStatusError: The server answered with an error.
            TransportError: No answer came.
            ContractError: The answer has another form; with `strict`, also where it differs from the spec.
        """

        arguments: A = {
            "execution_id": execution_id,
            "eval_names": eval_names,
            "summary": summary,
            "page_size": page_size,
            "prefetch": prefetch,
            "exact": exact,
        }
        found: AsyncExecutionRun = await self._get(
            operations.GET_EXECUTION_RUN_METHOD, arguments, AsyncExecutionRun
        )
        return found

    async def get_call_run(
        self, call_execution_id: str | UUID, *, eval_names: str | Sequence[str] | None = None
    ) -> models.CallRun:
        """Get one call with its evals, latency and cost.

        Run records for machines: eval scores, counts, latency and cost, no transcripts. Exactly
        one of `run_test_name`, `execution_id` and `call_execution_id` decides what comes back;
        of several, the call wins over the execution and the execution over the name; without
        any the answer is 400. By name, the executions come latest first; runs of the same name
        are merged. By execution, the calls come most recently updated first. Observed: a page
        past the end and any bad `page` are answered with 500; a bad `limit` is taken as 10; a
        parameter it does not know is answered with 400. One result of an eval of type `numeric`
        makes the answer about its execution, and every page of its run test, a 500; the other
        endpoints still answer. Outputs of evals that were deleted from the run test are in
        `eval_outputs` and not in `eval_results`.

        Args:
            call_execution_id: Id of a call execution; its record comes back.
            eval_names: Names of evals, separated by commas; other evals are left out of the answer.
                A name that holds a comma cannot be asked for. Observed, the case matters in
                `eval_results` and does not in `eval_outputs`.

        Raises:
            ConfigurationError: The API does not take this argument. Nothing is sent.
            APIStatusError: The server answered with an error.
            TransportError: No answer came.
            ContractError: The answer has another form; with `strict`, also where it differs from the spec.
        """

        arguments: A = {
            "call_execution_id": call_execution_id,
            "eval_names": eval_names,
        }
        found: models.CallRun = await self._get(operations.GET_CALL_RUN_METHOD, arguments)
        return found


__all__ = [
    "TestExecutionDetail",
    "AsyncTestExecutionDetail",
    "ExecutionRun",
    "AsyncExecutionRun",
    "AsyncMethods",
    "SyncMethods",
]
