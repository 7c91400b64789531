"""Every metric of a run computed a second time, in plain Python and pandas, from what the run shows.

Written from docs/model.md and the declarations, and sharing no code with the model: an error in a formula of
`sanfang.model.books` does not come back here. Slow and simple on purpose, and one file, although it is long, so that it
reads from top to bottom beside docs/model.md. `metrics_of` takes

- `requests`: the run's requests, with `gone` beside them, the day on which the trouble no longer was there, and `met`,
  whether a planned service met the need before anybody asked;
- `daily`: its daily series;
- `ledger`, `ledger_before`: the ledger at its end and at the start of the window (None if that is day 0);
- `months`: of each month begun, what was paid on its first day for all of it (by heading; what was in vain is known of
  those that are over), and put into the pots (by tier); `moved`: what the window paid out of the pots,
  `[tier, heading]`; `held` in them at its end, by tier; and `waiting`, the yuan that cases wait for then;
- `satisfaction`: residents' satisfaction at the end of each day, `[day, resident]`, and who they are.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from itertools import groupby

import holidays
import numpy as np
import pandas as pd

from sanfang.scenario.place import Calendar
from sanfang.scenario.scenario import Scenario

CAUSES = ("wait_staff", "handling", "handoff", "information", "shortage", "case_wait", "rework", "lead_time")
WASTED_HOURS = (
    "idle_while_others_wait", "rework", "misdirected", "relay", "bounced", "tasks_form", "training_lost",
    "vetting_wrong", "data_entry_in_vain", "forums_without_agreement", "handled_twice", "reminders",
)  # fmt: skip
WASTED_YUAN = ("services_oversupplied", "terminals_unused", "contracts_unused", "stranded")
COORDINATION = (
    "fund_admin", "coordination", "list_upkeep", "vetting", "assessment", "proposals", "triage", "case_management",
    "volunteers", "contact_households", "internal_resources", "collaboration", "consultation", "campaigns",
    "duplicates",
)  # fmt: skip
AT_REST = ("idle", "idle_while_others_wait", "patrol")
WITHIN_DAYS = 60
REPEAT_DAYS = 30


@dataclass(frozen=True)
class Shown:
    """What a run shows."""

    scenario: Scenario
    first: int
    """First day of the window."""
    end: int
    """Days of the run."""
    requests: pd.DataFrame
    daily: pd.DataFrame
    ledger: pd.DataFrame
    ledger_before: pd.DataFrame | None
    months: list[tuple[pd.Series, pd.Series]]
    moved: pd.DataFrame
    held: pd.Series
    waiting: float
    satisfaction: np.ndarray
    community: np.ndarray
    vulnerable: np.ndarray
    posts: int


def metrics_of(shown: Shown) -> dict[str, float]:
    """All metrics, by name."""
    return {
        **of_residents(shown),
        **of_needs(shown),
        **of_requests(shown),
        **of_durations(shown),
        **of_time(shown),
        **of_resources(shown),
    }


def ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


# --- Residents ----------------------------------------------------------------------------------------------


def of_residents(shown: Shown) -> dict[str, float]:
    """Means over residents and days of the window; the Gini index by its definition, over all pairs."""
    by_resident = shown.satisfaction[shown.first :].mean(axis=0)
    weak = shown.vulnerable
    communities = pd.Series(by_resident).groupby(shown.community).mean().to_numpy()
    apart = sum(abs(one - other) for one in communities for other in communities)
    both = weak.any() and not weak.all()
    latent = {group: latent_by_day(shown, group) for group in (None, True, False)}
    return {
        "satisfaction": by_resident.mean(),
        "satisfied_share": (shown.satisfaction[-1] >= shown.scenario.mind.satisfied_from).mean(),
        "vulnerable_gap": by_resident[~weak].mean() - by_resident[weak].mean() if both else math.nan,
        "community_inequality": apart / (2 * len(communities) ** 2 * communities.mean()),
        "latent_needs": 1000 * ratio(latent[None], len(weak)),
        "latent_needs_vulnerable": 1000 * ratio(latent[True], weak.sum()),
        "latent_needs_others": 1000 * ratio(latent[False], (~weak).sum()),
        "standing_needs": 1000 * ratio(standing(shown), len(weak)),
    }


def latent_by_day(shown: Shown, vulnerable: bool | None) -> float:
    """Needs neither voiced nor found at the end of a day, the mean over the window's days."""
    needs = shown.requests
    if vulnerable is not None:
        needs = needs[needs["vulnerable"] == vulnerable]
    until = needs["voiced"].fillna(needs["closed"]).fillna(math.inf)
    ends = [day + 1 for day in range(shown.first, shown.end)]
    return float(np.mean([((needs["arose"] < end) & (until >= end)).sum() for end in ends]))


def standing(shown: Shown) -> float:
    """Needs whose trouble is there, the mean over the window, need by need."""
    total = 0.0
    for arose, gone in zip(shown.requests["arose"], shown.requests["gone"], strict=True):
        until = shown.end if math.isnan(gone) else min(gone, shown.end)
        total += max(until - max(arose, shown.first), 0.0)
    return total / (shown.end - shown.first)


# --- Needs --------------------------------------------------------------------------------------------------


def of_needs(shown: Shown) -> dict[str, float]:
    """Of the needs that arose in the window: days of trouble and of silence, and what has become of them."""
    needs, end = shown.requests[shown.requests["arose"] >= shown.first], float(shown.end)
    age = end - needs["arose"]
    followed = end - needs["arose"].min() // 1 if len(needs) else 0.0
    gone, heard = needs["gone"], needs["voiced"].fillna(needs["closed"].where(needs["outcome"] == "healed"))
    ends = needs["outcome"].map(lambda name: name if name in ("healed", "resolved", "unresolved", "withdrawn") else "")
    ends = ends.where(~((ends == "healed") & (needs["met"] == 1)), "met")
    ends = ends.where(~((ends == "unresolved") & needs["experience"].isna()), "")  # it is about to be brought back
    until = (needs["closed"] - needs["arose"]).where(ends != "", age)
    done = ends.isin(["resolved", "met"])

    def mean(days: pd.Series, over: pd.Series) -> float:
        return mean_within(waiting_curve(days, over), WITHIN_DAYS, len(days), followed)

    found = {
        "trouble_days": mean((gone - needs["arose"]).fillna(age), gone.notna()),
        "silent_days_mean": mean((heard - needs["arose"]).fillna(age), heard.notna()),
        "need_days_mean": mean(until.where(done, age), done),
    }
    for days in (30, 60, 90):
        share = ended_by(until.tolist(), ends.tolist(), days)
        share["resolved"] = share.get("resolved", 0.0) + share.get("met", 0.0)
        share["given_up"] = share.get("withdrawn", 0.0)
        for name in ("resolved", "met", "healed", "given_up", "unresolved"):
            found[f"{name}_{days}"] = share.get(name, 0.0) if followed >= days else math.nan
    return found


def ended_by(durations: list[float], ends: list[str], horizon: float) -> dict[str, float]:
    """Aalen and Johansen: the share that has ended in each way by then; "" has not ended when it was last seen."""
    shares: dict[str, float] = {}
    still, at_risk = 1.0, len(durations)
    for time, group in groupby(sorted(zip(durations, ends, strict=True)), key=lambda one: one[0]):
        if time > horizon:
            break
        together, before = [end for _, end in group], still
        for end in filter(None, together):
            shares[end] = shares.get(end, 0.0) + before / at_risk
            still -= before / at_risk
        at_risk -= len(together)
    return shares


# --- Requests -----------------------------------------------------------------------------------------------


def in_window(shown: Shown) -> pd.DataFrame:
    """Requests made in the window."""
    return shown.requests[shown.requests["voiced"] >= shown.first]


def of_requests(shown: Shown) -> dict[str, float]:
    """Rates and counts of requests made, or closed, in the window."""
    made = in_window(shown)
    days = shown.daily[shown.daily["day"] >= shown.first]
    settled = days[days["day"] < shown.end - REPEAT_DAYS]
    before = shown.requests[shown.requests["voiced"] < shown.first]
    carried = before[before["closed"].isna() | (before["closed"] >= shown.first)]
    cleared = carried[(carried["outcome"] == "resolved") & (carried["closed"] <= shown.first + 60)]
    old = made[made["voiced"].astype(int) <= shown.end - 60]  # two months on, what was to come has come
    given_up = old[(old["outcome"] == "withdrawn") & (old["closed"] <= old["voiced"] + 60)]
    return {
        "requests": float(len(made)),
        "rating_rate": ratio(days["rated_satisfied"].sum(), days["rated"].sum()),
        "resolution_rate": ratio(days["resolved"].sum(), days["closed"].sum()),
        "repeat_rate": ratio(settled["repeats"].sum(), settled["closed"].sum()),
        "withdrawn_rate": ratio(len(given_up), len(old)),
        "trips_per_request": ratio(old["trips"].sum(), len(old)),
        "handoffs_per_request": ratio(old["handoffs"].sum(), len(old)),
        "carried_open": 1000 * ratio(len(carried), len(shown.vulnerable)),
        "carried_resolved": ratio(len(cleared), len(carried)),
        "backlog": 1000 * days["open"].mean() / len(shown.vulnerable),
    }


def by_day(times: pd.Series, days: int) -> np.ndarray:
    return np.bincount(times.dropna().astype(int), minlength=days)[:days]


def closed_requests(shown: Shown) -> pd.DataFrame:
    """Requests that were closed, with the day on which it was booked and how many requests for the same trouble came
    within 30 days. Right where no request is brought back, so that each closing has its record."""
    needs = shown.requests
    closed = needs[needs["outcome"].isin(["resolved", "unresolved"])]
    working = WorkingTime(shown.scenario, shown.end)
    shift = shown.scenario.calendar.shift_hours
    # what a terminal finishes while offices are closed is booked on the next working day
    ends, starts = [[working.at(day + n) for day in range(shown.end)] for n in (1, 0)]
    workdays = np.flatnonzero(np.subtract(ends, starts) == shift)
    opens = shown.scenario.calendar.opening_hour / 24
    booked = [
        next((day for day in workdays if day >= int(time) and (day > int(time) or time % 1 < opens + shift / 24)), -1)
        if tier == "terminal" else int(time)
        for time, tier in zip(closed["closed"], closed["tier"], strict=True)
    ]  # fmt: skip
    before = needs.set_index(["root", "ordinal"])["closed"]
    again = needs[(needs["ordinal"] > 0) & needs["voiced"].notna()]
    last = pd.Series([before[need.root, need.ordinal - 1] for need in again.itertuples()], again.index, dtype=float)
    soon = again[again["voiced"] - last <= REPEAT_DAYS]
    repeats = pd.Series(1, pd.MultiIndex.from_arrays([soon["root"], soon["ordinal"] - 1])).groupby(level=[0, 1]).sum()
    own = pd.MultiIndex.from_arrays([closed["root"], closed["ordinal"]])
    return closed.assign(booked=booked, repeats=repeats.reindex(own).fillna(0).astype(int).to_numpy())


def counted_from_records(shown: Shown, closed: pd.DataFrame) -> pd.DataFrame:
    """The daily series of closings, repeats, ratings and open requests, from records alone."""
    needs, days = shown.requests, shown.end
    given_up = by_day(needs["closed"][needs["outcome"] == "withdrawn"], days)
    booked = by_day(closed["booked"], days)
    return pd.DataFrame(
        {
            "day": np.arange(days),
            "closed": booked,
            "resolved": by_day(closed["booked"][closed["outcome"] == "resolved"], days),
            "repeats": by_day(closed["closed"].repeat(closed["repeats"]), days),
            "rated": by_day(closed["closed"][closed["rated"] >= 0], days),
            "rated_satisfied": by_day(closed["closed"][closed["rated"] == 1], days),
            "open": (by_day(needs["voiced"], days) - booked - given_up).cumsum(),
        }
    )


# --- Durations ----------------------------------------------------------------------------------------------


def of_durations(shown: Shown) -> dict[str, float]:
    """First answers, resolutions, needs; and the shares of requests in time."""
    made, end, limits = in_window(shown), float(shown.end), shown.scenario.limits
    calendar = shown.scenario.calendar
    resolved = made["outcome"] == "resolved"
    days = made["closed"].where(resolved, end) - made["voiced"]
    answered = made["first_at"].notna()
    answer_days = made["first_at"].fillna(end) - made["voiced"]
    working = WorkingTime(shown.scenario, shown.end)
    until = made["first_at"].fillna(end)
    hours = pd.Series(
        [working.at(to) - working.at(start) for start, to in zip(made["voiced"], until, strict=True)],
        made.index,
        dtype=float,
    ).round(6)  # whole shifts are equal, and not by a rounding error before or after one another
    answer_limit = made["kind"].map(lambda kind: limits.answer_urgent if kind == "urgent" else limits.answer)
    resolve_limit = made["kind"].map(
        {
            "urgent": limits.resolve_urgent,
            "hard": limits.resolve_hard,
            "chronic": limits.resolve_chronic,
            "hoped": limits.resolve_hoped,
        }
    )
    here = shown.requests[(shown.requests["outcome"] == "resolved") & (shown.requests["closed"] >= shown.first)]
    took = (here["closed"] - here["voiced"]).sort_values().to_numpy()
    since = made["voiced"].min() // 1
    watched = working.at(end) - working.at(since) if len(made) else 0.0
    answer_by = end - max(limits.answer_urgent, limits.answer)
    resolve_by = end - max(limits.resolve_urgent, limits.resolve_hard, limits.resolve_chronic, limits.resolve_hoped)
    return {
        "response_rate": in_time(made["voiced"] <= answer_by, answered, answer_days <= answer_limit),
        "on_time_rate": in_time(made["voiced"] <= resolve_by, resolved, days <= resolve_limit),
        **three("first_response_hours", hours, answered, WITHIN_DAYS * 5 / 7 * calendar.shift_hours, watched),
        **three("resolution_days", days, resolved, WITHIN_DAYS, end - since),
        "resolved_days_mean": took.mean() if len(took) else math.nan,
        "resolved_days_median": rank(took, 0.5),
        "resolved_days_p90": rank(took, 0.9),
    }


def rank(ordered: np.ndarray, level: float) -> float:
    """The first of the ordered values by which `level` of them are there."""
    return next((value for n, value in enumerate(ordered, 1) if n >= level * len(ordered) - 1e-9), math.nan)


def in_time(early: pd.Series, done: pd.Series, soon: pd.Series) -> float:
    """Share done soon enough, of those made early enough for every limit to pass before the end."""
    return ratio((done & soon)[early].sum(), early.sum())


def dates_of(calendar: Calendar, days: int) -> list[dt.date]:
    """The dates of a run, one after the other; of a year that is repeated the first follows the last."""
    date, found = calendar.start, []
    if calendar.reference_year:
        month, until = calendar.start.month, calendar.start.day
        in_month = [dt.date(calendar.reference_year, month, 1) + dt.timedelta(days=n) for n in range(until)]
        date = max(one for one in in_month if one.month == month)
    for _ in range(days):
        found.append(date)
        date += dt.timedelta(days=1)
        if calendar.reference_year and date.year > calendar.reference_year:
            date = dt.date(calendar.reference_year, 1, 1)
    return found


class WorkingTime:
    """Hours that offices have been open since the first day."""

    def __init__(self, scenario: Scenario, days: int) -> None:
        calendar = scenario.calendar
        dates = dates_of(calendar, days)
        years = range(min(dates).year, max(dates).year + 2)
        public = holidays.country_holidays("CN", years=years)
        self._open = []
        for date in dates:
            worked = public.is_working_day(date) if calendar.country == "CN" else date.weekday() < 5
            self._open.append((worked or date in calendar.working_weekends) and date not in calendar.holidays)
        self._opens, self._shift = calendar.opening_hour, calendar.shift_hours

    def at(self, time: float) -> float:
        day = math.floor(time)
        whole = sum(self._open[:day]) * self._shift
        if day == len(self._open) or not self._open[day]:
            return whole
        return whole + min(max((time - day) * 24 - self._opens, 0), self._shift)


def waiting_curve(durations: pd.Series, done: pd.Series) -> list[tuple[float, float]]:
    """Kaplan and Meier: after each time at which somebody is done, the share that still waits."""
    share, curve = 1.0, []
    if not done.any():
        return []
    table = pd.DataFrame({"time": durations, "done": done}).sort_values("time")
    at_risk = len(table)
    for time, group in table.groupby("time"):
        share *= 1 - group["done"].sum() / at_risk
        at_risk -= len(group)
        curve.append((float(time), share))
    return curve


def reached(curve: list[tuple[float, float]], level: float) -> float:
    """When `level` of all are done."""
    return next((time for time, share in curve if share <= 1 - level + 1e-12), math.nan)


def mean_within(curve: list[tuple[float, float]], horizon: float, count: int, followed: float) -> float:
    """Area under the curve of so many durations up to the horizon; NaN where none was followed so far."""
    if not count or not followed >= horizon:
        return math.nan
    area, height, since = 0.0, 1.0, 0.0
    for time, share in curve:
        if time >= horizon:
            break
        area, height, since = area + height * (time - since), share, time
    return area + height * (horizon - since)


def three(stem: str, durations: pd.Series, done: pd.Series, horizon: float, followed: float) -> dict[str, float]:
    curve = waiting_curve(durations, done)
    return {
        f"{stem}_mean": mean_within(curve, horizon, len(durations), followed),
        f"{stem}_median": reached(curve, 0.5),
        f"{stem}_p90": reached(curve, 0.9),
    }


def of_time(shown: Shown) -> dict[str, float]:
    """On what the working time of requests that were closed went."""
    made = in_window(shown)
    closed = made[made["outcome"].isin(["resolved", "unresolved"])]
    hours = {cause: closed[f"{cause}_hours"].astype(float).sum() for cause in CAUSES}
    return {f"{cause}_share": ratio(spent, sum(hours.values())) for cause, spent in hours.items()}


# --- Hours and money ----------------------------------------------------------------------------------------


def given(shown: Shown) -> pd.Series:
    """Public yuan given for the days of the window, wages apart, by heading.

    A month's money is for its days: each day has an equal part. Cases are paid from what was left from before, first;
    that is not the window's. What is left at its end, or has lapsed, is the window's as far as so much was given.
    """
    begin, yuan, into, to_come = 0, pd.Series(dtype=float), 0.0, 0.0
    for ahead, pots in shown.months:
        date = dates_of(shown.scenario.calendar, begin + 1)[-1]
        length = (date.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - date
        inside = [day for day in range(begin, begin + length.days) if shown.first <= day < shown.end]
        after = [day for day in range(begin, begin + length.days) if day >= shown.end]
        yuan = yuan.add(ahead * len(inside) / length.days, fill_value=0.0)
        into, to_come = into + pots * len(inside) / length.days, to_come + pots * len(after) / length.days
        if begin + length.days >= shown.end:  # the last one: what it has bought in vain so far is in the ledger alone
            for bought, in_vain in (("contracts", "contracts_unused"), ("terminals", "terminals_unused")):
                total = shown.ledger.loc[shown.ledger["heading"] == in_vain, "amount"].sum()
                lost = total - sum(before.get(in_vain, 0.0) for before, _ in shown.months)
                part = lost * len(inside) / (shown.end - begin)
                yuan = yuan.add(pd.Series({bought: -part, in_vain: part}), fill_value=0.0)
        begin += length.days
    held = (shown.held - to_come).clip(lower=0.0)
    stuck = min(1.0, shown.waiting / held.sum()) if held.sum() else 0.0
    for tier, own in into.items():
        lapsed, paid = (
            shown.moved.loc[tier, ["stranded", "unspent"]],
            shown.moved.loc[tier, ["cases", "market_services"]],
        )
        left = lapsed + held[tier] * np.array([stuck, 1.0 - stuck])
        kept = min(left.sum(), own)
        for parts, total in ((left, kept), (paid, own - kept)):
            shares = parts / parts.sum() if parts.sum() > 0 else pd.Series([1.0, 0.0], parts.index)
            yuan = yuan.add(shares * total, fill_value=0.0)
    return yuan


def booked(shown: Shown) -> pd.Series:
    """What the window booked, by resource, tier and heading; of its yuan only wages are of use."""
    keys = ["resource", "tier", "heading"]
    now = shown.ledger.set_index(keys)["amount"]
    if shown.ledger_before is None:
        return now
    before = shown.ledger_before.set_index(keys)["amount"]
    return now.sub(before, fill_value=0.0)


def of_resources(shown: Shown) -> dict[str, float]:
    """Waste, coordination, load, turnover, cost."""
    wage, book = shown.scenario.staffing.wage, booked(shown)
    hours, money = book["hours"], given(shown)
    called = (in_window(shown)["channel"] == "hotline").sum()

    def under(amounts: pd.Series, *headings: str) -> float:
        return float(amounts[amounts.index.get_level_values("heading").isin(headings)].sum())

    wages = under(book["yuan"], "wages") + under(book["yuan"], "vacant")
    base = hours[hours.index.get_level_values("tier").isin(["grid", "community"])]
    above = hours[hours.index.get_level_values("tier").isin(["street", "department"])]

    def present(amounts: pd.Series) -> float:
        return float(amounts.sum()) - under(amounts, "vacant")

    def load(amounts: pd.Series) -> float:
        return ratio(present(amounts) - under(amounts, *AT_REST), present(amounts))

    wasted_hours, wasted_yuan = under(hours, *WASTED_HOURS), float(money.reindex(list(WASTED_YUAN)).sum())
    days = shown.daily[shown.daily["day"] >= shown.first]
    total = shown.ledger.groupby("resource")["amount"].sum()
    return {
        "waste_share": ratio(wasted_hours * wage + wasted_yuan, hours.sum() * wage + money.sum()),
        "waste_share_hours": ratio(wasted_hours, hours.sum()),
        "waste_share_money": ratio(wasted_yuan, money.sum()),
        **{f"wasted_{cause}": ratio(under(hours, cause), hours.sum()) for cause in WASTED_HOURS},
        **{f"wasted_{cause}": ratio(float(money.get(cause, 0.0)), money.sum()) for cause in WASTED_YUAN},
        "coordination_share": ratio(under(hours, *COORDINATION), hours.sum()),
        "tasks_from_above_share": ratio(under(base, "tasks_useful", "tasks_form"), present(base)),
        "entry_share": ratio(under(base, "data_entry", "data_entry_in_vain"), present(base)),
        "utilisation": load(hours),
        "utilisation_community": load(base),
        "burden_gap": load(base) - load(above),
        "closed_in_time_rate": ratio(days["closed_in_time"].sum(), days["closed"].sum()),
        "closed_in_vain_share": ratio(days["closed_in_vain"].sum(), days["closed"].sum()),
        "claimed_resolution_rate": ratio((days["resolved"] + days["closed_in_vain"]).sum(), days["closed"].sum()),
        "duplicate_share": ratio(days["duplicates"].sum(), len(in_window(shown))),
        "turned_away_share": ratio(days["turned_away"].sum(), days["turned_away"].sum() + called),
        "work_lapsed_share": ratio(days["work_lapsed"].sum(), days["work_lapsed"].sum() + days["work_done"].sum()),
        "turnover_rate": days["leavers"].sum() / shown.posts / len(days) * 365,
        "cost_per_resolved_need": ratio(money.sum() + wages, days["resolved"].sum()),
        "steady_start": math.nan,  # the runs that it looks at begin in an empty district
        "hours_supplied": hours.sum(),
        "money_supplied": money.sum() + wages,
        "outside_hours": total.get("outside_hours", 0.0),
        "outside_money": total.get("outside_yuan", 0.0),
    }
