from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any
from uuid import uuid5

import pytest

from futureagi_simulate_mock import ids
from futureagi_simulate_mock.data.seeding import EPOCH, fill
from futureagi_simulate_mock.data.world import WORLDS
from futureagi_simulate_mock.ids import _NAMESPACE, make_id
from futureagi_simulate_mock.store import Reader, Store

from .profile_client import ProfileClient, made

RESERVED = re.compile(r"\+1\d{3}55501\d\d|\+447700900\d{3}|\+3319900\d{4}|\+493023125\d{3}")
TABLES = ("organization", "agent", "version", "scenario", "run_test", "eval_config", "execution", "call",
          "eval_output", "call_stage", "execution_stage")  # fmt: skip

# Frozen: data of one seed never change within a minor version, on any machine and Python.
ROWS_OF_SEED_0 = "edef75b0"
ANSWERS_OF_SEED_0 = "f01ec2d7"


@pytest.fixture(scope="module")
def store() -> Any:
    found = made()
    yield found
    found.close()


def digest(store: Store) -> str:
    found = hashlib.sha256()
    for table in TABLES:
        for row in store.rows(f"SELECT * FROM {table} ORDER BY 1, 2"):
            found.update(repr(row).encode())
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
    assert store.rows("SELECT count(*) FROM execution") == [(executions,)]
    assert store.rows("SELECT count(*) FROM call WHERE original IS NULL") == [(calls,)]


@pytest.mark.parametrize(("executions", "calls"), [(0, 5), (-1, 5), (3, 2)])
def test_an_impossible_scale_is_refused(executions: int, calls: int) -> None:
    with pytest.raises(ValueError, match="at least 1 execution and 1 call for each"):
        made(executions=executions, calls=calls)


def test_phone_numbers_lie_in_ranges_reserved_for_fiction(store: Store) -> None:
    phones = [row[0] for row in store.rows("SELECT phone FROM call WHERE phone IS NOT NULL")]
    assert len(phones) > 200
    assert [phone for phone in phones if not RESERVED.fullmatch(phone)] == []


def test_there_are_calls_and_executions_in_every_status(store: Store) -> None:
    calls = {row[0] for row in store.rows("SELECT DISTINCT status FROM call")}
    executions = {row[0] for row in store.rows("SELECT DISTINCT status FROM execution")}
    assert calls == {"pending", "queued", "ongoing", "completed", "failed", "analyzing", "cancelled"}
    every = {"pending", "running", "completed", "failed", "cancelled", "cancelling", "evaluating"}
    assert executions == every


def test_there_is_something_of_everything(store: Store) -> None:
    counts = {
        "text calls": "SELECT count(*) FROM call WHERE channel = 'text'",
        "snapshots": "SELECT count(*) FROM call WHERE original IS NOT NULL",
        "deleted calls": "SELECT count(*) FROM call WHERE deleted",
        "calls of deleted scenarios": "SELECT count(*) FROM call JOIN scenario ON scenario = scenario.number "
        "WHERE scenario.deleted",
        "deleted run tests": "SELECT count(*) FROM run_test WHERE deleted",
        "executions without a summary": "SELECT count(*) FROM execution WHERE summary_status IS NULL",
        "executions with a summary": "SELECT count(*) FROM execution WHERE summary_status = 'completed'",
        "executions with one to come": "SELECT count(*) FROM execution WHERE summary_status = 'pending'",
        "skipped evals": "SELECT count(*) FROM eval_output WHERE status = 'skipped'",
        "evals with an error": "SELECT count(*) FROM eval_output WHERE status = 'error'",
        "pending evals": "SELECT count(*) FROM eval_output WHERE status = 'pending'",
        "calls without a phone number": "SELECT count(*) FROM call WHERE phone IS NULL AND channel = 'voice'",
    }
    assert [what for what, sql in counts.items() if store.rows(sql)[0][0] == 0] == []


def test_people_speak_several_languages(store: Store) -> None:
    numbers = [row[0] for row in store.rows("SELECT number FROM call")]
    spoken = {call.details.language for call in Reader(store).calls(numbers)}
    assert spoken == {"en", "en-GB", "fr", "de", "ja"}


def test_the_reason_of_a_failed_eval_quotes_the_turn_it_names(store: Store) -> None:
    numbers = [row[0] for row in store.rows("SELECT number FROM call WHERE original IS NULL")]
    quoted = 0
    for call in Reader(store).calls(numbers):
        for output in call.evals:
            found = re.match(r"Turn (\d+): .*?“(.*)”$", output.reason)
            if found:
                quoted += 1
                assert call.details.transcript[int(found[1]) - 1].text == found[2]
            elif output.value is False:
                pytest.fail(f"a failed eval of {call.id} names no turn: {output.reason!r}")
    assert quoted > 100


def test_turns_follow_each_other_within_the_call(store: Store) -> None:
    numbers = [row[0] for row in store.rows("SELECT number FROM call WHERE duration IS NOT NULL")]
    for call in Reader(store).calls(numbers):
        times = [ms for turn in call.details.transcript for ms in (turn.start_ms, turn.end_ms)]
        assert times == sorted(times)
        assert not times or times[-1] <= (call.duration or 0) * 1000


def test_nothing_that_is_over_lies_in_the_future(store: Store) -> None:
    now = EPOCH.timestamp() * 1000
    assert store.rows("SELECT id FROM execution WHERE completed_at > ?", (now,)) == []
    late = "SELECT id FROM call WHERE updated_at > ? AND number NOT IN (SELECT call FROM call_stage)"
    assert store.rows(late, (now,)) == []


def test_times_of_a_call_are_in_order(store: Store) -> None:
    assert store.rows("SELECT id FROM call WHERE started_at < created_at OR ended_at < started_at") == []
    assert store.rows("SELECT id FROM call WHERE original IS NULL AND updated_at < ended_at") == []


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
    tests = {
        number: store.rows("SELECT count(*) FROM run_test WHERE organization = ?", (number,))
        for number in (1, 2)
    }
    assert all(rows[0][0] for rows in tests.values())


def test_data_are_dated_from_the_given_time() -> None:
    later = EPOCH + timedelta(days=365)
    store = made(now=later)
    assert ProfileClient(store, now=later).executions()["results"][0]["created_at"].startswith("2027-03-23")


def test_rows_are_written_in_batches_and_never_held_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from futureagi_simulate_mock.data import seeding

    most = 0
    insert = seeding._insert

    def watched(connection: Any, table: str, rows: list[Any]) -> None:
        nonlocal most
        most = max(most, len(rows))
        insert(connection, table, rows)

    monkeypatch.setattr(seeding, "_insert", watched)
    fill(Store(), executions=1, calls=9000)
    assert most < 5 * 4002


def test_ids_are_name_based_uuids_of_version_5() -> None:
    assert make_id("run-test", "acme", 0) == str(uuid5(_NAMESPACE, "run-test/acme/0"))
    for i in range(200):
        assert make_id("é", i) == str(uuid5(_NAMESPACE, f"é/{i}"))


def test_every_id_of_a_page_is_another_one(store: Store) -> None:
    calls = ProfileClient(store).calls(limit=10_000)["results"]
    found = [turn["id"] for call in calls for turn in call["transcript"]] + [call["id"] for call in calls]
    assert len(found) == len(set(found)) > 1000
