"""Hours and money wasted, by cause; and what must be read beside waste: coordination, the cost of a resolved need."""

from __future__ import annotations

from functools import partial

import numpy as np

from sanfang.metrics.by_day import Days, by_day, moving_sum, ratios
from sanfang.metrics.declare import metric, once, ratio
from sanfang.metrics.evaluation import Evaluation
from sanfang.metrics.needs import ANY, PAID
from sanfang.metrics.units import SHARE, YUAN
from sanfang.model import state as s
from sanfang.model.books import headings as h

CAUSES = {name: h.LABELS[name] for name in (*h.WASTED_HOURS, *h.WASTED_YUAN)}
"""Causes of waste, by heading of the ledger: hours first, then money. Labels in English and Chinese."""


@metric(SHARE, "lower", "headline", "Share wasted", "资源浪费比例", needs=PAID)
def waste_share(run: Evaluation) -> float:
    """Of hours and money together; an hour counts at its wage."""
    wage = run.scenario.staffing.wage
    wasted = hours_under(run.hours, h.WASTED_HOURS) * wage + yuan_under(run.yuan, h.WASTED_YUAN)
    return ratio(wasted, _cost(run))


@by_day("wasted", of="waste_share", moving=True)
def _wasted_by_day(days: Days) -> np.ndarray:
    """Of the last `WINDOW` days."""
    return np.asarray(sum(waste_by_cause(days).values()))


@metric(SHARE, "lower", "waste", "Hours wasted", "工时浪费比例")
def waste_share_hours(run: Evaluation) -> float:
    """Of all public hours."""
    return ratio(hours_under(run.hours, h.WASTED_HOURS), float(run.hours.sum()))


@metric(SHARE, "lower", "waste", "Money wasted", "经费浪费比例", needs=PAID)
def waste_share_money(run: Evaluation) -> float:
    """Of all public money, wages apart."""
    return ratio(yuan_under(run.yuan, h.WASTED_YUAN), float(_money(run)))


def _hours_wasted(run: Evaluation, heading: str) -> float:
    """Share of all public hours; over the causes these sum to `waste_share_hours`."""
    return ratio(hours_under(run.hours, (heading,)), float(run.hours.sum()))


def _money_wasted(run: Evaluation, heading: str) -> float:
    """Share of all public money, wages apart; over the causes these sum to `waste_share_money`."""
    return ratio(yuan_under(run.yuan, (heading,)), float(_money(run)))


for _heading, (_en, _zh) in CAUSES.items():
    _of_money, _of_hours = ("Money", _money_wasted, PAID), ("Hours", _hours_wasted, ANY)
    _what, _share, _need = _of_money if _heading in h.WASTED_YUAN else _of_hours
    metric(SHARE, "lower", "waste", f"{_what} wasted: {_en}", f"浪费：{_zh}", needs=_need, name=f"wasted_{_heading}")(
        partial(_share, heading=_heading)
    )


@metric(SHARE, "lower", "waste", "Hours spent on coordination", "协调工时比例")
def coordination_share(run: Evaluation) -> float:
    """Of all public hours. It is no waste, and shown beside it."""
    return ratio(hours_under(run.hours, h.COORDINATION_HOURS), float(run.hours.sum()))


@metric(YUAN, "lower", "waste", "Cost of a resolved need", "每解决一件需求成本", open_ended=True, needs=PAID)
def cost_per_resolved_need(run: Evaluation) -> float:
    """All money and wages over needs resolved."""
    return ratio(_cost(run), run.counted(s.D_RESOLVED))


def waste_by_cause(days: Days) -> dict[str, np.ndarray]:
    """Share of the cost of the last `WINDOW` days that went to each of `CAUSES`, by day; hours count at their wage.

    The cost is that of all hours, and of the money given for these days: a day's value is the metric in the window of
    the last `WINDOW` days, as far as is known on that day.
    """
    hours, yuan = moving_sum(days.hours) * days.wage, days.yuan
    cost = hours.sum(axis=1) + yuan.sum(axis=1)
    shares = {name: ratios(hours[:, h.HOUR_HEADINGS.index(name)], cost) for name in h.WASTED_HOURS}
    shares |= {name: ratios(yuan[:, h.YUAN_HEADINGS.index(name)], cost) for name in h.WASTED_YUAN}
    return {name: np.nan_to_num(values) for name, values in shares.items()}


def hours_under(hours: np.ndarray, headings: tuple[str, ...]) -> float:
    """Hours `[tier, heading]` booked under some headings."""
    return float(sum(hours[:, h.HOUR_HEADINGS.index(heading)].sum() for heading in headings))


def yuan_under(yuan: np.ndarray, headings: tuple[str, ...]) -> float:
    """Yuan `[tier, heading]` booked under some headings."""
    return float(sum(yuan[:, h.YUAN_HEADINGS.index(heading)].sum() for heading in headings))


@once
def _money(run: Evaluation) -> np.floating:
    """Public yuan, wages apart."""
    yuan: np.floating = run.yuan.sum() - run.hours.sum() * run.scenario.staffing.wage
    return yuan


def _cost(run: Evaluation) -> float:
    """Public yuan, with all paid hours at their wage."""
    return float(run.hours.sum()) * run.scenario.staffing.wage + float(_money(run))
