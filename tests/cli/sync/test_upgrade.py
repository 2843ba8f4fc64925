"""Columns added since an older version stored rows are null there; what a newer version wrote is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from futureagi_simulate import ConfigurationError
from futureagi_simulate_cli.sync import tables
from futureagi_simulate_mock import Mock

from .keeping import require_equal, rows_of, run

ADDED = {"calls": "summary", "evals": "reason", "turns": "text"}
DESTINATIONS = pytest.mark.parametrize("name", ["calls", "calls.duckdb"])


def older(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write as a version did that lacked a column of each table that isn't written whole each time."""
    real = tables.schema_of

    def schema_of(name: str, **options: Any) -> pa.Schema:
        schema = real(name, **options)
        return schema.remove(schema.get_field_index(ADDED[name])) if name in ADDED else schema

    monkeypatch.setattr(tables, "schema_of", schema_of)
    monkeypatch.setattr(tables, "SCHEMA_VERSION", tables.SCHEMA_VERSION - 1)


def a_mock() -> tuple[Mock, str]:
    mock = Mock(profile="observed", executions=1, calls=1)
    run_test = mock.add_run_test("Kept")
    mock.add_execution(run_test, calls=5)
    mock.add_execution(run_test, calls=2)
    return mock, run_test


@DESTINATIONS
def test_columns_added_since_are_null_in_rows_stored_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    mock, run_test = a_mock()
    with monkeypatch.context() as patch:
        older(patch)
        run(mock, tmp_path / name, run_test)
    before = {table: rows_of(tmp_path / name, table) for table in ADDED}
    assert all(column not in row for table, column in ADDED.items() for row in before[table])
    run(mock, tmp_path / name, run_test)
    for table in ADDED:
        rows = rows_of(tmp_path / name, table)
        assert rows
        assert {row.pop(ADDED[table]) for row in rows} == {None}
        assert sorted(map(repr, map(sorted, map(dict.items, rows)))) == sorted(
            map(repr, map(sorted, map(dict.items, before[table])))
        )
    everything = [row["id"] for row in before["calls"]]
    for one in everything:
        mock.touch_call(one)
    assert run(mock, tmp_path / name, run_test).changed == len(everything)
    require_equal(tmp_path / name, mock, run_test, set())


@DESTINATIONS
def test_what_a_newer_version_wrote_is_refused_and_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    mock, run_test = a_mock()
    with monkeypatch.context() as patch:
        patch.setattr(tables, "SCHEMA_VERSION", tables.SCHEMA_VERSION + 1)
        run(mock, tmp_path / name, run_test)
    with pytest.raises(ConfigurationError, match="has schema version"):
        run(mock, tmp_path / name, run_test)
    assert len(rows_of(tmp_path / name, "calls")) == 7
