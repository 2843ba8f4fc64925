"""Where the API is.

The one scheme, host and port that may see the keys, and a path in front of every endpoint.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import msgspec

from futureagi_simulate.errors import ConfigurationError

__all__ = ["DEFAULT_BASE_URL", "Elsewhere", "Origin", "target_origin"]

DEFAULT_BASE_URL: Final = "https://api.futureagi.com"
_PORTS: Final = {"http": 80, "https": 443}
_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f\\]")
_SAFE_IN_PATH: Final = "/:@!$&'()*+,;=~%-._"
_LONGEST: Final = 65_536  # httpx takes no more, and most servers take far less
_SAFE_IN_QUERY: Final = _SAFE_IN_PATH + "?[]"
_STRANGE: Final = "holds whitespace, a control character or a backslash"
_UNREADABLE: Final = "has an address or a port that can't be read"


class Origin(msgspec.Struct, frozen=True):
    """A checked base URL: scheme, host and port, and the path prefix ("" or "/api")."""

    scheme: str
    host: str
    port: int
    prefix: str = ""

    @classmethod
    def of(cls, base_url: object, name: str = "base_url") -> Origin:
        """Read a base URL such as "https://api.futureagi.com" or "http://127.0.0.1:8000/prefix".

        Raises ConfigurationError, naming `name`, for anything else: no scheme, another scheme than http and
        https, a user or password, a query, a fragment, whitespace.
        """
        problem = _problem(base_url)
        if problem is not None or not isinstance(base_url, str):
            raise ConfigurationError(
                f"{name} {problem}.",
                remedy=f'Give it as "{DEFAULT_BASE_URL}" or "http://127.0.0.1:8000".',
            )
        parts = urlsplit(base_url)
        prefix = quote(parts.path, safe=_SAFE_IN_PATH).rstrip("/")
        return cls(parts.scheme, parts.hostname or "", _port(parts), prefix)

    @property
    def root(self) -> str:
        """Scheme, host and port as the beginning of a URL; the scheme's own port isn't named."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    def __str__(self) -> str:
        return self.root + self.prefix

    def url(self, path: str, query: Iterable[tuple[str, str]] = ()) -> str:
        """Return the absolute URL of an endpoint's path and query.

        Raises ConfigurationError for a path that could lead elsewhere: not starting with one slash, or
        climbing with "..", and for an address that is too long.
        """
        if (
            not path.startswith("/")
            or path.startswith("//")
            or ".." in path.split("/")
            or _UNSAFE.search(path)
        ):
            raise ConfigurationError(
                f"The path {path!r} isn't one of the API's.",
                remedy="Give a path that begins with one slash; the host comes from base_url.",
            )
        pairs = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query)
        url = self.root + self.prefix + quote(path, safe=_SAFE_IN_PATH) + (f"?{pairs}" if pairs else "")
        if len(url) > _LONGEST:
            raise ConfigurationError(
                f"The request's address has {len(url):,} characters; {_LONGEST:,} at most can be sent.",
                remedy="Ask for a shorter text, or with fewer filters or names.",
            )
        return url

    def owns(self, url: str) -> bool:
        """Tell whether a URL has this scheme, host and port, and no user or password.

        Only such a URL gets the keys.
        """
        if _UNSAFE.search(url):
            return False
        try:
            parts = urlsplit(url)
            return "@" not in parts.netloc and (parts.scheme, parts.hostname, _port(parts)) == (
                self.scheme,
                self.host,
                self.port,
            )
        except ValueError:
            return False

    def follow(self, current: str, location: str) -> str | None:
        """Return where a redirect leads if it stays on this origin, else None.

        Scheme, host and port of the result are written from the configured origin, not copied from
        `location`: what another URL parser would read in it doesn't matter.
        """
        location = location.strip()
        if _UNSAFE.search(location):
            return None
        try:
            target = urljoin(current, location)
        except ValueError:
            return None
        if not self.owns(target):
            return None
        parts = urlsplit(target)
        query = f"?{quote(parts.query, safe=_SAFE_IN_QUERY)}" if parts.query else ""
        return self.root + (quote(parts.path, safe=_SAFE_IN_PATH) or "/") + query


class Elsewhere(msgspec.Struct, frozen=True):
    """Where a redirect leads that isn't followed, for a message.

    `target`: scheme, host and port, without user, password, path and query; "" where they can't be told.
    `problem`: why nobody can follow it; "" where it leads to another origin.
    """

    target: str = ""
    problem: str = ""


def target_origin(current: str, location: str) -> Elsewhere:
    """Say where a redirect leads that `Origin.follow` doesn't follow, and why nobody could."""
    location = location.strip()
    if _UNSAFE.search(location):
        return Elsewhere(problem=_STRANGE)
    try:
        parts = urlsplit(urljoin(current, location))
    except ValueError:
        return Elsewhere(problem=_UNREADABLE)
    target = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    problem = _problem(target) or ""
    if not problem and Origin.of(target).owns(current):  # all that is left there to object to
        problem = "holds a user name or password"
    return Elsewhere(target if parts.netloc else "", problem)


def _port(parts: SplitResult) -> int:
    return parts.port if parts.port is not None else _PORTS.get(parts.scheme, 0)


def _problem(base_url: object) -> str | None:
    """Name what makes a base URL unusable; None if nothing does."""
    if not isinstance(base_url, str):
        return "is not a text"
    if not base_url.strip():
        return "is blank"
    if _UNSAFE.search(base_url):
        return _STRANGE
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError:
        return _UNREADABLE
    if "://" not in base_url or not parts.scheme:
        return "has no scheme: it doesn't begin with https:// or http://"
    if parts.scheme not in _PORTS:
        return "begins with another scheme than https:// or http://"
    if "@" in parts.netloc:
        return "holds a user name or password, which aren't used here: two keys are"
    if not parts.hostname or port == 0:
        return "names no host" if not parts.hostname else "names port 0"
    if not parts.netloc.isascii():
        return "has a host that isn't ASCII: write it in its xn-- form"
    if "?" in base_url:
        return "holds a query"
    if "#" in base_url:
        return "holds a fragment"
    if ".." in parts.path.split("/"):
        return 'climbs with ".." in its path'
    return None
