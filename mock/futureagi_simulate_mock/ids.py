"""Ids that the mock's data always holds, whatever the seed, and the settings a client needs to use them."""

from __future__ import annotations

import shlex
from hashlib import sha1
from typing import Final
from uuid import NAMESPACE_DNS, uuid5

import msgspec
from msgspec.structs import asdict

from futureagi_simulate_mock import ids

_NAMESPACE: Final = uuid5(NAMESPACE_DNS, "futureagi-simulate.mock")


def make_id(kind: str, *parts: object) -> str:
    """Derive the UUID of the row that `kind` and `parts` name: the same on every machine and Python.

    It is `uuid5`, written out because data of a million calls need a million of them.
    """
    name = "/".join([kind, *map(str, parts)])
    digits = sha1(_NAMESPACE.bytes + name.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


RUN_TEST_NAME: Final = "Support line regression"
RUN_TEST_ID: Final = make_id("run-test", "acme", 0)
TEST_EXECUTION_ID: Final = make_id("test-execution", "acme", 0, 0)
CALL_EXECUTION_ID: Final = make_id("call-execution", "acme", 0, 0, 0)
AGENT_ID: Final = make_id("agent", "acme", 0)
VERSION_ID: Final = make_id("agent-version", "acme", 0, 0)
EVAL_COHERENCE_ID: Final = make_id("eval", "acme", "Coherence")
EVAL_RESOLUTION_SCORE_ID: Final = make_id("eval", "acme", "Resolution score")
EVAL_TONE_ID: Final = make_id("eval", "acme", "Tone")
SCENARIO_ID: Final = make_id("scenario", "acme", 0)
API_KEY: Final = "mock-api-key-acme"
SECRET_KEY: Final = "mock-secret-key-acme"
OTHER_API_KEY: Final = "mock-api-key-globex"
OTHER_SECRET_KEY: Final = "mock-secret-key-globex"


class Ids(msgspec.Struct, frozen=True):
    """Ids that a mock's data hold, whatever the seed and the profile."""

    run_test_id: str
    run_test_name: str
    test_execution_id: str
    agent_id: str
    version_id: str
    call_execution_id: str


KNOWN_IDS: Final = Ids(
    run_test_id=ids.RUN_TEST_ID,
    run_test_name=ids.RUN_TEST_NAME,
    test_execution_id=ids.TEST_EXECUTION_ID,
    agent_id=ids.AGENT_ID,
    version_id=ids.VERSION_ID,
    call_execution_id=ids.CALL_EXECUTION_ID,
)


class Settings(msgspec.Struct, frozen=True):
    """A mock's address, its first organization's keys, and ids to try."""

    base_url: str
    api_key: str = ids.API_KEY
    secret_key: str = ids.SECRET_KEY
    ids: Ids = KNOWN_IDS

    def __repr__(self) -> str:
        return f"Settings({self.base_url!r}, {self.ids!r})"

    def environment(self) -> dict[str, str]:
        """Return the values by the environment variables they go by."""
        values = {"base_url": self.base_url, "api_key": self.api_key, "secret_key": self.secret_key}
        values |= asdict(self.ids)
        return {f"FI_{name.upper()}": value for name, value in values.items()}

    def exports(self) -> str:
        """Return lines to paste into a shell."""
        return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in self.environment().items())

    def env_file(self) -> str:
        """Return the text of an env file: `NAME="value"`, one a line."""
        return "".join(f'{name}="{value}"\n' for name, value in self.environment().items())
