# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from typing import Any

from attrs import define

from ..types import Model
from .filter_operator import FilterOperator
from .filter_type import FilterType


@define(kw_only=True)
class FilterConfig(Model):
    """What a filter asks of a value.

    Attributes:
        filter_type: How the value is read.
        filter_op: How it is compared.
        filter_value: What it is compared with: a text, a number or an ISO 8601 time stamp; two
            of them for `between` and `not_in_between`, any number of them for `in`. Observed, also
            true and false; the number of an eval is divided by 100.
    """

    filter_type: FilterType
    filter_op: FilterOperator
    filter_value: str | float | bool | list[Any]
