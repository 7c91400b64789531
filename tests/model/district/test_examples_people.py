"""Worked examples of docs/model.md on people: residents, staff, helpers, and the work that they do.

The file is long because it is read beside the chapter of that page, from its top to its end.
"""

from __future__ import annotations

import numpy as np
import pytest

from hand_made import HAMLET, Hamlet, Told, draws
from model_runs import demo
from sanfang.lab.verification.mind_theory import Stream, effects, settled
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.cases import (
    casework,
    handling,
    stations,
)
from sanfang.model.chore_completion import ChoreCompletion
from sanfang.model.district import residents as minds
from sanfang.model.district import tasks, workforce
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import mix
from sanfang.model.kernel.engine_arrays import NONE
from sanfang.model.policy import compile_policy, levels_on
from sanfang.scenario.conditions import Limits, Mind

SOME_KEYS = np.arange(1, 4_001, dtype=np.uint64)


def test_example_helpers(told: Told) -> None:
    """A month of helpers whose numbers are set by hand: 200 retired, 1,000 adults, as far as they trust the offices."""
    hamlet = Hamlet(**{"helpers.uneven": 0.0, "helpers.visit_hours": 1.0, "helpers.upkeep_hours": 12.0})
    hours, world = hamlet.model.helpers, hamlet.state
    community, size = world.communities, int(world.communities["size"][0])
    hours._retired, hours._adult = np.zeros((2, len(world.grid)), bool)
    hours._alone = np.zeros(len(world.grid), bool)
    hours._retired[:50], hours._adult[50:100], hours._alone[100:150] = True, True, True
    assert size > 150
    trust = np.ones(len(world.grid))
    trust[:50], trust[50:100] = 200 / 50, 1000 / 50
    community["households"], community["size"], hours._firms = 200.0, 500, np.ones(2)
    hours.begin_month(hamlet.state, trust, np.full((2, 3), 0.5))
    visits = float(community["visited"][0]) * 50
    told.is_next(visits)
    told.is_next(community["visited"][0])
    assert community["upkeep"][0] == 0.0
    told.is_next(community["lookout"][0] * 365 / 12 * 5 / 7)
    told.is_next(community["errands"][0])
    told.is_next(community["contacted"][0])
    told.is_next(community["pool"][0])
    hours.book_day(hamlet.state)
    assert world.outside_hours[h.O_VOLUNTEERS] == pytest.approx(40 / (365 / 12))
    assert world.outside_hours[h.O_CONTACTS] == pytest.approx((9 + 22.5) / (365 / 12))


def test_example_handling_time(told: Told) -> None:
    hamlet = Hamlet(**{"casework.local_knowledge": 1.15, "workforce.fatigue_slows": 0.25, "casework.rework": 0.6})
    world, jobs = hamlet.state, hamlet.model.engine.jobs
    world.domains["shape"], world.domains["hours"], world.domains["on_site"], world.domains["level"] = 2, 1.5, 0.0, 1
    world.persons["fatigue"] = 0.4
    for mode in (0, s.SECOND_TRY):
        world.skill[:] = 0.6
        job_id = hamlet.job(hamlet.case(), target=s.COMMUNITY, mode=mode)
        handling.queue_for_handling(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, job_id, 0)
        before = float(hamlet.model.engine.clock["now"][0])
        event = hamlet.next_event()
        assert event["subject"] == job_id
        told.is_next(float(event["time"]) - before)
        assert jobs["heading"][job_id] == (h.REWORK if mode else h.HANDLING)
        casework._end_of_service(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, job_id, 0)
        hamlet.next_event()  # its lead time is over


def test_example_queues(told: Told) -> None:
    """Who goes first: triaged, sent up to a department that answers to the base, ordinary; tasks ahead or after."""
    hamlet = Hamlet()
    world, engine = hamlet.state, hamlet.model.engine
    world.domains["level"] = s.DEPARTMENT
    station = hamlet.department(0)
    hamlet.model.engine.stations["idle"][:] = NONE  # everybody is away
    hamlet.policy.community["answers_to_base"] = 1.0
    cases = {
        "sent up": hamlet.case(channel=s.COMMUNITY_WINDOW),
        "at its window": hamlet.case(channel=s.DEPARTMENT_WINDOW),
        "triaged": hamlet.case(channel=s.DEPARTMENT_WINDOW, triaged=1),
    }
    for case_id in cases.values():
        job_id = hamlet.job(case_id, target=s.DEPARTMENT)
        handling.queue_for_handling(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, job_id, 0)
    classes = {name: int(engine.jobs["class_"][world.cases["jobs"][case_id][0]]) for name, case_id in cases.items()}
    told.is_next(classes["triaged"])
    told.is_next(classes["sent up"])
    told.is_next(classes["at its window"])
    assert int(engine.stations["waiting"][station]) == 3
    first = int(stations.first_waiting(hamlet.engine, station))
    assert first == int(world.cases["jobs"][cases["triaged"]][0])


def test_example_residents(told: Told) -> None:
    hamlet = Hamlet(
        **{"mind.hard_expectation": 2.0, "mind.impatience": 0.35, "mind.trip_cost": 0.08, "mind.learn_up": 0.15},
        **{"mind.learn_down": 0.3, "mind.trust_step": 0.15, "mind.expectation_step": 0.2, "mind.reached": 1.0},
        **{"mind.norm": 0.5, "limits.resolve_hard": 15.0},
    )
    people, mind = hamlet.model.residents, hamlet.setting["mind"]
    seen = np.zeros(2, np.dtype(hamlet.state.experiences.dtype))
    seen["resident"], seen["record"], seen["kind"] = (0, 1), NONE, s.HARD
    seen["quality"], seen["days"], seen["trips"], seen["closed"], seen["key"] = 1.0, 16.0, 2, 1, (1, 2)
    people.expectation[:2], people.trust[:2] = 5.0, 0.5
    people.satisfaction[:2] = 0.7, 0.6
    rated = np.zeros((1, 2), np.int64)
    told.is_next(minds._worth(mind, 10.0, 1.0, 16.0, 2))
    minds.receive(people, seen, 2, hamlet.state.records, hamlet.state.closings, rated, mind)
    told.is_next(people.satisfaction[0])
    told.is_next(people.satisfaction[1])
    told.is_next(people.trust[0])
    told.is_next(people.expectation[0])
    assert rated.tolist() == [[2, 2]], "an experience of 0.6 or more is rated satisfied"
    people.expectation[0], mind["norm"] = 5.0, 0.0
    minds.receive(people, seen, 1, hamlet.state.records, hamlet.state.closings, rated, mind)
    told.is_next(people.expectation[0])

    people.satisfaction[:], people.burden[:] = 0.65, 0
    people.burden[0] = 2
    communities, means = hamlet.state.communities, np.zeros((2, 2))
    minds.live_on(people, communities["first"], communities["size"], 0.002, means[0], means[1])
    told.is_next(people.satisfaction[0])
    people.expectation[:] = 6.0
    people.expectation[0] = 5.0
    people.expectation[people.ties[0]] = np.array([6.0, 6.0, 9.0, 11.0])[: people.ties.shape[1]]
    minds.talk(people, communities["first"], communities["size"], 0.05)
    told.is_next(people.expectation[0])


def test_example_settled_minds(told: Told) -> None:
    """The numbers of the closed form, which is held against the model in tests/lab/verification/test_minds.py."""
    mind, limits = Mind(norm=0.5), Limits()
    stream = Stream(days=14, failed=0.15, trips=1, silent_days=20, every_days=220)
    rest = settled(stream, mind, limits)
    for value in (rest.expectation, rest.worth, rest.trust, rest.after, rest.satisfaction):
        told.is_next(value)
    changes = effects(stream, mind, limits)["satisfaction"]
    for part in ("waits", "silence", "failures", "trips"):
        told.is_next(changes.loc[part, "halved"])
        told.is_next(-changes.loc[part, "doubled"])
    used_to_it = Mind(norm=0.0)
    told.is_next(settled(stream, used_to_it, limits).satisfaction)
    changes = effects(stream, used_to_it, limits)["satisfaction"]
    told.is_next(changes.loc["waits", "halved"])
    told.is_next(-changes.loc["waits", "doubled"])


def test_example_workforce(told: Told) -> None:
    force = {"fatigue_rate": 0.03, "fatigue_from": 0.6, "leaving_base": 0.15, "leaving_fatigue": 1.5}
    force |= {"leaving_recognition": 0.4, "leaving_autonomy": 0.15, "novice": 0.65, "method_lift": 0.8, "officer": 0.65}
    hamlet = Hamlet(**{f"workforce.{name}": value for name, value in force.items()})
    world, engine = hamlet.state, hamlet.model.engine
    officer = int(np.flatnonzero(engine.workers["home"] == hamlet.office)[0])
    persons = world.persons

    engine.workers["busy_today"], persons["fatigue"] = 7.2, 0.3
    workforce.work_over(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, 0, 8.0)
    told.is_next(persons["fatigue"][officer])

    hamlet.policy.community["recognition"], hamlet.policy.community["authority"] = 0.5, 1.0
    persons["fatigue"] = 0.7
    persons["stays"] = 1.0
    workforce.work_over(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, 5, 0.0)
    told.is_next(10_000 * (1.0 - persons["stays"][officer]))

    world.community_domain["methods"] = 0.5
    before = world.skill[officer].copy()
    engine.workers["doing"][officer], engine.workers["leaving"][officer] = 1, 0
    workforce._start_newcomer(hamlet.engine, hamlet.world, hamlet.setting["workforce"], officer)
    usual = told.chance()
    assert (np.abs(world.skill[officer] / usual - 1.0) <= 0.05).all()
    assert world.skill[officer].mean() == pytest.approx(usual, rel=0.03)
    assert (world.skill[officer] != before).any()


def key_of_holder(purpose: int, value: float) -> np.uint64:
    """Key of a post whose first holder's draw for `purpose` is close to `value`."""
    holders = np.array([mix(key, p.POST_HOLDER) for key in SOME_KEYS], np.uint64)
    return np.uint64(SOME_KEYS[np.abs(draws(holders, purpose) - value).argmin()])


def leaves_on_day(hazard: float, key: np.uint64) -> tuple[int, float]:
    """On which day, 1 being the first, an officer with this hazard a day leaves, and until when the post is vacant."""
    hamlet = Hamlet(**{"workforce.leaving_base": 0.0, "workforce.leaving_fatigue": 0.0})
    persons, workers = hamlet.state.persons, hamlet.model.engine.workers
    officer = int(np.flatnonzero(workers["home"] == hamlet.office)[0])
    persons["key"][officer] = key
    workforce._settle(persons[officer])
    hamlet.setting["workforce"]["leaving_base"] = 365.0 * hazard
    for day in range(1, 60):
        workforce.work_over(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, day, 0.0)
        if persons["vacant_until"][officer]:
            return day, float(persons["vacant_until"][officer])
    raise AssertionError("nobody leaves")


def test_example_leaving(told: Told) -> None:
    hamlet = Hamlet(**{"workforce.vacancy_days": 45.0, "workforce.leaving_base": 0.0})
    world, engine = hamlet.state, hamlet.model.engine
    officer = int(np.flatnonzero(engine.workers["home"] == hamlet.office)[0])
    persons = world.persons
    persons["trained"][officer], engine.hours[hamlet.office, h.TRAINING] = 6.0, 10.0
    persons["key"][officer] = key_of_holder(p.HOLDER_VACANCY_TIME, np.exp(-1))
    hamlet.setting["workforce"]["leaving_base"] = 2000.0  # a day's chance above 1
    workforce.work_over(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, 3, 0.0)
    told.is_next(engine.hours[hamlet.office, h.TRAINING_LOST])
    assert engine.hours[hamlet.office, h.TRAINING] == 4.0
    told.is_next(round(float(persons["vacant_until"][officer]) - 4.0, 1))
    assert world.counts["leavers"][0][s.COMMUNITY] == (persons["tier"] == s.COMMUNITY).sum()

    key = key_of_holder(p.HOLDER_STAYS, 0.999)
    until = [leaves_on_day(hazard, key) for hazard in (0.0003, 0.00015)]
    told.is_next(until[0][0])
    told.is_next(until[1][0])
    assert until[0][1] - until[0][0] == pytest.approx(until[1][1] - until[1][0])


def test_example_learning(told: Told) -> None:
    hamlet = Hamlet(**{"workforce.learning": 0.004, "workforce.training_gain": 0.002})
    world, jobs = hamlet.state, hamlet.model.engine.jobs
    world.skill[:] = 0.65
    handling.finish_handling(hamlet.engine, hamlet.world, hamlet.setting, hamlet.job(hamlet.case()), 0)
    told.is_next(world.skill[0, 0])
    assert (world.skill[0, 1:] == 0.65).all()
    job_id = hamlet.job(hamlet.case(), phase=s.CHORE, heading=h.TRAINING, hours=2.0)
    casework._note_office_work(hamlet.world, hamlet.setting, jobs[job_id], 1, 0)
    told.is_next(world.skill[1].min())
    assert world.skill[1].max() == world.skill[1].min()
    told.is_next(world.persons["trained"][1])


def test_example_methods(told: Told) -> None:
    hamlet = Hamlet(**{"workforce.method_growth": 0.01, "workforce.method_spread": 0.05})
    scenario, map_ = hamlet.model.scenario_run, hamlet.model.map
    domains = len(scenario.domains)
    hours = 2.0 * domains
    methods = np.full((2, domains), 0.2)
    alone = scenario.with_({"workforce.method_spread": 0.0})
    workforce.grow_methods(alone, map_, methods, np.array([hours, 0.0]))
    told.is_next(methods[0, 0])
    assert methods[1, 0] == 0.2
    methods = np.vstack([np.full(domains, 0.216), np.full(domains, 0.4)])
    assert all(len(near) == 1 for near in map_.neighbours)
    workforce.grow_methods(scenario, map_, methods, np.zeros(2))
    told.is_next(methods[0, 0])
    assert methods[1, 0] == 0.4, "nobody copies what is worse"


def test_example_chore_completion(told: Told) -> None:
    hamlet = Hamlet()
    work, office = hamlet.state.office_work, hamlet.office
    completion = ChoreCompletion(2)
    work["due"][office, h.TRAINING], work["done"][office, h.TRAINING] = 18.0, 10.0
    completion.learn(hamlet.state)
    told.is_next(completion.share[0, h.TRAINING])
    completion.learn(hamlet.state)  # a day on which nothing falls due
    told.is_next(completion.share[0, h.TRAINING])
    scenario = demo(**HAMLET, **{"policy.one_window": 1.0, "casework.wrong_window": 0.3})
    share = np.ones((2, len(h.HOUR_HEADINGS)))
    share[0, h.TRAINING] = 14 / 22
    levels = levels_on(scenario, hamlet.model.map, 0)
    policy = compile_policy(scenario, hamlet.model.map, levels, share, len(work), hamlet.model.take_up)
    told.is_next(policy.effects.community["wrong_window"][0])
    assert policy.effects.community["wrong_window"][1] == 0.0


def test_example_closing_time(told: Told) -> None:
    for hour, waits in ((told.chance(), 0), (told.chance(), 1)):
        hamlet = Hamlet(**{"casework.last_start": 0.5, "calendar.shift_hours": 8.0})
        world, engine = hamlet.state, hamlet.model.engine
        world.domains["level"], world.domains["on_site"] = s.COMMUNITY, 0.0
        day = int(np.flatnonzero(hamlet.model.open_days)[0])
        engine.clock["now"] = world.clock_start[day] + hour
        job_id = hamlet.job(hamlet.case(), target=s.COMMUNITY)
        handling.queue_for_handling(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, job_id, day)
        assert int(engine.stations["waiting"][hamlet.office]) == waits
        engine.clock["now"] = world.clock_start[day + 1]
        following = day + 1 + int(np.flatnonzero(hamlet.model.open_days[day + 1 :])[0])
        none_due = np.zeros(world.office_work.shape)
        tasks.open_offices(hamlet.engine, hamlet.world, hamlet.setting, none_due, following)
        assert int(engine.stations["waiting"][hamlet.office]) == 0


def test_example_chores(told: Told) -> None:
    for yielding in (0.4, 0.0, 1.0):
        classes = [tasks.chore_class(number, yielding) for number in range(1, 6)]
        told.is_next(classes.count(s.C_AFTER))
        assert yielding != 0.4 or classes[2] == classes[4] == s.C_AFTER
        assert set(classes) <= {s.C_AFTER, s.C_ORDINARY}
    for yielding, first in ((1.0, s.HANDLING), (0.0, s.CHORE)):
        hamlet = Hamlet(**{"casework.chores_yield": yielding})
        engine = hamlet.model.engine
        engine.stations["idle"][:] = NONE  # everybody is away
        hamlet.state.office_work["owed"][hamlet.office, h.TRAINING] = 2 * tasks.CHORE_HOURS
        none_due = np.zeros(hamlet.state.office_work.shape)
        tasks.open_offices(hamlet.engine, hamlet.world, hamlet.setting, none_due, 0)
        hamlet.state.domains["level"], hamlet.state.domains["on_site"] = s.COMMUNITY, 0.0
        job_id = hamlet.job(hamlet.case(), target=s.COMMUNITY)
        handling.queue_for_handling(hamlet.engine, hamlet.world, hamlet.effects, hamlet.setting, job_id, 0)
        assert int(engine.stations["waiting"][hamlet.office]) == 3
        assert engine.jobs["phase"][int(stations.first_waiting(hamlet.engine, hamlet.office))] == first
