"""The columns of a test execution's results grid."""

from __future__ import annotations

from futureagi_simulate_mock.catalogue import Catalogue
from futureagi_simulate_mock.documented.rows import Item, dataset_columns
from futureagi_simulate_mock.facts import EvalConfig, Execution
from futureagi_simulate_mock.ids import make_id


def column_order(execution: Execution, catalogue: Catalogue) -> list[Item]:
    """Return the columns: those of the scenarios' datasets, the evals, and the tool that is checked."""
    columns: list[Item] = []
    for number in execution.scenarios:
        scenario = catalogue.scenarios[number]
        for dataset, name, _ in dataset_columns(scenario):
            uuid = make_id("dataset-column", dataset, name)
            columns.append(_column(uuid, name, "text", "scenario_dataset_column", scenario.id, dataset, None))
    own = make_id("dataset", execution.run_test)
    for config in catalogue.evals_of(execution.run_test):
        kind = {"Pass/Fail": "boolean", "score": "float", "choices": "array"}.get(config.output_type, "text")
        columns.append(_column(config.id, config.name, kind, "evaluation", None, own, _eval_config(config)))
    tool = {"name": "Tool calls", "tool_name": "lookup", "tool_index": 1, "eval_type_id": "ToolCallEvaluator"}
    uuid = make_id("tool-column", execution.run_test)
    columns.append(_column(uuid, "Tool calls", "boolean", "tool_evaluation", None, own, tool, visible=False))
    return columns


def _column(
    uuid: str, name: str, data_type: str, kind: str, scenario: str | None, dataset: str, config: Item | None,
    *, visible: bool = True,
) -> Item:  # fmt: skip
    return {
        "id": uuid,
        "column_name": name,
        "visible": visible,
        "data_type": data_type,
        "type": kind,
        "scenario_id": scenario,
        "dataset_id": dataset,
        "eval_config": config,
    }


def _eval_config(config: EvalConfig) -> Item:
    return {
        "output": config.output_type,
        "eval_type_id": "CustomPromptEvaluator",
        "required_keys": ["conversation"],
    }
