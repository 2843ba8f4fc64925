"""Fields that are missing, null, mistyped, renamed, or mean something else."""

from __future__ import annotations

from .making import BOTH, CE, EX, RN, TE, VC, page_of, put, spoil_pages, spoil_rows

spoil_rows("a field is missing", lambda row: row.pop("status", None), CE, profiles=BOTH)
spoil_rows("a field is null", lambda row: put(row, "total_calls", None), EX)
spoil_rows(
    "a number comes as a text",
    lambda row: put(row, "overall_score", str(row.get("overall_score"))),
    TE,
    profiles=BOTH,
)
spoil_rows("a field has another name", lambda row: row.update(scenario_title=row.pop("scenario", None)), VC)
spoil_rows("a field too many", lambda row: row.update(debug_sql="x"), RN)
spoil_rows(
    "a boolean comes as a number",
    lambda row: put(row, "is_snapshot", int(row.get("is_snapshot") or 0)),
    CE,
    profiles=BOTH,
)
spoil_rows("a status in another case", lambda row: put(row, "status", str(row.get("status")).lower()), EX)
spoil_rows("a list comes as null", lambda row: put(row, "scenario_ids", None), EX)
spoil_rows(
    "a date without a zone", lambda row: put(row, "created_at", str(row.get("created_at")).rstrip("Z")), TE
)
spoil_rows("a date as a number", lambda row: put(row, "start_time", 1774300000), CE, profiles=BOTH)
spoil_rows("an id that is no UUID", lambda row: row.update(id="call-1" if "id" in row else None), VC)
spoil_rows(
    "a score out of 1, not of 100",
    lambda row: put(
        row, "overall_score", round(row.get("overall_score") / 100, 4) if row.get("overall_score") else None
    ),
    CE,
)
spoil_rows("a score above 100", lambda row: put(row, "overall_score", 1000.0), VC, profiles=BOTH)
spoil_rows("a negative duration", lambda row: put(row, "duration", -5), TE)
spoil_rows(
    "a duration in milliseconds",
    lambda row: put(row, "duration_seconds", 1000 * (row.get("duration_seconds") or 0)),
    RN,
)
spoil_rows(
    "latency in milliseconds",
    lambda row: put(row, "avg_agent_latency", 1000 * (row.get("avg_agent_latency") or 0)),
    CE,
)
spoil_rows("an end before its start", lambda row: put(row, "completed_at", "2020-01-01T00:00:00Z"), EX)
spoil_rows("turns in the wrong order", lambda row: (row.get("transcript") or []).reverse(), CE)
spoil_pages(
    "the items under another name",
    lambda body: page_of(body).update(items=page_of(body).pop("results", None)),
    VC,
)
spoil_pages("no envelope around the items", lambda body: body.pop("count", None), CE)
