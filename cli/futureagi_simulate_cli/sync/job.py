"""A sync from beginning to end: ask for what changed, then publish it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from futureagi_simulate.checks import packages, uuid
from futureagi_simulate.client import Client
from futureagi_simulate.errors import ConfigurationError, FutureAGIError
from futureagi_simulate_cli.export.job import without_gc
from futureagi_simulate_cli.export.partial import take_lock
from futureagi_simulate_cli.export.source import origin_of, require_moment
from futureagi_simulate_cli.export.target import failure, require_utf8
from futureagi_simulate_cli.sync.reading import Reading
from futureagi_simulate_cli.sync.state import State

if TYPE_CHECKING:
    from futureagi_simulate_cli.sync.tables import DuckDBFile, ParquetDataset

WORK: Final = ".sync"
"""The folder of a dataset, and the ending of the folder beside a DuckDB file, that holds the state."""

LOCK: Final = "fi-simulate-sync.lock"


@attrs.frozen
class SyncResult:
    """What a sync did.

    `current`: the tables, a folder or a DuckDB file. `requests`: pages asked for, repeated ones not counted.
    `new`, `changed`, `vanished`: calls stored, stored again, and marked. `calls`: those the server has.
    `missing`: calls that executions list and no page of calls showed; the next sync looks for them again.
    """

    current: Path
    requests: int
    new: int
    changed: int
    vanished: int
    calls: int
    executions: int
    missing: int = 0


def sync(
    client: Client,
    destination: Path | str,
    *,
    run_test_id: str | None = None,
    since: datetime | None = None,
    full: bool = False,
    page_size: int = 100,
    prefetch: int = 4,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> SyncResult:
    """Bring the stored calls of a run test up to date with the server.

    `destination` is a folder, or a file that ends in .duckdb. Without `run_test_id` it is the run test that
    the destination holds, or that in FI_RUN_TEST_ID. `since` bounds how far back a first sync reads. `full`
    reads every page again. A page of calls has `page_size`, and where everything is read `prefetch` pages are
    requested at once. `progress` is called with what is done, how much of it, and of how much.

    Readers see the state before or the one after. Interrupted at any moment and run again, it goes on.

    Raises:
        FutureAGIError: a page could not be fetched, or the disk is full; what came before it is kept.
        ConfigurationError: another sync is at work, or the destination can't be used or holds another run
            test.

    """
    if since is not None:
        require_moment(since)
    if run_test_id is not None:
        uuid(run_test_id, "run_test_id")  # before anything is made
    target = Path(destination)
    step = progress or (lambda *_: None)
    try:
        with _held(target, make=True) as work:
            _finish_setting_up(target)
            state = State(work)
            try:
                run_test_id = _run_test_of(state, target, run_test_id, origin_of(client))
                tables = _tables(target, work)
                reading = Reading(
                    client,
                    run_test_id,
                    state,
                    page_size=page_size,
                    prefetch=prefetch,
                    since=since,
                    now=time.time_ns() // 1_000,
                    progress=lambda done, total: step("Reading calls", done, total),
                )
                with without_gc():
                    reading.run(full=full)
                    counts = state.all(
                        "SELECT coalesce(sum(stored IS NULL AND at IS NOT NULL), 0), coalesce(sum(stored IS "
                        "NOT NULL AND at IS NOT NULL), 0), coalesce(sum(gone IS NOT NULL), 0) FROM calls "
                        "WHERE dirty"
                    )[0]
                    tables.publish(state, run_test_id, lambda done, total: step("Writing", done, total))
                state.published()
                executions = state.one(
                    "SELECT count(*) FROM executions WHERE raw IS NOT NULL AND gone IS NULL"
                )
                new, changed, vanished = map(int, counts)
                return SyncResult(
                    tables.current,
                    requests=reading.requests,
                    new=new,
                    changed=changed,
                    vanished=vanished,
                    calls=state.live(),
                    executions=int(executions),
                    missing=len(reading.missing),
                )
            finally:
                state.close()
    except (FutureAGIError, BrokenPipeError):
        raise
    except OSError as error:
        raise failure(target, error, "Make room or give access, and the same sync goes on.") from error


def planned(destination: Path | str, run_test_id: str | None = None) -> list[str]:
    """Return in words what a sync would ask for, as far as that is known. Nothing is sent or written."""
    target = Path(destination)
    work = _work_of(target)
    if not (work / "state.sqlite").is_file():
        return [
            "GET call-executions: every page, as nothing is stored yet",
            "GET executions: every page",
            "GET runs: each execution that isn't finished, or each if calls don't name their execution",
        ]
    with _held(target, make=False):
        state = State(work)
        try:
            _run_test_of(state, target, run_test_id, None)
            if state.get("walk") is not None:
                first = "from page 1, then where the interrupted sync was"
            elif not state.get("complete", 0):
                first = "every page, as nothing is stored yet"
            else:
                first = f"from page 1 to the first page without a change; {state.live()} calls are stored"
            waiting = state.all("SELECT id FROM executions WHERE gone IS NULL AND open AND raw IS NOT NULL")
            return [
                f"GET call-executions: {first}",
                "GET executions: from page 1 to the first page without a change",
                *(f"GET runs: execution {one}, which isn't finished" for (one,) in sorted(waiting)),
            ]
        finally:
            state.close()


def _tables(target: Path, work: Path) -> ParquetDataset | DuckDBFile:
    from futureagi_simulate_cli.sync.tables import DuckDBFile, ParquetDataset  # here: it needs Arrow

    return DuckDBFile(target, work) if _is_duckdb(target) else ParquetDataset(target)


def _is_duckdb(target: Path) -> bool:
    return target.suffix.lower() == ".duckdb"


def _work_of(target: Path) -> Path:
    return target.with_name(target.name + WORK) if _is_duckdb(target) else target / WORK


def _require_usable(target: Path) -> None:
    """Raise ConfigurationError if nothing can be stored there: before the first request."""
    require_utf8(target)
    packages("A sync", "pyarrow", *(("duckdb",) if _is_duckdb(target) else ()))
    work = _work_of(target)
    problem = ""
    if not target.parent.is_dir():
        problem = f"there is no folder {target.parent}"
    elif _is_duckdb(target):
        if target.is_symlink() or (target.exists() and not target.is_file()):
            problem = "it is no regular file"
        elif target.exists() and not work.is_dir():
            problem = f"it was not made by a sync: {work.name} is not beside it"
    elif target.exists() and not target.is_dir():
        problem = "it is a file; the name of a DuckDB file ends in .duckdb"
    elif target.is_dir() and any(target.iterdir()) and not work.is_dir():
        problem = "it holds something else"
    if problem:
        raise ConfigurationError(
            f"{target} can't be used: {problem}.",
            remedy="Name another destination, one to be made for instance.",
        )


@contextmanager
def _held(target: Path, *, make: bool) -> Iterator[Path]:
    """Hold the destination alone, and make it first if need be."""
    _require_usable(target)
    work = _work_of(target)
    if make:
        work.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(work / LOCK, "ab") as lock:
        try:
            take_lock(lock)
        except BlockingIOError:
            raise ConfigurationError(
                f"Another sync is writing {target}.",
                remedy="Wait until it has ended, or name another destination.",
            ) from None
        yield work


def _finish_setting_up(target: Path) -> None:
    """Refuse a file system without links before anything is asked for."""
    if _is_duckdb(target):
        return
    probe = target / WORK / "probe"
    probe.unlink(missing_ok=True)
    try:
        probe.symlink_to("nothing")
    except (OSError, NotImplementedError) as error:
        raise ConfigurationError(
            f"{target} can't be used: links can't be made there ({error}).",
            remedy="Name another folder, or a file that ends in .duckdb.",
        ) from error
    probe.unlink()


def _run_test_of(state: State, target: Path, run_test_id: str | None, origin: str | None) -> str:
    """Return the run test that is stored, or is to be; raise ConfigurationError if those are two."""
    stored, server = state.get("run_test"), state.get("server")
    named = run_test_id or stored or os.environ.get("FI_RUN_TEST_ID", "").strip()
    if not named:
        raise ConfigurationError(
            "No run test was named.", remedy="Give its id: --run-test ID (in Python run_test_id=)."
        )
    asked = uuid(str(named), "run_test_id")
    if stored not in (None, asked) or (origin is not None and server not in (None, origin)):
        raise ConfigurationError(
            f"{target} holds run test {stored} of {server}, not {asked} of {origin or server}.",
            remedy="Name another destination, or that run test and server.",
        )
    if stored is None and origin is not None:
        state.note(run_test=asked, server=origin)
    return asked
