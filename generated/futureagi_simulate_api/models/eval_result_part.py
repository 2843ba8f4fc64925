# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Absent, Model


@define(kw_only=True)
class EvalResultPart(Model):
    """Results of one configuration of an eval template.

    Attributes:
        name: Name of the eval.
        id: Id of the eval configuration, the key of `eval_outputs`.
        total_cells: Number of outputs counted.
        output: How the outputs are distributed; `{}` when there is none.
        avg_score: Mean score, 0 to 100; for score only, and only when there are outputs.
    """

    name: str
    id: str
    total_cells: int
    output: dict[str, float]
    avg_score: float | Absent = None

    def __attrs_pre_init__(self) -> None:
        self.avg_score = None
