"""Filters that the server ignores: one warning, and none of the wrong rows if so wished."""

from __future__ import annotations

import json
import warnings
from typing import Any

import httpx
import pytest

from futureagi_simulate import AsyncClient, Client, FilterIgnoredWarning, column

ID = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"


class Execution:
    """A test execution of calls with scores, that applies no filter."""

    def __init__(self, *scores: float | None, messages: tuple[str, ...] = ()) -> None:
        self.scores = scores
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
                "eval_outputs": {},
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
            "column_order": [{"id": "timestamp", "column_name": "Timestamp", "visible": True}],
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
        return colour.run(client.test_execution(ID, **arguments))


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
