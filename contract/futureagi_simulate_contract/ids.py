"""Which run test, execution and agent version to look at."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

if TYPE_CHECKING:
    from futureagi_simulate_mock import Mock

VARIABLES: Final = {
    "run_test_id": "FI_RUN_TEST_ID",
    "run_test_name": "FI_RUN_TEST_NAME",
    "test_execution_id": "FI_TEST_EXECUTION_ID",
    "agent_id": "FI_AGENT_ID",
    "version_id": "FI_VERSION_ID",
}


@attrs.frozen
class Ids:
    """Where to look. What is None is left out, or found out from the others where that can be."""

    run_test_id: str | None = None
    run_test_name: str | None = None
    test_execution_id: str | None = None
    agent_id: str | None = None
    version_id: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Ids:
        """Take the ids that `values` has by name, and nothing else of it."""
        return cls(**{name: values[name] for name in VARIABLES if values.get(name)})

    @classmethod
    def of_mock(cls, mock: Mock) -> Ids:
        """Take the ids that a mock's data always hold."""
        return cls.of({name: getattr(mock.ids, name) for name in VARIABLES})

    @classmethod
    def from_environment(cls) -> Ids:
        """Read the variables that the mock prints when it starts."""
        return cls.of({name: os.environ.get(variable) for name, variable in VARIABLES.items()})

    def known(self) -> dict[str, str]:
        """Return the ids that are known, by name."""
        return {name: value for name, value in attrs.asdict(self).items() if value is not None}
