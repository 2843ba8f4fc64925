"""Records and frames of listings: the same rows, with types that don't depend on what came."""

from __future__ import annotations

import dataclasses
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from futureagi_simulate import (
    AsyncClient,
    Client,
    ConfigurationError,
    ContractError,
    IncompleteListingError,
    results,
)
from futureagi_simulate.frames import Builder, batches, schema_of
from futureagi_simulate.records import (
    CallRecord,
    EvalSummary,
    ExecutionRecord,
    GroupKey,
    GroupRecord,
    call_record,
    execution_record,
    group_record,
)
from futureagi_simulate_mock import Mock, ids

from .drifting import Schedule, Table
from .test_groups import DATASET
from .test_listing import ID, Server


@pytest.fixture
def client(colour: Any, request: pytest.FixtureRequest) -> Any:
    """A client on the mock of one profile."""
    mock = Mock(getattr(request, "param", "documented"))
    transport = mock.async_transport() if colour.is_async else mock.transport()
    keys = {"api_key": ids.API_KEY, "secret_key": ids.SECRET_KEY, "base_url": "https://mock.invalid"}
    return colour.pick(Client, AsyncClient)(**keys, http_client=colour.http(transport=transport))


def details(colour: Any, client: Any) -> Any:
    return colour.run(client.get_test_execution(ids.TEST_EXECUTION_ID)).calls


def runs(colour: Any, client: Any) -> Any:
    return colour.run(client.get_execution_run(ids.TEST_EXECUTION_ID)).calls


Ask = Callable[[Any, Any], Any]
LISTINGS: dict[str, tuple[type[Any], Ask]] = {
    "calls of a run test": (CallRecord, lambda _, client: client.list_call_executions(ids.RUN_TEST_ID)),
    "calls of an execution": (CallRecord, details),
    "calls of a version": (
        CallRecord,
        lambda _, client: client.list_version_call_executions(ids.AGENT_ID, ids.VERSION_ID),
    ),
    "calls of a run": (CallRecord, runs),
    "calls of a group": (
        CallRecord,
        lambda _, client: client.list_test_execution_groups(
            ids.TEST_EXECUTION_ID, row_groups=["status"], group_keys=["completed"]
        ),
    ),
    "groups by a column of a dataset": (
        GroupRecord,
        lambda _, client: client.list_test_execution_groups(ids.TEST_EXECUTION_ID, row_groups=[DATASET]),
    ),
    "executions": (ExecutionRecord, lambda _, client: client.list_test_executions(ids.RUN_TEST_ID)),
    "runs": (ExecutionRecord, lambda _, client: client.list_execution_runs(ids.RUN_TEST_NAME)),
    "groups": (
        GroupRecord,
        lambda _, client: client.list_test_execution_groups(ids.TEST_EXECUTION_ID, row_groups=["scenario"]),
    ),
}


DOCUMENTED_ONLY = ("calls of a group", "groups")  # the real server groups by columns of datasets
OBSERVED_ONLY = ("groups by a column of a dataset",)


@pytest.mark.parametrize(
    ("name", "client"),
    [(name, "documented") for name in LISTINGS if name not in OBSERVED_ONLY]
    + [(name, "observed") for name in LISTINGS if name not in DOCUMENTED_ONLY],
    indirect=["client"],
)
@pytest.mark.filterwarnings("ignore::futureagi_simulate.ContractWarning")
def test_every_listing_gives_its_records_and_frames_of_them(name: str, colour: Any, client: Any) -> None:
    kind, ask = LISTINGS[name]
    listing = ask(colour, client)
    records = colour.collect(listing.records())
    assert records
    assert {type(record) for record in records} == {kind}
    table = colour.run(listing.to_arrow())
    assert table.schema.equals(schema_of(kind))
    assert table.num_rows == len(records)
    assert table.column("raw").to_pylist() == [record.raw_json.decode() for record in records]
    for field in dataclasses.fields(kind):
        if field.type in ("str", "str | None", "float | None", "int | None", "bool", "datetime | None"):
            assert table.column(field.name).to_pylist() == [getattr(one, field.name) for one in records]
    polars, pandas = colour.run(listing.to_polars()), colour.run(listing.to_pandas())
    assert polars.equals(pl.from_arrow(table))
    assert list(pandas.columns) == table.column_names
    assert [dtype.pyarrow_dtype for dtype in pandas.dtypes] == table.schema.types
    assert pandas["raw"].to_list() == table.column("raw").to_pylist()


def test_what_the_listing_was_asked_with_completes_its_records(colour: Any, client: Any) -> None:
    for name in ("calls of an execution", "calls of a run", "calls of a group"):
        records = colour.collect(LISTINGS[name][1](colour, client).records())
        assert {record.execution_id for record in records} == {ids.TEST_EXECUTION_ID}
    executions = colour.collect(client.list_test_executions(ids.RUN_TEST_ID).records())
    assert {record.run_test_id for record in executions} == {ids.RUN_TEST_ID}
    runs = colour.collect(client.list_execution_runs(ids.RUN_TEST_NAME).records())
    assert {record.run_test_name for record in runs} == {ids.RUN_TEST_NAME}


@pytest.mark.parametrize("name", ["to_arrow", "to_pandas", "to_polars"])
def test_an_empty_listing_has_the_same_types(name: str, colour: Any) -> None:
    def types(rows: int) -> Any:
        frame = colour.run(getattr(Server(rows).client(colour).list_call_executions(ID), name)())
        if name == "to_pandas":
            return dict(frame.dtypes)
        return frame.schema

    assert types(0) == types(3)
    assert len(types(0)) == len(dataclasses.fields(CallRecord))


def test_evals_and_turns_are_lists_of_structs() -> None:
    schema = schema_of(CallRecord)
    for name in ("evals", "transcript"):
        assert pa.types.is_list(schema.field(name).type)
        assert pa.types.is_struct(schema.field(name).type.value_type)
    turn = schema.field("transcript").type.value_type
    assert [(field.name, str(field.type)) for field in turn] == [
        ("speaker", "string"),
        ("text", "string"),
        ("start_s", "double"),
        ("end_s", "double"),
    ]
    assert str(schema.field("started_at").type) == "timestamp[us, tz=UTC]"


def test_an_eval_summary_holds_its_parts_and_those_no_further_ones() -> None:
    part = EvalSummary(id="p", passed=2, choices={"a": 40.0, "b": 60.0})
    whole = EvalSummary(id="e", total=3, percentiles={"p50": 71.5}, parts=(part,))
    record = ExecutionRecord(id="1", total_calls=3, scenarios=("A", "B"), evals=(whole,))
    [row] = table_of([record, ExecutionRecord()]).slice(0, 1).to_pylist()
    assert (row["total_calls"], row["scenarios"]) == (3, ["A", "B"])
    [found] = row["evals"]
    assert (found["total"], found["percentiles"]) == (3, [("p50", 71.5)])
    assert found["parts"][0]["choices"] == [("a", 40.0), ("b", 60.0)]
    assert "parts" not in found["parts"][0]


def table_of(records: list[Any]) -> pa.Table:
    builder = Builder(type(records[0]))
    for record in records:
        builder.add(record)
    return builder.table()


def test_a_whole_number_beyond_64_bits_is_brought_to_the_largest() -> None:
    table = table_of([ExecutionRecord(total_calls=10**30), ExecutionRecord(total_calls=-(10**30))])
    assert table.column("total_calls").to_pylist() == [2**63 - 1, -(2**63)]


class Sent:
    """What an endpoint returned."""

    def __init__(self, **raw: Any) -> None:
        self.raw = raw
        self.raw_json = b"{}"


def test_a_group_has_what_its_calls_share_and_their_means() -> None:
    sent = Sent(count=4, avg_overall_score=71.5, avg_response_time=900, status="failed", overall_score=None)
    record = group_record(sent)
    assert record == GroupRecord(
        4, 71.5, 0.9, key=(GroupKey("status", "failed"), GroupKey("overall_score", None))
    )
    [row] = table_of([record]).to_pylist()
    assert row["key"] == [
        {"column": "status", "value": '"failed"'},
        {"column": "overall_score", "value": None},
    ]


def test_batches_end_where_rows_are_many_or_large() -> None:
    small = [CallRecord(str(number)) for number in range(25)]
    assert [batch.num_rows for batch in batches(small, CallRecord, 10)] == [10, 10, 5]
    large = [CallRecord(str(number), raw_json=b"x" * (5 << 20)) for number in range(5)]
    assert [batch.num_rows for batch in batches(large, CallRecord)] == [2, 2, 1]
    assert list(batches([], CallRecord)) == []


def test_a_frame_is_made_while_it_is_read(colour: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows become columns batch by batch: no list of all records is held."""
    held: list[int] = []
    flush = Builder._flush

    def counted(self: Builder) -> None:
        held.append(len(self._held))
        flush(self)

    monkeypatch.setattr(Builder.__init__, "__defaults__", (10,))
    monkeypatch.setattr(Builder, "_flush", counted)
    server = Server(35)
    table = colour.run(server.client(colour).list_call_executions(ID, page_size=5).to_arrow())
    assert (table.num_rows, held) == (35, [10, 10, 10, 5])


def test_times_are_in_utc_and_to_the_microsecond() -> None:
    at = datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)
    assert table_of([CallRecord("1", started_at=at)]).column("started_at").to_pylist() == [at]


@pytest.mark.parametrize(
    ("method", "missing", "installed"),
    [
        ("to_arrow", "pyarrow", ""),
        ("to_pandas", "pyarrow", ""),
        ("to_pandas", "pandas", " pandas"),
        ("to_polars", "polars", " polars"),
    ],
)
def test_a_missing_package_is_told_before_anything_is_sent(
    method: str, missing: str, installed: str, colour: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.setattr("futureagi_simulate.checks.find_spec", lambda name: None if name == missing else name)
    server = Server(3)
    with pytest.raises(ConfigurationError) as caught:
        colour.run(getattr(server.client(colour).list_call_executions(ID), method)())
    assert caught.value.problem == f"{method}() needs the package {missing}, which is not installed."
    assert caught.value.remedy == f'pip install "futureagi-simulate[export]"{installed}'
    assert server.asked == []


def test_records_need_no_further_package(colour: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pyarrow", "pandas", "polars", "futureagi_simulate.frames"):
        monkeypatch.setitem(sys.modules, name, None)
    records = colour.collect(Server(3).client(colour).list_call_executions(ID).records())
    assert [type(record) for record in records] == [CallRecord] * 3


def test_records_are_read_as_they_are_needed_and_can_be_left(colour: Any) -> None:
    server = Server(50)
    records = server.client(colour).list_call_executions(ID, page_size=10).records()
    assert [record.id for record in colour.take(records, 3)] == server.ids[:3]
    assert server.asked == [(1, 10)]


def test_records_of_a_prefetched_listing_leave_no_thread_when_closed() -> None:
    server = Server(50)
    with httpx.Client(transport=httpx.MockTransport(server)) as http:
        keys: Any = {"api_key": "a-key", "secret_key": "a-secret"}
        listing = Client(**keys, http_client=http).list_call_executions(ID, page_size=5, prefetch=8)
        records = listing.records()
        next(records)
        records.close()
        assert [thread for thread in threading.enumerate() if thread.name == "futureagi-page"] == []


def test_groups_in_place_of_calls_are_an_error(colour: Any) -> None:
    listing = Server(0, count=1, results=[{"count": 3, "avg_overall_score": None, "status": "failed"}])
    calls = listing.client(colour).list_test_execution_groups(ID, row_groups=["status"], group_keys=["x"])
    with (
        pytest.warns(match="."),
        pytest.raises(ContractError, match="groups of calls where calls were asked for"),
    ):
        colour.collect(calls.records())


def test_items_without_a_record_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(results._RECORDS, "CallExecution")
    with pytest.raises(ConfigurationError, match="There is no record of CallExecution"):
        Table(Schedule()).listing().records()


def test_an_exact_frame_that_cannot_be_completed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(Schedule(rows=100, hidden=0.1, seed=3, cap=7))
    listing = table.listing(page_size=10, exact=True)
    monkeypatch.setattr(results, "_call_record", lambda _, item: CallRecord(item))
    with pytest.raises(IncompleteListingError):
        listing.to_arrow()


def test_records_of_listings_are_those_of_their_items(colour: Any, client: Any) -> None:
    calls = client.list_call_executions(ids.RUN_TEST_ID)
    assert colour.collect(calls.records()) == [call_record(item) for item in colour.collect(calls)]
    executions = client.list_test_executions(ids.RUN_TEST_ID)
    expected = [execution_record(item, run_test_id=ids.RUN_TEST_ID) for item in colour.collect(executions)]
    assert colour.collect(executions.records()) == expected


def test_a_frame_of_pandas_can_be_reckoned_with(colour: Any, client: Any) -> None:
    frame = colour.run(client.list_call_executions(ids.RUN_TEST_ID).to_pandas())
    done = frame[frame["status"] == "completed"]
    assert 0 < done["duration_s"].mean() < 3600
    assert frame["started_at"].dropna().dt.year.unique().tolist() == [2026]
    evals = pd.json_normalize(frame.explode("evals")["evals"].dropna().to_list())
    assert {"id", "name", "passed", "score"} <= set(evals.columns)
