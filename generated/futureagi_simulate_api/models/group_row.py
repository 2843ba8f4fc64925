# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Absent, Model


@define(kw_only=True)
class GroupRow(Model):
    """A group of calls. Beside the fields below it holds the value of each column it is grouped
    by, under the id of the column (observed, with `_` for every character a database name
    cannot have). The documents name the grouping and not its rows.

    Attributes:
        count: Number of calls in the group.
        avg_overall_score: Mean overall score of the group's calls, 0 to 100. Null when none has
            one.
        avg_response_time: Mean response time of the group's calls in milliseconds. Null when
            none has one.
        created_at__date: Day on which the group's calls were created.
        overall_score: Overall score that the group's calls share, 0 to 100.
        total_tokens: Mean number of tokens of the group's text calls.
        input_tokens: Mean number of tokens that the group's text calls took in.
        output_tokens: Mean number of tokens that the group's text calls put out.
        avg_latency_ms: Mean latency of the group's text calls in milliseconds.
        turn_count: Mean number of turns of the group's calls.
        csat_score: Mean customer satisfaction of the group's text calls, in points.
    """

    count: int
    avg_overall_score: float | None
    avg_response_time: float | None
    created_at__date: str | Absent = None
    overall_score: float | None = None
    total_tokens: float | None = None
    input_tokens: float | None = None
    output_tokens: float | None = None
    avg_latency_ms: float | None = None
    turn_count: float | None = None
    csat_score: float | None = None

    def __attrs_pre_init__(self) -> None:
        self.created_at__date = self.overall_score = self.total_tokens = None
        self.input_tokens = self.output_tokens = self.avg_latency_ms = None
        self.turn_count = self.csat_score = None
