"""Answers whose bytes are odd: not UTF-8, beyond what numbers hold, with blanks around."""

from __future__ import annotations

import json
import math
from typing import Any

import httpx
import pytest

from futureagi_simulate import AsyncClient, Client, ContractError, NotFoundError, call_record
from futureagi_simulate.decoding import read_page
from futureagi_simulate.http import Answer, Request
from futureagi_simulate.pagination import Ask
from futureagi_simulate.results import Form
from futureagi_simulate_api.models import CallExecution, CallExecutionPage

from .test_tolerance import CALL_RUN, ID, ROW, client, first_page, page_of

SUMMARY = b'"call_summary": "caf\xe9"'


def with_summary(body: Any) -> bytes:
    """Encode a body whose one summary is Latin-1."""
    text = json.dumps(body).encode()
    assert text.count(b'"call_summary": null') == 1
    return text.replace(b'"call_summary": null', SUMMARY)


def seen(page: Any) -> list[tuple[str, str, str]]:
    return [(one.path, one.expected, one.got) for one in page.deviations]


def test_a_text_that_is_not_utf_8_is_kept_readable_and_told(colour: Any) -> None:
    body = with_summary(page_of(ROW))
    page, told = first_page(colour, body)
    (item,) = page.items
    assert item.call_summary == item.raw["call_summary"] == "caf\ufffd"
    assert SUMMARY in item.raw_json, "the bytes are those that came"
    assert seen(page) == [("results[0].call_summary", "a text or null", 'a text, "caf\ufffd"')]
    assert len(told) == 1
    with pytest.raises(ContractError) as caught:
        colour.collect(client(colour, body, strict=True).list_call_executions(ID))
    assert caught.value.deviations == page.deviations


def test_a_single_object_may_hold_such_a_text_too(colour: Any) -> None:
    body = with_summary({"status": True, "result": CALL_RUN})
    with pytest.warns(UserWarning, match="result.call_summary"):
        assert colour.run(client(colour, body).get_call_run(ID)).call_summary == "caf\ufffd"
    with pytest.raises(ContractError, match=r"result\.call_summary") as caught:
        colour.run(client(colour, body, strict=True).get_call_run(ID))
    assert isinstance(caught.value.deviations, tuple)


def test_an_envelope_may_hold_such_a_text_too(colour: Any) -> None:
    page, _ = first_page(
        colour, json.dumps(page_of(ROW)).encode().replace(b'"next": null', b'"next": "\xff"')
    )
    assert seen(page) == [("next", "a text or null", 'a text, "\ufffd"')]
    assert len(page.items) == 1


def test_a_key_that_is_not_utf_8_costs_nothing(colour: Any) -> None:
    row = json.dumps({**ROW, "duration": "long"}).encode().replace(b"{", b'{"caf\xe9": 1, ', 1)
    page, _ = first_page(colour, json.dumps(page_of("ROW")).encode().replace(b'"ROW"', row))
    assert seen(page) == [("results[0].duration", "a number or null", 'a text, "long"')]
    assert page.items[0].raw["caf\ufffd"] == 1


def test_an_error_in_another_encoding_still_says_what_it_says(colour: Any) -> None:
    body = b'{"status": false, "message": "Caf\xe9 not found"}'
    http = colour.http(lambda _: httpx.Response(404, content=body))
    made = colour.pick(Client, AsyncClient)(api_key="a-key", secret_key="a-secret", http_client=http)
    with pytest.raises(NotFoundError) as caught:
        colour.collect(made.list_call_executions(ID))
    assert caught.value.message == "Caf\ufffd not found"


def test_a_number_of_thousands_of_digits_is_kept_as_text(colour: Any) -> None:
    body = json.dumps(page_of({**ROW, "duration": 12345})).encode().replace(b"12345", b"1" * 5000)
    page, _ = first_page(colour, body)
    assert page.items[0].duration == "1" * 5000
    assert seen(page) == [("results[0].duration", "a number or null", f"a number, {'1' * 40}…")]


@pytest.mark.parametrize(("written", "kept"), [("1e999", math.inf), ("1" * 5000, "1" * 5000)])
def test_the_raw_form_has_a_number_of_any_size_as_the_model_has(
    colour: Any, written: str, kept: object
) -> None:
    body = json.dumps(page_of({**ROW, "duration": 12345, "new": 12345})).encode()
    page, _ = first_page(colour, body.replace(b"12345", written.encode()))
    (item,) = page.items
    assert item.raw["duration"] == item.raw["new"] == item.duration == kept
    assert call_record(item).id == ID


def test_what_json_does_not_have_is_replaced_and_told(colour: Any) -> None:
    body = json.dumps(page_of({**ROW, "duration": math.nan, "call_summary": "cut \ud83d"})).encode()
    page, told = first_page(colour, body)
    (item,) = page.items
    assert (item.duration, item.call_summary) == (None, "cut \ufffd")
    assert (item.raw["duration"], item.raw["call_summary"]) == (None, "cut \ufffd")
    half = "a text with half a surrogate pair"
    assert set(seen(page)) == {
        ("results[0].duration", "JSON", "NaN"),
        ("results[0].call_summary", "JSON", half),
    }
    assert {text.split("; ")[-1] for text in told} == {"null stands for it.", "U+FFFD stands for it."}
    with pytest.raises(ContractError, match="should be JSON") as caught:
        colour.collect(client(colour, body, strict=True).list_call_executions(ID))
    assert set(caught.value.deviations) == set(page.deviations)


def test_an_object_may_hold_what_json_does_not_have(colour: Any) -> None:
    body = json.dumps({"status": True, "result": {**CALL_RUN, "call_summary": "\ud83d"}}).encode()
    with pytest.warns(UserWarning, match=r"result\.call_summary should be JSON.*U\+FFFD stands for it"):
        assert colour.run(client(colour, body).get_call_run(ID)).call_summary == "\ufffd"


def test_blanks_around_an_odd_page_do_no_harm(colour: Any) -> None:
    page, _ = first_page(colour, b" \n " + json.dumps(page_of(ROW, count="1")).encode() + b" ")
    assert (len(page.items), page.count) == (1, None)
    assert seen(page) == [("count", "a whole number", 'a text, "1"')]


@pytest.mark.parametrize(
    ("value", "got"),
    [
        (True, "true"),
        (False, "false"),
        (None, "null"),
        ({"a": 1}, 'an object, {"a": 1}'),
        ([1], "an array, [1]"),
        (-5, "a number, -5"),
    ],
)
def test_what_came_instead_of_a_text_is_named(colour: Any, value: Any, got: str) -> None:
    page, _ = first_page(colour, page_of({**ROW, "id": value}))
    assert seen(page) == [("results[0].id", "a text", got)]


def test_what_should_be_an_object_is_called_so(colour: Any) -> None:
    page, _ = first_page(colour, page_of({**ROW, "eval_outputs": 5, "recordings": 5}))
    expected = {path: kind for path, kind, _ in seen(page)}
    assert expected["results[0].eval_outputs"] == "an object or null"
    assert "an object" in expected["results[0].recordings"]


def read(**envelope: Any) -> Any:
    body = json.dumps(page_of(ROW, **envelope)).encode()
    answer = Answer(Request("listCallExecutions", "/"), 200, {}, body)
    return read_page(Form(CallExecution, CallExecutionPage), answer, Ask(1, 1), strict=False).facts


@pytest.mark.parametrize(("link", "told"), [("https://x/?page=2", True), (None, False), (5, False)])
def test_a_next_link_says_that_there_is_more(link: Any, told: bool) -> None:
    assert read(next=link).has_next is told


@pytest.mark.parametrize(("stated", "known"), [(3, 3), (None, None), (-1, None), (True, None), ("3", None)])
def test_only_a_whole_number_of_pages_counts(stated: Any, known: int | None) -> None:
    assert read(total_pages=stated).total_pages == known


def test_an_id_that_is_no_text_tells_nothing_apart() -> None:
    assert read(results=[{**ROW, "id": 7}]).ids == (None,)
    assert read().ids == (ID,)
