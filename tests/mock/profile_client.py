"""Ask the documented profile directly, and read its answers."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from futureagi_simulate_mock import ids
from futureagi_simulate_mock.data.seeding import EPOCH, fill
from futureagi_simulate_mock.documented import Documented
from futureagi_simulate_mock.messages import Endpoint, Query, Response
from futureagi_simulate_mock.store import Store

URL = "https://mock.invalid/asked/"


class ProfileClient:
    """Asks as one of the two organizations."""

    def __init__(self, store: Store, organization: int = 1, now: datetime = EPOCH) -> None:
        self.store = store
        self.now = now
        self._profile = Documented(store)
        self._organization = store.catalogue.organizations[organization]

    def answer(self, endpoint: Endpoint, path_ids: dict[str, str], **query: Any) -> Response:
        text = {name: value if isinstance(value, str) else json.dumps(value) for name, value in query.items()}
        asked = Query.parse(URL, urlencode(text))
        return self._profile.answer(endpoint, path_ids, asked, self._organization, self.now)

    def calls(self, run_test_id: str = ids.RUN_TEST_ID, **query: Any) -> Any:
        return body(self.answer(Endpoint.CALL_EXECUTIONS, {"run_test_id": run_test_id}, **query))

    def executions(self, run_test_id: str = ids.RUN_TEST_ID, **query: Any) -> Any:
        return body(self.answer(Endpoint.TEST_EXECUTIONS, {"run_test_id": run_test_id}, **query))

    def detail(self, execution_id: str = ids.TEST_EXECUTION_ID, **query: Any) -> Any:
        return body(self.answer(Endpoint.TEST_EXECUTION, {"test_execution_id": execution_id}, **query))

    def version(self, version_id: str = ids.VERSION_ID, **query: Any) -> Any:
        path_ids = {"agent_id": ids.AGENT_ID, "version_id": version_id}
        return body(self.answer(Endpoint.VERSION_CALL_EXECUTIONS, path_ids, **query))

    def runs(self, **query: Any) -> Any:
        found = body(self.answer(Endpoint.SIMULATION_RUNS, {}, **query))
        return found["result"] if found["status"] is True else found


def body(response: Response) -> Any:
    return json.loads(response.body)


def made(**scale: Any) -> Store:
    store = Store()
    fill(store, **scale)
    return store
