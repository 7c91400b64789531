"""The ledger of every hour and every yuan: the day's closing entries, the table, and the identities."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sanfang.model.books import headings as h
from sanfang.model.cases.lifecycle import count_states
from sanfang.model.district.finance import Finance, leftovers, share_of_month, unused_so_far
from sanfang.model.kernel.engine_arrays import Engine
from sanfang.model.state import ARISEN, DEPARTMENT, LATENT, LINGERING, OPEN, PARTNER, TIER_NAMES
from sanfang.model.world import Layout, World
from sanfang.scenario.scenario import Scenario

LEDGER_COLUMNS = ["resource", "tier", "heading", "amount"]


class IdentityError(RuntimeError):
    """The books do not balance. This is a defect of the model, never of the input."""


def tiers_of_stations(layout: Layout) -> np.ndarray:
    """Tier of each station."""
    counts = (layout.communities, layout.communities, layout.streets, layout.departments)
    return np.repeat(np.arange(DEPARTMENT + 1), counts)


def close_day(scenario: Scenario, engine: Engine, world: World, before: np.ndarray, open_hours: float) -> None:
    """Closing entries of a working day; `before` is the ledger of hours this morning.

    Idle grid workers patrol, up to a bound; idle hours at one place while the same kind of work waits
    at another are booked as such; data entry on a day on which a community found nothing was in vain.
    """
    today = engine.hours - before
    communities = world.layout.communities
    posts = _posts(engine, communities)
    in_post = open_hours - today[:communities, h.VACANT] / np.maximum(posts, 1)
    max_patrol = scenario.discovery.patrol_cap / scenario.calendar.shift_hours * in_post * posts
    patrol = np.minimum(today[:communities, h.IDLE], max_patrol)
    _rebook(engine, slice(0, communities), h.IDLE, h.PATROL, patrol)
    world.communities["patrol"] = patrol
    idle = today[:, h.IDLE].copy()
    idle[:communities] -= patrol
    _rebook(engine, slice(None), h.IDLE, h.IDLE_MISMATCH, _mismatched(world, idle, today[:, h.IDLE]))
    grids = slice(0, communities)
    vain = np.where(world.communities["found_today"] == 0, today[grids, h.DATA_ENTRY], 0.0)
    _rebook(engine, grids, h.DATA_ENTRY, h.DATA_IN_VAIN, vain)
    world.communities["found_today"] = 0


def _posts(engine: Engine, communities: int) -> np.ndarray:
    """Posts at the grids of each community now."""
    return np.bincount(engine.workers["at"], minlength=len(engine.stations))[:communities]


def _rebook(engine: Engine, stations: slice, heading: int, other: int, hours: np.ndarray) -> None:
    """Move hours from one heading to another."""
    engine.hours[stations, heading] -= hours
    engine.hours[stations, other] += hours


def _mismatched(world: World, idle: np.ndarray, unoccupied: np.ndarray) -> np.ndarray:
    """Idle hours of each station while work that it could do waits at another station.

    By domain the smaller of the qualified `idle` hours of the day and the hours waiting at its end where nobody
    was `unoccupied` all day (patrol counts as that, too); no hour counts twice. A department can do its own
    domains, wherever they wait; communities and streets can do what waits at communities and streets.
    """
    communities, streets = world.layout.communities, world.layout.streets
    left, lost = idle.copy(), np.zeros_like(idle)
    below = slice(0, 2 * communities + streets)
    left_below, lost_below = left[below], lost[below]
    waiting = np.where((unoccupied <= 1e-9)[:, None], world.waiting_hours, 0.0)
    total, there = waiting.sum(axis=0), waiting[below].sum(axis=0)
    for domain in np.argsort(-total):
        if total[domain] == 0.0:
            continue  # nothing waits for it
        department = below.stop + int(world.domains["department"][domain])
        taken = min(left[department], total[domain])
        left[department] -= taken
        lost[department] += taken
        if there[domain] <= taken:
            continue
        pool = left_below.sum()
        more = min(pool, there[domain] - taken)
        if more > 0:
            share = left_below * (more / pool)
            lost_below += share
            left_below -= share
    return lost


def hours_by_tier(engine: Engine, layout: Layout) -> np.ndarray:
    """Hours so far, `[tier, heading]`, from grid to department."""
    result = np.zeros((DEPARTMENT + 1, engine.hours.shape[1]))
    np.add.at(result, tiers_of_stations(layout), engine.hours)
    return result


def yuan_by_tier(
    scenario: Scenario, hours: np.ndarray, world: World, finance: Finance, day: int, waiting_yuan: float
) -> np.ndarray:
    """Yuan so far, `[tier, heading]`, at the start of `day`: wages by the `hours` worked, what is left in the pots, and
    what this month's payments bought in vain so far."""
    yuan = world.spent[: DEPARTMENT + 1] + leftovers(world, waiting_yuan)
    if finance.months:
        yuan += unused_so_far(scenario, world, finance, share_of_month(scenario, finance, day))
    pay_wages(yuan, hours, scenario.staffing.wage)
    return yuan


def pay_wages(yuan: np.ndarray, hours: np.ndarray, wage: float) -> None:
    """Enter the wages of `hours[tier, heading]` into `yuan[tier, heading]`, those of vacant posts apart."""
    vacant = hours[:, h.VACANT]
    yuan[:, h.Y_WAGES] = (hours.sum(axis=1) - vacant) * wage
    yuan[:, h.Y_VACANT] = vacant * wage


def ledger_table(hours: np.ndarray, yuan: np.ndarray, world: World) -> pd.DataFrame:
    """The ledger as a table: resource (hours, yuan, outside_hours, outside_yuan), tier, heading, amount."""
    rows: list[tuple[str, str, str, float]] = []
    for resource, amounts, names in (("hours", hours, h.HOUR_HEADINGS), ("yuan", yuan, h.YUAN_HEADINGS)):
        rows += [
            (resource, TIER_NAMES[tier], names[heading], float(amounts[tier, heading]))
            for tier, heading in zip(*np.nonzero(amounts), strict=True)
        ]
    given = world.outside_hours.copy()
    given[h.O_PARTNERS] += world.communities["contract_used"].sum()
    for resource, heading, amount in (
        *(("outside_hours", name, float(hours)) for name, hours in zip(h.OUTSIDE_HEADINGS, given, strict=True)),
        ("outside_yuan", "cases", float(world.spent[PARTNER].sum())),
        ("outside_yuan", "collective_economy", float(world.communities["outside"].sum())),
    ):
        if amount:
            rows.append((resource, "partner" if resource == "outside_hours" else "community", heading, amount))
    return pd.DataFrame(rows, columns=LEDGER_COLUMNS)


def check_books(
    scenario: Scenario, hours: np.ndarray, yuan: np.ndarray, world: World, finance: Finance, day: int
) -> None:
    """Raise IdentityError unless `hours` and `yuan` so far, `[tier, heading]`, sum to the supply, no heading is
    negative, and the flow holds."""
    supplied = len(world.persons) * world.clock_start[day]
    _equal("hours", float(hours.sum()), supplied)
    _equal("yuan", float(yuan.sum()), finance.supplied + supplied * scenario.staffing.wage)
    _equal("outside yuan", float(world.spent[PARTNER].sum() + world.communities["outside"].sum()), finance.outside)
    for name, book in (("hours", hours), ("yuan", yuan)):
        if book.min() < -1e-6 * max(supplied, 1.0):
            tier, heading = np.unravel_index(book.argmin(), book.shape)
            raise IdentityError(f"{name} below zero at tier {tier}, heading {heading}: {book.min()}")
    check_flow(world)


def check_flow(world: World) -> None:
    """Initial + arisen = latent + healed + open + resolved + unresolved + withdrawn, per community and domain.

    Latent and open needs are counted again from the cases themselves, not taken from the counters.
    """
    by_state = np.zeros((*world.flow.shape[:2], ARISEN - LINGERING), np.int64)
    counts = world.counts[0]
    count_states(world.states[: int(counts["cases_used"])], by_state)
    counted = by_state[:, :, -LINGERING:]
    if counted[:, :, LATENT].sum() != counts["latent"]:
        raise IdentityError("the list of latent needs does not agree with the cases")
    for state in (LATENT, OPEN):
        if (counted[:, :, state] != world.flow[:, :, state]).any():
            raise IdentityError(f"cases in state {state} do not agree with the flow")
    if (world.flow[:, :, :ARISEN].sum(axis=2) != world.flow[:, :, ARISEN]).any():
        raise IdentityError("needs that arose are not all accounted for")


def _equal(what: str, booked: float, supplied: float) -> None:
    """Raise IdentityError unless both are the same but for rounding."""
    if abs(booked - supplied) > 1e-9 * max(abs(supplied), 1.0):
        raise IdentityError(f"{what}: booked {booked!r}, supplied {supplied!r}")
