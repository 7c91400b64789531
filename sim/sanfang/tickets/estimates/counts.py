"""Daily counts that vary more than Poisson's: a log-linear fit whose errors allow for it.

Quasi-Poisson (Wedderburn 1974): the mean is exp(design · effects), the variance a multiple of the mean. Days of one
week resemble each other beyond that, so errors are also computed with weeks as clusters (Liang and Zeger 1986); the
larger of both counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class CountFit:
    """Effects on the log of the daily mean, with what is needed for their errors."""

    effects: np.ndarray
    mean: np.ndarray
    """Expected counts, by day."""
    dispersion: float
    """Pearson's chi-square over its degrees of freedom, at least 1."""
    df: float
    """Degrees of freedom of t intervals."""
    _covariances: tuple[np.ndarray, ...]

    def error(self, gradient: np.ndarray) -> float:
        """The standard error of what has this gradient in the effects."""
        return math.sqrt(max(float(gradient @ matrix @ gradient) for matrix in self._covariances))


def fit_counts(counts: np.ndarray, design: np.ndarray, weeks: np.ndarray) -> CountFit:
    """Fit daily `counts` by `design` (`[day, effect]`, of full rank, an intercept first); `weeks` are the clusters."""
    effects = np.zeros(design.shape[1])
    effects[0] = math.log(counts.mean())
    for _ in range(100):
        mean = np.exp(np.clip(design @ effects, -30, 30))
        step = np.linalg.lstsq(design.T @ (design * mean[:, None]), design.T @ (counts - mean), rcond=None)[0]
        effects = effects + np.clip(step, -3, 3)
        if np.abs(step).max() < 1e-9:
            break
    mean = np.exp(np.clip(design @ effects, -30, 30))
    left = max(len(counts) - design.shape[1], 1)
    dispersion = max(1.0, float(((counts - mean) ** 2 / mean).sum()) / left)
    bread = np.linalg.pinv(design.T @ (design * mean[:, None]))
    _, place = np.unique(weeks, return_inverse=True)
    scores = np.zeros((place.max() + 1, design.shape[1]))
    np.add.at(scores, place, design * (counts - mean)[:, None])
    groups = len(scores)
    inflation = groups / max(groups - 1, 1) * len(counts) / left
    clustered = bread @ (scores.T @ scores) @ bread * inflation
    return CountFit(effects, mean, dispersion, max(min(left, groups - 1), 1), (dispersion * bread, clustered))


def total_error(counts: np.ndarray, mean: np.ndarray, effects: int, weeks: np.ndarray) -> tuple[float, float]:
    """The standard error of the sum of daily `counts` whose expected values are `mean`, and the dispersion.

    `effects`: how many were fitted. The larger of the quasi-Poisson error and that with weeks as clusters.
    """
    left = max(len(counts) - effects, 1)
    dispersion = max(1.0, float(((counts - mean) ** 2 / np.maximum(mean, 1e-9)).sum()) / left)
    _, place = np.unique(weeks, return_inverse=True)
    rest = np.bincount(place, weights=counts - mean)
    clustered = float((rest**2).sum()) * len(rest) / max(len(rest) - 1, 1) * len(counts) / left
    return math.sqrt(max(dispersion * float(counts.sum()), clustered)), dispersion


def extra_variance(counts: np.ndarray, mean: np.ndarray, effects: int, weeks: np.ndarray) -> tuple[float, float, float]:
    """What the variance has beyond Poisson's, over the mean squared (1/k of a negative binomial), by moments.

    (value, low, high), never below 0; the interval by leaving out one week after the other (jackknife).
    """
    left = len(counts) / max(len(counts) - effects, 1)
    _, place = np.unique(weeks, return_inverse=True)
    above = np.bincount(place, weights=(counts - mean) ** 2 * left - mean)
    below = np.bincount(place, weights=mean**2)
    value = float(above.sum() / below.sum())
    without = (above.sum() - above) / (below.sum() - below)
    groups = len(without)
    error = math.sqrt(float(((without - without.mean()) ** 2).sum()) * (groups - 1) / groups)
    half = float(stats.t.ppf(0.975, groups - 1)) * error
    return max(value, 0.0), max(value - half, 0.0), max(value + half, 0.0)
