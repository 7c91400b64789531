"""The figures of docs/findings.md, drawn from the folders of the sweeps.

python -m sanfang.studies.findings_figures results docs/images/findings
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from PIL import Image

from sanfang.lab.files import write_atomically
from sanfang.lab.statistics import effects, looks
from sanfang.lab.statistics.intervals import t_interval
from sanfang.lab.storage.results import Results
from sanfang.lab.verification import pooling
from sanfang.metrics.catalogue import PUBLISHED_HEADLINES, metric
from sanfang.report.comparison_figure import BETTER, UNSURE, WORSE, verdict_colour
from sanfang.scenario.errors import InputError
from sanfang.studies import findings

# Okabe and Ito's colours, told apart with every kind of colour vision; the markers differ as well.
LINES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7")
MARKERS = ("o", "s", "^", "D")
INK, SOFT = "#222222", "#5F6368"
SHORT = {
    "satisfaction": "Satisfaction (0-1)",
    "resolution_days_mean": "Days to resolve (calendar days)",
    "waste_share": "Resources wasted (0-1)",
    "wasted_services_oversupplied": "Services over-supplied (share of money)",
    "latent_needs": "Hidden needs (per 1,000 residents)",
}
GROUP_OF = {"F1": "resources", "F2": "services", "F3": "management", "H1": "precision", "H2": "refinement"}
SMOOTHED = 7
"""Days over which daily series are averaged: weekends are quiet."""


def blank(columns: int, rows: int = 1, width: float = 3.6, height: float = 2.9) -> tuple[Figure, list[Axes]]:
    """A figure with panels side by side, row by row."""
    figure = Figure(figsize=(width * columns, height * rows), dpi=90, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    for axes in panels:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8, colors=SOFT)
    return figure, panels


def _title(axes: Axes, text: str) -> None:
    axes.set_title(text, fontsize=9, color=INK, loc="left")


def _axis(axes: Axes, x: str, y: str = "") -> None:
    axes.set_xlabel(x, fontsize=8.5, color=INK)
    axes.set_ylabel(y, fontsize=8.5, color=INK)


def bars(table: pd.DataFrame, names: Sequence[str], labels: Mapping[str, str], height: float) -> Figure:
    """One panel for each headline metric: estimate and interval of each of `names`, better or worse by colour: what is
    drawn is one family of looks."""
    table = table[table["metric"].isin(PUBLISHED_HEADLINES) & table["effect"].isin(names)]
    smallest = [metric(name).smallest for name in table["metric"]]
    found = looks.verdicts(table["estimate"], table["low"], table["high"], table["n"], smallest)
    table = table.assign(verdict=found)
    figure, panels = blank(len(PUBLISHED_HEADLINES), width=3.7, height=height)
    for place, (axes, name) in enumerate(zip(panels, PUBLISHED_HEADLINES, strict=True)):
        rows = table[table["metric"] == name].set_index("effect").loc[list(names)]
        columns = (rows[one] for one in ("estimate", "low", "high", "verdict"))
        for position, (estimate, low, high, verdict) in enumerate(zip(*columns, strict=True)):
            colour = verdict_colour(verdict, metric(name))
            marker = {BETTER: "o", UNSURE: "D", WORSE: "s"}[colour]
            axes.plot([low, high], [position] * 2, color=colour, linewidth=2)
            face = "white" if colour == UNSURE else colour
            axes.plot(estimate, position, marker, color=colour, markersize=5, mfc=face)
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.grid(axis="y", color="#EEEEEE")
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.set_yticks(range(len(names)), [labels[one] for one in names] if place == 0 else [""] * len(names))
        _title(axes, SHORT[name])
    figure.supxlabel(
        "circle: better; square: worse; diamond: too small, or cannot be told.  Bars: 95 % t intervals",
        fontsize=8,
        color=SOFT,
    )
    return figure


def factorial(results: Path) -> Figure:
    """Main effects and interactions of two."""
    table = findings.factorial_effects(results)
    names = list(dict.fromkeys(table["effect"]))
    return bars(table, names, {name: name.replace(" x ", " × ") for name in names}, 3.9)


def complementarity(results: Path, sweep: str = findings.DEMO) -> Figure:
    """Gains alone, together, and together less the sum."""
    table = findings.gains(results, sweep)
    names = list(dict.fromkeys(table["effect"]))
    english = {name: name.replace("三放", "devolutions").replace("两化", "refinements") for name in names}
    return bars(table, names, english, 3.5)


def levers(results: Path) -> Figure:
    """Shapley values of the levers, by group."""
    table = findings.lever_shares(results)
    order = table[table["ids"] != ""].drop_duplicates("effect").sort_values("ids")
    pairs = zip(order["effect"].tolist(), order["ids"].tolist(), strict=True)
    labels = {name: f"{name.replace('_', ' ')} ({GROUP_OF[ids[:2]]})" for name, ids in pairs}
    labels["total"] = "all levers together"
    return bars(table, list(labels), labels, 5.0)


def lines(axes: Axes, table: pd.DataFrame, x: str, by: str, label: str) -> None:
    """One line for each value of `by`, with intervals, moved sideways a little so that they do not hide one another."""
    values = sorted(table[by].unique())
    step = 0.012 * (table[x].max() - table[x].min())
    for place, value in enumerate(values):
        rows = table[table[by] == value].sort_values(x)
        shift = (place - (len(values) - 1) / 2) * step
        spread = np.abs(rows[["low", "high"]].to_numpy().T - rows["estimate"].to_numpy())
        axes.errorbar(
            rows[x] + shift, rows["estimate"], yerr=spread, color=LINES[place], marker=MARKERS[place], markersize=4,
            linewidth=1.4, capsize=2, label=label.format(value),
        )  # fmt: skip
    axes.axhline(0, color=INK, linewidth=0.8)


def dose_figure(
    results: Path, name: str, x: str, by: str, x_label: str, label: str, metrics: Sequence[str] = PUBLISHED_HEADLINES,
    rows_by: str = "",
) -> Figure:  # fmt: skip
    """One panel for each metric: difference to the reference along `x`, a line for each value of `by`.

    The reference cells are shown where they lie on a line, as zero. `rows_by` makes a row of panels of each value.
    """
    columns, reference = findings.DOSES[name]
    table = effects.contrasts(findings.runs_of(results, name), columns, reference, metrics)
    if x not in reference:
        table = table[np.logical_or.reduce([table[one] != value for one, value in reference.items()])]
    kinds = sorted(table[rows_by].unique()) if rows_by else [None]
    figure, panels = blank(len(metrics), len(kinds))
    for place, axes in enumerate(panels):
        kind, one = kinds[place // len(metrics)], metrics[place % len(metrics)]
        own = table[(table["metric"] == one) & ((table[rows_by] == kind) if rows_by else True)]
        lines(axes, own, x, by, label)
        _title(axes, SHORT[one] + (f"\n{rows_by.split('.')[-1]} {kind:g}" if rows_by else ""))
        _axis(axes, x_label, "difference" if place % len(metrics) == 0 else "")
    panels[0].legend(fontsize=7.5, frameon=False)
    return figure


def break_even(results: Path) -> Figure:
    """Speed at which local staff equal the pool, by load: theory, and the request engine at theory's speed."""
    figure, (left, right) = blank(2, width=4.2, height=3.1)
    loads = np.linspace(0.3, 0.95, 60)
    checked = findings.break_even()
    for place, servers in enumerate((2, 5, 10)):
        left.plot(
            loads,
            [pooling.break_even_speed(load, servers) for load in loads],
            color=LINES[place],
            label=f"c = {servers}",
        )
        own = checked[checked["servers"] == servers]
        spread = np.abs(own[["low", "high"]].to_numpy().T - own["estimate"].to_numpy())
        right.errorbar(
            own["load"] + 0.006 * (place - 1),
            own["estimate"],
            yerr=spread,
            fmt=MARKERS[place],
            color=LINES[place],
            capsize=2,
        )
    right.axhline(0, color=INK, linewidth=0.8)
    _title(left, "Break-even speed of local staff (pooled = 1)")
    _axis(left, "load of the pooled station", "speed")
    _title(right, "At that speed: time apart less time pooled")
    _axis(right, "load of the pooled station", "mean services, 95 % interval")
    left.legend(fontsize=8, frameon=False)
    return figure


def pooling_model(results: Path) -> Figure:
    """What devolving work and specialists changes, by the speed of local staff; small teams above, large ones below."""
    table = findings.dose(results, "pooling")
    sizes = sorted(table["district.population"].unique())
    figure, panels = blank(3, len(sizes))
    for place, axes in enumerate(panels):
        size, name = sizes[place // 3], PUBLISHED_HEADLINES[place % 3]
        own = table[(table["metric"] == name) & (table["district.population"] == size)]
        lines(axes, own, "casework.local_knowledge", "load", "load × {:g}")
        _title(axes, f"{SHORT[name]}\n{size:,.0f} residents")
        _axis(axes, "speed of base staff at equal skill", "devolved less pooled" if place % 3 == 0 else "")
    panels[0].legend(fontsize=8, frameon=False)
    return figure


def pilots(results: Path) -> Figure:
    """What a pilot changes in the pilot, its neighbours and the rest."""
    table = findings.pilot_areas(results)
    names = ["satisfaction", "resolution_days_mean", "trouble_days"]
    figure, panels = blank(3, width=3.7)
    shown = [
        name for name in dict.fromkeys(table["scenario"]) if " " not in name
    ]  # comparisons of two are in the table
    for place, (axes, name) in enumerate(zip(panels, names, strict=True)):
        for number, scenario in enumerate(shown):
            rows = table[(table["metric"] == name) & (table["scenario"] == scenario)]
            spread = np.abs(rows[["low", "high"]].to_numpy().T - rows["estimate"].to_numpy())
            axes.errorbar(
                np.arange(len(rows)) + 0.12 * (number - 1.5), rows["estimate"], yerr=spread, fmt=MARKERS[number],
                color=LINES[number], capsize=2, label=scenario,
            )  # fmt: skip
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.set_xticks(range(3), ["pilot", "neighbours", "rest"])
        _title(axes, SHORT.get(name, "Days until a need is gone (calendar days)"))
        if place == 0:
            axes.legend(fontsize=7.5, frameon=False)
            axes.set_ylabel("difference to before", fontsize=8.5)
    return figure


def daily_gap(results: Path, name: str, other: tuple[str, int], base: tuple[str, int], series: str) -> pd.DataFrame:
    """Paired difference of a daily series between two cells (scenario, point), smoothed: estimate, low, high by day."""
    with Results(results / name) as found:
        tables = [found.daily(*cell).pivot(index="day", columns="replication", values=series) for cell in (other, base)]
    gap = (tables[0] - tables[1]).rolling(SMOOTHED, center=True).mean().dropna()
    low, high = t_interval(gap.to_numpy(dtype=float))
    return pd.DataFrame({"estimate": gap.mean(axis=1), "low": low, "high": high})


def _band(axes: Axes, gap: pd.DataFrame, place: int, label: str = "") -> None:
    axes.fill_between(gap.index, gap["low"], gap["high"], color=LINES[place], alpha=0.25, linewidth=0)
    axes.plot(gap.index, gap["estimate"], color=LINES[place], linewidth=1.4, label=label)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set_xlabel("day", fontsize=8.5)


def discovery(results: Path) -> Figure:
    """Open requests, hidden needs and satisfaction after data discovery begins on day 180."""
    figure, panels = blank(3)
    named = {"open": "Open requests (count)", "latent": "Hidden needs (count)", "satisfaction": SHORT["satisfaction"]}
    for axes, (series, title) in zip(panels, named.items(), strict=True):
        _band(axes, daily_gap(results, "discovery-paradox", ("discovery", 0), ("before", 0), series), 0)
        axes.axvline(180, color=SOFT, linestyle=":")
        _title(axes, title)
    panels[0].set_ylabel("with discovery less without", fontsize=8.5)
    return figure


def points_where(results: Path, name: str) -> dict[tuple[float, ...], int]:
    """Numbers of a sweep's points by the values of its factors, in the order of their names."""
    with Results(results / name) as found:
        runs, factors = found.runs(), found.about["factors"]
    cells = runs[["point", *factors]].drop_duplicates()
    return {tuple(values): int(point) for point, *values in cells.itertuples(index=False, name=None)}


def turnover(results: Path) -> Figure:
    """What work methods change day by day, at declared and at heavy turnover, and what heavy turnover costs."""
    name = "turnover-shock"
    points = points_where(results, name)  # (policy.work_methods, workforce.leaving_base)
    figure, panels = blank(2, width=4.2)
    for place, leaving in enumerate((0.15, 0.6)):
        pair = [("before", points[methods, leaving]) for methods in (1.0, 0.0)]
        _band(
            panels[0], daily_gap(results, name, pair[0], pair[1], "satisfaction"), place, f"leaving {leaving:g} a year"
        )
    for place, methods in enumerate((0.0, 1.0)):
        pair = [("before", points[methods, leaving]) for leaving in (0.6, 0.15)]
        label = "with work methods" if methods else "without work methods"
        _band(panels[1], daily_gap(results, name, pair[0], pair[1], "satisfaction"), place + 2, label)
    _title(panels[0], "Satisfaction: with work methods less without")
    _title(panels[1], "Satisfaction: leaving 0.6 a year less 0.15")
    for axes in panels:
        axes.legend(fontsize=8, frameon=False)
    return figure


def expectations(results: Path) -> Figure:
    """The reform's gain in satisfaction day by day, by how fast expectations follow."""
    name = "rising-expectations"
    points = points_where(results, name)
    figure, (axes,) = blank(1, width=5.5, height=3.2)
    for place, ((step,), point) in enumerate(sorted(points.items())):
        gap = daily_gap(results, name, ("three-devolutions-two-refinements", point), ("before", point), "satisfaction")
        _band(axes, gap, place, f"expectation step {step:g}")
    _title(axes, "Satisfaction (0-1): whole reform less before")
    axes.legend(fontsize=8, frameon=False)
    return figure


STAFF = "share of movable posts moved down"
FIGURES: dict[str, Callable[[Path], Figure]] = {
    "factorial": factorial,
    "complementarity": complementarity,
    "complementarity-licang": lambda results: complementarity(results, findings.LICANG),
    "levers": levers,
    "unfunded-gap": lambda results: dose_figure(
        results, "unfunded-gap", "means", "duties", "means moved down (0-1)", "duties {:g}"
    ),
    "staff-dose-heterogeneity": lambda results: dose_figure(
        results,
        "staff-dose-heterogeneity",
        "policy.staff_devolution",
        "district.heterogeneity",
        STAFF,
        "heterogeneity {:g}",
    ),
    "staff-dose-spillover": lambda results: dose_figure(
        results, "staff-dose-spillover", "policy.staff_devolution", "spillover", STAFF, "spill-over {:g}"
    ),
    "local-planning": lambda results: dose_figure(
        results,
        "local-planning",
        "policy.fund_devolution",
        "spillover",
        "money moved down (0-1)",
        "spill-over {:g}",
        ("satisfaction", "wasted_services_oversupplied", "latent_needs"),
        "district.heterogeneity",
    ),
    "break-even": break_even,
    "pooling": pooling_model,
    "pilots": pilots,
    "turnover": turnover,
    "discovery": discovery,
    "expectations": expectations,
}


def _save(figure: Figure, path: Path) -> None:
    """As a PNG of 64 colours, which suffice for lines and letters and keep the repository small."""
    figure.savefig(path)
    with Image.open(path) as image:
        image.convert("RGB").quantize(64).save(path, optimize=True)


def draw(results: Path, out: Path, names: Sequence[str] = ()) -> list[Path]:
    """Draw the figures called `names` (all if empty) into the folder `out`; returns their paths."""
    paths = []
    for name in names or FIGURES:
        figure = FIGURES[name](results)
        paths.append(write_atomically(out / f"{name}.png", lambda path, figure=figure: _save(figure, path)))  # type: ignore[misc]
    return paths


def main() -> None:
    """Draw figures. Exit status 2 with one message where a folder of results is missing or not whole."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("results", type=Path, help="folder with the folders of the sweeps")
    parser.add_argument("folder", type=Path, help="folder to draw into, such as docs/images/findings")
    parser.add_argument("names", nargs="*", help="figures (default all)")
    given = parser.parse_args()
    try:
        draw(given.results, given.folder, given.names)
    except (InputError, OSError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
