"""Conversations that fit their outcome: a failed eval's reason quotes the turn that went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from futureagi_simulate_mock.dice import Dice
from futureagi_simulate_mock.facts import EvalConfig, EvalValue, Turn

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

    @classmethod
    def draw(cls, dice: Dice, name: str) -> Parts:
        """Draw amounts and a number that fit together."""
        cents = dice.between(2_000, 19_999)
        sign = dice.choice(("$", "€", "£"))
        order = f"{dice.choice('ABCDEFGHKL')}{dice.between(1000, 9999)}"
        other = cents + dice.between(300, 4_000)
        return cls(name, _money(sign, cents), _money(sign, cents // 2), _money(sign, other), order)

    def fill(self, text: str) -> str:
        """Fill the blanks of a line."""
        return text.format(
            name=self.name, amount=self.amount, less=self.less, other=self.other, order=self.order
        )


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
    """Tell whether an output is a bad one: failed, a score below one half, or an angry customer."""
    if isinstance(value, tuple):
        return "angry" in value
    return value is False or (not isinstance(value, bool) and value is not None and value < 0.5)


def converse(
    script: Script,
    parts: Parts,
    dice: Dice,
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
        lines = lines[: dice.between(1, len(lines) - 1)]
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
        start = i * scale + dice.below(scale // 4 + 1)
        turn_id = f"{uuid[:24]}{tail ^ (i + 1):012x}"
        turns.append(
            Turn(turn_id, speaker, parts.fill(text), start, start + scale // 2 + dice.below(scale // 4 + 1))
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
        return f"Nothing {parts.name} asked for was dealt with."
    return _FINE[kind]


def _money(sign: str, cents: int) -> str:
    return f"{sign}{cents // 100}.{cents % 100:02d}"
