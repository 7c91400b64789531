"""How many are better off in one run than in another of the same people, and how many worse: residents, communities.

Both runs have the same residents with the same numbers, so each is compared with himself. It is what one pair of runs
shows; whether it is more than chance, only replications tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanfang.metrics.units import SHARE
from sanfang.run.series import by_community

if TYPE_CHECKING:
    from sanfang.run.session import Session

OF_RESIDENT = 0.01
"""Satisfaction (0-1) by which a resident has to differ to be better or worse off: one point of a hundred."""

OF_COMMUNITY = SHARE.smallest
"""The same of a community's mean: the smallest difference of interest of a share."""

WHO = ("residents", "vulnerable", "others", "communities")


@dataclass(frozen=True)
class Minds:
    """What is kept of a run at one moment to compare it; the arrays do not change any more."""

    residents: np.ndarray
    """`[resident]`, satisfaction 0-1."""
    vulnerable: np.ndarray
    """`[resident]`, whether vulnerable."""
    communities: np.ndarray
    """`[community]`, mean satisfaction 0-1."""


@dataclass(frozen=True)
class Split:
    """How many of a group are better off, the same and worse off; of `n` in all."""

    better: int
    same: int
    worse: int

    @property
    def n(self) -> int:
        return self.better + self.same + self.worse

    @property
    def shares(self) -> tuple[float, float, float]:
        """The three as shares of all; NaN of a group without anybody."""
        if not self.n:
            return float("nan"), float("nan"), float("nan")
        return self.better / self.n, self.same / self.n, self.worse / self.n


def minds(played: Session) -> Minds:
    """What a session shows today."""
    people = played.model.residents
    means = np.array(by_community(played, "satisfaction"), float)
    return Minds(people.satisfaction.astype(float), people.vulnerable.astype(bool), means)


def better_off(first: Minds, other: Minds) -> dict[str, Split]:
    """Who is better off in the other run than in the first, by each of `WHO`.

    Residents count by their own satisfaction where it differs by `OF_RESIDENT` or more, communities by their mean where
    it differs by `OF_COMMUNITY` or more. Raises ValueError for runs of other people.
    """
    if not np.array_equal(first.vulnerable, other.vulnerable):
        raise ValueError("these are runs of other residents")
    change = other.residents - first.residents
    weak = first.vulnerable
    return {
        "residents": _split(change, OF_RESIDENT),
        "vulnerable": _split(change[weak], OF_RESIDENT),
        "others": _split(change[~weak], OF_RESIDENT),
        "communities": _split(other.communities - first.communities, OF_COMMUNITY),
    }


def _split(change: np.ndarray, least: float) -> Split:
    better, worse = int((change >= least).sum()), int((change <= -least).sum())
    return Split(better, len(change) - better - worse, worse)
