# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Absent, Model


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
    run_test: str | Absent = None
    started_at: str | None = None
    completed_at: str | None = None
    total_scenarios: int | Absent = None
    total_calls: int | Absent = None
    completed_calls: int | Absent = None
    failed_calls: int | Absent = None
    duration_seconds: float | None = None
    scenario_ids: list[str] | Absent = None
    simulator_agent_name: str | None = None
    agent_definition_used_name: str | None = None
    created_at: str | Absent = None
    scenarios: str | Absent = None
    start_time: str | Absent = None
    duration: float | Absent = None
    error_reason: str | None = None
    avg_response_time: float | Absent = None
    calls: int | Absent = None
    calls_attempted: int | Absent = None
    connected_calls: int | Absent = None
    calls_connected_percentage: float | Absent = None
    agent_version: str | Absent = None
    agent_definition: str | Absent = None
    total_chats: int | Absent = None
    agent_type: str | Absent = None
    total_number_of_fagi_agent_turns: int | Absent = None
    source_type: str | Absent = None

    def __attrs_pre_init__(self) -> None:
        self.run_test = self.started_at = self.completed_at = None
        self.total_scenarios = self.total_calls = self.completed_calls = None
        self.failed_calls = self.duration_seconds = self.scenario_ids = None
        self.simulator_agent_name = self.agent_definition_used_name = self.created_at = None
        self.scenarios = self.start_time = self.duration = None
        self.error_reason = self.avg_response_time = self.calls = None
        self.calls_attempted = self.connected_calls = self.calls_connected_percentage = None
        self.agent_version = self.agent_definition = self.total_chats = None
        self.agent_type = self.total_number_of_fagi_agent_turns = self.source_type = None
