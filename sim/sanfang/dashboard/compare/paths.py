"""Who had a trouble, when: its path step by step in every world, seen closer in a second run of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara
import solara.lab

from sanfang.dashboard import parts
from sanfang.dashboard.compare.lives import Troubles
from sanfang.dashboard.compare.side_by_side import world_label
from sanfang.dashboard.follow import views as follow_views
from sanfang.dashboard.follow.choice import never, traced
from sanfang.dashboard.follow.life import Life, life
from sanfang.dashboard.follow.page import Timeline, use_stopped
from sanfang.dashboard.played import PlayedWorld
from sanfang.dashboard.words import say


def last_record(found: Troubles, place: int, root: str) -> Any:
    """Row label of the last record of a trouble in a world's table of requests; None if it did not arise there."""
    table = found.requests[place]
    rows = table[table["root"] == root].sort_values("ordinal")
    return rows.index[-1] if len(rows) else None


def watched(
    found: Troubles, place: int, played: PlayedWorld, root: str, stopped: Callable[[], bool] = never
) -> Life | None:
    """The path of a trouble's last record in one world; None if the trouble did not arise there, or if stopped."""
    label = last_record(found, place, root)
    if label is None:
        return None
    address, requests = played.address, found.requests[place]
    id_ = str(requests.at[label, "id"])
    seen = traced(
        played.scenario, id_, seed=address.seed, days=address.days, scale=address.size, until=found.day,
        stopped=stopped,
    )  # fmt: skip
    return life(seen, requests, label) if seen else None


@solara.component
def Paths(found: Troubles, worlds: tuple[PlayedWorld, ...], root: str, lang: str) -> None:
    """A button, then a timeline a world. The second runs take about a second each, so they wait to be asked for."""
    asked, set_asked = solara.use_state("")
    wanted = [asked == root, root, id(found)]
    stopped = use_stopped(wanted)

    def watch() -> list[Life | None]:
        if asked != root:
            return []
        seen = [watched(found, place, played, root, stopped) for place, played in enumerate(worlds)]
        return [] if stopped() else seen  # a world that was stopped is not one where the trouble never arose

    told = solara.lab.use_task(watch, dependencies=wanted, raise_error=False)
    if asked != root:
        button = {"id": "paths", "label": say("compare_paths", lang)}
        parts.Buttons(buttons=[button], event_press=lambda _: set_asked(root))
        return
    if told.error:
        parts.Notes(notes=[{"kind": "error", "text": say("compare_reps_failed", lang, error=str(told.exception))}])
        return
    if told.pending or not told.value:
        parts.Notes(notes=[{"kind": "info", "text": say("compare_paths_wait", lang)}])
        return
    with solara.Div(classes=["card", "sf-stack"]):
        for place, (played, one) in enumerate(zip(worlds, told.value, strict=False)):
            solara.HTML("h3", world_label(played.world, place, lang))
            if one is None:
                solara.HTML("p", say("compare_life_prevented_long", lang), classes=["soft"])
            else:
                Timeline(
                    line=follow_views.timeline(one, played.scenario, lang), hint=say("follow_timeline_hint", lang)
                )  # fmt: skip
