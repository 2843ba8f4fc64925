"""Ctrl-C ends an export at once, whatever it waits for, and what was received stays."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

PROGRAM = textwrap.dedent(
    """
    import os, sys
    from pathlib import Path
    from futureagi_simulate import Client
    from futureagi_simulate_cli.export import Export, Source

    source = Source(run_test_id="6f9619ff-8b86-4d01-b42d-00cf4fc964ff")
    keys = {"api_key": "a-key-of-some-length", "secret_key": "a-key-of-some-length"}
    with Client(**keys, base_url=sys.argv[1]) as client:
        try:
            Export(source, Path("calls.jsonl"), page_size=20, prefetch=int(sys.argv[2])).run(client)
        except KeyboardInterrupt:
            print("interrupted", flush=True)
            os._exit(130)
    """
)
WAITS_S = 20


class Limited(BaseHTTPRequestHandler):
    """Answers with the first page of 200 calls, and for any other with 429 and a long wait."""

    refused: threading.Event
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        first = "page=1&" in self.path
        rows = [{"id": f"call {number}"} for number in range(20)]
        body = {"count": 200, "next": "more", "previous": None, "results": rows} if first else {}
        content = json.dumps(body).encode()
        self.send_response(200 if first else 429)
        self.send_header("content-type", "application/json")
        self.send_header("retry-after", str(WAITS_S))
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        if not first:
            self.refused.set()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def limited() -> Iterator[str]:
    Limited.refused = threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), Limited) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("prefetch", [1, 4])
def test_ctrl_c_does_not_wait_for_a_server_that_said_to_come_later(
    limited: str, tmp_path: Path, prefetch: int
) -> None:
    command = [sys.executable, "-c", PROGRAM, limited, str(prefetch)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=tmp_path) as process:
        assert process.stdout is not None
        assert Limited.refused.wait(30)
        time.sleep(0.2)  # until the answer has been read, and the wait begun: nothing outside tells
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == b"interrupted\n"
        took = time.monotonic() - start
    assert took < 2  # 0.5 s on a quiet machine
    kept = tmp_path / "calls.jsonl.partial"
    assert len((kept / "calls.jsonl").read_bytes().splitlines()) == 20
    assert json.loads((kept / "progress.json").read_text())["page"] == 1
