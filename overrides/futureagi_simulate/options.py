"""The client's options, in one frozen value that is passed along, and the origin that may see the keys.

The environment's keys and address are read here and nowhere else.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from futureagi_simulate import logs
from futureagi_simulate.auth import Credentials, Secret
from futureagi_simulate.checks import yes_or_no
from futureagi_simulate.errors import ConfigurationError, InsecureConnectionWarning
from futureagi_simulate.retry import RetryPolicy

__all__ = [
    "DEFAULT_BASE_URL",
    "DEFAULT_TIMEOUT",
    "Options",
    "Origin",
    "RedirectTarget",
    "Timeout",
    "redirect_target",
]


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
        """Return whether a URL has this scheme, host and port, and no user or password.

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


class RedirectTarget(msgspec.Struct, frozen=True):
    """Where a redirect leads that isn't followed, for a message.

    `target`: scheme, host and port, without user, password, path and query; "" where they are unknown.
    `problem`: why nobody can follow it; "" where it leads to another origin.
    """

    target: str = ""
    problem: str = ""


def redirect_target(current: str, location: str) -> RedirectTarget:
    """Say where a redirect leads that `Origin.follow` doesn't follow, and why nobody could."""
    location = location.strip()
    if _UNSAFE.search(location):
        return RedirectTarget(problem=_STRANGE)
    try:
        parts = urlsplit(urljoin(current, location))
    except ValueError:
        return RedirectTarget(problem=_UNREADABLE)
    target = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    problem = _problem(target) or ""
    if not problem and Origin.of(target).owns(current):  # all that is left there to object to
        problem = "holds a user name or password"
    return RedirectTarget(target if parts.netloc else "", problem)


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


MEBIBYTE: Final = 1024 * 1024
_PHASES: Final = ("connect", "read", "write", "pool")


class Timeout(msgspec.Struct, frozen=True):
    """Seconds that each phase of an attempt may take; None for as long as the retry budget lasts.

    `connect`: until a connection stands. `read`, `write`: until the next bytes came or went. `pool`: until a
    connection of the pool is free. Defaults: 60 s to read, as one call costs the server about 7 ms and pages
    may hold thousands.
    """

    connect: float | None = 10.0
    read: float | None = 60.0
    write: float | None = 10.0
    pool: float | None = 60.0

    def __post_init__(self) -> None:
        for phase in _PHASES:
            seconds = getattr(self, phase)
            number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
            if seconds is not None and (not number or not 0 < seconds < math.inf):
                raise ConfigurationError(
                    f"timeout {seconds!r} for {phase} isn't a positive number of seconds.",
                    remedy="Give timeout= as seconds, as a Timeout with seconds per phase, or as None.",
                )

    @classmethod
    def of(cls, value: Any) -> Timeout:
        """Read one number for every phase, None for no limit, a Timeout, or httpx's own."""
        if all(hasattr(value, phase) for phase in _PHASES):
            return cls(value.connect, value.read, value.write, value.pool)
        return cls(value, value, value, value)

    def within(self, seconds: float) -> dict[str, float | None]:
        """Return each phase's limit, none above `seconds`, under the names that httpx has for them."""
        limits = ((phase, getattr(self, phase)) for phase in _PHASES)
        if seconds == math.inf:
            return dict(limits)
        return {phase: seconds if limit is None or limit > seconds else limit for phase, limit in limits}


DEFAULT_TIMEOUT: Final = Timeout()


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that governs how requests are made.

    `strict`: an answer that differs from the contract raises instead of warning. `max_body`: bytes an answer
    may have when decompressed; a larger one is given up, not read.
    """

    credentials: Credentials
    origin: Origin
    timeout: Timeout = msgspec.field(default_factory=Timeout)
    retry: RetryPolicy = msgspec.field(default_factory=RetryPolicy)
    strict: bool = False
    max_body: int = 256 * MEBIBYTE

    @classmethod
    def of(
        cls,
        *,
        api_key: Secret | None = None,
        secret_key: Secret | None = None,
        base_url: str | None = None,
        timeout: Any = DEFAULT_TIMEOUT,
        retry: RetryPolicy | None = None,
        strict: bool = False,
        max_body: int = 256 * MEBIBYTE,
    ) -> Options:
        """Check the arguments; what is None comes from FI_API_KEY, FI_SECRET_KEY and FI_BASE_URL.

        Wrap keys with `Secret.of` before they get here. Raises ConfigurationError for the first thing that is
        wrong. Warns where the keys would go unencrypted to another machine.
        """
        environment = _Environment.read()
        logs.show(environment.log)
        credentials = Credentials.of(api_key or environment.api_key, secret_key or environment.secret_key)
        logs.hide(credentials)
        from_environment = base_url is None and environment.base_url is not None
        address = environment.base_url if from_environment else base_url
        origin = Origin.of(
            DEFAULT_BASE_URL if address is None else address,
            "FI_BASE_URL" if from_environment else "base_url",
        )
        if origin.scheme == "http" and not _is_loopback(origin.host):
            logs.warn(
                f"The keys are sent unencrypted: {origin} is plain http to another machine. "
                "Use https, or a tunnel that ends on this machine.",
                InsecureConnectionWarning,
            )
        return cls(
            credentials=credentials,
            origin=origin,
            timeout=Timeout.of(timeout),
            retry=_policy(retry),
            strict=yes_or_no(strict, "strict"),
            max_body=_limit(max_body),
        )

    def but(
        self,
        *,
        timeout: Any = UNSET,
        retry: RetryPolicy | UnsetType = UNSET,
        strict: bool | UnsetType = UNSET,
    ) -> Options:
        """Return these options with some changed; what is left out stays."""
        return replace(
            self,
            timeout=self.timeout if timeout is UNSET else Timeout.of(timeout),
            retry=self.retry if retry is UNSET else _policy(retry),
            strict=self.strict if strict is UNSET else yes_or_no(strict, "strict"),
        )


class _Environment(msgspec.Struct, frozen=True):
    """The variables that were set when a client was made; None, or no log level, for one that wasn't."""

    api_key: Secret | None
    secret_key: Secret | None
    base_url: str | None
    log: str

    @classmethod
    def read(cls) -> _Environment:
        return cls(
            Secret.of(os.environ.get("FI_API_KEY")),
            Secret.of(os.environ.get("FI_SECRET_KEY")),
            os.environ.get("FI_BASE_URL"),
            os.environ.get("FI_LOG", ""),
        )


def _policy(retry: Any) -> RetryPolicy:
    if retry is None:
        return RetryPolicy()
    if not isinstance(retry, RetryPolicy):
        raise ConfigurationError(
            f"retry={retry!r} isn't a RetryPolicy.",
            remedy="Give retry=RetryPolicy(attempts=..., budget=...), with attempts=1 for no retries.",
        )
    return retry


def _is_loopback(host: str) -> bool:
    """Return whether a host is this machine: localhost and names below it, 127.0.0.0/8, ::1."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    from ipaddress import ip_address  # here: a client over https needs none

    try:
        address = ip_address(name)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _limit(max_body: Any) -> int:
    if not isinstance(max_body, int) or isinstance(max_body, bool) or max_body < 1:
        raise ConfigurationError(
            f"max_body={max_body!r} isn't a positive number of bytes.",
            remedy=f"Leave max_body= out for {256 * MEBIBYTE}.",
        )
    return max_body
