"""A page of calls as the open-source server sends it: synthetic, and the same each time."""

from __future__ import annotations

import json
import random
from typing import Any
from uuid import UUID

_WORDS = [
    "hello",
    "thanks",
    "refund",
    "order",
    "invoice",
    "please",
    "moment",
    "account",
    "Zoë",
    "–",
    "📞",
    "number",
]


def page(calls: int, turns: int, *, ascii_only: bool = False) -> bytes:
    """Make a page as the open-source server sends it, the same each time.

    Its texts hold letters with accents and emoji, as nearly all recorded pages do, unless it is to be `ascii_only`.
    """
    chance = random.Random(7)
    rows = [call(chance, turns) for _ in range(calls)]
    envelope = {"count": 2400, "next": "https://x.test/?page=2", "previous": None, "results": rows}
    made = json.dumps(envelope | {"total_pages": 24, "current_page": 1}, ensure_ascii=False)
    return made.encode("ascii", "replace") if ascii_only else made.encode()


def documented(calls: int, run_test_id: str) -> bytes:
    """Make a page as the documents have it: the mock's, about another run test."""
    from futureagi_simulate_mock import Mock
    from futureagi_simulate_mock.messages import Request

    mock = Mock(profile="documented", executions=1, calls=calls)
    path = f"/simulate/run-tests/{mock.ids.run_test_id}/call-executions/"
    keys = (("x-api-key", mock.api_key), ("x-secret-key", mock.secret_key))
    body = mock.handle(Request("GET", path, f"limit={calls}", keys)).body
    return body.replace(mock.ids.run_test_id.encode(), run_test_id.encode())


def short_rows(calls: int, turns: int) -> bytes:
    """Make an observed page of long transcripts whose turns are a word each, of calls without evals."""
    made = json.loads(page(calls, turns))
    for row in made["results"]:
        row["transcript"] = [
            {name: turn[name] for name in ("id", "speaker_role", "start_time_ms", "end_time_ms")}
            | {"content": turn["content"].split()[0]}
            for turn in row["transcript"]
        ]
        row |= {"eval_outputs": {}, "eval_metrics": {}, "scenario_columns": {}}
    return json.dumps(made, ensure_ascii=False).encode()


def call(chance: random.Random, turns: int) -> dict[str, Any]:
    """Make one call with its transcript, evals and metrics."""

    def ident() -> str:
        return str(UUID(int=chance.getrandbits(128), version=4))

    def text(words: int) -> str:
        return " ".join(chance.choices(_WORDS, k=words))

    def moment() -> str:
        return f"2026-03-{chance.randint(1, 28):02}T{chance.randint(0, 23):02}:48:00Z"

    def turn(number: int) -> dict[str, Any]:
        start = 4000 * number
        return {
            "id": ident(),
            "speaker_role": ("user", "assistant")[number % 2],
            "content": text(11),
            "start_time_ms": start,
            "start_time_seconds": start / 1000,
            "end_time_ms": start + 3500,
            "end_time_seconds": start / 1000 + 3.5,
            "confidence_score": 0.97,
            "created_at": moment(),
        }

    def outputs() -> dict[str, Any]:
        kinds = (("Pass/Fail", "Passed"), ("score", 71.5), ("choices", ["calm", "polite"]))
        common = {"error": False, "status": "completed", "skipped": False}
        return {
            ident(): {"value": value, "reason": text(9), "type": kind, "name": kind.title(), **common}
            for kind, value in kinds
        }

    numbers = [
        *("duration", "duration_seconds", "overall_score", "response_time", "response_time_ms", "turn_count"),
        *("avg_agent_latency", "avg_agent_latency_ms", "user_interruption_count", "ai_interruption_count"),
        *("user_interruption_rate", "ai_interruption_rate", "user_wpm", "bot_wpm", "talk_ratio"),
        *("agent_talk_percentage", "cost_cents", "customer_cost_cents"),
    ]
    nulls = [
        *(
            "session_id",
            "scenario_graph_id",
            "avg_stop_time_after_interruption",
            "total_tokens",
            "csat_score",
        ),
        *("input_tokens", "output_tokens", "avg_latency_ms", "processing_skip_reason", "snapshot_timestamp"),
        *("rerun_type", "original_call_execution_id", "tool_outputs"),
    ]
    ids = ("id", "test_execution_id", "scenario_id", "simulator_agent_id", "agent_definition_used_id")
    column = {"value": "false", "visible": True, "dataset_column_id": ident(), "dataset_id": ident()}
    return {
        **{name: ident() for name in ids},
        **{name: chance.randint(1, 90) for name in numbers},
        **dict.fromkeys(nulls),
        "service_provider_call_id": "cust_110",
        "timestamp": moment(),
        "call_type": "Inbound",
        "status": chance.choice(("completed", "completed", "failed")),
        "start_time": moment(),
        "transcript": [turn(number) for number in range(turns)],
        "scenario": "Billing Inquiry",
        "audio_url": "https://rec.example.com/109.wav",
        "customer_name": "+33612000110",
        "eval_outputs": outputs(),
        "eval_metrics": {key: value | {"id": key, "visible": True} for key, value in outputs().items()},
        "scenario_columns": {
            name: column | {"column_name": name, "data_type": "text"} for name in ("vip", "mood")
        },
        "ended_reason": "customer-ended-call",
        "simulator_agent_name": "Impatient customer",
        "agent_definition_used_name": "AcmeBot Voice",
        "call_summary": text(25),
        "recordings": {"combined": "https://rec.example.com/109.wav", "assistant": None, "customer": None},
        "scenario_graph": {"edges": [], "nodes": [{"id": "n1", "type": "conversation"}]},
        "processing_skipped": False,
        "is_snapshot": False,
        "customer_cost_breakdown": {"llm": 0.02, "stt": 0.01},
        "customer_latency_metrics": {"systemMetrics": {"turn": 1200, "model": 500.5}},
        "customer_call_id": "cust_110",
        "simulation_call_type": "voice",
        "provider": "vapi",
        "phone_number": "+14155550110",
    }
