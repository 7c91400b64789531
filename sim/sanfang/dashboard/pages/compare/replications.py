"""Worlds made again with other seeds, in the background: how sure the difference between them is.

Replication r has the seed of the address plus r in every world, so each difference is one between the same troubles.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sanfang.dashboard import limits
from sanfang.dashboard.address import Address, scenario_of
from sanfang.dashboard.worlds.job import PageJob
from sanfang.dashboard.worlds.page_session import PageSession
from sanfang.lab.statistics import intervals
from sanfang.lab.statistics.run_table import days_of
from sanfang.metrics.catalogue import HEADLINES
from sanfang.run import series
from sanfang.run.background import Cancelled, play
from sanfang.run.better_off import Minds, Split, better_off, minds
from sanfang.run.troubles import LETTERS
from sanfang.scenario.window import Window

FEWEST = 3
"""With two, a 95 % interval is some ten times as wide as their distance."""


GROUPS = ("vulnerable", "domain")
"""Dimensions of groups that are kept of each run."""


@dataclass(frozen=True)
class Replicated:
    """Finished replications. `series[name]` is `[world, replication, day]`; `runs` has a row a world (its letter in
    `scenario`) and replication, with all metrics."""

    series: dict[str, np.ndarray]
    runs: pd.DataFrame
    groups: pd.DataFrame
    """The metrics of `GROUPS`, as `gains.gains` wants them; scenario is the letter of a world."""
    splits: list[list[dict[str, Split]]]
    """`[replication][world]`: who is better off than in the first world at the end."""

    @property
    def reps(self) -> int:
        """How many."""
        return int(self.runs["replication"].nunique()) if len(self.runs) else 0

    def band(self, name: str, side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mean and 95 % t interval of a measure's paired difference to the first world, by day: mean, low, high.

        NaN on days when a replication has no value.
        """
        delta = (self.series[name][side] - self.series[name][0]).T
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # of days on which all agree
            low, high = intervals.t_interval(delta)
        mean = delta.mean(axis=1)
        same = np.ptp(delta, axis=1) == 0
        return mean, np.where(same, mean, low), np.where(same, mean, high)

    def shares(self, who: str, side: int) -> np.ndarray:
        """`[replication, 3]`: who of a group is better off, the same, worse off than in the first world: shares."""
        return np.array([of_pair[side][who].shares for of_pair in self.splits], float)

    def headline(self) -> pd.DataFrame:
        """Paired differences of the headline metrics to the first world, as `lab.intervals.differences`."""
        names = list(HEADLINES)
        return intervals.differences(self.runs[["scenario", "replication", *names]], LETTERS[0])


@dataclass(frozen=True)
class _Kept:
    """What is kept of one run."""

    series: dict[str, np.ndarray]
    metrics: dict[str, float]
    groups: pd.DataFrame
    minds: Minds


class WorldReplications(PageJob[Replicated]):
    """All worlds of an address, `reps` times, as far as it was played (to the end if it was not).

    Where it is cancelled, the replications that are complete by then are kept, if there are enough.
    """

    def __init__(self, address: Address, reps: int) -> None:
        self.address = address
        self.reps = min(max(reps, FEWEST), limits.MAX_REPLICATIONS)
        self.days = address.day or address.days
        scenarios = [scenario_of(address, world) for world in address.worlds]
        self.windows = [Window.of(scenario, self.days) for scenario in scenarios]
        self._kept: list[list[dict[str, np.ndarray]]] = []
        self._rows: list[dict[str, object]] = []
        self._groups: list[pd.DataFrame] = []
        self._splits: list[list[dict[str, Split]]] = []
        super().__init__(lambda _: self._all(), total=self.reps * len(address.worlds))

    def _all(self) -> Replicated:
        try:
            for rep in range(self.reps):
                self._replicate(rep)
        except Cancelled:
            if len(self._kept) >= FEWEST:
                self.found = self._replicated()
            raise
        return self._replicated()

    def _replicate(self, rep: int) -> None:
        """One replication: a run a world. Only its series and metrics are kept."""
        made = [self._run_of(rep, side) for side in range(len(self.address.worlds))]
        self._kept.append([one.series for one in made])
        self._splits.append([better_off(made[0].minds, one.minds) for one in made])
        for letter, window, one in zip(LETTERS, self.windows, made, strict=False):
            self._rows.append({"scenario": letter, "replication": rep, **days_of(window), **one.metrics})
            self._groups.append(one.groups.assign(scenario=letter, replication=rep))

    def _run_of(self, rep: int, side: int) -> _Kept:
        address = replace(self.address, seed=self.address.seed + rep, days=self.days)  # the run ends with the last day
        session = PageSession.made(address, address.worlds[side], self)
        play(session.step, self.days, self)
        with self.turn():
            observed = _Kept(series.measures(session), session.metrics, session.by_group(*GROUPS), minds(session))
        self.did()
        return observed

    def _replicated(self) -> Replicated:
        stacked = {name: np.array([[world[name] for world in pair] for pair in self._kept]) for name in series.MEASURES}
        by_world = {name: values.swapaxes(0, 1) for name, values in stacked.items()}
        groups = pd.concat(self._groups[: len(self._kept) * len(self.address.worlds)], ignore_index=True)
        return Replicated(by_world, pd.DataFrame(self._rows), groups, self._splits[: len(self._kept)])
