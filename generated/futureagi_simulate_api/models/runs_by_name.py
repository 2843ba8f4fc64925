# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Model
from .execution_run_page import ExecutionRunPage


@define(kw_only=True)
class RunsByName(Model):
    """Answer to a request by run test name.

    Attributes:
        status: True for an answer, false for an error.
        result: The executions.
    """

    status: bool
    result: ExecutionRunPage
