"""Put a plan's questions to something that answers, within a budget, and keep what was said."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from futureagi_simulate.contract.asking import Ask
from futureagi_simulate.contract.drift.log import Log
from futureagi_simulate.contract.drift.look import Asking, Look
from futureagi_simulate.contract.drift.plan import plan
from futureagi_simulate.contract.exchange import Answer, Exchange, Keys, read_lines, to_record
from futureagi_simulate.contract.ids import Ids

MAX_REQUESTS: Final = 200
_FIRST: Final = 6
_NO_ANSWER: Final = Answer(0, {}, b"")
_LEFT: Final = b'{"unasked":'


class _Left(msgspec.Struct):
    """The line of a file that says how many questions were left."""

    unasked: int


def survey(
    ask: Ask,
    ids: Ids,
    further: tuple[str, ...] = (),
    *,
    max_requests: int = MAX_REQUESTS,
    base_url: str | None = None,
) -> Log:
    """Ask what the plan asks, at most `max_requests` times, and count what it would still have asked."""
    look = Look(ids, further)
    questions = plan(look)
    try:
        question = next(questions)
        for number in range(max_requests):
            if number == _FIRST and not has_access(look.seen):
                break
            question = questions.send(ask(question))
        seen = tuple(look.seen)
        return Log(seen, base_url, _left(questions))
    except StopIteration:
        return Log(tuple(look.seen), base_url, 0)
    finally:
        questions.close()


def _left(questions: Asking) -> int:
    """Count the question that waits and those that would follow if nothing were answered any more.

    Answers give rise to further questions, so this is the least that is left.
    """
    left = 1
    with suppress(StopIteration):
        while True:
            questions.send(_NO_ANSWER)
            left += 1
    return left


def has_access(seen: Iterable[Exchange]) -> bool:
    """Tell whether any question with good keys was answered 200."""
    return any(one.answer.status == 200 and one.question.keys is Keys.GOOD for one in seen)


def read(path: Path) -> Log:
    """Read recorded exchanges from a file, one JSON object a line; raise ValueError when it holds none."""
    lines = path.read_bytes().splitlines()
    left = [msgspec.json.decode(line, type=_Left).unasked for line in lines if line.startswith(_LEFT)]
    exchanges = tuple(read_lines(b"" if line.startswith(_LEFT) else line for line in lines))
    if not exchanges:
        raise ValueError("the file holds no exchange")
    return Log(exchanges, unasked=sum(left) if left else None)


def write(path: Path, log: Log) -> None:
    """Write a look in the form that `read` takes. Keys are left out, answers are kept whole.

    The last line says what was left unasked, so that an unfinished look stays one.
    """
    lines = [msgspec.json.encode(to_record(number, one)) for number, one in enumerate(log.exchanges, start=1)]
    if log.unasked is not None:
        lines.append(msgspec.json.encode(_Left(log.unasked)))
    path.write_bytes(b"".join(line + b"\n" for line in lines))
