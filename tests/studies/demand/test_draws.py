"""Days drawn with a shape have that shape."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sanfang.studies.demand.draws import calendar_multipliers, multipliers
from sanfang.studies.demand.model import Sizes
from sanfang.studies.demand.shape import Shape, read_shapes

SHAPE = read_shapes()["total"]
STILL = Sizes(drift=0.0, swing=0.0, memory=0.5, noise=0.0)
CALM = pd.date_range("2018-05-07", periods=35)
"""Five weeks without a free day, out of the festival's reach."""


def test_without_chance_a_day_is_what_the_calendar_says() -> None:
    shape = replace(SHAPE, sizes=STILL, storms_a_year=0.0)
    drawn = multipliers(shape, CALM, np.random.default_rng(1), draws=3)
    assert drawn == pytest.approx(np.tile(calendar_multipliers(shape, CALM), (3, 1)))


def test_weekdays_have_their_multipliers() -> None:
    flat = replace(SHAPE, season=np.zeros((1, 2)))
    assert calendar_multipliers(flat, CALM).reshape(5, 7).mean(axis=0) == pytest.approx(np.exp(SHAPE.weekday))


def test_new_years_day_has_that_of_the_festival_on_its_weekday() -> None:
    flat = replace(SHAPE, season=np.zeros((1, 2)))
    day = calendar_multipliers(flat, pd.date_range("2019-01-20", "2019-02-10"))[16]  # 5 February, a Tuesday
    assert day == pytest.approx(np.exp(SHAPE.weekday[1]) * np.exp(SHAPE.festival[8]))


def test_weeks_swing_and_days_differ_as_the_shape_says() -> None:
    """Variance of a day's logarithm: swing and noise together. Days of one week share the swing, the next week's share
    `memory` of it. 4,000 draws: the error of a variance is the variance times the root of 2 / 4,000."""
    sizes = Sizes(drift=0.0, swing=0.2, memory=0.6, noise=0.1)
    shape = replace(SHAPE, sizes=sizes, storms_a_year=0.0)
    logs = np.log(multipliers(shape, CALM, np.random.default_rng(2), draws=4000) / calendar_multipliers(shape, CALM))
    error = 4 * np.sqrt(2 / 4000)
    assert logs[:, 0].var() == pytest.approx(0.05, rel=error)
    assert np.cov(logs[:, 0], logs[:, 6])[0, 1] == pytest.approx(0.04, rel=2 * error)
    assert np.cov(logs[:, 0], logs[:, 8])[0, 1] == pytest.approx(0.024, rel=3 * error)


def test_chance_adds_no_requests_on_the_mean() -> None:
    shape = replace(SHAPE, sizes=Sizes(0.0, 0.3, 0.5, 0.3), storms_a_year=0.0)
    drawn = multipliers(shape, CALM, np.random.default_rng(3), draws=4000).mean(axis=0) / calendar_multipliers(
        shape, CALM
    )
    assert drawn.mean() == pytest.approx(1.0, abs=0.01)


def test_storms_add_what_storms_added() -> None:
    shape = replace(SHAPE, sizes=STILL, storms_a_year=2.0)
    days = pd.date_range("2018-07-01", "2018-10-31")
    extra = multipliers(shape, days, np.random.default_rng(4), draws=4000) / calendar_multipliers(shape, days) - 1
    excess = (np.exp(SHAPE.storms) - 1).sum(axis=1)
    spread = np.sqrt(2.0 * (excess**2).mean() / 4000)  # a compound Poisson's error
    # storms that fall together multiply, which adds a little
    assert extra.sum(axis=1).mean() == pytest.approx(2.0 * excess.mean(), abs=4 * spread + 0.6)


def test_a_level_that_drifts_walks_away() -> None:
    shape = replace(SHAPE, sizes=replace(STILL, drift=0.02), storms_a_year=0.0)
    days = pd.date_range("2018-01-01", periods=364)
    logs = np.log(multipliers(shape, days, np.random.default_rng(5), draws=4000, drifting=True))
    logs -= np.log(calendar_multipliers(shape, days))
    assert logs[:, -1].std() == pytest.approx(0.02 * np.sqrt(52), rel=0.05)


def test_the_same_generator_draws_the_same_days() -> None:
    one, other = (multipliers(SHAPE, CALM, np.random.default_rng(7), draws=2) for _ in range(2))
    assert (one == other).all()


@pytest.mark.parametrize("kind", sorted(read_shapes()))
def test_every_shape_of_the_file_draws_days(kind: str) -> None:
    shape: Shape = read_shapes()[kind]
    drawn = multipliers(shape, CALM, np.random.default_rng(8), draws=50, country="CN")
    assert drawn.shape == (50, 35)
    assert np.isfinite(drawn).all() and (drawn > 0).all()
