from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from futureagi_simulate_contract.document import Document, load
from futureagi_simulate_contract.views import Profile, strict_view

ROOT = Path(__file__).parents[2]
RECORDED = ROOT / "tests" / "recorded"


@pytest.fixture
def document() -> dict[str, Any]:
    """The contract, free to be changed."""
    return deepcopy(dict(load()))


@pytest.fixture(scope="session")
def documented() -> Document:
    return strict_view(load(), Profile.DOCUMENTED)


@pytest.fixture(scope="session")
def observed() -> Document:
    return strict_view(load(), Profile.OBSERVED)


@pytest.fixture(scope="session")
def recorded() -> Path:
    return RECORDED
