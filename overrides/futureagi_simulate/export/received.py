"""A call as it was received."""

from __future__ import annotations

from typing import Any, Final, Self

import attrs
import msgspec


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
        """Give the call as the server sent it."""
        return _decode(self._raw_json)


_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode
