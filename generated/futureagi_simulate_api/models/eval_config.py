# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Absent, Model
from .eval_output_type import EvalOutputType


@define(kw_only=True)
class EvalConfig(Model):
    """The eval, or the check of a tool call, that fills a column.

    Attributes:
        eval_type_id: Name of the evaluator, for instance `CustomPromptEvaluator` or
            `tool_evaluation`.
        output: Type of the eval's output.
        required_keys: What the evaluator is given, for instance `conversation`.
        name: Name of the checked tool call with its number.
        tool_name: Name of the checked tool.
        tool_index: Number of the call of that tool, counted from 1.
        tool_call_id: Id that the agent gave the tool call.
    """

    eval_type_id: str | Absent = None
    output: EvalOutputType | Absent = None
    required_keys: list[str] | Absent = None
    name: str | Absent = None
    tool_name: str | Absent = None
    tool_index: int | Absent = None
    tool_call_id: str | Absent = None

    def __attrs_pre_init__(self) -> None:
        self.eval_type_id = self.output = self.required_keys = None
        self.name = self.tool_name = self.tool_index = None
        self.tool_call_id = None
