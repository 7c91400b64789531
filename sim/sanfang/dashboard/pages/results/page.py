"""The Results page: a sweep or a published experiment as heat map, effects, trade-offs and table, with downloads."""

from __future__ import annotations

import html
from collections.abc import Callable

import solara

from sanfang.dashboard.declare import Page
from sanfang.dashboard.pages.results import texts as result_texts
from sanfang.dashboard.pages.results.builder import Builder
from sanfang.dashboard.pages.results.choice import ResultChoice, Shown, choose, show
from sanfang.dashboard.pages.results.fields import published_fields, run_fields
from sanfang.dashboard.pages.results.figure_view import Figure
from sanfang.dashboard.pages.results.listing import Openable, listed, looked_in, pick
from sanfang.dashboard.pages.results.pieces import select, set_other
from sanfang.dashboard.pages.results.recipe import recipe
from sanfang.dashboard.pages.results.table_view import Cells, Groups
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.widgets import parts, viewer
from sanfang.dashboard.words import say
from sanfang.dashboard.worlds import builds
from sanfang.lab.windows import in_sentences


@solara.component
def ResultsPage() -> None:
    """Choose what to open, and show it."""
    lang, address = viewer.lang(), viewer.address.value
    looked, set_looked = solara.use_state(0)
    entries = solara.use_memo(listed, [looked])
    wanted = address.other.get("experiment", "")
    chosen = pick(entries, wanted) or (entries[0] if entries else None)
    may_build = solara.use_memo(builds.allowed, [])

    def open_built(id_: str) -> None:
        set_looked(looked + 1)
        open_entry(id_)

    notes = []
    if wanted and pick(entries, wanted) is None:
        notes.append({"kind": "warning", "text": say("results_unknown", lang, what=wanted)})
    if not any(not entry.is_experiment for entry in entries):
        key, where = "results_none_here" if entries else "results_nothing", ", ".join(map(str, looked_in()))
        notes.append({"kind": "info", "text": say(key, lang, places=where)})
    shown = solara.use_memo(lambda: show(chosen, entries) if chosen else None, [chosen, looked])
    with solara.Div(classes=["sf-results"]):
        with solara.Div(classes=["sf-results-open", "card"]):
            if chosen is not None:
                Entries(entries, chosen, lang, lambda: set_looked(looked + 1))
        with solara.Div(classes=["sf-results-main", "sf-stack"]):
            parts.Notes(notes=notes + (notes_of(shown, lang) if shown else []))
            if shown is not None and shown.views():
                Views(shown, choose(shown, address.other), entries, lang).key("views")
            if may_build:
                Builder(lang, open_built).key("builder")
        if shown is not None:
            with solara.Div(classes=["sf-results-about", "card"]):
                About(shown, lang)


def open_entry(id_: str) -> None:
    """Open another entry; what was chosen of the former one is forgotten, the view apart."""
    set_other(experiment=id_, x="", y="", metric="", against="", which="")


@solara.component
def Entries(entries: list[Openable], chosen: Openable, lang: str, look_again: Callable[[], None]) -> None:
    """The collections, and the entries of the chosen one."""
    collections = list(dict.fromkeys(entry.collection for entry in entries))
    of_collection = [entry for entry in entries if entry.collection == chosen.collection]

    def take(picked: Json) -> None:
        value = str(picked.get("value"))
        if picked.get("field") == "collection" and value in collections:
            open_entry(next(entry.id for entry in entries if entry.collection == value))
        elif picked.get("field") == "experiment" and pick(entries, value) is not None:
            open_entry(value)

    names = {name: result_texts.collection_label(name, lang) for name in collections}
    labels = {entry.id: result_texts.entry_label(entry, lang) for entry in of_collection}
    fields = [
        select("collection", say("results_collection", lang), chosen.collection, names),
        select("experiment", say("results_open", lang), chosen.id, labels),
    ]
    parts.Choices(fields=fields, event_pick=take)
    parts.Buttons(
        buttons=[{"id": "refresh", "label": say("results_refresh", lang)}], event_press=lambda _: look_again()
    )


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
    made = shown.opened.made if shown.opened else {}
    if made.keys() >= {"date", "version", "commit", "command"}:
        notes.append({"kind": "info", "text": say("results_shipped", lang, **made)})
    if shown.status is not None and shown.status.running:
        notes.append({"kind": "info", "text": say("results_being_written", lang)})
    if shown.opened is not None:
        notes += [{"kind": "info", "text": sentence} for sentence in in_sentences(shown.opened.windows, lang=lang)]
    if shown.chosen.is_experiment and shown.opened is not None:
        where = shown.opened.entry.id
        notes.append({"kind": "info", "text": say("results_stored_as", lang, where=where)})
    elif shown.file is not None and shown.opened is None and not shown.problems:
        name = shown.chosen.id.removeprefix("experiments/")
        command = f"sanfang {'reproduce' if shown.file.found else 'sweep'} {name}"
        key = "results_published_only" if shown.file.found else "results_no_runs"
        notes.append({"kind": "info", "text": say(key, lang, command=command)})
    return notes


@solara.component
def Views(shown: Shown, choice: ResultChoice, entries: list[Openable], lang: str) -> None:
    """The views that fit, and the one chosen."""
    views = shown.views()
    buttons = [
        {"id": view, "label": say(f"results_view_{view}", lang), "pressed": view == choice.view} for view in views
    ]
    parts.Buttons(
        buttons=buttons if len(views) > 1 else [],
        event_press=lambda view: set_other(view=view if view in views else ""),
    )
    with solara.Div(classes=["card", "sf-stack"]):
        fields = (
            published_fields(shown, choice, lang) if choice.view == "published" else run_fields(shown, choice, lang)
        )
        known = {field["id"]: {known_option["value"] for known_option in field["options"]} for field in fields}

        def take(picked: Json) -> None:
            name, value = str(picked.get("field")), str(picked.get("value"))
            if value in known.get(name, ()):
                set_other(**{name: value})

        parts.Choices(fields=fields, event_pick=take)
        if choice.view == "table":
            Cells(shown, choice, lang)
        else:
            Figure(shown, choice, entries, lang)
        if choice.view == "groups":
            Groups(shown, choice, lang)


PAGE = Page("/results", 4, ResultsPage, recipe)
