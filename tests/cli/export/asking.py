"""What the tests of exports share: clients of a mock, exports of its calls, and ways to interrupt them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pyarrow.parquet as pq
import pytest

from futureagi_simulate import Client, RetryPolicy
from futureagi_simulate.records import CallRecord, call_record
from futureagi_simulate_cli.export import Export, Source
from futureagi_simulate_mock import Mock

TABLES = ("calls", "evals", "turns")
ONCE = RetryPolicy(attempts=1)
Answering = Callable[[httpx.Request], httpx.Response]


def client_of(mock: Mock, http: httpx.Client, **changes: Any) -> Client:
    given: dict[str, Any] = {
        "api_key": mock.api_key,
        "secret_key": mock.secret_key,
        "base_url": mock.base_url,
        "http_client": http,
        "retry": ONCE,
        **changes,
    }
    return Client(**given)


@contextmanager
def answered(mock: Mock, answer: Answering, **changes: Any) -> Iterator[Client]:
    """Make a client whose requests `answer` answers."""
    with (
        httpx.Client(transport=httpx.MockTransport(answer)) as http,
        client_of(mock, http, **changes) as made,
    ):
        yield made


def job(mock: Mock, target: Path, **changes: Any) -> Export:
    """Export the calls of the mock's run test: some 130, in pages of 20."""
    given: dict[str, Any] = {"page_size": 20, "prefetch": 1, **changes}
    return Export(given.pop("source", Source(run_test_id=mock.ids.run_test_id)), target, **given)


def records(mock: Mock, client: Client) -> list[CallRecord]:
    return [call_record(item) for item in client.list_call_executions(mock.ids.run_test_id)]


def unsettled(call: CallRecord) -> bool:
    """Say whether a call, or one of its evals, may still change without a new time of update."""
    return call.status not in ("completed", "failed") or any(
        one.status in (None, "pending") for one in call.evals
    )


def ids_in(lines: Path) -> list[str]:
    return [json.loads(line)["id"] for line in lines.read_text().splitlines()]


class StopError(Exception):
    """Interrupts an export."""


def interrupt(export: Export, client: Client, pages: int) -> None:
    """Run an export up to and with this page."""
    left = pages

    def stop(*_: object) -> None:
        nonlocal left
        left -= 1
        if not left:
            raise StopError

    with pytest.raises(StopError):
        export.run(client, stop)


def content(file: Path) -> object:
    """Read what a file says; the bytes of a DuckDB file differ each time it is made."""
    if file.suffix == ".parquet":
        return pq.read_table(file)
    if file.suffix != ".duckdb":
        return file.read_bytes()
    with duckdb.connect(file, read_only=True) as made:
        return [made.sql(f"SELECT count(*), sum(hash(row)) FROM {name} row").fetchall() for name in TABLES]
