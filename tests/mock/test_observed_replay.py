"""The observed profile against the recorded answers of the real server: shapes, not data."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from urllib.parse import quote

import msgspec
import pytest

from futureagi_simulate_mock import Mock
from futureagi_simulate_mock.ids import EVAL_COHERENCE_ID, EVAL_RESOLUTION_SCORE_ID, EVAL_TONE_ID
from futureagi_simulate_mock.messages import Request

from . import replay

# What stays different: workspaces are not modelled.
LEFT = {
    "ex-nows-key-ws2": ["status 200, recorded 404"],
    "te-nows-key-ws2": ["status 200, recorded 500"],
}


@pytest.fixture(scope="module")
def mock():
    with replay.make_mock() as made:
        yield made


def test_every_kind_of_recorded_request_but_two_gets_an_answer_of_the_recorded_shape(mock):
    exchanges = replay.recorded()
    known = replay.Known(exchanges)
    found: dict[str, list[str]] = defaultdict(list)
    for exchange in exchanges:
        answer = mock.handle(replay.question(mock, exchange))
        found[replay.kind(exchange)] += replay.differences(exchange, answer, known)
    different = {kind: reasons for kind, reasons in found.items() if reasons}
    assert different == LEFT
    assert len(found) == 361


def test_every_documented_filter_is_refused_ignored_or_applied_as_it_was_recorded(mock):
    path = f"/simulate/test-executions/{mock.ids.test_execution_id}/"
    headers = (("x-api-key", mock.api_key), ("x-secret-key", mock.secret_key))
    everything = msgspec.json.decode(mock.handle(Request("GET", path, "", headers)).body)["count"]
    with (replay.FOLDER / "filters.tsv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    odd = []
    for row in rows:
        config = {
            "filter_type": row["type"],
            "filter_op": row["operator"],
            "filter_value": _value(row["value"], row["operator"]),
        }
        filters = json.dumps([{"column_id": _column(row), "filter_config": config}])
        answer = mock.handle(Request("GET", path, f"limit=1&filters={quote(filters)}", headers))
        body = msgspec.json.decode(answer.body)
        whole = answer.status == 200 and body["count"] == everything
        told = (row["status"], row["count_of_109"] == "109", bool(row["error_messages"]))
        if (str(answer.status), whole, bool(body.get("error_messages"))) != told:
            odd.append((row["column"], row["type"], row["operator"]))
    assert len(rows) == 440
    assert odd == []


def _column(row: dict[str, str]) -> str:
    if row["column"] != "<eval id>":
        return row["column"]
    by_type = {"number": EVAL_RESOLUTION_SCORE_ID, "datetime": EVAL_RESOLUTION_SCORE_ID, "list": EVAL_TONE_ID}
    return by_type.get(row["type"], EVAL_COHERENCE_ID)


def _value(text: str, operator: str) -> object:
    for word, ours in replay.WORDS.items():
        text = text.replace(word, ours)
    value = json.loads(text)
    if operator == "in" and value == ["Inbound", "Outbound"]:
        return ["Inbound"]
    return 100 if value == 88 else value


def test_a_replayed_difference_would_be_seen(mock):
    exchange = next(one for one in replay.recorded() if one["id"].endswith("ce-happy"))
    known = replay.Known(replay.recorded())
    answer = mock.handle(replay.question(mock, exchange))
    body = msgspec.json.decode(answer.body)
    body["results"][0]["status"] = 5
    del body["results"][1]["duration"]
    del body["total_pages"]
    changed = type(answer)(200, answer.headers, msgspec.json.encode(body))
    assert replay.differences(exchange, answer, known) == []
    assert replay.differences(exchange, changed, known) == [
        "envelope: [] too many, ['total_pages'] missing",
        "a row with keys never seen: [] too many, ['duration'] missing",
        ".results[].status is int",
    ]


def test_the_mock_holds_no_recorded_data():
    with Mock("observed") as mock:
        text = mock.handle(
            Request(
                "GET",
                f"/simulate/run-tests/{mock.ids.run_test_id}/call-executions/",
                "limit=1000",
                (("x-api-key", mock.api_key), ("x-secret-key", mock.secret_key)),
            )
        ).body.decode()
    ids = {found for one in replay.recorded() for found in replay.UUID.findall(str(one["response"]["body"]))}
    assert not ids & set(replay.UUID.findall(text))
