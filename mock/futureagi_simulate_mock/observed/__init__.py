"""The `observed` profile: the five endpoints as the open-source server was seen to answer them."""

from futureagi_simulate_mock.observed.profile import Observed

__all__ = ["Observed"]
