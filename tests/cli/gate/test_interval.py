import pytest

from futureagi_simulate_cli.statistics import wilson

# Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998),
# table I, method 3: the score interval without continuity correction.
PUBLISHED = [
    (81, 263, 25.53, 36.62),
    (15, 148, 6.24, 16.05),
    (0, 20, 0.0, 16.11),
    (1, 29, 0.61, 17.18),
]


@pytest.mark.parametrize(("hits", "total", "low", "high"), PUBLISHED)
def test_the_interval_is_the_published_one(hits: int, total: int, low: float, high: float) -> None:
    assert list(wilson(hits, total)) == pytest.approx([low, high], abs=0.006)


@pytest.mark.parametrize("total", [1, 2, 7, 1000])
def test_the_interval_stays_within_nothing_and_all_and_holds_the_rate(total: int) -> None:
    for hits in range(total + 1):
        low, high = wilson(hits, total)
        assert 0 <= low <= 100 * hits / total + 1e-9
        assert 100 * hits / total - 1e-9 <= high <= 100
