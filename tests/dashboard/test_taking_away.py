"""Taking away in a real browser: one page, tables with headings, who gains, an experiment built by clicking."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
import pytest

from jobs import until_drawn, wait_for_day

PLACE = "district=demo&size=1&days=60&day=30"


def saved(page: Any, ending: str) -> bytes:
    with page.expect_download(timeout=60_000) as download:
        page.click(f"[data-save$='{ending}']")
    return bytes(download.value.path().read_bytes())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_and_its_tables_are_taken_away(visit: Any, lang: str) -> None:
    page = visit(f"/?lang={lang}&{PLACE}&a=before&a.moves=10:authority:1")
    wait_for_day(page, 30)
    pdf = saved(page, "-page.pdf")
    assert pdf.startswith(b"%PDF") and b"a.moves=10:authority:1" in pdf
    table = pd.read_csv(io.BytesIO(saved(page, "-requests.csv")))
    assert ("去向" if lang == "zh" else "outcome") in table and len(table) > 4_000  # more than one piece
    assert len(pd.read_csv(io.BytesIO(saved(page, "-columns.csv")))) > 80
    page.emulate_media(media="print")
    assert page.is_visible(".sf-print") and not page.is_visible(".sf-top") and page.is_visible("[data-chart=latent]")


@pytest.mark.parametrize(("lang", "width", "height"), [("zh", 390, 844), ("en", 1280, 720)])
def test_who_gains_is_counted_on_compare(visit: Any, lang: str, width: int, height: int) -> None:
    page = visit(f"/compare?lang={lang}&{PLACE}&a=before&b=three-devolutions&view=gains", width, height)
    wait_for_day(page, 30)
    page.wait_for_selector("[data-gains=B] [data-who=communities]")
    until_drawn(page)
    for who in ("residents", "vulnerable", "others", "communities"):
        assert page.inner_text(f"[data-who={who}] small").count("%") == 3
    assert page.locator("[data-table=gains] tbody tr").count() == 10
    page.click("[data-show=definition] summary")
    assert len(page.inner_text("[data-show=definition]")) > 100
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click("[data-button=charts]")
    assert saved(page, "-page.png").startswith(b"\x89PNG")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_form_for_an_experiment_is_there_and_says_how_many_runs(visit: Any, lang: str) -> None:
    page = visit(f"/results?lang={lang}")
    page.select_option("[data-field=path-0]", "policy.authority")
    page.wait_for_selector("[data-field=levels-0]")
    assert "30" in page.inner_text("[data-show=forecast]")  # 3 values x 2 policies x 5
    assert page.locator("[data-button=start]").is_disabled()
