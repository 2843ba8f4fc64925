"""A call as it was received."""

from __future__ import annotations

from typing import Any, Self

import attrs

from futureagi_simulate._api import decoded


@attrs.define(slots=False)
class Received:
    """A call as received, of which only the id is decoded."""

    id: str
    _raw_json = b""  # not annotated, as it is no field of the JSON; the listing sets each item's own

    @classmethod
    def of(cls, raw_json: bytes) -> Self:
        """Take a call's bytes back from where they were kept."""
        made = cls("")
        made._raw_json = raw_json
        return made

    @property
    def raw_json(self) -> bytes:
        """Give the exact bytes of the call."""
        return self._raw_json

    @property
    def raw(self) -> dict[str, Any]:
        """Give the call as the server sent it; what isn't UTF-8 is replaced."""
        return decoded(self._raw_json)


def without_halves(value: Any) -> Any:
    """Replace halves of surrogate pairs, which no file can hold, anywhere in a value."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list | tuple):
        return [without_halves(one) for one in value]
    if isinstance(value, dict):
        return {without_halves(key): without_halves(one) for key, one in value.items()}
    return value
