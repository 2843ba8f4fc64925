"""A verdict as text lines, JSON, Markdown and JUnit XML. Texts of the server are made printable."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import chain, count
from typing import Any, Final

from futureagi_simulate.printable import one_line
from futureagi_simulate_cli.gate.checks import Check, Outcome, Verdict
from futureagi_simulate_cli.gate.measure import Measure
from futureagi_simulate_cli.gate.settings import Settings, percent

SCHEMA: Final = "futureagi-simulate/gate/1"


def flat(measures: tuple[Measure, ...]) -> Iterator[tuple[int, Measure]]:
    """Iterate over measures and their parts, with the depth of each; 0 for one that replaces its template."""
    for measure in measures:
        yield 0, measure
        for part in measure.parts:
            yield int(measure.pooled), part


def value_text(measure: Measure) -> str:
    """Write the number: "80.77 %", or a hyphen where there is none."""
    return "-" if measure.value is None else percent(measure.value)


def counts_text(measure: Measure) -> str:
    """Write the counts: "21/26", "26" for an average, nothing where they are unknown."""
    if measure.total is None:
        return ""
    return str(measure.total) if measure.hits is None else f"{measure.hits}/{measure.total}"


def missing_text(measure: Measure) -> str:
    """Write how many calls have no result: "7", a question mark where that is unknown."""
    if measure.missing is None:
        return ""
    return "?" if measure.missing.count is None else str(measure.missing.count)


def settings_text(settings: Settings) -> str:
    """Name the file that the settings came from."""
    return f"settings: {settings.source or 'no file'}"


def interval_text(measure: Measure) -> str:
    """Write the 95 % interval: "62.1 to 91.5 %"."""
    interval = measure.interval
    return f"{interval[0]:.1f} to {interval[1]:.1f} %" if interval else ""


def results(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Iterate over the checks as PASS or FAIL with their sentence; SKIP for evals without a requirement."""
    for check in verdict.checks:
        yield check.word, check.sentence
    for sentence in verdict.skipped:
        yield "SKIP", sentence


def lines(verdict: Verdict) -> Iterator[str]:
    """Write the verdict for a log: the summary, then one line per check."""
    yield one_line(verdict.sentence)
    for word, sentence in results(verdict):
        yield f"  {word} {one_line(sentence)}"
    for note in verdict.notes:
        yield f"  note {one_line(note)}"
    yield f"  {one_line(settings_text(verdict.settings))}"


def as_json(verdict: Verdict) -> dict[str, Any]:
    """Return the verdict as values for `json.dumps`; the shape is versioned in `schema`."""
    execution = verdict.execution
    return {
        "schema": SCHEMA,
        "ready": verdict.ready,
        "outcome": verdict.outcome.name.lower(),
        "exit_code": verdict.exit_code,
        "sentence": verdict.sentence,
        "execution": {
            "id": execution.id,
            "status": execution.status,
            "total_calls": execution.total_calls,
            "completed_calls": execution.completed_calls,
            "failed_calls": execution.failed_calls,
        },
        "checks": [
            {
                "kind": check.kind,
                "subject": check.subject,
                "result": check.word,
                "passed": check.passed,
                "sentence": check.sentence,
                **_values(check),
            }
            for check in verdict.checks
        ],
        "skipped": list(verdict.skipped),
        "evals": [measure_json(measure) for measure in verdict.measures],
        "baseline": [measure_json(measure) for measure in verdict.baseline],
        "notes": list(verdict.notes),
        "settings": _settings_json(verdict.settings),
    }


def _values(check: Check) -> dict[str, Any]:
    return {
        "required": check.required,
        "operator": check.operator,
        "actual": check.actual,
        "hits": check.hits,
        "total": check.total,
        "interval_95": [round(end, 2) for end in check.interval] if check.interval else None,
    }


def _settings_json(settings: Settings) -> dict[str, Any]:
    return {
        "file": settings.source,
        "min": [str(threshold) for threshold in settings.thresholds],
        "want": {name: list(choices) for name, choices in settings.choices.items()},
        "min_calls": settings.min_calls,
        "max_missing": str(settings.max_missing),
        "max_failed": settings.max_failed,
        "max_drop": settings.max_drop,
        "confident": settings.confident,
        "quarantine": [
            {"scenario": entry.scenario, "eval": entry.eval, "until": str(entry.until)}
            for entry in settings.quarantine
        ],
    }


def measure_json(measure: Measure) -> dict[str, Any]:
    """Return a measure as values for `json.dumps`."""
    interval = measure.interval
    return {
        "id": measure.id,
        "name": measure.name,
        "template": measure.template,
        "measure": measure.kind,
        "percent": measure.value,
        "hits": measure.hits,
        "total": measure.total,
        "interval_95": [round(end, 2) for end in interval] if interval else None,
        "missing": measure.missing.count if measure.missing else None,
        "missing_reasons": dict(measure.missing.reasons) if measure.missing else {},
        "problem": measure.problem,
        "parts": [measure_json(part) for part in measure.parts],
    }


def as_markdown(verdict: Verdict) -> str:
    """Write the verdict as a section of a CI summary."""
    mark = "✅" if verdict.ready else "⏳" if verdict.exit_code == 3 else "❌"
    rows = [
        f"## {mark} {cell(verdict.sentence)}",
        "",
        f"Execution `{cell(str(verdict.execution.id))}`",
        "",
        "| Eval | Measured | Calls | No result | 95 % interval |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for depth, measure in flat(verdict.measures):
        name = f"{'&emsp;' * depth}{cell(measure.label)}"
        numbers = (value_text(measure), counts_text(measure), missing_text(measure), interval_text(measure))
        rows.append(f"| {' | '.join((name, *numbers))} |")
    rows += ["", "| | Check |", "| --- | --- |"]
    rows += [f"| {word} | {cell(sentence)} |" for word, sentence in results(verdict)]
    rows += [f"\n> {cell(note)}" for note in (*verdict.notes, settings_text(verdict.settings))]
    return "\n".join(rows) + "\n"


_ACTIVE: Final = re.compile(r"[\\`*_\[\]|#!@~$]|:(?=//)|(?<=www)\.", re.IGNORECASE)
"""What Markdown or GitHub would interpret, bare addresses included."""


def cell(text: str) -> str:
    """Make text from the server safe inside a table: escape HTML and Markdown."""
    return html.escape(_ACTIVE.sub(r"\\\g<0>", one_line(text)), quote=False)


def as_junit(verdict: Verdict | None) -> bytes:
    """Write the verdict as the bytes of a JUnit XML file, with a test case per check.

    A check that failed is a failure. An execution that is not finished is an error: nothing was evaluated.
    Without a verdict there is one case, an error.
    """
    from junitparser import Error, Failure, JUnitXml, TestCase, TestSuite

    suite = TestSuite(
        "fi-simulate gate" if verdict is None else f"fi-simulate gate {one_line(str(verdict.execution.id))}"
    )

    def add(name: str, sentence: str, result: Any = None) -> None:
        case = TestCase(name, classname="futureagi_simulate_cli.gate", time=0.0)
        if result is None:
            case.system_out = sentence
        else:
            case.result = [result]
        suite.add_testcase(case)

    if verdict is None:
        sentence = "The gate ended without a verdict; its output says why."
        add("verdict", sentence, Error(sentence, "no verdict"))
    else:
        suite.add_property("settings", one_line(verdict.settings.source or "no file"))
        names: set[str] = set()
        for check in verdict.checks:
            sentence = one_line(check.sentence)
            result: Any = None if check.passed else Failure(sentence, "FAIL")
            if verdict.outcome is Outcome.UNFINISHED:
                result = Error(sentence, "unfinished")
            if result is not None:
                result.text = _values_text(check)
            name = _unique(f"{check.kind}: {one_line(check.subject)}", names)
            add(name, f"{check.word} {sentence}\n{_values_text(check)}", result)
        for sentence in verdict.skipped:  # no test case: a CI system would count a skipped test
            suite.add_property("SKIP", one_line(sentence))
    report: Any = JUnitXml("fi-simulate gate")
    report.add_testsuite(suite)
    report.update_statistics()
    return bytes(report.tostring())


def _values_text(check: Check) -> str:
    """Write the values of a check, one a line."""
    return "\n".join(
        f"{name}: {one_line(str(value))}" for name, value in _values(check).items() if value is not None
    )


def _unique(name: str, names: set[str]) -> str:
    """Return a name, numbered if it is in use: a CI system may keep only one of two equal names."""
    numbered = (f"{name} ({number})" for number in count(2))
    found = next(each for each in chain([name], numbered) if each not in names)
    names.add(found)
    return found
