"""The `documented` profile: the five endpoints as their documents describe them, in full."""

from futureagi_simulate_mock.documented.profile import Documented

__all__ = ["Documented"]
