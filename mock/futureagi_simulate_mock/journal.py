"""The requests received and how they were answered, for tests to check. It holds no secrets."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from urllib.parse import unquote_plus

import msgspec

from futureagi_simulate_mock.generated import Endpoint
from futureagi_simulate_mock.messages import (
    NAMES,
    Ending,
    Headers,
    Query,
    Request,
    Response,
    endpoint_named,
)

HIDDEN: Final = "***"
_SECRET_HEADERS: Final = frozenset(
    {"x-api-key", "x-secret-key", "authorization", "proxy-authorization", "cookie"}
)
_SHORT: Final = {endpoint: name for name, endpoint in NAMES.items()}


class Entry(msgspec.Struct, frozen=True):
    """One request and what became of it.

    `status` is None when no status line was sent (the connection was reset or went silent).
    `fault` is the scripted fault that was played, as written; `organization` the owner of the keys, None
    when nobody was let in.
    """

    number: int
    at: datetime
    method: str
    path: str
    query: str
    headers: Headers
    endpoint: Endpoint | None
    organization: str | None
    status: int | None
    fault: str | None

    @property
    def params(self) -> dict[str, str]:
        """Return the query parameters; of a repeated one, the last."""
        return dict(Query.parse(self.path, self.query).pairs)

    def __str__(self) -> str:
        target = f"{self.path}?{self.query}" if self.query else self.path
        outcome = "nothing" if self.status is None else str(self.status)
        scripted = f" (fault {self.fault})" if self.fault else ""
        return f"#{self.number} {self.method} {target} -> {outcome}{scripted}"


class Journal:
    """A list of entries, oldest first, safe to write from several threads.

    It keeps the newest `limit` entries; `total` counts all of them. `secrets` are texts that are replaced
    wherever they stand in a path, a query or a header.
    """

    def __init__(self, secrets: tuple[str, ...] = (), limit: int = 100_000) -> None:
        self._secrets = tuple(filter(None, secrets))
        self._entries: deque[Entry] = deque(maxlen=limit)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self.total: int = 0

    def record(
        self,
        at: datetime,
        request: Request,
        response: Response,
        endpoint: Endpoint | None,
        organization: str | None = None,
        fault: str | None = None,
    ) -> None:
        """Record one exchange."""
        effect = response.effect
        silent = effect is not None and (
            effect.ending is Ending.RESET or (effect.ending is Ending.STALL and effect.sent is None)
        )
        status = None if silent else response.status
        headers = tuple((name, self._shown(name, value)) for name, value in request.headers)
        path, query = self.redact(request.path), self.redact(request.query)
        with self._lock:
            self.total = number = next(self._numbers)
            self._entries.append(
                Entry(number, at, request.method, path, query, headers, endpoint, organization, status, fault)
            )

    def _shown(self, name: str, value: str) -> str:
        return HIDDEN if name.lower() in _SECRET_HEADERS else self.redact(value)

    def redact(self, text: str) -> str:
        """Return `text` without secrets, encoded ones too."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, HIDDEN)
        if "%" in text and any(secret in unquote_plus(text) for secret in self._secrets):
            return HIDDEN
        return text

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return what is kept, oldest first."""
        with self._lock:
            return tuple(self._entries)

    @property
    def last(self) -> Entry:
        """Return the newest entry; raise AssertionError when there was no request."""
        entries = self.entries
        if not entries:
            raise AssertionError("the mock received no request")
        return entries[-1]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def select(
        self, endpoint: str | None = None, *, status: int | None = None, **params: object
    ) -> list[Entry]:
        """Return the entries for `endpoint` (short name or operation id), with this status and parameters.

        Parameters compare as text: `page=2` finds `?page=2`; a value of None finds requests without it.
        """
        wanted = None if endpoint is None else endpoint_named(endpoint)
        return [
            entry
            for entry in self.entries
            if (wanted is None or entry.endpoint is wanted)
            and (status is None or entry.status == status)
            and all(_agrees(entry.params.get(name), value) for name, value in params.items())
        ]

    def assert_asked(
        self,
        endpoint: str | None = None,
        *,
        times: int | None = None,
        status: int | None = None,
        **params: object,
    ) -> list[Entry]:
        """Check that such a request came (exactly `times`, or at least once) and return what came."""
        found = self.select(endpoint, status=status, **params)
        if times is None and found:
            return found
        if times is not None and len(found) == times:
            return found
        expected = "at least once" if times is None else f"{times} times"
        raise AssertionError(
            f"expected {self._wanted(endpoint, status, params)} {expected}, got it {len(found)} times\n{self}"
        )

    def assert_not_asked(
        self, endpoint: str | None = None, *, status: int | None = None, **params: object
    ) -> None:
        """Check that no such request came."""
        self.assert_asked(endpoint, times=0, status=status, **params)

    def clear(self) -> None:
        """Remove all entries and count from one again."""
        with self._lock:
            self._entries.clear()
            self._numbers = itertools.count(1)
            self.total = 0

    @staticmethod
    def _wanted(endpoint: str | None, status: int | None, params: dict[str, object]) -> str:
        parts = [_SHORT[endpoint_named(endpoint)] if endpoint else "a request"]
        parts += [f"{name}={value}" for name, value in params.items()]
        if status is not None:
            parts.append(f"answered {status}")
        return " ".join(parts)

    def __str__(self) -> str:
        entries = self.entries
        shown = [f"  {entry}" for entry in entries[-20:]]
        return "\n".join([f"journal ({len(entries)} entries, the last {len(shown)}):", *shown])


def _agrees(found: str | None, wanted: object) -> bool:
    return found is None if wanted is None else found == str(wanted)
