"""The district at work in a real browser: pictures and bytes a second while it plays, at a tenth of Licang and with
some five thousand dots, alone and side by side; and twenty viewers at once. Wall time, browser and server on the same
cores; bytes are those of messages, before the connection makes them smaller."""

from __future__ import annotations

import contextlib
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.browser import Server, chromium, program, server
from benchmarks.dashboard import DAY
from benchmarks.measuring import FULL, QUICK, USUAL, Disagreement, Section, run_alone, table
from sanfang.run.simulation import simulate
from sanfang.scenario.scenario import Scenario

CROWD = {QUICK: (4, 15.0), USUAL: (20, 60.0), FULL: (20, 300.0)}
"""Viewers at once, and for how many seconds."""

EVERY = 4
"""Of so many viewers one is compared with `simulate` in the end, which takes some seconds each."""

SLOW = """extends = "before"
description = "Offices pass on and register so slowly that some five thousand requests are open."
[casework]
handoff_days = 5.5
approval_days = 5.5
registration_days = 7
"""

LOOK = """() => {
    const all = [...document.querySelectorAll('.sf-scene canvas')].map((one) => one.look());
    const dots = all.reduce((sum, one) => sum + one.dots.length, 0);
    return [performance.now() / 1000, all[0].drawn, dots, DAY];
}""".replace("DAY", DAY)
"""Seconds, pictures drawn so far, dots of all scenes of the page, day."""


@contextlib.contextmanager
def slow_offices() -> Iterator[None]:
    """The directory of a project with a scenario of slow offices."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "scenarios").mkdir()
        (Path(folder) / "scenarios" / "slow-offices.toml").write_text(SLOW, "utf-8")
        with contextlib.chdir(folder):
            yield


def open_scene(browser: Any, address: str, still: bool = False) -> Any:
    """A page of a viewer of its own that shows the scene, at the address's day; `still` for one who wants no motion."""
    motion = "reduce" if still else "no-preference"
    page = browser.new_context(viewport={"width": 1280, "height": 720}, reduced_motion=motion).new_page()
    page.heard = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: page.heard.append(len(data))))
    page.goto(address, timeout=300_000)
    page.wait_for_selector(".sf-scene canvas", timeout=300_000)
    page.wait_for_selector("[data-do=reset]:enabled", timeout=300_000)
    return page


def play(browser: Any, address: str, seconds: float = 8.0) -> list[object]:
    """Dots, pictures a second, days a second, thousand bytes a second, while the page plays ten days a second."""
    page = open_scene(browser, address)
    page.click("[data-do=play]")
    page.wait_for_timeout(2000)
    page.heard.clear()
    begun, drawn, dots, day = page.evaluate(LOOK)
    page.wait_for_timeout(seconds * 1000)
    ended, more, dots_then, later = page.evaluate(LOOK)
    took, heard = ended - begun, sum(page.heard)
    page.context.close()
    return [
        f"{min(dots, dots_then):,} to {max(dots, dots_then):,}",
        (more - drawn) / took,
        (later - day) / took,
        heard / took / 1000,
    ]


@dataclass(frozen=True)
class Crowd:
    """What many viewers of the scene met with; `slowest`: days a second; `pictures`: a second, of the one with motion;
    `page`: median seconds until somebody else's page is there, of those `opened`; memory of the server in megabytes."""

    viewers: int
    seconds: float
    slowest: float
    pictures: float
    page: float
    slowest_page: float
    opened: int
    before: float
    most: float


def crowd(browser: Any, at: Server, viewers: int, seconds: float) -> Crowd:
    """Viewers play worlds of their own, and somebody else opens pages meanwhile. All but the first want no motion: in
    no room do twenty browsers that draw thirty times a second share these cores.

    Raises Disagreement if one in `EVERY` is told of other open requests than `simulate` gives for its seed.
    """
    before = most = at.megabytes()
    link = f"{at.address}/?lang=en&view=scene&days=1095"
    pages = [open_scene(browser, f"{link}&seed={seed}", still=seed > 1) for seed in range(1, viewers + 1)]
    for page in pages:
        page.click("[data-do=play]")
    begun = [page.evaluate(LOOK) for page in pages]
    end, opened = time.monotonic() + seconds, []
    while time.monotonic() < end:
        start = time.perf_counter()
        other = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
        other.goto(f"{at.address}/trust?lang=en", timeout=300_000)
        other.wait_for_selector(".sf-main .card", timeout=300_000)
        opened.append(time.perf_counter() - start)
        other.context.close()
        most = max(most, at.megabytes())
        time.sleep(2.0)
    ended = [page.evaluate(LOOK) for page in pages]
    for seed, page in list(enumerate(pages, start=1))[::EVERY]:
        if page.is_enabled("[data-do=play]"):  # else its last day has been played
            page.click("[data-do=play]")
        page.wait_for_selector("[data-do=step1]:enabled, [data-do=play]:disabled", timeout=300_000)
        page.wait_for_timeout(500)
        day, told = numbers(page.inner_text("[data-show=scene-told]"))[:2]
        daily = simulate(Scenario.load("before", district="licang"), seed=seed, days=day, scale=0.1).daily
        if told != (right := int(daily["open"].iloc[-1])):
            raise Disagreement(f"viewer {seed} is told of {told} open requests on day {day}, the model has {right}")
    for page in pages:
        page.context.close()

    days, pictures = (
        [(b[what] - a[what]) / (b[0] - a[0]) for a, b in zip(begun, ended, strict=True)] for what in (3, 1)
    )
    page_seconds = statistics.median(opened)
    return Crowd(viewers, seconds, min(days), pictures[0], page_seconds, max(opened), len(opened), before, most)


def numbers(text: str) -> list[int]:
    """The whole numbers in a text."""
    return [int(part.replace(",", "")) for part in re.findall(r"\d[\d,]*", text)]


def measure(size: str) -> Section:
    section = Section("The district at work", (__doc__ or "").replace("\n", " "))
    if program() is None:
        section.add("Not measured: no Chromium on this machine.")
        return section
    with slow_offices(), chromium() as browser, server() as at:
        many = "day=80&start=empty&a=slow-offices"
        rows = [
            [name, *play(browser, f"{at.address}{path}lang=en&days=365&view=scene&{query}")]
            for name, path, query in (
                ("a tenth of Licang", "/?", "day=30&a=before"),
                ("one street of it", "/?", "day=30&a=before&street=9"),
                ("slow offices", "/?", many),
                ("two policies", "/compare?", "day=30&a=before&b=three-devolutions"),
            )
        ]
        heads = ["10 days a second asked for", "dots", "pictures a second", "days a second", "thousand bytes a second"]
        section.add(table(heads, rows))
        met = crowd(browser, at, *CROWD[size])
        section.add(
            f"{met.viewers} viewers for {met.seconds:.0f} s, each with a tenth of Licang and a seed of its own; "
            f"those asked, one in {EVERY}, were told of the open requests that `simulate` gives. "
            f"The slowest played {met.slowest:.1f} days a second; "
            f"the one with motion saw {met.pictures:.1f} pictures a second; a page that somebody else opened was there "
            f"after {met.page:.1f} s (median). Memory of the server: {met.before:.0f} to {met.most:.0f} MB."
        )
    return section


if __name__ == "__main__":
    run_alone(measure)
