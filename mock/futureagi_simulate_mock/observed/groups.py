"""Row groups as the server makes them: one kind works, and counts the calls of every execution."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from futureagi_simulate_mock.catalogue import Catalogue
from futureagi_simulate_mock.documented.rows import dataset_columns
from futureagi_simulate_mock.observed.answers import crashed, refused
from futureagi_simulate_mock.store import Store

Item = dict[str, Any]

_DATASET_COLUMN: Final = re.compile(r"scenario_[0-9a-f-]{36}_dataset_[0-9a-f-]{36}")
_LONGEST_NAME: Final = 63
_GROUPS: Final = """
SELECT strftime('%Y-%m-%d', call.created_at / 1000, 'unixepoch'), overall_score, scenario, count(*),
avg(overall_score), avg(response_time) FROM call JOIN run_test ON run_test.number = call.run_test
WHERE run_test.organization = ? AND call.deleted = 0 AND original IS NULL
GROUP BY {dated} 2, 3 ORDER BY {dated} 2 IS NOT NULL, 2, 3
"""


def read_groups(text: str | None) -> str | None:
    """Return the column that rows are to be grouped by, or None for no groups. Plain columns crash."""
    if not text:
        return None
    try:
        names = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        raise refused({"row_groups": ["Value must be valid JSON."]}) from None
    if not isinstance(names, list) or not names:
        return None
    first = names[0]
    if not isinstance(first, str):
        kind = type(first).__name__
        raise crashed(f"Failed to retrieve test execution: {kind!r} object has no attribute 'startswith'")
    if not _DATASET_COLUMN.fullmatch(first):
        raise crashed("Failed to retrieve test execution: this column can't be cast")
    return first


def group_rows(store: Store, organization: int, column: str, columns: list[Item]) -> list[Item]:
    """Count the organization's calls by day (when the grid shows it), score and dataset row.

    Filters, search and the execution itself play no part; the calls of other organizations, which the real
    server counts as well, are left out here.
    """
    dated = any(one["id"] == "timestamp" for one in columns)
    words = [str(one["id"]) for one in columns if one.get("type") == "scenario_dataset_column"]
    alias = column.replace("-", "_")[:_LONGEST_NAME]
    found = store.rows(_GROUPS.format(dated="1," if dated else ""), (organization,))
    return [_row(store.catalogue, row, dated=dated, words=words, alias=alias) for row in found]


def _row(catalogue: Catalogue, row: tuple[Any, ...], *, dated: bool, words: list[str], alias: str) -> Item:
    day, score, scenario, count, mean, response_time = row
    cells = {name: text for _, name, text in dataset_columns(catalogue.scenarios[scenario])}
    return {
        **({"created_at__date": day} if dated else {}),
        "overall_score": score,
        **{word.replace(" ", "_"): cells.get(word) for word in words},
        alias: None,
        "count": count,
        "avg_overall_score": mean,
        "avg_response_time": response_time,
        **dict.fromkeys(
            ("total_tokens", "input_tokens", "output_tokens", "avg_latency_ms", "turn_count", "csat_score")
        ),
    }
