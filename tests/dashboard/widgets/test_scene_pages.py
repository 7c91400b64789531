"""The district at work in a real browser: drawn, explained, asked, followed, alone and side by side."""

from __future__ import annotations

import re
from typing import Any

import pytest

from jobs import eventually, wait_for_day
from sanfang.dashboard.words import LANGUAGES, say

DEMO = "district=demo&size=1&days=60"
LOOK = "(n) => document.querySelectorAll('.sf-scene canvas')[n].look()"
PAINTED = """(n) => {
    const canvas = document.querySelectorAll('.sf-scene canvas')[n], found = {};
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    for (let i = 0; i < pixels.length; i += 4) {
        const colour = pixels[i] * 65536 + pixels[i + 1] * 256 + pixels[i + 2];
        found[colour] = (found[colour] || 0) + 1;
    }
    return found;
}"""


def opened(visit: Any, address: str, width: int = 1280, height: int = 720, day: int = 30) -> Any:
    page = visit(f"{address}&{DEMO}&day={day}&view=scene", width, height)
    wait_for_day(page, day)
    page.wait_for_selector(".sf-scene canvas")
    rest(page)
    return page


def rest(page: Any) -> None:
    """Until every dot is at its place."""
    eventually(page, lambda: page.evaluate(LOOK, 0)["dots"] and not page.evaluate(LOOK, 0)["moving"])


def click_at(page: Any, x: float, y: float, scene: int = 0) -> None:
    page.locator(".sf-scene canvas").nth(scene).click(position={"x": x, "y": y})


def alone(look: dict[str, Any], low: float = 12.0) -> list[float]:
    """A dot with none so near that it could be meant."""
    return next(
        one for one in look["dots"]
        if all(other is one or abs(one[1] - other[1]) + abs(one[2] - other[2]) > 3 for other in look["dots"])
        and one[1] > low and one[2] > low
    )  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_scene_is_drawn_explained_and_answers(visit: Any, lang: str) -> None:
    page = opened(visit, f"/?lang={lang}&a=before")
    look = page.evaluate(LOOK, 0)
    painted = {int(colour): count for colour, count in page.evaluate(PAINTED, 0).items()}
    assert len(look["dots"]) > 100 and len(look["boxes"]) == 2 * 12 + 3 + 8
    for colour in ("0072B2", "CFCFCF", "D55E00", "6F7A86"):  # handed on, lead time, waiting for staff; other work
        assert painted.get(int(colour, 16), 0) > 50, colour
    told = [int(part.replace(",", "")) for part in re.findall(r"\d[\d,]*", page.inner_text("[data-show=scene-told]"))]
    assert told[0] == 30 and told[1] + told[2] == len(look["dots"])  # open, and those that will be brought back
    legend = page.inner_text("[data-show=scene-legend]")
    for key in ("scene_legend_dots", "scene_new", "scene_on_other", "scene_pile", "state_resolved"):
        assert say(key, lang) in legend
    # An office, at its name, where no dot lies.
    busiest = next(box for box in look["boxes"] if box["id"] == 2 * 12 + 3 + 6)
    click_at(page, busiest["x"] + 6, busiest["y"] + 6)
    page.wait_for_selector(f"[data-show=scene-station][data-station='{busiest['id']}']")
    card = page.inner_text("[data-show=scene-station]")
    assert say("scene_waiting_requests", lang) in card and say("scene_queue", lang) in card
    assert page.locator(".sf-scene-queue li").count() > 0
    # A dot: that request, and from there its life.
    dot = alone(look)
    click_at(page, dot[1], dot[2])
    page.wait_for_selector("[data-show=scene-request]")
    assert "request=" in page.url
    page.click("[data-scene=close-request]")
    page.wait_for_selector("[data-show=scene-request]", state="detached")


def test_a_dot_leads_to_the_life_of_its_request(visit: Any) -> None:
    page = opened(visit, "/?lang=en&a=before&start=empty")
    dot = alone(page.evaluate(LOOK, 0))
    click_at(page, dot[1], dot[2])
    page.wait_for_selector("[data-scene=follow]")
    shown = page.inner_text("[data-show=scene-request] h3").split()[-1]
    page.click("[data-scene=follow]")
    page.wait_for_selector(".sf-timeline", timeout=60_000)
    assert shown in page.inner_text(".sf-life h2") and "/follow?" in page.url and "day=30" in page.url


def test_all_of_it_can_be_had_by_keyboard(visit: Any) -> None:
    page = opened(visit, "/?lang=zh&a=before")
    page.focus(".sf-scene-list summary")
    page.keyboard.press("Enter")
    page.wait_for_selector(".sf-scene-list table")
    rows = page.locator(".sf-scene-list tbody tr")
    assert rows.count() == 2 * 12 + 3 + 8
    waiting = [int(rows.nth(n).locator("td").nth(1).inner_text().replace(",", "")) for n in range(rows.count())]
    page.locator(".sf-scene-list button").nth(waiting.index(max(waiting))).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".sf-scene-queue button")
    first = page.inner_text("[data-show=scene-queue]")
    page.focus("[data-scene=queue-after]")
    page.keyboard.press("Enter")
    eventually(page, lambda: page.inner_text("[data-show=scene-queue]") != first)
    assert page.get_attribute(".sf-scene-queue", "start") == "11" and page.locator(".sf-scene-queue li").count() > 0
    page.focus("[data-scene=queue-before]")
    page.keyboard.press("Enter")
    eventually(page, lambda: page.inner_text("[data-show=scene-queue]") == first)
    page.locator(".sf-scene-queue button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-show=scene-request]")
    where = page.inner_text(".sf-scene-where")
    assert page.inner_text("[data-show=scene-station] h3") in where


def test_play_moves_dots_and_takes_them_home_and_then_rests(visit: Any) -> None:
    page = opened(visit, "/?lang=en&a=before")
    before = {dot[0]: dot[1:] for dot in page.evaluate(LOOK, 0)["dots"]}
    page.click("[data-do=play]")
    eventually(page, lambda: page.evaluate(LOOK, 0)["rings"] > 0)
    page.wait_for_function("Number(document.querySelector('[data-show=day]').innerText) > 40")
    page.click("[data-do=play]")
    page.wait_for_selector("[data-do=step1]:enabled")
    rest(page)
    after = {dot[0]: dot[1:] for dot in page.evaluate(LOOK, 0)["dots"]}
    both = before.keys() & after.keys()
    assert both and before.keys() - after.keys() and after.keys() - before.keys()
    assert any(abs(before[one][1] - after[one][1]) > 50 for one in both)  # moved up, or sent back
    drawn = page.evaluate(LOOK, 0)["drawn"]
    page.wait_for_timeout(400)
    assert page.evaluate(LOOK, 0)["drawn"] == drawn  # where nothing moves nothing is drawn


def test_a_street_alone_shows_its_own_requests_and_who_wants_no_motion_gets_none(visit: Any) -> None:
    page = opened(visit, "/?lang=en&a=before")
    everything = {dot[0] for dot in page.evaluate(LOOK, 0)["dots"]}
    page.select_option("[data-field=street]", "2")
    eventually(page, lambda: len(page.evaluate(LOOK, 0)["boxes"]) == 2 * 4 + 1 + 8)
    part = {dot[0] for dot in page.evaluate(LOOK, 0)["dots"]}
    assert part and part < everything and "street=2" in page.url
    page.emulate_media(reduced_motion="reduce")
    page.click("[data-do=step1]")
    page.wait_for_function("document.querySelector('[data-show=scene-told]').innerText.startsWith('Day 31')")
    look = page.evaluate(LOOK, 0)
    assert not look["moving"] and look["rings"] == 0 and look["dots"]


@pytest.mark.parametrize(("lang", "width"), [("zh", 1280), ("en", 390)])
def test_two_policies_are_seen_at_work_side_by_side(visit: Any, lang: str, width: int) -> None:
    page = opened(visit, f"/compare?lang={lang}&a=before&b=three-devolutions&start=empty", width, 844)
    assert page.locator(".sf-scene canvas").count() == 2
    looks = [page.evaluate(LOOK, n) for n in (0, 1)]
    common = {dot[0] for dot in looks[0]["dots"]} & {dot[0] for dot in looks[1]["dots"]}
    assert common and {tuple(dot) for dot in looks[0]["dots"]} != {tuple(dot) for dot in looks[1]["dots"]}
    assert all(len(page.evaluate(PAINTED, n)) > 20 for n in (0, 1))
    dot = alone({"dots": looks[0]["dots"]})
    click_at(page, dot[1], dot[2])
    eventually(page, lambda: page.locator("[data-show=scene-request]").count() == 2)  # the same trouble in both
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("[data-show=scene-legend]").count() == 1
    page.locator("[data-scene=follow]").first.click()
    page.wait_for_selector("[data-show=verdict]", timeout=60_000)
    assert "view=lives" in page.url
