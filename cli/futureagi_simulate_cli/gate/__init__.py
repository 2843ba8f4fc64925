"""Is the agent ready to promote? Thresholds, intervals, a baseline, and a verdict with an exit code.

`gate` fetches an execution and evaluates it; `evaluate` decides on a record at hand, without any I/O.
"""

from futureagi_simulate_cli.gate.checks import Check, Outcome, Verdict, evaluate
from futureagi_simulate_cli.gate.settings import Settings, Threshold
from futureagi_simulate_cli.gate.wait import gate

__all__ = ["Check", "Outcome", "Settings", "Threshold", "Verdict", "evaluate", "gate"]
