"""One flat record for a call and one for an execution, made from any endpoint's response, in fixed units.

Rules that hold for all of them: what is unknown is None; times are aware datetimes in UTC; lengths of time
are seconds; money is US cents; scores and rates are percent, 0 to 100; words the server uses as codes
(status, kind, direction) are in lower case.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal, Protocol, cast

__all__ = [
    "AnswerShare",
    "Answered",
    "CallRecord",
    "EvalKind",
    "EvalRecord",
    "EvalStatus",
    "EvalSummary",
    "ExecutionRecord",
    "GroupKey",
    "GroupRecord",
    "Turn",
    "call_record",
    "execution_record",
    "group_record",
]

EvalKind = Literal["pass_fail", "score", "choices"]
"""How an eval answers: with passed or failed, with a score, or with words out of a list."""

EvalStatus = Literal["completed", "pending", "skipped", "error"]
"""What became of an eval on one call."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a transcript.

    `speaker` is "agent" (the agent under test), "customer" (the simulated person it talks with), "unknown"
    (one of the two, in a snapshot that doesn't tell which), or the server's own word for anything else, such
    as "system" or "tool_calls". `start_s` and `end_s` are seconds
    from the start of the call.
    """

    speaker: str
    text: str
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class EvalRecord:
    """The result of one eval for one call.

    `passed` is set for the kind "pass_fail", `score` (0 to 100) for "score", `choices` for "choices"; all
    three only when `status` is "completed". `output` is the server's own value, untouched; its form differs
    from endpoint to endpoint, so it plays no part when two records are compared.
    """

    id: str
    name: str | None = None
    kind: EvalKind | None = None
    passed: bool | None = None
    score: float | None = None
    choices: tuple[str, ...] = ()
    reason: str | None = None
    status: EvalStatus | None = None
    output: Any = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call, from any endpoint that shows calls.

    Not every endpoint sends everything: no transcript comes with the runs endpoint, for one. `updated_at`
    is the time of the last change. `phone_number` is the number that was dialled; `customer_name` is a
    name, never a phone number. A rerun's preserved former result has `is_snapshot` set, with
    `original_call_id` naming the call.
    """

    id: str
    execution_id: str | None = None
    status: str | None = None
    kind: Literal["voice", "text"] | None = None
    direction: Literal["inbound", "outbound"] | None = None
    scenario: str | None = None
    scenario_id: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    duration_s: float | None = None
    customer_name: str | None = None
    phone_number: str | None = None
    summary: str | None = None
    ended_reason: str | None = None
    overall_score: float | None = None
    agent_latency_s: float | None = None
    response_time_s: float | None = None
    cost_cents: float | None = None
    evals: tuple[EvalRecord, ...] = ()
    transcript: tuple[Turn, ...] = ()
    is_snapshot: bool = False
    rerun_type: str | None = None
    original_call_id: str | None = None
    session_id: str | None = None
    provider: str | None = None
    raw_json: bytes = field(default=b"", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AnswerShare:
    """How often an eval gave one answer: its words, the share in percent, the number of calls if known."""

    choices: tuple[str, ...]
    percent: float
    calls: int | None = None


@dataclass(frozen=True, slots=True)
class EvalSummary:
    """The results of one eval for all calls of an execution.

    `pass_rate`, `passed` and `failed` (numbers of calls) belong to the kind "pass_fail"; `average` and
    `percentiles` ("p5" to "p100") to "score"; `choices`, by word the share of answers that hold it, to
    "choices". An answer can hold several words, so these can exceed 100 together; `answers` has the shares of
    whole answers, and is empty where the server tells only those of words. `total` is the number of calls
    judged. The server sums up by template: `parts` are the run test's own evals made from it, the ones that
    calls name in their results.
    """

    id: str | None = None
    name: str | None = None
    kind: EvalKind | None = None
    pass_rate: float | None = None
    passed: int | None = None
    failed: int | None = None
    average: float | None = None
    percentiles: dict[str, float] = field(default_factory=dict[str, float], hash=False)
    choices: dict[str, float] = field(default_factory=dict[str, float], hash=False)
    answers: tuple[AnswerShare, ...] = ()
    total: int | None = None
    parts: tuple[EvalSummary, ...] = ()


@dataclass(frozen=True, slots=True)
class ExecutionRecord:
    """One execution of a run test, from either endpoint that lists executions.

    `evals` comes with the runs endpoint only; scenarios, agent and success rate with the list of test
    executions only. `success_rate` is None until a call was attempted.
    """

    id: str | None = None
    run_test_id: str | None = None
    run_test_name: str | None = None
    status: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    created_at: datetime | None = None
    duration_s: float | None = None
    total_calls: int | None = None
    completed_calls: int | None = None
    failed_calls: int | None = None
    scenarios: tuple[str, ...] = ()
    agent_name: str | None = None
    agent_version: str | None = None
    kind: Literal["voice", "text"] | None = None
    success_rate: float | None = None
    error_reason: str | None = None
    evals: tuple[EvalSummary, ...] = ()
    raw_json: bytes = field(default=b"", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class GroupKey:
    """What the calls of a group have in common: a column, by its id, and its value."""

    column: str
    value: Any


@dataclass(frozen=True, slots=True)
class GroupRecord:
    """A group of an execution's calls. `calls` is their number; the other figures are means of the group's.

    `key` has what the calls share, one entry for each column that they are grouped by.
    """

    calls: int | None = None
    overall_score: float | None = None
    response_time_s: float | None = None
    agent_latency_s: float | None = None
    total_tokens: float | None = None
    input_tokens: float | None = None
    output_tokens: float | None = None
    turn_count: float | None = None
    csat_score: float | None = None
    key: tuple[GroupKey, ...] = ()
    raw_json: bytes = field(default=b"", compare=False, repr=False)


_MOST = 1e100  # far beyond what any field holds, and products of two are still floats
_PHONE_NUMBER = re.compile(r"\+?[\d\s().-]{5,}")


def first(raw: Mapping[str, Any], *keys: str) -> Any:
    """Return the first of `keys` that holds something other than null."""
    for key in keys:  # half the cost of next() over a generator, and asked a hundred times a call
        value = raw.get(key)
        if value is not None:
            return value
    return None


def text(value: object) -> str | None:
    """Return a non-empty text."""
    return value if isinstance(value, str) and value else None


FINISHED: Final = ("completed", "failed", "cancelled")
"""The words for what the server doesn't go on with: of calls and of executions. Any other isn't final."""


def word(value: object) -> str | None:
    """Return a code word in lower case."""
    return value.strip().lower() or None if isinstance(value, str) else None


def number(value: object) -> float | None:
    """Return a number that can be reckoned with; a whole one stays an int."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    return value if -_MOST < value < _MOST else None


def whole(value: object) -> int | None:
    """Return a whole number."""
    found = number(value)
    return int(found) if found is not None and found == int(found) else None


def seconds(milliseconds: object) -> float | None:
    """Turn milliseconds into seconds."""
    found = number(milliseconds)
    return None if found is None else found / 1000


def moment(value: object) -> datetime | None:
    """Read an ISO 8601 time as UTC; one without a zone is taken as UTC."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):  # the latter for a year 1 or 9999 that in UTC is another
        return None


def mapping(value: object) -> dict[str, Any]:
    """Return a JSON object, or an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """Return a JSON array, or an empty one."""
    return cast("list[object]", value) if isinstance(value, list) else []


def objects(value: object) -> list[dict[str, Any]]:
    """Return the JSON objects in a JSON array."""
    return [one for one in items(value) if isinstance(one, dict)]


def medium(value: object) -> Literal["voice", "text"] | None:
    """Return whether a call was voice or text; the server spells them "voice", "text" and "TEXT"."""
    match word(value):
        case "voice":
            return "voice"
        case "text":
            return "text"
        case _:
            return None


def person(value: object) -> str | None:
    """Return a person's name; the real server puts the phone number where the name is documented."""
    name = text(value)
    return None if name is None or _PHONE_NUMBER.fullmatch(name) else name


_PRINTED: Final = re.compile(
    r"""(?=[\[{(]) (?: [\[\]{}(),:\s] | None | True | False | -?[\d.]++(?:e[-+]?\d++)?
    | '(?:[^'\\\n]|\\[\\'nrtxuU])*+' | "(?:[^"\\\n]|\\[\\'nrtxuU])*+" )++""",
    re.VERBOSE,
)
"""What Python may print for a list or an object: only such a text is read, since reading others can warn."""


def word_shares(answers: tuple[AnswerShare, ...], total: int | None) -> dict[str, float]:
    """Return each word's share of the answers that hold it, in percent, by word.

    Where the calls of each share are known they are counted, so that rounded shares aren't summed.
    """
    chosen = sorted({word for answer in answers for word in answer.choices})
    return {word: _share([one for one in answers if word in one.choices], total) for word in chosen}


def _share(answers: list[AnswerShare], total: int | None) -> float:
    calls = [answer.calls for answer in answers if answer.calls is not None]
    if total and len(calls) == len(answers):
        return round(100 * sum(calls) / total, 2)
    return round(sum(answer.percent for answer in answers), 2)


def answer_shares(shares: Mapping[str, float], total: int | None) -> tuple[AnswerShare, ...]:
    """Read the shares as a server sends them, and add up those of answers that hold the same words."""
    sums: dict[tuple[str, ...], float] = {}
    for text, share in shares.items():
        chosen = choices_of(text)
        sums[chosen] = sums.get(chosen, 0) + share
    return tuple(
        AnswerShare(chosen, round(share, 2), None if total is None else round(share * total / 100))
        for chosen, share in sorted(sums.items())
    )


def overlap(answers: tuple[AnswerShare, ...]) -> bool:
    """Say whether these are shares of words, of which one answer can hold several: they exceed 100 %.

    Each may have been rounded up by a hundredth.
    """
    return sum(answer.percent for answer in answers) > 100 + 0.01 * len(answers)


def choices_of(answer: str) -> tuple[str, ...]:
    """Read the choices in an answer's text: a list or an object as Python prints it, else the text is one."""
    if not _PRINTED.fullmatch(answer):
        return (answer,)
    try:
        value = ast.literal_eval(answer)
        return tuple(_words(value)) if isinstance(value, list | tuple | dict) else (answer,)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return (answer,)


def _words(value: Any) -> Iterator[str]:
    """Yield the words in a list or an object of choices; raise where it holds anything else."""
    match value:
        case {"choices": held} | {"choice": held}:
            yield from _words(held)
        case list() | tuple():
            for part in cast("Iterable[object]", value):
                yield from _words(part)
        case str():
            value.encode()  # half of a surrogate pair is a ValueError: it could be written nowhere
            yield value
        case None:
            pass
        case dict() if not value:
            pass
        case _:
            raise TypeError


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
    status = word(entry.get("status"))
    if entry.get("error") not in (None, False, "") or status in ("error", "failed"):
        return "error"
    if entry.get("skipped") is True or status == "skipped":
        return "skipped"
    if status == "pending" or not entry:
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
    if chosen := mapping(output):
        output = first(chosen, "choices", "choice")
    if isinstance(output, str):
        return (output,)
    return tuple(choice for choice in items(output) if isinstance(choice, str))


def eval_summaries(results: object) -> tuple[EvalSummary, ...]:
    """Read `eval_results` of an execution; each entry sums up its parts in `result`."""
    return tuple(map(_summary, objects(results)))


def _summary(entry: Mapping[str, Any]) -> EvalSummary:
    parts = objects(entry.get("result"))
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
    """Return the shares of words, and those of whole answers where it is those that were sent."""
    found = answer_shares(_numbers(sent), total)
    return word_shares(found, total), () if overlap(found) else found


def _sum(values: Any) -> int | None:
    known = [found for found in map(whole, values) if found is not None]
    return sum(known) if known else None


def _numbers(values: Mapping[str, Any]) -> dict[str, float]:
    return {key: found for key, value in values.items() if (found := number(value)) is not None}


_SIDES: Final = {
    **dict.fromkeys(("agent", "assistant", "bot"), "agent"),
    **dict.fromkeys(("customer", "human", "simulator", "user"), "customer"),
}
_START: Final = ("start_time_seconds", "start_time"), "start_time_ms"
_END: Final = ("end_time_seconds", "end_time"), "end_time_ms"


def turns(value: object) -> tuple[Turn, ...]:
    """Read a transcript in the order sent.

    The words of the agent's side are assistant, bot and agent; those of the customer's side are user,
    customer, human and simulator. They are taken from the platform's point of view: for calls that the
    simulator places through Vapi the provider's own roles are the other way round (there the simulator is
    the "assistant"), but the server turns them before it answers, so nothing is turned here; `call_record`
    does that for snapshots, which are sent as stored. Every other word (system, tool_calls, …) is kept.
    """
    return tuple(map(_turn, objects(value)))


def _turn(entry: Mapping[str, Any]) -> Turn:
    spoken = word(first(entry, "speaker_role", "role", "speaker")) or ""
    return Turn(
        speaker=_SIDES.get(spoken, spoken),
        text=_text(first(entry, "messages", "content", "text", "message")),
        start_s=_time(entry, *_START),
        end_s=_time(entry, *_END),
    )


def _text(content: object) -> str:
    """Read what was said: a text, or a chat's list of texts or of `{"content": …}`."""
    if isinstance(content, str):
        return content
    if parts := mapping(content):
        content = first(parts, "content", "text")
    if several := items(content):
        return "\n".join(part for part in map(_text, several) if part)
    return text(content) or ""


def _time(entry: Mapping[str, Any], in_seconds: tuple[str, ...], in_milliseconds: str) -> float | None:
    """Read a time in seconds; `…_ms` is 0 where `…_seconds` says null, so the latter goes first."""
    for key in in_seconds:
        if key in entry:
            return number(entry[key])
    return seconds(entry.get(in_milliseconds))


class Answered(Protocol):
    """Anything an endpoint returned: it holds what the server sent."""

    @property
    def raw(self) -> dict[str, Any]:
        """Return the item as the server sent it."""
        ...

    @property
    def raw_json(self) -> bytes:
        """Return the exact bytes of the item."""
        ...


def call_record(
    model: Answered, *, execution_id: str | None = None, provider: str | None = None
) -> CallRecord:
    """Make the record of a call from what any endpoint returned for it.

    `execution_id` and `provider` are used where the answer itself doesn't name the execution or the voice
    provider, as snapshots don't. Never raises for values
    that differ from the contract: what can't be read is None.
    """
    raw = _flat(mapping(model.raw))
    scenario = raw.get("scenario")
    linked = mapping(scenario)
    return CallRecord(
        id=text(first(raw, "id", "call_execution_id")) or "",
        execution_id=text(first(raw, "test_execution_id", "execution_id")) or execution_id,
        status=word(raw.get("status")),
        kind=medium(raw.get("simulation_call_type")),
        direction=_direction(raw),
        scenario=text(scenario) or text(linked.get("name")) or text(raw.get("scenario_name")),
        scenario_id=text(first(raw, "scenario_id")) or text(linked.get("id")),
        started_at=moment(first(raw, "start_time", "started_at")),
        ended_at=moment(first(raw, "completed_at", "ended_at")),
        created_at=moment(raw.get("created_at")),
        updated_at=moment(first(raw, "updated_at", "timestamp")),
        duration_s=number(first(raw, "duration_seconds", "duration")),
        customer_name=person(raw.get("customer_name")) or _persona(raw),
        phone_number=text(raw.get("phone_number")),
        summary=text(raw.get("call_summary")),
        ended_reason=text(raw.get("ended_reason")),
        overall_score=number(raw.get("overall_score")),
        agent_latency_s=_agent_latency(raw),
        response_time_s=_response_time(raw),
        cost_cents=number(first(raw, "cost_cents", "total_cost_cents")),
        evals=eval_records(raw.get("eval_outputs"), raw.get("eval_metrics")),
        transcript=_platform_sides(raw, turns(first(raw, "transcript", "transcripts")), provider),
        is_snapshot=raw.get("is_snapshot") is True,
        rerun_type=text(raw.get("rerun_type")),
        original_call_id=text(raw.get("original_call_execution_id")),
        session_id=text(raw.get("session_id")),
        provider=_provider(raw) or word(provider),
        raw_json=model.raw_json,
    )


def _provider(raw: Mapping[str, Any]) -> str | None:
    return word(raw.get("provider")) or next(iter(mapping(raw.get("provider_call_data"))), None)


_RAW_CALL_TYPES: Final = frozenset({"inboundPhoneCall", "inbound", "web"})
"""Call types as stored, of which the server sends the provider's roles in snapshots. Outbound ones agree."""
_OTHER_SIDE: Final = {"agent": "customer", "customer": "agent"}


def _platform_sides(
    raw: Mapping[str, Any], spoken: tuple[Turn, ...], provider: str | None
) -> tuple[Turn, ...]:
    """Name the speakers of a snapshot from the platform's point of view, as the server does for calls.

    In inbound calls of Vapi the sides change places. Where the provider or the direction isn't known, both
    sides are "unknown". "inboundPhoneCall" is Vapi's own word.
    """
    kind = raw.get("call_type")
    if raw.get("is_snapshot") is not True or kind not in _RAW_CALL_TYPES:
        return spoken
    known = "vapi" if kind == "inboundPhoneCall" else _provider(raw) or word(provider)
    if known is not None and known != "vapi":
        return spoken
    known_side = known is not None and _direction(raw) == "inbound"
    sides = _OTHER_SIDE if known_side else dict.fromkeys(_OTHER_SIDE, "unknown")
    return tuple(replace(turn, speaker=sides.get(turn.speaker, turn.speaker)) for turn in spoken)


def _flat(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the groups of the runs endpoint, `latency` and `cost`, beside the other fields."""
    return {**mapping(raw.get("latency")), **mapping(raw.get("cost")), **raw}


def _direction(raw: Mapping[str, Any]) -> Literal["inbound", "outbound"] | None:
    """Read who called whom: "Inbound", "outboundPhoneCall", or `call_direction` in the metadata."""
    for value in (mapping(raw.get("call_metadata")).get("call_direction"), raw.get("call_type")):
        direction = word(value) or ""
        if "outbound" in direction:
            return "outbound"
        if "inbound" in direction:
            return "inbound"
    return None


def _persona(raw: Mapping[str, Any]) -> str | None:
    """Find the simulated customer's name in the scenario's own columns."""
    column = mapping(mapping(raw.get("scenario_columns")).get("persona"))
    return person(mapping(column.get("value")).get("name"))


def _in_milliseconds(raw: Mapping[str, Any]) -> bool:
    """Return whether this is a former result of the real server, whose times are in milliseconds."""
    return raw.get("is_snapshot") is True and "timestamp" in raw


def _agent_latency(raw: Mapping[str, Any]) -> float | None:
    """Read the agent's mean latency: milliseconds wherever a form says so, else seconds as documented."""
    if "avg_agent_latency_ms" in raw:
        return seconds(raw["avg_agent_latency_ms"])
    plain = raw.get("avg_agent_latency")
    return seconds(plain) if _in_milliseconds(raw) else number(plain)


def _response_time(raw: Mapping[str, Any]) -> float | None:
    """Read the response time; like the latency, but `response_time` is seconds on the real server too."""
    if "response_time_ms" in raw:
        return seconds(raw["response_time_ms"])
    plain = first(raw, "response_time_seconds", "response_time")
    return seconds(plain) if _in_milliseconds(raw) else number(plain)


def execution_record(
    model: Answered, *, run_test_id: str | None = None, run_test_name: str | None = None
) -> ExecutionRecord:
    """Make the record of an execution from what any endpoint returned for it.

    The real server writes 0 for a length and a success rate that aren't known yet; here those are None. Its
    scenarios are one text joined with ", ", so a scenario whose name holds a comma comes out as two.
    """
    raw = mapping(model.raw)
    attempted = whole(raw.get("calls_attempted"))
    return ExecutionRecord(
        id=text(first(raw, "id", "execution_id")),
        run_test_id=text(raw.get("run_test")) or run_test_id,
        run_test_name=run_test_name,
        status=word(raw.get("status")),
        started_at=moment(first(raw, "started_at", "start_time")),
        ended_at=moment(raw.get("completed_at")),
        created_at=moment(raw.get("created_at")),
        duration_s=number(first(raw, "duration_seconds", "duration")) or None,
        total_calls=whole(first(raw, "total_calls", "calls")),
        completed_calls=whole(raw.get("completed_calls")),
        failed_calls=whole(raw.get("failed_calls")),
        scenarios=_scenarios(raw),
        agent_name=text(first(raw, "agent_definition_used_name", "agent_definition")),
        agent_version=_unless(text(raw.get("agent_version")), "N/A"),
        kind=medium(raw.get("agent_type")),
        success_rate=None if attempted == 0 else number(raw.get("success_rate")),
        error_reason=text(raw.get("error_reason")),
        evals=eval_summaries(raw.get("eval_results")),
        raw_json=model.raw_json,
    )


def _scenarios(raw: Mapping[str, Any]) -> tuple[str, ...]:
    named = raw.get("scenarios")
    if isinstance(named, str):
        return tuple(name for name in named.split(", ") if name and name != "No scenarios")
    return tuple(name for name in items(named) if isinstance(name, str))


def _unless(value: str | None, placeholder: str) -> str | None:
    return None if value == placeholder else value


_MEANS: Final = ("total_tokens", "input_tokens", "output_tokens", "turn_count", "csat_score")
_FIGURES: Final = frozenset({"count", "avg_overall_score", "avg_response_time", "avg_latency_ms", *_MEANS})


def group_record(model: Answered) -> GroupRecord:
    """Make the record of a group of calls."""
    raw = mapping(model.raw)
    return GroupRecord(
        calls=whole(raw.get("count")),
        overall_score=number(raw.get("avg_overall_score")),
        response_time_s=seconds(raw.get("avg_response_time")),
        agent_latency_s=seconds(raw.get("avg_latency_ms")),
        **{name: number(raw.get(name)) for name in _MEANS},
        key=tuple(GroupKey(name, value) for name, value in raw.items() if name not in _FIGURES),
        raw_json=model.raw_json,
    )
