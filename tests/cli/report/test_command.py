"""`fi-simulate report` writes where it is told to."""

from __future__ import annotations

import errno
import html
import json
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from futureagi_simulate import Client
from futureagi_simulate.errors import ConfigurationError, FutureAGIError
from futureagi_simulate_cli import main
from futureagi_simulate_cli.report import build_page
from futureagi_simulate_cli.report.content import gather
from futureagi_simulate_mock import Mock

from .material import EXECUTION, made_up

# the server answers what isn't in the contract, and the client says so
pytestmark = pytest.mark.filterwarnings("ignore::futureagi_simulate.errors.ContractWarning")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mock]:
    with Mock() as mock, mock.serve() as server:
        for name, value in mock.settings(server.base_url).environment().items():
            monkeypatch.setenv(name, value)
        yield mock


def test_a_report_to_a_pipe_goes_through_it(served: Mock, tmp_path: Path) -> None:
    pipe = tmp_path / "report.html"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as reader:
        read = reader.submit(pipe.read_bytes)
        assert main(["report", served.ids.test_execution_id, "--to", str(pipe)]) == 0
        assert read.result().startswith(b"<!")
    assert pipe.is_fifo()


@pytest.mark.parametrize("profile", ["documented", "observed"])
def test_a_report_with_the_run_test_named_has_every_call_with_its_transcript(profile: Any) -> None:
    with Mock(profile) as mock:
        http = httpx.Client(transport=mock.transport())
        keys = {"api_key": mock.api_key, "secret_key": mock.secret_key, "base_url": mock.base_url}
        with Client(**keys, http_client=http) as client:
            material = gather(client, mock.ids.test_execution_id, run_test_id=mock.ids.run_test_id)
    assert len(material.calls) == material.execution.total_calls == 52
    assert {call.execution_id for call in material.calls} == {mock.ids.test_execution_id}
    assert sum(bool(call.transcript) for call in material.calls) > 40
    assert any(call.evals for call in material.calls)


RUN_TEST = "22222222-2222-4222-8222-222222222222"


@pytest.mark.parametrize("run_test", [None, RUN_TEST])
def test_calls_that_are_promised_and_not_found_are_an_error(run_test: str | None) -> None:
    with (
        made_up([], total=18) as client,
        pytest.raises(FutureAGIError, match="18 calls and the server lists none"),
    ):
        gather(client, EXECUTION, run_test_id=run_test)


def test_a_run_test_that_has_none_of_the_calls_is_an_error() -> None:
    with (
        made_up([{"id": "c1"}], in_run_test=[{"id": "c2"}]) as client,
        pytest.raises(ConfigurationError, match="None of the execution's calls"),
    ):
        gather(client, EXECUTION, run_test_id=RUN_TEST)


@pytest.mark.parametrize("run_test", [None, RUN_TEST])
def test_rows_that_are_no_calls_make_no_rows_of_the_report(run_test: str | None) -> None:
    odd = {"id": "c1", "status": 5, "eval_outputs": [None], "transcript": {"a": None}, "customer_name": [1]}
    with made_up([None, 5, "text", True, [], odd]) as client:
        material = gather(client, EXECUTION, run_test_id=run_test)
    assert [call.id for call in material.calls] == ["c1"]
    assert "1 calls." in build_page(material)


@pytest.mark.parametrize("place", ["nowhere/report.html", "."])
def test_a_place_where_nothing_can_be_written_is_refused_before_anything_is_asked(
    served: Mock, tmp_path: Path, capfd: pytest.CaptureFixture[str], place: str
) -> None:
    assert main(["report", served.ids.test_execution_id, "--to", str(tmp_path / place)]) == 2
    assert "folder" in capfd.readouterr().err
    assert not served.journal


def test_a_disk_that_is_full_is_told_in_two_lines(
    served: Mock, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert main(["report", served.ids.test_execution_id, "--to", str(tmp_path / "report.html")]) == 4
    said = capfd.readouterr().err.splitlines()
    assert said[-2:] == [
        f"error: {tmp_path}/report.html can't be written: No space left on device.",
        "try: Make room for it, or name a file elsewhere with --output.",
    ]


def test_report_gate_and_compare_agree_about_a_baseline(
    served: Mock, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with Client() as client:
        ids = [str(one.raw["id"]) for one in client.list_test_executions(served.ids.run_test_id)]
    newest, file = served.ids.test_execution_id, tmp_path / "report.html"
    before = ids[ids.index(newest) + 1]
    assert main(["report", newest, "--baseline", before, "--to", str(file)]) == 0
    capfd.readouterr()
    main(["compare", before, newest, "--json"])
    compared = json.loads(capfd.readouterr().out)
    main(["gate", newest, "--baseline", before, "--json"])
    judged = json.loads(capfd.readouterr().out)
    text = html.unescape(file.read_text("utf-8"))
    assert compared["evals"]
    for one in compared["evals"]:
        assert f"<td>{one['difference']:+.2f}</td>" in text
    for check in judged["checks"]:
        assert check["sentence"] in text


def test_with_the_run_test_named_a_report_has_its_agent_and_the_last_executions() -> None:
    with Mock("observed") as mock:
        http = httpx.Client(transport=mock.transport())
        keys = {"api_key": mock.api_key, "secret_key": mock.secret_key, "base_url": mock.base_url}
        with Client(**keys, http_client=http) as client:
            material = gather(client, mock.ids.test_execution_id, run_test_id=mock.ids.run_test_id)
    assert material.execution.agent_version == "v5"
    assert len(material.trend) == 8
    assert material.trend[-1][0].id == mock.ids.test_execution_id
    assert "The last executions" in build_page(material)


def test_the_gate_and_its_report_read_the_execution_once(
    served: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    execution = served.ids.test_execution_id
    main(["gate", execution])
    alone = Counter(one.path for one in served.journal)
    before = len(served.journal)
    main(["gate", execution, "--html", "page.html"])
    paths = Counter(one.path for one in list(served.journal)[before:])
    assert paths - alone == {f"/simulate/test-executions/{execution}/": 1}, "the transcripts"
