"""What `analyse` prints of many runs: means, paired differences, a ranking, and how many more runs to make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from sanfang.cli_tables import (
    SHOWN_IN_COMPARISON,
    bracketed,
    coloured,
    given,
    metric_heading,
    plain_console,
    signed,
    times,
)
from sanfang.lab import intervals, precision, ranking, warm_up
from sanfang.lab.metrics import Metric, metric
from sanfang.lab.run_table import metric_columns
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.telling import shortened

if TYPE_CHECKING:
    from sanfang.lab.results import Results

POINTS_SHOWN = 12
PLACES_SHOWN = 10
SETTLING = ("satisfaction", "open", "latent")
FEW_REPLICATIONS = 20  # with fewer, a bootstrap of the mean is too sure of itself: see docs/statistics.md


@dataclass(frozen=True)
class AnalysisInput:
    """What an analysis needs to know.

    runs: see `sanfang.lab.run_table`; factors: its columns that the design varies; baseline: the scenario that
    the others are compared with; metrics: those to show (none named: the headline metrics and what must be read
    beside waste); half_width or relative: the precision to plan for, as in `precision.replications_needed`
    (neither: `relative` 0.01, one hundredth of the mean).
    """

    runs: pd.DataFrame
    baseline: str
    factors: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    half_width: float | None = None
    relative: float | None = None

    def chosen(self) -> tuple[str, ...]:
        """The metrics to show, each once. Raises InputError for one that no run has."""
        known = metric_columns(self.runs, self.factors)
        for name in self.metrics:
            if name not in known:
                raise InputError(f"metric: {shortened(name)!r} is not in these runs{nearest(name, known)}")
        return tuple(dict.fromkeys(self.metrics)) or tuple(name for name in SHOWN_IN_COMPARISON if name in known)


def document(results: AnalysisInput) -> dict[str, Any]:
    """The analysis as plain data, every cell of it: one list of records for each table of `tables`."""
    return {name: table.to_dict("records") for name, table in tables(results).items()}


def tables(results: AnalysisInput) -> dict[str, pd.DataFrame]:
    """means, differences, ranking and replications_needed of the chosen metrics, and the points' factor values.

    A ranking has the column `of`: "scenario" (averaged over points) or "cell" (scenario at a point). Metrics without
    a better direction, or without two complete replications, are not ranked.
    """
    chosen = results.chosen()
    keys = [name for name in results.runs.columns if name not in metric_columns(results.runs, results.factors)]
    runs = results.runs[[*keys, *chosen]]
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
        found["differences"] = intervals.differences(runs, results.baseline, results.factors)
    found["ranking"] = _together(list(_rankings(runs, chosen, results.factors)))
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
        if "differences" in of_metric:
            console.print(_worth_of_pairing(of_metric["differences"]))
        _print_rankings(console, of_metric.get("ranking", pd.DataFrame()), item)
        console.print()
    _print_needed(console, found["replications_needed"], results)
    console.print(
        "95 % t intervals; differences paired by replication. pairing: how many independent runs one paired run"
        " replaces. P(best): share of resampled replications in which the policy is best."
        " Read more in docs/statistics.md.",
        markup=False,
    )


def warm_ups(results: Results) -> pd.DataFrame:
    """The warm-up of each scenario, from the daily series of its replications at the first point.

    Columns: scenario, series, day, trusted, reason; see `sanfang.lab.warm_up`.
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
    if "point" not in runs or runs["point"].nunique() < 2:
        return pd.DataFrame(columns=["point", *factors])
    return runs.drop_duplicates("point").sort_values("point")[["point", *factors]].reset_index(drop=True)


def _rankings(runs: pd.DataFrame, metrics: tuple[str, ...], factors: tuple[str, ...]) -> Iterator[pd.DataFrame]:
    """Of scenarios and of cells, wherever there are several and enough replications are complete."""
    scenarios, points = runs["scenario"].nunique(), runs["point"].nunique() if "point" in runs else 1
    for name in metrics:
        if metric(name).better is None:
            continue
        kinds: tuple[tuple[ranking.Of, bool], ...] = (("scenario", scenarios > 1), ("cell", points > 1))
        for of, several in kinds:
            if several and ranking.complete_replications(runs, name, factors, of) >= 2:
                yield ranking.rank(runs, name, factors, of).assign(metric=name, of=of)


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
    return [
        str(row["n"]),
        item.format(row["mean"]),
        bracketed(item.format(row["low"]), item.format(row["high"])),
    ]


def _difference(row: dict[Any, Any], baseline: str, item: Metric) -> list[str]:
    if "difference" not in row:
        return []
    if row["scenario"] == baseline:
        return ["baseline"]
    low, high = row["low_of_difference"], row["high_of_difference"]
    return [
        coloured(signed(row["difference"], item), low, high, item),
        bracketed(signed(low, item), signed(high, item)),
        f"{row['n_of_difference']:.0f}",
        times(row["variance_ratio"]),
    ]


def _worth_of_pairing(differences: pd.DataFrame) -> str:
    """In words, what the common random numbers were worth for one metric."""
    known = differences.dropna(subset=["variance_ratio"])
    if known.empty:
        return "What pairing was worth cannot be told: too few runs, or values that do not vary."
    if len(known) == 1:
        row = known.iloc[0]
        between = f" (95 % interval {times(row['ratio_low'])} to {times(row['ratio_high'])})"
    else:
        lowest, highest = known["variance_ratio"].min(), known["variance_ratio"].max()
        between = f" (median of {len(known)} differences, which go from {times(lowest)} to {times(highest)})"
    middle = times(float(known["variance_ratio"].median())).replace(" x", " times")
    return f"Paired seeds did the work of {middle} as many independent runs{between}."


def _print_rankings(console: Console, found: pd.DataFrame, item: Metric) -> None:
    for of, table in found.groupby("of", sort=False) if len(found) else ():
        shown = table.head(PLACES_SHOWN)
        several = of == "cell"
        result = Table(box=None, pad_edge=False, header_style="dim")
        result.add_column("rank", justify="right")
        result.add_column("scenario at a point" if several else "scenario", no_wrap=True)
        for heading in ("mean", "P(best)", "behind the first", "95 % interval, all together"):
            result.add_column(heading, justify="right", no_wrap=True)
        for row in shown.to_dict("records"):
            name = f"{row['scenario']}, point {row['point']:.0f}" if several else str(row["scenario"])
            behind = signed(row["difference_to_best"], item) if row["difference_to_best"] else "–"
            interval = bracketed(signed(row["low"], item), signed(row["high"], item))
            best = f"{row['probability_best']:.3f}"
            result.add_row(str(row["rank"]), given(name), item.format(row["mean"]), best, behind, interval)
        console.print(result)
        if len(table) > len(shown):
            console.print(f"The first {len(shown)} of {len(table)}; --json gives all.")
        if table["n"].iloc[0] < FEW_REPLICATIONS:
            console.print(f"From {table['n'].iloc[0]} replications only, so P(best) looks surer than it is.")


def _print_needed(console: Console, needed: pd.DataFrame, results: AnalysisInput) -> None:
    """For each metric the cell that needs most."""
    half_width, relative = _wanted(results)
    what = "a paired difference" if results.runs["scenario"].nunique() > 1 else "a mean"
    wish = f"{half_width:g}" if relative is None else f"{relative:.3g} of the mean"
    console.print(f"[bold]Replications needed[/bold] for a half-width of {wish} in every 95 % interval of {what}")
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("metric", no_wrap=True)
    for heading in ("so far", "half-width now", "target", "needed", "more"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, cells in needed.groupby("metric", sort=False):
        known = cells.dropna(subset=["needed"])
        if known.empty:
            table.add_row(metric(str(name)).en, *["–"] * 5)
            continue
        row = known.sort_values("needed").iloc[-1]
        numbers = [f"{row[column]:.3g}" for column in ("half_width", "target")]
        table.add_row(metric(str(name)).en, str(row["n"]), *numbers, _count(row["needed"]), _count(row["more"]))
    console.print(table)


def _count(value: float) -> str:
    return f"{value:,.0f}" if np.isfinite(value) else "∞"


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
