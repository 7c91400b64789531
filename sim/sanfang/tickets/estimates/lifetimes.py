"""Lognormal and Weibull times by maximum likelihood, where some are censored and some could not be seen.

The logarithm of both is a location and a scale: normal for lognormal, smallest extreme value for Weibull. So one
likelihood serves both. scipy's own `fit` takes `CensoredData`, but no truncation, and gives no errors; where both can
be used they agree (a test holds them together).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import optimize, special, stats

Family = Literal["lognormal", "weibull"]
LEAST_SPREAD = 1e-3
"""Sd of log days. Below it all times are the same, as where a machine closes all: no distribution has so little."""

FAMILIES: tuple[Family, ...] = ("lognormal", "weibull")


@dataclass(frozen=True)
class Times:
    """Times in days, one a case, each as what is known of it.

    `lower` = `upper`: seen at that time; `lower` < `upper`: somewhere between (`inf`: not yet by `lower`). The case
    could be seen only if its time is above `left` and not above `right`.
    """

    lower: np.ndarray
    upper: np.ndarray
    left: np.ndarray
    right: np.ndarray

    def __len__(self) -> int:
        return len(self.lower)

    def __getitem__(self, rows: np.ndarray) -> Times:
        return Times(self.lower[rows], self.upper[rows], self.left[rows], self.right[rows])

    @property
    def done(self) -> np.ndarray:
        """Which have ended."""
        return np.isfinite(self.upper)

    @property
    def middle(self) -> np.ndarray:
        """The time of each that has ended, the middle of what is known; of others the last time seen."""
        return np.where(self.done, (self.lower + np.where(self.done, self.upper, 0.0)) / 2, self.lower)

    @property
    def truncated(self) -> bool:
        """Whether some times could not be seen."""
        return bool((self.left > 0).any() or np.isfinite(self.right).any())


@dataclass(frozen=True)
class LifetimeFit:
    """A fitted distribution of times in days."""

    family: Family
    location: float
    """Mean of log days (lognormal); log of the scale (Weibull)."""
    log_scale: float
    """Log of the sd of log days (lognormal); minus the log of the shape (Weibull)."""
    covariance: np.ndarray
    log_likelihood: float

    @property
    def aic(self) -> float:
        """Akaike's criterion (1974): smaller is better; two parameters."""
        return 4.0 - 2.0 * self.log_likelihood

    def quantile(self, level: float) -> tuple[float, float]:
        """The time by which `level` have ended, and the standard error of its logarithm."""
        z, scale = _standard(self.family, level), math.exp(self.log_scale)
        gradient = np.array([1.0, z * scale])
        return math.exp(self.location + z * scale), math.sqrt(float(gradient @ self.covariance @ gradient))

    def share_after(self, days: np.ndarray | float) -> np.ndarray:
        """The share that has not ended by `days`."""
        z = (np.log(days) - self.location) / math.exp(self.log_scale)
        return np.asarray(np.exp(_log_after(self.family, z)))

    def parameters(self) -> dict[str, float]:
        """As scipy calls them: `lognorm(s, scale=...)`, `weibull_min(c, scale=...)`."""
        scale = math.exp(self.log_scale)
        shape = {"s": scale} if self.family == "lognormal" else {"c": 1 / scale}
        return shape | {"scale": math.exp(self.location)}


def fit_lifetimes(times: Times, family: Family) -> LifetimeFit | None:
    """The distribution of largest likelihood; None where the likelihood has no clear maximum."""
    middle = np.maximum(times.middle, 1e-4)
    log = np.log(middle[times.done])
    if log.std() < LEAST_SPREAD:
        return None
    start = np.array([log.mean() + (0.0 if family == "lognormal" else 0.5 * log.std()), math.log(log.std() + 0.1)])

    def loss(parameters: np.ndarray) -> float:
        return -_log_likelihood(times, family, parameters) / len(times)

    with np.errstate(all="ignore"):
        found = optimize.minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-10})
        curvature = _hessian(loss, found.x) * len(times)
    if not np.isfinite(curvature).all() or np.linalg.eigvalsh(curvature)[0] <= 0:
        return None
    return LifetimeFit(
        family, float(found.x[0]), float(found.x[1]), np.linalg.inv(curvature), -float(found.fun) * len(times)
    )


def _standard(family: Family, level: float) -> float:
    return float(stats.norm.ppf(level)) if family == "lognormal" else math.log(-math.log1p(-level))


def _log_after(family: Family, z: np.ndarray) -> np.ndarray:
    """Log of the share after standardised log time z."""
    after: np.ndarray = special.log_ndtr(-z) if family == "lognormal" else -np.exp(z)
    return after


def _log_density(family: Family, z: np.ndarray) -> np.ndarray:
    return -0.5 * z * z - 0.5 * math.log(2 * math.pi) if family == "lognormal" else z - np.exp(z)


def _log_likelihood(times: Times, family: Family, parameters: np.ndarray) -> float:
    """Of times, not of their logarithms, so that AIC compares with any other distribution of days."""
    location, scale = parameters[0], math.exp(min(max(parameters[1], -20.0), 20.0))

    def log_between(low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Log of the chance of a time in (low, high]."""
        after_low = _log_after(family, (np.log(low) - location) / scale)
        after_high = np.where(
            np.isfinite(high),
            _log_after(family, (np.log(np.where(np.isfinite(high), high, 1.0)) - location) / scale),
            -np.inf,
        )
        return np.asarray(after_low + np.log(np.maximum(-np.expm1(after_high - after_low), 1e-300)))

    exact = times.lower == times.upper
    days = np.maximum(times.lower[exact], 1e-4)
    total = float((_log_density(family, (np.log(days) - location) / scale) - math.log(scale) - np.log(days)).sum())
    total += float(log_between(times.lower[~exact], times.upper[~exact]).sum())
    limited = (times.left > 0) | np.isfinite(times.right)
    total -= float(log_between(times.left[limited], times.right[limited]).sum())
    return total if math.isfinite(total) else -1e12


def _hessian(function: object, at: np.ndarray, step: float = 1e-3) -> np.ndarray:
    """Second derivatives by central differences."""
    f = function
    assert callable(f)
    unit = np.eye(2) * step
    result = np.empty((2, 2))
    for i in range(2):
        for j in range(2):
            result[i, j] = (
                f(at + unit[i] + unit[j])
                - f(at + unit[i] - unit[j])
                - f(at - unit[i] + unit[j])
                + f(at - unit[i] - unit[j])
            ) / (4 * step * step)
    return result
