"""A verdict as a JUnit report, which every CI system can show: one test case per check."""

from __future__ import annotations

from typing import Any

from junitparser import Failure, JUnitXml, TestCase, TestSuite

from futureagi_simulate.gate.verdict import Verdict
from futureagi_simulate.printable import one_line


def as_junit(verdict: Verdict) -> bytes:
    """Write the verdict as the bytes of a JUnit XML file."""
    suite = TestSuite(f"fi-simulate gate {one_line(str(verdict.execution.id))}")
    for check in verdict.checks:
        case = TestCase(
            f"{check.kind}: {one_line(check.subject)}", classname="futureagi_simulate.gate", time=0.0
        )
        if check.passed:
            case.system_out = one_line(check.sentence)
        else:
            case.result = [Failure(one_line(check.sentence), "below")]
        suite.add_testcase(case)
    report: Any = JUnitXml("fi-simulate gate")
    report.add_testsuite(suite)
    report.update_statistics()
    return bytes(report.tostring())
