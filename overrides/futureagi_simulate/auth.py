"""The two keys: checked once, shown nowhere."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from futureagi_simulate.errors import ConfigurationError

__all__ = ["Credentials", "Secret"]


MASK: Final = "***"
_WORTH_HIDING: Final = 4  # characters: masking a test's "k" would garble every text
_LIKELY_REAL: Final = 8  # characters
_WHERE: Final = "Keys are made in the Future AGI dashboard, under Settings."


class Secret:
    """A text that shows itself to nobody: masked in repr, str, formats, `vars` and pickles.

    Wrap an argument in the first statement of a function that takes a key (`api_key = Secret.of(api_key)`):
    the raw text is then in no local that a traceback could print. A pickled secret comes back empty.
    """

    __slots__ = ("__reveal",)

    def __init__(self, value: object) -> None:
        self.__reveal = value

    @classmethod
    def of(cls, value: object) -> Secret | None:
        """Wrap a text; keep None and what is wrapped already."""
        return value if value is None or isinstance(value, Secret) else cls(value)

    def reveal(self) -> str:
        """Return the text; never keep it in a local."""
        if not isinstance(self.__reveal, str):
            raise ConfigurationError(
                "A key is no text: it was never one, or it went through pickle, which keeps no keys.",
                remedy="Make a new Client where the keys are.",
            )
        return self.__reveal

    def is_text(self) -> bool:
        """Return whether there is a text to reveal."""
        return isinstance(self.__reveal, str)

    def __repr__(self) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret) or not (self.is_text() and other.is_text()):
            return self is other
        return hmac.compare_digest(self.reveal().encode(), other.reveal().encode())

    def __hash__(self) -> int:
        return hash(Secret)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Secret, (None,)


class Credentials(msgspec.Struct, frozen=True, weakref=True):
    """An API key and its secret key, valid as HTTP header values."""

    api_key: Secret
    secret_key: Secret

    @classmethod
    def of(cls, api_key: Secret | None, secret_key: Secret | None) -> Credentials:
        """Check both keys.

        Raises ConfigurationError, naming the variable and never the value, for a key that is missing, blank,
        surrounded by whitespace, or holds a line break, another control character or anything but ASCII.
        """
        return cls(
            _checked(api_key, "api_key", "FI_API_KEY"),
            _checked(secret_key, "secret_key", "FI_SECRET_KEY"),
        )

    def scrub(self, text: str) -> str:
        """Mask both keys wherever a text repeats them, as an echoing server or a library's error may.

        In any case of letters, as names of headers and codings are lowered, and in the form of a repr.
        """
        for key in self._longest_first():
            if len(key.reveal()) >= _WORTH_HIDING and (not text.isascii() or _is_in(text.lower(), key)):
                pattern = f"{re.escape(key.reveal())}|{re.escape(repr(key.reveal())[1:-1])}"
                text = re.sub(pattern, MASK, text, flags=re.IGNORECASE)
        return text

    def scrub_headers(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        """Mask both keys in the headers of a good answer. Without any, return them as given."""
        joined = "\n".join([*headers, *headers.values()])  # no key holds a line break
        if self.scrub(joined) == joined:
            return headers
        return {self.scrub(name): self.scrub(value) for name, value in headers.items()}

    def scrub_answer(self, content: bytes) -> bytes:
        """Mask both keys in a good answer, which has no business to hold them.

        Everything made from the answer, and all that is shown of it, is then free of them. Keys too short to
        be real ones stay, as they may be words of somebody's data.
        """
        for key in self._longest_first():
            if len(key.reveal()) >= _LIKELY_REAL:
                content = content.replace(key.reveal().encode(), MASK.encode())
        return content

    def _longest_first(self) -> tuple[Secret, Secret]:
        """Return both keys in an order in which masking one leaves no part of the other."""
        one, other = self.api_key, self.secret_key
        return (other, one) if len(one.reveal()) < len(other.reveal()) else (one, other)


def _is_in(lowered: str, key: Secret) -> bool:
    """Return whether a text in lower case holds a key or its repr: a cheap check before the pattern."""
    return key.reveal().lower() in lowered or repr(key.reveal())[1:-1].lower() in lowered


def _checked(secret: Secret | None, argument: str, variable: str) -> Secret:
    """Return a key that can be sent, or raise for the first thing that is wrong with it."""
    problem = _problem(secret)
    if secret is None or problem is not None:
        raise ConfigurationError(
            f"{variable} ({argument}=) {problem}.",
            remedy=f"Set the environment variable {variable} or pass {argument}= to the client. {_WHERE}",
        )
    return secret


def _problem(secret: Secret | None) -> str | None:
    """Name what makes a key unusable; None if nothing does."""
    if secret is None:
        return "is not set"
    if not secret.is_text():
        return "is not a text"
    if not secret.reveal().strip():
        return "is blank"
    if any(sign in secret.reveal() for sign in "\r\n"):
        return "holds a line break"
    if secret.reveal() != secret.reveal().strip():
        return "begins or ends with whitespace"
    if not secret.reveal().isascii():
        return "holds a character that isn't ASCII"
    if not secret.reveal().isprintable():
        return "holds a control character"
    return None
