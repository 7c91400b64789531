"""What the experiments on interactions and trade-offs show, worked out from the folders of their sweeps.

    python -m sanfang.studies.findings results docs/findings.md

writes the tables of that page anew, each between its two marks (`<!-- table NAME -->` and `<!-- end -->`).
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from sanfang.lab.statistics import effects
from sanfang.lab.storage.results import Results
from sanfang.lab.verification import pooling
from sanfang.metrics.catalogue import metric
from sanfang.metrics.numbers import decimals_of, with_interval
from sanfang.report.markdown import table as markdown
from sanfang.scenario.catalogue import levers
from sanfang.scenario.errors import InputError
from sanfang.studies import pilots, shapley

DEVOLUTIONS, REFINEMENTS = ("resources", "services", "management"), ("precision", "refinement")
FACTORS = (*DEVOLUTIONS, *REFINEMENTS)
GROUPS = {"三放": (0, 1, 2), "两化": (3, 4)}
FULL, HALF = "factorial", "factorial-half"
METRICS = ("satisfaction", "trouble_days", "waste_share")
"""What an experiment of the page is about: satisfaction, how long problems last, and waste."""
USUAL_DIGITS = 3
"""Where an interval has no width that could tell."""

DOSES: dict[str, tuple[tuple[str, ...], dict[str, object]]] = {
    "unfunded-gap": (("duties", "means"), {"duties": 0, "means": 0}),
    "paid-in-turn": (("money.in_turn", "duties", "means"), {"duties": 0, "means": 0}),
    "staff-dose-heterogeneity": (
        ("scenario", "district.heterogeneity", "policy.staff_devolution"),
        {"policy.staff_devolution": 0},
    ),
    "staff-dose-spillover": (("spillover", "policy.staff_devolution"), {"policy.staff_devolution": 0}),
    "local-planning": (
        ("district.heterogeneity", "spillover", "policy.fund_devolution"),
        {"policy.fund_devolution": 0},
    ),
    "pooling": (("district.communities", "casework.local_knowledge", "devolved"), {"devolved": 0}),
    "turnover-shock": (("workforce.leaving_base", "policy.work_methods"), {"policy.work_methods": 0}),
    "discovery-paradox": (("scenario",), {"scenario": "before"}),
    "rising-expectations": (("mind.expectation_step", "scenario"), {"scenario": "before"}),
}
"""Of each trade-off: the columns that tell its cells apart, and the cell that each is compared with."""


def runs_of(results: Path, name: str) -> pd.DataFrame:
    """The runs of a sweep. Raises InputError if the folder holds none."""
    with Results(results / name) as stored:
        return stored.runs()


def dose(results: Path, name: str, metrics: Sequence[str] = METRICS) -> pd.DataFrame:
    """Paired differences of each cell of a trade-off to its reference (`effects.contrasts`), those cells left out."""
    columns, reference = DOSES[name]
    table = effects.contrasts(runs_of(results, name), columns, reference, metrics)
    own = np.logical_and.reduce([(table[column] == value).to_numpy() for column, value in reference.items()])
    kept: pd.DataFrame = table.loc[~own].reset_index(drop=True)
    return kept


def _by_metric(metrics: Sequence[str], of: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    """The tables that `of` makes of each metric, under one another, with the column `metric`."""
    return pd.concat([of(name).assign(metric=name) for name in metrics], ignore_index=True)


def factorial_effects(results: Path, sweep: str = FULL, metrics: Sequence[str] = METRICS) -> pd.DataFrame:
    """Main effects and interactions of two of the five groups of levers, by metric."""
    runs = runs_of(results, sweep)
    return _by_metric(metrics, lambda name: effects.factorial_effects(effects.cube(runs, FACTORS, name), FACTORS, 2))


def gains(results: Path, sweep: str = FULL, metrics: Sequence[str] = METRICS) -> pd.DataFrame:
    """What the parts gain alone and together, and how much more together than in sum, by metric."""
    runs = runs_of(results, sweep)

    def of(name: str) -> pd.DataFrame:
        cube = effects.cube(runs, FACTORS, name)
        devolutions, refinements = cube[..., 0, 0], cube[:, 0, 0, 0]
        halves = effects.grouped(cube, list(GROUPS.values()))
        last = effects.last_gains(devolutions)
        columns = {f"{factor} alone": gain for factor, gain in zip(FACTORS, effects.single_gains(cube).T, strict=True)}
        columns |= {f"{factor} after the two others": gain for factor, gain in zip(DEVOLUTIONS, last.T, strict=True)}
        columns |= {
            "三放 together": effects.together(devolutions),
            "三放: together less sum": effects.complementarity(devolutions),
            "两化 together": effects.together(refinements),
            "两化: together less sum": effects.complementarity(refinements),
            "all five together": effects.together(cube),
            "all five: together less sum": effects.complementarity(cube),
            "三放 with 两化: together less sum": effects.complementarity(halves),
        }
        return effects.estimates(np.column_stack(list(columns.values())), list(columns))

    return _by_metric(metrics, of)


def shares(results: Path, sweep: str = FULL, metrics: Sequence[str] = METRICS) -> pd.DataFrame:
    """Shapley values of 三放 and 两化, and of the five groups of levers, from all 32 cells."""
    runs = runs_of(results, sweep)

    def of(name: str) -> pd.DataFrame:
        cube = effects.cube(runs, FACTORS, name)
        halves = effects.shapley(effects.grouped(cube, list(GROUPS.values())))
        samples = np.column_stack([halves, effects.shapley(cube), effects.together(cube)])
        return effects.estimates(samples, [*GROUPS, *FACTORS, "total"])

    return _by_metric(metrics, of)


def lever_shares(results: Path, metrics: Sequence[str] = METRICS) -> pd.DataFrame:
    """Shapley values of the levers of the reform, from random orders; with the article's IDs and the group of each."""
    walks = pd.read_csv(results / "shapley" / shapley.WALKS, dtype={"lever": str}).fillna({"lever": ""})

    def of(name: str) -> pd.DataFrame:
        samples, names = shapley.values(walks, name)
        return effects.estimates(np.column_stack([samples, samples.sum(axis=1)]), [*names, "total"])

    declared = {lever.name: lever for lever in levers()}
    table = _by_metric(metrics, of)
    table["ids"] = [declared[name].ids if name in declared else "" for name in table["effect"]]
    return table


def pilot_areas(results: Path) -> pd.DataFrame:
    """Paired differences of each pilot to the state before, by area; of a reform also to itself everywhere."""
    runs = pd.read_csv(results / "pilots" / pilots.TABLE)
    parts = [pilots.differences(runs).rename(columns={"difference": "estimate"})]
    for name in pilots.REFORMS:
        alone = effects.contrasts(runs, ["scenario", "area"], {"scenario": name + pilots.EVERYWHERE}, pilots.METRICS)
        alone = alone[(alone["scenario"] == name) & (alone["area"] == "pilot")]
        parts.append(alone.assign(scenario=f"{name} less everywhere"))
    return pd.concat(parts, ignore_index=True)


def break_even(loads: Sequence[float] = (0.5, 0.65, 0.8, 0.9), sizes: Sequence[int] = (2, 5, 10)) -> pd.DataFrame:
    """Speed at which separate stations equal the pool, by load and servers, and what the request engine shows there.

    `estimate`, `low`, `high`: time apart less time in the pool, in mean services, at the speed of theory.
    """
    rows = []
    for servers in sizes:
        for load in loads:
            speed = pooling.break_even_speed(load, servers)
            measured = pooling.measured(load, servers, speed)
            rows.append({"servers": servers, "load": load, "speed": speed} | vars(measured))
    return pd.DataFrame(rows)


# --- Tables of the page ---------------------------------------------------------------------------------


def shown(row: pd.Series) -> str:
    """Estimate and interval, with as many decimals as the interval deserves and true minus signs."""
    decimals = decimals_of(row["low"], row["high"])
    digits = USUAL_DIGITS if decimals is None else decimals
    return with_interval(row["estimate"], row["low"], row["high"], digits, sign=True)


def by_metric(table: pd.DataFrame, columns: Sequence[str], heads: Sequence[str]) -> str:
    """One row a cell, one column a metric, in the order of the table; last, how many replications have them all."""
    names = list(dict.fromkeys(table["metric"]))
    cells = table[list(columns)].drop_duplicates().itertuples(index=False, name=None)
    indexed = table.set_index([*columns, "metric"])
    rows = []
    for cell in cells:
        own = [indexed.loc[(*cell, name)] for name in names]
        labels = (f"{part:g}" if isinstance(part, int | float) else str(part) for part in cell)
        rows.append([*labels, *map(shown, own), f"{min(row['n'] for row in own):.0f}"])
    named = [f"{metric(name).en} ({metric(name).unit})" for name in names]
    return "\n".join(markdown([*heads, *named, "Maps"], rows))


def _dose_table(name: str, heads: Sequence[str], metrics: Sequence[str], results: Path) -> str:
    return by_metric(dose(results, name, metrics), DOSES[name][0], heads)


def _break_even_table(results: Path) -> str:
    speeds = break_even()
    rows = [
        [f"{row['servers']:g}", f"{row['load']:g}", f"{row['speed']:.3f}", shown(row)] for _, row in speeds.iterrows()
    ]
    head = ["Servers", "Load", "Break-even speed (theory)", "Apart less pooled at that speed (engine, mean services)"]
    return "\n".join(markdown(head, rows))


RESIDENTS = ("satisfaction", "trouble_days", "latent_needs", "backlog")
TABLES: dict[str, Callable[[Path], str]] = {
    "gains": lambda results: by_metric(gains(results), ["effect"], ["Gain"]),
    "gains-half": lambda results: by_metric(gains(results, HALF), ["effect"], ["Gain"]),
    "effects": lambda results: by_metric(factorial_effects(results), ["effect"], ["Effect"]),
    "effects-half": lambda results: by_metric(factorial_effects(results, HALF), ["effect"], ["Effect"]),
    "shares": lambda results: by_metric(shares(results), ["effect"], ["Shapley value"]),
    "shares-half": lambda results: by_metric(shares(results, HALF), ["effect"], ["Shapley value"]),
    "levers": lambda results: by_metric(lever_shares(results), ["ids", "effect"], ["ID", "Lever"]),
    "unfunded-gap": partial(_dose_table, "unfunded-gap", ["Duties", "Means"], METRICS),
    "paid-in-turn": partial(_dose_table, "paid-in-turn", ["Paid in turn", "Duties", "Means"], METRICS),
    "staff-dose-heterogeneity": partial(
        _dose_table, "staff-dose-heterogeneity", ["Else", "Heterogeneity", "Staff moved"], METRICS
    ),
    "staff-dose-spillover": partial(_dose_table, "staff-dose-spillover", ["Spill-over", "Staff moved"], METRICS),
    "local-planning": partial(
        _dose_table,
        "local-planning",
        ["Heterogeneity", "Spill-over", "Money moved"],
        ("satisfaction", "wasted_services_oversupplied", "latent_needs"),
    ),
    "break-even": _break_even_table,
    "pooling": partial(_dose_table, "pooling", ["Communities", "Local speed", "Devolved"], METRICS),
    "pilots": lambda results: by_metric(pilot_areas(results), ["scenario", "area"], ["Pilot", "Area"]),
    "turnover-shock": partial(
        _dose_table, "turnover-shock", ["Leaving a year", "Work methods"], (*METRICS, "turnover_rate")
    ),
    "discovery-paradox": partial(_dose_table, "discovery-paradox", ["Scenario"], RESIDENTS),
    "rising-expectations": partial(_dose_table, "rising-expectations", ["Expectation step", "Scenario"], METRICS),
}


def written(page: str, results: Path) -> str:
    """The page with each of its tables made anew. KeyError for a mark that names no table."""
    pattern = re.compile(r"(<!-- table ([\w-]+) -->\n).*?(<!-- end -->)", flags=re.DOTALL)
    return pattern.sub(lambda match: f"{match[1]}\n{TABLES[match[2]](results)}\n{match[3]}", page)


def main() -> None:
    """Write the tables of a page anew. Exit status 2 with one message where results are missing or not whole."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("results", type=Path, help="folder with the folders of the sweeps")
    parser.add_argument("page", type=Path, help="page to write the tables into, such as docs/findings.md")
    given = parser.parse_args()
    try:
        given.page.write_text(written(given.page.read_text("utf-8"), given.results), "utf-8")
    except (InputError, OSError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
