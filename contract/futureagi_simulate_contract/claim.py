"""Claims about a server: checks, which send what they need, and rules, which read recorded exchanges.

A claim has a name, says what holds, and is a function. The decorators `check` and `rule` enter a function in
`CLAIMS`, the one registry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Any, Final

import attrs

from futureagi_simulate_contract.exchange import Endpoint, Exchange, Log
from futureagi_simulate_contract.session import CheckError, NotApplicableError, Subject
from futureagi_simulate_contract.views import Profile

MAX_EVIDENCE: Final = 3


class Kind(StrEnum):
    """The kind of a departure from the contract."""

    MISSING = "missing"
    EXTRA = "extra"
    NULL = "null"
    TYPE = "type"
    CASING = "casing"
    VALUE = "value"
    FORMAT = "format"
    UNIT = "unit"
    MEANING = "meaning"
    EMPTY = "always empty"
    STATUS = "status code"
    PARAMETER = "bad parameter"
    DEFAULT = "default"
    PAGING = "paging"
    COUNT = "count"
    FILTER = "filter"
    SEARCH = "search"
    ORDER = "order"
    ERROR = "error body"


class Severity(StrEnum):
    """What a departure does to somebody who follows the documents."""

    BREAKS = "breaks"
    MISLEADS = "misleads"
    ADDS = "adds"


@attrs.frozen
class Finding:
    """One departure.

    `expected` is what the documents say or imply, `got` what was received. `known`: the open-source server
    was seen to do the same. Only `evidence` names requests and values: a redacted report leaves it out.
    """

    rule: str
    endpoint: str
    location: str
    kind: Kind
    severity: Severity
    expected: str
    got: str
    known: bool
    evidence: tuple[str, ...] = ()
    times: int = 1

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Return what makes two findings the same one, across runs and servers."""
        return (self.rule, self.endpoint, self.location, self.kind)

    def redacted(self) -> Finding:
        """Return it without anything that a server's data may hold."""
        return attrs.evolve(self, evidence=())

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, in a fixed order of keys."""
        return attrs.asdict(self, value_serializer=_plain)


def _plain(_: object, __: object, value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


@attrs.frozen
class Violation:
    """One exchange that departs from a rule. `known`: the open-source server does the same."""

    got: str
    exchange: Exchange | None = None
    known: bool = True
    location: str | None = None
    detail: str = ""


RunCheck = Callable[[Subject], None]
RunRule = Callable[[Log, Endpoint], Iterator[Violation]]


@attrs.frozen
class Claim:
    """What holds of a server, by name. `severity`: what a server does to its users where it doesn't hold."""

    name: str
    claim: str
    severity: Severity

    def __str__(self) -> str:
        return self.name


@attrs.frozen
class Check(Claim):
    """A claim that sends what it needs. Calling it raises CheckError where the claim doesn't hold."""

    profiles: tuple[Profile, ...]
    run: RunCheck = attrs.field(repr=False, eq=False)

    def __call__(self, subject: Subject) -> None:
        """Check `subject`; a check of the other description counts as skipped."""
        if subject.profile not in self.profiles:
            raise NotApplicableError(f"the {subject.profile} description doesn't claim it")
        try:
            self.run(subject)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise CheckError(f"a response can't be read: {error!r}") from error


@attrs.frozen
class Rule(Claim):
    """A claim about recorded exchanges with some endpoints. `run` yields its violations."""

    kind: Kind
    location: str
    endpoints: tuple[Endpoint, ...]
    run: RunRule = attrs.field(repr=False, eq=False)

    def findings(self, log: Log) -> Iterator[Finding]:
        """Apply the rule to each of its endpoints; violations at one location make one finding."""
        for endpoint in self.endpoints:
            found: dict[str, list[Violation]] = {}
            for violation in self.run(log, endpoint):
                found.setdefault(violation.location or self.location, []).append(violation)
            for location, violations in found.items():
                yield Finding(
                    rule=self.name,
                    endpoint=endpoint.value,
                    location=location,
                    kind=self.kind,
                    severity=self.severity,
                    expected=self.claim,
                    got=violations[0].got,
                    known=all(violation.known for violation in violations),
                    evidence=tuple(dict.fromkeys(_evidence(violations)))[:MAX_EVIDENCE],
                    times=len(violations),
                )


def _evidence(violations: Iterable[Violation]) -> Iterator[str]:
    for violation in violations:
        request = str(violation.exchange.request) if violation.exchange else ""
        yield ": ".join(part for part in (request, violation.detail) if part)


CLAIMS: Final[list[Claim]] = []


def check(*profiles: Profile) -> Callable[[RunCheck], RunCheck]:
    """Register a function as a check for `profiles` (default: both). Its docstring is the claim."""

    def register(run: RunCheck) -> RunCheck:
        claim = (run.__doc__ or "").strip()
        CLAIMS.append(Check(run.__name__, claim, Severity.BREAKS, profiles or tuple(Profile), run))
        return run

    return register


def rule(
    name: str, kind: Kind, location: str, claim: str, *endpoints: Endpoint,
    severity: Severity = Severity.MISLEADS,
) -> Callable[[RunRule], RunRule]:  # fmt: skip
    """Register a function as the rule `name`, for `endpoints` (default: all five)."""

    def register(run: RunRule) -> RunRule:
        CLAIMS.append(Rule(name, claim, severity, kind, location, endpoints or tuple(Endpoint), run))
        return run

    return register
