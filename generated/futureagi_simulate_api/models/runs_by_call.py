# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Model
from .call_run import CallRun


@define(kw_only=True)
class RunsByCall(Model):
    """Answer to a request by call id.

    Attributes:
        status: True for an answer, false for an error.
        result: The call.
    """

    status: bool
    result: CallRun
