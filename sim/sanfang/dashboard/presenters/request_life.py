"""What pages say of one request, in the page's language, as plain texts and dicts: its steps, its facts, its time."""

from __future__ import annotations

import pandas as pd

from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.words import community_label, own_label, say
from sanfang.report.time_split_figure import COLOURS
from sanfang.run.life import Life
from sanfang.run.steps import HandOff, Step
from sanfang.run.time_split import CAUSES, cause_label
from sanfang.scenario.dates import day_of, moment_of
from sanfang.scenario.place import Calendar
from sanfang.scenario.scenario import Scenario

OWN_VOICE = ("app", "hotline", "community_window", "department_window")
"""Channels by which residents voice a need themselves; by the others it is found."""

SILENT, CLOSED_OFFICE = "#b7bfca", "#dfe3e9"

WEEKDAYS_ZH = "一二三四五六日"


def place_label(location: str, scenario: Scenario, lang: str) -> str:
    """The name of a place of `request_life`."""
    kind, _, department = location.partition(".")
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
    return say("follow_on_day", lang, day=day_of(day) + 1, date=moment(day, calendar, lang))


def shown_hours(hours: float) -> str:
    """Hours, the more exactly the fewer they are."""
    return f"{hours:,.0f}" if hours >= 100 else f"{hours:.1f}" if hours >= 1 else f"{hours:.2f}"


def colour(step: Step) -> str:
    """The colour of a step: that of its cause; greys before offices have it."""
    if step.what in ("silent", "by_itself", "between"):
        return SILENT
    return COLOURS[step.cause] if step.cause else CLOSED_OFFICE


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


def passed_text(handoff: HandOff, scenario: Scenario, lang: str) -> str:
    """Who hands on to whom."""
    giver, taker = (place_label(location, scenario, lang) for location in (handoff.giver, handoff.taker))
    return say("follow_passed", lang, giver=giver, taker=taker)


def step_rows(life: Life, scenario: Scenario, lang: str) -> list[Json]:
    """The steps as rows of a table: when, where, what, who handed it on, hours, cause."""
    left = list(life.handoffs)
    rows = []
    for step in life.steps:
        mine = [handoff for handoff in left if handoff.part == step.part and handoff.time <= step.begin + 1e-9]
        left = [handoff for handoff in left if handoff not in mine]
        part = int(life.facts["parts"]) > 1 and step.part >= 0
        passed = [passed_text(handoff, scenario, lang) for handoff in mine]
        rows.append({
            "from": moment(step.begin, scenario.calendar, lang), "day": day_of(step.begin) + 1,
            "where": place_label(step.place, scenario, lang),
            "part": say("follow_step_part", lang, part=step.part + 1) if part else "",
            "what": say(f"follow_what_{step.what}", lang), "passed": passed,
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
    return say(
        "follow_of", lang, domain=domain, kind=kind, whose=whose, community=community_label(facts["community"], lang)
    )


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
    rows = [("arose", on_day(row["arose"], calendar, lang))]
    if row["voiced"] == row["voiced"]:
        rows.append(("silent", say("follow_days", lang, days=row["voiced"] - row["arose"])))
        way = "voiced" if row["channel"] in OWN_VOICE else "found"
        rows.append((way, f"{say('channel_' + row['channel'], lang)}, {on_day(row['voiced'], calendar, lang)}"))
    if row["first_at"] == row["first_at"]:
        rows.append(("first", on_day(row["first_at"], calendar, lang)))
    if row["closed"] == row["closed"]:
        ended = {"withdrawn": "given_up", "healed": "gone"}.get(row["outcome"], "closed")
        rows.append((ended, on_day(row["closed"], calendar, lang)))
    outcome = say(f"state_{row['outcome']}", lang)
    if row["outcome"] in ("resolved", "unresolved"):
        rated = {-1: "no", 0: "bad", 1: "good"}[int(row["rated"])]
        outcome = say("follow_quality", lang, outcome=outcome, quality=row["quality"])
        rows += [("outcome", outcome), ("rated", say(f"follow_rated_{rated}", lang))]
    else:
        rows.append(("outcome", outcome))
    if row["voiced"] == row["voiced"]:
        rows += [
            ("handoffs", str(row["handoffs"])), ("trips", str(row["trips"])), ("attempts", str(row["attempts"] + 1)),
            ("staff", say("follow_hours", lang, hours=shown_hours(life.staff_hours))),
            ("yuan", say("follow_yuan", lang, yuan=row["yuan"])),
        ]  # fmt: skip
    if row["tier"]:
        rows.append(("tier", say(f"tier_{row['tier']}", lang)))
    return [(say(f"follow_fact_{name}", lang), value) for name, value in rows]


def split(life: Life, lang: str) -> Json:
    """Its time by cause, without remainder: segments in per cent, and what they sum to."""
    total = sum(life.split.values())
    segments = [
        {"label": cause_label(cause, lang), "colour": COLOURS[cause], "hours": shown_hours(life.split[cause]),
         "share": round(100 * life.split[cause] / total, 3)}
        for cause in CAUSES if total and life.split[cause] > 0.5e-3 * total
    ]  # fmt: skip
    sum_text = say(
        "follow_split_sum_between" if life.between else "follow_split_sum", lang, total=shown_hours(total),
        parts=life.facts["parts"], hours=shown_hours(life.hours), between=shown_hours(life.between),
    )  # fmt: skip
    return {"title": say("follow_split", lang), "segments": segments, "sum": sum_text if total else ""}


def kin(life: Life, lang: str) -> list[Json]:
    """Earlier and later requests of the same root, as buttons."""
    return [
        {"id": row["id"], "label": say(
            "follow_kin_one", lang, time=row["ordinal"] + 1, day=day_of(row["arose"]) + 1,
            outcome=say(f"state_{row['outcome']}", lang),
        )}
        for row in life.kin
    ]  # fmt: skip


def candidate_rows(candidates: pd.DataFrame, scenario: Scenario, lang: str, chosen: str) -> list[Json]:
    """The candidates as rows of a table."""
    return [
        {"id": row["id"], "hours": shown_hours(row["hours"]), "handoffs": int(row["handoffs"]),
         "domain": domain_label(row["domain"], scenario, lang), "community": community_label(row["community"], lang),
         "outcome": say(f"state_{row['outcome']}", lang), "chosen": row["id"] == chosen}
        for row in candidates.to_dict("records")
    ]  # fmt: skip
