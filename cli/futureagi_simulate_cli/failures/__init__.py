"""The failures of an execution: every failed eval and call, with its reason and its turn."""

from futureagi_simulate_cli.failures.collect import (
    Cluster,
    Criteria,
    FailedCall,
    FailedEval,
    Failures,
    collect,
    failed_call,
)
from futureagi_simulate_cli.failures.output import SCHEMA, lines, prompt
from futureagi_simulate_cli.failures.redact import Redaction, Redactor

__all__ = [
    "SCHEMA",
    "Cluster",
    "Criteria",
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
