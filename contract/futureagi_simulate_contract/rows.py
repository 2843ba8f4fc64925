"""Read an item of any listing, whichever description it follows."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]


def row_id(row: Row) -> str:
    """Return the id of an item of any listing."""
    return str(row.get("id") or row.get("call_execution_id") or row.get("execution_id"))


def scenario_name(row: Row) -> str | None:
    """Return the scenario's name of a call, whether `scenario` is an object or a text."""
    scenario = row.get("scenario", row.get("scenario_name"))
    name = scenario.get("name") if isinstance(scenario, dict) else scenario
    return name if isinstance(name, str) else None


def output_of(entry: Row) -> Any:
    """Return what an eval put out, from either form of its entry."""
    return entry.get("value", entry.get("output"))


def passed(output: Any) -> bool | None:
    """Tell whether a Pass/Fail output passed; None for one that is no such output."""
    if isinstance(output, bool):
        return output
    word = output.lower() if isinstance(output, str) else None
    return {"passed": True, "failed": False}.get(word or "")
