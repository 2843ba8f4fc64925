"""Each format holds every call, whole."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from futureagi_simulate import Client
from futureagi_simulate.export import CALLS, NESTED, database, to_arrow
from futureagi_simulate.export.files import LAYOUTS, Evals, Format, format_of, layout_of
from futureagi_simulate.mock import Mock

from .asking import content, job, records


def test_json_lines_hold_the_bytes_received(mock: Mock, client: Client, tmp_path: Path) -> None:
    count = job(mock, tmp_path / "calls.jsonl").run(client)
    sent = [call.raw_json for call in client.call_executions(mock.ids.run_test_id)]
    assert (tmp_path / "calls.jsonl").read_bytes().split(b"\n") == [*sent, b""]
    assert count == len(sent) > 100


def test_parquet_holds_every_record_in_the_fixed_schema(mock: Mock, client: Client, tmp_path: Path) -> None:
    job(mock, tmp_path / "calls.parquet").run(client)
    table = pq.read_table(tmp_path / "calls.parquet")
    expected = records(mock, client)
    assert table.schema.equals(NESTED)
    assert table.equals(to_arrow(expected))
    for row, record in zip(table.to_pylist(), expected, strict=True):
        assert (row["id"], row["raw"].encode()) == (record.id, record.raw_json)
        assert [one["passed"] for one in row["evals"]] == [one.passed for one in record.evals]
        assert [turn["text"] for turn in row["transcript"]] == [turn.text for turn in record.transcript]


def test_long_evals_are_one_row_each(mock: Mock, client: Client, tmp_path: Path) -> None:
    job(mock, tmp_path / "evals.parquet", evals="long").run(client)
    rows = pq.read_table(tmp_path / "evals.parquet").to_pylist()
    expected = [(call.id, one.id, one.score) for call in records(mock, client) for one in call.evals]
    assert [(row["call_id"], row["id"], row["score"]) for row in rows] == expected


def test_wide_evals_are_columns_in_csv(mock: Mock, client: Client, tmp_path: Path) -> None:
    job(mock, tmp_path / "calls.csv").run(client)
    with open(tmp_path / "calls.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    expected = records(mock, client)
    assert [row["id"] for row in rows] == [call.id for call in expected]
    words = {True: "true", False: "false", None: ""}
    for row, call in zip(rows, expected, strict=True):
        named = {one.name: one for one in call.evals}
        said = named["Coherence"].passed if "Coherence" in named else None
        assert row["Coherence.passed"] == words[said]


def test_duckdb_answers_questions_over_three_tables(mock: Mock, client: Client, tmp_path: Path) -> None:
    job(mock, tmp_path / "calls.duckdb").run(client)
    expected = records(mock, client)
    with duckdb.connect(tmp_path / "calls.duckdb", read_only=True) as database:
        counts = [
            database.sql(f"SELECT count(*) FROM {name}").fetchall()[0][0]
            for name in ("calls", "evals", "turns")
        ]
    assert counts == [
        len(expected),
        sum(len(call.evals) for call in expected),
        sum(len(call.transcript) for call in expected),
    ]


def test_calls_too_large_for_little_memory_are_loaded_with_more(
    mock: Mock, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Mapping[str, Any]] = []
    load = database._load

    def note(made: Path, target: Path, limits: Mapping[str, Any]) -> None:
        asked.append(limits)
        load(made, target, limits)

    monkeypatch.setattr(database, "_FRUGAL", {"memory_limit": "1MB"})
    monkeypatch.setattr(database, "_load", note)
    job(mock, tmp_path / "it's calls.duckdb").run(client)
    assert asked == [{"memory_limit": "1MB"}, {}]
    with duckdb.connect(tmp_path / "it's calls.duckdb", read_only=True) as made:
        assert made.sql("SELECT count(*) FROM calls").fetchall() == [(len(records(mock, client)),)]
    assert [path.name for path in tmp_path.iterdir()] == ["it's calls.duckdb"]


def test_frames_come_through_arrow(mock: Mock, client: Client) -> None:
    polars = pytest.importorskip("polars", reason="polars is the user's choice, not an extra")
    expected = records(mock, client)
    frame = polars.from_arrow(to_arrow(expected))
    assert frame["id"].to_list() == [call.id for call in expected]


def test_the_schemas_of_calls_agree() -> None:
    nested = [field for field in NESTED if not pa.types.is_list(field.type)]
    assert nested == list(CALLS)


def test_formats_and_layouts_are_those_of_the_types() -> None:
    assert {format_of(Path(f"x.{name}")) for name in get_args(Format)} == set(get_args(Format))
    assert [layout_of(name) for name in get_args(Evals)] == list(get_args(Evals))
    assert set(LAYOUTS) == set(get_args(Format))


@pytest.mark.parametrize(("form", "layouts"), LAYOUTS.items())
def test_without_a_word_a_format_takes_its_first_layout(
    mock: Mock, client: Client, tmp_path: Path, form: Format, layouts: tuple[Evals, ...]
) -> None:
    unsaid, said = tmp_path / f"unsaid.{form}", tmp_path / f"said.{form}"
    job(mock, unsaid).run(client)
    job(mock, said, evals=layouts[0]).run(client)
    assert content(unsaid) == content(said)
