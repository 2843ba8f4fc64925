from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what matters for power cuts only: on a busy disk it takes minutes."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)
