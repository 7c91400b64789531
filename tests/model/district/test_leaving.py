"""Who leaves a post, when, and who follows: as often as declared, and the same people under every policy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from hand_made import Hamlet
from model_runs import FULL_REFORM, demo, run
from sanfang.model.district import workforce
from sanfang.model.kernel.engine_arrays import VACANT

YEARS = 6
A_DAY = 0.5 / 365
"""Hazard of leaving."""
VACANCY = 20.0
"""Mean days of a vacancy."""


def town(**changes: float) -> Hamlet:
    """A hamlet with some 600 officers of whom nobody tires."""
    rates = {"workforce.leaving_base": 0.5, "workforce.leaving_fatigue": 0.0, "workforce.vacancy_days": VACANCY}
    people = {"district.population": 100_000, "staffing.officers_per_10k": 60.0}
    return Hamlet(**people | rates | changes)


def live(hamlet: Hamlet, days: int) -> np.ndarray:
    """`[day, officer]`: whether the post is vacant at the end of the day. No office opens, so nobody is at work."""
    workers = hamlet.model.engine.workers
    officers = workers["home"] // hamlet.layout.communities == 1
    vacant = np.empty((days, officers.sum()), bool)
    for day in range(days):
        workforce.work_over(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, day, 0.0)
        vacant[day] = workers["doing"][officers] == VACANT
    return vacant


@pytest.fixture(scope="module")
def years() -> np.ndarray:
    """Some years of the town."""
    return live(town(), YEARS * 365)


def starts(vacant: np.ndarray) -> np.ndarray:
    """`[day, officer]`: a vacancy begins."""
    return vacant & ~np.vstack([np.zeros((1, vacant.shape[1]), bool), vacant[:-1]])


def test_people_leave_at_the_declared_hazard(years: np.ndarray) -> None:
    """Leavers less the hazards borne are a martingale: their number is within four times its standard deviation."""
    expected = A_DAY * float((~years).sum())
    assert years.shape[1] > 500
    assert abs(starts(years).sum() - expected) < 4 * np.sqrt(expected)


def test_stays_and_vacancies_are_exponential(years: np.ndarray) -> None:
    """Vacancies that ended and those who left first, in days, which the days' grid rounds up."""
    lasted = []
    for column, begins in zip(years.T, starts(years).T, strict=True):
        ends = np.flatnonzero(column[:-1] & ~column[1:]) + 1
        lasted += list(ends - np.flatnonzero(begins)[: len(ends)])
    assert len(lasted) > 1_000
    assert stats.kstest(np.array(lasted) - 0.5, stats.expon(scale=VACANCY).cdf).statistic < 0.05
    first = np.where(years.any(axis=0), years.argmax(axis=0), len(years))
    share = np.mean(first[:, None] >= np.arange(0, len(years), 30), axis=0)
    assert np.abs(share - np.exp(-A_DAY * np.arange(0, len(years), 30))).max() < 1.63 / np.sqrt(len(first))


def test_the_leavers_of_a_year_vary_between_runs_as_a_poisson_number_does() -> None:
    """Variance over mean of the number of leavers of a year in two hundred groups of posts; vacancies last a day."""
    begins = starts(live(town(**{"workforce.vacancy_days": 1.0}), 365))
    groups = begins[:, : 200 * (begins.shape[1] // 200)].sum(axis=0).reshape(200, -1).sum(axis=1)
    assert abs(groups.var(ddof=1) / groups.mean() - 1.0) < 4 * np.sqrt(2 / 199)


def test_where_hazards_are_the_same_a_moved_post_keeps_its_fate() -> None:
    """Leaving, vacancies, and the newcomers' skill are those of the person, not of the place or of the day."""
    here, there = town(), town()
    there.model.engine.workers["home"][::2] = there.layout.communities  # some are moved to the other office
    for hamlet in (here, there):
        live(hamlet, 3 * 365)
    for field in ("hires", "stays", "vacant_until"):
        np.testing.assert_array_equal(here.state.persons[field], there.state.persons[field])
    assert here.state.persons["hires"].max() > 1
    np.testing.assert_array_equal(here.state.skill, there.state.skill)


def test_who_follows_stays_as_long_as_they_will_and_not_as_long_as_who_was_there() -> None:
    hamlet = town()
    persons = hamlet.state.persons
    first = persons["stays"].copy()
    for person in persons:
        person["hires"] = 1
        workforce._settle(person)
    assert abs(np.corrcoef(first, persons["stays"])[0, 1]) < 4 / np.sqrt(len(first))


def test_a_lower_hazard_only_puts_off_who_leaves() -> None:
    """With half the hazard for twice the time, and vacancies of a day, the same people have left."""
    once = town(**{"workforce.vacancy_days": 1.0})
    half = town(**{"workforce.vacancy_days": 1.0, "workforce.leaving_base": 0.25})
    live(once, 365)
    live(half, 2 * 365)
    hires = [hamlet.state.persons["hires"].astype(int) for hamlet in (once, half)]
    assert hires[0].sum() > 200
    assert np.abs(hires[0] - hires[1]).max() <= 1
    assert np.mean(hires[0] != hires[1]) < 0.03  # some are just not gone yet, or their post is empty that day


def test_policies_that_move_posts_leave_everybody_with_the_same_fate() -> None:
    """In a district at work, where nothing but the person decides who leaves."""
    same = {"workforce.leaving_fatigue": 0.0, "workforce.leaving_recognition": 0.0, "workforce.leaving_autonomy": 0.0}
    kept = []
    for name in ("before", FULL_REFORM):
        found = run(demo(name, **same, **{"workforce.leaving_base": 1.0, "workforce.leaving_office": 1.0}), 90)
        assert found.model is not None
        kept.append(found.model.world.persons)
    assert (kept[0]["vacant_until"] > 0).sum() > 5
    np.testing.assert_array_equal(kept[0]["vacant_until"], kept[1]["vacant_until"])
