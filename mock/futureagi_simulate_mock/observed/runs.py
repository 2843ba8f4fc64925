"""The runs endpoint of the real server: nearest to its document, with outputs as they are stored."""

from __future__ import annotations

from typing import Any

import attrs

from futureagi_simulate_mock.documented.rows import call_run, run_item
from futureagi_simulate_mock.documented.runs import execution_run, explanation
from futureagi_simulate_mock.facts import Call, Execution
from futureagi_simulate_mock.observed.evals import stored_outputs, stored_value
from futureagi_simulate_mock.reading import Counted, Reader

Item = dict[str, Any]


@attrs.frozen
class Names:
    """The eval names that were asked for; None is all. Results compare them exactly, outputs in any case."""

    exact: frozenset[str] | None
    folded: frozenset[str] | None

    @classmethod
    def read(cls, text: str | None) -> Names:
        """Read names separated by commas; a name that holds one can't be asked for."""
        exact = frozenset(name.strip() for name in (text or "").split(",") if name.strip())
        return cls(exact or None, frozenset(map(str.casefold, exact)) or None)

    def only(self, outputs: Item) -> Item:
        """Keep the outputs of these evals. What is pending has no name and goes."""
        if self.folded is None:
            return outputs
        return {
            key: output for key, output in outputs.items() if output.get("name", "").casefold() in self.folded
        }


def call_result(call: Call, execution_id: str, names: Names) -> Item:
    """Return one call in full."""
    return call_run(call, execution_id) | {"eval_outputs": names.only(stored_outputs(call))}


def call_entry(call: Call, names: Names) -> Item:
    """Return a call as an entry of its execution's results."""
    return run_item(call) | {"eval_outputs": names.only(stored_outputs(call))}


def execution_result(reader: Reader, execution: Execution, names: Names) -> Item:
    """Return an execution with the results of these evals."""
    known = {config.name for config in reader.catalogue.evals_of(execution.run_test)}
    wanted = None if names.exact is None else frozenset(map(str.casefold, names.exact & known))
    item = execution_run(reader, execution, wanted)
    counts = reader.eval_counts(execution.number)
    by_id = {config.id: config for config in reader.catalogue.evals_of(execution.run_test)}
    for result in item["eval_results"]:
        if result["output_type"] != "choices":
            continue
        everything: Counted = []
        for part in result["result"]:
            cells = counts.get(by_id[part["id"]].number, [])
            part["output"] = _shares(reader, part["id"], execution, cells)
            everything += cells
        result["total_choices_avg"] = _shares(reader, result["result"][0]["id"], execution, everything)
    return item


def _shares(reader: Reader, config_id: str, execution: Execution, cells: Counted) -> dict[str, float]:
    """Count choices by the text of what is stored, whatever its form."""
    config = next(one for one in reader.catalogue.evals_of(execution.run_test) if one.id == config_id)
    total = sum(count for _, count in cells)
    shares: dict[str, float] = {}
    for value, count in cells:
        key = str(stored_value(config, value))
        shares[key] = round(shares.get(key, 0.0) + 100 * count / total, 2)
    return shares


def summary(reader: Reader, execution: Execution) -> Item:
    """Return the explanation of failures: null until it is there, its items in one of two forms."""
    found = explanation(reader, execution, None)
    status = found["eval_explanation_summary_status"] or "pending"
    if status != "completed":
        return {"eval_explanation_summary": None, "eval_explanation_summary_status": status}
    clusters = found["eval_explanation_summary"] or {}
    told = {
        name: [item if place % 2 else _as_theme(item) for item in items]
        for place, (name, items) in enumerate(clusters.items())
    }
    return {"eval_explanation_summary": told, "eval_explanation_summary_status": status}


def _as_theme(cluster: Item) -> Item:
    return {
        "kind": "failure",
        "theme": cluster.get("cluster_name"),
        "guidance": cluster.get("description"),
        "call_execution_ids": cluster.get("call_execution_ids", []),
    }
