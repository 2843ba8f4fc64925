"""What a client needs to talk to a mock: the address, the keys, and ids to try."""

from __future__ import annotations

import shlex
from typing import Final

import msgspec
from msgspec.structs import asdict

from futureagi_simulate_mock import ids


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
