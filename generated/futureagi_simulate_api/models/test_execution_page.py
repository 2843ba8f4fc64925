# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Absent, Model
from .test_execution import TestExecution


@define(kw_only=True)
class TestExecutionPage(Model):
    """One page of the executions of a run test.

    Attributes:
        count: Number of matching executions on all pages.
        next: URL of the next page; null on the last one.
        previous: URL of the page before; null on the first one.
        results: The executions, latest first.
        total_pages: Number of pages.
        current_page: Number of this page, counted from 1.
    """

    count: int
    next: str | None
    previous: str | None
    results: list[TestExecution]
    total_pages: int | Absent = None
    current_page: int | Absent = None

    def __attrs_pre_init__(self) -> None:
        self.total_pages = self.current_page = None
