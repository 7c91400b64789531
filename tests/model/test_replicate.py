"""What another seed draws anew: map, people and troubles; people and troubles; troubles alone."""

from __future__ import annotations

import pytest

from model_runs import demo
from sanfang.lab.comparison import compare
from sanfang.model.model import DistrictModel


def drawn(replicate: str, seed: int) -> tuple[bytes, bytes, bytes, bytes]:
    """Map, people, workforce and the arrivals of the first days, as bytes."""
    model = DistrictModel(demo(**{"run.replicate": replicate}), seed=seed, days=5, scale=0.25)
    people, posts = model.residents.trust.tobytes(), model.world.persons["key"].tobytes()
    model.run()
    return model.map.population.tobytes(), people, posts, model.world.daily[:5].tobytes()


@pytest.mark.parametrize(
    ("replicate", "same"),
    [
        ("map", (False, False, False, False)),
        ("residents", (True, False, False, False)),
        ("troubles", (True, True, True, False)),
    ],
)
def test_a_seed_draws_anew_what_is_asked_for(replicate: str, same: tuple[bool, ...]) -> None:
    first, other = drawn(replicate, 1), drawn(replicate, 2)
    assert tuple(a == b for a, b in zip(first, other, strict=True)) == same


def test_a_comparison_sets_it_for_all() -> None:
    compared = compare([demo(), demo("services")], reps=2, days=70, scale=0.17, jobs=1, replicate="map", by=())
    assert {scenario.run.replicate for scenario in compared.scenarios.values()} == {"map"}


def test_one_district_has_one_start() -> None:
    """With troubles alone redrawn all seeds begin in the same state."""
    models = [
        DistrictModel(demo(**{"run.start": "steady", "run.replicate": "troubles"}), seed=seed, days=5, scale=0.1)
        for seed in (1, 2)
    ]
    assert models[0].world.cases.tobytes() == models[1].world.cases.tobytes()
    assert models[0].keys["needs"] != models[1].keys["needs"]
