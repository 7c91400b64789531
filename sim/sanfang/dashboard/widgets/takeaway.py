"""What a viewer takes away of a page: one page as PDF or picture, and the lines that a printed page begins with."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

import solara

from sanfang.dashboard.presenters import setting
from sanfang.dashboard.presenters.one_page import FORMS, OnePage, one_page
from sanfang.dashboard.widgets import viewer
from sanfang.dashboard.widgets.saving import Save, Whole
from sanfang.dashboard.words import say

Make = Callable[[str], OnePage]
"""Of the link to the same state."""


@solara.component
def TakeAway(make: Make, stem: str, path: str, lang: str) -> None:
    """Buttons that save one page, made when they are pressed. `path`: where in the dashboard it is found again."""

    def begin(origin: str, form: str) -> Whole:
        link = f"{origin}{path}?{viewer.address.peek().query()}"
        return Whole(one_page(make(link), lang, form))

    for form, mime in FORMS.items():
        Save(
            say(f"save_page_{form}", lang), f"{stem}-page.{form}",
            lambda origin, form=form: begin(origin, form), mime,
        )  # fmt: skip


@solara.component
def PrintHead(count: int, lang: str) -> None:
    """What a printed page begins with: the policies and where they are played. Not on the screen."""
    address = viewer.address.value
    worlds = address.worlds[:count]
    policies = solara.use_memo(lambda: setting.policies(address, lang, count), [worlds, lang])
    place = solara.use_memo(lambda: setting.place(address, lang), [address.district, address.size, lang])
    lines: Sequence[str] = [*policies, setting.stamp(address, lang, place)]  # while it plays the day alone changes
    texts = "".join(f"<p>{html.escape(line)}</p>" for line in (say("brand", lang), *lines))
    solara.HTML("div", texts, classes=["sf-print"])
