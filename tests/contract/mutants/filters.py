"""Filters, search and groups that find too much, too little or something else."""

from __future__ import annotations

from futureagi_simulate_contract.exchange import Request, Response, Send

from .making import BOTH, changed, mutant, spoil_query, with_query

spoil_query("the status filter is ignored", *BOTH, status=None)
spoil_query("search is ignored", *BOTH, search=None)
spoil_query("filters are ignored", *BOTH, filters=None)
spoil_query("groups are ignored", row_groups=None, group_keys=None)


def _replaced(name: str, parameter: str, old: str, new: str, *profiles: str) -> None:
    def spoil(request: Request, send: Send) -> Response:
        value = dict(request.query).get(parameter, "")
        return send(with_query(request, **{parameter: value.replace(old, new)}) if old in value else request)

    mutant(name, *profiles)(spoil)


_replaced("not_equals finds what equals finds", "filters", '"not_equals"', '"equals"', *BOTH)
_replaced("between leaves its upper end out", "filters", '"less_than_or_equal"', '"less_than"', *BOTH)
_replaced("greater_than finds the equal ones", "filters", '"greater_than"', '"greater_than_or_equal"', *BOTH)
_replaced("an unknown operator means equals", "filters", '"resembles"', '"equals"', *BOTH)
_replaced("drilling opens another group", "group_keys", '["', '["x')


@mutant("search heeds the case")
def _case(request: Request, send: Send) -> Response:
    response, word = send(request), dict(request.query).get("search")
    if response.status != 200 or not word or word == word.lower() or not word[0].islower():
        return response
    return send(with_query(request, search="no such text"))


@mutant("search finds a whole name only")
def _whole_name(request: Request, send: Send) -> Response:
    word = dict(request.query).get("search", "")
    return send(with_query(request, search="no such text") if word and word[0].islower() else request)


@mutant("a filter and a search: the search wins")
def _search_wins(request: Request, send: Send) -> Response:
    return send(with_query(request, filters=None) if dict(request.query).get("search") else request)


@mutant("groups don't heed filters")
def _group_filters(request: Request, send: Send) -> Response:
    return send(with_query(request, filters=None) if "row_groups" in dict(request.query) else request)


@mutant("a group counts one call too many")
def _group_count(request: Request, send: Send) -> Response:
    response = send(request)
    if response.status != 200 or "row_groups" not in dict(request.query):
        return response
    return changed(
        response,
        lambda body: [row.update(count=row["count"] + 1) for row in body["results"][:1] if "count" in row],
    )
