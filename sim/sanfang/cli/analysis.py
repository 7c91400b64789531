"""What `analyse` finds in many runs: means, paired differences, a ranking, and how many more runs to make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from sanfang.lab.statistics import gains, intervals, precision, ranking, worlds
from sanfang.lab.statistics.looks import judged
from sanfang.lab.statistics.run_table import FOLLOWED, could_follow, metric_columns, values_of
from sanfang.lab.windows import windows_in
from sanfang.metrics.catalogue import HEADLINES, SHOWN_IN_COMPARISON, metric, with_beside
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.telling import shortened

if TYPE_CHECKING:
    from sanfang.lab.storage.results import Results


@dataclass(frozen=True)
class AnalysisInput:
    """What an analysis needs to know.

    runs: see `run_table`; factors: its columns that the design varies; levers: those of them that a policy
    can choose, the others being states of the world (None: those declared as levers); baseline: the scenario that the
    others are compared with; metrics: those to show (none named: the headline metrics and what must be read
    beside waste); half_width or relative: the precision to plan for, as in `precision.replications_needed`
    (neither: `relative` 0.01, one hundredth of the mean).
    """

    runs: pd.DataFrame
    baseline: str
    factors: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    half_width: float | None = None
    relative: float | None = None
    levers: tuple[str, ...] | None = None

    @property
    def chosen_levers(self) -> tuple[str, ...]:
        """The factors that a policy can choose."""
        return worlds.levers_among(self.factors, {}) if self.levers is None else self.levers

    def chosen(self) -> tuple[str, ...]:
        """The metrics to show, each once. Raises InputError for one that no run has, or a width in several units."""
        known = metric_columns(self.runs, self.factors)
        for name in self.metrics:
            if name not in known:
                raise InputError(f"metric: {shortened(name)!r} is not in these runs{nearest(name, known)}")
        wanted = tuple(dict.fromkeys(self.metrics)) if self.half_width is not None else with_beside(self.metrics)
        chosen = tuple(name for name in wanted or SHOWN_IN_COMPARISON if name in known)
        units = sorted({metric(name).unit.name for name in chosen})
        if self.half_width is not None and len(units) > 1:
            several = f"these metrics have several ({', '.join(units)}); name one metric"
            raise InputError(f"half-width = {self.half_width:g}: is in a metric's unit, and {several} with --metric")
        return chosen


def document(results: AnalysisInput) -> dict[str, Any]:
    """The analysis as plain data, every cell of it: one list of records for each table of `tables`."""
    windows = {label: window.to_dict() for label, window in windows_in(results.runs).items()}
    return {"windows": windows} | {name: table.to_dict("records") for name, table in tables(results).items()}


def tables(results: AnalysisInput) -> dict[str, pd.DataFrame]:
    """means, differences, ranking and replications_needed of the chosen metrics, and the points' factor values.

    A ranking has the column `of`: "scenario" (averaged over points) or "cell" (scenario at a setting of the levers,
    averaged over the worlds that the other factors make; left out where settings were not all run in the same worlds).
    Metrics without a better direction, or without two complete replications, are not ranked. With several worlds,
    `worlds` says in what share of them each difference has its sign (`sanfang.lab.statistics.worlds`).
    """
    chosen = results.chosen()
    keys = [name for name in results.runs.columns if name not in metric_columns(results.runs, results.factors)]
    values = {name: values_of(results.runs, name) for name in chosen}
    runs = results.runs[keys].assign(**{FOLLOWED: could_follow(results.runs)}, **values)
    paired = runs["scenario"].nunique() > 1
    half_width, relative = wanted_precision(results)
    baseline = results.baseline if paired else None
    needed = [
        precision.replications_needed(
            runs, name, half_width, relative, "difference" if paired else "mean", baseline, results.factors
        )
        for name in chosen
    ]
    by_name = {"points": _points(runs, results.factors), "means": intervals.means(runs, results.factors)}
    if paired:
        by_name["differences"] = judged(intervals.differences(runs, results.baseline, results.factors))
        if len(results.chosen_levers) < len(results.factors) and len(by_name["points"]) > 1:
            by_name["worlds"] = worlds.signs(runs, results.baseline, results.factors, results.chosen_levers)
    by_name["ranking"] = _together(list(_rankings(runs, chosen, results.factors, results.chosen_levers)))
    return by_name | {"replications_needed": _together(needed)}


def gains_of(results: Results, given: AnalysisInput) -> pd.DataFrame:
    """Who gains and who loses by the chosen metrics, or the headline ones; without rows where no groups are kept or
    nothing is compared. See `sanfang.lab.statistics.gains`."""
    wanted = tuple(dict.fromkeys(given.metrics)) or HEADLINES
    several = given.runs["scenario"].nunique() > 1
    groups = results.groups(wanted) if results.by and several else pd.DataFrame()
    if groups.empty:
        return groups
    points = groups["point"].nunique() > 1
    return gains.gains(groups if points else groups.drop(columns="point"), given.baseline, wanted)


def wanted_precision(results: AnalysisInput) -> tuple[float | None, float | None]:
    """`half_width` and `relative`, as `precision.replications_needed` wants them."""
    if results.half_width is None and results.relative is None:
        return None, 0.01
    return results.half_width, results.relative


def _points(runs: pd.DataFrame, factors: tuple[str, ...]) -> pd.DataFrame:
    """The points and their factor values; without rows where there is one point."""
    points = worlds.points_of(runs, factors)
    return points if len(points) > 1 else points.head(0)


def _rankings(
    runs: pd.DataFrame, metrics: tuple[str, ...], factors: tuple[str, ...], levers: tuple[str, ...]
) -> Iterator[pd.DataFrame]:
    """Of scenarios and of settings of levers, wherever there are several and enough replications are complete."""
    settings = _several_settings(runs, factors, levers)
    for name in metrics:
        if metric(name).better is None:
            continue
        kinds: tuple[tuple[ranking.Of, bool], ...] = (("scenario", runs["scenario"].nunique() > 1), ("cell", settings))
        for of, several in kinds:
            if several and ranking.complete_replications(runs, name, factors, of, levers) >= 2:
                yield ranking.rank(runs, name, factors, of, levers=levers).assign(metric=name, of=of)


def _several_settings(runs: pd.DataFrame, factors: tuple[str, ...], levers: tuple[str, ...]) -> bool:
    """Whether there are settings of levers to rank: several, in the same worlds."""
    points = worlds.points_of(runs, factors)
    setting = worlds.numbered(points, levers)
    world = worlds.numbered(points, [name for name in factors if name not in levers])
    return bool(setting.max() > 0 and worlds.crossed(setting, world))


def _together(parts: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["scenario", "metric"])
