"""Rows that both profiles share: datasets, eval outputs, and the runs endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from math import fsum
from typing import Any, Final

from futureagi_simulate_mock.ids import make_id
from futureagi_simulate_mock.models import (
    Call,
    CallRow,
    EvalConfig,
    EvalOutput,
    EvalValue,
    Execution,
    Scenario,
    iso,
)
from futureagi_simulate_mock.store import Counted, Reader

Item = dict[str, Any]

_NOT_RUN: Final = {
    "pending": "This eval has not run yet.",
    "skipped": "This eval was skipped.",
    "error": "This eval could not be run.",
}


def run_item(call: Call) -> Item:
    """Return a call as an execution's run record lists it."""
    return {
        "call_execution_id": call.id,
        "scenario_id": call.scenario.id,
        "scenario_name": call.scenario.name,
        "status": call.status,
        "duration_seconds": call.duration,
        "eval_outputs": eval_outputs(call),
    }


def call_run(call: Call, execution_id: str) -> Item:
    """Return the full run record of one call."""
    item = run_item(call)
    outputs = item.pop("eval_outputs")
    lasted = item.pop("duration_seconds")
    total, stt, llm, tts = call.details.costs or (None, None, None, None)
    return {
        "call_execution_id": item.pop("call_execution_id"),
        "execution_id": execution_id,
        **item,
        "started_at": iso(call.started_at),
        "completed_at": iso(call.updated_at) if call.settled else None,
        "duration_seconds": lasted,
        "ended_reason": call.details.ended_reason,
        "call_summary": call.details.summary,
        "eval_outputs": outputs,
        "latency": {
            "avg_agent_latency_ms": call.details.agent_latency_ms,
            "response_time_ms": call.response_time,
        },
        "cost": {
            "total_cost_cents": total,
            "stt_cost_cents": stt,
            "llm_cost_cents": llm,
            "tts_cost_cents": tts,
        },
    }


def eval_outputs(call: Call) -> Item:
    """Return what each eval says, by the id of its configuration; without an output the reason says why."""
    return {output.config.id: _output(output) for output in call.evals}


def _output(output: EvalOutput) -> Item:
    return {
        "name": output.config.name,
        "output": shown(output.config, output.value),
        "output_type": output.config.output_type,
        "reason": output.reason or _NOT_RUN.get(output.status, ""),
    }


def shown(config: EvalConfig, value: EvalValue) -> EvalValue | str:
    """Return an output as it is written: Pass/Fail as a word or a boolean, by the eval's configuration."""
    if isinstance(value, bool) and config.form == "word":
        return "Passed" if value else "Failed"
    return value


def scenario_columns(call: Call) -> Item:
    """Return the scenario's dataset row that this call was made from; empty without a dataset."""
    return {
        name: {
            "value": call.details.persona if name == "persona" else f"{text}",
            "visible": True,
            "dataset_column_id": make_id("dataset-column", dataset, name),
            "dataset_id": dataset,
            "column_name": name,
            "data_type": "text",
        }
        for dataset, name, text in dataset_columns(call.scenario)
    }


def dataset_columns(scenario: Scenario) -> list[tuple[str, str, str]]:
    """Return (dataset id, column name, text) for each column of a scenario's dataset."""
    from futureagi_simulate_mock.data.details import scripts

    if scenario.dataset_id is None:
        return []
    script = scripts()[scenario.script]
    pairs = (("persona", script.mood), ("situation", script.situation), ("outcome", script.outcome))
    return [(scenario.dataset_id, name, text) for name, text in pairs]


_PERCENTILES: Final = (5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 100)
_CAUSES: Final = {
    "conversation_coherence": (
        "Contradicts what was said",
        "The agent repeats facts of the call in another form.",
    ),
    "conversation_resolution": ("Gives up early", "The agent ends the call without a solution."),
    "task_completion": ("Task not done", "The agent says that it can't do what it is there for."),
    "customer_tone": ("Upset customers", "Customers get angry before the agent comes to the point."),
}
_MOST_EXAMPLES: Final = 20


def execution_run(reader: Reader, execution: Execution, names: frozenset[str] | None) -> Item:
    """Return the run record of an execution, with the results of the evals of these `names` (None: all)."""
    tally = reader.tally(execution.number)
    return {
        "execution_id": execution.id,
        "status": execution.status,
        "started_at": iso(execution.created_at if execution.started_at is None else execution.started_at),
        "completed_at": iso(execution.completed_at),
        "total_calls": tally.total,
        "completed_calls": tally.count("completed"),
        "failed_calls": tally.count("failed"),
        "eval_results": eval_results(reader, execution, names),
    }


def eval_results(reader: Reader, execution: Execution, names: frozenset[str] | None) -> list[Item]:
    """Return the results by eval template, each with its configurations."""
    counts = reader.eval_counts(execution.number)
    templates: dict[str, list[EvalConfig]] = {}
    for config in reader.catalogue.evals_of(execution.run_test):
        if names is None or config.name.casefold() in names:
            templates.setdefault(config.template_id, []).append(config)
    return [_template(configs, counts) for configs in templates.values()]


def _template(configs: list[EvalConfig], counts: dict[int, Counted]) -> Item:
    first = configs[0]
    cells: Counted = [cell for config in configs for cell in counts.get(config.number, [])]
    item = {
        "name": first.template_name,
        "id": first.template_id,
        "output_type": first.output_type,
        "result": [_part(config, counts.get(config.number, [])) for config in configs],
    }
    if first.output_type == "Pass/Fail":
        return item | {"total_pass_rate": _pass_rate(cells)}
    if first.output_type == "score":
        return item | {"total_avg": _mean(cells)}
    return item | {"total_choices_avg": _shares(cells)}


def _part(config: EvalConfig, cells: Counted) -> Item:
    total = sum(count for _, count in cells)
    item: Item = {"name": config.name, "id": config.id, "total_cells": total, "output": {}}
    if not total:
        return item
    if config.output_type == "Pass/Fail":
        passed = sum(count for value, count in cells if value)
        rate = _pass_rate(cells)
        item["output"] = {
            "pass": rate,
            "fail": round(100 - rate, 2),
            "pass_count": passed,
            "fail_count": total - passed,
        }
    elif config.output_type == "score":
        scores = sorted(float(value) for value, count in cells for _ in range(count))  # type: ignore[arg-type]
        item["output"] = {f"p{at}": _percentile(scores, at) for at in _PERCENTILES}
        item["avg_score"] = _mean(cells)
    else:
        item["output"] = _shares(cells)
    return item


def _pass_rate(cells: Counted) -> float:
    total = sum(count for _, count in cells)
    return round(100 * sum(count for value, count in cells if value) / total, 2) if total else 0.0


def _mean(cells: Counted) -> float:
    total = sum(count for _, count in cells)
    scored = fsum(value * count for value, count in cells if isinstance(value, float))
    return round(100 * scored / total, 2) if total else 0.0


def _shares(cells: Counted) -> dict[str, float]:
    """Return each choice's share of the outputs that hold it; together they can exceed 100."""
    total = sum(count for _, count in cells)
    counts: dict[str, int] = {}
    for value, count in cells:
        for word in value if isinstance(value, tuple) else ():
            counts[word] = counts.get(word, 0) + count
    return {word: round(100 * count / total, 2) for word, count in sorted(counts.items())}


def _percentile(scores: list[float], at: int) -> float:
    """Interpolate linearly between the two nearest scores, in percent."""
    position = (len(scores) - 1) * at / 100
    low = int(position)
    high = min(low + 1, len(scores) - 1)
    return round(100 * (scores[low] + (scores[high] - scores[low]) * (position - low)), 2)


def explanation(reader: Reader, execution: Execution, names: frozenset[str] | None) -> Item:
    """Return why calls failed, or how far the search for it is; pending if it wasn't requested."""
    status = execution.summary_status or "pending"
    summary: dict[str, Any] | None = execution.summary
    if summary is None:
        summary = _clusters(reader, execution, names) if status == "completed" else {}
    return {"eval_explanation_summary": summary, "eval_explanation_summary_status": status}


def _clusters(reader: Reader, execution: Execution, names: frozenset[str] | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for config in reader.catalogue.evals_of(execution.run_test):
        if config.output_type == "choices" or (names is not None and config.name.casefold() not in names):
            continue
        calls = list(islice(_failed_calls(reader, execution, config), _MOST_EXAMPLES))
        cause, description = _CAUSES.get(
            config.template_name, ("Other causes", "These calls failed this eval.")
        )
        cluster = {
            "cluster_name": cause,
            "call_execution_ids": [call.id for call in calls],
            "description": description,
        }
        found[config.name] = [cluster] if calls else []
    return found


def _failed_calls(reader: Reader, execution: Execution, config: EvalConfig) -> Iterator[CallRow]:
    """Yield the calls that failed an eval or scored below one half, last update first."""
    for call in reader.store.shown_calls_of("execution", execution.number):
        for output in call.evals if call.settled else ():
            value = output.value
            if output.config == config.number and isinstance(value, (bool, float)) and value < 0.5:
                yield call
