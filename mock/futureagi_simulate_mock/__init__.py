"""A stand-in for the Future AGI service, for tests without a network."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from futureagi_simulate_mock.core import Mock
    from futureagi_simulate_mock.faults import Fault
    from futureagi_simulate_mock.server import Server
    from futureagi_simulate_mock.transports import AsyncMockTransport, MockTransport

__all__ = ["AsyncMockTransport", "Fault", "Mock", "MockTransport", "Server"]

_HOMES: Final = {
    "AsyncMockTransport": "transports",
    "Fault": "faults",
    "Mock": "core",
    "MockTransport": "transports",
    "Server": "server",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
