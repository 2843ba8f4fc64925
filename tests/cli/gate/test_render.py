from __future__ import annotations

import json

from junitparser import JUnitXml

from futureagi_simulate_cli.gate import Settings, evaluate
from futureagi_simulate_cli.gate.render import as_json, as_junit, as_markdown, lines

from .samples import execution, rate, template

HOSTILE = "<script>alert(1)</script> | [x](javascript:1) `\x1b[2J\x00 @everyone\n# heading"


def test_a_name_from_the_server_is_neither_html_nor_markdown_in_the_summary() -> None:
    text = as_markdown(evaluate(execution(rate(HOSTILE, 1, 9))))
    assert "<script>" not in text
    assert "\x1b" not in text
    assert "\n# heading" not in text
    cells = [line for line in text.splitlines() if "alert" in line and line.startswith("| ")]
    assert cells
    for line in cells:
        assert line.replace("\\|", "").count("|") in (3, 6), "the name added a column"
        assert "\\[x\\](javascript:1)" in line
        assert "\\@everyone" in line


def test_a_name_from_the_server_can_not_break_the_junit_report() -> None:
    report = JUnitXml.fromstring(as_junit(evaluate(execution(rate(HOSTILE, 1, 9)))))
    (suite,) = report
    assert (suite.tests, suite.failures) == (2, 1)


def test_lines_are_one_per_check() -> None:
    assert list(lines(evaluate(execution(rate(HOSTILE, 1, 9)))))[1:] == [
        "  PASS execution status completed",
        "  FAIL <script>alert(1)</script> | [x](javascript:1) `�[2J� @everyone # heading: "
        "pass rate 10 % (1/10), required > 90 %",
        "  settings: no file",
    ]


def test_the_json_form_holds_parts_baseline_and_notes() -> None:
    found = execution(template("is_helpful", rate("Helpful", 200, 0), rate("Empathy", 170, 30)))
    verdict = json.loads(json.dumps(as_json(evaluate(found, Settings.of(["*=90"]), found))))
    assert [part["name"] for part in verdict["evals"][0]["parts"]] == ["Helpful", "Empathy"]
    assert verdict["baseline"] == verdict["evals"]
    assert len(verdict["notes"]) == 1
    assert verdict["evals"][0]["interval_95"] is not None
