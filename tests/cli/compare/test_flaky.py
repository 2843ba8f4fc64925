"""What passes only sometimes, and what the gate does with a quarantine."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from random import Random

import pytest
from scipy import stats

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate_cli.comparison import Played, find_flaky
from futureagi_simulate_cli.comparison.core import played_of
from futureagi_simulate_cli.comparison.flaky import Cell, misclassified, quarantine_lines
from futureagi_simulate_cli.gate import Settings, evaluate
from tools import power

from ..conftest import Run
from .test_compare import calls

TODAY = date(2026, 4, 1)


def executions(count: int, chances: dict[str, float], seed: int = 0) -> list[Played]:
    random = Random(seed)
    agent = power.Agent({(scenario, "Coherence"): chance for scenario, chance in chances.items()})
    return [played_of(power.played(agent, len(chances), random)) for _ in range(count)]


def test_planted_rates_get_their_word() -> None:
    found = find_flaky(executions(10, {"works": 1.0, "broken": 0.0, "flaky": 0.5}))
    assert {cell.scenario: cell.passes for cell in found.cells} == {
        "works": "always",
        "broken": "never",
        "flaky": "sometimes",
    }
    assert [cell.scenario for cell in found.flaky] == ["flaky"]
    assert all(cell.plays == cell.executions == 10 for cell in found.cells)


@pytest.mark.parametrize("rate", [0.5, 0.8, 0.95])
@pytest.mark.parametrize("count", [3, 5, 10])
def test_the_error_of_the_word_is_the_one_given(rate: float, count: int) -> None:
    cells = 800
    low, high = (stats.binom.ppf(q, cells, misclassified(rate, count)) for q in (0.0001, 0.9999))
    assert low <= power.misjudged(rate, count, cells) <= high
    assert misclassified(1, count) == misclassified(0, count) == 0


def test_the_list_to_quarantine_is_a_setting_of_the_gate() -> None:
    hostile = Cell('a "b" \\ \n\x1b[31m é', "Coherence", 1, 2, 2)
    written = quarantine_lines([hostile], date(2026, 4, 30))
    assert "\x1b" not in written
    settings = Settings.of(quarantine=tomllib.loads(written)["quarantine"])
    assert settings.quarantine[0].scenario == hostile.scenario
    assert settings.quarantine[0].until == date(2026, 4, 30)


def test_quarantined_results_do_not_count_until_the_date_has_passed() -> None:
    played = played_of(calls([("good", True)] * 9 + [("bad", False)] * 3))
    entry = {"scenario": "bad", "eval": "Coherence", "until": "2026-04-01"}
    settings = Settings.of(["Coherence=100"], quarantine=[entry])
    verdict = evaluate(played.execution, settings, calls=played.calls, today=TODAY)
    assert verdict.ready
    assert verdict.checks[1].hits == verdict.checks[1].total == 9
    assert "In quarantine until 2026-04-01: bad (Coherence); 3 calls don't count." in verdict.notes
    after = evaluate(played.execution, settings, calls=played.calls, today=date(2026, 4, 2))
    assert not after.ready
    assert "The quarantine of bad (Coherence) ended on 2026-04-01; its results count again." in after.notes


def test_a_quarantined_scenario_is_not_compared_with_the_baseline() -> None:
    before, after = (
        played_of(calls([("good", True)] * 20 + [("bad", passed)] * 20)) for passed in (True, False)
    )
    arguments = (before.execution, after.calls, before.calls)
    entry = {"scenario": "bad", "until": "2026-04-30"}
    assert not evaluate(after.execution, Settings.of(), *arguments, today=TODAY).ready
    verdict = evaluate(after.execution, Settings.of(quarantine=[entry]), *arguments, today=TODAY)
    assert verdict.ready
    assert verdict.comparison is not None
    assert verdict.comparison.evals[0].compared_calls == (20, 20)


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"scenario": "a"},
        {"scenario": "a", "until": "soon"},
        {"scenario": "a", "until": TODAY, "evl": "b", "eval": "c"},
    ],
)
def test_a_quarantine_that_can_not_be_read_is_an_error(entry: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match="quarantine entry"):
        Settings.of(quarantine=[entry])


def test_the_command_shows_cells_and_the_list(run: Run, server: dict[str, str]) -> None:
    found = json.loads(run("flaky", server["FI_RUN_TEST_NAME"], "--last", "4", "--json").out)
    assert len(found["executions"]) == 4
    assert all(cell["plays"] >= cell["executions"] for cell in found["cells"])
    table = run("flaky", server["FI_RUN_TEST_NAME"], "--last", "4")
    assert table.out.splitlines()[-1].startswith("4 executions, 12 results")
    listed = run("flaky", "--quarantine", "--until", "2026-04-30", "--last", "4", server["FI_RUN_TEST_ID"])
    entries = tomllib.loads(listed.out)["quarantine"]
    assert len(entries) == sum(cell["passes"] == "sometimes" for cell in found["cells"])
    assert run("flaky", "--until", "2026-04-30", server["FI_RUN_TEST_ID"]).code == 2
    assert run("flaky").code == 2
