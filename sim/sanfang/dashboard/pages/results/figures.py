"""The figures of the Results page, in one language: what they show, as plain data.

`options` has ECharts draw them on the page, `pictures` matplotlib in files.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sanfang.dashboard.pages.results.effects import Effects
from sanfang.dashboard.pages.results.labels import (
    direction,
    factor_label,
    level_label,
    metric_label,
    plain,
    scenario_label,
    unit,
)
from sanfang.dashboard.pages.results.runs import Opened
from sanfang.dashboard.pages.results.tables import Statistic, Surface, front, thinned
from sanfang.dashboard.presenters import colours
from sanfang.dashboard.words import say
from sanfang.lab.statistics import looks
from sanfang.metrics.catalogue import metric
from sanfang.metrics.numbers import decimals_apart, number, with_interval

BETTER, WORSE, UNSURE, NEUTRAL = "#0b6e4f", "#b3261e", "#7a828c", "#0072B2"
KINDS = {"better": BETTER, "worse": WORSE, "": UNSURE}
NEUTRAL_SCALE = ("#eef3f8", "#b7cfe4", "#6f9dc6", "#2f6ca3", "#103f6b")
MAX_BARS, MAX_DOTS, MAX_WITH_INTERVALS = 30, 800, 80


@dataclass(frozen=True, eq=False)
class HeatMap:
    """`values[y][x]` with `texts` for the cells and `names` for who points at one."""

    title: str
    note: str
    x_name: str
    y_name: str
    x_labels: list[str]
    y_labels: list[str]
    values: list[list[float]]
    texts: list[list[str]]
    names: list[list[str]]
    ends: tuple[float, float]
    colours: tuple[str, ...]
    digits: int


@dataclass(frozen=True, eq=False)
class Bars:
    """Estimates with intervals around zero, one below the other; as bars from zero, or as marks (a forest plot)."""

    title: str
    note: str
    unit: str
    labels: list[str]
    estimates: list[float]
    low: list[float]
    high: list[float]
    colours: list[str]
    names: list[str]
    bars: bool = True
    strong: int = -1  # the row that stands out


@dataclass(frozen=True, eq=False)
class Group:
    """Cells of one scenario: `dots` of x, y and name; `intervals` of x, its low and high, y, its low and high."""

    label: str
    colour: str
    dots: list[tuple[float, float, str]]
    intervals: list[list[float]]


@dataclass(frozen=True, eq=False)
class Scatter:
    """Cells by two metrics; `front` are x, y and name of those that no other beats, by x."""

    title: str
    note: str
    x_name: str
    y_name: str
    groups: list[Group]
    front: list[tuple[float, float, str]]
    front_name: str


Plot = HeatMap | Bars | Scatter


def heat_map(opened: Opened, response: Surface, name: str, statistic: Statistic, scenario: str, lang: str) -> HeatMap:
    """A response over two factors."""
    item, frame = metric(name), response.frame
    x = [level_label(response.x.name, level, lang) for level in response.x.levels]
    y = [level_label(response.y.name, level, lang) for level in response.y.levels]
    shape, estimate = (len(y), len(x)), frame["estimate"].to_numpy(dtype=float)
    signs, known = statistic == "difference", estimate[np.isfinite(estimate)]
    digits = decimals_apart(known.tolist())
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    if signs:
        low, high = -max(abs(low), abs(high)), max(abs(low), abs(high))
    scale = colours.SCALE if item.better else NEUTRAL_SCALE
    names = []
    for row in frame.to_dict("records"):
        where = x[row["x"]] + (f" · {y[row['y']]}" if y[row["y"]] else "")
        shown = with_interval(row["estimate"], row["low"], row["high"], digits, signs)
        names.append("\n".join((where, shown, say("results_runs_here", lang, runs=row["runs"]))))
    texts = [number(value, digits, signs) if math.isfinite(value) else "" for value in estimate]
    what = say(f"results_statistic_{statistic}", lang)
    return HeatMap(
        title=f"{metric_label(name, lang)} · {what}",
        note=_surface_note(opened, response, statistic, scenario, lang),
        x_name=factor_label(opened, response.x.name, lang),
        y_name=factor_label(opened, response.y.name, lang) if response.y.name else "",
        x_labels=x, y_labels=y, digits=digits, ends=(low, high),
        values=estimate.reshape(shape).tolist(), texts=_rows(texts, shape), names=_rows(names, shape),
        colours=tuple(reversed(scale)) if item.better == "lower" else tuple(scale),
    )  # fmt: skip


def _rows(texts: list[str], shape: tuple[int, int]) -> list[list[str]]:
    return [texts[row * shape[1] : (row + 1) * shape[1]] for row in range(shape[0])]


def _surface_note(opened: Opened, response: Surface, statistic: Statistic, scenario: str, lang: str) -> str:
    parts = []
    if "scenario" not in (response.x.name, response.y.name):
        parts.append(say("results_note_scenario", lang, scenario=scenario_label(scenario, lang)))
    if statistic == "difference":
        if response.reference is None:
            parts.append(say("results_note_baseline", lang, scenario=scenario_label(opened.baseline, lang)))
        else:
            corner = ", ".join(
                f"{factor_label(opened, side.name, lang)} = {level_label(side.name, side.levels[0], lang)}"
                for side in (response.x, response.y)
                if side.name
            )
            parts.append(say("results_note_corner", lang, corner=corner))
    if response.averaged:
        shown = ", ".join(factor_label(opened, name, lang) for name in response.averaged[:6])
        more = say("results_and_more", lang, count=len(response.averaged) - 6) if len(response.averaged) > 6 else ""
        parts.append(say("results_note_averaged", lang, factors=shown + more))
    if response.x.binned or response.y.binned:
        parts.append(say("results_note_binned", lang))
    return " ".join(parts)


def tornado(opened: Opened, effects: Effects, name: str, scenario: str, lang: str) -> Bars:
    """Effects as bars, the largest first."""
    frame = effects.frame.head(MAX_BARS)
    labels = []
    for name_, level in frame[["name", "level"]].to_numpy(dtype=object).tolist():
        label = scenario_label(name_, lang) if effects.method == "scenarios" else factor_label(opened, name_, lang)
        labels.append(label if level is None else f"{label} = {plain(level)}")
    parts = [say(f"results_method_{effects.method}", lang)]
    if effects.method == "scenarios":
        parts.append(say("results_note_baseline", lang, scenario=scenario_label(opened.baseline, lang)))
    else:
        parts.append(say("results_note_scenario", lang, scenario=scenario_label(scenario, lang)))
    if effects.explained is not None:
        parts.append(say("results_note_explained", lang, share=effects.explained))
    if len(effects.frame) > len(frame):
        parts.append(say("results_note_largest", lang, shown=len(frame), all=len(effects.frame)))
    title = say("results_effects_on", lang, metric=metric(name).label(lang))
    return bars(title, " ".join(parts), name, labels, frame, lang)


def bars(
    title: str,
    note: str,
    name: str,
    labels: list[str],
    frame: pd.DataFrame,
    lang: str,
    *,
    marks: bool = False,
    strong: int = -1,
    colours: Sequence[str] | None = None,
) -> Bars:
    """Estimates of `frame` (estimate, low, high) in `colours`; without these (and with n) coloured by whether they are
    better for `name`, all together, which the note says then."""
    names = [name] * len(frame)
    columns = {column: frame[column].astype(float).tolist() for column in ("estimate", "low", "high")}
    digits = decimals_apart([*columns["low"], *columns["high"], *columns["estimate"], 0.0])
    rows = list(zip(columns["estimate"], columns["low"], columns["high"], strict=True))
    if colours is None:
        colours = colours_of(names, columns["estimate"], columns["low"], columns["high"], frame["n"])
        note = f"{note} {said(names, lang)}"
    return Bars(
        title=title, note=note, unit=unit(metric(name), lang), labels=labels,
        estimates=columns["estimate"], low=columns["low"], high=columns["high"], colours=list(colours),
        names=[f"{label}\n{with_interval(*row, digits, True)}" for label, row in zip(labels, rows, strict=True)],
        bars=not marks, strong=strong,
    )  # fmt: skip


def colours_of(names: Sequence[str], difference: ArrayLike, low: ArrayLike, high: ArrayLike, n: ArrayLike) -> list[str]:
    """The colours of differences of these metrics, all looked at together: see `looks.verdicts`."""
    items = [metric(name) for name in names]
    verdicts = looks.verdicts(difference, low, high, n, [item.smallest for item in items])
    return [
        KINDS[looks.kind(verdict, item.better)] if item.better or verdict not in ("higher", "lower") else NEUTRAL
        for verdict, item in zip(verdicts, items, strict=True)
    ]


def said(names: Sequence[str], lang: str) -> str:
    """What the colours of differences of these metrics mean, all of them looked at together."""
    text = looks.said([metric(name) for name in names], len(names), lang)
    return f"{say('results_note_colours', lang)} {text}"


def scatter(opened: Opened, cells: pd.DataFrame, x: str, y: str, lang: str) -> Scatter:
    """All cells by two metrics, with the Pareto front."""
    first, second = cells[x].to_numpy(dtype=float), cells[y].to_numpy(dtype=float)
    best = front(first, second, metric(x).better, metric(y).better)
    kept = thinned(best, MAX_DOTS)
    shown = cells.take(kept)
    names = _cell_names(opened, shown, x, y, lang)
    whiskers = len(shown) <= MAX_WITH_INTERVALS
    ends = [end.format(name) for name in (x, y) for end in ("{}", "low_{}", "high_{}")]
    groups = []
    for number_, scenario in enumerate(opened.scenarios):
        rows = np.nonzero((shown["scenario"] == scenario).to_numpy() & np.isfinite(first[kept] + second[kept]))[0]
        part = shown.take(rows)
        dots = [(float(a), float(b), names[row]) for a, b, row in zip(part[x], part[y], rows.tolist(), strict=True)]
        intervals = part[ends].dropna().to_numpy(dtype=float).tolist() if whiskers else []
        colour = colours.SERIES[number_ % len(colours.SERIES)]
        groups.append(Group(scenario_label(scenario, lang), colour, dots, intervals))
    marked = sorted((float(first[k]), float(second[k]), names[n]) for n, k in enumerate(kept) if best[k])
    return Scatter(
        title=f"{metric(x).label(lang)} · {metric(y).label(lang)}",
        note=_scatter_note(cells, shown, x, y, whiskers, lang),
        x_name=_axis_name(x, lang), y_name=_axis_name(y, lang),
        groups=groups, front=marked, front_name=say("results_front", lang),
    )  # fmt: skip


def _axis_name(name: str, lang: str) -> str:
    better = direction(name, lang)
    return f"{metric_label(name, lang)} · {better}" if better else metric_label(name, lang)


def _scatter_note(cells: pd.DataFrame, shown: pd.DataFrame, x: str, y: str, whiskers: bool, lang: str) -> str:
    parts = [say("results_note_cells", lang)]
    known = metric(x).better and metric(y).better
    parts.append(say("results_note_front" if known else "results_note_no_front", lang))
    if whiskers and shown[f"low_{x}"].notna().any():
        parts.append(say("results_note_whiskers", lang))
    if len(shown) < len(cells):
        parts.append(say("results_note_thinned", lang, shown=len(shown), all=len(cells)))
    return " ".join(parts)


def _cell_names(opened: Opened, cells: pd.DataFrame, x: str, y: str, lang: str) -> list[str]:
    labels = {name: factor_label(opened, name, lang) for name in opened.factors}
    digits = {name: decimals_apart(cells[name].tolist()) for name in (x, y)}
    names = []
    for row in cells.to_dict("records"):
        lines = [scenario_label(str(row["scenario"]), lang)]
        lines += [f"{label} = {plain(row[name])}" for name, label in labels.items()][:10]
        for name in (x, y):
            interval = with_interval(row[name], row[f"low_{name}"], row[f"high_{name}"], digits[name])
            lines.append(f"{metric(name).label(lang)}: {interval}")
        names.append("\n".join(lines))
    return names
