"""What values mean: units, fields that hold something else than their name says, or never anything.

Most of these rules hold two endpoints' views of one call against each other.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from statistics import median
from typing import Any, Final

from futureagi_simulate_contract.drift.finding import Severity, Sighting
from futureagi_simulate_contract.drift.log import Log
from futureagi_simulate_contract.drift.rule import Rules
from futureagi_simulate_contract.exchange import Endpoint, Exchange
from futureagi_simulate_contract.kinds import Kind
from futureagi_simulate_contract.rows import Row

RULES: Final = Rules()
_CALLS, _PAGE, _RUN_TESTS = Endpoint.CALL_EXECUTIONS, Endpoint.TEST_EXECUTION, Endpoint.TEST_EXECUTIONS
_VERSION: Final = Endpoint.VERSION_CALL_EXECUTIONS
_PHONE: Final = re.compile(r"\+?\d[\d ()-]{6,}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(.*)")
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ENOUGH: Final = 20
_NO_LATENCY_IN_SECONDS: Final = 60


@RULES.add(
    "timestamp-is-update",
    Kind.MEANING,
    "results[].timestamp",
    "the time that an item shows is its creation",
    _CALLS,
    _PAGE,
)
def _timestamp(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    others = log.by_id(_VERSION)
    for name, (exchange, row) in log.by_id(endpoint).items():
        other = others.get(name, (None, {}))[1]
        stamp = row.get("timestamp")
        if stamp is not None and stamp == other.get("updated_at") != other.get("created_at"):
            yield Sighting("it is the time of the last update", exchange)


@RULES.add(
    "phone-as-name", Kind.MEANING, "results[].customer_name", "customer_name is a name",
    _CALLS, _VERSION,
)  # fmt: skip
def _phone(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for exchange, row in log.rows(endpoint):
        name = row.get("customer_name")
        if isinstance(name, str) and _PHONE.fullmatch(name):
            yield Sighting("it is a phone number", exchange)


@RULES.add(
    "latency-unit", Kind.UNIT, "results[].avg_agent_latency", "avg_agent_latency is in seconds", _CALLS,
    severity=Severity.BREAKS,
)  # fmt: skip
def _latency(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    rows = [
        (e, r)
        for e, r in log.rows(endpoint)
        if _number(r.get("avg_agent_latency")) and not r.get("is_snapshot")
    ]
    if rows and median(row["avg_agent_latency"] for _, row in rows) > _NO_LATENCY_IN_SECONDS:
        same = sum(row["avg_agent_latency"] == row.get("avg_agent_latency_ms") for _, row in rows)
        detail = f"{same} of {len(rows)} items repeat it as avg_agent_latency_ms"
        yield Sighting("milliseconds, by the size of the values", rows[0][0], detail=detail)


@RULES.add(
    "snapshot-unit", Kind.UNIT, "results[snapshot].response_time",
    "preserved earlier runs give a field in the same unit as the other items", _CALLS,
)  # fmt: skip
def _snapshot_unit(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    now: list[tuple[Exchange, float]] = []
    before: list[tuple[Exchange, float]] = []
    for exchange, row in log.rows(endpoint):
        if _number(row.get("response_time")):
            (before if row.get("is_snapshot") else now).append((exchange, row["response_time"]))
    if now and before and median(v for _, v in before) > _ENOUGH * median(v for _, v in now):
        yield Sighting("milliseconds there, seconds elsewhere", before[0][0])


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0


_EMPTY_FIELDS: Final = {
    _CALLS: {"session_id": "session_id"},
    _PAGE: {"transcript": "transcript", "recordings": "recordings"},
    _VERSION: {"transcripts": "transcript", "transcript": "transcript"},
}


@RULES.add(
    "always-empty", Kind.EMPTY, "results[]", "what another endpoint fills for the same call is filled",
    _CALLS, _PAGE,
)  # fmt: skip
def _always_empty(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    mine = log.by_id(endpoint)
    for field, there in _EMPTY_FIELDS[endpoint].items():
        holders = [pair for pair in mine.values() if field in pair[1]]
        if len(holders) < _ENOUGH or any(row[field] for _, row in holders):
            continue
        filled = _filled_elsewhere(log, endpoint, there)
        here = [(exchange, row) for exchange, row in holders if row["id"] in filled]
        if here or field == "session_id":
            detail = f"{len(holders)} items, {len(here)} of them filled elsewhere"
            yield Sighting("it is empty in every item", holders[0][0], True, f"results[].{field}", detail)


def _filled_elsewhere(log: Log, endpoint: Endpoint, field: str) -> set[str]:
    return {
        name
        for other in (_CALLS, _PAGE, _VERSION)
        if other is not endpoint
        for name, (_, row) in log.by_id(other).items()
        if row.get(field) or row.get(f"{field}s")
    }


@RULES.add(
    "text-call-without-transcript", Kind.EMPTY, "results[].transcripts",
    "a text call has its conversation here as elsewhere", _VERSION,
)  # fmt: skip
def _text_calls(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    filled = _filled_elsewhere(log, endpoint, "transcript")
    texts = [
        (exchange, row)
        for name, (exchange, row) in log.by_id(endpoint).items()
        if str(row.get("simulation_call_type")).lower() == "text" and name in filled
    ]
    if texts and not any(row.get("transcripts") or row.get("transcript") for _, row in texts):
        yield Sighting("it is empty for every text call", texts[0][0])


@RULES.add(
    "sometimes-absent",
    Kind.MISSING,
    "results[]",
    "a field without a value is null, not left out",
    _CALLS,
    _PAGE,
    _VERSION,
)
def _sometimes_absent(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    rows = list(log.by_id(endpoint).values())
    times = Counter(name for _, row in rows for name in row)
    for name, count in times.items():
        if len(rows) * 0.5 < count < len(rows):
            exchange = next(exchange for exchange, row in rows if name not in row)
            place = f"results[].{re.sub(r'(_used)?_(id|name)$', '', name)}_*"
            detail = f"{name}: {len(rows) - count} of {len(rows)} items leave it out"
            yield Sighting("some items leave it out", exchange, endpoint is not _VERSION, place, detail)


@RULES.add(
    "two-forms-of-evals",
    Kind.TYPE,
    "results[].eval_outputs",
    "the entries of eval_outputs have one form in one listing",
    _CALLS,
)
def _eval_forms(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    forms: dict[bool, set[str]] = defaultdict(set)
    sample: Exchange | None = None
    for exchange, row in log.rows(endpoint):
        for entry in (row.get("eval_outputs") or {}).values():
            if isinstance(entry, dict) and (entry.keys() & {"value", "output"}):
                snapshot = bool(row.get("is_snapshot"))
                forms[snapshot].add("output" if "output" in entry else "value")
                sample = exchange if snapshot else sample
    if forms[True] and forms[False] and forms[True] != forms[False]:
        got = "earlier runs have the stored form, other items another one"
        yield Sighting(got, sample, location="results[snapshot].eval_outputs")


@RULES.add(
    "joined-scenarios",
    Kind.MEANING,
    "results[].scenarios",
    "scenarios are a list",
    _RUN_TESTS,
    severity=Severity.MISLEADS,
)
def _joined(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for exchange, row in log.rows(endpoint):
        if isinstance(row.get("scenarios"), str) and ", " in row["scenarios"]:
            yield Sighting("one text, joined by commas", exchange)


@RULES.add(
    "zero-for-nothing",
    Kind.EMPTY,
    "results[].success_rate",
    "a rate or duration that isn't known yet is null",
    _RUN_TESTS,
)
def _zero(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for exchange, row in log.rows(endpoint):
        if str(row.get("status")).lower() in {"pending", "running", "cancelled", "failed"} and not _processed(
            row
        ):
            for name in ("success_rate", "duration"):
                if row.get(name) == 0 and row.get(name) is not None:
                    yield Sighting("it is 0", exchange, location="results[].success_rate")


def _processed(row: Row) -> bool:
    return any(row.get(name) for name in ("connected_calls", "completed_calls", "failed_calls"))


@RULES.add(
    "casing-of-agent-type", Kind.CASING, "agent_type", "agent_type is voice or text", _RUN_TESTS, _PAGE
)
def _agent_type(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for exchange in log.of(endpoint, status=200):
        for holder in (exchange.envelope, *exchange.rows):
            word = holder.get("agent_type")
            if isinstance(word, str) and word not in {"voice", "text"} and word.lower() in {"voice", "text"}:
                yield Sighting("the same word in two cases", exchange, endpoint is _RUN_TESTS, detail=word)


@RULES.add("ids-of-columns", Kind.FORMAT, "column_order[].id", "the id of a column is a UUID", _PAGE)
def _column_ids(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for exchange in log.of(endpoint, status=200):
        for column in exchange.envelope.get("column_order") or []:
            name = column.get("id") if isinstance(column, dict) else None
            if isinstance(name, str) and not _UUID.fullmatch(name):
                yield Sighting("a word", exchange, detail=name)


@RULES.add("zone-of-times", Kind.FORMAT, "times", "all endpoints write the zone of a time in the same way")
def _zones(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    zones = {other: _zones_of(log, other) for other in Endpoint}
    everywhere = Counter(zone for found in zones.values() for zone in found)
    if len(everywhere) > 1:
        usual = everywhere.most_common(1)[0][0]
        for zone, exchange in zones[endpoint].items():
            if zone != usual:
                yield Sighting(
                    "other than elsewhere",
                    exchange,
                    endpoint is _RUN_TESTS,
                    detail=f"{zone!r}, not {usual!r}",
                )


def _zones_of(log: Log, endpoint: Endpoint) -> dict[str, Exchange]:
    found: dict[str, Exchange] = {}
    for exchange, row in log.rows(endpoint):
        for value in row.values():
            match = _TIME.fullmatch(value) if isinstance(value, str) else None
            if match:
                found.setdefault(match[1], exchange)
    return found
