"""What the documents say one item looks like."""

from __future__ import annotations

from typing import Any, Final

from futureagi_simulate_mock.catalogue import Catalogue
from futureagi_simulate_mock.facts import Call, EvalConfig, EvalOutput, EvalValue, Execution, Scenario, Tally
from futureagi_simulate_mock.ids import make_id
from futureagi_simulate_mock.times import iso

Item = dict[str, Any]

#: Which of the five documented execution statuses the seven stand for.
STATUS_GROUPS: Final = {
    "PENDING": ("pending",),
    "RUNNING": ("running", "evaluating", "cancelling"),
    "COMPLETED": ("completed",),
    "FAILED": ("failed",),
    "CANCELLED": ("cancelled",),
}
_SHOWN_AS: Final = {status: shown for shown, statuses in STATUS_GROUPS.items() for status in statuses}
_NOT_RUN: Final = {
    "pending": "This eval has not run yet.",
    "skipped": "This eval was skipped.",
    "error": "This eval could not be run.",
}


def call_item(call: Call) -> Item:
    """Return a call as the run test's call listing shows it."""
    details = call.details
    scenario = call.scenario
    latency = details.agent_latency_ms
    return {
        "id": call.id,
        "session_id": details.session_id,
        "status": call.status,
        "duration": call.duration,
        "start_time": iso(call.started_at),
        "transcript": transcript(call),
        "scenario": None if scenario.deleted else {"id": scenario.id, "name": scenario.name},
        "overall_score": call.overall_score,
        "eval_outputs": eval_outputs(call) if call.evals else None,
        "eval_metrics": eval_metrics(call) if call.evals else None,
        "customer_name": details.customer_name,
        "call_summary": details.summary,
        "ended_reason": details.ended_reason,
        "avg_agent_latency": None if latency is None else latency / 1000,
        "scenario_id": None if scenario.deleted else scenario.id,
        "is_snapshot": call.original is not None,
        "rerun_type": call.rerun_type,
        "created_at": iso(call.created_at),
    }


def detail_item(call: Call) -> Item:
    """Return a call as the test execution's details show it."""
    return {
        "id": call.id,
        "status": call.status,
        "duration": call.duration,
        "transcript": transcript(call),
        "overall_score": call.overall_score,
        "eval_outputs": eval_outputs(call),
        "scenario": call.scenario.name,
        "created_at": iso(call.created_at),
    }


def version_item(call: Call) -> Item:
    """Return a call as the agent version's listing shows it."""
    details = call.details
    return {
        "id": call.id,
        "service_provider_call_id": details.provider_call_id,
        "session_id": details.session_id,
        "status": call.status,
        "duration": call.duration,
        "start_time": iso(call.started_at),
        "transcript": transcript(call),
        "scenario": call.scenario.name,
        "overall_score": call.overall_score,
        "eval_outputs": eval_outputs(call),
        "eval_metrics": eval_metrics(call) or None,
        "scenario_columns": scenario_columns(call),
        "customer_name": details.customer_name,
        "call_summary": details.summary,
        "ended_reason": details.ended_reason,
        "created_at": iso(call.created_at),
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


def execution_item(execution: Execution, tally: Tally, catalogue: Catalogue) -> Item:
    """Return an execution as the run test's listing shows it."""
    completed = tally.count("completed")
    processed = completed + tally.count("failed")
    ended = execution.completed_at
    test = catalogue.run_tests[execution.run_test]
    agent = catalogue.agents[test.agent]
    started = execution.started_at
    return {
        "id": execution.id,
        "run_test": test.id,
        "status": _SHOWN_AS[execution.status],
        "started_at": iso(started),
        "completed_at": iso(ended),
        "total_scenarios": len(execution.scenarios),
        "total_calls": tally.total,
        "completed_calls": completed,
        "failed_calls": tally.count("failed"),
        "duration_seconds": None if ended is None or started is None else (ended - started) / 1000,
        "success_rate": round(100 * completed / processed, 2) if processed else None,
        "scenario_ids": [catalogue.scenarios[number].id for number in execution.scenarios],
        "simulator_agent_name": execution.simulator,
        "agent_definition_used_name": None if agent.deleted else agent.name,
        "created_at": iso(execution.created_at),
    }


def transcript(call: Call) -> list[Item]:
    """Return the turns of a call."""
    return [
        {
            "id": turn.id,
            "speaker_role": turn.speaker,
            "content": turn.text,
            "start_time_ms": turn.start_ms,
            "end_time_ms": turn.end_ms,
        }
        for turn in call.details.transcript
    ]


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


def eval_metrics(call: Call) -> Item:
    """Return the outputs by the name of the eval."""
    return {output.config.name: shown(output.config, output.value) for output in call.evals}


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
