"""The checks pass on the mock with every seed, and find every mutant."""

from __future__ import annotations

from collections.abc import Callable
from unittest import SkipTest

import pytest

from futureagi_simulate_contract.claim import Check
from futureagi_simulate_contract.claims import CHECKS
from futureagi_simulate_contract.session import CheckError, Subject
from futureagi_simulate_mock import Mock

from .conftest import PROFILES
from .mutants import MUTANTS, Mutant
from .tables import KILLED


@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_the_mock_keeps_to(check: Check, subject: Subject) -> None:
    check(subject)


def test_every_check_says_what_it_claims() -> None:
    assert all(check.claim.endswith(".") for check in CHECKS)
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def killers(subject: Subject, most: int) -> list[str]:
    found: list[str] = []
    for check in CHECKS:
        try:
            check(subject)
        except SkipTest:
            continue
        except CheckError:
            found.append(check.name)
            if len(found) == most:
                break
    return found


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_mutant_is_killed(mutant: Mutant, record_property: Callable[[str, object], None]) -> None:
    with Mock(profile=mutant.profile) as mock:
        found = killers(Subject.of_mock(mock, mutant.send_to(mock)), most=1)
    record_property(KILLED, "".join(found))
    assert found, f"no check sees that {mutant.name}"


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("seed", range(10))
def test_a_clean_mock_raises_no_alarm(profile: str, seed: int) -> None:
    with Mock(profile=profile, seed=seed) as mock:
        assert killers(Subject.of_mock(mock), most=len(CHECKS)) == []
