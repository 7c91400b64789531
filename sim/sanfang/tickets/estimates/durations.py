"""How long requests take to close, by domain: open ones are censored, and what the file could not hold is allowed for.

Kaplan-Meier where only censoring is at work; lognormal and Weibull by likelihood, the better by AIC, in any case.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from sanfang.tickets.estimates.lifetimes import FAMILIES, LifetimeFit, Times, fit_lifetimes
from sanfang.tickets.estimates.small_cells import FEWEST, pooled_names, seen_share
from sanfang.tickets.estimates.texts import text
from sanfang.tickets.estimates.value import LEVEL, Estimate, Refused, Result, from_log
from sanfang.tickets.tickets import Tickets

DAY = np.timedelta64(1, "D")
INSTANT = pd.Timedelta(minutes=3)
"""Closed within it: settled while the caller was on the line, with no handling of its own."""

FEWEST_CLOSED = 20
"""With fewer closed requests a domain's times are not estimated."""

GRID = (1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 365)
"""Days at which the share still open is written."""

MANY = 50
"""Requests that could have taken so long, for a time to count in the check of a truncated fit."""

BAD = 0.05
"""Distance of a fit from the curve without one from which on it is called bad, if chance alone is less."""

LEAST_SEEN = 0.8
"""A truncated file must reach far enough that so much of the fitted distribution could have been seen."""

CHOSEN_BY_CLOSING = ("closed", "last-change")
"""Of these files closed requests alone are used; a last change is taken for the closing, as it mostly is."""

NOT_HANDLED = ("duplicate", "referred", "cancelled")
"""Their closing is no end of handling."""


@dataclass(frozen=True)
class Closing:
    """Time to close in days: of one domain, or of all."""

    requests: int
    median: Result
    p90: Result
    still_open: dict[int, Result]
    """Share not closed after so many days; only days between which at least five were closed."""
    family: str
    """The better of the two by AIC; empty if none was fitted."""
    parameters: dict[str, float]
    aic: dict[str, float]
    misfit: float
    """Largest distance between the fitted distribution and a curve without one; NaN where there is no such curve."""
    fitted_median: Result
    fitted_p90: Result


@dataclass(frozen=True)
class ClosingTimes:
    """Times to close of all requests and by domain, or why there are none; and how many were closed at once."""

    all: Closing | Refused
    by_domain: dict[str, Closing | Refused]
    at_once: Result
    """Share of closed requests that were closed within three minutes."""
    left_out: dict[str, str]
    """Reason, and how many rows ("fewer than five" where so)."""


def closing_times(tickets: Tickets) -> ClosingTimes:
    """All that the file tells of times to close."""
    why = _why_none(tickets)
    if why:
        return ClosingTimes(Refused(why), {}, Refused(why), {})
    table = tickets.table
    status, closed = table["status"].astype("object"), table["closed"].notna()
    handled = (table["duplicate_of"] < 0) & ~status.isin(NOT_HANDLED)
    undated = handled & ~closed & status.isin(("closed", "solved", "unsolved"))
    precise = tickets.created_has_time and tickets.closed_has_time
    instant = handled & closed & (table["closed"] - table["created"] <= INSTANT) if precise else handled & False
    of_closing = tickets.selection in CHOSEN_BY_CLOSING
    used = (handled & ~undated & ~instant & (closed | (not of_closing))).to_numpy()
    times = _times(tickets, table[used])
    domain = pooled_names(table["domain"][used])
    return ClosingTimes(
        all=_closing(times),
        by_domain={
            str(name): _closing(times[(domain == name).to_numpy()]) for name in sorted(domain.dropna().unique())
        },
        at_once=seen_share(instant[handled & closed].to_numpy(), _day(table, handled & closed), text("unit.of_closed"))
        if precise and (handled & closed).sum() >= FEWEST_CLOSED
        else Refused(text("why.few_closed", least=FEWEST_CLOSED) if precise else text("why.no_clock")),
        left_out={
            reason: str(count) if count >= FEWEST else text("left_out.few", least=FEWEST)
            for reason, count in {
                text("left_out.not_handled"): int((~handled).sum()),
                text("left_out.undated"): int(undated.sum()),
                text("left_out.at_once"): int(instant.sum()),
            }.items()
            if count
        },
    )


def _day(table: pd.DataFrame, rows: pd.Series) -> np.ndarray:
    return np.asarray(table["created"][rows].to_numpy().astype("datetime64[D]"))


def _why_none(tickets: Tickets) -> str:
    if "closed" not in tickets.has:
        return text("why.no_closing_date")
    if tickets.selection == "open":
        return text("why.no_closing")
    return ""


def _times(tickets: Tickets, table: pd.DataFrame) -> Times:
    """What is known of each request's time to close, and what of it the file could have held."""
    created, closed = table["created"], table["closed"]
    done = closed.notna().to_numpy()
    days = (closed - created).to_numpy() / DAY
    age = np.maximum((tickets.end - created).to_numpy() / DAY, 0.0)
    slack = {
        (True, True): (0.0, 0.0),
        (True, False): (0.0, 1.0),  # closed at some time of that day
        (False, True): (-1.0, 0.0),  # registered at some time of that day
        (False, False): (-0.5, 0.5),  # known to a day either way, the middle being likeliest
    }[tickets.created_has_time, tickets.closed_has_time]
    lower = np.where(done, np.maximum(days + slack[0], 0.0), age)
    upper = np.where(done, np.maximum(days + slack[1], lower), np.inf)
    left, right = np.zeros(len(table)), np.full(len(table), np.inf)
    if tickets.selection in CHOSEN_BY_CLOSING:
        right = np.maximum(age, upper)
        left = np.minimum(np.maximum((tickets.begin - created).to_numpy() / DAY, 0.0), lower)
    return Times(lower, upper, left, right)


def _closing(times: Times) -> Closing | Refused:
    closed = int(times.done.sum())
    if closed < FEWEST_CLOSED:
        return Refused(text("why.few_closed", least=FEWEST_CLOSED))
    fits = [fit for fit in (fit_lifetimes(times, family) for family in FAMILIES) if fit is not None]
    best = min(fits, key=lambda fit: fit.aic, default=None)
    still_open: dict[int, Result] = {}
    median: Result
    p90: Result
    misfit = float("nan")
    if times.truncated:
        none = Refused(text("why.no_curve"))
        median, p90 = none, none
        misfit = _misfit_of_truncated(times, best)
    else:
        median, p90, still_open, misfit = _kaplan_meier(times, best)
    return Closing(
        requests=len(times),
        median=median,
        p90=p90,
        still_open=still_open,
        family=best.family if best else "",
        parameters=best.parameters() if best else {},
        aic={fit.family: fit.aic for fit in fits},
        misfit=misfit,
        fitted_median=_fitted(times, best, 0.5, misfit),
        fitted_p90=_fitted(times, best, 0.9, misfit),
    )


def _fitted(times: Times, fit: LifetimeFit | None, level: float, misfit: float) -> Result:
    if fit is None:
        return Refused(text("why.no_distribution"))
    if times.truncated:
        seen = 1.0 - float(fit.share_after(np.array(times.right.max())))
        if seen < LEAST_SEEN:
            far = float(times.right.max())
            return Refused(text("why.too_short", far=far, seen=seen, least=LEAST_SEEN))
    value, error = fit.quantile(level)
    chance = 1.36 / float(times.done.sum()) ** 0.5  # of Kolmogorov and Smirnov at 5 %
    family = text(f"family.{fit.family}")
    note = text("note.fits_badly", family=family) if misfit > max(BAD, chance) else family
    return from_log(value, error, len(times), text("unit.days"), note=note)


def _kaplan_meier(times: Times, fit: LifetimeFit | None) -> tuple[Result, Result, dict[int, Result], float]:
    """Median and 90th percentile (Brookmeyer and Crowley 1982), the share open at days of the grid, and the misfit.

    Intervals by Greenwood's variance on the log-log scale (Kalbfleisch and Prentice 1980).
    """
    done, at = times.done, times.middle
    curve = stats.ecdf(stats.CensoredData.right_censored(at, ~done)).sf
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # the last step, where nothing is left, has no log-log
        band = curve.confidence_interval(LEVEL, method="log-log")
    steps, left = curve.quantiles, curve.probabilities
    low = np.where(np.isnan(band.low.probabilities), left, band.low.probabilities)
    high = np.where(np.isnan(band.high.probabilities), 1.0, band.high.probabilities)
    high = np.minimum.accumulate(high)

    def passed(shares: np.ndarray, level: float) -> float:
        below = shares <= 1 - level + 1e-12
        return float(steps[below.argmax()]) if below.any() else float("nan")

    def quantile(level: float) -> Result:
        value = passed(left, level)
        if not np.isfinite(value):
            return Refused(text("why.not_reached", level=level))
        ends = passed(low, level), passed(high, level)
        return Estimate(
            value, ends[0], ends[1] if np.isfinite(ends[1]) else float("inf"), len(times), text("unit.days")
        )

    open_: dict[int, Result] = {}
    ordered, last = np.sort(at[done]), 0
    for day in GRID:
        closed = int(np.searchsorted(ordered, day, side="right"))
        if closed - last < FEWEST or (at > day).sum() < FEWEST or len(ordered) - closed < FEWEST:
            continue
        place, last = int(np.searchsorted(steps, day, side="right")) - 1, closed
        ends_of_share = float(low[place]), float(high[place])
        open_[day] = Estimate(float(left[place]), *ends_of_share, len(times), text("unit.not_closed"))
    misfit = float("nan")
    if fit is not None:
        misfit = float(np.abs(fit.share_after(np.maximum(steps, 1e-4)) - left).max())
    return quantile(0.5), quantile(0.9), open_, misfit


def _misfit_of_truncated(times: Times, fit: LifetimeFit | None) -> float:
    """The largest distance of the fit from what a truncated file shows without one, of times that many could have.

    That is the product limit in reverse time (Lagakos, Barraj and De Gruttola 1988): the share closed by t of those
    closed by the longest time counted, the product over later times of 1 - (closed then) / (closed by then, of those
    that could have taken so long). NaN for files that begin within their requests' lives: they need more.
    """
    if fit is None or (times.left > 0).any():
        return float("nan")
    at, limit = np.sort(times.middle), np.sort(times.right)
    last = float(limit[-min(len(limit), MANY)])
    steps, closed = np.unique(at[at <= last], return_counts=True)
    could = np.searchsorted(at, steps, side="right") - np.searchsorted(limit, steps, side="left")
    by = np.append(np.cumprod((1 - closed / could)[::-1])[::-1][1:], 1.0)
    fitted = (1 - fit.share_after(np.maximum(steps, 1e-4))) / (1 - float(fit.share_after(last)))
    return float(np.abs(by - fitted).max()) if len(steps) else float("nan")
