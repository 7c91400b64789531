"""The figures of docs/findings.md, drawn from the folders of the sweeps.

python -m sanfang.studies.findings_figures results docs/images/findings
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from sanfang.lab.files import write_atomically
from sanfang.lab.statistics import effects
from sanfang.lab.verification import pooling
from sanfang.scenario.errors import InputError
from sanfang.studies import findings
from sanfang.studies.findings_daily import discovery, expectations, turnover
from sanfang.studies.findings_panels import INK, LINES, MARKERS, SHORT, bars, blank, lines, name_axes, put_title
from sanfang.studies.pilots import EVERYWHERE, METRICS, REFORMS

GROUP_OF = {"F1": "resources", "F2": "services", "F3": "management", "H1": "precision", "H2": "refinement"}


def factorial(results: Path) -> Figure:
    """Main effects and interactions of two."""
    table = findings.factorial_effects(results)
    names = list(dict.fromkeys(table["effect"]))
    return bars(table, names, {name: name.replace(" x ", " × ") for name in names}, 3.9)


def complementarity(results: Path, sweep: str = findings.FULL) -> Figure:
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


def dose_figure(
    results: Path, name: str, x: str, by: str, x_label: str, label: str, metrics: Sequence[str] = findings.METRICS,
    rows_by: str = "",
) -> Figure:  # fmt: skip
    """One panel for each metric: difference to the reference along `x`, a line for each value of `by`.

    The reference cells are shown where they lie on a line, as zero. `rows_by` makes a row of panels of each value.
    """
    columns, reference = findings.DOSES[name]
    table = effects.contrasts(findings.runs_of(results, name), columns, reference, metrics)
    if x not in reference:
        table = table[np.logical_or.reduce([table[column] != value for column, value in reference.items()])]
    kinds = sorted(table[rows_by].unique()) if rows_by else [None]
    figure, panels = blank(len(metrics), len(kinds))
    for number, axes in enumerate(panels):
        kind, shown = kinds[number // len(metrics)], metrics[number % len(metrics)]
        own = table[(table["metric"] == shown) & ((table[rows_by] == kind) if rows_by else True)]
        lines(axes, own, x, by, label)
        row = kind if isinstance(kind, str) else f"{rows_by.split('.')[-1]} {kind:g}" if rows_by else ""
        put_title(axes, SHORT[shown] + (f"\n{row}" if row else ""))
        name_axes(axes, x_label, "difference" if number % len(metrics) == 0 else "")
    panels[0].legend(fontsize=7.5, frameon=False)
    return figure


def break_even(results: Path) -> Figure:
    """Speed at which local staff equal the pool, by load: theory, and the request engine at theory's speed."""
    figure, (left, right) = blank(2, width=4.2, height=3.1)
    loads = np.linspace(0.3, 0.95, 60)
    checked = findings.break_even()
    for number, servers in enumerate((2, 5, 10)):
        left.plot(
            loads,
            [pooling.break_even_speed(load, servers) for load in loads],
            color=LINES[number],
            label=f"c = {servers}",
        )
        own = checked[checked["servers"] == servers]
        spread = np.abs(own[["low", "high"]].to_numpy().T - own["estimate"].to_numpy())
        right.errorbar(
            own["load"] + 0.006 * (number - 1),
            own["estimate"],
            yerr=spread,
            fmt=MARKERS[number],
            color=LINES[number],
            capsize=2,
        )
    right.axhline(0, color=INK, linewidth=0.8)
    put_title(left, "Break-even speed of local staff (pooled = 1)")
    name_axes(left, "load of the pooled station", "speed")
    put_title(right, "At that speed: time apart less time pooled")
    name_axes(right, "load of the pooled station", "mean services, 95 % interval")
    left.legend(fontsize=8, frameon=False)
    return figure


def pooling_model(results: Path) -> Figure:
    """What devolving work and specialists changes, by the speed of local staff and by the size of teams."""
    table = findings.dose(results, "pooling")
    cells = list(product(sorted(table["devolved"].unique()), findings.METRICS))
    figure, panels = blank(len(findings.METRICS), len(cells) // len(findings.METRICS))
    for axes, (devolved, name) in zip(panels, cells, strict=True):
        own = table[(table["metric"] == name) & (table["devolved"] == devolved)]
        lines(axes, own, "casework.local_knowledge", "district.communities", "{:g} communities")
        put_title(axes, f"{SHORT[name]}\ndevolved: {devolved:g}")
        first = name == findings.METRICS[0]
        name_axes(axes, "speed of base staff at equal skill", "devolved less pooled" if first else "")
    panels[0].legend(fontsize=8, frameon=False)
    return figure


def pilots(results: Path) -> Figure:
    """What a reform in a pilot alone, and everywhere, changes in the pilot, its neighbours and the rest."""
    table = findings.pilot_areas(results)
    figure, panels = blank(len(METRICS), width=3.7)
    shown = [name + where for name in REFORMS for where in ("", EVERYWHERE)]
    for panel, (axes, name) in enumerate(zip(panels, METRICS, strict=True)):
        for number, scenario in enumerate(shown):
            rows = table[(table["metric"] == name) & (table["scenario"] == scenario)]
            spread = np.abs(rows[["low", "high"]].to_numpy().T - rows["estimate"].to_numpy())
            axes.errorbar(
                np.arange(len(rows)) + 0.12 * (number - 1.5), rows["estimate"], yerr=spread, fmt=MARKERS[number],
                color=LINES[number], capsize=2, label=scenario,
            )  # fmt: skip
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.set_xticks(range(3), ["pilot", "neighbours", "rest"])
        put_title(axes, SHORT[name])
        if panel == 0:
            axes.legend(fontsize=7.5, frameon=False)
            axes.set_ylabel("difference to before", fontsize=8.5)
    return figure


STAFF = "share of movable posts moved down"
FIGURES: dict[str, Callable[[Path], Figure]] = {
    "factorial": factorial,
    "complementarity": complementarity,
    "complementarity-half": lambda results: complementarity(results, findings.HALF),
    "levers": levers,
    "unfunded-gap": lambda results: dose_figure(
        results, "unfunded-gap", "means", "duties", "means moved down (0-1)", "duties {:g}"
    ),
    "paid-in-turn": lambda results: dose_figure(
        results,
        "paid-in-turn",
        "means",
        "money.in_turn",
        "means moved down (0-1)",
        "paid in turn {:g}",
        rows_by="duties",
    ),
    "staff-dose-heterogeneity": lambda results: dose_figure(
        results,
        "staff-dose-heterogeneity",
        "policy.staff_devolution",
        "district.heterogeneity",
        STAFF,
        "heterogeneity {:g}",
        rows_by="scenario",
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
    """As a PNG of 128 colours, which suffice for lines and letters and keep the repository small."""
    figure.savefig(path)
    with Image.open(path) as image:
        image.convert("RGB").quantize(128).save(path, optimize=True)


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
