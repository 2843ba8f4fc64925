"""A sync killed at any request or file operation loses nothing, and shows no half state."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from futureagi_simulate_cli.sync import state as states
from futureagi_simulate_cli.sync import sync
from futureagi_simulate_mock import Mock

from .keeping import client_of, listed, require_equal, rerun, rows_of, run, set_status, stored

FULL = bool(os.environ.get("FUTUREAGI_FULL"))
SEEDS = [
    *((seed, "calls") for seed in range(20 if FULL else 2)),
    *((seed, "calls.duckdb") for seed in range(20 if FULL else 1)),
]
OPERATIONS = ("replace", "rename", "link", "mkdir", "rmdir", "unlink", "symlink", "fsync", "truncate")


class Killed(BaseException):
    """Stands for a kill: nothing of the program runs any more."""


class Death:
    """Kills at the step of this number; from then on no file operation and no request takes place."""

    def __init__(self, step: int) -> None:
        self.left = step
        self.dead = False

    def tick(self) -> None:
        if self.dead:
            raise Killed
        self.left -= 1
        if self.left == 0:
            self.dead = True
            raise Killed


class Transport(httpx.BaseTransport):
    def __init__(self, inner: httpx.BaseTransport, death: Death) -> None:
        self.inner, self.death = inner, death

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.death.tick()
        return self.inner.handle_request(request)


class Database:
    """A connection whose commits and rollbacks are steps; a killed program's transaction is rolled back."""

    def __init__(self, inner: sqlite3.Connection, death: Death) -> None:
        self._inner, self._death = inner, death

    def execute(self, statement: str, *values: Any) -> Any:
        if statement == "COMMIT":
            self._death.tick()
        return self._inner.execute(statement, *values)

    def close(self) -> None:
        if self._death.dead and self._inner.in_transaction:
            self._inner.rollback()
        self._inner.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


@contextmanager
def dying(death: Death, target: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        for name in OPERATIONS:
            real = getattr(os, name)

            def step(*values: Any, _real: Any = real, **named: Any) -> Any:
                death.tick()
                return _real(*values, **named)

            patch.setattr(os, name, step)
        connect = sqlite3.connect
        patch.setattr(states.sqlite3, "connect", lambda *a, **k: Database(connect(*a, **k), death))
        patch.setattr(states, "SAVE_EVERY_S", 0.0)
        real_writer = pq.ParquetWriter

        def writer(*values: Any, **named: Any) -> Any:
            death.tick()
            return real_writer(*values, **named)

        patch.setattr(pq, "ParquetWriter", writer)
        yield


def steps_of(mock: Mock, target: Path, run_test: str, death: Death, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Run a sync that is killed at a step; return whether it came to its end."""
    with (
        client_of(mock, Transport(mock.transport(), death)) as client,
        dying(death, target, monkeypatch),
    ):
        try:
            sync(client, target, run_test_id=run_test, page_size=4, prefetch=1)
        except Killed:
            return False
    return True


def change(mock: Mock, run_test: str, chance: random.Random) -> None:
    """Change a few calls, in one of the ways that a server does."""
    number = next(one.number for one in mock._store.catalogue.run_tests.values() if one.id == run_test)
    for _ in range(chance.randint(1, 4)):
        rows = [
            row
            for row in mock._store.calls.values()
            if row.run_test == number and not row.deleted and row.original is None
        ]
        kind, row = chance.choice(["new", "touch", "delete", "rerun", "cancel"]), chance.choice(rows)
        if kind == "new":
            execution = mock.add_execution(run_test, calls=chance.randint(1, 3))
            added = mock._store.execution(execution)
            assert added is not None
            for one in list(mock._store.calls.values()):
                if one.execution == added.number:
                    mock.touch_call(one.id)
        elif kind == "touch":
            mock.touch_call(row.id)
        elif kind == "delete" and len(rows) > 3:
            mock.delete_call(row.id)
        elif kind == "rerun":
            rerun(mock, row.id)
        elif row.status == "pending":
            set_status(mock, row.id, "cancelled")


def snapshot(target: Path) -> Any:
    return stored(target) if (target if target.suffix else target / "current").exists() else None


@pytest.mark.parametrize(("seed", "name"), SEEDS)
def test_killed_at_every_request_and_file_operation_nothing_is_lost_and_no_half_state_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, name: str
) -> None:
    chance = random.Random(seed)
    mock = Mock(profile=chance.choice(["documented", "observed"]), executions=1, calls=1)
    run_test = mock.add_run_test("Killed")
    mock.add_execution(run_test, calls=5)
    mock.add_execution(run_test, status="pending", calls=2)
    target, ever = tmp_path / name, set[str]()
    for second in (False, True):
        if second:
            change(mock, run_test, chance)
        kept = tmp_path / "kept"
        shutil.copytree(tmp_path, kept, symlinks=True, ignore=shutil.ignore_patterns("kept"))
        before = snapshot(target)
        now = listed(mock, run_test)
        step, done = 0, False
        while not done:
            step += 1 if FULL else chance.randint(1, 7)
            for left in tmp_path.iterdir():
                if left != kept:
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
            shutil.copytree(kept, tmp_path, symlinks=True, dirs_exist_ok=True)
            done = steps_of(mock, target, run_test, Death(step), monkeypatch)
            shown = snapshot(target)
            after = {one for one, row in (shown or {}).items() if row["vanished_at"] is None}
            assert shown == before or after == now.keys()
            if not done:
                run(mock, target, run_test)
            require_equal(target, mock, run_test, ever)
        shutil.rmtree(kept)
        ever |= now.keys()
        assert step > 15
        assert rows_of(target, "executions")


def test_a_first_sync_interrupted_goes_on_behind_the_pages_it_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mock = Mock(profile="observed", executions=1, calls=1)
    run_test = mock.add_run_test("Long")
    mock.add_execution(run_test, calls=39)
    for row in [row for row in mock._store.calls.values() if row.execution]:
        mock.touch_call(row.id)
    target = tmp_path / "calls"
    death = Death(10_000)
    sent = Transport(mock.transport(), death)
    monkeypatch.setattr(states, "SAVE_EVERY_S", 0.0)

    def stop(what: str, done: int, total: int | None) -> None:
        if done >= 32:
            raise Killed

    with client_of(mock, sent) as client, pytest.raises(Killed):
        sync(client, target, run_test_id=run_test, page_size=4, prefetch=1, progress=stop)
    asked = len(mock.journal)
    run(mock, target, run_test)
    again = [str(one) for one in list(mock.journal)[asked:]]
    assert len([one for one in again if "call-executions" in one]) <= 5
    require_equal(target, mock, run_test, set())
