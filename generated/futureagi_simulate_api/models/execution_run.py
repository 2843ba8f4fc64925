# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Model
from .eval_result import EvalResult
from .test_execution_status import TestExecutionStatus


@define(kw_only=True)
class ExecutionRun(Model):
    """One execution with its eval results.

    Attributes:
        execution_id: Id of the test execution.
        status: Status of the execution, in lower case.
        started_at: When the execution started.
        completed_at: When the execution ended. Null until then.
        total_calls: Number of calls planned.
        completed_calls: Number of calls that completed.
        failed_calls: Number of calls that failed.
        eval_results: Results by eval template.
    """

    execution_id: str
    status: TestExecutionStatus
    started_at: str
    completed_at: str | None
    total_calls: int
    completed_calls: int
    failed_calls: int
    eval_results: list[EvalResult]
