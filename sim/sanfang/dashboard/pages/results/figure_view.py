"""The Results page's figure of what is chosen, with its notes, its numbers and its downloads."""

from __future__ import annotations

import html

import solara

from sanfang.dashboard.pages.results import published as result_published
from sanfang.dashboard.pages.results import texts as result_texts
from sanfang.dashboard.pages.results.choice import ResultChoice, Shown
from sanfang.dashboard.pages.results.downloads import SaveRuns, stem
from sanfang.dashboard.pages.results.effects import factor_effects, scenario_effects
from sanfang.dashboard.pages.results.figures import Plot, heat_map, scatter, tornado
from sanfang.dashboard.pages.results.groups import forest_of_groups
from sanfang.dashboard.pages.results.listing import Openable
from sanfang.dashboard.pages.results.options import height, option
from sanfang.dashboard.pages.results.pictures import picture
from sanfang.dashboard.pages.results.pieces import ResultTable, escaped, why
from sanfang.dashboard.pages.results.reading import Unreadable
from sanfang.dashboard.pages.results.runs import Opened
from sanfang.dashboard.pages.results.tables import NothingToShow, cells, surface
from sanfang.dashboard.widgets import parts, saving
from sanfang.dashboard.words import say
from sanfang.metrics.catalogue import knowing


def plot_of(shown: Shown, choice: ResultChoice, entries: list[Openable], lang: str) -> Plot:
    """The figure of a choice in a language. Raises NothingToShow, Unreadable."""
    if choice.view == "published":
        assert shown.experiment is not None, "only an experiment has findings"
        return result_published.forest(shown.experiment, entries, choice.metric, lang)
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
def Figure(shown: Shown, choice: ResultChoice, entries: list[Openable], lang: str) -> None:
    """A figure, its notes, its numbers as a table, and downloads."""
    try:
        plot = plot_of(shown, choice, entries, lang)
    except (NothingToShow, Unreadable) as problem:
        parts.Notes(notes=[{"kind": "info", "text": why(problem, shown, lang)}])
        return
    if choice.view == "published":
        Findings(shown, lang)
    escaped("h2", plot.title)
    attributes = {
        "style": f"height: {height(plot)}px; width: 100%",
        "role": "img",
        "aria-label": f"{plot.title}. {plot.note}",
    }
    solara.FigureEcharts(option=option(plot), attributes=attributes, responsive=True).key("figure")
    escaped("p", plot.note, "soft")
    Numbers(plot, lang)
    with solara.Div(classes=["sf-row"]).key("saves"):
        heading, name = result_texts.heading(shown, lang), f"{stem(shown)}-{choice.view}-{choice.metric}.png"
        saving.Download(
            say("results_save_figure", lang),
            name,
            lambda: picture(lambda drawn: plot_of(shown, choice, entries, drawn), heading, lang),
            "image/png",
        )
        if shown.opened is not None:
            SaveRuns(shown, shown.opened, choice, lang)


@solara.component
def Findings(shown: Shown, lang: str) -> None:
    """All that the open experiment has published, and what its file remarks on it."""
    columns, rows = result_texts.published_table(shown, lang)
    escaped("h2", result_texts.heading(shown, lang))
    ResultTable(caption=result_texts.heading(shown, lang), columns=columns, rows=rows)
    claim = shown.file.claim if shown.file else None
    if claim is not None and claim.comment:
        escaped("p", result_texts.in_language(claim.comment, claim.comment_zh, lang), "soft")


@solara.component
def Numbers(plot: Plot, lang: str) -> None:
    """The numbers of a figure, folded away."""
    heads, rows = result_texts.figure_table(plot, lang)
    head = "".join(f"<th scope='col'>{html.escape(heading)}</th>" for heading in heads)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    reach = f"tabindex='0' role='region' aria-label='{html.escape(say('results_figure_numbers', lang))}'"
    table = f"<div class='sf-scroll' {reach}><table><tr>{head}</tr>{body}</table></div>"
    if rows:
        summary = f"<summary>{say('results_figure_numbers', lang)}</summary>"
        solara.HTML("details", unsafe_innerHTML=summary + table, classes=["sf-numbers"])
