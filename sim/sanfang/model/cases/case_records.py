"""What is kept of a need: its case, its row among the latent ones, and the record that is left of it."""

from __future__ import annotations

from sanfang.model.kernel.records import record_type
from sanfang.model.state import MAX_PARTS, TIME_NAMES

CASE = record_type(
    ("key", "u8", "", "of its draws"),
    ("root", "u8", "", "key of the first need in a row of recurrences"),
    ("arose", "f8", "days", "calendar time of arising; of a dormant need that of being back"),
    ("voiced", "f8", "days", "calendar time of becoming a request; NaN before"),
    ("closed_before", "f8", "days", "calendar time of the last closing of it or its root; NaN if none"),
    ("first", "f8", "hours", "working time at which somebody first worked on it; NaN before"),
    ("first_at", "f8", "days", "the same in calendar time"),
    ("registered", "f8", "hours", "working time at which it came in"),
    ("tied_since", "f8", "hours", "working time from which on its request waits for another one, if it is tied"),
    ("gone", "f8", "days", "calendar time at which the trouble no longer was there; NaN while it is"),
    ("resident", "i4", "resident", "who has the trouble"),
    ("record", "i4", "", "row of its record, if it lingers"),
    ("row", "i4", "", "its row among the latent needs, while it is one"),
    ("ring", "i4", "case", "the next need of the same trouble, or NONE if it concerns nobody else"),
    ("closing", "i4", "", "row of the last closing of it or its root, or NONE"),
    ("next", "i4", "case", "in the list of free ones, or of those dormant until the same day"),
    ("jobs", ("i4", MAX_PARTS), "job", "of each part, or NONE"),
    ("quality", ("f4", MAX_PARTS), "0 to 1", "of the result of each part"),
    ("spent", ("f4", len(TIME_NAMES)), "hours", "working time by cause, summed over parts"),
    ("yuan", "f4", "yuan", "paid for it"),
    ("community", "i2", "community", "of the resident"),
    ("ordinal", "i2", "", "how often it has recurred"),
    ("handoffs", "i2", "", "so far"),
    ("domain", "i1", "domain", "of the first part"),
    ("kind", "i1", "", "URGENT and so on"),
    ("channel", "i1", "", "by which it is or would be voiced, or was found"),
    ("parts", "i1", "", "1 to MAX_PARTS"),
    ("unfinished", "i1", "parts", "not finished in this attempt"),
    ("attempts", "i1", "", "times it has been brought back"),
    ("trips", "i1", "", "that the resident has made"),
    ("tailored", "i1", "0 or 1", "there is a personal plan"),
    ("parallel", "i1", "0 or 1", "a manager makes its parts run at the same time"),
    ("triaged", "i1", "0 or 1", "it goes before others"),
    ("tier", "i1", "tier", "highest that has handled it"),
    ("joint", "i1", "0 or 1", "its parts are handled jointly"),
    ("settled", "i1", "0 or 1", "a forum has agreed: the conflict will not be back"),
    ("vulnerable", "i1", "0 or 1", "its owner is"),
    ("again", "i1", "", "times it was voiced again after it was given up or closed in vain"),
    ("worse", "i1", "0 or 1", "it has grown worse while it waited"),
    ("tied", "i1", "0 or 1", "its request waits for another one for the same trouble"),
    ("near", "i1", "looks", "at its limit so far, the first when it came near; 0: not yet, or nobody is held to it"),
)
"""A need from its arising to its end."""

STATE = record_type(
    ("community", "i2", "community", ""),
    ("domain", "i1", "domain", ""),
    ("state", "i1", "", "LATENT and so on"),
)
"""Where a case belongs, and its state: all that the daily check of the flow reads, of all cases."""

LATENT_NEED = record_type(
    ("key", "u8", "", "of its draws"),
    ("arose", "f8", "days", "calendar time of arising"),
    ("case", "i4", "case", ""),
    ("resident", "i4", "resident", ""),
    ("community", "i2", "community", ""),
    ("domain", "i1", "domain", ""),
    ("kind", "i1", "", ""),
    ("channel", "i1", "", "by which it would be voiced"),
    ("vulnerable", "i1", "0 or 1", "its owner is"),
)
"""What the daily look at a latent need takes: half a cache line, in one row, instead of its whole case."""

NEED_RECORD = record_type(
    ("key", "u8", "", "of its draws: the number that its id writes in hexadecimal"),
    ("root", "u8", "", "key of the first need in a row of recurrences"),
    ("arose", "f8", "days", "since the start of the run, as all calendar times"),
    ("voiced", "f8", "days", "NaN if never"),
    ("first_at", "f8", "days", "when somebody first worked on it; NaN if nobody has"),
    ("closed", "f8", "days", "NaN if never"),
    ("gone", "f8", "days", "when the trouble no longer was there; NaN if it still is"),
    ("first_hours", "f4", "hours", "working time from coming in to the first work"),
    ("experience", "f4", "0 to 1", "its worth to the resident; NaN if there was none"),
    ("quality", "f4", "0 to 1", "mean over parts"),
    ("yuan", "f4", "yuan", "paid for it"),
    ("spent", ("f4", len(TIME_NAMES)), "hours", "working time by cause, summed over parts"),
    ("resident", "i4", "resident", ""),
    ("community", "i2", "community", ""),
    ("handoffs", "i2", "", ""),
    ("ordinal", "i2", "", "how often it has recurred"),
    ("domain", "i1", "domain", ""),
    ("kind", "i1", "", ""),
    ("outcome", "i1", "", "its last state"),
    ("channel", "i1", "", ""),
    ("tier", "i1", "tier", "highest that has handled it"),
    ("parts", "i1", "", ""),
    ("attempts", "i1", "", "times it was brought back"),
    ("trips", "i1", "", ""),
    ("vulnerable", "i1", "0 or 1", ""),
    ("rated", "i1", "", "-1 not reached, 0 dissatisfied, 1 satisfied"),
    ("met", "i1", "0 or 1", "while it was silent, by a planned service or another's request; healed otherwise"),
    packed=True,
)
"""One need that has ended, or is open or latent at the end of the run (`outcome` is then that state)."""

CLOSING = record_type(
    ("day", "i4", "day", "on which it was booked"),
    ("time", "f8", "days", "calendar time"),
    ("took", "f8", "days", "since it was voiced, if it closes for the first time; NaN if it has been brought back"),
    ("reopened", "i4", "day", "on which the request was brought back; NONE if it was not"),
    ("resident", "i4", "resident", "whose request it was"),
    ("domain", "i1", "domain", ""),
    ("kind", "i1", "", ""),
    ("channel", "i1", "", ""),
    ("resolved", "i1", "0 or 1", ""),
    ("repeated", "i1", "", "requests for the same trouble within `REPEAT_DAYS`"),
    ("rated", "i1", "", "-1 not reached, 0 dissatisfied, 1 satisfied"),
    packed=True,
)
"""One closing of a request. A request that is brought back closes several times, and has one record in the end."""

EXPERIENCE = record_type(
    ("resident", "i4", "resident", "who has it"),
    ("record", "i4", "", "row of the need's record, or NONE if it will be brought back"),
    ("closing", "i4", "", "row of the closing, or NONE if the request was given up"),
    ("trips", "i4", "", "made for it"),
    ("kind", "i4", "", "of the need"),
    ("day", "i4", "day", "on which it ended"),
    ("closed", "i4", "", "1 closed by an office, 0 given up, `TURNED_AWAY` not even answered"),
    ("quality", "f8", "0 to 1", "of the result"),
    ("days", "f8", "days", "from voicing to the end"),
    ("key", "u8", "", "of the draws of the call-back"),
    ("channel", "i4", "", "by which the request came"),
)
"""What a resident met with when a request closed: all that satisfaction ever learns of the world."""
