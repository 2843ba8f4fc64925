"""Put a plan's questions to something that answers, within a budget, and keep what was said."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from futureagi_simulate.contract.asking import Ask
from futureagi_simulate.contract.drift.log import Log
from futureagi_simulate.contract.drift.look import Look
from futureagi_simulate.contract.drift.plan import plan
from futureagi_simulate.contract.exchange import Exchange, Keys, read_lines, to_record
from futureagi_simulate.contract.ids import Ids

MAX_REQUESTS: Final = 200
_FIRST: Final = 6


def survey(
    ask: Ask,
    ids: Ids,
    further: tuple[str, ...] = (),
    *,
    max_requests: int = MAX_REQUESTS,
    base_url: str | None = None,
) -> Log:
    """Ask what the plan asks, at most `max_requests` times."""
    look = Look(ids, further)
    questions = plan(look)
    try:
        question = next(questions)
        for number in range(max_requests):
            if number == _FIRST and not has_access(look.seen):
                break
            question = questions.send(ask(question))
    except StopIteration:
        pass
    finally:
        questions.close()
    return Log(tuple(look.seen), base_url)


def has_access(seen: Iterable[Exchange]) -> bool:
    """Tell whether any question with good keys was answered 200."""
    return any(one.answer.status == 200 and one.question.keys is Keys.GOOD for one in seen)


def read(path: Path) -> Log:
    """Read recorded exchanges from a file, one JSON object a line; raise ValueError when it holds none."""
    log = Log(tuple(read_lines(path.read_bytes().splitlines())))
    if not log.exchanges:
        raise ValueError("the file holds no exchange")
    return log


def write(path: Path, exchanges: Iterable[Exchange]) -> None:
    """Write exchanges in the form that `read` takes. Keys are left out, answers are kept whole."""
    lines = (msgspec.json.encode(to_record(number, one)) for number, one in enumerate(exchanges, start=1))
    path.write_bytes(b"".join(line + b"\n" for line in lines))
