"""What a call is like: its conversation, summary and costs. Drawn from the seed, not stored."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import structs

from futureagi_simulate_mock.data.draws import Draws, draw_name, draw_phone
from futureagi_simulate_mock.ids import CALL_EXECUTION_ID, make_id
from futureagi_simulate_mock.models import Details, EvalConfig, EvalOutput, EvalValue, Turn

Line = tuple[str, str]
Output = tuple[EvalConfig, str, EvalValue, str | None]


class Script(msgspec.Struct, frozen=True):
    """How a scenario is played: what is always said, the flaws, and the two ends."""

    language: str
    age_group: str
    mood: str
    situation: str
    outcome: str
    tool: str
    body: tuple[Line, ...]
    coherence: Line
    task: Line
    tone: Line
    good: tuple[Line, ...]
    bad: tuple[Line, ...]
    won: str
    lost: str


class Parts(msgspec.Struct, frozen=True):
    """What the blanks of a script are filled with."""

    name: str
    amount: str
    less: str
    other: str
    order: str
    wrong: str

    @classmethod
    def draw(cls, draws: Draws, name: str) -> Parts:
        """Draw amounts and a number that fit together."""
        cents = draws.between(2_000, 19_999)
        sign = draws.choice(("$", "€", "£"))
        letter, digits = draws.choice("ABCDEFGHKL"), draws.between(1000, 9999)
        other = cents + draws.between(300, 4_000)
        wrong = f"{letter}{1000 + (digits + 271) % 9000}"
        paid, less, false = (_money(sign, amount) for amount in (cents, cents // 2, other))
        return cls(name, paid, less, false, f"{letter}{digits}", wrong)

    def fill(self, text: str) -> str:
        """Fill the blanks of a line."""
        return text.format_map(structs.asdict(self))


class Talk(msgspec.Struct, frozen=True):
    """A conversation; `flaws` are the positions (from 0) of the turns that evals find fault with."""

    turns: tuple[Turn, ...]
    flaws: dict[str, int]
    resolved: bool


FLAWS: Final = ("coherence", "task", "tone")
_FLAWS: Final = {
    "conversation_coherence": "coherence",
    "conversation_resolution": "task",
    "task_completion": "task",
    "customer_tone": "tone",
    "agent_empathy": "tone",
}
_GUESSED: Final = {"score": "task", "choices": "tone"}
_FOUND: Final = {
    "coherence": "the agent contradicts what was said before",
    "task": "the agent gives up without solving it",
    "tone": "the customer is angry",
}
_FINE: Final = {
    "coherence": "The agent kept to what was said throughout the conversation.",
    "task": "The customer got what they called for.",
    "tone": "The customer stayed at ease.",
}


def flaw_of(config: EvalConfig) -> str:
    """Return which flaw an eval looks for; of an unknown one, guessed from what it puts out."""
    return _FLAWS.get(config.template_name) or _GUESSED.get(config.output_type, "coherence")


def found_fault(value: EvalValue) -> bool:
    """Return whether an output is a bad one: failed, a score below one half, or an angry customer."""
    if isinstance(value, tuple):
        return "angry" in value
    return value is False or (not isinstance(value, bool) and value is not None and value < 0.5)


def converse(
    script: Script,
    parts: Parts,
    draws: Draws,
    uuid: str,
    outputs: Sequence[Output],
    status: str,
    duration: int | None,
) -> Talk:
    """Play the script as far as the call came, with the flaws that its evals found."""
    wrong = {
        flaw_of(config) for config, state, value, _ in outputs if state == "completed" and found_fault(value)
    }
    if status in ("pending", "queued", "cancelled"):
        return Talk((), {}, resolved=False)
    lines = list(script.body)
    flaws: dict[str, int] = {}
    if status in ("ongoing", "failed"):
        lines = lines[: draws.between(1, len(lines) - 1)]
    else:
        for kind in ("coherence", "tone", "task"):
            if kind in wrong:
                flaws[kind] = len(lines)
                lines.append(getattr(script, kind))
        lines += script.bad if "task" in wrong else script.good
    scale = duration * 1000 // (len(lines) + 1) if duration else 6_000
    tail = int(uuid[24:], 16)
    turns = []
    for i, (speaker, text) in enumerate(lines):
        start = i * scale + draws.below(scale // 4 + 1)
        turn_id = f"{uuid[:24]}{tail ^ (i + 1):012x}"
        turns.append(
            Turn(turn_id, speaker, parts.fill(text), start, start + scale // 2 + draws.below(scale // 4 + 1))
        )
    return Talk(tuple(turns), flaws, resolved="task" not in wrong)


def explain(config: EvalConfig, state: str, value: EvalValue, talk: Talk, parts: Parts) -> str:
    """Write an eval's reason; a bad one names and quotes the turn (counted from 1)."""
    kind = flaw_of(config)
    if state == "error":
        return "The evaluator did not answer in time."
    if state != "completed":
        return ""
    if found_fault(value) and kind in talk.flaws:
        at = talk.flaws[kind]
        return f"Turn {at + 1}: {_FOUND[kind]}: “{talk.turns[at].text}”"
    if found_fault(value):
        return f"Nothing {parts.name} asked for was resolved."
    return _FINE[kind]


def _money(sign: str, cents: int) -> str:
    return f"{sign}{cents // 100}.{cents % 100:02d}"


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
    draws = Draws(seed, "details", uuid)
    script = scripts()[script_name]
    has = _has_all if uuid == CALL_EXECUTION_ID else draws.chance
    name = draw_name(draws, script.language)
    parts = Parts.draw(draws, name)
    over = status in _TALKED
    voice = channel == "voice"
    customer = name if has(900) else None
    customer_number = draw_phone(draws, script.language) if voice and has(500) else None
    session = f"sess-{uuid[:8]}" if has(600) else None
    talk = converse(script, parts, Draws(seed, "talk", uuid), uuid, outputs, status, duration)
    if given is not None:
        talk = Talk(given, dict.fromkeys(FLAWS, len(given) - 1) if given else {}, talk.resolved)
    evals = tuple(
        EvalOutput(
            config, state, value, reason if reason is not None else explain(config, state, value, talk, parts)
        )
        for config, state, value, reason in outputs
    )
    skipped = over and draws.chance(40)
    ended: str | None = None
    error: str | None = None
    if over:
        ended = draws.choice(_REASONS) if has(960) else None
    elif status == "failed":
        ended = draws.choice(_FAULTS)
        error = "The provider hung up: 503" if ended == "error" else None
    stt, llm, tts = draws.between(0, 3), draws.between(1, 9), draws.between(0, 4)
    user = draws.between(0, 4)
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
        agent_latency_ms=draws.between(350, 1_900) if over and has(850) else None,
        stop_time_ms=draws.between(100, 700) if over and voice and has(600) else None,
        interruptions=(user, draws.between(0, 2)) if over else None,
        words_per_minute=(draws.between(900, 1700) / 10, draws.between(1100, 1600) / 10) if over else None,
        talk_ratio=draws.between(5, 25) / 10 if over and has(700) else None,
        csat=draws.between(2, 10) / 2 if over and draws.chance(150) else None,
        tokens=(draws.between(400, 2_000), draws.between(200, 900)) if over and not voice else None,
        costs=(stt + llm + tts + draws.between(2, 12), stt, llm, tts) if over else None,
        recording=f"https://recordings.example.com/{uuid}" if over and voice and not skipped else None,
        stereo=draws.chance(500),
        skip_reason="No audio captured" if skipped else None,
        tools=_tools(draws, script, uuid) if over and draws.chance(400) else (),
    )
    return details, evals


def _has_all(_: int) -> bool:
    """Stand in for a chance, for the call that examples show: it lacks nothing."""
    return True


def _tools(draws: Draws, script: Script, uuid: str) -> tuple[dict[str, Any], ...]:
    passed = draws.chance(800)
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
