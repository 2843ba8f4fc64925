"""The columns that filters and groups look at: what each holds, and where it is stored."""

from __future__ import annotations

from typing import Final

import msgspec

from futureagi_simulate_mock.facts import EvalConfig

_OUTPUT: Final = (
    "(SELECT value FROM eval_output WHERE eval_output.call = call.number AND eval_output.config = {}"
    " AND eval_output.status = 'completed' AND call.settled = 1)"
)


class Column(msgspec.Struct, frozen=True):
    """A column. `holds` is text, number, datetime, Pass/Fail, score or choices; `sql` is its stored value."""

    id: str
    holds: str
    sql: str
    config: EvalConfig | None = None


PLAIN: Final = {
    column.id: column
    for column in (
        Column("status", "text", "status"),
        Column("timestamp", "datetime", "created_at"),
        Column("call_execution_id", "text", "id"),
        Column("overall_score", "number", "overall_score"),
        Column("response_time", "number", "response_time / 1000.0"),
        Column("call_type", "text", "call_type"),
        Column("scenario", "text", "scenario"),
    )
}


def find_column(name: str, evals: list[EvalConfig]) -> Column | None:
    """Find a column by its id, which is one of seven words or an eval's UUID."""
    if name in PLAIN:
        return PLAIN[name]
    config = next((config for config in evals if config.id == name.lower()), None)
    if config is None:
        return None
    return Column(config.id, config.output_type, _OUTPUT.format(config.number), config)
