"""Which endpoint a path means. Pure: nothing here looks at keys or data."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import msgspec

from futureagi_simulate_mock.profile import Endpoint

#: Short names by which faults, journals and error messages call the endpoints.
NAMES: Final[dict[str, Endpoint]] = {
    "call-executions": Endpoint.CALL_EXECUTIONS,
    "executions": Endpoint.TEST_EXECUTIONS,
    "test-execution": Endpoint.TEST_EXECUTION,
    "runs": Endpoint.RUNS,
    "version-call-executions": Endpoint.VERSION_CALL_EXECUTIONS,
}

TEMPLATES: Final[dict[Endpoint, str]] = {
    Endpoint.CALL_EXECUTIONS: "/simulate/run-tests/{run_test_id}/call-executions/",
    Endpoint.TEST_EXECUTIONS: "/simulate/run-tests/{run_test_id}/executions/",
    Endpoint.TEST_EXECUTION: "/simulate/test-executions/{test_execution_id}/",
    Endpoint.RUNS: "/sdk/api/v1/simulation/runs/",
    Endpoint.VERSION_CALL_EXECUTIONS: (
        "/simulate/agent-definitions/{agent_id}/versions/{version_id}/call-executions/"
    ),
}

_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PATTERNS: Final = [
    (endpoint, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template.removesuffix("/")) + "/?"))
    for endpoint, template in TEMPLATES.items()
]
_LONGEST: Final = 2048


class Route(msgspec.Struct, frozen=True):
    """What a path was found to be. `ids` are as written; `complete` says that it ends in a slash."""

    endpoint: Endpoint
    ids: dict[str, str]
    complete: bool

    @property
    def well_formed(self) -> bool:
        """Say whether every id is a UUID with its dashes."""
        return all(_UUID.fullmatch(value) for value in self.ids.values())

    @property
    def lower_case(self) -> bool:
        """Say whether every id is written in lower case."""
        return all(value == value.lower() for value in self.ids.values())


@lru_cache(maxsize=4096)
def find(path: str) -> Route | None:
    """Return the route of `path` (already unquoted), or None when no endpoint has such a path."""
    if len(path) > _LONGEST:
        return None
    for endpoint, pattern in _PATTERNS:
        if match := pattern.fullmatch(path):
            return Route(endpoint, match.groupdict(), path.endswith("/"))
    return None


def endpoint_named(name: str) -> Endpoint:
    """Return the endpoint with this short name or operation id; raise ValueError with the choices."""
    try:
        return NAMES.get(name) or Endpoint(name)
    except ValueError:
        raise ValueError(f"no endpoint is called {name!r}; choose from {', '.join(NAMES)}") from None
