"""Failures of executions whose answers have the server's own form, not the documents'."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from futureagi_simulate import Client, ServerError
from futureagi_simulate.records import CallRecord, call_record
from futureagi_simulate_cli import main
from futureagi_simulate_cli.failures import Criteria, collect
from futureagi_simulate_cli.failures.collect import read_clusters
from futureagi_simulate_cli.gate import gate
from futureagi_simulate_cli.report import build_page
from futureagi_simulate_cli.report.content import gather
from futureagi_simulate_mock import Mock

EVALS = {"Coherence": "Pass/Fail", "Depth": "score", "Tone": "choices"}


@pytest.fixture
def mock() -> Iterator[Mock]:
    with Mock("observed") as mock:
        yield mock


def client_of(mock: Mock) -> Client:
    http = httpx.Client(transport=mock.transport())
    return Client(api_key=mock.api_key, secret_key=mock.secret_key, base_url=mock.base_url, http_client=http)


def add_execution(mock: Mock, evals: dict[str, str], *calls: dict[str, Any]) -> tuple[str, str]:
    test = mock.add_run_test("Observed", evals=evals)
    execution = mock.add_execution(test)
    for results in calls:
        mock.add_call(execution, evals=results)
    return test, execution


CALLS: tuple[dict[str, Any], ...] = (
    {"Coherence": True, "Depth": 0.5, "Tone": "calm"},
    {"Coherence": False, "Depth": 0.7, "Tone": "angry"},
    {"Coherence": True, "Depth": 0.9, "Tone": "calm"},
)


def test_without_the_runs_endpoint_the_gate_has_the_same_numbers(mock: Mock) -> None:
    _, plain = add_execution(mock, EVALS, *CALLS)
    _, numeric = add_execution(
        mock, EVALS | {"Apologies": "numeric"}, *({**one, "Apologies": 3} for one in CALLS)
    )
    settings: dict[str, Any] = {"min": ["Coherence=60", "Depth=50"], "want": "Tone=calm"}
    with client_of(mock) as client:
        wanted, found = (gate(one, **settings, client=client) for one in (plain, numeric))
    assert found.ready
    assert [(m.name, m.value, m.hits, m.total) for m in found.measures] == [
        (m.name, m.value, m.hits, m.total) for m in wanted.measures
    ]
    assert [one.sentence for one in found.checks] == [one.sentence for one in wanted.checks]
    assert "numeric eval Apologies" in found.notes[0]


def test_failures_and_report_work_without_the_runs_endpoint_and_say_what_is_missing(mock: Mock) -> None:
    test, execution = add_execution(
        mock, EVALS | {"Apologies": "numeric"}, *({**one, "Apologies": 3} for one in CALLS)
    )
    with client_of(mock) as client:
        found = collect(client, execution, Criteria())
        material = gather(client, execution, run_test_id=test)
    assert [[one.record.name for one in failed.evals] for failed in found.calls] == [["Coherence"]]
    assert "Missing: results of numeric evals" in found.notes[0]
    assert len(material.calls) == 3
    assert "Missing: results of numeric evals" in build_page(material)


def test_the_error_of_the_runs_endpoint_names_the_cause(mock: Mock) -> None:
    _, execution = add_execution(mock, {"Apologies": "numeric"}, {"Apologies": 3})
    with client_of(mock) as client, pytest.raises(ServerError, match="eval of type numeric"):
        client.get_execution_run(execution)


def test_a_failing_runs_endpoint_without_another_answer_stays_an_error(mock: Mock) -> None:
    _, execution = add_execution(mock, {"Apologies": "numeric"}, {"Apologies": 3})
    answers = mock.transport()

    def answer(request: httpx.Request) -> httpx.Response:
        if "test-executions" in request.url.path:
            return httpx.Response(400, json={"status": False, "message": "no"})
        return answers.handle_request(request)

    http = httpx.Client(transport=httpx.MockTransport(answer))
    keys = {"api_key": mock.api_key, "secret_key": mock.secret_key, "base_url": mock.base_url}
    with Client(**keys, http_client=http) as client, pytest.raises(ServerError, match="numeric"):
        collect(client, execution, Criteria())


def test_a_search_for_a_scenario_says_what_works(mock: Mock) -> None:
    with client_of(mock) as client, pytest.raises(ServerError, match="Search for a status") as raised:
        list(client.list_test_executions(mock.ids.run_test_id, search="Billing"))
    assert "later" not in raised.value.remedy


def test_grouping_by_a_plain_column_says_what_works(mock: Mock) -> None:
    with client_of(mock) as client, pytest.raises(ServerError, match="listed in column_order"):
        list(client.list_test_execution_groups(mock.ids.test_execution_id, row_groups=["scenario"]))


def test_results_of_a_deleted_eval_count_in_no_command_and_are_told(
    mock: Mock, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    _, execution = add_execution(
        mock,
        {"Coherence": "Pass/Fail", "Clear": "Pass/Fail"},
        *({"Coherence": True, "Clear": False} for _ in range(3)),
    )
    with client_of(mock) as client:
        row = next(iter(client.get_execution_run(execution).calls))
        clear = next(one.id for one in call_record(row).evals if one.name == "Clear")
        assert len(collect(client, execution, Criteria()).calls) == 3
        mock.delete_eval(clear)
        found = collect(client, execution, Criteria())
        assert gate(execution, client=client).ready
    assert found.calls == ()
    assert found.notes == ("Not counted: results of evals that were deleted from the run test: Clear.",)
    with mock.serve() as server:
        for name, value in mock.settings(server.base_url).environment().items():
            monkeypatch.setenv(name, value)
        assert main(["failures", execution]) == 0
    assert "deleted from the run test: Clear" in capfd.readouterr().err


FAILURE = {"kind": "failure", "theme": "Repeats itself", "evidence_summary": "Says it twice."}


@pytest.mark.parametrize(
    "entry",
    [
        {**FAILURE, "member_ids": ["c1"]},
        {"cluster_name": "Repeats itself", "description": "Says it twice.", "call_execution_ids": ["c1"]},
        {**FAILURE, "call_execution_ids": None, "member_ids": ["c1"]},
    ],
)
def test_clusters_are_read_in_either_form(entry: dict[str, Any]) -> None:
    (found,) = read_clusters({"Coherence": [entry]})
    assert (found.name, found.description, found.call_ids) == ("Repeats itself", "Says it twice.", ("c1",))


@pytest.mark.parametrize("kind", ["success", "Success"])
def test_a_success_cluster_is_no_failure(kind: str) -> None:
    entry = {**FAILURE, "kind": kind, "member_ids": ["c1"]}
    assert read_clusters({"Coherence": [entry, {**FAILURE, "member_ids": ["c2"]}]})[0].call_ids == ("c2",)


class Row:
    """An item as an endpoint returns it."""

    def __init__(self, **raw: Any) -> None:
        self.raw = raw
        self.raw_json = json.dumps(raw).encode()


SPOKEN = [{"speaker_role": "assistant", "content": "a"}, {"speaker_role": "user", "content": "b"}]


def snapshot(call_type: str | None, provider: str | None = None, **more: Any) -> tuple[str, ...]:
    row = Row(id="s", is_snapshot=True, call_type=call_type, transcript=SPOKEN, **more)
    return tuple(turn.speaker for turn in call_record(row, provider=provider).transcript)


@pytest.mark.parametrize(
    ("call_type", "provider", "speakers"),
    [
        ("inboundPhoneCall", None, ("customer", "agent")),
        ("inbound", "vapi", ("customer", "agent")),
        ("inbound", "retell", ("agent", "customer")),
        ("inbound", None, ("unknown", "unknown")),
        ("web", "vapi", ("unknown", "unknown")),
        ("web", None, ("unknown", "unknown")),
        ("outboundPhoneCall", None, ("agent", "customer")),
        ("outbound", "vapi", ("agent", "customer")),
        ("Inbound", None, ("agent", "customer")),  # the documented form: turned by the server
        (None, None, ("agent", "customer")),
    ],
)
def test_speakers_of_snapshots_are_turned_as_those_of_the_call(
    call_type: str | None, provider: str | None, speakers: tuple[str, ...]
) -> None:
    assert snapshot(call_type, provider) == speakers


def test_the_provider_that_a_row_names_goes_before_the_one_given() -> None:
    assert snapshot("inbound", "vapi", provider_call_data={"retell": {}}) == ("agent", "customer")


def test_calls_themselves_are_not_turned() -> None:
    row = Row(id="c", is_snapshot=False, call_type="inbound", provider="vapi", transcript=SPOKEN)
    assert [turn.speaker for turn in call_record(row).transcript] == ["agent", "customer"]


@pytest.mark.parametrize(
    ("sent", "length"),
    [
        ({"duration": 60.0, "duration_seconds": None}, 60.0),
        ({"duration": 60.0, "duration_seconds": 0}, 0),
        ({"duration": None, "duration_seconds": 12}, 12),
        ({"duration": None, "duration_seconds": None}, None),
    ],
)
def test_the_length_of_a_call_is_the_first_that_is_sent(sent: dict[str, Any], length: float | None) -> None:
    found: CallRecord = call_record(Row(id="c", **sent))
    assert found.duration_s == length
