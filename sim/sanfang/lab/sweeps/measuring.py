"""What a sweep measures of each run, with which formulas, and what else it keeps of it."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sanfang.lab.experiments.own_metrics import NONE, OwnMetrics, measure_own
from sanfang.lab.storage.kept_records import pack
from sanfang.lab.storage.queries import beside, by_dimensions, number_of
from sanfang.lab.storage.rows import Daily, Grouped
from sanfang.metrics.catalogue import METRICS, measure
from sanfang.metrics.formula import formula_digest, groups_digest
from sanfang.metrics.groups import YEAR, ByGroup, groups_of
from sanfang.model.books.observation import Observation

if TYPE_CHECKING:
    from sanfang.lab.experiments.experiment import Experiment


@cache
def shipped_digests() -> dict[str, str]:
    """The digest of each shipped metric's formula, by name."""
    return {metric.name: formula_digest(metric) for metric in METRICS}


def group_digests() -> dict[str, str]:
    """The digest of how groups are split and counted, under a name that no metric has."""
    return {"by group": groups_digest()}


def formulas_version() -> int:
    """The number of the shipped formulas, as a store keeps it."""
    return number_of({**shipped_digests(), **group_digests()})


class Kept(NamedTuple):
    """What travels back from a worker: metrics, and daily series, records and metrics by group where they are kept."""

    metrics: dict[str, float]
    daily: Daily | None = None
    records: bytes | None = None
    groups: tuple[ByGroup, ...] = ()


@dataclass(frozen=True)
class Measuring:
    """What is measured and kept of a run; in the worker it is called with the run."""

    daily: bool = False
    records: bool = False
    own: OwnMetrics = NONE
    by: tuple[str, ...] = ()
    """Dimensions of groups."""

    @property
    def beside(self) -> tuple[str, ...]:
        """What a store keeps beside each run; see `queries.beside`."""
        return beside({"daily": self.daily, "records": self.records, "by": self.by})

    @property
    def of_groups(self) -> tuple[str, ...]:
        """Of this, what can be computed of a run that is there, if its records are."""
        return by_dimensions({"by": self._of_the_end})

    @property
    def _of_the_end(self) -> tuple[str, ...]:
        """Dimensions but that of years: each of these is seen on its own last day, which records do not show."""
        return tuple(name for name in self.by if name != YEAR.name)

    def __call__(self, run: Any) -> Kept:
        """What is kept of a `Run`."""
        metrics = {**run.metrics, **measure_own(self.own, run.observation)} if self.own.metrics else run.metrics
        daily = _packed_series(run.daily) if self.daily else None
        records = pack(run.observation) if self.records else None
        return Kept(metrics, daily, records, groups_of(run.observation, self.by, run.years) if self.by else ())

    def again(self, run: Observation) -> dict[str, float]:
        """The metrics of a run from what it has left behind."""
        return {**measure(run), **(measure_own(self.own, run) if self.own.metrics else {})}

    def groups_again(self, run: Observation) -> tuple[Grouped, ...]:
        """The same by group, as a store keeps them."""
        return tuple(map(packed_groups, groups_of(run, self._of_the_end)))

    def digests(self) -> dict[str, str]:
        """The digest of each formula, by metric."""
        return {**shipped_digests(), **dict.fromkeys(self.own.names, self.own.digest)}


def packed_groups(table: ByGroup) -> Grouped:
    """Metrics by group as a store keeps them."""
    names = json.dumps([table.groups, table.metrics])
    numbers = np.stack([table.values, table.n]).astype("<f8")
    return Grouped(table.dimension, names, zlib.compress(numbers.tobytes()))


def _packed_series(table: Any) -> Daily:
    series = table.drop(columns="date", errors="ignore")  # `day` stays: below 0 in the year before
    packed = zlib.compress(series.to_numpy(np.float32).tobytes())
    return Daily(" ".join(series.columns), len(series), packed)


def measuring_of(experiment: Experiment) -> Measuring:
    """What a sweep of the experiment measures and keeps."""
    return Measuring(experiment.daily, experiment.records, experiment.own, experiment.by)
