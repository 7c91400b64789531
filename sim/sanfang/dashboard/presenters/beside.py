"""A world beside the district left as it is: the difference on each card, and one sentence on where it comes from."""

from __future__ import annotations

from collections.abc import Sequence

from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.presenters.views import heading_label, signed, verdict
from sanfang.dashboard.words import say
from sanfang.metrics.by_day import Twin
from sanfang.metrics.numbers import number
from sanfang.run.against import Change, Recorded, cause, gap
from sanfang.run.series import MEASURES
from sanfang.run.session import Session
from sanfang.run.time_split import cause_label

MAX_PERCENT = 1000.0
"""Per cent above which a change is told in hours: it was next to nothing."""


def is_present(played: Session) -> bool:
    """Whether a world is under the present policy of its district, and was from the beginning."""
    scenario = played.scenario
    return not scenario.policy_by_community and scenario.policy == scenario.under_present_policy().policy


def last_move(played: Session) -> int:
    """The day after whose end the last move acts that was made so far; 0 where none was made after the beginning."""
    return max((move.day for move in played.moves if move.day <= played.day), default=0)


def with_difference(
    cards: list[Json], mine: Recorded, present: Recorded | None, same: bool, since: int, lang: str
) -> list[Json]:
    """Cards of `views.figures`, with the difference to the present policy, counted from the end of day `since`.

    `same`: whether the policy on show is the present one.
    """
    return [card | _difference(mine, present, same, card["id"], since, lang) for card in cards]


def _difference(mine: Recorded, present: Recorded | None, same: bool, name: str, since: int, lang: str) -> Json:
    if same:
        return {"beside": say("beside_same", lang), "besideVerdict": ""}
    if not mine.day:
        return {"beside": "", "besideVerdict": ""}
    if present is None or present.day < mine.day:
        return {"beside": say("beside_late", lang), "besideVerdict": ""}
    measure = MEASURES[name]
    delta = gap(mine, present, name, since)
    return {"beside": say("beside", lang, change=amount(delta, measure, lang)),
            "besideVerdict": verdict(delta, measure)}  # fmt: skip


def amount(delta: float, measure: Twin, lang: str) -> str:
    """A difference with its sign; that of a share in points."""
    points = say("points", lang) if measure.form == "share" else ""
    return f"{signed(delta, measure)} {points}".strip()


def sentence(mine: Recorded, present: Recorded | None, same: bool, since: int, lang: str) -> str:
    """What the days since a move, or since the beginning, have made otherwise than under the present policy."""
    if same:
        return say("cause_same", lang)
    found = cause(mine, present, since) if present is not None else None
    if found is None:
        return say("cause_late" if mine.day > since else "cause_to_come", lang)
    time, hours = where_it_went(found.time, found.hours, lang)
    return say(
        "cause" if since else "cause_from_start", lang, days=found.days, time=time, hours=hours,
        points=amount(found.satisfaction, MEASURES["satisfaction"], lang),
    )  # fmt: skip


def where_it_went(time: Sequence[Change], hours: Sequence[Change], lang: str) -> tuple[str, str]:
    """Changes of requests' time by cause and of hours by heading, each as one text."""
    causes = [_told(one, cause_label(one.name, lang), lang) for one in time]
    headings = [_told(one, heading_label(one.name, lang), lang) for one in hours]
    return _listed(causes, lang), _listed(headings, lang)


def _told(change: Change, label: str, lang: str) -> str:
    """A cause and by how much it changed: in per cent, or in hours where there was next to nothing of it."""
    percent = 100.0 * change.share
    if abs(percent) < MAX_PERCENT:
        return f"{_inside(label)} {number(percent, 0, sign=True)}%"
    return say("cause_hours", lang, what=_inside(label), hours=number(change.mine - change.other, 0, sign=True))


def _inside(label: str) -> str:
    """A label within a sentence."""
    return label[:1].lower() + label[1:]


def _listed(texts: list[str], lang: str) -> str:
    return say("cause_between", lang).join(texts) if texts else say("cause_alike", lang)
