"""A verdict as a JUnit report, which every CI system can show: one test case per check."""

from __future__ import annotations

from itertools import chain, count
from typing import Any

from junitparser import Error, Failure, JUnitXml, TestCase, TestSuite

from futureagi_simulate.printable import one_line
from futureagi_simulate_cli.gate.verdict import Outcome, Verdict


def as_junit(verdict: Verdict) -> bytes:
    """Write the verdict as the bytes of a JUnit XML file.

    A check that doesn't hold is a failure; an execution that isn't finished is an error: nothing was judged.
    """
    unfinished = verdict.outcome is Outcome.UNFINISHED
    suite = TestSuite(f"fi-simulate gate {one_line(str(verdict.execution.id))}")
    suite.add_property("settings", one_line(verdict.settings.source or "no file"))
    names: set[str] = set()
    for check in verdict.checks:
        case = _case(_unused(f"{check.kind}: {one_line(check.subject)}", names))
        sentence = one_line(check.sentence)
        if check.passed:
            case.system_out = sentence
        else:
            case.result = [Error(sentence, "unfinished") if unfinished else Failure(sentence, "below")]
        suite.add_testcase(case)
    return _written(suite)


def without_verdict() -> bytes:
    """Write the report of a gate that came to no verdict."""
    suite = TestSuite("fi-simulate gate")
    case = _case("verdict")
    case.result = [Error("The gate came to no verdict; its output says why.", "no verdict")]
    suite.add_testcase(case)
    return _written(suite)


def _unused(name: str, names: set[str]) -> str:
    """Return a name with a number where it is taken: a CI system may keep one of two equal names."""
    numbered = (f"{name} ({number})" for number in count(2))
    found = next(each for each in chain([name], numbered) if each not in names)
    names.add(found)
    return found


def _case(name: str) -> TestCase:
    return TestCase(name, classname="futureagi_simulate_cli.gate", time=0.0)


def _written(suite: TestSuite) -> bytes:
    report: Any = JUnitXml("fi-simulate gate")
    report.add_testsuite(suite)
    report.update_statistics()
    return bytes(report.tostring())
