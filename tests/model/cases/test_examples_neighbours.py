"""Worked examples of docs/model.md on what neighbours met with: who speaks up, and how services become known."""

from __future__ import annotations

import numpy as np

from behaviour import TAKE_UP
from hand_made import Hamlet, Told
from model_runs import demo, run
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.cases import latent, voice
from sanfang.model.district.residents import talk
from sanfang.model.model import DistrictModel
from sanfang.model.take_up import SERVICES, TakeUp


def test_example_neighbours(told: Told) -> None:
    rates = {"voice.rate_hard": 0.3, "voice.trust_power": 1.0, "voice.neighbours": 3.0}
    hamlet = Hamlet(**rates, **{"mind.satisfied_from": 0.4})
    residents = hamlet.model.residents
    assert (residents.heard == np.float32(0.4)).all()
    residents.satisfaction[residents.ties[0]] = 0.3, 0.4, 0.5, 0.6
    assert len(set(residents.ties[0])) == 4
    communities = hamlet.state.communities
    talk(residents, communities["first"], communities["size"], 0.0)
    told.is_next(residents.heard[0])
    told.is_next(voice.neighbours_factor(hamlet.setting, 0.45))
    trust = np.full(len(residents.trust), 0.5, np.float32)
    case = hamlet.state.cases[hamlet.case(kind=s.HARD, channel=s.APP)]
    chance = told.chance()
    for mark, voiced in ((chance - 0.0001, True), (chance + 0.0001, False)):
        found = voice.is_voiced(hamlet.world, hamlet.effects, hamlet.setting, case, trust, 1.0, mark)
        assert found == voiced


def test_nobody_is_voiced_who_was_not_screened() -> None:
    """The highest chance that the screening takes is not exceeded by somebody who trusts and hears the best."""
    hamlet = Hamlet(**{"voice.neighbours": 5.0})
    most_heard = np.float32(0.8)
    highest = latent.max_by_kind(hamlet.setting, 1.3, float(most_heard))
    trust = np.ones(len(hamlet.model.residents.trust), np.float32)
    hamlet.model.residents.heard[:] = most_heard
    for kind in range(s.KINDS):
        case = hamlet.state.cases[hamlet.case(kind=kind, channel=s.APP)]
        found = [
            voice.is_voiced(hamlet.world, hamlet.effects, hamlet.setting, case, trust, 1.3, mark)
            for mark in (highest[kind, latent.BY_VOICE] - 1e-9, highest[kind, latent.BY_VOICE] + 1e-9)
        ]
        assert found == [True, False]


def test_example_good_word(told: Told) -> None:
    scenario = demo(**{"take_up.known": 0.1, "take_up.by_experience": 3.0, "mind.satisfied_from": 0.4})
    take_up = TakeUp(scenario, 2)
    take_up.known[:], take_up._level[:] = 0.5, 1.0
    undone = np.zeros((2, len(h.HOUR_HEADINGS)))
    take_up.spread(undone, np.array([0.45, 0.35]))
    told.is_next((take_up.known[0, 0] - 0.5) * 365 / (0.38 * 0.5 * 0.5))
    told.is_next(take_up.known[0, 0])
    told.is_next(take_up.known[1, 0])
    assert take_up.known.shape == (2, len(SERVICES))


def test_communities_that_hear_well_speak_up_more() -> None:
    """By community, needs that were voiced over those that arose follow satisfaction more closely than without."""
    plain, heard = (run(demo(**{"voice.neighbours": value}), 200) for value in (0.0, 5.0))
    assert plain.model is not None and heard.model is not None
    assert len(plain.model.residents.heard) == 0
    column = heard.model.residents.heard
    assert column.std() > 0.03 and 0.0 <= column.min() < column.max() <= 1.0
    assert heard.daily["voiced"].sum() != plain.daily["voiced"].sum()


def test_services_become_known_sooner_where_people_are_satisfied() -> None:
    services = {"policy.self_service": 1.0, **TAKE_UP, "take_up.campaign": 0.0, "take_up.by_experience": 10.0}
    model = DistrictModel(demo(**services), days=120)
    while model.day < model.days:
        model.step()
    satisfaction = model.diary.satisfaction[:120].mean(axis=0)
    assert np.corrcoef(satisfaction, model.take_up.known[:, 0])[0, 1] > 0.9
