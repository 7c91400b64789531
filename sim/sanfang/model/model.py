"""The district as a Mesa model: one step is one day, and a day is the phases listed in `DistrictModel.step`.

The phases stand in one file, although it is long, so that a day can be read in the order in which it happens.
"""

from __future__ import annotations

import datetime as dt

import mesa
import numpy as np
import pandas as pd

from sanfang.model.agents import Community, Department, Resident, SubdistrictOffice, make_workers
from sanfang.model.books import headings as h
from sanfang.model.books.diary import Diary
from sanfang.model.books.ledger import check_books, check_flow, close_day, hours_by_tier, ledger_table, yuan_by_tier
from sanfang.model.building import arrivals, build_world, make_room
from sanfang.model.cases.attention import shift_attention
from sanfang.model.cases.casework import work_today
from sanfang.model.cases.channels import begin_day_of_calls
from sanfang.model.cases.latent import surface_today
from sanfang.model.cases.needs import arise_today, number_back
from sanfang.model.cases.routing import release_money
from sanfang.model.cases.terminals import begin_day_at_terminals
from sanfang.model.chore_completion import ChoreCompletion
from sanfang.model.compiled import LentRecord
from sanfang.model.district.bursts import burst_factors
from sanfang.model.district.finance import allocate_month, lapse, plan_finance
from sanfang.model.district.geography import build_geography
from sanfang.model.district.helpers import HelperHours
from sanfang.model.district.moving_posts import WEEK, any_part_time, forget_places, move_posts, plan_days
from sanfang.model.district.population import ELDERLY, YOUNG, build_residents
from sanfang.model.district.prevention import Prevention
from sanfang.model.district.residents import live_on, means_by_age, receive, talk
from sanfang.model.district.tasks import open_offices, send_tasks, task_streams
from sanfang.model.district.workforce import (
    fill_posts,
    grow_methods,
    hire_everyone,
    posts_by_station,
    work_over,
)
from sanfang.model.effects import refer_effects
from sanfang.model.kernel.draws import Seeds, root_key
from sanfang.model.kernel.engine_arrays import refer_engine
from sanfang.model.kernel.worktime import working_days
from sanfang.model.policy import PolicyCalendar
from sanfang.model.setting import setting_of
from sanfang.model.state import ASKING, D_DISCOVERED, D_VOICED, D_VOICED_AGAIN, GRANTED, UNFUNDED
from sanfang.model.take_up import TakeUp
from sanfang.model.world import refer_world
from sanfang.scenario.dates import date_of, dates_of, month_left
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario


class DistrictModel(mesa.Model):
    """A district under a policy.

    `scenario` is kept, frozen, as `scenario_run` (Mesa writes to a model's `scenario`). `seed` fixes every
    draw; `days` is how many days it can do; `scale` keeps that share of the communities. `first_day` is the day of the
    calendar on which it begins: below 0 in the years before.

    A run of the same scenario, seed, days and scale is bit-identical in any process.
    """

    def __init__(
        self, scenario: Scenario, seed: int = 1, days: int | None = None, scale: float = 1.0, first_day: int = 0
    ) -> None:
        super().__init__(rng=int(root_key(seed, "mesa") >> np.uint64(33)))
        self.scenario_run, self.seed_run, self.seeds = scenario, seed, Seeds.of(scenario.run.replicate, seed)
        people = self.seeds.people
        self.days, self.first_day = days or scenario.run.days, first_day
        self.map = build_geography(scenario, scale, self.seeds.map)
        self._posts = posts_by_station(scenario, self.map)
        persons, skill = hire_everyone(scenario, self.map, self._posts, people)
        self.residents = build_residents(scenario, self.map, people)
        self.engine, self.world = build_world(scenario, self.map, self.residents, persons, skill, self.days, first_day)
        self._engine, self._world = refer_engine(*self.engine), refer_world(*self.world)
        self.setting = setting_of(scenario)
        self._setting = LentRecord(self.setting)
        self.finance = plan_finance(scenario, self.map, people)
        self.finance.begin = first_day
        self.helpers = HelperHours(scenario, self.map, self.residents, people, self.days)
        self.prevention = Prevention(scenario, self.world, self._posts)
        self.streams = task_streams(scenario, self.map, self._posts)
        self._arrivals = arrivals(self.world, self.streams)
        years = " before" if first_day < 0 else ""
        self.keys = {name: root_key(seed, f"{name}{years}") for name in ("needs", "tasks", "terminals")}
        self.open_days = working_days(scenario.calendar, self.days, first_day)
        self._open_so_far = np.cumsum(self.open_days)  # by the end of each day
        dates = dates_of(scenario.calendar, first_day, first_day + self.days)
        self.demand_by_day, self.weekday_factor = _demand_by_day(scenario, dates)
        self.demand_by_day *= burst_factors(scenario.worsening, dates, self.seeds.troubles, years)
        self.completion = ChoreCompletion(len(self.map.ids))
        self.take_up = TakeUp(scenario, len(self.map.ids))
        self._policies = PolicyCalendar(scenario, self.map, len(self._posts))
        self.policy = self._policies.on(0, self.completion.share, self.take_up)
        self._young, self._elderly = (np.flatnonzero(self.residents.age == age) for age in (YOUNG, ELDERLY))
        self.diary = Diary(self.days, len(self.map.ids))
        self._pending, self._voiced_today, self._has_new_money = 0, 0, False
        self._back = 0  # needs that are back today
        self._part_time = False
        self._month = 1.0  # the share of the running month's days that it has had money for
        self.make_room()
        fill_posts(self._engine, persons)
        self.year_before: np.ndarray | None = None
        self.began_steady: bool | None = None  # None: empty
        if scenario.run.start == "steady":
            self._start_steady(scale)
        self.communities = [Community(self, row) for row in range(len(self.map.ids))]
        self.streets = [SubdistrictOffice(self, row) for row in range(scenario.district.sub_districts)]
        self.departments = [Department(self, row, name) for row, name in enumerate(scenario.departments)]
        self.workers = make_workers(self)

    def _start_steady(self, scale: float) -> None:
        """Day 0 begins in the steady state of the district under its present policy."""
        from sanfang.model.start.carried import carry_into  # these run this model, for the years before
        from sanfang.model.start.form import fits
        from sanfang.model.start.steady import steady_start, steady_start_again

        of_whom = (self.scenario_run, self.seeds.people, scale)
        start = steady_start(*of_whom)
        if not fits(start, self):
            start = steady_start_again(*of_whom)
        carry_into(self, start)
        self.year_before, self.began_steady = start["daily.year_before"], bool(start["start.steady"])
        self._engine, self._world = refer_engine(*self.engine), refer_world(*self.world)

    # --- The day ----------------------------------------------------------------------------------

    @property
    def day(self) -> int:
        """Days simulated so far."""
        return self.diary.days

    @property
    def date(self) -> dt.date:
        """Date of the day to come."""
        return date_of(self.scenario_run.calendar, self.first_day + self.day)

    def follow(self, scenario: Scenario) -> None:
        """From the day to come on, the levers of `scenario`, which may differ from the present one in nothing else.

        Bit-identical to a run whose schedules have had these steps from the start. Raises InputError.
        """
        if scenario.without_policy() != self.scenario_run.without_policy():
            raise InputError("a model can follow another policy, not move to another district or other conditions")
        self.scenario_run = scenario
        self._policies.follow(scenario, self.day)

    def resident(self, row: int) -> Resident:
        """A resident as an agent: a view on row `row` of the columns."""
        return Resident(self, row)

    def step(self) -> None:
        """One day, in these phases; IndexError past the days for which the model was made.

        1. the policy of the day; on the first day of a month its money, services and helpers
        2. needs arise
        3. needs are voiced, found, met, or vanish
        4. the day's work, event by event
        5. results reach residents; what is unresolved wears on them; weekly, neighbours talk
        6. fatigue, leaving, newcomers; the day's closing entries
        7. what the day's work prevents; monthly, methods spread; at the year's end money lapses
        8. the diary, and the flow identity
        """
        day = self.day
        if day >= self.days:
            raise IndexError(f"the model was made for {self.days} days")
        self._set_policy(day)
        self._needs(day)
        if self.open_days[day]:
            self._work(day)
        self._residents(day)
        self._workforce(day)
        self._supply(day)
        self._close()

    def _set_policy(self, day: int) -> None:
        """(1) The policy of the day, compiled; posts and, monthly, money are where it puts them."""
        self.policy = self._policies.on(day, self.completion.share, self.take_up)
        self._effects = refer_effects(*self.policy.effects)
        if self._policies.changes_on(day):
            self._place_posts(day)
        elif self._part_time and self.open_days[day]:
            move_posts(self.engine, self.world, self._working_day(day))
        if self.date.day == 1 or day == 0:
            self._month = month_left(self.scenario_run.calendar, self.first_day + day)
            base = self._base_posts()
            allocate_month(self.scenario_run, self.map, self.world, self.finance, self.policy, base, self._month)
            self.helpers.begin_month(self.world, self.residents.trust, self.policy.helpers, self._month)
            self._has_new_money = True
        begin_day_at_terminals(self._world, self._setting, self.keys["terminals"], day)
        self.prevention.set_hazards(self.world)

    def _place_posts(self, day: int) -> None:
        """The policy of the day decides anew which posts are below; who comes to a place does not know it."""
        persons, days_down = self.world.persons, self.world.persons["days_down"].copy()
        plan_days(self.scenario_run, persons, self.world.busy, self.policy.staff)
        self._part_time = any_part_time(persons)
        move_posts(self.engine, self.world, self._working_day(day))
        if self.scenario_run.workforce.knowing_days > 0:
            forget_places(persons, days_down)

    def _working_day(self, day: int) -> int:
        """Number of a day in its working week, from 0."""
        return int(self._open_so_far[day]) % WEEK

    def _needs(self, day: int) -> None:
        """(2) Needs arise. (3) Needs are voiced, found, met, or vanish."""
        others = self.scenario_run.sharing.others
        self._back = number_back(self._world, day) if others > 0.0 else 0
        self.make_room()
        begin_day_of_calls(self._world)
        demand, weekday = float(self.demand_by_day[day]), float(self.weekday_factor[day])
        state = (self._engine, self._world, self._effects, self._setting, self.residents.trust)
        arise_today(*state, self.residents.weight, self.keys["needs"], day, demand, weekday)
        most_heard = float(self.residents.heard.max(initial=0.0))
        surface_today(*state, day, weekday, most_heard, bool(self.open_days[day]))
        self._voiced_today = int(self.world.daily[day, [D_VOICED, D_DISCOVERED, D_VOICED_AGAIN]].sum())
        self._pending += self._voiced_today

    def _work(self, day: int) -> None:
        """(4) The day's work, event by event."""
        effects, setting = self._effects, self._setting
        self.make_room()
        send_tasks(self._engine, self._world, effects, setting, self.streams, self.keys["tasks"], day)
        if self._has_new_money or self._releases(day):
            release_money(self._engine, self._world, effects, setting, day)
            self._has_new_money = False
            self._money_came(day)
        self.make_room()  # vetting and payments have just added to what offices owe
        if self.scenario_run.assessment.adapts > 0 and self._every(day, self.scenario_run.assessment.look_days):
            shift_attention(self._engine, self._world, setting, day)
        open_offices(self._engine, self._world, setting, self.policy.chores, day)
        self._react(day)
        self._pending = self._voiced_today  # those voiced after hours are still to come

    def _releases(self, day: int) -> bool:
        """Whether parts that wait for money are looked at on this working day, between two allocations."""
        return self._every(day, self.scenario_run.money.release_days)

    def _every(self, day: int, days: float) -> bool:
        """Whether so many working days are over again on this one; never where they are 0."""
        return round(days) > 0 and int(self._open_so_far[day]) % round(days) == 0

    def _money_came(self, day: int) -> None:
        """Cases that waited for money have got it: nothing more to do, unless somebody watches."""

    def _react(self, day: int) -> None:
        """The day's events, one after the other."""
        work_today(self._engine, self._world, self._effects, self._setting, day)

    def _residents(self, day: int) -> None:
        """(5) Results reach residents; what is unresolved wears on them; weekly, neighbours talk."""
        counts, mind = self.world.counts, self.setting["mind"]
        count = int(counts["experiences"][0])
        kept = (self.world.records, self.world.closings, self.diary.rated)
        receive(self.residents, self.world.experiences, count, *kept, mind)
        counts["experiences"] = 0
        communities = self.world.communities
        rows, erosion = (communities["first"], communities["size"]), float(mind["erosion"])
        means = (self.diary.satisfaction[day], self.diary.vulnerable[day])
        of_all = live_on(self.residents, *rows, erosion, *means)
        means_by_age(self.residents.satisfaction, of_all, self._young, self._elderly, self.diary.by_age[day])
        if day % 7 == 6:
            talk(self.residents, *rows, float(mind["peer_pull"]))

    def _workforce(self, day: int) -> None:
        """(6) Fatigue, leaving, newcomers; and the day's closing entries."""
        open_hours = float(self.world.clock_start[day + 1] - self.world.clock_start[day])
        work_over(self._engine, self._world, self._effects, self._setting, day, open_hours)
        if open_hours > 0:
            close_day(self.scenario_run, self.engine, self.world, self.diary.hours_this_morning, open_hours)

    def _supply(self, day: int) -> None:
        """(7) What work has done: prevention daily, methods monthly; at the year's end money lapses."""
        self.prevention.learn(self.world)
        self.helpers.book_day(self.world)
        if self.open_days[day]:
            self.completion.learn(self.world)
        if self.take_up.spreads:
            self.take_up.spread(self.completion.share, self.diary.satisfaction[day])
        tomorrow = date_of(self.scenario_run.calendar, self.first_day + day + 1)
        if tomorrow.day == 1:
            written = self.diary.hours_since_month(self.engine, self.world.layout, h.METHODS)
            grow_methods(self.scenario_run, self.map, self.world.community_domain["methods"], written, self._month)
            if tomorrow.month == 1:
                lapse(self.world, self.waiting_yuan())

    def _close(self) -> None:
        """(8) The day enters the diary; the flow must balance."""
        check_flow(self.world)
        self.diary.enter(self.engine, self.world)

    def make_room(self) -> None:
        """Let the pools grow to hold whatever a day can bring, and point compiled code to them."""
        others, back = self.scenario_run.sharing.others, self._back
        known = (self._arrivals, self.policy.chores, self._pending, others, back)
        engine, world = make_room(self.engine, self.world, *known)
        if engine is not self.engine:
            self.engine, self._engine = engine, refer_engine(*engine)
        if world is not self.world:
            self.world, self._world = world, refer_world(*world)

    # --- What it shows ------------------------------------------------------------------------------

    def _base_posts(self) -> np.ndarray:
        """Posts at each community's grids and office now, those moved down among them."""
        communities = self.world.layout.communities
        homes = self.engine.workers["home"]
        return np.bincount(homes[homes < 2 * communities] % communities, minlength=communities)

    def waiting_yuan(self) -> float:
        """Yuan that parts of cases are waiting for: asked for, on its way, or not there."""
        jobs = self.engine.jobs[: int(self.engine.clock["jobs_used"][0])]
        waits = np.isin(jobs["phase"], (ASKING, GRANTED, UNFUNDED)) & (jobs["cancelled"] == 0)
        return float(jobs["yuan"][waits].sum())

    def ledger(self) -> pd.DataFrame:
        """Every hour and yuan so far: resource, tier, heading, amount. The books are checked first."""
        hours = hours_by_tier(self.engine, self.world.layout)
        yuan = yuan_by_tier(self.scenario_run, hours, self.world, self.finance, self.day, self.waiting_yuan())
        check_books(self.scenario_run, hours, yuan, self.world, self.finance, self.day)
        return ledger_table(hours, yuan, self.world)

    def run(self) -> None:
        """Step to the last day."""
        while self.day < self.days:
            self.step()


def _demand_by_day(scenario: Scenario, dates: list[dt.date]) -> tuple[np.ndarray, np.ndarray]:
    """Demand of each of the `dates` over the mean day's: by weekday and month, and by weekday alone."""
    calendar = scenario.calendar
    weekday = np.array(calendar.weekday_profile)[[date.weekday() for date in dates]] * 7
    month = np.array(calendar.month_profile)[[date.month - 1 for date in dates]] * 12
    return weekday * month, weekday
