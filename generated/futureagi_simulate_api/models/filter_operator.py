# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from ..types import OpenEnum


class FilterOperator(OpenEnum):
    """How a filter compares. The observed server says `not_between` where the documents say
    `not_in_between`; it takes `not_in`, `starts_with` and `is_null` and mostly ignores them."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    GREATER_THAN = "greater_than"
    LESS_THAN = "less_than"
    GREATER_THAN_OR_EQUAL = "greater_than_or_equal"
    LESS_THAN_OR_EQUAL = "less_than_or_equal"
    BETWEEN = "between"
    NOT_IN_BETWEEN = "not_in_between"
    NOT_BETWEEN = "not_between"
    IN = "in"
    NOT_IN = "not_in"
    STARTS_WITH = "starts_with"
    IS_NULL = "is_null"
