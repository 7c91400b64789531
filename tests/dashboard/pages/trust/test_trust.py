"""The Trust page: predictions, trials in a thread, and what is shown of them."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

import ipyvue
import pytest
import solara

from sanfang.dashboard.address import Address
from sanfang.dashboard.declare import recipe
from sanfang.dashboard.pages.trust import page as trust
from sanfang.dashboard.pages.trust import views as trust_views
from sanfang.dashboard.pages.trust.predictions import PREDICTIONS, answered
from sanfang.dashboard.pages.trust.trials import Trial
from sanfang.dashboard.presenters import sources as trust_sources
from sanfang.dashboard.widgets import viewer
from sanfang.dashboard.words import say, texts
from sanfang.dashboard.worlds import shared_slots
from sanfang.lab.verification import checks as verification
from sanfang.lab.verification import queue_measures, theory
from sanfang.lab.verification.agreement import CheckResult
from sanfang.lab.verification.checks import CHECKS, check
from sanfang.run import background
from sanfang.run.background import CANCELLED, FAILED, RUNNING
from sanfang.scenario.content import find_district
from sanfang.scenario.sources import parted
from sanfang.scenario.toml import read_toml


@pytest.fixture(autouse=True)
def short_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_measures, "REQUESTS", 20_000)


def finished(*keys: str) -> Trial:
    trial = Trial([check(key) for key in keys], 1)
    trial.run()
    return trial


def found(key: str) -> CheckResult:
    return finished(key).findings[0]


# --- Predictions -----------------------------------------------------------------------------------------


def test_every_check_can_be_predicted_and_says_why_it_matters() -> None:
    assert set(PREDICTIONS) == {one.key for one in CHECKS}
    for key, prediction in PREDICTIONS.items():
        for part in ("question", "why", *(f"o{number}" for number in range(len(prediction.values)))):
            assert set(texts()[f"trust_{key}_{part}"]) == {"en", "zh"}
        assert f"trust_{key}_o{len(prediction.values)}" not in texts()


@pytest.mark.parametrize("key", PREDICTIONS)
def test_the_right_answer_is_theorys_and_no_other_comes_close(key: str) -> None:
    prediction = PREDICTIONS[key]
    apart = sorted(abs(value - prediction.truth()) for value in prediction.values)
    assert apart[0] < 0.2 * apart[1]


def test_the_right_answer_stands_on_the_curve() -> None:
    for key, prediction in PREDICTIONS.items():
        drawn = check(key).chart
        if drawn is None:
            continue
        curve = next(one for one in drawn.curves() if one.series == prediction.series)
        nearest = min(range(len(curve.x)), key=lambda n: abs(curve.x[n] - prediction.x))
        assert prediction.height(prediction.right) == pytest.approx(curve.y[nearest], rel=0.02), key


def test_the_right_answer_follows_theory(monkeypatch: pytest.MonkeyPatch) -> None:
    right = theory.mean_wait
    before = PREDICTIONS["load"].right
    monkeypatch.setattr(theory, "mean_wait", lambda load, servers=1: right(load, servers) * (1.7 if load > 0.85 else 1))
    assert PREDICTIONS["load"].right != before


@pytest.mark.parametrize("text", ["", "-1", "4", "99", "1.5", "x", "１００", "111111111111111"])
def test_an_answer_that_does_not_exist_is_none(text: str) -> None:
    assert answered("load", text) is None


def test_the_recipe_makes_the_check_that_is_shown() -> None:
    shown = recipe("/trust", Address(lang="zh", seed=7).with_other(check="plenty"))
    assert shown.shell == "sanfang verify plenty --quick --seed 7 --lang zh"
    names: dict[str, Any] = {}
    exec(shown.python, names)
    assert names["finding"].check.key == "plenty" and names["finding"].verdict == "agrees"
    assert "verify load " in recipe("/trust", Address().with_other(check="; rm")).shell


# --- Trials -----------------------------------------------------------------------------------------------


def test_a_trial_tells_after_each_check_and_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "TELL_EVERY", 0.0)
    told: list[tuple[int, bool]] = []
    trial = Trial([check("silence"), check("plenty")], 3)
    trial.listen(lambda: told.append((len(trial.findings), trial.busy)))
    trial.run()
    assert told == [(0, True), (1, True), (2, True), (2, False)]
    assert [one.verdict for one in trial.findings] == ["agrees", "agrees"]


def test_a_trial_of_a_page_left_stops_after_the_check_in_hand_and_is_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, go_on, told = threading.Event(), threading.Event(), []

    def make(one: Any, seed: int, runs: int) -> Any:
        begun.set()
        assert go_on.wait(10)
        return CheckResult(one, [], 0.0)

    monkeypatch.setattr(verification, "make", make)
    trial = Trial(CHECKS, 1)
    trial.start()
    assert begun.wait(10)
    trial.listen(lambda: told.append(1))
    trial.leave()
    go_on.set()
    assert trial.join(10)
    assert len(trial.findings) == 1 and not told and trial.state == CANCELLED


def test_only_so_many_checks_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running, ended, go_on = threading.Semaphore(0), threading.Semaphore(0), threading.Semaphore(0)

    def make(one: Any, seed: int, runs: int) -> Any:
        running.release()
        assert go_on.acquire(timeout=10)
        return CheckResult(one, [], 0.0)

    monkeypatch.setattr(verification, "make", make)
    most = shared_slots.JOBS.count
    many = [Trial([check("load")], seed) for seed in range(2 * most)]
    for trial in many:
        trial.listen(lambda trial=trial: None if trial.busy else ended.release())
        trial.start()
    for _ in range(most):
        assert running.acquire(timeout=10)
    assert sum(trial.state == RUNNING for trial in many) == most and not running.acquire(timeout=0.1)
    for _ in many:
        go_on.release()
    for _ in many:
        assert ended.acquire(timeout=10)


def test_a_check_that_breaks_down_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "make", lambda *_: 1 / 0)
    trial = finished("load")
    assert trial.state == FAILED and "ZeroDivisionError" in trial.error and not trial.findings


# --- What is shown -------------------------------------------------------------------------------------------


def test_the_chart_shows_theory_engine_and_prediction() -> None:
    drawn = trust_views.chart(found("spread"), 2, "zh")
    assert drawn is not None
    assert [one["label"] for one in drawn["curves"]] == ["负荷 50%", "负荷 80%"]
    assert len(drawn["points"]) == 6
    assert drawn["guess"] == {"x": 0.0, "y": pytest.approx(2.0)}
    assert trust_views.chart(found("silence"), 2, "zh") is None


def test_tables_give_each_number_and_each_check() -> None:
    findings = finished("little", "silence").findings
    numbers = sum(len(one.points) for one in findings)
    assert trust_views.table(findings, "en").count("<tr>") == numbers + 1
    assert trust_views.summary(findings, "en").count("<tr>") == 3


def test_a_difference_is_shown_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theory, "mean_wait_general", lambda load, cv: 9.0)
    finding = found("spread")
    listed = trust_views.check_list({"spread": finding}, "en")[0]["checks"]
    assert [one["verdict"] for one in listed if one["key"] == "spread"] == ["differs"]
    assert 'class="differs"' in trust_views.table([finding], "en")


def test_sources_are_counted_once_and_most_are_assumed() -> None:
    declared, district = trust_sources.declared(), trust_sources.of_district()
    assert declared["article"] == 27
    assert set(declared) | set(district) <= set(trust_sources.CLASSES)
    assert declared["assumed"] > declared["published"] > 0
    assert district["bounded"] > district["derived"] > district["published"] > 0
    assert district["calibrated"] > 0


@pytest.mark.parametrize("name", ["licang", "licang-plain"])
def test_no_value_of_a_district_is_left_out_of_the_count(name: str) -> None:
    stated = parted(read_toml(find_district(name)))[1]
    assert trust_sources.of_district(name).total() == len(stated)


# --- The page ----------------------------------------------------------------------------------------------


def pieces(rendered: Any, trait: str) -> list[Any]:
    """The pieces of the page that have this property."""
    return [one for one in rendered.find(ipyvue.VueTemplate).widgets if one.has_trait(trait)]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_is_revealed_before_the_run_and_all_after_it(lang: str) -> None:
    viewer.address.set(Address(lang=lang).with_other(check="pooling", answer="2"))
    _, rendered = solara.render(trust.TrustPage(), handle_error=False)
    (question,) = pieces(rendered, "revealed")
    assert (question.answer, question.right, question.revealed) == (2, -1, False)
    assert question.question == say("trust_pooling_question", lang)
    assert not pieces(rendered, "guess")
    run = next(one for one in pieces(rendered, "buttons") if one.buttons[0]["id"] == "run")
    assert not run.buttons[0]["disabled"]
    run._handle_event(None, {"event": "press", "data": "run"}, [])
    end = time.monotonic() + 30
    while not pieces(rendered, "guess") and time.monotonic() < end:
        time.sleep(0.05)
    (chart,) = pieces(rendered, "guess")
    assert len(chart.points) == 5 and chart.guess["x"] == 2.0
    assert pieces(rendered, "revealed")[0].right == 2
    rendered.close()


def test_the_engine_does_not_run_before_there_is_a_prediction() -> None:
    viewer.address.set(Address().with_other(check="load"))
    _, rendered = solara.render(trust.TrustPage(), handle_error=False)
    run = next(one for one in pieces(rendered, "buttons") if one.buttons[0]["id"] == "run")
    assert run.buttons[0]["disabled"]
    rendered.close()


def test_an_answer_and_a_check_from_an_address_are_bounded() -> None:
    viewer.address.set(Address().with_other(check="nonsense", answer="77"))
    _, rendered = solara.render(trust.TrustPage(), handle_error=False)
    rendered.close()
    trust._show("nonsense")
    assert viewer.address.value.other["check"] == "nonsense"  # not taken, not changed
    trust._show("teams")
    assert viewer.address.value.other == {"check": "teams"}
    trust._take_seed({"value": "1e99"})
    assert viewer.address.value.seed == 999_999
    trust._take_seed({"value": "nan"})
    trust._take_seed({"value": "seven"})
    assert viewer.address.value.seed == 999_999
    viewer.address.set(replace(Address(), lang="en"))


def test_the_page_says_what_it_does_not_show() -> None:
    for lang, word in (("en", "validation"), ("zh", "确认")):
        assert word in say("trust_not_1", lang)
        assert "docs/data.md" in say("trust_not_2", lang) and "docs/regime.md" in say("trust_not_2", lang)
