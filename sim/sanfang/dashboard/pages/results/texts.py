"""What the Results page says in words and tables: what was varied, how far it is, the claim, the rows of its tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from sanfang.dashboard.pages.results import published as result_published
from sanfang.dashboard.pages.results.choice import Shown
from sanfang.dashboard.pages.results.experiments import title
from sanfang.dashboard.pages.results.figures import BETTER, WORSE, Bars, HeatMap, Plot, colours_of
from sanfang.dashboard.pages.results.labels import (
    declared_label,
    factor_label,
    metric_label,
    place_label,
    plain,
    scenario_label,
)
from sanfang.dashboard.pages.results.listing import RESULTS, Openable
from sanfang.dashboard.pages.results.runs import Opened
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.words import say
from sanfang.lab.experiments.experiment_file import ExperimentFile
from sanfang.metrics.catalogue import metric
from sanfang.metrics.numbers import decimals_apart, number, with_interval
from sanfang.run.reach import Reach
from sanfang.scenario.content import EXPERIMENTS

MAX_ROWS = 200
MAX_LEVELS = 8
CLASSES = {BETTER: "better", WORSE: "worse"}


# --- The entries ----------------------------------------------------------------------------------------


def collection_label(name: str, lang: str) -> str:
    """The name of a collection."""
    last = name.rpartition("/")[2]
    if name in (RESULTS, EXPERIMENTS) or name in {
        f"{EXPERIMENTS}/{folder}" for folder in ("mechanisms", "interactions", "tradeoffs")
    }:
        return say(f"results_collection_{last}", lang)
    return say("results_collection_other", lang, name=name.removeprefix(f"{EXPERIMENTS}/"))


def entry_label(entry: Openable, lang: str) -> str:
    """An entry's name and label."""
    _, en, zh = title(entry)
    label = (zh or en) if lang == "zh" else en
    return f"{entry.name} · {label}" if label else entry.name


def heading(shown: Shown, lang: str) -> str:
    """The label of what is open."""
    _, en, zh = title(shown.experiment or shown.chosen)
    return ((zh or en) if lang == "zh" else en) or shown.chosen.name


def description(shown: Shown, lang: str) -> str:
    """What the experiment is for."""
    text, zh = (shown.file.description, shown.file.description_zh) if shown.file else ("", "")
    if not text and shown.opened is not None:
        text, zh = (str(shown.opened.document.get(key) or "") for key in ("description", "description_zh"))
    return in_language(text, zh, lang)


def in_language(text: str, zh: str, lang: str) -> str:
    """A text of an experiment's file in `lang`; where it has no Chinese one, the page says so and shows the English."""
    if lang == "en" or not text:
        return text
    return zh or f"{say('results_english_only', lang)}{text}"


# --- Facts ----------------------------------------------------------------------------------------------


def facts(shown: Shown, lang: str) -> list[tuple[str, str]]:
    """Label and text of what is known of the runs and of the claim."""
    rows: list[tuple[str, str]] = []
    opened, file = shown.opened, shown.file
    if opened is not None:
        rows += _of_runs(shown, opened, lang)
    elif file is not None:
        rows += _of_plan(file, lang)
    if file is not None and file.claim is not None:
        claim = file.claim
        signature = f"{metric(claim.metric).label(lang)}, {say(f'results_expected_{claim.expected}', lang)}"
        rows.append(("results_fact_claim", f"{claim.id} {in_language(claim.says, claim.says_zh, lang)}".strip()))
        rows.append(("results_fact_signature", signature))
        rows.append(("results_fact_because", in_language(claim.because, claim.because_zh, lang)))
        key = result_published.verdict(claim, file.found)
        if key:
            rows.append(("results_fact_verdict", say(key, lang)))
    return [(say(key, lang), text) for key, text in rows if text]


def _of_plan(file: ExperimentFile, lang: str) -> list[tuple[str, str]]:
    """What an experiment's file asks for, where there are no runs."""
    given = {name: factor.model_dump(exclude_none=True) for name, factor in file.factors.items()}
    varied = "\n".join(declared_label(name, factor, lang) for name, factor in given.items())
    names = [*file.scenarios, *file.variants]
    rule = file.replications
    times = f"{rule.min:,}" if rule.min == rule.max else say("results_range", lang, low=rule.min, high=rule.max)
    return [
        ("results_fact_varied", varied or say("results_nothing_varied", lang)),
        ("results_fact_scenarios", "\n".join(scenario_label(name, lang) for name in names)),
        ("results_fact_design", say(f"results_design_{file.design.kind}", lang) if varied else ""),
        ("results_fact_replications", times),
    ]


def _of_runs(shown: Shown, opened: Opened, lang: str) -> list[tuple[str, str]]:
    varied = "\n".join(_varied(opened, name, lang) for name in opened.factors) or say("results_nothing_varied", lang)
    rows = [("results_fact_varied", varied)]
    if len(opened.scenarios) > 1:
        labels = [scenario_label(name, lang) for name in opened.scenarios]
        rows.append(("results_fact_scenarios", "\n".join(labels)))
        rows.append(("results_fact_baseline", scenario_label(opened.baseline, lang)))
    else:
        rows.append(("results_which", scenario_label(opened.scenarios[0], lang)))
    if opened.factors:
        rows.append(("results_fact_design", say(f"results_design_{opened.design}", lang)))
        rows.append(("results_fact_points", f"{len(opened.points):,}"))
    rows.append(("results_fact_replications", f"{opened.replications:,}"))
    status = shown.status
    rows.append(("results_fact_runs", f"{status.done:,} / {status.planned:,}" if status else f"{opened.runs:,}"))
    if status is not None and status.failed:
        rows.append(("results_fact_failed", f"{status.failed:,}"))
    document = opened.document
    if document.get("district"):
        where = [place_label(str(document["district"]), lang), plain(document.get("scale", 1.0))]
        where += [plain(document["days"])] if document.get("days") else []
        rows.append(("results_fact_where", say("cause_between", lang).join(where)))
    reached = {Reach(**size) for size in opened.reached.values()}
    rows.append(("results_fact_reached", "\n".join(sorted(size.in_words(lang) for size in reached))))
    return rows


def _varied(opened: Opened, name: str, lang: str) -> str:
    levels = opened.points[name].dropna().drop_duplicates()
    label = factor_label(opened, name, lang)
    if len(levels) <= MAX_LEVELS or not pd.api.types.is_numeric_dtype(levels):
        shown = ", ".join(plain(level) for level in levels.sort_values().tolist()[:MAX_LEVELS])
    else:
        shown = say("results_range", lang, low=plain(levels.min()), high=plain(levels.max()))
    return say("results_levels", lang, factor=label, levels=shown)


# --- Tables ---------------------------------------------------------------------------------------------


def table(
    opened: Opened, cells: pd.DataFrame, metrics: Sequence[str], by: str, down: bool, lang: str
) -> tuple[list[Json], list[list[Any]]]:
    """Columns and rows of the table of cells, sorted by a column: the first metric also with its difference."""
    columns: list[Json] = [{"id": "scenario", "label": say("results_scenario", lang), "sort": True}]
    columns += [
        {"id": name, "label": factor_label(opened, name, lang), "sort": True, "num": True} for name in opened.factors
    ]
    columns.append({"id": f"n_{metrics[0]}", "label": say("results_column_runs", lang), "sort": True, "num": True})
    shown = [(name, name, say("results_column_mean", lang, metric=metric_label(name, lang))) for name in metrics]
    if f"difference_{metrics[0]}" in cells:
        label = say("results_column_difference", lang, metric=metric(metrics[0]).label(lang))
        shown.insert(1, (f"difference_{metrics[0]}", metrics[0], label))
    columns += [{"id": id_, "label": label, "sort": True, "num": True} for id_, _, label in shown]
    if f"difference_{metrics[0]}" in cells:
        cells = cells.assign(colour=_colours(cells, metrics[0]))
    if by in [column["id"] for column in columns]:
        cells = cells.sort_values(by, ascending=not down, kind="stable")
    cells = cells.head(MAX_ROWS)
    keys = [*opened.factors, f"n_{metrics[0]}"]
    fixed = [
        [scenario_label(str(row["scenario"]), lang), *(plain(row[name]) for name in keys)]
        for row in cells.to_dict("records")
    ]
    texts = [_column(cells, id_, name) for id_, name, _ in shown]
    return columns, [[*row, *more] for row, *more in zip(fixed, *texts, strict=True)]


def _column(cells: pd.DataFrame, id_: str, name: str) -> list[Json]:
    difference = id_.startswith("difference_")
    ends = [f"difference_{end}_{name}" if difference else f"{end}_{name}" for end in ("low", "high")]
    values = (cells[name].astype(float).tolist() for name in (id_, *ends))
    rows = list(zip(*values, strict=True))
    digits = decimals_apart([estimate for estimate, _, _ in rows])
    colours = cells["colour"].tolist() if difference else [""] * len(cells)
    return [
        {"text": with_interval(estimate, low, high, digits, difference), "verdict": CLASSES.get(colour, "")}
        for (estimate, low, high), colour in zip(rows, colours, strict=True)
    ]


def _colours(cells: pd.DataFrame, name: str) -> list[str]:
    """The colours of the differences of a metric: all cells of the table are one family of looks."""
    columns = (cells[f"difference{part}_{name}"] for part in ("", "_low", "_high", "_n"))
    return colours_of([name] * len(cells), *columns)


def figure_table(plot: Plot, lang: str) -> tuple[list[str], list[list[str]]]:
    """The numbers of a figure, for those who cannot see it: headings and rows."""
    estimate = say("results_column_estimate", lang)
    if isinstance(plot, HeatMap):
        rows = [name.split("\n") for line in plot.names for name in line]
        return [" · ".join(filter(None, (plot.x_name, plot.y_name))), estimate, say("results_column_runs", lang)], rows
    if isinstance(plot, Bars):
        return [say("results_column_effect", lang), estimate], [name.split("\n") for name in plot.names]
    return [plot.front_name], [[" · ".join(name.split("\n"))] for *_, name in plot.front]


def published_table(shown: Shown, lang: str) -> tuple[list[Json], list[list[Any]]]:
    """All that an experiment has published: columns and rows."""
    file, entry = shown.file, shown.experiment
    assert file is not None and entry is not None, "only an experiment has findings"
    heads = ("metric", "where", "estimate", "pairs")
    columns: list[Json] = [
        {"id": name, "label": say(f"results_column_{name}", lang), "num": name in ("estimate", "pairs")}
        for name in heads
    ]
    names = [finding.metric for finding in file.found]
    numbers = (
        [getattr(finding, name) for finding in file.found] for name in ("difference", "low", "high", "replications")
    )
    rows: list[list[Any]] = []
    for finding, colour in zip(file.found, colours_of(names, *numbers), strict=True):
        case = result_published.case_label(entry, file, finding, lang) or scenario_label(finding.scenario, lang)
        digits = decimals_apart([finding.low, finding.high, 0.0])
        text = with_interval(finding.difference, finding.low, finding.high, digits, True)
        cell = {"text": text, "verdict": CLASSES.get(colour, "")}
        rows.append([metric_label(finding.metric, lang), case, cell, number(finding.replications, 0)])
    return columns, rows
