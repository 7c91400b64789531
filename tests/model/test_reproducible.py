"""The same scenario and seed give the same run, bit for bit; what does not act changes nothing."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pandas as pd
import pytest

from model_runs import FULL_REFORM, demo, evaluated_whole, run, without_prevention
from sanfang.metrics.catalogue import measure
from sanfang.model.books.observation import observe
from sanfang.model.books.tables import request_table
from sanfang.model.model import DistrictModel
from sanfang.run.simulation import Run, simulate
from sanfang.scenario.policy import lever_names

DAYS = 60

DIGEST = """
import sys
from test_reproducible import digest
from model_runs import demo, evaluated_whole
from sanfang.run.simulation import simulate
name, days, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
print(digest(simulate(evaluated_whole(demo(name), days), seed=seed, days=days, keep_requests=True)))
"""


def digest(found: Run) -> str:
    """A digest of all that a run shows, to the last bit."""
    content = hashlib.sha256(repr(sorted(found.metrics.items())).encode())
    for table in (found.daily, found.ledger, found.requests):
        content.update(repr(list(table.columns)).encode())
        for _, column in table.items():
            values = column.to_numpy()
            content.update(values.tobytes() if values.dtype.kind in "iufb" else repr(values.tolist()).encode())
    return content.hexdigest()


def assert_identical(first: Run, second: Run) -> None:
    """Bit for bit: metrics, daily series, ledger and requests."""
    assert list(first.metrics) == list(second.metrics)
    assert np.array_equal(list(first.metrics.values()), list(second.metrics.values()), equal_nan=True)
    for name in ("daily", "ledger", "requests"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name), check_exact=True, obj=name)


# --- Same seed --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["before", FULL_REFORM])
def test_a_run_is_the_same_again_after_other_runs(name: str) -> None:
    first = run(demo(name), DAYS)
    simulate(demo("resources"), seed=9, days=3)
    assert_identical(first, simulate(evaluated_whole(demo(name), DAYS), days=DAYS, keep_requests=True))


def test_a_run_is_the_same_in_other_processes_whatever_their_hash_seed() -> None:
    expected = digest(simulate(evaluated_whole(demo(FULL_REFORM), 30), seed=4, days=30, keep_requests=True))
    for hash_seed in ("1", "77"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        arguments = [sys.executable, "-c", DIGEST, FULL_REFORM, "30", "4"]
        here = Path(__file__).parent
        result = subprocess.run(arguments, env=environment, cwd=here, capture_output=True, text=True, check=True)
        assert result.stdout.strip() == expected


def test_a_run_is_the_same_whatever_the_order_of_a_files_tables() -> None:
    """Domains and departments in another order in the file are the same scenario."""
    document = demo(FULL_REFORM).to_dict()
    for table in ("domains", "departments"):
        document[table] = dict(reversed(document[table].items()))
    turned = type(demo()).from_dict(document)
    assert list(document["domains"]) != list(turned.domains)
    assert_identical(
        run(demo(FULL_REFORM), DAYS), simulate(evaluated_whole(turned, DAYS), days=DAYS, keep_requests=True)
    )


def test_stepping_and_looking_are_one_run() -> None:
    """Metrics, ledger and requests taken on the way change nothing of what comes after."""
    model = DistrictModel(evaluated_whole(demo(), DAYS), seed=1, days=DAYS)
    while model.day < DAYS:
        model.step()
        if model.day % 7 == 0:
            measure(observe(model))
            model.ledger()
    whole = run(demo(), DAYS)
    assert np.array_equal(list(measure(observe(model)).values()), list(whole.metrics.values()), equal_nan=True)
    pd.testing.assert_frame_equal(request_table(observe(model)), whole.requests, check_exact=True)


def test_a_longer_run_begins_like_a_shorter_one() -> None:
    """The length of a run is no part of its draws: satisfaction and what arises agree on the common days."""
    short, long = run(demo(), 40), run(demo(), DAYS)
    for name in ("arisen", "voiced", "satisfaction", "leavers", "latent", "open"):
        assert (short.daily[name] == long.daily[name][:40]).all(), name


def test_machine_code_of_one_process_fits_the_next() -> None:
    """Types of compiled code are found by name, so that a function compiled later fits those on disk."""
    model = DistrictModel(demo(), days=1, scale=0.2)
    model.step()
    for reference in (model._engine, model._world, model._effects):
        kind = type(numba.typeof(reference))
        assert getattr(sys.modules[kind.__module__], kind.__qualname__) is kind


def test_another_seed_is_another_run() -> None:
    first, other = run(demo(), DAYS), run(demo(), DAYS, seed=2)
    assert first.metrics["satisfaction"] != other.metrics["satisfaction"]
    assert (first.daily["arisen"] != other.daily["arisen"]).mean() > 0.8
    assert not set(first.requests["id"]) & set(other.requests["id"])


# --- What does not act --------------------------------------------------------------------------------------


def _levers(value: Any) -> dict[str, Any]:
    return {f"policy.{name}": value for name in lever_names()}


IDLE_POLICIES: dict[str, dict[str, Any]] = {
    "begins at zero": _levers([[0, 0.0]]),
    "zero in one community": {f"policy_by_community.c004.{name}": 0.0 for name in lever_names()},
    "no domain": {"policy.service_scope": [[0, 0.0], [30, 0.0]]},
}


@pytest.mark.parametrize("changes", IDLE_POLICIES.values(), ids=IDLE_POLICIES.keys())
def test_a_lever_that_never_acts_changes_nothing(changes: dict[str, Any]) -> None:
    assert_identical(run(demo(), DAYS), simulate(evaluated_whole(demo(**changes), DAYS), days=DAYS, keep_requests=True))


def test_two_ways_to_say_one_policy_are_one_run() -> None:
    """A list of all domains is the whole service scope; a level in every community is the district's level."""
    scope = demo(**{"policy.service_scope": 1.0, "policy.one_window": 0.5})
    listed = {"policy.service_scope": list(demo().domains)}
    listed |= {f"policy_by_community.{id_}.one_window": 0.5 for id_ in demo().community_ids}
    assert_identical(run(scope, DAYS), simulate(evaluated_whole(demo(**listed), DAYS), days=DAYS, keep_requests=True))


def test_a_lever_changes_nothing_before_it_acts() -> None:
    """Repeats and ratings are left out: they are counted on the day of the request that they belong to."""
    base, later = run(demo(), DAYS), run(demo(**_levers([[30, 1.0]])), DAYS)
    names = [name for name in base.daily if name not in ("repeats", "rated", "rated_satisfied")]
    pd.testing.assert_frame_equal(base.daily[names][:30], later.daily[names][:30], check_exact=True)
    assert (base.daily["satisfaction"][31:] != later.daily["satisfaction"][31:]).any()


# --- Scale ----------------------------------------------------------------------------------------------------


def test_a_scaled_district_keeps_the_residents_of_its_communities() -> None:
    whole, half = (DistrictModel(demo(), seed=5, days=1, scale=scale) for scale in (1.0, 0.5))
    kept = set(half.map.ids)
    assert len(kept) == 6 and kept < set(whole.map.ids)
    for place in half.communities:
        same = whole.communities[whole.map.ids.index(place.name)]
        for name in whole.residents._fields:
            if name not in ("community", "grid", "ties"):
                ours, theirs = (getattr(m.residents, name)[p.residents] for m, p in ((half, place), (whole, same)))
                np.testing.assert_array_equal(ours, theirs, err_msg=f"{place.name}: {name}")
        assert half.map.population[place.row] == whole.map.population[same.row]
        np.testing.assert_array_equal(half.map.factor[place.row], whole.map.factor[same.row])
        np.testing.assert_array_equal(half.map.position[place.row], whole.map.position[same.row])


def test_a_scaled_district_keeps_the_ties_of_its_residents() -> None:
    whole, half = (DistrictModel(demo(), seed=5, days=1, scale=scale) for scale in (1.0, 0.5))
    for place in half.communities:
        same = whole.communities[whole.map.ids.index(place.name)]
        ours, theirs = (m.residents.ties[p.residents] - p.residents.start for m, p in ((half, place), (whole, same)))
        np.testing.assert_array_equal(ours, theirs, err_msg=place.name)


def test_a_scaled_district_keeps_the_troubles_of_its_communities() -> None:
    """What arises in a community does not depend on which other communities are simulated."""
    scenario = without_prevention("before")
    whole, half = (run(scenario, 20, scale=scale).requests.query("ordinal == 0") for scale in (1.0, 0.5))
    for community in half["community"].unique():
        ours, theirs = (table.loc[table["community"] == community, "id"] for table in (half, whole))
        assert set(ours) == set(theirs), community
