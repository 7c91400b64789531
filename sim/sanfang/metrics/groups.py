"""Metrics of groups: the dimensions by which residents, needs and requests are split, each declared once.

A metric of a group is the metric's own formula on an `Evaluation` of which only the group is left. Which metrics a
dimension splits follows from what they are of (`declare.Basis`): residents have needs, and some needs become requests,
so that what splits residents splits all three. The group of a resident is fixed from the start.

The years after day 0 are a dimension as well, of which every metric can be had: each year was measured on its last day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sanfang.metrics.catalogue import METRICS, evaluate
from sanfang.metrics.declare import FROM_RESIDENTS, Metric, Of
from sanfang.metrics.evaluation import Evaluation
from sanfang.metrics.reasons import UNSTEADY, reason_of_group
from sanfang.model import state as s
from sanfang.model.books.observation import Observation
from sanfang.model.kernel.records import Records
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.place import KINDS
from sanfang.scenario.telling import in_words, listed
from sanfang.scenario.window import YEAR as YEAR_DAYS
from sanfang.scenario.window import Window

if TYPE_CHECKING:
    import pandas as pd

    from sanfang.scenario.scenario import Scenario

Numbers = NDArray[np.integer]
type Years = Mapping[int, Mapping[str, float]]
"""By the number of a year, its metrics by name."""


class People(NamedTuple):
    """The residents of a group. Their satisfaction is that of some `columns`, in which they are so many."""

    members: NDArray[np.bool_]
    """`[resident]`."""
    satisfaction: np.ndarray
    """`[day, column]`."""
    size: np.ndarray
    """`[column]`."""


@dataclass(frozen=True)
class Dimension:
    """A way to split what a run shows into groups; `splits` is what it divides first."""

    name: str
    en: str
    zh: str
    splits: Of | Literal["time"]

    def label(self, lang: str = "en") -> str:
        """The label in `lang`: "en" or "zh"."""
        return self.zh if lang == "zh" else self.en

    def applies(self, metric: Metric) -> bool:
        """Whether the metric can be computed of each group."""
        if self.splits == "time":
            return True
        if metric.of is None:
            return False
        return FROM_RESIDENTS.index(self.splits) <= FROM_RESIDENTS.index(metric.of.of)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Those that can be computed of each group, in the order of tables."""
        return tuple(metric for metric in METRICS if self.applies(metric))


@dataclass(frozen=True)
class Groups(Dimension):
    """A way to split a district.

    `names` are those of its groups in a run; `number` says for rows of records or closings which group each belongs to,
    and `people` who is in each group, of a dimension that splits residents.
    """

    names: Callable[[Observation], Sequence[str]]
    number: Callable[[Observation, Records], Numbers]
    people: Callable[[Observation], list[People]] | None = None


# --- The dimensions ---------------------------------------------------------------------------------------

VULNERABLE = ("vulnerable", "others")


def _vulnerable(run: Observation) -> list[People]:
    """The vulnerable, and all others: what is left of each community without them."""
    weak, of_weak = run.community_vulnerable, np.nan_to_num(run.satisfaction_vulnerable)
    others = run.community_size - weak
    of_others = (run.satisfaction * run.community_size - of_weak * weak) / np.maximum(others, 1)
    return [
        People(run.resident_vulnerable, of_weak[:, weak > 0], weak[weak > 0]),
        People(~run.resident_vulnerable, of_others[:, others > 0], others[others > 0]),
    ]


def _age(run: Observation) -> list[People]:
    def of_age(age: int) -> People:
        members = run.resident_age == age
        return People(members, run.satisfaction_by_age[:, [age]], np.array([members.sum()]))

    return [of_age(age) for age in range(len(s.AGES))]


def of_areas(name: str, en: str, zh: str, names: Sequence[str] | None = None, area: Numbers | None = None) -> Groups:
    """A dimension whose groups are made of whole communities: `names`, and the number of the group of each community.

    Without them each community is a group."""

    def areas(run: Observation) -> Numbers:
        return np.arange(len(run.communities)) if area is None else area

    def people(run: Observation) -> list[People]:
        of_resident = np.repeat(areas(run), run.community_size)
        groups = [np.flatnonzero(areas(run) == group) for group in range(len(names or run.communities))]
        return [
            People(of_resident == group, run.satisfaction[:, own], run.community_size[own])
            for group, own in enumerate(groups)
        ]

    def number(run: Observation, rows: Records) -> Numbers:
        return np.asarray(np.repeat(areas(run), run.community_size)[rows["resident"]])

    return Groups(name, en, zh, "residents", lambda run: names or run.communities, number, people)


YEAR = Dimension("year", "Year after day 0", "改革后第几年", "time")

DIMENSIONS: dict[str, Dimension] = {
    dimension.name: dimension
    for dimension in (
        YEAR,
        Groups(
            "age", "Age", "年龄", "residents",
            lambda run: s.AGES, lambda run, rows: run.resident_age[rows["resident"]], _age,
        ),
        Groups(
            "vulnerable", "Vulnerability", "困难群体", "residents",
            lambda run: VULNERABLE, lambda run, rows: 1 - run.resident_vulnerable[rows["resident"]], _vulnerable,
        ),
        of_areas("community", "Community", "社区"),
        Groups(
            "domain", "Domain", "领域", "needs",
            lambda run: tuple(run.scenario.domains), lambda run, rows: rows["domain"],
        ),
        Groups("kind", "Kind of need", "急难愁盼", "needs", lambda run: KINDS, lambda run, rows: rows["kind"]),
        Groups(
            "channel", "Channel", "渠道", "requests", lambda run: s.CHANNEL_NAMES, lambda run, rows: rows["channel"]
        ),
    )
}  # fmt: skip
"""By name, in the order of tables."""


def dimensions(names: Sequence[str], where: str = "by") -> tuple[Dimension, ...]:
    """The dimensions with these names, each once; `where` begins the message of an `InputError`."""
    for name in names:
        if name not in DIMENSIONS:
            hint = nearest(str(name), DIMENSIONS) or f"; known here: {listed(DIMENSIONS)}"
            raise InputError(f"{where} = {in_words(name)}: is no dimension of groups{hint}")
    return tuple(DIMENSIONS[name] for name in dict.fromkeys(names))


def check_comparable(names: Sequence[str], scenarios: Iterable[Scenario], where: str = "by") -> None:
    """Raise `InputError` for a dimension whose groups are others in each replication."""
    if "community" in names and any(scenario.run.replicate == "map" for scenario in scenarios):
        drawn = 'each replication draws another map (replicate = "map"), and a community of one is none of another'
        raise InputError(f"{where}: community: {drawn}")


# --- Metrics by group --------------------------------------------------------------------------------------


COLUMNS = ("dimension", "group", "metric", "value", "n")


@dataclass(frozen=True)
class ByGroup:
    """Metrics of the groups of one dimension: `values[group, metric]`, and over how many residents, needs or requests
    (`Basis.count`) each of them is, `n[group, metric]`. Where `n` is 0 there is no value."""

    dimension: str
    groups: tuple[str, ...]
    metrics: tuple[str, ...]
    values: NDArray[np.float64]
    n: NDArray[np.float64]

    def table(self) -> pd.DataFrame:
        """One row a group and metric: `COLUMNS`."""
        import pandas as pd

        groups, metrics = len(self.groups), len(self.metrics)
        columns = (
            np.full(groups * metrics, self.dimension, object),
            np.repeat(np.array(self.groups, object), metrics),
            np.tile(np.array(self.metrics, object), groups),
            self.values.ravel(),
            self.n.ravel(),
        )
        return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def by_year(years: Years) -> ByGroup:
    """All metrics of each whole year after day 0, from those of each year by its number."""
    names = tuple(metric.name for metric in METRICS)
    values = np.array([[years[year][name] for name in names] for year in years], float).reshape(-1, len(names))
    return ByGroup(YEAR.name, tuple(map(str, years)), names, values, np.full(values.shape, float(YEAR_DAYS)))


def by_group(run: Evaluation, dimension: Groups) -> ByGroup:
    """All metrics that can be had of the groups of a dimension; NaN where nobody, or nothing, belongs to a group."""
    metrics, names = dimension.metrics, tuple(dimension.names(run))
    values, n = np.full((len(names), len(metrics)), np.nan), np.zeros((len(names), len(metrics)))
    for group, own in enumerate(restricted(run, dimension, len(names))):
        for column, metric in enumerate(metrics):
            assert metric.formula is not None and metric.of is not None
            n[group, column] = metric.of.count(own)
            if n[group, column] and run.length >= metric.needs.days and run.began_steady is not False:
                values[group, column] = metric.formula(own)
    return ByGroup(dimension.name, names, tuple(metric.name for metric in metrics), values, n)


def groups_of(run: Observation, names: Sequence[str], years: Years = MappingProxyType({})) -> tuple[ByGroup, ...]:
    """Metrics of the groups of several dimensions in a run's evaluation window. `years` has those of each whole year,
    as it was measured on its last day. Raises InputError for what is no dimension."""
    evaluated = evaluate(run)
    return tuple(by_group(evaluated, one) if isinstance(one, Groups) else by_year(years) for one in dimensions(names))


def tables(run: Observation, names: Sequence[str], years: Years = MappingProxyType({})) -> pd.DataFrame:
    """The same as one table: `COLUMNS`, and `reason`, which says why there is no value."""
    import pandas as pd

    window = Window.of(run.scenario, run.days)
    by_dimension = [groups.table() for groups in groups_of(run, names, years)]
    together = pd.concat(by_dimension or [pd.DataFrame(columns=list(COLUMNS))], ignore_index=True)
    rows = zip(together["metric"], together["value"], together["n"], strict=True)
    if run.began_steady is False:
        return together.assign(reason=UNSTEADY[0])
    return together.assign(reason=[reason_of_group(name, value, n, window) for name, value, n in rows])


def restricted(run: Evaluation, dimension: Groups, groups: int) -> Iterator[Evaluation]:
    """The evaluation of each of so many groups, in order. What belongs to no group, such as hours and money, is empty:
    a formula that asks for it fails."""
    records = _parted(run.records, dimension.number(run, run.records), groups)
    closings = _parted(run.closings, dimension.number(run, run.closings), groups)
    people = dimension.people(run) if dimension.people else [None] * groups
    for own, closed, who in zip(records, closings, people, strict=True):
        of_people = _of_people(run, who) if who else {}
        changes: dict[str, Any] = {**_WITHOUT, **_of_records(run.days, own, closed), **of_people}
        yield replace(run, found={}, **changes)


def _parted(rows: Records, number: Numbers, groups: int) -> list[Records]:
    """The rows of each group, in their order."""
    number = number.astype(np.int16)  # such keys are sorted in a few passes
    order = np.argsort(number, kind="stable")
    ends = np.searchsorted(number[order], np.arange(groups + 1))
    return [rows[order[begin:end]] for begin, end in pairwise(ends)]


_NOTHING = np.empty((0, 0))
_WITHOUT = {
    "satisfaction_vulnerable": _NOTHING, "satisfaction_by_age": _NOTHING, "latent_vulnerable": _NOTHING,
    "leavers": _NOTHING, "hours_so_far": (), "spent_so_far": (), "hours_booked": _NOTHING, "month_ahead": _NOTHING,
    "month_pots": _NOTHING, "in_pots": _NOTHING, "communities": (), "posts": 0,
}  # fmt: skip


def _of_people(run: Observation, who: People) -> dict[str, np.ndarray]:
    """What is kept of residents."""
    return {
        "satisfaction": who.satisfaction,
        "community_size": who.size,
        "resident_satisfaction": run.resident_satisfaction[who.members],
        "resident_vulnerable": run.resident_vulnerable[who.members],
        "resident_age": run.resident_age[who.members],
    }


def _of_records(days: int, records: Records, closings: Records) -> dict[str, np.ndarray]:
    """Needs and closings, and what the diary of a district counts of them day by day."""

    def by_day(times: np.ndarray) -> Numbers:
        """How many fall on each day of the run; what was before its first day, at negative times, on none."""
        day = np.floor(times[~np.isnan(times)]).astype(np.int64)
        return np.bincount(day[day >= 0], minlength=days)[:days]

    def stock(at_end: int, change: Numbers) -> Numbers:
        """By day, counted back from the end: records show what is there then, and not what was at the start."""
        return np.asarray(at_end - (change[::-1].cumsum()[::-1] - change))

    closed, again = by_day(closings["day"].astype(float)), closings["reopened"][closings["reopened"] >= 0]
    voiced, given_up = by_day(records["voiced"]), by_day(records["closed"][records["outcome"] == s.WITHDRAWN])
    silent_until = np.where(np.isnan(records["voiced"]), records["closed"], records["voiced"])
    counters = np.zeros((days, len(s.DAILY)), np.int64)
    counters[:, s.D_CLOSED] = closed
    counters[:, s.D_RESOLVED] = by_day(closings["day"][closings["resolved"] == 1].astype(float))
    counters[:, s.D_REPEATS] = by_day(np.repeat(closings["time"], closings["repeated"]))
    rated = [by_day(closings["time"][closings["rated"] >= least]) for least in (0, 1)]
    latent, opened = ((records["outcome"] == state).sum() for state in (s.LATENT, s.OPEN))
    return {
        "records": records,
        "closings": closings,
        "counters": counters,
        "latent": stock(latent, by_day(records["arose"]) - by_day(silent_until)),
        "open": stock(opened, voiced - closed - given_up + by_day(again.astype(float))),
        "rated": np.stack(rated, axis=1),
    }
