"""Every statistic against scipy or statsmodels, on random inputs and on the edges."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import Any

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.contingency_tables import mcnemar as sm_mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    power_proportions_2indep,
    proportion_confint,
)

from futureagi_simulate_cli.statistics import (
    Stratum,
    attainable,
    correlation,
    difference,
    holm,
    mcnemar,
    mean_interval,
    newcombe,
    pass_power,
    sign_flip,
    smallest_drop,
    smallest_shift,
    stratified_exact,
    wilson,
)

INPUTS = 500


def counts(random: Random) -> tuple[int, int]:
    total = random.choice((1, 2, 5, 20, 45, 400, random.randint(1, 500)))
    return random.choice((0, total, random.randint(0, total))), total


def stratum(random: Random, most: int) -> Stratum:
    a, b = random.randint(0, most), random.randint(0, most)
    return Stratum(random.randint(0, a), a, random.randint(0, b), b)


def test_wilson_is_that_of_statsmodels() -> None:
    random = Random(1)
    for _ in range(INPUTS):
        hits, total = counts(random)
        expected = [100 * end for end in proportion_confint(hits, total, method="wilson")]
        assert wilson(hits, total) == pytest.approx(expected, abs=1e-9)


def test_newcombe_is_that_of_statsmodels() -> None:
    random = Random(2)
    for _ in range(INPUTS):
        a, b = counts(random), counts(random)
        low, high = confint_proportions_2indep(*b, *a, method="newcomb", compare="diff")
        assert newcombe(*a, *b) == pytest.approx((100 * low, 100 * high), abs=1e-9)


def test_newcombe_for_pairs_is_his_method_10() -> None:
    random = Random(14)
    for _ in range(INPUTS):
        e, f, g, h = (random.choice((0, random.randint(0, 40))) for _ in range(4))
        n = e + f + g + h
        if not n:
            continue
        cells = {(1, 1): e, (1, 0): f, (0, 1): g, (0, 0): h}
        strata = [Stratum(x, 1, y, 1) for (x, y), count in cells.items() for _ in range(count)]
        product_of_margins = (e + f) * (g + h) * (e + g) * (f + h)
        cross = e * h - f * g
        cross = max(cross - n / 2, 0) if cross > 0 else cross
        phi = cross / product_of_margins**0.5 if product_of_margins else 0.0
        a, b = (e + f) / n, (e + g) / n
        low_a, high_a = proportion_confint(e + f, n, method="wilson")
        low_b, high_b = proportion_confint(e + g, n, method="wilson")
        da, db, ua, ub = a - low_a, b - low_b, high_a - a, high_b - b
        low = b - a - (db**2 - 2 * phi * db * ua + ua**2) ** 0.5
        high = b - a + (ub**2 - 2 * phi * ub * da + da**2) ** 0.5
        found = difference(strata)
        assert found is not None
        assert found.points == pytest.approx(100 * (g - f) / n)
        assert found.interval == pytest.approx((100 * max(low, -1), 100 * min(high, 1)), abs=1e-6)


def test_mcnemar_is_that_of_statsmodels() -> None:
    random = Random(3)
    cases = [(0, 0), (1, 0), (0, 1), (7, 7), (400, 0)]
    cases += [(random.randint(0, 60), random.randint(0, 60)) for _ in range(INPUTS)]
    for lost, gained in cases:
        expected = sm_mcnemar([[5, lost], [gained, 5]], exact=True).pvalue if lost + gained else 1.0
        assert mcnemar(lost, gained) == pytest.approx(min(expected, 1.0), rel=1e-9)


def test_one_stratum_is_fishers_test_of_scipy() -> None:
    random = Random(4)
    for _ in range(INPUTS):
        (hits_a, total_a), (hits_b, total_b) = counts(random), counts(random)
        table = [[hits_b, total_b - hits_b], [hits_a, total_a - hits_a]]
        tails = [stats.fisher_exact(table, alternative=tail).pvalue for tail in ("less", "greater")]
        found = stratified_exact([Stratum(hits_a, total_a, hits_b, total_b)])
        assert found == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-7)


def test_several_strata_are_the_convolution_of_scipys_hypergeometric_distributions() -> None:
    random = Random(5)
    for _ in range(INPUTS):
        strata = [stratum(random, random.choice((1, 3, 12))) for _ in range(random.randint(1, 4))]
        chances = np.array([1.0])
        for one in strata:
            passed, calls = one.hits_a + one.hits_b, one.total_a + one.total_b
            if not calls:
                continue  # scipy gives nan
            split = stats.hypergeom.pmf(np.arange(one.total_b + 1), calls, passed, one.total_b)
            chances = np.convolve(chances, split)
        at = sum(one.hits_b for one in strata)
        expected = min(1.0, 2 * min(chances[: at + 1].sum(), chances[at:].sum()))
        assert stratified_exact(strata) == pytest.approx(expected, rel=1e-7)


def test_the_exact_test_agrees_with_statsmodels_mantel_haenszel_test_on_many_calls() -> None:
    random = Random(6)
    for _ in range(50):
        strata = [
            Stratum(random.randint(20, 80), 100, random.randint(20, 80), 100)
            for _ in range(random.randint(2, 30))
        ]
        tables: Any = [
            np.array([[one.hits_b, 100 - one.hits_b], [one.hits_a, 100 - one.hits_a]]) for one in strata
        ]
        expected = StratifiedTable(tables).test_null_odds(correction=True).pvalue
        assert stratified_exact(strata) == pytest.approx(expected, rel=0.05, abs=2e-3)


def test_only_discordant_pairs_matter_to_the_exact_test() -> None:
    pairs = [Stratum(1, 1, 1, 1)] * 50 + [Stratum(0, 1, 0, 1)] * 50
    changed = [Stratum(1, 1, 0, 1)] * 8 + [Stratum(0, 1, 1, 1)] * 1
    assert stratified_exact(pairs + changed) == stratified_exact(changed) == mcnemar(8, 1)


@pytest.mark.parametrize(
    "strata",
    [
        pytest.param([], id="nothing"),
        pytest.param([Stratum(3, 5, 0, 0), Stratum(0, 0, 2, 5)], id="no overlap"),
        pytest.param([Stratum(5, 5, 5, 5)], id="all passed"),
        pytest.param([Stratum(0, 5, 0, 5)], id="none passed"),
        pytest.param([Stratum(1, 1, 0, 1)], id="one call"),
    ],
)
def test_where_nothing_can_be_shown_p_is_1(strata: list[Stratum]) -> None:
    assert stratified_exact(strata) == 1.0
    assert smallest_drop(strata[:1] if len(strata) == 1 and strata[0].total_a == 1 else []) is None


def test_the_difference_of_all_against_all_has_a_width() -> None:
    found = difference([Stratum(20, 20, 20, 20)])
    assert found is not None
    assert found.points == 0
    assert found.interval == pytest.approx(newcombe(20, 20, 20, 20))
    assert difference([Stratum(1, 2, 0, 0)]) is None


def test_attainable_is_the_smallest_p_of_all_splits() -> None:
    random = Random(7)
    for _ in range(INPUTS):
        one = stratum(random, 12)
        passed = one.hits_a + one.hits_b
        splits = [
            Stratum(passed - k, one.total_a, k, one.total_b)
            for k in range(one.total_b + 1)
            if 0 <= passed - k <= one.total_a
        ]
        assert attainable(one) == pytest.approx(min(stratified_exact([split]) for split in splits))


def test_the_correlation_of_single_pairs_is_phi_of_scipy() -> None:
    random = Random(8)
    for _ in range(INPUTS):
        pairs = [
            (a, a if random.random() < 0.7 else random.randint(0, 1))
            for a in (random.randint(0, 1) for _ in range(60))
        ]
        a, b = zip(*pairs, strict=True)
        if len(set(a)) == 1 or len(set(b)) == 1:
            continue
        phi = stats.pearsonr(a, b).statistic
        corrected = max(phi - 0.5 / 60 / (np.std(a) * np.std(b)), 0.0) if phi > 0 else phi
        found = correlation([Stratum(x, 1, y, 1) for x, y in pairs])
        assert found == pytest.approx(corrected, abs=1e-9)


def test_holm_is_that_of_statsmodels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gc.collect", lambda: 0)  # statsmodels collects at every call: 0.2 s
    random = Random(9)
    for _ in range(INPUTS):
        values = [
            random.choice((0.0, 1.0, random.random(), random.random() / 50))
            for _ in range(random.randint(1, 9))
        ]
        assert holm(values) == pytest.approx(list(multipletests(values, method="holm")[1]))
    assert holm([]) == []


def test_the_smallest_drop_has_the_power_that_statsmodels_computes() -> None:
    random, checked = Random(10), 0
    for _ in range(INPUTS):
        calls, hits = random.randint(10, 1000), 0
        hits = random.randint(calls // 2, calls)
        drop = smallest_drop([Stratum(hits, calls, hits, calls)])
        if drop is None or drop / 100 >= hits / calls - 0.02:
            continue
        checked += 1
        result = power_proportions_2indep(-drop / 100, hits / calls, calls, alternative="two-sided")
        # statsmodels has no correction for the discreteness of an exact test: half a call on each side
        margin = drop / 100 - 1 / calls - stats.norm.ppf(0.975) * result.std_null / calls**0.5
        assert stats.norm.cdf(margin * calls**0.5 / result.std_alt) == pytest.approx(0.8, abs=1e-6)
        assert result.power >= 0.8
    assert checked > 300


def test_the_smallest_shift_is_that_of_statsmodels() -> None:
    random = Random(11)
    for _ in range(INPUTS):
        values = [random.gauss(0, 10) for _ in range(random.randint(6, 200))]
        effect = NormalIndPower(ddof=0).solve_power(nobs1=len(values), alpha=0.05, power=0.8, ratio=0)
        assert smallest_shift(values) == pytest.approx(effect * float(np.std(values, ddof=1)), rel=1e-3)
    assert smallest_shift([1.0] * 5) is None
    assert smallest_shift([1.0] * 9) is None


def test_few_sign_flips_are_counted_as_scipy_counts_them() -> None:
    random = Random(12)
    for _ in range(INPUTS):
        values = [random.choice((0.0, 5.0, random.gauss(2, 10))) for _ in range(random.randint(2, 9))]
        expected = stats.permutation_test(
            (values,), np.mean, permutation_type="samples", n_resamples=np.inf, vectorized=True
        ).pvalue
        assert sign_flip(values) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("count", [13, 40, 200])
def test_sampled_sign_flips_are_near_scipys(count: int) -> None:
    random = Random(count)
    for shift in (0, 2, 4):
        values = [random.gauss(shift, 10) for _ in range(count)]
        expected = stats.permutation_test(
            (values,), np.mean, permutation_type="samples", n_resamples=20_000, rng=np.random.default_rng(1)
        ).pvalue
        assert sign_flip(values) == pytest.approx(expected, rel=0.35, abs=2e-3)


def test_beyond_the_sampled_sizes_the_normal_distribution_decides() -> None:
    random = Random(13)
    values = [random.gauss(0.5, 10) for _ in range(1500)]
    assert sign_flip(values) == pytest.approx(stats.ttest_1samp(values, 0).pvalue, rel=0.1)
    low, high = mean_interval(values) or (0, 0)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (low, high) == pytest.approx((expected.low, expected.high), rel=0.02)
    many = [Stratum(600, 900, 560, 900), Stratum(600, 900, 590, 900), Stratum(300, 900, 290, 900)]
    exact = [Stratum(200, 300, 187, 300), Stratum(200, 300, 197, 300), Stratum(100, 300, 97, 300)]
    for strata in (many, exact):
        tables: Any = [
            np.array([[s.hits_b, s.total_b - s.hits_b], [s.hits_a, s.total_a - s.hits_a]]) for s in strata
        ]
        expected_p = StratifiedTable(tables).test_null_odds(correction=True).pvalue
        assert stratified_exact(strata) == pytest.approx(expected_p, rel=0.03)


@pytest.mark.parametrize("count", [6, 10, 30, 100])
def test_the_interval_of_a_mean_holds_what_the_sign_flips_do_not_reject(count: int) -> None:
    random, agreed = Random(count), 0
    for _ in range(50):
        values = [random.gauss(5, 10) for _ in range(count)]
        low, high = mean_interval(values) or (0.0, 0.0)
        agreed += (low <= 0 <= high) == (sign_flip(values) > 0.05)
    assert agreed >= 48


@pytest.mark.parametrize("count", [12, 45])
def test_the_interval_of_a_mean_covers_it_in_95_of_100(count: int) -> None:
    random, covered = Random(count), 0
    for _ in range(200):
        low, high = mean_interval([random.gauss(5, 10) for _ in range(count)]) or (0.0, 0.0)
        covered += low <= 5 <= high
    assert 0.91 <= covered / 200 <= 0.99


@pytest.mark.parametrize(("scenarios", "repeats"), [(45, 1), (5, 9), (20, 20)])
def test_the_interval_of_a_difference_covers_it_where_scenarios_differ(scenarios: int, repeats: int) -> None:
    random, covered = Random(scenarios), 0
    for _ in range(500):
        strata, true = [], 0.0
        for _ in range(scenarios):
            a = random.choice((0.5, 0.9, 1.0))
            b = a - 0.1
            true += 100 * (b - a) / scenarios
            hits_a, hits_b = (sum(random.random() < p for _ in range(repeats)) for p in (a, b))
            strata.append(Stratum(hits_a, repeats, hits_b, repeats))
        found = difference(strata)
        assert found is not None
        covered += found.interval[0] <= true <= found.interval[1]
    assert covered / 500 >= 0.93


@pytest.mark.parametrize(("passed", "plays"), [(0, 5), (5, 5), (3, 5), (1, 1)])
def test_pass_to_the_power_of_k_counts_the_draws_that_all_passed(passed: int, plays: int) -> None:
    results = [True] * passed + [False] * (plays - passed)
    for k in range(1, plays + 1):
        draws = [draw for draw in product(range(plays), repeat=k) if len(set(draw)) == k]
        expected = sum(all(results[i] for i in draw) for draw in draws) / len(draws)
        assert pass_power(passed, plays, k) == pytest.approx(expected)
    assert pass_power(passed, plays, plays + 1) is None
