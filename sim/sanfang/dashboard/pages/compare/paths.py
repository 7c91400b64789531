"""Who had a trouble, when: its path step by step in every world, seen closer in a second run of each."""

from __future__ import annotations

from typing import Any

import solara

from sanfang.dashboard.pages.compare.side_by_side import Worlds, world_label
from sanfang.dashboard.presenters.timeline import timeline
from sanfang.dashboard.widgets import parts
from sanfang.dashboard.widgets.progress import JobCard, percent, use_job
from sanfang.dashboard.words import say
from sanfang.dashboard.worlds.job import PageJob
from sanfang.dashboard.worlds.page_session import PageSession
from sanfang.run import life
from sanfang.run.life import Life
from sanfang.run.troubles import Troubles, last_record


def watched(common: Troubles, side: int, session: PageSession, root: str, job: PageJob[Any]) -> Life | None:
    """The path of a trouble's last record in one world; None if it did not arise there, or was voiced before day 0."""
    label = last_record(common, side, root)
    voiced: Any = None if label is None else common.requests[side].at[label, "voiced"]
    if voiced is None or voiced < 0:
        return None
    return life.watched(
        session.scenario, common.requests[side], label,
        seed=session.seed, days=session.days, scale=session.scale, until=common.day, job=job,
    )  # fmt: skip


@solara.component
def Paths(common: Troubles, worlds: Worlds, root: str, lang: str) -> None:
    """A button, then a timeline a world. The second runs take about a second each, so they wait to be asked for."""
    asked, set_asked = solara.use_state("")
    if asked == root:
        Watched(common, worlds, root, lang).key(root)
    else:
        button = {"id": "paths", "label": say("compare_paths", lang)}
        parts.Buttons(buttons=[button], event_press=lambda _: set_asked(root))


@solara.component
def Watched(common: Troubles, worlds: Worlds, root: str, lang: str) -> None:
    """The path in every world, once it has been watched."""

    def watch(job: PageJob[list[Life | None]]) -> list[Life | None]:
        return [watched(common, side, session, root, job) for side, session in enumerate(worlds)]

    job, again = use_job(watch, [], total=len(worlds) * common.day)
    if job.found is None:
        JobCard(job, lambda: say("compare_paths_wait", lang, percent=percent(job)), lang, again)
        return
    with solara.Div(classes=["card", "sf-stack"]):
        for side, (session, life_) in enumerate(zip(worlds, job.found, strict=True)):
            solara.HTML("h3", world_label(session.world, side, lang))
            if life_ is None:
                solara.HTML("p", say("compare_life_prevented_long", lang), classes=["soft"])
            else:
                line = timeline(life_, session.scenario, lang)
                parts.Timeline(line=line, hint=say("follow_timeline_hint", lang))
