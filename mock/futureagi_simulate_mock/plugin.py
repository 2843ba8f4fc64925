"""pytest plugin: the mock as fixtures. Nothing of the mock is imported before a test asks for it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

import futureagi_simulate_mock

MARKER = "futureagi"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(profile='documented', *, seed=0, executions=None, calls=None, now=..., ticking=False, "
        "latency=None, faults=()): what the mock of futureagi_mock and futureagi_server is made of.",
    )


@pytest.fixture
def futureagi_mock(request: pytest.FixtureRequest) -> Iterator[futureagi_simulate_mock.Mock]:
    """Make a mock of the Future AGI simulation API for this test alone, without a socket.

    Reach it through `transport()` or `async_transport()`; its settings come from the marker `futureagi`.
    """
    marker = request.node.get_closest_marker(MARKER)
    with _make(marker) as mock:
        yield mock


@pytest.fixture
def futureagi_server(
    futureagi_mock: futureagi_simulate_mock.Mock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[futureagi_simulate_mock.Server]:
    """Serve the same mock on a real port, as `futureagi_server.base_url`.

    During the test FI_BASE_URL, FI_API_KEY and FI_SECRET_KEY point to it: `Client()` needs no arguments. Its
    address is in NO_PROXY, for a proxy can't reach it.
    """
    with futureagi_mock.serve() as server:
        settings = futureagi_mock.settings(server.base_url)
        monkeypatch.setenv("FI_BASE_URL", settings.base_url)
        monkeypatch.setenv("FI_API_KEY", settings.api_key)
        monkeypatch.setenv("FI_SECRET_KEY", settings.secret_key)
        for name in ("no_proxy", "NO_PROXY"):
            others = os.environ.get(name) or os.environ.get(name.swapcase())
            monkeypatch.setenv(name, f"{server.host},{others}" if others else server.host)
        yield server


def _make(marker: pytest.Mark | None) -> futureagi_simulate_mock.Mock:
    from futureagi_simulate_mock.core import Mock

    if marker is None:
        return Mock()
    try:
        return Mock(*marker.args, **marker.kwargs)
    except (TypeError, ValueError) as error:
        pytest.fail(f"@pytest.mark.{MARKER}: {error}", pytrace=False)
