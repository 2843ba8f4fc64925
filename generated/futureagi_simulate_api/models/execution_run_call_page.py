# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Model
from .execution_run_call import ExecutionRunCall


@define(kw_only=True)
class ExecutionRunCallPage(Model):
    """One page of the calls of an execution.

    Attributes:
        total_pages: Number of pages.
        current_page: Number of this page, counted from 1.
        count: Number of calls on all pages.
        results: The calls, most recently updated first.
    """

    total_pages: int
    current_page: int
    count: int
    results: list[ExecutionRunCall]
