"""Estimates as a page of Markdown for people: what was estimated, how sure it is, and what was refused and why."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sanfang.tickets.estimates.durations import Closing
from sanfang.tickets.estimates.estimates import Estimates
from sanfang.tickets.estimates.silence import ASSUMPTIONS, Silence
from sanfang.tickets.estimates.value import Bound, Estimate, Refused, Result, Table

MOST_ROWS = 40
"""Of a table by neighbourhood; all rows are in the JSON."""


def as_page(estimates: Estimates) -> str:
    """The page."""
    return "\n".join(_lines(estimates)) + "\n"


def _lines(estimates: Estimates) -> Iterator[str]:
    coming, closing = estimates.arrivals, estimates.closing
    yield "# What this file tells"
    yield ""
    yield f"{estimates.rows:,} rows, {estimates.begin} to {estimates.end}; {coming.days:,} days covered whole."
    yield "Each number stands with its 95 % interval. Cells of fewer than five requests are pooled or left out."
    yield from (f"- {doubt}" for doubt in estimates.doubts)
    yield from _table("Requests", {"all rows, duplicates too": coming.contacts, "requests": coming.requests})
    yield from _table("Requests by domain", coming.by_domain)
    yield from _table("Requests by neighbourhood", coming.by_neighbourhood)
    yield from _table("Per resident and year", {"all": estimates.hazards.all, **estimates.hazards.by_domain})
    yield from _table("Per resident and year, by neighbourhood", estimates.hazards.by_neighbourhood)
    yield from _table("How much neighbourhoods differ", {"beyond chance": estimates.hazards.heterogeneity})
    for title, table in (
        ("By weekday", coming.profiles.weekday),
        ("By month", coming.profiles.month),
        ("By hour", coming.profiles.hour),
        ("Festivals", coming.profiles.festival),
    ):
        yield from _table(title, table)
    yield from _table("How much days vary", {"beyond chance": coming.extra_variance})
    yield from _closing("all", closing.all)
    for name, one in closing.by_domain.items():
        yield from _closing(name, one)
    yield from _table("Closed within three minutes", {"all": closing.at_once})
    if closing.left_out:
        yield ""
        yield "Not among the times to close: " + "; ".join(f"{n} {why}" for why, n in closing.left_out.items()) + "."
    yield from _table("Duplicates", {"all": estimates.links.duplicates, **estimates.links.duplicates_by_domain})
    yield from _table("Repeats", {"all": estimates.links.repeats, **estimates.links.repeats_by_domain})
    yield from _table("Passed on", {"all": estimates.moved.transferred, **estimates.moved.transferred_by_domain})
    yield from _table("How often passed on", {"all": estimates.moved.transfers_mean})
    yield from _table("Channels", estimates.moved.channels)
    yield from _silence(estimates.silence)


def _table(title: str, table: Table) -> Iterator[str]:
    """A heading and a table; one sentence where all of it was refused; nothing where there is nothing."""
    if not table:
        return
    yield from ("", f"## {title}", "")
    if list(table) == ["all"] and isinstance(table["all"], Refused):
        yield f"Refused: {table['all'].reason}."
        return
    yield from ("| | value | 95 % interval | unit | rests on | |", "|---|---|---|---|---|---|")
    for name, one in list(table.items())[:MOST_ROWS]:
        yield _row(name, one)
    if len(table) > MOST_ROWS:
        yield from ("", f"{len(table) - MOST_ROWS:,} more are in the JSON file.")


def _row(name: str, one: Result) -> str:
    shown = name.replace("|", "/").replace("\n", " ")
    if isinstance(one, Estimate):
        return (
            f"| {shown} | {one.value:.3g} | {one.low:.3g} to {one.high:.3g} | {one.unit} | {one.count:,} | {one.note} |"
        )
    if isinstance(one, Bound):
        return f"| {shown} | at least {one.at_least:.3g} | | {one.unit} | {one.count:,} | {one.reason} |"
    return f"| {shown} | refused | | | | {one.reason} |"


def _closing(name: str, closing: Closing | Refused) -> Iterator[str]:
    if isinstance(closing, Refused):
        yield from _table(f"Time to close: {name}", {"all": closing})
        return
    yield from _table(
        f"Time to close: {name}",
        {
            "median (Kaplan-Meier)": closing.median,
            "90th percentile (Kaplan-Meier)": closing.p90,
            "median (fitted)": closing.fitted_median,
            "90th percentile (fitted)": closing.fitted_p90,
            **{f"after {day} days": one for day, one in closing.still_open.items()},
        },
    )
    if closing.family:
        parameters = ", ".join(f"{key} = {value:.3g}" for key, value in closing.parameters.items())
        aic = ", ".join(f"{key} {value:.0f}" for key, value in closing.aic.items())
        misfit = "" if math.isnan(closing.misfit) else f"; at most {closing.misfit:.3f} from a curve without it"
        yield from ("", f"{closing.family} ({parameters}), by AIC ({aic}){misfit}.")


def _silence(silence: dict[str, Silence | Refused]) -> Iterator[str]:
    delays: dict[str, Result] = {
        name: one if isinstance(one, Refused) else one.delay_days for name, one in silence.items()
    }
    yield from _table("Silence: days until a trouble is first reported", delays)
    if any(isinstance(one, Silence) for one in silence.values()):
        yield from ("", "After Liu, Bhandaram and Garg (2023), from duplicates alone. It assumes that")
        yield from (f"- {text}" for text in ASSUMPTIONS)
