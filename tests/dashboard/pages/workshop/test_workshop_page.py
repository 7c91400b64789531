"""The screen, the phones and the replay of a workshop in a browser: read, used by keyboard alone, and accessible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from axe import violations
from jobs import eventually, until_drawn
from sanfang.dashboard.words import LANGUAGES, say
from workshops import link_of, opened

PLACE = "district=demo&size=0.25&days=60"
SIZES = ((1280, 720), (1920, 1080), (390, 844), (640, 360))
"""The last is 1280 x 720 at 200 %."""

SMALL = """() => {
    const small = {}, walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const text = walk.currentNode, on = text.parentElement;
        if (['SCRIPT', 'STYLE'].includes(on.tagName) || !text.data.trim() || !on.getClientRects().length) continue;
        const pixels = parseFloat(getComputedStyle(on).fontSize) * (on.ownerSVGElement ? on.getScreenCTM().a : 1);
        if (pixels < 13.95) small[text.data.trim().slice(0, 40)] = pixels;
    }
    return small;
}"""
TREE_WIDE = """() => Math.max(0, ...[...document.querySelectorAll('.sf-tree, #tree .scroll')].map(
    (one) => one.scrollWidth - one.clientWidth))"""
"""How much wider than its place the tree is: on a phone it is read without moving it sideways."""
WIDE = "() => document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def contexts(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens a page in a context of its own: `contexts(url, 390, 844)`; nothing may go wrong in any of them."""
    wrong: list[str] = []
    made: list[Any] = []

    def opened(url: str, width: int = 1280, height: int = 720, **others: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": height}, accept_downloads=True, **others)
        made.append(context)
        page = context.new_page()
        page.on("console", lambda told: wrong.append(f"console: {told.text}") if told.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
        page.on("response", lambda got: wrong.append(f"{got.status}: {got.url}") if got.status >= 400 else None)
        page.on("request", lambda asked: None if _is_own(asked.url, url) else wrong.append(f"outside: {asked.url}"))
        page.goto(url)
        return page

    yield opened
    for context in made:
        context.close()
    assert wrong == []


def _is_own(url: str, opened: str) -> bool:
    return url == opened or url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))


def start(contexts: Callable[..., Any], dashboard: str, lang: str) -> tuple[Any, str]:
    """A screen with an open workshop, and its code."""
    screen = contexts(f"{dashboard}/workshop?lang={lang}&{PLACE}")
    screen.fill("[data-ask=question]", "<b>Which first?</b>")
    screen.click("[data-tell=question]")
    return screen, screen.inner_text("[data-show=code]", timeout=60_000)


def come_in(phone: Any, code: str, team: str) -> None:
    phone.fill("#code", code)
    phone.fill("#team", team)
    phone.click("[data-do=enter]")
    phone.wait_for_selector("[data-show=team]")
    eventually(phone, lambda: bool(phone.evaluate("state.ready")))


def end(screen: Any) -> None:
    screen.click("[data-button=end]")
    screen.click("[data-button=yes]")
    screen.wait_for_selector("[data-tell=question]", timeout=60_000)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_team_by_keyboard_alone_from_the_code_to_its_branch_on_the_screen(
    contexts: Callable[..., Any], dashboard: str, lang: str
) -> None:
    screen, code = start(contexts, dashboard, lang)
    phone = contexts(f"{dashboard}/join?lang={lang}", 390, 844)
    keys = phone.keyboard

    def tab_to(selector: str) -> None:
        for _ in range(120):
            if phone.evaluate(f"document.activeElement.matches('{selector}')"):
                return
            keys.press("Tab")
        raise AssertionError(f"{selector} cannot be reached")

    tab_to("#code")
    keys.type(code.lower())
    tab_to("#team")
    keys.type("red")
    keys.press("Enter")
    phone.wait_for_selector("[data-show=team]")
    eventually(phone, lambda: bool(phone.evaluate("state.ready")))
    tab_to("[data-lever]")
    for _ in range(4):
        keys.press("ArrowRight")
    assert phone.inner_text("[data-show=budget]") == say("join_budget", lang, used=1, most=3)
    for measure in ("satisfaction", "days_to_resolve", "wasted"):
        assert phone.locator("[data-do=play]").is_disabled(), "a prediction comes first"
        tab_to(f"[data-expect^={measure}]")
        keys.press(" ")
    tab_to("[data-field=name]")
    keys.type("Bold")
    tab_to("[data-do=play]")
    keys.press("Enter")
    phone.wait_for_selector("[data-branch='1'][data-state=played]", timeout=60_000)
    told = phone.inner_text("[data-branch='1']")
    assert "Bold" in told and say("workshop_better", lang) in told
    assert say("join_right", lang) in told or say("join_wrong", lang) in told
    tab_to("[data-do=undo]")
    keys.press("Enter")
    eventually(phone, lambda: phone.locator(".branch.here").count() == 0)
    tab_to("[data-do=redo]")
    keys.press("Enter")
    phone.wait_for_selector(".branch.here[data-branch='1']")
    eventually(screen, lambda: "red · Bold" in screen.inner_text("[data-node='1']"))
    screen.focus("[data-node='1']")
    screen.keyboard.press("Enter")
    eventually(screen, lambda: screen.inner_text("[data-show=chosen]") == "red · Bold")
    end(screen)
    eventually(phone, lambda: phone.locator("#code").count() == 1)


def test_the_link_of_the_picture_opens_the_door_without_a_code(contexts: Callable[..., Any], dashboard: str) -> None:
    with opened(dashboard) as (screen, _):
        phone = contexts(f"{dashboard}/join?lang=en#{link_of(screen)}", 390, 844)
        assert phone.locator("#code").count() == 0 and violations(phone) == []
        phone.fill("#team", "by camera")
        phone.click("[data-do=enter]")
        phone.wait_for_selector("[data-show=team]")


def test_a_link_that_opens_nothing_asks_for_the_code(chromium: Any, dashboard: str) -> None:
    phone = chromium.new_context().new_page()
    phone.goto(f"{dashboard}/join?lang=en#{'A' * 22}")
    phone.fill("#team", "late")
    phone.click("[data-do=enter]")
    phone.wait_for_selector("#code")
    assert phone.inner_text("#said") == say("workshop_no_link", "en") and phone.input_value("#team") == "late"
    phone.context.close()


def test_the_budget_holds_on_the_phone(contexts: Callable[..., Any], dashboard: str) -> None:
    screen, code = start(contexts, dashboard, "en")
    phone = contexts(f"{dashboard}/join?lang=en", 390, 844)
    come_in(phone, code, "red")
    for measure in ("satisfaction", "days_to_resolve", "wasted"):
        phone.check(f"[data-expect={measure}-same]")
    for count, lever in enumerate(("authority", "triage", "tailoring", "one_window"), 1):
        pull = "(s) => { s.value = 1; s.dispatchEvent(new Event('input')) }"
        phone.eval_on_selector(f"[data-lever={lever}]", pull)
        assert phone.locator("[data-do=play]").is_disabled() == (count > 3)
    assert say("join_over", "en") in phone.inner_text("[data-show=budget]")
    phone.reload()
    phone.wait_for_selector("[data-show=team]")  # the cookie has the token
    end(screen)


@pytest.mark.parametrize("lang", ["zh", pytest.param("en", marks=pytest.mark.slow)])
def test_screen_phone_and_replay_are_read_at_every_size_and_by_everybody(
    contexts: Callable[..., Any], dashboard: str, tmp_path: Path, lang: str
) -> None:
    screen, code = start(contexts, dashboard, lang)
    phone = contexts(f"{dashboard}/join?lang={lang}", 390, 844)
    assert violations(phone) == []
    come_in(phone, code, "<i>red</i>")
    order = """async (parent) => {
        const expected = {satisfaction: 'better', days_to_resolve: 'same', wasted: 'worse'};
        const body = {action: 'play', parent, day: parent ? 30 : 0, levels: {authority: parent ? 0.5 : 1}, expected};
        const headers = {'Content-Type': 'application/json'};
        return (await fetch('/join/act', {method: 'POST', headers, body: JSON.stringify(body)})).status;
    }"""
    for branch in (1, 2):
        assert phone.evaluate(order, branch - 1) == 200
        phone.wait_for_selector(f"[data-branch='{branch}'][data-state=played]", timeout=60_000)
    screen.click("[data-node='2']")
    screen.click("[data-button=act]")
    eventually(screen, lambda: screen.locator("[data-node]").count() == 3)
    screen.click("[data-group=refinement] summary")
    screen.click("[data-lever=triage]")  # half way, for the host
    screen.locator("[data-button=play]").click()
    eventually(screen, lambda: screen.locator("[data-node='3']").count() == 1)
    eventually(screen, lambda: say("workshop_playing", lang) not in screen.inner_text(".sf-tree"))
    file = tmp_path / "workshop.html"
    with screen.expect_download() as saved:
        screen.click("[data-save='workshop.html']")
    saved.value.save_as(file)
    replay = contexts(file.as_uri(), offline=True)
    replay.click(f"[data-lang={lang}]")
    assert replay.locator("[data-exact]").count() == 4 and replay.locator("b, i").count() == 0
    for page, places in ((screen, SIZES), (phone, SIZES), (replay, SIZES)):
        for width, height in places:
            page.set_viewport_size({"width": width, "height": height})
            until_drawn(page)
            assert page.evaluate(WIDE) <= 0, (page.url, width)
            assert page.evaluate(SMALL) == {}, (page.url, width)
            assert page.evaluate(TREE_WIDE) <= 0, (page.url, width)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            until_drawn(page)
            assert violations(page) == [], (page.url, width)
    screen.set_viewport_size({"width": 1280, "height": 720})
    end(screen)


def test_the_replay_plays_and_compares_without_a_network(
    contexts: Callable[..., Any], dashboard: str, tmp_path: Path
) -> None:
    screen, code = start(contexts, dashboard, "en")
    phone = contexts(f"{dashboard}/join?lang=zh", 390, 844)
    come_in(phone, code, "red")
    file = tmp_path / "workshop.html"
    with screen.expect_download() as saved:
        screen.click("[data-save='workshop.html']")
    saved.value.save_as(file)
    end(screen)
    replay = contexts(file.as_uri(), offline=True)
    replay.select_option("[data-field=measure]", "wasted")
    replay.focus("[data-field=day]")
    replay.keyboard.press("Home")
    assert replay.input_value("[data-field=day]") == "1"
    early = replay.inner_text("[data-exact='0']")
    assert float(early) == replay.evaluate("DATA.tree.branches[0].series.wasted[0]")
    replay.click("[data-do=play]")
    eventually(replay, lambda: replay.input_value("[data-field=day]") == "60")
    assert float(replay.inner_text("[data-exact='0']")) == replay.evaluate("DATA.tree.branches[0].series.wasted[59]")
    assert replay.locator("#two tbody tr").count() == replay.locator("[data-field=measure] option").count()
