"""Whether a district has a steady state: some have none, and what is measured of them is no effect of a policy.

Where more comes in than can be done, open requests grow year by year until people give up as fast as others ask; where
queues feed on themselves, there may be two states. A start from such a district is named so, and its runs are counted
apart.
"""

from __future__ import annotations

import numpy as np

YEARS = 3
"""Years before day 0 that are looked at, the last ones."""

MONTHS = 12
"""Parts of a year whose means are looked at."""

GROWTH = 0.1
"""Slope of open requests, a year and relative to their mean, from which on there is no steady state."""

CHANCE = 4.0
"""The slope must also exceed so many of its standard errors. Queues have a long memory: in small districts the mean of
a year may be a fifth above that of another by chance. Of the 40 runs of demo, which is steady, on which it was set, one
is named wrongly; of 40 others (seeds 41 to 80) three. Of 8 of demo with `tasks.load` 0.75, in which open requests
quadruple in six years, 7 are named."""


def is_steady(open_requests: np.ndarray) -> bool:
    """Whether the means of months, `[year, month]`, of the years before day 0 tell of a steady state."""
    means = np.asarray(open_requests, float)[-YEARS:].ravel()
    slope, error = slope_of(means)
    return abs(slope) <= max(GROWTH * float(means.mean()), CHANCE * error)


def slope_of(means: np.ndarray) -> tuple[float, float]:
    """Least-squares slope a year of `means`, one a month, and its standard error; the residuals are taken for an
    autoregression of first order, whose memory makes the error larger (Bartlett 1946)."""
    years = np.arange(len(means)) / MONTHS
    apart = years - years.mean()
    slope = float(apart @ means / (apart @ apart))
    rest = means - means.mean() - slope * apart
    variance = float(rest @ rest)
    if variance == 0.0:
        return slope, 0.0
    memory = float(np.clip(rest[1:] @ rest[:-1] / variance, 0.0, 0.95))
    error = (variance / (len(means) - 2) / float(apart @ apart)) ** 0.5
    return slope, error * ((1.0 + memory) / (1.0 - memory)) ** 0.5
