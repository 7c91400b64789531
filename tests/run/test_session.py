"""A session is a run in hand: whatever is done with it, what it shows is what `simulate` shows of its scenario."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import model_runs
from sanfang import InputError, Run, Scenario, Session, simulate
from sanfang.metrics import waste
from sanfang.metrics.by_day import WINDOW
from sanfang.metrics.evaluation import Evaluation
from sanfang.model.books.observation import observe
from sanfang.run import series
from sanfang.run.moves import Move
from sanfang.run.recorder import in_window
from sanfang.scenario.policy import lever_names

SEED, SCALE, DAYS = 4, 0.35, 60


def demo(name: str = "before", **changes: Any) -> Scenario:
    """Evaluated as a whole: the runs here are shorter than the usual warm-up."""
    return model_runs.demo(name, **{"run.warm_up": 0, **changes})


def session(days: int = 0, **changes: Any) -> Session:
    made = Session(demo(**changes), seed=SEED, scale=SCALE, days=DAYS)
    made.step(days)
    return made


def assert_same(one: Session, other: Session | Run) -> None:
    """All that two runs show, and what their residents think, to the last bit."""
    for name in ("daily", "ledger", "requests"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)
    assert list(one.metrics) == list(other.metrics)
    np.testing.assert_array_equal(list(one.metrics.values()), list(other.metrics.values()))
    assert other.model is not None
    np.testing.assert_array_equal(one.model.residents.satisfaction, other.model.residents.satisfaction)


def test_a_session_that_takes_every_lever_by_hand_is_the_run_that_has_them_in_its_schedules() -> None:
    mine = session()
    for number, lever in enumerate(lever_names()):
        mine.step(1)
        mine.move(lever, 0.3 + 0.02 * number)
    mine.step(DAYS)
    assert mine.over and mine.day == DAYS
    schedules = {f"policy.{lever}": [[0, 0.0], [n + 1, 0.3 + 0.02 * n]] for n, lever in enumerate(lever_names())}
    assert mine.scenario.digest() == demo(**schedules).digest()
    assert_same(mine, simulate(demo(**schedules), seed=SEED, scale=SCALE, days=DAYS, keep_requests=True))


def test_a_move_said_in_advance_is_the_move_made_on_its_day() -> None:
    planned, made = session(10), session(10)
    planned.move("authority", 1.0, day=40)
    planned.move("authority", 0.5, day=20)
    planned.step(DAYS)
    made.step(10)
    made.move("authority", 0.5)
    made.step(20)
    made.move("authority", 1.0)
    made.step(DAYS)
    assert planned.scenario == made.scenario
    assert planned.scenario.policy.authority == ((0, 0.0), (20, 0.5), (40, 1.0))
    assert_same(planned, made)


def test_a_lever_set_before_the_first_day_is_a_plain_level() -> None:
    mine = session()
    mine.move("service_scope", 0.2)
    mine.move("service_scope", 0.4)
    assert mine.scenario == demo(**{"policy.service_scope": 0.4}) and mine.moves == (Move(0, "service_scope", 0.4),)


def test_going_back_forgets_what_was_moved_since_and_nothing_else() -> None:
    mine = session()
    mine.move("triage", 0.5)
    mine.step(10)
    mine.move("volunteers", 1.0)
    mine.step(20)
    mine.move("authority", 1.0)
    mine.step(5)
    mine.rewind(30)
    assert mine.moves == (Move(0, "triage", 0.5), Move(10, "volunteers", 1.0)) and mine.day == 30
    other = session()
    other.move("triage", 0.5)
    other.move("volunteers", 1.0, day=10)
    other.step(30)
    assert_same(mine, other)
    mine.rewind(10)
    assert mine.moves == (Move(0, "triage", 0.5),)
    mine.rewind(0)
    assert mine.moves == (Move(0, "triage", 0.5),) and mine.day == 0


def test_a_fork_goes_its_own_way() -> None:
    mine = session(20)
    mine.move("staff_devolution", 1.0)
    mine.step(5)
    other = mine.fork()
    assert_same(mine, other)
    other.move("authority", 1.0)
    other.step(20)
    assert mine.day == 25 and mine.moves == (Move(20, "staff_devolution", 1.0),) and mine.level("authority") == 0.0
    twin = session()
    twin.move("staff_devolution", 1.0, day=20)
    twin.step(25)
    assert_same(mine, twin)
    assert other.day == 45 and len(other.moves) == 2 and other.metrics["satisfaction"] != mine.metrics["satisfaction"]


def test_a_session_shows_every_day_what_a_run_that_ends_there_shows() -> None:
    """But for what looks ahead: a run of 30 days and the first 30 of 60 have the same days."""
    mine = session(30)
    shown, alone = mine.so_far(), Session(demo(), seed=SEED, scale=SCALE, days=DAYS)
    alone.step(30)
    assert shown.days == 30 and len(shown.daily) == 30 and shown.metrics["satisfaction"] > 0
    assert_same(alone, shown)
    mine.step(DAYS)
    pd.testing.assert_frame_equal(mine.daily.head(30).drop(columns="repeats"), shown.daily.drop(columns="repeats"))


def test_before_the_first_day_there_are_tables_without_rows() -> None:
    mine = session()
    assert mine.day == 0 and not mine.over and mine.metrics == {}
    for table in (mine.daily, mine.ledger, mine.requests):
        assert len(table) == 0
    assert list(mine.ledger.columns) == list(session(1).ledger.columns)


def test_the_life_of_a_request_ends_today_and_is_found_by_the_beginning_of_its_id() -> None:
    mine = session(20)
    mine.move("authority", 1.0)
    mine.step(30)
    requests = mine.requests
    handled = requests[(requests["outcome"] == "resolved") & (requests["handoffs"] > 0)].iloc[0]
    life = mine.life(handled["id"][:12])
    assert life.id == handled["id"] and len(life.handoffs) == handled["handoffs"]
    assert life.begin == handled["arose"] and life.end == pytest.approx(handled["closed"], abs=1e-6)
    for wrong in ("", "no such id", None, 7):
        with pytest.raises(InputError, match="request"):
            mine.life(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lever", "level", "day", "told"),
    [
        ("authorty", 0.5, None, "did you mean 'authority'"),
        (7, 0.5, None, "is not a lever"),
        ("authority", 1.5, None, "from 0 to 1"),
        ("authority", float("nan"), None, "from 0 to 1"),
        ("authority", True, None, "from 0 to 1"),
        ("authority", "1", None, "from 0 to 1"),
        ("authority", [[0, 0.5]], None, "from 0 to 1"),
        ("authority", 0.5, 3, "has been played"),
        ("authority", 0.5, DAYS, f"at most {DAYS - 1}"),
        ("authority", 0.5, 7.5, "whole number"),
        ("service_scope", 0.5, None, "list of domains"),
    ],
)
def test_a_move_that_makes_no_sense_is_refused_and_changes_nothing(lever: Any, level: Any, day: Any, told: str) -> None:
    mine = session(5, **{"policy.service_scope": ["care"]})
    before = mine.scenario
    with pytest.raises(InputError, match=told):
        mine.move(lever, level, day)
    assert mine.moves == () and mine.scenario is before and mine.day == 5


def test_what_has_no_sense_is_refused_in_words() -> None:
    mine = session(5)
    for wrong in (6, -1, 2.5):
        with pytest.raises(InputError, match="day"):
            mine.rewind(wrong)  # type: ignore[arg-type]
    for wrong in (-1, 1.5, "3"):
        with pytest.raises(InputError, match="days"):
            mine.step(wrong)  # type: ignore[arg-type]
    assert mine.day == 5
    mine.step(1_000)
    with pytest.raises(InputError, match="last day, 59, has been played"):
        mine.move("triage", 1.0)
    for arguments in ({"seed": -1}, {"scale": 0.0}, {"scale": 2.0}, {"days": 0}, {"days": "10"}):
        with pytest.raises(InputError):
            Session(demo(), **arguments)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"Scenario\.load"):
        Session("before")  # type: ignore[arg-type]


def test_a_session_refuses_what_its_run_does_not_reach() -> None:
    """As `simulate` does: a lever that begins after the last day would make a difference of exactly nothing."""
    late = Scenario.load("before", district="demo", settings=["policy.authority=[[90, 1.0]]"])
    with pytest.raises(InputError, match="begins on day 90"):
        Session(late, days=60)
    assert Session(late, scale=SCALE, days=120).level("authority") == 0.0


def test_a_series_is_made_of_the_days_that_are_new_and_is_the_same_however_often_it_was_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watched, once = session(), session(DAYS)
    asked: list[tuple[int, int]] = []

    class Noting(series.SessionDays):
        def __init__(self, session: Session, begin: int, end: int) -> None:
            asked.append((begin, end))
            super().__init__(session, begin, end)

    monkeypatch.setattr(series, "SessionDays", Noting)
    looks = (0, 1, 27, 28, 29, 29, 45, DAYS)
    for day in looks:
        watched.step(day - watched.day)
        for name in series.MEASURES:
            assert len(series.series(watched, name)) == day
    assert len(asked) == len(series.MEASURES) * len(set(looks))  # the second look on day 29 asks for nothing
    assert {end for begin, end in asked if begin == 45 - WINDOW} == {DAYS}
    for name in series.MEASURES:
        np.testing.assert_array_equal(series.series(watched, name), series.series(once, name), err_msg=name)
    for several in (series.waste_by_cause, series.hours_by_group, series.requests_by_state):
        for name, values in several(once).items():
            np.testing.assert_array_equal(several(watched)[name], values, err_msg=name)


def test_what_the_last_days_have_added_is_their_sum() -> None:
    added = np.arange(1.0, 41.0)
    by_hand = [added[max(day - 27, 0) : day + 1].sum() for day in range(40)]
    for first, end in ((0, 40), (0, 5), (5, 28), (27, 29), (30, 40), (12, 12)):
        np.testing.assert_array_equal(in_window(np.cumsum(added), first, end, 28), by_hand[first:end])


def test_the_waste_of_a_day_is_the_metric_in_the_window_of_the_last_days() -> None:
    """In the first days, and so in a run of 28 days, that of all days; all levers, and money left at a year's end."""
    levers = {f"policy.{name}": 0.7 for name in lever_names()}
    mine = Session(demo(**levers, **{"calendar.start": "2025-11-10"}), seed=SEED, scale=SCALE, days=80)
    found = []
    for day in range(1, 81):
        mine.step()
        window = Evaluation.of(observe(mine.model), max(day - WINDOW, 0), day)
        found.append([waste.waste_share(window), waste.waste_share_money(window)])
    by_cause = series.waste_by_cause(mine)
    np.testing.assert_allclose(series.series(mine, "wasted"), np.array(found)[:, 0], rtol=1e-9)
    assert np.array(found)[:, 1].max() < 1.0
    np.testing.assert_allclose(sum(by_cause.values()), np.array(found)[:, 0], rtol=1e-9)


def test_every_twenty_eight_days_have_their_money_whether_or_not_a_first_of_a_month_is_among_them() -> None:
    """February's money is for 28 days, that of other months for 30 or 31; from 2 March 28 days hold no first."""
    mine = Session(demo("three-devolutions"), seed=SEED, scale=SCALE, days=100)
    mine.step(100)
    money = mine.scenario.money.operating / 12 * len(mine.model.residents.trust)
    given = mine.recorder.yuan.sum(axis=1)[WINDOW - 1 :]
    assert given.max() == pytest.approx(money, rel=1e-9), "the 28 days of February"
    assert given.min() == pytest.approx(money * 28 / 31, rel=1e-9), "of January, or of March"


def test_nobody_writes_into_a_series() -> None:
    with pytest.raises(ValueError, match="read-only"):
        series.series(session(3), "open")[0] = 1.0


def test_communities_add_up_to_the_district() -> None:
    mine = session(DAYS)
    table, requests = mine.by_community, mine.requests
    assert list(table["community"]) == list(mine.model.map.ids)
    weights = table["residents"] / table["residents"].sum()
    assert (table["satisfaction"] * weights).sum() == pytest.approx(mine.daily["satisfaction"].iloc[-1], rel=1e-9)
    open_ = requests[requests["outcome"] == "open"].groupby("community").size()
    expected = open_.reindex(table["community"], fill_value=0).to_numpy() / table["residents"] * 1000
    np.testing.assert_allclose(table["open"], expected)
    late = requests[(requests["outcome"] == "resolved") & (requests["closed"] >= DAYS - 28)]
    days = (late["closed"] - late["voiced"]).groupby(late["community"]).mean()
    np.testing.assert_allclose(table["days_to_resolve"], days.reindex(table["community"]), rtol=1e-9)
    assert session().by_community.drop(columns=["community", "residents"]).isna().all(axis=None)
