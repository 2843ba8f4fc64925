# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import UNSET, Model, UnsetType


@define(kw_only=True)
class Error(Model):
    """What the observed server sends with every status from 400 on; the documents do not say.
    `detail`, `message`, `error` and `result` hold the same text.

    Attributes:
        status: Always false.
        type: Kind of error, for instance `validation_error`, `not_found` or `server_error`.
        code: Finer kind, for instance `not_authenticated`, `min_value` or `invalid`.
        detail: What is wrong, for people.
        message: The same text.
        error: The same text.
        result: The same text.
        details: What is wrong with each parameter, by its name; `non_field_errors` and `detail`
            are general.
        attr: Name of the first parameter that is wrong.
        errors: The same as `details`, at the runs endpoint.
    """

    status: bool | UnsetType = UNSET
    type: str | UnsetType = UNSET
    code: str | UnsetType = UNSET
    detail: str | UnsetType = UNSET
    message: str | UnsetType = UNSET
    error: str | UnsetType = UNSET
    result: str | UnsetType = UNSET
    details: dict[str, list[str]] | UnsetType = UNSET
    attr: str | UnsetType = UNSET
    errors: dict[str, list[str]] | UnsetType = UNSET

    def __attrs_pre_init__(self) -> None:
        self.status = self.type = self.code = UNSET
        self.detail = self.message = self.error = UNSET
        self.result = self.details = self.attr = UNSET
        self.errors = UNSET
