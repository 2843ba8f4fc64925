"""Use what neighbours.yaml adds, in both colours. Type-checked and run against the client of a copy of the project."""

from __future__ import annotations

import asyncio
import inspect
import json
from typing import Any, assert_type

import httpx

from futureagi_simulate import (
    AsyncClient,
    AsyncListing,
    Client,
    ConfigurationError,
    Listing,
    ManualClock,
    RetryPolicy,
    ServerError,
)
from futureagi_simulate_api.api.simulation import cancel_test_execution, execute_run_test, list_run_tests
from futureagi_simulate_api.models import (
    CancelledExecution,
    RunTest,
    RunTestPage,
    RunTestStart,
    StartedExecution,
)

ID = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
NAMES = ["Billing", "Refund", "Cancel", "Move", "Upgrade", "Lost card", "Opening hours"]
ROWS = [
    {"id": f"{ID[:-1]}{place}", "name": name, "description": None, "scenarios": 4, "new": place}
    for place, name in enumerate(NAMES)
]
sent: list[httpx.Request] = []
trouble: list[int] = []


def answer(request: httpx.Request) -> httpx.Response:
    sent.append(request)
    if trouble:
        return httpx.Response(trouble.pop(), headers={"retry-after": "1"})
    if request.method == "POST" and request.url.path.endswith("/execute/"):
        started = {"message": "Started", "execution_id": ID, "status": "pending"}
        return httpx.Response(200, json=started)
    if request.method == "POST":
        return httpx.Response(200, json={"message": "Cancelling", "test_execution_id": ID})
    page, limit = int(request.url.params.get("page", "1")), int(request.url.params.get("limit", "10"))
    found = [row for row in ROWS if request.url.params.get("search", "") in str(row["name"])]
    rows = found[(page - 1) * limit : page * limit]
    return httpx.Response(200, json={"count": len(found), "next": None, "previous": None, "results": rows})


OPTIONS: dict[str, Any] = {"api_key": "a", "secret_key": "b", "base_url": "https://x.test"}
OPTIONS |= {"retry": RetryPolicy(clock=ManualClock())}
transport = httpx.MockTransport(answer)


def in_sync() -> None:
    http = httpx.Client(transport=transport)
    with http, Client(**OPTIONS, strict=True, http_client=http) as client:
        listing = client.list_run_tests(page_size=2, prefetch=3, exact=True)
        assert_type(listing, Listing[RunTest])
        assert not sent
        rows = listing.to_list()
        assert_type(rows[0].description, str | None)
        assert [row.name for row in rows] == NAMES
        assert rows[1].raw["new"] == 1
        assert {request.url.params["page"] for request in sent} >= {"1", "2", "3", "4"}
        assert [row.name for row in client.list_run_tests(search="Ref")] == ["Refund"]
        assert [page.number for page in client.list_run_tests(page_size=3).pages()] == [1, 2, 3]
        assert client.list_run_tests().count() == 7
        assert_type(list_run_tests.sync(client=client, page=2, limit=3), RunTestPage)

        start = RunTestStart(select_all=False, scenario_ids=[ID])
        execution = client.execute_run_test(ID, body=start)
        assert_type(execution, StartedExecution)
        assert execution.execution_id == ID
        assert json.loads(sent[-1].content) == {"select_all": False, "scenario_ids": [ID]}
        client.execute_run_test(ID, body={"select_all": True})
        assert json.loads(sent[-1].content) == {"select_all": True}
        assert_type(execute_run_test.sync(ID, client=client, body=start), StartedExecution)
        assert_type(client.cancel_test_execution(ID), CancelledExecution)
        assert (sent[-1].method, sent[-1].content) == ("POST", b"")
        assert sent[-1].headers["content-length"] == "0"
        assert_type(cancel_test_execution.sync(ID, client=client), CancelledExecution)

        before = len(sent)
        try:
            client.execute_run_test(ID, body={"select_all": "yes"})
        except ConfigurationError as error:
            assert "select_all" in str(error)
        trouble.append(503)
        try:
            client.execute_run_test(ID, body=start)
        except ServerError as error:
            assert error.attempts == 1 and "look before" in error.remedy
        assert len(sent) == before + 1
        trouble.append(429)
        client.execute_run_test(ID, body=start)
        trouble.append(503)
        client.list_run_tests().to_list()
        assert not trouble


async def in_async() -> None:
    http = httpx.AsyncClient(transport=transport)
    async with http, AsyncClient(**OPTIONS, strict=True, http_client=http) as client:
        listing = client.list_run_tests(page_size=2, prefetch=3, exact=True)
        assert_type(listing, AsyncListing[RunTest])
        assert [row.name async for row in listing] == NAMES
        assert [page.number async for page in client.list_run_tests(page_size=3).pages()] == [1, 2, 3]
        assert_type(await list_run_tests.asyncio(client=client, page=2, limit=3), RunTestPage)

        start = RunTestStart(select_all=False, scenario_ids=[ID])
        assert_type(await client.execute_run_test(ID, body=start), StartedExecution)
        assert json.loads(sent[-1].content) == {"select_all": False, "scenario_ids": [ID]}
        assert_type(await execute_run_test.asyncio(ID, client=client, body=start), StartedExecution)
        assert_type(await client.cancel_test_execution(ID), CancelledExecution)
        assert_type(await cancel_test_execution.asyncio(ID, client=client), CancelledExecution)
        before = len(sent)
        trouble.append(500)
        try:
            await client.cancel_test_execution(ID)
        except ServerError as error:
            assert error.attempts == 1
        assert len(sent) == before + 1


in_sync()
asyncio.run(in_async())
for cls in (Client, AsyncClient):
    described = inspect.getdoc(cls.list_run_tests) or ""
    assert described.startswith("List the run tests.\n\nEvery run test of the organization, latest first.")
    assert "search: Keeps run tests whose name contains this text." in described
    assert "prefetch: Pages that are requested at once." in described
    assert "body: What to play." in (inspect.getdoc(cls.execute_run_test) or "")
print("used")
