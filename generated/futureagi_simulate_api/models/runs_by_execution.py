# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Model
from .execution_run_detail import ExecutionRunDetail


@define(kw_only=True)
class RunsByExecution(Model):
    """Answer to a request by execution id.

    Attributes:
        status: True for an answer, false for an error.
        result: The execution.
    """

    status: bool
    result: ExecutionRunDetail
