"""Worlds made again with other seeds, in the background: how sure is the difference between them?

Replication r has the seed of the address plus r in every world, so each difference is one between the same troubles.
"""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sanfang.dashboard import limits, series
from sanfang.dashboard.address import LETTERS, Address
from sanfang.dashboard.played import PlayedWorld
from sanfang.lab import intervals
from sanfang.lab.metrics import METRICS

FEWEST = 3
"""With two, a 95 % interval is some ten times as wide as their distance."""

AT_ONCE = 2
PLACES = threading.BoundedSemaphore(AT_ONCE)
"""For jobs of all viewers: each keeps a core busy."""

TELL_EVERY = 0.25  # seconds
STEP = 5  # days between two looks whether to go on

WAITING, RUNNING, DONE, CANCELLED, FAILED = "waiting", "running", "done", "cancelled", "failed"


@dataclass(frozen=True)
class Replicated:
    """Finished replications. `series[name]` is `[world, replication, day]`; `runs` has a row a world (its letter in
    `scenario`) and replication, with all metrics."""

    series: dict[str, np.ndarray]
    runs: pd.DataFrame

    @property
    def reps(self) -> int:
        """How many."""
        return int(self.runs["replication"].nunique()) if len(self.runs) else 0

    def band(self, name: str, place: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mean and 95 % t interval of a measure's paired difference to the first world, by day: mean, low, high.

        NaN on days when a replication has no value.
        """
        delta = (self.series[name][place] - self.series[name][0]).T
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # of days on which all agree
            low, high = intervals.t_interval(delta)
        mean = delta.mean(axis=1)
        same = np.ptp(delta, axis=1) == 0
        return mean, np.where(same, mean, low), np.where(same, mean, high)

    def headline(self) -> pd.DataFrame:
        """Paired differences of the headline metrics to the first world, as `lab.intervals.differences`."""
        names = [metric.name for metric in METRICS if metric.headline]
        return intervals.differences(self.runs[["scenario", "replication", *names]], LETTERS[0])


class Replications:
    """One job: all worlds of an address, `reps` times, as far as it was played (to the end if it was not).

    `tell` is called now and then from the job's thread, when `state`, `done` or `found` have changed.
    """

    def __init__(self, address: Address, reps: int, tell: Callable[[], None]) -> None:
        self.address = address
        self.reps = min(max(reps, FEWEST), limits.MOST_REPLICATIONS)
        self.days = address.day or address.days
        self.state, self.done, self.error = WAITING, 0, ""
        self.found: Replicated | None = None
        self._tell, self._told = tell, 0.0
        self._stop = threading.Event()
        self._begun = time.monotonic()
        self._thread = threading.Thread(target=self._run, daemon=True, name="replications")

    @property
    def total(self) -> int:
        """Runs to make."""
        return self.reps * len(self.address.worlds)

    @property
    def busy(self) -> bool:
        return self.state in (WAITING, RUNNING)

    @property
    def seconds_left(self) -> float:
        """What the rest will take at the pace so far; NaN before the first run is there."""
        gone = time.monotonic() - self._begun
        return gone / self.done * (self.total - self.done) if self.done else float("nan")

    def start(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        """Stop within some days of a run; replications that are complete by then are kept, if there are enough."""
        self._stop.set()

    def join(self, seconds: float) -> bool:
        """Wait for the end at most so long; returns whether it came."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not PLACES.acquire(timeout=0.2):
            if self._stop.is_set():
                return self._end(CANCELLED)
        try:
            self.state, self._begun = RUNNING, time.monotonic()
            self._say(now=True)
            whole = self._make()
        except Exception as problem:
            self.error = f"{type(problem).__name__}: {problem}"
            return self._end(FAILED)
        finally:
            PLACES.release()
        self._end(DONE if whole else CANCELLED)

    def _make(self) -> bool:
        """All runs; returns whether none is missing."""
        kept: list[list[dict[str, np.ndarray]]] = []
        rows: list[dict[str, object]] = []
        for rep in range(self.reps):
            pair = [self._one(rep, place) for place in range(len(self.address.worlds))]
            whole = [one for one in pair if one is not None]
            if len(whole) < len(pair):
                break
            kept.append([values for values, _ in whole])
            rows += [
                {"scenario": letter, "replication": rep, **metrics}
                for letter, (_, metrics) in zip(LETTERS, whole, strict=False)
            ]
        if len(kept) >= FEWEST:
            stacked = {name: np.array([[one[name] for one in pair] for pair in kept]) for name in series.MEASURES}
            found = {name: values.swapaxes(0, 1) for name, values in stacked.items()}
            self.found = Replicated(found, pd.DataFrame(rows))
        return len(kept) == self.reps

    def _one(self, rep: int, place: int) -> tuple[dict[str, np.ndarray], dict[str, float]] | None:
        """The series and metrics of one run; None if it was stopped. Only these are kept."""
        played = None
        if not self._stop.is_set():
            address = replace(self.address, seed=self.address.seed + rep)
            played = PlayedWorld(address, address.worlds[place])
        while played is not None and played.day < self.days:
            if self._stop.is_set():
                return None
            played.step(min(STEP, self.days - played.day))
        if played is None:
            return None
        found = series.measures(played), dict(played.so_far().metrics)
        self.done += 1
        self._say()
        return found

    def _end(self, state: str) -> None:
        self.state = state
        self._say(now=True)

    def _say(self, now: bool = False) -> None:
        if now or time.monotonic() - self._told > TELL_EVERY:
            self._told = time.monotonic()
            self._tell()
