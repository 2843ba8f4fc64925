"""The few rows that everything else refers to, read once: agents, scenarios, run tests, evals."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from futureagi_simulate_mock.facts import Agent, EvalConfig, RunTest, Scenario, Version
from futureagi_simulate_mock.profile import Organization

if TYPE_CHECKING:
    from futureagi_simulate_mock.store import Store

T = TypeVar("T")
Row = tuple[Any, ...]


class Catalogue:
    """Look-ups by number and by id. Another organization's rows are not found."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tables: dict[str, dict[int, Any]] = {}
        self._ids: dict[str, dict[str, int]] = {}

    def clear(self) -> None:
        """Forget what was read."""
        self._tables.clear()
        self._ids.clear()

    def _table(self, name: str, make: Callable[[Row], T]) -> dict[int, T]:
        table = self._tables.get(name)
        if table is None:
            rows = self._store.rows(f"SELECT * FROM {name} ORDER BY number")  # noqa: S608 - a name from this file
            table = self._tables[name] = {row[0]: make(row) for row in rows}
            self._ids[name] = {row[1]: row[0] for row in rows}
        return table

    @property
    def organizations(self) -> dict[int, Organization]:
        """Every organization by number."""
        return self._table("organization", lambda row: Organization(*row))

    @property
    def agents(self) -> dict[int, Agent]:
        """Every agent by number."""
        return self._table("agent", lambda row: Agent(*_flagged(row)))

    @property
    def versions(self) -> dict[int, Version]:
        """Every agent version by number."""
        return self._table("version", lambda row: Version(*row))

    @property
    def scenarios(self) -> dict[int, Scenario]:
        """Every scenario by number, deleted ones too."""
        return self._table("scenario", lambda row: Scenario(*_flagged(row)))

    @property
    def run_tests(self) -> dict[int, RunTest]:
        """Every run test by number, deleted ones too."""
        return self._table("run_test", lambda row: RunTest(*_flagged(row)))

    @property
    def eval_configs(self) -> dict[int, EvalConfig]:
        """Every eval by number."""
        return self._table("eval_config", _eval_config)

    def evals_of(self, run_test: int) -> list[EvalConfig]:
        """Return the evals of a run test in their order."""
        return [config for config in self.eval_configs.values() if config.run_test == run_test]

    def run_test(self, organization: int, uuid: str) -> RunTest | None:
        """Find the organization's run test with this id."""
        tests = self.run_tests
        found = tests.get(self._ids["run_test"].get(uuid.lower(), 0))
        return found if found and found.organization == organization and not found.deleted else None

    def run_tests_named(self, organization: int, name: str) -> list[RunTest]:
        """Find the organization's run tests with exactly this name."""
        return [
            test
            for test in self.run_tests.values()
            if test.name == name and test.organization == organization and not test.deleted
        ]

    def version(self, organization: int, agent_uuid: str, version_uuid: str) -> Version | None:
        """Find the version of the organization's agent."""
        agents, versions = self.agents, self.versions
        agent = agents.get(self._ids["agent"].get(agent_uuid.lower(), 0))
        version = versions.get(self._ids["version"].get(version_uuid.lower(), 0))
        if agent is None or version is None or agent.organization != organization or agent.deleted:
            return None
        return version if version.agent == agent.number else None

    def scenarios_like(self, organization: int, text: str) -> list[int]:
        """Return the numbers of the organization's scenarios whose name holds `text` in any case."""
        wanted = text.casefold()
        return [
            scenario.number
            for scenario in self.scenarios.values()
            if scenario.organization == organization and wanted in scenario.name.casefold()
        ]


def _flagged(row: Row) -> Row:
    """Read the last column, `deleted`, as a boolean."""
    return (*row[:-1], bool(row[-1]))


def _eval_config(row: Row) -> EvalConfig:
    values: Row = (*row[:-1], tuple(msgspec.json.decode(row[-1], type=list[str])))
    return EvalConfig(*values)
