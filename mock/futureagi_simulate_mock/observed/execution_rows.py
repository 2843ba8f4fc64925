"""An execution as the run test's listing shows it: words for people rather than what is documented."""

from __future__ import annotations

from typing import Any

from futureagi_simulate_mock.catalogue import Catalogue
from futureagi_simulate_mock.facts import Execution, Tally
from futureagi_simulate_mock.times import iso

Item = dict[str, Any]


def execution_row(execution: Execution, tally: Tally, catalogue: Catalogue) -> Item:
    """Return an execution. Numbers are 0 where nothing is known; times end in +00:00 here, elsewhere in Z."""
    agent = catalogue.agents[catalogue.run_tests[execution.run_test].agent]
    attempted = tally.total - tally.count("pending", "queued")
    connected = tally.count("completed", "analyzing")
    begun = execution.created_at if execution.started_at is None else execution.started_at
    ended = execution.completed_at
    names = [catalogue.scenarios[number].name for number in execution.scenarios]
    return {
        "id": execution.id,
        "status": execution.status.title(),
        "scenarios": ", ".join(names) if names else "No scenarios",
        "start_time": str(iso(begun)).replace("Z", "+00:00"),
        "duration": 0 if ended is None else (ended - begun) // 1000,
        "error_reason": "; ".join(execution.errors) or None,
        "success_rate": _share(tally.count("completed"), tally.total, 1),
        "avg_response_time": round((tally.response_time or 0.0) / 1000, 3),
        "calls": tally.total,
        "calls_attempted": attempted,
        "connected_calls": connected,
        "agent_version": catalogue.versions[execution.version].name,
        "agent_definition": agent.name,
        "calls_connected_percentage": _share(connected, attempted, 2),
        "total_chats": tally.total if agent.channel == "text" else 0,
        "agent_type": _agent_type(agent.channel, execution.number),
        "total_number_of_fagi_agent_turns": 0,
        "source_type": "agent_definition",
    }


def _share(part: int, whole: int, digits: int) -> float:
    return round(100 * part / whole, digits) if whole else 0.0


def _agent_type(channel: str, number: int) -> str:
    """Return voice or text; some of the text ones shout."""
    return "TEXT" if channel == "text" and number % 2 else channel
