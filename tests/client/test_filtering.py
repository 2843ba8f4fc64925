"""Filters that the server ignores: one warning, and none of the wrong rows if so wished."""

from __future__ import annotations

import json
import warnings
from typing import Any

import httpx
import pytest

from futureagi_simulate import AsyncClient, Client, FilterIgnoredWarning, column
from futureagi_simulate_mock import Mock

ID = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
EVAL = "61f0e267-7194-5e18-b8dd-d7fbff2d3d7d"
OTHER_EVAL = "00000000-0000-4000-8000-0000000000ff"


class Execution:
    """A test execution of calls with scores, or with outputs of an eval, that applies no filter."""

    def __init__(
        self, *scores: float | None, messages: tuple[str, ...] = (), outputs: tuple[Any, ...] = ()
    ) -> None:
        self.scores = scores or (None,) * len(outputs)
        self.outputs = outputs
        self.columns = ["timestamp", EVAL] if outputs else ["timestamp"]
        self.messages = messages
        self.filters: list[Any] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.filters.append(json.loads(request.url.params.get("filters", "[]")))
        page, limit = int(request.url.params["page"]), int(request.url.params["limit"])
        rows = [
            {
                "id": f"00000000-0000-4000-8000-{place:012d}",
                "status": "completed",
                "duration": 1,
                "transcript": [],
                "overall_score": score,
                "eval_outputs": {EVAL: self.outputs[place]} if place < len(self.outputs) else {},
                "scenario": "Refund",
            }
            for place, score in enumerate(self.scores)
        ]
        shown = {
            "count": len(rows),
            "next": None,
            "previous": None,
            "total_pages": -(-len(rows) // limit),
            "current_page": page,
            "results": rows[(page - 1) * limit : page * limit],
            "column_order": [
                {"id": one, "column_name": one.capitalize(), "visible": True} for one in self.columns
            ],
            "status": "completed",
            "error_messages": list(self.messages),
            "provider": "vapi",
            "agent_type": "voice",
        }
        return httpx.Response(200, json=shown)

    def detail(self, colour: Any, **arguments: Any) -> Any:
        client = colour.pick(Client, AsyncClient)(
            api_key="a-key", secret_key="a-secret", base_url="https://api.test", http_client=colour.http(self)
        )
        return colour.run(client.get_test_execution(ID, **arguments))


def scores(items: list[Any]) -> list[float | None]:
    return [item.overall_score for item in items]


BETWEEN = column("overall_score").between(50, 90)


def test_rows_that_contradict_a_filter_raise_one_warning_and_stay(colour: Any) -> None:
    detail = Execution(60, 10, None, 95, 70).detail(colour, filters=[BETWEEN], page_size=2)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert scores(colour.collect(detail.calls)) == [60, 10, None, 95, 70]
    assert [one.category for one in caught] == [FilterIgnoredWarning]
    assert "overall_score between" in str(caught[0].message)


def test_enforced_filters_drop_them(colour: Any) -> None:
    detail = Execution(60, 10, None, 95, 70).detail(
        colour, filters=[BETWEEN], enforce_filters=True, page_size=2
    )
    with pytest.warns(FilterIgnoredWarning):
        assert scores(colour.collect(detail.calls)) == [60, 70]


def test_a_filter_that_was_applied_gives_no_warning(colour: Any) -> None:
    server = Execution(60, 70)
    assert scores(colour.collect(server.detail(colour, filters=[BETWEEN]).calls)) == [60, 70]
    assert server.filters[0] == [BETWEEN.as_json()]


def test_what_the_server_says_about_a_filter_is_passed_on(colour: Any) -> None:
    server = Execution(60, messages=("Error applying filter for column overall_score",))
    detail = server.detail(colour, filters=[BETWEEN])
    assert detail.error_messages == ["Error applying filter for column overall_score"]
    with pytest.warns(FilterIgnoredWarning, match="Error applying filter"):
        colour.collect(detail.calls)


def test_what_the_server_says_on_every_page_is_passed_on_once(colour: Any) -> None:
    server = Execution(60, 10, 70, 5, messages=("Error applying filter for column overall_score",))
    detail = server.detail(colour, filters=[BETWEEN], page_size=1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        colour.collect(detail.calls)
    assert [one.category for one in caught] == [FilterIgnoredWarning]


def test_a_page_in_hand_waits_until_it_is_asked_for(colour: Any) -> None:
    server = Execution(1, 2, 3)
    calls = server.detail(colour, page_size=2).calls
    assert [page.number for page in colour.each(calls.pages(start=2))] == [2]
    assert len(server.filters) == 2
    assert scores(colour.collect(calls)) == [1, 2, 3]
    assert len(server.filters) == 3, "page 1 was here, page 2 was asked for again"


def test_a_detail_begins_with_the_page_it_came_with(colour: Any) -> None:
    server = Execution(1, 2, 3)
    detail = server.detail(colour, page_size=2)
    assert (detail.id, detail.status, detail.count, detail.provider, detail.agent_type) == (
        ID,
        "completed",
        3,
        "vapi",
        "voice",
    )
    assert detail.column_order[0].column_name == "Timestamp"
    assert detail.raw["results"][0]["overall_score"] == 1
    assert len(server.filters) == 1
    assert scores(colour.collect(detail.calls)) == [1, 2, 3]
    assert len(server.filters) == 2
    assert scores(colour.collect(detail.calls)) == [1, 2, 3]
    assert len(server.filters) == 4


def stored(output: Any, **said: Any) -> dict[str, Any]:
    return {"value": output, "name": "Coherence", "type": "Pass/Fail", "reason": "", **said}


PASSED = (True, "Passed", "passed", "PASS", "true", 1, 1.0, "1.0")
FAILED = (False, "Failed", "FAILED", "fail", "false", 0, 0.0, "0")
NEITHER = (
    None,
    "Perhaps",
    0.5,
    stored(True, error="it crashed"),
    stored("Passed", skipped=True),
    stored(1.0, type="score"),
    {},
)
OUTPUTS = tuple(one if isinstance(one, dict) else stored(one) for one in (*PASSED, *FAILED, *NEITHER))


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(
    ("condition", "first", "last"),
    [
        (column(EVAL).equals(True), 0, 8),
        (column(EVAL).equals(False), 8, 16),
        (column(EVAL).not_equals(True), 8, len(OUTPUTS)),
        (column(EVAL.upper()).equals(True), 0, 8),
    ],
)
@pytest.mark.filterwarnings("ignore::futureagi_simulate.ContractWarning")
def test_a_verdict_is_found_however_it_is_stored(
    colour: Any, condition: Any, first: int, last: int, exact: bool
) -> None:
    server = Execution(outputs=OUTPUTS)
    detail = server.detail(colour, filters=[condition], page_size=3, exact=exact)
    found = [int(call.id[-12:]) for call in colour.collect(detail.calls)]
    assert found == list(range(first, last))
    assert server.filters[0] == [], "the server would find those alone that are stored as it asks"
    assert detail.count is None
    assert colour.run(detail.calls.count()) is None


def test_a_verdict_goes_with_other_filters_and_those_are_sent(colour: Any) -> None:
    server = Execution(60, 10, 70, outputs=(stored(True), stored(True), stored("Failed")))
    detail = server.detail(colour, filters=[BETWEEN, column(EVAL).equals(True)], enforce_filters=True)
    with pytest.warns(FilterIgnoredWarning, match="overall_score between"):
        assert scores(colour.collect(detail.calls)) == [60]
    assert server.filters[0] == [BETWEEN.as_json()]


@pytest.mark.parametrize(
    ("condition", "enforced"),
    [
        (column(OTHER_EVAL).greater_than(50), 0),
        (column(OTHER_EVAL).equals("calm"), 0),
        (column(OTHER_EVAL).not_equals("calm"), 3),
        (column(OTHER_EVAL).not_in_between(1, 2), 3),
        (column("situation", type="text").contains("x"), 0),
    ],
)
def test_a_filter_on_an_eval_that_is_not_of_this_run_test_is_told(
    colour: Any, condition: Any, enforced: int
) -> None:
    for enforce, found in ((False, 3), (True, enforced)):
        server = Execution(outputs=OUTPUTS[:3])
        detail = server.detail(colour, filters=[condition], enforce_filters=enforce, page_size=1)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            assert len(colour.collect(detail.calls)) == found
        assert [one.category for one in caught] == [FilterIgnoredWarning]
        assert f"has no column or eval {condition.column_id!r}" in str(caught[0].message)


def test_a_verdict_of_an_eval_that_is_not_of_this_run_test_finds_nothing_and_is_told(colour: Any) -> None:
    detail = Execution(outputs=OUTPUTS[:3]).detail(colour, filters=[column(OTHER_EVAL).equals(True)])
    with pytest.warns(FilterIgnoredWarning, match="has no column or eval"):
        assert colour.collect(detail.calls) == []


@pytest.mark.parametrize(
    ("columns", "condition"),
    [
        ([EVAL], column(EVAL).contains("Pass")),
        ([EVAL.upper()], column(EVAL).contains("Pass")),
        (["timestamp"], column("call_type").not_equals("Inbound")),
        (["timestamp"], column("overallScore", type="number").less_than(1)),
        (["situation"], column("situation", type="text").contains("x")),
        ([], column(OTHER_EVAL).greater_than(50)),
    ],
)
def test_a_column_that_the_execution_has_is_not_complained_about(
    colour: Any, columns: list[str], condition: Any
) -> None:
    server = Execution(outputs=OUTPUTS[:3])
    server.columns = columns
    assert len(colour.collect(server.detail(colour, filters=[condition]).calls)) == 3


@pytest.mark.parametrize("profile", ["documented", "observed"])
@pytest.mark.filterwarnings("ignore::futureagi_simulate.ContractWarning")
def test_words_are_found_in_any_case_and_verdicts_as_counted(profile: str) -> None:
    with Mock(profile) as mock, httpx.Client(transport=mock.transport()) as http:
        client = Client(
            api_key=mock.api_key, secret_key=mock.secret_key, base_url=mock.base_url, http_client=http
        )

        def find(*filters: Any) -> list[Any]:
            return client.get_test_execution(mock.ids.test_execution_id, filters=filters).calls.to_list()

        calls = find()
        for name, value in (("status", "completed"), ("call_type", "inbound")):
            wanted = [call.id for call in find(column(name).equals(value))]
            assert wanted
            for spelt in (value, value.upper(), value.capitalize()):
                assert [call.id for call in find(column(name).is_in([spelt, "nothing"]))] == wanted
        evals = {
            key
            for call in calls
            for key, said in call.raw["eval_outputs"].items()
            if said.get("type") == "Pass/Fail"
        }
        for one in evals:
            passed, failed = find(column(one).equals(True)), find(column(one).equals(False))
            assert passed
            assert len(passed) + len(failed) <= len(calls)
            assert len(find(column(one).not_equals(True))) == len(calls) - len(passed)
