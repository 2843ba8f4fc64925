"""Wrong sums, and a runs endpoint that disagrees with the others."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from futureagi_simulate_contract.exchange import Request, Response, Send

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
def _no_id(request: Request, send: Send) -> Response:
    response = send(request)
    if response.status == 400 and about(request) is RN and not request.query:
        return attrs.evolve(response, status=200, body=b'{"status":true,"result":{}}')
    return response


@mutant("a version lists failed calls too")
def _version(request: Request, send: Send) -> Response:
    response = send(request)
    if response.status != 200 or about(request) is not VC:
        return response
    return changed(response, lambda body: [row.update(status="failed") for row in body["results"][:1]])
