"""`fi-simulate doctor`: which server, through what, whether the keys work, which versions; never a key."""

from __future__ import annotations

import json
import re

import pytest

from futureagi_simulate_mock import Mock
from futureagi_simulate_mock.app import App
from futureagi_simulate_mock.ids import Settings
from futureagi_simulate_mock.messages import Response
from futureagi_simulate_mock.pages import make_pages
from futureagi_simulate_mock.server import Server

from .conftest import Run

SECRETS = ("mock-api-key-acme", "mock-secret-key-acme", "wrong-key-1234567890", "hunter2")


def test_it_names_the_server_the_proxy_the_keys_and_the_versions(run: Run, server: dict[str, str]) -> None:
    ran = run("doctor", "--run-test", server["FI_RUN_TEST_ID"])
    assert (ran.code, ran.err) == (0, "")
    host, proxy, keys, versions = ran.out.splitlines()
    assert host == f"Server    {server['FI_BASE_URL']}"
    assert proxy == "Proxy     none"
    assert keys == "Keys      PASS  The server took the keys."
    assert re.match(r"Versions  python 3\.\d+\.\d+, futureagi-simulate \d\S+, httpx \d", versions)
    assert not any(secret in ran.out for secret in SECRETS)


def test_it_needs_no_run_test(run: Run, server: dict[str, str]) -> None:
    ran = run("doctor")
    assert (ran.code, "PASS" in ran.out) == (0, True)
    named = run("doctor", "--run-test", server["FI_RUN_TEST_ID"])
    assert "PASS  The server took the keys.\n" in named.out
    unknown = run("doctor", "--run-test", "11111111-1111-4111-8111-111111111111")
    assert unknown.code == 0
    assert "no such run test" in unknown.out


WRONG = [
    ({"FI_API_KEY": "wrong-key-1234567890"}, "401"),
    ({"FI_SECRET_KEY": "wrong-key-1234567890"}, "401"),
    ({"FI_BASE_URL": "http://127.0.0.1:1"}, "no connection"),
]


@pytest.mark.parametrize(("environment", "said"), WRONG, ids=str)
@pytest.mark.parametrize("as_json", [False, True])
def test_what_does_not_work_is_a_fail_and_exit_code_4(
    environment: dict[str, str],
    said: str,
    as_json: bool,
    run: Run,
    server: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ran = run("doctor", "--retries", "0", *(["--json"] if as_json else []))
    assert ran.code == 4
    if as_json:
        found = json.loads(ran.out)
        assert found["keys_work"] is False
        assert said in found["answer"]
    else:
        assert re.search(rf"^Keys      FAIL  .*{said}", ran.out, re.MULTILINE)
        assert "Versions" in ran.out
    assert not any(secret in ran.out + ran.err for secret in SECRETS)


MISSING = [
    ({"FI_API_KEY": ""}, "FI_API_KEY is blank"),
    ({"FI_SECRET_KEY": " "}, "FI_SECRET_KEY"),
    ({"FI_BASE_URL": "localhost:8000"}, "has no scheme"),
]


@pytest.mark.parametrize(("environment", "said"), MISSING, ids=str)
def test_a_setting_that_is_missing_or_wrong_is_exit_code_2(
    environment: dict[str, str], said: str, run: Run, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ran = run("doctor")
    assert ran.code == 2
    assert said in ran.err.splitlines()[0]
    assert ran.err.splitlines()[1].startswith("try: ")


def test_json_holds_the_same(run: Run, server: dict[str, str]) -> None:
    found = json.loads(run("doctor", "--json").out)
    assert found.keys() == {"schema", "server", "proxy", "keys_work", "answer", "versions"}
    assert (found["server"], found["proxy"], found["keys_work"]) == (server["FI_BASE_URL"], None, True)
    assert found["versions"].keys() >= {"python", "futureagi-simulate", "httpx", "msgspec"}


def test_a_proxy_is_named_without_its_password(
    run: Run, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FI_BASE_URL", "http://simulation.example")
    monkeypatch.setenv("http_proxy", "http://user:hunter2@127.0.0.1:1")
    ran = run("doctor", "--retries", "0")
    assert ran.code == 4
    assert "Proxy     http://127.0.0.1:1\n" in ran.out
    assert "hunter2" not in ran.out + ran.err
    assert json.loads(run("doctor", "--retries", "0", "--json").out)["proxy"] == "http://127.0.0.1:1"


def test_a_server_of_something_else_is_no_success(
    run: Run, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = App(
        lambda _: Response(404, (("content-type", "text/html"),), b"<h1>Not Found</h1>"),
        lambda: make_pages(Settings, "documented"),
    )
    with Server(page).in_thread() as other:
        monkeypatch.setenv("FI_BASE_URL", other.base_url)
        ran = run("doctor")
    assert ran.code == 4
    assert re.search(r"^Keys      FAIL  .*404.* Check that FI_BASE_URL leads", ran.out, re.MULTILINE)


def test_it_asks_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with Mock(calls=20, executions=2) as mock, mock.serve() as made:
        for name, value in mock.settings(made.base_url).environment().items():
            monkeypatch.setenv(name, value)
        assert run("doctor").code == 0
        assert mock.journal.total == 1
