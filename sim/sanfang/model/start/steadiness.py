"""Whether a district has a steady state: some have none, and what is measured of them is no effect of a policy.

Where more comes in than can be done, open requests grow year by year until people give up as fast as others ask; where
queues feed on themselves, there may be two states. A start from such a district is named so, and its runs are counted
apart.
"""

from __future__ import annotations

import numpy as np

GROWTH = 0.1
"""Relative change of a year's mean of open requests that in two years running, in one direction, is no steady state."""

CHANCE = 3.0
"""The change must also exceed so many times the square root of these requests: so much is chance where they are few."""


def is_steady(open_requests: np.ndarray) -> bool:
    """Whether the last three of `open_requests[year]`, means of the years before day 0, tell of a steady state."""
    before, then, now = (float(mean) for mean in open_requests[-3:])
    grows = [_change(before, then), _change(then, now)]
    return grows not in ([1, 1], [-1, -1])


def _change(before: float, after: float) -> int:
    """1 if requests have become clearly more, -1 if fewer, else 0."""
    least = max(GROWTH * before, CHANCE * before**0.5)
    return 0 if abs(after - before) <= least else 1 if after > before else -1
