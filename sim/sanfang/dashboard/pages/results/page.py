"""The Results page: a sweep or a published experiment as heat map, effects, trade-offs and table, with downloads."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import pandas as pd
import solara

from sanfang.dashboard.declare import Page
from sanfang.dashboard.pages.results import published as result_published
from sanfang.dashboard.pages.results import texts as result_texts
from sanfang.dashboard.pages.results.choice import ResultChoice, Shown, choose, metrics_by_group, show
from sanfang.dashboard.pages.results.effects import factor_effects, scenario_effects
from sanfang.dashboard.pages.results.figures import Plot, heat_map, scatter, tornado
from sanfang.dashboard.pages.results.files import Openable, Opened, Unreadable, all_runs, listed, pick, places
from sanfang.dashboard.pages.results.groups import forest_of_groups, groups_table
from sanfang.dashboard.pages.results.labels import factor_label, metric_label, scenario_label
from sanfang.dashboard.pages.results.options import height, option
from sanfang.dashboard.pages.results.pictures import picture
from sanfang.dashboard.pages.results.recipe import recipe
from sanfang.dashboard.pages.results.tables import (
    SCENARIO,
    NothingToShow,
    axes,
    cells,
    surface,
)
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.widgets import parts, viewer
from sanfang.dashboard.words import say
from sanfang.lab.windows import in_sentences
from sanfang.metrics.catalogue import BY_NAME, HEADLINES, knowing, with_beside
from sanfang.metrics.groups import DIMENSIONS

MAX_SAVED = 20_000
"""Runs of a CSV file made for a browser."""

MAX_FULL = 2_000
"""Cells of a table saved with all metrics; of more, only those on the page."""


@solara.component_vue("table.vue", vuetify=False)
def ResultTable(
    caption: str,
    columns: list[Json],
    rows: list[Any],
    by: str = "",
    down: bool = False,
    event_sort: parts.Event = lambda _: None,
) -> None:
    """A table; `sort` is called with the id of the column whose heading is pressed."""


@solara.component
def ResultsPage() -> None:
    """Choose what to open, and show it."""
    lang, address = viewer.lang(), viewer.address.value
    looked, set_looked = solara.use_state(0)
    found = solara.use_memo(listed, [looked])
    wanted = address.other.get("experiment", "")
    chosen = pick(found, wanted) or (found[0] if found else None)
    notes = []
    if wanted and pick(found, wanted) is None:
        notes.append({"kind": "warning", "text": say("results_unknown", lang, what=wanted)})
    if not any(not one.is_experiment for one in found):
        key, where = "results_none_here" if found else "results_nothing", ", ".join(map(str, places()))
        notes.append({"kind": "info", "text": say(key, lang, places=where)})
    shown = solara.use_memo(lambda: show(chosen, found) if chosen else None, [chosen, looked])
    with solara.Div(classes=["sf-results"]):
        with solara.Div(classes=["sf-results-open", "card"]):
            if chosen is not None:
                Entries(found, chosen, lang, lambda: set_looked(looked + 1))
        with solara.Div(classes=["sf-results-main", "sf-stack"]):
            parts.Notes(notes=notes + (notes_of(shown, lang) if shown else []))
            if shown is not None and shown.views():
                Views(shown, choose(shown, address.other), found, lang)
        if shown is not None:
            with solara.Div(classes=["sf-results-about", "card"]):
                About(shown, lang)


def set_other(**texts: str) -> None:
    """Keep choices of the page in the address."""
    viewer.address.set(viewer.address.value.with_other(**texts))


def open_entry(id_: str) -> None:
    """Open another entry; what was chosen of the former one is forgotten, the view apart."""
    set_other(experiment=id_, x="", y="", metric="", against="", which="")


@solara.component
def Entries(found: list[Openable], chosen: Openable, lang: str, look_again: Callable[[], None]) -> None:
    """The collections, and the entries of the chosen one."""
    collections = list(dict.fromkeys(one.collection for one in found))
    entries = [one for one in found if one.collection == chosen.collection]

    def take(picked: Json) -> None:
        value = str(picked.get("value"))
        if picked.get("field") == "collection" and value in collections:
            open_entry(next(one.id for one in found if one.collection == value))
        elif picked.get("field") == "experiment" and pick(found, value) is not None:
            open_entry(value)

    names = {name: result_texts.collection_label(name, lang) for name in collections}
    labels = {one.id: result_texts.entry_label(one, lang) for one in entries}
    fields = [
        select("collection", say("results_collection", lang), chosen.collection, names),
        select("experiment", say("results_open", lang), chosen.id, labels),
    ]
    parts.Choices(fields=fields, event_pick=take)
    parts.Buttons(
        buttons=[{"id": "refresh", "label": say("results_refresh", lang)}], event_press=lambda _: look_again()
    )


def told(tag: str, text: str, *classes: str) -> None:
    """A text as it stands: labels come from files, which may hold anything."""
    solara.HTML(tag, unsafe_innerHTML=html.escape(text), classes=list(classes))


def select(id_: str, label: str, value: str, labels: dict[str, str]) -> Json:
    """A labelled select for `parts.Choices`."""
    return {"id": id_, "label": label, "value": value, "options": parts.options(labels)}


@solara.component
def About(shown: Shown, lang: str) -> None:
    """What is open: label, description, facts."""
    rows = "".join(
        f"<dt>{html.escape(label)}</dt><dd>{html.escape(text).replace(chr(10), '<br>')}</dd>"
        for label, text in result_texts.facts(shown, lang)
    )
    purpose = html.escape(result_texts.description(shown, lang))
    title = html.escape(result_texts.heading(shown, lang))
    text = f"<h2>{title}</h2>" + (f"<p class='soft'>{purpose}</p>" if purpose else "") + f"<dl>{rows}</dl>"
    solara.HTML("div", unsafe_innerHTML=text)


def notes_of(shown: Shown, lang: str) -> list[Json]:
    """What must be said of an entry: that it cannot be read, is being written, has no runs here."""
    notes: list[Json] = [
        {"kind": "error", "text": say("results_unreadable", lang, what=shown.chosen.id, why=why)}
        for why in shown.problems
    ]
    if shown.status is not None and shown.status.running:
        notes.append({"kind": "info", "text": say("results_being_written", lang)})
    if shown.opened is not None:
        notes += [{"kind": "info", "text": told} for told in in_sentences(shown.opened.windows, lang=lang)]
    if shown.chosen.is_experiment and shown.opened is not None:
        where = shown.opened.found.id
        notes.append({"kind": "info", "text": say("results_stored_as", lang, where=where)})
    elif shown.file is not None and shown.opened is None and not shown.problems:
        name = shown.chosen.id.removeprefix("experiments/")
        command = f"sanfang {'reproduce' if shown.file.found else 'sweep'} {name}"
        key = "results_published_only" if shown.file.found else "results_no_runs"
        notes.append({"kind": "info", "text": say(key, lang, command=command)})
    return notes


@solara.component
def Views(shown: Shown, choice: ResultChoice, found: list[Openable], lang: str) -> None:
    """The views that fit, and the one chosen."""
    views = shown.views()
    if len(views) > 1:
        buttons = [
            {"id": view, "label": say(f"results_view_{view}", lang), "pressed": view == choice.view} for view in views
        ]
        parts.Buttons(buttons=buttons, event_press=lambda view: set_other(view=view if view in views else ""))
    with solara.Div(classes=["card", "sf-stack"]):
        fields = (
            published_fields(shown, choice, lang) if choice.view == "published" else run_fields(shown, choice, lang)
        )
        known = {field["id"]: {one["value"] for one in field["options"]} for field in fields}

        def take(picked: Json) -> None:
            name, value = str(picked.get("field")), str(picked.get("value"))
            if value in known.get(name, ()):
                set_other(**{name: value})

        parts.Choices(fields=fields, event_pick=take)
        if choice.view == "table":
            Cells(shown, choice, lang)
        else:
            Figure(shown, choice, found, lang)
        if choice.view == "groups":
            Groups(shown, choice, lang)


# --- What can be chosen ---------------------------------------------------------------------------------


def published_fields(shown: Shown, choice: ResultChoice, lang: str) -> list[Json]:
    """The metrics that an experiment publishes."""
    names = dict.fromkeys(one.metric for one in shown.file.found) if shown.file else {}
    labels = {name: metric_label(name, lang) for name in names}
    return [select("metric", say("results_metric", lang), choice.metric, labels)]


def run_fields(shown: Shown, choice: ResultChoice, lang: str) -> list[Json]:
    """What the view of runs can be asked."""
    opened = shown.opened
    assert opened is not None, "these views need runs"
    with knowing(opened.own):
        metrics = {name: metric_label(name, lang) for name in sorted(opened.metrics, key=_declared)}
    if choice.view == "groups":
        metrics = {name: label for name, label in metrics.items() if name in metrics_by_group(opened, choice.by)}
    fields = [select("metric", say("results_metric", lang), choice.metric, metrics)]
    several = len(opened.scenarios) > 1
    if choice.view == "groups":
        by = {name: DIMENSIONS[name].label(lang) for name in opened.by}
        fields.append(select("by", say("results_by", lang), choice.by, by))
        if several:
            labels = {name: scenario_label(name, lang) for name in opened.scenarios if name != opened.baseline}
            fields.append(select("which", say("results_which", lang), choice.which, labels))
        return fields
    if choice.view == "tradeoff":
        others = {name: label for name, label in metrics.items() if name != choice.metric}
        return [*fields, select("against", say("results_against_metric", lang), choice.against, others)]
    if choice.view == "surface":
        varied = {name: factor_label(opened, name, lang) for name in axes(opened)}
        fields.append(select("x", say("results_x", lang), choice.x, varied))
        if len(varied) > 1:
            ups = {name: label for name, label in varied.items() if name != choice.x}
            fields.append(select("y", say("results_y", lang), choice.y, ups))
        difference = say(f"results_difference_to_{'baseline' if several else 'lowest'}", lang)
        statistics = {"mean": say("results_statistic_mean", lang), "difference": difference}
        fields.append(select("statistic", say("results_statistic", lang), choice.statistic, statistics))
        if several and SCENARIO not in (choice.x, choice.y):
            labels = {name: scenario_label(name, lang) for name in opened.scenarios}
            fields.append(select("which", say("results_which", lang), choice.which, labels))
    if choice.view == "effects" and several and axes(opened) != [SCENARIO]:
        labels = {"": say("results_which_scenarios", lang)}
        for name in opened.scenarios:
            labels[name] = say("results_which_factors", lang, scenario=scenario_label(name, lang))
        fields.append(select("which", say("results_statistic", lang), choice.which, labels))
        if choice.which not in ("", opened.baseline):
            of = {one: say(f"results_effect_on_{one}", lang) for one in ("mean", "difference")}
            fields.append(select("statistic", say("results_effect_on", lang), choice.statistic, of))
    return fields


def _declared(name: str) -> int:
    return list(BY_NAME).index(name) if name in BY_NAME else len(BY_NAME)


# --- Figures --------------------------------------------------------------------------------------------


def plot_of(shown: Shown, choice: ResultChoice, found: list[Openable], lang: str) -> Plot:
    """The figure of a choice in a language. Raises NothingToShow, Unreadable."""
    if choice.view == "published":
        assert shown.experiment is not None, "only an experiment has findings"
        return result_published.forest(shown.experiment, found, choice.metric, lang)
    opened = shown.opened
    assert opened is not None, "these views need runs"
    with knowing(opened.own):
        return plot_of_runs(opened, choice, lang)


def plot_of_runs(opened: Opened, choice: ResultChoice, lang: str) -> Plot:
    """The figure of a choice among runs. Raises NothingToShow, Unreadable."""
    if choice.view == "surface":
        made = surface(opened, choice.metric, choice.x, choice.y, choice.statistic, choice.which)
        return heat_map(opened, made, choice.metric, choice.statistic, choice.which, lang)
    if choice.view == "groups":
        return forest_of_groups(opened, choice.by, choice.metric, choice.which, lang)
    if choice.view == "tradeoff":
        table = cells(opened, [choice.metric, choice.against])
        return scatter(opened, table, choice.metric, choice.against, lang)
    if not choice.which:
        return tornado(opened, scenario_effects(opened, choice.metric), choice.metric, "", lang)
    effects = factor_effects(opened, choice.metric, choice.which, choice.statistic)
    return tornado(opened, effects, choice.metric, choice.which, lang)


@solara.component
def Figure(shown: Shown, choice: ResultChoice, found: list[Openable], lang: str) -> None:
    """A figure, its notes, its numbers as a table, and downloads."""
    try:
        plot = plot_of(shown, choice, found, lang)
    except (NothingToShow, Unreadable) as problem:
        parts.Notes(notes=[{"kind": "info", "text": why(problem, shown, lang)}])
        return
    if choice.view == "published":
        Findings(shown, lang)
    told("h2", plot.title)
    attributes = {
        "style": f"height: {height(plot)}px; width: 100%",
        "role": "img",
        "aria-label": f"{plot.title}. {plot.note}",
    }
    solara.FigureEcharts(option=option(plot), attributes=attributes, responsive=True)
    told("p", plot.note, "soft")
    Numbers(plot, lang)
    with solara.Div(classes=["sf-row"]):
        heading, name = result_texts.heading(shown, lang), f"{stem(shown)}-{choice.view}-{choice.metric}.png"
        parts.Download(
            say("results_save_figure", lang),
            name,
            lambda: picture(lambda drawn: plot_of(shown, choice, found, drawn), heading, lang),
            "image/png",
        )
        if shown.opened is not None:
            SaveRuns(shown, shown.opened, choice, lang)


@solara.component
def Findings(shown: Shown, lang: str) -> None:
    """All that the open experiment has published, and what its file remarks on it."""
    columns, rows = result_texts.published_table(shown, lang)
    told("h2", result_texts.heading(shown, lang))
    ResultTable(caption=result_texts.heading(shown, lang), columns=columns, rows=rows)
    if shown.file and shown.file.claim and shown.file.claim.comment:
        told("p", result_texts.in_english(shown.file.claim.comment, lang), "soft")


def why(problem: Exception, shown: Shown, lang: str) -> str:
    """Why there is nothing to show."""
    if isinstance(problem, NothingToShow):
        return say(str(problem), lang)
    return say("results_unreadable", lang, what=shown.chosen.id, why=str(problem))


@solara.component
def Numbers(plot: Plot, lang: str) -> None:
    """The numbers of a figure, folded away."""
    heads, rows = result_texts.figure_table(plot, lang)
    head = "".join(f"<th scope='col'>{html.escape(one)}</th>" for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    table = f"<div class='sf-scroll'><table><tr>{head}</tr>{body}</table></div>"
    if rows:
        summary = f"<summary>{say('results_figure_numbers', lang)}</summary>"
        solara.HTML("details", unsafe_innerHTML=summary + table, classes=["sf-numbers"])


# --- The table ------------------------------------------------------------------------------------------


@solara.component
def Groups(shown: Shown, choice: ResultChoice, lang: str) -> None:
    """What each group has, and what the scenario does to it."""
    assert shown.opened is not None, "groups are of runs"
    try:
        columns, rows = groups_table(shown.opened, choice.by, choice.metric, choice.which, lang)
    except (NothingToShow, Unreadable):
        return  # the figure says why
    ResultTable(caption=metric_label(choice.metric, lang), columns=columns, rows=rows)


@solara.component
def Cells(shown: Shown, choice: ResultChoice, lang: str) -> None:
    """All cells, sorted by the heading that is pressed."""
    opened = shown.opened
    assert opened is not None, "the table needs runs"
    (by, down), set_order = solara.use_state(("", False))
    table = solara.use_memo(lambda: _cells(opened, choice), [opened, choice.metric])
    if isinstance(table, Unreadable):
        parts.Notes(notes=[{"kind": "info", "text": why(table, shown, lang)}])
        return
    with knowing(opened.own):
        columns, rows = result_texts.table(opened, table, table_metrics(opened, choice), by, down, lang)
        caption = f"{result_texts.heading(shown, lang)}: {metric_label(choice.metric, lang)}"
    known = {column["id"] for column in columns}

    def sort(id_: str) -> None:
        if id_ in known:
            set_order((id_, not down if id_ == by else False))

    ResultTable(caption=caption, columns=columns, rows=rows, by=by, down=down, event_sort=sort)
    if len(rows) < len(table):
        told("p", say("results_rows_shown", lang, shown=len(rows), all=len(table)), "soft")
    SaveRuns(shown, opened, choice, lang)


def _cells(opened: Opened, choice: ResultChoice) -> pd.DataFrame | Unreadable:
    """The table, or what is wrong with it."""
    try:
        return cells(opened, table_metrics(opened, choice))
    except Unreadable as problem:
        return problem


def table_metrics(opened: Opened, choice: ResultChoice) -> list[str]:
    """The chosen metric, then the headline metrics, each with what it is never shown without."""
    wanted = with_beside([choice.metric, *HEADLINES])
    return [name for name in wanted if name == choice.metric or name in opened.metrics]


@solara.component
def SaveRuns(shown: Shown, opened: Opened, choice: ResultChoice, lang: str) -> None:
    """The table of cells and all runs as CSV files."""
    full = len(opened.points) * len(opened.scenarios) <= MAX_FULL
    metrics = list(opened.metrics) if full else table_metrics(opened, choice)
    name = stem(shown)
    with solara.Div(classes=["sf-row"]):
        parts.Download(say("results_save_table", lang), f"{name}-cells.csv", lambda: csv(cells(opened, metrics)))
        if opened.runs <= MAX_SAVED:
            parts.Download(
                say("results_save_runs", lang), f"{name}-runs.csv", lambda: csv(all_runs(opened.found, MAX_SAVED))
            )
        else:
            told("p", say("results_too_many", lang, runs=opened.runs, where=opened.found.id), "soft")


def csv(table: Any) -> bytes:
    """A table as the bytes of a CSV file."""
    return bytes(table.to_csv(index=False).encode())


def stem(shown: Shown) -> str:
    """The beginning of the names of files that are saved."""
    return "sanfang-" + "".join(letter if letter.isalnum() else "-" for letter in shown.chosen.name)


PAGE = Page("/results", 4, ResultsPage, recipe)
