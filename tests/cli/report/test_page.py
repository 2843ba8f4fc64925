"""The report's page, as a document."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zlib
from base64 import b64decode
from dataclasses import replace
from html import escape, unescape
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from futureagi_simulate.records import CallRecord, EvalRecord, EvalSummary, ExecutionRecord, Turn
from futureagi_simulate_cli.comparison import compare
from futureagi_simulate_cli.comparison.core import played_of
from futureagi_simulate_cli.comparison.render import as_json
from futureagi_simulate_cli.failures.collect import Cluster
from futureagi_simulate_cli.gate import Outcome, Settings, Verdict, evaluate
from futureagi_simulate_cli.gate.render import as_json as gate_as_json
from futureagi_simulate_cli.report import Material, build_page, charts
from futureagi_simulate_cli.report.content import BLOCK, by_scenario, embed, pack
from tools import power

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
    calls = {call.id: call for call in material.calls}
    for row, detail in zip(rows, details, strict=True):
        call = calls[row[0]]
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
    bare = tuple(replace(call, customer_name=None, started_at=None) for call in material.calls)
    table = json.loads(Elements(build_page(attrs.evolve(material, calls=bare))).scripts[0])
    keys = [column["key"] for column in table["columns"]]
    assert keys == ["id", "status", "scenario", "duration", "score", "failed"]
    assert {len(row) for row in table["rows"]} == {len(keys)}


def test_charts_come_for_light_and_dark_with_words_for_those_who_cannot_see_them(page: str) -> None:
    pictures = [attributes for tag, attributes in Elements(page).found if tag == "img"]
    assert [attributes["class"] for attributes in pictures] == ["light", "dark"] * 4
    assert all(len(attributes["alt"] or "") > 20 for attributes in pictures)


def test_an_execution_without_calls_or_evals_makes_a_page() -> None:
    empty = ExecutionRecord(id="x", status="completed")
    assert "Nothing was evaluated." in build_page(Material(empty, evaluate(empty), ()))


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


def test_the_page_puts_what_the_server_sent_in_as_text_only() -> None:
    script = (files("futureagi_simulate_cli.report") / "assets" / "report.js").read_text("utf-8")
    code = re.sub(r"//.*", "", script)
    sinks = r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Function\(|setHTML|parseFrom|srcdoc"
    assert re.findall(sinks, code) == []
    assert "textContent" in code


def odd_verdict(names: list[str], values: list[Any]) -> Verdict:
    evals = [
        EvalSummary(f"e{place}", name, "score", average=values[place % len(values)], total=3)
        for place, name in enumerate(names)
    ]
    execution = ExecutionRecord(id="x", status="completed", total_calls=3, evals=tuple(evals))
    verdict = evaluate(execution)
    measured = zip(verdict.measures, values * len(names), strict=False)
    return attrs.evolve(verdict, measures=tuple(replace(one, value=value) for one, value in measured))


ODD_NAMES = [
    *("".join(map(chr, range(start, start + 16))) for start in range(0, 0xA0, 16)),
    "a\x00b", "\ufffe\uffff\ufdd0", "\ud800", "\udc00x", "\u202e\u2028", "", " ", "\U0001fffe\U0010ffff",
    "\U000e0041", "x" * 1_000_000, "\U0001f600" * 100, "e" + "\u0301" * 500, "\ufdfd" * 30, "a\n\tb",
    "</svg><script>", "a", "a",
]  # fmt: skip
ODD_VALUES = [
    10**30,
    10**400,
    -(10**30),
    float("nan"),
    float("inf"),
    -float("inf"),
    1e100,
    5e-324,
    4000,
    -1,
    0,
    33.3,
]


def test_no_name_and_no_number_ends_the_process_that_draws_charts() -> None:
    """Run in another process, as the renderer would take this one with it."""
    code = (
        "from futureagi_simulate_cli.report import charts\n"
        "from tests.cli.report.test_page import ODD_NAMES, ODD_VALUES, odd_verdict\n"
        "assert charts.rates(odd_verdict(ODD_NAMES, [33.3])) is not None\n"
        "charts.rates(odd_verdict(['a'] * len(ODD_VALUES), ODD_VALUES))\n"
        "for values in ([value] for value in ODD_VALUES):\n"
        "    charts.histogram(values, 'Score', 'percent')\n"
        "for values in (ODD_VALUES, [5e-324, 0], [1e9, 1e9 + 1e-7], [1e9, -1e9, 0.001]):\n"
        "    assert charts.histogram(values, 'Score', 'percent') is not None\n"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]


@settings(deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))
@given(st.lists(st.text(st.characters(), max_size=60), min_size=1, max_size=5))
def test_the_renderer_gets_short_names_that_xml_can_hold_each_once(names: list[str]) -> None:
    labels = charts._labels(names)
    assert len(set(labels)) == len(labels) == len(names)
    for label in labels:
        assert 0 < len(label) <= charts._LONGEST_LABEL + 4
        ElementTree.fromstring(f"<t>{escape(label)}</t>".encode())


@settings(deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))
@given(st.one_of(st.none(), st.floats(), st.integers()))
def test_the_renderer_gets_numbers_that_it_can_draw(value: float | None) -> None:
    found = charts._drawable(value)
    assert found is None or (isinstance(found, float) and abs(found) <= 1e9)
    if value is not None and abs(value) <= 1e9:
        assert found == pytest.approx(value, abs=0.001)


def test_values_that_are_not_drawn_are_counted_in_words() -> None:
    chart = charts.histogram([1.0, 2.0, float("nan"), 10**30], "Score", "percent")
    assert chart is not None
    assert chart.words == "Score of 2 calls, in percent: 1 to 2, median 2. Values out of range, not drawn: 2."


def test_odd_texts_and_numbers_make_a_page_of_valid_json_and_utf_8() -> None:
    odd = "a\x00\x1b\ud800\ufffe\x9b\u202e"
    turns = (Turn(odd, odd, float("inf"), None),)
    one = CallRecord(
        odd,
        scenario=odd,
        summary=odd,
        duration_s=float("nan"),
        overall_score=10**400,
        evals=(EvalRecord("e", odd, passed=False, reason=odd),),
        transcript=turns,
    )
    execution = ExecutionRecord(id=odd, run_test_name=odd, status=odd)
    clusters = (Cluster(odd, odd, odd, ()),)
    material = Material(execution, odd_verdict([odd], [5.0]), (one,), clusters)
    page = build_page(material)
    page.encode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202e]", page)
    table, block = Elements(page).scripts[:2]
    json.loads(table, parse_constant=pytest.fail)
    (detail,) = json.loads(zlib.decompress(b64decode(block)), parse_constant=pytest.fail)
    assert detail["summary"] == odd


def test_failed_calls_come_first_and_clusters_name_their_rows() -> None:
    material = make_material(12)
    failed = material.calls[10].id
    clusters = (Cluster("Coherence", "Repeats itself", "Twice.", (failed, "elsewhere")),)
    table = json.loads(Elements(build_page(attrs.evolve(material, clusters=clusters))).scripts[0])
    keys = [column["key"] for column in table["columns"]]
    bad = [row[keys.index("status")] == "failed" or bool(row[keys.index("failed")]) for row in table["rows"]]
    assert bad == sorted(bad, reverse=True)
    assert any(bad)
    assert not all(bad)
    assert table["clusters"] == [
        ["Coherence: Repeats itself", [[row[0] for row in table["rows"]].index(failed)]]
    ]


def test_the_heading_tells_server_settings_and_agent() -> None:
    material = make_material(5)
    execution = replace(material.execution, agent_name="Support line", agent_version="v5")
    page = build_page(attrs.evolve(material, execution=execution, server="https://api.example"))
    assert "<dd>Support line v5</dd>" in page
    assert "<dd>https://api.example</dd>" in page
    assert "<dd>no file</dd>" in page


def test_the_chart_has_the_required_minimum_and_the_page_the_shares_of_choices() -> None:
    page = build_page(make_material(20))
    assert "(required 99 %)" in page
    assert "angry 50 %, calm 50 %" in page


def test_a_redacted_report_has_no_name_that_the_server_sent() -> None:
    material = make_material(1)
    call = CallRecord(
        "c1",
        customer_name="Priya Smith",
        summary="Priya Smith asked.",
        transcript=(Turn("customer", "This is Priya Smith."),),
    )
    unnamed = CallRecord("c2", summary="Nobody knows who.", transcript=(Turn("customer", "Hello there"),))
    found = attrs.evolve(material, calls=(call, unnamed), clusters=()).without_names()
    assert "Priya" not in repr(found.calls)
    assert "Nobody" not in repr(found.calls)
    assert "Priya" in repr(call)
    assert "Redacted" in build_page(found)


@pytest.mark.parametrize("named", [True, False], ids=["every call has a customer", "one has none"])
@pytest.mark.parametrize("name", ["José Núñez", "田中太郎"])
def test_nothing_of_a_redacted_report_names_a_customer(name: str, named: bool) -> None:
    number = "+49 151 2345 6789"

    def text(word: str) -> str:
        return f"{word} of {name}, {number}"

    def call(index: int, *, good: bool) -> CallRecord:
        passed = good or index % 4 == 3
        return CallRecord(
            f"c{index}{good}",
            status="completed",
            scenario=text(f"Refund {index % 2}"),
            customer_name=name if named or index else None,
            phone_number=number,
            summary=text("Summary"),
            ended_reason=text("end"),
            evals=(
                EvalRecord(
                    text("e"),
                    text("Tact"),
                    "pass_fail",
                    passed=passed,
                    status="completed",
                    reason=number + name,
                ),
                EvalRecord("e3", text("Tone"), "choices", choices=(text("calm"),), status="completed"),
                EvalRecord("e4", text("Broken"), "pass_fail", status="error"),
            ),
            transcript=(Turn(text("customer"), text("Hello")),),
        )

    calls, before = (tuple(call(index, good=good) for index in range(24)) for good in (False, True))
    old, new = (
        replace(
            played_of(listed).execution,
            run_test_name=text("Line"),
            agent_name=text("Agent"),
            agent_version=text("v1"),
            scenarios=(text("Refund 0"), text("Refund 1")),
            error_reason=text("Error"),
            status="completed",
        )
        for listed in (before, calls)
    )
    settings = Settings.of([f"{text('Tact')}=90"], {text("Tone"): [text("calm")]})
    verdict = evaluate(new, settings, old, calls, before)
    verdict = verdict.with_notes([text("note")])
    assert verdict.comparison is not None
    assert verdict.comparison.worse
    cluster = Cluster(text("Tact"), text("Cluster"), text("What"), (calls[1].id,))
    trend = ((old, verdict.baseline), (new, verdict.measures))
    material = Material(new, verdict, calls, (cluster,), old, trend=trend)

    words = [*name.split(), number, number[-4:], re.sub("[^0-9]", "", number)[-6:]]
    for page, is_there in ((build_page(material), True), (build_page(material.without_names()), False)):
        packed = re.findall(r'class="block">([^<]+)<', page)
        pictures = re.findall(r"svg\+xml;base64,([^\"]+)", page)
        shown = [re.sub("[A-Za-z0-9+/=]{60,}", "", page)]
        shown += [zlib.decompress(b64decode(block)).decode() for block in packed]
        shown += [b64decode(picture).decode() for picture in pictures]
        found = [(word, part) for word in words for part in shown if word in part]
        assert bool(found) is is_there, [part[part.index(word) - 150 :][:300] for word, part in found]
        assert "25 % (6/24)" in page, "measured numbers stay"


def tables_of(page: str) -> dict[str, list[list[str]]]:
    """Return the rows of the page's tables as texts, by the heading above each."""
    found = {}
    for section in re.split("<section", page)[1:]:
        title = re.search(r"<h2[^>]*>(.*?)</h2>", section, re.DOTALL)
        rows = re.findall(r"<tr>(.*?)</tr>", section.partition("<tbody>")[2], re.DOTALL)
        cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
        assert title is not None
        found[title[1]] = [[unescape(re.sub("<[^>]+>", "", cell)) for cell in row] for row in cells]
    return found


@pytest.mark.parametrize("seed", range(12))
def test_the_page_agrees_with_gate_and_compare_in_every_number(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charts, "_data_url", lambda *_: "data:,")  # drawing takes long
    random = Random(seed)
    agent = power.make_agent(random.randint(1, 4), random.choice((1, 3)), random, effects=True)
    before, after = (played_of(power.played(agent, random.choice((7, 40)), random)) for _ in range(2))
    asked = Settings.of([f"*={random.randint(1, 99)}"] if seed % 3 else ())
    verdict = evaluate(after.execution, asked, before.execution, after.calls, before.calls)
    gate, compared = gate_as_json(verdict), as_json(compare(before, after))
    page = build_page(Material(after.execution, verdict, after.calls, (), before.execution))
    tables = tables_of(page)

    old = {one["name"]: one["percent"] for one in gate["baseline"]}
    rows = {row[0]: row for row in tables["Evals"]}
    assert rows.keys() == {one["name"] for one in gate["evals"]}
    for one in gate["evals"]:
        _, kind, value, counts, interval, missing, baseline, change = rows[one["name"]]
        assert (kind, value) == (one["measure"], f"{one['percent']:g} %")
        assert counts == f"{one['hits']} of {one['total']}"
        ends = [float(end) for end in interval.removesuffix(" %").split(" to ")]
        assert ends == pytest.approx(one["interval_95"], abs=0.06)
        assert sum(map(int, re.findall(r": (\d+)", missing))) == (one["missing"] or 0)
        assert baseline == f"{old[one['name']]:g} %"
        assert float(change) == pytest.approx(one["percent"] - old[one["name"]], abs=0.01)
        assert f"{one['name']} {value}" in unescape(page), "the chart's description"

    said = re.findall(r'<span class="mark">(PASS|FAIL)</span> (.*?)</li>', page)
    assert [(word, unescape(text)) for word, text in said] == [
        (check["result"], check["sentence"]) for check in gate["checks"]
    ]

    rows = {row[0]: row for row in tables["Compared with the baseline"]}
    for one in compared["evals"]:
        _, first, second, points, interval, word = rows[one["name"]]
        for text, side in ((first, one["baseline"]), (second, one["candidate"])):
            assert text == f"{side['percent']:g} % ({side['hits']}/{side['total']})"
        assert float(points) == pytest.approx(one["difference"], abs=0.006)
        ends = [float(end) for end in interval.split(" to ")]
        assert ends == pytest.approx(one["interval_95"], abs=0.06)
        assert word == one["verdict"]

    embedded = json.loads(Elements(page).scripts[0])
    failed = [name for row in embedded["rows"] for cell in row if isinstance(cell, list) for name in cell]
    assert len(embedded["rows"]) == len(after.calls)
    sums = tables["Pass rate per scenario"]
    for place, one in enumerate(gate["evals"], start=1):
        assert failed.count(one["name"]) == one["total"] - one["hits"]
        pairs = [re.search(r"\((\d+) of (\d+)\)", row[place]) for row in sums]
        assert sum(int(found[1]) for found in pairs if found) == one["hits"]
        assert sum(int(found[2]) for found in pairs if found) == one["total"]
