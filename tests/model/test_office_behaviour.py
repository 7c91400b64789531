"""What offices do that behave as real ones: deadlines, one team, own grids, posts by need, money that flows, machines,
opening hours. Each part is off by default.

The file is long because the parts act on each other, and one set of small districts serves all of them.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from behaviour import BY_NEED, DEADLINES, GRIDS, HOURS, MACHINES, MONEY, OVERLOADED, POOR, TEAM
from model_runs import FULL_REFORM, demo, run
from sanfang.lab.verification.district import supply
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.district.moving_posts import WEEK, from_least_busy, movable_share
from sanfang.model.kernel.engine_arrays import NONE, VACANT
from sanfang.model.model import DistrictModel
from sanfang.run.simulation import Run

DEVOLVED = "three-devolutions"
SCALE = 0.25


def stepped(scenario: Any, days: int, scale: float = SCALE, of: int = 0) -> DistrictModel:
    """A model after so many days of `of`."""
    model = DistrictModel(scenario, days=of or days, scale=scale)
    for _ in range(days):
        model.step()
    return model


def hours(found: Run, heading: str, tier: str = "") -> float:
    book = found.ledger[(found.ledger["resource"] == "hours") & (found.ledger["heading"] == heading)]
    return float(book.loc[book["tier"].eq(tier) | (not tier), "amount"].sum())


# --- Work with an end -----------------------------------------------------------------------------------------


def piles(**changes: Any) -> list[int]:
    """Tasks and own work that wait anywhere at the end of each of three years."""
    model = DistrictModel(demo(DEVOLVED, **changes), days=3 * 365, scale=0.5)
    found = []
    while model.day < model.days:
        model.step()
        if model.day % 365 == 0:
            jobs = model.engine.jobs[: int(model.engine.clock["jobs_used"][0])]
            found.append(int(((jobs["station"] != NONE) & (jobs["phase"] == s.TASK)).sum()))
    return found


def test_what_is_put_off_piles_up_without_deadlines_and_not_with_them() -> None:
    busy = {"tasks.own_load": 0.9}
    without, with_ = piles(**busy), piles(**busy, **DEADLINES)
    assert without[2] > 1.3 * without[1] > 1.6 * without[0]
    assert max(with_) < 0.3 * without[0] and with_[2] < 1.25 * with_[0], "no more than a few weeks' work"


@pytest.fixture(scope="module")
def crowded() -> Run:
    return run(demo(**OVERLOADED, **DEADLINES), 120, scale=SCALE)


def test_useful_work_that_lapses_prevents_nothing(crowded: Run) -> None:
    assert crowded.model is not None
    world, useful = crowded.model.world, [h.TASKS_USEFUL, h.TASKS_FOLLOWED, h.TASKS_RETURNED]
    work = world.office_work[:, useful]
    assert work["lapsed"].sum() > 0.1 * work["done"].sum() > 0.0
    assert world.communities["useful_done"].sum() == pytest.approx(work["done"].sum())
    assert crowded.daily["work_lapsed"].sum() > 100
    assert 0.05 < crowded.metrics["work_lapsed_share"] < 0.95


def test_missed_tasks_from_above_draw_reminders_at_the_base_alone(crowded: Run) -> None:
    assert crowded.model is not None
    world = crowded.model.world
    owed = (world.office_work["owed"] + world.office_work["due"])[:, h.REMINDERS]
    base = 2 * len(crowded.model.map.ids)
    missed = owed.sum() / 0.5
    assert owed[base:].sum() == 0.0 and missed == pytest.approx(round(missed))
    assert 0 < missed <= crowded.daily["work_lapsed"].sum()
    assert 0.0 < hours(crowded, "reminders") <= owed.sum()
    assert crowded.metrics["wasted_reminders"] > 0.0


def test_without_deadlines_nothing_lapses() -> None:
    found = run(demo(**OVERLOADED), 120, scale=SCALE)
    assert found.daily["work_lapsed"].sum() == 0 and hours(found, "reminders") == 0.0
    assert found.metrics["work_lapsed_share"] == 0.0


# --- A community as one team ----------------------------------------------------------------------------------


def test_idle_grid_workers_take_the_offices_work_and_patrol_less() -> None:
    apart, team = (run(demo(**changes), 160) for changes in ({}, {"casework.grids_help": 1.0}))
    assert hours(team, "patrol") < 0.97 * hours(apart, "patrol")
    assert hours(team, "handling", "grid") > 1.1 * hours(apart, "handling", "grid")
    assert team.metrics["first_response_hours_mean"] < apart.metrics["first_response_hours_mean"]


def test_officers_help_grid_workers_too() -> None:
    short = {"staffing.households_per_grid": 1200.0, "staffing.officers_per_10k": 40.0}
    apart, team = (run(demo(**short, **changes), 160) for changes in ({}, {"casework.offices_help": 1.0}))
    assert hours(team, "tasks_form", "community") > 1.05 * hours(apart, "tasks_form", "community")
    assert team.metrics["first_response_hours_mean"] < apart.metrics["first_response_hours_mean"]


# --- Grids of one's own ---------------------------------------------------------------------------------------


def test_who_leaves_takes_what_they_knew_along() -> None:
    model = DistrictModel(demo(**GRIDS, **OVERLOADED), days=150)
    persons, newcomers = model.world.persons, 0
    assert (persons["knows"] == 1.0).all()
    while model.day < model.days:
        hires = persons["hires"].copy()
        model.step()
        new = persons["hires"] > hires
        assert (persons["knows"][new] == 0.0).all()
        newcomers += int(new.sum())
    assert newcomers > 10
    present = (model.engine.workers["doing"] != VACANT) & (persons["hires"] > 0)
    assert (persons["knows"][present] < 1 - (1 - 1 / 250) ** 110).all()
    assert (persons["knows"][persons["hires"] == 0] == 1.0).all()


@pytest.mark.parametrize("moves", ["even", "need"])
def test_who_is_moved_knows_nothing_of_the_community_and_who_stays_knows_on(moves: str) -> None:
    scenario = demo(**GRIDS, **{"policy.staff_devolution": [[0, 0.0], [20, 1.0]], "staffing.moves": moves})
    model = stepped(scenario, 20, scale=1.0, of=25)
    persons = model.world.persons
    assert (persons["knows"][persons["hires"] == 0] == 1.0).all()
    for day in range(1, 6):
        model.step()
        moved, opened = persons["days_down"] > 0, int(model.open_days[20 : 20 + day].sum())
        stayed = persons["hires"] == 0
        assert moved.sum() > 1
        assert persons["knows"][moved & stayed] == pytest.approx(1 - (1 - 1 / 250) ** opened)
        assert (persons["knows"][~moved & stayed] == 1.0).all()


def test_vacancies_do_not_make_strangers_of_those_who_are_there() -> None:
    """With `knowing_days` 0 everybody knows, so that patrols find what they found before there was anything to know."""
    model = DistrictModel(demo(**OVERLOADED), days=60, scale=SCALE)
    while model.day < model.days:
        model.step()
        assert (model.world.communities["known"] == 1.0).all()
    assert model.world.counts["leavers"][0, s.GRID] > 0


# --- Posts by need --------------------------------------------------------------------------------------------

OFFICES = st.lists(st.tuples(st.integers(1, 4), st.floats(0.05, 1.0)), min_size=2, max_size=3)


@settings(max_examples=30)
@given(OFFICES, st.floats(0.0, 1.0))
def test_posts_come_from_the_least_busy(offices: list[tuple[int, float]], share: float) -> None:
    """No other way to give as many, by fifths of a post, leaves those who give less busy."""
    posts, busy = (np.array(column, float) for column in zip(*offices, strict=True))
    total = round(share * float((posts - 1).sum()) * WEEK) / WEEK
    given_ = from_least_busy(posts, busy, total)
    assert given_.sum() == pytest.approx(total, abs=1e-6)
    assert (given_ >= 0).all() and (given_ <= posts - 1).all()

    def heights(gifts: np.ndarray) -> float:
        after = busy * posts / (posts - gifts)
        return float(after[gifts > 1e-9].max(initial=0.0))

    ways = product(*(np.arange(0, (n - 1) * WEEK + 1) / WEEK for n in posts.astype(int)))
    best = min(heights(np.array(way)) for way in ways if abs(sum(way) - total) < 1e-9)
    assert heights(given_) <= best + 1e-6


def planned(moves: str) -> DistrictModel:
    busy_days = {"policy.staff_devolution": [[0, 0.0], [60, 1.0]], "staffing.moves": moves}
    return stepped(demo(**busy_days), 61, scale=1.0, of=80)


def test_as_many_posts_move_by_need_as_evenly_but_from_other_offices() -> None:
    even, need = planned("even"), planned("need")
    persons = {name: model.world.persons for name, model in (("even", even), ("need", need))}
    tier = persons["need"]["tier"]
    for street in (True, False):
        above = tier == (s.STREET if street else s.DEPARTMENT)
        stations = len(np.unique(persons["need"]["post_home"][above]))
        asked = movable_share(need.scenario_run, street) * above.sum()
        down = {moves: one["days_down"][above].sum() / WEEK for moves, one in persons.items()}
        assert down["need"] == pytest.approx(asked, abs=0.1 * stations), "but for the rounding of days"
        assert down["even"] == pytest.approx(asked, abs=0.5 * stations), "but for the rounding of posts"
    home = persons["need"]["post_home"]
    departments = np.unique(home[tier == s.DEPARTMENT])
    gives = np.array([persons["need"]["days_down"][home == one].sum() for one in departments])
    busy = need.world.busy[departments]
    size = np.array([(home == one).sum() for one in departments])
    assert busy[(gives == 0) & (size > 1)].min(initial=1.0) > busy[gives > 0].min()
    assert all((persons["need"]["days_down"][home == one] < WEEK).any() for one in np.unique(home)), "one stays"


def test_a_part_time_post_is_below_on_its_days_of_the_week() -> None:
    model = planned("need")
    persons, workers = model.world.persons, model.engine.workers
    part = (persons["days_down"] > 0) & (persons["days_down"] < WEEK)
    assert part.sum() > 1
    below = np.zeros(len(persons), int)
    opened = 0
    while opened < 2 * WEEK:
        day = model.day
        model.step()
        if model.open_days[day]:
            opened += 1
            below += workers["home"] == persons["down"]
    assert (below[part] == 2 * persons["days_down"][part]).all()
    assert (below[persons["days_down"] == WEEK] == 2 * WEEK).all() and (below[persons["days_down"] == 0] == 0).all()
    assert model.world.posts.sum() == len(persons)


# --- Money that flows -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["resources", FULL_REFORM])
@pytest.mark.parametrize("place", [OVERLOADED, POOR], ids=["overloaded", "poor"])
def test_the_books_balance_with_money_that_flows(name: str, place: dict[str, Any]) -> None:
    found = run(demo(name, **place, **MONEY), 100, scale=SCALE)
    assert found.model is not None
    booked = found.ledger.groupby("resource")["amount"].sum()
    expected = supply(found.scenario, 100, len(found.model.workers))
    assert booked["hours"] == pytest.approx(expected["hours"], rel=1e-9)
    people = len(found.model.residents.trust) / found.scenario.district.population
    wages = expected["hours"] * found.scenario.staffing.wage
    assert booked["yuan"] == pytest.approx((expected["yuan"] - wages) * people + wages, rel=1e-9)
    assert found.ledger["amount"].min() >= -1e-6
    assert found.requests["yuan"].min() >= -1e-3
    communities = found.model.world.communities
    for pot in (found.model.world.budget, communities["fund"], communities["outside"]):
        assert pot.min() >= -1e-6


def test_what_a_request_given_up_was_granted_is_not_spent() -> None:
    """With all of it back a request given up has cost nothing, to the digits of a record; else some have."""
    for refunded in (0.0, 1.0):
        given_up = run(demo(**OVERLOADED, **{"money.refunded": refunded}), 120).requests.query("outcome == 'withdrawn'")
        assert len(given_up) > 100
        assert (given_up["yuan"].sum() > 100.0) == (refunded == 0.0)
        assert refunded == 0.0 or abs(given_up["yuan"]).max() < 1e-3


def waits_for(model: DistrictModel) -> dict[int, list[tuple[int, int]]]:
    """Jobs and keys that wait for each department's budget, in line; those that their communities finish left out."""
    found: dict[int, list[tuple[int, int]]] = {}
    jobs, world = model.engine.jobs, model.world
    for job_id in world.short[: int(world.counts["short"][0])]:
        job = jobs[job_id]
        if not job["cancelled"] and job["target"] != s.COMMUNITY:
            department = int(world.domains["department"][job["domain"]])
            found.setdefault(department, []).append((int(job_id), int(job["key"])))
    return found


@pytest.mark.parametrize("in_turn", [1.0, 0.0])
def test_nobody_passes_in_line(in_turn: float) -> None:
    """Whoever was paid stood before all who wait on. Without a line somebody does pass."""
    poor = POOR | {"money.in_turn": in_turn, "money.release_days": 5.0, "money.refunded": 1.0}
    model = DistrictModel(demo(**poor), days=150)
    jobs, paid, passed = model.engine.jobs, 0, 0
    while model.day < model.days:
        before = waits_for(model)
        model.step()
        jobs, after = model.engine.jobs, waits_for(model)
        for department, line in before.items():
            still = set(after.get(department, []))
            first = next((n for n, one in enumerate(line) if one in still), len(line))
            gone = [n for n, one in enumerate(line) if one not in still]
            got = [n for n in gone if jobs["key"][line[n][0]] == line[n][1] and jobs["pot"][line[n][0]] == s.BUDGET]
            paid, passed = paid + len(got), passed + sum(n > first for n in got)
    assert paid > 20
    assert (passed == 0) == (in_turn == 1.0)


def test_nobody_waits_behind_who_gave_up() -> None:
    """What waits for each pot is counted anew by hand, day by day."""
    model = DistrictModel(demo(**POOR, **MONEY), days=90)
    communities, seen = len(model.map.ids), 0
    while model.day < model.days:
        model.step()
        world, counted = model.world, np.zeros(len(model.world.short_in), int)
        for job_id in world.short[: int(world.counts["short"][0])]:
            job = model.engine.jobs[job_id]
            if job["cancelled"]:
                continue
            counted[communities + world.domains["department"][job["domain"]]] += 1
            if job["target"] == s.COMMUNITY:
                counted[world.cases["community"][job["owner"]]] += 1
        seen += counted.sum()
        np.testing.assert_array_equal(world.short_in, counted)
    assert seen > 1000


# --- Terminals as machines ------------------------------------------------------------------------------------


def test_terminals_break_on_the_same_days_under_every_policy() -> None:
    models = [DistrictModel(demo(name, **MACHINES), days=60, scale=SCALE) for name in ("before", FULL_REFORM)]
    out = 0
    for _ in range(60):
        for model in models:
            model.step()
        left, right = (model.world.communities["terminals_out"] for model in models)
        np.testing.assert_array_equal(left, right)
        out += int((left > 0).sum())
    share = out / (60 * len(models[0].map.ids))
    assert 0.02 < share < 0.3, "some 3 days of every 33"


def at_terminals(**changes: Any) -> tuple[DistrictModel, np.ndarray]:
    """A run with terminals everywhere, and what each community's did on each day."""
    model = DistrictModel(demo(**{"policy.self_service": 1.0}, **changes), days=40)
    used = []
    while model.day < model.days:
        model.step()
        used.append(model.world.communities["terminals_used"].copy())
    return model, np.array(used)


def test_terminals_that_are_full_send_people_to_the_window() -> None:
    free, used = at_terminals()
    tight, fewer = at_terminals(**{"terminals.room": 0.5})
    room = 0.5 * demo().prices.terminal_capacity / 365 * tight.world.communities["size"]
    assert (used > room).any() and (fewer <= room).all()
    assert (fewer == np.floor(room)).any(axis=0).mean() > 0.5
    assert tight.world.counts["terminal_uses"][0] == fewer.sum() < used.sum() == free.world.counts["terminal_uses"][0]


def test_a_matter_takes_its_minutes_at_a_terminal() -> None:
    changes = {"policy.self_service": 1.0, "terminals.minutes": 30.0}
    served = run(demo(**changes), 40).requests.query("tier == 'terminal'")
    took = (served["closed"] - served["voiced"]) * 1440
    assert len(served) > 50 and (took <= 30.0 + 1e-6).all() and (served["closed"] // 1 == served["voiced"] // 1).all()
    assert (np.abs(took - 30.0) < 1e-6).mean() > 0.9


# --- Opening hours --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [1.0, 0.0])
def test_windows_are_visited_in_opening_hours(share: float) -> None:
    found = run(demo(**{"voice.visits_in_hours": share}), 60)
    assert found.model is not None
    visits = found.requests[found.requests["channel"].isin(["community_window", "department_window"])]
    day, hour = visits["voiced"].astype(int), visits["voiced"] % 1 * 24
    outside = ~(found.model.open_days[day] & (hour >= 8.5) & (hour <= 16.5))
    assert len(visits) > 500
    assert outside.sum() == 0 if share else outside.mean() > 0.2
    calls = found.requests.query("channel == 'hotline'")["voiced"] % 1 * 24
    assert ((calls < 8.5) | (calls > 16.5)).mean() > 0.2, "telephones ring at any hour"


def test_team_and_hours_leave_needs_as_they_arise() -> None:
    """The same troubles arise where nothing prevents them: these parts draw by keys of their own."""
    first = run(demo(), 20).requests.query("ordinal == 0")["id"]
    other = run(demo(**TEAM, **HOURS, **BY_NEED), 20).requests.query("ordinal == 0")["id"]
    assert len(set(first) & set(other)) > 0.98 * max(len(first), len(other))
    assert NONE == -1
