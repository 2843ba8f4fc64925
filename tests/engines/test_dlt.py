"""The dlt source: what is loaded equals an exact listing, after any change, interruption or upgrade."""

from __future__ import annotations

import base64
import gzip
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dlt
import duckdb
import pytest
from dlt.common.pipeline import LoadInfo
from dlt.pipeline.exceptions import PipelineStepFailed

from futureagi_simulate import Client, ConfigurationError, RetryPolicy
from futureagi_simulate_cli.dlt_source import futureagi
from futureagi_simulate_cli.sync import changes
from futureagi_simulate_cli.sync.state import FINISHED
from futureagi_simulate_mock import Mock

from ..cli.sync.keeping import executions, listed, rerun
from .comparing import blocks, differences

TABLES = ("calls", "executions", "evals", "turns")
LATEST = """
SELECT * FROM read_parquet('{folder}/{table}/*.parquet', union_by_name = true)
QUALIFY read_at = max(read_at) OVER (PARTITION BY {key}) AND NOT removed
"""


class Loaded:
    """A pipeline to one destination, and what is in that."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self.folder = folder
        path = folder / "loaded.duckdb" if kind == "duckdb" else folder / "files"
        made = dlt.destinations.duckdb(str(path)) if kind == "duckdb" else None
        self.path = path
        self.pipeline = dlt.pipeline(
            f"simulations_{kind}",
            destination=made or dlt.destinations.filesystem(path.as_uri()),
            dataset_name="simulations",
        )

    def run(self, source: Any, **options: Any) -> LoadInfo:
        if self.kind == "parquet":
            options["loader_file_format"] = "parquet"
        return self.pipeline.run(source, **options)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table, without the columns of dlt and of changes."""
        if self.kind == "duckdb":
            with duckdb.connect(self.path, read_only=True) as database:
                return plain(database.sql(f"SELECT * FROM simulations.{table}"))
        key = "id" if table in ("calls", "executions") else "call_id"
        query = LATEST.format(folder=self.path / "simulations", table=table, key=key)
        with duckdb.connect() as database:
            return plain(database.sql(query))

    def calls(self) -> dict[str, Any]:
        """Return the calls by id, each with its evals and its transcript."""
        found = {row["id"]: {**row, "evals": [], "transcript": []} for row in self.rows("calls")}
        for table, name in (("evals", "evals"), ("turns", "transcript")):
            for row in sorted(self.rows(table), key=lambda row: row["position"]):
                call = found[row.pop("call_id")]
                assert row.pop("position") == len(call[name])
                call[name].append(row)
        return found


def plain(relation: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = relation.to_arrow_table().to_pylist()
    for row in rows:
        assert row.pop("removed") is False
        row.pop("read_at")
        for name in row.keys() & {"choices", "scenarios"}:  # where a destination has no lists, they are JSON
            if isinstance(row[name], str):
                row[name] = json.loads(row[name])
    return rows


@pytest.fixture(params=["duckdb", "parquet"])
def loaded(request: pytest.FixtureRequest, tmp_path: Path) -> Loaded:
    return Loaded(request.param, tmp_path)


def require_equal(loaded: Loaded, mock: Mock, run_test: str) -> None:
    rows = loaded.rows("calls")
    assert len({row["id"] for row in rows}) == len(rows)
    assert differences(loaded.calls(), listed(mock, run_test)) == []
    assert (
        differences({row["id"]: row for row in loaded.rows("executions")}, executions(mock, run_test)) == []
    )


def asked(mock: Mock, work: Any) -> int:
    before = len(mock.journal)
    work()
    return len(mock.journal) - before


def change(mock: Mock, run_test: str) -> None:
    """Do what a server does to calls: save again, rerun, delete, add."""
    calls = [row for row in mock._store.calls.values() if row.original is None and not row.deleted]
    shown = listed(mock, run_test)
    ours = [row for row in calls if row.id in shown]
    latest = max(row.updated_at for row in mock._store.calls.values())
    mock.clock.advance(max(1.0, latest / 1_000 - mock.clock.now().timestamp() + 1))
    mock.touch_call(ours[3].id)
    rerun(mock, ours[40].id)
    mock.delete_call(ours[20].id)
    with mock._store.writing():  # a rerun that ended without evals
        row = mock._store.call(ours[5].id)
        assert row is not None
        mock._store.change(row, evals=())
    mock.touch_call(ours[5].id)
    mock.touch_call(mock.add_call(mock._store.executions[ours[3].execution].id, status="completed"))


def test_rows_equal_the_exact_listing_also_after_changes(mock: Mock, loaded: Loaded) -> None:
    run_test = mock.ids.run_test_id
    loaded.run(futureagi(run_test))
    require_equal(loaded, mock, run_test)
    for _ in range(2):
        change(mock, run_test)
        loaded.run(futureagi(run_test))
        require_equal(loaded, mock, run_test)


def test_a_second_run_reads_one_page_of_each_listing(mock: Mock, loaded: Loaded) -> None:
    run_test = mock.ids.run_test_id
    first = asked(mock, lambda: loaded.run(futureagi(run_test, page_size=20)))
    unfinished = sum(row["status"] not in FINISHED for row in loaded.rows("executions"))
    again = asked(mock, lambda: loaded.run(futureagi(run_test, page_size=20)))
    assert again <= 2 + unfinished < first
    assert loaded.pipeline.last_trace.last_normalize_info.loads_ids == []  # nothing to load


@pytest.fixture
def duck(tmp_path: Path) -> Loaded:
    return Loaded("duckdb", tmp_path)


@pytest.fixture
def hasty() -> Iterator[Client]:
    """A client that doesn't ask again."""
    with Client(retry=RetryPolicy(attempts=1)) as client:
        yield client


def test_an_interrupted_extraction_goes_on(mock: Mock, loaded: Loaded, hasty: Client) -> None:
    run_test = mock.ids.run_test_id
    source = lambda: futureagi(run_test, page_size=20, prefetch=1, client=hasty)  # noqa: E731 - one is used once
    whole = asked(mock, lambda: loaded.run(source()))
    loaded.pipeline.drop()
    shutil.rmtree(loaded.path) if loaded.path.is_dir() else loaded.path.unlink()
    pages = listing_pages(mock)
    mock.faults.add(f"503:*,route=call-executions,after={pages // 2}")
    with pytest.raises(PipelineStepFailed, match="503"):
        loaded.run(source())
    mock.faults.clear()
    before = listing_pages(mock)
    rest = asked(mock, lambda: loaded.run(source()))
    assert listing_pages(mock) - before < pages
    assert rest < whole
    require_equal(loaded, mock, run_test)


@pytest.mark.filterwarnings("ignore:The 'warn' method is deprecated")  # dlt's own, as it says what it loads
def test_rows_of_a_load_that_failed_are_loaded_by_the_next_run(mock: Mock, duck: Loaded) -> None:
    run_test = mock.ids.run_test_id
    duck.run(futureagi(run_test))
    change(mock, run_test)
    duck.pipeline.extract(futureagi(run_test))
    duck.pipeline.normalize()  # and here it broke
    duck.run(futureagi(run_test))
    require_equal(duck, mock, run_test)
    before = listing_pages(mock)
    duck.run(futureagi(run_test))
    assert listing_pages(mock) == before + 1


def test_rows_of_a_package_that_was_dropped_come_again(mock: Mock, duck: Loaded) -> None:
    run_test = mock.ids.run_test_id
    duck.run(futureagi(run_test))
    change(mock, run_test)
    duck.pipeline.extract(futureagi(run_test))
    duck.pipeline.abort_packages()
    duck.run(futureagi(run_test))
    require_equal(duck, mock, run_test)


def test_a_state_that_the_destination_lost_is_read_again(mock: Mock, duck: Loaded) -> None:
    run_test = mock.ids.run_test_id
    duck.run(futureagi(run_test))
    change(mock, run_test)
    duck.run(futureagi(run_test), refresh="drop_sources")
    require_equal(duck, mock, run_test)


def test_another_machine_reads_everything_again(mock: Mock, duck: Loaded) -> None:
    run_test = mock.ids.run_test_id
    duck.run(futureagi(run_test))
    shutil.rmtree(duck.pipeline.working_dir)
    change(mock, run_test)
    again = Loaded("duckdb", duck.folder)
    again.run(futureagi(run_test))
    assert again.pipeline.state["sources"]["futureagi"]  # dlt restored its own from the destination
    deleted = set(again.calls()) - set(listed(mock, run_test))
    assert len(deleted) == 1  # what was deleted meanwhile stays: nothing here knew of it
    again.run(futureagi(run_test), refresh="drop_data")
    require_equal(again, mock, run_test)


def test_a_resource_that_joins_later_begins_with_everything(mock: Mock, duck: Loaded) -> None:
    run_test = mock.ids.run_test_id
    duck.run(futureagi(run_test).with_resources("calls"))
    with duckdb.connect(duck.path, read_only=True) as database:
        tables = {name for (name,) in database.sql("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert tables & set(TABLES) == {"calls"}
    duck.run(futureagi(run_test))
    require_equal(duck, mock, run_test)


def test_a_pipeline_holds_several_run_tests(mock: Mock, duck: Loaded) -> None:
    other = mock.add_run_test("Other")
    mock.add_execution(other, status="completed", calls=3)
    for run_test in (mock.ids.run_test_id, other):
        duck.run(futureagi(run_test))
    both = {**listed(mock, mock.ids.run_test_id), **listed(mock, other)}
    assert differences(duck.calls(), both) == []
    assert asked(mock, lambda: duck.run(futureagi(other))) == 2


def test_a_new_column_is_added_and_none_is_retyped(
    mock: Mock, loaded: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_test = mock.ids.run_test_id
    whole = changes.table_schema

    def older(name: str) -> Any:
        schema = whole(name)
        return schema.remove(schema.get_field_index("provider")) if name == "calls" else schema

    flattened = changes.flattened

    def older_rows(batch: Any, name: str) -> Any:
        return flattened(batch, name).select(older(name).names)

    with monkeypatch.context() as before:
        before.setattr(changes, "table_schema", older)
        before.setattr(changes, "flattened", older_rows)
        loaded.run(futureagi(run_test))
    types = loaded.pipeline.default_schema.tables["calls"]["columns"]
    kept = {name: column["data_type"] for name, column in types.items()}
    assert "provider" not in kept
    change(mock, run_test)
    loaded.run(futureagi(run_test))
    types = loaded.pipeline.default_schema.tables["calls"]["columns"]
    now = {name: column["data_type"] for name, column in types.items()}
    assert now == {**kept, "provider": "text"}
    expected = listed(mock, run_test)
    changed = {one for one, row in loaded.calls().items() if row["provider"] is not None}
    assert (
        differences(
            loaded.calls(),
            {one: row if one in changed else {**row, "provider": None} for one, row in expected.items()},
        )
        == []
    )
    assert changed or mock.profile == "documented"


def test_no_key_is_in_a_folder_of_dlt_or_a_destination(mock: Mock, loaded: Loaded) -> None:
    run_test = mock.ids.run_test_id
    loaded.run(futureagi(run_test))
    with Client() as client:
        change(mock, run_test)
        loaded.run(futureagi(run_test, client=client))
    mock.faults.add("500:*")
    with pytest.raises(PipelineStepFailed):
        loaded.run(futureagi(run_test))
    searched = 0
    for file in loaded.folder.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            if file.suffix == ".gz":
                data = gzip.decompress(data)
            searched += 1
            for key in (mock.api_key, mock.secret_key):
                assert key.encode() not in data, file
                assert base64.b64encode(key.encode())[:-4] not in data, file
    assert searched > 20


def test_the_state_of_dlt_doesnt_grow_with_the_calls(mock: Mock, duck: Loaded) -> None:
    run_test = mock.ids.run_test_id
    duck.run(futureagi(run_test))
    size = len(json.dumps(duck.pipeline.state["sources"]))
    change(mock, run_test)
    duck.run(futureagi(run_test))
    assert len(json.dumps(duck.pipeline.state["sources"])) <= size + 8
    assert size < 1_000


def test_two_runs_at_once_are_refused(mock: Mock, duck: Loaded) -> None:
    run_test = mock.ids.run_test_id
    duck.run(futureagi(run_test))
    folder = Path(duck.pipeline.working_dir, "futureagi_simulate", run_test)
    with (
        Client() as client,
        changes.Changes(client, folder, run_test),
        pytest.raises(PipelineStepFailed, match="Another run reads changes"),
    ):
        duck.run(futureagi(run_test))


@pytest.mark.parametrize("wrong", ["", "no id", 5])
def test_an_id_that_is_none_is_refused_before_any_request(mock: Mock, wrong: Any) -> None:
    with pytest.raises(ConfigurationError, match="run_test_id"):
        futureagi(wrong)
    assert len(mock.journal) == 0


def listing_pages(mock: Mock) -> int:
    return sum("/call-executions/" in entry.path and entry.status == 200 for entry in mock.journal)


def test_the_example_of_the_documentation_loads_everything(
    mock: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (block,) = blocks("warehouse.md")
    assert mock.ids.run_test_id in block
    names: dict[str, Any] = {}
    exec(block, names)
    assert "1 load package(s) were loaded" in capsys.readouterr().out
    with names["pipeline"].sql_client() as connection:
        ((count,),) = connection.execute_sql("SELECT count(*) FROM calls")
    assert count == len(listed(mock, mock.ids.run_test_id))
