# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from ..types import OpenEnum


class EvalOutputType(OpenEnum):
    """What an eval puts out. `numeric` are two templates of the system; with one result of theirs
    the endpoint of the run records fails."""

    PASS_FAIL = "Pass/Fail"
    SCORE = "score"
    CHOICES = "choices"
    NUMERIC = "numeric"
