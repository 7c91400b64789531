"""What random numbers are drawn for: every purpose of every key, in one place.

A draw is a hash of (key, purpose), see `sanfang.model.kernel.draws`. The first word of a name says whose key it is:
two draws of one key with the same purpose would be the same number. A key that is derived from another (`mix`) has a
purpose there, too. Another number here is another random number, and so another run.
"""

from __future__ import annotations

# A need, from the candidate that it was to the end of its case.
NEED_GAP = 1  # time since the candidate before
NEED_RESIDENT = 2
NEED_MARK = 3  # thinning: it arises if the mark is below its hazard over the candidates'
NEED_KIND = 4
NEED_CHANNEL = 6
NEED_VOICED = 8  # on the day on which it arises
NEED_ONLINE = 16
NEED_ANSWERED = 17  # by the hotline, on the day on which it arises
NEED_PART = 20  # key of a part
NEED_FURTHER_PART = 100
NEED_PATIENCE = 200
NEED_SELF_SERVICE = 201
NEED_ABLE = 202  # the owner can use a terminal or the app
NEED_WRONG_WINDOW = 203
NEED_WRONG_WINDOW_TIME = 204
NEED_TRIAGED = 205
NEED_MANAGED = 206
NEED_PLANNED = 207
NEED_FURTHER_TRIP = 208
NEED_JOINT = 209
NEED_CAUSE_TREATED = 210
NEED_RECURRENCE_TIME = 211
NEED_KEEPS_HOURS = 212  # it is taken to a window in opening hours only
NEED_LINGERING_TIME = 213
NEED_WORSENS = 215  # when
NEED_SPREADS = 216
NEED_REACHED = 217  # which neighbour
NEED_OF_NEIGHBOUR = 218  # key of the need that it reaches
NEED_CARRIED = 214  # its key from day 0 on, if it is carried over from the years before
NEED_SHARED = 219  # of its root: it concerns several residents whenever it is back
NEED_CONFLICT = 220  # of its root: it stays a conflict whenever it is back
NEED_TO_FORUM = 221
NEED_FORUM_AGREES = 222
NEED_STANDS_FOR_ALL = 223  # of the troubles of several, one in so many arises as there are residents who have it
NEED_OTHERS = 224  # how many
NEED_OF_OTHER = 230  # key of the need of each of them
NEED_COMES_BACK = 400
NEED_RETURN_TIME = 410
NEED_VOICED_AGAIN = 420  # when, after it was given up or closed in vain
NEED_PATIENCE_AGAIN = 440
NEED_RECOGNISED = 450  # where it is taken in, as a duplicate
NEED_TURNED_AWAY = 460
NEED_LINGERING_AGAIN = 465
NEED_HELD_TO = 469  # offices are held to its limit
NEED_IN_VAIN = 470  # it is closed without result at a look at its limit
NEED_EXPERIENCE = 900  # key of what its owner meets with
NEED_RECURRENCE = 1_000  # key of the need that is back, of the root
NEED_DAY = 10_000  # key of a day on which it is latent

# A latent need on one day.
DAY_HOUR = 7
DAY_VOICED = 8
DAY_FOUND_BY_PATROL = 9
DAY_FOUND_IN_DATA = 10
DAY_HEALED = 11
DAY_MET = 12
DAY_TOLD_ON_VISIT = 13
DAY_TOLD_TO_CONTACT = 14
DAY_REVEALED_BY_FORUM = 15
DAY_ANSWERED = 16  # by the hotline

# A part of a case.
PART_DOMAIN = 1
PART_DIAGNOSIS = 2
PART_WRONG_DEPARTMENT = 3
PART_AUTHORITY = 4
PART_ON_OFFER = 5
PART_TO_FIRM = 6
PART_TO_SOCIAL_ORGANISATION = 7
PART_YUAN = 8
PART_HOURS = 9
PART_LEAD_TIME = 10
PART_SENT_UP_FIRST = 11
PART_REGISTRATION_TIME = 12
PART_ON_SITE = 13
PART_TO_POOL = 14
PART_FORUM_TIME = 15
PART_IN_TURN = 16  # it may not pass those that wait for money before it
PART_PAID_BELOW = 17  # its community may pay for it where the department cannot
PART_SHARED = 18  # others of its community may do it; of a task as well
PART_BOUNCED = 100
PART_PARTNER_TIME = 199
PART_HANDOFF_TIME = 200
PART_RESULT = 300
PART_UNEVEN_DECISION = 320
PART_DECIDED_AGAINST = 340

# What a resident meets with when a request ends.
EXPERIENCE_REACHED = 1
EXPERIENCE_POLITE = 2

# The tasks of a run: a key for each community, and one for each street and department.
TASKS_COMMUNITY = 0
TASKS_OWN_WORK = 90_000

# A task from above, or a piece of an office's own work.
TASK_GAP = 0
TASK_HOURS = 1
TASK_USEFUL = 2
TASK_VETTED = 3
TASK_STOPPED = 4
TASK_FOLLOWED = 5
TASK_FIRST = 6
TASK_AT_GRID = 7
TASK_FEE = 8
TASK_RETURNED = 9
TASK_DEADLINE = 10

# A chore that may lapse: a key for each station and heading.
CHORES = 95_000

# A post: a key for each of those who are in it one after the other.
POST_HOLDER = 0

# Who is in a post.
HOLDER_STAYS = 1
HOLDER_VACANCY_TIME = 2  # after them
HOLDER_SKILL = 100  # in each domain

# The terminals of a community on a day.
TERMINALS_FAIL = 0
TERMINALS_REPAIR_TIME = 1

# A resident's ties.
TIE_REWIRED = 0
TIE_TO = 1

# A request of the engine alone.
QUEUE_GAP = 1
QUEUE_CLASS = 2
QUEUE_SERVICE = 3
QUEUE_PATIENCE = 4

# The two uniform numbers of a normal one.
NORMAL_RADIUS = 1
NORMAL_ANGLE = 2

ROWS = {
    "NEED_PART": range(3),
    "NEED_FURTHER_PART": range(3),
    "NEED_COMES_BACK": range(10),
    "NEED_RETURN_TIME": range(10),
    "NEED_VOICED_AGAIN": range(10),
    "NEED_PATIENCE_AGAIN": range(10),
    "NEED_OF_OTHER": range(30),
    "NEED_RECOGNISED": range(3),
    "NEED_TURNED_AWAY": range(3),
    "NEED_LINGERING_AGAIN": range(4),
    "NEED_IN_VAIN": range(20),
    "NEED_EXPERIENCE": range(10),
    "NEED_RECURRENCE": range(9_000),
    "NEED_DAY": range(4_000),
    "PART_LEAD_TIME": range(0, 10_000, 1_000),
    "PART_BOUNCED": range(3),
    "PART_HANDOFF_TIME": range(1, 100),
    "PART_RESULT": range(10),
    "PART_UNEVEN_DECISION": range(10),
    "PART_DECIDED_AGAINST": range(10),
    "TASKS_COMMUNITY": range(10_000),
    "TASKS_OWN_WORK": range(10_000),
    "POST_HOLDER": range(100_000),
    "HOLDER_SKILL": range(100),
    "TIE_REWIRED": range(0, 20, 2),
    "TIE_TO": range(0, 20, 2),
}
"""Purposes that stand for a row of them: what is added to the number for each part, attempt, hand-off, return, day."""
