"""The runs endpoint against the others and itself: one call has one story, and the sums are right."""

# ruff: noqa: D401 - the docstring of a check is its claim
from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from futureagi_simulate_contract.checks.registry import Checks
from futureagi_simulate_contract.checks.subject import NotApplicableError, Subject, expect
from futureagi_simulate_contract.exchange import Endpoint, Exchange
from futureagi_simulate_contract.rows import Row, output_of, passed, row_id, scenario_name

CHECKS: Final = Checks()
_RUNS, _PAGE, _CALLS = Endpoint.RUNS, Endpoint.TEST_EXECUTION, Endpoint.CALL_EXECUTIONS
_CLOSE: Final = 0.02


def _execution(subject: Subject, **query: Any) -> Exchange:
    if subject.ids.test_execution_id is None:
        raise NotApplicableError("no test execution is known")
    return subject.page(_RUNS, {"execution_id": subject.ids.test_execution_id, **query})


def _result(exchange: Exchange) -> dict[str, Any]:
    result = exchange.answer.object.get("result")
    expect(isinstance(result, dict), "the answer has no result", exchange)
    return dict(result or {})


def _run_calls(subject: Subject) -> list[Row]:
    expect(_execution(subject).envelope.get("count"), "the execution has no calls", _execution(subject))
    return subject.rows(_RUNS, {"execution_id": subject.ids.test_execution_id})


@CHECKS.add
def both_views_of_an_execution_hold_the_same_calls(subject: Subject) -> None:
    """The runs endpoint and the execution's own page list the same calls."""
    runs = {row_id(row): row for row in _run_calls(subject)}
    page = {row_id(row): row for row in subject.rows(_PAGE)}
    expect(runs.keys() == page.keys(), f"{len(runs.keys() ^ page.keys())} calls are in one view only")
    for name, row in runs.items():
        for field, read in (("status", _status), ("scenario", scenario_name), ("duration", _duration)):
            one, two = read(row), read(page[name])
            expect(one == two, f"call {name}: {field} is {one!r} here and {two!r} on the page")


@CHECKS.add
def a_call_tells_the_same_everywhere(subject: Subject) -> None:
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
            _agree(exchange, "evals", _outputs(run), _outputs(one))


def _status(row: Row) -> Any:
    return row.get("status")


def _duration(row: Row) -> Any:
    return row.get("duration_seconds", row.get("duration"))


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


@CHECKS.add
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


@CHECKS.add
def an_execution_is_the_same_by_name_and_by_id(subject: Subject) -> None:
    """What the listing by name says of an execution, it says by itself as well."""
    if subject.ids.run_test_name is None:
        raise NotApplicableError("no run test's name is known")
    by_id = _result(_execution(subject))
    for row in subject.rows(_RUNS, {"run_test_name": subject.ids.run_test_name}):
        if row_id(row) == subject.ids.test_execution_id:
            for name, value in row.items():
                expect(by_id.get(name) == value, f"{name} is {value!r} by name and {by_id.get(name)!r} by id")
            return
    expect(False, "the execution isn't among those of its run test's name")


@CHECKS.add
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


@CHECKS.add
def pass_rates_are_what_the_calls_say(subject: Subject) -> None:
    """Counts and shares of a Pass/Fail eval are those of its outputs in the calls."""
    exchange = _execution(subject)
    calls = _run_calls(subject)
    parts = [*_parts(_result(exchange), "Pass/Fail")]
    for entry, part in parts:
        verdicts = [passed(row["eval_outputs"].get(part["id"], {}).get("output")) for row in calls]
        told, output = [verdict for verdict in verdicts if verdict is not None], part.get("output") or {}
        if not told or not output:
            continue
        rate = 100 * told.count(True) / len(told)
        where = f"{part['name']}: "
        expect(
            output["pass_count"] == told.count(True), f"{where}pass_count {output['pass_count']}", exchange
        )
        expect(
            output["fail_count"] == told.count(False), f"{where}fail_count {output['fail_count']}", exchange
        )
        expect(abs(output["pass"] - rate) < _CLOSE, f"{where}pass {output['pass']}, not {rate:.2f}", exchange)
        expect(abs(output["pass"] + output["fail"] - 100) < _CLOSE, f"{where}shares don't add up", exchange)
        expect(part["total_cells"] == len(told), f"{where}total_cells {part['total_cells']}", exchange)
        if sum(1 for other, _ in parts if other is entry) == 1:
            total = entry.get("total_pass_rate", rate)
            expect(abs(total - rate) < _CLOSE, f"{where}total_pass_rate {total}, not {rate:.2f}", exchange)
    expect(parts, "no Pass/Fail eval in the summary", exchange)


@CHECKS.add
def averages_are_what_the_calls_say(subject: Subject) -> None:
    """The average of a score eval is that of its outputs in the calls, in percent."""
    exchange = _execution(subject)
    calls = _run_calls(subject)
    for _, part in _parts(_result(exchange), "score"):
        outputs = [row["eval_outputs"].get(part["id"], {}).get("output") for row in calls]
        scores = [
            score for score in outputs if isinstance(score, (int, float)) and not isinstance(score, bool)
        ]
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


@CHECKS.add
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
    expect(parts == same, f"{names[0]!r} has other figures when it is asked for by name", exchange)
    found = {out.get("name") for row in exchange.rows for out in (row.get("eval_outputs") or {}).values()}
    expect(found <= {names[0]}, f"calls show other evals: {found}", exchange)
    expect(found, f"no call shows {names[0]!r}", exchange)


@CHECKS.add
def the_summary_comes_when_asked_for(subject: Subject) -> None:
    """`summary=true` adds the explanation and its status, and changes nothing else."""
    bare, full = _result(_execution(subject)), _result(_execution(subject, summary="true"))
    added = {"eval_explanation_summary", "eval_explanation_summary_status"}
    expect(full.keys() - bare.keys() == added, f"summary=true adds {full.keys() - bare.keys()}")
    expect({name: full[name] for name in bare} == bare, "summary=true changes the rest of the answer")


@CHECKS.add
def one_of_the_three_ids_is_needed(subject: Subject) -> None:
    """Without any id the runs endpoint answers 400."""
    exchange = subject.get(_RUNS)
    expect(exchange.answer.status == 400, f"{exchange.answer.status}, not 400", exchange)
    exchange = subject.get(_RUNS, {"execution_id": "not-a-uuid"})
    expect(exchange.answer.status == 400, f"{exchange.answer.status}, not 400, for no UUID", exchange)


@CHECKS.add
def a_version_lists_completed_calls_only(subject: Subject) -> None:
    """Every call of an agent version is completed, and tells what the run test's listing tells of it."""
    rows = subject.rows(Endpoint.VERSION_CALL_EXECUTIONS)
    odd = {row.get("status") for row in rows} - {"completed"}
    expect(not odd, f"calls of status {odd} are listed")
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
