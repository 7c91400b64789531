"""What there was to work with: equal between scenarios that are compared."""

from __future__ import annotations

import math

from sanfang.metrics.declare import metric
from sanfang.metrics.evaluation import Evaluation
from sanfang.metrics.units import HOURS, SHARE, YUAN


@metric(SHARE, "higher", "resources", "Runs that began in a steady state", "始于稳态的运行占比")
def steady_start(run: Evaluation) -> float:
    """1 or 0; NaN after an empty start. A run that began in no steady state has no value of anything else: it shows how
    the district drifts, not what a policy does."""
    return math.nan if run.began_steady is None else float(run.began_steady)


@metric(HOURS, None, "resources", "Public hours supplied", "公共工时总量")
def hours_supplied(run: Evaluation) -> float:
    """Paid hours of all posts, filled or vacant, in the window."""
    return float(run.hours.sum())


@metric(YUAN, None, "resources", "Public money supplied", "公共经费总量")
def money_supplied(run: Evaluation) -> float:
    """Wages and other public money, as given for the days of the window."""
    return float(run.yuan.sum())


@metric(
    HOURS,
    None,
    "resources",
    "Hours of partners, volunteers and residents, since day 0",
    "社会力量、志愿者与居民工时（自第0天起）",
)
def outside_hours(run: Evaluation) -> float:
    """What they gave from day 0 to the end of the window; booked apart."""
    return _total(run, "outside_hours")


@metric(YUAN, None, "resources", "Money of the collective economy, since day 0", "集体经济资金（自第0天起）")
def outside_money(run: Evaluation) -> float:
    """What came from outside the public purse, from day 0 to the end of the window; booked apart."""
    return _total(run, "outside_yuan")


def _total(run: Evaluation, resource: str) -> float:
    """All that the ledger holds of a resource: it is not kept by day."""
    return float(run.ledger.groupby("resource")["amount"].sum().get(resource, 0.0))
