"""Handling: the queue where a part is finished, the work itself, and what comes of it."""

from __future__ import annotations

from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.cases.forums import is_decided_against
from sanfang.model.cases.shared import shorten
from sanfang.model.cases.stations import department_of, enqueue, office_of, start_delay, street_of
from sanfang.model.compiled import compiled
from sanfang.model.effects import PolicyEffects
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import LOGNORMAL, duration, exponential, uniform
from sanfang.model.kernel.engine_arrays import Engine
from sanfang.model.kernel.records import Record
from sanfang.model.setting import Setting
from sanfang.model.world import World

MAX_HARDER = 5
"""Recurrences after which a 愁 need grows no harder."""


@compiled
def specialist_hours(world: World, job: Record) -> float:
    """Hours that a part takes a fully skilled, rested specialist."""
    domain = world.domains[job.domain]
    return duration(job.key, p.PART_HOURS, domain.hours, domain.hours_cv, domain.shape)


@compiled
def needed_hours(world: World, setting: Setting, job: Record) -> float:
    """The same, with what waiting and recurring have added to it."""
    case, hours = world.cases[job.owner], specialist_hours(world, job)
    if case.worse:
        hours *= setting.worsening.effort
    if case.ordinal > 0 and setting.worsening.harder > 0.0:
        hours *= 1.0 + setting.worsening.harder * min(case.ordinal, MAX_HARDER)
    return hours


@compiled
def next_handoff_time(job: Record, setting: Setting, days: float) -> float:
    """Working hours of a part's next timed step: a hand-off, an approval, a meeting, of `days` on average."""
    job.steps += 1
    return exponential(job.key, p.PART_HANDOFF_TIME + job.steps, days * setting.shift)


@compiled
def queue_for_handling(
    engine: Engine, world: World, effects: PolicyEffects, setting: Setting, job_id: int, day: int
) -> None:
    """Join the queue where the part is finished; what comes first is decided here."""
    job = engine.jobs[job_id]
    case = world.cases[job.owner]
    c, d = case.community, job.domain
    job.hours = needed_hours(world, setting, job)
    station, tier, class_ = office_of(world, c), s.COMMUNITY, s.C_ORDINARY
    on_site = world.domains[d].level == s.GRID or uniform(job.key, p.PART_ON_SITE) < world.domains[d].on_site
    if job.target == s.COMMUNITY and on_site:
        station, tier = c, s.GRID
    elif job.target == s.STREET:
        station, tier = street_of(world, c), s.STREET
    elif job.target == s.DEPARTMENT:
        station, tier = department_of(world, d), s.DEPARTMENT
        sent_up = case.channel != s.DEPARTMENT_WINDOW
        if sent_up and uniform(job.key, p.PART_SENT_UP_FIRST) < effects.community[c].answers_to_base:
            class_ = s.C_SENT_UP
    if case.triaged:
        class_ = s.C_TRIAGED
    if case.tier != s.PARTNER:
        case.tier = max(case.tier, tier)
    heading = h.HANDLING
    if job.mode == s.SECOND_TRY:
        heading = h.REWORK
        job.hours *= setting.casework.rework
    if case.gone == case.gone:
        shorten(setting, job)
        heading = job.heading
    enqueue(engine, world, setting, job_id, s.HANDLING, station, class_, heading, s.T_WAIT_STAFF, day)


@compiled
def _result(world: World, setting: Setting, job: Record, skill: float) -> float:
    """Quality of a handled part: 1 fixed, `casework.partly_quality` partly, 0 not. A devolved decision can be wrong.

    The decision of a conflict leaves one side dissatisfied, which may be the one who asked.
    """
    casework, attempt = setting.casework, world.cases[job.owner].attempts
    devolved = job.target == s.COMMUNITY and world.domains[job.domain].level > s.COMMUNITY
    if devolved and uniform(job.key, p.PART_UNEVEN_DECISION + attempt) < casework.uneven_decision:
        return 0.0
    fixed = casework.fixed + casework.fixed_skill * skill
    if setting.assessment.held > 0.0 and world.cases[job.owner].near and job.phase == s.HANDLING:
        fixed *= 1.0 - setting.assessment.haste_costs
    mark = uniform(job.key, p.PART_RESULT + attempt)
    if mark < fixed:
        return casework.partly_quality if is_decided_against(world, setting, job) else 1.0
    return setting.casework.partly_quality if mark < fixed + (1.0 - fixed) * casework.partly_fixed else 0.0


@compiled
def finish_handling(engine: Engine, world: World, setting: Setting, job_id: int, worker_id: int) -> None:
    """A worker has done its part, and has learnt from it."""
    d = engine.jobs[job_id].domain
    skill = world.skill[worker_id, d]
    world.skill[worker_id, d] += setting.workforce.learning * (1.0 - skill)
    world.persons[worker_id].cases += 1
    carry_out(engine, world, setting, job_id, skill)


@compiled
def carry_out(engine: Engine, world: World, setting: Setting, job_id: int, skill: float) -> None:
    """The work is done with this skill: its result is fixed, and what has to be ordered or built takes its time."""
    job = engine.jobs[job_id]
    case, domain = world.cases[job.owner], world.domains[job.domain]
    if case.gone == case.gone:
        case.quality[job.part] = 1.0
        start_delay(engine, world, job_id, s.EXECUTED, s.T_LEAD_TIME, 0.0)
        return
    case.quality[job.part] = _result(world, setting, job, skill)
    wait = duration(job.key, p.PART_LEAD_TIME + 1000 * case.attempts, domain.lead_hours, domain.lead_cv, LOGNORMAL)
    start_delay(engine, world, job_id, s.EXECUTED, s.T_LEAD_TIME, wait)
