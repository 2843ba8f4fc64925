"""From lines received to columns on disk, and from there to the file asked for.

Arrow and DuckDB are imported where the work is done: that is mostly the helper process.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Self

import attrs

from futureagi_simulate.export.files import Evals, Format, whole_file
from futureagi_simulate.export.received import Received
from futureagi_simulate.records import call_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

    from futureagi_simulate.records import CallRecord


@attrs.frozen
class Conversion:
    """What is made of the lines, under names that begin with `made` in a folder that exists.

    The end of a `with` block deletes what is left of it: on a disk that is full it would be in the way.
    """

    made: Path
    format: Format
    evals: Evals
    execution_id: str | None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for path in self.made.parent.glob(f"{self.made.name}*"):
            path.unlink()

    @property
    def can_follow(self) -> bool:
        """Say whether it can be done while lines still come."""
        return self.format != "jsonl" and not self.reads_twice

    @property
    def reads_twice(self) -> bool:
        """Say whether all lines have to be there at the start: the evals' names are needed first."""
        return self.evals == "wide"

    def run(self, lines: Callable[[], Iterable[bytes]]) -> None:
        """Turn the lines into columns."""
        if self.format == "duckdb":
            from futureagi_simulate.export import database

            database.write_parts(self.made, self._records(lines()))
            return
        from futureagi_simulate.export import writers

        write = writers.write_parquet if self.format == "parquet" else writers.write_csv
        if not self.reads_twice:
            write(self.made, self._records(lines()), self.evals)
            return
        names = EvalNames.of(self._records(lines()))
        write(self.made, map(names.given_to, self._records(lines())), self.evals, names.columns)

    def publish(self, target: Path) -> None:
        """Make what `run` wrote the file `target`."""
        if self.format == "duckdb":
            from futureagi_simulate.export import database

            database.load(self.made, target)
            return
        with whole_file(target) as temporary:
            os.replace(self.made, temporary)

    def _records(self, lines: Iterable[bytes]) -> Iterator[CallRecord]:
        for line in lines:
            yield call_record(Received.of(line), execution_id=self.execution_id)


@attrs.frozen
class EvalNames:
    """The names of all evals, which become columns: an eval that comes without one has that of its id."""

    columns: list[str]
    by_id: dict[str, str]

    @classmethod
    def of(cls, records: Iterable[CallRecord]) -> Self:
        """Collect the names; if an id has several, the first counts: calls come last update first."""
        names: dict[str, str] = {}
        every: set[str] = set()
        nameless: set[str] = set()
        for record in records:
            for one in record.evals:
                if one.name:
                    names.setdefault(one.id, one.name)
                    every.add(one.name)
                else:
                    nameless.add(one.id)
        return cls(sorted(every | {names.get(known, known) for known in nameless}), names)

    def given_to(self, record: CallRecord) -> CallRecord:
        """Name the evals that have no name; where no call tells it, the id stands in."""
        if all(one.name for one in record.evals):
            return record
        evals = [
            one if one.name else attrs.evolve(one, name=self.by_id.get(one.id, one.id))
            for one in record.evals
        ]
        return attrs.evolve(record, evals=tuple(evals))
