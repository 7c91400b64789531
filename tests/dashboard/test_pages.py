"""The other pages of the dashboard in a real browser: a whole lesson, a request followed, results, trust."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from benchmarks import browser

from jobs import until_drawn, wait_for_day
from lesson_outcomes import FOLDER, SHORT
from sanfang.dashboard.words import say
from sanfang.run.simulation import simulate
from sanfang.scenario.scenario import Scenario

DEMO = "district=demo&size=1"


@pytest.fixture
def brief_lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a dashboard whose lesson on duties is played in the small district, which is there at once."""
    mine = tmp_path / "scenarios" / FOLDER.name
    mine.mkdir(parents=True)
    brief = f'place = {{ start = "{SHORT.start}", days = {SHORT.days}, replications = {SHORT.replications} }}'
    text = (FOLDER / "duties-without-means.toml").read_text("utf-8")
    (mine / "duties-without-means.toml").write_text(re.sub("(?m)^place = .*$", brief, text), "utf-8")
    monkeypatch.chdir(tmp_path)
    with browser.server() as server:
        yield server.address


@pytest.mark.parametrize(("lang", "width", "height"), [("en", 1280, 720), ("zh", 390, 844)])
def test_a_lesson_can_be_taken_from_start_to_end(
    brief_lesson: str, visit: Any, lang: str, width: int, height: int
) -> None:
    def opened(path: str) -> Any:
        page = visit(f"/lessons?lang={lang}", width, height)
        until_drawn(page)
        page.goto(brief_lesson + path)
        return page

    page = opened(f"/lessons?lang={lang}")
    page.click("[data-lesson=duties-without-means] button")
    page.click("[data-button=onward]")
    questions = 0
    while page.locator("[data-lesson=end]").count() == 0:
        page.wait_for_selector("[data-lesson-answer]")
        slider = page.locator("[data-lesson-answer=number]")
        if slider.count():
            slider.focus()
            page.keyboard.press("ArrowRight")
        else:
            page.locator("[data-lesson-answer]").first.click()
        page.click("[data-lesson-do=run]")
        page.wait_for_selector("[data-lesson=reveal]", timeout=120_000)
        for part in ("predicted", "happened", "verdict"):
            assert page.inner_text(f"[data-lesson-show={part}]").strip()
        questions += 1
        page.locator("[data-button=onward]").click()
        page.wait_for_selector("[data-lesson=reveal]", state="detached")
        page.wait_for_selector("[data-lesson=end], [data-lesson-answer]")
        assert questions < 9
    assert questions == 4
    assert page.inner_text(".sf-lesson-score").strip()
    assert "lesson=duties-without-means" in page.url
    again = opened("/lessons?" + page.url.split("?")[1])
    again.wait_for_selector(".sf-lesson-score")
    assert again.inner_text(".sf-lesson-score") == page.inner_text(".sf-lesson-score")


def test_a_request_is_followed_and_another_chosen(visit: Any) -> None:
    page = visit(f"/follow?lang=en&{DEMO}&days=60&day=60")
    page.wait_for_selector(".sf-timeline", timeout=60_000)
    first = page.inner_text(".sf-life h2")
    assert page.locator(".sf-bar").count() > 0
    page.select_option("[data-field=rule]", "typical")
    changed = "text => (document.querySelector('.sf-life h2') || { innerText: text }).innerText !== text"
    page.wait_for_function(changed, arg=first, timeout=60_000)
    page.wait_for_selector(".sf-flow-chart canvas")
    with page.expect_download() as saved:
        page.click("[data-save$='requests.csv']")
    found = pd.read_csv(saved.value.path())
    expected = simulate(Scenario.load("before", district="demo"), seed=1, days=60, keep_requests=True).requests
    text = expected.sort_values("id", kind="stable").to_csv(index=False)
    pd.testing.assert_frame_equal(found.sort_values("id", ignore_index=True), pd.read_csv(io.StringIO(text)))
    page.click("button[lang=zh]")
    page.wait_for_selector(f"text={say('page_follow', 'zh')}")


def test_a_published_experiment_is_shown_with_its_numbers(visit: Any) -> None:
    page = visit("/results?lang=en&experiment=experiments/mechanisms/D3a")
    page.wait_for_selector(".sf-main canvas")
    table = page.inner_text(".sf-main table")
    assert "Hours wasted: doing it again" in table and "40" in table
    with page.expect_download() as saved:
        page.click("[data-save$='.png']")
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")
    page.click("button[lang=zh]")
    page.wait_for_selector(f"text={say('page_results', 'zh')}")
    assert "experiment=experiments/mechanisms/D3a" in page.url


def test_a_check_is_predicted_run_and_revealed(visit: Any) -> None:
    page = visit("/trust?lang=en&check=pooling")
    page.wait_for_selector("[data-answer='1']")
    assert page.locator("[data-button=run]").is_disabled()
    page.click("[data-answer='1']")
    page.wait_for_selector("[data-button=run]:enabled")
    page.click("[data-button=run]")
    page.wait_for_selector("#sf-trust-reveal", timeout=60_000)
    assert page.inner_text("[data-show=predicted]").strip() and page.inner_text("[data-show=numbers]").strip()
    shown = page.inner_text("#sf-trust-reveal")
    page.click(f"text={say('recipe', 'en')}")
    page.wait_for_selector("[data-recipe=shell]")
    assert "sanfang verify" in page.inner_text("[data-recipe=shell]")
    assert page.inner_text("#sf-trust-reveal") == shown  # opening the code must not begin the page anew


@pytest.mark.parametrize("path", ["/", "/compare"])
def test_the_code_can_be_opened_without_losing_what_was_played(visit: Any, path: str) -> None:
    page = visit(f"{path}?lang=en&{DEMO}&day=20")
    wait_for_day(page, 20)
    page.click("[data-do=step7]")
    wait_for_day(page, 27)
    page.click(f"text={say('recipe', 'en')}")
    page.wait_for_selector("[data-recipe=shell]")
    assert page.inner_text("[data-show=day]") == "27"


# --- Compare ------------------------------------------------------------------------------------------------


def test_two_policies_play_in_step_and_one_can_be_moved_alone(visit: Any) -> None:
    page = visit(f"/compare?lang=en&{DEMO}&day=40&a=before&b=before")
    wait_for_day(page, 40)

    def figures(world: str) -> list[str]:
        names = ("satisfaction", "open", "latent")
        return [page.inner_text(f"[data-figure={name}] dd[data-world={world}] b") for name in names]

    assert figures("A") == figures("B")  # the same policy on the same troubles: the same to the last digit
    page.click(".sf-side [data-button='1']")
    script = "e => { e.value = 1; e.dispatchEvent(new Event('input')); e.dispatchEvent(new Event('change')) }"
    page.locator("#b-staff_devolution").evaluate(script)
    page.wait_for_selector(".sf-mark", state="attached")
    page.click("[data-do=step30]")
    wait_for_day(page, 70)
    until_drawn(page)
    assert figures("A") != figures("B")
    assert "b.moves=40:staff_devolution:1" in page.url and "a.moves" not in page.url
    run = simulate(Scenario.load("before", district="demo"), seed=1, days=365)
    satisfaction = run.daily.set_index("day")["satisfaction"]
    assert figures("A")[0].startswith(f"{100 * satisfaction[69]:.1f}")


def test_a_trouble_is_shown_under_both_policies(visit: Any) -> None:
    page = visit(f"/compare?lang=zh&{DEMO}&day=90&a=before&b=three-devolutions")
    wait_for_day(page, 90)
    page.click("[data-button=lives]")
    page.wait_for_selector("[data-table=troubles] tbody tr button", timeout=60_000)
    page.locator("[data-table=troubles] tbody tr button").first.click()
    page.wait_for_selector("[data-show=verdict]")
    assert "天" in page.inner_text("[data-show=verdict]")


def test_replications_have_bands_progress_and_can_be_cancelled(visit: Any) -> None:
    page = visit(f"/compare?lang=en&{DEMO}&days=40&day=40&a=before&b=unfunded")
    wait_for_day(page, 40)
    page.click("[data-button=replications]")
    page.wait_for_selector("[data-field=reps]")
    page.fill("[data-field=reps]", "3")
    page.keyboard.press("Tab")
    page.click("[data-button=run]")
    page.wait_for_selector("[data-table=sure]", timeout=90_000)
    assert page.locator("[data-table=sure] tbody tr").count() >= 3
    page.fill("[data-field=reps]", "40")
    page.keyboard.press("Tab")
    page.click("[data-button=run]")
    page.click("[data-button=cancel]")
    page.wait_for_selector("[data-button=run]:enabled", timeout=10_000)


# --- What can be used stays ---------------------------------------------------------------------------------

REMEMBER = "() => { window.kept = [...document.querySelectorAll('.sf-main :is(button, input, select, canvas)')] }"
GONE = "() => window.kept.filter((one) => !one.isConnected).map((one) => one.outerHTML)"


def play_and_go_back(page: Any) -> None:
    page.click("[data-do=step1]")
    wait_for_day(page, 1)
    until_drawn(page)
    assert page.evaluate(GONE) == []
    page.click("[data-do=reset]")
    wait_for_day(page, 0)


def run_replications(page: Any) -> None:
    page.fill("[data-field=reps]", "3")
    page.keyboard.press("Tab")
    page.click("[data-button=run]")
    page.wait_for_selector("[data-table=sure]", timeout=60_000)


def choose_a_trouble(page: Any) -> None:
    page.locator("[data-table=own] tbody button").first.click()
    page.wait_for_selector("[data-button=paths]")


def run_a_check(page: Any) -> None:
    page.click("[data-answer='1']")
    page.click("[data-button=run]")
    page.wait_for_selector("#sf-trust-reveal", timeout=60_000)


@pytest.mark.parametrize(
    ("path", "usable", "happens"),
    [
        ("/?day=0", "[data-do=reset]:enabled", play_and_go_back),
        ("/compare?day=0", "[data-do=reset]:enabled", play_and_go_back),
        ("/compare?days=30&day=7&view=replications", "[data-field=reps]", run_replications),
        ("/compare?days=30&day=30&view=lives&resident=10704", "[data-table=own] button", choose_a_trouble),
        ("/trust?check=pooling", "[data-button=all]", run_a_check),
    ],
    ids=["live", "compare", "replications", "lives", "trust"],
)
def test_what_can_be_used_stays_while_others_come_and_go(visit: Any, path: str, usable: str, happens: Any) -> None:
    page = visit(f"{path}&lang=en&{DEMO}")
    page.wait_for_selector(usable, timeout=60_000)
    until_drawn(page)
    page.evaluate(REMEMBER)
    happens(page)
    until_drawn(page)
    assert page.evaluate("window.kept.length") > 3 and page.evaluate(GONE) == []
