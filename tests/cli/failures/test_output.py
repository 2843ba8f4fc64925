from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import futureagi_simulate_cli.failures as package
from futureagi_simulate.records import CallRecord, EvalRecord
from futureagi_simulate_cli.failures import SCHEMA, Cluster, Criteria, failed_call, lines
from futureagi_simulate_cli.failures.collect import read_clusters
from futureagi_simulate_cli.gate.settings import Threshold

from .samples import call, chosen, scored, verdict

SCHEMA_FILE = Path(package.__file__ or "").with_name("failure.schema.json")


@pytest.fixture
def validator() -> Any:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def test_a_line_per_failed_eval_each_complete_in_itself() -> None:
    failed = failed_call(call(verdict("A", False, "Charged twice."), verdict("B", False)), Criteria())
    assert failed is not None
    first, second = lines(failed)
    assert (first["eval"]["name"], second["eval"]["name"]) == ("A", "B")
    assert first["turn"] == {"index": 1, "found_by": "words"}
    assert first["transcript"] == second["transcript"]
    assert first["started_at"] == "2026-03-23T17:00:00+00:00"


def test_a_line_names_the_clusters_of_its_call_and_eval() -> None:
    failed = failed_call(call(verdict("A", False), verdict("B", False)), Criteria())
    assert failed is not None
    clusters = [Cluster("A", "Mine", "why", ("c1",)), Cluster("A", "Other", "", ("c2",))]
    first, second = lines(failed, clusters)
    assert first["clusters"] == [{"name": "Mine", "description": "why"}]
    assert second["clusters"] == []


def test_every_line_fits_the_published_schema(validator: Any) -> None:
    demands = Criteria((Threshold("*", 50),), {"Tone": ("calm",)})
    bare = CallRecord(id="c2", evals=(EvalRecord("x", passed=False),))
    for one in (call(verdict("A", False), scored("S", 3), chosen("Tone", "angry")), bare):
        failed = failed_call(one, demands)
        assert failed is not None
        for line in lines(failed):
            validator.validate(json.loads(json.dumps(line)))
            assert line["schema"] == SCHEMA
            assert set(line) == set(validator.schema["properties"])


@pytest.mark.parametrize("nothing", [None, {}, [], "pending", {"Tone": None}, {"Tone": ["text"]}])
def test_a_missing_explanation_has_no_clusters(nothing: Any) -> None:
    assert read_clusters(nothing) == ()


def test_clusters_are_read_whatever_words_they_come_in() -> None:
    found = read_clusters(
        {
            "Tone": [],
            "Coherence": [
                {"cluster_name": "A", "description": "why", "call_execution_ids": ["c1", 2]},
                {"kind": "failure", "theme": "B", "evidenceSummary": "how"},
                {"theme": "C", "evidence_summary": "seen", "member_ids": ["c3"]},
                {},
            ],
        }
    )
    assert [(c.eval_name, c.name, c.description, c.call_ids) for c in found] == [
        ("Coherence", "A", "why", ("c1",)),
        ("Coherence", "B", "how", ()),
        ("Coherence", "C", "seen", ("c3",)),
        ("Coherence", "Unnamed cluster", "", ()),
    ]
