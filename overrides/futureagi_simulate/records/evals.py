"""Evals: one record for the stored form of an eval (`output`) and for the displayed one (`value`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from futureagi_simulate.records.choices import answer_shares, overlap, word_shares
from futureagi_simulate.records.model import AnswerShare, EvalKind, EvalRecord, EvalStatus, EvalSummary
from futureagi_simulate.records.values import first, items, mapping, number, text, whole, word

_KINDS: Final[Mapping[str, EvalKind]] = {"pass/fail": "pass_fail", "score": "score", "choices": "choices"}
_VERDICTS: Final = {
    "passed": True,
    "pass": True,
    "true": True,
    "failed": False,
    "fail": False,
    "false": False,
}


def eval_records(outputs: object, metrics: object = None) -> tuple[EvalRecord, ...]:
    """Read `eval_outputs`, an object of eval ids; `eval_metrics` fills in names that are missing there."""
    names = mapping(metrics)
    return tuple(
        eval_record(key, mapping(entry), mapping(names.get(key))) for key, entry in mapping(outputs).items()
    )


def eval_record(
    eval_id: str, entry: Mapping[str, Any], metric: Mapping[str, Any] | None = None
) -> EvalRecord:
    """Read one entry of `eval_outputs`.

    Pass/Fail comes as true, false, "Passed" or "Failed" in any case; a score as 0 to 1, given here in
    percent (a number above 1 is taken to be percent already); choices as a word, a list, `{"choice": …}` or
    `{"choices": […]}`.
    """
    output = first(entry, "value", "output")
    status = _status(entry, output)
    kind = _kind(entry, output)
    answered = status == "completed"
    return EvalRecord(
        id=eval_id,
        name=text(entry.get("name")) or text(mapping(metric).get("name")),
        kind=kind,
        passed=_verdict(output) if answered and kind == "pass_fail" else None,
        score=_percent(output) if answered and kind == "score" else None,
        choices=_choices(output) if answered and kind == "choices" else (),
        reason=text(entry.get("reason")),
        status=status,
        output=output,
    )


def _kind(entry: Mapping[str, Any], output: object) -> EvalKind | None:
    declared = word(first(entry, "type", "output_type"))
    if declared is not None:
        return _KINDS.get(declared)
    return "pass_fail" if _verdict(output) is not None else None


def _status(entry: Mapping[str, Any], output: object) -> EvalStatus | None:
    """Read the status. A pending eval is `{"status": "pending"}` when stored and `{}` when displayed."""
    said = word(entry.get("status"))
    if entry.get("error") not in (None, False, "") or said in ("error", "failed"):
        return "error"
    if entry.get("skipped") is True or said == "skipped":
        return "skipped"
    if said == "pending" or not entry:
        return "pending"
    return "completed" if output is not None else None


def _verdict(output: object) -> bool | None:
    if isinstance(output, bool):
        return output
    return _VERDICTS.get(word(output) or "")


def _percent(output: object) -> float | None:
    score = number(output)
    if score is None:
        return None
    return round(score * 100, 6) if 0 <= score <= 1 else score


def _choices(output: object) -> tuple[str, ...]:
    if isinstance(output, dict):
        output = first(output, "choices", "choice")
    if isinstance(output, str):
        return (output,)
    return tuple(choice for choice in items(output) if isinstance(choice, str))


def eval_summaries(results: object) -> tuple[EvalSummary, ...]:
    """Read `eval_results` of an execution; each entry sums up its parts in `result`."""
    return tuple(_summary(entry) for entry in items(results) if isinstance(entry, dict))


def _summary(entry: Mapping[str, Any]) -> EvalSummary:
    parts = [part for part in items(entry.get("result")) if isinstance(part, dict)]
    outputs = [mapping(part.get("output")) for part in parts]
    kind = _KINDS.get(word(entry.get("output_type")) or "")
    scored = [output for output in outputs if "p50" in output]
    total = _sum(part.get("total_cells") for part in parts)
    choices, answers = _choice_shares(mapping(entry.get("total_choices_avg")), total)
    judged = total != 0  # without any the server's rates and means are 0, which nobody found
    return EvalSummary(
        id=text(entry.get("id")),
        name=text(entry.get("name")),
        kind=kind,
        pass_rate=number(entry.get("total_pass_rate")) if judged else None,
        passed=_sum(output.get("pass_count") for output in outputs) if kind == "pass_fail" else None,
        failed=_sum(output.get("fail_count") for output in outputs) if kind == "pass_fail" else None,
        average=number(entry.get("total_avg")) if judged else None,
        percentiles=_numbers(scored[0]) if len(scored) == 1 and kind == "score" else {},
        choices=choices,
        answers=answers,
        total=total,
        parts=tuple(_part(part, kind) for part in parts),
    )


def _part(part: Mapping[str, Any], kind: EvalKind | None) -> EvalSummary:
    """Read one eval of a template; its output is `{}` until a call was judged."""
    output = mapping(part.get("output"))
    total = whole(part.get("total_cells"))
    choices, answers = _choice_shares(output if kind == "choices" else {}, total)
    return EvalSummary(
        id=text(part.get("id")),
        name=text(part.get("name")),
        kind=kind,
        pass_rate=number(output.get("pass")) if kind == "pass_fail" else None,
        passed=whole(output.get("pass_count")) if kind == "pass_fail" else None,
        failed=whole(output.get("fail_count")) if kind == "pass_fail" else None,
        average=number(part.get("avg_score")) if kind == "score" else None,
        percentiles=_numbers(output) if kind == "score" else {},
        choices=choices,
        answers=answers,
        total=total,
    )


def _choice_shares(
    sent: Mapping[str, Any], total: int | None
) -> tuple[dict[str, float], tuple[AnswerShare, ...]]:
    """Give the shares of words, and those of whole answers where it is those that were sent."""
    found = answer_shares(_numbers(sent), total)
    return word_shares(found, total), () if overlap(found) else found


def _sum(values: Any) -> int | None:
    known = [found for found in map(whole, values) if found is not None]
    return sum(known) if known else None


def _numbers(values: Mapping[str, Any]) -> dict[str, float]:
    return {key: found for key, value in values.items() if (found := number(value)) is not None}
