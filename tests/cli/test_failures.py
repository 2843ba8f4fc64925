"""`fi-simulate failures`, held against the mock's own tables, in both profiles."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from futureagi_simulate import Client
from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate_cli.failures import Criteria, collect, prompt
from futureagi_simulate_cli.failures import lines as failure_lines
from futureagi_simulate_cli.gate.settings import Threshold
from futureagi_simulate_mock import Mock
from tests.cli.report.material import EXECUTION, made_up

from .conftest import Run

# the observed profile sends what the real server sends, and the client says where that isn't in the contract
pytestmark = pytest.mark.filterwarnings("ignore::futureagi_simulate.errors.ContractWarning")

STRICT = Criteria((Threshold("*", 50),), {"Tone": ("calm", "neutral")})


@pytest.fixture(params=["documented", "observed"])
def mock(request: pytest.FixtureRequest) -> Iterator[Mock]:
    with Mock(request.param) as mock:
        yield mock


def client_of(mock: Mock) -> Client:
    return Client(
        api_key=mock.api_key,
        secret_key=mock.secret_key,
        base_url=mock.base_url,
        http_client=httpx.Client(transport=mock.transport()),
    )


def _failed(value: object) -> bool:
    if isinstance(value, tuple):
        return any(choice not in ("calm", "neutral") for choice in value)
    return value is False or (isinstance(value, float) and round(value * 100, 6) < 50)


def test_every_failed_eval_of_the_demo_data_is_found_and_no_other(mock: Mock) -> None:
    found, there = set(), set()
    catalogue = mock._store.catalogue
    for run in mock._store.executions.values():
        test = catalogue.run_tests[run.run_test]
        if run.status != "completed" or test.organization != 1:
            continue
        run_test, execution = test.id, run.id
        with_tone = any(config.name == "Tone" for config in catalogue.evals_of(test.number))
        there |= {
            (execution, call.id, catalogue.eval_configs[output.config].name)
            for call in mock._store.calls_of("execution", run.number)
            for output in call.evals
            if call.shown and call.settled and output.status == "completed" and _failed(output.value)
        }
        with client_of(mock) as client:
            demands = STRICT if with_tone else Criteria(STRICT.thresholds)
            failures = collect(client, execution, demands, run_test_id=run_test)
        found |= {
            (execution, call.call.id, eval_.record.name) for call in failures.calls for eval_ in call.evals
        }
    assert len(there) > 100
    assert found == there


def _lines(profile: str) -> list[dict[str, Any]]:
    with Mock(profile) as mock, client_of(mock) as client:  # type: ignore[arg-type]
        failures = collect(client, mock.ids.test_execution_id, STRICT, run_test_id=mock.ids.run_test_id)
        return [line for call in failures.calls for line in failure_lines(call, failures.clusters)]


def test_both_profiles_tell_the_same_failures() -> None:
    documented, observed = _lines("documented"), _lines("observed")
    assert len(documented) > 30
    for told, seen in zip(documented, observed, strict=True):
        # a name is null in the one and the scenario's persona in the other; only the other has phone numbers
        for differs in ("customer_name", "phone_number"):
            told.pop(differs), seen.pop(differs)
    assert documented == observed


def test_every_line_names_the_execution_the_reason_and_a_turn(run: Run, server: dict[str, str]) -> None:
    ran = run("failures", server["FI_TEST_EXECUTION_ID"], "--run-test", server["FI_RUN_TEST_ID"], "--jsonl")
    assert ran.code == 0
    found = [json.loads(line) for line in ran.out.splitlines()]
    assert len(found) > 20
    for line in found:
        assert line["schema"] == "futureagi-simulate/failure/3"
        assert line["execution_id"] == server["FI_TEST_EXECUTION_ID"]
        if line["eval"]:
            assert line["eval"]["reason"]
            assert line["transcript"][line["turn"]["index"]]["text"]


@pytest.mark.parametrize("redact", [(), ("--redact",)])
def test_calls_that_failed_as_calls_are_told_in_every_form(
    run: Run, server: dict[str, str], redact: tuple[str, ...]
) -> None:
    where = ("failures", server["FI_TEST_EXECUTION_ID"], "--run-test", server["FI_RUN_TEST_ID"], *redact)
    told = [json.loads(line) for line in run(*where, "--jsonl").out.splitlines()]
    crashed = [line for line in told if line["eval"] is None]
    assert [line["call_status"] for line in crashed] == ["failed"] * 3
    assert sorted(line["ended_reason"] for line in crashed) == ["error", "timeout", "timeout"]
    assert run(*where, "--prompt").out.count("> The call itself failed: timeout\n") == 2
    text = run(*where).out
    assert "3 calls failed: 2 timeout, 1 error.\n" in text
    for line in crashed:
        assert f"call {line['call_id']}" in text.split("Calls that failed\n")[1]


def test_of_an_execution_whose_calls_crashed_it_is_not_said_that_nothing_failed() -> None:
    crashed = [
        {"id": f"c{number}", "status": "failed", "ended_reason": "pipeline-error", "eval_outputs": {}}
        for number in range(14)
    ]
    fine = [{"id": f"d{number}", "status": "completed", "eval_outputs": {}} for number in range(4)]
    with made_up([*crashed, *fine]) as client:
        found = collect(client, EXECUTION, Criteria())
    assert (found.checked, len(found.calls), len(found.unfinished), len(found.everything)) == (18, 0, 14, 14)
    text = prompt(found.everything, found.clusters)
    assert text.count("> The call itself failed: pipeline-error") == 14
    assert "No eval" not in text
    told = [line for failed in found.everything for line in failure_lines(failed)]
    assert [line["ended_reason"] for line in told] == ["pipeline-error"] * 14


@pytest.mark.parametrize("run_test", [None, "22222222-2222-4222-8222-222222222222"])
def test_rows_that_are_no_calls_are_counted_and_the_others_told(run_test: str | None) -> None:
    evals = {"e": {"name": "Tone", "output": "Failed", "output_type": "Pass/Fail", "reason": "angry"}}
    rows = [None, 5, "text", True, [1], {"id": "c1", "status": "completed", "eval_outputs": evals}]
    with made_up(rows) as client:
        found = collect(client, EXECUTION, Criteria(), run_test_id=run_test)
    assert (found.checked, found.unreadable) == (1, 5)
    assert [failed.call.id for failed in found.calls] == ["c1"]
    assert found.redacted().unreadable == 5


def test_a_run_test_that_has_none_of_the_calls_is_an_error() -> None:
    with (
        made_up([{"id": "c1", "status": "failed"}], in_run_test=[{"id": "c9", "status": "failed"}]) as client,
        pytest.raises(ConfigurationError, match="None of the execution's calls"),
    ):
        collect(client, EXECUTION, Criteria(), run_test_id="22222222-2222-4222-8222-222222222222")


def test_the_marked_turn_is_the_one_that_the_reason_quotes(run: Run, server: dict[str, str]) -> None:
    ran = run("failures", server["FI_TEST_EXECUTION_ID"], "--run-test", server["FI_RUN_TEST_ID"], "--jsonl")
    quoted = right = 0
    for line in map(json.loads, ran.out.splitlines()):
        for index, turn in enumerate(line["transcript"]):
            if line["eval"] and turn["text"] in line["eval"]["reason"]:
                quoted += 1
                right += line["transcript"][line["turn"]["index"]]["text"] == turn["text"]
                assert index >= 0
                break
    assert quoted > 20
    assert right == quoted


def test_redacted_lines_hold_no_name_of_a_customer(run: Run, server: dict[str, str]) -> None:
    where = (server["FI_TEST_EXECUTION_ID"], "--run-test", server["FI_RUN_TEST_ID"])
    plain = [json.loads(line) for line in run("failures", *where, "--jsonl").out.splitlines()]
    redacted = run("failures", *where, "--jsonl", "--redact")
    assert redacted.code == 0
    names = {word for line in plain for word in (line["customer_name"] or "").split()}
    assert len(names) > 10
    spoken = [json.loads(line) for line in redacted.out.splitlines()]
    texts = " ".join(json.dumps(line, ensure_ascii=False) for line in spoken)
    assert not {name for name in names if re.search(rf"\b{re.escape(name)}\b", texts)}
    assert "[name]" in texts


@pytest.mark.parametrize("demand", [("--want", "Nope=calm"), ("--min", "Coherence=50")])
def test_a_demand_that_no_eval_can_break_ends_the_command(
    demand: tuple[str, str], run: Run, server: dict[str, str]
) -> None:
    ran = run("failures", server["FI_TEST_EXECUTION_ID"], *demand)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: ")


def test_a_prompt_is_markdown_of_the_size_asked_for(run: Run, server: dict[str, str]) -> None:
    ran = run("failures", server["FI_TEST_EXECUTION_ID"], "--prompt", "--size", "4000")
    assert ran.code == 0
    assert ran.out.startswith("# Failed evaluations of a simulated agent\n")
    assert len(ran.out) <= 4000
    assert "## Clusters" in ran.out


def test_the_view_shows_the_turn_around_the_failure_and_a_summary(run: Run, server: dict[str, str]) -> None:
    ran = run("failures", "--run-test", server["FI_RUN_TEST_ID"])
    assert ran.code == 0
    assert "    > " in ran.out
    assert "What they have in common" in ran.out
    assert "29 failed evals in 17 calls; 52 calls checked.\n" in ran.out


@pytest.mark.parametrize("mock", ["observed"], indirect=True)
def test_transcripts_that_an_execution_lacks_are_asked_for(
    mock: Mock, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mock.serve() as listening:
        for name, value in mock.settings(listening.base_url).environment().items():
            monkeypatch.setenv(name, value)
        ran = run("failures", mock.ids.test_execution_id)
    assert ran.code == 0
    assert "    > " not in ran.out
    assert "17 calls came without a transcript; --run-test with the id of the run test" in ran.err
