"""The district left as it is, beside a world on a page."""

from __future__ import annotations

import solara

from sanfang.dashboard.widgets import viewer
from sanfang.dashboard.widgets.transport import PageState
from sanfang.dashboard.worlds.page_session import PageSession
from sanfang.dashboard.worlds.present import PresentRun, present_run


def use_present(page: PageState, session: PageSession) -> PresentRun:
    """The run under the present policy that belongs to a world, kept ahead of it; let go when the page is left."""
    news = solara.use_reactive(0)

    def find() -> PresentRun:
        return present_run(session.scenario, session.seed, session.scale, session.days)

    present: PresentRun = solara.use_memo(find, [session.address.place, session.world.scenario])

    def told() -> None:
        if (
            not page.playing and not page.busy
        ):  # else the next frame shows it, or the day to which the world is on its way
            news.set(min(present.seen.day if present.seen else 0, page.group.day))

    solara.use_effect(lambda: present.join(told), [present])
    _ = news.value  # drawn anew where it had been late
    going = viewer.address.value.day  # a link may be on its way to a later day
    solara.use_effect(lambda: present.want(max(page.group.day, going)), [present, page.group.day, going])
    return present
