"""Calls as JSON bytes, kept while nothing changes: a page of them is a join."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from futureagi_simulate_mock.facts import Call
from futureagi_simulate_mock.reading import Reader
from futureagi_simulate_mock.recent import Recent

_KEPT_BYTES: Final = 32 * 1024 * 1024


class Rendered:
    """The rendered calls of one profile, by the name of the form and the call's number."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._kept: Recent[tuple[str, int], bytes] = Recent(_KEPT_BYTES, len)
        self._seen = -1

    def calls(
        self, form: str, render: Callable[[Call], Any], numbers: Sequence[int] | array[int]
    ) -> list[bytes]:
        """Return the calls in the order of `numbers`, reading and rendering those not kept."""
        if self._seen != self._reader.store.changes:
            self._seen = self._reader.store.changes
            self._kept.clear()
        found = {number: self._kept.get((form, number)) for number in numbers}
        missing = [number for number, item in found.items() if item is None]
        if missing:
            for call in self._reader.calls(missing):
                found[call.number] = self._kept.put((form, call.number), msgspec.json.encode(render(call)))
        return [item for item in found.values() if item is not None]
