"""What is taken away from the Live page: tables with what their columns mean, the charts, and one page of all of it."""

from __future__ import annotations

from functools import partial

import pandas as pd
import solara

from sanfang.dashboard.presenters import columns, findings, setting, views
from sanfang.dashboard.presenters.one_page import OnePage
from sanfang.dashboard.presenters.pictures import picture
from sanfang.dashboard.widgets import saving, viewer
from sanfang.dashboard.widgets.takeaway import TakeAway
from sanfang.dashboard.widgets.transport import PageState
from sanfang.dashboard.words import own_label, say
from sanfang.dashboard.worlds.page_session import PageSession
from sanfang.run.against import Recorded, recorded


@solara.component
def Downloads(page: PageState, session: PageSession, left: Recorded | None, same: bool, lang: str) -> None:
    """What has been played, as files. `left`: the district left as it is; `same`: whether it is the policy on show."""
    address = viewer.address.value
    stem = f"sanfang-{session.world.scenario}-{address.district}-{address.seed}"

    def observed(name: str) -> pd.DataFrame:
        with page.group.steady():
            table: pd.DataFrame = getattr(session, name)
        return table

    def explained() -> pd.DataFrame:
        return columns.explained({name: list(observed(name).columns) for name in columns.TABLES}, lang)

    with solara.Div(classes=["sf-row"]):
        TakeAway(lambda link: sheet(page, session, left, same, link, lang), stem, "/", lang)
        charts = partial(charts_picture, page, session, left, lang)
        saving.Download(say("save_charts", lang), f"{stem}.png", charts, "image/png")
        for name in columns.TABLES:
            file = f"{stem}-{name}.csv"
            saving.DownloadTable(say(f"save_{name}", lang), file, partial(observed, name), name, session.scenario)
        saving.DownloadTable(say("save_columns", lang), f"{stem}-columns.csv", explained)


def title_of(session: PageSession, lang: str) -> str:
    """The scenario of a world, and a word where its levers were set or moved."""
    title = own_label(session.scenario, lang, session.world.scenario)
    if session.world.levers or session.world.moves:
        title = f"{title} · {say('live_levers_moved', lang)}"
    return title


def charts_picture(page: PageState, session: PageSession, left: Recorded | None, lang: str) -> bytes:
    """The charts as a PNG, with what they are of. `left`: the district left as it is."""
    with page.group.steady():
        charts, now = views.charts(session, lang, left), page.group.shown
    return picture(charts, title_of(session, lang), lang, under=setting.stamp(now, lang))


def sheet(page: PageState, session: PageSession, left: Recorded | None, same: bool, link: str, lang: str) -> OnePage:
    """The page to take away, with the `link` to the same state."""
    with page.group.steady():
        charts, mine, now = views.charts(session, lang, left), recorded(session), page.group.shown
    return OnePage(
        brand=say("brand", lang),
        title=title_of(session, lang),
        setting=[*setting.policies(now, lang, 1), setting.stamp(now, lang)],
        findings_title=say("findings_title", lang),
        findings=findings.against_present(mine, left, same, lang),
        charts=charts,
        notes=[say("note_one_run", lang), setting.disclaimer(lang)],
        link=link,
    )
