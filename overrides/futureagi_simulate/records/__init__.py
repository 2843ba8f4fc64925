"""One flat record for a call and one for an execution, made from any endpoint's form, in fixed units."""

from futureagi_simulate.records.build import Answered, call_record, execution_record
from futureagi_simulate.records.model import (
    AnswerShare,
    CallRecord,
    EvalKind,
    EvalRecord,
    EvalStatus,
    EvalSummary,
    ExecutionRecord,
    Turn,
)

__all__ = [
    "AnswerShare",
    "Answered",
    "CallRecord",
    "EvalKind",
    "EvalRecord",
    "EvalStatus",
    "EvalSummary",
    "ExecutionRecord",
    "Turn",
    "call_record",
    "execution_record",
]
