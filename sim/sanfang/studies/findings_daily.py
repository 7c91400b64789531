"""The figures of docs/findings.md that go day by day: paired differences of series between two cells of a sweep."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from sanfang.lab.statistics.intervals import t_interval
from sanfang.lab.storage.results import Results
from sanfang.studies.findings_panels import SHORT, SOFT, band, blank, put_title

SMOOTHED = 7
"""Days over which daily series are averaged: weekends are quiet."""


def daily_gap(results: Path, name: str, other: tuple[str, int], base: tuple[str, int], series: str) -> pd.DataFrame:
    """Paired difference of a daily series between two cells (scenario, point), smoothed: estimate, low, high by day
    from 0 on.

    Districts without a steady state have no metrics, and are left out as they are in the tables.
    """
    with Results(results / name) as stored:
        tables = [
            stored.daily(*cell).pivot(index="day", columns="replication", values=series) for cell in (other, base)
        ]
        measured = stored.runs().dropna(subset=["satisfaction"]).set_index(["scenario", "point"])["replication"]
    steady = sorted(set(measured.loc[[other]]) & set(measured.loc[[base]]))
    gap = (tables[0] - tables[1])[steady].rolling(SMOOTHED, center=True).mean().dropna().loc[0:]
    low, high = t_interval(gap.to_numpy(dtype=float))
    return pd.DataFrame({"estimate": gap.mean(axis=1), "low": low, "high": high})


def discovery(results: Path) -> Figure:
    """Open requests, hidden needs and satisfaction after data discovery begins on day 180."""
    figure, panels = blank(3)
    named = {"open": "Open requests (count)", "latent": "Hidden needs (count)", "satisfaction": SHORT["satisfaction"]}
    for axes, (series, title) in zip(panels, named.items(), strict=True):
        band(axes, daily_gap(results, "discovery-paradox", ("discovery", 0), ("before", 0), series), 0)
        axes.axvline(180, color=SOFT, linestyle=":")
        put_title(axes, title)
    panels[0].set_ylabel("with discovery less without", fontsize=8.5)
    return figure


def points_where(results: Path, name: str) -> dict[tuple[float, ...], int]:
    """Numbers of a sweep's points by the values of its factors, in the order of their names."""
    with Results(results / name) as stored:
        runs, factors = stored.runs(), stored.about["factors"]
    cells = runs[["point", *factors]].drop_duplicates()
    return {tuple(values): int(point) for point, *values in cells.itertuples(index=False, name=None)}


def turnover(results: Path) -> Figure:
    """What work methods change day by day, at declared and at heavy turnover, and what heavy turnover costs."""
    name = "turnover-shock"
    points = points_where(results, name)  # (policy.work_methods, workforce.leaving_base)
    figure, panels = blank(2, width=4.2)
    for number, leaving in enumerate((0.15, 0.6)):
        pair = [("before", points[methods, leaving]) for methods in (1.0, 0.0)]
        band(
            panels[0], daily_gap(results, name, pair[0], pair[1], "satisfaction"), number, f"leaving {leaving:g} a year"
        )
    for number, methods in enumerate((0.0, 1.0)):
        pair = [("before", points[methods, leaving]) for leaving in (0.6, 0.15)]
        label = "with work methods" if methods else "without work methods"
        band(panels[1], daily_gap(results, name, pair[0], pair[1], "satisfaction"), number + 2, label)
    put_title(panels[0], "Satisfaction: with work methods less without")
    put_title(panels[1], "Satisfaction: leaving 0.6 a year less 0.15")
    for axes in panels:
        axes.legend(fontsize=8, frameon=False)
    return figure


def expectations(results: Path) -> Figure:
    """The reform's gain in satisfaction day by day, by how fast expectations follow."""
    name = "rising-expectations"
    points = points_where(results, name)
    figure, (axes,) = blank(1, width=5.5, height=3.2)
    for number, ((step,), point) in enumerate(sorted(points.items())):
        gap = daily_gap(results, name, ("three-devolutions@0.5", point), ("before", point), "satisfaction")
        band(axes, gap, number, f"expectation step {step:g}")
    put_title(axes, "Satisfaction (0-1): half doses of three devolutions less before")
    axes.legend(fontsize=8, frameon=False)
    return figure
