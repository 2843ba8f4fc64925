"""Statistics of rates and averages: intervals, exact tests, power, and a correction for several tests.

Pure functions. Rates, differences and intervals are in percent and percentage points; p-values are two-sided
shares. A stratum holds the calls that are compared with each other, such as those of one scenario.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from math import comb, exp, lgamma, sqrt
from random import Random
from statistics import NormalDist, fmean, stdev
from typing import Final, NamedTuple

Z_95: Final = 1.959963984540054
"""The normal distribution's 97.5 % point: between minus and plus this lie 95 %."""

_NORMAL: Final = NormalDist()
_EXACT_CALLS: Final = 2_000
"""Calls of one side up to which a distribution is computed; beyond, the normal approximation is used."""

_EXACT_PAIRS: Final = 12
_SAMPLES: Final = 5_000
_ENOUGH: Final = 100
"""Sampled values as extreme as the observed one after which sampling ends."""

_MOST_PAIRS: Final = 1_000
"""Pairs up to which sign flips are sampled; beyond, the normal approximation is used."""

_TIE: Final = 1e-9

Interval = tuple[float, float]


class Stratum(NamedTuple):
    """Calls of two executions that are compared with each other: how many passed, of how many."""

    hits_a: int
    total_a: int
    hits_b: int
    total_b: int

    @property
    def weight(self) -> float:
        """Return the weight of Mantel and Haenszel: 0 if one side has no call."""
        total = self.total_a + self.total_b
        return self.total_a * self.total_b / total if total else 0.0


def wilson(hits: float, total: float, z: float = Z_95) -> Interval:
    """Return the Wilson score interval, in percent, of `hits` out of `total` (more than 0).

    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927). Unlike
    the plain normal interval it stays within 0 to 100 and is meaningful for 5 of 5.
    """
    share, spread = hits / total, z * z / total
    middle = (share + spread / 2) / (1 + spread)
    half = z * sqrt(max(share * (1 - share), 0.0) / total + spread / (4 * total)) / (1 + spread)
    return 100 * max(middle - half, 0.0), 100 * min(middle + half, 1.0)


def newcombe(
    hits_a: float, total_a: float, hits_b: float, total_b: float, *, phi: float = 0.0, z: float = Z_95
) -> Interval:
    """Return an interval, in points, of the rate of B minus the rate of A.

    `phi` is the correlation of paired results; 0 for independent ones. Newcombe, "Interval estimation for
    the difference between independent proportions", Statistics in Medicine 17 (1998) 873-890, method 10; with
    `phi`, "Improved confidence intervals for the difference between binomial proportions based on paired
    data", the same volume, 2635-2650, method 10.
    """
    a, b = 100 * hits_a / total_a, 100 * hits_b / total_b
    (low_a, high_a), (low_b, high_b) = wilson(hits_a, total_a, z), wilson(hits_b, total_b, z)

    def reach(one: float, other: float) -> float:
        return sqrt(max(one * one - 2 * phi * one * other + other * other, 0.0))

    return (
        max(b - a - reach(b - low_b, high_a - a), -100.0),
        min(b - a + reach(high_b - b, a - low_a), 100.0),
    )


def mcnemar(lost: int, gained: int) -> float:
    """Return the exact p-value of McNemar's test: pairs that passed in A only, and in B only.

    Twice the smaller binomial tail, at most 1. McNemar, Psychometrika 12 (1947) 153-157.
    """
    total, few = lost + gained, min(lost, gained)
    return min(1.0, 2 * sum(comb(total, k) for k in range(few + 1)) / (1 << total))


def stratified_exact(strata: Iterable[Stratum]) -> float:
    """Return the exact p-value that calls of A and B pass alike within each stratum.

    Where nothing changed, the calls of a stratum are exchangeable: which of them belong to B is chance, and
    the passes of B are a sum of hypergeometric variables. p is twice the smaller tail, at most 1. With one
    call on each side of a stratum this is McNemar's exact test, with one stratum Fisher's. Several calls of
    a scenario need no pairing, and their common difficulty cancels out. Above 2,000 calls of B the normal
    approximation with a continuity correction is used. Mantel and Haenszel, JNCI 22 (1959) 719-748; Gart,
    Biometrika 57 (1970) 471-475.
    """
    used = [one for one in strata if one.weight and 0 < one.hits_a + one.hits_b < one.total_a + one.total_b]
    if all(one.total_a == one.total_b == 1 for one in used):
        return mcnemar(sum(one.hits_a for one in used), sum(one.hits_b for one in used))
    observed = sum(one.hits_b for one in used)
    if sum(one.total_b for one in used) > _EXACT_CALLS:
        deviation = abs(observed - sum(map(_expected, used)))
        spread = sqrt(sum(map(_variance, used)))
        return min(1.0, 2 * _NORMAL.cdf(-max(deviation - 0.5, 0.0) / spread))
    least, chances = 0, [1.0]
    for one in used:
        start, more = _hypergeometric(one)
        least, chances = least + start, _convolve(chances, more)
    at = observed - least
    return min(1.0, 2 * min(sum(chances[: at + 1]), sum(chances[at:])))


def attainable(stratum: Stratum) -> float:
    """Return the smallest p-value that `stratified_exact` can give for a stratum with these totals.

    Tarone, "A modified Bonferroni method for discrete data", Biometrics 46 (1990): what can't be significant
    needn't be corrected for.
    """
    if not stratum.weight:
        return 1.0
    _, chances = _hypergeometric(stratum)
    return min(1.0, 2 * min(chances[0], chances[-1]))


def _hypergeometric(one: Stratum) -> tuple[int, list[float]]:
    """Return the fewest passes B can have of a stratum's passes, and the chances of these and more."""
    passed = one.hits_a + one.hits_b
    least, most = max(0, passed - one.total_a), min(passed, one.total_b)
    whole = _log_comb(one.total_a + one.total_b, passed)
    return least, [
        exp(_log_comb(one.total_b, k) + _log_comb(one.total_a, passed - k) - whole)
        for k in range(least, most + 1)
    ]


def _log_comb(total: int, chosen: int) -> float:
    return lgamma(total + 1) - lgamma(chosen + 1) - lgamma(total - chosen + 1)


def _convolve(one: Sequence[float], other: Sequence[float]) -> list[float]:
    sums = [0.0] * (len(one) + len(other) - 1)
    for i, left in enumerate(one):
        for j, right in enumerate(other):
            sums[i + j] += left * right
    return sums


def _expected(one: Stratum) -> float:
    return (one.hits_a + one.hits_b) * one.total_b / (one.total_a + one.total_b)


def _variance(one: Stratum) -> float:
    total, passed = one.total_a + one.total_b, one.hits_a + one.hits_b
    return one.total_a * one.total_b * passed * (total - passed) / (total * total * (total - 1))


class Difference(NamedTuple):
    """The rates of A and B over strata in percent, their difference in points, and its 95 % interval."""

    rate_a: float
    rate_b: float
    points: float
    interval: Interval


def difference(strata: Iterable[Stratum]) -> Difference | None:
    """Return the difference of two rates over strata; None if no stratum has calls of both sides.

    Strata have the weights of Mantel and Haenszel; where both sides made as many calls of each, the rates are
    the plain ones. The interval is Newcombe's with `correlation`.
    """
    used = [one for one in strata if one.weight]
    if not used:
        return None
    whole = sum(one.weight for one in used)
    a = sum(one.weight * one.hits_a / one.total_a for one in used) / whole
    b = sum(one.weight * one.hits_b / one.total_b for one in used) / whole
    count_a, count_b = sum(one.total_a for one in used), sum(one.total_b for one in used)
    interval = newcombe(a * count_a, count_a, b * count_b, count_b, phi=correlation(used))
    return Difference(100 * a, 100 * b, 100 * (b - a), interval)


def correlation(strata: Sequence[Stratum]) -> float:
    """Return the correlation of results paired within strata.

    That is phi, averaged over all ways to pair a stratum's calls; a positive one with Newcombe's continuity
    correction.
    """
    used = [one for one in strata if one.weight]
    whole = sum(one.weight for one in used)
    if len(used) < 2:
        return 0.0
    shares = [(one.weight / whole, one.hits_a / one.total_a, one.hits_b / one.total_b) for one in used]
    a, b = sum(w * x for w, x, _ in shares), sum(w * y for w, _, y in shares)
    pairs = sum(min(one.total_a, one.total_b) for one in used)
    covariance = sum(w * (x - a) * (y - b) for w, x, y in shares)
    if covariance > 0:
        covariance = max(covariance - 0.5 / pairs, 0.0)
    spread = sqrt(max(a * (1 - a) * b * (1 - b), 0.0))
    return min(max(covariance / spread, -1.0), 1.0) if spread > _TIE else 0.0


def smallest_drop(strata: Iterable[Stratum], level: float = 0.05, power: float = 0.8) -> float | None:
    """Return the smallest drop, in points, that a test at `level` would have shown with this `power`.

    It holds for as many calls as these, from the rate that A has. None if not even a fall to 0 % would have
    been shown. The normal approximation of two proportions (Fleiss, Levin and Paik, "Statistical Methods for
    Rates and Proportions", 3rd ed., chapter 4) with the correlation of pairs, and half a call for the
    discreteness of the exact test.
    """
    used = [one for one in strata if one.weight]
    found = difference(used)
    if found is None or stratified_exact([one._replace(hits_b=0) for one in used]) > level:
        return None
    a, phi = found.rate_a / 100, correlation(used)
    calls_a, calls_b = sum(one.total_a for one in used), sum(one.total_b for one in used)
    correction = 0.5 * (1 / calls_a + 1 / calls_b)

    def spread(one: float, other: float) -> float:
        va, vb = one * (1 - one) / calls_a, other * (1 - other) / calls_b
        return sqrt(max(va + vb - 2 * phi * sqrt(max(va * vb, 0.0)), 0.0))

    def shown(drop: float) -> bool:
        middle = (a * calls_a + (a - drop) * calls_b) / (calls_a + calls_b)
        needed = _NORMAL.inv_cdf(1 - level / 2) * spread(middle, middle)
        return drop - correction >= needed + _NORMAL.inv_cdf(power) * spread(a, a - drop)

    if not shown(a):
        return None
    low, high = 0.0, a
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if shown(middle) else (middle, high)
    return 100 * high


def sign_flip(differences: Sequence[float], *, seed: int = 0) -> float:
    """Return the p-value of a paired permutation test of the mean difference.

    Where nothing changed, each difference could as well have the other sign (Fisher, "The Design of
    Experiments", 1935, section 21). Up to 12 pairs every combination is counted; up to 1,000 pairs they are
    sampled, 5,000 times or until 100 sampled means are as extreme (Besag and Clifford, Biometrika 78 (1991)
    301-304); beyond, the normal approximation is used. The same input and `seed` give the same p-value.
    """
    sizes = [abs(one) for one in differences if one]
    if not sizes:
        return 1.0
    observed = abs(sum(differences)) - _TIE * sum(sizes)
    if len(sizes) <= _EXACT_PAIRS:
        sums = [abs(sum(signs)) for signs in product(*((one, -one) for one in sizes))]
        return sum(one >= observed for one in sums) / len(sums)
    if len(sizes) > _MOST_PAIRS:
        return min(1.0, 2 * _NORMAL.cdf(-observed / sqrt(sum(one * one for one in sizes))))
    random, extreme = Random(seed), 0  # noqa: S311 - a sample, not a secret
    subset, whole = _subset_sum(sizes), sum(sizes)
    for drawn in range(1, _SAMPLES + 1):
        extreme += abs(2 * subset(random.getrandbits(len(sizes))) - whole) >= observed
        if extreme == _ENOUGH:
            return extreme / drawn
    return (extreme + 1) / (_SAMPLES + 1)


def _subset_sum(values: Sequence[float]) -> Callable[[int], float]:
    """Return a function that sums the values whose bits are set: eight at a time, from tables."""
    tables = []
    for start in range(0, len(values), 8):
        table = [0.0]
        for value in values[start : start + 8]:
            table += [value + one for one in table]
        tables.append(table)

    def subset(bits: int) -> float:
        chosen = bits.to_bytes(len(tables), "little")
        return sum(table[byte] for table, byte in zip(tables, chosen, strict=True))

    return subset


def mean_interval(differences: Sequence[float], *, seed: int = 0) -> Interval | None:
    """Return the 95 % interval of the mean of paired differences that belongs to `sign_flip`.

    It holds the shifts that the test doesn't reject: the middle 95 % of the means of random subsets
    (Hartigan, "Using subsample values as typical values", JASA 64 (1969) 1303-1317). None below 6 pairs,
    which can't exclude anything at 5 %. Above 1,000 pairs the normal interval is used.
    """
    count = len(differences)
    if count < 6:
        return None
    if count > _MOST_PAIRS:
        middle, half = fmean(differences), Z_95 * stdev(differences) / sqrt(count)
        return middle - half, middle + half
    random = Random(seed)  # noqa: S311 - a sample, not a secret
    if count <= _EXACT_PAIRS:
        subsets: Iterable[int] = range(1, 2**count)
    else:
        subsets = (random.getrandbits(count) or 1 for _ in range(_SAMPLES - 1))
    subset = _subset_sum(differences)
    means = sorted(subset(chosen) / chosen.bit_count() for chosen in subsets)
    outside = int(0.025 * (len(means) + 1))
    return means[outside - 1], means[-outside]


def smallest_shift(differences: Sequence[float], level: float = 0.05, power: float = 0.8) -> float | None:
    """Return the smallest mean change that these paired differences would have shown with this `power`.

    The normal approximation from their standard deviation; None below 6 pairs, or where they don't vary.
    """
    if len(differences) < 6 or not (spread := stdev(differences)):
        return None
    quantiles = _NORMAL.inv_cdf(1 - level / 2) + _NORMAL.inv_cdf(power)
    return quantiles * spread / sqrt(len(differences))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number, in the same order.

    Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6
    (1979) 65-70: the chance of any false rejection stays below the level, whatever the dependence.
    """
    corrected, reached = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        reached = max(reached, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = reached
    return corrected


def pass_power(passed: int, plays: int, k: int) -> float | None:
    """Return pass^k: the chance that `k` of the `plays`, drawn at random, all passed; None for `k` > `plays`.

    Yao et al., "tau-bench: A Benchmark for Tool-Agent-User Interaction in Real-World Domains" (2024).
    """
    return comb(passed, k) / comb(plays, k) if k <= plays else None
