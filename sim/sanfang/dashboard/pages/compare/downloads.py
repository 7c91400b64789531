"""What is taken away from the Compare page: the days of all worlds, the charts, and one page of all of it."""

from __future__ import annotations

from functools import partial

import pandas as pd
import solara

from sanfang.dashboard.pages.compare import gainers, side_by_side
from sanfang.dashboard.pages.compare.replications import Replicated, WorldReplications
from sanfang.dashboard.pages.compare.side_by_side import Worlds
from sanfang.dashboard.pages.compare.uncertainty import same
from sanfang.dashboard.presenters import columns, findings, setting
from sanfang.dashboard.presenters.findings import Interval
from sanfang.dashboard.presenters.one_page import OnePage
from sanfang.dashboard.presenters.pictures import picture
from sanfang.dashboard.widgets import saving, viewer
from sanfang.dashboard.widgets.takeaway import TakeAway
from sanfang.dashboard.widgets.transport import PageState
from sanfang.dashboard.words import say
from sanfang.run.against import recorded
from sanfang.run.better_off import WHO, Split
from sanfang.run.series import MEASURES


@solara.component
def Downloads(
    page: PageState, worlds: Worlds, view: str, against: int, job: WorldReplications | None, lang: str
) -> None:
    """The daily tables of all worlds, the charts on show, and a page of both. `job`: replications, if any."""
    address = viewer.address.value
    stem = "-".join(["sanfang", *(world.scenario for world in address.worlds), address.district, str(address.seed)])

    def daily() -> pd.DataFrame:
        with page.group.steady():
            return side_by_side.daily_tables(worlds)

    with solara.Div(classes=["sf-row"]):
        TakeAway(lambda link: sheet(page, worlds, view, against, job, link, lang), stem, "/compare", lang)
        charts = partial(charts_picture, page, worlds, view, against, lang)
        saving.Download(say("save_charts", lang), f"{stem}.png", charts, "image/png")
        saving.DownloadTable(say("compare_save_daily", lang), f"{stem}-daily.csv", daily, "daily")
        explained = f"{stem}-columns.csv"
        saving.DownloadTable(
            say("save_columns", lang), explained, lambda: columns.explained({"daily": list(daily().columns)}, lang)
        )


def charts_picture(page: PageState, worlds: Worlds, view: str, against: int, lang: str) -> bytes:
    """The charts on show as a PNG, with what they are of."""
    with page.group.steady():
        charts, now = side_by_side.drawn(worlds, view, against, lang), page.group.shown
    labels = side_by_side.world_labels(worlds, lang)
    return picture(charts, "  |  ".join(labels), lang, under=setting.stamp(now, lang))


def sheet(
    page: PageState, worlds: Worlds, view: str, against: int, job: WorldReplications | None, link: str, lang: str
) -> OnePage:
    """The page to take away, on the world `against` the first, with the `link` to the same state."""
    with page.group.steady():
        charts, now = side_by_side.drawn(worlds, view, against, lang), page.group.shown
        seen = [recorded(session) for session in worlds]
        split = gainers.splits(worlds)
    found = job.found if job is not None and same(job.address, now) else None
    labels = side_by_side.world_labels(worlds, lang)
    told = findings.against_first(seen[against], seen[0], labels[0], lang, _sure(found, against) if found else None)
    note = say("note_replicated", lang, reps=found.reps) if found else say("note_one_run", lang)
    return OnePage(
        brand=say("brand", lang),
        title=say("gains_against", lang, other=labels[against], first=labels[0]),
        setting=[*setting.policies(now, lang, len(worlds)), setting.stamp(now, lang)],
        findings_title=say("findings_title", lang),
        findings=[*told, gainers.sentence(split[against - 1], side_by_side.letter(against), lang)],
        charts=charts,
        notes=[note, *gainers.definition(lang)[:2], setting.disclaimer(lang)],
        link=link,
        table=gains_table(worlds, split, lang),
    )


def _sure(found: Replicated, side: int) -> dict[str, Interval]:
    """Of each measure the mean difference on the last day, and its interval."""
    ends = {name: found.band(name, side) for name in MEASURES}
    return {name: (float(mean[-1]), float(low[-1]), float(high[-1])) for name, (mean, low, high) in ends.items()}


def gains_table(worlds: Worlds, split: list[dict[str, Split]], lang: str) -> tuple[str, list[str], list[list[str]]]:
    """Who is better off, the same and worse off in each world: heading, heads, rows, for a page to take away."""
    heads = [say("gains_group", lang), *(say(f"gains_{kind}", lang) for kind in gainers.KINDS)]
    rows = []
    for side, one in enumerate(split, 1):
        for who in WHO:
            if not one[who].n:
                continue
            counts = (one[who].better, one[who].same, one[who].worse)
            cells = [f"{count:,} ({100 * share:.1f}%)" for count, share in zip(counts, one[who].shares, strict=True)]
            rows.append([f"{side_by_side.letter(side)} – A: {say(f'gains_{who}', lang)}", *cells])
    return say("compare_view_gains", lang), heads, rows
