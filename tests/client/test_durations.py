from __future__ import annotations

import math

import pytest

from futureagi_simulate.durations import seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", 5),
        ("0", 0),
        ("90s", 90),
        ("500ms", 0.5),
        ("1.5 m", 90),
        ("30M", 1800),
        (" 2h ", 7200),
        (".5", 0.5),
        (7, 7),
        (0.25, 0.25),
    ],
)
def test_a_duration_is_read_in_seconds(text: str | float, expected: float) -> None:
    assert seconds(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    "text", ["", "soon", "-1", "1d", "1e3", "5 s s", "m", "1,5s", "٣s", -1, math.inf, math.nan]
)
def test_anything_else_is_refused_with_the_forms_there_are(text: str | float) -> None:
    with pytest.raises(ValueError, match=r'is no duration; write "500ms", "90s", "30m", "2h"'):
        seconds(text)
