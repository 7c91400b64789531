"""The view of the Compare page that shows who gains and who loses."""

from __future__ import annotations

import html

import solara

from sanfang.dashboard.pages.compare import gainers
from sanfang.dashboard.pages.compare.parts import Gains, Table
from sanfang.dashboard.pages.compare.replications import WorldReplications
from sanfang.dashboard.pages.compare.side_by_side import Worlds, letter, world_labels
from sanfang.dashboard.pages.compare.uncertainty import same
from sanfang.dashboard.widgets import parts, viewer
from sanfang.dashboard.widgets.transport import PageState
from sanfang.dashboard.words import say


@solara.component
def GainsView(page: PageState, worlds: Worlds, frame: int, job: WorldReplications | None, lang: str) -> None:
    """Residents, communities, domains: better, same, worse than under the first policy. `job`: replications, if any;
    `frame` has it drawn anew."""
    day = worlds[0].day
    shown = bool(day) and not page.playing
    key = [shown, day, tuple(id(session) for session in worlds), tuple(session.world for session in worlds), lang]
    drawn = solara.use_memo(lambda: _drawn(page, worlds, lang) if shown else None, key)
    if drawn is None:
        parts.Notes(notes=[{"kind": "info", "text": say("gains_paused" if day else "compare_lives_first", lang)}])
        return
    heads, rows, bars = drawn
    found = job.found if job is not None and same(job.address, viewer.address.value) else None
    with solara.Div(classes=["sf-stack"]):
        note = say("gains_replicated" if found else "gains_one_run", lang, reps=found.reps if found else 1)
        parts.Notes(notes=[{"kind": "info", "text": note}])
        with solara.Div(classes=["card", "sf-stack"]):
            labels = world_labels(worlds, lang)
            for side, one in enumerate(bars, 1):
                title = say("gains_title", lang, other=labels[side], first=labels[0], day=day)
                Gains(name=letter(side), title=title, rows=one)
        if found:
            with solara.Div(classes=["card", "sf-stack"]).key("sure"):
                for side in range(1, len(worlds)):
                    title = say("gains_sure_title", lang, other=letter(side), reps=found.reps)
                    Gains(name=f"{letter(side)}-sure", title=title, rows=gainers.sure_bars(found, side, lang))
                Table(
                    name="gains-sure", caption=say("gains_sure_table", lang, reps=found.reps),
                    heads=gainers.sure_heads(len(worlds), lang),
                    rows=gainers.sure_rows(found, worlds[0].scenario, len(worlds), lang), numbers=1,
                )  # fmt: skip
        with solara.Div(classes=["card"]).key("domains"):
            Table(name="gains", caption=say("gains_domains", lang), heads=heads, rows=rows, numbers=1)
        told = "".join(f"<p>{html.escape(one)}</p>" for one in gainers.definition(lang))
        summary = f"<summary>{html.escape(say('gains_how', lang))}</summary>"
        solara.HTML("details", summary + told, classes=["card"], attributes={"data-show": "definition"}).key("how")


def _drawn(page: PageState, worlds: Worlds, lang: str) -> tuple[list[str], list[dict[str, object]], list[object]]:
    with page.group.steady():
        table, found = gainers.by_domain(worlds), gainers.splits(worlds)
    rows = gainers.domain_rows(table, worlds[0].scenario, len(worlds), lang)
    return gainers.domain_heads(len(worlds), lang), rows, [gainers.bars(one, lang) for one in found]
