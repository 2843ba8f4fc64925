"""Answers that must not pass the gate, each with a word of why; a stub stands in for the server."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from futureagi_simulate import ManualClock

from .conftest import Run

EXECUTION = "5f0c8c3e-7f6b-4a55-8f0e-0d8f4f1c2b3a"
BEFORE = "6a1d9d4f-8a7c-4b66-9a1f-1e9a5a2d3c4b"
RUN_TEST = "7b2eae5a-9b8d-4c77-8b2a-2fab6b3e4d5c"
COHERENCE = "11111111-1111-4111-8111-111111111111"
TONE = "22222222-2222-4222-8222-222222222222"
SCORE = "33333333-3333-4333-8333-333333333333"

Answer = dict[str, Any]


def rate(name: str, eval_id: str, passed: int, failed: int) -> Answer:
    total = passed + failed
    percent = round(100 * passed / total, 2) if total else 0
    output = {"pass": percent, "fail": 100 - percent, "pass_count": passed, "fail_count": failed}
    return {
        "name": name.lower(),
        "id": f"template-{eval_id}",
        "output_type": "Pass/Fail",
        "total_pass_rate": percent,
        "result": [{"name": name, "id": eval_id, "total_cells": total, "output": output if total else {}}],
    }


def score(name: str, average: float, total: int = 5) -> Answer:
    part = {
        "name": name,
        "id": SCORE,
        "total_cells": total,
        "avg_score": average,
        "output": {"p5": average, "p50": average, "p100": average},
    }
    return {
        "name": name.lower(),
        "id": "template-score",
        "output_type": "score",
        "total_avg": average,
        "result": [part],
    }


def choices(name: str, shares: dict[str, float], total: int = 5) -> Answer:
    part = {"name": name, "id": TONE, "total_cells": total, "output": shares}
    return {
        "name": name.lower(),
        "id": "template-tone",
        "output_type": "choices",
        "total_choices_avg": shares,
        "result": [part],
    }


def entry(name: str = "Coherence", **changed: Any) -> Answer:
    passed = {"name": name, "output_type": "Pass/Fail", "output": "Passed", "reason": ""}
    return {**passed, **changed}


def execution(*evals: Answer, calls: int = 5, **changed: Any) -> Answer:
    """A finished execution of five calls; without evals, Coherence passed in all of them."""
    rows = [
        {
            "call_execution_id": f"{number:08d}-0000-4000-8000-000000000000",
            "scenario_id": "44444444-4444-4444-8444-444444444444",
            "scenario_name": "Billing",
            "status": "completed",
            "duration_seconds": 60,
            "eval_outputs": {COHERENCE: entry()},
        }
        for number in range(calls)
    ]
    return {
        "execution_id": EXECUTION,
        "status": "completed",
        "started_at": "2026-03-01T09:00:00Z",
        "completed_at": "2026-03-01T09:30:00Z",
        "total_calls": calls,
        "completed_calls": calls,
        "failed_calls": 0,
        "eval_results": list(evals) or [rate("Coherence", COHERENCE, calls, 0)],
        "call_results": {"total_pages": 1, "current_page": 1, "count": calls, "results": rows},
        **changed,
    }


def with_rows(answer: Answer, change: Callable[[Answer], object], count: int = 4) -> Answer:
    changed = copy.deepcopy(answer)
    for row in changed["call_results"]["results"][:count]:
        change(row)
    return changed


def outputs(**changed: Any) -> Callable[[Answer], object]:
    return lambda row: row["eval_outputs"].update({COHERENCE: entry(**changed)})


def part(**changed: Any) -> Answer:
    """An execution whose one eval has other numbers in its part."""
    found = rate("Coherence", COHERENCE, 5, 0)
    found["result"][0].update({key: value for key, value in changed.items() if key == "total_cells"})
    found["result"][0]["output"].update(
        {key: value for key, value in changed.items() if key != "total_cells"}
    )
    return execution(found)


def whole(**changed: Any) -> Answer:
    return execution({**rate("Coherence", COHERENCE, 5, 0), **changed})


ONE_OF_FIVE = execution(rate("Coherence", COHERENCE, 1, 0))
TWO_NAMED_ALIKE = [rate("Coherence", COHERENCE, 5, 0), rate("Coherence", TONE, 1, 4)]
NAMED = ("--min", "Coherence=90")

REFUSED: list[tuple[str, Answer, tuple[str, ...], str]] = [
    # what the answer is, the answer, the options, and a part of the output
    # Nothing computed
    ("no evals", execution(eval_results=[]), (), "no eval has a result"),
    ("no evals, null", execution(eval_results=None), (), "no eval has a result"),
    ("no results", execution(rate("Coherence", COHERENCE, 0, 0)), (), "no eval has a result"),
    (
        "an eval never run beside one that was",
        execution(rate("Coherence", COHERENCE, 5, 0), rate("Tone", TONE, 0, 0)),
        (),
        "Tone: not evaluated",
    ),
    (
        "an eval never run beside one of the same template",
        whole(
            result=[
                rate("Coherence", COHERENCE, 5, 0)["result"][0],
                rate("Tone", TONE, 0, 0)["result"][0],
            ]
        ),
        (),
        "Tone: no result for 5 of 5 calls",
    ),
    ("a template without evals", whole(result=[]), NAMED, "no eval has a result"),
    ("no calls", execution(rate("Coherence", COHERENCE, 0, 0), calls=0), (), "no eval has a result"),
    # Partly computed
    ("results for one of five calls", ONE_OF_FIVE, NAMED, "no result for 4 of 5 calls"),
    ("errors", with_rows(ONE_OF_FIVE, outputs(output=None, error="error")), NAMED, "(error: 4)"),
    (
        "skipped",
        with_rows(ONE_OF_FIVE, outputs(output=None, status="skipped", skipped=True)),
        NAMED,
        "(skipped: 4)",
    ),
    (
        "pending",
        with_rows(ONE_OF_FIVE, lambda row: row["eval_outputs"].update({COHERENCE: {"status": "pending"}})),
        NAMED,
        "(pending: 4)",
    ),
    ("without output", with_rows(ONE_OF_FIVE, outputs(output=None)), NAMED, "(no output: 4)"),
    ("not run", with_rows(ONE_OF_FIVE, lambda row: row["eval_outputs"].clear()), NAMED, "(not run: 4)"),
    (
        "calls failed",
        with_rows(
            {**ONE_OF_FIVE, "failed_calls": 4, "completed_calls": 1}, lambda row: row.update(status="failed")
        ),
        NAMED,
        "(call failed: 4)",
    ),
    (
        "calls are still pending in an execution that says it is completed",
        with_rows({**ONE_OF_FIVE, "completed_calls": 1}, lambda row: row.update(status="pending")),
        NAMED,
        "(call pending: 4)",
    ),
    (
        "one call of fifty",
        execution(rate("Coherence", COHERENCE, 49, 0), calls=50),
        NAMED,
        "for 1 of 50 calls",
    ),
    ("above a limit", ONE_OF_FIVE, (*NAMED, "--max-missing", "3"), "no result for 4 of 5 calls"),
    ("above a share", ONE_OF_FIVE, (*NAMED, "--max-missing", "79%"), "no result for 4 of 5 calls"),
    (
        "evals failed in calls, though the sum says that all have a result",
        with_rows(execution(), outputs(output=None, error="error")),
        NAMED,
        "no result for 4 of 5 calls (error: 4)",
    ),
    (
        "fewer calls are listed than there are",
        execution(rate("Coherence", COHERENCE, 1, 0), calls=1, total_calls=5),
        NAMED,
        "(reason unknown: 4)",
    ),
    (
        "an eval that counts in the answers of all together",
        execution(rate("Coherence", COHERENCE, 5, 0), rate("Tone", TONE, 1, 0)),
        ("--min", "90"),
        "Tone: no result for 4 of 5 calls",
    ),
    (
        "a score for one of five",
        execution(score("Quality", 99, 1)),
        ("--min", "Quality=90"),
        "for 4 of 5 calls",
    ),
    (
        "choices for one of five",
        execution(choices("Tone", {"calm": 100.0}, 1)),
        ("--min", "Tone=90", "--want", "Tone=calm"),
        "for 4 of 5 calls",
    ),
    # Impossible numbers
    ("a rate of 4000", whole(total_pass_rate=4000), (), "a pass rate of 4000 %"),
    ("a rate of 150 in an eval", part(**{"pass": 150}), NAMED, "a pass rate of 150 %"),
    ("a negative rate", whole(total_pass_rate=-5), (), "a pass rate of -5 %"),
    (
        "an average of 4000",
        execution(score("Quality", 4000)),
        ("--min", "Quality=90"),
        "an average of 4000 %",
    ),
    ("more passed than judged", part(pass_count=50), NAMED, "50 passed and 0 failed, but 5 results"),
    ("a negative count", part(fail_count=-1, pass_count=6), NAMED, "-1 failed"),
    (
        "more results than calls",
        execution(rate("Coherence", COHERENCE, 50, 0)),
        NAMED,
        "50 results for 5 completed calls",
    ),
    (
        "more calls failed than there are",
        execution(failed_calls=9),
        NAMED,
        "5 completed and 9 failed",
    ),
    (
        "shares of choices above all",
        execution(choices("Tone", {"calm": 4000.0})),
        ("--min", "Tone=90", "--want", "Tone=calm"),
        'a share of "calm" of 4000 %',
    ),
    # Contradictions
    ("100 % but 4 of 10", part(total_cells=10, pass_count=4, fail_count=6), NAMED, "invalid numbers"),
    ("100 % though none passed", part(pass_count=0, fail_count=5), NAMED, "but 0 of 5 passed"),
    (
        "every call failed the eval",
        with_rows(execution(), outputs(output="Failed"), 5),
        NAMED,
        "5 of 5 passed, but 5 calls are listed that failed it",
    ),
    (
        "one call more failed than the sum says",
        with_rows(execution(rate("Coherence", COHERENCE, 4, 1)), outputs(output="Failed"), 2),
        ("--min", "Coherence=70"),
        "4 of 5 passed, but 2 calls are listed that failed it",
    ),
    (
        "scores below their average",
        with_rows(
            execution(score("Quality", 95)),
            lambda row: row["eval_outputs"].update(
                {SCORE: {"name": "Quality", "output_type": "score", "output": 0.2, "reason": ""}}
            ),
            5,
        ),
        ("--min", "Quality=90"),
        "an average of 95 %, but the calls listed have 20 %",
    ),
    ("counts that don't add up", part(pass_count=4), NAMED, "4 passed and 0 failed, but 5 results"),
    (
        "a template better than its eval",
        execution({**rate("Coherence", COHERENCE, 1, 4), "total_pass_rate": 95}),
        (),
        "a pass rate of 95 %, but 1 of 5 passed",
    ),
    ("an eval better than its template", whole(total_pass_rate=20), NAMED, "a pass rate of 20 %, but"),
    (
        "an average above every score",
        execution({**score("Quality", 50), "total_avg": 95}),
        ("--min", "Quality=10"),
        "no score above 50 %",
    ),
    (
        "choices that are not everybody's",
        execution(choices("Tone", {"calm": 40.0})),
        ("--min", "Tone=10", "--want", "Tone=calm"),
        "add up to 40 %",
    ),
    (
        "choices that differ between the template and its eval",
        execution({**choices("Tone", {"calm": 100.0}), "total_choices_avg": {"angry": 100.0}}),
        ("--min", "Tone=90", "--want", "Tone=calm"),
        "differ between the template and its evals",
    ),
    ("more results than completed calls", execution(completed_calls=1), NAMED, "5 results for 1 completed"),
    (
        "calls that failed, of which the execution doesn't know",
        with_rows(execution(), lambda row: row.update(status="failed")),
        (*NAMED, "--max-failed", "0"),
        "(call failed: 4)",
    ),
    # Numbers that are none
    ("a rate that is not a number", whole(total_pass_rate=float("nan")), (), "no pass rate"),
    ("a rate that is not a number in an eval", part(**{"pass": float("nan")}), NAMED, "no pass rate"),
    ("an infinite average", execution(score("Quality", float("inf"))), ("--min", "Quality=90"), "Quality"),
    ("a rate as a text", whole(total_pass_rate="100"), (), "no pass rate"),
    (
        "counts as texts",
        part(total_cells="5", pass_count="5", fail_count="0"),
        NAMED,
        "no eval has a result",
    ),
    (
        "a numeric eval",
        execution({**score("Words", 95), "output_type": "numeric"}),
        ("--min", "Words=90"),
        "has no percentage",
    ),
    ("no number of results", part(total_cells=float("nan")), NAMED, "of an unknown number results"),
    ("no number of passes", part(pass_count=float("nan")), NAMED, "an unknown number passed"),
    ("no number of failures", part(fail_count=None), NAMED, "an unknown number failed"),
    ("no number of calls", execution(total_calls=None), NAMED, "without a result unknown"),
    # The wrong scale
    ("a rate of 0.95", whole(total_pass_rate=0.95), (), "a pass rate of 0.95 %, but"),
    (
        "an average of 0.95",
        execution(score("Quality", 0.95)),
        ("--min", "Quality=90"),
        "average 0.95 %",
    ),
    # Duplicate names
    (
        "two evals of one name, the first is good",
        execution(*TWO_NAMED_ALIKE),
        NAMED,
        "Coherence (22222222): pass rate 20 %",
    ),
    (
        "two evals of one name, the last is good",
        execution(*TWO_NAMED_ALIKE[::-1]),
        NAMED,
        "Coherence (22222222): pass rate 20 %",
    ),
    (
        "two evals of one name in one template",
        whole(
            total_pass_rate=60,
            result=[one["result"][0] for one in TWO_NAMED_ALIKE],
        ),
        NAMED,
        "pass rate 20 %",
    ),
    # Another execution, or an unfinished one
    ("another execution", execution(execution_id=BEFORE), NAMED, "another id than the one asked for"),
    ("no execution", execution(execution_id=None), NAMED, "has no execution_id"),
    ("running", execution(status="running"), NAMED, "execution status running"),
    ("evaluating", execution(status="evaluating"), NAMED, "execution status evaluating"),
    ("an unknown status", execution(status="archived"), NAMED, "execution status archived"),
    ("no status", execution(status=None), NAMED, "execution status missing"),
    ("failed", execution(status="failed"), NAMED, "execution status failed"),
    ("cancelled", execution(status="cancelled"), NAMED, "execution status cancelled"),
    # Options that can't be met
    (
        "failed calls above their limit",
        execution(rate("Coherence", COHERENCE, 4, 0), failed_calls=1, completed_calls=4),
        (*NAMED, "--max-failed", "0"),
        "failed calls: 1, allowed 0",
    ),
    (
        "no number of failed calls",
        execution(failed_calls=None),
        (*NAMED, "--max-failed", "0"),
        "failed calls: unknown",
    ),
    ("its own baseline", execution(), (*NAMED, "--baseline", EXECUTION), "is its own baseline"),
]


class Stub:
    """A server of canned answers: executions by id, and the executions of the run test."""

    def __init__(self) -> None:
        self.executions: dict[str, Any] = {}
        self.listing: list[Answer] = []
        self.asked = 0
        self.on_listing: Callable[[int], object] = id

    def answer(self, path: str) -> Any:
        if path.startswith(f"/simulate/run-tests/{RUN_TEST}/executions"):
            self.asked += 1
            self.on_listing(self.asked)
            return {"count": len(self.listing), "next": None, "previous": None, "results": self.listing}
        asked = path.partition("execution_id=")[2].partition("&")[0]
        return {"status": True, "result": self.executions[asked]}


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = json.dumps(stub.answer(self.path)).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("FI_BASE_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("FI_API_KEY", "key")
    monkeypatch.setenv("FI_SECRET_KEY", "secret")
    yield stub
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("answer", "options", "why"), [pytest.param(*case[1:], id=case[0]) for case in REFUSED]
)
def test_the_gate_refuses(answer: Answer, options: tuple[str, ...], why: str, run: Run, stub: Stub) -> None:
    stub.executions[EXECUTION] = answer
    ran = run("gate", EXECUTION, *options)
    assert ran.code in (1, 2, 3, 4), ran.out
    assert why in ran.out + ran.err
    assert "Ready to promote" not in ran.out


@pytest.mark.parametrize(
    "options",
    [
        pytest.param((), id="the documented rule"),
        pytest.param(NAMED, id="by name"),
        pytest.param(("--min", "90"), id="all together"),
        pytest.param((*NAMED, "--max-failed", "0", "--min-calls", "5"), id="with limits"),
    ],
)
def test_the_answer_that_the_others_are_made_from_passes(
    options: tuple[str, ...], run: Run, stub: Stub
) -> None:
    stub.executions[EXECUTION] = execution()
    ran = run("gate", EXECUTION, *options)
    assert (ran.code, ran.err) == (0, ""), ran.out


@pytest.mark.parametrize("allowed", ["4", "80%", "100%"])
def test_calls_without_a_result_may_be_allowed(allowed: str, run: Run, stub: Stub) -> None:
    stub.executions[EXECUTION] = ONE_OF_FIVE
    assert run("gate", EXECUTION, *NAMED, "--max-missing", allowed).code == 0


def test_failed_calls_that_are_allowed_are_not_missing(run: Run, stub: Stub) -> None:
    crashed = with_rows(
        {**ONE_OF_FIVE, "failed_calls": 4, "completed_calls": 1}, lambda row: row.update(status="failed")
    )
    stub.executions[EXECUTION] = crashed
    ran = run("gate", EXECUTION, *NAMED, "--max-failed", "4")
    assert ran.code == 0
    assert "100 %    1/1          4 " in ran.out
    crashed["call_results"]["results"][4]["eval_outputs"][COHERENCE].update(output=None, error="error")
    assert run("gate", EXECUTION, *NAMED, "--max-failed", "4").code == 1


@pytest.mark.parametrize("limit", ["-1", "many", "101%", "0.5", "nan", ""])
def test_a_limit_that_can_not_be_meant_is_refused(limit: str, run: Run, stub: Stub) -> None:
    stub.executions[EXECUTION] = execution()
    ran = run("gate", EXECUTION, *NAMED, f"--max-missing={limit}")
    assert (ran.code, ran.out) == (2, "")
    assert "max-missing" in ran.err


BASELINES = [
    ("another execution's answer", execution(execution_id=EXECUTION), "asked for"),
    (
        "impossible",
        execution({**rate("Coherence", COHERENCE, 5, 0), "total_pass_rate": 4000}, execution_id=BEFORE),
        "baseline: invalid numbers of Coherence",
    ),
    ("unfinished", execution(execution_id=BEFORE, status="running"), "baseline: execution status running"),
    (
        "nothing computed",
        execution(rate("Coherence", COHERENCE, 0, 0), execution_id=BEFORE),
        "no eval with a number",
    ),
    ("another eval", execution(rate("Tone", TONE, 5, 0), execution_id=BEFORE), "but not here"),
    ("two of a name, the first better", execution(*TWO_NAMED_ALIKE, execution_id=BEFORE), "80 points below"),
    (
        "two of a name, the last better",
        execution(*TWO_NAMED_ALIKE[::-1], execution_id=BEFORE),
        "80 points below",
    ),
]


@pytest.mark.parametrize(("before", "why"), [pytest.param(*case[1:], id=case[0]) for case in BASELINES])
def test_the_gate_refuses_with_a_baseline(before: Answer, why: str, run: Run, stub: Stub) -> None:
    now = execution()
    if "two of a name" in why or "80 points" in why:  # the good one of the two is bad here
        now = execution(rate("Coherence", COHERENCE, 1, 4), rate("Coherence", TONE, 1, 4))
    stub.executions = {EXECUTION: now, BEFORE: before}
    ran = run("gate", EXECUTION, "--min", "Coherence=10", "--baseline", BEFORE, "--max-drop", "2")
    assert ran.code in (1, 4), ran.out
    assert why in ran.out + ran.err


def test_an_eval_that_is_only_compared_needs_all_its_results(run: Run, stub: Stub) -> None:
    good = [rate("Coherence", COHERENCE, 5, 0), rate("Tone", TONE, 1, 0)]
    stub.executions = {EXECUTION: execution(*good), BEFORE: execution(*good, execution_id=BEFORE)}
    assert run("gate", EXECUTION, *NAMED).code == 0
    ran = run("gate", EXECUTION, *NAMED, "--baseline", BEFORE)
    assert ran.code == 1
    assert "Tone: no result for 4 of 5 calls" in ran.out


def test_a_numeric_eval_beside_others_is_shown_and_not_asked(run: Run, stub: Stub) -> None:
    words = {**score("Words", 4000), "output_type": "numeric"}
    stub.executions[EXECUTION] = execution(rate("Coherence", COHERENCE, 5, 0), words)
    ran = run("gate", EXECUTION)
    assert ran.code == 0
    assert "Words" in ran.out


def test_an_answer_about_another_execution_is_an_error_for_every_command(run: Run, stub: Stub) -> None:
    stub.executions[EXECUTION] = execution(execution_id=BEFORE)
    for command in ("gate", "watch", "report"):
        assert run(command, EXECUTION, *NAMED).code == 4, command


def listed(execution_id: str, started: str, status: str = "completed") -> Answer:
    return {"id": execution_id, "status": status, "start_time": started, "calls": 5, "scenarios": "Billing"}


OLD = listed(BEFORE, "2026-02-01T09:00:00Z")
WAIT = ("--run-test", RUN_TEST, *NAMED, "--wait", "30m", "--interval", "1m")


@pytest.fixture
def two(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> Stub:
    """A run test of which only an execution of last week is listed; nothing sleeps."""
    monkeypatch.setattr("futureagi_simulate_cli.gate.wait.SystemClock", ManualClock)
    stub.executions = {EXECUTION: execution(), BEFORE: execution(execution_id=BEFORE)}
    stub.listing = [OLD]
    return stub


@pytest.mark.parametrize("command", ["gate", "watch"])
def test_an_execution_that_had_ended_before_is_not_what_is_waited_for(
    command: str, run: Run, two: Stub
) -> None:
    ran = run(command, *WAIT)
    assert ran.code == 3
    assert f"the newest, {BEFORE}, had ended before this command began" in ran.out
    assert "--started-after" in ran.out
    assert "not listed yet" in ran.err


@pytest.mark.parametrize("command", ["gate", "watch"])
def test_the_execution_that_is_listed_later_is_judged(command: str, run: Run, two: Stub) -> None:
    new = listed(EXECUTION, "2026-03-01T09:00:00Z")
    two.on_listing = lambda asked: two.listing.insert(0, new) if asked == 2 else None
    ran = run(command, *WAIT)
    assert ran.code == 0
    assert f"Execution {EXECUTION} is the latest one" in ran.out


def test_a_run_test_without_executions_is_waited_for(run: Run, two: Stub) -> None:
    two.listing = []
    ran = run("gate", *WAIT)
    assert ran.code == 3
    assert f'no execution of the run test "{RUN_TEST}" is listed' in ran.out
    two.asked = 0
    two.on_listing = lambda asked: two.listing.append(OLD) if asked == 4 else None
    assert run("gate", *WAIT).code == 0


@pytest.mark.parametrize(
    ("after", "wait", "code"),
    [
        ("2026-01-31", True, 0),
        ("2026-01-31", False, 0),
        ("2026-02-01T10:00:00+01:00", True, 0),
        ("2026-02-01T09:00:01Z", True, 3),
        ("2026-02-01T09:00:01Z", False, 2),
        ("1h", True, 3),
        ("1h", False, 2),
        ("yesterday", True, 2),
        ("", True, 2),
    ],
)
def test_an_execution_may_be_judged_if_it_started_after_a_moment(
    after: str, wait: bool, code: int, run: Run, two: Stub
) -> None:
    options = WAIT if wait else WAIT[:4]
    assert run("gate", *options, "--started-after", after).code == code


def test_the_newest_is_the_one_that_started_last_however_it_is_listed(run: Run, two: Stub) -> None:
    two.listing = [OLD, listed(EXECUTION, "2026-03-01T09:00:00Z")]
    two.executions[BEFORE]["status"] = "failed"
    assert run("gate", "--run-test", RUN_TEST, *NAMED).code == 0


PROJECT = '[tool.fi-simulate.gate]\nmin = 1\nmax-missing = "100%"\n'


@pytest.mark.parametrize("kind", ["above the repository", "above home", "the root of a repository"])
def test_settings_are_those_of_the_project(
    kind: str, run: Run, stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.executions[EXECUTION] = execution(rate("Coherence", COHERENCE, 1, 0))
    project = tmp_path / "home" / "project"
    (project / "folder").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home" if kind == "above home" else tmp_path))
    if kind != "above home":
        (project / ".git").mkdir()
    inside = kind == "the root of a repository"
    file = (project if inside else tmp_path) / "pyproject.toml"
    file.write_text(PROJECT, encoding="utf-8")
    monkeypatch.chdir(project / "folder")
    ran = run("gate", EXECUTION)
    assert ran.code == (0 if inside else 1)
    assert f"  settings: {file if inside else 'no file'}\n" in ran.out
    told = json.loads(run("gate", EXECUTION, "--json").out)["settings"]
    assert told["file"] == (str(file) if inside else None)


def test_a_pyproject_without_the_table_does_not_hide_that_of_the_project(
    run: Run, stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.executions[EXECUTION] = execution(rate("Coherence", COHERENCE, 1, 0))
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "package")
    assert run("gate", EXECUTION).code == 0


def test_a_folder_that_users_share_is_not_a_project(
    run: Run, stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.executions[EXECUTION] = execution(rate("Coherence", COHERENCE, 1, 0))
    shared = tmp_path / "shared"
    (shared / "mine").mkdir(parents=True)
    shared.chmod(0o1777)
    (shared / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    monkeypatch.chdir(shared / "mine")
    assert run("gate", EXECUTION).code == 1
