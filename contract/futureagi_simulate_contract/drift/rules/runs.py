"""The runs endpoint: which id wins, how evals are named, what `summary` takes, what a name finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from futureagi_simulate_contract.drift.finding import Severity, Sighting
from futureagi_simulate_contract.drift.log import Log
from futureagi_simulate_contract.drift.rule import Rules
from futureagi_simulate_contract.exchange import Endpoint, Exchange
from futureagi_simulate_contract.kinds import Kind

RULES: Final = Rules()
_RUNS: Final = Endpoint.RUNS


def _result(exchange: Exchange) -> dict[str, Any]:
    result = exchange.answer.object.get("result")
    return result if isinstance(result, dict) else {}


@RULES.add(
    "eval-name-case",
    Kind.FILTER,
    "eval_name",
    "only the evals that eval_name names come, everywhere in the answer",
    _RUNS,
)
def _case(log: Log, _: Endpoint) -> Iterator[Sighting]:
    for exchange in log.of(_RUNS, status=200):
        wanted = exchange.query.get("eval_name", "").strip().lower()
        if not wanted or "," in wanted or exchange.form != "execution":
            continue
        outputs = {
            entry.get("name")
            for row in exchange.rows
            for entry in (row.get("eval_outputs") or {}).values()
            if isinstance(entry, dict)
        }
        summed = {
            part.get("name")
            for entry in _result(exchange).get("eval_results") or []
            for part in entry.get("result", [])
        }
        summed |= {entry.get("name") for entry in _result(exchange).get("eval_results") or []}
        found = any(str(name).lower() == wanted for name in outputs)
        if found and not any(str(name).lower() == wanted for name in summed):
            yield Sighting("another case finds the calls' outputs, not the summed results", exchange)


@RULES.add("summary-words", Kind.PARAMETER, "summary", "summary is a boolean: true or false", _RUNS)
def _summary(log: Log, _: Endpoint) -> Iterator[Sighting]:
    for exchange in log.of(_RUNS, status=200):
        word = exchange.query.get("summary", "").lower()
        if word not in {"", "true", "false"} and "eval_explanation_summary" in _result(exchange):
            yield Sighting("other words mean true as well", exchange)


@RULES.add(
    "inexact-name",
    Kind.FILTER,
    "run_test_name",
    "a run test is found by its name",
    _RUNS,
    severity=Severity.MISLEADS,
)
def _merged(log: Log, _: Endpoint) -> Iterator[Sighting]:
    counts = [
        count
        for exchange in log.of(Endpoint.TEST_EXECUTIONS, status=200)
        if not {"search", "status"} & set(exchange.query)
        and isinstance(count := exchange.envelope.get("count"), int)
    ]
    for exchange in log.of(_RUNS, status=200):
        whole = exchange.form == "name" and set(exchange.query) <= {"run_test_name", "limit", "page"}
        count = exchange.envelope.get("count")
        if whole and counts and isinstance(count, int) and count > max(counts):
            got = "run tests of the same name are merged"
            yield Sighting(got, exchange, location="run_test_name: same name twice")
