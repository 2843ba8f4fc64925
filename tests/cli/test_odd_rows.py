"""No command ends with a defect where rows aren't objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from .conftest import Run

ID = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
ODD: list[Any] = [
    *(None, 7, "text", True, [1], {}),
    {"id": None, "eval_outputs": [1], "transcript": {"a": 1}, "status": 7, "scenario": [1]},
    {
        "id": "",
        "eval_outputs": {"e": None, "f": {"name": 7, "output": {"a": 1}}},
        "scenario_columns": {"a": 7},
    },
]
PAGE = {
    "count": len(ODD),
    "next": None,
    "previous": None,
    "results": ODD,
    "status": 7,
    "column_order": [None],
}
RUN = {
    "execution_id": ID,
    "status": "completed",
    "total_calls": None,
    "completed_calls": "3",
    "eval_results": [None, 7, {"name": 7, "result": [None, {"output": 7}]}],
    "eval_explanation_summary": {"a": [None, 7]},
    "call_results": PAGE,
}


class Odd(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body: Any = PAGE
        if "execution_id=" in self.path or "run_test_name=" in self.path:
            body = {"status": True, "result": PAGE if "run_test_name=" in self.path else RUN}
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def odd_server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "command",
    [
        *(f"executions {ID}", f"executions --json {ID}", f"calls {ID}", f"calls --json {ID}", "runs a"),
        *(
            "runs --json a",
            f"failures {ID}",
            f"failures --json {ID}",
            f"failures --prompt {ID}",
            f"gate {ID}",
        ),
        *(f"report {ID}", f"export --execution {ID} a.csv", f"export --run-test {ID} a.parquet"),
    ],
)
def test_a_command_shows_what_it_can_of_rows_that_are_no_objects(
    command: str, odd_server: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("API_KEY", "api-key-x"), ("SECRET_KEY", "secret-key-x"), ("BASE_URL", odd_server)):
        monkeypatch.setenv(f"FI_{name}", value)
    ended = run(*command.split())
    assert ended.code == (1 if command.startswith("gate") else 0), ended.err
    assert "defect" not in ended.err
