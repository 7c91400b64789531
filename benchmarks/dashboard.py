"""The dashboard in a real browser: how soon a page is there, how fast it plays with all charts, how soon a lever shows,
and whether it bears twenty viewers at once: no crash, no mixing of worlds, memory back after they have gone. Wall time,
as a viewer feels it; the browser runs on the same machine as the server, so both share its cores."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import Any

from benchmarks.browser import Server, chromium, program, server
from benchmarks.measuring import FULL, QUICK, USUAL, Disagreement, Section, run_alone, table
from sanfang.run.simulation import simulate
from sanfang.scenario.scenario import Scenario

CROWD = {QUICK: (4, 15.0), USUAL: (20, 60.0), FULL: (20, 300.0)}
"""Viewers at once, and for how many seconds."""

DAY = "Number(document.querySelector('[data-show=day]').innerText)"


def open_page(browser: Any, address: str) -> Any:
    """A page of a viewer of its own, with all charts of the Live page drawn."""
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.goto(address)
    page.wait_for_selector("[data-chart=latent] [data-series]", state="attached", timeout=60_000)
    return page


def first_page(browser: Any, address: str, turns: int = 5) -> float:
    """Median seconds from asking for the Live page to its charts."""
    found = []
    for _ in range(turns):
        start = time.perf_counter()
        page = open_page(browser, f"{address}/?lang=en")
        found.append(time.perf_counter() - start)
        page.context.close()
    return statistics.median(found)


def play_rate(browser: Any, address: str, wanted: int, seconds: float = 8.0) -> float:
    """Days a second at which the Live page plays a tenth of Licang when `wanted` a second are asked for."""
    page = open_page(browser, f"{address}/?lang=en&days=1095")
    page.select_option("[data-do=speed]", str(wanted))
    page.click("[data-do=play]")
    page.wait_for_function(f"{DAY} > 0")
    page.wait_for_timeout(1000)
    script = "() => [performance.now(), " + DAY + "]"
    begun, first = page.evaluate(script)
    page.wait_for_timeout(seconds * 1000)
    ended, last = page.evaluate(script)
    page.context.close()
    return float((last - first) / (ended - begun) * 1000)


def lever_delay(browser: Any, address: str, turns: int = 5) -> float:
    """Median seconds from letting go of a slider, during play, to its mark on the charts."""
    found = []
    for _ in range(turns):
        page = open_page(browser, f"{address}/?lang=en")
        page.click("[data-do=play]")
        page.wait_for_function(f"{DAY} > 3")
        found.append(
            page.evaluate("""() => new Promise((done) => {
              const slider = document.querySelector('[data-lever=staff_devolution]'), start = performance.now();
              new MutationObserver(() => {
                if (document.querySelector('.sf-mark')) done((performance.now() - start) / 1000);
              }).observe(document.body, { subtree: true, childList: true });
              slider.value = 1;
              slider.dispatchEvent(new Event('change'));
            })""")
        )
        page.context.close()
    return statistics.median(found)


def first_effect(browser: Any, address: str, turns: int = 5) -> tuple[int, float]:
    """Clicks, and median seconds, from asking for the Live page to the effect of a lever beside the present policy: a
    lever is moved, a month is played, and the cards and the grey line say what differs."""
    found, clicks = [], 0
    for _ in range(turns):
        start = time.perf_counter()
        page = open_page(browser, f"{address}/?lang=en")
        clicks = see_effect(page)
        found.append(time.perf_counter() - start)
        page.context.close()
    return clicks, statistics.median(found)


def see_effect(page: Any, lever: str = "staff_devolution") -> int:
    """On an open Live page, do what shows the effect of a lever beside the present policy; gives the clicks it took."""
    slider = page.locator(f"[data-lever={lever}]")
    slider.wait_for()
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    page.wait_for_selector("[data-group=resources] .sf-badge")
    page.wait_for_selector("[data-do=step30]:enabled")
    page.click("[data-do=step30]")
    page.wait_for_function(EFFECT, timeout=60_000)
    return 2


EFFECT = """() => {
    const beside = document.querySelector('[data-figure=satisfaction] [data-show=beside]');
    return beside && /\\d/.test(beside.innerText) && DAY >= 30;
}""".replace("DAY", DAY)
"""The card of satisfaction says by how much it differs from the present policy after a month."""


@dataclass(frozen=True)
class Crowd:
    """What many viewers at once met with; memory of the server in megabytes."""

    viewers: int
    seconds: float
    days: int
    slowest: float
    before: float
    most: float
    after: float


def crowd(browser: Any, at: Server, viewers: int, seconds: float) -> Crowd:
    """Viewers play worlds of their own, each with its own seed; each must see the numbers of that seed alone.

    Raises Disagreement if one of them sees other numbers than `simulate` gives.
    """
    before = most = at.megabytes()
    pages = [open_page(browser, f"{at.address}/?lang=en&days=1095&seed={seed}") for seed in range(1, viewers + 1)]
    for page in pages:
        page.click("[data-do=play]")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(1.0)
        most = max(most, at.megabytes())
    days = []
    for seed, page in enumerate(pages, start=1):
        page.click("[data-do=play]")
        page.wait_for_selector("[data-do=step1]:enabled, [data-do=play]:disabled", timeout=60_000)
        page.wait_for_timeout(500)
        days.append(int(page.evaluate(DAY)))
        shown = page.inner_text("[data-figure=satisfaction] b")
        scenario = Scenario.load("before", district="licang")
        daily = simulate(scenario, seed=seed, days=days[-1], scale=0.1).daily
        expected = f"{100 * daily['satisfaction'].iloc[-1]:.1f}%"
        if shown != expected:
            raise Disagreement(f"viewer {seed} sees {shown} on day {days[-1]}, the model says {expected}")
    for page in pages:
        page.context.close()
    for _ in range(60):
        time.sleep(2.0)
        if at.megabytes() < before + 0.1 * (most - before):
            break
    return Crowd(viewers, seconds, sum(days), min(days) / seconds, before, most, at.megabytes())


def measure(size: str) -> Section:
    section = Section("The dashboard", (__doc__ or "").replace("\n", " "))
    if program() is None:
        section.add("Not measured: no Chromium on this machine.")
        return section
    with chromium() as browser, server() as at:
        rows: list[list[object]] = [["first page with all charts, s", first_page(browser, at.address), "3 at most"]]
        for wanted in (10, 30, 100):
            rows.append([f"days a second, {wanted} asked for", play_rate(browser, at.address, wanted), "10 at least"])
        rows.append(["a moved lever shows after, s", lever_delay(browser, at.address), "0.5 at most"])
        clicks, seconds = first_effect(browser, at.address)
        rows.append(["a lever's effect beside the present policy, clicks", clicks, "3 at most"])
        rows.append(["the same, from asking for the page, s", seconds, "20 at most"])
        section.add(table(["a tenth of Licang, one viewer", "measured", "aim"], rows))
        met = crowd(browser, at, *CROWD[size])
        section.add(
            f"{met.viewers} viewers for {met.seconds:.0f} s, each with a tenth of Licang and a seed of its own: "
            f"{met.days:,} days played in all, the slowest at {met.slowest:.1f} days a second; every viewer saw the "
            f"satisfaction that `simulate` gives for its seed. Memory of the server: {met.before:.0f} MB before, "
            f"{met.most:.0f} MB at most, {met.after:.0f} MB after they had gone."
        )
    return section


if __name__ == "__main__":
    run_alone(measure)
