"""The Glossary page has every term, lever and metric, in the viewer's language first."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sanfang.dashboard.glossary import TERMS
from sanfang.dashboard.pages.glossary.page import parts, table
from sanfang.dashboard.words import LANGUAGES
from sanfang.metrics.catalogue import METRICS
from sanfang.scenario.policy import lever_names


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_term_lever_and_metric_is_there(lang: str) -> None:
    found = {id_: rows for id_, _, rows in parts(lang)}
    assert {id_: len(rows) for id_, rows in found.items()} == {
        "terms": len(TERMS), "levers": len(lever_names()), "metrics": len(METRICS)
    }  # fmt: skip
    for name, other, says in (row for rows in found.values() for row in rows):
        assert name and other and says
        words = re.sub("[三放两化急难愁盼]", "", says)  # which English names, too
        assert (re.search("[\u4e00-\u9fff]", words) is not None) == (lang == "zh"), says


def test_what_a_declaration_says_is_no_markup() -> None:
    assert "<b>" not in table([("<b>", "&", '"')], "en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_in_a_browser_it_is_read_without_moving_sideways(visit: Any, lang: str) -> None:
    page = visit(f"/glossary?lang={lang}")
    page.wait_for_selector("#glossary-metrics")
    assert page.locator("tbody tr").count() == len(TERMS) + len(lever_names()) + len(METRICS)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
