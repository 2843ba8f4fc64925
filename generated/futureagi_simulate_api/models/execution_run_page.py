# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Model
from .execution_run import ExecutionRun


@define(kw_only=True)
class ExecutionRunPage(Model):
    """One page of the executions of a run test.

    Attributes:
        total_pages: Number of pages.
        current_page: Number of this page, counted from 1.
        count: Number of executions on all pages.
        results: The executions, latest first.
    """

    total_pages: int
    current_page: int
    count: int
    results: list[ExecutionRun]
