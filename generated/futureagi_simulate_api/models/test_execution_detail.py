# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define
from msgspec import Raw

from ..types import Absent, Model
from .agent_type import AgentType
from .column import Column
from .test_execution_status import TestExecutionStatus


@define(kw_only=True)
class TestExecutionDetail(Model):
    """One execution with a page of its calls, or of groups of calls when `row_groups` was given.

    Attributes:
        count: Number of matching calls, or of groups, on all pages.
        next: URL of the next page; null on the last one.
        previous: URL of the page before; null on the first one.
        total_pages: Number of pages.
        current_page: Number of this page, counted from 1.
        results: Calls; with `row_groups` groups, until `group_keys` has as many keys as there
            are columns in it. Observed, `group_keys` changes nothing: with `row_groups` there are
            always groups. Each is left undecoded, for `GroupRow.from_json` or
            `TestExecutionCall.from_json`.
        column_order: The columns of the results grid from left to right, hidden ones too.
        error_messages: What went wrong, one text each; empty when nothing did. Observed,
            filters that failed.
        status: Status of the execution, in lower case.
        provider: Provider of the agent, for instance `vapi`, or `prompt`. Observed, null when
            there is none.
        agent_type: Kind of agent.
    """

    count: int
    next: str | None
    previous: str | None
    total_pages: int
    current_page: int
    results: list[Raw]
    column_order: list[Column]
    error_messages: list[str]
    status: TestExecutionStatus | Absent = None
    provider: str | None = None
    agent_type: AgentType | Absent = None

    def __attrs_pre_init__(self) -> None:
        self.status = self.provider = self.agent_type = None
