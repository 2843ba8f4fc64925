"""A check: a claim about a server, by name, that can be called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import attrs

from futureagi_simulate_contract.checks.subject import CheckError, NotApplicableError, Subject
from futureagi_simulate_contract.views import Profile

BOTH: Final = (Profile.DOCUMENTED, Profile.OBSERVED)


@attrs.frozen
class Check:
    """A named claim. Calling it with a subject raises CheckError where the claim doesn't hold."""

    name: str
    claim: str
    profiles: tuple[Profile, ...]
    run: Callable[[Subject], None] = attrs.field(repr=False, eq=False)

    def __call__(self, subject: Subject) -> None:
        """Look at `subject`; a check of the other description counts as skipped."""
        if subject.profile not in self.profiles:
            raise NotApplicableError(f"the {subject.profile} description doesn't claim it")
        try:
            self.run(subject)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise CheckError(f"an answer can't be read: {error!r}") from error

    def __str__(self) -> str:
        return self.name


class Checks:
    """A book of checks, filled by decorating functions: name and claim are the function's own."""

    def __init__(self) -> None:
        self.all: list[Check] = []

    def add(self, run: Callable[[Subject], None]) -> Callable[[Subject], None]:
        """Enter a check that holds for both descriptions."""
        return self._enter(run, BOTH)

    def documented(self, run: Callable[[Subject], None]) -> Callable[[Subject], None]:
        """Enter a check of what only the documents claim."""
        return self._enter(run, (Profile.DOCUMENTED,))

    def observed(self, run: Callable[[Subject], None]) -> Callable[[Subject], None]:
        """Enter a check of what only the observed server does."""
        return self._enter(run, (Profile.OBSERVED,))

    def _enter(
        self, run: Callable[[Subject], None], profiles: tuple[Profile, ...]
    ) -> Callable[[Subject], None]:
        self.all.append(Check(run.__name__, (run.__doc__ or "").strip(), profiles, run))
        return run
