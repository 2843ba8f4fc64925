"""The Spark data source in a Spark of its own: batches, streams, and where keys must not be."""

from __future__ import annotations

import base64
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyspark", reason="`nox -s engines` tests the engines")

from pyspark.sql import DataFrame, SparkSession

from futureagi_simulate import Client, ConfigurationError
from futureagi_simulate_cli.spark_source import register
from futureagi_simulate_cli.sync import changes
from futureagi_simulate_mock import Mock
from futureagi_simulate_mock.app import App
from futureagi_simulate_mock.messages import Request, Response
from futureagi_simulate_mock.server import Server

from ..cli.sync.keeping import executions, listed, rerun
from .comparing import blocks, differences
from .jvm import end_jvm, spark

TABLES = ("calls", "executions", "evals", "turns")


class Served(Mock):
    """A mock that does something before a certain request, and counts the requests under way."""

    def __init__(self, profile: Any) -> None:
        super().__init__(profile=profile)
        self.at: int | None = None
        self.work: Any = None
        self.most = self._under_way = 0
        self.url = ""

    def handle(self, request: Request) -> Response:
        if self.at is not None and self.journal.total >= self.at:
            self.at = None
            self.work()
        return super().handle(request)

    def before(self, request: int, work: Any) -> None:
        """Do `work` before the next request but so many."""
        self.work, self.at = work, self.journal.total + request

    @contextmanager
    def counted(self) -> Iterator[str]:
        app = App(self.handle, self._pages, None)

        async def counting(scope: Any, receive: Any, send: Any) -> None:
            self._under_way += scope["type"] == "http"
            self.most = max(self.most, self._under_way)
            try:
                await app(scope, receive, send)
            finally:
                self._under_way -= scope["type"] == "http"

        with Server(counting).in_thread() as server:
            yield server.base_url


@pytest.fixture(scope="module", autouse=True)
def jvm() -> Iterator[None]:
    """Keys are in the environment of the JVM, from which Spark's Python processes have theirs."""
    before = set(threading.enumerate())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FI_API_KEY", Mock.api_key)
        patch.setenv("FI_SECRET_KEY", Mock.secret_key)
        yield
        end_jvm()
    for thread in set(threading.enumerate()) - before:
        thread.join(30)
        assert not thread.is_alive(), f"Spark left {thread} behind"


@pytest.fixture(autouse=True)
def _left_as_found(refused_addresses: list[str]) -> Iterator[None]:
    """Fail a test that went beyond the loopback; the threads between Python and the JVM end with `jvm`."""
    yield
    assert not refused_addresses


@pytest.fixture(scope="module")
def session(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SparkSession]:
    with spark(getattr(request, "param", "local[2]"), tmp_path_factory.mktemp("spark")) as session:
        yield session


MASTERS = pytest.mark.parametrize("session", ["local[1]", "local[2]"], indirect=True, scope="module")


@pytest.fixture(params=["documented", "observed"])
def mock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    served = Served(request.param)
    later(served)
    for one in sorted(row.id for row in served._store.calls.values() if row.settled):
        served.touch_call(one)  # observed, rows of equal times have no order
    with served.counted() as url:
        served.url = url
        yield served


def later(mock: Mock) -> None:
    latest = max(row.updated_at for row in mock._store.calls.values())
    mock.clock.advance(max(1.0, latest / 1_000 - mock.clock.now().timestamp() + 1))


def reader(session: SparkSession, mock: Any, **options: Any) -> Any:
    made = session.read.format("futureagi").option("base_url", mock.url).option("page_size", 10)
    for name, value in options.items():
        made = made.option(name, value)
    return made


def rows(frame: DataFrame) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = frame.toArrow().to_pylist()
    return found


def together(calls: list[Any], evals: list[Any], turns: list[Any]) -> dict[str, dict[str, Any]]:
    found = {row["id"]: {**row, "evals": [], "transcript": []} for row in calls}
    assert len(found) == len(calls)
    for table, name in ((evals, "evals"), (turns, "transcript")):
        for row in sorted(table, key=lambda row: row["position"]):
            call = found[row.pop("call_id")]
            assert row.pop("position") == len(call[name])
            call[name].append(row)
    return found


def without_execution(found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Leave out what the listing of a run test doesn't say."""
    return {one: {**row, "execution_id": None} for one, row in found.items()}


@MASTERS
def test_rows_equal_the_exact_listing(session: SparkSession, mock: Served) -> None:
    run_test = mock.ids.run_test_id
    calls, evals, turns = (
        rows(reader(session, mock, run_test_id=run_test, table=table).load())
        for table in ("calls", "evals", "turns")
    )
    found, expected = together(calls, evals, turns), listed(mock, run_test)
    assert differences(without_execution(found), without_execution(expected)) == []
    known = {
        row["id"]: row for row in rows(reader(session, mock, run_test_id=run_test, table="executions").load())
    }
    assert differences(known, executions(mock, run_test)) == []


def test_calls_of_executions_name_their_execution(session: SparkSession, mock: Served) -> None:
    some = list(executions(mock, mock.ids.run_test_id))[:3]
    frame = reader(session, mock, execution_ids=", ".join(some), max_requests=2).load()
    found = {row["id"]: row["execution_id"] for row in rows(frame.select("id", "execution_id"))}
    with Client(base_url=mock.url) as client:
        expected = {
            str(call.raw["id"]): one
            for one in some
            for call in client.get_test_execution(one, page_size=500).calls
        }
    assert found == expected
    assert frame.rdd.getNumPartitions() == 2


@MASTERS
def test_no_more_requests_are_under_way_than_allowed(session: SparkSession, mock: Served) -> None:
    mock.faults.latency = "20ms"
    for most in (1, 2):
        mock.most = 0
        frame = reader(session, mock, run_test_id=mock.ids.run_test_id, max_requests=most).load()
        assert frame.count() == len(listed(mock, mock.ids.run_test_id))
        assert frame.rdd.getNumPartitions() == most
        assert 1 <= mock.most <= most


@pytest.mark.parametrize("what", ["save", "add", "delete"])
def test_a_change_while_partitions_are_read_is_refused(
    session: SparkSession, mock: Served, what: str
) -> None:
    run_test = mock.ids.run_test_id
    row = next(one for one in mock._store.calls.values() if one.settled and one.id in listed(mock, run_test))

    def change() -> None:
        later(mock)
        if what == "save":
            mock.touch_call(row.id)
        elif what == "delete":
            mock.delete_call(row.id)
        else:
            mock.touch_call(mock.add_call(mock._store.executions[row.execution].id, status="completed"))

    mock.before(10, change)
    frame = reader(session, mock, run_test_id=run_test).load()
    if what == "delete" and mock.profile == "observed":  # moves nothing: the row is there or not
        assert 0 <= frame.count() - len(listed(mock, run_test)) <= 1
        return
    with pytest.raises(Exception, match="The listing changed while it was read"):
        frame.count()
    assert mock.at is None
    assert reader(session, mock, run_test_id=run_test).load().count() == len(listed(mock, run_test))


def test_columns_can_be_chosen(session: SparkSession, mock: Served) -> None:
    frame = reader(session, mock, run_test_id=mock.ids.run_test_id).schema("status string, id string").load()
    assert frame.columns == ["status", "id"]
    assert {row["id"] for row in rows(frame)} == listed(mock, mock.ids.run_test_id).keys()


def test_an_empty_run_test_has_no_rows(session: SparkSession, mock: Served) -> None:
    assert reader(session, mock, run_test_id=mock.add_run_test("Empty")).load().count() == 0


def test_a_request_that_fails_tells_why(session: SparkSession, mock: Served) -> None:
    frame = reader(session, mock, run_test_id="00000000-0000-4000-8000-000000000000").load()
    with pytest.raises(Exception, match=r"404"):
        frame.count()


# keys


def keys() -> tuple[str, str]:
    return Mock.other_api_key, Mock.other_secret_key


def test_keys_are_in_no_plan_interface_or_log(session: SparkSession, mock: Served) -> None:
    run_test = mock.ids.run_test_id
    frame = reader(session, mock, run_test_id=run_test).load()
    with pytest.raises(Exception, match="refused") as refused:
        reader(session, mock, run_test_id=run_test, api_key=Mock.api_key).load()
    texts = {"error": str(refused.value)}
    assert frame.count()
    mock.faults.add("500:*")
    with pytest.raises(Exception, match="500") as failed:
        frame.count()
    texts["failure"] = str(failed.value)
    mock.faults.clear()
    texts["plan"] = frame._jdf.queryExecution().toString()
    base = session.sparkContext.uiWebUrl
    assert base is not None
    api = f"{base}/api/v1/applications/{session.sparkContext.applicationId}"
    pages = ["/jobs/", "/stages/", "/environment/", "/executors/", "/SQL/"]
    for url in [
        *(base + one for one in pages),
        api + "/environment",
        api + "/jobs",
        api + "/sql?details=true",
    ]:
        with urllib.request.urlopen(url) as answer:
            texts[url] = answer.read().decode()
    folder = Path(session.conf.get("spark.local.dir") or "").parent
    for file in folder.rglob("*"):
        if file.is_file():
            texts[str(file)] = file.read_bytes().decode("latin-1")
    assert any("events" in name for name in texts)
    for where, text in texts.items():
        for key in (Mock.api_key, Mock.secret_key):
            assert key not in text, where
            assert base64.b64encode(key.encode()).decode()[:-4] not in text, where


def test_a_provider_brings_the_keys(session: SparkSession, mock: Served, tmp_path: Path) -> None:
    (tmp_path / "vault_of_test.py").write_text("def keys():\n    return 'no such key', 'no such secret'\n")
    session.sparkContext.addPyFile(str(tmp_path / "vault_of_test.py"))
    frame = reader(session, mock, run_test_id=mock.ids.run_test_id, key_provider="vault_of_test:keys").load()
    with pytest.raises(Exception, match=r"401|403") as refused:
        frame.count()
    assert "no such secret" not in str(refused.value)


def test_keys_in_the_configuration_are_refused(session: SparkSession) -> None:
    session.conf.set("spark.executorEnv.FI_API_KEY", "the-key-itself")
    try:
        with pytest.raises(ConfigurationError, match=r"spark\.executorEnv\.FI_API_KEY") as refused:
            register(session)
        assert "the-key-itself" not in str(refused.value)
    finally:
        session.conf.unset("spark.executorEnv.FI_API_KEY")
    session.conf.set("spark.kubernetes.executor.secretKeyRef.FI_API_KEY", "keys:api")
    register(session)
    session.conf.unset("spark.kubernetes.executor.secretKeyRef.FI_API_KEY")


# streams


class Merged:
    """Tables merged by key from the batches of streams."""

    def __init__(self, session: SparkSession, mock: Any, folder: Path, **options: Any) -> None:
        self.session, self.mock, self.folder, self.options = session, mock, folder, options
        self.tables: dict[str, dict[str, list[dict[str, Any]]]] = {table: {} for table in TABLES}
        self.batches: list[int] = []
        self.fail = False

    def merge(self, table: str, frame: DataFrame) -> None:
        if self.fail:
            raise RuntimeError("the sink failed")
        key = changes.KEYS[table]
        found = rows(frame)
        self.batches.append(len(found))
        for name in {row[key] for row in found}:
            self.tables[table].pop(name, None)
        for row in found:
            row.pop("read_at")
            if not row.pop("removed"):
                self.tables[table].setdefault(row[key], []).append(row)

    def run(self, table: str = "calls") -> None:
        """Run a stream until it has everything."""
        made = self.session.readStream.format("futureagi").option("base_url", self.mock.url)
        settings = {"run_test_id": self.mock.ids.run_test_id, "state": self.folder / table, "table": table}
        for name, value in {**settings, **self.options}.items():
            made = made.option(name, str(value))
        query = (
            made.load()
            .writeStream.foreachBatch(lambda frame, _: self.merge(table, frame))
            .option("checkpointLocation", str(self.folder / f"checkpoint of {table}"))
            .trigger(availableNow=True)
            .start()
        )
        query.awaitTermination()

    def rows(self, table: str) -> list[dict[str, Any]]:
        return [{**row} for some in self.tables[table].values() for row in some]

    def require_equal(self) -> None:
        run_test = self.mock.ids.run_test_id
        found = together(self.rows("calls"), self.rows("evals"), self.rows("turns"))
        assert differences(found, listed(self.mock, run_test)) == []
        known = {row["id"]: row for row in self.rows("executions")}
        assert differences(known, executions(self.mock, run_test)) == []


def change(mock: Any) -> None:
    shown = listed(mock, mock.ids.run_test_id)
    calls = [row for row in mock._store.calls.values() if row.original is None and row.id in shown]
    later(mock)
    mock.touch_call(calls[3].id)
    rerun(mock, calls[40].id)
    mock.delete_call(calls[20].id)
    with mock._store.writing():  # a rerun that ended without evals
        mock._store.change(mock._store.call(calls[5].id), evals=())
    mock.touch_call(calls[5].id)
    mock.touch_call(mock.add_call(mock._store.executions[calls[3].execution].id, status="completed"))


def test_streams_merged_by_key_equal_the_exact_listing(
    session: SparkSession, mock: Served, tmp_path: Path
) -> None:
    merged = Merged(session, mock, tmp_path)
    for _ in range(2):
        for table in TABLES:
            merged.run(table)
        merged.require_equal()
        change(mock)
    before = mock.journal.total
    merged.run("calls")
    changed = merged.batches[-1]
    assert mock.journal.total - before < 20
    assert changed < 10
    before, batches = mock.journal.total, len(merged.batches)
    merged.run("calls")
    assert len(merged.batches) == batches


def test_a_batch_that_the_sink_refused_comes_again(
    session: SparkSession, mock: Served, tmp_path: Path
) -> None:
    merged = Merged(session, mock, tmp_path)
    merged.fail = True
    with pytest.raises(Exception, match="the sink failed"):
        merged.run()
    merged.fail = False
    before = mock.journal.total
    merged.run()
    assert mock.journal.total - before < 20  # it was kept
    assert {row["id"] for row in merged.rows("calls")} == listed(mock, mock.ids.run_test_id).keys()


def test_a_stream_whose_folder_is_lost_reads_everything_again(
    session: SparkSession, mock: Served, tmp_path: Path
) -> None:
    merged = Merged(session, mock, tmp_path)
    merged.run()
    (tmp_path / "calls").rename(tmp_path / "lost")
    later(mock)
    mock.touch_call(next(iter(listed(mock, mock.ids.run_test_id))))
    merged.run()
    assert {row["id"] for row in merged.rows("calls")} == listed(mock, mock.ids.run_test_id).keys()


def test_a_stream_comes_in_batches_of_so_many_calls(
    session: SparkSession, mock: Served, tmp_path: Path
) -> None:
    merged = Merged(session, mock, tmp_path, rows_per_batch=100)
    expected = listed(mock, mock.ids.run_test_id)
    while len(merged.rows("calls")) < len(expected):
        batches = len(merged.batches)
        merged.run()
        assert len(merged.batches) == batches + 1
        assert merged.batches[-1] <= 100
    assert {row["id"] for row in merged.rows("calls")} == expected.keys()


def test_a_stream_without_a_folder_is_refused(session: SparkSession, mock: Served, tmp_path: Path) -> None:
    stream = session.readStream.format("futureagi").option("run_test_id", mock.ids.run_test_id)
    with pytest.raises(Exception, match="needs the option state"):
        stream.load().writeStream.format("noop").option(
            "checkpointLocation", str(tmp_path)
        ).start().awaitTermination()


def test_the_examples_of_the_documentation_read_everything(
    session: SparkSession, mock: Served, tmp_path: Path
) -> None:
    merged = Merged(session, mock, tmp_path)
    names: dict[str, Any] = {
        "spark": session,
        "run_test_id": mock.ids.run_test_id,
        "merge_by_id": lambda frame, _: merged.merge("calls", frame),
    }
    found = '.option("run_test_id", run_test_id)'
    batch, stream = blocks("spark.md")
    for block in (
        batch,
        stream.replace(").start()", ").trigger(availableNow=True).start().awaitTermination()"),
    ):
        assert found in block
        text = block.replace(found, f'{found}.option("base_url", "{mock.url}")')
        exec(text.replace("/shared/", f"{tmp_path}/"), names)
    expected = listed(mock, mock.ids.run_test_id)
    assert names["calls"].count() == len(expected)
    assert {row["call_id"] for row in rows(names["evals"])} <= expected.keys()
    assert {row["id"] for row in merged.rows("calls")} == expected.keys()
