# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Absent, Model


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

    status: bool | Absent = None
    type: str | Absent = None
    code: str | Absent = None
    detail: str | Absent = None
    message: str | Absent = None
    error: str | Absent = None
    result: str | Absent = None
    details: dict[str, list[str]] | Absent = None
    attr: str | Absent = None
    errors: dict[str, list[str]] | Absent = None

    def __attrs_pre_init__(self) -> None:
        self.status = self.type = self.code = None
        self.detail = self.message = self.error = None
        self.result = self.details = self.attr = None
        self.errors = None
