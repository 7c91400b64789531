"""The daily look at latent needs: what highest chances rule out would have stayed as it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from model_runs import demo
from sanfang.model import needs
from sanfang.model import state as s
from sanfang.model.compiled import compiled
from sanfang.model.draws import mix, uniform
from sanfang.model.event_calendar import NONE
from sanfang.model.model import DistrictModel
from sanfang.scenario.policy import lever_names

EVERY_LEVER = {f"policy.{name}": 0.7 for name in lever_names()}


@compiled
def _what_happens(world: Any, rules: Any, setting: Any, trust: Any, day: int, weekday: float, fates: Any) -> None:
    """Fate of each latent need on a working day, by the whole rules: 0 none, 1 voiced, 2 found, 3 met, 4 healed."""
    for place in range(len(fates)):
        need = world.latent[place]
        own = mix(need.key, needs._TODAY + day)
        covered = world.ground[need.community, need.domain].covered
        if needs._is_voiced(world, rules, setting, need, trust, weekday, uniform(own, needs.VOICED)):
            fates[place] = 1
        elif needs._found_by(world, rules, setting, need, own, True) != NONE:
            fates[place] = 2
        elif need.kind == s.HOPED and uniform(own, needs.MET) < setting.needs.met_by_service * covered:
            fates[place] = 3
        elif uniform(own, needs.HEAL) < needs.heal_rate(setting.needs, need.kind):
            fates[place] = 4


@compiled
def _what_stirs(world: Any, rules: Any, setting: Any, day: int, weekday: float, stirs: Any) -> None:
    """Which latent needs the highest chances of a working day do not rule out."""
    of_kind, there = needs._at_most_of_kind(setting, weekday), needs._at_most_there(world, rules, setting, True)
    own, at_most = np.empty(len(stirs), np.uint64), np.empty((len(needs._FATES), len(stirs)))
    needs._stir(world, of_kind, there, 0, len(stirs), day, own, at_most, stirs)


@pytest.mark.parametrize("levers", [{}, EVERY_LEVER], ids=["before", "every lever"])
def test_only_what_would_have_stayed_as_it_is_is_ruled_out(levers: dict[str, float]) -> None:
    model = DistrictModel(demo(**levers, **{"discovery.patrol": 0.5}), days=120)
    seen, looked_at, all_of_them = np.zeros(5, np.int64), 0, 0
    while model.day < model.days:
        model.step()
        if model.day < 60:
            continue
        count = int(model.world.counts["latent"][0])
        fates, stirs = np.zeros(count, np.int8), np.zeros(count, np.bool_)
        common = (model._world, model._rules, model.setting)
        _what_happens(*common, model.residents.trust, model.day, 1.0, fates)
        _what_stirs(*common, model.day, 1.0, stirs)
        assert stirs[fates > 0].all()
        seen += np.bincount(fates, minlength=5)
        looked_at, all_of_them = looked_at + int(stirs.sum()), all_of_them + count
    assert (seen[1:] > 0).all(), "every fate must have been met with"
    assert looked_at < 0.5 * all_of_them, "most needs should be ruled out"
