"""What the real server does that its documents don't say, one claim a test."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import pytest

from futureagi_simulate_mock import Mock
from futureagi_simulate_mock.ids import make_id
from futureagi_simulate_mock.messages import Request, Response

CALLS = f"/simulate/run-tests/{make_id('run-test', 'acme', 0)}/call-executions/"
EXECUTIONS = f"/simulate/run-tests/{make_id('run-test', 'acme', 0)}/executions/"
DETAIL = f"/simulate/test-executions/{make_id('test-execution', 'acme', 0, 0)}/"
VERSION = (
    f"/simulate/agent-definitions/{make_id('agent', 'acme', 0)}"
    f"/versions/{make_id('agent-version', 'acme', 0, 0)}/call-executions/"
)
RUNS = "/sdk/api/v1/simulation/runs/"
EXECUTION_ID = make_id("test-execution", "acme", 0, 0)
CALL_ID = make_id("call-execution", "acme", 0, 0, 0)


@pytest.fixture(scope="module")
def mock():
    with Mock("observed") as made:
        yield made


@pytest.fixture
def ask(mock):
    return lambda path, **query: answer(mock, path, urlencode(query))


def answer(mock: Mock, path: str, query: str = "", *, other: bool = False) -> Response:
    keys = (mock.other_api_key, mock.other_secret_key) if other else (mock.api_key, mock.secret_key)
    headers = (("host", "server.test"), ("x-api-key", keys[0]), ("x-secret-key", keys[1]))
    return mock.handle(Request("GET", path, query, headers))


def body(response: Response, status: int = 200) -> dict[str, Any]:
    assert response.status == status, response.body[:300]
    found: dict[str, Any] = msgspec.json.decode(response.body)
    return found


def column(name: str, kind: str, operator: str, value: object) -> str:
    config = {"filter_type": kind, "filter_op": operator, "filter_value": value}
    return msgspec.json.encode([{"column_id": name, "filter_config": config}]).decode()


# call executions of a run test


def test_a_scenario_is_a_word_and_latency_is_in_ms(ask):
    row = next(r for r in body(ask(CALLS, limit=50))["results"] if r.get("avg_agent_latency"))
    assert isinstance(row["scenario"], str)
    assert row["session_id"] is None
    assert row["avg_agent_latency"] == row["avg_agent_latency_ms"] >= 100
    assert "created_at" not in row


def test_reruns_are_rows_of_another_shape(ask):
    rows = body(ask(CALLS, limit=1000))["results"]
    snapshots = [row for row in rows if row["is_snapshot"]]
    assert snapshots
    assert len(set(rows[0]) - set(snapshots[0])) + len(set(snapshots[0]) - set(rows[0])) > 20
    assert {row["id"] for row in rows} >= {row["original_call_execution_id"] for row in snapshots}
    words = {row["call_type"] for row in snapshots}
    assert {None, "web", "inboundPhoneCall", "outbound"} <= words
    assert not [row for row in rows if not row["is_snapshot"] and row["call_type"] in words]
    turns = [turn for row in snapshots for turn in row["transcript"]]
    assert turns
    assert not [turn for turn in turns if {"id", "start_time_seconds", "end_time_seconds"} & set(turn)]


def test_a_limit_of_0_is_an_empty_page_whose_next_never_ends(ask):
    page = body(ask(CALLS, limit=0, page=7))
    assert page["results"] == []
    assert page["next"].endswith("?limit=0&page=8")


@pytest.mark.parametrize(
    "query", ["limit=-1", "limit=abc", "limit=", "page=0", "page=-1", "page=abc", "search=%00"]
)
def test_bad_numbers_and_nul_crash_the_call_listing(mock, query):
    told = body(answer(mock, CALLS, query), 500)
    assert (told["status"], told["type"]) == (False, "server_error")
    assert told["detail"] == told["message"] == told["error"] == told["result"]


def test_past_the_end_is_empty_in_two_listings_and_an_error_in_the_others(ask):
    assert body(ask(CALLS, page=9999))["results"] == []
    past = body(ask(DETAIL, page=9999))
    assert past["results"] == []
    assert "provider" not in past
    assert "agent_type" not in past
    assert ask(EXECUTIONS, page=9999).status == 500
    assert ask(VERSION, page=9999).status == 404
    assert ask(RUNS, execution_id=EXECUTION_ID, page=9999).status == 500


def test_percent_and_underscore_are_wildcards_and_a_backslash_matches_nothing(ask):
    everything = body(ask(CALLS))["count"]
    assert body(ask(CALLS, search="%"))["count"] == everything
    assert 0 < body(ask(CALLS, search="b_lling"))["count"] < everything
    assert body(ask(CALLS, search="\\"))["count"] == 0
    assert body(ask(EXECUTIONS, search="\\"))["count"] == 0
    assert body(ask(CALLS, search="BILLING"))["count"] == body(ask(CALLS, search="billing"))["count"] > 0


def test_the_status_filter_of_calls_is_exact(ask):
    assert body(ask(CALLS, status="completed"))["count"] > 0
    assert body(ask(CALLS, status="Completed"))["count"] == 0


def test_deleted_calls_count_and_never_come():
    with Mock("observed") as mock:
        before = body(answer(mock, CALLS, "limit=5"))
        mock.delete_call(before["results"][0]["id"])
        after = body(answer(mock, CALLS, "limit=5"))
    assert after["count"] == before["count"]
    assert len(after["results"]) == 4


def test_calls_come_last_updated_first():
    with Mock("observed") as mock:
        last = body(answer(mock, CALLS, "limit=1000"))["results"]
        assert [row["timestamp"] for row in last] == sorted((row["timestamp"] for row in last), reverse=True)
        mock.touch_call(last[-1]["id"])
        assert body(answer(mock, CALLS, "limit=1"))["results"][0]["id"] == last[-1]["id"]


def test_rows_of_equal_time_repeat_and_hide_between_pages():
    with Mock("observed") as mock:
        run_test = mock.add_run_test("Ties")
        execution = mock.add_execution(run_test)
        at = mock.clock.now()
        ids = {mock.add_call(execution, updated_at=at, created_at=at) for _ in range(6)}
        path = f"/simulate/run-tests/{run_test}/call-executions/"
        seen = [body(answer(mock, path, f"limit=1&page={page}"))["results"][0]["id"] for page in range(1, 7)]
    assert set(seen) < ids


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
@pytest.mark.parametrize(
    ("operator", "value", "kept"),
    [
        ("equals", "2026-01-02T00:00:00Z", "bc"),
        ("equals", "2026-01-02T23:59:59.999", "bc"),
        ("equals", "2026-01-02", "bc"),
        ("greater_than", "2026-01-02T00:00:00", "cd"),
        ("greater_than_or_equal", "2026-01-02", "bcd"),
        ("less_than", "2026-01-02", "a"),
        ("less_than_or_equal", "2026-01-02T00:00:00", "ab"),
        ("between", ["2026-01-02", "2026-01-03"], "bcd"),
        ("between", ["2026-01-01", "2026-01-02T01:00:00+01:00"], "b"),
    ],
)
def test_midnight_belongs_to_the_day_that_begins_in_utc(operator, value, kept, zone, monkeypatch):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    with Mock("observed") as mock:
        execution = mock.add_execution(mock.add_run_test("Midnight"))
        times = {"a": (1, 23, 59), "b": (2, 0, 0), "c": (2, 23, 59), "d": (3, 0, 0)}
        if value[0] == "2026-01-01":
            times["a"] = (2, 0, 1)
        calls = {
            mock.add_call(execution, created_at=datetime(2026, 1, *at, tzinfo=UTC)): name
            for name, at in times.items()
        }
        config = {"filter_type": "datetime", "filter_op": operator, "filter_value": value}
        filters = msgspec.json.encode([{"column_id": "timestamp", "filter_config": config}]).decode()
        found = body(answer(mock, f"/simulate/test-executions/{execution}/", urlencode({"filters": filters})))
    monkeypatch.undo()
    time.tzset()
    assert sorted(calls[row["id"]] for row in found["results"]) == list(kept)


def test_links_are_built_from_the_scheme_and_host_of_the_connection(ask):
    assert body(ask(CALLS, limit=2))["next"] == f"http://server.test{CALLS}?limit=2&page=2"
    assert body(ask(CALLS, page=2))["previous"] == f"http://server.test{CALLS}?"
    assert body(ask(EXECUTIONS, page=2))["previous"] == f"http://server.test{EXECUTIONS}"


# executions of a run test


def test_statuses_are_in_title_case_and_filter_in_lower_case(ask):
    rows = body(ask(EXECUTIONS, limit=100))["results"]
    assert {"Completed", "Running", "Failed"} <= {row["status"] for row in rows}
    assert body(ask(EXECUTIONS, status="completed"))["count"] > 0
    assert body(ask(EXECUTIONS, status="COMPLETED"))["count"] == 0


def test_searching_a_status_works_and_searching_a_scenario_crashes(ask):
    assert body(ask(EXECUTIONS, search="COMPLETED"))["count"] > 0
    assert ask(EXECUTIONS, search="billing").status == 500
    assert body(ask(EXECUTIONS, search="zzzz"))["count"] == 0


def test_numbers_are_0_rather_than_null_and_times_end_in_00_00(ask):
    rows = body(ask(EXECUTIONS, limit=100))["results"]
    assert all(isinstance(row["duration"], int) and isinstance(row["success_rate"], float) for row in rows)
    assert all(row["start_time"].endswith("+00:00") for row in rows)
    assert all(isinstance(row["scenarios"], str) for row in rows)


@pytest.mark.parametrize("path", [EXECUTIONS, VERSION])
@pytest.mark.parametrize("limit", ["abc", "-1", "0", ""])
def test_a_bad_limit_is_silently_10(ask, path, limit):
    assert len(body(ask(path, limit=limit))["results"]) == 10


# the details of a test execution


def test_an_unknown_execution_is_a_500(ask):
    told = body(ask(f"/simulate/test-executions/{make_id('nobody')}/"), 500)
    assert "No TestExecution matches the given query." in told["detail"]


def test_details_hold_no_transcript_and_come_by_ten(ask):
    page = body(ask(DETAIL))
    assert len(page["results"]) == 10
    assert all(row["transcript"] == [] and row["recordings"] == {} for row in page["results"])
    assert page["column_order"][0] == {"column_name": "Timestamp", "id": "timestamp", "visible": True}


@pytest.mark.parametrize(
    "query", ["page=0", "limit=-1", "limit=1.5", "page=last", "ordering=created_at", "filters=5"]
)
def test_details_refuse_what_they_do_not_know(mock, query):
    told = body(answer(mock, DETAIL, query), 400)
    name = query.partition("=")[0]
    assert (told["attr"], list(told["details"])) == (name, [name])


def test_documented_filters_are_let_fall_without_a_word(ask):
    everything = body(ask(DETAIL))["count"]
    for name, kind, operator, value in (
        ("call_execution_id", "text", "equals", make_id("nobody")),
        ("scenario", "text", "in", ["nobody"]),
        ("nope", "text", "equals", "x"),
    ):
        page = body(ask(DETAIL, filters=column(name, kind, operator, value)))
        assert (page["count"], page["error_messages"]) == (everything, [])
    page = body(ask(DETAIL, filters=column("response_time", "number", "between", [1, 2])))
    assert page["count"] == everything
    assert page["error_messages"][0].startswith("Error applying filter for column response_time")


def test_an_evals_number_is_divided_by_100(mock, ask):
    score = make_id("eval", "acme", "Resolution score")
    rows = body(ask(DETAIL, limit=1000, filters=column(score, "number", "greater_than", 80)))["results"]
    values = [row["eval_outputs"][score]["value"] for row in rows]
    assert values
    assert all(0.8 < value <= 1 for value in values)


def test_scenario_is_compared_exactly_and_status_in_any_case(ask):
    assert body(ask(DETAIL, filters=column("scenario", "text", "equals", "billing INQUIRY")))["count"] == 0
    completed = body(ask(DETAIL, filters=column("status", "text", "equals", "COMPLETED")))["count"]
    assert (
        completed == body(ask(DETAIL, filters=column("status", "text", "equals", "completed")))["count"] > 0
    )


@pytest.mark.parametrize("name", ["scenario", "status", "overall_score", "nope"])
def test_grouping_by_a_plain_column_crashes(ask, name):
    assert ask(DETAIL, row_groups=f'["{name}"]').status == 500


def test_groups_by_a_dataset_column_count_the_calls_of_every_execution(ask):
    name = f"scenario_{make_id('scenario', 'acme', 0)}_dataset_{make_id('dataset', 'acme', 0)}"
    page = body(ask(DETAIL, row_groups=f'["{name}"]', limit=10))
    whole = body(ask(DETAIL, row_groups=f'["{name}"]', limit=10_000))
    assert page["next"] == "?page=2"
    assert sum(row["count"] for row in whole["results"]) > body(ask(DETAIL))["count"]


# the calls of a version, and runs


def test_a_version_lists_stored_outputs_and_ignores_unknown_parameters(ask):
    rows = body(ask(VERSION, limit=1000, foo="bar", search="zzz"))["results"]
    outputs = [output for row in rows for output in row["eval_outputs"].values()]
    assert {"status": "pending"} in outputs
    assert {type(output.get("output")) for output in outputs} >= {str, float, dict, list, bool, type(None)}


def test_runs_by_several_ids_are_the_calls_then_the_executions(ask):
    both = body(ask(RUNS, run_test_name="x", execution_id=EXECUTION_ID, call_execution_id=CALL_ID))
    assert both["result"]["call_execution_id"] == CALL_ID
    assert (
        body(ask(RUNS, run_test_name="x", execution_id=EXECUTION_ID))["result"]["execution_id"]
        == EXECUTION_ID
    )


def test_an_eval_name_in_the_wrong_case_finds_outputs_and_no_results(ask):
    result = body(ask(RUNS, execution_id=EXECUTION_ID, eval_name="coherence", limit=100))["result"]
    assert result["eval_results"] == []
    assert any(call["eval_outputs"] for call in result["call_results"]["results"])
    assert body(ask(RUNS, execution_id=EXECUTION_ID, eval_name="Coherence"))["result"]["eval_results"]


@pytest.mark.parametrize("word", ["true", "TRUE", "1", "yes", "on", "t", "y"])
def test_many_words_ask_for_the_summary(ask, word):
    assert "eval_explanation_summary" in body(ask(RUNS, execution_id=EXECUTION_ID, summary=word))["result"]


def test_other_words_for_the_summary_and_unknown_parameters_are_refused_with_errors(ask):
    told = body(ask(RUNS, execution_id=EXECUTION_ID, summary="maybe", foo="bar"), 400)
    assert told["detail"] == "Validation failed"
    assert list(told["errors"]) == ["summary", "foo"]


def test_shares_of_choices_are_by_the_text_of_what_is_stored(ask):
    results = body(ask(RUNS, execution_id=EXECUTION_ID))["result"]["eval_results"]
    shares = next(one["total_choices_avg"] for one in results if one["output_type"] == "choices")
    assert any(re.match(r"\{'choices?'", key) for key in shares)
    assert sum(shares.values()) == pytest.approx(100, abs=0.1)


# what the real server leaks and the mock doesn't


def test_no_organization_sees_a_row_of_the_other(mock):
    def ids(other: bool) -> set[str]:
        world = "globex" if other else "acme"
        found = set()
        for path, query in (
            (f"/simulate/run-tests/{make_id('run-test', world, 0)}/call-executions/", "limit=10000"),
            (f"/simulate/test-executions/{make_id('test-execution', world, 0, 0)}/", "limit=10000"),
            (RUNS, "run_test_name=" + quote(mock.ids.run_test_name)),
        ):
            found |= set(re.findall(rb"[0-9a-f-]{36}", answer(mock, path, query, other=other).body))
        return found

    ours, theirs = ids(other=False), ids(other=True)
    assert ours
    assert theirs
    assert not ours & theirs


@pytest.mark.parametrize("path", [CALLS, EXECUTIONS, VERSION])
def test_the_other_organizations_ids_are_not_found(mock, path):
    assert answer(mock, path, other=True).status == 404
    assert answer(mock, DETAIL, other=True).status == 500
    assert answer(mock, RUNS, f"execution_id={EXECUTION_ID}", other=True).status == 404
    assert answer(mock, RUNS, f"call_execution_id={CALL_ID}", other=True).status == 404


def test_groups_count_the_calls_of_ones_own_organization_only(mock):
    name = f"scenario_{make_id('scenario', 'acme', 0)}_dataset_{make_id('dataset', 'acme', 0)}"

    def counted(world: str, *, other: bool) -> int:
        path = f"/simulate/test-executions/{make_id('test-execution', world, 0, 0)}/"
        query = urlencode({"row_groups": f'["{name}"]', "limit": 100_000})
        return sum(row["count"] for row in body(answer(mock, path, query, other=other))["results"])

    def listed(world: str, tests: int, *, other: bool) -> int:
        total = 0
        for test in range(tests):
            path = f"/simulate/run-tests/{make_id('run-test', world, test)}/call-executions/"
            rows = body(answer(mock, path, "limit=100000", other=other))["results"]
            total += sum(not row["is_snapshot"] for row in rows)
        return total

    assert counted("globex", other=True) == listed("globex", 2, other=True)
    assert counted("acme", other=False) == listed("acme", 4, other=False)


def test_a_deleted_eval_is_left_out_of_the_page_of_its_execution_and_of_the_sums():
    with Mock("observed") as mock:
        test = mock.add_run_test("Tidied", evals={"Coherence": "Pass/Fail", "Tone": "choices"})
        execution = mock.add_execution(test)
        call = mock.add_call(execution)
        page = body(answer(mock, f"/simulate/test-executions/{execution}/"))["results"][0]
        gone = next(key for key, entry in page["eval_outputs"].items() if entry["name"] == "Tone")
        mock.delete_eval(gone)
        page = body(answer(mock, f"/simulate/test-executions/{execution}/"))["results"][0]
        listed = body(answer(mock, f"/simulate/run-tests/{test}/call-executions/"))["results"][0]
        run = body(answer(mock, RUNS, f"call_execution_id={call}"))["result"]
        summed = body(answer(mock, RUNS, f"execution_id={execution}"))["result"]["eval_results"]
    assert gone not in page["eval_outputs"]
    assert gone not in page["eval_metrics"]
    assert gone in listed["eval_outputs"]
    assert gone in run["eval_outputs"]
    assert [part["name"] for entry in summed for part in entry["result"]] == ["Coherence"]


def test_calls_of_a_deleted_execution_are_listed_and_the_execution_is_not():
    with Mock("observed") as mock:
        test = mock.add_run_test("Tidied")
        execution = mock.add_execution(test)
        call = mock.add_call(execution)
        mock.delete_execution(execution)
        listed = body(answer(mock, f"/simulate/run-tests/{test}/call-executions/"))
        executions = body(answer(mock, f"/simulate/run-tests/{test}/executions/"))
        body(answer(mock, f"/simulate/test-executions/{execution}/"), 500)
        body(answer(mock, RUNS, f"execution_id={execution}"), 404)
    assert [row["id"] for row in listed["results"]] == [call]
    assert executions["count"] == 0


def test_one_numeric_result_makes_the_runs_endpoint_fail_and_no_other():
    with Mock("observed") as mock:
        test = mock.add_run_test("Counted", evals={"Apologies": "numeric"})
        execution = mock.add_execution(test)
        call = mock.add_call(execution, evals={"Apologies": 3})
        for query in (f"execution_id={execution}", "run_test_name=Counted"):
            told = body(answer(mock, RUNS, query), 500)
            assert told["detail"] == "Unable to fetch simulation runs."
        run = body(answer(mock, RUNS, f"call_execution_id={call}"))["result"]
        page = body(answer(mock, f"/simulate/test-executions/{execution}/"))
    assert [entry["output"] for entry in run["eval_outputs"].values()] == [3.0]
    assert page["count"] == 1


def test_clusters_are_written_in_the_words_of_the_server(ask):
    found = body(ask(RUNS, execution_id=make_id("test-execution", "acme", 0, 0), summary="true"))["result"]
    clusters = [one for items in found["eval_explanation_summary"].values() for one in items]
    assert {one["kind"] for one in clusters} == {"failure", "success"}
    assert all(one["size"] == len(one["member_ids"]) > 0 for one in clusters)
    assert all(set(one["representative_ids"]) <= set(one["member_ids"]) for one in clusters)
    assert not {"cluster_name", "description", "call_execution_ids"} & {
        key for one in clusters for key in one
    }
