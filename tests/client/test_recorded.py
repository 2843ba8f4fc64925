"""What the real server answered goes through both clients: nothing is lost, each error is the right one."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from futureagi_simulate import (
    APIStatusError,
    AsyncClient,
    AuthenticationError,
    BadRequestError,
    CallRecord,
    Client,
    ContractError,
    NotFoundError,
    RedirectError,
    RetryPolicy,
    ServerError,
    call_record,
    execution_record,
)

from .. import recorded

ORIGINALS = Path(__file__).parents[2].parent / "shared" / "recorded"
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
ERRORS = {301: RedirectError, 400: BadRequestError, 401: AuthenticationError, 404: NotFoundError}


class Replayed:
    """One exchange: the method of the client it belongs to, and what the client must make of it."""

    def __init__(self, exchange: dict[str, Any]) -> None:
        self.method = exchange["request"]["method"]
        self.path = exchange["request"]["path"]
        self.query = parse_qs(exchange["request"]["query"])
        asked = UUID.findall(self.path) or UUID.findall(self.query.get("call_execution_id", [""])[0])
        asked += UUID.findall(self.query.get("execution_id", [""])[0])
        self.ids = [*asked, "00000000-0000-4000-8000-000000000000", "00000000-0000-4000-8000-000000000000"]
        self.status = exchange["response"]["status"]
        self.headers = exchange["response"]["headers"]
        self.body = exchange["response"]["body"]

    def respond(self, request: httpx.Request) -> httpx.Response:
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        headers = {name: value for name, value in self.headers.items() if name != "content-length"}
        return httpx.Response(self.status, headers=headers, content=text.encode())

    def ask(self, client: Any, colour: Any) -> tuple[Any, list[Any], tuple[Any, ...]]:
        """Ask in the way the exchange was recorded; give what came, its items and its deviations."""
        asked = self.ids[0]
        if "/run-tests/" in self.path:
            calls = self.path.endswith("call-executions/")
            listing = client.list_call_executions(asked) if calls else client.list_test_executions(asked)
        elif "/versions/" in self.path:
            listing = client.list_version_call_executions(*self.ids[:2])
        elif "/test-executions/" in self.path and "row_groups" in self.query:
            listing = client.list_test_execution_groups(asked, row_groups=["scenario"])
        elif "/test-executions/" in self.path:
            detail = colour.run(client.get_test_execution(asked))
            return detail, *self._page(detail.calls, colour)
        elif "call_execution_id" in self.query:
            call = colour.run(client.get_call_run(asked))
            return call, [call], ()
        elif "execution_id" in self.query:
            run = colour.run(client.get_execution_run(asked))
            return run, *self._page(run.calls, colour)
        else:
            listing = client.list_execution_runs("any name")
        return None, *self._page(listing, colour)

    def _page(self, listing: Any, colour: Any) -> tuple[list[Any], tuple[Any, ...]]:
        page = colour.take(listing.pages(), 1)[0]
        return list(page.items), page.deviations

    @property
    def sent(self) -> tuple[Any, list[Any]]:
        """The object and the items the server sent."""
        result = self.body.get("result", self.body)
        if "call_execution_id" in result:
            return result, [result]
        return result, result["call_results"]["results"] if "call_results" in result else result["results"]

    @property
    def error(self) -> type[Exception]:
        """The error this answer must become."""
        if self.status == 200:
            return ContractError
        if self.status == 500:
            return NotFoundError if "matches the given query" in str(self.body) else ServerError
        return ERRORS.get(self.status, APIStatusError)

    @property
    def is_answer(self) -> bool:
        """Whether this answers a GET: OPTIONS and HEAD answer 200 with something else."""
        return bool(self.status == 200 and self.method == "GET")


def exchanges(of_records: bool = False) -> list[Any]:
    """Give the exchanges of both recordings; also those with the original texts, where they are."""
    every = [(line["id"], line) for second in (False, True) for line in recorded.exchanges(second=second)]
    for path in sorted(ORIGINALS.glob("*.jsonl")):
        originals = (json.loads(line) for line in path.read_text("utf-8").splitlines())
        every += [(f"{line['id']}-original", line) for line in originals]
    return [pytest.param(line, id=name) for name, line in every if not of_records or holds_records(line)]


def holds_records(exchange: dict[str, Any]) -> bool:
    replayed = Replayed(exchange)
    return replayed.is_answer and "row_groups" not in replayed.query


@pytest.mark.parametrize("strict", [False, True], ids=["default", "strict"])
@pytest.mark.parametrize("exchange", exchanges())
def test_every_recorded_answer_becomes_models_without_loss_or_the_right_error(
    exchange: dict[str, Any], strict: bool, colour: Any
) -> None:
    replayed = Replayed(exchange)
    client = colour.pick(Client, AsyncClient)(
        api_key="a-key",
        secret_key="a-secret",
        base_url="https://api.test",
        strict=strict,
        retry=RetryPolicy(attempts=1),
        http_client=colour.http(replayed.respond),
    )
    if not replayed.is_answer:
        with pytest.raises(replayed.error):
            replayed.ask(client, colour)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole, items, deviations = replayed.ask(client, colour)
    sent, rows = replayed.sent
    assert [item.raw for item in items] == rows
    assert [json.loads(item.raw_json) for item in items] == rows
    assert whole is None or whole.raw == sent
    assert deviations == ()


@pytest.mark.parametrize("exchange", exchanges(of_records=True))
def test_every_recorded_call_and_execution_has_a_record(exchange: dict[str, Any], colour: Any) -> None:
    replayed = Replayed(exchange)
    client = colour.pick(Client, AsyncClient)(
        api_key="a-key", secret_key="a-secret", http_client=colour.http(replayed.respond)
    )
    for item in replayed.ask(client, colour)[1]:
        is_execution = "/executions/" in replayed.path or "run_test_name" in replayed.query
        record = execution_record(item) if is_execution else call_record(item)
        assert record.id == (
            item.raw.get("id") or item.raw.get("call_execution_id") or item.raw["execution_id"]
        )
        assert record.raw_json == item.raw_json
        assert record.status == (item.raw["status"] or "").lower() or record.status is None
        if isinstance(record, CallRecord):
            assert all(one.status is not None for one in record.evals)
            assert len(record.evals) == len(item.raw["eval_outputs"] or {})
