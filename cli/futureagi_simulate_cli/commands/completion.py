"""What a shell offers for a value on TAB; never an error, and never longer than `MOST_SECONDS`."""

from __future__ import annotations

import logging
import os
import re
import warnings
from pathlib import Path
from typing import Any, Final

MOST_SECONDS: Final = 2.0
MOST_EXECUTIONS: Final = 20

_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


def execution_statuses() -> list[str]:
    """Return the statuses of executions."""
    return _words("list_test_executions", "status")


def call_statuses() -> list[str]:
    """Return the statuses of calls."""
    return _words("list_call_executions", "status")


def _words(method: str, parameter: str) -> list[str]:
    from futureagi_simulate_cli.commands.parameters import words  # here: --help does without

    return words(method, parameter)


def profiles() -> list[str]:
    """Return the profiles of the mock."""
    return ["documented", "observed"]


def run_test_ids() -> list[str]:
    """Return the id of the run test in the environment: the API lists no run tests."""
    return [one for one in _run_tests() if _ID.fullmatch(one)]


def run_test_names() -> list[str]:
    """Return the id and the name of the run test in the environment and in the project's settings."""
    escaped = os.environ.get("_FI_SIMULATE_COMPLETE") == "complete_bash"  # other shells quote by themselves
    return [one.replace(" ", "\\ ") if escaped else one for one in _run_tests()]


def executions(ctx: Any) -> list[tuple[str, str]]:
    """Return names of executions, and the newest ids of the run test that is named or in the environment."""
    run_test = next(
        (found for name in ("run_test", "run_test_id") if (found := ctx.params.get(name))),
        next(iter(_run_tests()), None),
    )
    names = [
        ("latest", "the newest finished one"),
        ("previous", "the one before it"),
        ("latest-passed", "the newest that passed the gate"),
    ]
    return [*names, *(_newest(str(run_test)) if run_test else [])]


def _run_tests() -> list[str]:
    from futureagi_simulate_cli.gate.settings import load

    try:
        found = [load(None, Path.cwd(), {}).get("run_test")]
    except Exception:  # noqa: BLE001 - a shell that completes shows no error
        found = []
    found += [os.environ.get(name, "").strip() for name in ("FI_RUN_TEST_ID", "FI_RUN_TEST_NAME")]
    return [one for one in dict.fromkeys(found) if isinstance(one, str) and one and one.isprintable()]


def _newest(run_test: str) -> list[tuple[str, str]]:
    """Return the first characters of the newest ids with status and time; none after any error."""
    from itertools import islice

    disabled = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # FI_LOG would print between the words
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from futureagi_simulate import Client, RetryPolicy
            from futureagi_simulate_cli.commands.tables import moment
            from futureagi_simulate_cli.gate.find import list_executions

            retry = RetryPolicy(attempts=1, budget=MOST_SECONDS)
            with Client(timeout=MOST_SECONDS, retry=retry) as client:
                found = list(islice(list_executions(client, run_test), MOST_EXECUTIONS))
        ids = [str(one.id) for one in found]
        return [
            (
                name[:8] if sum(one.startswith(name[:8]) for one in ids) == 1 else name,
                f"{one.status if str(one.status).isalpha() else ''} {moment(one.started_at)}".strip(),
            )
            for name, one in zip(ids, found, strict=True)
            if _ID.fullmatch(name)
        ]
    except Exception:  # noqa: BLE001 - a shell that completes shows no error
        return []
    finally:
        logging.disable(disabled)
