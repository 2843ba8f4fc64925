"""What a request returns: the form of an answer, objects with a listing, records and frames of listings."""

# pyarrow and pandas have no types of their own; everything else here is strict.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Self, TypeVar, cast, overload

import msgspec

from futureagi_simulate.checks import packages
from futureagi_simulate.errors import ConfigurationError, ContractError
from futureagi_simulate.http import Request
from futureagi_simulate.printable import one_line

if TYPE_CHECKING:
    from pandas import DataFrame as PandasFrame
    from polars import DataFrame as PolarsFrame
    from pyarrow import Table as ArrowTable

    from futureagi_simulate.frames import Builder
    from futureagi_simulate.records import CallRecord, ExecutionRecord, GroupRecord
    from futureagi_simulate_api import methods, models
else:  # for whoever evaluates an annotation; none of these need be installed
    ArrowTable = PandasFrame = PolarsFrame = Any

__all__ = ["AsyncFramed", "Form", "Framed", "WithCalls"]

M = TypeVar("M")
T = TypeVar("T")


class Form(msgspec.Struct, Generic[M], frozen=True):
    """What the answer to one kind of request looks like.

    `envelope` is the contract's page, whose `results` hold `item`s; `at` are the keys that lead to it.
    `identity` is the field that tells items apart. A page whose items all lack it has items of the class
    `unidentified`, where there is one. An object has at least one of the keys `telling`, which no other form
    has. `about` are fields, of the item or of what is around it, that repeat an id asked for: an answer with
    another id there is an answer to another request.
    """

    item: type[M]
    envelope: type[Any] | None = None
    at: tuple[str, ...] = ()
    identity: str | None = "id"
    telling: frozenset[str] = frozenset()
    about: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    unidentified: type[M] | None = None


class WithCalls:
    """An object of the API with a listing of its calls.

    `model` is the object as it was decoded, `calls` the listing, `id` the id it was asked for by; `raw_json`
    are the exact bytes of the object. Copies and pickles keep all but the connection of the listing.
    """

    __slots__ = ("calls", "id", "model", "raw_json")
    __test__: ClassVar[bool] = False  # pytest takes a class for tests whose name starts with Test

    def __init__(self, model: Any, calls: Any, id: str, raw_json: bytes) -> None:
        self.model: Any = model
        self.calls: Any = calls
        self.id: str = id
        self.raw_json: bytes = raw_json

    def _field(self, name: str) -> Any:
        return getattr(self.model, name, None)

    def has(self, name: str) -> bool:
        """Return whether the server sent the field `name`, null included."""
        return name in self.raw

    @property
    def raw(self) -> dict[str, Any]:
        """`raw_json` as a dict, with the fields that the spec doesn't know."""
        from futureagi_simulate_api.types import decoded  # here: it brings the models, and attrs

        return decoded(self.raw_json)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and (self.id, self.raw_json) == (other.id, other.raw_json)

    def __hash__(self) -> int:
        return hash((type(self), self.id, self.raw_json))

    def __repr__(self) -> str:
        return one_line(f"<{type(self).__name__} {self.id}, {self._field('status')}>")

    def __reduce__(self) -> tuple[type[Self], tuple[Any, ...]]:
        return type(self), (self.model, self.calls, self.id, self.raw_json)


_RECORDS: Final = {
    **dict.fromkeys(
        ("CallExecution", "ExecutionRunCall", "TestExecutionCall", "VersionCallExecution"), "call"
    ),
    **dict.fromkeys(("ExecutionRun", "TestExecution"), "execution"),
    "GroupRow": "group",
}


def _record_maker(name: str, request: Request) -> tuple[type[Any], Callable[[Any], Any]]:
    """Return the class of the records of items of a model, and what makes one of an item."""
    from futureagi_simulate import records

    kind = _RECORDS.get(name)
    asked = {**dict(request.query), **request.ids}
    if kind == "call":
        execution_id = asked.get("test_execution_id") or asked.get("execution_id")
        return records.CallRecord, partial(_call_record, execution_id)
    if kind == "execution":
        make = partial(
            records.execution_record,
            run_test_id=asked.get("run_test_id"),
            run_test_name=asked.get("run_test_name"),
        )
        return records.ExecutionRecord, make
    if kind == "group":
        return records.GroupRecord, records.group_record
    raise ConfigurationError(
        f"There is no record of {name}.", remedy="Iterate over the listing: each item has .raw."
    )


def _call_record(execution_id: str | None, item: Any) -> CallRecord:
    """Make the record of a call; raise ContractError where the server sent groups of calls."""
    from futureagi_simulate.records import call_record

    if type(item).__name__ == "GroupRow":
        raise ContractError(
            "The server answered with groups of calls where calls were asked for.",
            remedy="Give as many group_keys as row_groups that the server knows, or none.",
        )
    return call_record(item, execution_id=execution_id)


class _Framed:
    """What both colours share."""

    _source: Any

    def pages(self, start: int = 1, stop: int | None = None) -> Any:
        """Iterate over pages."""
        raise NotImplementedError

    def _record(self) -> tuple[type[Any], Callable[[Any], Any]]:
        spec = self._source.spec
        return _record_maker(spec.item_name, spec.requests[0])

    def _builder(self, method: str, *needed: str) -> Builder:
        """Begin a frame of the records; raise ConfigurationError where a package is missing."""
        packages(f"{method}()", "pyarrow", *needed)
        from futureagi_simulate.frames import Builder  # here: it needs Arrow

        return Builder(self._record()[0])


def _pandas_of(table: ArrowTable) -> PandasFrame:
    import pandas

    return cast("PandasFrame", table.to_pandas(types_mapper=pandas.ArrowDtype))


def _polars_of(table: ArrowTable) -> PolarsFrame:
    import polars

    return cast("PolarsFrame", polars.from_arrow(table))


class Framed(_Framed, Generic[T]):
    """The records of a listing, and frames of them."""

    @overload
    def records(
        self: Framed[models.CallExecution]
        | Framed[models.ExecutionRunCall]
        | Framed[models.TestExecutionCall]
        | Framed[models.VersionCallExecution],
    ) -> Iterator[CallRecord]: ...
    @overload
    def records(
        self: Framed[models.TestExecution] | Framed[methods.ExecutionRun],
    ) -> Iterator[ExecutionRecord]: ...
    @overload
    def records(self: Framed[models.GroupRow]) -> Iterator[GroupRecord]: ...
    @overload
    def records(self) -> Iterator[Any]: ...
    def records(self) -> Iterator[Any]:
        """Iterate over the items' records: flat, in fixed units, the same for every endpoint of its kind.

        Calls give `CallRecord`, executions `ExecutionRecord`, groups `GroupRecord`.
        """
        from futureagi_simulate.listings import Items  # here: listings are made of this

        return Items(self.pages(), self._record()[1])

    def to_arrow(self) -> ArrowTable:
        """Read the records into an Arrow table, batch by batch.

        The columns are the fields of the record, whatever came: none is missing from an empty listing. Nested
        ones are lists of structs, times are UTC, `raw` is the item's JSON. Raise ConfigurationError if
        pyarrow (the extra `export`) isn't installed.
        """
        return self._table("to_arrow")

    def to_pandas(self) -> PandasFrame:
        """Read the records into a pandas DataFrame with Arrow types, which hold nulls of every kind.

        Raise ConfigurationError if pyarrow (the extra `export`) or pandas isn't installed.
        """
        return _pandas_of(self._table("to_pandas", "pandas"))

    def to_polars(self) -> PolarsFrame:
        """Read the records into a polars DataFrame.

        Raise ConfigurationError if pyarrow (the extra `export`) or polars isn't installed.
        """
        return _polars_of(self._table("to_polars", "polars"))

    def _table(self, method: str, *needed: str) -> ArrowTable:
        builder = self._builder(method, *needed)
        for record in self.records():
            builder.add(record)
        return builder.table()


class AsyncFramed(_Framed, Generic[T]):
    """The records of an async listing, and frames of them."""

    @overload
    def records(
        self: AsyncFramed[models.CallExecution]
        | AsyncFramed[models.ExecutionRunCall]
        | AsyncFramed[models.TestExecutionCall]
        | AsyncFramed[models.VersionCallExecution],
    ) -> AsyncIterator[CallRecord]: ...
    @overload
    def records(
        self: AsyncFramed[models.TestExecution] | AsyncFramed[methods.AsyncExecutionRun],
    ) -> AsyncIterator[ExecutionRecord]: ...
    @overload
    def records(self: AsyncFramed[models.GroupRow]) -> AsyncIterator[GroupRecord]: ...
    @overload
    def records(self) -> AsyncIterator[Any]: ...
    def records(self) -> AsyncIterator[Any]:
        """Iterate over the items' records. See `Listing.records`."""
        from futureagi_simulate.listings import AsyncItems  # here: listings are made of this

        return AsyncItems(self.pages(), self._record()[1])

    async def to_arrow(self) -> ArrowTable:
        """Read the records into an Arrow table. See `Listing.to_arrow`."""
        return await self._table("to_arrow")

    async def to_pandas(self) -> PandasFrame:
        """Read the records into a pandas DataFrame. See `Listing.to_pandas`."""
        return _pandas_of(await self._table("to_pandas", "pandas"))

    async def to_polars(self) -> PolarsFrame:
        """Read the records into a polars DataFrame. See `Listing.to_polars`."""
        return _polars_of(await self._table("to_polars", "polars"))

    async def _table(self, method: str, *needed: str) -> ArrowTable:
        builder = self._builder(method, *needed)
        async for record in self.records():
            builder.add(record)
        return builder.table()
