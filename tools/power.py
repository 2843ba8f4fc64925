"""Measure how often `compare` is wrong, and how often it finds a drop, on executions of seeded agents.

    python tools/power.py            print the tables of docs/compare.md
    python tools/power.py --write    renew them there

An agent has a pass probability for each scenario and eval; calls are independent given these. With "scenario
effects" the probabilities of a scenario are drawn from a Beta distribution with mean 0.85 and standard
deviation 0.19, else they are all 0.85. The same arguments give the same tables.
"""

# ruff: noqa: S311 - simulated calls, no secrets

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from futureagi_simulate.records import CallRecord, EvalRecord, ExecutionRecord, call_record, execution_record
from futureagi_simulate_cli.comparison import Comparison, Played, compare, find_flaky
from futureagi_simulate_cli.comparison.flaky import misclassified

DOCUMENT = Path(__file__).parents[1] / "docs" / "compare.md"
RATE = 0.85
DROPS = (0.05, 0.1, 0.2, 0.3)
SIZES = {20: 10, 45: 9, 100: 10, 400: 20}
"""Calls of an execution, and how many scenarios they play."""


@dataclass(frozen=True)
class Agent:
    """An agent: its pass probability by scenario and eval. The eval "Score" has a mean instead."""

    chances: dict[tuple[str, str], float]

    @property
    def scenarios(self) -> list[str]:
        """Return the scenarios, in order."""
        return list(dict.fromkeys(scenario for scenario, _ in self.chances))

    @property
    def evals(self) -> list[str]:
        """Return the evals, in order."""
        return list(dict.fromkeys(name for _, name in self.chances))

    def worse(self, drop: float, scenarios: Sequence[str], evals: Sequence[str]) -> Agent:
        """Return an agent that passes less often, by `drop`, in some scenarios and evals."""
        return Agent(
            {
                (scenario, name): max(chance - drop, 0.0)
                if scenario in scenarios and name in evals
                else chance
                for (scenario, name), chance in self.chances.items()
            }
        )

    def play(self, calls: int, random: Random) -> Iterator[tuple[str, dict[str, bool | float]]]:
        """Play the scenarios in turn: what each of the `calls` was about, and its results."""
        scenarios, evals = self.scenarios, self.evals
        for number in range(calls):
            scenario = scenarios[number % len(scenarios)]
            yield scenario, {name: self._result(scenario, name, random) for name in evals}

    def _result(self, scenario: str, name: str, random: Random) -> bool | float:
        chance = self.chances[scenario, name]
        if name == "Score":
            return round(min(max(random.gauss(chance, 0.15), 0.0), 1.0), 2)
        return random.random() < chance


def make_agent(scenarios: int, evals: int, random: Random, *, effects: bool) -> Agent:
    """Make an agent; from the fifth eval on there is one with scores."""
    names = [f"Eval {number + 1}" for number in range(min(evals, 4))] + (["Score"] if evals > 4 else [])

    def chance() -> float:
        return random.betavariate(2.2, 2.2 * (1 - RATE) / RATE) if effects else RATE

    return Agent({(f"Scenario {one + 1}", name): chance() for one in range(scenarios) for name in names})


def played(agent: Agent, calls: int, random: Random) -> list[CallRecord]:
    """Return the records of an execution."""
    return [
        CallRecord(
            id=f"{number}",
            status="completed",
            scenario=scenario,
            evals=tuple(_record(name, value) for name, value in results.items()),
        )
        for number, (scenario, results) in enumerate(agent.play(calls, random))
    ]


def _record(name: str, value: bool | float) -> EvalRecord:
    if isinstance(value, bool):
        return EvalRecord(name, name, "pass_fail", passed=value, status="completed")
    return EvalRecord(name, name, "score", score=100 * value, status="completed")


def false_alarms(pairs: int, calls: int, evals: int, *, effects: bool) -> int:
    """Return how many comparisons of an unchanged agent call an eval or scenario worse or better."""
    wrong = 0
    for seed in range(pairs):
        random = Random(f"{calls} {evals} {effects} {seed}")
        agent = make_agent(SIZES[calls], evals, random, effects=effects)
        found = compare(played(agent, calls, random), played(agent, calls, random))
        wrong += found.worse or found.better
    return wrong


def found_drops(pairs: int, calls: int, evals: int, drop: float, *, effects: bool) -> int:
    """Return how many comparisons call the first eval worse, which dropped in every scenario."""
    found = 0
    for seed in range(pairs):
        random = Random(f"{calls} {evals} {drop} {effects} {seed}")
        agent = make_agent(SIZES[calls], evals, random, effects=effects)
        other = agent.worse(drop, agent.scenarios, ["Eval 1"])
        result = compare(played(agent, calls, random), played(other, calls, random))
        found += result.evals[0].verdict == "worse"
    return found


PLANTED_SCENARIOS = ("Scenario 1", "Scenario 3", "Scenario 4")
PLANTED_EVALS = ("Eval 2", "Eval 3")


def planted(seed: int, calls: int = 150) -> bool:
    """Return whether exactly the evals and scenarios that got worse in a mock are named.

    The agent passes at 95 %, and at 35 % in three of six scenarios for two of four evals.
    """
    random = Random(f"planted {seed}")
    agent = Agent({(f"Scenario {s}", f"Eval {e}"): 0.95 for s in range(1, 7) for e in range(1, 5)})
    after = agent.worse(0.6, PLANTED_SCENARIOS, PLANTED_EVALS)
    found = compare(*through_mock([list(one.play(calls, random)) for one in (agent, after)]))
    return named(found) == (
        set(PLANTED_EVALS),
        {(scenario, name) for scenario in PLANTED_SCENARIOS for name in PLANTED_EVALS},
    )


def named(found: Comparison) -> tuple[set[str], set[tuple[str, str]]]:
    """Return the evals, and the scenarios with their eval, that a comparison calls worse or better."""
    words = ("worse", "better")
    return (
        {one.name for one in found.evals if one.verdict in words},
        {(cell.scenario, one.name) for one in found.evals for cell in one.scenarios if cell.verdict in words},
    )


def through_mock(executions: Sequence[Sequence[tuple[str, dict[str, bool | float]]]]) -> list[Played]:
    """Add executions to a mock of the service, and read them with the client."""
    import httpx

    from futureagi_simulate import Client
    from futureagi_simulate_mock import Mock

    mock = Mock(executions=1, calls=1)
    evals = {
        name: "Pass/Fail" if isinstance(value, bool) else "score"
        for execution in executions
        for _, results in execution
        for name, value in results.items()
    }
    run_test = mock.add_run_test("Planted", evals=evals)
    ids = []
    for execution in executions:
        ids.append(mock.add_execution(run_test))
        for scenario, results in execution:
            mock.add_call(ids[-1], scenario=scenario, evals=results)
    with (
        httpx.Client(transport=mock.transport()) as http,
        Client(
            api_key=mock.api_key, secret_key=mock.secret_key, base_url=mock.base_url, http_client=http
        ) as client,
    ):
        runs = [client.get_execution_run(one, page_size=200) for one in ids]
        return [Played(execution_record(run), tuple(map(call_record, run.calls))) for run in runs]


def misjudged(rate: float, executions: int, cells: int) -> int:
    """Return how many of `cells` that pass at `rate` are called always or never, over so many executions."""
    random = Random(f"{rate} {executions}")
    agent = Agent({(f"Scenario {number}", "Eval 1"): rate for number in range(cells)})
    plays = [Played(ExecutionRecord(), tuple(played(agent, cells, random))) for _ in range(executions)]
    found = find_flaky(plays)
    return sum(cell.passes != "sometimes" for cell in found.cells)


def alarm_table(pairs: int) -> Iterator[str]:
    """Iterate over the lines of the table of false alarms."""
    yield "| Calls | 1 eval, alike | 1 eval, scenario effects | 5 evals, alike | 5 evals, scenario effects |"
    yield "| ---: | ---: | ---: | ---: | ---: |"
    for calls in SIZES:
        rates = [
            100 * false_alarms(pairs, calls, evals, effects=effects) / pairs
            for evals in (1, 5)
            for effects in (False, True)
        ]
        yield f"| {calls} | {' | '.join(f'{rate:.1f} %' for rate in rates)} |"


def power_table(pairs: int) -> Iterator[str]:
    """Iterate over the lines of the table of drops found."""
    yield "| Calls | Evals | 5 points | 10 points | 20 points | 30 points |"
    yield "| ---: | ---: | ---: | ---: | ---: | ---: |"
    for calls in SIZES:
        for evals in (1, 5):
            rates = [100 * found_drops(pairs, calls, evals, drop, effects=True) / pairs for drop in DROPS]
            yield f"| {calls} | {evals} | {' | '.join(f'{rate:.0f} %' for rate in rates)} |"


def flaky_table(cells: int = 2000) -> Iterator[str]:
    """Iterate over the lines of the table of wrong words of `flaky`: computed, and measured."""
    yield "| Executions | passes 50 % | passes 80 % | passes 90 % | passes 95 % |"
    yield "| ---: | ---: | ---: | ---: | ---: |"
    for executions in (3, 5, 10, 20, 50):
        columns = [
            f"{100 * misclassified(rate, executions):.0f} % "
            f"({100 * misjudged(rate, executions, cells) / cells:.0f} %)"
            for rate in (0.5, 0.8, 0.9, 0.95)
        ]
        yield f"| {executions} | {' | '.join(columns)} |"


def main() -> None:
    """Print the tables, or write them to the documentation."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--power-pairs", type=int, default=250)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    tables = {
        "false alarms": "\n".join(alarm_table(arguments.pairs)),
        "power": "\n".join(power_table(arguments.power_pairs)),
        "flaky": "\n".join(flaky_table()),
    }
    text = DOCUMENT.read_text(encoding="utf-8") if arguments.write else ""
    for name, table in tables.items():
        print(f"{name}\n{table}\n", flush=True)
        start, end = f"<!-- {name} -->\n", "\n<!-- end -->"
        if arguments.write:
            before, _, rest = text.partition(start)
            text = f"{before}{start}{table}{end}{rest.partition(end)[2]}"
    print(f"planted regressions named: {sum(map(planted, range(arguments.seeds)))} of {arguments.seeds}")
    if arguments.write:
        DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
