"""What stands beside the charts of presenter mode: the map. Another picture of the district has its place here."""

from __future__ import annotations

import solara

from sanfang.dashboard.presenters import views
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.widgets import parts
from sanfang.dashboard.worlds.page_session import PageSession


def look(session: PageSession, shown: str, lang: str) -> Json:
    """What is drawn of the district today, coloured by one of `BY_COMMUNITY`. The caller holds the world still."""
    return views.district_map(session, shown, lang)


@solara.component
def Picture(seen: Json) -> None:
    """What `look` saw."""
    parts.DistrictMap(**seen, selected="", event_choose=lambda _: None)
