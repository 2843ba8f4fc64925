"""An eval's output in the server's two forms: as it is stored, and as it is displayed."""

from __future__ import annotations

from typing import Any

from futureagi_simulate_mock.documented.rows import shown
from futureagi_simulate_mock.facts import Call, EvalConfig, EvalOutput, EvalValue
from futureagi_simulate_mock.times import iso

Item = dict[str, Any]


def stored_outputs(call: Call) -> Item:
    """Return the outputs by eval id as they are stored."""
    return {output.config.id: stored(output, call) for output in call.evals}


def stored(output: EvalOutput, call: Call) -> Item:
    """Return one output as it is stored: a pending one has nothing but its status."""
    config = output.config
    if output.status == "pending":
        return {"status": "pending"}
    reason = {"reason": output.reason}
    kind = {"output_type": config.output_type}
    if output.status == "skipped":
        return {"name": config.name, "output": None, **reason, "status": "skipped", "skipped": True, **kind}
    if output.status == "error":
        at = {"timestamp": iso(call.updated_at)}
        return {"name": config.name, "error": "error", "output": None, **reason, **at, **kind}
    return {"name": config.name, "output": stored_value(config, output.value), **reason, **kind}


def stored_value(config: EvalConfig, value: EvalValue) -> object:
    """Return a value as it is stored. Choices come in four forms, by which choices they are."""
    if not isinstance(value, tuple):
        return shown(config, value)
    chosen = list(value)
    if not chosen:
        return []
    if len(chosen) > 1:
        return {"choices": chosen}
    place = config.choices.index(chosen[0]) if chosen[0] in config.choices else 0
    if place % 4 == 1:
        return {"choice": chosen[0]}
    return chosen if place % 4 == 2 else chosen[0]


def displayed_outputs(call: Call) -> Item:
    """Return the outputs by eval id as rows display them; an eval that hasn't run is an empty object."""
    return {output.config.id: _displayed(output) for output in call.evals}


def _displayed(output: EvalOutput) -> Item:
    if output.status == "pending":
        return {}
    value = output.value
    return {
        "value": list(value) if isinstance(value, tuple) else shown(output.config, value),
        "reason": output.reason,
        "type": output.config.output_type,
        "name": output.config.name,
        "error": output.status == "error",
        "status": output.status,
        "skipped": output.status == "skipped",
    }


def displayed_metrics(call: Call, template_type: str | None) -> Item:
    """Return the same with what the results grid needs. `template_type` is null in one endpoint."""
    found: Item = {}
    for output in call.evals:
        shown_as = _displayed(output)
        if shown_as:
            shown_as = {
                "id": output.config.id,
                "name": shown_as["name"],
                "value": shown_as["value"],
                "reason": shown_as["reason"],
                "type": shown_as["type"],
                "template_type": template_type,
                "visible": True,
                "error": shown_as["error"],
                "status": shown_as["status"],
                "skipped": shown_as["skipped"],
                "error_localizer": False,
            }
        found[output.config.id] = shown_as
    return found
