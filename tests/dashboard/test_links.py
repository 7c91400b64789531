"""Links that ask for much, on a real server: the page comes first, the days are played while it is looked at."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from benchmarks import visitor

from sanfang.dashboard.words import say

MUCH = "/compare?district=licang&days=1095&day=1095&a=before&b=three-devolutions&c=three-devolutions-two-refinements"
"""Some seconds of work on one core, three years of three worlds."""

LINKS = 10


def shown_days(page: visitor.Page) -> list[int]:
    """The days on the transports of a page; none before its worlds are there."""
    states = [state.get("state") for state in page.widgets.values()]
    return [state["day"] for state in states if isinstance(state, dict) and "speeds" in state]


def test_ten_links_that_ask_for_much_let_a_further_viewer_play(own_dashboard: Any) -> None:
    """Each is there before its days are played, and an ordinary page comes while they are."""
    address, shown = own_dashboard.address, threading.Barrier(LINKS + 1, timeout=120)
    leave, days = threading.Event(), list[list[int]]()

    def open_link(seed: int) -> None:
        with visitor.page(address) as page:
            page.run(f"{MUCH}&lang=en&seed={seed}")
            days.append(shown_days(page))
            shown.wait()
            while not leave.is_set() and 1095 not in shown_days(page):
                next(iter(page.heard()))
            played.append(1095 in shown_days(page))

    played = list[bool]()
    threads = [threading.Thread(target=open_link, args=(seed,), daemon=True) for seed in range(LINKS)]
    for thread in threads:
        thread.start()
    shown.wait()
    with visitor.page(address) as page:
        page.run("/?lang=en&district=licang")
        while not shown_days(page):
            next(iter(page.heard()))
        assert shown_days(page) == [0]
    leave.set()
    for thread in threads:
        thread.join(60)
    assert all(1095 not in found for found in days) and len(days) == len(played) == LINKS
    assert not all(played)


def test_a_page_closed_while_it_is_drawn_leaves_the_server_up(own_dashboard: Any) -> None:
    """Whoever draws holds the page's lock and sends by the event loop, so nobody may wait for that lock there."""
    address = own_dashboard.address
    for seed in range(8):
        cookie = visitor.ask(address).cookie
        with visitor.page(address, cookie=cookie) as page:
            page.run(f"/compare?lang=en&district=demo&size=0.25&seed={seed}")
            while not shown_days(page):
                next(iter(page.heard()))
            page.event(page.with_event("do"), "do", {"action": "step", "value": 1})
            kernel = page.socket.request.path.split("/")[4]
            closed = visitor.ask(address, f"/_solara/api/close/{kernel}", "POST", {"Cookie": cookie, "Origin": address})
            assert closed.status == 204
    assert visitor.ask(address).status == 200


# --- In a browser -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_link_says_how_far_it_is_and_can_be_cancelled(visit: Any, lang: str, width: int, height: int) -> None:
    page = visit(f"{MUCH}&lang={lang}", width, height)
    page.wait_for_selector(".sf-job [data-show=progress]")
    told = re.sub("[0-9]+", "#", page.inner_text(".sf-job [data-show=progress]"))
    doing = (say(name, lang, day=1095, percent=1) for name in ("job_building", "job_playing"))
    assert told in [re.sub("[0-9]+", "#", text) for text in doing]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.wait_for_selector("[data-do=play]")
    assert page.locator("[data-do=play]").is_disabled() and page.locator("[inert] [data-lever]").count()
    page.click(".sf-job [data-button=cancel]")
    page.wait_for_selector("[data-do=play]:enabled")
    day = int(page.inner_text("[data-show=day]"))
    assert 0 <= day < 1095
    # The page takes its parts away one after another: the bar may outlive the first button by a moment.
    page.wait_for_function("document.querySelectorAll('.sf-job, [inert]').length === 0")
    page.wait_for_function(f"location.search.includes('day={day}&')")
    page.click("[data-do=step1]")
    page.wait_for_function(f"document.querySelector('[data-show=day]').innerText === '{day + 1}'")
