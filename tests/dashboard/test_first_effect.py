"""From opening the page to the effect of a lever beside the present policy: three clicks at most."""

from __future__ import annotations

from typing import Any

import pytest
from benchmarks.dashboard import see_effect

from jobs import until_drawn
from sanfang.dashboard.words import LANGUAGES

COUNT = """() => {
    window.clicks = 0;
    document.addEventListener('pointerdown', () => { window.clicks += 1 }, true);
}"""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_effect_of_a_lever_is_seen_in_three_clicks(visit: Any, lang: str) -> None:
    page = visit(f"/?lang={lang}&district=demo&size=1")
    page.wait_for_selector("[data-do=step30]:enabled")
    page.evaluate(COUNT)
    told = see_effect(page)
    until_drawn(page)
    assert told == page.evaluate("window.clicks") <= 3
    assert page.locator("[data-chart=satisfaction] .sf-mark").count() == 0  # it was moved before the first day
    assert "a.levers=staff_devolution:1" in page.url and "day=30" in page.url
