"""Executions, evals and turns are exported as calls are; to standard output and compressed too."""

from __future__ import annotations

import csv
import dataclasses
import gzip
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from futureagi_simulate import Client, ConfigurationError
from futureagi_simulate.records import execution_record
from futureagi_simulate_cli import main
from futureagi_simulate_cli.export import Export, Source
from futureagi_simulate_mock import Mock

from .asking import job, records


def parts(mock: Mock, client: Client, what: str) -> list[dict[str, Any]]:
    name = "evals" if what == "evals" else "transcript"
    return [
        {"call_id": call.id, "position": position, **dataclasses.asdict(one)}
        for call in records(mock, client)
        for position, one in enumerate(getattr(call, name))
    ]


@pytest.mark.parametrize("what", ["evals", "turns"])
@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz", "csv", "parquet", "duckdb"])
def test_evals_and_turns_are_rows_of_their_own(
    mock: Mock, client: Client, tmp_path: Path, what: Any, ending: str
) -> None:
    expected = parts(mock, client, what)
    file = tmp_path / f"rows.{ending}"
    assert job(mock, file, what=what).run(client) == len(records(mock, client))
    assert len(expected) > 500
    if ending.startswith("jsonl"):
        text = gzip.decompress(file.read_bytes()) if ending.endswith("gz") else file.read_bytes()
        found = [json.loads(line) for line in text.splitlines()]
        assert found == json.loads(json.dumps(expected))
        return
    if ending == "csv":
        rows = list(csv.DictReader(io.StringIO(file.read_text())))
    elif ending == "parquet":
        rows = pq.read_table(file).to_pylist()
    else:
        with duckdb.connect(file, read_only=True) as database:
            assert database.sql("SHOW TABLES").fetchall() == [(what,)]
            rows = database.sql(f"SELECT * FROM {what}").to_arrow_table().to_pylist()
    assert [(row["call_id"], int(row["position"])) for row in rows] == [
        (row["call_id"], row["position"]) for row in expected
    ]
    text_of = "reason" if what == "evals" else "text"
    assert [row[text_of] or None for row in rows] == [row[text_of] or None for row in expected]


@pytest.mark.parametrize("ending", ["jsonl", "csv.gz", "parquet", "duckdb"])
def test_executions_are_exported_as_the_listing_has_them(
    mock: Mock, client: Client, tmp_path: Path, ending: str
) -> None:
    run_test = mock.ids.run_test_id
    expected = [execution_record(one, run_test_id=run_test) for one in client.list_test_executions(run_test)]
    file = tmp_path / f"executions.{ending}"
    source = Source(run_test_id=run_test, executions=True)
    assert Export(source, file, what="executions", page_size=5).run(client) == len(expected)
    if ending == "jsonl":
        found = [json.loads(line)["id"] for line in file.read_text().splitlines()]
    elif ending == "csv.gz":
        found = [
            row["id"] for row in csv.DictReader(io.StringIO(gzip.decompress(file.read_bytes()).decode()))
        ]
    elif ending == "parquet":
        table = pq.read_table(file)
        assert table["total_calls"].to_pylist() == [one.total_calls for one in expected]
        found = table["id"].to_pylist()
    else:
        with duckdb.connect(file, read_only=True) as database:
            found = [one for (one,) in database.sql("SELECT id FROM executions").fetchall()]
    assert found == [one.id for one in expected]


def test_since_leaves_out_executions_that_ended_before(mock: Mock, client: Client, tmp_path: Path) -> None:
    run_test = mock.ids.run_test_id
    every = [execution_record(one) for one in client.list_test_executions(run_test)]
    since = sorted(one.ended_at for one in every if one.ended_at)[len(every) // 2]
    late = [one.id for one in every if not one.ended_at or one.ended_at >= since]
    file = tmp_path / "executions.jsonl"
    source = Source(run_test_id=run_test, executions=True)
    Export(source, file, what="executions", since=since).run(client)
    assert [json.loads(line)["id"] for line in file.read_text().splitlines()] == late
    assert 0 < len(late) < len(every)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Any:
    with Mock() as mock, mock.serve() as server:
        for name, value in (
            ("FI_BASE_URL", server.base_url),
            ("FI_API_KEY", mock.api_key),
            ("FI_SECRET_KEY", mock.secret_key),
            ("FI_RUN_TEST_ID", mock.ids.run_test_id),
            ("NO_PROXY", "127.0.0.1"),
        ):
            monkeypatch.setenv(name, value)
        yield mock


def test_a_dash_is_standard_output_and_nothing_else_is_written_there(
    served: Mock, capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["export", "-", "--what", "executions"]) == 0
    written = capfdbinary.readouterr()
    rows = [json.loads(line) for line in written.out.splitlines()]
    assert len(rows) == len({row["id"] for row in rows}) > 10
    assert b"to standard output" in written.err
    assert list(tmp_path.iterdir()) == []
    assert main(["export", "-", "--format", "csv"]) == 0
    assert capfdbinary.readouterr().out.startswith(b"id,execution_id,")


def test_since_takes_a_duration_or_a_date(served: Mock, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    counts = []
    age = datetime.now(UTC) - served.clock.now()
    for since in (str(int(age.total_seconds()) + 24 * 3600), "2020-01-01", "100h"):
        assert main(["export", "-", "--since", since]) == 0
        counts.append(len(capfdbinary.readouterr().out.splitlines()))
    assert 0 < counts[0] < counts[1]
    assert timedelta(hours=100) < age
    assert counts[2] < counts[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["export", "calls.parquet.gz"], b"compressed already"),
        (["export", "-", "--format", "parquet"], b"can't be written to standard output"),
        (["export", "calls.csv", "--format", "csv"], b"for standard output"),
        (
            [
                "export",
                "x.csv",
                "--what",
                "executions",
                "--execution",
                "0" * 8 + "-0000-4000-8000-" + "0" * 12,
            ],
            b"run test",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    words: bytes,
) -> None:
    monkeypatch.setenv("FI_RUN_TEST_ID", "00000000-0000-4000-8000-000000000000")
    assert main(arguments) == 2
    assert words in capfdbinary.readouterr().err


def test_a_row_and_its_source_belong_together(tmp_path: Path) -> None:
    source = Source(run_test_id="00000000-0000-4000-8000-000000000000")
    with pytest.raises(ConfigurationError, match="no executions"):
        Export(source, tmp_path / "x.csv", what="executions")
