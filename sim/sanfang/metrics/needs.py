"""How many days of evaluation window metrics need, and why; in a shorter one they have no value."""

from __future__ import annotations

from dataclasses import dataclass

from sanfang.model.state import REPEAT_DAYS

MEAN_WITHIN_DAYS = 60.0
"""Means of durations count each up to so many days."""


@dataclass(frozen=True)
class Need:
    """The fewest days that a window must have for a metric, and why so many; texts are in English and Chinese.

    `otherwise` says why there may be no value although the window is long enough.
    """

    days: int
    why: tuple[str, str] = ("", "")
    otherwise: tuple[str, str] = ("", "")


ANY = Need(1)
FOLLOWED = Need(int(MEAN_WITHIN_DAYS), ("requests are followed for 60 days", "诉求要跟踪 60 天"))
"""Of metrics of the requests, or needs, that began in the window: they must be seen through."""
SEEN_THROUGH = Need(
    FOLLOWED.days,
    FOLLOWED.why,
    ("nothing that began in the window was followed for 60 days", "评价期内没有一件被跟踪满 60 天"),
)
"""Of means up to 60 days."""


def within(days: int) -> Need:
    """Of shares of needs that end within so many days since they arose."""
    return Need(
        days,
        (f"needs are followed for {days} days", f"问题要跟踪 {days} 天"),
        (
            f"no need that arose in the window was followed for {days} days",
            f"评价期内产生的问题没有一件被跟踪满 {days} 天",
        ),
    )


ANSWERED = Need(
    FOLLOWED.days,
    FOLLOWED.why,
    (
        "nothing that began in the window was followed for the working hours of 60 days: holidays or a late beginning"
        " take some of them",
        "评价期内没有一件被跟踪满 60 天所含的工时：其间有节假日，或首件来得太晚",
    ),
)
"""Of means up to the working hours of 60 days."""
DUE = Need(
    FOLLOWED.days,
    FOLLOWED.why,
    (
        "no request of the window was made so long before its end that the longest limit has passed",
        "评价期内没有一件提出得足够早，使最长时限在期末前届满",
    ),
)
"""Of shares within a limit."""
CARRIED = Need(FOLLOWED.days, FOLLOWED.why, ("no request was open when the window began", "评价期开始时没有在办诉求"))
"""Of shares of the requests open at the start."""
COME_BACK = Need(
    FOLLOWED.days + int(REPEAT_DAYS),
    ("60 days of requests, each of which may come back within 30", "需有 60 天的诉求，且每件须再观察 30 天看是否重复"),
)
PAID = Need(60, ("money comes by the month", "经费按月下达"))
