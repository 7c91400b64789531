"""How a step of a lesson comes out: its runs, its differences, its score, its links and its recipe."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from jobs import made
from lesson_outcomes import SHORT, STEPS, made_up, short, with_outcome
from sanfang.dashboard.address import Address, read, scenario_of
from sanfang.dashboard.authored.differences import differences
from sanfang.dashboard.declare import recipe
from sanfang.dashboard.pages.lessons import presenter
from sanfang.dashboard.pages.lessons import recipe as lesson_recipe
from sanfang.dashboard.pages.lessons.files import load
from sanfang.dashboard.pages.lessons.runs import (
    StepOutcome,
    find_out,
    known,
    score,
    trials,
)
from sanfang.dashboard.words import LANGUAGES
from sanfang.dashboard.worlds.job import PageJob
from sanfang.dashboard.worlds.kept_runs import Runs, Seen, Trial
from sanfang.lab.comparison import compare
from sanfang.metrics.catalogue import METRICS
from sanfang.run.background import CANCELLED
from sanfang.run.simulation import simulate
from sanfang.scenario.scenario import Scenario


def test_a_step_shows_the_numbers_of_simulate_and_of_compare() -> None:
    lesson, step = short(load("duties-without-means"), load("duties-without-means").steps[0])
    found = made(lambda job: find_out(lesson, step, job, Runs()))
    arms = [Scenario.load(name, district="demo", settings=["run.start=empty"]) for name in ("before", "unfunded")]
    for arm, scenario in zip(("before", "unfunded"), arms, strict=True):
        assert found.by_arm[arm][1].metrics == pytest.approx(
            simulate(scenario, seed=2, days=SHORT.days).metrics, rel=0, abs=0, nan_ok=True
        )
    table = compare(arms, reps=3, seed=1, days=SHORT.days, jobs=1).differences
    row = table[table.metric == step.measure].iloc[0]
    change = found.change("unfunded", step.measure)
    assert (change.mean, change.low, change.high) == pytest.approx((row.difference, row.low, row.high))
    last = float(simulate(arms[0], seed=1, days=SHORT.days).daily["satisfaction"].iloc[-1])
    assert float(found.by_arm["before"][0].series["satisfaction"][-1]) == pytest.approx(last)


def test_a_lesson_played_through_by_many_at_once_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[Trial] = []

    def count(trial: Trial, job: PageJob[Any]) -> Seen:
        ran.append(trial)
        return Seen({metric.name: float(trial.seed) for metric in METRICS}, {})

    monkeypatch.setattr("sanfang.dashboard.worlds.kept_runs._made", count)
    lesson = load("three-together")
    runs = Runs()
    assert known(lesson, lesson.steps[0], runs) is None

    def play() -> None:
        for step in lesson.steps:
            made(lambda job, step=step: find_out(lesson, step, job, runs))

    viewers = [threading.Thread(target=play) for _ in range(8)]
    for viewer_ in viewers:
        viewer_.start()
    for viewer_ in viewers:
        viewer_.join(60)
    wanted = {trial.key for step in lesson.steps for row in trials(lesson, step).values() for trial in row}
    assert len(ran) == len(wanted) == len({trial.key for trial in ran})
    assert known(lesson, lesson.steps[0], runs) is not None


def test_runs_that_were_not_asked_for_longest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sanfang.dashboard.worlds.kept_runs._made", lambda trial, job: Seen({}, {}))
    runs, before = Runs(kept=2), Scenario.load("before", district="demo")
    first, second, third = (Trial(before, "digest", seed, 60, 1.0) for seed in (1, 2, 3))
    for trial in (first, second):
        made(lambda job, trial=trial: runs.make(trial, job))
    runs.seen(first)
    made(lambda job: runs.make(third, job))
    assert runs.seen(first) and runs.seen(third) and runs.seen(second) is None


def test_nothing_more_is_run_once_a_viewer_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    lesson, ran = load("three-together"), list[Trial]()

    def count(trial: Trial, job: PageJob[Any]) -> Seen:
        ran.append(trial)
        if len(ran) == 2:
            job.leave()
        return Seen({}, {})

    monkeypatch.setattr("sanfang.dashboard.worlds.kept_runs._made", count)
    job: PageJob[StepOutcome] = PageJob(lambda job: find_out(lesson, lesson.steps[0], job, Runs()))
    job.run()
    assert job.state == CANCELLED and len(ran) == 2


def test_a_difference_is_clear_if_it_is_surely_more_than_is_of_interest() -> None:
    assert differences([np.array([1.0, 1.1, 0.9])], [0.0])[0].direction == "rise"
    assert differences([np.array([-1.0, -1.1, -0.9])], [0.0])[0].direction == "fall"
    assert differences([np.array([1.0, -1.1, 0.3])], [0.0])[0].direction == "unclear"
    assert differences([np.zeros(4)], [0.0])[0].direction == "unclear"
    assert differences([np.full(4, 0.2)], [0.0])[0].direction == "rise"
    assert differences([np.array([1.0, 1.1, 0.9])], [2.0])[0].direction == "unclear"


def test_a_difference_that_is_clear_alone_need_not_be_so_among_many() -> None:
    """t = 5.8 with two degrees of freedom: p = 0.029."""
    values = np.array([1.0, 1.3, 0.7])
    assert differences([values], [0.0])[0].direction == "rise"
    assert {one.direction for one in differences([values] * 20, [0.0] * 20)} == {"unclear"}


def test_together_is_measured_against_the_sum_of_the_parts() -> None:
    step = load("three-together").steps[2]
    found = made_up(step, {"resources": 0.2, "services": -0.05, "management": 0.1, "all": 0.1})
    assert found.contrast.mean == pytest.approx(0.1 - (0.2 - 0.05 + 0.1), abs=1e-3)
    assert found.outcome == "better"  # days with the problem: fewer are better
    assert made_up(step, {"all": 0.2}).outcome == "worse"
    assert made_up(step, {"all": 0.1}).outcome == "unclear", "just the smallest of interest"


def test_predictions_are_judged_by_what_happened() -> None:
    change, level = load("three-dilemmas").steps[1], load("three-dilemmas").steps[0]
    which = load("duties-without-means").steps[3]
    assert score(with_outcome(change, "fall"), "fall") == "right"
    assert score(with_outcome(change, "fall"), "stay") == "wrong"
    assert score(with_outcome(change, "unclear"), "stay") == "right"
    assert score(with_outcome(which, "money"), "money") == "right"
    assert score(with_outcome(which, "money"), "both") == "wrong"
    for answer, expected in (("50", "right"), ("57", "right"), ("60", "wrong")):
        assert score(made_up(level, {}), answer, lambda value: 100 * value) == expected


def test_where_no_arm_wins_clearly_either_of_the_best_two_is_right() -> None:
    which = load("duties-without-means").steps[3]
    noise = {"staff": -0.1, "both": -0.1, "money": 0.2, "follow": 0.2}
    found = made_up(which, noise)
    assert found.outcome == "unclear" and set(found.ranked[:2]) == {"staff", "both"}
    assert [score(found, answer) for answer in ("staff", "both", "money")] == ["right", "right", "wrong"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_values_and_their_change_are_shown_with_the_same_decimals(lang: str) -> None:
    step = load("three-together").steps[3]
    found = made_up(step, {"all": -0.0034})
    row = presenter.reveal(found, "rise", lang)["rows"][0]
    before, after = (float(value.rstrip("%")) for value in row["values"])
    change = float(re.match(r"[−+][\d.]+", row["change"]).group().replace("−", "-"))  # type: ignore[union-attr]
    assert after - before == pytest.approx(change, abs=0.0101)


def test_links_reproduce_the_arms_of_a_step() -> None:
    lesson = load("duties-without-means")
    step = lesson.steps[3]
    found = replace(with_outcome(step, "both"), place=lesson.place_of(step))
    link = next(one["href"] for one in presenter.links(found, "en") if one["href"].startswith("/compare?"))
    address, problems = read(link.partition("?")[2])
    assert problems == []
    for world, arm in zip(address.worlds, (step.arms[0], step.arms[-1]), strict=True):
        expected = trials(lesson, step)[arm.id][0].scenario
        assert scenario_of(address, world).digest() == expected.digest()
    assert (address.district, address.size, address.seed, address.day) == ("licang", 0.05, 1, 365)


@pytest.mark.parametrize(("name", "number"), STEPS)
def test_every_link_of_a_lesson_is_a_good_address(name: str, number: int) -> None:
    lesson = load(name)
    step = lesson.steps[number]
    links = presenter.links(with_outcome(step, step.outcomes[0]), "zh")
    hint = presenter.hint(lesson, step, "zh")
    links += [hint] if hint else []
    assert links
    for link in links:
        address, problems = read(link["href"].partition("?")[2])
        assert problems == [] and address.lang == "zh"


def test_conditions_that_no_link_can_carry_are_not_linked() -> None:
    step = load("three-dilemmas").steps[1]
    links = presenter.links(with_outcome(step, "fall"), "en")
    assert [link["href"].partition("?")[0] for link in links] == ["/"]
    assert "a=before" in links[0]["href"]


def test_the_recipe_of_a_question_makes_its_numbers_again(monkeypatch: pytest.MonkeyPatch) -> None:
    brief, step = short(load("three-dilemmas"), load("three-dilemmas").steps[1])
    monkeypatch.setattr(lesson_recipe, "load_all", lambda: ({"three-dilemmas": brief}, []))
    address = Address(other={"lesson": "three-dilemmas.1"})
    code = recipe("/lessons", address).python.replace("reps=3", "reps=3, jobs=1")
    names_: dict[str, Any] = {}
    exec(code, names_)
    found = made(lambda job: find_out(brief, step, job, Runs()))
    row = names_["shown"].set_index("metric").loc[step.measure]
    assert row.difference == pytest.approx(found.change("first", step.measure).mean)
    assert "extends" in recipe("/lessons", address).shell
    assert recipe("/lessons", Address()) == recipe("/", Address())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_verdict_names_both_values_that_are_compared(lang: str) -> None:
    for name, number in STEPS:
        step = load(name).steps[number]
        found = with_outcome(step, step.outcomes[0])
        told = presenter.reveal(found, step.answers[0] if step.answers else "0", lang)
        beside, (first, *_) = told["verdict"]["beside"], told["columns"]
        shown = {bar["value"] for bar in told["bars"]}
        if len(step.arms) == 1:
            assert beside == ""
        elif step.asks == "together":
            together = found.mean(found.first, step.measure) + float(found.sum_of_parts.mean())
            sum_ = presenter.amount(step.measure, together, lang, presenter.digits_beside(
                step.measure, found.change(found.judged, step.measure)))  # fmt: skip
            assert sum_ in beside and any(value in beside for value in shown)
        else:
            assert first in beside and told["bars"][0]["value"] in beside
            assert any(value in beside for value in shown - {told["bars"][0]["value"]}) or len(shown) == 1
