"""pytest plugin: the fixture `simulation_gate` fails a test unless an execution is ready to promote."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def simulation_gate() -> Callable[..., Any]:
    """Give a function like `futureagi_simulate.gate.gate` that fails the test unless the verdict is "ready".

    Example: `simulation_gate(execution_id, min=["Coherence=90"], wait="30m")`. It returns the verdict.
    """

    def check(execution_id: str, **settings: Any) -> Any:
        __tracebackhide__ = True
        from futureagi_simulate.gate import gate
        from futureagi_simulate.gate.render import lines

        verdict = gate(execution_id, **settings)
        if not verdict.ready:
            pytest.fail("\n".join(lines(verdict)), pytrace=False)
        return verdict

    return check
