"""Each format holds every call, whole."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from futureagi_simulate import Client
from futureagi_simulate.records import CallRecord, EvalRecord, Turn
from futureagi_simulate_cli.export import NESTED, columns, to_arrow
from futureagi_simulate_cli.export.formats import Format, format_of
from futureagi_simulate_mock import Mock

from .asking import TABLES, job, records


def test_json_lines_hold_the_bytes_received(mock: Mock, client: Client, tmp_path: Path) -> None:
    count = job(mock, tmp_path / "calls.jsonl").run(client)
    sent = [call.raw_json for call in client.list_call_executions(mock.ids.run_test_id)]
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
    asked: list[dict[str, Any]] = []
    load = columns._load

    def note(parquet: Path, made: Path, limits: dict[str, Any], *more: Any) -> None:
        asked.append(limits)
        load(parquet, made, {"memory_limit": "1MB"} if limits else {}, *more)

    monkeypatch.setattr(columns, "_load", note)
    job(mock, tmp_path / "it's calls.duckdb").run(client)
    assert [bool(limits) for limits in asked] == [True, False]
    with duckdb.connect(tmp_path / "it's calls.duckdb", read_only=True) as made:
        assert made.sql("SELECT count(*) FROM calls").fetchall() == [(len(records(mock, client)),)]
    assert [path.name for path in tmp_path.iterdir()] == ["it's calls.duckdb"]


def test_frames_come_through_arrow(mock: Mock, client: Client) -> None:
    polars = pytest.importorskip("polars", reason="polars is the user's choice, not an extra")
    expected = records(mock, client)
    frame = polars.from_arrow(to_arrow(expected))
    assert frame["id"].to_list() == [call.id for call in expected]


def test_the_columns_are_these() -> None:
    texts = "id execution_id status kind direction scenario scenario_id customer_name phone_number"
    texts += " summary ended_reason rerun_type original_call_id session_id provider raw"
    numbers = "duration_s overall_score agent_latency_s response_time_s cost_cents"
    expected = dict.fromkeys(texts.split(), "string") | dict.fromkeys(numbers.split(), "double")
    times = ("started_at", "ended_at", "created_at", "updated_at")
    expected |= dict.fromkeys(times, "timestamp[us, tz=UTC]") | {"is_snapshot": "bool"}
    expected["evals"] = (
        "list<item: struct<id: string, name: string, kind: string, passed: bool, score: double, "
        "choices: list<item: string>, reason: string, status: string, output: string>>"
    )
    expected["transcript"] = (
        "list<item: struct<speaker: string, text: string, start_s: double, end_s: double>>"
    )
    assert {field.name: str(field.type) for field in NESTED} == expected


def test_tables_of_duckdb_have_the_columns_of_the_records(mock: Mock, client: Client, tmp_path: Path) -> None:
    job(mock, tmp_path / "calls.duckdb").run(client)
    with duckdb.connect(tmp_path / "calls.duckdb", read_only=True) as made:
        calls, evals, turns = (made.sql(f"FROM {name}") for name in TABLES)
        assert calls.columns == [f.name for f in NESTED if not pa.types.is_list(f.type)]
        assert dict(zip(evals.columns, map(str, evals.types), strict=True)) == {
            **{
                "call_id": "VARCHAR",
                "position": "INTEGER",
                "id": "VARCHAR",
                "name": "VARCHAR",
                "kind": "VARCHAR",
            },
            **{"passed": "BOOLEAN", "score": "DOUBLE", "choices": "VARCHAR[]"},
            **{"reason": "VARCHAR", "status": "VARCHAR", "output": "VARCHAR"},
        }
        found, named = turns.fetchall(), turns.columns
    said = [
        (call.id, place, turn.speaker, turn.text, turn.start_s, turn.end_s)
        for call in records(mock, client)
        for place, turn in enumerate(call.transcript)
    ]
    assert named == ["call_id", "position", "speaker", "text", "start_s", "end_s"]
    assert found == said


def test_formats_are_those_of_the_type() -> None:
    assert {format_of(Path(f"x.{name}")) for name in get_args(Format)} == set(get_args(Format))


def test_a_table_has_each_value_of_each_record() -> None:
    """Arrays are built from buffers; pyarrow's own conversion of the same values is the measure."""
    time = datetime(2026, 3, 1, 12, 30, 0, 123456, tzinfo=UTC)
    evals = (
        EvalRecord("e1", "Pölite", "pass_fail", passed=False, choices=("a", "", "b"), output=[1, None, "ü"]),
        EvalRecord("e2", score=0.1, reason="", output=False),
    )
    early = datetime(1, 1, 1, tzinfo=UTC)
    every = [
        CallRecord(
            "1", started_at=time, created_at=early, duration_s=3, evals=evals, raw_json=b'{"id": "1"}'
        ),
        CallRecord("", overall_score=-0.0, is_snapshot=True, transcript=(Turn("agent", "hi", 0.5),)),
        *(CallRecord(str(number), kind="voice", summary="\U0001f600" * number) for number in range(300)),
    ]
    plain = []
    for call in every:
        row = asdict(call)
        row["raw"] = row.pop("raw_json").decode()
        for one, record in zip(row["evals"], call.evals, strict=True):
            one["output"] = None if record.output is None else json.dumps(record.output, ensure_ascii=False)
        plain.append(row)
    table = to_arrow(every)
    table.validate(full=True)
    assert str(table.to_pylist()) == str(pa.Table.from_pylist(plain, schema=NESTED).to_pylist())
    assert to_arrow([]).num_rows == 0
