# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import UNSET, Model, UnsetType


@define(kw_only=True)
class TestExecution(Model):
    """One execution of a run test, as the listing shows it. The two descriptions share three
    fields only.

    Attributes:
        id: Id of the test execution.
        status: Status of the execution, documented in upper case, observed in title case.
        success_rate: Share of the calls that succeeded, in percent (0 to 100). Documented as
            null before any call was processed; observed, 0 then.
        run_test: Id of the run test.
        started_at: When the execution started. Null before that.
        completed_at: When the execution ended. Null before that.
        total_scenarios: Number of scenarios played.
        total_calls: Number of calls planned over all scenarios.
        completed_calls: Number of calls that completed.
        failed_calls: Number of calls that failed.
        duration_seconds: Time from start to end in seconds. Null until the execution has ended.
        scenario_ids: Ids of the scenarios played.
        simulator_agent_name: Name of the agent that played the customer. Null for the default
            one.
        agent_definition_used_name: Name of the agent under test. Null when it was deleted.
        created_at: When the execution was created.
        scenarios: Names of the scenarios, joined by a comma and a space; `No scenarios` when
            there is none.
        start_time: When the execution started, with the offset `+00:00` rather than `Z`.
        duration: Time from start to end in seconds. 0 until the execution has ended.
        error_reason: Why the execution failed. Null when it did not.
        avg_response_time: Mean response time of the agent in seconds. 0 when unknown.
        calls: Number of calls planned.
        calls_attempted: Number of calls that were started.
        connected_calls: Number of calls that were answered.
        calls_connected_percentage: Share of the attempted calls that were answered, in percent
            (0 to 100).
        agent_version: Name of the agent version, for instance `v2`; `N/A` for a prompt.
        agent_definition: Name of the agent under test.
        total_chats: Number of text conversations. 0 for a voice agent.
        agent_type: Kind of agent. Text is spelled in two ways.
        total_number_of_fagi_agent_turns: Number of turns that the simulated customer took in
            text conversations.
        source_type: What was tested, for instance `agent_definition`.
    """

    id: str
    status: str
    success_rate: float | None
    run_test: str | UnsetType = UNSET
    started_at: str | None | UnsetType = UNSET
    completed_at: str | None | UnsetType = UNSET
    total_scenarios: int | UnsetType = UNSET
    total_calls: int | UnsetType = UNSET
    completed_calls: int | UnsetType = UNSET
    failed_calls: int | UnsetType = UNSET
    duration_seconds: float | None | UnsetType = UNSET
    scenario_ids: list[str] | UnsetType = UNSET
    simulator_agent_name: str | None | UnsetType = UNSET
    agent_definition_used_name: str | None | UnsetType = UNSET
    created_at: str | UnsetType = UNSET
    scenarios: str | UnsetType = UNSET
    start_time: str | UnsetType = UNSET
    duration: float | UnsetType = UNSET
    error_reason: str | None | UnsetType = UNSET
    avg_response_time: float | UnsetType = UNSET
    calls: int | UnsetType = UNSET
    calls_attempted: int | UnsetType = UNSET
    connected_calls: int | UnsetType = UNSET
    calls_connected_percentage: float | UnsetType = UNSET
    agent_version: str | UnsetType = UNSET
    agent_definition: str | UnsetType = UNSET
    total_chats: int | UnsetType = UNSET
    agent_type: str | UnsetType = UNSET
    total_number_of_fagi_agent_turns: int | UnsetType = UNSET
    source_type: str | UnsetType = UNSET

    def __attrs_pre_init__(self) -> None:
        self.run_test = self.started_at = self.completed_at = UNSET
        self.total_scenarios = self.total_calls = self.completed_calls = UNSET
        self.failed_calls = self.duration_seconds = self.scenario_ids = UNSET
        self.simulator_agent_name = self.agent_definition_used_name = self.created_at = UNSET
        self.scenarios = self.start_time = self.duration = UNSET
        self.error_reason = self.avg_response_time = self.calls = UNSET
        self.calls_attempted = self.connected_calls = self.calls_connected_percentage = UNSET
        self.agent_version = self.agent_definition = self.total_chats = UNSET
        self.agent_type = self.total_number_of_fagi_agent_turns = self.source_type = UNSET
