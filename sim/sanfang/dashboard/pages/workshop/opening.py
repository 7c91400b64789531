"""What the Workshop page shows where this browser has none open: the form to open one, and those from before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from sanfang.dashboard import limits
from sanfang.dashboard.pages.workshop.parts import Ask
from sanfang.dashboard.widgets import parts, setup, viewer
from sanfang.dashboard.words import say
from sanfang.dashboard.workshop.refusal import Refused
from sanfang.dashboard.workshop.rooms import ROOMS
from sanfang.dashboard.workshop.setting import MAX_QUESTION, Setting
from sanfang.scenario.errors import InputError

USUAL_BUDGET = 3


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
        address = viewer.address.value
        try:
            setting = Setting(address.district, address.size, address.seed, address.days, budget, str(question))
            ROOMS.open(browser, setting)
        except (Refused, InputError) as refused:
            set_problem(refused.say(lang) if isinstance(refused, Refused) else str(refused))
            return
        opened()

    with solara.Div(classes=["card", "sf-stack"]):
        solara.HTML("h2", say("workshop_setup", lang))
        solara.HTML("p", say("workshop_intro", lang))
        parts.Choices(fields=[*place_fields, field], event_pick=pick)
        Ask(
            id="question", label=say("workshop_question", lang), value="", button=say("workshop_open", lang),
            most=MAX_QUESTION, primary=True, event_told=open_,
        )  # fmt: skip
        parts.Notes(notes=[{"kind": "error", "text": problem}] if problem else [])
