"""The report's page, as a document."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode
from html.parser import HTMLParser

import attrs
import pytest

from futureagi_simulate.gate import Outcome
from futureagi_simulate.records import CallRecord, EvalRecord
from futureagi_simulate.report import build_page
from futureagi_simulate.report.content import BLOCK, by_scenario, embed, pack

from .material import HOSTILE, make_material

MEGABYTE = 1_000_000


class Elements(HTMLParser):
    """Notes every element, its attributes, and the text of scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] == "script" and self.scripts:
            self.scripts[-1] += data


@pytest.fixture(scope="module")
def page() -> str:
    return build_page(make_material())


def test_hostile_texts_add_no_element_and_no_handler(page: str) -> None:
    elements = Elements(page)
    blocks = -(-60 // BLOCK)
    assert len(elements.scripts) == 2 + blocks
    assert not {"iframe", "svg", "object", "embed", "base"} & {tag for tag, _ in elements.found}
    for tag, attributes in elements.found:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
        for name in ("href", "src", "srcset"):
            value = attributes.get(name) or "#"
            assert value.startswith(("#", "data:")), value[:50]


def test_the_policy_allows_its_own_script_and_style_only(page: str) -> None:
    policy = (
        next(a["content"] for tag, a in Elements(page).found if a.get("http-equiv") and tag == "meta") or ""
    )
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "http" not in policy


def test_every_text_of_a_call_is_in_the_page_unchanged() -> None:
    material = make_material(len(HOSTILE))
    found = Elements(build_page(material)).scripts
    rows = json.loads(found[0])["rows"]
    details = [one for block in found[1:-1] for one in json.loads(zlib.decompress(b64decode(block)))]
    for call, row, detail in zip(material.calls, rows, details, strict=True):
        assert row[7] == call.customer_name
        assert detail["summary"] == call.summary
        assert [turn[:2] for turn in detail["turns"]] == [
            [turn.speaker, turn.text] for turn in call.transcript
        ]


def test_the_failing_turn_is_marked() -> None:
    found = Elements(build_page(make_material(10))).scripts
    details = json.loads(zlib.decompress(b64decode(found[1])))
    assert details[0]["marked"] == [4]
    assert details[1]["marked"] == []


@pytest.mark.parametrize(("ready", "words"), [(True, "Ready to promote"), (False, "Not ready to promote")])
def test_the_verdict_stands_at_the_top(ready: bool, words: str) -> None:
    material = make_material(20, baseline=False, ready=ready)
    assert material.verdict.outcome is (Outcome.READY if ready else Outcome.BELOW)
    assert f'<h2 id="verdict">{words}</h2>' in build_page(material)


def test_a_baseline_adds_its_columns() -> None:
    assert "Baseline</th>" in build_page(make_material(20))
    assert "Baseline</th>" not in build_page(make_material(20, baseline=False))


def test_a_column_that_no_call_fills_is_left_out() -> None:
    material = make_material(5)
    bare = tuple(attrs.evolve(call, customer_name=None, started_at=None) for call in material.calls)
    table = json.loads(Elements(build_page(attrs.evolve(material, calls=bare))).scripts[0])
    keys = [column["key"] for column in table["columns"]]
    assert keys == ["id", "status", "scenario", "duration", "score", "failed"]
    assert {len(row) for row in table["rows"]} == {len(keys)}


def test_charts_come_for_light_and_dark_with_words_for_those_who_cannot_see_them(page: str) -> None:
    pictures = [attributes for tag, attributes in Elements(page).found if tag == "img"]
    assert [attributes["class"] for attributes in pictures] == ["light", "dark"] * 4
    assert all(len(attributes["alt"] or "") > 20 for attributes in pictures)


def test_an_execution_without_calls_or_evals_makes_a_page() -> None:
    from futureagi_simulate.gate import judge
    from futureagi_simulate.records import ExecutionRecord
    from futureagi_simulate.report import Material

    empty = ExecutionRecord(id="x", status="completed")
    assert "Nothing was evaluated." in build_page(Material(empty, judge(empty), ()))


def test_a_thousand_calls_fit_in_six_megabytes() -> None:
    assert len(build_page(make_material(1000)).encode()) < 6 * MEGABYTE


def test_scenarios_are_counted_from_the_calls_worst_first() -> None:
    def call(scenario: str, passed: bool | None) -> CallRecord:
        return CallRecord("i", scenario=scenario, evals=(EvalRecord("e", "Clear", passed=passed),))

    found = by_scenario([call("a", True), call("b", True), call("b", False), call("b", None)])
    assert found.evals == ("Clear",)
    assert [(name, cells[0].passed, cells[0].total) for name, cells in found.rows] == [
        ("b", 1, 2),
        ("a", 1, 1),
    ]


def test_embedded_json_cannot_end_its_script_element() -> None:
    assert "<" not in embed(HOSTILE)
    assert json.loads(embed(HOSTILE)) == list(HOSTILE)


def test_packed_blocks_hold_all_details_in_order() -> None:
    details = [{"n": number} for number in range(2 * BLOCK + 1)]
    unpacked = [json.loads(zlib.decompress(b64decode(block))) for block in pack(details)]
    assert [len(block) for block in unpacked] == [BLOCK, BLOCK, 1]
    assert [one for block in unpacked for one in block] == details
