# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Absent, Model
from .eval_output_type import EvalOutputType
from .eval_result_part import EvalResultPart


@define(kw_only=True)
class EvalResult(Model):
    """Results of one eval template over the calls of an execution. The aggregate depends on the
    output type: `total_pass_rate` for Pass/Fail, `total_avg` for score, `total_choices_avg` for
    choices.

    Attributes:
        name: Name of the eval template.
        id: Id of the eval template.
        output_type: What the eval puts out; decides which aggregate is there.
        result: One part for each configuration of the template.
        total_pass_rate: Share of the outputs that passed, in percent (0 to 100); for Pass/Fail
            only.
        total_avg: Mean score, 0 to 100; for score only.
        total_choices_avg: Share of each choice in percent (0 to 100), by choice; for choices
            only.
    """

    name: str
    id: str
    output_type: EvalOutputType
    result: list[EvalResultPart]
    total_pass_rate: float | Absent = None
    total_avg: float | Absent = None
    total_choices_avg: dict[str, float] | Absent = None

    def __attrs_pre_init__(self) -> None:
        self.total_pass_rate = self.total_avg = self.total_choices_avg = None
