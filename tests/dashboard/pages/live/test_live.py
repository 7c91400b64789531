"""The dashboard in a real browser: the frame around all pages, and the Live page."""

from __future__ import annotations

import io
import re
import urllib.error
import urllib.request
from typing import Any

import pandas as pd
import pytest

from jobs import eventually, until_drawn, wait_for_day
from sanfang.dashboard.declare import pages
from sanfang.dashboard.glossary import TERMS
from sanfang.dashboard.words import LANGUAGES, say
from sanfang.run.series import RATES
from sanfang.run.simulation import simulate
from sanfang.scenario.scenario import Scenario

DEMO = "district=demo&size=1"


def day(page: Any) -> int:
    return int(page.inner_text("[data-show=day]"))


def figure(page: Any, name: str) -> str:
    return str(page.inner_text(f"[data-figure={name}] b"))


def path_of(page: Any, chart: str, number: int = 0) -> str:
    return str(page.locator(f"[data-chart={chart}] [data-series]").nth(number).get_attribute("d"))


def set_lever(page: Any, name: str, level: float) -> None:
    """Move a slider as a hand does: the value, then the event of letting go."""
    script = "(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); e.dispatchEvent(new Event('change')) }"
    page.locator(f"[data-lever={name}]").evaluate(script, level)


def open_all_levers(page: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", pages())
def test_every_page_opens_in_both_languages(visit: Any, path: str, lang: str) -> None:
    page = visit(f"{path}?lang={lang}&{DEMO}")
    page.wait_for_selector(".sf-main .card, .sf-main .sf-figure")
    assert page.evaluate("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[lang]
    current = page.inner_text("nav a[aria-current=page]")
    assert current == say(pages()[path].label, lang)
    text = page.inner_text(".sf-main")
    if path != "/glossary":  # which has both languages side by side
        assert bool(re.search("[\u4e00-\u9fff]{4}", text)) == (lang == "zh")


@pytest.mark.parametrize("path", pages())
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
def test_no_page_is_wider_than_the_screen(visit: Any, path: str, width: int, height: int) -> None:
    page = visit(f"{path}?lang=en&{DEMO}&day=30", width, height)
    page.wait_for_selector(".sf-main .card, .sf-main .sf-figure")
    until_drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_language_changes_at_once_and_everywhere(visit: Any) -> None:
    page = visit(f"/?lang=en&{DEMO}&day=40")
    wait_for_day(page, 40)
    before = day(page)
    page.click("button[lang=zh]")
    page.wait_for_selector(f"text={say('chart_waste', 'zh')}")
    assert day(page) == before and "lang=zh" in page.url
    shown = page.inner_text(".sf-live")
    for key in ("chart_hours", "measure_satisfaction", "live_levers", "map_title"):
        assert say(key, "zh") in shown and say(key, "en") not in shown


def test_play_pause_steps_and_reset(visit: Any) -> None:
    page = visit(f"/?lang=en&{DEMO}")
    page.wait_for_selector("[data-do=play]")
    page.click("[data-do=step1]")
    wait_for_day(page, 1)
    page.click("[data-do=step7]")
    wait_for_day(page, 8)
    page.click("[data-do=step30]")
    wait_for_day(page, 38)
    page.click("[data-do=play]")
    page.wait_for_function("Number(document.querySelector('[data-show=day]').innerText) > 45")
    page.click("[data-do=play]")
    page.wait_for_selector("[data-do=step1]:enabled")
    stopped = day(page)
    page.click("[data-do=step1]")
    wait_for_day(page, stopped + 1)  # and not further, as it would if it still played
    page.click("[data-do=reset]")
    wait_for_day(page, 0)


def test_a_lever_moved_in_mid_run_changes_the_curves_and_leaves_a_mark(visit: Any) -> None:
    page, other = visit(f"/?lang=en&{DEMO}&day=60"), visit(f"/?lang=en&{DEMO}&day=60")
    for one in (page, other):
        wait_for_day(one, 60)
        one.wait_for_selector("[data-chart=hours] [data-series]")
    assert path_of(page, "satisfaction") == path_of(other, "satisfaction")
    assert page.locator(".sf-mark").count() == 0
    open_all_levers(page)
    set_lever(page, "staff_devolution", 1.0)
    page.wait_for_selector("[data-chart=satisfaction] .sf-mark", state="attached")
    for one in (page, other):
        one.click("[data-do=step30]")
        wait_for_day(one, 90)
        until_drawn(one)
    assert path_of(page, "satisfaction") != path_of(other, "satisfaction")
    assert "a.moves=60:staff_devolution:1" in page.url and "moves" not in other.url


def test_a_link_shows_the_same_in_another_browser(visit: Any) -> None:
    page = visit(f"/?lang=zh&{DEMO}&seed=7&day=20&a=unfunded")
    wait_for_day(page, 20)
    page.wait_for_selector("[data-chart=hours] [data-series]")
    open_all_levers(page)
    set_lever(page, "triage", 0.8)
    page.wait_for_selector(".sf-mark", state="attached")
    page.click("[data-do=step30]")
    wait_for_day(page, 50)
    until_drawn(page)
    other = visit("/?" + page.url.split("?")[1])
    wait_for_day(other, 50)
    other.wait_for_selector("[data-chart=hours] [data-series]")
    until_drawn(other)
    assert day(other) == 50
    for name in ("satisfaction", "days_to_resolve", "wasted", "open", "latent"):
        assert figure(other, name) == figure(page, name)
    for chart in ("satisfaction", "wasted", "latent"):
        assert path_of(other, chart) == path_of(page, chart)
    assert other.url == page.url


def test_saved_tables_are_the_models_own_numbers(visit: Any) -> None:
    page = visit(f"/?lang=en&{DEMO}&days=45&day=45&seed=3&a=three-devolutions&a.moves=20:triage:1")
    wait_for_day(page, 45)
    scenario = Scenario.load("three-devolutions", district="demo").with_({"policy.triage": [[0, 0.0], [20, 1.0]]})
    run = simulate(scenario, seed=3, days=45, keep_requests=True)
    for table in ("daily", "requests", "ledger"):
        with page.expect_download() as saved:
            page.click(f"[data-save$='-{table}.csv']")
        found = saved.value.path().read_text("utf-8")
        assert found == getattr(run, table).to_csv(index=False)
        assert len(pd.read_csv(io.StringIO(found)))
    with page.expect_download() as saved:
        page.click("[data-save$='.png']")
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_three_rates_are_there_and_one_click_says_what_they_are(visit: Any, lang: str) -> None:
    page = visit(f"/?lang={lang}&{DEMO}&day=40")
    wait_for_day(page, 40)
    for name in RATES:
        eventually(page, lambda name=name: bool(re.fullmatch(r"\d+\.\d%", figure(page, name))))  # type: ignore[misc]
    page.click("[data-do=rates]")
    told = page.inner_text("[data-show=rates]")
    for name in RATES:
        term = next(one for one in TERMS if one.zh == say(f"measure_{name}", "zh"))
        assert (term.says_zh if lang == "zh" else term.says) in told


def test_a_community_tells_its_staff_queue_and_fund(visit: Any) -> None:
    page = visit(f"/?lang=en&{DEMO}&day=30")
    wait_for_day(page, 30)
    page.locator("[data-community]").nth(2).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".sf-community")
    told = page.inner_text(".sf-community")
    for key in ("community_staff", "community_queue", "community_fund", "community_demand", "community_supply"):
        assert say(key, "en") in told


def test_the_recipe_is_shown_on_demand(visit: Any) -> None:
    page = visit(f"/?lang=en&{DEMO}&day=30&a.levers=authority:0.5")
    page.click(f"text={say('recipe', 'en')}")
    page.wait_for_selector("[data-recipe=shell]")
    assert "policy.authority=0.5" in page.inner_text("[data-recipe=shell]")
    assert "simulate(" in page.inner_text("[data-recipe=python]")


def test_a_page_closed_in_mid_run_leaves_the_server_up(visit: Any, dashboard: str) -> None:
    page = visit(f"/?lang=en&{DEMO}")
    page.wait_for_selector("[data-do=play]")
    page.click("[data-do=play]")
    page.wait_for_function("Number(document.querySelector('[data-show=day]').innerText) > 3")
    page.close()
    again = visit(f"/?lang=en&{DEMO}&day=5")
    wait_for_day(again, 5)


def test_two_viewers_have_worlds_of_their_own(visit: Any) -> None:
    mine, theirs = visit(f"/?lang=en&{DEMO}&day=10"), visit(f"/?lang=zh&{DEMO}&day=25&seed=9")
    wait_for_day(mine, 10)
    wait_for_day(theirs, 25)
    open_all_levers(mine)
    set_lever(mine, "authority", 1.0)
    mine.click("[data-do=step7]")
    wait_for_day(mine, 17)
    assert day(theirs) == 25 and "seed=9" in theirs.url and "moves" not in theirs.url
    assert theirs.locator(".sf-mark").count() == 0
    assert say("live_levers", "zh") in theirs.inner_text(".sf-live")


@pytest.mark.parametrize(
    "path",
    ["/_solara/cdn/../../../../etc/passwd", "/static/public/../../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd"],
)
def test_no_file_outside_is_served(dashboard: str, path: str) -> None:
    try:
        with urllib.request.urlopen(dashboard + path, timeout=10) as answer:
            assert b"root:" not in answer.read()
    except urllib.error.HTTPError as error:
        assert error.code in (400, 403, 404)


def test_what_an_address_may_not_ask_is_told(visit: Any) -> None:
    page = visit("/?lang=en&district=demo&size=1&days=99999999&a=<script>alert(1)</script>")
    page.wait_for_selector(".sf-notes p")
    told = page.inner_text(".sf-main")
    assert "days=99999999: 1095 is taken" in told and "<script>" in told


def test_play_bears_changes_of_speed_and_language_in_mid_run(visit: Any) -> None:
    page = visit("/?lang=en&district=licang&size=0.02&days=1095")
    page.wait_for_selector("[data-do=play]")
    for speed, lang in (("100", "zh"), ("30", "en"), ("100", "zh"), ("10", "en"), ("100", "zh")):
        before = day(page)
        page.click("[data-do=play]")
        page.select_option("[data-do=speed]", speed)
        page.click(f"button[lang={lang}]")
        eventually(page, lambda before=before: day(page) > before + 4)  # type: ignore[misc]
        page.click("[data-do=play]")
        page.wait_for_selector("[data-do=step1]:enabled")
        assert page.locator("[data-figure]").count() == 9
    assert day(page) > 20


def test_a_number_that_is_not_taken_goes_back_and_changes_nothing(visit: Any) -> None:
    page = visit(f"/?lang=en&{DEMO}&day=12&seed=4")
    wait_for_day(page, 12)
    page.fill("[data-field=seed]", "")
    page.keyboard.press("Tab")
    eventually(page, lambda: page.input_value("[data-field=seed]") == "4")
    assert day(page) == 12
    page.fill("[data-field=days]", "99999")
    page.keyboard.press("Tab")
    wait_for_day(page, 0)
    assert page.input_value("[data-field=days]") == "1095" and "days=1095" in page.url


def test_what_was_played_is_kept_when_the_page_is_left(visit: Any) -> None:
    page = visit(f"/?lang=en&{DEMO}")
    page.wait_for_selector("[data-do=play]")
    page.click("[data-do=step30]")
    wait_for_day(page, 30)
    page.click(f"text={say('page_trust', 'en')}")
    page.wait_for_selector("[data-button=run]")
    page.click(f"nav >> text={say('page_live', 'en')}")
    wait_for_day(page, 30)
