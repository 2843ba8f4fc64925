"""What can be given as `filters=`: a list of filters, or anything that yields them."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from futureagi_simulate import ConfigurationError, column
from futureagi_simulate.requests import listing_spec
from futureagi_simulate_api.operations import METHODS

SOME_ID = UUID(int=1)
ONE = column("overall_score").between(50, 90)


def detail(given: Any) -> Any:
    asked = {"test_execution_id": SOME_ID, "filters": given, "enforce_filters": True}
    return listing_spec(METHODS["get_test_execution"], asked)


@pytest.mark.parametrize("given", [ONE, None, 5], ids=["one filter", "None", "a number"])
def test_what_is_no_list_of_filters_is_refused_with_how_to_write_one(given: Any) -> None:
    with pytest.raises(ConfigurationError, match="isn't a list") as raised:
        detail(given)
    assert "filters=[column(" in raised.value.remedy
    groups = {"test_execution_id": SOME_ID, "row_groups": ["scenario"], "filters": given}
    with pytest.raises(ConfigurationError, match="isn't a list"):
        listing_spec(METHODS["list_test_execution_groups"], groups)


def test_a_generator_of_filters_is_sent_and_enforced() -> None:
    given: Any = (one for one in [ONE])
    spec = detail(given)
    assert spec.row_filters.filters == (ONE,)
    assert json.loads(dict(spec.requests[0].query)["filters"]) == [ONE.as_json()]
