"""Minds of the model come to rest where the closed form says, and it says what it should in plain cases."""

from __future__ import annotations

import math

import numpy as np
import pytest

from model_runs import demo
from sanfang.lab.verification import settled_minds
from sanfang.lab.verification.mind_theory import PARTS, Stream, effects, settled
from sanfang.model.cases.case_records import EXPERIENCE
from sanfang.model.district import residents as minds
from sanfang.model.kernel.engine_arrays import NONE
from sanfang.model.setting import setting_of
from sanfang.scenario.conditions import Limits, Mind

MIND, LIMITS = Mind(), Limits()
PROMISED = LIMITS.resolve_chronic


# --- The model against the closed form ------------------------------------------------------------------------


@pytest.mark.parametrize("norm", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("name", settled_minds.STREAMS)
def test_residents_come_to_rest_where_the_closed_form_says(name: str, norm: float) -> None:
    stream, _ = settled_minds.STREAMS[name]
    scenario = demo(**{"mind.norm": norm})
    found = settled_minds.lived(stream, scenario, experiences=100)
    assert found == pytest.approx(settled(stream, scenario.mind, scenario.limits)[:3], rel=1e-4, abs=1e-5)


def test_where_they_began_does_not_matter() -> None:
    stream = Stream(days=20, silent_days=10, every_days=40)
    first, second = (
        settled_minds.lived(stream, demo(**{"mind.satisfaction": value, "mind.trust": value})) for value in (0.05, 0.95)
    )
    assert first == pytest.approx(second, rel=1e-4)


def test_failures_by_chance_weigh_as_the_steps_up_and_down_say() -> None:
    """Of many residents each fails by luck of its own: the means are those of theory, within four standard errors."""
    stream, people, rounds = Stream(days=20, failed=0.25, trips=1), 4_000, 60
    scenario = demo()
    mind = setting_of(scenario)["mind"]
    alone = settled_minds._newcomers(scenario)
    many = type(alone)(*(np.repeat(column[:1], people, axis=0) for column in alone))
    random, late = np.random.default_rng(3), np.zeros(people, EXPERIENCE)
    late["resident"], late["record"], late["kind"] = np.arange(people), NONE, stream.kind
    late["days"], late["trips"], late["closed"] = stream.days, int(stream.trips), 1
    for _ in range(rounds):
        late["quality"] = random.random(people) >= stream.failed
        many = minds.replay(many, late, mind)
    right = settled(stream, scenario.mind.model_copy(update={"erosion": 0.0}), scenario.limits)
    for column, value in ((many.satisfaction, right.satisfaction), (many.trust, right.trust)):
        assert abs(column.mean() - value) < 4 * column.std() / math.sqrt(people)


# --- What it says ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [0.5, 1, 2, 16])
def test_without_a_promise_no_wait_hurts_but_by_lasting(times: float) -> None:
    """Expectation follows the wait fully, so a wait is never late; what is left is that the trouble is there longer."""
    found = settled(Stream(days=PROMISED * times), Mind(norm=0.0, erosion=0.0), LIMITS)
    assert (found.worth, found.expectation) == (1.0, PROMISED * times)
    assert found.satisfaction == pytest.approx(1.0)


def test_a_wait_twice_as_long_as_promised_is_late_by_a_third_of_what_is_expected() -> None:
    """Half of the promise: expected are 1.5 limits, so 2 limits are late by (2 - 1.5) / 1.5."""
    half = MIND.model_copy(update={"norm": 0.5})
    assert settled(Stream(days=2 * PROMISED), half, LIMITS).worth == pytest.approx(math.exp(-MIND.impatience / 3))
    assert settled(Stream(days=PROMISED), half, LIMITS).worth == 1.0
    assert settled(Stream(days=0.5 * PROMISED), half, LIMITS).worth == 1.0


def test_lateness_has_a_bound_while_people_get_used_to_waits() -> None:
    """Lateness goes to norm / (1 - norm) expected waits; where only the promise counts it grows without bound."""
    endless = Stream(days=300, every_days=400)
    mostly = Mind(norm=0.5, hoped_expectation=20.0, erosion=0.0)
    found = settled(endless, mostly, Limits(resolve_chronic=0.01))
    assert found.worth == pytest.approx(math.exp(-mostly.impatience), rel=1e-3)
    only = settled(endless, Mind(norm=1.0), LIMITS)
    assert only.worth == pytest.approx(math.exp(-MIND.impatience * (300 / PROMISED - 1)))


def test_a_failure_weighs_twice_a_success_where_the_step_down_is_twice_the_step_up() -> None:
    mind = Mind(learn_up=0.1, learn_down=0.2, erosion=0.0)
    found = settled(Stream(days=1, failed=1 / 3), mind, LIMITS)
    assert found.satisfaction == pytest.approx((2 / 3 * 1) / (2 / 3 * 1 + 1 / 3 * 2))
    assert found.trust == pytest.approx(2 / 3)


def test_a_trouble_that_wears_on_people_is_made_up_for_in_part() -> None:
    """A step up of one forgets what was: on the evening of an experience satisfaction is its worth."""
    fresh = settled(Stream(days=10, silent_days=90), Mind(learn_up=1.0), LIMITS)
    assert fresh.after == fresh.worth
    slow = settled(Stream(days=10, silent_days=90), MIND, LIMITS)
    kept = (1 - MIND.erosion) ** 100
    assert slow.after == pytest.approx((1 - MIND.learn_up) * kept * slow.after + MIND.learn_up * slow.worth)


def test_effects_are_differences_to_the_stream_as_it_is() -> None:
    stream = Stream(days=14, quality=0.8, failed=0.1, trips=1, silent_days=20)
    found = effects(stream, MIND, LIMITS)
    assert list(found.index) == list(PARTS)
    longer = settled(Stream(28, quality=0.8, failed=0.1, trips=1, silent_days=20), MIND, LIMITS)
    base = settled(stream, MIND, LIMITS)
    assert found.loc["waits", ("satisfaction", "doubled")] == longer.satisfaction - base.satisfaction
    assert (found.loc[["silence", "failures", "trips", "waits"], ("satisfaction", "doubled")] < 0).all()
    assert (found.loc[["silence", "failures", "trips", "waits"], ("satisfaction", "halved")] > 0).all()
    assert found.loc["quality", ("satisfaction", "halved")] < 0 < found.loc["quality", ("satisfaction", "doubled")]
    assert (found.loc[["silence", "failures", "quality", "trips"], "expectation"] == 0).all(axis=None)


def test_troubles_that_would_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="one has to end first"):
        settled(Stream(days=20, silent_days=20, every_days=30), MIND, LIMITS)
