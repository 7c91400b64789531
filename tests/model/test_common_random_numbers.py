"""The same residents meet the same troubles on the same days under any policy, so that runs can be paired."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from model_runs import FULL_REFORM, SCENARIOS, demo, run, without_prevention

DAYS = 90
SEEDS = range(1, 9)
OTHERS = tuple(name for name in SCENARIOS if name != "before")


def troubles(requests: pd.DataFrame) -> pd.DataFrame:
    """The needs that arose by themselves, by id; the returns of untreated ones are left out."""
    first = requests[requests["ordinal"] == 0]
    return first.set_index("id")[["resident", "community", "domain", "kind", "parts", "arose"]].sort_index()


@pytest.mark.parametrize("name", OTHERS)
def test_where_nothing_is_prevented_all_troubles_are_the_same(name: str) -> None:
    """Id, resident, domain, kind, parts and the moment of arising, to the last bit."""
    base, other = (troubles(run(without_prevention(policy), DAYS).requests) for policy in ("before", name))
    assert len(base) > 1_000
    pd.testing.assert_frame_equal(base, other, check_exact=True)


@pytest.mark.parametrize("name", OTHERS)
def test_policies_prevent_or_cause_a_few_troubles_and_move_none(name: str) -> None:
    base, other = (troubles(run(demo(policy), DAYS).requests) for policy in ("before", name))
    common = base.index.intersection(other.index)
    assert len(common) > 0.85 * len(base.index.union(other.index))
    pd.testing.assert_frame_equal(base.loc[common], other.loc[common], check_exact=True)


def test_better_prevention_takes_troubles_away_and_adds_none() -> None:
    """Needs are thinned by their own mark: those of a lower hazard are among those of a higher one."""
    more, fewer = (troubles(run(without_prevention("before", **{"tasks.effect": e}), 20).requests) for e in (0.0, 0.3))
    assert set(fewer.index) < set(more.index)
    assert 0.65 < len(fewer) / len(more) < 0.85


def test_needs_arise_at_the_hazard_of_their_domain() -> None:
    """With nothing preventing them and demand even over the year, by domain within five standard errors."""
    even = {"calendar.weekday_profile": [1 / 7] * 7, "calendar.month_profile": [1 / 12] * 12}
    scenario = without_prevention("before", **even)
    found = run(scenario, DAYS)
    assert found.model is not None
    arisen = troubles(found.requests)["domain"].value_counts()
    people = found.model.map.population
    for column, (name, domain) in enumerate(scenario.domains.items()):
        weight = found.model.residents.weight[:, column]
        strength = weight * np.repeat(found.model.map.factor[:, column], people)
        expected = domain.hazard * DAYS / 365 * np.minimum(strength, scenario.needs.hazard_cap).sum()
        assert abs(arisen.get(name, 0) - expected) < 5 * np.sqrt(expected) + 1, name


def test_an_untreated_trouble_is_back_under_its_own_root() -> None:
    requests = run(demo(), DAYS).requests
    back = requests[requests["ordinal"] > 0]
    assert len(back) > 10
    roots = requests.set_index("id").loc[back["root"]]
    assert (roots["ordinal"] == 0).all()
    assert (roots["resident"].to_numpy() == back["resident"].to_numpy()).all()
    assert (roots["arose"].to_numpy() < back["arose"].to_numpy()).all()
    assert set(back["kind"]) == {"chronic"}


def test_a_return_keeps_its_key_in_every_scenario() -> None:
    """Returns may come on other days, or not at all; where both scenarios have one, it is the same need."""
    base, other = (run(demo(policy), DAYS).requests.query("ordinal > 0") for policy in ("before", FULL_REFORM))
    both = base.merge(other, on=["root", "ordinal"], suffixes=("", "_other"))
    assert len(both) > 10
    for name in ("id", "resident", "domain", "parts"):
        assert (both[name] == both[f"{name}_other"]).all(), name


@pytest.mark.parametrize("metric", ["satisfaction", "trips_per_request", "rating_rate", "case_wait_share"])
def test_replications_of_two_scenarios_are_clearly_correlated(metric: str) -> None:
    """Paired differences vary less than those of runs with different seeds."""
    values = [
        [run(demo(name), 60, seed=seed, scale=0.5).metrics[metric] for seed in SEEDS]
        for name in ("before", "management")
    ]
    assert np.corrcoef(values)[0, 1] > 0.3


def test_the_district_is_the_same_for_every_seed_and_policy() -> None:
    first, other = run(demo(), DAYS), run(demo(FULL_REFORM), 30, seed=2)
    assert first.model is not None and other.model is not None
    for name in ("population", "factor", "position", "wealth", "firms"):
        np.testing.assert_array_equal(getattr(first.model.map, name), getattr(other.model.map, name))
