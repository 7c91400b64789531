"""Daily counts as a calendar's effects around a level that drifts, with weeks that are alike and days that are not.

    log n(day) = effects of the day + level(week) + swing(week) + noise(day)

The level walks at random, the swing forgets (first-order autoregression by week), the noise is Poisson's and more. All
is Gaussian on the log scale, so effects, their errors and forecasts are generalised least squares, and the four sizes
are found by restricted maximum likelihood (Harville 1977; the forecast is the universal kriging of Cressie 1993, 3.4).
Errors of effects then know that the days of a week go together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import linalg, optimize

from sanfang.studies.demand.design import weeks_of

Array = np.ndarray

SMALLEST_COUNT = 0.5
"""Added to counts before the logarithm is taken, for kinds with days of none."""


@dataclass(frozen=True)
class Sizes:
    """Standard deviations on the log scale: `drift` of the level a week, `swing` of weeks and its `memory` from one
    week to the next (0-1), `noise` of days beyond Poisson's."""

    drift: float
    swing: float
    memory: float
    noise: float


@dataclass(frozen=True)
class Fit:
    """Effects with their covariance, the sizes, and what a forecast needs of the weeks that were fitted.

    `weeks`, `residual` and `design` have a row for each week with a record (weighted means over its days), `factor` is
    the Cholesky factor of their covariance.
    """

    sizes: Sizes
    effects: pd.Series
    covariance: pd.DataFrame
    weeks: Array
    residual: Array
    factor: tuple[Array, bool]
    design: Array

    def errors(self) -> pd.Series:
        """Standard error of each effect."""
        return pd.Series(np.sqrt(np.diag(self.covariance)), index=self.effects.index)


def week_covariance(one: Array, other: Array, sizes: Sizes) -> Array:
    """Covariance of level and swing between weeks `one` and `other` (n and m numbers): n x m."""
    both = np.minimum.outer(one, other) * sizes.drift**2
    gap = np.abs(np.subtract.outer(one, other))
    return np.asarray(both + sizes.swing**2 * sizes.memory**gap)


@dataclass(frozen=True)
class Weighed:
    """Days with a record, ready for any sizes. Given its week a day is independent of others, so the likelihood parts
    into days within weeks and weighted means of weeks, which is exact and fast."""

    days: Array
    """Effects' columns and the logarithm of the count, a row a day."""
    weeks: Array
    place: Array
    poisson: Array
    """Poisson's variance of each day's logarithm: one over what is usual around it."""

    def solved(self, sizes: Sizes) -> tuple[float, Array, Array, Array, tuple[Array, bool]]:
        """Minus the log likelihood, the effects, their information, means of weeks, and the factor of these."""
        weight = 1 / (sizes.noise**2 + self.poisson)
        total = np.bincount(self.place, weight)
        means = np.array([np.bincount(self.place, weight * column) for column in self.days.T]).T / total[:, None]
        within = (self.days - means[self.place]) * np.sqrt(weight)[:, None]
        factor = linalg.cho_factor(week_covariance(self.weeks, self.weeks, sizes) + np.diag(1 / total), lower=True)
        between = linalg.solve_triangular(factor[0], means, lower=True)
        products = within.T @ within + between.T @ between
        inner, aim = products[:-1, :-1], products[:-1, -1]
        effects = linalg.solve(inner, aim, assume_a="pos")
        logs = 0.5 * (np.log(total).sum() - np.log(weight).sum()) + np.log(np.diag(factor[0])).sum()
        loss = logs + 0.5 * np.linalg.slogdet(inner)[1] + 0.5 * (products[-1, -1] - aim @ effects)
        return float(loss), effects, inner, means, factor


def weighed(counts: pd.Series, rows: pd.DataFrame) -> Weighed:
    """`counts` (a day each, NaN where there is no record) with the `rows` of the same days."""
    known = counts.notna().to_numpy()
    seen = counts[known]
    both = np.column_stack([rows[known].to_numpy(), np.log(seen.to_numpy() + SMALLEST_COUNT)])
    numbers, place = np.unique(weeks_of(pd.DatetimeIndex(seen.index)), return_inverse=True)
    poisson = 1 / np.maximum(seen.rolling(15, center=True, min_periods=1).mean().to_numpy(), 1)
    return Weighed(both, numbers, place, poisson)


def fit(counts: pd.Series, rows: pd.DataFrame, drift_share: float = 1.0) -> Fit:
    """Effects and sizes from `counts` (a day each, NaN where there is no record) and the `rows` of the same days.

    The drift used is `drift_share` (above 0) of the likeliest: what moves a level from week to week need not go on for
    a year.
    """
    known = weighed(counts, rows)
    point = _point(Sizes(0.015, 0.05, 0.6, 0.1))
    simplex = np.vstack([point, point + 0.5 * np.eye(len(point))])
    options: Any = {"xatol": 1e-3, "fatol": 1e-4, "maxfev": 600, "initial_simplex": simplex}

    def loss_at(at: Array) -> float:
        return known.solved(_sizes(at))[0]

    bounds = optimize.Bounds(*BOUNDS)
    best = optimize.minimize(loss_at, point, method="Nelder-Mead", bounds=bounds, options=options)
    likeliest = _sizes(best.x)
    sizes = replace(likeliest, drift=drift_share * likeliest.drift)
    _, effects, inner, means, factor = known.solved(sizes)
    names = list(rows.columns)
    return Fit(
        sizes=sizes,
        effects=pd.Series(effects, index=names),
        covariance=pd.DataFrame(linalg.inv(inner), index=names, columns=names),
        weeks=known.weeks,
        residual=means[:, -1] - means[:, :-1] @ effects,
        factor=factor,
        design=means[:, :-1],
    )


def size_errors(counts: pd.Series, rows: pd.DataFrame, likeliest: Sizes, step: float = 0.05) -> Sizes:
    """Standard errors of the `likeliest` sizes, from the curvature of the likelihood around them (NaN where it has
    none: the days do not tell)."""
    known = weighed(counts, rows)
    point, moves = _point(likeliest), step * np.eye(4)
    curvature = np.zeros((4, 4))
    for one in range(4):
        for other in range(one + 1):
            corners = [
                sign * known.solved(_sizes(point + first * moves[one] + second * moves[other]))[0]
                for sign, first, second in ((1, 1, 1), (-1, 1, -1), (-1, -1, 1), (1, -1, -1))
            ]
            curvature[one, other] = curvature[other, one] = sum(corners) / (4 * step**2)
    variance = np.diag(linalg.pinvh(curvature)) if np.linalg.eigvalsh(curvature)[0] > 0 else np.full(4, np.nan)
    memory = likeliest.memory
    slopes = np.array([likeliest.swing, memory * (1 - memory), likeliest.noise, likeliest.drift])
    swing, memory, noise, drift = (slopes * np.sqrt(variance)).tolist()
    return Sizes(drift, swing, memory, noise)


BOUNDS = (np.array([-6.0, -3.0, -6.0, -7.5]), np.array([0.0, 4.0, 0.5, -1.5]))
"""Lowest and highest swing, memory, noise and drift, as `_point` writes them."""


def _point(sizes: Sizes) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    memory = np.log(sizes.memory / (1 - sizes.memory))
    return np.array([np.log(sizes.swing), memory, np.log(sizes.noise), np.log(sizes.drift)])


def _sizes(point: Array) -> Sizes:
    swing, noise, drift = np.exp(point[[0, 2, 3]])
    return Sizes(float(drift), float(swing), float(1 / (1 + np.exp(-point[1]))), float(noise))


def residuals(fitted: Fit, counts: pd.Series, rows: pd.DataFrame) -> pd.Series:
    """Logarithm of each count over what calendar, level and swing let expect; NaN where there is no record."""
    between = week_covariance(weeks_of(pd.DatetimeIndex(counts.index)), fitted.weeks, fitted.sizes)
    week = between @ linalg.cho_solve(fitted.factor, fitted.residual)
    expected = rows.to_numpy() @ fitted.effects.to_numpy() + week
    return pd.Series(np.log(counts.to_numpy() + SMALLEST_COUNT) - expected, index=counts.index)


def forecast(fitted: Fit, rows: pd.DataFrame) -> tuple[Array, Array]:
    """Mean and covariance of the log level of each day of `rows` (without its noise), given all that was fitted."""
    ahead = weeks_of(pd.DatetimeIndex(rows.index))
    between = week_covariance(fitted.weeks, ahead, fitted.sizes)
    weighted = linalg.cho_solve(fitted.factor, between)
    matrix = rows.to_numpy()
    mean = matrix @ fitted.effects.to_numpy() + weighted.T @ fitted.residual
    left = matrix - weighted.T @ fitted.design
    covariance = week_covariance(ahead, ahead, fitted.sizes) - between.T @ weighted
    covariance += left @ fitted.covariance.to_numpy() @ left.T
    return mean, covariance
