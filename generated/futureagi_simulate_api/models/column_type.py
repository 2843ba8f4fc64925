# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from ..types import OpenEnum


class ColumnType(OpenEnum):
    """What a column shows."""

    SCENARIO_DATASET_COLUMN = "scenario_dataset_column"
    EVALUATION = "evaluation"
    TOOL_EVALUATION = "tool_evaluation"
