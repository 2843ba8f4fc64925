"""What a sync asks for, and what it concludes from the answers. Nothing here writes the stored tables.

The listing of a run test's calls comes last update first. It is read from the top to the first page that is
wholly as it was. Calls that change without moving belong to executions that aren't finished: their calls are
listed with the runs endpoint, which costs the server a twentieth, and a call that differs there is read again
where it stands.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime
from typing import Any, Final, Unpack

import attrs
import msgspec

from futureagi_simulate.client import Client
from futureagi_simulate.errors import FutureAGIWarning, ListingChangedWarning, ServerError
from futureagi_simulate.listings import Listing, Paging
from futureagi_simulate.pagination import Page
from futureagi_simulate.records import FINISHED, moment, word
from futureagi_simulate.requests import listing_spec
from futureagi_simulate_api import operations
from futureagi_simulate_cli.export.source import Received, undecoded
from futureagi_simulate_cli.sync.digest import digest
from futureagi_simulate_cli.sync.state import Known, State

_AT_ONCE: Final = 1_000
"""Largest listing that is read again in one page where its rows aren't as many as the server counts."""

_PASSES: Final = 3
_BESIDE: Final = (0, 1, -1)
"""Where a call is looked for: the page where it should be, and those beside it."""

_ORIGINAL: Final = "original_call_execution_id"


@attrs.define(slots=False)
class _Call(Received):
    """A row of the listing of calls."""

    test_execution_id: Any = None
    status: Any = None
    is_snapshot: Any = None
    original_call_execution_id: Any = None
    timestamp: Any = None
    updated_at: Any = None


@attrs.define(slots=False)
class _Execution(Received):
    """A row of the listing of executions."""

    status: Any = None
    total_calls: Any = None
    calls: Any = None


@attrs.define(slots=False)
class _Listed(Received):
    """A call in the listing of one execution, from either endpoint."""

    call_execution_id: Any = None
    status: Any = None


def _rows(page: Page[Any], kind: type[Any]) -> list[Any]:
    """Return a page's rows as `kind`, also where a strict client made models of them."""
    return [one if isinstance(one, kind) else _read_as(one.raw_json, kind) for one in page.items]


def _read_as(raw: bytes, kind: type[Any]) -> Any:
    try:
        made = msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        made = kind()
    made._raw_json = raw
    return made


def identity(row: Any, found: bytes) -> str:
    """Return what a row is known by: its id, or its digest where it has none."""
    text = row.id
    return text if isinstance(text, str) and text.strip() else f"?{found.hex()}"


class Reading:
    """One run over the listings of a run test."""

    def __init__(
        self,
        client: Client,
        run_test_id: str,
        state: State,
        *,
        page_size: int,
        prefetch: int,
        since: datetime | None,
        now: int,
        progress: Callable[[int, int | None], None] | None,
    ) -> None:
        self.requests: int = 0
        self.missing: dict[str, int] = {}
        self._client = client
        self._run_test = run_test_id
        self._state = state
        self._size = page_size
        self._prefetch = prefetch
        self._since = since
        self._now = now
        self._progress = progress
        self._undated = False
        self._count: int | None = None
        self._holes = 0
        self._depth = 0
        self._looked: set[str] = set()
        self._doubtful: set[str] = set()

    def run(self, *, full: bool) -> None:
        """Bring the state up to date with the server."""
        state = self._state
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ListingChangedWarning)  # settled below
            complete = full or not state.get("complete", 0)
            for _ in range(_PASSES):
                steady = self._walk(full=complete)
                self._executions(whole=self._off() != 0)
                vanished = self._join()
                if self.missing and self._depth * self._size < _AT_ONCE:
                    self._read_at_once()
                off = self._off()
                if 0 < off <= vanished + self._holes:  # the server counts deleted calls
                    state.note(ghosts=int(state.get("ghosts", 0)) + off)
                    off = 0
                if steady and not off and not self.missing:
                    break
                complete = steady and not complete  # else what came meanwhile is at the top
        state.save()
        if self._undated and self._since is not None:
            text = "The listing sends no time of update: since has no effect, all calls were read."
            warnings.warn(FutureAGIWarning(text), stacklevel=4)

    def _off(self) -> int:
        """Return by how much the server's count differs from what is stored and what it never shows."""
        if self._count is None:
            return 0
        return self._count - self._state.live() - int(self._state.get("ghosts", 0))

    # the listing of calls

    def _calls(self, **paging: Unpack[Paging]) -> Listing[Any]:
        spec = listing_spec(operations.LIST_CALL_EXECUTIONS_METHOD, {"run_test_id": self._run_test})
        return undecoded(self._client, spec, paging, _Call)

    def _page(self, number: int) -> Page[Any]:
        """Ask for one page alone: rows that another page had too are kept."""
        self.requests += 1
        with closing(self._calls(page_size=self._size).pages(start=number)) as pages:
            return self._counted(next(pages, Page(number, ())))

    def _counted(self, page: Page[Any]) -> Page[Any]:
        self._count = self._count if page.count is None else page.count
        return page

    def _walk(self, *, full: bool) -> bool:
        """Read from the top as far as anything is new; return whether the count stayed the same.

        A walk that was interrupted goes on where it was, once it has read what came on top since.
        """
        state = self._state
        walk = state.get("walk")
        if walk is None or (full and not state.get("full")):
            walk = int(state.get("walks", 0)) + 1
            state.note(walks=walk, walk=walk, full=int(full))
        full = bool(state.get("full"))
        leg = int(state.get("legs", 0)) + 1
        state.note(legs=leg)
        take = _Taking(self, walk, leg << 32)
        resumed = self._seen_in(walk) > 0
        self._count, self._holes, counts = None, 0, set[int | None]()
        ended = full and not resumed and self._stream(1, take, counts)
        number = 1
        while not full or resumed:
            page = self._page(number)
            counts.add(page.count)
            rows, same, seen = take(page)
            ended = number * self._size >= page.count if page.count is not None else not rows
            self._depth = number
            self._holes += 0 if ended else max(0, self._size - rows)
            if ended or self._is_old(page):
                break
            number += 1
            if resumed and rows and rows == same == seen:
                number, resumed = self._seam(walk, number, take), False
                ended = full and self._stream(number, take, counts)
            elif resumed and full and (number - 1) * self._size >= self._seen_in(walk):
                resumed, ended = False, self._stream(number, take, counts)
            elif not full and rows and rows == same and seen < rows:
                break
        steady = len(counts) < 2
        if ended:
            steady = self._settle(take, walk, full=full, steady=steady)
        if full or ended:
            state.note(complete=1, ghosts=(self._count or 0) - state.live())
        state.resolve_snapshots()
        state.run("DELETE FROM meta WHERE name IN ('walk', 'full')")
        state.save()
        return steady

    def _read_at_once(self) -> None:
        """Read what was read page by page in one page: rows of equal times may have hidden behind its end."""
        state, size = self._state, (self._depth + 1) * self._size
        self.requests += 1
        with closing(self._calls(page_size=size).pages()) as pages:
            page = self._counted(next(pages, Page(1, ())))
        leg = int(state.get("legs", 0)) + 1
        state.note(legs=leg)
        _Taking(self, int(state.get("walks", 0)), leg << 32, reorder=True)(page)
        self._place_missing()

    def _place_missing(self) -> None:
        for one, held in self._state.known(self.missing).items():
            self._belongs(one, held, self.missing.pop(one))
        self._state.resolve_snapshots()

    def _seen_in(self, walk: int) -> int:
        return int(self._state.one("SELECT count(*) FROM calls WHERE walk = ?", walk))

    def _stream(self, number: int, take: _Taking, counts: set[int | None]) -> bool:
        """Read on, several pages at once; return whether the end was reached."""
        with closing(self._calls(page_size=self._size, prefetch=self._prefetch).pages(start=number)) as pages:
            for page in pages:
                self.requests += 1
                counts.add(self._counted(page).count)
                take(page)
                if self._is_old(page):
                    return False
        return True

    def _seam(self, walk: int, least: int, take: _Taking) -> int:
        """Return the page with which an interrupted walk goes on: the last one that holds rows of it."""
        number = max(least, self._seen_in(walk) // self._size)
        while number > least:
            rows = _rows(self._page(number), _Call)
            known = self._state.known(identity(row, digest(row.raw_json)) for row in rows)
            if any(one.walk == walk for one in known.values()):
                break
            number -= 1
        take.below(int(self._state.one("SELECT min(seq) FROM calls WHERE walk = ?", walk)))
        return number

    def _is_old(self, page: Page[Any]) -> bool:
        """Return whether a page is wholly from before `since`."""
        if self._since is None or not page.items:
            return False
        times = [moment(row.timestamp or row.updated_at) for row in _rows(page, _Call)]
        self._undated = self._undated or None in times
        return all(time is not None and time < self._since for time in times)

    def _settle(self, take: _Taking, walk: int, *, full: bool, steady: bool) -> bool:
        """Find what a walk to the end didn't show; return whether the count stayed the same.

        Where it gave another number of rows than the server counts, a small listing is read in one page.
        """
        seen = self._seen_in(walk)
        exact = steady and seen == self._count
        if not full and not exact and not self._off():  # what the server counts and never shows
            return steady
        most = max(self._count or 0, seen)
        if not exact and most <= _AT_ONCE and self._count is not None:
            self.requests += 1
            with closing(self._calls(page_size=most + max(50, most // 10)).pages()) as pages:
                page = self._counted(next(pages, Page(1, ())))
            take.reorder = True
            take(page)
            exact = steady = True
        unseen = {
            one for (one,) in self._state.all("SELECT id FROM calls WHERE walk != ? AND gone IS NULL", walk)
        }
        if exact:
            self._state.mark_gone(unseen, self._now)
        else:
            self._doubtful |= unseen
        return steady

    # the listing of executions

    def _executions(self, *, whole: bool) -> None:
        """Read the executions that are new, changed, or may have changed; if `whole`, all.

        They count when all have come: interrupted, nothing of it is kept.
        """
        state = self._state
        needed = {
            one
            for (one,) in state.all(
                "SELECT id FROM executions WHERE gone IS NULL AND raw IS NOT NULL AND open UNION "
                "SELECT e.id FROM calls c JOIN executions e ON e.n = c.execution WHERE c.dirty"
            )
        }
        stored = dict(state.all("SELECT id, digest FROM executions WHERE raw IS NOT NULL AND gone IS NULL"))
        found: dict[str, tuple[Any, bytes]] = {}
        spec = listing_spec(operations.LIST_TEST_EXECUTIONS_METHOD, {"run_test_id": self._run_test})
        ended = False
        with closing(undecoded(self._client, spec, {"page_size": 100}, _Execution).pages()) as pages:
            for page in pages:
                self.requests += 1
                same = bool(page.items)
                for row in _rows(page, _Execution):
                    mark = digest(row.raw_json)
                    name = identity(row, mark)
                    found[name] = row, mark
                    same = same and stored.get(name) == mark
                needed -= found.keys()
                ended = page.count is not None and len(found) == page.count
                known = len(stored.keys() | found.keys())
                if ended or (not whole and same and not needed and page.count == known):
                    break
        for name, (row, mark) in found.items():
            if stored.get(name) != mark:
                total = row.calls if row.total_calls is None else row.total_calls
                state.put_execution(name, row.raw_json, mark, row.status, total)
        for name in stored.keys() - found.keys() if ended else ():
            state.run("UPDATE executions SET gone = ?, open = 0, dirty = 1 WHERE id = ?", self._now, name)

    # the calls of one execution

    def _join(self) -> int:
        """Read the calls of executions that aren't finished, and of those whose calls don't add up.

        Return how many calls vanished. `missing` has the ids that are listed there and came in no page.
        """
        state = self._state
        self._place_missing()
        again: set[str] = set()
        for number, name, total, status in self._to_read():
            self._looked.add(name)
            listed = self._calls_of(name, total)
            known = state.known(listed)
            if self._since is None:
                self.missing.update(dict.fromkeys(listed.keys() - known.keys(), int(number)))
            for one, held in known.items():
                if self._belongs(one, held, number) or held.status != listed[one] or held.gone is not None:
                    again.add(one)
            ours = state.all(
                "SELECT id FROM calls WHERE execution = ? AND gone IS NULL AND original IS NULL", number
            )
            self._doubtful |= {one for (one,) in ours} - listed.keys()
            settled = (status or "") in FINISHED and all((one or "") in FINISHED for one in listed.values())
            lacking = (total or 0) - len(known)
            state.run(
                "UPDATE executions SET open = ?, agreed = ?, joined = 1 WHERE n = ?",
                *(not settled, lacking, number),
            )
            state.save_if_due()
        state.resolve_snapshots()
        doubtful, self._doubtful = self._doubtful, set()
        return self._look_up(again | doubtful, doubtful)

    def _to_read(self) -> list[Any]:
        """Return the executions whose calls have to be listed: number, id, number of calls, status."""
        state = self._state
        state.run(
            "UPDATE executions SET open = 1 WHERE NOT open AND gone IS NULL AND raw IS NOT NULL AND n IN "
            "(SELECT execution FROM calls WHERE gone IS NULL AND original IS NULL "
            "AND coalesce(status, '') NOT IN ('completed', 'failed', 'cancelled'))"
        )
        unknown = state.one(
            "SELECT EXISTS(SELECT 1 FROM calls WHERE dirty AND execution = 0 AND original IS NULL "
            "AND gone IS NULL)"
        )
        found = state.all(
            "SELECT e.n, e.id, e.total, e.status FROM executions e LEFT JOIN (SELECT execution, count(*) AS "
            "held FROM calls WHERE gone IS NULL AND original IS NULL GROUP BY execution) c ON c.execution = "
            "e.n WHERE e.gone IS NULL AND e.raw IS NOT NULL AND (e.open OR (? AND (e.dirty OR NOT e.joined)) "
            "OR (e.total - coalesce(c.held, 0) != e.agreed AND (? OR c.held)))",
            *(unknown, self._since is None),
        )
        return [row for row in found if row[1] not in self._looked]

    def _belongs(self, call: str, held: Known, execution: int) -> bool:
        """Note the execution of a call; return whether it has to be read again, being stored without it."""
        if held.execution == execution:
            return False
        self._state.run(
            "UPDATE calls SET execution = ?, digest = CASE WHEN dirty THEN digest ELSE x'' END WHERE id = ?",
            *(execution, call),
        )
        return bool(self._state.one("SELECT NOT dirty FROM calls WHERE id = ?", call))

    def _calls_of(self, execution: str, total: int | None) -> dict[str, str | None]:
        """Return the status of each call of an execution, in a page that has room for all."""
        paging: Any = {"page_size": max(100, (total or 0) + 10)}
        for method, argument in (
            (operations.GET_EXECUTION_RUN_METHOD, "execution_id"),
            (operations.GET_TEST_EXECUTION_METHOD, "test_execution_id"),
        ):
            listing = undecoded(self._client, listing_spec(method, {argument: execution}), paging, _Listed)
            found: dict[str, str | None] = {}
            try:
                with closing(listing.pages()) as pages:
                    for page in pages:
                        self.requests += 1
                        for row in _rows(page, _Listed):
                            name = row.call_execution_id or row.id
                            if isinstance(name, str):
                                found[name] = word(row.status)
                return found
            except ServerError:  # of numeric evals the runs endpoint can't tell
                self.requests += 1
                if method is operations.GET_TEST_EXECUTION_METHOD:
                    raise
        raise AssertionError

    # calls where they stand

    def _look_up(self, ids: Iterable[str], doubtful: set[str]) -> int:
        """Read calls again on the pages where they stand; return how many of the doubtful ones vanished.

        A doubtful call is one that its execution doesn't list. It has vanished if those before and after it
        are on the page where it should be, or if the pages beside that don't show it either. Any other call
        that isn't found has moved to the top meanwhile, where the next walk finds it.
        """
        state = self._state
        left = state.known(ids)
        taking = _Taking(self, int(state.get("walks", 0)), 0, in_place=True)
        gone: list[str] = []
        done: set[int] = set()
        last = max(1, -(-(self._count or 1) // self._size))
        keeps = int(state.get("ghosts", 0)) > 0
        for beside in _BESIDE:
            pages: dict[int, list[str]] = defaultdict(list)
            for one, held in left.items():
                place = state.rank(held.seq, counting_gone=keeps) // self._size + 1
                pages[min(place, last) + beside].append(one)
            for number in sorted(pages.keys() - done):
                if not 1 <= number <= last:
                    continue
                done.add(number)
                taking.shown.clear()
                taking(self._page(number))
                for one in taking.shown & left.keys():
                    del left[one]
                for one in (doubtful & left.keys()).intersection(pages[number]):
                    if self._is_passed_over(left[one].seq, left.keys(), taking.shown):
                        gone.append(one)
                        del left[one]
        gone += doubtful & left.keys()
        state.mark_gone(gone, self._now)
        return len(gone)

    def _is_passed_over(self, seq: int, left: Iterable[str], shown: set[str]) -> bool:
        """Return whether a page shows the calls before and after a place, one of which may be beyond it."""
        around = []
        for beyond, order in ((">", "ASC"), ("<", "DESC")):
            rows = self._state.all(
                f"SELECT id FROM calls WHERE seq {beyond} ? AND gone IS NULL ORDER BY seq {order} LIMIT 20",  # noqa: S608
                seq,
            )
            around.append(next((one for (one,) in rows if one not in left), None))
        return any(one in shown for one in around) and all(
            one is None or one in shown or self._is_first(seq) for one in around
        )

    def _is_first(self, seq: int) -> bool:
        """Return whether a place is the first or the last of a page."""
        keeps = int(self._state.get("ghosts", 0)) > 0
        return self._state.rank(seq, counting_gone=keeps) % self._size in (0, self._size - 1)


class _Taking:
    """Takes pages into the state, each row with its place in the listing.

    With `in_place` rows keep the place they had; with `reorder` those that come once more get another too.
    """

    def __init__(
        self, reading: Reading, walk: int, top: int, *, in_place: bool = False, reorder: bool = False
    ) -> None:
        self._reading = reading
        self._state = reading._state
        self._walk = walk
        self._next = top
        self.reorder = reorder
        self._in_place = in_place
        self._done = 0
        self.shown: set[str] = set()

    def below(self, seq: int) -> None:
        """Go on below this place."""
        self._next = seq

    def __call__(self, page: Page[Any]) -> tuple[int, int, int]:
        """Return how many rows came, are as they were, and were seen in this walk before."""
        state = self._state
        rows = []
        for row in _rows(page, _Call):
            mark = digest(row.raw_json)
            rows.append((identity(row, mark), row, mark))
        known = state.known(one for one, _, _ in rows)
        same = seen = 0
        unmoved: list[tuple[int, int, str]] = []
        changed: list[tuple[bytes, dict[str, Any]]] = []
        for name, row, mark in rows:
            held = known.get(name)
            self._next -= 1
            seq = self._next
            before = held is not None and held.walk == self._walk
            seen += before
            if held is not None and self._in_place:
                seq = held.seq
            self.shown.add(name)
            if held is not None and held.digest == mark and held.gone is None:
                same += 1
                if (not before or self.reorder) and not self._in_place:
                    unmoved.append((seq, self._walk, name))
                continue
            if held is None and self._in_place:
                continue  # it is new, and on top of the listing
            snapshot = row.is_snapshot is True
            original = getattr(row, _ORIGINAL)
            columns = {
                "id": name,
                "digest": mark,
                "execution": state.number_of(row.test_execution_id),
                "seq": seq,
                "walk": self._walk,
                "status": word(row.status),
                "original": (original if isinstance(original, str) else "") if snapshot else None,
            }
            changed.append((row.raw_json, columns))
        if changed:
            state.put(changed)
        state.seen(unmoved)
        state.save_if_due()
        self._done += len(rows)
        if self._reading._progress and not self._in_place:
            self._reading._progress(self._done, page.count)
        return len(rows), same, seen
