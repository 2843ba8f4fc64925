"""Threads that use everything for the first time at once, and clients that several processes use.

`FUTUREAGI_FULL=1` runs the figures of a release: 200 fresh processes a number of threads, 10,000 answers.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

FULL = bool(os.environ.get("FUTUREAGI_FULL"))
FRESH, ANSWERS = (200, 10_000) if FULL else (5, 300)
LIMIT = 3000 if FULL else 60

FIRST_USE = """
import json, sys, threading, warnings
sys.setswitchinterval(1e-6)
import httpx
from futureagi_simulate import Client, call_record
from futureagi_simulate_api import models
from futureagi_simulate_api.api.simulation import list_call_executions

ID = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
EVALS = {"e": {"name": "q", "output": True, "type": "Pass/Fail"}}
ROW = {"id": "a", "status": "completed", "scenario": {"id": "x", "name": "n"}, "eval_outputs": EVALS}
PAGE = {"count": 1, "next": None, "previous": None, "results": [ROW]}
BODY = json.dumps({**PAGE, "result": {**ROW, "call_execution_id": ID, "latency": {}, "cost": {}}}).encode()
KEYS = dict(api_key="api-key-of-a-test", secret_key="secret-key-of-a-test", base_url="http://localhost")
transport = httpx.MockTransport(lambda request: httpx.Response(200, content=BODY))
client = Client(**KEYS, http_client=httpx.Client(transport=transport))
USES = (
    lambda: [call_record(call).id for call in client.list_call_executions(ID)],
    lambda: [call_record(call).id for call in client.get_test_execution(ID).calls],
    lambda: [call_record(call).id for call in client.list_version_call_executions(ID, ID)],
    lambda: [execution.id for execution in client.list_test_executions(ID)],
    lambda: [client.get_call_run(ID) and "a"],
    lambda: [call.id for call in list_call_executions.sync(ID, client=client).results],
)
LOW = json.dumps({**PAGE, "results": []}).encode()
threads, wrong = int(sys.argv[1]), []
barrier = threading.Barrier(threads)

def use(number):
    barrier.wait()
    try:
        if number % 7 == 6:
            models.CallExecutionPage.from_json(LOW)
        elif (got := USES[number % 7]()) != ["a"]:
            wrong.append(got)
    except low.errors.UnexpectedStatus:
        pass  # the row has less than the contract says, which the low-level functions don't accept
    except BaseException as error:
        wrong.append(error)

warnings.simplefilter("ignore")
started = [threading.Thread(target=use, args=(number,)) for number in range(threads)]
for thread in started:
    thread.start()
for thread in started:
    thread.join()
sys.exit(repr(wrong) if wrong else 0)
"""


@pytest.mark.parametrize("threads", [2, 8, 32])
def test_threads_that_use_everything_for_the_first_time_at_once_neither_crash_nor_err(threads: int) -> None:
    def fresh(_number: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", FIRST_USE, str(threads)], capture_output=True, text=True, timeout=60
        )

    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(fresh, range(FRESH)))
    assert {(process.returncode, process.stderr) for process in ended} == {(0, "")}


class Echo(BaseHTTPRequestHandler):
    """Answers with the path that was asked for, over connections that stay open."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b'{"path": "%s"}' % self.path.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True  # each ends with its connection
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("colour", ["sync", "async"])
@pytest.mark.parametrize("method", ["os.fork", "fork", "forkserver", "spawn"])
def test_each_process_gets_the_answers_to_its_own_requests(base_url: str, method: str, colour: str) -> None:
    script = Path(__file__).with_name("processes.py")
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", str(script), method, colour, base_url, str(ANSWERS)],
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    assert ended.returncode == 0, ended.stderr
    given, wrong = ended.stdout.split(" ", 1)
    assert wrong.strip() == "[]"
    assert int(given) >= ANSWERS * 0.99


APP = """
from futureagi_simulate import Client
from futureagi_simulate.http import Request

client = Client(api_key="api-key-of-a-test", secret_key="secret-key-of-a-test", base_url={base_url!r})
client._session.send(Request("getThing", "/preloaded"))

def app(environ, start_response):
    answer = client._session.send(Request("getThing", environ["PATH_INFO"]))
    start_response("200 OK", [("Content-Length", str(len(answer.content)))])
    return [answer.content]
"""


def test_workers_of_gunicorn_that_preloads_a_client_get_their_own_answers(
    base_url: str, tmp_path: Path
) -> None:
    (tmp_path / "preloaded.py").write_text(APP.format(base_url=base_url))
    command = [sys.executable, "-m", "gunicorn", "--preload", "--workers", "3", "--threads", "2"]
    command += ["--bind", "127.0.0.1:0", "--no-control-socket", "preloaded:app"]
    server = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    try:
        lines = iter(server.stderr.readline, "")
        address = next(found[1] for line in lines if (found := re.search(r"Listening at: (\S+)", line)))
        with (
            httpx.Client(base_url=address, timeout=30, trust_env=False) as browser,
            ThreadPoolExecutor(8) as pool,
        ):
            paths = [f"/thing-{number}" for number in range(ANSWERS)]
            bodies = list(pool.map(lambda path: browser.get(path).json()["path"], paths))
        assert bodies == paths
    finally:
        server.terminate()
        server.communicate(timeout=30)
