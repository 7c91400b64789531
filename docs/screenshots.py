"""Takes the pictures of the dashboard that the documentation shows: `make screenshots`.

Each page on a small, a large and a telephone's screen; the small one in both languages, the others in Chinese. They are
kept with few colours, as all of them lie in the repository.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import zhplot
from benchmarks.browser import chromium, server
from PIL import Image

FOLDER = Path(__file__).parent / "images" / "dashboard"
PLACE = "district=licang&size=0.1&seed=1&days=365"
DEMO = "district=demo&size=1&seed=1&days=180"
SHIPPED = "results/shipped/powers-and-people"
COLOURS = 96
SIZES = {"": (1280, 720, ("en", "zh")), "-1920": (1920, 1080, ("zh",)), "-390": (390, 844, ("zh",))}
"""By what is added to a picture's name: the screen, and the languages in which it is taken."""


def settled(page: Any) -> None:
    page.wait_for_timeout(1500)


def live(page: Any) -> None:
    page.wait_for_selector("[data-show=cause]:has-text('90')", timeout=60_000)  # days since the last move
    page.locator("[data-community]").nth(6).click()
    page.evaluate("scrollTo(0, 0)")
    settled(page)


LONGEST_QUEUE = """() => {
    const rows = [...document.querySelectorAll('.sf-scene-list tbody tr')];
    const waiting = (row) => Number(row.cells[1].innerText);
    rows.sort((a, b) => waiting(b) - waiting(a))[0].querySelector('button').click();
}"""
"""Press the office in the list at which most requests wait."""


def scene(page: Any) -> None:
    """With an office and a request that waits there."""
    page.wait_for_selector(".sf-scene canvas", timeout=60_000)
    page.wait_for_selector("[data-do=reset]:enabled", timeout=60_000)
    settled(page)
    page.click(".sf-scene-list summary")
    page.evaluate(LONGEST_QUEUE)
    page.wait_for_selector(".sf-scene-queue li")
    page.click(".sf-scene-list summary")
    page.mouse.move(0, 0)
    settled(page)


def scenes(page: Any) -> None:
    page.wait_for_selector(".sf-scene canvas", timeout=60_000)
    compare(page)


def compare(page: Any) -> None:
    page.wait_for_selector("[data-do=reset]:enabled", timeout=60_000)
    settled(page)


def gains(page: Any) -> None:
    """With replications, which are asked for in another view."""
    page.wait_for_selector("[data-do=reset]:enabled", timeout=60_000)
    page.click("[data-button=run]")
    page.wait_for_selector("[data-save$='-runs.csv']", timeout=300_000)
    page.click("[data-button=gains]")
    page.wait_for_selector(".sf-gains", timeout=60_000)
    settled(page)


def follow(page: Any) -> None:
    page.wait_for_selector(".sf-timeline", timeout=60_000)
    settled(page)


def results(page: Any) -> None:
    page.wait_for_selector("canvas, table", timeout=60_000)
    settled(page)


def build(page: Any) -> None:
    """The form with its forecast, before anything is made."""
    page.click("[data-button=forecast]")
    page.wait_for_selector("[data-button=start]:enabled", timeout=300_000)
    settled(page)


def built(page: Any) -> None:
    """What the form has made."""
    build(page)
    page.click("[data-button=start]")
    page.wait_for_timeout(3000)  # until the card is that of this one
    page.click("[data-build=done] [data-button=open]", timeout=600_000)
    page.wait_for_function("location.search.includes('built-')")
    results(page)


TEAMS = {"蓝 Blue": ({"authority": 1.0, "clear_lists": 1.0}, {"authority": 0.0, "staff_devolution": 1.0}),
         "橙 Orange": ({"staff_devolution": 1.0, "fund_devolution": 1.0}, {"tailoring": 0.5, "triage": 0.5}),
         "绿 Green": ({"one_window": 1.0, "data_discovery": 1.0},)}  # fmt: skip
"""Of the picture of a workshop: named after the colours that they get; what each plays first, and from day 120 on."""

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
    page.wait_for_selector("[data-lesson=reveal]", timeout=400_000)  # six starts of years each
    settled(page)


def trust(page: Any) -> None:
    page.wait_for_selector("[data-button=run]:enabled")
    page.click("[data-button=run]")
    page.wait_for_selector("#sf-trust-reveal", timeout=60_000)
    settled(page)


def present(page: Any) -> None:
    page.wait_for_selector(".sf-stage", timeout=60_000)
    page.wait_for_timeout(6000)


SEEN = {
    "scene": ".sf-scene", "scenes": ".sf-scene", "gains": ".sf-gains", "build": ".sf-build",
    "lessons": "[data-lesson=reveal]",
}  # fmt: skip
"""What a picture begins with, below the bar; the top of the page where nothing is said."""

TO = """(what) => {
    const bar = document.querySelector('.sf-top');
    const under = getComputedStyle(bar).position === 'sticky' ? bar.offsetHeight : 0;
    scrollTo(0, what ? document.querySelector(what).getBoundingClientRect().top + scrollY - under - 10 : 0);
}"""

PAGES: dict[str, tuple[str, Callable[[Any], None]]] = {
    "live": (f"/?{PLACE}&day=240&a=before&a.moves=90:authority:1,90:clear_lists:1,150:staff_devolution:0.6", live),
    "scene": (f"/?{PLACE}&day=150&a=before&view=scene", scene),
    "scenes": (f"/compare?{PLACE}&day=150&a=before&b=three-devolutions&view=scene", scenes),
    "compare": (f"/compare?{PLACE}&day=240&a=before&b=three-devolutions", compare),
    "gains": (f"/compare?{DEMO}&day=150&a=before&b=three-devolutions&view=replications", gains),
    "follow": (f"/follow?{PLACE}&day=365&a=before", follow),
    "results": (f"/results?experiment={SHIPPED}", results),
    "published": ("/results?experiment=experiments/mechanisms/D3a", results),
    "build": (f"/results?experiment={SHIPPED}", build),
    "built": (f"/results?experiment={SHIPPED}", built),
    "lessons": ("/lessons?lesson=duties-without-means.2&answer=fall,-,-,-", lesson),
    "handout": ("/lessons?lesson=three-dilemmas.handout", settled),
    "present": (f"/present?{PLACE}&day=120&a=before&a.moves=90:authority:1", present),
    "glossary": ("/glossary", settled),
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
    with elsewhere(), chinese_letters(), server() as at, chromium() as browser:
        for lang in ("en", "zh"):
            for name in wanted:
                take(browser, at.address, name, lang)


def take(browser: Any, base: str, name: str, lang: str) -> None:
    """A page in one language, on every screen on which it is wanted in it."""
    address, act = PAGES[name]
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(f"{base}{address}{'&' if '?' in address else '?'}lang={lang}")
    page.wait_for_selector(".sf-main .card, .sf-main .sf-figure, .sf-stage", timeout=120_000)
    act(page)
    for added, (width, height, languages) in SIZES.items():
        if lang in languages:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(900)
            page.evaluate(TO, SEEN.get(name, ""))
            page.wait_for_timeout(300)
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            few = picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
            few.save(FOLDER / f"{name}-{lang}{added}.png", optimize=True)
    page.close()


@contextlib.contextmanager
def chinese_letters() -> Iterator[None]:
    """A Chinese font for the browser where the system has none: the one that pictures are drawn with."""
    with tempfile.TemporaryDirectory() as data:
        (Path(data) / "fonts").symlink_to(Path(zhplot.__file__).parent / "fonts")
        with mock.patch.dict(os.environ, XDG_DATA_HOME=data):
            yield


@contextlib.contextmanager
def elsewhere() -> Iterator[None]:
    """The directory of an empty project, so that what pages make lies there, and nothing of this machine is shown."""
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("experiments", "results"):
            (Path(folder) / kind).mkdir()
        with contextlib.chdir(folder):
            yield


if __name__ == "__main__":
    main()
