"""Which calls an export takes, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from futureagi_simulate import (
    AuthenticationError,
    Client,
    ConfigurationError,
    ContractError,
    FutureAGIWarning,
    NotFoundError,
    checks,
)
from futureagi_simulate.records import call_record
from futureagi_simulate_cli import main
from futureagi_simulate_cli.export import Export, Source
from futureagi_simulate_cli.export.formats import format_of
from futureagi_simulate_cli.export.source import Received, changed_since
from futureagi_simulate_mock import Mock

from .asking import answered, client_of, ids_in, job, records, unsettled

ID = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
TOO_EARLY = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=23)))


def test_a_strict_client_compares_each_call_with_the_contract(mock: Mock, tmp_path: Path) -> None:
    def pass_on(request: httpx.Request) -> httpx.Response:
        answer = mock.transport().handle_request(request)
        body = json.loads(answer.read())
        body["results"][0]["overall_score"] = "high"
        return httpx.Response(200, json=body)

    with answered(mock, pass_on) as odd:
        with pytest.raises(ContractError, match="overall_score"):
            job(mock, tmp_path / "strict.jsonl").run(odd.with_options(strict=True))
        job(mock, tmp_path / "tolerant.jsonl").run(odd)
    assert json.loads((tmp_path / "tolerant.jsonl").read_text().splitlines()[0])["overall_score"] == "high"


def test_since_takes_what_may_have_changed_at_that_time_or_later(tmp_path: Path) -> None:
    """The server starts and cancels calls without touching the time of their update."""
    with Mock(profile="observed") as mock, httpx.Client(transport=mock.transport()) as http:
        client = client_of(mock, http)
        every = records(mock, client)
        since = sorted(call.updated_at for call in every if call.updated_at)[len(every) // 2]
        assert job(mock, tmp_path / "new.jsonl", since=since).run(client) == len(
            ids_in(tmp_path / "new.jsonl")
        )
    late = [call.id for call in every if unsettled(call) or (call.updated_at and call.updated_at >= since)]
    assert ids_in(tmp_path / "new.jsonl") == late
    assert 0 < sum(map(unsettled, every)) < len(late) < len(every)


@pytest.mark.parametrize("name", ["new.jsonl", "new.csv", "new.parquet"])
def test_since_says_what_it_compared_where_no_time_of_update_is_sent(
    mock: Mock, client: Client, tmp_path: Path, name: str
) -> None:
    every = records(mock, client)
    assert not any(call.updated_at for call in every)
    ends = [max(time for time in (call.created_at, call.ended_at, call.started_at) if time) for call in every]
    since = sorted(ends)[len(every) // 2]
    expected = [call.id for call, end in zip(every, ends, strict=True) if unsettled(call) or end >= since]
    with pytest.warns(
        FutureAGIWarning, match=f"^{len(every) - len(expected)} finished calls were left out"
    ) as told:
        assert job(mock, tmp_path / name, since=since).run(client) == len(expected)
    assert "no time of update" in str(told[0].message)
    assert 0 < len(expected) < len(every)
    if name == "new.jsonl":
        assert ids_in(tmp_path / name) == expected


@pytest.mark.parametrize(
    ("call", "taken"),
    [
        ({"status": "completed", "updated_at": "2026-03-01T00:00:00Z"}, True),
        ({"status": "completed", "updated_at": "2026-02-28T23:59:59Z"}, False),
        ({"status": "failed", "updated_at": "2026-02-28T23:59:59Z"}, False),
        ({"status": "cancelled", "updated_at": "2026-02-28T23:59:59Z"}, True),
        ({"status": "ongoing", "updated_at": "2026-02-28T23:59:59Z"}, True),
        ({"status": "a new word", "updated_at": "2026-02-28T23:59:59Z"}, True),
        ({"updated_at": "2026-02-28T23:59:59Z"}, True),
        ({"status": "completed"}, True),
        ({"status": "completed", "created_at": "2026-02-01T00:00:00Z"}, False),
        (
            {
                "status": "completed",
                "created_at": "2026-02-01T00:00:00Z",
                "completed_at": "2026-03-02T00:00:00Z",
            },
            True,
        ),
        (
            {
                "status": "completed",
                "updated_at": "2026-02-01T00:00:00Z",
                "completed_at": "2026-03-02T00:00:00Z",
            },
            False,
        ),
        (
            {
                "status": "completed",
                "updated_at": "2026-02-01T00:00:00Z",
                "eval_outputs": {"e": {"status": "pending"}},
            },
            True,
        ),
        (
            {
                "status": "completed",
                "updated_at": "2026-02-01T00:00:00Z",
                "eval_outputs": {"e": {"status": "running"}},
            },
            True,
        ),
        (
            {
                "status": "completed",
                "updated_at": "2026-02-01T00:00:00Z",
                "eval_outputs": {"e": {"value": True}},
            },
            False,
        ),
        (
            {
                "status": "completed",
                "updated_at": "2026-02-01T00:00:00Z",
                "eval_outputs": {"e": {"skipped": True}},
            },
            False,
        ),
    ],
)
def test_what_is_finished_is_left_out_by_its_last_change(call: dict[str, Any], taken: bool) -> None:
    record = call_record(Received.of(json.dumps(call).encode()))
    assert changed_since(record, datetime(2026, 3, 1, tzinfo=UTC)) is taken


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Source(), "exactly one source"),
        (lambda: Source(run_test_id=ID, execution_id=ID), "exactly one source"),
        (lambda: Source(agent_id=ID), "exactly one source"),
        (lambda: Source(version_id=ID), "exactly one source"),
        (lambda: Source(run_test_id="first"), "run_test_id='first' isn't a UUID"),
        (lambda: Source(run_test_id="", execution_id=ID), "run_test_id='' isn't a UUID"),
        (lambda: Source(execution_id="first"), "execution_id='first' isn't a UUID"),
        (lambda: Source(agent_id="first", version_id=ID), "agent_id='first' isn't a UUID"),
        (lambda: Source(agent_id=ID, version_id="first"), "version_id='first' isn't a UUID"),
        (lambda: format_of(Path("calls.xlsx")), "names no format"),
        (lambda: Export(Source(ID), Path("c.parquet"), spreadsheet=True), "no cells"),
        (lambda: Export(Source(ID), Path("/nowhere/at/all.csv"), "csv"), "no folder"),
        (lambda: Export(Source(ID), Path("c.csv"), "csv", since=datetime(2026, 1, 1)), "no time zone"),
        (lambda: Export(Source(ID), Path("c.csv"), "csv", since=datetime(1, 1, 1)), "no time zone"),
        (lambda: Export(Source(ID), Path("c.csv"), "csv", since=TOO_EARLY), "outside the years 1 to 9999"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_asked(make: Any, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        make()
    assert caught.value.remedy


def test_an_id_is_the_same_however_it_is_written() -> None:
    assert Source(run_test_id=ID.upper()) == Source(run_test_id="{" + ID + "}") == Source(run_test_id=ID)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"source": Source(run_test_id=str(uuid4()))}, NotFoundError),
        ({"source": Source(execution_id=str(uuid4()))}, NotFoundError),
        ({"page_size": 0}, ConfigurationError),
        ({"prefetch": 0}, ConfigurationError),
    ],
)
def test_an_export_that_cannot_begin_leaves_nothing_behind(
    mock: Mock, client: Client, tmp_path: Path, changes: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        job(mock, tmp_path / "calls.parquet", **changes).run(client)
    assert list(tmp_path.iterdir()) == []


def test_without_access_nothing_is_left_behind(mock: Mock, tmp_path: Path) -> None:
    wrong = {"api_key": "wrong-key-of-some-length"}
    with (
        answered(mock, mock.transport().handle_request, **wrong) as client,
        pytest.raises(AuthenticationError),
    ):
        job(mock, tmp_path / "calls.parquet").run(client)
    assert list(tmp_path.iterdir()) == []


def test_the_command_leaves_nothing_behind_for_an_id_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FI_API_KEY", "a-key-of-some-length")
    monkeypatch.setenv("FI_SECRET_KEY", "a-key-of-some-length")
    assert main(["export", str(tmp_path / "calls.parquet"), "--run-test", "first"]) == 2
    assert "isn't a UUID" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00", "soon"])
def test_a_time_that_is_none_in_utc_is_wrong_usage_of_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], since: str
) -> None:
    assert main(["export", str(tmp_path / "calls.csv"), "--run-test", ID, "--since", since]) == 2
    assert capsys.readouterr().err.startswith(f'error: The time "{since}" can\'t be read.\ntry: ')


@pytest.mark.parametrize(
    "named", [[], ["--run-test", ID, "--execution", ID], ["--agent", ID], ["--version", ID]]
)
def test_without_exactly_one_source_the_command_names_the_options(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, named: list[str]
) -> None:
    monkeypatch.delenv("FI_RUN_TEST_ID", raising=False)
    assert main(["export", str(tmp_path / "calls.parquet"), *named]) == 2
    said = capsys.readouterr().err
    assert "exactly one source" in said
    assert all(option in said for option in ("--run-test", "--execution", "--agent", "--version"))


def test_where_nothing_is_named_the_command_takes_the_run_test_of_the_environment(
    mock: Mock, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "calls.jsonl"
    with mock.serve() as server:
        for name, value in mock.settings(server.base_url).environment().items():
            monkeypatch.setenv(name, value)
        assert main(["export", str(file)]) == 0
        assert main(["export", str(file), "--agent", mock.ids.agent_id]) == 2
    assert ids_in(file) == [record.id for record in records(mock, client)]


@pytest.mark.parametrize("name", ["calls.parquet", "calls.duckdb"])
def test_without_the_packages_of_a_format_nothing_is_fetched(
    mock: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    package = "duckdb" if name == "calls.duckdb" else "pyarrow"
    monkeypatch.setattr(checks, "find_spec", lambda asked: None if asked == package else "found")
    with pytest.raises(ConfigurationError, match=f"needs the package {package}") as caught:
        job(mock, tmp_path / name)
    assert "futureagi-simulate[export]" in caught.value.remedy


def test_json_lines_and_csv_need_no_package(mock: Mock, client: Client, tmp_path: Path) -> None:
    """Checked in an interpreter that has none: this one has imported them already."""
    program = (
        "import sys; sys.modules.update(pyarrow=None, duckdb=None, pandas=None)\n"
        "from pathlib import Path; from futureagi_simulate_cli.export import Export, Source, formats\n"
        f"Export(Source('{ID}'), Path('calls.jsonl')); Export(Source('{ID}'), Path('calls.csv'))\n"
        "formats.write('csv', Path('made'), list)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=tmp_path)
