"""The `documented` profile: the five endpoints as their documents describe them, in full."""

from futureagi_simulate.mock.documented.profile import Documented

__all__ = ["Documented"]
