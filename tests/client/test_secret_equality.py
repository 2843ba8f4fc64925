"""Secrets that lost their text, as pickled ones do, can still be compared."""

from __future__ import annotations

import pickle

from futureagi_simulate.auth import Secret

KEY = "a-key-of-some-length"


def lost() -> Secret:
    secret: Secret = pickle.loads(pickle.dumps(Secret(KEY)))
    return secret


def test_a_secret_without_text_equals_itself_and_no_other() -> None:
    one, other = lost(), lost()
    assert one == one
    assert one != other
    assert one != Secret(KEY)
    assert Secret(KEY) != one
