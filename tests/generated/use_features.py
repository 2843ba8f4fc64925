"""Use what features.yaml adds, in both colours. Type-checked and run against the client of a copy of the project."""

from __future__ import annotations

import asyncio
import json
import pickle
import warnings
from collections.abc import Callable
from typing import Any, assert_type

import httpx

from futureagi_simulate import (
    APIStatusError,
    AsyncClient,
    Client,
    ConfigurationError,
    ContractError,
    ContractWarning,
    RetryPolicy,
)
from futureagi_simulate_api.api.voice_agents import (
    add_agent,
    change_agent,
    find_agents,
    name_agents,
    remove_agent,
    replace_agent,
)
from futureagi_simulate_api.models import Agent, AgentDraft, AgentKind, AgentPlace
from futureagi_simulate_api.operations import SERVERS

ID = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
AGENT = {"id": ID, "name": "Ann", "class": 1, "from": None, "new": [1]}
DRAFT = AgentDraft(name="Ann", place=AgentPlace(city="Berlin"))
SENT = {"name": "Ann", "place": {"city": "Berlin"}}
GIVEN = {
    "kind": ["voice", AgentKind.CHAT],
    "id": [ID, ID],
    "from_": "2026-01-01",
    "class_": 0,
    "archived": False,
}
sent: list[httpx.Request] = []
answers: list[httpx.Response] = []


def answer(request: httpx.Request) -> httpx.Response:
    sent.append(request)
    return answers.pop(0)


OPTIONS: dict[str, Any] = {"api_key": "a", "secret_key": "b", "base_url": SERVERS[1]}
OPTIONS |= {"retry": RetryPolicy(attempts=1)}
transport = httpx.MockTransport(answer)


def refused(kind: type[Exception], call: Callable[[], object], said: str) -> None:
    try:
        call()
    except kind as error:
        assert said in str(error), error
    else:
        raise AssertionError(f"not refused: {said}")


def asked() -> str:
    assert sent[-1].headers["x-team"] == "blue"
    return str(sent[-1].url).partition("?")[2]


QUERY = f"kind=voice&kind=chat&id={ID}%2C{ID}&from=2026-01-01&class=0&archived=false"


def in_sync() -> None:
    http = httpx.Client(transport=transport)
    with http, Client(**OPTIONS, http_client=http) as client:
        answers[:] = [httpx.Response(200, json=[AGENT])] * 2
        agents = client.find_agents(**GIVEN, x_team="blue")  # type: ignore[arg-type]
        assert_type(agents, list[Agent])
        assert (asked(), sent[-1].url.path) == (QUERY, "/api/agents/")
        found = find_agents.sync(client=client, **GIVEN, x_team="blue")  # type: ignore[arg-type]
        assert_type(found, list[Agent])
        assert asked() == QUERY and found == agents
        [agent] = agents
        assert_type(agent.class_, int)
        assert (agent.class_, agent.from_, agent.raw["new"]) == (1, None, [1])
        assert agent.has("class") and agent.has("from") and "class_=1" in repr(agent)
        assert pickle.loads(pickle.dumps(agent)) == agent
        assert Agent(id=ID, name="Ann", class_=1).raw == {"id": ID, "name": "Ann", "class": 1}

        answers[:] = [httpx.Response(201, json=AGENT), httpx.Response(201, json={**AGENT, "class": "x"})]
        assert_type(client.add_agent(body=DRAFT), Agent)
        assert json.loads(sent[-1].content) == SENT and sent[-1].headers["content-type"] == "application/json"
        assert sent[-1].headers["content-length"] == str(len(sent[-1].content))
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            odd = add_agent.sync(client=client, body={"name": "Ann"})
        assert odd.class_ == "x"  # type: ignore[comparison-overlap]
        assert [each.category for each in told] == [ContractWarning] and "class" in str(told[0].message)

        answers[:] = [httpx.Response(204)] * 2
        client.remove_agent("a/b", if_match='"1"')
        assert (sent[-1].method, sent[-1].url.raw_path) == ("DELETE", b"/api/agents/a%2Fb/")
        assert sent[-1].headers["if-match"] == '"1"'
        remove_agent.sync("a", client=client, if_match="1")

        answers[:] = [httpx.Response(200, json=AGENT), httpx.Response(202)] * 2
        changed = client.change_agent("a", body=DRAFT)
        assert_type(changed, Agent | None)
        assert changed is not None and sent[-1].method == "PATCH"
        assert client.change_agent("a") is None
        assert sent[-1].content == b"" and "content-type" not in sent[-1].headers
        assert_type(change_agent.sync("a", client=client), Agent | None)
        assert change_agent.sync("a", client=client) is None
        answers[:] = [
            httpx.Response(202, text="queued"),
            httpx.Response(202, json={"status": False, "message": "No."}),
        ]
        client.replace_agent("a", body=DRAFT)
        refused(
            APIStatusError,
            lambda: replace_agent.sync("a", client=client, body=DRAFT),
            "yet that it failed: No.",
        )

        answers[:] = [httpx.Response(200, json=["Ann"])] * 2
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            assert_type(client.name_agents(), list[str])
            assert_type(name_agents.sync(client=client), list[str])
        assert [(each.category, each.filename) for each in told] == [(DeprecationWarning, __file__)] * 2
        answers[:] = [httpx.Response(200, json=[])]
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            client.find_agents(from_="2026-01-01", sort_by="name")
        assert [str(each.message) for each in told] == ["find_agents(sort_by=) is deprecated"]

        answers[:] = [
            httpx.Response(200, json=AGENT),
            httpx.Response(200, json=[1]),
            httpx.Response(200, text="<p>"),
        ]
        refused(ContractError, lambda: client.find_agents(from_="x"), "no array")
        with warnings.catch_warnings():
            warnings.simplefilter("error", ContractWarning)
            refused(ContractWarning, lambda: client.find_agents(from_="x"), "[0] should be an object")
        refused(ContractError, lambda: client.find_agents(from_="x"), "not JSON")
        refused(ConfigurationError, lambda: client.find_agents(from_="x", x_team="a\r\nx-b: c"), "x_team")
        refused(ConfigurationError, lambda: client.find_agents(from_="x", kind=["robot"]), "kind='robot'")
        refused(ConfigurationError, lambda: client.add_agent(body={"kind": "chat"}), "`name`")
        refused(
            ConfigurationError, lambda: client.add_agent(body={"name": "a", "place": float("nan")}), "body"
        )
        for redirect in (301, 302, 303):
            answers[:] = [httpx.Response(redirect, headers={"location": "/api/agents/x/"})]
            refused(APIStatusError, lambda: client.add_agent(body=DRAFT), "follows only 307 and 308")
        answers[:] = [
            httpx.Response(308, headers={"location": "/api/agents/x/"}),
            httpx.Response(201, json=AGENT),
        ]
        client.add_agent(body=DRAFT)
        assert (sent[-1].method, json.loads(sent[-1].content)) == ("POST", SENT)


async def in_async() -> None:
    http = httpx.AsyncClient(transport=transport)
    async with http, AsyncClient(**OPTIONS, http_client=http) as client:
        answers[:] = [httpx.Response(200, json=[AGENT])] * 2
        agents = await client.find_agents(**GIVEN, x_team="blue")  # type: ignore[arg-type]
        assert_type(agents, list[Agent])
        assert asked() == QUERY
        found = await find_agents.asyncio(client=client, **GIVEN, x_team="blue")  # type: ignore[arg-type]
        assert asked() == QUERY and found == agents
        answers[:] = [httpx.Response(201, json=AGENT)] * 2
        assert_type(await client.add_agent(body=DRAFT), Agent)
        assert json.loads(sent[-1].content) == SENT
        assert_type(await add_agent.asyncio(client=client, body=DRAFT), Agent)
        answers[:] = [
            httpx.Response(204),
            httpx.Response(202),
            httpx.Response(202),
            httpx.Response(200, json=["Ann"]),
        ]
        await client.remove_agent("a/b", if_match='"1"')
        assert_type(await client.change_agent("a", body=DRAFT), Agent | None)
        await replace_agent.asyncio("a", client=client, body=DRAFT)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            assert_type(await client.name_agents(), list[str])
        assert [(each.category, each.filename) for each in told] == [(DeprecationWarning, __file__)]


in_sync()
asyncio.run(in_async())
print("used")
