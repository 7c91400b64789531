"""The district before the reform beside published figures, and how far the headline depends on what is assumed.

    python -m sanfang.studies.regime > docs/regime.md

makes the page: a year of Licang at full size from its steady start; the headline over districts drawn anew, year by
year, and at shares of the district (`sanfang.studies.scales`); which of the assumed conditions decide
(`experiments/conditions.toml`), and the headline at both ends of the range of each of these. What the sweeps in
results/ lack is made first, which takes hours from nothing.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sanfang.lab.comparison import Comparison, compare
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.scales import FULL
from sanfang.lab.statistics import gains, intervals
from sanfang.lab.storage.results import Results
from sanfang.lab.sweeps.sweep import sweep
from sanfang.metrics.catalogue import HEADLINES, metric
from sanfang.metrics.numbers import difference
from sanfang.report.markdown import table
from sanfang.report.page_command import print_page
from sanfang.run.simulation import Run
from sanfang.scenario.scenario import Scenario
from sanfang.studies import scales
from sanfang.studies.calibrate_present import comparison, present_year
from sanfang.studies.fit_ledger import table as ledger_of
from sanfang.studies.screening import EXPERIMENT, by_point, screened

REFORMS = ("three-devolutions", "three-devolutions-two-refinements")
SHORT = {"unfunded": "unfunded", REFORMS[0]: "three", REFORMS[1]: "all"}
SCREENED_FOR = "trouble_days"
CONDITIONS = Path("results") / EXPERIMENT
DECIDING = 6
"""Conditions whose ends the headline is shown at: those that move it most in the screening, for either reform."""
ENDS_REPS, ENDS_SCALE = 4, 0.1


def page(jobs: int | None = None) -> str:
    """The whole page as Markdown."""
    run = present_year(Scenario.load("before", district="licang"), seed=1, scale=1.0)
    for scale in scales.SCALES:
        scales.make(scale, jobs)
    sweep(Experiment.load(EXPERIMENT), CONDITIONS, jobs=jobs, report=_say("points"))
    parts = (_INTRODUCTION, *comparison([run], ledger_of(Path("docs/fit-ledger.csv"))), *_domains(run), *_headline(),
             *_scales(), *_screening(), *_ends(jobs), _CLOSING)  # fmt: skip
    return "\n".join(parts)


def _say(what: str) -> Callable[..., None]:
    def say(done: int, total: int, *_: object) -> None:
        sys.stderr.write(f"\r{what}: {done} of {total}    ")

    return say


_INTRODUCTION = """# The district before the reform, and what the headline rests on

Made by `python -m sanfang.studies.regime`; numbers are those of the program, not of this page's author.

## Licang before the reform

A year of `before` on Licang at full size, one seed, from its steady start, beside figures published elsewhere. Licang
publishes none of these itself. What is fitted or seen is no test; held-out figures are
([fit-ledger.md](fit-ledger.md)). [data.md](data.md) has the same at a tenth and says what stands out.
"""

_CLOSING = """
What this page cannot show: [second-edition.md](second-edition.md) tells which conventions decided what, and
[data.md](data.md) which of the numbers are measured at all. Licang's own counts of communities, grid workers, posts and
fund money were not to be had: they are assumed, with ranges.
"""


def _domains(run: Run) -> Iterator[str]:
    yield "\n## Days to resolve, by domain\n"
    yield _paragraph(
        "Of the same year: requests of all channels voiced sixty days or more before its end. The last column has "
        "those given up or never resolved. Days follow the spread of American records, levelled to Chinese ones; no "
        "Chinese city publishes them."
    )
    cases = run.requests[run.requests["voiced"].between(0, run.days - 60)]
    rows = []
    for name, domain in run.scenario.domains.items():
        own = cases[cases["domain"] == name]
        days = (own["closed"] - own["voiced"])[own["outcome"] == "resolved"]
        unsolved = 1 - (own["outcome"] == "resolved").mean()
        numbers = (days.mean(), days.median(), days.quantile(0.9))
        label = f"{domain.label_en} {domain.label_zh}"
        rows.append((label, f"{len(own):,}", *(f"{number:.1f}" for number in numbers), f"{unsolved:.2f}"))
    yield from table(("Domain", "Requests", "Mean", "Median", "90 %", "Not resolved"), rows)


def _headline() -> Iterator[str]:
    with Results(scales.folder_of(FULL)) as results:
        runs, groups = results.runs(), results.groups(HEADLINES)
    maps = runs["replication"].nunique()
    yield "\n## The headline over districts drawn anew\n"
    yield _paragraph(
        f"Full size, {maps} districts (map, people and troubles drawn anew in each), each from its own steady state; "
        "paired differences to `before` with 95 % t intervals over districts, in all three years and in each."
    )
    three_years = intervals.differences(runs, "before").assign(group="1 to 3")
    by_year = gains.gains(groups[groups["dimension"] == "year"], "before")
    found = pd.concat([three_years, by_year])
    rows = []
    for (scenario, year), own in found.groupby(["scenario", "group"], sort=False):
        of = dict(zip(own["metric"], own.to_dict("records"), strict=True))
        rows.append((f"`{scenario}`", str(year), *(difference(of[name]) for name in HEADLINES)))
    rows.sort(key=lambda row: list(SHORT).index(row[0].strip("`")))
    yield from table(("Scenario", "Year", *(metric(name).en for name in HEADLINES)), rows)
    means = intervals.means(runs).set_index(["scenario", "metric"])["mean"]["before"]
    yield (
        "\n`before` itself: "
        + ", ".join(f"{metric(n).en.lower()} {metric(n).format(float(means[n]))}" for n in HEADLINES)
        + "."
    )
    yield "\n### Who gains\n"
    weak = gains.gains(groups[groups["dimension"] == "vulnerable"], "before")
    rows = [
        (f"`{row['scenario']}`", row["group"], metric(row["metric"]).en, difference(row), row["word"])
        for row in weak.to_dict("records")
    ]
    yield from table(("Scenario", "Residents", "Outcome", "Difference", ""), rows)


def _scales() -> Iterator[str]:
    yield "\n## Effect against scale\n"
    yield _paragraph(
        "A share of the communities has smaller streets and departments, in which less is pooled. Effects that are "
        "surely more than the smallest difference of interest at full size, at shares of the district; `*` where the "
        "effect is surely another one than at full size (Welch, 95 %). `compare` and `sweep` say so for what they "
        "run."
    )
    yield from scales.page(scales.read())


def _screening() -> Iterator[str]:
    experiment = Experiment.load(EXPERIMENT)
    yield "\n## Which assumptions decide\n"
    yield _paragraph(
        f"Morris's screening of {len(experiment.factors)} assumed conditions (`experiments/{EXPERIMENT}.toml`, a tenth "
        "of the size, a year): how far the whole range of each moves what the reform does to days with the problem "
        "(mean of its few absolute effects, `n` at most one a trajectory; the brackets are a bootstrap of these few, a "
        "rough spread and no 95 % interval), and the mean with its sign. One seed, so chance adds to every number; "
        f"steps of two thirds of a range, scaled up. A ranking of the {len(experiment.factors)} this is not; where a "
        "condition stands alone (next table) it may move days the other way: its effect depends on the others."
    )
    days = {name: by_point(CONDITIONS, name, SCREENED_FOR) for name in REFORMS}
    told = ", ".join(f"{np.isnan(of).sum()} of {len(of)} (`{name}`)" for name, of in days.items())
    yield _paragraph(
        f"Points without a difference, since the district has no steady state there: {told}. Their steps are left "
        "out, so what is shown is for districts that hold one, and may understate what matters at the brink."
    )
    yield _paragraph(
        " ".join(_signs(name, of) for name, of in days.items())
        + " Most points are far from the district's values and neighbours of one another: these are counts and no "
        "probabilities."
    )
    found = {name: screened(CONDITIONS, name, SCREENED_FOR).set_index("factor") for name in REFORMS}
    order = pd.concat([one["mean_absolute"] for one in found.values()], axis=1).max(axis=1)
    rows = []
    for factor in order.sort_values(ascending=False).index:
        cells = []
        for one in found.values():
            row = one.loc[factor]
            cells += [
                f"{row['n']:.0f}",
                f"{row['mean_absolute']:.1f} [{max(row['low'], 0):.1f}, {row['high']:.1f}]",
                f"{row['mean']:+.1f}",
            ]
        rows.append((f"`{factor}`", *cells))
    heads = [head for name in REFORMS for head in (f"{SHORT[name]}: n", "moves by", "mean")]
    yield from table(("Condition", *heads), rows)


def _signs(scenario: str, days: np.ndarray) -> str:
    """At how many points a reform adds days, saves some, and lowers satisfaction."""
    satisfaction = by_point(CONDITIONS, scenario, HEADLINES[0])
    return (
        f"`{scenario}` adds days at {(days > 0).sum()} points and saves some at {(days < 0).sum()} (median "
        f"{np.nanmedian(days):+.1f}), and lowers satisfaction at {(satisfaction < 0).sum()}."
    )


def deciding() -> list[str]:
    """The conditions that move either reform most, the most important first."""
    found = [screened(CONDITIONS, name, SCREENED_FOR).set_index("factor")["mean_absolute"] for name in REFORMS]
    return list(pd.concat(found, axis=1).max(axis=1).nlargest(DECIDING).index)


def ends_of(name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Both ends of a condition's range, as text and as settings."""
    experiment = Experiment.load(EXPERIMENT)
    factor = next(factor for factor in experiment.factors if factor.name == name)
    for value in factor.at((0.0, 1.0)):
        yield f"`{name}` = {value:g}", factor.settings(value)


def _ends(jobs: int | None) -> Iterator[str]:
    yield "\n## At the ends of what decides\n"
    yield _paragraph(
        f"The {DECIDING} conditions that the screening finds to matter most, each at the ends of its range and all "
        "else as it is: difference to `before`, itself in the steady state under the same condition, at a tenth of the "
        f"size, {ENDS_REPS} maps drawn anew, a year; 95 % intervals, not adjusted for so many looks. A change of sign "
        "over a range is what nobody knows."
    )
    rows = []
    for name in deciding():
        for label, settings in ends_of(name):
            compared = _compared(settings, jobs)
            rows.append((label, *(_cells(compared, scenario) for scenario in REFORMS)))
    yield from table(("Condition", *(f"{SHORT[name]}: satisfaction; days with the problem" for name in REFORMS)), rows)


def _compared(settings: Mapping[str, Any], jobs: int | None) -> Comparison:
    drawn = {"run.replicate": "map", **settings}
    scenarios = [Scenario.load(name, district="licang").with_(drawn) for name in ("before", *REFORMS)]
    return compare(scenarios, reps=ENDS_REPS, days=365, baseline="before", scale=ENDS_SCALE, jobs=jobs, by=())


def _cells(compared: Comparison, scenario: str) -> str:
    own = {row["metric"]: row for row in compared.differences.to_dict("records") if row["scenario"] == scenario}
    return "; ".join(_cell(own.get(name)) for name in HEADLINES[:2])


def _cell(row: Mapping[Any, Any] | None) -> str:
    had = 0 if row is None else int(row["n"])
    if row is None or had == 0:
        return "no steady state"
    return difference(row) + (f" ({had} of {ENDS_REPS})" if had < ENDS_REPS else "")


def _paragraph(text: str) -> str:
    return textwrap.fill(text, 118) + "\n"


if __name__ == "__main__":
    print_page(__doc__, lambda: page() + "\n")
