"""The sorts of departures from the contract."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What sort of departure a finding is."""

    MISSING = "missing"
    EXTRA = "extra"
    NULL = "null"
    TYPE = "type"
    CASING = "casing"
    VALUE = "value"
    FORMAT = "format"
    UNIT = "unit"
    MEANING = "meaning"
    EMPTY = "always empty"
    STATUS = "status code"
    PARAMETER = "bad parameter"
    DEFAULT = "default"
    PAGING = "paging"
    COUNT = "count"
    FILTER = "filter"
    SEARCH = "search"
    ORDER = "order"
    ERROR = "error body"
