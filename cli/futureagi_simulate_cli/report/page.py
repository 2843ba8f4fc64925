"""The layout of a report: one self-contained HTML file in which no text of a call is executed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

import jinja2

from futureagi_simulate.printable import clean
from futureagi_simulate.records import CallRecord, ExecutionRecord
from futureagi_simulate_cli.comparison import Comparison
from futureagi_simulate_cli.comparison.render import COLUMNS as COMPARED
from futureagi_simulate_cli.comparison.render import eval_row, findings, metric_row, summary
from futureagi_simulate_cli.failures.collect import Cluster, Criteria, failed_call
from futureagi_simulate_cli.gate import Outcome
from futureagi_simulate_cli.gate.measure import Measure
from futureagi_simulate_cli.report import charts, content
from futureagi_simulate_cli.report.content import Material

COLUMNS: Final = (
    {"key": "id", "title": "Call", "type": "id"},
    {"key": "status", "title": "Status", "type": "text"},
    {"key": "scenario", "title": "Scenario", "type": "text"},
    {"key": "started", "title": "Started (UTC)", "type": "time"},
    {"key": "duration", "title": "Duration", "type": "number", "unit": " s"},
    {"key": "score", "title": "Score", "type": "number"},
    {"key": "failed", "title": "Failed evals", "type": "list"},
    {"key": "customer", "title": "Customer", "type": "text"},
)
ALWAYS: Final = frozenset({"id", "status", "failed"})
"""Columns that are there even when they are empty: the page filters by them."""

_WORDS: Final = {
    Outcome.READY: ("ready", "Ready to promote"),
    Outcome.BELOW: ("below", "Not ready to promote"),
    Outcome.UNFINISHED: ("unfinished", "Not finished"),
}


def build_page(material: Material, criteria: Criteria | None = None) -> str:
    """Return the report as one HTML document.

    `criteria` say which scores and choices count as failed besides a plain "Failed". The page carries a
    content security policy that allows its own script and style, by hash, and nothing else: no network.
    """
    assets = files("futureagi_simulate_cli.report") / "assets"
    style, script = ((assets / name).read_text("utf-8") for name in ("report.css", "report.js"))
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, finalize=_clean)
    template = environment.from_string((assets / "report.html.jinja").read_text("utf-8"))
    outcome, word = _WORDS[material.verdict.outcome]
    return template.render(
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        outcome=outcome,
        verdict_word=word,
        verdict_sentence=material.verdict.sentence.partition(": ")[2] or material.verdict.sentence,
        checks=material.verdict.checks,
        notes=material.verdict.notes,
        has_limits=any(check.kind == "threshold" for check in material.verdict.checks),
        has_baseline=material.baseline is not None,
        rates_chart=charts.rates(material.verdict),
        eval_rows=list(_eval_rows(material)),
        comparison=_comparison(material.verdict.comparison),
        shares=list(_shares(material.execution)),
        trend=_trend(material),
        scenarios=content.by_scenario(material.calls),
        histograms=[chart for chart in _histograms(material.calls) if chart],
        clusters=_clusters(material.clusters),
        **_heading(material),
        **_calls(material, criteria or Criteria()),
    )


def _clean(value: Any) -> Any:
    """Clean what the template writes as text; values marked as safe are the page's own."""
    return clean(value) if type(value) is str else value


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


def _heading(material: Material) -> dict[str, Any]:
    execution = material.execution
    name = execution.run_test_name or execution.agent_name
    started = f"{execution.started_at:%Y-%m-%d %H:%M} UTC" if execution.started_at else None
    agent = " ".join(filter(None, (execution.agent_name, execution.agent_version)))
    facts = (
        ("Run test", execution.run_test_name or execution.run_test_id),
        ("Agent", agent or None),
        ("Execution", execution.id),
        ("Compared with", material.baseline.id if material.baseline else None),
        ("Status", execution.status),
        ("Started", started),
        ("Calls", execution.total_calls),
        ("Completed", execution.completed_calls),
        ("Failed calls", execution.failed_calls),
        ("Server", material.server),
        ("Settings", material.verdict.settings.source or "no file"),
        ("Redacted", "customers' names and numbers" if material.redacted else None),
    )
    heading = name or f"Execution {execution.id or 'without an id'}"
    return {
        "kicker": "Simulation report",
        "heading": heading,
        "title": f"{_WORDS[material.verdict.outcome][1]} – {heading}",
        "facts": [(label, value) for label, value in facts if value is not None],
        "footer": f"{len(material.calls)} calls. Rates and scores in percent, durations in seconds, UTC.",
    }


def _calls(material: Material, criteria: Criteria) -> dict[str, Any]:
    """Return the table of calls, failed ones first, and which calls are in which cluster."""
    rows, details = [], []
    found = [(call, failed_call(call, criteria)) for call in material.calls]
    judged = [(call, failed.evals if failed else ()) for call, failed in found]
    judged.sort(key=lambda pair: pair[0].status != "failed" and not pair[1])
    places = {call.id: place for place, (call, _) in enumerate(judged)}
    for call, evals in judged:
        rows.append(content.summary_row(call, [one.record for one in evals]))
        turns = sorted({one.turn.index for one in evals if one.turn})
        details.append(content.detail(call, turns))
    shown = [
        index
        for index, column in enumerate(COLUMNS)
        if column["key"] in ALWAYS or any(row[index] is not None for row in rows)
    ]
    table = {
        "columns": [COLUMNS[index] for index in shown],
        "rows": [[row[index] for index in shown] for row in rows],
        "block": content.BLOCK,
        "clusters": [
            [f"{one.eval_name}: {one.name}", sorted({places[i] for i in one.call_ids if i in places})]
            for one in material.clusters
        ],
    }
    return {"rows": content.embed(table), "blocks": content.pack(details)}


def _eval_rows(material: Material) -> Iterator[dict[str, Any]]:
    before = {measure.name: measure for measure in material.verdict.baseline}
    for measure in _with_parts(material.verdict.measures):
        old = before.get(measure.name)
        change = None
        if old and old.value is not None and measure.value is not None:
            change = round(measure.value - old.value, 2)
        yield {
            "name": measure.name,
            "kind": measure.kind,
            "value": _percent(measure.value),
            "counts": _counts(measure),
            "missing": "–" if measure.missing is None else measure.missing.words or "none",
            "interval": "–" if measure.interval is None else "{:.1f} to {:.1f} %".format(*measure.interval),
            "before": _percent(old.value if old else None),
            "change": "–" if change is None else f"{change:+g}",
            "direction": "" if not change else "better" if change > 0 else "worse",
        }


def _with_parts(measures: tuple[Measure, ...]) -> Iterator[Measure]:
    for measure in measures:
        yield measure
        yield from measure.parts


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:g} %"


def _counts(measure: Measure) -> str:
    if measure.total is None:
        return "–"
    return f"{measure.total}" if measure.hits is None else f"{measure.hits} of {measure.total}"


def _comparison(comparison: Comparison | None) -> dict[str, Any] | None:
    """Return the comparison with the baseline as `fi-simulate compare` prints it."""
    if comparison is None:
        return None
    rows = [*map(eval_row, comparison.evals), *map(metric_row, comparison.metrics)]
    verdicts = [*(one.verdict for one in comparison.evals), *(one.verdict for one in comparison.metrics)]
    return {
        "summary": summary(comparison),
        "columns": (*COMPARED, "Verdict"),
        "rows": [(*row, verdict) for row, verdict in zip(rows, verdicts, strict=True)],
        "findings": [found for found in findings(comparison) if found[0] != "no difference shown"],
    }


def _shares(execution: ExecutionRecord) -> Iterator[tuple[str, str]]:
    """Iterate over the evals that answer with choices, each with the shares of its choices."""
    for one in execution.evals:
        for eval_ in one.parts or (one,):
            if eval_.kind == "choices" and eval_.choices:
                ordered = sorted(eval_.choices.items(), key=lambda pair: (-pair[1], pair[0]))
                yield eval_.name or "(no name)", ", ".join(f"{word} {share:g} %" for word, share in ordered)


def _trend(material: Material) -> dict[str, Any] | None:
    """Return the evals of the last executions as rows, oldest first."""
    if not material.trend:
        return None
    names = [measure.name for measure in material.verdict.measures if measure.value is not None]
    rows = []
    for execution, found in material.trend:
        values = {measure.name: measure.value for measure in found}
        start = f"{execution.started_at:%Y-%m-%d %H:%M}" if execution.started_at else "–"
        version = execution.agent_version or "–"
        rows.append(((execution.id or "")[:8], start, version, *(_percent(values.get(n)) for n in names)))
    return {"columns": ("Execution", "Started (UTC)", "Version", *names), "rows": rows}


def _histograms(calls: tuple[CallRecord, ...]) -> Iterator[charts.Chart | None]:
    scores = [call.overall_score for call in calls if call.overall_score is not None]
    durations = [call.duration_s for call in calls if call.duration_s is not None]
    latencies = [call.agent_latency_s for call in calls if call.agent_latency_s is not None]
    yield charts.histogram(scores, "Overall score", "percent")
    yield charts.histogram(durations, "Duration", "seconds")
    yield charts.histogram(latencies, "Agent latency", "seconds")


def _clusters(clusters: tuple[Cluster, ...]) -> list[tuple[str, list[dict[str, str]]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for cluster in clusters:
        count = len(cluster.call_ids)
        entry = {
            "title": cluster.name,
            "text": cluster.description,
            "size": f"{count} call{'s' * (count != 1)}",
        }
        found.setdefault(cluster.eval_name, []).append(entry)
    return list(found.items())
