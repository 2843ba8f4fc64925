"""What went wrong, and where: every failed eval of an execution, with its reason and its turn."""

from futureagi_simulate_cli.failures.clusters import Cluster
from futureagi_simulate_cli.failures.collect import Failures, collect
from futureagi_simulate_cli.failures.find import Demands, FailedCall, FailedEval, failed_call
from futureagi_simulate_cli.failures.lines import SCHEMA, lines
from futureagi_simulate_cli.failures.prompt import prompt
from futureagi_simulate_cli.failures.redact import Redaction, Redactor

__all__ = [
    "SCHEMA",
    "Cluster",
    "Demands",
    "FailedCall",
    "FailedEval",
    "Failures",
    "Redaction",
    "Redactor",
    "collect",
    "failed_call",
    "lines",
    "prompt",
]
