"""The client's options, in one frozen value that is passed along.

The environment is read here and nowhere else.
"""

from __future__ import annotations

import math
import os
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from futureagi_simulate.checks import yes_or_no
from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.listings.notices import warn_about_plain_http
from futureagi_simulate.transport import logs
from futureagi_simulate.transport.keys import Credentials, Secret
from futureagi_simulate.transport.origin import DEFAULT_BASE_URL, Origin
from futureagi_simulate.transport.retry import RetryPolicy

__all__ = ["Options", "Timeout"]

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
        """Give each phase's limit, none above `seconds`, under the names that httpx has for them."""
        limits = ((phase, getattr(self, phase)) for phase in _PHASES)
        if seconds == math.inf:
            return dict(limits)
        return {phase: seconds if limit is None or limit > seconds else limit for phase, limit in limits}


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
        timeout: Any = UNSET,
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
            warn_about_plain_http(str(origin))
        return cls(
            credentials=credentials,
            origin=origin,
            timeout=Timeout() if timeout is UNSET else Timeout.of(timeout),
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
    """Tell whether a host is this machine: localhost and names below it, 127.0.0.0/8, ::1."""
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
