"""The content of a report: fetched from the server, and as plain data without layout."""

from __future__ import annotations

import json
import sys
import zlib
from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any, Final

import attrs

from futureagi_simulate.client import Client
from futureagi_simulate.errors import FutureAGIError
from futureagi_simulate.printable import escaped
from futureagi_simulate.records import CallRecord, EvalRecord, ExecutionRecord, execution_record
from futureagi_simulate_cli.failures.collect import Cluster, full_calls, merge, read_clusters, readable
from futureagi_simulate_cli.failures.redact import (
    LEFT_OUT,
    LONG_NUMBER,
    SHORTER_NUMBER,
    Identities,
    Redactor,
    identities_of,
)
from futureagi_simulate_cli.gate import Settings, Verdict
from futureagi_simulate_cli.gate.find import Run, fetch_run, is_finished
from futureagi_simulate_cli.gate.measure import Measure, measure_execution
from futureagi_simulate_cli.gate.settings import points
from futureagi_simulate_cli.gate.wait import evaluate_run

PAGE = 100
PREFETCH = 4


@attrs.frozen
class Material:
    """Everything a report is made of."""

    execution: ExecutionRecord
    verdict: Verdict
    calls: tuple[CallRecord, ...]
    clusters: tuple[Cluster, ...] = ()
    baseline: ExecutionRecord | None = None
    server: str | None = None
    redacted: bool = False
    trend: tuple[tuple[ExecutionRecord, tuple[Measure, ...]], ...] = ()

    def without_names(self) -> Material:
        """Return the same without the customers' names and numbers that the server sent (see `Redactor`).

        Where a call's name is unknown its texts are left out, and so are those of its clusters.
        """
        found = {call.id: identities_of(call) for call in self.calls}
        everything = reduce(or_, found.values(), Identities())
        redactor = Redactor(everything.names, everything.numbers, titles=everything.titles)
        named = {call_id for call_id, identities in found.items() if identities.names}
        calls = tuple(
            redactor.call(call, LONG_NUMBER if found[call.id].numbers else SHORTER_NUMBER)
            if call.id in named
            else redactor.without_texts(call)
            for call in self.calls
        )
        has_texts = len(named) == len(found)
        clusters = tuple(
            redactor.cluster(one, has_texts=bool(one.call_ids) and named >= {*one.call_ids})
            for one in self.clusters
        )
        texts = _Texts(redactor, has_texts=has_texts)
        parts = (self.execution, self.baseline, self.verdict, self.trend)
        texts.apply(parts)  # sentences may quote any of the names, so these come first
        execution, baseline, verdict, trend = texts.apply(parts)
        return attrs.evolve(
            self,
            calls=calls,
            clusters=clusters,
            execution=execution,
            baseline=baseline,
            verdict=verdict,
            trend=trend,
            redacted=True,
        )


_OWN_WORDS: Final = frozenset({"kind", "operator", "verdict", "unit", "settings", "outcome"})
"""Fields of verdicts and comparisons with words and values of the command's own."""
_SENTENCES: Final = frozenset({"sentence", "notes", "actual", "required", "problem", "skipped"})
"""Fields with sentences that quote names beside measured numbers, which stay."""


class _Texts:
    """Redacts verdicts, comparisons and executions, whatever they are made of.

    Long numbers go from names, and from sentences where they quote those names: the measured numbers stay.
    Reasons are left out: one may be of a call of the baseline, whose names are unknown. So are scenarios and
    choices without `has_texts`.
    """

    def __init__(self, redactor: Redactor, *, has_texts: bool) -> None:
        self._redactor = redactor
        self._has_texts = has_texts
        self._names: dict[str, str] = {}

    def apply(self, value: Any, field: str = "") -> Any:
        """Return a value with all its texts redacted; `field` is the name of the field that it is from."""
        if isinstance(value, str) and not isinstance(value, Enum):
            return self._sentence(value) if field in _SENTENCES else self._name(value, field)
        if isinstance(value, Mapping):
            return {self.apply(key, field): self.apply(one, field) for key, one in value.items()}
        if isinstance(value, tuple):
            return tuple(self.apply(one, field) for one in value)
        if isinstance(value, ExecutionRecord):
            for scenario in value.scenarios:
                self._name(scenario, "scenario")
            redacted = self._redactor.execution(value, has_texts=self._has_texts)
            return replace(redacted, evals=self.apply(value.evals) if self._has_texts else ())
        if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **self._fields(value, [one.name for one in fields(value) if one.init]))
        if attrs.has(type(value)):
            return attrs.evolve(value, **self._fields(value, [one.name for one in attrs.fields(type(value))]))
        return value

    def _fields(self, value: Any, names: Iterable[str]) -> dict[str, Any]:
        return {name: self.apply(getattr(value, name), name) for name in names if name not in _OWN_WORDS}

    def _name(self, text: str, field: str) -> str:
        is_left_out = field == "reason" or (field in ("scenario", "choices") and not self._has_texts)
        redacted = LEFT_OUT if is_left_out and text else self._redactor.identifier(text)
        if redacted != text:
            self._names[text] = redacted
        return redacted

    def _sentence(self, text: str) -> str:
        for name in sorted(self._names, key=len, reverse=True):
            text = text.replace(name, self._names[name])
        return self._redactor.text(text, sys.maxsize)


def gather(
    client: Client,
    execution_id: str,
    settings: Settings | None = None,
    *,
    baseline_id: str | None = None,
    run_test_id: str | None = None,
    verdict: Verdict | None = None,
    run: Run | None = None,
    server: str | None = None,
    progress: Callable[[int, int | None], None] | None = None,
) -> Material:
    """Fetch an execution with all its calls, and evaluate it by `settings`.

    `run` is the execution if it was fetched already, `verdict` the one made of it; neither is made again.
    `server` is shown as it is. Calls come from the execution itself or, as a server may leave transcripts out
    there, from the run test
    when `run_test_id` is given. `progress` is called with the number of calls so far and their total.

    Raises:
        FutureAGIError: a request failed, or the server doesn't know one of the ids.

    """
    run = run or fetch_run(client, execution_id, summary=True)
    before = fetch_run(client, baseline_id) if baseline_id else None
    verdict = verdict or evaluate_run(run, settings or Settings(), before)
    execution = verdict.execution
    older: list[tuple[ExecutionRecord, tuple[Measure, ...]]] = []
    if run_test_id is not None:
        execution, older = _history(client, run_test_id, verdict)
    calls: list[CallRecord] = []
    for call in _calls(client, run, run_test_id):
        calls.append(call)
        if progress:
            progress(len(calls), execution.total_calls)
    if execution.total_calls and not calls:
        raise FutureAGIError(
            f"The execution has {execution.total_calls} calls and the server lists none of them.",
            remedy="Ask again later; if it stays so, whoever runs the server needs to know.",
        )
    return Material(
        execution=execution,
        verdict=verdict,
        calls=tuple(calls),
        clusters=read_clusters(run.raw.get("eval_explanation_summary")),
        baseline=execution_record(before) if before else verdict_baseline(verdict),
        server=server,
        trend=tuple(older),
    )


def verdict_baseline(verdict: Verdict) -> ExecutionRecord | None:
    """Return the execution that a verdict compared with."""
    return verdict.comparison.baseline if verdict.comparison else None


TREND: Final = 8
"""Executions of a trend, the one of the report included: each other one is a request."""


def _history(
    client: Client, run_test_id: str, verdict: Verdict
) -> tuple[ExecutionRecord, list[tuple[ExecutionRecord, tuple[Measure, ...]]]]:
    """Return the execution with its agent, and the last ones up to it with their evals, oldest first."""
    execution, settings = verdict.execution, verdict.settings
    found = islice(client.list_test_executions(run_test_id, page_size=PAGE), 2 * PAGE)
    listed = [execution_record(one, run_test_id=run_test_id) for one in found]
    place = next((i for i, one in enumerate(listed) if one.id == execution.id), None)
    if place is None:
        return execution, []
    own = listed[place]
    execution = replace(
        execution, agent_name=own.agent_name, agent_version=own.agent_version, run_test_id=run_test_id
    )
    older = [one for one in listed[place + 1 :] if is_finished(one) and one.id][: TREND - 1]
    trend = [(execution, verdict.measures)]
    for one in older:
        try:
            run = client.get_execution_run(str(one.id), page_size=1)
        except FutureAGIError:
            continue  # its sums can't be had; the report is about another execution
        trend.append((one, measure_execution(execution_record(run), settings.choices)))
    return execution, trend[::-1] if len(trend) > 1 else []


def _calls(client: Client, run: Run, run_test_id: str | None) -> Iterator[CallRecord]:
    """Read the calls of an execution; in full from the run test's, which needn't name their execution."""
    execution_id = run.execution_id
    if run_test_id is None:
        detail = client.get_test_execution(execution_id, page_size=PAGE, prefetch=PREFETCH)
        yield from readable(detail.calls, execution_id)
        return
    calls = list(readable(run.calls, execution_id))
    fuller = full_calls(client, execution_id, run_test_id, {call.id for call in calls}, prefetch=PREFETCH)
    yield from (merge(call, fuller.get(call.id)) for call in calls)


BLOCK: Final = 50
"""Calls whose details are packed together: one block is unpacked when the first of its calls is unfolded."""


@attrs.frozen
class Rate:
    """How many of the calls that an eval judged passed."""

    passed: int = 0
    total: int = 0

    def plus(self, passed: bool) -> Rate:
        """Count one more call."""
        return Rate(self.passed + passed, self.total + 1)

    @property
    def percent(self) -> float | None:
        """Give the share that passed, in percent."""
        return 100 * self.passed / self.total if self.total else None


@attrs.frozen
class Scenarios:
    """The pass rate of each eval (a column) in each scenario (a row)."""

    evals: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Rate, ...]], ...]


def by_scenario(calls: Iterable[CallRecord]) -> Scenarios:
    """Count passes per scenario and eval, for the evals that say passed or failed; worst scenario first."""
    counts: dict[str, dict[str, Rate]] = defaultdict(dict)
    names: dict[str, None] = {}
    for call in calls:
        row = counts[call.scenario or "(no scenario)"]
        for one in call.evals:
            if one.passed is None:
                continue
            name = one.name or one.id
            names.setdefault(name)
            row[name] = row.get(name, Rate()).plus(one.passed)
    rows = [(scenario, tuple(row.get(name, Rate()) for name in names)) for scenario, row in counts.items()]
    return Scenarios(tuple(names), tuple(sorted(rows, key=_worst_first)))


def _worst_first(row: tuple[str, tuple[Rate, ...]]) -> tuple[float, str]:
    passed, total = sum(rate.passed for rate in row[1]), sum(rate.total for rate in row[1])
    return (passed / total if total else 2.0, row[0])


def summary_row(call: CallRecord, failed: Sequence[EvalRecord]) -> list[Any]:
    """Return what the table of calls shows of one call, in the order of its columns."""
    return [
        call.id,
        call.status,
        call.scenario,
        call.started_at.isoformat() if call.started_at else None,
        _finite(call.duration_s),
        _finite(call.overall_score),
        [one.name or one.id for one in failed],
        call.customer_name,
    ]


def detail(call: CallRecord, failing_turns: Sequence[int]) -> dict[str, Any]:
    """Return what unfolding a call shows: summary, evals, the transcript, and which of its turns failed."""
    return {
        "summary": call.summary,
        "ended": call.ended_reason,
        "evals": [_eval(one) for one in call.evals],
        "turns": [[turn.speaker, turn.text, _finite(turn.start_s)] for turn in call.transcript],
        "marked": list(failing_turns),
    }


def _finite(value: float | None) -> float | None:
    """Return a number, None for one that JSON has no form for, or that a browser reads as infinite."""
    return value if value is not None and abs(value) < 1e300 else None


def _eval(one: EvalRecord) -> dict[str, Any]:
    if one.passed is not None:
        result: Any = "passed" if one.passed else "failed"
    elif one.score is not None:
        result = f"{points(one.score)} %"
    else:
        result = ", ".join(one.choices) or one.status or "no result"
    return {"name": one.name or one.id, "result": result, "passed": one.passed, "reason": one.reason}


def pack(details: Sequence[dict[str, Any]]) -> list[str]:
    """Pack details in blocks of `BLOCK`: JSON, deflated, base64."""
    return [
        b64encode(zlib.compress(_json(details[start : start + BLOCK]).encode(), 9)).decode()
        for start in range(0, len(details), BLOCK)
    ]


def _json(value: Any) -> str:
    """Return `value` as JSON that UTF-8 can hold: half a surrogate pair is escaped."""
    return escaped(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def embed(value: Any) -> str:
    """Return `value` as JSON that can stand in a `<script>` element whatever its texts hold."""
    return _json(value).replace("<", "\\u003c")
