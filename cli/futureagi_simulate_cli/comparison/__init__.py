"""Better or worse? Two executions compared, and results that differ from one execution to the next.

`compare` takes records and returns dataclasses; nothing here fetches anything.
"""

from futureagi_simulate_cli.comparison.core import (
    Comparison,
    EvalChange,
    Flip,
    MetricChange,
    Played,
    Rate,
    ScenarioChange,
    compare,
)
from futureagi_simulate_cli.comparison.flaky import Cell, Flakiness, find_flaky

__all__ = [
    "Cell",
    "Comparison",
    "EvalChange",
    "Flakiness",
    "Flip",
    "MetricChange",
    "Played",
    "Rate",
    "ScenarioChange",
    "compare",
    "find_flaky",
]
