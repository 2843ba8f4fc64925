# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from ..types import OpenEnum


class ClusterKind(OpenEnum):
    """What a cluster of calls has in common."""

    FAILURE = "failure"
    SUCCESS = "success"
