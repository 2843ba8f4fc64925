"""The command `fi-simulate sync`: what it prints, its options, and what it refuses."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import duckdb
import pandas
import polars
import pytest

from futureagi_simulate import FutureAGIWarning
from futureagi_simulate_cli.sync import sync
from futureagi_simulate_mock import Mock, ids

from ..conftest import Run
from .keeping import client_of, listed, rows_of
from .keeping import run as synced


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.parametrize("name", ["calls", "calls.duckdb"])
@pytest.mark.usefixtures("server")
def test_the_first_sync_reads_everything_and_the_second_finds_no_change(
    tmp_path: Path, run: Run, name: str
) -> None:
    first = run("sync", name, "--run-test", ids.RUN_TEST_ID)
    assert (first.code, first.out) == (0, "")
    count = len(rows_of(tmp_path / name, "calls"))
    assert count > 100
    of = f"{count} calls of {len(rows_of(tmp_path / name, 'executions'))} executions."
    assert f"{name}: {count} new, 0 changed, 0 vanished; {of}" in first.err
    second = run("sync", name)
    assert second.code == 0
    assert f"{name}: 0 new, 0 changed, 0 vanished; {of}" in second.err
    full = run("sync", name, "--full", "--page-size", "50", "--prefetch", "2")
    assert f"0 new, 0 changed, 0 vanished; {of} " in full.err


@pytest.mark.parametrize("name", ["calls", "calls.duckdb"])
@pytest.mark.usefixtures("server")
def test_a_dry_run_sends_and_writes_nothing(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    address = os.environ["FI_BASE_URL"]
    monkeypatch.setenv("FI_BASE_URL", "http://127.0.0.1:9")
    before = run("sync", name, "--run-test", ids.RUN_TEST_ID, "--dry-run")
    assert before.code == 0
    assert "GET call-executions: every page, as nothing is stored yet\n" in before.out
    assert files_in(tmp_path) == []
    monkeypatch.setenv("FI_BASE_URL", address)
    assert run("sync", name, "--run-test", ids.RUN_TEST_ID).code == 0
    monkeypatch.setenv("FI_BASE_URL", "http://127.0.0.1:9")
    kept = files_in(tmp_path)
    after = run("sync", name, "--dry-run")
    assert after.code == 0
    assert f"{len(rows_of(tmp_path / name, 'calls'))} calls are stored" in after.out
    asked = after.out.splitlines()
    unfinished = {line.split()[3].rstrip(",") for line in asked if line.startswith("GET runs")}
    assert unfinished
    assert unfinished < {row["id"] for row in rows_of(tmp_path / name, "executions")}
    assert files_in(tmp_path) == kept


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["calls", "--since", "soon"], 'The time "soon" can\'t be read.'),
        (["calls", "--run-test", "first"], "isn't a UUID"),
        (["missing/calls"], "there is no folder missing"),
        (["taken"], "it holds something else"),
        (["taken/file"], "it is a file"),
        (["made.duckdb"], "it was not made by a sync"),
    ],
)
@pytest.mark.usefixtures("server")
def test_what_cannot_be_used_is_wrong_usage_and_leaves_nothing_behind(
    tmp_path: Path, run: Run, arguments: list[str], said: str
) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken/file").touch()
    (tmp_path / "made.duckdb").touch()
    kept = files_in(tmp_path)
    ran = run("sync", *arguments)
    assert ran.code == 2
    assert said in ran.err
    assert files_in(tmp_path) == kept


@pytest.mark.usefixtures("server")
def test_a_destination_holds_one_run_test(run: Run, tmp_path: Path) -> None:
    assert run("sync", "calls", "--run-test", ids.RUN_TEST_ID).code == 0
    ran = run("sync", "calls", "--run-test", ids.TEST_EXECUTION_ID)
    assert ran.code == 2
    assert f"calls holds run test {ids.RUN_TEST_ID} of http" in ran.err


@pytest.mark.parametrize("name", ["calls", "calls.duckdb"])
def test_since_bounds_how_far_back_a_first_sync_reads(tmp_path: Path, name: str) -> None:
    mock = Mock(profile="observed", executions=1, calls=1)
    run_test = mock.add_run_test("Long")
    mock.add_execution(run_test, calls=40)
    number = next(one.number for one in mock._store.catalogue.run_tests.values() if one.id == run_test)
    rows = [one.id for one in mock._store.calls.values() if one.run_test == number]
    for one in rows:
        mock.touch_call(one)
    mock.clock.advance(timedelta(days=30).total_seconds())
    since = mock.clock.now() - timedelta(hours=24)
    for one in rows[:6]:
        mock.touch_call(one)
    result = synced(mock, tmp_path / name, run_test, since=since)
    stored = {row["id"] for row in rows_of(tmp_path / name, "calls")}
    assert set(rows[:6]) <= stored
    assert len(stored) == result.calls <= 12  # the page that is wholly older is the last
    again = synced(mock, tmp_path / name, run_test)
    assert again.new == again.changed == 0


def test_where_calls_have_no_time_of_update_since_has_no_effect_and_that_is_said(tmp_path: Path) -> None:
    mock = Mock(profile="documented", executions=1, calls=1)
    run_test = mock.add_run_test("Long")
    mock.add_execution(run_test, calls=9)
    with pytest.warns(FutureAGIWarning, match="since has no effect"):
        result = synced(mock, tmp_path / "calls", run_test, since=mock.clock.now())
    assert result.calls == 9


def test_stored_rows_open_in_pandas_polars_and_duckdb(tmp_path: Path) -> None:
    mock = Mock()
    run_test = mock.ids.run_test_id
    with client_of(mock) as client:
        result = sync(client, tmp_path / "calls", run_test_id=run_test)
        into = sync(client, tmp_path / "calls.duckdb", run_test_id=run_test)
    assert into.current == tmp_path / "calls.duckdb"
    expected = {(one, row["execution_id"]) for one, row in listed(mock, run_test).items()}
    tables = result.current.resolve()
    for name in ("calls", "evals", "turns"):
        files = f"{tables}/{name}/*/*.parquet"
        frames = [
            polars.read_parquet(files, hive_partitioning=True),
            polars.from_arrow(duckdb.sql(f"SELECT * FROM read_parquet('{files}')").to_arrow_table()),
            polars.from_pandas(pandas.read_parquet(tables / name)),
        ]
        with duckdb.connect(into.current, read_only=True) as database:
            frames.append(polars.from_arrow(database.sql(f"SELECT * FROM {name}").to_arrow_table()))
        keys = ["id"] if name == "calls" else ["call_id", "position"]
        rows = [
            frame.select(*keys, polars.col("execution_id").cast(polars.String).fill_null("unknown"))
            for frame in frames
        ]
        assert all(frame.sort(keys).equals(rows[0].sort(keys)) for frame in rows)
        if name == "calls":
            assert {(a, None if b == "unknown" else b) for a, b in rows[0].rows()} == expected
