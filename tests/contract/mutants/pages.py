"""Listings that count, cut, link or order wrongly."""

from __future__ import annotations

import random

import msgspec

from futureagi_simulate_contract.asking import Ask
from futureagi_simulate_contract.exchange import Answer, Question

from .making import (
    BOTH,
    CE,
    EX,
    RN,
    TE,
    VC,
    Body,
    Spoil,
    about,
    changed,
    mutant,
    page_of,
    put,
    spoil_pages,
    spoil_query,
    stateful,
    with_query,
)

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
