"""Takes the pictures of the dashboard that the documentation shows: `make screenshots`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.browser import chromium, server

FOLDER = Path(__file__).parent / "images" / "dashboard"
PLACE = "district=licang&size=0.1&seed=1&days=365"


def settled(page: Any) -> None:
    page.wait_for_timeout(1500)


def live(page: Any) -> None:
    page.wait_for_selector("[data-show=cause]:has-text('90')", timeout=60_000)  # days since the last move
    page.locator("[data-community]").nth(6).click()
    settled(page)


def scene(page: Any) -> None:
    """With an office and a request that waits there."""
    page.wait_for_selector(".sf-scene canvas", timeout=60_000)
    page.wait_for_selector("[data-do=reset]:enabled", timeout=60_000)
    settled(page)
    page.click(".sf-scene-list summary")
    page.click("[data-list='22']")  # the office of the tenth community here
    page.wait_for_selector(".sf-scene-queue")
    page.click(".sf-scene-list summary")
    page.mouse.move(0, 0)
    scenes(page)


def scenes(page: Any) -> None:
    """Below the bar at the top."""
    page.wait_for_selector(".sf-scene canvas", timeout=60_000)
    page.wait_for_selector("[data-do=reset]:enabled", timeout=60_000)
    page.evaluate("scrollTo(0, document.querySelector('.sf-scene').getBoundingClientRect().top + scrollY - 52)")
    settled(page)


def follow(page: Any) -> None:
    page.wait_for_selector(".sf-timeline", timeout=60_000)
    settled(page)


def results(page: Any) -> None:
    """Without the folder of the machine that takes the picture."""
    settled(page)
    page.evaluate("""() => document.querySelectorAll('.sf-notes p').forEach((note) => {
        note.textContent = note.textContent.replace(/\\/\\S*\\/results/, 'results');
    })""")


TEAMS = {"红 Red": ({"authority": 1.0, "clear_lists": 1.0}, {"authority": 0.0, "staff_devolution": 1.0}),
         "蓝 Blue": ({"staff_devolution": 1.0, "fund_devolution": 1.0}, {"tailoring": 0.5, "triage": 0.5}),
         "黄 Gold": ({"one_window": 1.0, "data_discovery": 1.0},)}  # fmt: skip
"""Of the picture of a workshop: what each plays first, and from day 120 on."""

ASK = """async ([path, given]) => (await fetch('/join/' + path, {method: 'POST',
    headers: {'Content-Type': 'application/json'}, body: JSON.stringify(given)})).json()"""


def workshop(page: Any) -> None:
    """With branches of three teams, which come in from this machine."""
    page.click("[data-tell=question]")
    code = page.inner_text("[data-show=code]", timeout=60_000)
    page.wait_for_selector("[data-grey]", timeout=120_000)
    expected = {"satisfaction": "better", "days_to_resolve": "better", "wasted": "same"}
    for team, played in TEAMS.items():
        phone = page.context.browser.new_context().new_page()
        phone.goto(page.url.partition("/workshop")[0] + "/join")
        phone.evaluate(ASK, ["enter", {"code": code, "team": team}])
        last = 0
        for levels in played:
            order = {"action": "play", "parent": last, "day": 120 if last else 0, "levels": levels}
            given = order | {"expected": expected}
            last = max(one["id"] for one in phone.evaluate(ASK, ["act", given])["branches"])
            ended = f"document.querySelector('[data-node=\"{last}\"]')?.innerText.split(' · ').length < 3"
            page.wait_for_function(ended, timeout=120_000)
        phone.context.close()
    page.click("[data-node='2']")
    page.mouse.move(0, 0)
    settled(page)


def lesson(page: Any) -> None:
    page.click("[data-lesson-answer=fall]")
    page.click("[data-lesson-do=run]")
    page.wait_for_selector("[data-lesson=reveal]", timeout=120_000)
    settled(page)


def trust(page: Any) -> None:
    page.wait_for_selector("[data-button=run]:enabled")
    page.click("[data-button=run]")
    page.wait_for_selector("#sf-trust-reveal", timeout=60_000)
    settled(page)


PAGES: dict[str, tuple[str, Callable[[Any], None]]] = {
    "live": (f"/?{PLACE}&day=240&a=before&a.moves=90:authority:1,90:clear_lists:1,150:staff_devolution:0.6", live),
    "scene": (f"/?{PLACE}&day=150&a=before&view=scene", scene),
    "scenes": (f"/compare?{PLACE}&day=150&a=before&b=three-devolutions&view=scene", scenes),
    "compare": (f"/compare?{PLACE}&day=240&a=before&b=three-devolutions", settled),
    "follow": (f"/follow?{PLACE}&day=365&a=before", follow),
    "results": ("/results?experiment=experiments/mechanisms/D3a", results),
    "lessons": ("/lessons?lesson=duties-without-means.2&answer=fall,-,-,-", lesson),
    "workshop": (f"/workshop?{PLACE}", workshop),
    "trust": ("/trust?check=pooling&answer=2", trust),
}
"""By name: the address without the language, and what to do before the picture is taken."""


def main() -> None:
    """Take all of them, or those named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PAGES)}; all if none is given")
    wanted = parser.parse_args().names or list(PAGES)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with server() as at, chromium() as browser:
        for lang in ("en", "zh"):
            for name in wanted:
                address, act = PAGES[name]
                page = browser.new_page(viewport={"width": 1280, "height": 720})
                page.goto(f"{at.address}{address}{'&' if '?' in address else '?'}lang={lang}")
                page.wait_for_selector(".sf-main .card, .sf-main .sf-figure")
                act(page)
                page.screenshot(path=FOLDER / f"{name}-{lang}.png")
                page.close()


if __name__ == "__main__":
    main()
