"""Filters, search and groups: what comes is exactly what was asked for."""

# ruff: noqa: D401 - the docstring of a check is its claim
from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, Final

import msgspec

from futureagi_simulate.contract.checks.registry import Checks
from futureagi_simulate.contract.checks.subject import NotApplicableError, Subject, expect
from futureagi_simulate.contract.exchange import Endpoint
from futureagi_simulate.contract.rows import Row, row_id, scenario_name

CHECKS: Final = Checks()
_CALLS, _PAGE, _RUN_TESTS = Endpoint.CALL_EXECUTIONS, Endpoint.TEST_EXECUTION, Endpoint.TEST_EXECUTIONS


def by(column: str, kind: str, operator: str, value: Any) -> dict[str, str]:
    """Return the query of one filter."""
    config = {"filter_type": kind, "filter_op": operator, "filter_value": value}
    return {"filters": msgspec.json.encode([{"column_id": column, "filter_config": config}]).decode()}


def _both(*queries: dict[str, str]) -> dict[str, str]:
    filters = [one for query in queries for one in msgspec.json.decode(query["filters"])]
    return {"filters": msgspec.json.encode(filters).decode()}


def _status_word(subject: Subject, _: Endpoint, word: str) -> str:
    """Return a status as the filter takes it: observed in lower case, documented as items show it."""
    return word if subject.documented else word.lower()


@CHECKS.add
def a_status_filter_leaves_that_status(subject: Subject) -> None:
    """Filtered by a status, exactly the items of that status come.

    Kept earlier runs of a call are left out here: the observed server finds them by the status of the call.
    """
    for endpoint in (_CALLS, _RUN_TESTS):
        rows = _originals(subject.rows(endpoint))
        counts = Counter(str(row["status"]) for row in rows if row.get("status"))
        for word, times in counts.items():
            found = _originals(subject.rows(endpoint, {"status": _status_word(subject, endpoint, word)}))
            odd = [row for row in found if row.get("status") != word]
            expect(not odd, f"{endpoint}: {len(odd)} items of another status than {word}")
            expect(
                len(found) == times, f"{endpoint}: {len(found)} items of status {word}, the whole has {times}"
            )


def _originals(rows: list[Row]) -> list[Row]:
    return [row for row in rows if not row.get("is_snapshot")]


@CHECKS.add
def a_status_nobody_has_finds_nothing(subject: Subject) -> None:
    """A word that is no status is refused (documented) or finds nothing (observed)."""
    for endpoint in (_CALLS, _RUN_TESTS):
        exchange = subject.get(endpoint, {"status": "no-such-status"})
        wanted = 400 if subject.documented else 200
        expect(exchange.answer.status == wanted, f"{exchange.answer.status}, not {wanted}", exchange)
        expect(not exchange.rows, "items of a status that doesn't exist", exchange)


@CHECKS.add
def search_finds_what_is_there(subject: Subject) -> None:
    """Searching a scenario's name, in any case or in part, finds the calls of it and nothing else."""
    for endpoint in (_CALLS, _PAGE):
        rows = subject.rows(endpoint)
        names = sorted({name for row in rows if (name := scenario_name(row)) and not set(name) & set("%_\\")})
        for name in names[:3]:
            there = {row_id(row) for row in rows if name.lower() in (scenario_name(row) or "").lower()}
            for word in (name, name.swapcase(), name[1:-1].strip()):
                if word.swapcase().swapcase() == word and word.isascii():
                    found = subject.rows(endpoint, {"search": word})
                    missed = there - {row_id(row) for row in found}
                    expect(not missed, f"{endpoint}: searching {word!r} misses {len(missed)} of {len(there)}")
                    odd = [row for row in found if word.lower() not in (scenario_name(row) or word).lower()]
                    expect(not odd, f"{endpoint}: searching {word!r} finds {len(odd)} others")


@CHECKS.add
def search_finds_nothing_that_is_not_there(subject: Subject) -> None:
    """A text that nothing holds finds nothing; a part of a listing is smaller than the whole."""
    for endpoint in (_CALLS, _PAGE, _RUN_TESTS):
        count = subject.count(endpoint, {"search": "qqzzxxjjkk"})
        expect(count == 0, f"{endpoint}: a senseless search finds {count}")


@CHECKS.add
def equals_and_not_equals_part_the_whole(subject: Subject) -> None:
    """For status, scenario and score, `equals` and `not_equals` have no item in common and miss none."""
    rows = subject.rows(_PAGE)
    whole = {row_id(row) for row in rows}
    for column, kind, value in _samples(rows):
        one = {row_id(row) for row in subject.rows(_PAGE, by(column, kind, "equals", value))}
        two = {row_id(row) for row in subject.rows(_PAGE, by(column, kind, "not_equals", value))}
        expect(not one & two, f"{column}: {len(one & two)} items equal {value!r} and don't")
        expect(one | two == whole, f"{column}: {len(whole - one - two)} items are in neither part")


def _samples(rows: list[Row]) -> list[tuple[str, str, Any]]:
    found: list[tuple[str, str, Any]] = []
    statuses = [row["status"] for row in rows if row.get("status")]
    names = [name for row in rows if (name := scenario_name(row)) and "%" not in name]
    scores = [row["overall_score"] for row in rows if row.get("overall_score") is not None]
    found += [("status", "text", word) for word in sorted(set(statuses))[:2]]
    found += [("scenario", "text", name) for name in sorted(set(names))[:2]]
    found += [("overall_score", "number", score) for score in sorted(set(scores))[:1]]
    return found


@CHECKS.add
def equals_finds_exactly_the_equal_ones(subject: Subject) -> None:
    """`equals` finds the items that show this very value, and only those."""
    rows = subject.rows(_PAGE)
    for column, kind, value in _samples(rows):
        found = {row_id(row) for row in subject.rows(_PAGE, by(column, kind, "equals", value))}
        there = {
            row_id(row)
            for row in rows
            if (scenario_name(row) if column == "scenario" else row.get(column)) == value
        }
        expect(found == there, f"{column} equals {value!r}: {len(found)} items, {len(there)} show it")


@CHECKS.add
def between_is_both_comparisons(subject: Subject) -> None:
    """`between` finds what `>=` and `<=` find together, and what the shown scores say."""
    rows = subject.rows(_PAGE)
    scores = sorted(row["overall_score"] for row in rows if row.get("overall_score") is not None)
    if len(scores) < 3:
        raise NotApplicableError("fewer than three calls have a score")
    low, high = scores[len(scores) // 4], scores[-len(scores) // 4]
    between = subject.rows(_PAGE, by("overall_score", "number", "between", [low, high]))
    above, below = (
        by("overall_score", "number", operator, value)
        for operator, value in (("greater_than_or_equal", low), ("less_than_or_equal", high))
    )
    halves = subject.rows(_PAGE, _both(above, below))
    there = {
        row_id(r) for r in rows if r.get("overall_score") is not None and low <= r["overall_score"] <= high
    }
    for found, how in ((between, "between"), (halves, ">= and <=")):
        ids = {row_id(row) for row in found}
        expect(ids == there, f"overall_score {how} {low} and {high}: {len(ids)} items, {len(there)} show it")


@CHECKS.add
def strict_and_loose_comparisons_differ_by_the_equal_ones(subject: Subject) -> None:
    """`>=` finds `>` and the equal ones; `<=` finds `<` and the equal ones."""
    rows = subject.rows(_PAGE)
    scores = sorted(row["overall_score"] for row in rows if row.get("overall_score") is not None)
    if not scores:
        raise NotApplicableError("no call has a score")
    middle = scores[len(scores) // 2]

    def count(operator: str) -> int:
        return subject.count(_PAGE, by("overall_score", "number", operator, middle))

    equal = count("equals")
    for strict, loose in (("greater_than", "greater_than_or_equal"), ("less_than", "less_than_or_equal")):
        expect(count(strict) + equal == count(loose), f"{loose} {middle} isn't {strict} and equals")
    expect(count("less_than") + count("greater_than_or_equal") == len(scores), "< and >= miss a score")


@CHECKS.documented
def every_documented_filter_is_applied(subject: Subject) -> None:
    """Documented columns narrow: an id finds one call, `in` finds what its values find, a range its items."""
    rows = subject.rows(_PAGE)
    name = row_id(rows[0])
    found = subject.rows(_PAGE, by("call_execution_id", "text", "equals", name))
    expect([*map(row_id, found)] == [name], f"call_execution_id equals finds {len(found)} calls")
    names = sorted({scenario for row in rows if (scenario := scenario_name(row))})[:2]
    several = subject.count(_PAGE, by("scenario", "text", "in", names))
    single = sum(subject.count(_PAGE, by("scenario", "text", "equals", one)) for one in names)
    expect(several == single, f"scenario in finds {several}, its values find {single}")
    inside, outside = (
        subject.count(_PAGE, by("overall_score", "number", operator, [20, 70]))
        for operator in ("between", "not_in_between")
    )
    expect(inside + outside == len(rows), "between and not_in_between don't part the whole")
    times = {row_id(row): datetime.fromisoformat(row["created_at"]) for row in rows}
    middle = sorted(times.values())[len(rows) // 2]
    before = subject.rows(_PAGE, by("timestamp", "datetime", "less_than", middle.isoformat()))
    there = {name for name, time in times.items() if time < middle}
    expect({row_id(row) for row in before} == there, "timestamp less_than doesn't find the earlier ones")


@CHECKS.add
def a_broken_filter_is_refused(subject: Subject) -> None:
    """`filters` that is no JSON, no array or has an unknown operator is answered 400."""
    for text in ("{", "5", '[{"column_id":"status"}]', by("status", "text", "resembles", "x")["filters"]):
        exchange = subject.get(_PAGE, {"filters": text})
        expect(exchange.answer.status == 400, f"{exchange.answer.status} for filters={text}", exchange)


@CHECKS.add
def filter_and_search_narrow_together(subject: Subject) -> None:
    """A filter and a search together find what both find alone."""
    rows = subject.rows(_PAGE)
    names = [name for row in rows if (name := scenario_name(row)) and name.isascii() and "%" not in name]
    scores = sorted(row["overall_score"] for row in rows if row.get("overall_score") is not None)
    if not names or not scores:
        raise NotApplicableError("no call shows a scenario, or none a score")
    query = by("overall_score", "number", "greater_than_or_equal", scores[len(scores) // 2])
    one = {row_id(row) for row in subject.rows(_PAGE, query)}
    two = {row_id(row) for row in subject.rows(_PAGE, {"search": names[0]})}
    both = {row_id(row) for row in subject.rows(_PAGE, {**query, "search": names[0]})}
    expect(both == one & two, f"together they find {len(both)}, alone both find {len(one & two)}")


@CHECKS.documented
def groups_add_up(subject: Subject) -> None:
    """The groups' counts are the whole; drilling into one finds as many calls as it counts."""
    whole = subject.rows(_PAGE)
    groups = subject.rows(_PAGE, {"row_groups": '["scenario"]'})
    total = sum(group["count"] for group in groups)
    expect(total == len(whole), f"the groups count {total} calls, there are {len(whole)}")
    names = Counter(scenario_name(row) for row in whole)
    for group in groups[:4]:
        key = group["scenario"]
        expect(
            names[key] == group["count"], f"group {key!r} counts {group['count']}, calls show {names[key]}"
        )
        inner = {"row_groups": '["scenario"]', "group_keys": msgspec.json.encode([key]).decode()}
        found = subject.rows(_PAGE, inner)
        expect(len(found) == group["count"], f"group {key!r} counts {group['count']} and holds {len(found)}")
        expect(all("id" in row for row in found), f"what group {key!r} holds isn't calls")


@CHECKS.documented
def groups_of_groups_add_up(subject: Subject) -> None:
    """The groups of the second level add up to the group they are in; filters hold for groups too."""
    outer = subject.rows(_PAGE, {"row_groups": '["scenario"]'})
    for group in outer[:3]:
        keys = msgspec.json.encode([group["scenario"]]).decode()
        inner = subject.rows(_PAGE, {"row_groups": '["scenario","status"]', "group_keys": keys})
        total = sum(one["count"] for one in inner)
        expect(
            total == group["count"], f"group {group['scenario']!r}: {group['count']} calls, inside {total}"
        )
    query = by("overall_score", "number", "greater_than", 50)
    narrowed = sum(one["count"] for one in subject.rows(_PAGE, {**query, "row_groups": '["scenario"]'}))
    expect(narrowed == subject.count(_PAGE, query), f"filtered groups count {narrowed} calls")
