"""What can be given as `filters=`: a list of filters, or anything that yields them."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from futureagi_simulate import ConfigurationError, column, endpoints

SOME_ID = UUID(int=1)
ONE = column("overall_score").between(50, 90)


@pytest.mark.parametrize("given", [ONE, None, 5], ids=["one filter", "None", "a number"])
def test_what_is_no_list_of_filters_is_refused_with_how_to_write_one(given: Any) -> None:
    with pytest.raises(ConfigurationError, match="isn't a list") as raised:
        endpoints.test_execution(SOME_ID, None, given, enforce=False)
    assert "filters=[column(" in raised.value.remedy
    with pytest.raises(ConfigurationError, match="isn't a list"):
        endpoints.test_execution_groups(SOME_ID, ["scenario"], None, None, given)


def test_a_generator_of_filters_is_sent_and_enforced() -> None:
    given: Any = (one for one in [ONE])
    spec = endpoints.test_execution(SOME_ID, None, given, enforce=True)
    assert spec.sieve.filters == (ONE,)
    assert json.loads(dict(spec.requests[0].query)["filters"]) == [ONE.as_json()]
