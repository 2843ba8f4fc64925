# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from ..types import OpenEnum


class EvalOutputType(OpenEnum):
    """What an eval puts out. `numeric` was seen once, in old data."""

    PASS_FAIL = "Pass/Fail"
    SCORE = "score"
    CHOICES = "choices"
    NUMERIC = "numeric"
