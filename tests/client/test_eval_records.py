"""Evals of calls: one record for the stored form and for the displayed one."""

from __future__ import annotations

from typing import Any

import pytest

from futureagi_simulate.records import eval_record, eval_records


@pytest.mark.parametrize(
    ("entry", "kind", "status", "passed", "score", "choices"),
    [
        ({"value": True, "type": "Pass/Fail"}, "pass_fail", "completed", True, None, ()),
        ({"value": "passed", "type": "Pass/Fail"}, "pass_fail", "completed", True, None, ()),
        ({"output": "FAILED", "output_type": "Pass/Fail"}, "pass_fail", "completed", False, None, ()),
        ({"output": "maybe", "output_type": "Pass/Fail"}, "pass_fail", "completed", None, None, ()),
        ({"output": True}, "pass_fail", "completed", True, None, ()),
        ({"output": 0.5}, None, "completed", None, None, ()),
        ({"output": 0, "output_type": "score"}, "score", "completed", None, 0, ()),
        ({"output": 1.0, "output_type": "score"}, "score", "completed", None, 100, ()),
        ({"output": 73.5, "output_type": "score"}, "score", "completed", None, 73.5, ()),
        ({"output": "0.5", "output_type": "score"}, "score", "completed", None, None, ()),
        ({"output": 5, "output_type": "numeric"}, None, "completed", None, None, ()),
        ({"output": "calm", "output_type": "choices"}, "choices", "completed", None, None, ("calm",)),
        ({"output": ["calm"], "output_type": "choices"}, "choices", "completed", None, None, ("calm",)),
        (
            {"output": {"choice": "calm"}, "output_type": "choices"},
            "choices",
            "completed",
            None,
            None,
            ("calm",),
        ),
        (
            {"value": None, "type": "score", "error": True, "status": "error"},
            "score",
            "error",
            None,
            None,
            (),
        ),
        ({"output": None, "output_type": "score", "error": "error"}, "score", "error", None, None, ()),
        (
            {"output": None, "output_type": "Pass/Fail", "skipped": True},
            "pass_fail",
            "skipped",
            None,
            None,
            (),
        ),
        ({"status": "pending"}, None, "pending", None, None, ()),
        ({}, None, "pending", None, None, ()),
    ],
)
def test_an_eval_is_read_from_either_form(
    entry: dict[str, Any],
    kind: str | None,
    status: str,
    passed: bool | None,
    score: float | None,
    choices: tuple[str, ...],
) -> None:
    record = eval_record("x", entry)
    assert (record.kind, record.status, record.passed, record.score, record.choices) == (
        kind,
        status,
        passed,
        score,
        choices,
    )


def test_names_that_are_missing_come_from_the_metrics_beside() -> None:
    (record,) = eval_records({"x": {"output": "Passed"}}, {"x": {"name": "Tone"}})
    assert (record.id, record.name, record.passed) == ("x", "Tone", True)
