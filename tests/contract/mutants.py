"""Defective variants of the mock: each spoils one thing about its questions or answers."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import attrs
import msgspec

from futureagi_simulate.contract.asking import Ask, of_mock
from futureagi_simulate.contract.exchange import Answer, Endpoint, Exchange, Keys, Question
from futureagi_simulate.mock import Mock

CE, EX, TE = Endpoint.CALL_EXECUTIONS, Endpoint.TEST_EXECUTIONS, Endpoint.TEST_EXECUTION
VC, RN = Endpoint.VERSION_CALL_EXECUTIONS, Endpoint.RUNS
Spoil = Callable[[Question, Ask], Answer]
Body = dict[str, Any]


@attrs.frozen
class Mutant:
    """One defect. `spoil` answers a question, with the clean mock to ask."""

    name: str
    profile: str
    make: Callable[[], Spoil]

    def ask(self, mock: Mock) -> Ask:
        clean, spoil = of_mock(mock), self.make()
        return lambda question: spoil(question, clean)

    def __str__(self) -> str:
        return f"{self.profile}: {self.name}"


MUTANTS: list[Mutant] = []


def mutant(name: str, *profiles: str) -> Callable[[Spoil], Spoil]:
    """Enter a function that answers as a mutant."""

    def enter(spoil: Spoil) -> Spoil:
        MUTANTS.extend(Mutant(name, profile, lambda: spoil) for profile in profiles or ("documented",))
        return spoil

    return enter


def stateful(name: str, *profiles: str) -> Callable[[Callable[[], Spoil]], Callable[[], Spoil]]:
    """Enter a function that makes a mutant with a memory."""

    def enter(make: Callable[[], Spoil]) -> Callable[[], Spoil]:
        MUTANTS.extend(Mutant(name, profile, make) for profile in profiles or ("documented",))
        return make

    return enter


def page_of(body: Body) -> Body:
    """Return the object that holds `results`."""
    result = body.get("result")
    inner = result.get("call_results", result) if isinstance(result, dict) else body
    return inner if isinstance(inner, dict) else body


def changed(answer: Answer, change: Callable[[Body], object]) -> Answer:
    """Return an answer with its JSON body changed in place."""
    body = msgspec.json.decode(answer.body)
    change(body)
    return attrs.evolve(answer, body=msgspec.json.encode(body))


def about(question: Question) -> Endpoint | None:
    return Exchange(question, Answer(0, {}, b"")).endpoint


def with_query(question: Question, **query: str | None) -> Question:
    kept = [(name, value) for name, value in question.query if name not in query]
    new = [(name, value) for name, value in query.items() if value is not None]
    return attrs.evolve(question, query=(*kept, *new))


def spoil_pages(
    name: str,
    change: Callable[[Body], object],
    *endpoints: Endpoint,
    profiles: tuple[str, ...] = ("documented",),
) -> None:
    """Enter a mutant that changes every 200 body of some endpoints."""

    def spoil(question: Question, ask: Ask) -> Answer:
        answer = ask(question)
        if (
            answer.status != 200
            or question.method != "GET"
            or about(question) not in (endpoints or tuple(Endpoint))
        ):
            return answer
        return changed(answer, change)

    mutant(name, *profiles)(spoil)


def spoil_rows(
    name: str,
    change: Callable[[Body], object],
    *endpoints: Endpoint,
    profiles: tuple[str, ...] = ("documented",),
) -> None:
    """Enter a mutant that changes every item of some endpoints' pages."""

    def each(body: Body) -> None:
        for row in page_of(body).get("results") or []:
            change(row)

    spoil_pages(name, each, *endpoints, profiles=profiles)


def spoil_query(name: str, *profiles: str, **query: str | None) -> None:
    """Enter a mutant that asks with other parameters wherever one of them was given."""

    def spoil(question: Question, ask: Ask) -> Answer:
        given = dict(question.query)
        return ask(with_query(question, **query)) if set(query) & set(given) else ask(question)

    mutant(name, *profiles)(spoil)


def spoil_errors(name: str, change: Callable[[Answer], Answer], *statuses: int) -> None:
    """Enter a mutant that changes answers with some statuses."""

    def spoil(question: Question, ask: Ask) -> Answer:
        answer = ask(question)
        return change(answer) if answer.status in statuses else answer

    mutant(name)(spoil)


def put(row: Body, name: str, value: Any) -> None:
    if row.get(name) is not None:
        row[name] = value


BOTH = ("documented", "observed")

# ----------------------------------------------------------------------------------------------- fields
spoil_rows("a field is missing", lambda row: row.pop("status", None), CE, profiles=BOTH)
spoil_rows("a field is null", lambda row: put(row, "total_calls", None), EX)
spoil_rows(
    "a number comes as a text",
    lambda row: put(row, "overall_score", str(row.get("overall_score"))),
    TE,
    profiles=BOTH,
)
spoil_rows("a field has another name", lambda row: row.update(scenario_title=row.pop("scenario", None)), VC)
spoil_rows("a field too many", lambda row: row.update(debug_sql="x"), RN)
spoil_rows(
    "a boolean comes as a number",
    lambda row: put(row, "is_snapshot", int(row.get("is_snapshot") or 0)),
    CE,
    profiles=BOTH,
)
spoil_rows("a status in another case", lambda row: put(row, "status", str(row.get("status")).lower()), EX)
spoil_rows("a list comes as null", lambda row: put(row, "scenario_ids", None), EX)
spoil_rows(
    "a date without a zone", lambda row: put(row, "created_at", str(row.get("created_at")).rstrip("Z")), TE
)
spoil_rows("a date as a number", lambda row: put(row, "start_time", 1774300000), CE, profiles=BOTH)
spoil_rows("an id that is no UUID", lambda row: row.update(id="call-1" if "id" in row else None), VC)
spoil_rows(
    "a score out of 1, not of 100",
    lambda row: put(
        row, "overall_score", round(row.get("overall_score") / 100, 4) if row.get("overall_score") else None
    ),
    CE,
)
spoil_rows("a score above 100", lambda row: put(row, "overall_score", 1000.0), VC, profiles=BOTH)
spoil_rows("a negative duration", lambda row: put(row, "duration", -5), TE)
spoil_rows(
    "a duration in milliseconds",
    lambda row: put(row, "duration_seconds", 1000 * (row.get("duration_seconds") or 0)),
    RN,
)
spoil_rows(
    "latency in milliseconds",
    lambda row: put(row, "avg_agent_latency", 1000 * (row.get("avg_agent_latency") or 0)),
    CE,
)
spoil_rows("an end before its start", lambda row: put(row, "completed_at", "2020-01-01T00:00:00Z"), EX)
spoil_rows("turns in the wrong order", lambda row: (row.get("transcript") or []).reverse(), CE)
spoil_pages(
    "the items under another name",
    lambda body: page_of(body).update(items=page_of(body).pop("results", None)),
    VC,
)
spoil_pages("no envelope around the items", lambda body: body.pop("count", None), CE)

# ------------------------------------------------------------------------------------------------ pages
spoil_pages(
    "count is one too many",
    lambda body: page_of(body).update(count=page_of(body).get("count", 0) + 1),
    profiles=BOTH,
)
spoil_pages(
    "count is that of the page",
    lambda body: page_of(body).update(count=len(page_of(body).get("results", []))),
    TE,
)
spoil_pages(
    "total_pages is rounded down",
    lambda body: page_of(body).update(total_pages=max(1, page_of(body).get("total_pages", 1) - 1)),
    TE,
    profiles=BOTH,
)
spoil_pages("current_page is always 1", lambda body: page_of(body).update(current_page=1), RN)
spoil_pages("next is always null", lambda body: body.update(next=None), CE, profiles=BOTH)
spoil_pages("previous is always null", lambda body: body.update(previous=None), EX)
spoil_pages(
    "next never ends", lambda body: body.update(next=body.get("next") or "https://mock.invalid/?page=2"), VC
)
spoil_pages(
    "next forgets the limit",
    lambda body: put(body, "next", str(body.get("next")).replace("limit=", "size=")),
    CE,
    profiles=BOTH,
)
spoil_pages(
    "the last item of a page is lost",
    lambda body: (page_of(body).get("results") or [0]).pop(),
    TE,
    profiles=BOTH,
)
spoil_pages("pages are in reverse", lambda body: (page_of(body).get("results") or []).reverse(), EX)
spoil_query("limit is ignored", limit=None)
spoil_query("every page is the first", "documented", "observed", page=None)


@mutant("a page too far", *BOTH)
def _off_by_one(question: Question, ask: Ask) -> Answer:
    page = dict(question.query).get("page", "")
    return ask(
        with_query(question, page=str(int(page) + 1)) if page.isdecimal() and int(page) > 1 else question
    )


@mutant("the default page is larger")
def _default(question: Question, ask: Ask) -> Answer:
    return ask(question if "limit" in dict(question.query) else with_query(question, limit="20"))


@mutant("pages overlap by one item", *BOTH)
def _overlap(question: Question, ask: Ask) -> Answer:
    answer, query = ask(question), dict(question.query)
    if answer.status != 200 or query.get("page", "1") in {"1", ""} or not query["page"].isdecimal():
        return answer
    before = msgspec.json.decode(ask(with_query(question, page=str(int(query["page"]) - 1))).body)
    last = (page_of(before).get("results") or [None])[-1]

    def change(body: Body) -> None:
        rows = page_of(body).get("results") or []
        if rows and last is not None:
            rows.insert(0, last)
            rows.pop()

    return changed(answer, change)


@mutant("behind the end the last page comes again")
def _again(question: Question, ask: Ask) -> Answer:
    answer = ask(question)
    if answer.status == 200 and dict(question.query).get("page") == "9999":
        return ask(with_query(question, page="1"))
    return answer


@stateful("the order changes from answer to answer", *BOTH)
def _shuffled() -> Spoil:
    dice = random.Random(7)

    def spoil(question: Question, ask: Ask) -> Answer:
        answer = ask(question)
        if answer.status != 200 or about(question) is not CE:
            return answer
        return changed(answer, lambda body: dice.shuffle(page_of(body).get("results") or []))

    return spoil


# ------------------------------------------------------------------------------------------- filters, search
spoil_query("the status filter is ignored", *BOTH, status=None)
spoil_query("search is ignored", *BOTH, search=None)
spoil_query("filters are ignored", *BOTH, filters=None)
spoil_query("groups are ignored", row_groups=None, group_keys=None)


def _replaced(name: str, parameter: str, old: str, new: str, *profiles: str) -> None:
    def spoil(question: Question, ask: Ask) -> Answer:
        value = dict(question.query).get(parameter, "")
        return ask(with_query(question, **{parameter: value.replace(old, new)}) if old in value else question)

    mutant(name, *profiles)(spoil)


_replaced("not_equals finds what equals finds", "filters", '"not_equals"', '"equals"', *BOTH)
_replaced("between leaves its upper end out", "filters", '"less_than_or_equal"', '"less_than"', *BOTH)
_replaced("greater_than finds the equal ones", "filters", '"greater_than"', '"greater_than_or_equal"', *BOTH)
_replaced("an unknown operator means equals", "filters", '"resembles"', '"equals"', *BOTH)
_replaced("drilling opens another group", "group_keys", '["', '["x')


@mutant("search heeds the case")
def _case(question: Question, ask: Ask) -> Answer:
    answer, word = ask(question), dict(question.query).get("search")
    if answer.status != 200 or not word or word == word.lower() or not word[0].islower():
        return answer
    return ask(with_query(question, search="no such text"))


@mutant("search finds a whole name only")
def _whole_name(question: Question, ask: Ask) -> Answer:
    word = dict(question.query).get("search", "")
    return ask(with_query(question, search="no such text") if word and word[0].islower() else question)


@mutant("a filter and a search: the search wins")
def _search_wins(question: Question, ask: Ask) -> Answer:
    return ask(with_query(question, filters=None) if dict(question.query).get("search") else question)


@mutant("groups don't heed filters")
def _group_filters(question: Question, ask: Ask) -> Answer:
    return ask(with_query(question, filters=None) if "row_groups" in dict(question.query) else question)


@mutant("a group counts one call too many")
def _group_count(question: Question, ask: Ask) -> Answer:
    answer = ask(question)
    if answer.status != 200 or "row_groups" not in dict(question.query):
        return answer
    return changed(
        answer,
        lambda body: [row.update(count=row["count"] + 1) for row in body["results"][:1] if "count" in row],
    )


# --------------------------------------------------------------------------------------------------- runs
def _in_results(change: Callable[[Body], object]) -> Callable[[Body], object]:
    def each(body: Body) -> None:
        result = body.get("result") or {}
        for holder in [result, *(result.get("results") or [])]:
            for entry in holder.get("eval_results") or []:
                for part in entry.get("result") or []:
                    change(part)

    return each


def _swap(part: Body) -> None:
    output = part.get("output") or {}
    if "pass" in output:
        output["pass"], output["fail"] = output["fail"], output["pass"]


def _add(part: Body) -> None:
    output = part.get("output") or {}
    if "pass_count" in output:
        output["pass_count"] += 1


spoil_pages("pass and fail are swapped", _in_results(_swap), RN, profiles=BOTH)
spoil_pages("pass_count is one too many", _in_results(_add), RN, profiles=BOTH)
spoil_pages("an average is wrong", _in_results(lambda part: put(part, "avg_score", 1.0)), RN, profiles=BOTH)
spoil_pages(
    "completed_calls counts all calls",
    lambda body: put(body["result"], "completed_calls", 999),
    RN,
    profiles=BOTH,
)
spoil_pages(
    "another status at the runs endpoint",
    lambda body: put(body["result"], "status", "failed") if "call_execution_id" in body["result"] else None,
    RN,
    profiles=BOTH,
)
spoil_pages(
    "the summary comes unasked", lambda body: body["result"].setdefault("eval_explanation_summary", {}), RN
)
spoil_query("the summary never comes", *BOTH, summary=None)
spoil_query("eval_name is ignored", *BOTH, eval_name=None)


@mutant("the runs endpoint needs no id")
def _no_id(question: Question, ask: Ask) -> Answer:
    answer = ask(question)
    if answer.status == 400 and about(question) is RN and not question.query:
        return attrs.evolve(answer, status=200, body=b'{"status":true,"result":{}}')
    return answer


@mutant("a version lists failed calls too")
def _version(question: Question, ask: Ask) -> Answer:
    answer = ask(question)
    if answer.status != 200 or about(question) is not VC:
        return answer
    return changed(answer, lambda body: [row.update(status="failed") for row in body["results"][:1]])


# ------------------------------------------------------------------------------------------------- access
def _as_good(name: str, keys: Keys, *endpoints: Endpoint, profiles: tuple[str, ...] = BOTH) -> None:
    def spoil(question: Question, ask: Ask) -> Answer:
        open_here = question.keys is keys and about(question) in (endpoints or tuple(Endpoint))
        return ask(attrs.evolve(question, keys=Keys.GOOD) if open_here else question)

    mutant(name, *profiles)(spoil)


_as_good("one endpoint needs no keys", Keys.NONE, RN)
_as_good("half of the keys will do", Keys.NO_SECRET)
_as_good("the secret key isn't looked at", Keys.WRONG_SECRET, VC)
_as_good("another organization's keys open everything", Keys.OTHER)


@mutant("another organization's call among the own", *BOTH)
def _stranger(question: Question, ask: Ask) -> Answer:
    answer = ask(question)
    if answer.status != 200 or about(question) is not TE or "row_groups" in dict(question.query):
        return answer
    return changed(
        answer,
        lambda body: [row.update(id="0a0b0c0d-0000-4000-8000-0000000000ff") for row in body["results"][:1]],
    )


def _status(name: str, old: int, new: int, *profiles: str) -> None:
    def spoil(question: Question, ask: Ask) -> Answer:
        answer = ask(question)
        return attrs.evolve(answer, status=new) if answer.status == old else answer

    mutant(name, *profiles)(spoil)


_status("403 in place of 401", 401, 403, *BOTH)
_status("an unknown id is a server error", 404, 500)
_status("a broken filter is a server error", 400, 500, *BOTH)


@mutant("an unknown id is an empty page")
def _empty(question: Question, ask: Ask) -> Answer:
    answer = ask(question)
    body = b'{"count":0,"next":null,"previous":null,"results":[]}'
    return Answer(200, answer.headers, body) if answer.status == 404 else answer


@mutant("a bad parameter is looked at before the keys")
def _keys_last(question: Question, ask: Ask) -> Answer:
    if "abc" in dict(question.query).values():
        return ask(attrs.evolve(question, keys=Keys.GOOD))
    return ask(question)


@mutant("POST is answered like GET", *BOTH)
def _post(question: Question, ask: Ask) -> Answer:
    return ask(attrs.evolve(question, method="GET") if question.method == "POST" else question)


@stateful("DELETE deletes", *BOTH)
def _delete() -> Spoil:
    deleted: list[str] = []

    def spoil(question: Question, ask: Ask) -> Answer:
        answer = ask(question)
        if question.method == "DELETE":
            deleted.append(question.path)
        if answer.status == 200 and question.path in deleted and about(question) is TE:
            return changed(answer, lambda body: body["results"].pop() if body["results"] else None)
        return answer

    return spoil


# ------------------------------------------------------------------------------------------------- errors
def _bare(answer: Answer) -> Answer:
    return attrs.evolve(answer, body=msgspec.json.encode({"detail": answer.object.get("detail", "")}))


def _success(answer: Answer) -> Answer:
    return changed(answer, lambda body: body.update(status=True))


def _leak(answer: Answer) -> Answer:
    return changed(
        answer,
        lambda body: body.update(
            dict.fromkeys(("detail", "message", "error", "result"), "sqlite3.OperationalError: near")
        ),
    )


def _html(answer: Answer) -> Answer:
    return Answer(answer.status, {"content-type": "text/html"}, b"<h1>Error</h1>")


spoil_errors("an error body of another form", _bare, 400, 401, 404)
spoil_errors("an error says that all is well", _success, 400)
spoil_errors("an error without details", lambda a: changed(a, lambda body: body.pop("details", None)), 400)
spoil_errors("a text of the database gets out", _leak, 400)
spoil_errors("errors come as HTML", _html, 401)
spoil_errors(
    "a 401 names no scheme", lambda a: attrs.evolve(a, headers={"content-type": "application/json"}), 401
)


@mutant("JSON under another content type", *BOTH)
def _plain(question: Question, ask: Ask) -> Answer:
    answer = ask(question)
    return attrs.evolve(answer, headers={**answer.headers, "content-type": "text/plain"})


@mutant("the body is cut", *BOTH)
def _cut(question: Question, ask: Ask) -> Answer:
    answer = ask(question)
    return attrs.evolve(answer, body=answer.body[:-1]) if answer.status == 200 else answer
