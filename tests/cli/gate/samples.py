"""Executions to evaluate, written down briefly."""

from futureagi_simulate.records import EvalSummary, ExecutionRecord, eval_summaries


def rate(name: str, passed: int, failed: int) -> EvalSummary:
    """An eval with pass or fail, its template of the same name."""
    total = passed + failed
    part = EvalSummary(
        id=f"id-{name}",
        name=name,
        kind="pass_fail",
        pass_rate=round(100 * passed / total, 2) if total else None,
        passed=passed,
        failed=failed,
        total=total,
    )
    return EvalSummary(
        name=name,
        kind="pass_fail",
        pass_rate=part.pass_rate or 0,
        passed=passed,
        failed=failed,
        total=total,
        parts=(part,),
    )


def score(name: str, average: float, total: int = 20) -> EvalSummary:
    part = EvalSummary(name=name, kind="score", average=average, total=total)
    return EvalSummary(name=name, kind="score", average=average, total=total, parts=(part,))


def choices(name: str, shares: dict[str, float], total: int = 20) -> EvalSummary:
    """An eval with choices, as the server tells of it."""
    part = {"name": name, "total_cells": total, "output": shares}
    sent = {"name": name, "output_type": "choices", "total_choices_avg": shares, "result": [part]}
    return eval_summaries([sent])[0]


def template(name: str, *parts: EvalSummary) -> EvalSummary:
    """A template from which several evals were made: the server pools their counts."""
    inner = tuple(part.parts[0] for part in parts)
    passed = sum(part.passed or 0 for part in inner)
    total = sum(part.total or 0 for part in inner)
    return EvalSummary(
        name=name,
        kind="pass_fail",
        pass_rate=round(100 * passed / total, 2),
        passed=passed,
        failed=total - passed,
        total=total,
        parts=inner,
    )


def execution(
    *evals: EvalSummary,
    status: str = "completed",
    failed_calls: int = 0,
    total_calls: int | None = None,
    id: str = "5f0c8c3e-7f6b-4a55-8f0e-0d8f4f1c2b3a",
) -> ExecutionRecord:
    """An execution of as many calls as the eval with the most results has, and those that failed."""
    parts = [part.total or 0 for summary in evals for part in summary.parts or (summary,)]
    finished = status == "completed"
    total = total_calls or (max(parts, default=0) + failed_calls if finished else 30)
    return ExecutionRecord(
        id=id,
        status=status,
        total_calls=total,
        completed_calls=total - failed_calls if finished else min(total, 26),
        failed_calls=failed_calls,
        evals=evals,
    )
