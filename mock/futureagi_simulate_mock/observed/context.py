"""What a row says about more than its own call: its execution, the agent, the simulator."""

from __future__ import annotations

import attrs

from futureagi_simulate_mock.facts import Agent, Call, Execution
from futureagi_simulate_mock.reading import Reader
from futureagi_simulate_mock.recent import Recent


@attrs.frozen
class Around:
    """An execution and the agent that it tested."""

    execution: Execution
    agent: Agent


class Surroundings:
    """Look up what is around a call, once per execution as long as nothing changes."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._kept: Recent[int, Around] = Recent(5_000)
        self._seen = -1

    def of(self, call: Call) -> Around:
        """Return what is around this call."""
        return self.of_execution(call.execution)

    def of_execution(self, number: int) -> Around:
        """Return what is around the calls of this execution."""
        if self._seen != self._reader.store.changes:
            self._seen = self._reader.store.changes
            self._kept.clear()
        found = self._kept.get(number)
        if found is None:
            (execution,) = self._reader.executions([number])
            catalogue = self._reader.catalogue
            agent = catalogue.agents[catalogue.run_tests[execution.run_test].agent]
            found = self._kept.put(number, Around(execution, agent))
        return found
