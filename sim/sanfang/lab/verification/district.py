"""Checks of the whole model: identities and limiting cases that hold whatever the parameters are.

Chance has no part in them: they are counts of differences, and sums that have to agree to rounding.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from sanfang.lab.verification.agreement import Point, Text
from sanfang.model import state as s
from sanfang.model.kernel.worktime import working_days
from sanfang.model.model import DistrictModel
from sanfang.run.simulation import Run, run_from, simulate
from sanfang.scenario.catalogue import levers
from sanfang.scenario.policy import lever_names
from sanfang.scenario.scenario import Scenario

DISTRICT = "demo"
DAYS = 60
MOVED = 20
"""Day on which levers are moved in mid-run."""

REFORM = "three-devolutions-two-refinements"
ROUNDING = 1e-9
"""Sums of hours and yuan agree to this share."""

HARDLY = 0.02
"""What "hardly any waiting for staff" means, as a share of the time from voicing to the end."""


@lru_cache(maxsize=4)
def _loaded(name: str) -> Scenario:
    """All of its short runs is evaluated."""
    return Scenario.load(name, district=DISTRICT, settings=["run.start=empty", "run.warm_up=0"])


def _demo(name: str = "before", changes: dict[str, Any] | None = None) -> Scenario:
    return _loaded(name).with_(changes) if changes else _loaded(name)


def _run(scenario: Scenario, seed: int) -> Run:
    return simulate(scenario, seed=seed, days=DAYS, keep_requests=True)


def _count(en: str, zh: str, theory: float, estimate: float, tolerance: float = 0.0) -> Point:
    return Point(Text(en, zh), float(theory), float(estimate), tolerance=tolerance)


def _model(run: Run) -> DistrictModel:
    assert run.model is not None
    return run.model


# --- Books -------------------------------------------------------------------------------------------------


def supply(scenario: Scenario, days: int, posts: int) -> dict[str, float]:
    """What is supplied, from the declarations alone: posts x paid hours; wages; the money of the months begun, of the
    first one for the days that are left of it."""
    calendar, money = scenario.calendar, scenario.money
    hours = posts * float(working_days(calendar, days).sum()) * calendar.shift_hours
    dates = pd.date_range(calendar.start, periods=days)
    months = 1 - (dates[0].day - 1) / dates[0].days_in_month + int((dates[1:].day == 1).sum())
    operating = money.operating / 12 * months * scenario.district.population
    return {"hours": hours, "yuan": operating + hours * scenario.staffing.wage}


def books(seed: int, _: int) -> list[Point]:
    """What is booked is what was supplied."""
    points = []
    for name, en, zh in (("before", "before the reform", "改革前"), (REFORM, "full reform", "全面改革")):
        run = _run(_demo(name), seed)
        booked = run.ledger.groupby("resource")["amount"].sum()
        supplied = supply(run.scenario, run.days, len(_model(run).workers))
        for resource, resource_zh in (("hours", "工时"), ("yuan", "经费（元）")):
            amount = supplied[resource]
            points.append(
                _count(
                    f"{resource} booked, {en}", f"入账{resource_zh}，{zh}", amount, booked[resource], ROUNDING * amount
                )
            )
        below = int((run.ledger["amount"] < -ROUNDING * supplied["yuan"]).sum())
        points.append(_count(f"headings below zero, {en}", f"出现负数的科目，{zh}", 0, below))
    return points


# --- Needs -------------------------------------------------------------------------------------------------


def needs(seed: int, _: int) -> list[Point]:
    """Every need is in one state; silent ones in the diary are those of the records."""
    run = _run(_demo(), seed)
    model, needs = _model(run), run.requests
    arisen = int(run.daily["arisen"].sum())
    unfit = 0
    for day in range(DAYS):
        there = (needs["arose"] < day + 1) & ~(needs["voiced"] < day + 1) & ~(needs["closed"] < day + 1)
        unfit += int(there.sum()) != int(run.daily["latent"][day])
    flow = model.world.flow[:, :, : s.ARISEN].sum(axis=(0, 1))
    counted = np.array([(needs["outcome"] == name).sum() for name in s.STATE_NAMES[: s.ARISEN]])
    return [
        _count("needs with a record, of those that arose", "有记录的需求（应等于发生数）", arisen, len(needs)),
        _count("needs in all states together", "各状态需求合计", arisen, int(flow.sum())),
        _count("states in which records and counters differ", "记录与计数不符的状态", 0, int((flow != counted).sum())),
        _count("evenings on which silent needs miscount", "未反映需求数不符的日数", 0, unfit),
    ]


# --- Repeating ---------------------------------------------------------------------------------------------


def values_that_differ(first: Run, second: Run) -> int:
    """In how many values two runs differ, to the last bit: metrics, days, ledger, requests."""
    mine, other = (np.array(list(run.metrics.values())) for run in (first, second))
    count = int((~((mine == other) | (np.isnan(mine) & np.isnan(other)))).sum())
    for name in ("daily", "ledger", "requests"):
        count += _unlike(getattr(first, name), getattr(second, name))
    return count


def _unlike(first: pd.DataFrame, second: pd.DataFrame) -> int:
    if first.shape != second.shape or list(first.columns) != list(second.columns):
        return max(first.size, second.size, 1)
    return int((~((first == second) | (first.isna() & second.isna()))).to_numpy().sum())


def repeat(seed: int, _: int) -> list[Point]:
    """A seed again, and another."""
    first, again, other = (_run(_demo(REFORM), number) for number in (seed, seed, seed + 1))
    alike = len(set(first.requests["id"]) & set(other.requests["id"]))
    return [
        _count("values that differ, same seed", "同一种子下不同的数值", 0, values_that_differ(first, again)),
        _count("needs in common, another seed", "另一种子下相同的需求", 0, alike),
    ]


def moved(seed: int, _: int) -> list[Point]:
    """A lever moved on the way, against a schedule that foresaw it."""
    model = DistrictModel(_demo(), seed=seed, days=DAYS)
    changes = {f"policy.{name}": [[0, 0.0], [MOVED, 1.0]] for name in lever_names()}
    scheduled = _demo(changes=changes)
    while model.day < DAYS:
        if model.day == MOVED:
            model.follow(scheduled)
        model.step()
    played = run_from(model, scale=1.0)
    planned = _run(scheduled, seed)
    minds = int((model.residents.satisfaction != _model(planned).residents.satisfaction).sum())
    unmoved = _run(_demo(), seed)
    return [
        _count(
            "values that differ: metrics, days, books, requests", "不同的数值（指标、逐日、账目、诉求）",
            0, values_that_differ(played, planned),
        ),
        _count("residents whose satisfaction differs", "满意度不同的居民", 0, minds),
        _count(
            "whether the levers did something (1: yes)", "移动确有作用（1 为是）", 1,
            float(unmoved.metrics["satisfaction"] != planned.metrics["satisfaction"]),
        ),
    ]  # fmt: skip


# --- The same troubles ---------------------------------------------------------------------------------------

NO_PREVENTION = ("tasks.effect", "tasks.street_effect", "tasks.own_effect", "conflicts.convention_effect")


def without_prevention(name: str) -> Scenario:
    """A scenario in which no policy can prevent or cause a trouble: no service, work, help or convention does."""
    changes = dict.fromkeys(NO_PREVENTION, 0.0)
    ways = ("prevention", "visits", "upkeep")
    changes |= {f"domains.{domain}.{way}": 0.0 for domain in _loaded(name).domains for way in ways}
    return _demo(name, changes)


def _troubles(run: Run) -> pd.DataFrame:
    first = run.requests[run.requests["ordinal"] == 0]
    return first.set_index("id")[["resident", "community", "domain", "kind", "parts", "arose"]].sort_index()


def troubles_of_two(seed: int, _: int) -> list[Point]:
    """Needs that one of two policies meets and the other does not."""
    here, there = (_troubles(_run(without_prevention(name), seed)) for name in ("before", REFORM))
    common = here.index.intersection(there.index)
    unlike = _unlike(here.loc[common], there.loc[common])
    return [
        _count("needs that both policies meet", "两种政策都遇到的需求", len(here), len(common)),
        _count("needs under the second policy", "第二种政策下的需求", len(here), len(there)),
        _count("differences in whose, where, what or when", "人、地、事、时上的差别", 0, unlike),
    ]


# --- Limiting cases ------------------------------------------------------------------------------------------


def no_demand(seed: int, _: int) -> list[Point]:
    """A district in which nothing happens."""
    quiet = _demo(changes={f"domains.{name}.hazard": 0.0 for name in _loaded("before").domains})
    idle = quiet.with_({"tasks.load": 0.0, "tasks.own_load": 0.0, "tasks.street_load": 0.0})
    run = _run(idle, seed)
    hours = run.ledger[run.ledger["resource"] == "hours"]
    worked = hours.loc[~hours["heading"].isin(["idle", "patrol", "vacant"]), "amount"].sum()
    minds = DistrictModel(idle, seed=seed, days=1).residents.satisfaction
    return [
        _count("needs", "需求", 0, len(run.requests)),
        _count("requests open on any evening", "任一日末在办件", 0, int(run.daily["open"].max())),
        _count("hours worked", "投入工时", 0, worked),
        _count(
            "residents whose satisfaction moved, apart from talk", "满意度变化的居民（邻里交流除外）", 0,
            _moved_minds(idle, seed, minds),
        ),
    ]  # fmt: skip


def _moved_minds(scenario: Scenario, seed: int, before: np.ndarray) -> int:
    """Residents whose satisfaction is another than `before` after a run in which nobody talks."""
    silent = scenario.with_({"mind.peer_pull": 0.0})
    after = _model(_run(silent, seed)).residents.satisfaction
    return int((after != before).sum())


PLENTY: dict[str, float | int] = {
    "staffing.officers_per_10k": 60.0,
    "staffing.street_per_10k": 40.0,
    "staffing.households_per_grid": 50.0,
    "tasks.load": 0.05,
    "tasks.own_load": 0.05,
    "tasks.street_load": 0.05,
}


def plenty(seed: int, _: int) -> list[Point]:
    """A district with staff in plenty."""
    posts = {f"departments.{name}.posts_per_100k": 300.0 for name in _loaded("before").departments}
    run = _run(_demo(changes=PLENTY | posts), seed)
    share = run.metrics["wait_staff_share"]
    return [_count("share of time spent waiting for staff", "等待人手占用时的比例", 0.0, share, HARDLY)]


ALWAYS_THERE = ("fund_admin", "idle_while_others_wait")
"""Headings of levers that a district without any lever has too: some money to keep books of, some idle hours."""


def prices(seed: int, _: int) -> list[Point]:
    """What is booked under the headings of levers, at 0 and at 1."""
    headings = sorted({lever.heading for lever in levers()} - set(ALWAYS_THERE))
    everything = _demo(changes={f"policy.{name}": 1.0 for name in lever_names()})
    none, all_ = (_run(scenario, seed).ledger for scenario in (_demo(), everything))
    public = [table[table["resource"].isin(["hours", "yuan"])] for table in (none, all_)]
    booked = [table[table["heading"].isin(headings)].groupby("heading")["amount"].sum() for table in public]
    return [
        _count(
            "hours and yuan booked under levers' headings, all levers 0", "各项措施为 0 时其科目的入账额",
            0, booked[0].sum(),
        ),
        _count(
            "levers' headings with an entry, all levers 1", "各项措施为 1 时有入账的科目数",
            len(headings), (booked[1] > 0).sum(),
        ),
    ]  # fmt: skip
