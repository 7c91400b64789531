"""Metrics by group on the Results page: what each group has, and what a scenario does to it.

Values are averaged over the points of the design; differences are those of `sanfang.lab.statistics.gains`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from sanfang.dashboard.pages.results.figures import BETTER, UNSURE, WORSE, Bars, bars
from sanfang.dashboard.pages.results.labels import group_label, scenario_label
from sanfang.dashboard.pages.results.runs import Opened
from sanfang.dashboard.pages.results.tables import NothingToShow, summary
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.words import say
from sanfang.lab.statistics import gains
from sanfang.metrics.catalogue import metric
from sanfang.metrics.groups import DIMENSIONS
from sanfang.metrics.numbers import decimals_apart, number, with_interval

MAX_BARS, MAX_ROWS = 40, 1_000
COLOURS = {gains.GAINS: BETTER, gains.LOSES: WORSE}
CLASSES = {gains.GAINS: "better", gains.LOSES: "worse"}


def compared(opened: Opened, name: str, scenario: str) -> bool:
    """Whether groups are shown by what the scenario does to them, and not by what they have."""
    return metric(name).better is not None and scenario != opened.baseline and opened.baseline in opened.scenarios


def by_group(opened: Opened, dimension: str, name: str, scenario: str) -> pd.DataFrame:
    """One row a group, in order: group, count (what the metric is over, in the scenario), base and mean (of baseline
    and scenario), estimate, low, high, and word of the difference, or of the mean where nothing is compared. Raises
    NothingToShow, Unreadable."""
    values = opened.groups(dimension, name) if name else pd.DataFrame()
    values = values[values["scenario"].isin([scenario, opened.baseline])] if len(values) else values
    if values.empty or scenario not in set(values["scenario"]):
        raise NothingToShow("results_groups_none")
    keys = ["scenario", "replication", "dimension", "group", "metric"]
    by_run = values.groupby(keys, sort=False)
    columns = by_run[["value", "n"]]
    means = columns.mean().where(columns.count().eq(by_run.size(), axis=0))  # no mean of some points only
    averaged = means[by_run.size() == values["point"].nunique()].reset_index()
    own = averaged[averaged["scenario"] == scenario]
    if own.empty:  # a replication counts if all points are there, so that each point counts alike
        raise NothingToShow("results_not_enough")
    groups = own.groupby("group", sort=False).agg(count=("n", "mean"))
    of_own = own.pivot(index="group", columns="replication", values="value").reindex(groups.index)
    base = averaged[averaged["scenario"] == opened.baseline]
    of_base = base.pivot(index="group", columns="replication", values="value").reindex_like(of_own)
    if compared(opened, name, scenario):
        pairs = of_own.notna() & of_base.notna()  # those of the difference
        of_own, of_base = of_own.where(pairs), of_base.where(pairs)
        differences = gains.gains(averaged, opened.baseline, [name])
        differences = differences[differences["scenario"] == scenario].set_index("group")
        differences = differences.rename(columns={"difference": "estimate"})
        groups = groups.join(differences[["estimate", "low", "high", "word"]])
    else:
        means = pd.DataFrame(summary(of_own.to_numpy(dtype=float)), index=groups.index)
        groups = groups.join(means[["estimate", "low", "high"]]).assign(word="")
    return groups.assign(mean=_means(of_own, name), base=_means(of_base, name)).reset_index()


def _means(values: pd.DataFrame, name: str) -> pd.Series[float]:
    """The mean of each group over replications; none where a run has not reached a metric that is open-ended: that of
    the others would be of the lucky ones."""
    return values.mean(axis=1, skipna=not metric(name).open_ended)


def forest_of_groups(opened: Opened, dimension: str, name: str, scenario: str, lang: str) -> Bars:
    """The groups as marks with intervals, those with the largest differences if there are many. Raises NothingToShow,
    Unreadable."""
    groups = by_group(opened, dimension, name, scenario)
    known = groups[np.isfinite(groups["estimate"])]
    if known.empty:
        raise NothingToShow("results_not_enough")
    against = compared(opened, name, scenario)
    largest = known["estimate"].abs().nlargest(MAX_BARS).index
    frame = known.loc[known.index.isin(largest)]
    notes = [say("results_note_scenario", lang, scenario=scenario_label(scenario, lang))]
    if against:
        baseline = scenario_label(opened.baseline, lang)
        notes += [say("results_note_baseline", lang, scenario=baseline), say("results_groups_difference", lang)]
        notes += [say("results_groups_colours", lang)]
    else:
        notes += [say("results_groups_mean", lang)]
    if len(frame) < len(known):
        notes.append(say("results_groups_largest", lang, shown=len(frame), all=len(known)))
    if DIMENSIONS[dimension].splits == "residents":
        notes.append(say("results_groups_fixed", lang))
    title = say("results_groups_title", lang, metric=metric(name).label(lang), by=DIMENSIONS[dimension].label(lang))
    labels = [group_label(opened, dimension, group, lang) for group in frame["group"]]
    colours = [COLOURS.get(word, UNSURE) for word in frame["word"]]  # a mean has no word
    drawn = bars(title, " ".join(notes), name, labels, frame, lang, marks=True, colours=colours)
    if against:
        return drawn
    texts = [f"{label}\n{text}" for label, text in zip(labels, _estimates(frame, sign=False), strict=True)]
    return replace(drawn, names=texts)


def groups_table(
    opened: Opened, dimension: str, name: str, scenario: str, lang: str
) -> tuple[list[Json], list[list[Any]]]:
    """Columns and rows of the table of groups. Raises NothingToShow, Unreadable."""
    groups = by_group(opened, dimension, name, scenario).head(MAX_ROWS)
    against = compared(opened, name, scenario)
    heads = [
        "group",
        "count",
        *(["baseline", "scenario_mean", "group_difference", "word"] if against else ["estimate"]),
    ]
    columns: list[Json] = [
        {"id": head, "label": say(f"results_column_{head}", lang), "num": head not in ("group", "word")}
        for head in heads
    ]
    digits = decimals_apart([*groups["mean"], *groups["base"]])
    estimates = _estimates(groups, sign=against)
    rows: list[list[Any]] = []
    for row, text in zip(groups.to_dict("records"), estimates, strict=True):
        cells: list[Any] = [group_label(opened, dimension, row["group"], lang), number(row["count"], 0)]
        if against:
            word = say(f"results_word_{row['word'].replace(' ', '_')}", lang)
            difference = {"text": text, "verdict": CLASSES.get(row["word"], "")}
            cells += [number(row["base"], digits), number(row["mean"], digits), difference, word]
        else:
            cells.append(text)
        rows.append(cells)
    return columns, rows


def _estimates(frame: pd.DataFrame, sign: bool) -> list[str]:
    estimates, lows, highs = (frame[column].astype(float).tolist() for column in ("estimate", "low", "high"))
    digits = decimals_apart([*estimates, *lows, *highs, *([0.0] if sign else [])])
    rows = zip(estimates, lows, highs, strict=True)
    return [with_interval(estimate, low, high, digits, sign) for estimate, low, high in rows]
