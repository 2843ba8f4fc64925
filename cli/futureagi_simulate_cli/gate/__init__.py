"""Is the agent ready to promote? Thresholds, intervals, a baseline, and a verdict with an exit code.

`gate` fetches and judges; `judge` decides on a record at hand, without any I/O.
"""

from futureagi_simulate_cli.gate.function import gate
from futureagi_simulate_cli.gate.judge import judge
from futureagi_simulate_cli.gate.settings import Settings, Threshold
from futureagi_simulate_cli.gate.verdict import Check, Outcome, Verdict

__all__ = ["Check", "Outcome", "Settings", "Threshold", "Verdict", "gate", "judge"]
