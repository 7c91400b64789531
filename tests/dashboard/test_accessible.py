"""Every page for those who do not see it, or use no mouse: axe-core finds no violation, in both languages.

The checker comes from a package and is run inside the page as it is served, under its content policy. What it cannot
decide by itself ("incomplete") is not counted.
"""

from __future__ import annotations

from typing import Any

import pytest

from axe import violations
from jobs import until_drawn
from sanfang.dashboard.declare import pages

PLACE = "district=demo&size=1&days=60&day=40"
TWO = f"{PLACE}&a=before&b=three-devolutions"
OPENED = {
    "/": [f"{PLACE}&a=before&a.moves=10:authority:1"],
    "/compare": [TWO, f"{TWO}&view=gains", f"{TWO}&view=lives", f"{TWO}&view=replications"],
    "/follow": [f"{PLACE}&a=before"],
    "/results": ["", "experiment=experiments/mechanisms/D3a"],
    "/lessons": ["", "lesson=duties-without-means"],
    "/trust": [""],
    "/glossary": [""],
    "/present": [f"{PLACE}&a=before"],
    "/workshop": [PLACE],
}
SIZES = {"zh": (390, 844), "en": (1280, 720)}


@pytest.mark.parametrize("lang", SIZES)
def test_axe_finds_no_violation(visit: Any, dashboard: str, lang: str) -> None:
    assert set(OPENED) == set(pages())
    page, found = visit(f"/trust?lang={lang}", *SIZES[lang]), {}
    for path, queries in OPENED.items():
        for query in queries if lang == "zh" else queries[-1:]:
            page.goto(f"{dashboard}{path}?{query}&lang={lang}")
            page.wait_for_selector(".sf-main .card, .sf-main .sf-figure")
            until_drawn(page)
            if path != "/present":  # a stage that covers the frame with its tools
                page.click(".sf-tool[aria-expanded]")
                page.wait_for_selector(".sf-recipe pre")
            found[path, query] = violations(page)
    assert {where: what for where, what in found.items() if what} == {}


def test_the_checker_sees_what_is_wrong(visit: Any) -> None:
    """A picture without a word, letters as pale as the paper, a button without a name."""
    page = visit("/trust?lang=en")
    page.wait_for_selector(".sf-main .card")
    page.evaluate("""() => document.querySelector('.sf-main').insertAdjacentHTML('beforeend', `<img src="data:,">
        <p style="color: #eee; background: #fff">pale</p><button type="button"></button>`)""")
    names = {one.split(":")[0] for one in violations(page)}
    assert {"image-alt", "color-contrast", "button-name"} <= names
