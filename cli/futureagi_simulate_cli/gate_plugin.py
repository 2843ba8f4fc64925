"""pytest plugin: the fixture `simulation_gate` fails a test unless an execution is ready to promote."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def simulation_gate(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Return a function like `futureagi_simulate_cli.gate.gate` that fails the test unless it is "ready".

    Defaults are the settings of the project, as for the command: from the nearest pyproject.toml above the
    root folder of the tests.

    Example: `simulation_gate(execution_id, min=["Coherence=90"], wait="30m")`, or, with a run test,
    `simulation_gate(run_test="Support line", max_age="2h")`. With neither the setting run-test names it. It
    returns the verdict.
    """

    def check(execution_id: str | None = None, **settings: Any) -> Any:
        __tracebackhide__ = True
        from futureagi_simulate_cli.gate import gate
        from futureagi_simulate_cli.gate.render import lines
        from futureagi_simulate_cli.gate.settings import load

        chosen = load(None, request.config.rootpath, {})
        if execution_id is not None:  # these settings choose an execution, and it is named here
            for choosing in ("run_test", "started_after", "max_age"):
                chosen.pop(choosing, None)
        elif settings.keys() & {"started_after", "max_age"}:
            chosen = {
                name: value for name, value in chosen.items() if name not in ("started_after", "max_age")
            }
        verdict = gate(execution_id, **{**chosen, **settings})
        if not verdict.ready:
            pytest.fail("\n".join(lines(verdict)), pytrace=False)
        return verdict

    return check
