"""Words for states: what the numbers in columns and records stand for."""

from __future__ import annotations

MAX_PARTS = 3
"""Of a case."""

# Kinds of need (急 难 愁 盼), in the order of `Domain.kinds`.
URGENT, HARD, CHRONIC, HOPED = range(4)
KINDS = 4

# States of a case that hold no need of the flow: its record is written and the trouble lingers; it is free; its need
# will be back.
LINGERING, FREE, DORMANT = -3, -2, -1

# States of a need. The flow identity counts needs in each.
LATENT, OPEN, HEALED, RESOLVED, UNRESOLVED, WITHDRAWN = range(6)
ARISEN = 6
STATE_NAMES = ("latent", "open", "healed", "resolved", "unresolved", "withdrawn")

# Channels by which a need becomes a request.
APP, HOTLINE, COMMUNITY_WINDOW, DEPARTMENT_WINDOW, PATROL, DATA, VISIT, CONTACT, FORUM = range(9)
CHANNEL_NAMES = (
    "app", "hotline", "community_window", "department_window", "patrol", "data", "visit", "contact", "forum",
)  # fmt: skip

VOICED_BY = 4
"""The first so many channels are those by which residents themselves speak up."""

TURNED_AWAY = -1
"""In place of whether a request was closed: the hotline did not answer."""

AGES = ("young", "adult", "elderly")
"""Residents under 15, from 15 to 59, of 60 and over."""

# Tiers.
GRID, COMMUNITY, STREET, DEPARTMENT, PARTNER, TERMINAL = range(6)
TIER_NAMES = ("grid", "community", "street", "department", "partner", "terminal")

# Where the time of a part goes, in the order of the metrics.
T_WAIT_STAFF, T_HANDLING, T_HANDOFF, T_INFORMATION, T_SHORTAGE, T_CASE_WAIT, T_REWORK, T_LEAD_TIME = range(8)
TIME_NAMES = ("wait_staff", "handling", "handoff", "information", "shortage", "case_wait", "rework", "lead_time")

# Where the money of a part came from.
POTS = ("none", "fund", "outside", "budget")
UNPAID, FUND, OUTSIDE, BUDGET = range(len(POTS))

SECOND_TRY = 1
"""Mode of a part that is handled again."""

MAX_RETURNS = 2
"""How often a case whose parts were not fixed is brought back."""

MAX_VOICED_AGAIN = 2
"""How often a trouble that was given up or closed in vain is voiced again."""

REPEAT_DAYS = 30.0
"""A request within so many days of the last closing of the same trouble is a repeat."""

# Priority classes: triaged; sent up to a department that answers to the base; put ahead; ordinary; put off.
C_TRIAGED, C_SENT_UP, C_AHEAD, C_ORDINARY, C_AFTER = range(5)

# The phase of a job: what a part of a case is waiting for or going through, or what else it is.
BLANK = 0  # no job
TO_CASE = 1  # its turn in the case has not come
SENT_ON = 2  # the resident goes on from the wrong window
REGISTERING = 3
MISDIRECTED = 4  # wrong work, queued or at work
SENT_BACK = 5  # on the way back from wrong work
HANDED_ON = 6  # on the way to another tier
RELAYED = 7  # relay work at the street office, queued or at work
APPROVED = 8  # with the department for approval
UNFUNDED = 9  # waits for new money
HANDLING = 10  # queued or at work
AT_PARTNER = 11  # waits for a partner to start
EXECUTED = 12  # the work is done, its result on order
COMES_BACK = 13  # closed without result, about to be brought back
FINISHED = 14
TASK = 15  # from above, or an office's own work
CHORE = 16  # small work of an office
ASKING = 17  # relay work for money from the department, queued or at work
GRANTED = 18  # with the department for money
BY_PARTNER = 19  # a partner works on it
CONVENED = 20  # waits for a forum

DAILY = ("arisen", "voiced", "discovered", "closed", "resolved", "repeats", "withdrawn",
         "recurred", "data_found", "work_done", "work_lapsed", "worsened", "spread", "voiced_again",
         "shared", "duplicates", "closed_in_time", "closed_in_vain", "turned_away", "put_first")  # fmt: skip
"""Counters kept by day."""
(D_ARISEN, D_VOICED, D_DISCOVERED, D_CLOSED, D_RESOLVED, D_REPEATS, D_WITHDRAWN,
 D_RECURRED, D_DATA_FOUND, D_DONE, D_LAPSED, D_WORSENED, D_SPREAD, D_VOICED_AGAIN,
 D_SHARED, D_DUPLICATES, D_IN_TIME, D_IN_VAIN, D_TURNED_AWAY, D_PUT_FIRST) = range(len(DAILY))  # fmt: skip
