"""The Follow page: one request and its path to scale, and the flow of all of them."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import Any

import solara

from sanfang.dashboard import limits
from sanfang.dashboard.address import Address, LinkedWorld
from sanfang.dashboard.declare import Page
from sanfang.dashboard.pages.follow import flow_views
from sanfang.dashboard.pages.follow.choice import MAX_ID_LENGTH, RULES, RequestChoice, candidates, choice, run_of, until
from sanfang.dashboard.pages.follow.pictures import timeline_picture
from sanfang.dashboard.pages.follow.recipe import recipe
from sanfang.dashboard.presenters import request_life, setting
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.presenters.timeline import timeline
from sanfang.dashboard.widgets import parts, saving, viewer
from sanfang.dashboard.widgets.progress import JobCard, percent, use_job
from sanfang.dashboard.widgets.setup import scenario_labels
from sanfang.dashboard.words import community_label, own_label, say
from sanfang.dashboard.worlds.job import PageJob
from sanfang.run import flow, time_split
from sanfang.run.background import CANCELLED
from sanfang.run.life import Life, watched
from sanfang.run.simulation import Run
from sanfang.scenario import content
from sanfang.scenario.errors import InputError
from sanfang.scenario.place import KINDS
from sanfang.scenario.scenario import Scenario

MIN_DAYS = 14


@solara.component_vue("picker.vue", vuetify=False)
def Picker(rows: list[Json], words: Json, event_choose: parts.Event, event_find: parts.Event) -> None:
    """Candidates to choose from; `choose` and `find` are called with an id or its beginning."""


@solara.component_vue("steps.vue", vuetify=False)
def Steps(split: Json, rows: list[Json], words: Json) -> None:
    """Where the time of a request went, and its steps."""


@solara.component_vue("flowtable.vue", vuetify=False)
def FlowTable(rows: list[Json], words: Json) -> None:
    """The bands of the flow diagram as a table."""


def words(lang: str, *names: str, prefix: str = "follow_") -> Json:
    """Texts for a piece of the page, by the last part of their keys."""
    return {name: say(f"{prefix}{name}", lang) for name in names}


@solara.component
def FollowPage() -> None:
    """Choose a request of the first world, see its life; and how all of them flow."""
    address, lang = viewer.address.value, viewer.lang()
    stopped: Any = solara.use_ref((None, None))  # the world of a run that was cancelled on its way, and the run
    day = until(address)
    world = (address.district, address.size, address.seed, address.days, day, address.worlds[0])

    def play(job: PageJob[Run]) -> Run:
        return stopped.current[1] if stopped.current[0] == world else run_of(address, job)

    people = address.size * limits.population(address.district)
    job, again = use_job(play, [world], total=day, megabytes=limits.table_megabytes(people, day))
    run = job.found

    def stop() -> None:
        if job.state == CANCELLED and run is not None:
            stopped.current = ((*world[:4], run.days, world[-1]), run)
            viewer.change(day=run.days)

    solara.use_effect(stop, [job.state])
    with solara.Div(classes=["sf-stack"]):
        WorldFields(address, lang)
        if run is None or job.state == CANCELLED:
            JobCard(job, lambda: say("job_playing", lang, day=day, percent=percent(job)), lang, again)
        else:
            Followed(run, world)


@solara.component
def WorldFields(address: Address, lang: str) -> None:
    """Which scenario, and how far it is played."""
    names = solara.use_memo(lambda: scenario_labels(lang), [lang])
    fields: list[Json] = [
        {"id": "scenario", "label": say("follow_world", lang), "value": address.worlds[0].scenario,
         "options": parts.options(names)},
        {"id": "until", "label": say("follow_until", lang), "value": until(address), "min": MIN_DAYS,
         "max": address.days},
    ]  # fmt: skip
    with solara.Div(classes=["card"]):
        parts.Choices(fields=fields, event_pick=pick_world)


def pick_world(picked: dict[str, Any]) -> None:
    """Take another scenario or another day. The request stays: the same trouble has the same id under each policy."""
    address, value = viewer.address.value, str(picked.get("value"))
    if picked.get("field") == "scenario" and value in content.names():
        viewer.address.set(replace(address, worlds=(LinkedWorld(value), *address.worlds[1:])))
    elif picked.get("field") == "until" and value.isdecimal() and len(value) < 9:
        day = min(max(int(value), min(MIN_DAYS, address.days)), address.days)
        viewer.address.set(replace(address, day=day))


@solara.component
def Followed(run: Run, world: tuple[Any, ...]) -> None:
    """What is on the page once a run is there."""
    address, lang = viewer.address.value, viewer.lang()
    communities = sorted(run.requests["community"].unique().tolist())
    wanted = choice(address.other, list(run.scenario.domains), communities)
    first_requests = solara.use_memo(lambda: candidates(run, wanted), [id(run), replace(wanted, id_="")])
    label, note = chosen(run, wanted, first_requests.index, lang)
    chosen_id = str(run.requests.at[label, "id"]) if label is not None else ""
    solara.use_effect(lambda: name_in_address(wanted, chosen_id), [wanted, chosen_id])
    with solara.Div(classes=["sf-follow"]):
        with solara.Div(classes=["card"]):
            solara.HTML("h2", say("follow_choose", lang))
            with solara.Div(classes=["sf-follow-fields"]):
                ChoiceFields(run, wanted, communities, lang)
            Picker(
                rows=request_life.candidate_rows(first_requests, run.scenario, lang, chosen_id),
                words=words(
                    lang, "find", "find_hint", "none", "candidates", "column_id", "column_hours", "column_handoffs"
                ),
                event_choose=follow_id, event_find=follow_id,
            )  # fmt: skip
        with solara.Div(classes=["sf-stack"]):
            parts.Notes(notes=[{"kind": "warning", "text": note}] if note else [])
            if label is not None:
                OneLife(run, world, label, chosen_id, lang)
        with solara.Div(classes=["sf-follow-wide"]):
            Flow(run, world, lang)


def name_in_address(wanted: RequestChoice, id_: str) -> None:
    """Let the address say which request is shown where it has named a rule only: a link and the code name it too."""
    if id_ and not wanted.id_:
        viewer.address.set(viewer.address.value.with_other(request=f"{wanted.rule}:{id_}"))


def chosen(run: Run, wanted: RequestChoice, first: Any, lang: str) -> tuple[Any, str]:
    """The row label of the request to follow, or None; and a note if it is not the one asked for."""
    note = ""
    if wanted.id_:
        try:
            return time_split.find(run.requests, wanted.id_), ""
        except InputError:
            note = say("follow_unknown_id", lang, id=wanted.id_)
    return (first[0] if len(first) else None), note


def follow_id(id_: str) -> None:
    """Follow the request with this id, or the one whose id begins so."""
    text = "".join(letter for letter in str(id_).strip().lower() if letter in "0123456789abcdef")[:MAX_ID_LENGTH]
    rule = viewer.address.value.other.get("request", "").partition(":")[0]
    rule = rule if rule in RULES else RULES[0]
    viewer.address.set(viewer.address.value.with_other(request=f"{rule}:{text}" if text else rule))


@solara.component
def ChoiceFields(run: Run, wanted: RequestChoice, communities: list[str], lang: str) -> None:
    """The rule and the filters."""
    everything = {"": say("follow_all", lang)}
    domains = {name: request_life.domain_label(name, run.scenario, lang) for name in run.scenario.domains}

    def select(name: str, value: str, labels: dict[str, str]) -> Json:
        return {"id": name, "label": say(f"follow_{name}", lang), "value": value, "options": parts.options(labels)}

    fields = [
        select("rule", wanted.rule, {rule: say(f"follow_rule_{rule}", lang) for rule in RULES}),
        select("domain", wanted.domain, everything | domains),
        select("kind", wanted.kind, everything | {kind: say(f"kind_{kind}", lang) for kind in KINDS}),
        select("community", wanted.community, everything | {id_: community_label(id_, lang) for id_ in communities}),
        select("whose", "vulnerable" if wanted.vulnerable else "", everything | words(lang, "vulnerable")),
    ]
    parts.Choices(fields=fields, event_pick=pick)


def pick(picked: dict[str, Any]) -> None:
    """Take a rule or a filter; `choice` checks what it says."""
    field, value, address = str(picked.get("field")), str(picked.get("value"))[:80], viewer.address.value
    rule = address.other.get("request", "").partition(":")[0]
    if field == "rule" and value in RULES:
        viewer.address.set(address.with_other(request=value))
    elif field in ("domain", "kind", "community", "whose"):
        viewer.address.set(address.with_other(**{field: value, "request": rule if rule in RULES else ""}))


@solara.component
def OneLife(run: Run, world: tuple[Any, ...], label: Any, id_: str, lang: str) -> None:
    """The life of one request: watched in a second run of its world, then told."""
    address = viewer.address.peek()
    where: Any = {"seed": address.seed, "days": address.days, "scale": address.size, "until": run.days}

    def watch(job: PageJob[Life]) -> Life:
        return watched(run.scenario, run.requests, label, **where, job=job)

    job, again = use_job(watch, [world, id_], total=run.days)
    if job.found is None:
        JobCard(job, lambda: say("follow_watching", lang, percent=percent(job)), lang, again)
    else:
        stem = f"sanfang-{world[-1].scenario}-{world[0]}-{world[2]}-{id_[:8]}"
        LifeCards(job.found, run.scenario, stem, setting.stamp(replace(address, day=run.days), lang), lang)


@solara.component
def LifeCards(life: Life, scenario: Scenario, stem: str, under: str, lang: str) -> None:
    """A life that has been watched. `under`: what its picture is of."""
    title = html.escape(say("follow_title", lang, id=life.id))
    whose, tale = (
        html.escape(text) for text in (request_life.heading(life, scenario, lang), request_life.tale(life, lang))
    )
    facts = "".join(
        f"<div><dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd></div>"
        for name, value in request_life.facts(life, scenario, lang)
    )
    with solara.Div(classes=["card"]):
        solara.HTML("div", f"<h2>{title}</h2><p>{whose}</p><p class='sf-tale'>{tale}</p>", classes=["sf-life"])
        solara.HTML("h3", say("follow_timeline", lang))
        parts.Timeline(line=timeline(life, scenario, lang), hint=say("follow_timeline_hint", lang))
        solara.HTML("h3", say("follow_split", lang))
        Steps(
            split=request_life.split(life, lang),
            rows=request_life.step_rows(life, scenario, lang),
            words=words(lang, "steps", "honest") | words(lang, "from", "where", "what", "hours", prefix="follow_step_"),
        )
        solara.HTML("dl", facts, classes=["sf-facts"])
    with solara.Div(classes=["card"]):
        solara.HTML("h3", say("follow_kin" if life.kin else "follow_kin_none", lang))
        parts.Buttons(buttons=request_life.kin(life, lang), event_press=follow_id)
        with solara.Div(classes=["sf-row"]):
            picture, steps = say("follow_save_timeline", lang), say("follow_save_steps", lang)
            saving.Download(picture, f"{stem}.png", lambda: timeline_picture(life, scenario, lang, under), "image/png")
            saving.DownloadTable(steps, f"{stem}.csv", lambda: request_life.step_table(life))


@solara.component
def Flow(run: Run, world: tuple[Any, ...], lang: str) -> None:
    """The flow of all requests: diagram, table, files."""
    asked = viewer.address.value.other.get("flow", "")
    weight = asked if asked in flow.WEIGHTS else flow.WEIGHTS[0]
    ways = solara.use_memo(lambda: flow.flow_table(run), [id(run)])
    option = solara.use_memo(lambda: flow_views.sankey(ways, run.scenario, weight, lang), [id(run), weight, lang])
    stem = f"sanfang-{world[-1].scenario}-{world[0]}-{world[2]}"
    under = setting.stamp(replace(viewer.address.peek(), day=run.days), lang)
    named = own_label(run.scenario, lang, world[-1].scenario)
    with solara.Div(classes=["card"]):
        solara.HTML("h2", say("follow_flow", lang))
        voiced = int(run.requests["voiced"].notna().sum())
        played = say(
            "follow_played", lang, scenario=named, days=run.days, voiced=voiced, latent=len(run.requests) - voiced
        )
        solara.HTML("p", html.escape(played), classes=["soft"])
        labels = {name: say(f"follow_flow_{name}", lang) for name in flow.WEIGHTS}
        field = {"id": "flow", "label": say("follow_flow_by", lang), "value": weight, "options": parts.options(labels)}
        parts.Choices(fields=[field], event_pick=pick_flow)
        with parts.scrolling(say("follow_flow", lang)), solara.Div(classes=["sf-flow-chart"]):
            solara.FigureEcharts(option=option, attributes={"style": "height: 470px; width: 100%"}, responsive=True)
        names = words(lang, "table", "from", "to", "number", prefix="follow_flow_")
        heads = names | {"hours": say("follow_flow_hours_column", lang)}
        FlowTable(rows=flow_views.table_rows(ways, run.scenario, lang), words=heads)
        with solara.Div(classes=["sf-row"]):
            picture, table = say("follow_save_flow", lang), say("follow_save_flow_table", lang)
            saving.Download(
                picture, f"{stem}-flow.png",
                lambda: flow_views.flow_picture(ways, run.scenario, weight, played, lang, under), "image/png",
            )  # fmt: skip
            saving.DownloadTable(table, f"{stem}-flow.csv", lambda: ways)
            saving.DownloadTable(say("save_requests", lang), f"{stem}-requests.csv", lambda: run.requests)


def pick_flow(picked: dict[str, Any]) -> None:
    """What the width of the bands shows."""
    value = str(picked.get("value"))
    if value in flow.WEIGHTS:
        viewer.address.set(viewer.address.value.with_other(flow=value))


PAGE = Page("/follow", 3, FollowPage, recipe)
