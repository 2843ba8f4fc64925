"""Row groups: counting calls by the values of columns, level by level."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from futureagi_simulate_mock.documented.columns import Column
from futureagi_simulate_mock.documented.filters import Known
from futureagi_simulate_mock.documented.listings import Clause
from futureagi_simulate_mock.documented.params import refuse
from futureagi_simulate_mock.documented.rows import Item, shown
from futureagi_simulate_mock.facts import EvalConfig, Execution
from futureagi_simulate_mock.reading import read_value
from futureagi_simulate_mock.store import Store

MOST_GROUPS: Final = 8
_decode: Final = msgspec.json.Decoder(list[Any]).decode
_DAY: Final = "strftime('%Y-%m-%d', created_at / 1000, 'unixepoch')"


def read_groups(
    row_groups: str | None, group_keys: str | None, known: Known
) -> tuple[list[Column], list[Any]]:
    """Read both parameters: the columns to group by, and the values to drill into. Raises Refused."""
    names = _array("row_groups", row_groups)
    keys = _array("group_keys", group_keys)
    if len(names) > MOST_GROUPS:
        raise refuse("row_groups", f"At most {MOST_GROUPS} levels are taken, got {len(names)}.")
    columns = []
    for name in names:
        column = known.column(name) if isinstance(name, str) else None
        if column is None:
            raise refuse("row_groups", f"There is no column {name!r:.80} to group by.")
        columns.append(column)
    if len({column.id for column in columns}) < len(columns):
        raise refuse("row_groups", "A column can be grouped by once only.")
    if len(keys) > len(columns):
        raise refuse("group_keys", f"{len(keys)} keys were given for {len(columns)} groups.")
    for key in keys:
        if isinstance(key, (list, dict)):
            raise refuse("group_keys", f"A key is the value of a group, got {key!r:.80}.")
    return columns, keys


def _array(name: str, text: str | None) -> list[Any]:
    if not text:
        return []
    try:
        return _decode(text.encode())
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise refuse(name, f"Not a JSON array: {error}") from None


def group_sql(column: Column) -> str:
    """Return what calls are grouped by: the value itself, a time's day in UTC."""
    return _DAY if column.holds == "datetime" else column.sql


class Groups:
    """The groups of one execution's calls, keyed as they are shown: names and words, not what is stored."""

    def __init__(self, store: Store, execution: Execution, names: dict[int, str]) -> None:
        self._store = store
        self._execution = execution
        self._names = names

    def drill(self, columns: list[Column], keys: list[Any]) -> list[Clause]:
        """Return the conditions of the group that `keys` lead to."""
        return [self._is(column, key) for column, key in zip(columns, keys, strict=False)]

    def _is(self, column: Column, key: Any) -> Clause:
        sql = group_sql(column)
        if key is None:
            return f"{sql} IS NULL", ()
        if column.id == "scenario":
            numbers = [number for number, name in self._names.items() if name == key]
            return f"scenario IN ({','.join(map(str, numbers))})", ()
        if column.config is not None:
            return f"coalesce({sql} = ?, 0)", (_stored(column.config, key),)
        number = column.holds == "number"
        if not (_is_number(key) if number else isinstance(key, str)):
            return "0", ()
        return f"coalesce({sql} = ?, 0)", (float(key) if number else key,)

    def rows(self, columns: list[Column], keys: list[Any], conditions: list[Clause]) -> list[Item]:
        """Count the next level's groups, the largest first; each row holds the values that lead to it."""
        level = columns[: len(keys) + 1]
        clauses = [*conditions, *self.drill(columns, keys)]
        where = " AND ".join(["deleted = 0 AND original IS NULL", *(sql for sql, _ in clauses)])
        values = [value for _, part in clauses for value in part]
        expressions = ", ".join(group_sql(column) for column in level)
        found = self._store.rows(
            f"SELECT {expressions}, count(*), sum(overall_score), count(overall_score), "  # noqa: S608 - no values
            f"sum(response_time), count(response_time) FROM call WHERE execution = ? AND {where} "
            f"GROUP BY {', '.join(str(at) for at in range(1, len(level) + 1))}",
            (self._execution.number, *values),
        )
        groups = [self._row(level, row) for row in _merged(self._named(level, row) for row in found)]
        return sorted(groups, key=lambda group: -int(group["count"]))

    def _named(self, level: list[Column], row: tuple[Any, ...]) -> tuple[Any, ...]:
        shown_values = tuple(self._shown(column, value) for column, value in zip(level, row, strict=False))
        return (*shown_values, *row[len(level) :])

    def _shown(self, column: Column, value: Any) -> Any:
        if column.id == "scenario":
            return self._names[value]
        if column.config is None or value is None:
            return value
        output = shown(column.config, read_value(column.config, value))
        return ", ".join(output) if isinstance(output, tuple) else output

    def _row(self, level: list[Column], row: tuple[Any, ...]) -> Item:
        count, scores, scored, times, timed = row[len(level) :]
        return {
            **{column.id: value for column, value in zip(level, row, strict=False)},
            "count": count,
            "avg_overall_score": round(scores / scored, 4) if scored else None,
            "avg_response_time": round(times / timed, 2) if timed else None,
        }


def _merged(rows: Any) -> list[tuple[Any, ...]]:
    """Add up groups that are shown alike, such as two scenarios of one name."""
    sums: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        head, numbers = row[:-5], [number or 0 for number in row[-5:]]
        kept = sums.setdefault(head, [0] * 5)
        sums[head] = [a + b for a, b in zip(kept, numbers, strict=True)]
    return [(*head, *numbers) for head, numbers in sums.items()]


def _stored(config: EvalConfig, key: Any) -> Any:
    """Return how a shown output is stored; what is no output of this eval matches nothing."""
    if config.output_type == "Pass/Fail":
        words = {shown(config, True): 1, shown(config, False): 0}
        return words.get(key, -1) if isinstance(key, bool if config.form == "boolean" else str) else -1
    if config.output_type == "choices":
        return msgspec.json.encode(key.split(", ")).decode() if isinstance(key, str) else "[]"
    return float(key) if _is_number(key) else -1.0


def _is_number(key: Any) -> bool:
    return isinstance(key, (int, float)) and not isinstance(key, bool) and abs(key) < 1e300
