from __future__ import annotations

import errno
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import httpx
import pytest

from futureagi_simulate_cli import main
from futureagi_simulate_mock import Mock

WAIT = 120.0


@contextmanager
def running(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str], str]]:
    """Start the command and read what it prints up to the last setting."""
    start = "import sys; from futureagi_simulate_cli import main; sys.exit(main())"
    command = [sys.executable, "-c", start, "mock", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            printed = [process.stdout.readline() for _ in range(10)]
            found = re.findall(r"^export (FI_\w+)=(.*)$", "".join(printed), re.MULTILINE)
            yield process, {name: value.strip("'") for name, value in found}, printed[0]
        finally:
            process.kill()


def get(settings: dict[str, str], path: str) -> httpx.Response:
    keys = {"X-Api-Key": settings["FI_API_KEY"], "X-Secret-Key": settings["FI_SECRET_KEY"]}
    return httpx.get(settings["FI_BASE_URL"] + path, headers=keys, timeout=WAIT)


def test_it_serves_what_it_prints_until_interrupted_and_ends_cleanly(tmp_path: Path):
    env_file = tmp_path / "mock.env"
    options = (
        "--quiet",
        "--profile",
        "observed",
        "--fault",
        "429:1",
        "--latency",
        "1ms",
        "--env-file",
        str(env_file),
    )
    with running(*options) as (process, settings, first):
        assert first == f"# mock, profile observed: {settings['FI_BASE_URL']}/ (Ctrl-C ends it)\n"
        written = dict(line.split("=", 1) for line in env_file.read_text().splitlines())
        assert {name: value.strip('"') for name, value in written.items()} == settings
        path = f"/simulate/test-executions/{settings['FI_TEST_EXECUTION_ID']}/"
        assert [get(settings, path).status_code for _ in range(2)] == [429, 200]
        process.send_signal(signal.SIGINT)
        assert process.wait(WAIT) == 0
        assert process.stderr.read() == ""


BEYOND = ["0.0.0.0", "::", "192.168.1.5", "example.com", "127.0.0.1.example.com"]


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Bind nothing: note the addresses, and end the command."""
    addresses: list[tuple[str, int]] = []

    def server(_mock: Mock, host: str, port: int, **_: object) -> NoReturn:
        addresses.append((host, port))
        raise OSError(errno.EADDRINUSE, "nothing is bound here")

    monkeypatch.setattr(Mock, "server", server)
    return addresses


@pytest.mark.parametrize("host", BEYOND)
def test_without_allow_remote_a_host_that_others_can_reach_is_never_bound(host, bound, capfd):
    assert main(["mock", "--host", host]) == 2
    assert bound == []
    assert "--allow-remote" in capfd.readouterr().err


@pytest.mark.parametrize("host", BEYOND)
def test_with_allow_remote_it_is_bound_with_a_warning(host, bound, capfd):
    main(["mock", "--host", host, "--port", "8123", "--allow-remote"])
    assert bound == [(host, 8123)]
    assert capfd.readouterr().err.startswith(f"warning: other machines can reach this mock at {host}")


@pytest.mark.parametrize("more", [[], ["--allow-remote"]])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_the_loopback_is_bound_without_a_warning(host, more, bound, capfd):
    main(["mock", "--host", host, *more])
    assert bound == [(host, 0)]
    assert "warning" not in capfd.readouterr().err


def test_each_request_is_logged_in_one_line_without_keys():
    with running("--fault", "500:1,route=runs") as (process, settings, _first):
        detail = f"/simulate/test-executions/{settings['FI_TEST_EXECUTION_ID']}/"
        key = settings["FI_SECRET_KEY"]
        for path in (
            f"{detail}?page=2",
            f"/sdk/api/v1/simulation/runs/?run_test_name={key}",
            "/",
            f"/%1b[2J/{key}",
        ):
            get(settings, path)
        process.send_signal(signal.SIGINT)
        assert process.wait(WAIT) == 0
        logged = process.stderr.read()
    lines = [re.sub(r" \d+ ms$", " N ms", line) for line in logged.splitlines()]
    assert lines == [
        f"GET {detail}?page=2 200 N ms",
        "GET /sdk/api/v1/simulation/runs/?run_test_name=*** 500 N ms",
        "GET / 200 N ms",
        "GET /%1b[2J/*** 404 N ms",
    ]
    assert key not in logged


def test_a_response_that_never_starts_is_logged_without_a_status():
    with running("--fault", "reset") as (process, settings, _first):
        with pytest.raises(httpx.TransportError):
            get(settings, "/sdk/api/v1/simulation/runs/")
        process.send_signal(signal.SIGINT)
        assert process.wait(WAIT) == 0
        assert re.fullmatch(r"GET /sdk/api/v1/simulation/runs/ - \d+ ms\n", process.stderr.read())


def test_the_printed_ids_exist():
    with running("--seed", "5", "--scale", "60") as (_, settings, _first):
        run_test, agent, version = (settings[f"FI_{name}_ID"] for name in ("RUN_TEST", "AGENT", "VERSION"))
        paths = [
            f"/simulate/run-tests/{run_test}/call-executions/",
            f"/simulate/agent-definitions/{agent}/versions/{version}/call-executions/",
            f"/sdk/api/v1/simulation/runs/?run_test_name={settings['FI_RUN_TEST_NAME']}",
            f"/sdk/api/v1/simulation/runs/?call_execution_id={settings['FI_CALL_EXECUTION_ID']}",
        ]
        assert [get(settings, path).status_code for path in paths] == [200] * len(paths)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--fault", "boom"], "is no fault"),
        (["--latency", "soon"], "is no duration"),
        (["--profile", "real"], "There is no profile real"),
        (["--scale", "0"], "scale"),
        (["--env-file", "/no/such/folder/x"], "There is no folder"),
    ],
)
def test_what_makes_no_sense_is_told_in_two_lines_and_exits_2(capfd, options, told):
    assert main(["mock", *options]) == 2
    printed = capfd.readouterr().err
    assert told in printed
    assert "Traceback" not in printed
    assert len(printed.splitlines()) == 2


def test_a_taken_port_is_told_with_a_remedy(capfd, futureagi_server):
    assert main(["mock", "--port", str(futureagi_server.port)]) == 2
    assert "choose another --port" in capfd.readouterr().err
