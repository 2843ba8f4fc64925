"""An answer about another id than the one asked for is an error, whatever else is right about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from futureagi_simulate import AsyncClient, Client, ContractError

from .test_listing import ID
from .test_tolerance import CALL_RUN, CALLS, ROW, RUN, RUN_CALL, client, page_of

OTHER = "0e7aaa11-0000-4000-8000-00000000000b"
DETAIL = {"status": "completed", "column_order": [], "error_messages": []}
Ask = Callable[[Any], Any]

ASKS: dict[str, Ask] = {
    "run": lambda client: client.get_execution_run(ID),
    "call": lambda client: client.get_call_run(ID),
    "execution": lambda client: client.get_test_execution(ID),
    "calls": lambda client: client.list_call_executions(ID).to_list(),
    "executions": lambda client: client.list_test_executions(ID).to_list(),
    "groups": lambda client: client.list_test_execution_groups(ID, row_groups=["scenario"]).to_list(),
    "version": lambda client: client.list_version_call_executions(ID, ID).to_list(),
}


def run(call: Any = RUN_CALL, **fields: Any) -> dict[str, Any]:
    return {"status": True, "result": {**RUN, "call_results": {**CALLS, "results": [call]}, **fields}}


@pytest.mark.filterwarnings("ignore::futureagi_simulate.ContractWarning")
@pytest.mark.parametrize(
    ("ask", "body"),
    [
        ("run", run(execution_id=OTHER)),
        ("run", run(test_execution_id=OTHER)),
        ("run", run({**RUN_CALL, "execution_id": OTHER})),
        ("call", {"status": True, "result": {**CALL_RUN, "call_execution_id": OTHER}}),
        ("execution", page_of({**ROW, "test_execution_id": OTHER}, **DETAIL)),
        ("execution", page_of({**ROW, "execution_id": OTHER}, **DETAIL)),
        ("execution", page_of(**DETAIL, execution_id=OTHER)),
        (
            "execution",
            {**page_of(**DETAIL), "next": f"https://api.test/simulate/test-executions/{OTHER}/?page=2"},
        ),
        ("groups", page_of(**DETAIL, test_execution_id=OTHER)),
        ("calls", page_of({**ROW, "run_test_id": OTHER})),
        ("calls", {**page_of(), "previous": f"/simulate/run-tests/{OTHER}/call-executions/?page=1"}),
        ("executions", page_of({**RUN, "id": ID, "run_test": OTHER})),
        ("version", {**page_of(), "next": f"/agents/{OTHER}/versions/{OTHER}/call-executions/?page=2"}),
    ],
)
def test_an_answer_about_another_id_names_both(colour: Any, ask: str, body: Any) -> None:
    with pytest.raises(ContractError) as caught:
        colour.run(ASKS[ask](client(colour, body)))
    assert OTHER in str(caught.value)
    assert ID in str(caught.value)


@pytest.mark.filterwarnings("ignore::futureagi_simulate.ContractWarning")
@pytest.mark.parametrize(
    ("ask", "body"),
    [
        ("run", run(execution_id=ID.upper())),
        ("run", run({**RUN_CALL, "execution_id": None})),
        ("call", {"status": True, "result": {**CALL_RUN, "execution_id": OTHER}}),
        ("execution", page_of({**ROW, "id": OTHER, "test_execution_id": ID}, **DETAIL)),
        ("execution", page_of({**ROW, "test_execution_id": ""}, **DETAIL)),
        ("execution", {**page_of(**DETAIL), "next": f"/test-executions/{ID.replace('-', '')}/?page=2"}),
        ("executions", page_of({**RUN, "id": OTHER, "run_test": "Refunds"})),
        ("calls", {**page_of(ROW), "previous": "https://["}),
    ],
)
def test_the_same_id_in_another_form_no_id_and_ids_of_other_things_are_no_error(
    colour: Any, ask: str, body: Any
) -> None:
    colour.run(ASKS[ask](client(colour, body)))


def test_a_later_page_of_a_run_that_is_about_another_is_an_error_too(colour: Any) -> None:
    pages = [run(call_results={**CALLS, "count": 2, "total_pages": 2}), run(execution_id=OTHER)]
    asking = colour.pick(Client, AsyncClient)(
        api_key="a-key",
        secret_key="a-secret",
        http_client=colour.http(lambda _: httpx.Response(200, json=pages.pop(0))),
    )
    found = colour.run(asking.get_execution_run(ID, page_size=1))
    with pytest.raises(ContractError, match=OTHER):
        colour.collect(found.calls)
