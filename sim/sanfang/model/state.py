"""What the model keeps in columns and records, and the words for its states.

Residents are plain columns, because whole columns are worked on daily. Cases, requests and workers
are records, because an event touches many fields of one of them.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from sanfang.model.compiled import by_reference, compiled

MAX_PARTS = 3

# Kinds of need (急 难 愁 盼), in the order of `Domain.kinds`.
URGENT, HARD, CHRONIC, HOPED = range(4)

# States of a need. The flow identity counts needs in each.
LINGERING, FREE, DORMANT = -3, -2, -1
LATENT, OPEN, HEALED, RESOLVED, UNRESOLVED, WITHDRAWN = range(6)
ARISEN = 6
STATE_NAMES = ("latent", "open", "healed", "resolved", "unresolved", "withdrawn")

# Channels by which a need becomes a request.
APP, HOTLINE, COMMUNITY_WINDOW, DEPARTMENT_WINDOW, PATROL, DATA, VISIT, CONTACT, FORUM = range(9)
CHANNEL_NAMES = (
    "app", "hotline", "community_window", "department_window", "patrol", "data", "visit", "contact", "forum",
)  # fmt: skip

# Tiers.
GRID, COMMUNITY, STREET, DEPARTMENT, PARTNER, TERMINAL = range(6)
TIER_NAMES = ("grid", "community", "street", "department", "partner", "terminal")

# Where the time of a part goes, in the order of the metrics.
T_WAIT_STAFF, T_HANDLING, T_HANDOFF, T_INFORMATION, T_SHORTAGE, T_CASE_WAIT, T_REWORK, T_LEAD_TIME = range(8)
TIME_NAMES = ("wait_staff", "handling", "handoff", "information", "shortage", "case_wait", "rework", "lead_time")

SECOND_TRY = 1
"""Mode of a part that is handled again."""

# Priority classes: triaged; sent up to a department that answers to the base; put ahead; ordinary; put off.
C_TRIAGED, C_SENT_UP, C_AHEAD, C_ORDINARY, C_AFTER = range(5)

# What a part of a case is waiting for or going through.
(BLANK, TO_CASE, SENT_ON, REGISTERING, MISDIRECTED, SENT_BACK, HANDED_ON, RELAYED, APPROVED, UNFUNDED,
 HANDLING, AT_PARTNER, EXECUTED, COMES_BACK, FINISHED, TASK, CHORE, ASKING, GRANTED, BY_PARTNER,
 CONVENED) = range(21)  # fmt: skip

CASE = np.dtype(
    [("key", "u8"), ("root", "u8"), ("arose", "f8"), ("voiced", "f8"), ("closed_before", "f8"), ("first", "f8"),
     ("first_at", "f8"), ("registered", "f8"), ("resident", "i4"), ("record", "i4"), ("next", "i4"),
     ("jobs", "i4", MAX_PARTS), ("quality", "f4", MAX_PARTS), ("spent", "f4", len(TIME_NAMES)), ("yuan", "f4"),
     ("community", "i2"), ("ordinal", "i2"), ("handoffs", "i2"), ("domain", "i1"), ("kind", "i1"),
     ("channel", "i1"), ("parts", "i1"), ("unfinished", "i1"), ("attempts", "i1"), ("trips", "i1"), ("tailored", "i1"),
     ("parallel", "i1"), ("triaged", "i1"), ("tier", "i1"), ("joint", "i1"), ("settled", "i1"),
     ("vulnerable", "i1")], align=True
)  # fmt: skip
"""A need from its arising to its end. Calendar days: arose, voiced, closed_before, first_at. Working hours:
registered, first, spent. `record`: the row of its record, if it lingers; `next` links dormant needs by day."""

STATE = np.dtype([("community", "i2"), ("domain", "i1"), ("state", "i1")])
"""Where a case belongs, and its state: all that the daily check of the flow reads, of all cases."""

RECORD = np.dtype(
    [("key", "u8"), ("root", "u8"), ("arose", "f8"), ("voiced", "f8"), ("first_at", "f8"), ("closed", "f8"),
     ("gone", "f8"), ("first_hours", "f4"), ("experience", "f4"), ("quality", "f4"), ("yuan", "f4"),
     ("spent", "f4", len(TIME_NAMES)), ("resident", "i4"), ("community", "i2"), ("handoffs", "i2"), ("ordinal", "i2"),
     ("domain", "i1"), ("kind", "i1"), ("outcome", "i1"), ("channel", "i1"), ("tier", "i1"), ("parts", "i1"),
     ("attempts", "i1"), ("trips", "i1"), ("vulnerable", "i1"), ("rated", "i1")]
)  # fmt: skip
"""One need that has ended, or is open or latent at the end of the run (`outcome` is then that state). Calendar
days since the start: arose, voiced (NaN if never), first_at, closed (NaN if never), gone (when
the trouble no longer was there; NaN if it still is). Working hours: first_hours (voiced
to first handling), spent (by `TIME_NAMES`, summed over parts). `rated`: -1 not reached, else 0 or 1."""

EXPERIENCE = np.dtype([("resident", "i4"), ("record", "i4"), ("trips", "i4"), ("kind", "i4"), ("day", "i4"),
                       ("closed", "i4"), ("quality", "f8"), ("days", "f8"), ("key", "u8")], align=True)  # fmt: skip
"""What a resident met with when a request closed: all that satisfaction ever learns of the world."""

PERSON = np.dtype(
    [("tier", "i4"), ("department", "i4"), ("hires", "i4"), ("cases", "i4"), ("fatigue", "f8"),
     ("trained", "f8"), ("vacant_until", "f8"), ("key", "u8"), ("post_home", "i4"), ("down", "i4")], align=True
)  # fmt: skip
"""A post and who is in it. `post_home` is its station before the reform, `down` the one it moves to, if any."""

COUNTS = np.dtype(
    [("latent", "i8"), ("latent_vulnerable", "i8"), ("records", "i8"), ("experiences", "i8"), ("cases_used", "i8"),
     ("free_case", "i8"), ("short", "i8"), ("capped", "i8"), ("terminal_uses", "i8"), ("leavers", "i8", 4)], align=True
)  # fmt: skip
"""How full the pools are, and totals: candidates whose hazard was above the cap, leavers by tier, and so on."""

DAILY = ("arisen", "voiced", "discovered", "closed", "resolved", "repeats", "withdrawn",
         "recurred", "data_found")  # fmt: skip
"""Counters kept by day."""
(D_ARISEN, D_VOICED, D_DISCOVERED, D_CLOSED, D_RESOLVED, D_REPEATS, D_WITHDRAWN,
 D_RECURRED, D_DATA_FOUND) = range(len(DAILY))  # fmt: skip

Residents = namedtuple(
    "Residents",
    "community grid age alone disabled low_income vulnerable digital weight expectation satisfaction trust burden ties",
)
"""Columns, one row a resident: community and grid index; age group (0 young, 1 adult, 2 elderly); `weight[n, domains]`
relative hazard; expectation in days; satisfaction and trust in [0, 1]; burden: unresolved needs; `ties[n, k]`:
neighbours."""

PLACE = np.dtype(
    [("number", "i8"), ("first", "i8"), ("size", "i8"), ("sub_district", "i8"), ("households", "f8"), ("patrol", "f8"),
     ("useful_done", "f8"), ("found_today", "i8"), ("fund", "f8"), ("outside", "f8"), ("contract", "f8"),
     ("contract_used", "f8"), ("visited", "f8"), ("upkeep", "f8"), ("contacted", "f8"), ("lookout", "f8"),
     ("errands", "f8"), ("pool", "f8"), ("forums", "i8")], align=True
)  # fmt: skip
"""A community: its number in the whole district, its residents' rows, patrol hours of the last working day, hours of
useful tasks done, needs found in data today, yuan in its fund and of outside income, contracted hours left and used.
Of this month: share of the elderly alone who are visited, share of full upkeep, share of households contacted, hours
a working day on the lookout, hours left for errands and of units' and residents' own work. Forums held lately."""

GROUND = np.dtype(
    [("factor", "f8"), ("hazard", "f8"), ("unmet", "f8"), ("covered", "f8"), ("methods", "f8"), ("found", "f8"),
     ("conventions", "f8")], align=True
)  # fmt: skip
"""A domain in a community: lasting relative troubles, today's multiplier, share of service demand unmet and covered,
written-down practice in [0, 1], today's chance that a patrol finds a need, share of conflicts under a convention."""

LATENT_NEED = np.dtype(
    [("key", "u8"), ("arose", "f8"), ("case", "i4"), ("resident", "i4"), ("community", "i2"), ("domain", "i1"),
     ("kind", "i1"), ("channel", "i1"), ("vulnerable", "i1")], align=True
)  # fmt: skip
"""What the daily look at a latent need takes: half a cache line, in one row, instead of its whole case."""

DOMAIN = np.dtype(
    [("hazard", "f8"), ("cap", "f8"), ("kinds", "f8", 4), ("level", "i8"), ("on_site", "f8"), ("devolvable", "f8"),
     ("hours", "f8"), ("hours_cv", "f8"), ("shape", "i8"), ("lead_hours", "f8"), ("lead_cv", "f8"), ("yuan", "f8"),
     ("patience_days", "f8"), ("self_service", "f8"), ("patrol_visible", "f8"), ("data_visible", "f8"),
     ("prevention", "f8"), ("spillover", "f8"), ("market", "f8"), ("social", "f8"), ("simple", "f8"),
     ("conflict", "f8"), ("visits", "f8"), ("upkeep", "f8"), ("department", "i8")], align=True
)  # fmt: skip
"""A domain as declared in the scenario; `cap`: highest multiple of the hazard that candidates
stand for; `kinds` cumulative, lead time in working hours."""

OFFICE_WORK = np.dtype([("owed", "f8"), ("due", "f8"), ("done", "f8")], align=True)
"""Of a station and heading: hours of small work not yet gathered into a job, hours gathered, hours of jobs finished."""

Layout = namedtuple("Layout", "communities streets departments")
"""Stations are numbered: grids of each community, offices of each community, streets, departments."""

World = namedtuple(
    "World",
    "layout cases states latent dormant records experiences counts daily flow short persons skill office_work "
    "waiting_hours places ground domains budget spent outside_hours near forums clock_start hour_share grid vulnerable "
    "alone frail digital burden",
)
"""All state that compiled code touches beside the engine and the residents' other columns.

`states`: the state of each case; `latent`: the latent needs; `dormant[day]`:
first of the needs that recur, or vanish at last, that day; `daily[day, counter]`; `flow[c, d, state]` counts needs;
`short`: jobs that wait for money; `skill[worker, d]`; `office_work[station, heading]`; `waiting_hours[station, d]`:
hours of handling queued; `places[c]`; `ground[c, d]`; `budget[department]`: yuan; `spent[tier, heading]`: yuan, the
row PARTNER for outside money; `outside_hours[heading]`; `near[c, n]`: neighbours of a community, then NONE;
`forums[grid]`: forums held there lately; `clock_start[day]`: working hours before that day; `hour_share`: cumulative
shares of demand by hour; the rest are columns of the residents, `frail` being the elderly and the disabled.
"""

WorldRef = by_reference("WorldRef", World._fields, __name__)


@compiled
def refer_world(
    layout, cases, states, latent, dormant, records, experiences, counts, daily, flow, short, persons, skill,
    office_work, waiting_hours, places, ground, domains, budget, spent, outside_hours, near, forums, clock_start,
    hour_share, grid, vulnerable, alone, frail, digital, burden,
):  # fmt: skip
    """A reference to the arrays of a `World`: `refer_world(*world)`."""
    return WorldRef(
        layout, cases, states, latent, dormant, records, experiences, counts, daily, flow, short, persons, skill,
        office_work, waiting_hours, places, ground, domains, budget, spent, outside_hours, near, forums,
        clock_start, hour_share, grid, vulnerable, alone, frail, digital, burden,
    )  # fmt: skip
