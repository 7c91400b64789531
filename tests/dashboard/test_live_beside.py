"""The Live page beside the district left as it is: grey lines, differences and the sentence of cause."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import ipyvue
import pytest
import solara

from jobs import drawn, wait_for_day
from sanfang.dashboard.address import Address, LinkedWorld
from sanfang.dashboard.pages.live.page import LivePage
from sanfang.dashboard.widgets import viewer
from sanfang.dashboard.words import LANGUAGES, say
from sanfang.run.background import BackgroundJob

PRESENT = Address(district="demo", size=0.25, seed=5, days=120, day=60)
MOVED = replace(PRESENT, worlds=(LinkedWorld(moves=((20, "staff_devolution", 1.0), (30, "authority", 0.8))),))
GREY = {"satisfaction", "days_to_resolve", "wasted", "latent"}
"""Charts that have a daily twin."""


class Page:
    """The Live page, drawn in this thread with all that it asks for."""

    def __init__(self, address: Address) -> None:
        viewer.address.set(address)
        self.drawn = solara.render(LivePage(), handle_error=False)[1]

    def piece(self, trait: str) -> Any:
        return next(one for one in self.drawn.find(ipyvue.VueTemplate).widgets if trait in one.trait_names())

    @property
    def cards(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.piece("figures").figures
        return found

    @property
    def cause(self) -> str:
        texts = self.drawn.find(solara.widgets.HTML).widgets
        (told,) = (one.unsafe_innerHTML for one in texts if one.attributes.get("data-show") == "cause")
        return html.unescape(str(told))

    def grey(self, chart: str) -> list[float | None]:
        """The grey line of a chart on the days played."""
        drawn = next(one for one in self.piece("charts").charts if one["id"] == chart)
        return [
            value
            for line in drawn["series"] if line.get("past")
            for day, value in zip(drawn["x"], line["values"], strict=True) if day > 0
        ]  # fmt: skip

    def line(self, chart: str) -> list[float | None]:
        drawn = next(one for one in self.piece("charts").charts if one["id"] == chart)
        return [v for day, v in zip(drawn["x"], drawn["series"][0]["values"], strict=True) if day > 0]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with drawn(monkeypatch, Page) as opened:
        yield opened


@pytest.mark.parametrize("lang", LANGUAGES)
def test_under_the_present_policy_the_lines_coincide_and_every_card_says_so(page: Any, lang: str) -> None:
    one = page(replace(PRESENT, lang=lang))
    for chart in ("satisfaction", "days_to_resolve", "latent"):
        assert one.grey(chart) == one.line(chart) and len(one.grey(chart)) == 60
    assert {card["beside"] for card in one.cards} == {say("beside_same", lang)}
    assert one.cause == say("cause_same", lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_after_a_move_the_page_shows_what_differs_and_why(page: Any, lang: str) -> None:
    one = page(replace(MOVED, lang=lang))
    drawn = {chart["id"] for chart in one.piece("charts").charts if any(line.get("past") for line in chart["series"])}
    assert drawn == GREY
    grey, line = one.grey("satisfaction"), one.line("satisfaction")
    assert grey[:20] == line[:20] and grey[-1] != line[-1]
    assert all(say("beside", lang, change="").strip() in card["beside"] for card in one.cards)
    assert one.cause.startswith({"en": "30 days after the last move", "zh": "最近一次调整后 30 天"}[lang])


def test_changes_count_from_the_last_move_or_from_the_beginning_as_chosen(page: Any) -> None:
    one = page(replace(MOVED, lang="en"))
    of_move = {card["id"]: (card["beside"], card["since"]) for card in one.cards}
    assert one.cause.startswith("30 days after the last move") and of_move["open"][1] == say("since", "en", day=30)
    rows = [row for row in one.drawn.find(ipyvue.VueTemplate).widgets if "fields" in row.trait_names()]
    (choices,) = (row for row in rows if row.fields[0]["id"] == "since")
    assert choices.fields[0]["value"] == "move" and "31" in choices.fields[0]["options"][0]["label"]
    choices.vue_event_pick({"field": "since", "value": "start"})
    of_start = {card["id"]: (card["beside"], card["since"]) for card in one.cards}
    assert one.cause.startswith("60 days after the beginning") and of_start["open"][1] == say("since", "en", day=1)
    assert of_start != of_move


def test_two_pages_of_the_same_district_have_one_run_between_them(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    started = list[BackgroundJob[Any]]()
    monkeypatch.setattr(BackgroundJob, "start", lambda job: (started.append(job), job.run()))
    first, second = page(replace(PRESENT, lang="en", seed=6)), page(replace(MOVED, lang="zh", seed=6))
    assert len(started) == 1 and second.grey("satisfaction") == first.line("satisfaction")


def test_in_a_browser_a_move_is_seen_beside_the_present_policy(visit: Any) -> None:
    page = visit("/?lang=en&district=demo&size=1&day=30&a.moves=10:staff_devolution:1")
    wait_for_day(page, 30)
    page.wait_for_function("document.querySelector('[data-show=cause]').innerText.startsWith('20 days after')")
    for chart in GREY:
        page.wait_for_selector(f"[data-chart={chart}] [data-grey]", state="attached")
        assert page.locator(f"[data-chart={chart}] [data-grey]").count() == 1
    assert page.inner_text("[data-figure=open] [data-show=beside]").startswith("vs present")
    page.click("button[lang=zh]")
    page.wait_for_function("document.querySelector('[data-show=cause]').innerText.includes('仅一次推演')")
    page.click("[data-do=step7]")
    wait_for_day(page, 37)
    page.wait_for_function("document.querySelector('[data-show=cause]').innerText.includes('27 天')")
