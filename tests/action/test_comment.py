"""The comment on a pull request: new, rewritten, never another person's; without a token, and from a fork."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "action" / "comment.py"
BOT = "github-actions[bot]"
TOKEN = "token-of-the-run"
MARK = "<!-- fi-simulate:default -->"


class StandIn:
    """The host's API of one pull request, in memory."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.refuses: int | None = None
        self.writes: list[str] = []
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self, status: int, value: Any) -> None:
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def _handle(self) -> None:
                if self.headers["Authorization"] != f"Bearer {TOKEN}":
                    return self._answer(401, {})
                length = int(self.headers.get("Content-Length") or 0)
                given = json.loads(self.rfile.read(length) or b"{}")
                if self.command == "GET":
                    page = int(self.path.rpartition("page=")[2])
                    return self._answer(200, stand_in.comments[(page - 1) * 100 : page * 100])
                if stand_in.refuses:
                    return self._answer(stand_in.refuses, {})
                stand_in.writes.append(f"{self.command} {self.path}")
                if self.command == "POST":
                    made = {"id": 1000 + len(stand_in.comments), "user": {"login": BOT}, **given}
                    stand_in.comments.append(made)
                    return self._answer(201, made)
                number = int(self.path.rpartition("/")[2])
                (found,) = [one for one in stand_in.comments if one["id"] == number]
                found.update(given)
                return self._answer(200, found)

            do_GET = do_POST = do_PATCH = _handle  # noqa: N815 - names of the base class

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def host() -> Iterator[StandIn]:
    stand_in = StandIn()
    thread = threading.Thread(target=stand_in.server.serve_forever)
    thread.start()
    yield stand_in
    stand_in.server.shutdown()
    stand_in.server.server_close()
    thread.join()


def comment(
    host: StandIn, tmp_path: Path, text: str = "## Ready", event: dict[str, Any] | None = None, **more: str
) -> str:
    (tmp_path / "summary.md").write_text(text, encoding="utf-8")
    event = {"pull_request": {"number": 7}} if event is None else event
    (tmp_path / "event.json").write_text(json.dumps(event), encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "GITHUB_API_URL": host.url,
        "GITHUB_REPOSITORY": "team/agent",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_TOKEN": TOKEN,
        **more,
    }
    command = [sys.executable, str(SCRIPT), str(tmp_path / "summary.md")]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=240)
    assert ran.returncode == 0, ran.stderr
    assert TOKEN not in ran.stdout + ran.stderr
    return ran.stdout


def test_the_first_run_writes_a_comment(host: StandIn, tmp_path: Path) -> None:
    assert "written on pull request 7" in comment(host, tmp_path)
    (found,) = host.comments
    assert found["body"] == f"{MARK}\n## Ready"


def test_the_next_run_rewrites_it(host: StandIn, tmp_path: Path) -> None:
    comment(host, tmp_path)
    assert "rewritten" in comment(host, tmp_path, "## Not ready")
    (found,) = host.comments
    assert found["body"] == f"{MARK}\n## Not ready"


def test_it_is_found_behind_a_hundred_others(host: StandIn, tmp_path: Path) -> None:
    host.comments = [{"id": number, "user": {"login": "x"}, "body": "."} for number in range(150)]
    host.comments.append({"id": 999, "user": {"login": BOT}, "body": f"{MARK}\nold"})
    assert "rewritten" in comment(host, tmp_path)
    assert host.writes == ["PATCH /repos/team/agent/issues/comments/999"]


@pytest.mark.parametrize(
    "foreign",
    [
        {"id": 5, "user": {"login": "mallory"}, "body": f"{MARK}\nmine"},
        {"id": 5, "user": None, "body": f"{MARK}\nof a deleted user"},
        {"id": 5, "user": {"login": BOT}, "body": f"of another workflow, quoting {MARK}"},
        {"id": 5, "user": {"login": BOT}, "body": "<!-- fi-simulate:other -->\nof another job"},
    ],
)
def test_a_foreign_comment_is_left_alone(host: StandIn, tmp_path: Path, foreign: dict[str, Any]) -> None:
    host.comments = [dict(foreign)]
    assert "written" in comment(host, tmp_path)
    assert host.comments[0] == foreign
    assert len(host.comments) == 2


@pytest.mark.parametrize(
    ("event", "more", "refuses", "reason"),
    [
        ({"pull_request": {"number": 7}}, {"GITHUB_TOKEN": ""}, None, "there is no token"),
        ({"pull_request": {"number": 7}}, {}, 403, "which a pull request from a fork never has"),
        ({"pull_request": {"number": 7}}, {"GITHUB_TOKEN": "wrong"}, None, "the host answered 401"),
        ({"pull_request": {"number": 7}}, {}, 500, "the host answered 500"),
        ({"ref": "refs/heads/main"}, {}, None, "no pull request"),
        ({"pull_request": {"number": 7}}, {"GITHUB_API_URL": "http://127.0.0.1:9"}, None, "can't be reached"),
    ],
)
def test_where_no_comment_can_be_written_the_run_goes_on_and_says_why(
    host: StandIn,
    tmp_path: Path,
    event: dict[str, Any],
    more: dict[str, str],
    refuses: int | None,
    reason: str,
) -> None:
    host.refuses = refuses
    printed = comment(host, tmp_path, event=event, **more)
    assert printed.startswith("::notice")
    assert reason in printed
    assert host.comments == []


def test_a_long_summary_is_cut_at_a_line(host: StandIn, tmp_path: Path) -> None:
    comment(host, tmp_path, "a line of text\n" * 10_000)
    (found,) = host.comments
    assert len(found["body"]) < 65_536
    assert found["body"].endswith("a line of text\n\nThe rest is in the artifact of the run.")
