"""What fields mean: units, sums, and the views of one call at several endpoints."""

# ruff: noqa: D401 - the docstring of a check is its claim
from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from statistics import median
from typing import Any, Final

from futureagi_simulate_contract.claim import Kind, Severity, Violation, check, rule
from futureagi_simulate_contract.exchange import (
    UUID,
    Endpoint,
    Exchange,
    Log,
    Row,
    is_number,
    row_id,
    scenario_name,
)
from futureagi_simulate_contract.session import NotApplicableError, Subject, expect
from futureagi_simulate_contract.shapes import shapes_of
from futureagi_simulate_contract.views import Profile

_RUNS, _PAGE, _CALLS = Endpoint.RUNS, Endpoint.TEST_EXECUTION, Endpoint.CALL_EXECUTIONS
_RUN_TESTS, _VERSION = Endpoint.TEST_EXECUTIONS, Endpoint.VERSION_CALL_EXECUTIONS
_CLOSE: Final = 0.02


def _execution(subject: Subject, **query: Any) -> Exchange:
    if subject.ids.test_execution_id is None:
        raise NotApplicableError("no test execution is known")
    return subject.page(_RUNS, {"execution_id": subject.ids.test_execution_id, **query})


def _result(exchange: Exchange) -> dict[str, Any]:
    result = exchange.response.object.get("result")
    expect(isinstance(result, dict), "the response has no result", exchange)
    return dict(result or {})


def _run_calls(subject: Subject) -> list[Row]:
    expect(_execution(subject).envelope.get("count"), "the execution has no calls", _execution(subject))
    return subject.rows(_RUNS, {"execution_id": subject.ids.test_execution_id})


@check()
def both_views_of_an_execution_hold_the_same_calls(subject: Subject) -> None:
    """The runs endpoint and the execution's own page list the same calls."""
    runs = {row_id(row): row for row in _run_calls(subject)}
    page = {row_id(row): row for row in subject.rows(_PAGE)}
    expect(runs.keys() == page.keys(), f"{len(runs.keys() ^ page.keys())} calls are in one view only")
    for name, row in runs.items():
        for field, read in (("status", _status), ("scenario", scenario_name), ("duration", _duration)):
            one, two = read(row), read(page[name])
            expect(one == two, f"call {name}: {field} is {one!r} here and {two!r} on the page")


@check()
def a_call_is_the_same_everywhere(subject: Subject) -> None:
    """Status, duration, scenario and evals of a call are the same at every endpoint that shows it."""
    listed = {row_id(row): row for row in subject.rows(_CALLS) if not row.get("is_snapshot")}
    for row in subject.rows(_PAGE)[:5]:
        exchange = subject.page(_RUNS, {"call_execution_id": row_id(row)})
        run, other = _result(exchange), listed.get(row_id(row))
        expect(other is not None, f"call {row_id(row)} isn't among its run test's", exchange)
        expect(run.get("call_execution_id") == row_id(row), "another call came", exchange)
        expect(run.get("execution_id") == subject.ids.test_execution_id, "another execution's call", exchange)
        for one in (row, other or {}):
            _agree(exchange, "status", run.get("status"), one.get("status"))
            if scenario_name(one) is not None:  # documented, a deleted scenario is null in one listing only
                _agree(exchange, "scenario", run.get("scenario_name"), scenario_name(one))
            _agree(exchange, "duration", run.get("duration_seconds"), _duration(one))
            theirs = _outputs(run)
            if one is row and not subject.documented:  # observed, a deleted eval's output isn't on this page
                kept = _columns(subject)
                theirs = {name: output for name, output in theirs.items() if name in kept}
            _agree(exchange, "evals", theirs, _outputs(one))


def _columns(subject: Subject) -> set[str]:
    """Return the ids of the columns of the execution's page. Deleted evals have none."""
    page = subject.page(_PAGE)
    return {str(column.get("id")) for column in page.envelope.get("column_order") or []}


def output_of(entry: Row) -> Any:
    """Return what an eval put out, from either form of its entry."""
    return entry.get("value", entry.get("output"))


def passed(output: Any) -> bool | None:
    """Return whether a Pass/Fail output passed; None for one that is no such output."""
    if isinstance(output, bool):
        return output
    word = output.lower() if isinstance(output, str) else None
    return {"passed": True, "failed": False}.get(word or "")


def _status(row: Row) -> Any:
    return row.get("status")


def _duration(row: Row) -> Any:
    """Return the length of a call; of a chat it may be in `duration` alone."""
    seconds = row.get("duration_seconds")
    return row.get("duration") if seconds is None else seconds


def _agree(exchange: Exchange, what: str, one: Any, two: Any) -> None:
    expect(one == two, f"{what} is {one!r} at the runs endpoint and {two!r} elsewhere", exchange)


def _outputs(row: Row) -> dict[str, Any]:
    """Return what the evals that have run say, by id, the same for both forms."""
    entries = (row.get("eval_outputs") or {}).items()
    return {name: _plain(output_of(entry)) for name, entry in entries if entry.get("name") is not None}


def _plain(output: Any) -> Any:
    """Bring an output's ways of being written to one: words for booleans, lists for choices."""
    verdict = passed(output)
    if verdict is not None:
        return verdict
    if isinstance(output, dict):
        chosen = output.get("choices", output.get("choice"))
        return chosen if isinstance(chosen, list) else [chosen]
    return [output] if isinstance(output, str) else output


@check()
def a_name_lists_the_executions_of_the_run_test(subject: Subject) -> None:
    """By name come the executions that the run test's listing has, in the same order."""
    if subject.ids.run_test_name is None:
        raise NotApplicableError("no run test's name is known")
    runs = subject.rows(_RUNS, {"run_test_name": subject.ids.run_test_name})
    listed = subject.rows(Endpoint.TEST_EXECUTIONS)
    known = {row_id(row) for row in listed}
    own = [row for row in runs if row_id(row) in known]
    expect([*map(row_id, own)] == [*map(row_id, listed)], "the two listings differ in items or order")
    if subject.documented:
        for run, row in zip(own, listed, strict=True):
            for field in ("total_calls", "completed_calls", "failed_calls", "started_at", "completed_at"):
                expect(run.get(field) == row.get(field), f"{field}: {run.get(field)} and {row.get(field)}")


@check()
def an_execution_is_the_same_by_name_and_by_id(subject: Subject) -> None:
    """An execution has the same values in the listing by name and by its id."""
    if subject.ids.run_test_name is None:
        raise NotApplicableError("no run test's name is known")
    by_id = _result(_execution(subject))
    for row in subject.rows(_RUNS, {"run_test_name": subject.ids.run_test_name}):
        if row_id(row) == subject.ids.test_execution_id:
            for name, value in row.items():
                expect(by_id.get(name) == value, f"{name} is {value!r} by name and {by_id.get(name)!r} by id")
            return
    expect(False, "the execution isn't among those of its run test's name")


@check()
def the_counts_of_an_execution_are_those_of_its_calls(subject: Subject) -> None:
    """`completed_calls` and `failed_calls` count the calls of these states, `total_calls` all."""
    exchange = _execution(subject)
    result = _result(exchange)
    statuses = [row.get("status") for row in _run_calls(subject)]
    for field, status in (("completed_calls", "completed"), ("failed_calls", "failed")):
        count = statuses.count(status)
        deleted = 0 if subject.documented else result["total_calls"] - len(statuses)
        expect(
            count <= result[field] <= count + deleted,
            f"{field} is {result[field]}, calls say {count}",
            exchange,
        )
    expect(result["total_calls"] >= len(statuses), f"total_calls is {result['total_calls']}", exchange)


@check()
def pass_rates_are_what_the_calls_say(subject: Subject) -> None:
    """Counts and shares of a Pass/Fail eval are those of its outputs in the calls."""
    exchange = _execution(subject)
    calls = _run_calls(subject)
    parts = [*_parts(_result(exchange), "Pass/Fail")]
    for entry, part in parts:
        verdicts = [passed(row["eval_outputs"].get(part["id"], {}).get("output")) for row in calls]
        known, output = [verdict for verdict in verdicts if verdict is not None], part.get("output") or {}
        if not known or not output:
            continue
        rate = 100 * known.count(True) / len(known)
        where = f"{part['name']}: "
        expect(
            output["pass_count"] == known.count(True), f"{where}pass_count {output['pass_count']}", exchange
        )
        expect(
            output["fail_count"] == known.count(False), f"{where}fail_count {output['fail_count']}", exchange
        )
        expect(abs(output["pass"] - rate) < _CLOSE, f"{where}pass {output['pass']}, not {rate:.2f}", exchange)
        expect(abs(output["pass"] + output["fail"] - 100) < _CLOSE, f"{where}shares don't add up", exchange)
        expect(part["total_cells"] == len(known), f"{where}total_cells {part['total_cells']}", exchange)
        if sum(1 for other, _ in parts if other is entry) == 1:
            total = entry.get("total_pass_rate", rate)
            expect(abs(total - rate) < _CLOSE, f"{where}total_pass_rate {total}, not {rate:.2f}", exchange)
    expect(parts, "no Pass/Fail eval in the summary", exchange)


@check()
def averages_are_what_the_calls_say(subject: Subject) -> None:
    """The average of a score eval is that of its outputs in the calls, in percent."""
    exchange = _execution(subject)
    calls = _run_calls(subject)
    for _, part in _parts(_result(exchange), "score"):
        outputs = [row["eval_outputs"].get(part["id"], {}).get("output") for row in calls]
        scores = [score for score in outputs if is_number(score)]
        if scores and "avg_score" in part:
            share = 100 if max(scores) <= 1 else 1
            average = share * sum(scores) / len(scores)
            where = f"{part['name']}: avg_score {part['avg_score']}, calls say {average:.2f}"
            expect(abs(part["avg_score"] - average) < 0.51, where, exchange)


def _parts(result: dict[str, Any], kind: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for entry in result.get("eval_results") or []:
        if entry.get("output_type") == kind:
            for part in entry.get("result") or []:
                yield entry, part


@check()
def eval_name_leaves_only_that_eval(subject: Subject) -> None:
    """With `eval_name` no other eval is in the answer, and the named one is there as before."""
    bare = _result(_execution(subject))
    names = [
        p["name"]
        for e in bare["eval_results"]
        for p in e["result"]
        if p.get("total_cells") and "," not in p["name"]
    ]
    if not names:
        raise NotApplicableError("no eval has results")
    exchange = _execution(subject, eval_name=names[0])
    parts = [part for entry in _result(exchange)["eval_results"] for part in entry["result"]]
    expect([part["name"] for part in parts] == [names[0]], f"not just {names[0]!r} is summed up", exchange)
    same = [part for entry in bare["eval_results"] for part in entry["result"] if part["name"] == names[0]]
    expect(parts == same, f"{names[0]!r} has other figures when it is requested by name", exchange)
    found = {out.get("name") for row in exchange.rows for out in (row.get("eval_outputs") or {}).values()}
    expect(found <= {names[0]}, f"calls show other evals: {found}", exchange)
    expect(found, f"no call shows {names[0]!r}", exchange)


@check()
def the_summary_comes_when_requested(subject: Subject) -> None:
    """`summary=true` adds the explanation and its status, and changes nothing else."""
    bare, full = _result(_execution(subject)), _result(_execution(subject, summary="true"))
    added = {"eval_explanation_summary", "eval_explanation_summary_status"}
    expect(full.keys() - bare.keys() == added, f"summary=true adds {full.keys() - bare.keys()}")
    expect({name: full[name] for name in bare} == bare, "summary=true changes the rest of the answer")


@check()
def one_of_the_three_ids_is_needed(subject: Subject) -> None:
    """Without any id the runs endpoint answers 400."""
    exchange = subject.get(_RUNS)
    expect(exchange.status == 400, f"{exchange.status}, not 400", exchange)
    exchange = subject.get(_RUNS, {"execution_id": "not-a-uuid"})
    expect(exchange.status == 400, f"{exchange.status}, not 400, for no UUID", exchange)


@check()
def a_version_lists_completed_calls_only(subject: Subject) -> None:
    """Every call of an agent version is completed, and has the values of the run test's listing."""
    rows = subject.rows(Endpoint.VERSION_CALL_EXECUTIONS)
    others = {row.get("status") for row in rows} - {"completed"}
    expect(not others, f"calls of status {others} are listed")
    listed = {row_id(row): row for row in subject.rows(_CALLS) if not row.get("is_snapshot")}
    for row in rows:
        other = listed.get(row_id(row))
        if other is not None:
            expect(
                _outputs(row) == _outputs(other), f"call {row_id(row)}: the evals differ between endpoints"
            )
            expect(_duration(row) == _duration(other), f"call {row_id(row)}: the durations differ")
            expect(
                row.get("overall_score") == other.get("overall_score"), f"call {row_id(row)}: scores differ"
            )


@rule(
    "eval-name-case",
    Kind.FILTER,
    "eval_name",
    "only the evals that eval_name names come, everywhere in the answer",
    _RUNS,
)
def _case(log: Log, _: Endpoint) -> Iterator[Violation]:
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
            for entry in exchange.result.get("eval_results") or []
            for part in entry.get("result", [])
        }
        summed |= {entry.get("name") for entry in exchange.result.get("eval_results") or []}
        found = any(str(name).lower() == wanted for name in outputs)
        if found and not any(str(name).lower() == wanted for name in summed):
            yield Violation("another case finds the calls' outputs, not the summed results", exchange)


@rule(
    "choices-by-text",
    Kind.FORMAT,
    "result.eval_results[].total_choices_avg",
    "shares of choices are by choice",
    _RUNS,
    severity=Severity.MISLEADS,
)
def _choices(log: Log, _: Endpoint) -> Iterator[Violation]:
    for exchange in log.of(_RUNS, status=200):
        for entry in exchange.result.get("eval_results") or []:
            words = entry.get("total_choices_avg") or {}
            if any(word[:1] in "[{" and word[-1:] in "]}" for word in words if word):
                yield Violation("by the text of what is stored, lists and objects among it", exchange)


@rule("summary-words", Kind.PARAMETER, "summary", "summary is a boolean: true or false", _RUNS)
def _summary(log: Log, _: Endpoint) -> Iterator[Violation]:
    for exchange in log.of(_RUNS, status=200):
        word = exchange.query.get("summary", "").lower()
        if word not in {"", "true", "false"} and "eval_explanation_summary" in exchange.result:
            yield Violation("other words mean true as well", exchange)


@rule(
    "inexact-name",
    Kind.FILTER,
    "run_test_name",
    "a run test is found by its name",
    _RUNS,
    severity=Severity.MISLEADS,
)
def _merged(log: Log, _: Endpoint) -> Iterator[Violation]:
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
            yield Violation(got, exchange, location="run_test_name: same name twice")


_PHONE: Final = re.compile(r"\+?\d[\d ()-]{6,}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(.*)")
_ENOUGH: Final = 20
_NO_LATENCY_IN_SECONDS: Final = 60


@rule(
    "timestamp-is-update",
    Kind.MEANING,
    "results[].timestamp",
    "the time that an item shows is its creation",
    _CALLS,
    _PAGE,
)
def _timestamp(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    others = log.by_id(_VERSION)
    for name, (exchange, row) in log.by_id(endpoint).items():
        other = others.get(name, (None, {}))[1]
        stamp = row.get("timestamp")
        if stamp is not None and stamp == other.get("updated_at") != other.get("created_at"):
            yield Violation("it is the time of the last update", exchange)


@rule(
    "phone-as-name", Kind.MEANING, "results[].customer_name", "customer_name is a name",
    _CALLS, _VERSION,
)  # fmt: skip
def _phone(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for exchange, row in log.rows(endpoint):
        name = row.get("customer_name")
        if isinstance(name, str) and _PHONE.fullmatch(name):
            yield Violation("it is a phone number", exchange)


@rule(
    "latency-unit", Kind.UNIT, "results[].avg_agent_latency", "avg_agent_latency is in seconds", _CALLS,
    severity=Severity.BREAKS,
)  # fmt: skip
def _latency(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    rows = [
        (e, r)
        for e, r in log.rows(endpoint)
        if _positive(r.get("avg_agent_latency")) and not r.get("is_snapshot")
    ]
    if rows and median(row["avg_agent_latency"] for _, row in rows) > _NO_LATENCY_IN_SECONDS:
        same = sum(row["avg_agent_latency"] == row.get("avg_agent_latency_ms") for _, row in rows)
        detail = f"{same} of {len(rows)} items repeat it as avg_agent_latency_ms"
        yield Violation("milliseconds, by the size of the values", rows[0][0], detail=detail)


@rule(
    "snapshot-unit", Kind.UNIT, "results[snapshot].response_time",
    "preserved earlier runs give a field in the same unit as the other items", _CALLS,
)  # fmt: skip
def _snapshot_unit(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    now: list[tuple[Exchange, float]] = []
    before: list[tuple[Exchange, float]] = []
    for exchange, row in log.rows(endpoint):
        if _positive(row.get("response_time")):
            (before if row.get("is_snapshot") else now).append((exchange, row["response_time"]))
    if now and before and median(v for _, v in before) > _ENOUGH * median(v for _, v in now):
        yield Violation("milliseconds there, seconds elsewhere", before[0][0])


def _positive(value: Any) -> bool:
    return is_number(value) and value > 0


_EMPTY_FIELDS: Final = {
    _CALLS: {"session_id": "session_id"},
    _PAGE: {"transcript": "transcript", "recordings": "recordings"},
    _VERSION: {"transcripts": "transcript", "transcript": "transcript"},
}


@rule(
    "always-empty", Kind.EMPTY, "results[]", "what another endpoint fills for the same call is filled",
    _CALLS, _PAGE,
)  # fmt: skip
def _always_empty(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    mine = log.by_id(endpoint)
    for field, there in _EMPTY_FIELDS[endpoint].items():
        holders = [pair for pair in mine.values() if field in pair[1]]
        if len(holders) < _ENOUGH or any(row[field] for _, row in holders):
            continue
        filled = _filled_elsewhere(log, endpoint, there)
        here = [(exchange, row) for exchange, row in holders if row["id"] in filled]
        if here or field == "session_id":
            detail = f"{len(holders)} items, {len(here)} of them filled elsewhere"
            yield Violation("it is empty in every item", holders[0][0], True, f"results[].{field}", detail)


def _filled_elsewhere(log: Log, endpoint: Endpoint, field: str) -> set[str]:
    return {
        name
        for other in (_CALLS, _PAGE, _VERSION)
        if other is not endpoint
        for name, (_, row) in log.by_id(other).items()
        if row.get(field) or row.get(f"{field}s")
    }


@rule(
    "text-call-without-transcript", Kind.EMPTY, "results[].transcripts",
    "a text call has its conversation here as elsewhere", _VERSION,
)  # fmt: skip
def _text_calls(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    filled = _filled_elsewhere(log, endpoint, "transcript")
    texts = [
        (exchange, row)
        for name, (exchange, row) in log.by_id(endpoint).items()
        if str(row.get("simulation_call_type")).lower() == "text" and name in filled
    ]
    if texts and not any(row.get("transcripts") or row.get("transcript") for _, row in texts):
        yield Violation("it is empty for every text call", texts[0][0])


_ITEMS: Final = {_CALLS: "CallExecution", _PAGE: "TestExecutionCall", _VERSION: "VersionCallExecution"}


def _optional(endpoint: Endpoint) -> set[str]:
    """Return the fields that the documents let an item leave out."""
    item = shapes_of(Profile.DOCUMENTED).view["components"]["schemas"][_ITEMS[endpoint]]
    return set(item["properties"]) - set(item["required"])


@rule(
    "sometimes-absent",
    Kind.MISSING,
    "results[]",
    "a field without a value is null, not left out",
    _CALLS,
    _PAGE,
    _VERSION,
)
def _sometimes_absent(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    rows = list(log.by_id(endpoint).values())
    times = Counter(name for _, row in rows for name in row)
    may_be_absent = _optional(endpoint)
    for name, count in times.items():
        if len(rows) * 0.5 < count < len(rows) and name not in may_be_absent:
            exchange = next(exchange for exchange, row in rows if name not in row)
            location = f"results[].{re.sub(r'(_used)?_(id|name)$', '', name)}_*"
            detail = f"{name}: {len(rows) - count} of {len(rows)} items leave it out"
            yield Violation("some items leave it out", exchange, endpoint is not _VERSION, location, detail)


@rule(
    "two-forms-of-evals",
    Kind.TYPE,
    "results[].eval_outputs",
    "the entries of eval_outputs have one form in one listing",
    _CALLS,
)
def _eval_forms(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
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
        yield Violation(got, sample, location="results[snapshot].eval_outputs")


@rule(
    "joined-scenarios",
    Kind.MEANING,
    "results[].scenarios",
    "scenarios are a list",
    _RUN_TESTS,
    severity=Severity.MISLEADS,
)
def _joined(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for exchange, row in log.rows(endpoint):
        if isinstance(row.get("scenarios"), str) and ", " in row["scenarios"]:
            yield Violation("one text, joined by commas", exchange)


@rule(
    "zero-for-nothing",
    Kind.EMPTY,
    "results[].success_rate",
    "a rate or duration that isn't known yet is null",
    _RUN_TESTS,
)
def _zero(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for exchange, row in log.rows(endpoint):
        if str(row.get("status")).lower() in {"pending", "running", "cancelled", "failed"} and not _processed(
            row
        ):
            for name in ("success_rate", "duration"):
                if row.get(name) == 0 and row.get(name) is not None:
                    yield Violation("it is 0", exchange, location="results[].success_rate")


def _processed(row: Row) -> bool:
    return any(row.get(name) for name in ("connected_calls", "completed_calls", "failed_calls"))


@rule("casing-of-agent-type", Kind.CASING, "agent_type", "agent_type is voice or text", _RUN_TESTS, _PAGE)
def _agent_type(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for exchange in log.of(endpoint, status=200):
        for holder in (exchange.envelope, *exchange.rows):
            word = holder.get("agent_type")
            if isinstance(word, str) and word not in {"voice", "text"} and word.lower() in {"voice", "text"}:
                yield Violation("the same word in two cases", exchange, endpoint is _RUN_TESTS, detail=word)


@rule("ids-of-columns", Kind.FORMAT, "column_order[].id", "the id of a column is a UUID", _PAGE)
def _column_ids(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for exchange in log.of(endpoint, status=200):
        for column in exchange.envelope.get("column_order") or []:
            name = column.get("id") if isinstance(column, dict) else None
            if isinstance(name, str) and not UUID.fullmatch(name):
                yield Violation("a word", exchange, detail=name)


@rule("zone-of-times", Kind.FORMAT, "times", "all endpoints write the zone of a time in the same way")
def _zones(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    zones = {other: _zones_of(log, other) for other in Endpoint}
    everywhere = Counter(zone for found in zones.values() for zone in found)
    if len(everywhere) > 1:
        usual = everywhere.most_common(1)[0][0]
        for zone, exchange in zones[endpoint].items():
            if zone != usual:
                yield Violation(
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
