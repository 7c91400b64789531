"""What `analyse` prints of each metric: cells, rankings, states of the world, and how many more runs to make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from sanfang.cli.analysis import AnalysisInput, tables, wanted_precision
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
from sanfang.lab.windows import windows_in
from sanfang.metrics.catalogue import metric
from sanfang.metrics.declare import Metric
from sanfang.metrics.numbers import decimals_of

POINTS_SHOWN = 12

PLACES_SHOWN = 10

FEW_REPLICATIONS = 20  # with fewer, a bootstrap of the mean is too sure of itself: see docs/statistics.md

BY_PAIRS = (
    "Some runs have not reached it, so policies are compared run by run: a rank is given where it holds whatever was"
    " not seen, and P(best) is the least that it is."
)


def print_analysis(results: AnalysisInput) -> None:
    """Print the tables of each chosen metric, then the replications that the wanted precision takes."""
    console = plain_console()
    by_name = tables(results)
    several = "point" in by_name["means"]
    for name in results.chosen():
        item = metric(name)
        of_metric = {key: table[table["metric"] == name] for key, table in by_name.items() if "metric" in table}
        console.print(metric_heading(item))
        console.print(_cells(of_metric, by_name["points"], results.baseline, item))
        if several and len(by_name["points"]) > POINTS_SHOWN:
            console.print(f"The first {POINTS_SHOWN} of {len(by_name['points'])} points; --json gives all.")
        say_not_reached(console, item, by_name["means"], by_name.get("differences"))
        if "differences" in of_metric:
            console.print(_worth_of_pairing(of_metric["differences"]))
        _print_worlds(console, of_metric.get("worlds", pd.DataFrame()), results.chosen_levers, item)
        _print_rankings(console, of_metric.get("ranking", pd.DataFrame()), results.chosen_levers, item)
        console.print()
    if "differences" in by_name:
        say_verdicts(console, by_name["differences"])
    say_windows(console, windows_in(results.runs), results.runs.get("requests", ()))
    _print_needed(console, by_name["replications_needed"], results)
    if "seed" in results.runs:
        console.print(seeds_told(int(results.runs["seed"].min()), int(results.runs["seed"].max())))
    console.print(
        "95 % t intervals (of medians: by order statistics); differences paired by replication. pairing: how many"
        " independent runs one paired run replaces. P(best), an approximation: share of resampled replications in"
        " which the policy is the best. Read more in docs/statistics.md.",
        markup=False,
    )


def _cells(of_metric: dict[str, pd.DataFrame], points: pd.DataFrame, baseline: str, item: Metric) -> Table:
    """One row for each point and scenario: mean with interval, difference with interval, worth of pairing."""
    several = "point" in of_metric["means"]
    keys = ["point", "scenario"] if several else ["scenario"]
    rows = of_metric["means"]
    if several:
        rows = rows[rows["point"].isin(points["point"][:POINTS_SHOWN])].sort_values("point", kind="stable")
    if "differences" in of_metric:
        rows = rows.merge(of_metric["differences"], on=keys, how="left", suffixes=("", "_of_difference"))
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


def _print_worlds(console: Console, signs: pd.DataFrame, levers: tuple[str, ...], item: Metric) -> None:
    """In how many states of the world each difference has its sign."""
    if signs.empty:
        return
    result = Table(box=None, pad_edge=False, header_style="dim")
    result.add_column("over the states of the world", no_wrap=True)
    headings = ("worlds", "higher in", "surely", "lower in", "surely", "average", "95 % interval", "lowest to highest")
    for heading in headings:
        result.add_column(heading, justify="right", no_wrap=True)
    for row in signs.to_dict("records"):
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


def _print_rankings(console: Console, rankings: pd.DataFrame, levers: tuple[str, ...], item: Metric) -> None:
    for of, table in rankings.groupby("of", sort=False) if len(rankings) else ():
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
    half_width, relative = wanted_precision(results)
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
