"""Odd answers: all is kept and said, nothing raised unless asked for; another form is an error."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
import warnings
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from futureagi_simulate import (
    AsyncClient,
    Client,
    ConfigurationError,
    ContractError,
    ContractWarning,
    call_record,
    execution_record,
)
from futureagi_simulate.decoding import read_page
from futureagi_simulate.http import Answer, Request
from futureagi_simulate.pagination import Ask
from futureagi_simulate.printable import clean
from futureagi_simulate.results import Form
from futureagi_simulate_api.models import CallExecution, CallExecutionPage

from .test_listing import CALL, ID

ROW = {"id": ID, **CALL}
RUN = {
    "execution_id": ID,
    "status": "completed",
    "started_at": "2026-03-21T09:00:03Z",
    "completed_at": None,
    "total_calls": 2,
    "completed_calls": 1,
    "failed_calls": 1,
    "eval_results": [],
}
RUN_CALL = {
    "call_execution_id": ID,
    "scenario_id": ID,
    "scenario_name": "Refund",
    "status": "completed",
    "duration_seconds": 1,
    "eval_outputs": {},
}
CALLS = {"count": 1, "total_pages": 1, "current_page": 1, "results": [RUN_CALL]}
CALL_RUN = {
    **RUN_CALL,
    "execution_id": ID,
    "started_at": None,
    "completed_at": None,
    "ended_reason": None,
    "call_summary": None,
    "latency": {"avg_agent_latency_ms": None, "response_time_ms": None},
    "cost": {"total_cost_cents": 1, "stt_cost_cents": 0, "llm_cost_cents": 0, "tts_cost_cents": 0},
}


def client(colour: Any, body: Any, *, strict: bool = False) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return colour.pick(Client, AsyncClient)(
        api_key="a-key",
        secret_key="a-secret",
        base_url="https://api.test",
        strict=strict,
        http_client=colour.http(lambda _: httpx.Response(200, content=content)),
    )


def page_of(*rows: Any, **envelope: Any) -> dict[str, Any]:
    return {"count": len(rows), "next": None, "previous": None, "results": list(rows), **envelope}


def first_page(colour: Any, body: Any) -> tuple[Any, list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        page = colour.take(client(colour, body).list_call_executions(ID).pages(), 1)[0]
    assert all(issubclass(one.category, ContractWarning) for one in caught)
    return page, [str(one.message) for one in caught]


@pytest.mark.parametrize(
    ("change", "path", "expected", "got", "kept"),
    [
        (
            {"duration": "long"},
            "results[0].duration",
            "a number or null",
            'a text, "long"',
            ("duration", "long"),
        ),
        (
            {"overall_score": [1]},
            "results[0].overall_score",
            "a number or null",
            "an array, [1]",
            ("overall_score", [1]),
        ),
        ({"is_snapshot": None}, "results[0].is_snapshot", "true or false", "null", ("is_snapshot", None)),
        ({"status": "paused"}, "results[0].status", "a CallStatus", "a text, 'paused'", ("status", "paused")),
        ({"status": 7}, "results[0].status", "a CallStatus or null", "a number, 7", ("status", 7)),
        ({"id": 5}, "results[0].id", "a text", "a number, 5", ("id", 5)),
        ({"transcript": None}, "results[0].transcript", "an array", "null", ("transcript", None)),
        (
            {"transcript": [{"content": 5}]},
            "results[0].transcript[0].content",
            "a text or an array",
            "a number, 5",
            None,
        ),
        (
            {"transcript": [{"speaker_role": "ghost"}]},
            "results[0].transcript[0].speaker_role",
            "a SpeakerRole",
            "a text, 'ghost'",
            None,
        ),
        (
            {"eval_outputs": {"x": {"status": "napping"}}},
            "results[0].eval_outputs[x].status",
            "a EvalStatus",
            "a text, 'napping'",
            None,
        ),
        (
            {"eval_outputs": {"x": {"name": 1}}},
            "results[0].eval_outputs[x].name",
            "a text",
            "a number, 1",
            None,
        ),
    ],
)
def test_an_odd_value_is_kept_and_told_with_its_path(
    colour: Any, change: dict[str, Any], path: str, expected: str, got: str, kept: tuple[str, Any] | None
) -> None:
    page, told = first_page(colour, page_of({**ROW, **change}))
    assert [(one.path, one.expected, one.got) for one in page.deviations] == [(path, expected, got)]
    assert len(told) == 1
    assert path in told[0]
    item = page.items[0]
    assert isinstance(item, CallExecution)
    assert item.raw == {**ROW, **change}
    if kept is not None:
        assert getattr(item, kept[0]) == kept[1]
    assert item.call_summary is None, "the rest is as it should be"
    call_record(item)
    with pytest.raises(ContractError) as caught:
        colour.collect(client(colour, page_of({**ROW, **change}), strict=True).list_call_executions(ID))
    assert caught.value.deviations == page.deviations


def test_a_missing_field_is_told(colour: Any) -> None:
    row = {name: value for name, value in ROW.items() if name != "transcript"}
    page, told = first_page(colour, page_of(row))
    assert [(one.path, one.got) for one in page.deviations] == [("results[0].transcript", "absent")]
    assert len(told) == 1


def test_unknown_fields_are_kept_and_are_no_deviation(colour: Any) -> None:
    page, told = first_page(colour, page_of({**ROW, "mood": "sunny"}))
    assert page.items[0].raw["mood"] == "sunny"
    assert (page.deviations, told) == ((), [])


@pytest.mark.parametrize("row", [None, 5, "x", []])
def test_an_item_that_is_no_object_is_kept_too(colour: Any, row: Any) -> None:
    page, told = first_page(colour, page_of(ROW, row))
    assert len(page.items) == 2
    assert json.loads(page.items[1].raw_json) == row
    assert [one.path for one in page.deviations] == ["results[1]"]
    assert len(told) == 1


@pytest.mark.parametrize(
    ("envelope", "path"),
    [
        ({"count": "2"}, "count"),
        ({"count": None}, "count"),
        ({"next": 5}, "next"),
        ({"total_pages": "x"}, "total_pages"),
        ({"results": None}, "results"),
    ],
)
def test_an_odd_envelope_is_told_and_its_items_are_given(
    colour: Any, envelope: dict[str, Any], path: str
) -> None:
    page, _ = first_page(colour, page_of(ROW, **envelope))
    assert [one.path for one in page.deviations] == [path]
    assert len(page.items) == (0 if path == "results" else 1)


def test_one_kind_of_deviation_is_told_once_however_often_it_comes(colour: Any) -> None:
    rows = [{**ROW, "id": str(number), "duration": "long"} for number in range(30)]
    asked = client(colour, page_of(*rows))
    with pytest.warns(ContractWarning) as caught:
        colour.collect(asked.list_call_executions(ID))
    assert len(caught) == 1
    assert caught[0].filename.endswith("conftest.py"), "it points at the code that reads"
    colour.collect(asked.list_call_executions(ID))


@pytest.mark.parametrize(
    "body",
    [
        {"results": 5},
        {"results": {"a": 1}},
        {"count": 1},
        {},
        {"name": "Calls", "description": "", "renders": []},
    ],
)
def test_an_answer_that_is_no_page_is_a_contract_error(colour: Any, body: Any) -> None:
    with pytest.raises(ContractError, match="isn't of the form") as caught:
        colour.collect(client(colour, body).list_call_executions(ID))
    assert caught.value.status == 200
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("ask", "body"),
    [
        (
            lambda made: made.list_execution_runs("x").first(),
            {"status": True, "result": {**RUN, "call_results": CALLS}},
        ),
        (lambda made: made.list_execution_runs("x").first(), {"status": True, "result": CALL_RUN}),
        (lambda made: made.list_execution_runs("x").first(), {"status": True, "result": []}),
        (lambda made: made.list_execution_runs("x").first(), {"status": True}),
        (lambda made: made.get_execution_run(ID), {"status": True, "result": CALL_RUN}),
        (lambda made: made.get_execution_run(ID), {"status": True, "result": {"results": [RUN], "count": 1}}),
        (lambda made: made.get_call_run(ID), {"status": True, "result": {**RUN, "call_results": CALLS}}),
        (lambda made: made.get_call_run(ID), {"status": True, "result": {"results": [RUN], "count": 1}}),
        (lambda made: made.get_call_run(ID), {"status": True, "result": None}),
        (lambda made: made.get_call_run(ID), {"count": 1}),
    ],
)
def test_a_run_of_another_form_than_asked_for_is_a_contract_error(colour: Any, ask: Any, body: Any) -> None:
    with pytest.raises(ContractError, match="isn't of the form"):
        colour.run(ask(client(colour, body)))


def test_runs_by_name_come_with_their_calls(colour: Any) -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        by_name = {"count": 1, "total_pages": 1, "current_page": 1, "results": [RUN]}
        by_execution = {**RUN, "call_results": CALLS}
        result = by_name if "run_test_name" in request.url.params else by_execution
        return httpx.Response(200, json={"status": True, "result": result})

    made = colour.pick(Client, AsyncClient)(
        api_key="a-key", secret_key="a-secret", base_url="https://api.test", http_client=colour.http(answer)
    )
    run = colour.run(made.list_execution_runs("My test", eval_names=["Tone", "Coherence"]).first())
    assert (run.execution_id, run.status, run.completed_at, run.total_calls) == (ID, "completed", None, 2)
    assert (run.eval_results, run.eval_explanation_summary, run.raw) == ([], None, RUN)
    assert [call.call_execution_id for call in colour.collect(run.calls)] == [ID]
    assert asked[0]["run_test_name"] == "My test"
    assert [one["eval_name"] for one in asked] == ["Tone,Coherence"] * 2
    assert asked[1]["execution_id"] == ID


def test_an_execution_run_uses_its_first_page_of_calls_and_shows_the_summary(colour: Any) -> None:
    summary = {"Tone": [{"cluster_name": "Rude", "call_execution_ids": [ID], "description": "It swears."}]}
    result = {
        **RUN,
        "call_results": CALLS,
        "eval_explanation_summary": summary,
        "eval_explanation_summary_status": "completed",
    }
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        return httpx.Response(200, json={"status": True, "result": result})

    made = colour.pick(Client, AsyncClient)(
        api_key="a-key", secret_key="a-secret", base_url="https://api.test", http_client=colour.http(answer)
    )
    run = colour.run(made.get_execution_run(ID, summary=True))
    assert asked[0]["summary"] == "true"
    assert run.eval_explanation_summary["Tone"][0].cluster_name == "Rude"
    assert run.eval_explanation_summary_status == "completed"
    assert run.raw == result
    assert [call.call_execution_id for call in colour.collect(run.calls)] == [ID]
    assert len(asked) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    changes=st.dictionaries(
        st.sampled_from([*ROW, "timestamp", "call_type", "tool_outputs"]), JSON, max_size=5
    )
)
def test_no_value_anywhere_in_an_item_raises_or_is_lost(changes: dict[str, Any]) -> None:
    row = {**ROW, **changes}
    content = json.dumps(page_of(row, ROW)).encode()
    answer = Answer(Request("listCallExecutions", "/"), 200, {}, content)
    fetched = read_page(Form(CallExecution, CallExecutionPage), answer, Ask(1, 10), strict=False)
    assert fetched.page.items[0].raw == row
    assert fetched.page.items[1].raw == ROW
    call_record(fetched.page.items[0])


@pytest.mark.parametrize("odd", [None, 7, "text", True, [1], [], "", {}])
def test_a_row_that_is_nothing_like_one_has_a_record_and_keeps_its_bytes(odd: Any, colour: Any) -> None:
    asked = {
        "calls": (lambda client: client.list_call_executions(ID), page_of(odd, ROW)),
        "executions": (lambda client: client.list_test_executions(ID), page_of(odd, RUN)),
        "version": (lambda client: client.list_version_call_executions(ID, ID), page_of(odd, ROW)),
        "groups": (lambda client: client.list_test_execution_groups(ID, row_groups=["a"]), page_of(odd)),
        "runs": (
            lambda client: client.list_execution_runs("name"),
            {"status": True, "result": page_of(odd, RUN)},
        ),
    }
    for name, (ask, body) in asked.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ContractWarning)
            item = colour.collect(ask(client(colour, body)))[0]
        assert json.loads(item.raw_json) == odd, name
        assert item.raw == {}, name
        assert call_record(item).id == ""
        assert execution_record(item).id is None
        repr(item)


def test_a_run_without_an_id_is_shown_and_its_calls_cannot_be_asked_for(colour: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ContractWarning)
        body = {"status": True, "result": page_of(None, RUN)}
        nothing, run = colour.collect(client(colour, body).list_execution_runs("name"))
    assert (nothing.execution_id, nothing.status, nothing.eval_results) == (None, None, None)
    assert run.execution_id == ID
    with pytest.raises(ContractError, match="without an id"):
        colour.collect(nothing.calls)


@pytest.mark.parametrize("blank", ["", " ", None])
def test_rows_whose_ids_are_blank_are_all_kept(blank: Any, colour: Any) -> None:
    rows = [{**ROW, "id": blank, "call_summary": str(number)} for number in range(3)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ContractWarning)
        items = colour.collect(client(colour, page_of(*rows)).list_call_executions(ID))
    assert [item.call_summary for item in items] == ["0", "1", "2"]


def test_deviations_of_a_kind_are_one_with_a_count(colour: Any) -> None:
    rows = [{**ROW, "id": str(number), "duration": "long"} for number in range(500)]
    rows += [{**ROW, "id": f"lost {number}", "status": "lost"} for number in range(500)]
    page, told = first_page(colour, page_of(*rows))
    assert [(one.path, one.count) for one in page.deviations] == [
        ("results[0].duration", 500),
        ("results[500].status", 500),
    ]
    assert len(told) == 2
    assert str(page.deviations[0]).endswith("(500 times)")


def test_made_up_keys_do_not_make_any_number_of_deviations(colour: Any) -> None:
    evals = {f"eval-{number}": 7 for number in range(3000)}
    page, told = first_page(colour, page_of({**ROW, "eval_outputs": evals}))
    (one,) = page.deviations
    assert (one.count, len(told)) == (3000, 1)


MEMORY = """
import gzip, re, sys, warnings
import httpx
from futureagi_simulate import Client
row, rows = sys.argv[1].encode(), int(sys.argv[2])
start = b'{"count": %d, "next": null, "previous": null, "results": [' % rows
body = gzip.compress(start + b",".join([row] * rows) + b"]}")
assert len(body) < 2**20
answer = lambda _: httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(body))
http_client = httpx.Client(transport=httpx.MockTransport(answer))
client = Client(api_key="a-key", secret_key="a-secret", http_client=http_client)
warnings.simplefilter("ignore")
(page,) = client.list_call_executions("6f9619ff-8b86-4d01-b42d-00cf4fc964ff", page_size=rows).pages()
assert len(page.items) == rows, len(page.items)
peak = int(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1]) / 1024  # not the parent's
print(int(peak), max(one.count for one in page.deviations))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a process's own peak of memory is asked of /proc")
@pytest.mark.parametrize("row", ["{}", "null", "NaN", '{"id": 1, "duration": []}'])
def test_a_million_odd_rows_in_a_small_body_are_a_count_and_take_less_than_200_mb(row: str) -> None:
    command = [sys.executable, "-c", MEMORY, row, "1000000"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)
    peak, count = map(int, done.stdout.split())
    assert count == 1_000_000
    assert peak < 200


CONTROLS = "\x9b31m\u202e\u2028\x1b]0;t\x07\U000e0041"


def test_what_a_server_sends_acts_on_no_terminal_through_errors_warnings_and_reprs(colour: Any) -> None:
    body = page_of({**ROW, "duration": CONTROLS, "status": CONTROLS, "eval_outputs": {CONTROLS: 1}})
    page, told = first_page(colour, body)
    with pytest.raises(ContractError) as caught:
        colour.run(client(colour, body, strict=True).list_call_executions(ID).to_list())
    run = {**RUN, "status": CONTROLS, "call_results": CALLS}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ContractWarning)
        shown = colour.run(client(colour, {"status": True, "result": run}).get_execution_run(ID))
    said = [*told, *map(str, page.deviations), str(caught.value), caught.value.excerpt, repr(caught.value)]
    said += [repr(page.items[0]), repr(page.items[0].status), repr(shown), repr(shown.model)]
    assert len(told) == 3
    assert [text for text in said if clean(text) != text] == []
    assert page.items[0].status == CONTROLS, "the data itself stays as it was sent"


def test_every_result_pickles_and_a_pickled_listing_says_that_it_has_no_connection(colour: Any) -> None:
    body = {"status": True, "result": {**RUN, "call_results": CALLS}}
    run = colour.run(client(colour, body).get_execution_run(ID))
    detail_body = page_of(ROW, status="completed", column_order=[], error_messages=[])
    detail = colour.run(client(colour, detail_body).get_test_execution(ID))
    (page,) = colour.collect(client(colour, page_of(ROW)).list_call_executions(ID).pages())
    for result in (run, detail, page, page.items[0], call_record(page.items[0])):
        again = pickle.loads(pickle.dumps(result))
        assert again == result
        assert copy.deepcopy(result) == result
    for again in (pickle.loads(pickle.dumps(run)), pickle.loads(pickle.dumps(detail))):
        assert repr(again.calls) == repr(run.calls) or repr(again.calls) == repr(detail.calls)
        with pytest.raises(ConfigurationError, match="went through pickle"):
            colour.collect(again.calls)
    assert len(colour.collect(copy.deepcopy(run).calls)) == 1
    with pytest.raises(TypeError, match="holds keys and connections"):
        pickle.dumps(client(colour, body))
