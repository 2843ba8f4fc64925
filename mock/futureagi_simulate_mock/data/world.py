"""What exists before anything is executed: two organizations, their agents, scenarios and run tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from futureagi_simulate_mock import ids
from futureagi_simulate_mock.ids import make_id

Tables = dict[str, list[tuple[Any, ...]]]


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
        EvalPlan("Never run", "task_completion", "Pass/Fail"),
    )
}
NEVER_RUN: Final = "Never run"
_MAIN: Final = ("Coherence", "Resolution score", "Tone", "Task completed", NEVER_RUN)

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
        ("Changement d'adresse — « urgent »", "address", False),
        ("Termin verschieben (Rückfrage)", "appointment", False),
        ("Password reset", "password", True),
        ("Angry customer, 50% off_promo", "promo", False),
        ("予約の変更 📅", "booking", False),
        ('O\'Brien "VIP" \\ callback', "callback", False),
    ),
    run_tests=(
        RunTestPlan(ids.RUN_TEST_NAME, 0, (0, 1, 2, 3, 4, 5), _MAIN),
        RunTestPlan("Billing chat smoke", 1, (0, 1, 6, 7), ("Coherence", "Tone", "Empathy, active")),
        RunTestPlan("Week-end – ligne d'assistance", 2, (2, 7), ("Coherence", "Résolution 日本")),
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


def catalogue_rows() -> Tables:
    """Return the rows of every table that does not depend on the seed."""
    tables: Tables = {
        name: [] for name in ("organization", "agent", "version", "scenario", "run_test", "eval_config")
    }
    for number, world in enumerate(WORLDS, 1):
        tables["organization"].append((number, world.name, world.api_key, world.secret_key))
        first = len(tables["agent"]) + 1
        for table, row in _rows(world, number, first):
            tables[table].append((len(tables[table]) + 1, *row))
    return tables


def _rows(world: World, organization: int, first_agent: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
    key = world.key
    for i, agent in enumerate(world.agents):
        uuid = make_id("agent", key, i)
        yield "agent", (uuid, organization, agent.name, agent.channel, agent.provider, int(agent.deleted))
        for j, name in enumerate(agent.versions):
            yield "version", (make_id("agent-version", key, i, j), first_agent + i, name)
    for i, (name, script, deleted) in enumerate(world.scenarios):
        dataset = make_id("dataset", key, i) if i % 4 != 3 else None
        yield "scenario", (make_id("scenario", key, i), organization, name, script, dataset, int(deleted))
    for i, test in enumerate(world.run_tests):
        agent_number = first_agent + test.agent
        yield (
            "run_test",
            (make_id("run-test", key, i), organization, test.name, agent_number, int(test.deleted)),
        )
    for i, test in enumerate(world.run_tests):
        for name in test.evals:
            plan = EVALS[name]
            template = make_id("eval-template", key, plan.template)
            choices = msgspec.json.encode(plan.choices).decode()
            run_test = sum(len(w.run_tests) for w in WORLDS[: organization - 1]) + i + 1
            row = (
                eval_id(key, i, name),
                run_test,
                name,
                template,
                plan.template,
                plan.output_type,
                plan.form,
            )
            yield "eval_config", (*row, choices)
