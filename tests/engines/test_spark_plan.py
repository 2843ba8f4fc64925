"""How listings are cut into partitions, and that a listing which changes meanwhile is refused or right."""

from __future__ import annotations

import pickle
import random
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pytest

pytest.importorskip("pyspark", reason="`nox -s engines` tests the engines")

from futureagi_simulate import Client, ConfigurationError
from futureagi_simulate.pagination import Page
from futureagi_simulate_cli.export.source import Source
from futureagi_simulate_cli.spark_source import (
    _TRIES,
    FutureAGIDataSource,
    ListingMovedError,
    _Listing,
    _Options,
    _Share,
    ids_of,
    plan,
    read,
)
from futureagi_simulate_mock import Mock

from ..cli.sync.keeping import client_of

ID = "032b100f-472b-513d-91e0-746ddfde5931"
OTHER = "132b100f-472b-513d-91e0-746ddfde5931"


def small(profile: Any, calls: int) -> tuple[Mock, str]:
    mock = Mock(profile=profile, executions=1, calls=1)
    run_test = mock.add_run_test("Read in parts")
    mock.add_execution(run_test, status="completed", calls=calls)
    later(mock)
    for one in sorted(row.id for row in mock._store.calls.values()):
        mock.clock.advance(1)  # observed, rows of equal times have no order
        mock.touch_call(one)
    return mock, run_test


def later(mock: Mock) -> None:
    """Move the clock behind every change so far."""
    latest = max(row.updated_at for row in mock._store.calls.values())
    mock.clock.advance(max(1.0, latest / 1_000 - mock.clock.now().timestamp() + 1))


def ids(mock: Mock, run_test: str) -> list[str]:
    with client_of(mock) as client:
        return [str(item.raw["id"]) for item in client.list_call_executions(run_test, page_size=1_000)]


def shares_of(client: Client, run_test: str, size: int, most: int) -> list[Any]:
    return plan([_Listing(client, Source(run_test_id=run_test), size)], most)


def rows_of(client: Client, run_test: str, size: int, share: Any) -> Iterator[tuple[str, ...]]:
    for pages in share:
        for page in read(_Listing(client, Source(run_test_id=run_test), size), pages):
            yield ids_of(page)


@pytest.mark.parametrize("profile", ["documented", "observed"])
@pytest.mark.parametrize(
    ("calls", "size", "most"),
    [
        (0, 5, 4),
        (1, 5, 4),
        (14, 5, 4),
        (15, 5, 4),
        (30, 5, 1),
        (31, 5, 2),
        (59, 5, 4),
        (60, 5, 4),
        (100, 7, 3),
        (40, 2, 8),
    ],
)
def test_partitions_hold_every_row_once(profile: Any, calls: int, size: int, most: int) -> None:
    mock, run_test = small(profile, calls)
    with client_of(mock) as client:
        before = len(mock.journal)
        shares = shares_of(client, run_test, size, most)
        planned = len(mock.journal) - before
        found = [one for share in shares for page in rows_of(client, run_test, size, share) for one in page]
        requests = len(mock.journal) - before
    pages = -(-calls // size)
    assert found == ids(mock, run_test)
    assert len(shares) <= most
    assert planned <= 1 + (most - 1) * (1 + _TRIES)  # among rows of one time it can't be cut
    assert requests <= pages + planned + 2 * len(shares)
    sizes = [sum(one.stop - one.first for one in share) for share in shares]
    assert not sizes or max(sizes) - min(sizes) <= max(sizes) // 2 + 1


def test_executions_are_read_side_by_side_by_no_more_tasks_than_may_ask() -> None:
    mock = Mock(profile="observed")
    with client_of(mock) as client:
        executions = [one.id for one in client.list_test_executions(mock.ids.run_test_id, page_size=100)]
        sources = [Source(execution_id=one) for one in executions]
        shares = plan([_Listing(client, source, 10) for source in sources], 3)
        found = Counter(
            one
            for share in shares
            for pages in share
            for page in read(_Listing(client, sources[pages.source], 10), pages)
            for one in ids_of(page)
        )
        expected = Counter(
            str(call.raw["id"])
            for one in executions
            for call in client.get_test_execution(one, page_size=100).calls
        )
    assert len(shares) == 3 < len(executions)
    assert found == expected


class Model:
    """A listing, last update first: rows of equal times have no order, or its count includes hidden rows.

    Not both: where a hidden row has the very time of one that is shown, nothing tells which came.
    """

    size = 2

    def __init__(self, chance: random.Random, rows: int) -> None:
        self.chance = chance
        ties = chance.choice([0, 0, 0, 0.2, 0.6])
        self.changes = ["save", "save", "add", "delete", "replace", *(() if ties else ["hide", "hide"])]
        self.times: dict[str, int] = {}
        for number in range(rows):
            time = min(self.times.values(), default=0)
            self.times[f"row {number}"] = time - (chance.random() >= ties)
        self.hidden: set[str] = set()
        self.ever = set(self.times)
        self.always = set(self.times)

    def page(self, number: int, size: int = 2) -> Page[Any]:
        rows = sorted(self.times, key=lambda one: (-self.times[one], self.chance.random()))
        some = rows[(number - 1) * size : number * size]
        items = tuple(Row(one, {"updated_at": self.times[one]}) for one in some if one not in self.hidden)
        return Page(number, items, len(rows), -(-len(rows) // size))

    def beginning(self, number: int) -> Page[Any]:
        return self.page(number)

    def change(self) -> None:
        row = self.chance.choice(list(self.times))
        match self.chance.choice(self.changes):
            case "save":
                self.times[row] = max(self.times.values()) + 1
            case "hide":  # as the real server deletes
                self.hidden.add(row)
            case "add":
                self.add()
            case "delete":
                del self.times[row]
            case "replace":
                self.add()
                del self.times[row]
        self.always &= self.times.keys() - self.hidden

    def add(self) -> None:
        name = f"row {len(self.ever)}"
        self.ever.add(name)
        self.times[name] = max(self.times.values()) + 1


@dataclass
class Row:
    id: str
    raw: dict[str, Any]


def test_a_listing_that_changes_meanwhile_is_refused_or_right() -> None:
    read_whole = 0
    for seed in range(20_000):
        chance = random.Random(seed)
        model: Any = Model(chance, chance.randint(6, 14))
        often = chance.choice([0, 0.05, 0.1, 0.3])
        found: list[str] = []
        parts: list[Iterator[Page[Any]]] = []
        try:
            for share in plan([model], 3):
                parts += [read(model, pages) for pages in share]
            while parts:
                if chance.random() < often:
                    model.change()
                part = chance.choice(parts)
                page = next(part, None)
                if page is None:
                    parts.remove(part)
                else:
                    found += ids_of(page)
        except ListingMovedError:
            continue
        read_whole += 1
        assert len(set(found)) == len(found), seed
        assert model.always <= set(found) <= model.ever, seed
    assert read_whole > 1_000


@pytest.mark.parametrize(("tied", "shares"), [(0, 3), (8, 3), (11, 2), (20, 1)])
def test_no_listing_is_cut_among_rows_of_one_time(tied: int, shares: int) -> None:
    model: Any = Model(random.Random(0), 20)
    model.times = {f"row {number}": -max(number, tied) for number in range(20)}
    assert len(plan([model], 3)) == shares


@pytest.mark.parametrize("what", ["touch", "add", "delete"])
def test_a_change_after_the_plan_is_refused(what: str) -> None:
    mock, run_test = small("documented", 40)
    with client_of(mock) as client:
        shares = shares_of(client, run_test, 5, 2)
        last = ids(mock, run_test)[-1]
        later(mock)
        if what == "touch":
            mock.touch_call(last)
        elif what == "delete":
            mock.delete_call(last)
        else:
            row = mock._store.call(last)
            assert row is not None
            mock.touch_call(mock.add_call(mock._store.executions[row.execution].id, status="completed"))
        with pytest.raises(ListingMovedError, match="page") as refused:
            deque(chain.from_iterable(rows_of(client, run_test, 5, share) for share in shares), maxlen=0)
    assert "Read again" in refused.value.remedy


# options


@pytest.mark.parametrize(
    "name",
    [
        "api_key",
        "apiKey",
        "API-KEY",
        "fi_api_key",
        "FI_SECRET_KEY",
        "secret",
        "x-api-key",
        "token",
        "password",
        "Authorization",
    ],
)
def test_a_key_as_an_option_is_refused_and_not_repeated(name: str) -> None:
    with pytest.raises(ConfigurationError, match="refused") as refused:
        FutureAGIDataSource({"run_test_id": ID, name: "the-key-itself"})
    assert "the-key-itself" not in str(refused.value) + repr(refused.value) + refused.value.remedy
    assert "key_provider" in refused.value.remedy


@pytest.mark.parametrize(("options", "message"), [
    ({}, "exactly one of"),
    ({"run_test_id": ID, "execution_ids": ID}, "exactly one of"),
    ({"run_test_id": "x"}, "run_test_id"),
    ({"execution_ids": f"{ID},x"}, "execution_ids"),
    ({"execution_ids": ID, "table": "executions"}, "belong to a run test"),
    ({"execution_ids": ID, "state": "folder"}, "belong to a run test"),
    ({"run_test_id": ID, "table": "call"}, "no table 'call'"),
    ({"run_test_id": ID, "page_size": "0"}, "page_size"),
    ({"run_test_id": ID, "page_size": "ten"}, "page_size"),
    ({"run_test_id": ID, "max_requests": "-1"}, "max_requests"),
    ({"run_test_id": ID, "pagesize": "5"}, "no option 'pagesize'"),
])  # fmt: skip
def test_options_that_cant_be_used_are_named(options: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        FutureAGIDataSource(options)


def keys() -> tuple[str, str]:
    return Mock.api_key, Mock.secret_key


@pytest.mark.parametrize("provider", ["keys", "no.such.module:keys", f"{__name__}:nothing", "os:name", ":"])
def test_a_key_provider_that_isnt_there_is_refused(provider: str) -> None:
    with pytest.raises(ConfigurationError, match="key_provider"):
        _Options.of({"run_test_id": ID, "key_provider": provider}).client()


def test_what_goes_to_the_executors_holds_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FI_API_KEY", Mock.api_key)
    monkeypatch.setenv("FI_SECRET_KEY", Mock.secret_key)
    mock, run_test = small("documented", 20)
    source = FutureAGIDataSource({"run_test_id": run_test, "key_provider": f"{__name__}:keys"})
    with client_of(mock) as client:
        shares = [_Share(ranges) for ranges in shares_of(client, run_test, 2, 2)]
    sent = pickle.dumps((source, source.reader(_Named(source._given.schema().names)), shares))
    assert run_test.encode() in sent
    assert Mock.api_key.encode() not in sent
    assert Mock.secret_key.encode() not in sent


class _Named:
    def __init__(self, names: list[str]) -> None:
        self.names = names
