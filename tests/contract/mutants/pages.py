"""Listings that count, cut, link or order wrongly."""

from __future__ import annotations

import random

import msgspec

from futureagi_simulate_contract.exchange import Request, Response, Send

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
def _off_by_one(request: Request, send: Send) -> Response:
    page = dict(request.query).get("page", "")
    return send(
        with_query(request, page=str(int(page) + 1)) if page.isdecimal() and int(page) > 1 else request
    )


@mutant("the default page is larger")
def _default(request: Request, send: Send) -> Response:
    return send(request if "limit" in dict(request.query) else with_query(request, limit="20"))


@mutant("pages overlap by one item", *BOTH)
def _overlap(request: Request, send: Send) -> Response:
    response, query = send(request), dict(request.query)
    if response.status != 200 or query.get("page", "1") in {"1", ""} or not query["page"].isdecimal():
        return response
    before = msgspec.json.decode(send(with_query(request, page=str(int(query["page"]) - 1))).body)
    last = (page_of(before).get("results") or [None])[-1]

    def change(body: Body) -> None:
        rows = page_of(body).get("results") or []
        if rows and last is not None:
            rows.insert(0, last)
            rows.pop()

    return changed(response, change)


@mutant("behind the end the last page comes again")
def _again(request: Request, send: Send) -> Response:
    response = send(request)
    if response.status == 200 and dict(request.query).get("page") == "9999":
        return send(with_query(request, page="1"))
    return response


@stateful("the order changes from response to response", *BOTH)
def _shuffled() -> Spoil:
    order = random.Random(7)

    def spoil(request: Request, send: Send) -> Response:
        response = send(request)
        if response.status != 200 or about(request) is not CE:
            return response
        return changed(response, lambda body: order.shuffle(page_of(body).get("results") or []))

    return spoil
