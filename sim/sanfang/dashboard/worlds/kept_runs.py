"""The runs behind lessons, scripts and workshops, made once and kept for all viewers.

A run with the same scenario, seed, days and size is bit-identical: twenty who begin a lesson together wait for one
computation.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sanfang.dashboard.authored.tables import Place
from sanfang.dashboard.worlds.starts import have_start
from sanfang.run.background import BackgroundJob, play
from sanfang.run.session import Session
from sanfang.run.slots import Slots
from sanfang.run.tree import kept_of
from sanfang.scenario.scenario import Scenario

KEPT = 600
"""Runs that are kept; those not asked for longest are forgotten."""


@dataclass(frozen=True)
class Seen:
    """What is kept of one run: `Run.metrics`, the dashboard's measures by day (read-only arrays), and its books."""

    metrics: Mapping[str, float]
    series: Mapping[str, np.ndarray]
    hours: Mapping[str, float] = field(default_factory=dict)
    """As in `run.tree.Kept`, like what follows."""
    time: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Trial:
    """One run to be made."""

    scenario: Scenario
    digest: str
    seed: int
    days: int
    size: float

    @property
    def key(self) -> tuple[str, int, int, float]:
        return self.digest, self.seed, self.days, self.size


class Runs:
    """Runs that were made, for everybody. Only one is made at a time, so lessons leave the machine to live pages."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._seen: OrderedDict[tuple[str, int, int, float], Seen] = OrderedDict()
        self._lock, self._making = threading.Lock(), Slots(1, each=1)

    def seen(self, trial: Trial) -> Seen | None:
        """What is kept of a run, if it was made."""
        with self._lock:
            seen = self._seen.get(trial.key)
            if seen:
                self._seen.move_to_end(trial.key)
            return seen

    def make(self, trial: Trial, job: BackgroundJob[Any]) -> Seen:
        """Make a run, as part of a job, unless it was made or another job is just making it. Raises Cancelled."""
        seen = self.seen(trial)
        if seen is not None:
            return seen
        with job.alone(self._making):
            seen = self.seen(trial)
            if seen is None:
                seen = _made(trial, job)
                with self._lock:
                    self._seen[trial.key] = seen
                    while len(self._seen) > self._kept:
                        self._seen.popitem(last=False)
        return seen

    def make_all(self, wanted: Mapping[str, Sequence[Trial]], job: BackgroundJob[Any]) -> dict[str, tuple[Seen, ...]]:
        """Make rows of runs, as a job that counts them. Raises Cancelled."""
        made: dict[str, tuple[Seen, ...]] = {}
        for name, row in wanted.items():
            seen = []
            for trial in row:
                job.check()
                seen.append(self.make(trial, job))
                job.did()
            made[name] = tuple(seen)
        return made

    def all_seen(self, wanted: Mapping[str, Sequence[Trial]]) -> dict[str, tuple[Seen, ...]] | None:
        """What is kept of rows of runs; None unless all of them were made."""
        rows = {name: tuple(filter(None, map(self.seen, row))) for name, row in wanted.items()}
        return rows if all(len(rows[name]) == len(row) for name, row in wanted.items()) else None


def with_seeds(scenario: Scenario, where: Place) -> list[Trial]:
    """The runs of a scenario at a place: one for each of its seeds."""
    digest = scenario.digest()
    seeds = range(where.seed, where.seed + where.replications)
    return [Trial(scenario, digest, seed, where.days, where.size) for seed in seeds]


RUNS = Runs()
"""Those of this process. Everything in it is immutable, and follows from its key alone."""


def _made(trial: Trial, job: BackgroundJob[Any]) -> Seen:
    have_start(trial.scenario, trial.seed, trial.size, job)
    with job.turn():
        session = Session(trial.scenario, trial.seed, trial.size, trial.days)
    play(session.step, trial.days, job)
    with job.turn():
        kept = kept_of(session)
        return Seen(session.metrics, kept.series, kept.hours, kept.time)
