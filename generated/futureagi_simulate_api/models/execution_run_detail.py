# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Absent, Model
from .eval_result import EvalResult
from .execution_run_call_page import ExecutionRunCallPage
from .explanation_cluster import ExplanationCluster
from .explanation_status import ExplanationStatus
from .test_execution_status import TestExecutionStatus


@define(kw_only=True)
class ExecutionRunDetail(Model):
    """One execution with its eval results and a page of its calls.

    Attributes:
        execution_id: Id of the test execution.
        status: Status of the execution, in lower case.
        started_at: When the execution started.
        completed_at: When the execution ended. Null until then.
        total_calls: Number of calls planned.
        completed_calls: Number of calls that completed.
        failed_calls: Number of calls that failed.
        eval_results: Results by eval template.
        call_results: A page of the calls.
        eval_explanation_summary: Why calls failed, or passed, grouped into clusters by the name
            of the eval; only with `summary=true`. Observed, `{}` or null until it is worked out.
        eval_explanation_summary_status: How far the summary is; only with `summary=true`.
    """

    execution_id: str
    status: TestExecutionStatus
    started_at: str
    completed_at: str | None
    total_calls: int
    completed_calls: int
    failed_calls: int
    eval_results: list[EvalResult]
    call_results: ExecutionRunCallPage
    eval_explanation_summary: dict[str, list[ExplanationCluster]] | None = None
    eval_explanation_summary_status: ExplanationStatus | Absent = None

    def __attrs_pre_init__(self) -> None:
        self.eval_explanation_summary = self.eval_explanation_summary_status = None
