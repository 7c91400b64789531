"""Presenter mode: two charts, a picture of the district, three figures and a caption, in letters for a room."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import solara

from sanfang.dashboard.declare import Page
from sanfang.dashboard.pages.present import picture, telling
from sanfang.dashboard.pages.present.files import Spot, load_all, spot_of
from sanfang.dashboard.pages.present.room import CHARTS, FIGURES, in_dark, three, two
from sanfang.dashboard.pages.present.runs import Outcomes, find_out, known
from sanfang.dashboard.pages.present.script import Script
from sanfang.dashboard.presenters import beside, views
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.widgets import parts, viewer
from sanfang.dashboard.widgets.present import use_present
from sanfang.dashboard.widgets.progress import use_job
from sanfang.dashboard.widgets.transport import Arrival, PageState, use_page_state
from sanfang.dashboard.words import own_label, say
from sanfang.dashboard.worlds.job import PageJob
from sanfang.dashboard.worlds.page_session import PageSession
from sanfang.run.against import recorded

WORDS = (
    "controls", "script", "none", "back", "on", "play", "pause", "full", "theme", "keys", "leave", "close", "key_play",
    "key_on", "key_full", "key_theme", "key_keys", "key_leave", "key_open", "space", "escape",
)  # fmt: skip
WEEK = 7


@solara.component_vue("stage.vue", vuetify=False)
def Controls(state: Json, words: Json, event_press: parts.Event, event_choose: parts.Event) -> None:
    """Keys and buttons: `press` is called with "play", "on", "back", "theme" or "leave", `choose` with the name of a
    script, or with "" for none."""


@solara.component_vue("caption.vue", vuetify=False)
def Caption(told: Json) -> None:
    """What is said: heading, text, question, note."""


@solara.component
def PresentPage() -> None:
    """A stage over the whole window."""
    scripts, problems = solara.use_memo(load_all, [])
    page, lang = use_page_state(1), viewer.lang()
    router = solara.use_router()
    spot = spot_of(viewer.address.value.other, scripts)
    solara.use_effect(lambda: enter(page, spot), [spot.key if spot else ""])
    dark = viewer.address.value.other.get("theme") == "dark"
    page.group.until = spot.until if spot else None

    def choose(name: object) -> None:
        go(page, Spot(str(name), scripts[str(name)], 0) if name in scripts else None)

    orders: Mapping[str, Callable[[], object]] = {
        "play": lambda: play(page, spot),
        "on": lambda: step(page, spot, 1),
        "back": lambda: step(page, spot, -1),
        "theme": lambda: viewer.address.set(viewer.address.value.with_other(theme="" if dark else "dark")),
        "leave": lambda: router.push(f"/?{viewer.address.value.query()}"),
    }
    ground = "dark" if dark else "light"
    with solara.Div(classes=["sf-stage", f"sf-{ground}"], attributes={"data-stage": ground}):
        notes = [say("present_broken", lang, problem=problem) for problem in problems] + [page.error.value]
        parts.Notes(notes=[{"kind": "error", "text": text} for text in notes if text])
        with solara.Div(classes=["sf-stage-board"]):
            if page.group.worlds:
                Board(page, page.group.worlds[0], spot, dark, lang)
            Arrival(page, lang)
        Controls(
            state=state_of(page, spot, scripts, lang, page.frame.value),
            words={word: say(f"present_{word}", lang) for word in WORDS},
            event_press=lambda order: orders.get(str(order), lambda: None)(),
            event_choose=choose,
        )  # fmt: skip


def state_of(page: PageState, spot: Spot | None, scripts: Mapping[str, Script], lang: str, frame: int) -> Json:
    """What the controls show. `frame` has it made anew."""
    options = {"": say("present_none", lang)} | {name: script.title.say(lang) for name, script in scripts.items()}
    day = page.group.day
    return {
        "playing": page.playing, "busy": page.busy or not page.group.worlds, "over": page.group.over,
        "played": spot is not None and day >= spot.until,
        "day": say("day", lang, day=day), "script": spot.name if spot else "", "options": parts.options(options),
        "first": spot is None or spot.at == 0, "last": spot is not None and spot.last,
    }  # fmt: skip


# --- Orders ---------------------------------------------------------------------------------------------


def go(page: PageState, spot: Spot | None) -> None:
    """To the beginning of a scene; None leaves the script where it is."""
    page.group.playback.pause()
    address = viewer.address.value
    viewer.address.set(spot.address(address) if spot else address.with_other(script=""))
    page.again()


def enter(page: PageState, spot: Spot | None) -> None:
    """Let the address be one of the scene that it names: a link may name any other world."""
    if spot is not None and not spot.holds(viewer.address.peek()):
        go(page, spot)


def play(page: PageState, spot: Spot | None) -> None:
    """Play, or pause; at the end of a scene go on to the next one."""
    if page.busy:
        return
    if spot is not None and page.group.day >= spot.until:
        step(page, spot, 1)
        return
    if spot is not None and not page.playing:
        page.do({"action": "speed", "value": spot.script.speed})
    page.do({"action": "pause" if page.playing else "play", "value": None})


def step(page: PageState, spot: Spot | None, by: int) -> None:
    """To the next scene or the one before; outside a script a week on."""
    if spot is not None:
        if spot.moved(by) != spot:
            go(page, spot.moved(by))
    elif by > 0 and not page.busy:
        page.do({"action": "step", "value": WEEK})


# --- The board ------------------------------------------------------------------------------------------


@solara.component
def Board(page: PageState, session: PageSession, spot: Spot | None, dark: bool, lang: str) -> None:
    """Caption, picture, figures, charts: what changes with every frame."""
    now = page.frame.value
    present, same = use_present(page, session), solara.use_memo(lambda: beside.is_present(session), [session.world])
    left = present.seen  # once for all that is drawn: it may be more a moment later
    script = spot.script if spot else None
    with page.group.steady():
        day, mine = session.day, recorded(session)
        since = 0 if spot else beside.last_move(session)
        figures = three(views.figures(session, lang, since), script.figures if script else FIGURES)
        charts = two(views.charts(session, lang, left), script.charts if script else CHARTS)
        seen = picture.look(session, script.map if script else "satisfaction", lang)
    with solara.Div(classes=["sf-stage-grid"]):
        if spot is not None:
            Told(spot, day, lang).key(spot.name)
        else:
            text = beside.sentence(mine, left, same, since, lang)
            heading = own_label(session.scenario, lang, session.world.scenario)
            Caption(told={"heading": heading, "text": text, "question": "", "note": ""})
        picture.Picture(seen)
        with solara.Div(classes=["sf-stage-figures"]):
            parts.Figures(figures=beside.with_difference(figures, mine, left, same, since, lang))
        with solara.Div(classes=["sf-stage-charts"]):
            shown = [in_dark(chart) for chart in charts] if dark else charts
            parts.Charts(charts=shown, frame=now, event_drawn_frame=lambda _: page.group.playback.seen())


@solara.component
def Told(spot: Spot, day: int, lang: str) -> None:
    """The caption of a scene; the runs behind it are made while the room looks on."""
    job = use_outcomes(spot.script)
    told = telling.caption(spot, day, job.found, lang)
    if job.found is None and not job.busy:
        told = {**told, "note": say("job_failed", lang, what=job.error or job.state)}
    Caption(told=told)


def use_outcomes(script: Script) -> PageJob[Outcomes]:
    """The job that makes the runs of a script; done at once if they were made before."""

    def make(job: PageJob[Outcomes]) -> Outcomes:
        return find_out(script, job)

    before = solara.use_memo(lambda: known(script), [])
    job, _ = use_job(make, [], known=before)
    return job


PAGE = Page("/present", 8, PresentPage)
