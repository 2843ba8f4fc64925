"""Filters, search and groups that find too much, too little or something else."""

from __future__ import annotations

from futureagi_simulate_contract.asking import Ask
from futureagi_simulate_contract.exchange import Answer, Question

from .making import BOTH, changed, mutant, spoil_query, with_query

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
