"""All state that compiled code works on beside the engine: one list of arrays, handed over by reference."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sanfang.model.compiled import by_reference, compiled
from sanfang.model.kernel.records import Flags, Floats, Ints, Records, record_type

COUNTS = record_type(
    ("latent", "i8", "needs", "in the list of latent ones"),
    ("latent_vulnerable", "i8", "needs", "of these, those of vulnerable residents"),
    ("records", "i8", "records", "written so far"),
    ("closings", "i8", "closings", "of requests so far"),
    ("experiences", "i8", "experiences", "of today"),
    ("cases_used", "i8", "cases", "in use at any time so far"),
    ("free_case", "i8", "case", "first of the free ones, or NONE"),
    ("short", "i8", "jobs", "that wait for money"),
    ("capped", "i8", "candidates", "whose hazard was above the cap, so far"),
    ("terminal_uses", "i8", "matters", "finished at terminals so far"),
    ("calls", "i8", "calls", "to the hotline today so far"),
    ("calls_before", "i8", "calls", "to it on the day before"),
    ("answered", "i8", "calls", "by it today so far"),
    ("leavers", ("i8", 4), "posts", "that someone has left so far, by tier"),
)
"""How full the pools are, and totals."""


class Layout(NamedTuple):
    """Stations are numbered: grids of each community, offices of each community, streets, departments."""

    communities: int
    streets: int
    departments: int


class World(NamedTuple):
    """The state of the district. Compiled functions get it by reference and are annotated with this class.

    In the comments c is a community, d a domain.
    """

    layout: Layout
    cases: Records
    """The pool of cases."""
    states: Records
    """`[case]`: its state."""
    latent: Records
    """The list of latent needs, in no order."""
    dormant: NDArray[np.int32]
    """`[day]`: first case of the needs that recur, or vanish at last, that day."""
    records: Records
    """What is left of needs that have ended."""
    closings: Records
    """Of requests, in the order in which they were booked."""
    experiences: Records
    """Of today, in the order of closing."""
    counts: Records
    """One record."""
    daily: Ints
    """`[day, counter]`, by `DAILY`."""
    flow: Ints
    """`[c, d, state]`: needs in each state."""
    short: NDArray[np.int32]
    """Jobs that wait for money, first come first served."""
    short_in: Ints
    """`[pot]`: parts that wait for money, by the pots that may pay them: each community's fund, then each department's
    budget. One that both may pay counts in both."""
    persons: Records
    """`[worker]`."""
    busy: Floats
    """`[station]`: share of hours worked lately."""
    posts: Floats
    """`[station]`: posts that belong there now."""
    skill: Floats
    """`[worker, d]`: 0 to 1."""
    office_work: Records
    """`[station, heading]`."""
    waiting_hours: Floats
    """`[station, d]`: hours of handling queued."""
    communities: Records
    """`[c]`."""
    community_domain: Records
    """`[c, d]`."""
    domains: Records
    """`[d]`."""
    budget: Floats
    """`[department]`: yuan left for cases."""
    spent: Floats
    """`[tier, heading]`: yuan so far; the row PARTNER is for outside money."""
    outside_hours: Floats
    """`[heading]`: hours given so far."""
    near: NDArray[np.int32]
    """`[c, n]`: neighbours of a community, then NONE."""
    forums: Ints
    """`[grid]`: forums held there since the last look at latent needs."""
    clock_start: Floats
    """`[day]`: working hours before that day."""
    clock_ahead: Floats
    """The same, for a year beyond the last day: of what lies ahead on it, something may be due before."""
    hour_share: Floats
    """`[hour]`: share of a day's demand up to the end of that hour."""
    grid: NDArray[np.int32]
    """This and the rest are columns of the residents."""
    vulnerable: Flags
    alone: Flags
    frail: Flags
    """Elderly or disabled."""
    digital: NDArray[np.float32]
    burden: NDArray[np.int16]
    brought: NDArray[np.float32]
    heard: NDArray[np.float32]


WorldRef = by_reference("WorldRef", World._fields, __name__)


@compiled
def refer_world(*arrays: Any) -> World:
    """A reference to the arrays of a `World`: `refer_world(*world)`."""
    return WorldRef(*arrays)
