"""Keys: checked once, shown nowhere."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import msgspec
import pytest

from futureagi_simulate.auth import Credentials, Secret
from futureagi_simulate.errors import ConfigurationError

KEY = "a-key-of-some-length"
GOOD = Secret("another-key")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "is not set"),
        ("", "is blank"),
        (" \t", "is blank"),
        (f"{KEY}\n", "holds a line break"),
        (f"{KEY}\r\nX-Evil: 1", "holds a line break"),
        (f" {KEY}", "begins or ends with whitespace"),
        (f"{KEY} ", "begins or ends with whitespace"),
        (f"{KEY}ß", "holds a character that isn't ASCII"),
        (f"{KEY}\u200b", "holds a character that isn't ASCII"),
        (f"{KEY}\x00{KEY}", "holds a control character"),
        (f"{KEY}\t{KEY}", "holds a control character"),
        (f"{KEY}\x7f", "holds a control character"),
        (12345, "is not a text"),
        (KEY.encode(), "is not a text"),
    ],
)
@pytest.mark.parametrize("which", ["api_key", "secret_key"])
def test_a_bad_key_is_refused_by_name_and_never_shown(which: str, value: Any, problem: str) -> None:
    keys = {"api_key": GOOD, "secret_key": GOOD} | {which: Secret.of(value)}
    with pytest.raises(ConfigurationError) as caught:
        Credentials.of(**keys)
    assert str(caught.value).startswith(f"FI_{which.upper()} ({which}=) {problem}.")
    assert f"FI_{which.upper()}" in caught.value.remedy
    assert KEY not in str(caught.value)


def test_a_key_may_hold_any_printable_ascii() -> None:
    text = "".join(map(chr, range(33, 127)))
    assert Credentials.of(Secret(text), GOOD).api_key.reveal() == text


@pytest.mark.parametrize(
    "show", [repr, str, "{}".format, "{!r:>5}".format, lambda key: f"{key}", "%s".__mod__]
)
def test_a_secret_shows_a_mask_however_it_is_formatted(show: Any) -> None:
    assert KEY not in show(Secret(KEY))
    assert KEY not in show(Credentials(Secret(KEY), Secret(KEY)))
    assert "***" in show(Secret(KEY))


def test_a_secret_has_no_dict_to_look_into() -> None:
    with pytest.raises(TypeError):
        vars(Secret(KEY))
    assert KEY not in repr(msgspec.structs.asdict(Credentials(Secret(KEY), Secret(KEY))))


def test_a_pickled_secret_comes_back_without_its_text() -> None:
    pickled = pickle.dumps(Credentials(Secret(KEY), Secret(KEY)))
    assert KEY.encode() not in pickled
    with pytest.raises(ConfigurationError, match="pickle"):
        pickle.loads(pickled).api_key.reveal()


def test_a_copied_secret_keeps_its_text() -> None:
    keys = Credentials(Secret(KEY), Secret(KEY))
    assert copy.deepcopy(keys).api_key.reveal() == copy.copy(keys.api_key).reveal() == KEY


def test_secrets_are_equal_by_their_text() -> None:
    assert Secret(KEY) == Secret(KEY)
    assert Secret(KEY) != Secret("other")
    assert Secret(KEY) != KEY
    assert hash(Secret(KEY)) == hash(Secret(KEY))


def test_wrapping_a_secret_twice_keeps_one_wrapper() -> None:
    secret = Secret(KEY)
    assert Secret.of(secret) is secret
    assert Secret.of(None) is None


def test_scrubbing_masks_both_keys_wherever_they_stand() -> None:
    keys = Credentials(Secret("first-key"), Secret("second-key"))
    assert keys.scrub("first-key, second-key: first-key!") == "***, ***: ***!"


def test_a_secret_key_that_contains_the_api_key_is_masked_whole() -> None:
    keys = Credentials(Secret("first-key"), Secret("first-key-and-more"))
    assert keys.scrub("first-key-and-more") == "***"


def test_an_api_key_that_contains_the_secret_key_is_masked_whole() -> None:
    keys = Credentials(Secret("first-key-and-more"), Secret("first-key"))
    assert keys.scrub("first-key-and-more") == "***"


def test_keys_of_four_letters_are_masked_in_errors_and_of_eight_in_answers() -> None:
    keys = Credentials(Secret("abcd"), Secret("abcdefgh"))
    assert keys.scrub("abcd abc") == "*** abc"
    assert keys.scrub_answer(b"abcdefgh abcd") == b"*** abcd"


def test_a_key_of_a_letter_or_two_does_not_garble_every_text() -> None:
    assert Credentials(Secret("k"), Secret("s")).scrub("asks") == "asks"


def test_a_good_answer_that_repeats_a_key_comes_with_the_key_masked() -> None:
    keys = Credentials(Secret("0f" * 16), Secret("a7" * 16))
    assert keys.scrub_answer(b'{"key": "%s"}' % (b"0f" * 16)) == b'{"key": "***"}'
    assert keys.scrub_answer(b'{"key": "%s"}' % (b"a7" * 16)) == b'{"key": "***"}'


def test_a_good_answer_without_a_key_is_the_same_bytes() -> None:
    content = b'{"transcript": "my secret is safe"}'
    assert Credentials(Secret("0f" * 16), Secret("a7" * 16)).scrub_answer(content) is content


def test_a_key_that_may_be_a_word_of_the_data_is_not_masked_in_it() -> None:
    content = b'{"transcript": "my secret is safe"}'
    assert Credentials(Secret("safe"), Secret("secret")).scrub_answer(content) is content
