"""A data source for Spark 4 (extra `spark`): `spark.read.format("futureagi")`, and the same as a stream.

```python
register(spark)
calls = spark.read.format("futureagi").option("run_test_id", RUN_TEST_ID).load()
```

Executors need this package and the keys, in FI_API_KEY and FI_SECRET_KEY or from a `key_provider`. Spark
shows options in plans and logs: keys are refused there.

How partitions stay consistent without talking to each other: the driver plans ranges of pages, and notes the
server's count, the ids on top of the listing and those at the beginning of each range. A range is what was
planned if each page has that count, if its first page begins with its ids, if no row comes twice, and if,
once read, the ids behind its end and those on top are as they were. A row only moves when it is saved again,
to the top: then those above the place that it left move down by one. One thing can't be noticed: that a
deleted call, which the real server counts and doesn't show, has the very time of its neighbour at the end of
a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
import pyarrow as pa

from futureagi_simulate.checks import at_least_one, uuid
from futureagi_simulate.client import Client
from futureagi_simulate.errors import ConfigurationError, FutureAGIError
from futureagi_simulate.pagination import Page
from futureagi_simulate.records import CallRecord, call_record, execution_record
from futureagi_simulate_cli.export.columns import calls_in_batches, executions_in_batches, flattened
from futureagi_simulate_cli.export.source import Source
from futureagi_simulate_cli.sync.changes import (
    Changes,
    Position,
    changes_schema,
    require_table,
    table_schema,
)

if TYPE_CHECKING:  # pyspark takes 400 MB: types are checked without it

    class DataSource:
        """What Spark asks for a schema and for readers."""

        def __init__(self, options: Any) -> None: ...

    class DataSourceReader:
        """What reads a batch."""

    class SimpleDataSourceStreamReader:
        """What reads a stream, on the driver."""

    class InputPartition:
        """What one task reads."""

        def __init__(self, value: Any) -> None: ...

else:
    from pyspark.sql.datasource import (
        DataSource,
        DataSourceReader,
        InputPartition,
        SimpleDataSourceStreamReader,
    )

__all__ = ["FutureAGIDataSource", "ListingMovedError", "register"]

NAME: Final = "futureagi"
_SECRET: Final = re.compile(r"key|secret|token|password|authorization|credential", re.IGNORECASE)
_ANCHOR: Final = 10
"""Rows read at a seam, at most: a call costs the server 7 ms."""

_TRIES: Final = 2
"""Pages further down that are tried where a listing can't be cut."""

_TIMES: Final = ("updated_at", "timestamp", "created_at", "start_time", "started_at")
"""Fields by which listings are ordered."""

_FEWEST: Final = 3
"""Pages of a partition that are worth two requests more."""

_WHOLE: Final = {"page_size", "max_requests", "rows_per_batch"}
_OTHERS: Final = "it begins with other rows than planned"


class ListingMovedError(FutureAGIError):
    """The listing changed while partitions were read: the rows would not be those of one moment."""


def register(spark: Any) -> None:
    """Make `futureagi` known to a session.

    Raises ConfigurationError if a key stands in the configuration of Spark, which shows it in its web
    interface, its REST API and its event log.
    """
    for name in spark.conf.getAll:
        if name.upper().endswith(("FI_API_KEY", "FI_SECRET_KEY")) and "secretkeyref" not in name.lower():
            raise ConfigurationError(
                f"The setting {name} has a key, and Spark shows its settings.",
                remedy="Set the environment of the executors outside of Spark, or name a function with "
                ".option('key_provider', 'module:function').",
            )
    spark.dataSource.register(FutureAGIDataSource)


def _whole(text: str, name: str) -> int:
    return at_least_one(int(text) if text.strip().isdecimal() else text, name)


@attrs.frozen
class _Options:
    """What `.option()` takes, read from text."""

    run_test_id: str | None = None
    execution_ids: tuple[str, ...] = ()
    table: str = "calls"
    page_size: int = 100
    max_requests: int = 4
    base_url: str | None = None
    key_provider: str | None = None
    state: str | None = None
    rows_per_batch: int | None = None

    @classmethod
    def of(cls, given: Mapping[str, str]) -> _Options:
        """Check options; the value of one that may be a key is never repeated."""
        known = {field.name for field in attrs.fields(cls)}
        for name in given:
            if name.lower() in known:
                continue
            if _SECRET.search(name):
                raise ConfigurationError(
                    f"The option {name} is refused: Spark shows options in plans and logs.",
                    remedy="Set FI_API_KEY and FI_SECRET_KEY in the environment of driver and executors, or "
                    "name a function that returns both: .option('key_provider', 'module:function').",
                )
            raise ConfigurationError(
                f"There is no option {name!r}.", remedy=f"Use one of {', '.join(sorted(known))}."
            )
        values: dict[str, Any] = {name.lower(): value for name, value in given.items()}
        for name in _WHOLE & values.keys():
            values[name] = _whole(values[name], name)
        if ids := values.pop("execution_ids", None):
            values["execution_ids"] = tuple(uuid(one.strip(), "execution_ids") for one in ids.split(","))
        require_table(values.get("table", "calls"))
        made = cls(**values)
        if (made.run_test_id is None) == (not made.execution_ids):
            raise ConfigurationError(
                "The source needs exactly one of the options run_test_id and execution_ids.",
                remedy="Give the id of a run test, or ids of executions with commas in between.",
            )
        if made.execution_ids and (made.table == "executions" or made.state):
            raise ConfigurationError(
                "The table of executions, and a stream, belong to a run test.",
                remedy="Give the option run_test_id instead of execution_ids.",
            )
        if made.run_test_id is not None:
            uuid(made.run_test_id, "run_test_id")
        return made

    def client(self) -> Client:
        """Make a client where the code runs, on the driver or an executor."""
        keys: Mapping[str, Any] = {}
        if self.key_provider is not None:
            api_key, secret_key = _provider(self.key_provider)()
            keys = {"api_key": api_key, "secret_key": secret_key}
        return Client(base_url=self.base_url, **keys)

    def sources(self) -> list[Source]:
        """Return the listings to read."""
        if self.run_test_id is not None:
            return [Source(run_test_id=self.run_test_id, executions=self.table == "executions")]
        return [Source(execution_id=one) for one in self.execution_ids]

    def schema(self) -> pa.Schema:
        """Return the columns as Spark has them: none of them required, lists with items named `element`."""
        schema = changes_schema(self.table) if self.state else table_schema(self.table)
        return pa.schema([pa.field(field.name, _as_spark(field.type)) for field in schema])


def _provider(name: str) -> Any:
    module, colon, function = name.partition(":")
    try:
        found = getattr(import_module(module), function) if colon else None
    except (ImportError, AttributeError, ValueError):
        found = None
    if not callable(found):
        raise ConfigurationError(
            f"The key_provider {name!r} is no function that can be imported here.",
            remedy="Write it as module:function, and install the module on driver and executors. It returns "
            "the API key and the secret key.",
        )
    return found


def _as_spark(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_list(kind):
        return pa.list_(pa.field("element", _as_spark(kind.value_type)))
    return kind


def _ddl(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"array<{_ddl(kind.value_type)}>"
    if pa.types.is_timestamp(kind):
        return "timestamp"
    return {"bool": "boolean", "int32": "int", "int64": "bigint"}.get(str(kind), str(kind))


class FutureAGIDataSource(DataSource):
    """`spark.read.format("futureagi")`: a table of a run test, or of executions.

    Options: `run_test_id`, or `execution_ids` with commas in between; `table` (calls, executions, evals or
    turns); `page_size`, 100 by default; `max_requests`, requests at once over all executors, 4 by default;
    `base_url`, else FI_BASE_URL; `key_provider`. A stream needs `state`, a folder; `rows_per_batch` is the
    number of calls in a batch of it, all by default.

    Raises ConfigurationError for any other option, and for a key as an option.
    """

    def __init__(self, options: Any) -> None:
        super().__init__(options)
        self._given = _Options.of(options)

    @classmethod
    def name(cls) -> str:
        """Return the name of the format."""
        return NAME

    def schema(self) -> str:
        """Return the columns of the table; a stream has `read_at` and `removed` too."""
        return ", ".join(f"`{field.name}` {_ddl(field.type)}" for field in self._given.schema())

    def reader(self, schema: Any) -> _Reader:
        """Make the reader of a batch, of the columns in `schema`."""
        return _Reader(self._given, _chosen(self._given, schema))

    def simpleStreamReader(self, schema: Any) -> _Stream:  # noqa: N802 - the name is Spark's
        """Make the reader of a stream, of the columns in `schema`."""
        if self._given.state is None:
            raise ConfigurationError(
                "A stream needs the option state.",
                remedy="Name a folder that driver and executors share, as they do the checkpoint's.",
            )
        return _Stream(self._given, _chosen(self._given, schema))


def _chosen(options: _Options, schema: Any) -> pa.Schema:
    """Return the columns that a schema given by the user names."""
    whole = options.schema()
    missing = [name for name in schema.names if name not in whole.names]
    if missing:
        raise ConfigurationError(
            f"The table {options.table} has no column {missing[0]!r}.",
            remedy=f"Use some of {', '.join(whole.names)}.",
        )
    return pa.schema([whole.field(name) for name in schema.names])


def _fitted(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    return batch.select(schema.names).cast(schema)


# a batch


@dataclass(frozen=True)
class _Range:
    """Pages of one listing, from `first` to the one before `stop`, as planned.

    `count`: the server's number of rows. `top`: the first ids of the listing. `head` and `tail`: the ids at
    the beginning of the range and behind its end, empty where the listing begins or ends.
    """

    source: int
    first: int
    stop: int
    count: int
    top: tuple[str, ...]
    head: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()


class _Share(InputPartition):
    """What one task reads, one request at a time."""

    def __init__(self, ranges: tuple[_Range, ...]) -> None:
        super().__init__(ranges)
        self.ranges = ranges


class _Listing:
    """One listing, page by page, its rows undecoded."""

    def __init__(self, client: Client, source: Source, size: int) -> None:
        self.size: int = size
        self._client = client
        self._source = source
        self._anchor = max(one for one in range(1, _ANCHOR + 1) if size % one == 0)

    def page(self, number: int, size: int | None = None) -> Page[Any]:
        """Ask for one page."""
        listing = self._source.listing(self._client, {"page_size": size or self.size})
        with closing(listing.pages(number, number + 1)) as pages:
            return next(pages, Page(number, ()))

    def beginning(self, number: int) -> Page[Any]:
        """Ask for the first rows of a page."""
        return self.page((number - 1) * (self.size // self._anchor) + 1, self._anchor)


def ids_of(page: Page[Any]) -> tuple[str, ...]:
    """Return what the rows of a page are known by."""
    return tuple(
        row.id if isinstance(row.id, str) else row.raw_json.decode(errors="replace") for row in page.items
    )


def plan(listings: Sequence[_Listing], most: int) -> list[tuple[_Range, ...]]:
    """Cut listings into at most `most` shares of about as many pages."""
    tops: list[tuple[int, tuple[str, ...]]] = []
    for listing in listings:
        page = listing.beginning(1)
        if page.count is None:
            raise ListingMovedError(
                "The server doesn't say how many rows there are: a change could go unnoticed.",
                remedy="Use fi-simulate export.",
            )
        tops.append((page.count, ids_of(page)))
    pages_of = [-(-count // listing.size) for listing, (count, _) in zip(listings, tops, strict=True)]
    total = sum(pages_of)
    most = max(1, min(most, total // _FEWEST))
    made: list[list[_Range]] = [[]]
    planned = 0
    for number, (count, top) in enumerate(tops):
        first, pages = 1, pages_of[number]
        head: tuple[str, ...] = ()
        while first <= pages:
            if planned >= total * len(made) // most:  # the end of this share, among the pages of all listings
                made.append([])
                continue
            stop, tail = pages + 1, head[:0]
            for cut in _cuts([first + total * share // most - planned for share in range(len(made), most)]):
                if cut <= pages and (tail := _seam(listings[number].beginning(cut))):
                    stop = cut
                    break
            made[-1].append(_Range(number, first, stop, count, top, head, tail))
            planned += stop - first
            first, head = stop, tail
    return [tuple(ranges) for ranges in made if ranges]


def _cuts(planned: Sequence[int]) -> Iterator[int]:
    """Yield the pages before which a listing may be cut: those planned, and some further down."""
    for one in planned:
        yield from range(one, one + 1 + _TRIES)


def _seam(page: Page[Any]) -> tuple[str, ...]:
    """Return the ids at a seam; none where it can't be told that rows stay on their side of it.

    That is so where all rows are deleted, and where all have one time: rows of equal times have no order.
    """
    raws = [row.raw for row in page.items]
    times = [next((raw[name] for name in _TIMES if raw.get(name)), None) for raw in raws]
    return ids_of(page) if len(set(map(str, times))) > 1 or None in times else ()


def read(listing: _Listing, pages: _Range) -> Iterator[Page[Any]]:
    """Yield the pages of a range.

    Raises ListingMovedError where they aren't those planned. What was yielded before is no result then.
    """
    seen: set[str] = set()
    total_pages = -(-pages.count // listing.size)
    for number in range(pages.first, pages.stop):
        page = listing.page(number)
        if page.count == pages.count and page.total_pages not in (None, total_pages):
            raise ConfigurationError(
                f"The server doesn't send pages of {listing.size}: it says there are {page.total_pages}, not "
                f"{total_pages}.",
                remedy="Give a smaller page_size.",
            )
        ids = ids_of(page)
        if number == pages.first and ids[: len(pages.head)] != pages.head:
            raise _moved(number, _OTHERS)
        _require(page, pages, number, seen.isdisjoint(ids) and len(set(ids)) == len(ids))
        seen.update(ids)
        yield page
    for number, planned in ((pages.stop, pages.tail), (1, pages.top)):
        if number == 1 or planned:
            page = listing.beginning(number)
            if ids_of(page) != planned:
                raise _moved(number, _OTHERS)
            _require(page, pages, number, number == 1 or seen.isdisjoint(planned))


def _require(page: Page[Any], pages: _Range, number: int, distinct: bool) -> None:
    if page.count != pages.count:
        raise _moved(number, f"the listing has {page.count} rows, planned were {pages.count}")
    if not distinct:
        raise _moved(number, "a row came twice")


def _moved(number: int, why: str) -> ListingMovedError:
    return ListingMovedError(
        f"The listing changed while it was read: page {number}: {why}.",
        remedy="Read again when nothing is being saved, with a larger page_size where rows of equal times "
        "have no order. Use fi-simulate sync, the dlt source or a stream for what always changes.",
    )


class _Reader(DataSourceReader):
    """Plans on the driver, reads on the executors."""

    def __init__(self, options: _Options, schema: pa.Schema) -> None:
        self._options = options
        self._schema = schema

    def partitions(self) -> list[_Share]:
        """Return as many shares as requests may be under way at once, or fewer."""
        options = self._options
        with options.client() as client:
            listings = [_Listing(client, source, options.page_size) for source in options.sources()]
            made = plan(listings, options.max_requests)
        return [_Share(ranges) for ranges in made or [()]]  # without any Spark makes one of its own

    def read(self, partition: Any) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a share."""
        options = self._options
        with options.client() as client:
            sources = options.sources()
            for pages in partition.ranges:
                source = sources[pages.source]
                rows = (
                    row
                    for page in read(_Listing(client, source, options.page_size), pages)
                    for row in page.items
                )
                yield from self._batches(source, rows)

    def _batches(self, source: Source, rows: Iterator[Any]) -> Iterator[pa.RecordBatch]:
        table = self._options.table
        if table == "executions":
            records = (execution_record(row, run_test_id=source.run_test_id) for row in rows)
            for batch in executions_in_batches(records):
                yield _fitted(batch, self._schema)
            return
        calls: Iterator[CallRecord] = (call_record(row, execution_id=source.execution_id) for row in rows)
        for batch in calls_in_batches(calls):
            yield _fitted(flattened(batch, table), self._schema)


# a stream


class _Stream(SimpleDataSourceStreamReader):
    """Reads changes on the driver: later batches are small, and `rows_per_batch` cuts the first one."""

    def __init__(self, options: _Options, schema: pa.Schema) -> None:
        self._options = options
        self._schema = schema

    def initialOffset(self) -> Position:  # noqa: N802 - the name is Spark's
        """Return the position before everything."""
        return {}

    def read(self, start: Position) -> tuple[Iterator[Any], Position]:
        """Return what changed since `start`, all of which Spark has when it asks for more."""
        options = self._options
        with options.client() as client, self._changes(client) as changes:
            changes.go_on(start)
            end = changes.offer(options.rows_per_batch)
            return iter(list(self._batches(changes)) if end != start else []), end

    def readBetweenOffsets(self, start: Position, end: Position) -> Iterator[Any]:  # noqa: N802
        """Return a batch again that Spark planned and didn't finish; everything if its folder is lost."""
        with self._options.client() as client, self._changes(client) as changes:
            changes.go_on(start)
            if changes.offered != end:
                changes.offer()
            return iter(list(self._batches(changes)))

    def _changes(self, client: Client) -> Changes:
        options = self._options
        if options.state is None or options.run_test_id is None:
            raise AssertionError
        return Changes(
            client,
            Path(options.state),
            options.run_test_id,
            page_size=options.page_size,
            prefetch=options.max_requests,
        )

    def _batches(self, changes: Changes) -> Iterator[pa.RecordBatch]:
        for _, batch in changes.batches([self._options.table]):
            yield _fitted(batch, self._schema)
