"""What the Workshop page shows where this browser has none open: the form to open one, and those from before."""

from __future__ import annotations

import html
from collections.abc import Callable
from itertools import islice
from typing import Any

import solara

from sanfang.dashboard import limits
from sanfang.dashboard.pages.workshop.parts import Ask
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.widgets import parts, setup, viewer
from sanfang.dashboard.widgets.saving import Download
from sanfang.dashboard.widgets.setup import district_labels
from sanfang.dashboard.words import say
from sanfang.dashboard.workshop import kept
from sanfang.dashboard.workshop.kept import KeptWorkshop
from sanfang.dashboard.workshop.refusal import Refused
from sanfang.dashboard.workshop.replay import replay_of
from sanfang.dashboard.workshop.rooms import ROOMS
from sanfang.dashboard.workshop.setting import MAX_QUESTION, Setting
from sanfang.scenario.errors import InputError

USUAL_BUDGET = 3
EARLIER = 10
"""Workshops from before that are shown."""


@solara.component
def Opening(browser: str, opened: Callable[[], None], lang: str) -> None:
    """What a workshop is, and the choices of who opens one."""
    budget, set_budget = solara.use_state(USUAL_BUDGET)
    problem, set_problem = solara.use_state("")
    place_fields = setup.use_place_fields(lang)
    doses = parts.options({str(one): str(one) for one in limits.BUDGETS})
    field = {"id": "budget", "label": say("workshop_budget", lang), "value": str(budget), "options": doses}

    def pick(picked: dict[str, Any]) -> None:
        if picked.get("field") != "budget":
            setup.pick(picked)
        elif str(picked.get("value")) in {str(one) for one in limits.BUDGETS}:
            set_budget(int(str(picked["value"])))

    def open_(question: object) -> None:
        if ROOMS.of_host(browser) is not None:  # another tab has opened one meanwhile: this one shows it as well
            opened()
            return
        attempt(lambda: ROOMS.open(browser, chosen(str(question))))

    def chosen(question: str) -> Setting:
        address = viewer.address.value
        return Setting(address.district, address.size, address.seed, address.days, budget, question)

    def attempt(what: Callable[[], object]) -> None:
        try:
            what()
        except (Refused, InputError) as refused:
            set_problem(refused.say(lang) if isinstance(refused, Refused) else str(refused))
            return
        opened()

    with solara.Div(classes=["sf-stack"]):
        with solara.Div(classes=["card", "sf-stack"]):
            solara.HTML("h2", say("workshop_setup", lang))
            solara.HTML("p", say("workshop_intro", lang))
            parts.Choices(fields=[*place_fields, field], event_pick=pick)
            Ask(
                id="question", label=say("workshop_question", lang), value="", button=say("workshop_open", lang),
                most=MAX_QUESTION, primary=True, event_told=open_,
            )  # fmt: skip
            notes = [{"kind": "error", "text": problem}] if problem else []
            parts.Notes(notes=notes + unkept(lang))
        Earlier(browser, lambda one: attempt(lambda: ROOMS.reopen(browser, one)), lang)


def unkept(lang: str) -> list[Json]:
    """A note where workshops are not kept on disk."""
    return [] if kept.FOLDER.is_kept else [{"kind": "warning", "text": say("workshop_unkept", lang)}]


@solara.component
def Earlier(browser: str, again: Callable[[KeptWorkshop], None], lang: str) -> None:
    """Workshops that are kept: each can be opened again, and its replay saved."""
    found = solara.use_memo(lambda: list(islice(ROOMS.earlier(browser), EARLIER)), [browser])
    with solara.Div():
        if not found:
            return
        with solara.Div(classes=["card", "sf-stack"], attributes={"data-show": "earlier"}):
            solara.HTML("h2", say("workshop_earlier", lang))
            solara.HTML("p", say("workshop_earlier_about", lang), classes=["soft"])
            for one in found:
                EarlierOne(browser, one, again, lang).key(one.id)


@solara.component
def EarlierOne(browser: str, one: KeptWorkshop, again: Callable[[KeptWorkshop], None], lang: str) -> None:
    """What one was, and what can be done with it."""
    setting = one.setting

    def replayed() -> bytes:
        return replay_of(ROOMS.earlier_one(browser, one.id), lang)

    told = say(
        "workshop_earlier_one", lang, begun=one.begun, district=district_labels(lang)[setting.district],
        days=setting.days, teams=len(one.teams), branches=one.branches,
    )  # fmt: skip
    with solara.Div(classes=["sf-stack"], attributes={"data-earlier": one.id}):
        solara.HTML("p", html.escape(f"{told} · {setting.question}" if setting.question else told))
        with solara.Div(classes=["sf-row"]):
            name = f"workshop-{one.begun[:10]}.html"
            Download(say("workshop_replay", lang), name, replayed, "text/html")
            button = {"id": one.id, "label": say("workshop_again", lang)}
            parts.Buttons(buttons=[button], event_press=lambda _: again(one))
