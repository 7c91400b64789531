"""The worked example of docs/model.md on channels that residents choose, and a hotline that is jammed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from behaviour import CHANNELS
from hand_made import Hamlet, Told, takes_just
from model_runs import demo, run
from sanfang.model import state as s
from sanfang.model.cases import channels
from sanfang.model.district.residents import receive, talk
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.engine_arrays import NONE
from sanfang.model.model import DistrictModel

CHOICE: dict[str, Any] = {"channels.choice": 4.0, "voice.app": 0.25, "voice.hotline": 0.1}


def meets(hamlet: Hamlet, channel: int, worth: float, trips: int = 0, closed: int = 1) -> None:
    """Resident 0 meets with a result of such a worth, by a channel."""
    met = hamlet.state.experiences[:1]
    met["resident"], met["record"], met["closing"], met["kind"] = 0, NONE, 0, s.CHRONIC
    met["quality"], met["days"], met["trips"] = worth + 0.08 * trips, 0, trips
    met["channel"], met["closed"] = channel, closed
    model, world = hamlet.model, hamlet.model.world
    receive(model.residents, met, 1, world.records, world.closings, model.diary.rated, model.setting["mind"])


def test_example_channels(told: Told) -> None:
    trips = {"voice.department_window": 0.15, "casework.further_trip": 0.6, "casework.wrong_window": 0.3}
    hamlet = Hamlet(**CHOICE, **trips, **{"mind.trip_cost": 0.08, "channels.calls": 400.0})
    hamlet.state.digital[:] = 0.8
    domain = int(np.argmax(hamlet.state.domains["level"]))
    odds = np.array(channels.channel_odds(hamlet.world, hamlet.effects, hamlet.setting, 0, 0, domain))
    told.is_next(odds[s.APP] / odds.sum())
    told.is_next(odds[s.HOTLINE] / odds.sum())
    brought = hamlet.model.residents.brought.reshape(-1, s.VOICED_BY)
    meets(hamlet, s.APP, 0.8)
    told.is_next(brought[0, s.APP])
    meets(hamlet, s.COMMUNITY_WINDOW, 0.64, trips=2)
    told.is_next(brought[0, s.COMMUNITY_WINDOW])
    before = [column[0].copy() for column in hamlet.model.residents[:-3]]
    meets(hamlet, s.HOTLINE, 0.0, closed=s.TURNED_AWAY)
    told.is_next(brought[0, s.HOTLINE])
    assert all((column[0] == was).all() for column, was in zip(hamlet.model.residents[:-3], before, strict=True))
    hamlet.state.counts["calls_before"] = 300
    case = hamlet.state.cases[hamlet.case(channel=s.HOTLINE)]
    takes_just(
        told.chance(),
        p.DAY_ANSWERED,
        lambda key: bool(channels.gets_through(hamlet.world, hamlet.setting, case, 0, key, p.DAY_ANSWERED)),
    )


def test_no_more_callers_are_answered_than_can_be_and_others_are_never_turned_away() -> None:
    hamlet = Hamlet(**{"channels.calls": 5.0})  # three a day, of 600 residents
    through = [hamlet.state.cases[hamlet.case(channel=channel)] for channel in (s.HOTLINE, s.APP, s.COMMUNITY_WINDOW)]
    found = [
        [channels.gets_through(hamlet.world, hamlet.setting, case, 0, np.uint64(n), p.DAY_ANSWERED) for n in range(9)]
        for case in through
    ]
    assert found == [[True] * 3 + [False] * 6, [True] * 9, [True] * 9]
    assert hamlet.state.counts["experiences"][0] == hamlet.state.daily[0, s.D_TURNED_AWAY] == 6
    channels.begin_day_of_calls(hamlet.world)
    assert hamlet.state.counts[["calls", "calls_before", "answered"]][0].tolist() == (0, 9, 0)


def test_channels_are_chosen_by_their_fixed_shares_where_all_bring_the_same() -> None:
    hamlet = Hamlet(**CHOICE, **{"mind.trip_cost": 0.0, "voice.department_window": 0.15})
    hamlet.state.digital[:] = 0.8
    marks = (np.arange(1000) + 0.5) / 1000
    chosen = [channels.choose_channel(hamlet.world, hamlet.effects, hamlet.setting, 0, 0, 0, mark) for mark in marks]
    assert np.bincount(chosen).tolist() == [200, 100, 550, 150]


def test_what_a_channel_brought_is_told_to_neighbours() -> None:
    hamlet = Hamlet(**CHOICE)
    residents = hamlet.model.residents
    brought = residents.brought.reshape(-1, s.VOICED_BY)
    brought[7, s.APP] = 1.0
    communities = hamlet.state.communities
    talk(residents, communities["first"], communities["size"], 0.5)
    told = np.flatnonzero(brought[:, s.APP] > 0.5)
    knows = np.flatnonzero((residents.ties == 7).any(axis=1))
    assert set(told) == {7, *knows} and (np.delete(brought, s.APP, axis=1) == 0.5).all()


# --- In a run ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def models() -> Iterator[dict[str, Any]]:
    yield {name: run(demo(**settings), 200) for name, settings in {"fixed": {}, "chosen": CHANNELS}.items()}


def test_residents_learn_and_a_jammed_hotline_turns_callers_away(models: dict[str, Any]) -> None:
    fixed, chosen = models["fixed"], models["chosen"]
    assert fixed.daily["turned_away"].sum() == 0 and len(fixed.model.residents.brought) == 0
    assert chosen.daily["turned_away"].sum() > 20 and 0.0 < chosen.metrics["turned_away_share"] < 1.0
    brought = chosen.model.residents.brought
    assert 0.0 <= brought.min() < 0.45 and 0.55 < brought.max() <= 1.0
    room = 0.2 / 1000 * len(chosen.model.residents.trust)
    by_day = chosen.requests.query("channel == 'hotline' and voiced >= 0")["voiced"].astype(int).value_counts()
    assert by_day.max() <= room


def test_a_column_that_is_used_from_day_0_on_begins_there() -> None:
    before = {"years_before": {"channels": {"choice": 0.0}}}
    model = DistrictModel(demo(**{"run.start": "steady", "channels.choice": 4.0}, **before), days=2, scale=0.25)
    assert (model.residents.brought == 0.5).all() and len(model.residents.brought) == 4 * len(model.residents.trust)
