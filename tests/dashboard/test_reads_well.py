"""Pages that a room can read: no small letters, nothing over the edge, axes that do not make much of little."""

from __future__ import annotations

from typing import Any

import pytest

from jobs import until_drawn

LEAST_PIXELS = 14
PLACE = "district=demo&size=1&days=60&day=40"
PAGES = (
    ("/", f"{PLACE}&a=before&a.moves=10:authority:1"),
    ("/compare", f"{PLACE}&a=before&b=three-devolutions"),
    ("/compare", f"{PLACE}&a=before&b=three-devolutions&view=scene"),
    ("/follow", f"{PLACE}&a=before"),
    ("/results", ""),
    ("/lessons", ""),
    ("/trust", ""),
    ("/workshop", PLACE),
)
LETTERS = """(least) => {
    const small = {}, walk = document.createTreeWalker(document.querySelector('.sf-app'), NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const text = walk.currentNode, on = text.parentElement;
        if (!text.data.trim() || !on.getClientRects().length || getComputedStyle(on).visibility === 'hidden') continue;
        const scale = on.ownerSVGElement ? on.getScreenCTM().a : 1;
        const pixels = parseFloat(getComputedStyle(on).fontSize) * scale;
        if (pixels < least - 0.05) small[text.data.trim().slice(0, 40)] = Math.round(pixels * 10) / 10;
    }
    return small;
}"""
PLOTS = """() => [...document.querySelectorAll('.sf-chart')].map((card) => {
    const [plot, box] = [card.querySelector('svg').getBoundingClientRect(), card.getBoundingClientRect()];
    return plot.width * plot.height / (box.width * box.height);
})"""


@pytest.mark.parametrize("lang", ["zh", pytest.param("en", marks=pytest.mark.slow)])
def test_no_letter_is_small_and_no_page_is_wider_than_the_screen(visit: Any, lang: str) -> None:
    for path, query in PAGES:
        page = visit(f"{path}?lang={lang}&{query}")
        page.wait_for_selector(".sf-main .card, .sf-main .sf-figure")
        until_drawn(page)
        assert page.evaluate(LETTERS, LEAST_PIXELS) == {}, path
        for width, height in ((1920, 1080), (390, 844), (640, 360)):  # the last: 1280 x 720 at 200 %
            page.set_viewport_size({"width": width, "height": height})
            until_drawn(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            assert all(share > 0.4 for share in page.evaluate(PLOTS)), (path, width)
