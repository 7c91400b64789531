"""One request's life to scale, as plain dicts that the page's timeline and its picture draw."""

from __future__ import annotations

import math

from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.presenters.request_life import SILENT, colour, on_day, passed_text, place_label, step_text, tale
from sanfang.dashboard.words import say
from sanfang.model.kernel.worktime import working_days
from sanfang.run.life import Life
from sanfang.run.steps import Step
from sanfang.scenario.dates import day_of, moment_of
from sanfang.scenario.place import Calendar
from sanfang.scenario.scenario import Scenario

MAX_SHADED_DAYS = 75.0  # days; over more of them the stripes of nights and weekends would be too narrow to see
MAX_TICKS = 5


def timeline(life: Life, scenario: Scenario, lang: str) -> Json:
    """What `Timeline` draws: lanes of places with bars, hand-offs, ticks, closed hours, in per cent of the width."""
    begin, end = _window(life)
    span = max(end - begin, 1e-6)

    def at(day: float) -> float:
        return round(100.0 * (min(max(day, begin), end) - begin) / span, 3)

    shown = [step for step in life.steps if step.end > begin]
    locations = [location for location in life.places if any(step.place == location for step in shown)]
    lanes = [_lane(location, shown, scenario, lang) for location in locations]
    of_place = {lane["id"]: lane for lane in lanes}
    several = int(life.facts["parts"]) > 1
    for step in shown:
        lane = of_place[step.place]
        lane["bars"].append({
            "left": at(step.begin), "width": round(at(step.end) - at(step.begin), 3), "row": lane["rows"][step.part],
            "colour": colour(step), "worked": step.worked, "label": step_text(step, life, scenario, lang),
        })  # fmt: skip
    for lane in lanes:
        lane["rows"] = len(set(lane["rows"].values()))
    drawn = [
        handoff
        for handoff in life.handoffs
        if handoff.giver in locations and handoff.taker in locations and handoff.giver != handoff.taker
    ]
    passed = [
        {"at": at(handoff.time), "from": locations.index(handoff.giver), "to": locations.index(handoff.taker),
         "label": f"{passed_text(handoff, scenario, lang)}: {on_day(handoff.time, scenario.calendar, lang)}"}
        for handoff in drawn
    ]  # fmt: skip
    return {
        "lanes": lanes, "passed": passed, "ticks": _ticks(begin, end, scenario.calendar, lang),
        "closed": _closed(begin, end, scenario.calendar), "overview": _overview(life, begin, lang),
        "spoken": f"{say('follow_timeline', lang)}. {tale(life, lang)}", "several": several,
    }  # fmt: skip


def _window(life: Life) -> tuple[float, float]:
    """What the lanes show: the whole life, or from voicing on if silence would take most of the width."""
    voiced = float(life.facts["voiced"])
    silent = voiced - life.begin
    short = voiced != voiced or silent <= 0.25 * (life.end - life.begin)
    return (life.begin if short else voiced), life.end


def _overview(life: Life, begin: float, lang: str) -> Json | None:
    """The whole life as one strip of silence and the rest, where the lanes begin later."""
    if begin <= life.begin:
        return None
    share = 100.0 * (begin - life.begin) / max(life.end - life.begin, 1e-6)
    days = say("follow_days", lang, days=begin - life.begin)
    return {
        "title": say("follow_life", lang), "silent": round(share, 2), "colour": SILENT,
        "before": f"{say('follow_what_silent', lang)} · {days}",
        "after": say("follow_days", lang, days=life.end - begin),
    }  # fmt: skip


def _lane(location: str, steps: list[Step], scenario: Scenario, lang: str) -> Json:
    """A lane without its bars: one row, or a row for each part where parts are there at the same time."""
    here = [step for step in steps if step.place == location]
    parts = sorted({step.part for step in here})
    overlap = any(
        earlier.part != later.part and earlier.begin < later.end - 1e-9 and later.begin < earlier.end - 1e-9
        for earlier in here for later in here
    )  # fmt: skip
    row_of = {part: row if overlap else 0 for row, part in enumerate(parts)}
    return {"id": location, "label": place_label(location, scenario, lang), "rows": row_of, "bars": []}


def _ticks(begin: float, end: float, calendar: Calendar, lang: str) -> list[Json]:
    """Dates below the lanes: at midnights, or at hours where the life is short."""
    span = end - begin
    steps = (1 / 24, 0.125, 0.25, 0.5, 1, 2, 4, 7, 14, 28, 56, 112, 224, 448)
    step = next((size for size in steps if span / size <= MAX_TICKS), steps[-1])
    ticks, day = [], math.ceil(begin / step - 1e-9) * step
    while day <= end:
        when = moment_of(calendar, round(day * 24) / 24)
        date = f"{when.month}月{when.day}日" if lang == "zh" else f"{when.day} {when:%b}"
        text = f"{date} {when:%H:%M}" if step < 1 else date
        ticks.append({"at": round(100 * (day - begin) / max(span, 1e-6), 3), "label": text})
        day += step
    return ticks


def _closed(begin: float, end: float, calendar: Calendar) -> list[Json]:
    """The hours when offices are closed, as stripes."""
    if end - begin > MAX_SHADED_DAYS:
        return []
    opens, shuts = calendar.opening_hour / 24.0, (calendar.opening_hour + calendar.shift_hours) / 24.0
    first_day, last_day = day_of(begin), day_of(end)
    worked = working_days(calendar, last_day + 1 - first_day, first_day)
    span, stripes, since = max(end - begin, 1e-6), list[tuple[float, float]](), begin
    for day in range(first_day, last_day + 1):
        if worked[day - first_day]:
            stripes.append((since, min(day + opens, end)))
            since = max(since, day + shuts)
    stripes.append((since, end))
    return [
        {"left": round(100 * (first - begin) / span, 3), "width": round(100 * (last - first) / span, 3)}
        for first, last in stripes if last > first
    ]  # fmt: skip
