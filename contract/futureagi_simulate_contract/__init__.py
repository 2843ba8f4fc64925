"""The contract, and the tools that hold a server against it.

In a pytest suite of your own, with the client's variables and FI_RUN_TEST_ID, FI_RUN_TEST_NAME,
FI_TEST_EXECUTION_ID, FI_AGENT_ID and FI_VERSION_ID set::

    import pytest
    from futureagi_simulate_contract import CHECKS, Subject

    @pytest.fixture(scope="session")
    def subject():
        with Subject.of_server(profile="observed") as subject:
            yield subject

    @pytest.mark.parametrize("check", CHECKS, ids=str)
    def test_contract(check, subject):
        check(subject)

Only GET is sent: some 250 requests. A check with nothing to check is skipped. Each check's `claim` says what
holds; `profile` is the description that the server should follow: "documented" or "observed".
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from futureagi_simulate_contract.claim import Check
    from futureagi_simulate_contract.claims import CHECKS
    from futureagi_simulate_contract.session import CheckError, Ids, Subject

__all__ = ["CHECKS", "Check", "CheckError", "Ids", "Subject"]

_HOMES: Final = {
    "CHECKS": "claims",
    "Check": "claim",
    "CheckError": "session",
    "Ids": "session",
    "Subject": "session",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = import_module(f"{__name__}.{_HOMES[name]}")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("futureagi_simulate"):
            raise
        message = f"{name} needs {error.name}: python -m pip install 'futureagi-simulate[contract]'"
        raise ModuleNotFoundError(message, name=error.name) from error
    return getattr(module, name)


def __dir__() -> list[str]:
    return __all__
