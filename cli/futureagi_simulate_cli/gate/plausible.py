"""Numbers of an eval that can't be true: impossible ones, and ones that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from futureagi_simulate.records import EvalSummary

_ROUNDED: Final = 0.011
"""What two percentages of the same counts may differ by: the server rounds to two decimals."""


def find_problem(summary: EvalSummary) -> str | None:
    """Say why the numbers of an eval can't be true, None where they can."""
    return next(_problems(summary), None)


def _problems(summary: EvalSummary) -> Iterator[str]:
    counts = {"results": summary.total, "passed": summary.passed, "failed": summary.failed}
    yield from (f"{count} {what}" for what, count in counts.items() if count is not None and count < 0)
    if summary.total == 0 and not summary.passed and not summary.failed:
        return  # without a result the server's rates are 0, or left out
    if summary.kind is None and summary.pass_rate is None:
        return  # of a type that this package doesn't know: its scale isn't known either
    percentages = {"a pass rate": summary.pass_rate, "an average": summary.average}
    percentages |= {f"a {name} of scores": value for name, value in summary.percentiles.items()}
    percentages |= {f'a share of "{word}"': value for word, value in summary.choices.items()}
    for what, value in percentages.items():
        if value is not None and not 0 <= value <= 100 + _ROUNDED:
            yield f"{what} of {_number(value)} %, which isn't from 0 to 100"
    yield from {"pass_fail": _rate, "score": _score, "choices": _choices, None: _rate}[summary.kind](summary)
    yield from _parts(summary)


def _rate(summary: EvalSummary) -> Iterator[str]:
    total, passed, failed, rate = summary.total, summary.passed, summary.failed, summary.pass_rate
    if summary.kind == "pass_fail" and rate is None and total:
        yield f"{total} results, but no pass rate"
    if summary.kind == "pass_fail" and (passed, failed, total).count(None) in (1, 2):
        yield f"{_told(passed)} passed and {_told(failed)} failed of {_told(total)} results"
    if total is None or passed is None:
        return
    if passed + (failed or 0) > total or (failed is not None and passed + failed != total):
        yield f"{passed} passed and {failed} failed, but {total} results"
    elif rate is not None and total and abs(rate - 100 * passed / total) > _ROUNDED:
        yield f"a pass rate of {_number(rate)} %, but {passed} of {total} passed"


def _score(summary: EvalSummary) -> Iterator[str]:
    if summary.average is None and summary.total:
        yield f"{summary.total} results, but no average"
    if summary.average is None or not summary.percentiles:
        return
    highest = max(summary.percentiles.values())
    if "p100" in summary.percentiles and summary.average > highest + _ROUNDED:
        yield f"an average of {_number(summary.average)} %, but no score above {_number(highest)} %"


def _choices(summary: EvalSummary) -> Iterator[str]:
    if not summary.total:
        return
    whole = sum(answer.percent for answer in summary.answers)
    shares = whole if summary.answers else sum(summary.choices.values())
    if shares < 99 or whole > 101:
        yield f"shares of choices that add up to {_number(shares)} %"


def _parts(summary: EvalSummary) -> Iterator[str]:
    """Hold a template against the evals it sums up."""
    parts = [part for part in summary.parts if part.total != 0]
    for what, whole, values in (
        ("pass rate", summary.pass_rate, [part.pass_rate for part in parts]),
        ("average", summary.average, [part.average for part in parts]),
    ):
        known = [value for value in values if value is not None]
        if whole is not None and known and not min(known) - _ROUNDED <= whole <= max(known) + _ROUNDED:
            between = " to ".join(dict.fromkeys(map(_number, (min(known), max(known)))))
            yield f"a {what} of {_number(whole)} %, but its evals have {between} %"

    shares = [part.choices for part in parts if part.choices]
    for word in {*summary.choices, *(word for share in shares for word in share)} if summary.choices else ():
        known = [share.get(word, 0) for share in shares]
        if known and not min(known) - 0.1 <= summary.choices.get(word, 0) <= max(known) + 0.1:
            yield f'shares of "{word}" that differ between the template and its evals'


def _told(count: int | None) -> str:
    return "an unknown number" if count is None else str(count)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
