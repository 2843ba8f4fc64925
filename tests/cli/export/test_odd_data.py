"""Whatever a server sends can be written; JSON Lines keep it as it came."""

from __future__ import annotations

import csv
import json
import warnings
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from futureagi_simulate import ContractWarning
from futureagi_simulate.bodies import to_strict_json
from futureagi_simulate.records import CallRecord, EvalRecord, Turn, call_record
from futureagi_simulate_cli.export import to_arrow
from futureagi_simulate_cli.export.formats import Format, write
from futureagi_simulate_cli.export.source import Received
from futureagi_simulate_mock import Mock

from .asking import answered, job

FORMATS: list[Format] = ["parquet", "csv", "duckdb"]


def call(text: str, number: str = "1") -> bytes:
    """Make a call that holds `text`, written as in JSON, wherever a text can be."""
    output = f'{{"name": "{text}", "value": ["{text}"], "type": "choices", "reason": "{text}"}}'
    turn = f'{{"speaker_role": "{text}", "content": "{text}"}}'
    made = (
        f'{{"id": "1", "call_summary": "{text}", "overall_score": {number}, "transcript": [{turn}], '
        f'"eval_outputs": {{"{text}": {output}}}, "{text}": null}}'
    )
    return made.encode()


def written(folder: Path, form: Format, *lines: bytes, spreadsheet: bool = False) -> str:
    """Write calls, made JSON as the client does it, and give the file's content as text."""
    target = folder / f"calls.{form}"
    calls = [call_record(Received.of(to_strict_json(line)[0])) for line in lines]
    write(form, target, lambda: calls, spreadsheet=spreadsheet)
    if form == "parquet":
        return str(pq.read_table(target).to_pylist())
    if form == "csv":
        return target.read_text(encoding="utf-8")
    with duckdb.connect(target, read_only=True) as made:
        return str([made.sql(f"FROM {name}").fetchall() for name in ("calls", "evals", "turns")])


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("half", [r"\ud83d", r"\uDE00", r"\ud83d\n", r"\ud83d\ud83d", r"\ude00\ud83d"])
def test_half_of_a_surrogate_pair_becomes_the_replacement_character(
    tmp_path: Path, form: Format, half: str
) -> None:
    found = written(tmp_path, form, call(f"cut {half}"))
    assert "cut \ufffd" in found


@pytest.mark.parametrize("form", FORMATS)
def test_a_whole_pair_beside_a_half_stays(tmp_path: Path, form: Format) -> None:
    assert "\U0001f600 \ufffd é" in written(tmp_path, form, call(r"\ud83d\ude00 \ud83d é"))


@pytest.mark.parametrize("text", [r"\\ud83d", r"\\\\ud83d", r"\ud83d\ude00"])
def test_what_only_looks_like_half_of_a_pair_is_not_touched(text: str) -> None:
    line = call(text)
    assert Received.of(line).raw == json.loads(line)


def test_raw_stays_as_it_was_sent_but_for_what_json_does_not_have(tmp_path: Path) -> None:
    line = call(r"cut \ud83d")
    written(tmp_path, "parquet", line)
    (row,) = pq.read_table(tmp_path / "calls.parquet").to_pylist()
    assert row["raw"].encode() == line.replace(rb"\ud83d", rb"\ufffd")


@pytest.mark.parametrize("form", FORMATS)
def test_bytes_that_are_not_utf_8_become_replacement_characters(tmp_path: Path, form: Format) -> None:
    line = call("cut HERE").replace(b"HERE", b"\xff")
    assert "cut \ufffd" in written(tmp_path, form, line)


@pytest.mark.parametrize(
    ("number", "score"),
    [("9007199254740993", 9007199254740992.0), ("1" + "0" * 30, 1e30)],
)
@pytest.mark.parametrize("form", ["parquet", "csv", "duckdb"])
def test_a_number_beyond_a_double_becomes_the_nearest(
    tmp_path: Path, form: Format, number: str, score: float
) -> None:
    found = written(tmp_path, form, call("text", number))
    if form == "parquet":
        assert pq.read_table(tmp_path / "calls.parquet")["overall_score"].to_pylist() == [score]
    elif form == "csv":
        (row,) = csv.DictReader(found.splitlines())
        assert float(row["overall_score"]) == score
    else:
        assert str(score) in found


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" + "0" * 400])
def test_a_number_beyond_reckoning_is_none(tmp_path: Path, number: str) -> None:
    written(tmp_path, "parquet", call("text", number))
    assert pq.read_table(tmp_path / "calls.parquet")["overall_score"].to_pylist() == [None]


def test_records_at_hand_with_half_of_a_pair_make_a_table() -> None:
    value = "\ud83d"
    evals = (EvalRecord(value, name=value, choices=(value,), output=[value]),)
    record = CallRecord(value, summary=value, evals=evals, transcript=(Turn(value, value),))
    (row,) = to_arrow([record]).to_pylist()
    assert (row["id"], row["evals"][0]["choices"], row["transcript"][0]["text"]) == (
        "\ufffd",
        ["\ufffd"],
        "\ufffd",
    )


def test_a_table_of_a_whole_number_beyond_any_double_has_infinity() -> None:
    table = to_arrow([CallRecord("1", overall_score=10**400), CallRecord("2", overall_score=None)])
    assert table["overall_score"].to_pylist() == [float("inf"), None]


def table_of(folder: Path, *lines: bytes) -> Any:
    written(folder, "csv", *lines)
    return pa_csv.read_csv(folder / "calls.csv")


def test_an_eval_without_a_name_takes_the_columns_of_the_name_its_id_has_elsewhere(tmp_path: Path) -> None:
    table = table_of(
        tmp_path,
        b'{"id": "1", "eval_outputs": {"e1": {"type": "Pass/Fail", "value": true}}}',
        b'{"id": "2", "eval_outputs": {"e1": {"name": "Polite", "type": "Pass/Fail", "value": false}}}',
        b'{"id": "3", "eval_outputs": {"e2": {"type": "Pass/Fail", "value": true}}}',
    )
    assert [name for name in table.column_names if name.endswith(".passed")] == ["Polite.passed", "e2.passed"]
    assert table.column("Polite.passed").to_pylist() == [True, False, None]
    assert table.column("e2.passed").to_pylist() == [None, None, True]


def test_evals_of_one_name_on_one_call_are_in_columns_of_their_own(tmp_path: Path) -> None:
    passed, failed = (
        b'{"name": "Polite", "type": "Pass/Fail", "value": %s}' % word for word in (b"true", b"false")
    )
    table = table_of(
        tmp_path,
        b'{"id": "1", "eval_outputs": {"e1": %s, "e2": %s}}' % (passed, failed),
        b'{"id": "2", "eval_outputs": {"e3": %s}}' % passed,
    )
    assert table.column("Polite.passed").to_pylist() == [True, True]
    assert table.column("Polite (2).passed").to_pylist() == [False, None]


ACTIVE = ["=1+1", "+1", "-1", "@A1", r"\t=1", r"\r=1", r"\n=1", "\uff1d1"]


@pytest.mark.parametrize("text", ACTIVE)
def test_cells_that_a_spreadsheet_would_run_are_exact_unless_it_is_for_one(tmp_path: Path, text: str) -> None:
    value = json.loads(f'"{text}"')
    for spreadsheet in (False, True):
        written(tmp_path, "csv", call(text, "-5"), spreadsheet=spreadsheet)
        with open(tmp_path / "calls.csv", newline="", encoding="utf-8") as file:
            (row,) = csv.DictReader(file)
        shown = f"'{value}" if spreadsheet else value
        assert (row["summary"], row[f"{shown}.reason"], row[f"{shown}.choices"]) == (shown, shown, shown)
        assert row["overall_score"] == "-5"


def test_only_the_beginning_of_a_cell_counts(tmp_path: Path) -> None:
    assert "a=1|=2" in written(tmp_path, "csv", call("a=1|=2"), spreadsheet=True)
    assert "'a=1" not in (tmp_path / "calls.csv").read_text()


@pytest.mark.parametrize("form", ["jsonl", *FORMATS])
def test_rows_that_are_no_calls_are_rows_without_values(mock: Mock, tmp_path: Path, form: str) -> None:
    rows = [None, 3, "text", [1], {}, {"id": None}, {"id": 5}, None]

    def odd(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"count": len(rows), "next": None, "previous": None, "results": rows})

    with answered(mock, odd) as client, warnings.catch_warnings():
        warnings.simplefilter("ignore", ContractWarning)
        assert job(mock, tmp_path / f"calls.{form}").run(client) == len(rows)
    if form == "jsonl":
        assert [json.loads(line) for line in (tmp_path / "calls.jsonl").read_text().splitlines()] == rows
    if form == "parquet":
        table = pq.read_table(tmp_path / "calls.parquet")
        assert [json.loads(raw) for raw in table["raw"].to_pylist()] == rows
        assert set(table["id"].to_pylist()) == {""}
