"""An interrupted export goes on where it was, unless what it read is another listing now."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pyarrow.parquet as pq
import pytest

from futureagi_simulate import Client, ListingChangedWarning, NotFoundError, ServerError
from futureagi_simulate_cli.export import Source
from futureagi_simulate_cli.export import job as module
from futureagi_simulate_mock import Mock

from .asking import StopError, answered, client_of, ids_in, interrupt, job, records, unsettled

PAGES = 15
"""Of the mock's calls."""

CHANGED = "The listing changed after the export was interrupted: it begins again"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "calls.jsonl"


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let writing the file fail, when all calls have been received; the function mends it."""

    def fail(*_: object, **__: object) -> None:
        raise StopError

    monkeypatch.setattr(module, "write", fail)
    return monkeypatch.undo


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

    with answered(mock, pass_on) as failing:
        with pytest.raises(ServerError):
            job(mock, broken).run(failing)
        assert not broken.exists()
        asked.clear()
        asked.extend(["already failed"] * page)
        job(mock, broken).run(failing)
    looked_at = {1: [], 2: [], 7: ["1"]}[page]
    assert asked[page:] == looked_at + [str(number) for number in range(max(page - 1, 1), PAGES + 1)]
    assert pq.read_table(broken).equals(pq.read_table(whole))
    assert [path.name for path in tmp_path.iterdir() if "broken" in path.name] == ["broken.parquet"]


def test_what_was_received_whole_is_not_asked_for_again(
    mock: Mock, client: Client, target: Path, stuck: Callable[[], None]
) -> None:
    with pytest.raises(StopError):
        job(mock, target).run(client)
    stuck()
    asked: list[str] = []

    def pass_on(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["page"])
        return mock.transport().handle_request(request)

    with answered(mock, pass_on) as again:
        job(mock, target).run(again)
    assert asked == ["1", str(PAGES)]
    assert ids_in(target) == [call.id for call in records(mock, client)]


CHANGES: dict[str, Callable[[Mock, list[str]], object]] = {
    "a new call": lambda mock, _: mock.add_call(mock.ids.test_execution_id),
    "a change to a call received": lambda mock, ids: mock.touch_call(ids[25]),
    "a change to a call not received": lambda mock, ids: mock.touch_call(ids[70]),
    "another change to the newest call": lambda mock, ids: mock.touch_call(ids[0]),
    "a deleted call": lambda mock, ids: mock.delete_call(ids[30]),
}


@pytest.mark.parametrize("pages", [3, None], ids=["some received", "all received"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_listing_that_changed_meanwhile_is_read_from_the_beginning(
    target: Path, stuck: Callable[[], None], change: str, pages: int | None
) -> None:
    mock = Mock(profile="documented" if change == "a deleted call" else "observed")
    with mock, httpx.Client(transport=mock.transport()) as http, client_of(mock, http) as client:
        mock.touch_call(next(call.id for call in records(mock, client) if call.status == "completed"))
        ids = [call.id for call in records(mock, client)]
        if pages:
            interrupt(job(mock, target), client, pages)
        else:
            with pytest.raises(StopError):
                job(mock, target).run(client)
        stuck()
        CHANGES[change](mock, ids)
        with pytest.warns(ListingChangedWarning, match=CHANGED):
            job(mock, target).run(client)
        sent = [call.raw_json for call in client.list_call_executions(mock.ids.run_test_id)]
    assert target.read_bytes().split(b"\n") == [*sent, b""]


@pytest.mark.parametrize("touched", [50, 120], ids=["received and left out", "not received"])
def test_with_since_a_call_that_changes_meanwhile_is_taken(target: Path, touched: int) -> None:
    """After page 1 no page has a call that is new enough, so pages can't be told apart by those taken."""
    mock = Mock(profile="observed")
    with mock, httpx.Client(transport=mock.transport()) as http, client_of(mock, http) as client:
        before = records(mock, client)
        since = before[5].updated_at
        assert since is not None
        interrupt(job(mock, target, since=since), client, 4)
        mock.touch_call(before[touched].id)
        with pytest.warns(ListingChangedWarning, match=CHANGED):
            job(mock, target, since=since).run(client)
        after = [
            call.id
            for call in records(mock, client)
            if unsettled(call) or (call.updated_at and call.updated_at >= since)
        ]
    assert before[touched].id in after
    assert ids_in(target) == after


def test_with_since_a_page_that_is_gone_is_no_page_without_new_calls(target: Path) -> None:
    """Past the end the real server gives an empty page: not the one that held no call to take."""
    mock = Mock(profile="observed")
    gone = False

    def pass_on(request: httpx.Request) -> httpx.Response:
        body = json.loads(mock.transport().handle_request(request).read())
        if gone and request.url.params["page"] == "4":
            body["results"] = []
        return httpx.Response(200, json=body)

    with mock, answered(mock, pass_on) as client:
        before = records(mock, client)
        since = before[5].updated_at
        interrupt(job(mock, target, since=since), client, 4)
        gone = True
        with pytest.warns(ListingChangedWarning, match=CHANGED):
            job(mock, target, since=since).run(client)
        taken = [call.id for number, call in enumerate(before) if number < 6 or unsettled(call)]
    assert sorted(ids_in(target)) == sorted(taken)


def test_calls_that_were_added_behind_full_pages_are_not_lost(
    mock: Mock, client: Client, target: Path, stuck: Callable[[], None]
) -> None:
    """The real server lists the last update first; the documents promise no order."""
    calls = [call.raw for call in client.list_call_executions(mock.ids.run_test_id)]
    there = 40

    def oldest_first(request: httpx.Request) -> httpx.Response:
        end = int(request.url.params["page"]) * 20
        page = {"count": there, "next": None, "previous": None, "results": calls[end - 20 : min(end, there)]}
        return httpx.Response(200, json=page)

    with answered(mock, oldest_first) as other:
        with pytest.raises(StopError):
            job(mock, target).run(other)
        stuck()
        there = 41
        with pytest.warns(ListingChangedWarning, match=CHANGED):
            assert job(mock, target).run(other) == 41


SERVERS = [
    "https://other.invalid",
    "http://mock.invalid",
    "https://mock.invalid:444",
    "https://mock.invalid/v2",
]


@pytest.mark.filterwarnings("ignore::futureagi_simulate.InsecureConnectionWarning")
@pytest.mark.parametrize("base_url", SERVERS)
def test_what_one_server_sent_is_not_mixed_with_what_another_sends(
    mock: Mock, client: Client, target: Path, base_url: str
) -> None:
    """The other server has calls of the same ids, as a copy for tests does."""

    def other(request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode().removeprefix("/v2")
        asked = httpx.Request("GET", mock.base_url + path, headers=request.headers)
        answer = mock.transport().handle_request(asked).read()
        return httpx.Response(200, content=answer.replace(b'"completed"', b'"failed"'))

    interrupt(job(mock, target), client, 3)
    with answered(mock, other, base_url=base_url) as elsewhere:
        job(mock, target).run(elsewhere)
    assert b'"failed"' in target.read_bytes()
    assert b'"completed"' not in target.read_bytes()


def test_an_organization_that_does_not_see_the_calls_gets_no_file_of_them(
    mock: Mock, client: Client, target: Path, stuck: Callable[[], None]
) -> None:
    with pytest.raises(StopError):
        job(mock, target).run(client)
    stuck()
    keys = {"api_key": mock.other_api_key, "secret_key": mock.other_secret_key}
    with answered(mock, mock.transport().handle_request, **keys) as other, pytest.raises(NotFoundError):
        job(mock, target).run(other)
    assert not target.exists()


def test_no_key_is_kept(mock: Mock, client: Client, target: Path) -> None:
    interrupt(job(mock, target), client, 3)
    kept = b"".join(file.read_bytes() for file in target.parent.rglob("*") if file.is_file())
    assert mock.base_url.encode() in kept
    assert mock.api_key.encode() not in kept
    assert mock.secret_key.encode() not in kept


def test_every_part_of_a_question_makes_it_another(mock: Mock, client: Client) -> None:
    one, two = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
    sources = [
        Source(run_test_id=one),
        Source(run_test_id=two),
        Source(execution_id=one),
        Source(agent_id=one, version_id=one),
        Source(agent_id=one, version_id=two),
        Source(agent_id=two, version_id=one),
    ]
    questions = [source.question(client, 20) for source in sources]
    questions.append(sources[0].question(client, 21))
    questions.append(sources[0].question(client.with_options(strict=True), 20))
    assert len(set(questions)) == len(questions)


def test_another_question_does_not_go_on_with_what_was_received(
    mock: Mock, client: Client, target: Path
) -> None:
    interrupt(job(mock, target), client, 2)
    execution = mock.ids.test_execution_id
    count = job(mock, target, source=Source(execution_id=execution), page_size=100).run(client)
    assert count == len(client.get_test_execution(execution).calls.to_list())
