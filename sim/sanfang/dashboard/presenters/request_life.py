"""What the Follow page shows of one request, in the page's language, as plain dicts for its pieces and its pictures."""

from __future__ import annotations

import math

import pandas as pd

from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.words import own_label, say
from sanfang.model.kernel.worktime import working_days
from sanfang.report.time_split_figure import COLOURS
from sanfang.run.life import Life
from sanfang.run.steps import HandOff, Step
from sanfang.run.time_split import CAUSES, cause_label
from sanfang.scenario.dates import moment_of
from sanfang.scenario.place import Calendar
from sanfang.scenario.scenario import Scenario

OWN_VOICE = ("app", "hotline", "community_window", "department_window")
"""Channels by which residents voice a need themselves; by the others it is found."""

SILENT, CLOSED_OFFICE = "#b7bfca", "#dfe3e9"
MAX_SHADED_DAYS = 75.0  # days; over more of them the stripes of nights and weekends would be too narrow to see
MAX_TICKS = 5
WEEKDAYS_ZH = "一二三四五六日"


def place_label(place: str, scenario: Scenario, lang: str) -> str:
    """The name of a place of `request_life`."""
    kind, _, department = place.partition(".")
    if department:
        return own_label(scenario.departments[department], lang, department)
    return say(f"follow_place_{kind}", lang)


def domain_label(domain: str, scenario: Scenario, lang: str) -> str:
    """The name of a domain of a scenario."""
    return own_label(scenario.domains[domain], lang, domain)


def moment(day: float, calendar: Calendar, lang: str) -> str:
    """A calendar time as weekday, date and hour."""
    when = moment_of(calendar, day)
    if lang == "zh":
        return f"{when.month}月{when.day}日（周{WEEKDAYS_ZH[when.weekday()]}）{when:%H:%M}"
    return f"{when:%a} {when.day} {when:%b %H:%M}"


def on_day(day: float, calendar: Calendar, lang: str) -> str:
    """A calendar time as day of the run (the first is 1) and date."""
    return say("follow_on_day", lang, day=int(day) + 1, date=moment(day, calendar, lang))


def shown_hours(hours: float) -> str:
    """Hours, the more exactly the fewer they are."""
    return f"{hours:,.0f}" if hours >= 100 else f"{hours:.1f}" if hours >= 1 else f"{hours:.2f}"


def colour(step: Step) -> str:
    """The colour of a step: that of its cause; greys before offices have it."""
    if step.what in ("silent", "by_itself"):
        return SILENT
    return COLOURS[step.cause] if step.cause else CLOSED_OFFICE


# --- The timeline ---------------------------------------------------------------------------------------


def timeline(life: Life, scenario: Scenario, lang: str) -> Json:
    """What `Timeline` draws: lanes of places with bars, hand-offs, ticks, closed hours, in per cent of the width."""
    begin, end = _window(life)
    span = max(end - begin, 1e-6)

    def at(day: float) -> float:
        return round(100.0 * (min(max(day, begin), end) - begin) / span, 3)

    shown = [step for step in life.steps if step.end > begin]
    places = [place for place in life.places if any(step.place == place for step in shown)]
    lanes = [_lane(place, shown, scenario, lang) for place in places]
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
    passed = [
        {"at": at(one.time), "from": places.index(one.giver), "to": places.index(one.taker),
         "label": f"{_passed(one, scenario, lang)}: {on_day(one.time, scenario.calendar, lang)}"}
        for one in life.handoffs if one.giver in places and one.taker in places and one.giver != one.taker
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


def _lane(place: str, steps: list[Step], scenario: Scenario, lang: str) -> Json:
    """A lane without its bars: one row, or a row for each part where parts are there at the same time."""
    here = [step for step in steps if step.place == place]
    parts = sorted({step.part for step in here})
    overlap = any(
        one.part != other.part and one.begin < other.end - 1e-9 and other.begin < one.end - 1e-9
        for one in here for other in here
    )  # fmt: skip
    row_of = {part: row if overlap else 0 for row, part in enumerate(parts)}
    return {"id": place, "label": place_label(place, scenario, lang), "rows": row_of, "bars": []}


def _ticks(begin: float, end: float, calendar: Calendar, lang: str) -> list[Json]:
    """Dates below the lanes: at midnights, or at hours where the life is short."""
    span = end - begin
    steps = (1 / 24, 0.125, 0.25, 0.5, 1, 2, 4, 7, 14, 28, 56, 112, 224, 448)
    step = next((one for one in steps if span / one <= MAX_TICKS), steps[-1])
    found, day = [], math.ceil(begin / step - 1e-9) * step
    while day <= end:
        when = moment_of(calendar, round(day * 24) / 24)
        date = f"{when.month}月{when.day}日" if lang == "zh" else f"{when.day} {when:%b}"
        text = f"{date} {when:%H:%M}" if step < 1 else date
        found.append({"at": round(100 * (day - begin) / max(span, 1e-6), 3), "label": text})
        day += step
    return found


def _closed(begin: float, end: float, calendar: Calendar) -> list[Json]:
    """The hours when offices are closed, as stripes."""
    if end - begin > MAX_SHADED_DAYS:
        return []
    opens, shuts = calendar.opening_hour / 24.0, (calendar.opening_hour + calendar.shift_hours) / 24.0
    worked = working_days(calendar, int(end) + 1)
    span, found, since = max(end - begin, 1e-6), list[tuple[float, float]](), begin
    for day in range(int(begin), int(end) + 1):
        if worked[day]:
            found.append((since, min(day + opens, end)))
            since = max(since, day + shuts)
    found.append((since, end))
    return [
        {"left": round(100 * (first - begin) / span, 3), "width": round(100 * (last - first) / span, 3)}
        for first, last in found if last > first
    ]  # fmt: skip


def _passed(one: HandOff, scenario: Scenario, lang: str) -> str:
    giver, taker = (place_label(place, scenario, lang) for place in (one.giver, one.taker))
    return say("follow_passed", lang, giver=giver, taker=taker)


# --- Steps, facts, split --------------------------------------------------------------------------------


def step_text(step: Step, life: Life, scenario: Scenario, lang: str) -> str:
    """A step in one line."""
    part = (
        [say("follow_step_part", lang, part=step.part + 1)] if int(life.facts["parts"]) > 1 and step.part >= 0 else []
    )
    calendar = scenario.calendar
    times = f"{moment(step.begin, calendar, lang)} → {moment(step.end, calendar, lang)}"
    spent = _days(step, lang) if step.part < 0 else _worked(step, lang)
    what = say(f"follow_what_{step.what}", lang)
    return " · ".join([what, place_label(step.place, scenario, lang), *part, times, spent])


def _days(step: Step, lang: str) -> str:
    return say("follow_days", lang, days=step.end - step.begin)


def _worked(step: Step, lang: str) -> str:
    return f"{say('follow_step_hours', lang)} {shown_hours(step.hours)}"


def step_rows(life: Life, scenario: Scenario, lang: str) -> list[Json]:
    """The steps as rows of a table: when, where, what, who handed it on, hours, cause."""
    left = list(life.handoffs)
    rows = []
    for step in life.steps:
        mine = [one for one in left if one.part == step.part and one.time <= step.begin + 1e-9]
        left = [one for one in left if one not in mine]
        part = int(life.facts["parts"]) > 1 and step.part >= 0
        rows.append({
            "from": moment(step.begin, scenario.calendar, lang), "day": int(step.begin) + 1,
            "where": place_label(step.place, scenario, lang),
            "part": say("follow_step_part", lang, part=step.part + 1) if part else "",
            "what": say(f"follow_what_{step.what}", lang), "passed": [_passed(one, scenario, lang) for one in mine],
            "yuan": say("follow_yuan", lang, yuan=step.yuan) if step.yuan >= 0.5 else "",
            "hours": shown_hours(step.hours) if step.part >= 0 else _days(step, lang),
            "colour": colour(step), "cause": cause_label(step.cause, lang) if step.cause else "",
        })  # fmt: skip
    return rows


def step_table(life: Life) -> pd.DataFrame:
    """The steps as data: names and numbers, in no language."""
    columns = ("part", "what", "place", "begin", "end", "hours", "cause", "worked", "yuan")
    table = pd.DataFrame(
        [{name: getattr(step, name) for name in columns} for step in life.steps], columns=list(columns)
    )
    return table.assign(request=life.id)


def heading(life: Life, scenario: Scenario, lang: str) -> str:
    """Whose request it is, and about what."""
    facts = life.facts
    whose = say("follow_whose_vulnerable" if facts["vulnerable"] else "follow_whose_other", lang)
    domain, kind = domain_label(facts["domain"], scenario, lang), say(f"kind_{facts['kind']}", lang)
    return say("follow_of", lang, domain=domain, kind=kind, whose=whose, community=facts["community"])


def tale(life: Life, lang: str) -> str:
    """The life in one sentence."""
    facts, still = life.facts, life.facts["outcome"] == "open"
    if facts["voiced"] != facts["voiced"]:
        return say("follow_tale_never", lang, days=f"{life.end - life.begin:.1f}")
    return say(
        "follow_tale_open" if still else "follow_tale", lang, days=f"{life.end - facts['voiced']:.1f}",
        hours=shown_hours(life.hours), staff=shown_hours(life.staff_hours),
    )  # fmt: skip


def facts(life: Life, scenario: Scenario, lang: str) -> list[tuple[str, str]]:
    """Label and value of what is known of it, in the order of its life."""
    row, calendar = life.facts, scenario.calendar
    found = [("arose", on_day(row["arose"], calendar, lang))]
    if row["voiced"] == row["voiced"]:
        found.append(("silent", say("follow_days", lang, days=row["voiced"] - row["arose"])))
        way = "voiced" if row["channel"] in OWN_VOICE else "found"
        found.append((way, f"{say('channel_' + row['channel'], lang)}, {on_day(row['voiced'], calendar, lang)}"))
    if row["first_at"] == row["first_at"]:
        found.append(("first", on_day(row["first_at"], calendar, lang)))
    if row["closed"] == row["closed"]:
        ended = {"withdrawn": "given_up", "healed": "gone"}.get(row["outcome"], "closed")
        found.append((ended, on_day(row["closed"], calendar, lang)))
    outcome = say(f"state_{row['outcome']}", lang)
    if row["outcome"] in ("resolved", "unresolved"):
        rated = {-1: "no", 0: "bad", 1: "good"}[int(row["rated"])]
        outcome = say("follow_quality", lang, outcome=outcome, quality=row["quality"])
        found += [("outcome", outcome), ("rated", say(f"follow_rated_{rated}", lang))]
    else:
        found.append(("outcome", outcome))
    if row["voiced"] == row["voiced"]:
        found += [
            ("handoffs", str(row["handoffs"])), ("trips", str(row["trips"])), ("attempts", str(row["attempts"] + 1)),
            ("staff", say("follow_hours", lang, hours=shown_hours(life.staff_hours))),
            ("yuan", say("follow_yuan", lang, yuan=row["yuan"])),
        ]  # fmt: skip
    if row["tier"]:
        found.append(("tier", say(f"tier_{row['tier']}", lang)))
    return [(say(f"follow_fact_{name}", lang), value) for name, value in found]


def split(life: Life, lang: str) -> Json:
    """Its time by cause, without remainder: segments in per cent, and what they sum to."""
    total = sum(life.split.values())
    found = [
        {"label": cause_label(cause, lang), "colour": COLOURS[cause], "hours": shown_hours(life.split[cause]),
         "share": round(100 * life.split[cause] / total, 3)}
        for cause in CAUSES if total and life.split[cause] > 0.5e-3 * total
    ]  # fmt: skip
    told = say(
        "follow_split_sum", lang, total=shown_hours(total), parts=life.facts["parts"], hours=shown_hours(life.hours)
    )
    return {"title": say("follow_split", lang), "segments": found, "sum": told if total else ""}


def kin(life: Life, lang: str) -> list[Json]:
    """Earlier and later requests of the same root, as buttons."""
    return [
        {"id": row["id"], "label": say(
            "follow_kin_one", lang, time=row["ordinal"] + 1, day=int(row["arose"]) + 1,
            outcome=say(f"state_{row['outcome']}", lang),
        )}
        for row in life.kin
    ]  # fmt: skip


def candidate_rows(found: pd.DataFrame, scenario: Scenario, lang: str, chosen: str) -> list[Json]:
    """The candidates as rows of a table."""
    return [
        {"id": row["id"], "hours": shown_hours(row["hours"]), "handoffs": int(row["handoffs"]),
         "domain": domain_label(row["domain"], scenario, lang), "community": row["community"],
         "outcome": say(f"state_{row['outcome']}", lang), "chosen": row["id"] == chosen}
        for row in found.to_dict("records")
    ]  # fmt: skip
