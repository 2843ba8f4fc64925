"""What the reference pages of the five endpoints name, as bare facts: the contract has to hold each of them.

A field's path: `results[].id` is the `id` of each item of `results`, `{}` stands for any key of a map.
Its types: JSON's own words, with `?` for one that can be null.
"""

from __future__ import annotations

from typing import Final

import attrs


@attrs.frozen
class Page:
    """One reference page: its parameters, the fields of its response, and its errors."""

    path: str
    parameters: dict[str, str]
    fields: dict[str, str]
    errors: tuple[int, ...]


_LISTING: Final = {"count": "integer", "next": "string?", "previous": "string?", "results": "array"}
_PAGED: Final = {"limit": "integer", "page": "integer"}
_RUN_CALL: Final = {"name": "string", "output": "any", "output_type": "string"}
_EXECUTION: Final = {
    "execution_id": "string",
    "status": "string",
    "started_at": "string",
    "completed_at": "string",
    "total_calls": "integer",
    "completed_calls": "integer",
    "failed_calls": "integer",
    "eval_results": "array",
}
_PAGE_NUMBERS: Final = {
    "total_pages": "integer",
    "current_page": "integer",
    "count": "integer",
    "results": "array",
}


def _under(prefix: str, fields: dict[str, str]) -> dict[str, str]:
    return {f"{prefix}{name}": types for name, types in fields.items()}


PAGES: Final = {
    "listCallExecutions": Page(
        "/simulate/run-tests/{run_test_id}/call-executions/",
        {"run_test_id": "uuid", "search": "string", "status": "string", **_PAGED},
        _LISTING
        | _under(
            "results[].",
            {
                "id": "string",
                "session_id": "string?",
                "status": "string",
                "duration": "number?",
                "start_time": "string?",
                "transcript": "array",
                "scenario": "object?",
                "scenario.id": "string",
                "scenario.name": "string",
                "overall_score": "number?",
                "eval_outputs": "object?",
                "eval_metrics": "object?",
                "customer_name": "string?",
                "call_summary": "string?",
                "ended_reason": "string?",
                "avg_agent_latency": "number?",
                "scenario_id": "string?",
                "is_snapshot": "boolean",
                "rerun_type": "string?",
                "created_at": "string",
            },
        ),
        (401, 404, 500),
    ),
    "listTestExecutions": Page(
        "/simulate/run-tests/{run_test_id}/executions/",
        {"run_test_id": "uuid", "search": "string", "status": "string", **_PAGED},
        _LISTING
        | _under(
            "results[].",
            {
                "id": "string",
                "run_test": "string",
                "status": "string",
                "started_at": "string?",
                "completed_at": "string?",
                "total_scenarios": "integer",
                "total_calls": "integer",
                "completed_calls": "integer",
                "failed_calls": "integer",
                "duration_seconds": "number?",
                "success_rate": "number?",
                "scenario_ids": "array",
                "scenario_ids[]": "string",
                "simulator_agent_name": "string?",
                "agent_definition_used_name": "string?",
                "created_at": "string",
            },
        ),
        (401, 404, 500),
    ),
    "getTestExecution": Page(
        "/simulate/test-executions/{test_execution_id}/",
        {
            "test_execution_id": "uuid",
            "search": "string",
            **_PAGED,
            "filters": "string",
            "row_groups": "string",
            "group_keys": "string",
        },
        _LISTING
        | {"total_pages": "integer", "current_page": "integer"}
        | _under(
            "results[].",
            {
                "id": "string",
                "status": "string",
                "duration": "number",
                "transcript": "array",
                "overall_score": "number",
                "eval_outputs": "object",
                "scenario": "string",
                "created_at": "string",
            },
        )
        | {"column_order": "array"}
        | _under(
            "column_order[].",
            {
                "id": "string",
                "column_name": "string",
                "visible": "boolean",
                "data_type": "string",
                "type": "string",
                "scenario_id": "string?",
                "dataset_id": "string",
                "eval_config": "object?",
            },
        )
        | {
            "status": "string",
            "error_messages": "array",
            "error_messages[]": "string",
            "provider": "string",
            "agent_type": "string",
        },
        (401, 404, 500),
    ),
    "listVersionCallExecutions": Page(
        "/simulate/agent-definitions/{agent_id}/versions/{version_id}/call-executions/",
        {"agent_id": "uuid", "version_id": "uuid", **_PAGED},
        _LISTING
        | _under(
            "results[].",
            {
                "id": "string",
                "service_provider_call_id": "string?",
                "session_id": "string?",
                "status": "string",
                "duration": "number?",
                "start_time": "string",
                "transcript": "array",
                "scenario": "string",
                "overall_score": "number?",
                "eval_outputs": "object",
                "eval_metrics": "object?",
                "scenario_columns": "object",
                "customer_name": "string?",
                "call_summary": "string?",
                "ended_reason": "string?",
                "created_at": "string",
            },
        ),
        (401, 404, 500),
    ),
    "getSimulationRuns": Page(
        "/sdk/api/v1/simulation/runs/",
        {
            "run_test_name": "string",
            "execution_id": "uuid",
            "call_execution_id": "uuid",
            "eval_name": "string",
            "summary": "boolean",
            **_PAGED,
        },
        {},  # three forms: see RUNS
        (400, 404, 500),
    ),
}

# The runs page shows examples rather than types: what it shows has to be allowed.
RUNS: Final = {
    "RunsByCall": {"status": "boolean", "result": "object"}
    | _under(
        "result.",
        {
            "call_execution_id": "string",
            "execution_id": "string",
            "scenario_id": "string",
            "scenario_name": "string",
            "status": "string",
            "started_at": "string",
            "completed_at": "string",
            "duration_seconds": "integer",
            "ended_reason": "string",
            "call_summary": "string",
            "eval_outputs": "object",
            **_under("eval_outputs.{}.", {**_RUN_CALL, "reason": "string"}),
            "latency": "object",
            "latency.avg_agent_latency_ms": "integer",
            "latency.response_time_ms": "null",
            "cost": "object",
            "cost.total_cost_cents": "integer",
            "cost.stt_cost_cents": "integer",
            "cost.llm_cost_cents": "integer",
            "cost.tts_cost_cents": "integer",
        },
    ),
    "RunsByExecution": {"status": "boolean", "result": "object"}
    | _under(
        "result.",
        {
            **_EXECUTION,
            **_under(
                "eval_results[].",
                {
                    "name": "string",
                    "id": "string",
                    "output_type": "string",
                    "total_pass_rate": "number",
                    "result": "array",
                    **_under(
                        "result[].",
                        {
                            "name": "string",
                            "id": "string",
                            "total_cells": "integer",
                            "output": "object",
                            "output.pass": "number",
                            "output.fail": "number",
                            "output.pass_count": "integer",
                            "output.fail_count": "integer",
                        },
                    ),
                },
            ),
            "call_results": "object",
            **_under("call_results.", _PAGE_NUMBERS),
            **_under(
                "call_results.results[].",
                {
                    "call_execution_id": "string",
                    "scenario_id": "string",
                    "scenario_name": "string",
                    "status": "string",
                    "duration_seconds": "integer",
                    "eval_outputs": "object",
                    **_under("eval_outputs.{}.", _RUN_CALL),
                },
            ),
            "eval_explanation_summary": "object",
            "eval_explanation_summary.{}": "array",
            "eval_explanation_summary.{}[].cluster_name": "string",
            "eval_explanation_summary.{}[].call_execution_ids": "array",
            "eval_explanation_summary.{}[].call_execution_ids[]": "string",
            "eval_explanation_summary.{}[].description": "string",
            "eval_explanation_summary_status": "string",
        },
    ),
    "RunsByName": {"status": "boolean", "result": "object"}
    | _under("result.", _PAGE_NUMBERS)
    | _under("result.results[].", _EXECUTION),
}

# Words that the pages list, and where the contract keeps them.
WORDS: Final = {
    "CallStatus": ("pending", "queued", "ongoing", "completed", "failed", "analyzing", "cancelled"),
    "TestExecutionStatusFilter": ("PENDING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED"),
    "TestExecutionStatus": (
        "pending", "running", "completed", "failed", "cancelled", "cancelling", "evaluating",
    ),
    "ColumnType": ("scenario_dataset_column", "evaluation", "tool_evaluation"),
    "AgentType": ("voice", "text"),
    "FilterColumn": (
        "status", "timestamp", "call_execution_id", "overall_score", "response_time", "call_type", "scenario",
    ),
    "FilterType": ("text", "number", "datetime", "boolean", "list"),
    "FilterOperator": (
        "equals", "not_equals", "contains", "not_contains", "greater_than", "less_than",
        "greater_than_or_equal", "less_than_or_equal", "between", "not_in_between", "in",
    ),
}  # fmt: skip

# (operation, parameter): what the pages say that leaving it out means.
DEFAULTS: Final = {
    ("listCallExecutions", "limit"): 10,
    ("listTestExecutions", "limit"): 10,
    ("getTestExecution", "limit"): 30,
    ("listVersionCallExecutions", "limit"): 10,
    ("getSimulationRuns", "limit"): 10,
    ("listCallExecutions", "page"): 1,
    ("listTestExecutions", "page"): 1,
    ("getTestExecution", "page"): 1,
    ("listVersionCallExecutions", "page"): 1,
    ("getSimulationRuns", "page"): 1,
    ("getSimulationRuns", "summary"): False,
}

# What the pages say by example or in passing, and where: (schema, field, words of its description).
SAID: Final = (
    ("CallExecution", "ended_reason", ("`completed`", "`timeout`", "`error`")),
    ("VersionCallExecutionPage", "count", ("completed calls with results",)),
    ("VersionCallExecution", "status", ("`completed`",)),
    ("TestExecutionDetail", "provider", ("`vapi`", "`prompt`")),
)
