"""How many replications a wanted precision takes, and when a sweep has enough of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import numpy as np
import pandas as pd
from scipy import stats

from sanfang.lab.statistics import order
from sanfang.lab.statistics.intervals import CONFIDENCE, t_interval, variance
from sanfang.lab.statistics.run_table import Numbers, RunTable, by_count
from sanfang.scenario.errors import InputError

Of = Literal["mean", "difference"]
MOST = 10**9  # replications; nobody runs more


class Rule(Protocol):
    """When to stop: replications from `min` to `max` in steps of `step`, until the interval is narrow enough.

    One of `half_width` (in the metric's unit) and `relative` (a share, see `replications_needed`) is given; both
    may be None where `min` equals `max`.
    """

    @property
    def min(self) -> int: ...
    @property
    def max(self) -> int: ...
    @property
    def step(self) -> int: ...
    @property
    def half_width(self) -> float | None: ...
    @property
    def relative(self) -> float | None: ...
    @property
    def of(self) -> str: ...


def replications_needed(
    runs: pd.DataFrame,
    metric: str,
    half_width: float | None = None,
    relative: float | None = None,
    of: Of = "mean",
    baseline: str | None = None,
    factors: Sequence[str] = (),
) -> pd.DataFrame:
    """Replications after which the 95 % t interval of `metric` should be as narrow as wanted, cell by cell.

    The target is `half_width`, in the metric's unit, or `relative`, a share of the size of the cell's mean; of a
    difference, a share of the baseline's mean, since a difference may be close to zero. `of` "difference" is
    paired, to `baseline`. Columns besides the keys: n so far, `sd` (of a difference: of the paired differences),
    `half_width` so far, `target`, `needed` (the smallest number n with t(0.975, n - 1) sd / sqrt(n) <= target, the
    sd so far taken as the true one) and `more`, beyond n. NaN with fewer than two values, and where a run has not
    reached an open-ended metric, since there is no t interval then; infinite where no number up to a thousand million
    is enough. Law (2015), section 9.4.1.
    """
    _check_target(half_width, relative)
    table = RunTable(runs, factors)
    if of == "mean":
        cells, summary = table.present, by_count(_of_mean, table.values(metric)[table.present])
    elif of == "difference":
        if baseline is None:
            raise InputError("baseline: the scenario to which the differences are")
        base = table.position(baseline)
        cells, summary = table.others(base), by_count(_of_difference, *table.pairs(metric, base))
    else:
        raise InputError(f'of: must be "mean" or "difference", not "{of}"')
    nothing = np.full(len(summary["n"]), np.nan)
    n, sd = summary["n"], summary.get("sd", nothing)
    target = _targets(summary.get("size", nothing), half_width, relative)
    needed = smallest_number(sd, target)
    return pd.DataFrame(
        table.keys(cells)
        | {"metric": metric, "n": n, "sd": sd, "half_width": summary.get("half_width", nothing), "target": target}
        | {"needed": needed, "more": np.maximum(needed - n, 0)}
    )


def required(cell: Mapping[str, Numbers], baseline: str, rule: Rule) -> int:
    """The number of replications at which `rule` is met, or the next to run if the data end before it is.

    `cell` maps each scenario of a point to the metric's values in order of replication, NaN for a run that failed
    or is missing, infinite for one that has not reached it, with which no interval is narrow enough. Looks at the first
    n replications for n in min, min + step, ..., max: so the answer does not depend on the order in which runs finish,
    nor on how many more are there already.
    """
    there = min(map(len, cell.values()), default=0)
    for n in range(rule.min, rule.max, rule.step):
        if n > there:
            return n
        if narrow_enough({label: values[:n] for label, values in cell.items()}, baseline, rule):
            return n
    return rule.max


def narrow_enough(cell: Mapping[str, Numbers], baseline: str, rule: Rule) -> bool:
    """Whether the intervals of all scenarios (their differences to `baseline`) are as narrow as `rule` asks.

    `cell` is as in `required`, all of it used; arrays have equal lengths. An interval of fewer than two values is
    not narrow enough.
    """
    _check_target(rule.half_width, rule.relative)
    if rule.of == "mean":
        summary = by_count(_of_mean, np.stack(list(cell.values())))
    else:
        others = [values for label, values in cell.items() if label != baseline]
        if not others:
            raise InputError("replications.of: a difference needs a second scenario beside the baseline")
        summary = by_count(_of_difference, np.stack(others), np.stack([cell[baseline]] * len(others)))
    if "half_width" not in summary:
        return False
    return bool((summary["half_width"] <= _targets(summary["size"], rule.half_width, rule.relative)).all())


def smallest_number(sd: Numbers, target: Numbers) -> Numbers:
    """The smallest n, at least 2, with t(0.975, n - 1) sd / sqrt(n) <= target; infinite beyond `MOST`.

    Starts below, at the number that the normal quantile gives, and adds one until it is enough: a few steps,
    because the t quantile is hardly larger.
    """
    with np.errstate(all="ignore"):
        start = np.ceil(np.square(stats.norm.ppf((1 + CONFIDENCE) / 2) * sd / target))
        n = np.where(sd == 0, 2.0, np.maximum(start, 2.0))
        n = np.where(n > MOST, np.inf, n)
        while (short := np.isfinite(n) & (_half_width(sd, n) > target)).any():
            n = n + short
    return np.asarray(n)


def _half_width(sd: Numbers, n: Numbers) -> Numbers:
    return np.asarray(stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * sd / np.sqrt(n))


def _of_mean(values: Numbers) -> dict[str, Numbers]:
    return {"size": np.abs(order.reached(values).mean(axis=1))} | _spread(values)


def _of_difference(values: Numbers, base: Numbers) -> dict[str, Numbers]:
    return {"size": np.abs(order.reached(base).mean(axis=1))} | _spread(values - base)


def _spread(values: Numbers) -> dict[str, Numbers]:
    if values.shape[1] < 2:
        return {}
    values = np.where(np.isfinite(values).all(axis=1, keepdims=True), values, np.nan)
    low, high = t_interval(values)
    return {"sd": np.sqrt(variance(values)), "half_width": (high - low) / 2}


def _targets(size: Numbers, half_width: float | None, relative: float | None) -> Numbers:
    return np.full(len(size), half_width) if relative is None else relative * size


def _check_target(half_width: float | None, relative: float | None) -> None:
    given = [value for value in (half_width, relative) if value is not None]
    if len(given) != 1:
        raise InputError(f"half_width, relative: exactly one of them is needed, not {len(given)}")
    if not 0 < given[0] < np.inf:
        raise InputError(f"{'half_width' if relative is None else 'relative'}: must be above 0, not {given[0]}")
