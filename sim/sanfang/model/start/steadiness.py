"""Whether a district has a steady state: some have none, and what is measured of them is no effect of a policy.

Where more comes in than can be done, open requests grow year by year until people give up as fast as others ask; where
queues feed on themselves, there may be two states. A start from such a district is named so, and its runs are counted
apart.
"""

from __future__ import annotations

import numpy as np

GROWTH = 0.1
"""Relative change of the year's mean of open requests, over what is usual by chance in a small district, that in two
years running in one direction is no steady state."""

LEAST = 20.0
"""Requests below which a change is chance."""


def is_steady(open_requests: np.ndarray) -> bool:
    """Whether the last of `open_requests[year]`, means of the years before day 0, tell of a steady state.

    It is not where they have changed by more than `GROWTH` in each of the last two years, in the same direction.
    """
    before, then, now = (float(mean) for mean in open_requests[-3:])
    changes = (then - before) / max(before, LEAST), (now - then) / max(then, LEAST)
    return not (min(changes) > GROWTH or max(changes) < -GROWTH)
