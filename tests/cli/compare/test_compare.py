"""What a comparison of two executions says: on records, and on executions of a mock."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree

import pytest
from scipy import stats

from futureagi_simulate.records import CallRecord, EvalRecord
from futureagi_simulate_cli import Comparison, compare
from futureagi_simulate_cli.comparison.core import played_of
from futureagi_simulate_cli.comparison.render import as_json, as_markdown
from futureagi_simulate_cli.gate import Settings, evaluate
from futureagi_simulate_cli.gate import render as gate_render
from futureagi_simulate_cli.statistics import mcnemar
from tools import power

from ..conftest import Run


def calls(results: Sequence[tuple[str, bool]], name: str = "Coherence", prefix: str = "") -> list[CallRecord]:
    return [
        CallRecord(
            id=f"{prefix}{number}",
            status="completed",
            scenario=scenario,
            evals=(
                EvalRecord(
                    name, name, "pass_fail", passed=passed, reason=f"why {number}", status="completed"
                ),
            ),
        )
        for number, (scenario, passed) in enumerate(results)
    ]


def test_a_harder_mix_of_scenarios_is_no_difference_of_the_agents() -> None:
    easy_first = calls([("easy", True)] * 80 + [("hard", False)] * 20)
    hard_first = calls([("easy", True)] * 20 + [("hard", False)] * 80)
    found = compare(easy_first, hard_first)
    assert found.evals[0].difference == 0
    assert found.evals[0].p_value == 1
    assert not found.worse
    assert "some scenarios have more results" in found.notes[0]


def test_with_one_call_of_each_scenario_the_test_is_mcnemars() -> None:
    before = calls([(f"s{n}", n < 30) for n in range(40)])
    after = calls([(f"s{n}", n < 18 or n >= 38) for n in range(40)])
    change = compare(before, after).evals[0]
    assert change.p_value == mcnemar(12, 2)
    assert change.verdict == "worse"
    assert change.interval is not None
    assert change.interval[1] < 0


def test_pairs_show_what_the_same_rates_without_scenarios_do_not() -> None:
    before = calls([(f"s{n}", n < 80) for n in range(100)])
    after = calls([(f"s{n}", n < 71) for n in range(100)])
    unpaired = (
        [replace(call, scenario=None) for call in before],
        [replace(call, scenario=None) for call in after],
    )
    assert compare(before, after).evals[0].verdict == "worse"
    found = compare(*unpaired)
    assert found.evals[0].verdict == "too few calls to tell"
    assert found.evals[0].difference == compare(before, after).evals[0].difference
    assert "without regard to scenarios" in found.notes[0]


def test_the_verdict_tells_few_calls_from_no_difference() -> None:
    def sized(count: int) -> Comparison:
        one = calls([(f"s{n % 10}", n % 10 < 9) for n in range(count)])
        return compare(one, one)

    assert sized(20).verdict == "too few calls to tell"
    assert sized(2000).verdict == "no difference shown"
    assert (sized(20).evals[0].smallest_drop or 0) > (sized(2000).evals[0].smallest_drop or 0) > 0
    assert sized(1).evals[0].smallest_drop is None
    assert compare([], []).verdict == "too few calls to tell"


def test_what_counts_as_a_relevant_drop_can_be_said() -> None:
    one = calls([(f"s{n % 10}", n % 10 < 9) for n in range(200)])
    needed = compare(one, one).evals[0].smallest_drop or 0
    assert compare(one, one, relevant_drop=needed + 1).verdict == "no difference shown"
    assert compare(one, one, relevant_drop=needed - 1).verdict == "too few calls to tell"


def test_flips_come_from_pass_to_fail_first_with_the_reason_of_the_failure() -> None:
    before = calls([("a", True), ("b", False), ("c", True), ("c", False)], prefix="old")
    after = calls([("a", False), ("b", True), ("c", False), ("c", True)], prefix="new")
    flips = compare(before, after).evals[0].flips
    assert [(flip.scenario, flip.passed, flip.candidate_call, flip.reason) for flip in flips] == [
        ("a", False, "new0", "why 0"),
        ("b", True, "new1", "why 1"),
    ]


def test_a_scenario_that_broke_is_named_though_the_eval_as_a_whole_shows_nothing() -> None:
    random = Random(1)
    noise = [(f"s{n % 9}", random.random() < 0.6) for n in range(360)]
    before, after = calls([*noise, *[("broken", True)] * 12]), calls([*noise, *[("broken", False)] * 12])
    found = compare(before, after)
    assert found.evals[0].verdict != "worse"
    assert [cell.scenario for cell in found.evals[0].scenarios if cell.verdict == "worse"] == ["broken"]
    assert found.verdict == "worse"
    assert found.exit_code == 1


def test_evals_of_one_side_and_evals_without_a_rate_are_listed() -> None:
    tone = EvalRecord("t", "Tone", "choices", choices=("calm",), status="completed")
    base = calls([("a", True)] * 10)
    before = [replace(call, evals=(*call.evals, tone)) for call in base]
    after = [
        replace(
            call,
            evals=(
                replace(tone, choices=("angry",)),
                EvalRecord("n", "New", "score", score=5.0, status="completed"),
            ),
        )
        for call in base
    ]
    found = compare(before, after)
    assert (found.only_baseline, found.only_candidate, found.not_compared) == (
        ("Coherence",),
        ("New",),
        ("Tone",),
    )
    chosen = compare(before, after, choices={"tone": ("calm",)})
    assert [(one.name, one.verdict) for one in chosen.evals] == [("Tone", "worse")]


def test_scores_and_the_numbers_of_calls_are_compared_in_pairs() -> None:
    random = Random(3)

    def scored(shift: float) -> list[CallRecord]:
        return [
            CallRecord(
                id=str(n),
                status="failed" if n < shift else "completed",
                scenario=f"s{n % 5}",
                duration_s=60 + 10 * random.random(),
                agent_latency_s=1 + shift / 10,
                cost_cents=5,
                evals=(
                    EvalRecord(
                        "q", "Quality", "score", score=80 - shift + 5 * random.random(), status="completed"
                    ),
                ),
            )
            for n in range(50)
        ]

    found = compare(scored(0), scored(10))
    assert [(one.name, one.verdict) for one in found.evals] == [("Quality", "worse")]
    assert found.evals[0].difference == pytest.approx(-10, abs=1.5)
    assert {one.name: one.verdict for one in found.metrics} == {
        "agent latency": "higher",
        "call length": "no difference shown",
        "cost": "no difference shown",
        "failed calls": "higher",
    }


def test_customers_that_both_sides_have_are_paired_within_a_scenario() -> None:
    def with_customers(results: list[bool]) -> list[CallRecord]:
        listed = calls([("a", passed) for passed in results])
        return [replace(call, customer_name=f"Customer {n}") for n, call in enumerate(listed)]

    before, after = [n < 50 for n in range(100)], [n < 41 for n in range(100)]
    assert compare(with_customers(before), with_customers(after)).evals[0].p_value == mcnemar(9, 0)
    unnamed = calls([("a", x) for x in before]), calls([("a", x) for x in after])
    assert compare(*unnamed).evals[0].p_value > 0.1


def test_a_comparison_is_frozen_and_snapshots_do_not_count() -> None:
    one = calls([("a", True)] * 4)
    former = replace(one[0], id="former", is_snapshot=True)
    found = compare([*one, former, one[0]], one)
    assert found.evals[0].compared_calls == (4, 4)
    with pytest.raises(FrozenInstanceError):
        found.notes = ()  # type: ignore[misc]


def test_calls_that_contradict_the_execution_are_not_believed() -> None:
    before = played_of(calls([("a", True)] * 40))
    after = played_of(calls([("a", False)] * 40))
    change = compare(before, replace(after, calls=before.calls)).evals[0]
    assert (change.difference, change.verdict, change.by_scenario) == (-100, "worse", False)
    few = compare(before, replace(after, calls=after.calls[:39]))
    assert few.evals[0].difference == -100
    assert "its counts were compared" in few.notes[0]


@pytest.mark.parametrize("effects", [False, True])
@pytest.mark.parametrize(("size", "evals"), [(20, 1), (45, 5), (100, 1)])
def test_an_unchanged_agent_is_rarely_called_worse_or_better(size: int, evals: int, effects: bool) -> None:
    pairs = 150
    wrong = power.false_alarms(pairs, size, evals, effects=effects)
    assert wrong <= stats.binom.ppf(0.9999, pairs, 0.05)


def test_a_fixed_tolerance_of_two_points_would_be_caught() -> None:
    """The rule that this replaces calls an unchanged agent worse in four of ten runs."""
    wrong = 0
    for seed in range(150):
        random = Random(seed)
        agent = power.make_agent(9, 1, random, effects=True)
        before, after = (played_of(power.played(agent, 45, random)).execution for _ in range(2))
        wrong += not evaluate(after, Settings.of(["*=1"], max_drop=2), before).ready
    assert wrong > stats.binom.ppf(0.9999, 150, 0.05)


def test_most_large_drops_are_found() -> None:
    assert power.found_drops(60, 100, 1, 0.3, effects=True) >= 54


def test_regressions_planted_in_a_mock_are_named_and_no_others() -> None:
    assert sum(power.planted(seed) for seed in range(10)) >= 9


@pytest.mark.parametrize("kind", ["skipped", "another eval", "no calls"])
def test_a_comparison_of_nothing_says_so(kind: str) -> None:
    def played(name: str, status: Any) -> list[CallRecord]:
        passed = True if status == "completed" else None
        entry = EvalRecord(name, name, "pass_fail", passed=passed, status=status)
        return [CallRecord(f"c{i}", scenario="Refund", evals=(entry,)) for i in range(20)]

    other = {
        "skipped": played("Tact", "skipped"),
        "another eval": played("Tone", "completed"),
        "no calls": [],
    }
    found = compare(played("Tact", "completed"), other[kind])
    assert found.verdict == "too few calls to tell"
    assert found.notes == ("Nothing was compared: no eval has results in both executions.",)
    assert found.only_baseline == ("Tact",)


@pytest.mark.parametrize("seed", range(40))
def test_gate_compare_junit_and_markdown_agree_in_every_number(seed: int) -> None:
    random = Random(seed)
    agent = power.make_agent(random.randint(1, 6), random.choice((1, 3, 5)), random, effects=True)
    size = random.choice((1, 7, 30, 60))
    before, after = (played_of(power.played(agent, size, random)) for _ in range(2))
    settings = Settings.of([f"*={random.randint(1, 99)}"] if random.random() < 0.7 else ())
    verdict = evaluate(after.execution, settings, before.execution, after.calls, before.calls)
    gate: Any = json.loads(json.dumps(gate_render.as_json(verdict)))
    compared: Any = json.loads(json.dumps(as_json(compare(before, after)), default=str))

    measured = {one["name"]: one for one in gate["evals"]}
    assert {one["name"]: one["candidate"] for one in compared["evals"]} == measured
    assert {one["name"]: one["baseline"] for one in compared["evals"]} == {
        one["name"]: one for one in gate["baseline"]
    }
    worse = {one["name"] for one in compared["evals"] if one["verdict"] == "worse"}
    of_baseline = [check for check in gate["checks"] if check["kind"] == "baseline"]
    assert {check["subject"] for check in of_baseline if check["result"] == "FAIL"} >= worse
    for check in of_baseline:
        change = next(one for one in compared["evals"] if check["subject"].startswith(one["name"]))
        if check["subject"] == change["name"]:
            assert (check["actual"], check["interval_95"]) == (change["verdict"], change["interval_95"])
            assert (check["hits"], check["total"]) == (
                change["candidate"]["hits"],
                change["candidate"]["total"],
            )

    suite = ElementTree.fromstring(gate_render.as_junit(verdict))
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    assert len(cases) == len(gate["checks"])
    skipped = [one.get("value") for one in suite.iter("property") if one.get("name") == "SKIP"]
    assert skipped == gate["skipped"]
    for check in gate["checks"]:
        case = cases[f"{check['kind']}: {check['subject']}"]
        failure = case.find("failure")
        assert (failure is None) == check["passed"]
        text = (case.findtext("system-out") if failure is None else failure.text) or ""
        said = dict(line.split(": ", 1) for line in text.splitlines() if re.match(r"\w+: ", line))
        for key in ("actual", "required", "operator", "hits", "total", "interval_95"):
            assert said.get(key) == (None if check[key] is None else str(check[key]))

    page = gate_render.as_markdown(verdict) + as_markdown(compare(before, after))
    for one in gate["evals"]:
        row = next(line for line in page.splitlines() if line.startswith(f"| {one['name']} "))
        assert (f"{one['percent']:.2f}".rstrip("0").rstrip(".") + " %") in row
        assert (str(one["total"]) if one["hits"] is None else f"{one['hits']}/{one['total']}") in row
    for check in gate["checks"]:
        assert f"| {check['result']} |" in page


def test_the_command_prints_a_table_json_and_markdown_of_one_comparison(
    run: Run, server: dict[str, str], tmp_path: Path
) -> None:
    names = ("-2", "latest", "--run-test", server["FI_RUN_TEST_ID"])
    table, document = (
        run("compare", *names[2:], "--", *names[:2]),
        run("compare", "--json", *names[2:], "--", *names[:2]),
    )
    found = json.loads(document.out)
    assert found["schema"] == "futureagi-simulate/compare/1"
    assert found["candidate"]["id"] == server["FI_TEST_EXECUTION_ID"]
    assert "68.89 % (31/45)" in table.out
    assert table.code == document.code == found["exit_code"] == 0
    ran = run("compare", *names[2:], "--markdown", "page.md", "--", *names[:2])
    assert ran.code == 0
    assert "| 68.89 % (31/45) |" in (tmp_path / "page.md").read_text(encoding="utf-8")
    rows = table.out.splitlines()[: 1 + len(found["evals"])]
    assert max(map(len, rows)) <= 80


def test_a_worse_execution_ends_the_command_with_1(
    run: Run, server: dict[str, str], futureagi_mock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_test = futureagi_mock.add_run_test("Two", evals={"Coherence": "Pass/Fail"})
    ids = [futureagi_mock.add_execution(run_test) for _ in range(2)]
    for execution, passed in zip(ids, (True, False), strict=True):
        for number in range(10):
            reasons = {"Coherence": "It \x1b[31m broke"}
            futureagi_mock.add_call(
                execution, scenario=f"s{number}", evals={"Coherence": passed}, reasons=reasons
            )
    with futureagi_mock.serve() as served:
        monkeypatch.setenv("FI_BASE_URL", served.base_url)
        ran = run("compare", *ids)
    assert ran.code == 1
    assert ran.out.splitlines()[-1] == "Worse: Coherence."
    assert "Calls from pass to fail" in ran.out
    assert "\x1b" not in ran.out
    assert "It" in ran.out


NAMES = [
    ("d259b8fb", "d259b8fb"),
    ("latest", "d259b8fb"),
    ("-1", "d259b8fb"),
    ("Support line regression@-2", "199082b8"),
    ("support@latest", None),
    ("2026-03-21", "e8022f7b"),
    ("2026-03-21T12:00:00Z", "c066ef69"),
    ("2026-13-01", None),
    ("yesterday", None),
    ("1999-01-01", None),
    ("00000000", None),
]


@pytest.mark.parametrize(("name", "begins"), NAMES)
def test_an_execution_is_named_in_several_ways(
    name: str, begins: str | None, run: Run, server: dict[str, str]
) -> None:
    ran = run("compare", "--json", "--run-test", server["FI_RUN_TEST_NAME"], "--", "4fd2ce97", name)
    if begins is None:
        assert ran.code in (2, 4)
        assert ran.err.startswith("error: ")
    else:
        assert json.loads(ran.out)["candidate"]["id"].startswith(begins)


def test_previous_is_the_one_before_the_candidate(run: Run, server: dict[str, str]) -> None:
    ran = run("compare", "--json", "--run-test", server["FI_RUN_TEST_ID"], "--", "previous", "-2")
    found = json.loads(ran.out)
    assert found["candidate"]["id"].startswith("199082b8")
    assert found["baseline"]["id"].startswith("e8022f7b")


def test_the_latest_that_passed_is_judged_by_the_settings(
    run: Run, server: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.fi-simulate.gate]\nmin = { Coherence = 99 }\nmax-missing = "100%"\n', encoding="utf-8"
    )
    ran = run("compare", "--json", "latest-passed", "--run-test", server["FI_RUN_TEST_ID"])
    assert json.loads(ran.out)["baseline"]["id"].startswith("199082b8")


def test_an_execution_is_not_compared_with_itself(run: Run, server: dict[str, str]) -> None:
    execution = server["FI_TEST_EXECUTION_ID"]
    ran = run("compare", execution, execution)
    assert ran.code == 2
    assert "is its own baseline" in ran.err


def test_a_name_without_a_run_test_is_an_error(run: Run, server: dict[str, str]) -> None:
    ran = run("compare")
    assert (ran.code, ran.out) == (2, "")
    assert "needs a run test" in ran.err


def test_a_run_test_without_a_passed_execution_is_told_so(run: Run, server: dict[str, str]) -> None:
    ran = run("compare", "latest-passed", "latest", "--run-test", server["FI_RUN_TEST_ID"])
    assert (ran.code, ran.out) == (2, "")
    assert "None of the last 20 executions" in ran.err
