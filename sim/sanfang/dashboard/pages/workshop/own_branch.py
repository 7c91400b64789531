"""A branch that the host plays from the screen: for itself, or for a team that has no phone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import solara

from sanfang.dashboard.presenters import views
from sanfang.dashboard.widgets import parts
from sanfang.dashboard.words import say
from sanfang.dashboard.workshop.orders import Play
from sanfang.dashboard.workshop.views import doses, whose
from sanfang.dashboard.workshop.workshop import HOST, Workshop
from sanfang.scenario.policy import lever_names

SHARES = (0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75)
"""Of the days: when a branch may leave another one, as on phones."""


@solara.component
def OwnBranch(
    workshop: Workshop, chosen: int, attempt: Callable[[Callable[[], object]], None], news: int, lang: str
) -> None:
    """Levers, for whom, from which branch and day: and a button that plays. The branch chosen on the screen is where
    it starts from; `news` has it drawn anew."""
    shown, set_shown = solara.use_state(False)
    owner, set_owner = solara.use_state(HOST)
    day, set_day = solara.use_state(0)
    pulled, set_pulled = solara.use_state(dict[str, float]())
    tree, setting = workshop.tree, workshop.setting
    days = [round(share * setting.days) for share in SHARES]
    on = day if day in days else 0
    owners = {HOST: say("workshop_host", lang)} | {str(team.number): team.name for team in workshop.teams}
    wanted = owner if owner in owners else HOST
    now = tree.levels(tree.moves_from(chosen, on, {}), on)
    levels = now | {name: level for name, level in pulled.items() if now[name] is not None}
    used = tree.doses(tree.moves_from(chosen, on, {n: level for n, level in pulled.items() if level != now[n]}))

    def pick(picked: Mapping[str, Any]) -> None:
        field, value = picked.get("field"), str(picked.get("value"))
        if field == "owner" and value in owners:
            set_owner(value)
        elif field == "day" and value in map(str, days):
            set_day(int(value))

    def move(order: Mapping[str, Any]) -> None:
        name, level = order.get("lever"), order.get("level")
        if name in lever_names() and isinstance(level, int | float) and 0 <= level <= 1:
            set_pulled({**pulled, str(name): float(level)})

    def play(_: object) -> None:
        def grow() -> None:
            name = workshop.entrance.team(int(wanted)).name if wanted else HOST
            workshop.play(name, Play(action="play", parent=chosen, day=on, levels=pulled, expected={}))
            set_pulled({})

        attempt(grow)

    fields = [
        {"id": "owner", "label": say("workshop_for", lang), "value": wanted, "options": parts.options(owners)},
        {"id": "day", "label": say("workshop_day", lang), "value": str(on),
         "options": parts.options({str(one): str(one) for one in days})},
    ]  # fmt: skip
    with solara.Div(classes=["card", "sf-stack"]):
        toggle = {"id": "act", "label": say("workshop_act", lang), "pressed": shown}
        parts.Buttons(buttons=[toggle], event_press=lambda _: set_shown(not shown))
        if shown:
            start = f"{say('workshop_from', lang)}: {whose(tree.branch(chosen), lang)}"
            parts.Notes(notes=[{"kind": "info", "text": start}])
            parts.Choices(fields=fields, event_pick=pick)
            groups, words = views.groups_of(levels, lang), views.lever_words(lang)
            parts.Levers(groups=groups, words=words, prefix="host-", event_move=move)
            solara.HTML("p", say("workshop_used", lang, used=doses(used), most=setting.budget), classes=["soft"])
            button = {"id": "play", "label": say("workshop_play", lang), "primary": True, "disabled": not pulled}
            parts.Buttons(buttons=[button], event_press=play)
