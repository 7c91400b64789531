"""When a run has forgotten how it began: the length of the warm-up, from daily series.

MSER (White 1997), which Hoad, Robinson and Davies (2010) recommend for doing it automatically. They average batches
of five values (MSER-5); a daily series has a weekly rhythm, so a batch is a week here. Written out because it is a
few lines, and no small maintained library has it.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sanfang.scenario.errors import InputError

BATCH = 7  # days
LAST_BATCHES_LEFT_OUT = 5  # so few values may agree by chance (Hoad et al.)
MIN_BATCHES = 4 * LAST_BATCHES_LEFT_OUT


@dataclass(frozen=True)
class WarmUp:
    """The first `day` (from 0) to evaluate, and whether to believe it; `reason` says why not, in a sentence."""

    day: int
    trusted: bool
    reason: str = ""


def detect(series_by_replication: ArrayLike, batch: int = BATCH) -> WarmUp:
    """The warm-up of a daily series, by MSER on batches of `batch` days of the mean over replications.

    `series_by_replication`: replications x days (or one series). Cuts where the squared standard error of what
    remains is smallest. A cut in the second half is not to be trusted: the series is too short, or it never
    settles. MSER looks for one settled level, so it cannot judge a series with seasons: look at the series as well.
    `batch` 5 is MSER-5. Raises InputError where a day has no finite value in any replication.
    """
    series = np.atleast_2d(np.asarray(series_by_replication, dtype=float))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a day without any value is refused below
        average = np.nanmean(series, axis=0)
    if not np.isfinite(average).all():
        raise InputError(f"series: day {int(np.argmin(np.isfinite(average)))} has no finite value in any replication")
    count = len(average) // batch
    if count < MIN_BATCHES:
        return WarmUp(0, False, f"{len(average)} days are too few: at least {MIN_BATCHES * batch} are needed")
    batches = average[: count * batch].reshape(count, batch).mean(axis=1)
    errors = [np.var(batches[cut:]) / (count - cut) for cut in range(count - LAST_BATCHES_LEFT_OUT)]
    cut = int(np.argmin(errors))
    if cut > count / 2:
        return WarmUp(cut * batch, False, "the cut is in the second half: the series is too short or does not settle")
    return WarmUp(cut * batch, True)
