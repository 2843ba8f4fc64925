from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any
from uuid import uuid5

import pytest

from futureagi_simulate_mock import ids
from futureagi_simulate_mock.data.seeding import EPOCH
from futureagi_simulate_mock.data.world import WORLDS
from futureagi_simulate_mock.ids import _NAMESPACE, make_id
from futureagi_simulate_mock.models import Call
from futureagi_simulate_mock.store import Reader, Store

from .profile_client import ProfileClient, made

RESERVED = re.compile(r"\+1\d{3}55501\d\d|\+447700900\d{3}|\+3319900\d{4}|\+493023125\d{3}")
# Frozen: data of one seed never change within a minor version, on any machine and Python.
ROWS_OF_SEED_0 = "3654da34"
ANSWERS_OF_SEED_0 = "f06a21b2"


@pytest.fixture(scope="module")
def store() -> Any:
    found = made()
    return found


def digest(store: Store) -> str:
    found = hashlib.sha256()
    for table in (*vars(store.catalogue).values(), store.executions, store.calls):
        for row in table.values():
            found.update(repr(row).encode())
    found.update(repr((store.stages, store.execution_stages)).encode())
    return found.hexdigest()[:8]


def test_seed_0_gives_the_rows_it_always_gave(store: Store) -> None:
    assert digest(made()) == ROWS_OF_SEED_0


def test_seed_0_gives_the_answers_it_always_gave(store: Store) -> None:
    asker = ProfileClient(store)
    found = hashlib.sha256(repr(asker.calls(limit=1000)).encode())
    found.update(repr(asker.detail(limit=1000)).encode())
    found.update(repr(asker.runs(execution_id=ids.TEST_EXECUTION_ID, summary=True)).encode())
    assert found.hexdigest()[:8] == ANSWERS_OF_SEED_0


def test_another_seed_gives_other_data(store: Store) -> None:
    assert digest(made(seed=1)) != digest(store)


@pytest.mark.parametrize("seed", [0, 1, 987654321])
@pytest.mark.parametrize("scale", [{}, {"executions": 1, "calls": 1}])
def test_ids_of_the_examples_exist_for_every_seed(seed: int, scale: dict[str, int]) -> None:
    asker = ProfileClient(made(seed=seed, **scale))
    assert asker.calls()["count"] > 0
    assert asker.executions()["count"] > 0
    assert asker.version()["count"] > 0
    assert asker.runs(run_test_name=ids.RUN_TEST_NAME)["count"] > 0
    call = asker.runs(call_execution_id=ids.CALL_EXECUTION_ID)
    assert call["execution_id"] == ids.TEST_EXECUTION_ID
    assert {ids.EVAL_COHERENCE_ID, ids.EVAL_RESOLUTION_SCORE_ID, ids.EVAL_TONE_ID} <= call[
        "eval_outputs"
    ].keys()
    assert call["status"] == "completed"


@pytest.mark.parametrize(("executions", "calls"), [(1, 1), (2, 50), (7, 7), (40, 1003)])
def test_a_scale_is_met_exactly(executions: int, calls: int) -> None:
    store = made(executions=executions, calls=calls)
    assert len(store.executions) == executions
    assert sum(call.original is None for call in store.calls.values()) == calls


@pytest.mark.parametrize(("executions", "calls"), [(0, 5), (-1, 5), (3, 2)])
def test_an_impossible_scale_is_refused(executions: int, calls: int) -> None:
    with pytest.raises(ValueError, match="at least 1 execution and 1 call for each"):
        made(executions=executions, calls=calls)


def test_phone_numbers_lie_in_ranges_reserved_for_fiction(store: Store) -> None:
    phones = [call.phone for call in store.calls.values() if call.phone is not None]
    assert len(phones) > 200
    assert [phone for phone in phones if not RESERVED.fullmatch(phone)] == []


def test_there_are_calls_and_executions_in_every_status(store: Store) -> None:
    calls = {call.status for call in store.calls.values()}
    executions = {execution.status for execution in store.executions.values()}
    assert calls == {"pending", "queued", "ongoing", "completed", "failed", "analyzing", "cancelled"}
    every = {"pending", "running", "completed", "failed", "cancelled", "cancelling", "evaluating"}
    assert executions == every


def test_there_is_something_of_everything(store: Store) -> None:
    calls, scenarios = list(store.calls.values()), store.catalogue.scenarios
    summaries = [execution.summary_status for execution in store.executions.values()]
    outputs = [output.status for call in calls for output in call.evals]
    there = {
        "text calls": any(call.channel == "text" for call in calls),
        "snapshots": any(call.original is not None for call in calls),
        "deleted calls": any(call.deleted for call in calls),
        "calls of deleted scenarios": any(scenarios[call.scenario].deleted for call in calls),
        "deleted run tests": any(test.deleted for test in store.catalogue.run_tests.values()),
        "executions without a summary": None in summaries,
        "executions with a summary": "completed" in summaries,
        "executions with one to come": "pending" in summaries,
        "skipped evals": "skipped" in outputs,
        "evals with an error": "error" in outputs,
        "pending evals": "pending" in outputs,
        "calls without a phone number": any(c.phone is None and c.channel == "voice" for c in calls),
    }
    assert [what for what, found in there.items() if not found] == []


def all_calls(store: Store) -> list[Call]:
    reader = Reader(store)
    return [reader.call(row) for row in store.calls.values()]


def test_people_speak_several_languages(store: Store) -> None:
    spoken = {call.details.language for call in all_calls(store)}
    assert spoken == {"en", "en-GB", "fr", "de", "ja"}


def test_the_reason_of_a_failed_eval_quotes_the_turn_it_names(store: Store) -> None:
    quoted = 0
    for call in all_calls(store):
        for output in call.evals if call.original is None else ():
            found = re.match(r"Turn (\d+): .*?“(.*)”$", output.reason)
            if found:
                quoted += 1
                assert call.details.transcript[int(found[1]) - 1].text == found[2]
            elif output.value is False:
                pytest.fail(f"a failed eval of {call.id} names no turn: {output.reason!r}")
    assert quoted > 100


def test_turns_follow_each_other_within_the_call(store: Store) -> None:
    for call in all_calls(store):
        turns = call.details.transcript if call.duration is not None else ()
        times = [ms for turn in turns for ms in (turn.start_ms, turn.end_ms)]
        assert times == sorted(times)
        assert not times or times[-1] <= (call.duration or 0) * 1000


def test_nothing_that_is_over_lies_in_the_future(store: Store) -> None:
    now = EPOCH.timestamp() * 1000
    assert all((one.completed_at or 0) <= now for one in store.executions.values())
    over = [call for call in store.calls.values() if call.number not in store.stages]
    assert all(call.updated_at <= now for call in over)


def test_times_of_a_call_are_in_order(store: Store) -> None:
    for call in store.calls.values():
        started, ended = call.started_at, call.ended_at
        assert started is None or started >= call.created_at
        assert ended is None or (started or 0) <= ended
        assert ended is None or call.original is not None or ended <= call.updated_at


def test_the_flagship_tells_of_an_agent_that_got_better_and_then_worse(store: Store) -> None:
    runs = ProfileClient(store).runs(run_test_name=ids.RUN_TEST_NAME, limit=50)["results"]
    rates = [
        result["total_pass_rate"]
        for run in reversed(runs)
        if run["status"] == "completed"
        for result in run["eval_results"]
        if result["name"] == "task_completion"
    ]
    assert len(rates) >= 10
    assert sum(rates[:3]) / 3 < 75 < 85 < sum(rates[-4:-1]) / 3
    assert rates[-1] < 75


def test_both_organizations_have_keys_and_data_of_their_own(store: Store) -> None:
    assert len({world.api_key for world in WORLDS} | {world.secret_key for world in WORLDS}) == 4
    assert {test.organization for test in store.catalogue.run_tests.values()} == {1, 2}


def test_data_are_dated_from_the_given_time() -> None:
    later = EPOCH + timedelta(days=365)
    store = made(now=later)
    assert ProfileClient(store, now=later).executions()["results"][0]["created_at"].startswith("2027-03-23")


def test_ids_are_name_based_uuids_of_version_5() -> None:
    assert make_id("run-test", "acme", 0) == str(uuid5(_NAMESPACE, "run-test/acme/0"))
    for i in range(200):
        assert make_id("é", i) == str(uuid5(_NAMESPACE, f"é/{i}"))


def test_every_id_of_a_page_is_another_one(store: Store) -> None:
    calls = ProfileClient(store).calls(limit=10_000)["results"]
    found = [turn["id"] for call in calls for turn in call["transcript"]] + [call["id"] for call in calls]
    assert len(found) == len(set(found)) > 1000
