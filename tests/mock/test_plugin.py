from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from futureagi_simulate import AsyncClient, Client, SystemClock
from futureagi_simulate_mock import Mock
from futureagi_simulate_mock.ids import Settings


def keys(mock: Mock) -> dict[str, str]:
    return {"X-Api-Key": mock.api_key, "X-Secret-Key": mock.secret_key}


def asking(mock: Mock) -> httpx.Client:
    return httpx.Client(transport=mock.transport(), base_url=mock.base_url, headers=keys(mock))


def test_the_mock_answers_without_a_socket(futureagi_mock):
    with asking(futureagi_mock) as client:
        got = client.get(f"/simulate/test-executions/{futureagi_mock.ids.test_execution_id}/")
    assert got.json()["count"] > 0
    futureagi_mock.journal.assert_asked("test-execution", times=1, status=200)


def test_the_server_listens_on_a_real_port_and_the_environment_points_to_it(futureagi_server, futureagi_mock):
    assert os.environ["FI_BASE_URL"] == futureagi_server.base_url
    assert (os.environ["FI_API_KEY"], os.environ["FI_SECRET_KEY"]) == (
        futureagi_mock.api_key,
        futureagi_mock.secret_key,
    )
    got = httpx.get(
        f"{futureagi_server.base_url}/simulate/run-tests/{futureagi_mock.ids.run_test_id}/executions/",
        headers=keys(futureagi_mock),
    )
    assert (got.status_code, futureagi_mock.journal.total) == (200, 1)


@pytest.mark.parametrize("others", [None, "example.com", "fe80::/10, [::1]"])
def test_the_environments_proxy_never_sees_the_server(others, proxied, monkeypatch, request):
    if others is not None:
        monkeypatch.setenv("NO_PROXY", others)
    server = request.getfixturevalue("futureagi_server")
    assert (others or "") in os.environ["NO_PROXY"]
    with Client() as client:
        assert client.list_test_executions(request.getfixturevalue("futureagi_mock").ids.run_test_id).first()
    if others != "fe80::/10, [::1]":  # httpx by itself can't read that
        assert httpx.get(server.base_url).status_code == 200
    assert not proxied()


@pytest.mark.futureagi(profile="observed", seed=7, executions=2, calls=9, faults=["429:1"], latency="5ms")
def test_a_marker_sets_what_the_mock_is_made_of(futureagi_mock):
    assert futureagi_mock.profile == "observed"
    assert futureagi_mock.faults.latency.low == 0.005
    with asking(futureagi_mock) as client:
        path = f"/simulate/run-tests/{futureagi_mock.ids.run_test_id}/executions/"
        assert [client.get(path).status_code for _ in range(2)] == [429, 200]
        assert client.get(path).json()["count"] == 2


@pytest.mark.parametrize("_round", [1, 2])
def test_nothing_is_left_of_an_earlier_test(futureagi_mock, _round):
    assert futureagi_mock.journal.total == 0
    assert futureagi_mock.faults.pending == ()
    futureagi_mock.faults.add("500:*")
    futureagi_mock.add_run_test("Left behind?")
    with asking(futureagi_mock) as client:
        futureagi_mock.faults.clear()
        got = client.get("/sdk/api/v1/simulation/runs/", params={"run_test_name": "Left behind?"})
    assert got.json()["result"]["count"] == 0


def test_mocks_side_by_side_do_not_meet():
    def work(number: int) -> None:
        with Mock(seed=number, faults=[f"500:{number + 1}"]) as mock, asking(mock) as client:
            path = f"/simulate/run-tests/{mock.ids.run_test_id}/executions/"
            statuses = [client.get(path).status_code for _ in range(20)]
            seen[number] = (statuses.count(500), mock.journal.total)

    seen: dict[int, tuple[int, int]] = {}
    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert seen == {number: (number + 1, 20) for number in range(6)}


def run_pytest(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    folder.joinpath("test_users.py").write_text(text, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--strict-markers",
        "-W",
        "error",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)


USERS_TEST = """
import httpx
import pytest
from futureagi_simulate import Client


@pytest.mark.futureagi(profile="observed", faults=["429:2,retry-after=0"])
def test_calls_come_although_the_server_is_busy(futureagi_server, futureagi_mock):
    with Client() as client:
        assert len(client.list_call_executions(futureagi_mock.ids.run_test_id).to_list()) > 100
    futureagi_mock.journal.assert_asked("call-executions", status=429, times=2)


def test_a_call_of_my_own(futureagi_mock):
    run_test = futureagi_mock.add_run_test()
    call_id = futureagi_mock.add_call(futureagi_mock.add_execution(run_test), evals={"Coherence": False})
    http = httpx.Client(transport=futureagi_mock.transport())
    keys = {"api_key": futureagi_mock.api_key, "secret_key": futureagi_mock.secret_key}
    with http, Client(**keys, base_url=futureagi_mock.base_url, http_client=http) as client:
        (call,) = client.list_call_executions(run_test)
    assert call.id == call_id
"""


def test_the_plugin_works_in_a_project_of_its_own_and_asks_for_nothing(tmp_path):
    done = run_pytest(tmp_path, USERS_TEST)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wrong_marker_is_told_in_one_line(tmp_path):
    done = run_pytest(
        tmp_path,
        "import pytest\n@pytest.mark.futureagi(profile='real')\ndef test_it(futureagi_mock): pass\n"
        "@pytest.mark.futureagi(colour='red')\ndef test_other(futureagi_mock): pass\n",
    )
    assert "no profile is called 'real'; choose from documented, observed" in done.stdout
    assert "unexpected keyword argument 'colour'" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_starting_pytest_imports_nothing_of_the_mock_nor_of_its_extra():
    code = (
        "import sys, futureagi_simulate_mock.plugin as plugin; "
        "print(sorted({'httpx', 'msgspec', 'sqlite3', 'starlette', 'uvicorn'} & set(sys.modules)), "
        "[m for m in sys.modules if m.startswith('futureagi_simulate_mock.') and m != plugin.__name__])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=240
    )
    assert done.stdout.strip() == "[] []"


def test_serving_without_the_extra_says_what_to_install(monkeypatch):
    monkeypatch.delitem(sys.modules, "futureagi_simulate_mock.server", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    told = r"serving needs uvicorn: .*pip install 'futureagi-simulate\[mock\]'"
    with Mock() as mock, pytest.raises(ModuleNotFoundError, match=told):
        mock.server()


def test_settings_are_told_as_a_shell_and_as_an_env_file_read_them():
    settings = Settings("http://127.0.0.1:1")
    script = f'{settings.exports()}printf "%s\\n" "$FI_BASE_URL" "$FI_RUN_TEST_NAME" "$FI_VERSION_ID"'
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "http://127.0.0.1:1",
        settings.ids.run_test_name,
        settings.ids.version_id,
    ]
    lines = dict(line.split("=", 1) for line in settings.env_file().splitlines())
    assert {name: value.strip('"') for name, value in lines.items()} == settings.environment()
    assert settings.secret_key not in repr(settings)


def test_no_waiting_skips_the_waits_of_the_client(futureagi_server, futureagi_mock):
    futureagi_mock.no_waiting()
    futureagi_mock.faults.add("429:2,retry-after=30")
    begun, at = time.monotonic(), futureagi_mock.clock.now()
    clock = SystemClock()
    with Client() as client:
        assert client.list_test_executions(futureagi_mock.ids.run_test_id).first()
    assert time.monotonic() - begun < 5
    assert futureagi_mock.clock.now() - at >= timedelta(seconds=60)
    assert clock.monotonic() - begun >= 60
    futureagi_mock.journal.assert_asked("executions", status=429, times=2)


def test_no_waiting_skips_the_waits_of_the_asynchronous_client(futureagi_server, futureagi_mock):
    async def first() -> object:
        async with AsyncClient() as client:
            return await client.list_test_executions(futureagi_mock.ids.run_test_id).first()

    futureagi_mock.no_waiting()
    futureagi_mock.faults.add("429:2,retry-after=30")
    begun = time.monotonic()
    assert asyncio.run(first())
    assert time.monotonic() - begun < 5


def test_the_last_mock_that_closes_ends_no_waiting():
    methods = {
        name: getattr(SystemClock, name) for name in ("sleep", "wait", "sleep_async", "monotonic", "wall")
    }
    first, second = Mock(executions=1, calls=1), Mock(executions=1, calls=1)
    first.no_waiting()
    first.no_waiting()
    second.no_waiting()
    first.close()
    assert SystemClock.sleep is not methods["sleep"]
    SystemClock().sleep(3600)
    second.close()
    assert {name: getattr(SystemClock, name) for name in methods} == methods
