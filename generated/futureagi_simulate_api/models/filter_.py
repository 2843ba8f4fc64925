# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Model
from .filter_config import FilterConfig


@define(kw_only=True)
class Filter(Model):
    """One condition that a call has to meet.

    Attributes:
        column_id: The column to look at, or the id of an eval configuration.
        filter_config: What is asked of its value.
    """

    column_id: str
    filter_config: FilterConfig
