"""Calls with failures, written down briefly."""

from datetime import UTC, datetime

from futureagi_simulate.records import CallRecord, EvalRecord, Turn

TRANSCRIPT = (
    Turn("agent", "Hello, this is Jonas from Acme. How can I help?", 0.0, 3.0),
    Turn("customer", "Hi, my name is María López. I was charged twice for invoice 7731.", 3.5, 8.0),
    Turn("agent", "The invoice says 49 euros.", 8.5, 11.0),
    Turn("customer", "My number is +49 (0)171 555-0110, María speaking.", 11.5, 15.0),
    Turn("agent", "As I said, the invoice is 77 euros in total.", 15.5, 19.0),
    Turn("customer", "Never mind.", 19.5, 20.0),
)


def verdict(name: str, passed: bool, reason: str = "") -> EvalRecord:
    return EvalRecord(
        id=f"id-{name}", name=name, kind="pass_fail", passed=passed, reason=reason or None, status="completed"
    )


def scored(name: str, score: float) -> EvalRecord:
    return EvalRecord(
        id=f"id-{name}", name=name, kind="score", score=score, reason="too short", status="completed"
    )


def chosen(name: str, *choices: str) -> EvalRecord:
    return EvalRecord(id=f"id-{name}", name=name, kind="choices", choices=choices, status="completed")


def call(*evals: EvalRecord, call_id: str = "c1", transcript: tuple[Turn, ...] = TRANSCRIPT) -> CallRecord:
    return CallRecord(
        id=call_id,
        execution_id="e1",
        status="completed",
        scenario="Billing inquiry",
        scenario_id="s1",
        started_at=datetime(2026, 3, 23, 17, 0, tzinfo=UTC),
        duration_s=20.0,
        customer_name="María López",
        phone_number="+491715550110",
        summary="María López asked about an invoice.",
        ended_reason="customer-ended-call",
        evals=evals,
        transcript=transcript,
    )
