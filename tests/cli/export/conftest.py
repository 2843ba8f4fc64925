from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from futureagi_simulate import Client
from futureagi_simulate_mock import Mock

from .asking import client_of


@pytest.fixture
def mock() -> Iterator[Mock]:
    with Mock() as made:
        yield made


@pytest.fixture
def client(mock: Mock) -> Iterator[Client]:
    with httpx.Client(transport=mock.transport()) as http, client_of(mock, http) as made:
        yield made
