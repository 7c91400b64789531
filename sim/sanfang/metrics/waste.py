"""Hours and money wasted, by cause; and what must be read beside waste: coordination, the cost of a resolved need."""

from __future__ import annotations

from functools import partial

import numpy as np

from sanfang.metrics.declare import metric, once, ratio
from sanfang.metrics.evaluation import Evaluation
from sanfang.metrics.units import SHARE, YUAN
from sanfang.model import state as s
from sanfang.model.books import headings as h

CAUSES = {name: h.LABELS[name] for name in (*h.WASTED_HOURS, *h.WASTED_YUAN)}
"""Causes of waste, by heading of the ledger: hours first, then money. Labels in English and Chinese."""


@metric(SHARE, "lower", "headline", "Share of resources wasted", "资源浪费比例")
def waste_share(run: Evaluation) -> float:
    """Of hours and money together; an hour counts at its wage."""
    wage = run.scenario.staffing.wage
    wasted = hours_under(run.hours, h.WASTED_HOURS) * wage + yuan_under(run.yuan, h.WASTED_YUAN)
    return ratio(wasted, _cost(run))


@metric(SHARE, "lower", "waste", "Hours wasted", "工时浪费比例")
def waste_share_hours(run: Evaluation) -> float:
    """Of all public hours."""
    return ratio(hours_under(run.hours, h.WASTED_HOURS), float(run.hours.sum()))


@metric(SHARE, "lower", "waste", "Money wasted", "经费浪费比例")
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
    _what, _share = ("Money", _money_wasted) if _heading in h.WASTED_YUAN else ("Hours", _hours_wasted)
    metric(SHARE, "lower", "waste", f"{_what} wasted: {_en}", f"浪费：{_zh}", name=f"wasted_{_heading}")(
        partial(_share, heading=_heading)
    )


@metric(SHARE, "lower", "waste", "Hours spent on coordination", "协调工时比例")
def coordination_share(run: Evaluation) -> float:
    """Of all public hours. It is no waste, and shown beside it."""
    return ratio(hours_under(run.hours, h.COORDINATION_HOURS), float(run.hours.sum()))


@metric(YUAN, "lower", "waste", "Cost of a resolved need", "每解决一件需求成本", open_ended=True)
def cost_per_resolved_need(run: Evaluation) -> float:
    """All money and wages over needs resolved."""
    return ratio(_cost(run), run.counted(s.D_RESOLVED))


def hours_under(hours: np.ndarray, headings: tuple[str, ...]) -> float:
    """Hours `[tier, heading]` booked under some headings."""
    return float(sum(hours[:, h.HOUR_HEADINGS.index(heading)].sum() for heading in headings))


def yuan_under(yuan: np.ndarray, headings: tuple[str, ...]) -> float:
    """Yuan `[tier, heading]` booked under some headings."""
    return float(sum(yuan[:, h.YUAN_HEADINGS.index(heading)].sum() for heading in headings))


@once
def _money(run: Evaluation) -> np.floating:
    """Public yuan, wages apart."""
    found: np.floating = run.yuan.sum() - run.hours.sum() * run.scenario.staffing.wage
    return found


def _cost(run: Evaluation) -> float:
    """Public yuan, with all paid hours at their wage."""
    return float(run.hours.sum()) * run.scenario.staffing.wage + float(_money(run))
