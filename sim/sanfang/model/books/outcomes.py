"""The metrics of a run: pure functions of its records, its diary and its ledger.

The evaluation window runs from the day `warm_up` to the last day; a metric for which it is too short has no value
(`needs`), and none has one where no day is left. Requests that are still open are censored at the end; those withdrawn,
or closed without a resolution, never resolve: they stay in the risk set to the end. So medians and 90th percentiles are
those of all requests, not only of the quick ones (Kaplan and Meier 1958); NaN where they are not reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.books.ledger import hours_by_tier, pay_wages
from sanfang.model.books.needs import MEAN_WITHIN_DAYS, need_of
from sanfang.model.books.survival import Survival, quantile, restricted_mean, survival
from sanfang.model.books.window_money import Pots, yuan_of
from sanfang.model.compiled import compiled
from sanfang.model.district.finance import in_pots
from sanfang.model.kernel.records import Flags, Floats, Records
from sanfang.model.kernel.worktime import to_working_each
from sanfang.model.model import DistrictModel
from sanfang.scenario.window import Window


@dataclass(frozen=True)
class Look:
    """What the metrics look at: days `first` to `end`, and the records of needs that began before the end."""

    model: DistrictModel
    records: np.ndarray
    first: int
    end: int

    @property
    def days(self) -> int:
        """Length of the window."""
        return self.end - self.first

    def counted(self, counter: int) -> int:
        """Sum of a daily counter."""
        return int(self.model.world.daily[self.first : self.end, counter].sum())

    def per_thousand(self, series: np.ndarray) -> float:
        """Mean of a daily stock, per 1,000 residents."""
        return float(series[self.first : self.end].mean()) / self.residents * 1000.0

    @property
    def residents(self) -> int:
        """How many there are."""
        return len(self.model.residents.satisfaction)

    @cached_property
    def requests(self) -> Requests:
        """The requests made in the window."""
        many = len(self.records)
        kinds = (float, float, float, np.float32, np.int8, np.int8, np.int8, np.int16)
        columns = Requests._make([*(np.empty(many, kind) for kind in kinds), np.zeros(len(s.TIME_NAMES))])
        count = _fill_requests(self.records, self.first, *columns)
        return Requests._make([*(column[:count] for column in columns[:-1]), columns.spent])

    @property
    def hours(self) -> np.ndarray:
        """Hours booked in the window, `[tier, heading]`."""
        now = hours_by_tier(self.model.engine, self.model.world.layout)
        return now - self.model.diary.hours[self.first - 1] if self.first > 0 else now

    @property
    def yuan(self) -> np.ndarray:
        """Yuan given for the days of the window, `[tier, heading]`, with wages."""
        model, first = self.model, self.first
        moved = model.world.spent[: s.DEPARTMENT + 1].copy()
        if first > 0:
            moved -= model.diary.spent[first - 1][: s.DEPARTMENT + 1]
        pots = Pots(moved, in_pots(model.world), model.waiting_yuan())
        yuan = yuan_of(model.finance.months, model.scenario_run.calendar.start, first, self.end, pots)
        pay_wages(yuan, self.hours, model.scenario_run.staffing.wage)
        return yuan


def measure(model: DistrictModel, records: np.ndarray) -> dict[str, float]:
    """All metrics of a run, by name; units and labels are in `sanfang.lab.metrics`."""
    window = Window.of(model.scenario_run, model.day)
    first = 0 if window.is_empty else window.first  # an empty window is looked at for the names of metrics alone
    look = Look(model, records, first, window.end)
    found = {
        **_satisfaction_metrics(look),
        **_request_metrics(look),
        **_time_metrics(look),
        **_shares_of_time(look),
        **_resource_metrics(look),
    }
    return {name: value if window.days >= need_of(name).days else np.nan for name, value in found.items()}


def _satisfaction_metrics(window: Look) -> dict[str, float]:
    """Satisfaction and its spread, and needs neither voiced nor found."""
    model, days = window.model, slice(window.first, window.end)
    communities, vulnerable = model.world.communities, model.residents.vulnerable
    latent, latent_weak = model.diary.latent[days].mean(), model.diary.latent_vulnerable[days].mean()
    by_community = model.diary.satisfaction[days].mean(axis=0)
    size = communities["size"]
    weak = np.add.reduceat(vulnerable.astype(np.int64), communities["first"])
    weak_mean = np.average(np.nan_to_num(model.diary.vulnerable[days]).mean(axis=0), weights=np.maximum(weak, 1e-12))
    mean = float(np.average(by_community, weights=size))
    others = _ratio(float(mean * size.sum() - weak_mean * weak.sum()), float(size.sum() - weak.sum()))
    from_ = model.scenario_run.mind.satisfied_from
    return {
        "satisfaction": mean,
        "satisfied_share": float((model.residents.satisfaction >= from_).mean()),
        "vulnerable_gap": float(others - weak_mean) if weak.sum() else np.nan,
        "community_inequality": gini(by_community),
        "latent_needs_vulnerable": 1000.0 * _ratio(float(latent_weak), float(weak.sum())),
        "latent_needs_others": 1000.0 * _ratio(float(latent - latent_weak), float((~vulnerable).sum())),
    }


def gini(values: np.ndarray) -> float:
    """Gini index of positive values: 0 if all are equal (Sen 1973)."""
    ranked = np.sort(values)
    count = len(ranked)
    if count == 0 or ranked.sum() == 0:
        return np.nan
    return float((2 * np.arange(1, count + 1) - count - 1) @ ranked / (count * ranked.sum()))


class Requests(NamedTuple):
    """Columns of the requests of a window."""

    voiced: Floats
    closed: Floats
    first_at: Floats
    first_hours: NDArray[np.float32]
    outcome: NDArray[np.int8]
    kind: NDArray[np.int8]
    trips: NDArray[np.int8]
    handoffs: NDArray[np.int16]
    spent: Floats
    """`[cause]`: hours of those closed, summed, by `TIME_NAMES`."""


@compiled
def _fill_requests(
    records: Records, first: int, voiced: Floats, closed: Floats, first_at: Floats, first_hours: NDArray[np.float32],
    outcome: NDArray[np.int8], kind: NDArray[np.int8], trips: NDArray[np.int8], handoffs: NDArray[np.int16],
    spent: Floats,
) -> int:  # fmt: skip
    """Fill columns with the requests made from day `first` on, in one pass: most of a long record is not wanted.

    Returns how many they are. The columns are numpy's, as the compiler's own would come in small pages of memory.
    """
    count = 0
    for record in records:
        if record.voiced >= first:
            voiced[count], closed[count], first_at[count] = record.voiced, record.closed, record.first_at
            first_hours[count], outcome[count], kind[count] = record.first_hours, record.outcome, record.kind
            trips[count], handoffs[count] = record.trips, record.handoffs
            count += 1
            if record.outcome == s.RESOLVED or record.outcome == s.UNRESOLVED:
                for cause in range(len(spent)):
                    spent[cause] += record.spent[cause]
    return count


def _need_days(records: np.ndarray, first: int, end: float) -> tuple[np.ndarray, np.ndarray]:
    """How long the needs that arose from day `first` on lasted, or have lasted by day `end`, and whether they ended."""
    days, ended = np.empty(len(records)), np.empty(len(records), np.bool_)
    count = _fill_need_days(records, first, end, days, ended)
    return days[:count], ended[:count]


@compiled
def _fill_need_days(records: Records, first: int, end: float, days: Floats, ended: Flags) -> int:
    """Fill both columns of `_need_days`. Returns how many there are."""
    count = 0
    for record in records:
        if record.arose >= first:
            ended[count] = record.gone == record.gone
            days[count] = (record.gone if ended[count] else end) - record.arose
            count += 1
    return count


def _ratio(part: float, whole: float) -> float:
    """NaN of nothing."""
    return part / whole if whole else np.nan


def _request_metrics(window: Look) -> dict[str, float]:
    """How requests go: rates, trips, hand-offs, backlog."""
    requests = window.requests
    rated = window.model.diary.rated[window.first : window.end].sum(axis=0)
    settled = slice(window.first, max(window.end - int(s.REPEAT_DAYS), window.first))
    daily = window.model.world.daily[settled]
    return {
        "requests": float(len(requests.voiced)),
        "rating_rate": _ratio(float(rated[1]), float(rated[0])),
        "resolution_rate": _ratio(window.counted(s.D_RESOLVED), window.counted(s.D_CLOSED)),
        "repeat_rate": _ratio(float(daily[:, s.D_REPEATS].sum()), float(daily[:, s.D_CLOSED].sum())),
        "withdrawn_rate": _ratio(float((requests.outcome == s.WITHDRAWN).sum()), len(requests.outcome)),
        "trips_per_request": _ratio(float(requests.trips.sum()), len(requests.trips)),
        "handoffs_per_request": _ratio(float(requests.handoffs.sum()), len(requests.handoffs)),
        "latent_needs": window.per_thousand(window.model.diary.latent),
        "backlog": window.per_thousand(window.model.diary.open),
    }


def _time_metrics(window: Look) -> dict[str, float]:
    """How long the first answer, the resolution and the need itself take."""
    requests, end = window.requests, float(window.end)
    resolved = requests.outcome == s.RESOLVED
    days = np.where(resolved, requests.closed, end) - requests.voiced
    need_days, ended = _need_days(window.records, window.first, end)
    arose, followed = window.records["arose"], followed_days(requests.voiced, window)
    answered, hours, answer_days = _first_answers(window, requests)
    answer_limit, resolve_limit = _limits(window, requests.kind)
    return {
        "response_rate": _in_time(answered, answer_days, answer_limit, end - requests.voiced),
        "on_time_rate": _in_time(resolved, days, resolve_limit, end - requests.voiced),
        **_mean_median_p90("first_response_hours", hours, answered, _working_hours_within(window), followed),
        **_mean_median_p90("resolution_days", days, resolved, MEAN_WITHIN_DAYS, followed),
        "need_days_mean": mean_within(survival(need_days, ended), MEAN_WITHIN_DAYS, followed_days(arose, window)),
    }


def _working_hours_within(window: Look) -> float:
    """Working hours of the days to which means are restricted."""
    return MEAN_WITHIN_DAYS * 5.0 / 7.0 * window.model.scenario_run.calendar.shift_hours


def _first_answers(window: Look, requests: Requests) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether each request was answered, after how many working hours (or so far), and calendar days."""
    model, calendar = window.model, window.model.scenario_run.calendar
    starts, opening, shift = model.world.clock_start, calendar.opening_hour, calendar.shift_hours
    answered = ~np.isnan(requests.first_at)
    voiced = to_working_each(requests.voiced, starts, opening, shift)
    so_far = starts[window.end] - voiced
    hours = np.where(answered, requests.first_hours, so_far).astype(float)
    return answered, np.maximum(hours, 0.0), np.where(answered, requests.first_at, window.end) - requests.voiced


def _limits(window: Look, kind: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Limits for the first answer and for resolution (calendar days), by kind of need."""
    limits = window.model.scenario_run.limits
    answer = np.array([limits.answer_urgent, limits.answer, limits.answer, limits.answer])
    resolve = np.array([limits.resolve_urgent, limits.resolve_hard, limits.resolve_chronic, limits.resolve_hoped])
    return answer[kind], resolve[kind]


def _in_time(done: np.ndarray, days: np.ndarray, limit: np.ndarray, observed: np.ndarray) -> float:
    """Share done within the limit, among those whose limit has passed or who were done before it."""
    in_time = done & (days <= limit)
    known = in_time | (observed >= limit)
    return float(in_time[known].mean()) if known.any() else np.nan


def followed_days(began: np.ndarray, window: Look | Window) -> float:
    """For how many whole days the first was followed of those that began in the window; 0 without any."""
    inside = began[began >= window.first]
    return window.end - float(np.floor(inside.min())) if len(inside) else 0.0


def mean_within(curve: Survival, horizon: float, followed: float) -> float:
    """The restricted mean up to `horizon`, the working hours or days of `MEAN_WITHIN_DAYS`; NaN if nothing was
    `followed` for so many days, so that nobody knows how much of the curve is missing."""
    return restricted_mean(curve, horizon) if followed >= MEAN_WITHIN_DAYS else np.nan


def _mean_median_p90(
    stem: str, durations: np.ndarray, done: np.ndarray, horizon: float, followed: float
) -> dict[str, float]:
    """Three metrics of durations, of which those not `done` are censored; the mean is `mean_within`."""
    curve = survival(durations, done)
    return {
        f"{stem}_mean": mean_within(curve, horizon, followed),
        f"{stem}_median": quantile(curve, 0.5),
        f"{stem}_p90": quantile(curve, 0.9),
    }


def _shares_of_time(window: Look) -> dict[str, float]:
    """On what the time of closed requests went."""
    spent = window.requests.spent
    total = spent.sum()
    return {f"{name}_share": _ratio(float(part), float(total)) for name, part in zip(s.TIME_NAMES, spent, strict=True)}


def _resource_metrics(window: Look) -> dict[str, float]:
    """Hours and money: waste by cause, coordination, load, turnover, cost."""
    model = window.model
    hours, yuan, wage = window.hours, window.yuan, model.scenario_run.staffing.wage
    base = hours[: s.COMMUNITY + 1]
    wasted_hours = _under(hours, h.HOUR_HEADINGS, h.WASTED_HOURS)
    wasted_yuan = _under(yuan, h.YUAN_HEADINGS, h.WASTED_YUAN)
    money = yuan.sum() - hours.sum() * wage
    tasks = _under(base, h.HOUR_HEADINGS, ("tasks_useful", "tasks_form"))
    entry = _under(base, h.HOUR_HEADINGS, ("data_entry", "data_entry_in_vain"))
    present = float(base.sum() - base[:, h.VACANT].sum())
    posts = len(model.world.persons)
    causes = {name: _ratio(_under(hours, h.HOUR_HEADINGS, (name,)), float(hours.sum())) for name in h.WASTED_HOURS}
    causes |= {name: _ratio(_under(yuan, h.YUAN_HEADINGS, (name,)), float(money)) for name in h.WASTED_YUAN}
    leavers = model.diary.leavers[window.end - 1].sum() - (
        model.diary.leavers[window.first - 1].sum() if window.first else 0
    )
    resolved = window.counted(s.D_RESOLVED)
    ledger = model.ledger()
    totals = ledger.groupby("resource")["amount"].sum()
    return {
        "waste_share": _ratio(wasted_hours * wage + wasted_yuan, float(hours.sum()) * wage + float(money)),
        "waste_share_hours": _ratio(wasted_hours, float(hours.sum())),
        "waste_share_money": _ratio(wasted_yuan, float(money)),
        **{f"wasted_{name}": share for name, share in causes.items()},
        "coordination_share": _ratio(_under(hours, h.HOUR_HEADINGS, h.COORDINATION_HOURS), float(hours.sum())),
        "tasks_from_above_share": _ratio(tasks, present),
        "entry_share": _ratio(entry, present),
        "utilisation": _utilisation(hours),
        "utilisation_community": _utilisation(base),
        "burden_gap": _utilisation(base) - _utilisation(hours[s.COMMUNITY + 1 :]),
        "turnover_rate": float(leavers) / posts / window.days * 365.0,
        "cost_per_resolved_need": _ratio(float(hours.sum()) * wage + float(money), resolved),
        "hours_supplied": float(totals.get("hours", 0.0)),
        "money_supplied": float(totals.get("yuan", 0.0)),
        "outside_hours": float(totals.get("outside_hours", 0.0)),
        "outside_money": float(totals.get("outside_yuan", 0.0)),
    }


def _under(book: np.ndarray, names: tuple[str, ...], headings: tuple[str, ...]) -> float:
    """All that is booked under some of the headings in `names`."""
    return float(sum(book[:, names.index(heading)].sum() for heading in headings))


def _utilisation(hours: np.ndarray) -> float:
    """Hours worked over hours supplied less vacant ones; patrol fills idle time and counts as such."""
    idle = hours[:, [h.IDLE, h.IDLE_MISMATCH, h.PATROL]].sum()
    present = hours.sum() - hours[:, h.VACANT].sum()
    return _ratio(float(present - idle), float(present))
