"""Made-up executions for the tests of the report: hostile where a transcript can be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx

from futureagi_simulate import Client
from futureagi_simulate.records import CallRecord, EvalRecord, EvalSummary, ExecutionRecord, Turn
from futureagi_simulate_cli.failures.collect import Cluster
from futureagi_simulate_cli.gate import Settings, evaluate
from futureagi_simulate_cli.report import Material

EXECUTION = "11111111-1111-4111-8111-111111111111"


def made_up(rows: Sequence[Any], *, in_run_test: Sequence[Any] | None = None, total: int = 0) -> Client:
    """Make a client of a server with one execution, which gives `rows` for its calls whatever they are."""

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        given = in_run_test if "/run-tests/" in path and in_run_test is not None else rows
        page = {"count": len(given), "total_pages": 1, "current_page": 1, "next": None, "results": given}
        if not path.startswith("/sdk/"):
            return httpx.Response(200, json={**page, "previous": None, "status": "completed"})
        run = {"execution_id": EXECUTION, "status": "completed", "total_calls": total or len(rows)}
        return httpx.Response(
            200, json={"status": True, "result": {**run, "eval_results": [], "call_results": page}}
        )

    http = httpx.Client(transport=httpx.MockTransport(answer))
    return Client(api_key="key", secret_key="secret", base_url="http://127.0.0.1:1", http_client=http)


HOSTILE = (
    "<script>window.ran = 1</script>",
    "</script><script>window.ran = 2</script>",
    '<img src="x" onerror="window.ran = 3">',
    '"><svg onload="window.ran = 4">',
    "' onmouseover='window.ran = 5",
    "<style>* { display: none }</style>",
    '<a href="javascript:window.ran = 6">click</a>',
    "<!-- <script>",
    "]]><script>window.ran = 7</script>",
    "{{ 7 * 7 }} ${window.ran = 8}",
    '<iframe srcdoc="<script>parent.ran = 9</script>"></iframe>',
    '<meta http-equiv="refresh" content="0; url=https://evil.example">',
    "\u202egnp.exe\u2066 \u200b\u2028line\u2029 \ufeff",
    "\ud83d\ude00 日本語 العربية".encode("utf-16", "surrogatepass").decode("utf-16"),
    "&lt;script&gt; &#x3c;script&#x3e;",
)


def make_material(count: int = 60, *, baseline: bool = True, ready: bool = False) -> Material:
    calls = tuple(_call(number) for number in range(count))
    passed = sum(bool(call.evals[0].passed) for call in calls)
    execution = _execution(EXECUTION, passed, count)
    before = (
        _execution("22222222-2222-4222-8222-222222222222", round(count * 0.9), count) if baseline else None
    )
    settings = Settings.of(["Coherence=10" if ready else "Coherence=99"])
    verdict = evaluate(execution, settings, before)
    members = tuple(call.id for call in calls[1:3])
    clusters = tuple(Cluster("Coherence", text, text, members) for text in HOSTILE)
    trend = ((before, verdict.baseline), (execution, verdict.measures)) if before else ()
    return Material(execution, verdict, calls, clusters, before, trend=trend)


def _execution(identifier: str, passed: int, count: int) -> ExecutionRecord:
    evals = (
        EvalSummary(
            "e1", "Coherence", "pass_fail", 100 * passed / count, passed, count - passed, total=count
        ),
        EvalSummary("e2", HOSTILE[0], "score", average=51.25, total=count),
        EvalSummary("e3", "Tone", "choices", choices={"calm": 50.0, "angry": 50.0}, total=count),
    )
    return ExecutionRecord(
        id=identifier,
        run_test_name=HOSTILE[1],
        status="completed",
        started_at=datetime(2026, 3, 1, 9, tzinfo=UTC),
        total_calls=count,
        completed_calls=count,
        failed_calls=0,
        evals=evals,
    )


def _call(number: int) -> CallRecord:
    dice = Random(number)
    nasty = HOSTILE[number % len(HOSTILE)]
    passed = number % 5 != 0
    words = ["price", "invoice", "order", "delivery", "monday", "account", "manager", "contract", "refund"]
    turns = [Turn("agent", f"Hello, this is call {number}.", 0.0, 1.5), Turn("customer", nasty, 2.0, 3.0)]
    turns += [
        Turn(
            ("agent", "customer")[place % 2],
            " ".join(dice.choices(words, k=18)),
            place * 4.0,
            place * 4.0 + 3,
        )
        for place in range(10)
    ]
    if not passed:
        turns[4] = Turn("agent", "The warranty lasts seventeen years.", 8.0, 11.0)
    return CallRecord(
        id=f"{number:08x}-0000-4000-8000-{number:012x}",
        execution_id=EXECUTION,
        status="failed" if number % 11 == 3 else "completed",
        scenario=("Billing", "Refund", nasty)[number % 3],
        started_at=datetime(2026, 3, 1, 9, tzinfo=UTC) + timedelta(minutes=number),
        duration_s=20 + (number * 37) % 200,
        overall_score=(number * 13) % 101 if number % 7 else None,
        agent_latency_s=0.4 + (number % 20) / 10,
        customer_name=nasty,
        summary=nasty,
        evals=(
            EvalRecord(
                "e1",
                "Coherence",
                "pass_fail",
                passed=passed,
                reason=None if passed else f"Promised a seventeen year warranty. {nasty}",
            ),
            EvalRecord("e2", HOSTILE[0], "score", score=float(number % 101)),
            EvalRecord("e3", "Tone", "choices", choices=("calm",)),
        ),
        transcript=tuple(turns),
    )
