"""Put a plan's questions to something that answers, within a budget, and keep what was said."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any, Final

import attrs
import msgspec

from futureagi_simulate.auth import MASK, Credentials
from futureagi_simulate.errors import TimeoutError, TransportError
from futureagi_simulate_contract.asking import Ask, OutOfTimeError
from futureagi_simulate_contract.drift.log import Log
from futureagi_simulate_contract.drift.look import Asking, Look
from futureagi_simulate_contract.drift.plan import plan
from futureagi_simulate_contract.exchange import Answer, Exchange, Keys, read_lines, to_record
from futureagi_simulate_contract.ids import Ids

MAX_REQUESTS: Final = 200
_FIRST: Final = 6
_NO_ANSWER: Final = Answer(0, {}, b"")
_LEFT: Final = b'{"unasked":'
_COOKIE: Final = re.compile(r"(?:^|, *)[^=;, ]+=([^;]*)")
_SECRET_HEADERS: Final = frozenset({"set-cookie", "cookie", "authorization", "proxy-authorization"})
_SHORT: Final = 4  # characters: a shorter key is part of too many words
_LONG: Final = 8  # characters: a shorter cookie ("en-GB") is a word


class _Left(msgspec.Struct):
    """The line of a file that says how many questions were left, and why."""

    unasked: int
    stopped: str = ""


def survey(
    ask: Ask,
    ids: Ids,
    further: tuple[str, ...] = (),
    *,
    max_requests: int = MAX_REQUESTS,
    base_url: str | None = None,
) -> Log:
    """Ask what the plan asks, at most `max_requests` times, and count what it would still have asked.

    A server that stops answering, or time that is over, ends it: what was seen until then is kept. Raises
    TransportError where nothing was.
    """
    look = Look(ids, further)
    questions = plan(look)
    stopped = "--max-requests"
    try:
        question = next(questions)
        for number in range(max_requests):
            if number == _FIRST and not has_access(look.seen):
                break
            try:
                answer = ask(question)
            except TransportError as error:
                if not has_access(look.seen):
                    raise
                stopped = _reason(error)
                break
            question = questions.send(answer)
        seen = tuple(look.seen)
        return Log(seen, base_url, _left(questions), stopped)
    except StopIteration:
        return Log(tuple(look.seen), base_url, 0)
    finally:
        questions.close()


def _reason(error: TransportError) -> str:
    if isinstance(error, OutOfTimeError):
        return "--max-time"
    return "an answer took too long" if isinstance(error, TimeoutError) else "the connection failed"


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
    left = [msgspec.json.decode(line, type=_Left) for line in lines if line.startswith(_LEFT)]
    exchanges = tuple(read_lines(b"" if line.startswith(_LEFT) else line for line in lines))
    if not exchanges:
        raise ValueError("the file holds no exchange")
    unasked = sum(one.unasked for one in left) if left else None
    return Log(exchanges, unasked=unasked, stopped=left[0].stopped if left else "")


def recording(log: Log, keys: Credentials | None = None) -> bytes:
    """Return a look in the form that `read` takes; its last line says what was left unasked.

    Whatever a server repeats of `keys`, and of the cookies that it set, is masked in paths, queries, headers
    and bodies.
    """
    mask = _masked(log, keys)
    records = (_record(number, one, mask) for number, one in enumerate(log.exchanges, start=1))
    lines = [msgspec.json.encode(record) for record in records]
    if log.unasked is not None:
        lines.append(msgspec.json.encode(_Left(log.unasked, log.stopped)))
    return b"".join(line + b"\n" for line in lines)


def _record(number: int, exchange: Exchange, mask: Callable[[Any], Any]) -> Any:
    asked, answer = exchange.question, exchange.answer
    headers = {name: MASK if name in _SECRET_HEADERS else text for name, text in answer.headers.items()}
    query = tuple((mask(name), mask(value)) for name, value in asked.query)  # before it is escaped
    masked = Exchange(attrs.evolve(asked, query=query), attrs.evolve(answer, headers=headers))
    return mask(to_record(number, masked))


def _masked(log: Log, keys: Credentials | None) -> Callable[[Any], Any]:
    """Return a function that masks keys and cookies in every text of a value, in any of their encodings."""
    secrets = [] if keys is None else [keys.api_key.reveal(), keys.secret_key.reveal()]
    found = [one.answer.headers.get("set-cookie", "") for one in log.exchanges]
    cookies = {value.strip('"') for header in found for value in _COOKIE.findall(header)}
    secrets += [cookie for cookie in cookies if len(cookie) >= _LONG]
    worth = sorted((secret for secret in secrets if len(secret) >= _SHORT), key=len, reverse=True)
    forms = "|".join(form for secret in worth for form in _forms(secret))
    pattern = re.compile(forms or "(?!)", re.IGNORECASE)

    def mask(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(MASK, value)
        if isinstance(value, list):
            return [mask(item) for item in value]
        if isinstance(value, dict):
            return {mask(name): mask(item) for name, item in value.items()}
        return value

    return mask


def _forms(secret: str) -> Iterator[str]:
    """Yield patterns of a text as it is, escaped for URLs, JSON or HTML, in hex and within base64."""
    codes = ((re.escape(sign), ord(sign), re.escape(escape(sign))) for sign in secret)
    yield "".join(
        rf"(?:{sign}|%(?:25)*{code:02x}|\\+u{code:04x}|\\+{sign}|&#0*{code};|&#x0*{code:x};|{named})\x00*"
        for sign, code, named in codes
    )
    content = secret.encode()
    yield content.hex()
    for before, start in ((0, 0), (1, 2), (2, 3)):  # the signs that the text alone determines
        end = (before + len(content)) * 8 // 6
        found = b64encode(bytes(before) + content).decode()[start:end]
        yield re.escape(found).replace(r"\+", "[+-]").replace("/", "[/_]")
