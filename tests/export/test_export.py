"""Exports are whole, exact, and survive what interrupts them."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from futureagi_simulate import (
    Client,
    ConfigurationError,
    ContractError,
    ListingChangedWarning,
    RetryPolicy,
    ServerError,
)
from futureagi_simulate.export import CALLS, NESTED, Export, Source, database, helper, to_arrow
from futureagi_simulate.export.conversion import Conversion
from futureagi_simulate.export.spool import Spool
from futureagi_simulate.export.writers import Evals, Format, format_of, layout_of
from futureagi_simulate.mock import Mock
from futureagi_simulate.records import CallRecord, call_record

ONCE = RetryPolicy(attempts=1)


@pytest.fixture
def mock() -> Iterator[Mock]:
    with Mock() as made:
        yield made


@pytest.fixture
def client(mock: Mock) -> Iterator[Client]:
    with httpx.Client(transport=mock.transport()) as http, make_client(mock, http) as made:
        yield made


def make_client(mock: Mock, http: httpx.Client) -> Client:
    return Client(
        api_key=mock.api_key,
        secret_key=mock.secret_key,
        base_url=mock.base_url,
        http_client=http,
        retry=ONCE,
    )


def job(mock: Mock, target: Path, **changes: Any) -> Export:
    given: dict[str, Any] = {"format": format_of(target), "page_size": 20, "prefetch": 1, **changes}
    return Export(Source(run_test_id=mock.ids.run_test_id), target, **given)


def records(mock: Mock, client: Client) -> list[CallRecord]:
    return [call_record(item) for item in client.call_executions(mock.ids.run_test_id)]


def test_json_lines_hold_the_bytes_received(mock: Mock, client: Client, tmp_path: Path) -> None:
    count = job(mock, tmp_path / "calls.jsonl").run(client)
    sent = [call.raw_json for call in client.call_executions(mock.ids.run_test_id)]
    assert (tmp_path / "calls.jsonl").read_bytes().split(b"\n") == [*sent, b""]
    assert count == len(sent) > 100


def test_parquet_holds_every_record_in_the_fixed_schema(mock: Mock, client: Client, tmp_path: Path) -> None:
    job(mock, tmp_path / "calls.parquet").run(client)
    table = pq.read_table(tmp_path / "calls.parquet")
    expected = records(mock, client)
    assert table.schema.equals(NESTED)
    assert table.equals(to_arrow(expected))
    for row, record in zip(table.to_pylist(), expected, strict=True):
        assert (row["id"], row["raw"].encode()) == (record.id, record.raw_json)
        assert [one["passed"] for one in row["evals"]] == [one.passed for one in record.evals]
        assert [turn["text"] for turn in row["transcript"]] == [turn.text for turn in record.transcript]


def test_long_evals_are_one_row_each(mock: Mock, client: Client, tmp_path: Path) -> None:
    job(mock, tmp_path / "evals.parquet", evals="long").run(client)
    rows = pq.read_table(tmp_path / "evals.parquet").to_pylist()
    expected = [(call.id, one.id, one.score) for call in records(mock, client) for one in call.evals]
    assert [(row["call_id"], row["id"], row["score"]) for row in rows] == expected


def test_wide_evals_are_columns_in_csv(mock: Mock, client: Client, tmp_path: Path) -> None:
    job(mock, tmp_path / "calls.csv").run(client)
    with open(tmp_path / "calls.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    expected = records(mock, client)
    assert [row["id"] for row in rows] == [call.id for call in expected]
    words = {True: "true", False: "false", None: ""}
    for row, call in zip(rows, expected, strict=True):
        named = {one.name: one for one in call.evals}
        said = named["Coherence"].passed if "Coherence" in named else None
        assert row["Coherence.passed"] == words[said]


def test_duckdb_answers_questions_over_three_tables(mock: Mock, client: Client, tmp_path: Path) -> None:
    job(mock, tmp_path / "calls.duckdb").run(client)
    expected = records(mock, client)
    with duckdb.connect(tmp_path / "calls.duckdb", read_only=True) as database:
        counts = [
            database.sql(f"SELECT count(*) FROM {name}").fetchall()[0][0]
            for name in ("calls", "evals", "turns")
        ]
    assert counts == [
        len(expected),
        sum(len(call.evals) for call in expected),
        sum(len(call.transcript) for call in expected),
    ]


def test_calls_too_large_for_little_memory_are_loaded_with_more(
    mock: Mock, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Mapping[str, Any]] = []
    load = database._load

    def note(made: Path, target: Path, limits: Mapping[str, Any]) -> None:
        asked.append(limits)
        load(made, target, limits)

    monkeypatch.setattr(database, "_FRUGAL", {"memory_limit": "1MB"})
    monkeypatch.setattr(database, "_load", note)
    job(mock, tmp_path / "it's calls.duckdb").run(client)
    assert asked == [{"memory_limit": "1MB"}, {}]
    with duckdb.connect(tmp_path / "it's calls.duckdb", read_only=True) as made:
        assert made.sql("SELECT count(*) FROM calls").fetchall() == [(len(records(mock, client)),)]
    assert [path.name for path in tmp_path.iterdir()] == ["it's calls.duckdb"]


def test_frames_come_through_arrow(mock: Mock, client: Client) -> None:
    polars = pytest.importorskip("polars", reason="polars is the user's choice, not an extra")
    expected = records(mock, client)
    frame = polars.from_arrow(to_arrow(expected))
    assert frame["id"].to_list() == [call.id for call in expected]


@pytest.mark.parametrize("page", [1, 2, 7])
def test_after_a_failure_an_export_goes_on_behind_the_last_page(
    mock: Mock, client: Client, tmp_path: Path, page: int
) -> None:
    whole, broken = tmp_path / "whole.parquet", tmp_path / "broken.parquet"
    job(mock, whole).run(client)
    asked: list[str] = []

    def pass_on(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["page"])
        if len(asked) == page:
            return httpx.Response(503, json={"detail": "later"})
        return mock.transport().handle_request(request)

    with httpx.Client(transport=httpx.MockTransport(pass_on)) as http, make_client(mock, http) as failing:
        with pytest.raises(ServerError):
            job(mock, broken).run(failing)
        assert not broken.exists()
        asked.clear()
        asked.extend(["already failed"] * page)
        job(mock, broken).run(failing)
    assert asked[page:][:2] == (["1", "2"] if page == 1 else [str(page - 1), str(page - 1)])
    assert pq.read_table(broken).equals(pq.read_table(whole))
    assert [path.name for path in tmp_path.iterdir() if "broken" in path.name] == ["broken.parquet"]


KILLED = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    import httpx
    from futureagi_simulate import Client
    from futureagi_simulate.export import Export, Source, helper, spool
    from futureagi_simulate.mock import Mock

    spool.SAVE_EVERY_S = 0.0
    helper.WORTHWHILE = int(sys.argv[3])
    left = int(sys.argv[2])

    def die_at(name):
        real = getattr(os, name)
        def call(*arguments):
            global left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments)
        setattr(os, name, call)

    with Mock() as mock, httpx.Client(transport=mock.transport()) as http:
        with Client(
            api_key=mock.api_key, secret_key=mock.secret_key, base_url=mock.base_url, http_client=http
        ) as client:
            die_at("fsync")
            die_at("replace")
            source = Source(run_test_id=mock.ids.run_test_id)
            Export(source, Path(sys.argv[1]), "parquet", page_size=20).run(client)
    """
)


@pytest.mark.parametrize("worthwhile", [0, 10**6], ids=["with a helper", "alone"])
def test_killed_at_ten_moments_and_resumed_the_content_is_the_same(
    mock: Mock, client: Client, tmp_path: Path, worthwhile: int
) -> None:
    whole, killed = tmp_path / "whole.parquet", tmp_path / "killed.parquet"
    job(mock, whole).run(client)
    deaths = 0
    for moment in (1, 2, 3, 5, 8, 13, 4, 11, 6, 9, 10**6):
        code = subprocess.run(
            [sys.executable, "-c", KILLED, str(killed), str(moment), str(worthwhile)], check=False
        ).returncode
        deaths += code == -9
        assert killed.exists() == (code == 0)
        if code == 0:
            break
    assert deaths >= 5
    assert pq.read_table(killed).equals(pq.read_table(whole))


@pytest.mark.parametrize("name", ["calls.parquet", "evals.parquet", "calls.duckdb"])
def test_a_helper_makes_the_same_of_the_calls(
    mock: Mock, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    evals: Evals = "long" if name.startswith("evals") else "nested"
    alone, helped = tmp_path / f"alone {name}", tmp_path / f"helped {name}"
    job(mock, alone, evals=evals).run(client)
    monkeypatch.setattr(helper, "WORTHWHILE", 0)
    monkeypatch.setattr(Conversion, "run", None)  # in this process, so nothing is made here
    job(mock, helped, evals=evals).run(client)
    if name.endswith(".parquet"):
        assert helped.read_bytes() == alone.read_bytes()
        return
    for table in ("calls", "evals", "turns"):
        sums = []
        for path in (alone, helped):
            with duckdb.connect(path, read_only=True) as made:
                sums += made.sql(f"SELECT count(*), sum(hash(row)) FROM {table} row").fetchall()
        assert sums[0] == sums[1]
        assert sums[0][0] > 0


@pytest.mark.parametrize("program", ["raise SystemExit(3)", "open(0).read(); raise SystemExit(3)"])
def test_without_the_helper_that_failed_the_file_is_the_same(
    mock: Mock, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    job(mock, tmp_path / "alone.parquet").run(client)
    monkeypatch.setattr(helper, "WORTHWHILE", 0)
    monkeypatch.setattr(helper, "_PROGRAM", program)
    job(mock, tmp_path / "failed.parquet").run(client)
    assert (tmp_path / "failed.parquet").read_bytes() == (tmp_path / "alone.parquet").read_bytes()


def test_a_helper_whose_main_process_is_gone_gives_up() -> None:
    ends = helper._ends(["7\n"])
    assert next(ends) == 7
    with pytest.raises(SystemExit, match="gone"):
        next(ends)


def test_the_spool_waits_for_the_disk_once_a_second(tmp_path: Path) -> None:
    now = 0.0
    target = tmp_path / "calls.jsonl"

    def saved() -> int:
        return Spool(target, "a question").progress.page

    with Spool(target, "a question", lambda: now) as spool:
        spool.add_page(1, [("a", b"{}")])
        spool.add_page(2, [("b", b"{}")])
        assert saved() == 1
        now = 1.0
        spool.add_page(3, [("c", b"{}")])
        spool.add_page(4, [("d", b"{}")])
        assert saved() == 3
    assert saved() == 4


def test_a_strict_client_compares_each_call_with_the_contract(mock: Mock, tmp_path: Path) -> None:
    def pass_on(request: httpx.Request) -> httpx.Response:
        answer = mock.transport().handle_request(request)
        body = json.loads(answer.read())
        body["results"][0]["overall_score"] = "high"
        return httpx.Response(200, json=body)

    with httpx.Client(transport=httpx.MockTransport(pass_on)) as http, make_client(mock, http) as odd:
        with pytest.raises(ContractError, match="overall_score"):
            job(mock, tmp_path / "strict.jsonl").run(odd.with_options(strict=True))
        job(mock, tmp_path / "tolerant.jsonl").run(odd)
    assert json.loads((tmp_path / "tolerant.jsonl").read_text().splitlines()[0])["overall_score"] == "high"


def test_a_listing_that_changed_meanwhile_is_read_from_the_beginning(
    mock: Mock, client: Client, tmp_path: Path
) -> None:
    target = tmp_path / "calls.jsonl"
    first = job(mock, target)

    class StopError(Exception):
        pass

    def stop(done: int, _: int | None) -> None:
        if done >= 40:
            raise StopError

    with pytest.raises(StopError):
        first.run(client, stop)
    mock.add_call(mock.ids.test_execution_id)
    with pytest.warns(ListingChangedWarning, match="begins again"):
        job(mock, target).run(client)
    ids = [json.loads(line)["id"] for line in target.read_text().splitlines()]
    assert ids == [call.id for call in client.call_executions(mock.ids.run_test_id)]


def test_another_question_does_not_go_on_with_the_spool(mock: Mock, client: Client, tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def stop(*_: object) -> None:
        raise StopError

    with pytest.raises(StopError):
        job(mock, tmp_path / "calls.jsonl").run(client, stop)
    count = Export(Source(execution_id=mock.ids.test_execution_id), tmp_path / "calls.jsonl", "jsonl").run(
        client
    )
    assert count == len(client.test_execution(mock.ids.test_execution_id).calls.to_list())


def test_since_takes_what_changed_at_that_time_or_later(mock: Mock, client: Client, tmp_path: Path) -> None:
    times = sorted(moment for call in records(mock, client) if (moment := call.created_at or call.started_at))
    since = times[len(times) // 2]
    job(mock, tmp_path / "new.jsonl", since=since).run(client)
    ids = {json.loads(line)["id"] for line in (tmp_path / "new.jsonl").read_text().splitlines()}
    expected = {
        call.id
        for call in records(mock, client)
        if (call.updated_at or call.created_at or call.ended_at or call.started_at or since) >= since
    }
    assert ids == expected
    assert 0 < len(ids) < len(times)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Source(), "exactly one source"),
        (lambda: Source(run_test_id="a", execution_id="b"), "exactly one source"),
        (lambda: Source(agent_id="a"), "exactly one source"),
        (lambda: format_of(Path("calls.xlsx")), "names no format"),
        (lambda: layout_of("tall"), "no layout"),
        (lambda: Export(Source("a"), Path("/nowhere/at/all.csv"), "csv"), "no folder"),
        (lambda: Export(Source("a"), Path("c.csv"), "csv", since=datetime(2026, 1, 1)), "no time zone"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_asked(make: Any, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        make()
    assert caught.value.remedy


def test_the_schemas_of_calls_agree() -> None:
    nested = [field for field in NESTED if not pa.types.is_list(field.type)]
    assert nested == list(CALLS)


def test_formats_and_layouts_are_those_of_the_types() -> None:
    from typing import get_args

    assert {format_of(Path(f"x.{name}")) for name in get_args(Format)} == set(get_args(Format))
    assert [layout_of(name) for name in get_args(Evals)] == list(get_args(Evals))
