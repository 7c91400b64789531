"""What `analyse` prints of many runs: means, paired differences, a ranking, and how many more runs to make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from sanfang.cli.tables import (
    MIN_PAIRS,
    bracketed,
    difference_texts,
    given,
    mean_texts,
    metric_heading,
    pairing,
    plain_console,
    say_not_reached,
    say_verdicts,
    say_windows,
    seeds_told,
    signed,
    times,
)
from sanfang.lab.statistics import gains, intervals, precision, ranking, warm_up, worlds
from sanfang.lab.statistics.looks import judged
from sanfang.lab.statistics.run_table import metric_columns, values_of
from sanfang.lab.windows import windows_in
from sanfang.metrics.catalogue import HEADLINES, SHOWN_IN_COMPARISON, metric, with_beside
from sanfang.metrics.declare import Metric
from sanfang.metrics.numbers import decimals_of
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.telling import shortened

if TYPE_CHECKING:
    from sanfang.lab.storage.results import Results

POINTS_SHOWN = 12
PLACES_SHOWN = 10
BY_PAIRS = (
    "Some runs have not reached it, so policies are compared run by run: a rank is given where it holds whatever was"
    " not seen, and P(best) is the least that it is."
)
SETTLING = ("satisfaction", "open", "latent")
FEW_REPLICATIONS = 20  # with fewer, a bootstrap of the mean is too sure of itself: see docs/statistics.md


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
    runs = results.runs[keys].assign(**{name: values_of(results.runs, name) for name in chosen})
    paired = runs["scenario"].nunique() > 1
    half_width, relative = _wanted(results)
    baseline = results.baseline if paired else None
    needed = [
        precision.replications_needed(
            runs, name, half_width, relative, "difference" if paired else "mean", baseline, results.factors
        )
        for name in chosen
    ]
    found = {"points": _points(runs, results.factors), "means": intervals.means(runs, results.factors)}
    if paired:
        found["differences"] = judged(intervals.differences(runs, results.baseline, results.factors))
        if len(results.chosen_levers) < len(results.factors) and len(found["points"]) > 1:
            found["worlds"] = worlds.signs(runs, results.baseline, results.factors, results.chosen_levers)
    found["ranking"] = _together(list(_rankings(runs, chosen, results.factors, results.chosen_levers)))
    return found | {"replications_needed": _together(needed)}


def print_analysis(results: AnalysisInput) -> None:
    """Print the tables of each chosen metric, then the replications that the wanted precision takes."""
    console = plain_console()
    found = tables(results)
    several = "point" in found["means"]
    for name in results.chosen():
        item = metric(name)
        of_metric = {key: table[table["metric"] == name] for key, table in found.items() if "metric" in table}
        console.print(metric_heading(item))
        console.print(_cells(of_metric, found["points"], results.baseline, item))
        if several and len(found["points"]) > POINTS_SHOWN:
            console.print(f"The first {POINTS_SHOWN} of {len(found['points'])} points; --json gives all.")
        say_not_reached(console, item, found["means"], found.get("differences"))
        if "differences" in of_metric:
            console.print(_worth_of_pairing(of_metric["differences"]))
        _print_worlds(console, of_metric.get("worlds", pd.DataFrame()), results.chosen_levers, item)
        _print_rankings(console, of_metric.get("ranking", pd.DataFrame()), results.chosen_levers, item)
        console.print()
    if "differences" in found:
        say_verdicts(console, found["differences"])
    say_windows(console, windows_in(results.runs), results.runs.get("requests", ()))
    _print_needed(console, found["replications_needed"], results)
    if "seed" in results.runs:
        console.print(seeds_told(int(results.runs["seed"].min()), int(results.runs["seed"].max())))
    console.print(
        "95 % t intervals (of medians: by order statistics); differences paired by replication. pairing: how many"
        " independent runs one paired run replaces. P(best), an approximation: share of resampled replications in"
        " which the policy is the best. Read more in docs/statistics.md.",
        markup=False,
    )


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


def warm_ups(results: Results) -> pd.DataFrame:
    """The warm-up of each scenario, from the daily series of its replications at the first point.

    Columns: scenario, series, day, trusted, reason; see `sanfang.lab.statistics.warm_up`.
    """
    rows = []
    for scenario in results.about["scenarios"]:
        daily = results.daily(scenario)
        for name in SETTLING if len(daily) else ():
            found = warm_up.detect(daily.pivot(index="replication", columns="day", values=name))
            rows.append({"scenario": scenario, "series": name, **asdict(found)})
    return pd.DataFrame(rows, columns=["scenario", "series", "day", "trusted", "reason"])


def print_warm_ups(found: pd.DataFrame) -> None:
    """Print the table of `warm_ups`."""
    console = plain_console()
    console.print("[bold]Warm-up[/bold] (days to leave out, from the daily series at the first point)")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("scenario", "series", "days", ""):
        table.add_column(heading)
    for row in found.to_dict("records"):
        day = str(row["day"]) if row["trusted"] else "not settled"
        table.add_row(given(row["scenario"]), given(row["series"]), day, given(row["reason"]))
    console.print(table)


# --- Finding ------------------------------------------------------------------------------------------


def _wanted(results: AnalysisInput) -> tuple[float | None, float | None]:
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


# --- Printing -----------------------------------------------------------------------------------------


def _cells(found: dict[str, pd.DataFrame], points: pd.DataFrame, baseline: str, item: Metric) -> Table:
    """One row for each point and scenario: mean with interval, difference with interval, worth of pairing."""
    several = "point" in found["means"]
    keys = ["point", "scenario"] if several else ["scenario"]
    rows = found["means"]
    if several:
        rows = rows[rows["point"].isin(points["point"][:POINTS_SHOWN])].sort_values("point", kind="stable")
    if "differences" in found:
        rows = rows.merge(found["differences"], on=keys, how="left", suffixes=("", "_of_difference"))
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in points.columns if several else ():
        table.add_column(given(name), justify="right", overflow="fold")
    table.add_column("scenario", no_wrap=True)
    headings = ("runs", "mean", "95 % interval")
    for heading in (*headings, "difference", "95 % interval", "pairs", "pairing") if "difference" in rows else headings:
        table.add_column(heading, justify="right", no_wrap=True)
    values = points.set_index("point").to_dict("index") if several else {}
    before = None
    for row in rows.to_dict("records"):
        point = row.get("point")
        where = [str(point), *map(_value, values[point].values())] if several and point != before else [""] * several
        where += [""] * (len(points.columns) * several - len(where))
        if several and before is not None and point != before:
            table.add_section()
        before = point
        table.add_row(*map(given, where), given(row["scenario"]), *_mean(row, item), *_difference(row, baseline, item))
    return table


def _mean(row: dict[Any, Any], item: Metric) -> list[str]:
    return [str(row["n"]), *mean_texts(row, item)]


def _difference(row: dict[Any, Any], baseline: str, item: Metric) -> list[str]:
    if "difference" not in row:
        return []
    if row["scenario"] == baseline:
        return ["baseline"]
    pairs = int(row["n_of_difference"])
    return [
        *difference_texts(row, item, "_of_difference"),
        str(pairs),
        pairing(row["variance_ratio"], pairs),
    ]


def _worth_of_pairing(differences: pd.DataFrame) -> str:
    """In words, what the common random numbers were worth for one metric."""
    known = differences[differences["n"] >= MIN_PAIRS].dropna(subset=["variance_ratio"])
    if known.empty:
        few = f"fewer than {MIN_PAIRS} pairs, or values that do not vary or were not reached"
        return f"What pairing was worth cannot be told: {few}."
    if len(known) == 1:
        row = known.iloc[0]
        between = f" (95 % interval {times(row['ratio_low'])} to {times(row['ratio_high'])})"
    else:
        lowest, highest = known["variance_ratio"].min(), known["variance_ratio"].max()
        between = f" (median of {len(known)} differences, which go from {times(lowest)} to {times(highest)})"
    middle = times(float(known["variance_ratio"].median())).replace(" x", " times")
    return f"Paired seeds did the work of {middle} as many independent runs{between}."


def _print_worlds(console: Console, found: pd.DataFrame, levers: tuple[str, ...], item: Metric) -> None:
    """In how many states of the world each difference has its sign."""
    if found.empty:
        return
    result = Table(box=None, pad_edge=False, header_style="dim")
    result.add_column("over the states of the world", no_wrap=True)
    headings = ("worlds", "higher in", "surely", "lower in", "surely", "average", "95 % interval", "lowest to highest")
    for heading in headings:
        result.add_column(heading, justify="right", no_wrap=True)
    for row in found.to_dict("records"):
        decimals = decimals_of(row["low"], row["high"])
        average, low, high, lowest, highest = (
            signed(row[name], item, decimals) for name in ("average", "low", "high", "lowest", "highest")
        )
        shares = [f"{row[name]:.0%}" for name in ("higher", "surely_higher", "lower", "surely_lower")]
        ends = "–" if lowest == highest == "–" else f"{lowest} to {highest}"
        name = _policy_name(row, levers)
        result.add_row(given(name), str(row["worlds"]), *shares, average, bracketed(low, high), ends)
    console.print(result)


def _policy_name(row: dict[Any, Any], levers: Sequence[str]) -> str:
    """A scenario, and the setting of the levers at which it is."""
    return ", ".join([str(row["scenario"]), *(f"{name} = {_value(row[name])}" for name in levers if name in row)])


def _print_rankings(console: Console, found: pd.DataFrame, levers: tuple[str, ...], item: Metric) -> None:
    for of, table in found.groupby("of", sort=False) if len(found) else ():
        shown, by_pairs = table.head(PLACES_SHOWN), bool(table["not_reached"].any())
        several = of == "cell"
        result = Table(box=None, pad_edge=False, header_style="dim")
        result.add_column("rank", justify="right")
        result.add_column("policy" if several else "scenario", no_wrap=True)
        for heading in ("mean", "P(best)", "behind the first", "95 % interval, all together"):
            result.add_column(heading, justify="right", no_wrap=True)
        for row in shown.to_dict("records"):
            name = _policy_name(row, levers if several else ())
            decimals = decimals_of(row["low"], row["high"])
            behind = signed(row["difference_to_best"], item, decimals) if row["difference_to_best"] else "–"
            interval = bracketed(signed(row["low"], item, decimals), signed(row["high"], item, decimals))
            best = f"{'≥ ' * by_pairs}{row['probability_best']:.3f}"
            middle = f"median {item.format(row['median'])}" if by_pairs else item.format(row["mean"], decimals)
            result.add_row(_place(row, len(table), by_pairs), given(name), middle, best, behind, interval)
        console.print(result)
        if by_pairs:
            console.print(BY_PAIRS)
        if len(table) > len(shown):
            console.print(f"The first {len(shown)} of {len(table)}; --json gives all.")
        if table["n"].iloc[0] < FEW_REPLICATIONS:
            console.print(f"From {table['n'].iloc[0]} replications only, so P(best) looks surer than it is.")


def _place(row: dict[Any, Any], policies: int, by_pairs: bool) -> str:
    """The rank, or the ranks that a policy may have as far as can be told."""
    first, last = row["rank"], row["rank_to"]
    if not by_pairs or first == last:
        return f"{first:.0f}"
    return "cannot be told" if (first, last) == (1, policies) else f"{first:.0f}-{last:.0f}"


def _print_needed(console: Console, needed: pd.DataFrame, results: AnalysisInput) -> None:
    """For each metric the cell that needs most."""
    half_width, relative = _wanted(results)
    what = "a paired difference" if results.runs["scenario"].nunique() > 1 else "a mean"
    unit = metric(results.chosen()[0]).unit
    wish = f"{half_width:g} ({unit})" if relative is None else f"{relative:.3g} of the mean"
    console.print(f"[bold]Replications needed[/bold] for a half-width of {wish} in every 95 % interval of {what}")
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("metric", no_wrap=True)
    for heading in ("so far", "half-width now", "target", "needed", "more"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, cells in needed.groupby("metric", sort=False):
        if cells["needed"].isna().any():  # too few values in a cell, or a run that has not reached the metric
            table.add_row(metric(str(name)).en, *["–"] * 3, "cannot be told", "–")
            continue
        row = cells.sort_values("needed").iloc[-1]
        numbers = [f"{row[column]:.3g}" for column in ("half_width", "target")]
        table.add_row(metric(str(name)).en, str(row["n"]), *numbers, _count(row["needed"]), _count(row["more"]))
    console.print(table)


def _count(value: float) -> str:
    return f"{value:,.0f}" if np.isfinite(value) else "∞"


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
