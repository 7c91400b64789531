"""The district left as it is, beside a world on a page."""

from __future__ import annotations

import solara

from sanfang.dashboard.widgets import viewer
from sanfang.dashboard.widgets.transport import Playing
from sanfang.dashboard.worlds.played import PlayedWorld
from sanfang.dashboard.worlds.present import PresentRun, present_run


def use_present(on: Playing, played: PlayedWorld) -> PresentRun:
    """The run under the present policy that belongs to a world, kept ahead of it; let go when the page is left."""
    news = solara.use_reactive(0)

    def find() -> PresentRun:
        return present_run(played.scenario, played.seed, played.scale, played.days)

    present: PresentRun = solara.use_memo(find, [played.address.place, played.world.scenario])

    def told() -> None:
        if not on.playing and not on.busy:  # else the next frame shows it, or the day to which the world is on its way
            news.set(min(present.seen.day if present.seen else 0, on.stage.day))

    solara.use_effect(lambda: present.join(told), [present])
    _ = news.value  # drawn anew where it had been late
    going = viewer.address.value.day  # a link may be on its way to a later day
    solara.use_effect(lambda: present.want(max(on.stage.day, going)), [present, on.stage.day, going])
    return present
