"""Paired statistics of a benchmark: differences with intervals, and shares."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb, sqrt
from random import Random

RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more one side solves than the other, as a share of the problems.

    ``low`` and ``high`` bound the 95% interval of the paired bootstrap over problems (Efron 1979). ``won`` and ``lost``
    count problems, pooled over their seeds, and ``p`` is the exact two-sided probability of McNemar's test on these.
    """

    mean: float
    low: float
    high: float
    won: int
    lost: int
    p: float


def paired_difference(
    ours: Mapping[str, Sequence[bool]], theirs: Mapping[str, Sequence[bool]], *, resamples: int = RESAMPLES
) -> Difference:
    """Compare two sides problem by problem; each has one entry a seed, and a problem's seeds stay together.

    Raises ``ValueError`` where the sides do not cover the same problems or there are none.
    """
    if ours.keys() != theirs.keys() or not ours:
        raise ValueError("both sides must cover the same problems, and at least one")
    differences = [mean(ours[name]) - mean(theirs[name]) for name in sorted(ours)]
    low, high = bootstrap_interval(differences, resamples=resamples)
    won = sum(difference > 0 for difference in differences)
    lost = sum(difference < 0 for difference in differences)
    return Difference(mean(differences), low, high, won, lost, mcnemar(won, lost))


def mean(values: Iterable[float]) -> float:
    """The mean; 0 for no values."""
    held = list(values)
    return statistics.fmean(held) if held else 0.0


def median(values: Iterable[float]) -> float:
    """The middle value, or the mean of the two in the middle; 0 for no values."""
    held = list(values)
    return statistics.median(held) if held else 0.0


def bootstrap_interval(
    values: Sequence[float],
    of: Callable[[Sequence[float]], float] = mean,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> tuple[float, float]:
    """The 95% percentile interval of the mean, or of another statistic (Efron 1979), the same for the same values."""
    rng, count = Random(seed), len(values)
    cuts = statistics.quantiles((of(rng.choices(values, k=count)) for _ in range(resamples)), n=40)
    return cuts[0], cuts[-1]


def wilson_interval(share: float, count: int) -> tuple[float, float]:
    """The 95% interval of a share of so many (Wilson 1927), which is right for few and for none of them too."""
    z = statistics.NormalDist().inv_cdf(0.975)
    weight = z * z / count
    middle, half = share + weight / 2, z * sqrt(share * (1 - share) / count + weight / (4 * count))
    return max(0.0, (middle - half) / (1 + weight)), min(1.0, (middle + half) / (1 + weight))


def mcnemar(won: int, lost: int) -> float:
    """The exact two-sided probability of a split at least this uneven, were both sides equal (McNemar 1947)."""
    count = won + lost
    tail = sum(comb(count, index) for index in range(min(won, lost) + 1))
    return min(1.0, float(2 * tail / 2**count))


def gap_closed(ours: float, theirs: float, ceiling: float) -> float | None:
    """The share of the way from ``theirs`` to ``ceiling`` that ``ours`` has gone; ``None`` where there is none."""
    return None if ceiling <= theirs else (ours - theirs) / (ceiling - theirs)
