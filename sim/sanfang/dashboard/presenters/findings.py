"""Three findings on what a policy does, computed from its run and from the one beside it: for a page to take away.

Each says its numbers and what they are held against, and none of them a cause that was not counted.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sanfang.dashboard.presenters import beside, views
from sanfang.dashboard.words import say
from sanfang.metrics.by_day import WINDOW
from sanfang.run.against import Recorded
from sanfang.run.series import MEASURES

Interval = tuple[float, float, float]
"""Mean difference over replications, and the ends of its 95 % interval."""

MINDS, WORK = ("satisfaction", "satisfaction_vulnerable"), ("days_to_resolve", "open", "wasted")


def against_present(mine: Recorded, present: Recorded | None, same: bool, lang: str) -> list[str]:
    """Of one world: how residents feel, how long they wait, where time and hours went; against the present policy."""
    if same:
        return [say("cause_same", lang)]
    other = say("finding_present", lang)
    if present is None or present.day < mine.day:
        return [say("cause_late", lang)]
    return [
        *(_told(mine, present, names, other, lang, {}) for names in (MINDS, WORK)),
        beside.sentence(mine, present, same, 0, lang),
    ]


def against_first(
    mine: Recorded, first: Recorded, other: str, lang: str, sure: Mapping[str, Interval] | None = None
) -> list[str]:
    """Of a world beside the first one, called `other`: how residents feel, how long they wait. `sure`: differences of
    measures over replications, where there are some."""
    return [_told(mine, first, names, other, lang, sure or {}) for names in (MINDS, WORK)]


def _told(
    mine: Recorded, other: Recorded, names: tuple[str, ...], called: str, lang: str, sure: Mapping[str, Interval]
) -> str:
    parts = []
    for name in names:
        measure = MEASURES[name]
        own, others = (_last(one.measures[name], mine.day) for one in (mine, other))
        unit = views.unit(name, lang)
        shown = " ".join(text for text in (views.shown(own, measure), unit) if text)
        if own == own and others == others:
            points = say("points", lang) if measure.form == "share" else ""
            change = f"{views.signed(own - others, measure)} {points}".strip()
            parts.append(
                say("finding_one", lang, what=say(f"measure_{name}", lang), mine=shown, change=change)
                + _interval(sure.get(name), name, lang)
            )
        else:
            parts.append(say("finding_alone", lang, what=say(f"measure_{name}", lang), mine=shown))
    moving = say("finding_window", lang, days=WINDOW) if any(MEASURES[name].moving for name in names) else ""
    return (
        say("finding_against", lang, day=mine.day, other=called, all=say("finding_between", lang).join(parts)) + moving
    )


def _interval(found: Interval | None, name: str, lang: str) -> str:
    if found is None or found[0] != found[0]:
        return ""
    mean, low, high = (views.signed(value, MEASURES[name]) for value in found)
    return say("finding_interval", lang, mean=mean, low=low, high=high)


def _last(values: np.ndarray, day: int) -> float:
    """The value after `day` days; NaN where there is none."""
    return float(values[day - 1]) if 0 < day <= len(values) else float("nan")
