"""The daily look at latent needs: what highest chances rule out would have stayed as it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from model_runs import demo
from sanfang.model import model as day_loop
from sanfang.model import state as s
from sanfang.model.cases import latent
from sanfang.model.cases.lifecycle import heal_rate
from sanfang.model.cases.voice import is_voiced
from sanfang.model.compiled import compiled
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import mix, uniform
from sanfang.model.kernel.engine_arrays import NONE
from sanfang.model.model import DistrictModel
from sanfang.scenario.policy import lever_names

EVERY_LEVER = {f"policy.{name}": 0.7 for name in lever_names()}


@compiled
def _what_happens(world: Any, effects: Any, setting: Any, trust: Any, day: int, weekday: float, fates: Any) -> None:
    """Fate of each latent need on a working day, by the whole rules: 0 none, 1 voiced, 2 found, 3 met, 4 healed."""
    for row in range(len(fates)):
        need = world.latent[row]
        day_key = mix(need.key, p.NEED_DAY + day)
        covered = world.community_domain[need.community, need.domain].covered
        if is_voiced(world, effects, setting, need, trust, weekday, uniform(day_key, p.DAY_VOICED)):
            fates[row] = 1
        elif latent.channel_found_by(world, effects, setting, need, day_key, True) != NONE:
            fates[row] = 2
        elif need.kind == s.HOPED and uniform(day_key, p.DAY_MET) < setting.needs.met_by_service * covered:
            fates[row] = 3
        elif uniform(day_key, p.DAY_HEALED) < heal_rate(setting.needs, need.kind):
            fates[row] = 4


@compiled
def _what_may_happen(
    world: Any, effects: Any, setting: Any, day: int, weekday: float, most_heard: float, may_speak: Any, may_change: Any
) -> None:
    """Of which latent needs the highest chances of a working day do not rule out that they are voiced, and that
    anything else happens to them."""
    by_kind = latent.max_by_kind(setting, weekday, most_heard)
    by_community_domain = latent.max_by_community_domain(world, effects, setting, True)
    count = len(may_change)
    day_keys, max_chance = np.empty(count, np.uint64), np.empty((len(latent.TRANSITIONS), count))
    latent.screen_latent(
        world, by_kind, by_community_domain, 0, count, day, day_keys, max_chance, may_speak, may_change
    )


@pytest.mark.parametrize(
    "levers", [{}, EVERY_LEVER, {"voice.neighbours": 2.0}], ids=["before", "every lever", "neighbours"]
)
def test_only_what_would_have_stayed_as_it_is_is_ruled_out(levers: dict[str, float]) -> None:
    model = DistrictModel(demo(**levers, **{"discovery.patrol": 0.5}), days=120)
    seen, looked_at, all_of_them = np.zeros(5, np.int64), 0, 0
    while model.day < model.days:
        model.step()
        if model.day < 60:
            continue
        count = int(model.world.counts["latent"][0])
        fates, may_speak, may_change = np.zeros(count, np.int8), np.zeros(count, np.bool_), np.zeros(count, np.bool_)
        common = (model._world, model._effects, model.setting)
        _what_happens(*common, model.residents.trust, model.day, 1.0, fates)
        most_heard = float(model.residents.heard.max(initial=0.0))
        _what_may_happen(*common, model.day, 1.0, most_heard, may_speak, may_change)
        assert may_speak[fates == 1].all()
        assert may_change[fates > 1].all()
        seen += np.bincount(fates, minlength=5)
        looked_at, all_of_them = looked_at + int((may_speak | may_change).sum()), all_of_them + count
    assert (seen[1:] > 0).all(), "every fate must have been met with"
    assert looked_at < 0.5 * all_of_them, "most needs should be ruled out"


def test_the_screening_knows_how_well_the_best_is_heard_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """On every day: what is heard changes from week to week."""
    heard: list[float] = []

    def spied(*given: Any) -> None:
        heard.append(given[-2])
        latent.surface_today(*given)

    monkeypatch.setattr(day_loop, "surface_today", spied)
    model = DistrictModel(demo(**{"voice.neighbours": 5.0}), days=22)
    while model.day < model.days:
        highest = float(model.residents.heard.max())
        model.step()
        assert heard[-1] == highest
    assert len(set(heard)) > 1
