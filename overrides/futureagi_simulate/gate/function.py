"""The gate for programs: one call that fetches and judges."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from futureagi_simulate.gate.find import fetch_execution
from futureagi_simulate.gate.judge import judge
from futureagi_simulate.gate.settings import GivenThresholds, GivenWanted, Settings
from futureagi_simulate.gate.verdict import Verdict
from futureagi_simulate.gate.wait import INTERVAL, Look, follow, looks, parse_duration
from futureagi_simulate.transport.clock import Clock

if TYPE_CHECKING:
    from futureagi_simulate.client import Client


def gate(
    execution_id: str,
    *,
    min: GivenThresholds = (),
    want: GivenWanted | None = None,
    min_calls: int = 1,
    max_failed: int | None = None,
    baseline: str | None = None,
    max_drop: float = 2.0,
    confident: bool = False,
    wait: str | float | None = None,
    client: Client | None = None,
) -> Verdict:
    """Fetch an execution and say whether it is ready to promote.

    Args:
        execution_id: the execution.
        min: thresholds in percent: "Coherence=90", "*=90" (every pass rate), 90 (all evals together),
            several of these, or `{"Coherence": 90}`. Without any: every pass rate has to be above 90.
        want: for evals that answer with choices, the good ones: "Tone=calm,neutral", several such texts, or
            `{"Tone": ["calm", "neutral"]}`.
        min_calls: how many calls each eval asked about must have judged.
        max_failed: how many calls may have failed.
        baseline: an execution that this one is compared with.
        max_drop: points an eval may be below the baseline.
        confident: ask the lower end of the 95 % Wilson interval to reach the threshold.
        wait: how long to wait for the execution to finish: seconds, or "30m".
        client: the client to ask; by default one made from the environment.

    Raises:
        FutureAGIError: the settings are wrong, or the server can't be asked.

    """
    settings = Settings.of(
        min, want, min_calls=min_calls, max_failed=max_failed, max_drop=max_drop, confident=confident
    )
    patience = parse_duration(wait) if wait is not None else 0.0
    if client is not None:
        return fetch_verdict(client, execution_id, settings, baseline=baseline, patience=patience)
    from futureagi_simulate.client import Client

    with Client() as own:
        return fetch_verdict(own, execution_id, settings, baseline=baseline, patience=patience)


def fetch_verdict(
    client: Client,
    execution_id: str,
    settings: Settings,
    *,
    baseline: str | None = None,
    patience: float = 0.0,
    interval: float = INTERVAL,
    clock: Clock | None = None,
    watch: Callable[[Look], object] = id,
) -> Verdict:
    """Look at an execution until it is finished or `patience` seconds are over, and judge what was seen last.

    `watch` is told of every look. A fault on the last look is raised.
    """
    before = fetch_execution(client, baseline) if baseline is not None else None
    seen = looks(
        lambda: fetch_execution(client, execution_id), deadline=patience, interval=interval, clock=clock
    )
    return judge(follow(seen, watch), settings, before)
