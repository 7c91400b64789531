"""Presenter mode: what a room sees, and the keys of whoever stands before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import ipyvue
import pytest
import solara

from jobs import brought, drawn, eventually, until_drawn
from sanfang.dashboard.address import Address
from sanfang.dashboard.authored.tables import Place
from sanfang.dashboard.pages.present import page as present
from sanfang.dashboard.pages.present import room
from sanfang.dashboard.pages.present.files import Spot, load
from sanfang.dashboard.presenters import colours
from sanfang.dashboard.widgets import viewer
from sanfang.dashboard.words import LANGUAGES, say
from sanfang.dashboard.worlds.playback import Playback
from sanfang.dashboard.worlds.session_group import SessionGroup

LEAST_PIXELS = 24
LETTERS = """(least) => {
    const small = {}, walk = document.createTreeWalker(document.querySelector('.sf-stage'), NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const on = walk.currentNode.parentElement;
        if (!walk.currentNode.data.trim() || !on.getClientRects().length || on.closest('.sf-unseen')) continue;
        const pixels = parseFloat(getComputedStyle(on).fontSize) * (on.ownerSVGElement ? on.getScreenCTM().a : 1);
        if (pixels < least - 0.1) small[walk.currentNode.data.trim().slice(0, 40)] = pixels;
    }
    return small;
}"""
OVER = """() => {
    const stage = document.querySelector('.sf-stage');
    return [stage.scrollWidth - stage.clientWidth, stage.scrollHeight - stage.clientHeight];
}"""
CHARTS = "() => [...document.querySelectorAll('.sf-stage .sf-chart svg')].map((one) => one.clientHeight)"


class Stage:
    """The page, drawn in this thread with all that it asks for."""

    def __init__(self, address: Address) -> None:
        viewer.address.set(address)
        self.drawn = solara.render(present.PresentPage(), handle_error=False)[1]

    def piece(self, trait: str) -> Any:
        return next(one for one in self.drawn.find(ipyvue.VueTemplate).widgets if trait in one.trait_names())

    @property
    def told(self) -> dict[str, str]:
        found: dict[str, str] = self.piece("told").told
        return found


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A stage with a short script in an empty district; play comes to its rest at once."""
    whole = load("ten-minutes")
    scenes = tuple(
        one.model_copy(update={"until": until}) for one, until in zip(whole.scenes[:2], (30, 60), strict=True)
    )
    where = Place(start="empty", size=0.25, days=60, replications=3)
    short = whole.model_copy(update={"place": where, "scenes": scenes})
    monkeypatch.setattr(present, "load_all", lambda: ({"short": short}, ["scripts/broken.toml: title: is missing"]))
    with drawn(monkeypatch, Stage) as opened:
        yield opened


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_scene_asks_and_once_it_is_played_tells_what_the_runs_showed(stage: Any, lang: str) -> None:
    one = stage(Address(lang=lang, other={"script": "short.1"}))
    assert viewer.address.value.district == "demo" and viewer.address.value.size == 0.25, "the script's own place"
    assert one.piece("notes").notes[0]["text"].endswith("scripts/broken.toml: title: is missing")
    asked = one.told
    assert asked["question"] and not asked["note"]
    controls = one.piece("state")
    controls.vue_event_press("on")
    assert viewer.address.value.other["script"] == "short.2" and viewer.address.value.day == 30
    assert len(viewer.address.value.worlds[0].moves) > 5
    controls.vue_event_press("on")  # the last scene has no next one
    assert viewer.address.value.other["script"] == "short.2"
    other = stage(replace(viewer.address.value, day=60))
    told = other.told
    assert told["note"] == say("present_mean", lang, replications=3) and not told["question"]
    assert "{" not in told["text"] and any(digit in told["text"] for digit in "0123456789")
    assert len(other.piece("figures").figures) == 3 and len(other.piece("charts").charts) == 2


def test_orders_that_are_none_are_not_heard(stage: Any) -> None:
    one = stage(Address(lang="en", other={"script": "short.1"}))
    before = viewer.address.value
    for order in ("", "nonsense", None, 7, "__class__"):
        one.piece("state").vue_event_press(order)
        one.piece("state").vue_event_choose(order if order else "nothing")
    assert viewer.address.value.other.get("script", "") == "" and viewer.address.value.place == before.place


def test_play_comes_to_rest_where_a_scene_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    script = load("ten-minutes").model_copy(update={"place": Place(start="empty", size=0.25, days=60)})
    spot = Spot("ten-minutes", script, 0)
    group = brought(SessionGroup(lambda: None, lambda: None), spot.address(Address()))
    monkeypatch.setattr(Playback, "playing", True)  # played by hand, as its thread does
    group.until, shown = 10, list[int]()
    while group._play(4):
        shown.append(group.day)
    assert shown == [4, 8] and group.day == 10


def test_on_a_dark_ground_every_line_is_light() -> None:
    chart = {"kind": "line", "series": [{"colour": colours.SERIES[0]}, {"colour": colours.PRESENT, "past": True}]}
    dark = room.in_dark(chart)
    assert [one["colour"] for one in dark["series"]] == [colours.ON_DARK[one["colour"]] for one in chart["series"]]
    for colour in colours.ON_DARK.values():
        red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        assert 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 > 0.2, colour


# --- In a browser -----------------------------------------------------------------------------------------


def ready(page: Any) -> None:
    page.wait_for_selector("[data-press=play]:not(:disabled)", timeout=120_000)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_room_can_read_it_and_nothing_lies_over_the_edge(visit: Any, lang: str) -> None:
    page = visit(f"/present?lang={lang}&script=ten-minutes.2")
    ready(page)
    for width, height in ((1280, 720), (1920, 1080), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        until_drawn(page)
        assert page.evaluate(LETTERS, LEAST_PIXELS if width > 900 else 18) == {}
        wide, high = page.evaluate(OVER)
        assert wide <= 0 and (high <= 0 or width < 900)
        assert min(page.evaluate(CHARTS)) > 100
    page.set_viewport_size({"width": 1280, "height": 720})
    assert page.evaluate("document.querySelector('.sf-top').inert")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_presenter_has_keys_which_are_not_taken_while_somebody_types(visit: Any, lang: str) -> None:
    page = visit(f"/?lang={lang}&district=demo&size=1&days=60")
    page.wait_for_selector("[data-do=reset]:not(:disabled)")
    page.focus("[data-field=seed]")
    page.keyboard.press("p")
    page.evaluate("document.activeElement.blur()")
    assert not page.query_selector(".sf-stage")
    page.keyboard.press("p")
    page.wait_for_selector("[data-stage=light]")
    ready(page)
    page.keyboard.press("d")
    page.wait_for_selector("[data-stage=dark]")
    page.keyboard.press("?")
    page.wait_for_selector(".sf-stage-help")
    assert say("present_key_leave", lang) in page.inner_text(".sf-stage-help")
    page.keyboard.press("Escape")
    page.wait_for_selector(".sf-stage-help", state="detached")
    page.focus("[data-choose=script]")
    page.keyboard.press("d")
    page.select_option("[data-choose=script]", "ten-minutes")
    page.evaluate("document.activeElement.blur()")
    page.wait_for_function("document.querySelector('[data-show=stage-day]').innerText.includes('0')")
    ready(page)
    page.keyboard.press("ArrowRight")
    heading = say("present_scene", lang, number=1, scenes=6, title="")
    eventually(page, lambda: page.inner_text("[data-show=heading]").startswith(heading.strip()))
    ready(page)
    page.keyboard.press(" ")
    day = say("day", lang, day=60)
    page.wait_for_function(f"document.querySelector('[data-show=stage-day]').innerText === '{day}'", timeout=120_000)
    ready(page)
    page.keyboard.press(" ")  # a scene that has been played leads on to the next one
    eventually(page, lambda: "2" in page.inner_text("[data-show=heading]")[:4])
    page.keyboard.press("ArrowLeft")
    eventually(page, lambda: page.inner_text("[data-show=heading]").startswith(heading.strip()))
    assert page.get_attribute(".sf-stage", "data-stage") == "dark"
    page.keyboard.press("Escape")
    page.wait_for_selector(".sf-live", timeout=120_000)
    assert "script=ten-minutes.1" in page.url and not page.evaluate("document.querySelector('.sf-top').inert")
