"""What exists before anything is executed, and which executions there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from futureagi_simulate_mock import ids
from futureagi_simulate_mock.ids import make_id
from futureagi_simulate_mock.messages import Organization
from futureagi_simulate_mock.models import Agent, EvalConfig, RunTest, Scenario, Version
from futureagi_simulate_mock.store import Catalogue


class AgentPlan(msgspec.Struct, frozen=True):
    """An agent, its newest version first."""

    name: str
    channel: str
    provider: str | None
    versions: tuple[str, ...]
    deleted: bool = False


class EvalPlan(msgspec.Struct, frozen=True):
    """An eval as every run test has it; the template's name says which flaw it looks for."""

    name: str
    template: str
    output_type: str
    form: str = "word"
    choices: tuple[str, ...] = ()


class RunTestPlan(msgspec.Struct, frozen=True):
    """A run test: positions of its agent and scenarios in the organization, names of its evals."""

    name: str
    agent: int
    scenarios: tuple[int, ...]
    evals: tuple[str, ...]
    deleted: bool = False


class World(msgspec.Struct, frozen=True):
    """One organization. `scenarios`: (name, script, deleted)."""

    key: str
    name: str
    api_key: str
    secret_key: str
    agents: tuple[AgentPlan, ...]
    scenarios: tuple[tuple[str, str, bool], ...]
    run_tests: tuple[RunTestPlan, ...]


EVALS: Final = {
    plan.name: plan
    for plan in (
        EvalPlan("Coherence", "conversation_coherence", "Pass/Fail"),
        EvalPlan("Resolution score", "conversation_resolution", "score"),
        EvalPlan("Tone", "customer_tone", "choices", choices=("calm", "friendly", "neutral", "angry")),
        EvalPlan("Task completed", "task_completion", "Pass/Fail", form="boolean"),
        EvalPlan("Empathy, active", "agent_empathy", "Pass/Fail"),
        EvalPlan("Résolution 日本", "conversation_resolution", "score"),
        EvalPlan("Escalation", "task_completion", "Pass/Fail"),
    )
}
WITHOUT_RESULTS: Final = "Escalation"
_MAIN: Final = ("Coherence", "Resolution score", "Tone", "Task completed", WITHOUT_RESULTS)

ACME: Final = World(
    key="acme",
    name="Acme",
    api_key=ids.API_KEY,
    secret_key=ids.SECRET_KEY,
    agents=(
        AgentPlan("Support line", "voice", "vapi", ("v5", "v4", "v3", "v2", "v1")),
        AgentPlan("Billing chat", "text", "prompt", ("v2", "v1")),
        AgentPlan("Weekend hotline", "voice", None, ("v1",), deleted=True),
    ),
    scenarios=(
        ("Billing inquiry", "billing", False),
        ("Refund for a damaged order", "refund", False),
        ("Change of address — “urgent”", "address", False),
        ("Appointment to move (résumé review)", "appointment", False),
        ("Password reset", "password", True),
        ("Angry customer, 50% off_promo", "promo", False),
        ("予約の変更 📅", "booking", False),
        ('O\'Brien "VIP" \\ callback', "callback", False),
        ("Changement d'adresse — « urgent »", "adresse", False),
        ("Termin verschieben (Rückfrage)", "termin", False),
    ),
    run_tests=(
        RunTestPlan(ids.RUN_TEST_NAME, 0, (0, 1, 2, 3, 4, 5), _MAIN),
        RunTestPlan("Billing chat smoke", 1, (0, 1, 7, 8, 9, 6), ("Coherence", "Tone", "Empathy, active")),
        RunTestPlan("Week-end – ligne d'assistance", 2, (8, 7), ("Coherence", "Résolution 日本")),
        RunTestPlan("No executions yet", 0, (0,), ("Coherence",)),
        RunTestPlan("Retired run test", 0, (0,), ("Coherence",), deleted=True),
    ),
)
GLOBEX: Final = World(
    key="globex",
    name="Globex",
    api_key=ids.OTHER_API_KEY,
    secret_key=ids.OTHER_SECRET_KEY,
    agents=(AgentPlan("Concierge", "voice", "retell", ("v2", "v1")),),
    scenarios=(("Billing inquiry", "billing", False), ("Late check-out", "callback", False)),
    run_tests=(
        RunTestPlan(ids.RUN_TEST_NAME, 0, (0, 1), ("Coherence", "Resolution score", "Tone")),
        RunTestPlan("Concierge nightly", 0, (1,), ("Coherence",)),
    ),
)
WORLDS: Final = (ACME, GLOBEX)


def eval_id(world: str, run_test: int, name: str) -> str:
    """Return the id of an eval: the first run test's evals have the ids that examples use."""
    return make_id("eval", world, name) if run_test == 0 else make_id("eval", world, run_test, name)


def fill_catalogue(catalogue: Catalogue) -> None:
    """Make everything that does not depend on the seed."""
    for organization, world in enumerate(WORLDS, 1):
        catalogue.organizations[organization] = Organization(
            organization, world.name, world.api_key, world.secret_key
        )
        _fill_organization(catalogue, world, organization)


def _fill_organization(catalogue: Catalogue, world: World, organization: int) -> None:
    key, agents = world.key, []
    for i, agent in enumerate(world.agents):
        number = len(catalogue.agents) + 1
        agents.append(number)
        catalogue.agents[number] = Agent(
            number,
            make_id("agent", key, i),
            organization,
            agent.name,
            agent.channel,
            agent.provider,
            agent.deleted,
        )
        for j, name in enumerate(agent.versions):
            version = len(catalogue.versions) + 1
            catalogue.versions[version] = Version(version, make_id("agent-version", key, i, j), number, name)
    for i, (name, script, deleted) in enumerate(world.scenarios):
        number = len(catalogue.scenarios) + 1
        dataset = make_id("dataset", key, i) if i % 4 != 3 else None
        catalogue.scenarios[number] = Scenario(
            number, make_id("scenario", key, i), organization, name, script, dataset, deleted
        )
    for i, test in enumerate(world.run_tests):
        run_test = len(catalogue.run_tests) + 1
        catalogue.run_tests[run_test] = RunTest(
            run_test, make_id("run-test", key, i), organization, test.name, agents[test.agent], test.deleted
        )
        for name in test.evals:
            plan, number = EVALS[name], len(catalogue.eval_configs) + 1
            catalogue.eval_configs[number] = EvalConfig(
                number,
                eval_id(key, i, name),
                run_test,
                name,
                make_id("eval-template", key, plan.template),
                plan.template,
                plan.output_type,
                plan.form,
                plan.choices,
            )


MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


class ExecutionPlan(msgspec.Struct, frozen=True):
    """One execution. `world`, `run_test`, `version` are positions, `quality` is 0-1, `age` ms before now."""

    world: int
    run_test: int
    position: int
    version: int
    status: str
    quality: float
    age: int
    calls: int
    summary: str | None


# (version, status, quality, age, summary): v1 to v4 get better; v5, the newest, is a step back
_SUPPORT: Final = (
    (0, "completed", 0.72, 3 * HOUR, "completed"),
    (0, "running", 0.74, 4 * MINUTE, None),
    (1, "completed", 0.96, 1 * DAY, "completed"),
    (1, "completed", 0.95, 2 * DAY, "failed"),
    (1, "completed", 0.93, 3 * DAY, None),
    (1, "failed", 0.90, 4 * DAY, None),
    (2, "completed", 0.91, 5 * DAY, "running"),
    (2, "completed", 0.88, 6 * DAY, None),
    (2, "cancelled", 0.86, 7 * DAY, None),
    (3, "completed", 0.82, 8 * DAY, "pending"),
    (3, "completed", 0.78, 9 * DAY, None),
    (4, "completed", 0.70, 10 * DAY, None),
    (4, "completed", 0.64, 11 * DAY, "completed"),
    (4, "completed", 0.60, 12 * DAY, None),
)
_CHAT: Final = (
    (0, "completed", 0.9, 5 * HOUR, None),
    (0, "evaluating", 0.9, 20 * MINUTE, None),
    (1, "completed", 0.8, 2 * DAY, "completed"),
    (0, "pending", 0.9, 3 * MINUTE, None),
    (1, "cancelling", 0.8, 15 * MINUTE, None),
)
_HOTLINE: Final = ((0, "completed", 0.85, 6 * DAY, None), (0, "failed", 0.5, 8 * DAY, None))
_OTHER: Final = ((0, "completed", 0.88, 2 * HOUR, "completed"), (1, "completed", 0.7, 2 * DAY, None))

# which run test of which world the first executions belong to, then for ever the second row
_FIRST: Final = (
    ((0, 0), (0, 0), (1, 0), (0, 1), (0, 2), (1, 1), (0, 1), (0, 1))
    + ((0, 0),) * 4
    + ((0, 1), (0, 1), (0, 2), (1, 0))
    + ((0, 0),) * 8
)
_LATER: Final = ((0, 0), (0, 0), (0, 0), (0, 1), (0, 0), (1, 0), (0, 0), (0, 2))
_STORIES: Final = {(0, 0): _SUPPORT, (0, 1): _CHAT, (0, 2): _HOTLINE, (1, 0): _OTHER, (1, 1): _OTHER}

DEFAULT_EXECUTIONS: Final = len(_FIRST)
DEFAULT_CALLS: Final = 468
_FIRST_WEIGHT: Final = 3
_MOST_RUNNING: Final = 24


def plan_executions(executions: int, calls: int) -> Iterator[ExecutionPlan]:
    """Share out `calls` among `executions`; the first one, which examples show, gets three shares."""
    done: dict[tuple[int, int], int] = {}
    shares = executions + _FIRST_WEIGHT - 1
    given = 0
    for k in range(executions):
        key = _FIRST[k] if k < len(_FIRST) else _LATER[k % len(_LATER)]
        position = done.get(key, 0)
        done[key] = position + 1
        share = calls * (k + _FIRST_WEIGHT) // shares - given
        story = _STORIES[key]
        if position < len(story):
            version, status, quality, age, summary = story[position]
        else:
            version, status, quality, age, summary = _past(position, story[-1][0])
        if status == "running" and k < executions - 1:
            share = min(share, _MOST_RUNNING)
        yield ExecutionPlan(*key, position, version, status, quality, age, share, summary)
        given += share


def _past(position: int, version: int) -> tuple[int, str, float, int, str | None]:
    status = "failed" if position % 23 == 22 else "completed"
    # four a day, and past a thousand days one a minute: a million executions still have dates
    age = 12 * DAY + min(position + 1, 4_000) * 6 * HOUR + max(0, position - 3_999) * MINUTE
    return version, status, 0.55 + (position % 7) * 0.06, age, None
