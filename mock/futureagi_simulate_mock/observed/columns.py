"""The columns of a test execution's results grid as the server builds them on first sight."""

from __future__ import annotations

from typing import Any, Final

from futureagi_simulate_mock.catalogue import Catalogue
from futureagi_simulate_mock.data.details import scripts
from futureagi_simulate_mock.documented.rows import dataset_columns
from futureagi_simulate_mock.facts import Execution
from futureagi_simulate_mock.ids import make_id
from futureagi_simulate_mock.observed.version_rows import tool_config

Item = dict[str, Any]

_VOICE: Final = (
    ("timestamp", "Timestamp"),
    ("call_details", "Call Details"),
    ("overall_score", "Overall Score"),
    ("ai_interruption_count", "Agent interruption"),
    ("user_interruption_count", "Simulator interruption"),
    ("turn_count", "Turn Count"),
    ("agent_talk_percentage", "Agent Talk (%)"),
    ("latency", "Latency"),
    ("service_provider_call_id", "Provider Call ID"),
)
_TEXT: Final = (
    ("call_details", "Chat Details"),
    ("overall_score", "Overall Score"),
    ("total_tokens", "Total Tokens"),
    ("input_tokens", "Input Tokens"),
    ("output_tokens", "Output Tokens"),
    ("avg_latency_ms", "Average Latency (ms)"),
    ("turn_count", "Turn Count"),
)


def column_order(execution: Execution, catalogue: Catalogue) -> list[Item]:
    """Return the columns: fixed ones by their own words, then datasets', evals' and tools'."""
    agent = catalogue.agents[catalogue.run_tests[execution.run_test].agent]
    fixed = _VOICE if agent.channel == "voice" else _TEXT
    columns: list[Item] = [{"column_name": name, "id": word, "visible": True} for word, name in fixed]
    columns += _dataset_columns(execution, catalogue)
    columns += [
        {
            "id": config.id,
            "column_name": config.name,
            "visible": True,
            "type": "evaluation",
            "eval_config": {
                "output": config.output_type,
                "eval_type_id": "CustomPromptEvaluator",
                "required_keys": ["conversation"],
            },
        }
        for config in catalogue.evals_of(execution.run_test)
    ]
    if agent.channel == "voice":
        columns += [
            {
                "id": make_id("tool-column", execution.run_test, tool),
                "type": "tool_evaluation",
                "visible": True,
                "column_name": f"{tool} #1",
                "eval_config": tool_config(f"{tool} #1"),
            }
            for tool in _tools(execution, catalogue)
        ]
    return columns


def _dataset_columns(execution: Execution, catalogue: Catalogue) -> list[Item]:
    """Return one column for each name, whichever of the scenarios' datasets it comes from."""
    found: dict[str, Item] = {}
    for number in execution.scenarios:
        scenario = catalogue.scenarios[number]
        for dataset, name, _ in dataset_columns(scenario):
            column = found.setdefault(
                name,
                {
                    "column_name": name,
                    "id": name,
                    "visible": True,
                    "data_type": "text",
                    "type": "scenario_dataset_column",
                    "scenario_id": scenario.id,
                    "dataset_id": dataset,
                    "dataset_column_ids": [],
                },
            )
            column["dataset_column_ids"].append(make_id("dataset-column", dataset, name))
    return list(found.values())


def _tools(execution: Execution, catalogue: Catalogue) -> list[str]:
    names = (scripts()[catalogue.scenarios[number].script].tool for number in execution.scenarios)
    return list(dict.fromkeys(names))[:2]
