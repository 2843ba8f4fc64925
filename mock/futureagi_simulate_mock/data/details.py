"""What a call is like once it is looked at: conversation, summary, costs. Drawn from the seed, not stored."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from futureagi_simulate_mock.data.names import draw_name, draw_phone
from futureagi_simulate_mock.data.talk import FLAWS, Parts, Script, Talk, converse, explain
from futureagi_simulate_mock.dice import Dice
from futureagi_simulate_mock.facts import Details, EvalConfig, EvalOutput, EvalValue, Turn
from futureagi_simulate_mock.ids import CALL_EXECUTION_ID, make_id

_decode_scripts: Final = msgspec.json.Decoder(dict[str, Script]).decode  # made at import, by one thread
_TALKED: Final = ("completed", "analyzing")
_REASONS: Final = ("customer-ended-call", "assistant-ended-call", "customer-ended-call", "silence-timed-out")
_FAULTS: Final = ("error", "timeout", "error")


@cache
def scripts() -> dict[str, Script]:
    """Read the conversations that scenarios are played by."""
    text = Path(__file__).with_name("scripts.json").read_bytes()
    return _decode_scripts(text)


@cache
def languages() -> dict[str, str]:
    """Return each script's language."""
    return {name: script.language for name, script in scripts().items()}


def draw_details(
    seed: int,
    uuid: str,
    script_name: str,
    channel: str,
    status: str,
    duration: int | None,
    outputs: list[tuple[EvalConfig, str, EvalValue, str | None]],
    given: tuple[Turn, ...] | None = None,
) -> tuple[Details, tuple[EvalOutput, ...]]:
    """Draw everything about a call that follows from its row, and write out the reasons of its evals.

    With a `given` conversation, that one is it, and evals find fault with its last turn.
    """
    dice = Dice(seed, "details", uuid)
    script = scripts()[script_name]
    has = _has_all if uuid == CALL_EXECUTION_ID else dice.chance
    name = draw_name(dice, script.language)
    parts = Parts.draw(dice, name)
    over = status in _TALKED
    voice = channel == "voice"
    customer = name if has(900) else None
    customer_number = draw_phone(dice, script.language) if voice and has(500) else None
    session = f"sess-{uuid[:8]}" if has(600) else None
    talk = converse(script, parts, Dice(seed, "talk", uuid), uuid, outputs, status, duration)
    if given is not None:
        talk = Talk(given, dict.fromkeys(FLAWS, len(given) - 1) if given else {}, talk.resolved)
    evals = tuple(
        EvalOutput(
            config, state, value, reason if reason is not None else explain(config, state, value, talk, parts)
        )
        for config, state, value, reason in outputs
    )
    skipped = over and dice.chance(40)
    ended: str | None = None
    error: str | None = None
    if over:
        ended = dice.choice(_REASONS) if has(960) else None
    elif status == "failed":
        ended = dice.choice(_FAULTS)
        error = "The provider hung up: 503" if ended == "error" else None
    stt, llm, tts = dice.between(0, 3), dice.between(1, 9), dice.between(0, 4)
    user = dice.between(0, 4)
    summary = script.won if talk.resolved else script.lost
    details = Details(
        language=script.language,
        persona={"name": name, "age_group": script.age_group, "tone": script.mood},
        customer_name=customer,
        customer_number=customer_number,
        session_id=session,
        provider_call_id=f"prov_{uuid[:13]}" if over and has(850) else None,
        transcript=talk.turns,
        summary=parts.fill(summary) if over and has(850) else None,
        ended_reason=ended,
        error=error,
        agent_latency_ms=dice.between(350, 1_900) if over and has(850) else None,
        stop_time_ms=dice.between(100, 700) if over and voice and has(600) else None,
        interruptions=(user, dice.between(0, 2)) if over else None,
        words_per_minute=(dice.between(900, 1700) / 10, dice.between(1100, 1600) / 10) if over else None,
        talk_ratio=dice.between(5, 25) / 10 if over and has(700) else None,
        csat=dice.between(2, 10) / 2 if over and dice.chance(150) else None,
        tokens=(dice.between(400, 2_000), dice.between(200, 900)) if over and not voice else None,
        costs=(stt + llm + tts + dice.between(2, 12), stt, llm, tts) if over else None,
        recording=f"https://recordings.example.com/{uuid}" if over and voice and not skipped else None,
        stereo=dice.chance(500),
        skip_reason="No audio captured" if skipped else None,
        tools=_tools(dice, script, uuid) if over and dice.chance(400) else (),
    )
    return details, evals


def _has_all(_: int) -> bool:
    """Stand in for a chance, for the call that examples show: it lacks nothing."""
    return True


def _tools(dice: Dice, script: Script, uuid: str) -> tuple[dict[str, Any], ...]:
    passed = dice.chance(800)
    return (
        {
            "id": make_id("tool", uuid, 1),
            "name": f"{script.tool} #1",
            "type": "Pass/Fail",
            "error": not passed,
            "value": "Passed" if passed else "",
            "reason": "Called with the right arguments." if passed else "The tool answered with an error.",
            "status": "completed" if passed else "failed",
        },
    )
