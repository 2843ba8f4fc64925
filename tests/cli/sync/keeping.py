"""What the tests of sync share: reading what is stored, and changing a mock as the server changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from msgspec import structs

from futureagi_simulate import Client, RetryPolicy
from futureagi_simulate.records import CallRecord, call_record, execution_record
from futureagi_simulate_cli.export.columns import calls_in_batches
from futureagi_simulate_cli.sync import SyncResult, sync
from futureagi_simulate_mock import Mock

ONCE = RetryPolicy(attempts=1)
OPEN = ("pending", "queued", "ongoing", "running", "analyzing", "evaluating", "cancelling")
Rows = dict[str, dict[str, Any]]


@contextmanager
def client_of(mock: Mock, transport: httpx.BaseTransport | None = None) -> Iterator[Client]:
    with (
        httpx.Client(transport=transport or mock.transport()) as http,
        Client(
            api_key=mock.api_key,
            secret_key=mock.secret_key,
            base_url=mock.base_url,
            http_client=http,
            retry=ONCE,
        ) as client,
    ):
        yield client


def run(mock: Mock, destination: Path, run_test: str, **options: Any) -> SyncResult:
    with client_of(mock) as client:
        return sync(client, destination, run_test_id=run_test, **{"page_size": 4, "prefetch": 1, **options})


def rows_of(destination: Path, table: str) -> list[dict[str, Any]]:
    """Read a stored table, whatever kind of destination it is in."""
    if destination.suffix == ".duckdb":
        with duckdb.connect(destination, read_only=True) as database:
            return database.sql(f"SELECT * FROM {table}").to_arrow_table().to_pylist()
    folder = (destination / "current").resolve() / table
    if table == "executions":
        return pq.read_table(next(folder.glob("*.parquet"))).to_pylist()
    rows = ds.dataset(folder, format="parquet", partitioning="hive").to_table().to_pylist()
    return [
        row | {"execution_id": None if row["execution_id"] == "unknown" else row["execution_id"]}
        for row in rows
    ]


def stored(destination: Path) -> Rows:
    """Return the stored calls by id, each with its evals and turns; the same id twice is an error."""
    calls: Rows = {}
    for row in rows_of(destination, "calls"):
        assert row["id"] not in calls, "a call is stored twice"
        calls[row["id"]] = {**row, "evals": [], "transcript": []}
    for table, name in (("evals", "evals"), ("turns", "transcript")):
        for row in sorted(rows_of(destination, table), key=lambda row: row["position"]):
            call = calls[row.pop("call_id")]
            assert row.pop("execution_id") == call["execution_id"]
            assert row.pop("position") == len(call[name])
            call[name].append(row)
    return calls


def listed(mock: Mock, run_test: str) -> Rows:
    """Return the calls of an exact listing by id, with the execution that the mock knows."""
    with client_of(mock) as client:
        items = client.list_call_executions(run_test, page_size=1_000, exact=True).to_list()
    documented = bool(items) and "timestamp" not in items[0].raw
    store = mock._store
    made: list[CallRecord] = []
    for item in items:
        call = store.call(str(item.raw["id"]))
        assert call is not None
        alone = call.original is not None and documented  # nothing names the call that it belongs to
        execution = None if alone else store.executions[call.execution].id
        made.append(replace(call_record(item), execution_id=execution))
    return {row["id"]: row for batch in calls_in_batches(made) for row in batch.to_pylist()}


def executions(mock: Mock, run_test: str) -> Rows:
    with client_of(mock) as client:
        items = client.list_test_executions(run_test, page_size=1_000).to_list()
    return {item.id: flat(execution_record(item, run_test_id=run_test)) for item in items}


def flat(record: Any) -> dict[str, Any]:
    made = {one.name: getattr(record, one.name) for one in fields(record)}
    made["raw"] = made.pop("raw_json").decode()
    made.pop("evals")
    made["scenarios"] = list(made["scenarios"])
    return made


def require_equal(destination: Path, mock: Mock, run_test: str, ever: set[str]) -> None:
    """Compare what is stored with an exact listing; `ever` are the ids that were stored at any time."""
    calls, expected = stored(destination), listed(mock, run_test)
    live = {one for one, row in calls.items() if row["vanished_at"] is None}
    assert live == expected.keys()
    assert calls.keys() == expected.keys() | ever
    for one in live:
        row = dict(calls[one])
        row.pop("vanished_at")
        if (
            row["is_snapshot"] and row["original_call_id"] not in calls
        ):  # its call was deleted before any sync
            expected[one]["execution_id"] = None
        assert row == expected[one]
    found = {row["id"]: row for row in rows_of(destination, "executions")}
    known = executions(mock, run_test)
    assert {one for one, row in found.items() if row.pop("vanished_at") is None} == known.keys()
    assert {one: found[one] for one in known} == known


# what the server does


def set_status(mock: Mock, call_id: str, status: str) -> None:
    """Change a call's status as starting and cancelling do: its time of update stays."""
    store = mock._store
    with store.writing():
        call = store.call(call_id)
        assert call is not None
        store.change(call, status=status)


def set_execution(mock: Mock, execution_id: str, status: str) -> None:
    store = mock._store
    with store.writing():
        row = store.execution(execution_id)
        assert row is not None
        store.put(store.executions, row.number, structs.replace(row, status=status))


def rerun(mock: Mock, call_id: str) -> None:
    """Keep a call's result as a snapshot, and save the call again."""
    store = mock._store
    with store.writing():
        call = store.call(call_id)
        assert call is not None
        number = next(reversed(store.calls)) + 1
        at = max(one.updated_at for one in store.calls.values()) + 1
        former = structs.replace(
            call,
            number=number,
            id=f"{number:08x}-0000-4000-8000-000000000000",
            original=call.number,
            rerun_type="eval_only",
            created_at=at,
            updated_at=at,
        )
        store.put(store.calls, number, former)
    mock.touch_call(call_id)
