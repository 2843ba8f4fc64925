"""Recordings lose ids and texts, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tools.recorded import anonymised, main, words

ID = "7f0c2a52-3a40-4b35-9d8f-3d2f5a0f9b11"
ROW = {
    "id": ID,
    "status": "completed",
    "scenario": "Late Delivery, zurück 電話",
    "duration": 12.5,
    "ended_reason": None,
    "timestamp": "2026-03-21T11:48:00Z",
    "eval_outputs": {ID: {"name": "Politeness", "output": "Passed", "reason": "Was kind to Ms Ortiz."}},
    "phone_number": "+4915200000123",
}
EXCHANGE: dict[str, Any] = {
    "id": "001-te",
    "note": "a remark",
    "request": {
        "method": "GET",
        "path": f"/simulate/test-executions/{ID}/",
        "query": "limit=2&search=delivery",
        "headers": {},
    },
    "response": {
        "status": 200,
        "headers": {"content-type": "application/json"},
        "body": {"count": 1, "results": [ROW]},
    },
}


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {len(key) if "-" in key else key: shape(inner) for key, inner in value.items()}
    return [shape(inner) for inner in value] if isinstance(value, list) else type(value)


def test_ids_and_texts_are_replaced_and_everything_else_stays() -> None:
    made = anonymised(EXCHANGE)
    row = made["response"]["body"]["results"][0]
    assert shape(made["response"]) == shape(EXCHANGE["response"])
    assert {name: row[name] for name in ("status", "duration", "ended_reason", "timestamp")} == {
        name: ROW[name] for name in ("status", "duration", "ended_reason", "timestamp")
    }
    assert row["id"] in made["request"]["path"]
    assert row["eval_outputs"][row["id"]]["output"] == "Passed"
    told = json.dumps(made, ensure_ascii=False)
    assert not [
        text
        for text in (ID, "Delivery", "zurück", "電話", "kind", "Ortiz", "4915200000123", "remark")
        if text in told
    ]


def test_a_search_still_finds_what_it_found() -> None:
    made = anonymised(EXCHANGE)
    word = unquote(made["request"]["query"].rpartition("=")[2])
    assert word in made["response"]["body"]["results"][0]["scenario"].lower()


def test_the_text_of_an_error_is_a_placeholder_that_keeps_a_leak() -> None:
    body = {"detail": "Failed to read: invalid literal for int() with base 10: ''", "code": "server_error"}
    made = anonymised({**EXCHANGE, "response": {"status": 500, "headers": {}, "body": body}})["response"][
        "body"
    ]
    assert made["code"] == "server_error"
    assert made["detail"].startswith("Error text ")
    assert made["detail"].endswith(": invalid literal for int")


def test_the_same_word_becomes_the_same_word() -> None:
    assert (
        words("Late delivery, LATE Delivery").lower()
        == f"{words('late')} {words('delivery')}, " + f"{words('late')} {words('delivery')}"
    )


def test_the_committed_recordings_are_what_the_tool_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run the tool on one exchange, and on the originals where they are beside the checkout."""
    (tmp_path / "tests" / "recorded").mkdir(parents=True)
    (tmp_path / "exchanges.jsonl").write_text(json.dumps(EXCHANGE) + "\n", encoding="utf-8")
    (tmp_path / "second.jsonl").write_text("", encoding="utf-8")
    (tmp_path / "shapes.txt").write_text(
        "1 rows\n   id  1/1  {'str': 1}  e.g. \"secret text\"\n", encoding="utf-8"
    )
    (tmp_path / "filters.tsv").write_text(
        f'column\ttype\top\tvalue\tstatus\tcount\tmessages\nid\ttext\tin\t["{ID}"]\t400\t\tSecret text\n',
        encoding="utf-8",
    )
    monkeypatch.setattr("tools.recorded.ROOT", tmp_path)
    made = tmp_path / "tests" / "recorded"
    assert main([str(tmp_path)]) == 0
    assert (made / "shapes.txt").read_text("utf-8") == "1 rows\n   id  1/1  {'str': 1}\n"
    assert "ecret" not in (made / "filters.tsv").read_text("utf-8")
    root = Path(__file__).parents[2]
    originals = root.parent / "shared" / "recorded"
    if originals.is_dir():
        assert main([str(originals)]) == 0
        for name in ("exchanges.jsonl.xz", "shapes.txt", "filters.tsv"):
            assert (made / name).read_bytes() == (root / "tests" / "recorded" / name).read_bytes()
