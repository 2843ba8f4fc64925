"""A comparison, and what passes only sometimes, as text lines, JSON and Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from futureagi_simulate_cli.comparison.core import Comparison, EvalChange, Flip, MetricChange, ScenarioChange
from futureagi_simulate_cli.comparison.flaky import Cell, Flakiness
from futureagi_simulate_cli.gate.measure import Measure
from futureagi_simulate_cli.gate.render import cell, counts_text, measure_json, value_text
from futureagi_simulate_cli.gate.settings import points
from futureagi_simulate_cli.statistics import Interval

SCHEMA: Final = "futureagi-simulate/compare/1"
FLAKY_SCHEMA: Final = "futureagi-simulate/flaky/1"

COLUMNS: Final = ("Eval", "Baseline", "Candidate", "Points", "95 % interval")


def eval_row(change: EvalChange) -> tuple[str, ...]:
    """Return an eval as a row of the columns `COLUMNS`."""
    return (change.name, *map(_rate, (change.baseline, change.candidate)), *_change(change))


def metric_row(change: MetricChange) -> tuple[str, ...]:
    """Return a metric as a row of the columns `COLUMNS`."""
    means = (
        "-" if one is None else f"{points(one)} {change.unit}" for one in (change.baseline, change.candidate)
    )
    return (change.name, *means, *_change(change))


def _rate(measure: Measure) -> str:
    counts = counts_text(measure)
    return f"{value_text(measure)} ({counts})" if counts else value_text(measure)


def _change(change: EvalChange | MetricChange) -> tuple[str, str]:
    return _signed(change.difference), "-" if change.interval is None else _range(change.interval)


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{value:+.2f}"


def _range(interval: Interval) -> str:
    return f"{interval[0]:.1f} to {interval[1]:.1f}"


def findings(comparison: Comparison) -> Iterator[tuple[str, str]]:
    """Iterate over the verdicts with their sentence: each eval, and the scenarios that changed."""
    for change in comparison.evals:
        yield change.verdict, eval_sentence(change)
        for scenario in change.scenarios:
            if scenario.verdict in ("worse", "better"):
                yield scenario.verdict, scenario_sentence(change, scenario)
    for metric in comparison.metrics:
        if metric.verdict != "no difference shown":
            yield metric.verdict, f"{metric.name} {_signed(metric.difference)} {metric.unit}"
    for side, names in (
        ("baseline", comparison.only_baseline),
        ("candidate", comparison.only_candidate),
    ):
        if names:
            yield f"only in the {side}", ", ".join(names)
    if comparison.not_compared:
        yield (
            "not compared",
            f"{', '.join(comparison.not_compared)} (no rate; --want gives the accepted choices)",
        )


def eval_sentence(change: EvalChange) -> str:
    """Return an eval's numbers: both rates, the difference with its interval, and what could be shown."""
    sentence = f"{change.name}: {_rate(change.baseline)} to {_rate(change.candidate)}"
    if change.difference is not None:
        sentence += f", {_signed(change.difference)} points"
        if change.interval is not None:
            sentence += f" (95 % interval {_range(change.interval)})"
    if change.verdict in ("worse", "better"):
        return sentence
    if change.smallest_drop is None:
        return f"{sentence}, could not have shown any drop"
    return f"{sentence}, could only have shown >= {points(change.smallest_drop)} points"


def scenario_sentence(change: EvalChange, scenario: ScenarioChange) -> str:
    """Return an eval's counts in one scenario."""
    before, after = scenario.baseline, scenario.candidate
    return (
        f"{change.name}, scenario {scenario.scenario}: "
        f"{before.hits}/{before.total} to {after.hits}/{after.total} passed"
    )


def summary(comparison: Comparison) -> str:
    """Return the verdict as a line, with the evals and scenarios that changed."""
    names = {
        verdict: [
            *(one.name for one in comparison.evals if one.verdict == verdict),
            *(
                f"{one.name} in {scenario.scenario}"
                for one in comparison.evals
                if one.verdict not in ("worse", "better")
                for scenario in one.scenarios
                if scenario.verdict == verdict
            ),
        ]
        for verdict in ("worse", "better")
    }
    said = [f"{verdict}: {', '.join(listed)}" for verdict, listed in names.items() if listed]
    if said:
        return "; ".join(said).capitalize()[:1] + "; ".join(said)[1:]
    return "Too few calls to tell" if comparison.verdict == "too few calls to tell" else "No difference shown"


def flip_word(flip: Flip) -> str:
    """Return "fail to pass" or "pass to fail"."""
    return "fail to pass" if flip.passed else "pass to fail"


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Return the comparison as values for `json.dumps`; the shape is versioned in `schema`."""
    return {
        "schema": SCHEMA,
        "verdict": comparison.verdict,
        "worse": comparison.worse,
        "better": comparison.better,
        "exit_code": comparison.exit_code,
        "relevant_drop": comparison.relevant_drop,
        "baseline": _execution(comparison.baseline),
        "candidate": _execution(comparison.candidate),
        "evals": [_eval_json(change) for change in comparison.evals],
        "metrics": [_metric_json(change) for change in comparison.metrics],
        "only_baseline": list(comparison.only_baseline),
        "only_candidate": list(comparison.only_candidate),
        "not_compared": list(comparison.not_compared),
        "notes": list(comparison.notes),
    }


def _execution(record: Any) -> dict[str, Any]:
    return {
        "id": record.id,
        "status": record.status,
        "started_at": record.started_at.isoformat() if record.started_at else None,
        "total_calls": record.total_calls,
        "completed_calls": record.completed_calls,
        "failed_calls": record.failed_calls,
    }


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(value, digits)


def _ends(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [round(end, 2) for end in interval]


def _eval_json(change: EvalChange) -> dict[str, Any]:
    return {
        "name": change.name,
        "id": change.id,
        "measure": change.kind,
        "verdict": change.verdict,
        "baseline": measure_json(change.baseline),
        "candidate": measure_json(change.candidate),
        "difference": _rounded(change.difference),
        "interval_95": _ends(change.interval),
        "p_value": change.p_value,
        "corrected_p": change.corrected_p,
        "smallest_drop": _rounded(change.smallest_drop, 2),
        "compared_calls": list(change.compared_calls),
        "by_scenario": change.by_scenario,
        "scenarios": [
            {
                "scenario": one.scenario,
                "verdict": one.verdict,
                "baseline": {"hits": one.baseline.hits, "total": one.baseline.total},
                "candidate": {"hits": one.candidate.hits, "total": one.candidate.total},
                "p_value": one.p_value,
                "corrected_p": one.corrected_p,
            }
            for one in change.scenarios
        ],
        "flips": [
            {
                "scenario": flip.scenario,
                "from": "fail" if flip.passed else "pass",
                "to": "pass" if flip.passed else "fail",
                "baseline_call": flip.baseline_call,
                "candidate_call": flip.candidate_call,
                "reason": flip.reason,
            }
            for flip in change.flips
        ],
    }


def _metric_json(change: MetricChange) -> dict[str, Any]:
    return {
        "name": change.name,
        "unit": change.unit,
        "verdict": change.verdict,
        "baseline": _rounded(change.baseline),
        "candidate": _rounded(change.candidate),
        "pairs": change.pairs,
        "difference": _rounded(change.difference),
        "interval_95": _ends(change.interval),
        "p_value": change.p_value,
        "corrected_p": change.corrected_p,
    }


def as_markdown(comparison: Comparison) -> str:
    """Write the comparison as Markdown, for a summary or a comment of a CI system."""
    rows = [
        f"## {cell(summary(comparison))}",
        "",
        f"Baseline `{cell(str(comparison.baseline.id))}`, candidate `{cell(str(comparison.candidate.id))}`",
        "",
        *_markdown_table(COLUMNS, [eval_row(one) for one in comparison.evals]),
        "",
        *_markdown_table(("Verdict", ""), list(findings(comparison)), right=False),
    ]
    flips: list[tuple[str, ...]] = [
        (flip_word(flip), one.name, flip.scenario, flip.candidate_call, flip.reason or "")
        for one in comparison.evals
        for flip in one.flips
    ]
    flips.sort(key=lambda row: row[0] != "pass to fail")
    if flips:
        rows += ["", *_markdown_table(("Flip", "Eval", "Scenario", "Call", "Reason"), flips, right=False)]
    if comparison.metrics:
        columns = ("Metric", *COLUMNS[1:3], "Difference", COLUMNS[4])
        rows += ["", *_markdown_table(columns, [metric_row(one) for one in comparison.metrics])]
    rows += [f"\n> {cell(note)}" for note in comparison.notes]
    return "\n".join(rows) + "\n"


def _markdown_table(
    columns: tuple[str, ...], rows: list[tuple[str, ...]], *, right: bool = True
) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"| --- |{(' ---: |' if right else ' --- |') * (len(columns) - 1)}"
    for row in rows:
        yield f"| {' | '.join(map(cell, row))} |"


def flaky_json(found: Flakiness, k: int) -> dict[str, Any]:
    """Return what passes sometimes as values for `json.dumps`; the shape is versioned in `schema`."""
    return {
        "schema": FLAKY_SCHEMA,
        "executions": [_execution(one) for one in found.executions],
        "k": k,
        "cells": [
            {
                "scenario": one.scenario,
                "eval": one.eval,
                "passes": one.passes,
                "passed": one.passed,
                "plays": one.plays,
                "executions": one.executions,
                "interval_95": _ends(one.interval),
                "pass_power_k": _rounded(one.pass_power(k)),
            }
            for one in found.cells
        ],
    }


def flaky_row(one: Cell, k: int) -> tuple[str, ...]:
    """Return a cell as a row: scenario, eval, passes, counts, interval, pass^k."""
    power = one.pass_power(k)
    low, high = one.interval
    return (
        one.scenario,
        one.eval,
        one.passes,
        f"{one.passed}/{one.plays}",
        f"{low:.0f} to {high:.0f} %",
        "-" if power is None else f"{100 * power:.0f} %",
    )
