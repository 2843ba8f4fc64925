"""Filters, search, status and groups: the items that come are those that were requested."""

# ruff: noqa: D401 - the docstring of a check is its claim
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import attrs
import msgspec

from futureagi_simulate_contract.claim import Kind, Severity, Violation, check, rule
from futureagi_simulate_contract.exchange import Endpoint, Exchange, Log, Row, row_id, scenario_name
from futureagi_simulate_contract.filtering import Filter, documented, encode, satisfies, shown, single_filter
from futureagi_simulate_contract.session import NotApplicableError, Subject, expect, expect_status
from futureagi_simulate_contract.views import Profile

_CALLS, _PAGE, _RUN_TESTS = Endpoint.CALL_EXECUTIONS, Endpoint.TEST_EXECUTION, Endpoint.TEST_EXECUTIONS


def by(column: str, kind: str, operator: str, value: Any) -> dict[str, str]:
    """Return the query of one filter."""
    return {"filters": Filter(column, kind, operator, value).encode()}


def _check_found(subject: Subject, *filters: Filter, matching: list[Row]) -> None:
    """Fail unless filters find exactly the rows in `matching` that satisfy all of them."""
    found = {row_id(row) for row in subject.rows(_PAGE, {"filters": encode(*filters)})}
    shown = {row_id(row) for row in matching if all(satisfies(row, one) for one in filters)}
    text = " and ".join(f"{one.column} {one.operator} {one.value!r}" for one in filters)
    expect(found == shown, f"{text}: {len(found)} items, {len(shown)} show it")


@check()
def a_status_filter_leaves_that_status(subject: Subject) -> None:
    """Filtered by a status, exactly the items of that status come.

    Kept earlier runs of a call are left out here: the observed server finds them by the status of the call.
    """
    for endpoint in (_CALLS, _RUN_TESTS):
        rows = _originals(subject.rows(endpoint))
        counts = Counter(str(row["status"]) for row in rows if row.get("status"))
        for word, times in counts.items():
            value = word if subject.documented else word.lower()
            found = _originals(subject.rows(endpoint, {"status": value}))
            others = [row for row in found if row.get("status") != word]
            expect(not others, f"{endpoint}: {len(others)} items of another status than {word}")
            expect(
                len(found) == times, f"{endpoint}: {len(found)} items of status {word}, the whole has {times}"
            )


def _originals(rows: list[Row]) -> list[Row]:
    return [row for row in rows if not row.get("is_snapshot")]


@check()
def a_status_nobody_has_finds_nothing(subject: Subject) -> None:
    """A word that is no status is refused (documented) or finds nothing (observed)."""
    for endpoint in (_CALLS, _RUN_TESTS):
        exchange = subject.get(endpoint, {"status": "no-such-status"})
        wanted = 400 if subject.documented else 200
        expect_status(exchange, wanted)
        expect(not exchange.rows, "items of a status that doesn't exist", exchange)


@check()
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
                    others = [
                        row for row in found if word.lower() not in (scenario_name(row) or word).lower()
                    ]
                    expect(not others, f"{endpoint}: searching {word!r} finds {len(others)} others")


@check()
def search_finds_nothing_that_is_not_there(subject: Subject) -> None:
    """A text that nothing holds finds nothing; a part of a listing is smaller than the whole."""
    for endpoint in (_CALLS, _PAGE, _RUN_TESTS):
        count = subject.count(endpoint, {"search": "qqzzxxjjkk"})
        expect(count == 0, f"{endpoint}: a senseless search finds {count}")


@check()
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


@check()
def equals_finds_exactly_the_equal_ones(subject: Subject) -> None:
    """`equals` finds the items that show this very value, and only those."""
    rows = subject.rows(_PAGE)
    for column, kind, value in _samples(rows):
        _check_found(subject, Filter(column, kind, "equals", value), matching=rows)


@check()
def between_is_both_comparisons(subject: Subject) -> None:
    """`between` finds what `>=` and `<=` find together, and what the shown scores say."""
    rows = subject.rows(_PAGE)
    scores = sorted(row["overall_score"] for row in rows if row.get("overall_score") is not None)
    if len(scores) < 3:
        raise NotApplicableError("fewer than three calls have a score")
    low, high = scores[len(scores) // 4], scores[-len(scores) // 4]
    above = Filter("overall_score", "number", "greater_than_or_equal", low)
    below = Filter("overall_score", "number", "less_than_or_equal", high)
    _check_found(subject, Filter("overall_score", "number", "between", [low, high]), matching=rows)
    _check_found(subject, above, below, matching=rows)


@check()
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


@check(Profile.DOCUMENTED)
def every_documented_filter_is_applied(subject: Subject) -> None:
    """Documented columns narrow: an id finds one call, `in` finds what its values find, a range its items."""
    rows = subject.rows(_PAGE)
    _check_found(subject, Filter("call_execution_id", "text", "equals", row_id(rows[0])), matching=rows)
    names = sorted({scenario for row in rows if (scenario := scenario_name(row))})[:2]
    several = subject.count(_PAGE, by("scenario", "text", "in", names))
    single = sum(subject.count(_PAGE, by("scenario", "text", "equals", one)) for one in names)
    expect(several == single, f"scenario in finds {several}, its values find {single}")
    inside, outside = (
        subject.count(_PAGE, by("overall_score", "number", operator, [20, 70]))
        for operator in ("between", "not_in_between")
    )
    expect(inside + outside == len(rows), "between and not_in_between don't part the whole")
    middle = sorted(datetime.fromisoformat(row["created_at"]) for row in rows)[len(rows) // 2]
    _check_found(subject, Filter("timestamp", "datetime", "less_than", middle.isoformat()), matching=rows)


@check()
def a_broken_filter_is_refused(subject: Subject) -> None:
    """`filters` that is no JSON, no array or has an unknown operator is answered 400."""
    for text in ("{", "5", '[{"column_id":"status"}]', by("status", "text", "resembles", "x")["filters"]):
        exchange = subject.get(_PAGE, {"filters": text})
        expect(exchange.status == 400, f"{exchange.status} for filters={text}", exchange)


@check()
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


@check(Profile.DOCUMENTED)
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


@check(Profile.DOCUMENTED)
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


_OPPOSITE: Final = {"less_than": "greater_than", "greater_than": "less_than"}


def filtered(log: Log, *, status: int | None = None) -> Iterator[tuple[Exchange, Filter]]:
    """Yield the questions with exactly one filter."""
    for exchange in log.of(_PAGE, status=status):
        wanted = single_filter(exchange)
        if wanted is not None:
            yield exchange, wanted


def whole_count(log: Log, exchange: Exchange) -> int | None:
    """Return how many calls the execution of a request has without any filter."""
    for other in log.of(_PAGE, status=200):
        narrowed = {"filters", "search", "row_groups"} & set(other.query)
        if other.request.path == exchange.request.path and not narrowed:
            count = other.envelope.get("count")
            return count if isinstance(count, int) else None
    return None


def _rows_of(log: Log, exchange: Exchange) -> list[Row]:
    rows = (row for _, row in log.rows(_PAGE, exchange.request.path) if isinstance(row.get("id"), str))
    return list({row["id"]: row for row in rows}.values())


@rule(
    "filter-refused", Kind.FILTER, "filters",
    "every documented pair of filter_type and filter_op is accepted", _PAGE, severity=Severity.BREAKS,
)  # fmt: skip
def _refused(log: Log, _: Endpoint) -> Iterator[Violation]:
    for exchange, wanted in filtered(log):
        if wanted.documented and 400 <= exchange.status < 500:
            yield Violation(str(exchange.status), exchange, location=f"filters: {_refusal(wanted)}")


def _refusal(wanted: Filter) -> str:
    if wanted.type == "list":
        return "type list"
    if wanted.operator == "not_in_between":
        return "not_in_between"
    if wanted.operator == "in":
        return "in, of another type than text"
    return f"{wanted.operator} of type {wanted.type}"


@rule(
    "filter-ignored", Kind.FILTER, "filters",
    "a filter that is accepted is applied", _PAGE, severity=Severity.BREAKS,
)  # fmt: skip
def _ignored(log: Log, _: Endpoint) -> Iterator[Violation]:
    for exchange, wanted in filtered(log, status=200):
        count, whole = exchange.envelope.get("count"), whole_count(log, exchange)
        if not wanted.documented or count is None or count != whole or _is_day(wanted):
            continue
        if _compares_times(wanted) and _parts(log, exchange, wanted):
            continue
        known = _rows_of(log, exchange)
        against = sum(satisfies(row, wanted) is False for row in known)
        if against or _narrower(log, exchange, wanted, count):
            about = "an eval" if wanted.is_eval else wanted.column
            detail = f"all {whole} items came, {against} of the known ones don't satisfy it"
            yield Violation(
                "everything comes",
                exchange,
                True,
                f"filters: {about} {wanted.operator} ({wanted.type})",
                detail,
            )


def _is_day(wanted: Filter) -> bool:
    return (wanted.column, wanted.type, wanted.operator) == ("timestamp", "datetime", "equals")


def _narrower(log: Log, exchange: Exchange, wanted: Filter, count: int) -> bool:
    """Return whether one half of a `between` alone finds fewer items than the whole of it."""
    if wanted.operator != "between" or not isinstance(wanted.value, list) or len(wanted.value) != 2:
        return False
    halves = zip(("greater_than_or_equal", "less_than_or_equal"), wanted.value, strict=True)
    alone = [attrs.evolve(wanted, operator=operator, value=value) for operator, value in halves]
    return any(
        half in alone and other.request.path == exchange.request.path and other.envelope["count"] < count
        for other, half in filtered(log, status=200)
    )


@rule(
    "unknown-column",
    Kind.FILTER,
    "filters: a column that doesn't exist",
    "a filter on a column that doesn't exist is refused",
    _PAGE,
)
def _unknown_column(log: Log, _: Endpoint) -> Iterator[Violation]:
    for exchange, wanted in filtered(log, status=200):
        if (
            wanted.column in documented("FilterColumn")
            or wanted.is_eval
            or not wanted.column.startswith(("no_", "nope"))
        ):
            continue
        if exchange.envelope.get("count") == whole_count(log, exchange):
            yield Violation("200, everything comes", exchange)


@rule(
    "filter-of-another-time", Kind.MEANING, "filters: timestamp",
    "the timestamp filter looks at the time that the items show", _PAGE, severity=Severity.BREAKS,
)  # fmt: skip
def _other_time(log: Log, _: Endpoint) -> Iterator[Violation]:
    for exchange, wanted in filtered(log, status=200):
        if not _compares_times(wanted):
            continue
        rows, count = _rows_of(log, exchange), exchange.envelope.get("count")
        there = sum(satisfies(row, wanted) is True for row in rows)
        if len(rows) == whole_count(log, exchange) and there != count and _parts(log, exchange, wanted):
            detail = f"{count} items came, {there} show such a time"
            yield Violation("it looks at the creation, items show the update", exchange, detail=detail)


def _compares_times(wanted: Filter) -> bool:
    return (wanted.column, wanted.type) == ("timestamp", "datetime") and wanted.operator in _OPPOSITE


def _parts(log: Log, exchange: Exchange, wanted: Filter) -> bool:
    """Return whether this comparison and the opposite one find different things: so the filter is applied."""
    opposite = attrs.evolve(wanted, operator=_OPPOSITE.get(wanted.operator, ""))
    return any(
        other.request.path == exchange.request.path
        and other.envelope.get("count") != exchange.envelope.get("count")
        for other, found in filtered(log, status=200)
        if found == opposite
    )


@rule(
    "filter-by-day",
    Kind.MEANING,
    "filters: timestamp equals",
    "equals finds the items of that very moment",
    _PAGE,
)
def _by_day(log: Log, _: Endpoint) -> Iterator[Violation]:
    for exchange, wanted in filtered(log, status=200):
        if _is_day(wanted) and any(satisfies(row, wanted) is False for row in exchange.rows):
            yield Violation("it finds a whole day", exchange)


@rule(
    "case-of-equals",
    Kind.CASING,
    "filters: equals",
    "equals treats upper and lower case alike in every text column",
    _PAGE,
)
def _case(log: Log, _: Endpoint) -> Iterator[Violation]:
    heeds = {
        wanted.column: (exchange, exchange.envelope.get("count") == 0)
        for exchange, wanted in filtered(log, status=200)
        if (wanted.type, wanted.operator) == ("text", "equals")
        and _known_in_other_case(log, exchange, wanted)
    }
    if len({sensitive for _, sensitive in heeds.values()}) > 1:
        for column, (exchange, sensitive) in heeds.items():
            got = "another case finds nothing" if sensitive else "another case finds the same"
            yield Violation(got, exchange, location=f"filters: {column} equals, in another case")


def _known_in_other_case(log: Log, exchange: Exchange, wanted: Filter) -> bool:
    values = {
        shown(row, wanted.column)
        for row in _rows_of(log, exchange)
        if not isinstance(shown(row, wanted.column), (dict, list))
    }
    same = {
        value for value in values if isinstance(value, str) and value.lower() == str(wanted.value).lower()
    }
    return bool(same) and wanted.value not in same


@rule(
    "grouping-fails",
    Kind.STATUS,
    "row_groups",
    "calls can be grouped by every documented column",
    _PAGE,
    severity=Severity.BREAKS,
)
def _grouping(log: Log, _: Endpoint) -> Iterator[Violation]:
    for exchange in log.of(_PAGE, status=500):
        groups = exchange.query.get("row_groups", "")
        if groups.startswith('["'):
            first = groups.split('"')[1]
            location = "row_groups: scenario" if first == "scenario" else "row_groups: another plain column"
            yield Violation("500", exchange, location=location)


@rule(
    "search-wildcard",
    Kind.SEARCH,
    "search: % and _",
    "search finds the text that was given, letter for letter",
    _CALLS,
    _PAGE,
)
def _wildcards(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for exchange in log.of(endpoint, status=200):
        word = exchange.query.get("search", "")
        if word.strip("%_") or not word:
            continue
        others = [row for row in exchange.rows if word not in (scenario_name(row) or "")]
        if others:
            yield Violation(
                "items without this character are found", exchange, detail=f"{len(others)} items on the page"
            )


@rule(
    "search-misses", Kind.SEARCH, "search",
    "search finds every item whose scenario's name holds the text, in any case",
    _CALLS, _PAGE, severity=Severity.BREAKS,
)  # fmt: skip
def _misses(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for exchange in log.of(endpoint, status=200):
        word = exchange.query.get("search", "")
        if not word.strip() or set(exchange.query) - {"search", "limit"}:
            continue
        holders = [
            row
            for _, row in log.rows(endpoint, exchange.request.path)
            if word.lower() in (scenario_name(row) or "").lower()
        ]
        if holders and exchange.envelope.get("count") == 0:
            backslash = "\\" in word
            location = "search: a backslash" if backslash else "search: a scenario's name"
            yield Violation(
                "nothing is found", exchange, backslash, location, f"{len(holders)} known items hold it"
            )


@rule(
    "search-fails",
    Kind.SEARCH,
    "search",
    "searching is never a server error",
    _CALLS,
    _RUN_TESTS,
    _PAGE,
    severity=Severity.BREAKS,
)
def _fails(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for exchange in log.of(endpoint):
        word = exchange.query.get("search")
        if word is not None and exchange.status >= 500:
            nul = "\0" in word
            known = endpoint is Endpoint.TEST_EXECUTIONS or (nul and endpoint is Endpoint.CALL_EXECUTIONS)
            location = "search: a NUL" if nul else "search: a scenario's name"
            yield Violation(str(exchange.status), exchange, known, location)


@rule(
    "status-filter", Kind.FILTER, "status",
    "the status filter takes a status in the case that the documents use, and in any other",
    _CALLS, _RUN_TESTS, severity=Severity.BREAKS,
)  # fmt: skip
def _status(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    counts: dict[tuple[str, str], int] = {}
    for exchange in log.of(endpoint, status=200):
        status = exchange.query.get("status")
        if status and not exchange.query.get("search"):
            counts[exchange.request.path, status] = exchange.envelope.get("count", 0)
    for exchange in log.of(endpoint, status=200):
        status = exchange.query.get("status", "")
        path = exchange.request.path
        if counts.get((path, status)) == 0 and any(
            count
            for (other, word), count in counts.items()
            if other == path and word.lower() == status.lower()
        ):
            yield Violation(
                "nothing is found in this case", exchange, location=f"status: {_case_name(status)}"
            )


def _case_name(word: str) -> str:
    return "upper case" if word.isupper() else "lower case" if word.islower() else "title case"


@rule(
    "status-without-effect", Kind.FILTER, "status", "the status filter leaves only items of that status",
    _CALLS, _RUN_TESTS, severity=Severity.BREAKS,
)  # fmt: skip
def _without_effect(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for exchange in log.of(endpoint, status=200):
        status = exchange.query.get("status", "")
        repeated = sum(name == "status" for name, _ in exchange.request.query) > 1
        others = [row for row in exchange.rows if str(row.get("status")).lower() != status.lower()]
        if status and others and not repeated:
            yield Violation(
                "items of another status came", exchange, known=False, detail=f"{len(others)} items"
            )
