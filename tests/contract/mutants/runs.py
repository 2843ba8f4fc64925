"""Sums that are wrong, and a runs endpoint that tells another story."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from futureagi_simulate_contract.asking import Ask
from futureagi_simulate_contract.exchange import Answer, Question

from .making import BOTH, RN, VC, Body, about, changed, mutant, put, spoil_pages, spoil_query


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
