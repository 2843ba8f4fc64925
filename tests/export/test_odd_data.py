"""Whatever a server sends can be written; JSON Lines keep it as it came."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from futureagi_simulate.export import to_arrow
from futureagi_simulate.export.conversion import Conversion
from futureagi_simulate.export.files import LAYOUTS, Evals, Format
from futureagi_simulate.export.received import Received
from futureagi_simulate.records import CallRecord, EvalRecord, Turn
from futureagi_simulate.transport.nearly import readable

BOTH: list[tuple[Format, Evals]] = [
    ("parquet", "nested"),
    ("parquet", "long"),
    ("parquet", "wide"),
    ("csv", "wide"),
    ("csv", "long"),
    ("duckdb", "long"),
]


def call(text: str, number: str = "1") -> bytes:
    """Make a call that holds `text`, written as in JSON, wherever a text can be."""
    output = f'{{"name": "{text}", "value": ["{text}"], "type": "choices", "reason": "{text}"}}'
    turn = f'{{"speaker_role": "{text}", "content": "{text}"}}'
    made = (
        f'{{"id": "1", "call_summary": "{text}", "overall_score": {number}, "transcript": [{turn}], '
        f'"eval_outputs": {{"{text}": {output}}}, "{text}": null}}'
    )
    return made.encode()


def written(folder: Path, form: Format, evals: Evals, line: bytes) -> str:
    """Convert a call, made JSON as the client does it, and give the file's content as text."""
    conversion, target = Conversion(folder / "made", form, evals, None), folder / f"calls.{form}"
    conversion.run(lambda: [readable(line)[0]])
    conversion.publish(target)
    if form == "parquet":
        return str(pq.read_table(target).to_pylist())
    if form == "csv":
        return target.read_text(encoding="utf-8")
    with duckdb.connect(target, read_only=True) as made:
        return str([made.sql(f"FROM {name}").fetchall() for name in ("calls", "evals", "turns")])


@pytest.mark.parametrize(("form", "evals"), BOTH)
@pytest.mark.parametrize("half", [r"\ud83d", r"\uDE00", r"\ud83d\n", r"\ud83d\ud83d", r"\ude00\ud83d"])
def test_half_of_a_surrogate_pair_becomes_the_replacement_character(
    tmp_path: Path, form: Format, evals: Evals, half: str
) -> None:
    found = written(tmp_path, form, evals, call(f"cut {half}"))
    assert "cut \ufffd" in found


@pytest.mark.parametrize(("form", "evals"), BOTH)
def test_a_whole_pair_beside_a_half_stays(tmp_path: Path, form: Format, evals: Evals) -> None:
    assert "\U0001f600 \ufffd é" in written(tmp_path, form, evals, call(r"\ud83d\ude00 \ud83d é"))


@pytest.mark.parametrize("text", [r"\\ud83d", r"\\\\ud83d", r"\ud83d\ude00"])
def test_what_only_looks_like_half_of_a_pair_is_not_touched(text: str) -> None:
    line = call(text)
    assert Received.of(line).raw == json.loads(line)


def test_raw_stays_as_it_was_sent_but_for_what_json_does_not_have(tmp_path: Path) -> None:
    line = call(r"cut \ud83d")
    written(tmp_path, "parquet", "nested", line)
    (row,) = pq.read_table(tmp_path / "calls.parquet").to_pylist()
    assert row["raw"].encode() == line.replace(rb"\ud83d", rb"\ufffd")


@pytest.mark.parametrize(("form", "evals"), BOTH)
def test_bytes_that_are_not_utf_8_become_replacement_characters(
    tmp_path: Path, form: Format, evals: Evals
) -> None:
    line = call("cut HERE").replace(b"HERE", b"\xff")
    assert "cut \ufffd" in written(tmp_path, form, evals, line)


@pytest.mark.parametrize(
    ("number", "score"),
    [("9007199254740993", 9007199254740992.0), ("1" + "0" * 30, 1e30)],
)
@pytest.mark.parametrize("form", ["parquet", "csv", "duckdb"])
def test_a_number_beyond_a_double_becomes_the_nearest(
    tmp_path: Path, form: Format, number: str, score: float
) -> None:
    found = written(tmp_path, form, LAYOUTS[form][0], call("text", number))
    if form == "parquet":
        assert pq.read_table(tmp_path / "calls.parquet")["overall_score"].to_pylist() == [score]
    elif form == "csv":
        (row,) = csv.DictReader(found.splitlines())
        assert float(row["overall_score"]) == score
    else:
        assert str(score) in found


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" + "0" * 400])
def test_a_number_beyond_reckoning_is_none(tmp_path: Path, number: str) -> None:
    written(tmp_path, "parquet", "nested", call("text", number))
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


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_an_eval_without_a_name_takes_the_columns_of_the_name_its_id_has_elsewhere(
    tmp_path: Path, form: Format
) -> None:
    lines = [
        b'{"id": "1", "eval_outputs": {"e1": {"type": "Pass/Fail", "value": true}}}',
        b'{"id": "2", "eval_outputs": {"e1": {"name": "Polite", "type": "Pass/Fail", "value": false}}}',
        b'{"id": "3", "eval_outputs": {"e2": {"type": "Pass/Fail", "value": true}}}',
    ]
    made = Conversion(tmp_path / "made", form, "wide", None)
    made.run(lambda: lines)
    table = pa_csv.read_csv(made.made) if form == "csv" else pq.read_table(made.made)
    assert [name for name in table.column_names if name.endswith(".passed")] == ["Polite.passed", "e2.passed"]
    assert table.column("Polite.passed").to_pylist() == [True, False, None]
    assert table.column("e2.passed").to_pylist() == [None, None, True]
