# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Absent, Model
from .version_call_execution import VersionCallExecution


@define(kw_only=True)
class VersionCallExecutionPage(Model):
    """One page of the completed calls of an agent version.

    Attributes:
        count: Number of completed calls with results on all pages.
        next: URL of the next page; null on the last one.
        previous: URL of the page before; null on the first one.
        results: The calls, most recently updated first.
        total_pages: Number of pages.
        current_page: Number of this page, counted from 1.
    """

    count: int
    next: str | None
    previous: str | None
    results: list[VersionCallExecution]
    total_pages: int | Absent = None
    current_page: int | Absent = None

    def __attrs_pre_init__(self) -> None:
        self.total_pages = self.current_page = None
