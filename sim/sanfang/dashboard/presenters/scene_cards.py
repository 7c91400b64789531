"""What the scene tells of a station that was chosen, with its queue, and of a request that is followed."""

from __future__ import annotations

import numpy as np

from sanfang.dashboard.presenters import views
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.presenters.request_life import domain_label, shown_hours
from sanfang.dashboard.presenters.scene import COLOURS_OF_DOTS, identity, station_label
from sanfang.dashboard.words import community_label, say
from sanfang.metrics.numbers import number
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.run.scene import DESK, HOME, NEW, QUEUE, SEAT, Scene, Waiting, before, queue
from sanfang.run.session import Session
from sanfang.run.time_split import CAUSES, cause_label
from sanfang.scenario.place import KINDS

MAX_ROWS = 10
SHOWN_LETTERS = 8  # of an id


def find(now: Scene, id_: int) -> str:
    """The id of the request of a dot, in hexadecimal; "" where there is none."""
    rows = np.flatnonzero(identity(now.dots) == id_)
    return f"{int(now.dots.key[rows[0]]):016x}" if len(rows) else ""


def dots_of(now: Scene, request: str) -> list[int]:
    """The numbers of the dots of a request."""
    return identity(now.dots)[_rows(now, request)].tolist() if request else []


def _rows(now: Scene, request: str) -> np.ndarray:
    return np.flatnonzero(now.dots.key == np.uint64(int(request, 16)))


# --- A station --------------------------------------------------------------------------------------------


def station_card(session: Session, now: Scene, station: int, lang: str, page: int = 0) -> Json:
    """Posts of a station, and who is next in its queue: `MAX_ROWS` a page, counted from 0, the last one if `page` lies
    behind it."""
    seen = now.stations
    waiting, requests = int(seen.waiting[station]), int(seen.requests[station])
    numbers = {
        "posts": seen.posts, "on_request": seen.on_requests, "on_other": seen.on_other, "idle": seen.idle,
        "vacant": seen.vacant,
    }  # fmt: skip
    facts = [[say(f"scene_{name}", lang), f"{int(column[station]):,}"] for name, column in numbers.items()]
    facts += [[say("scene_waiting_requests", lang), f"{requests:,}"]]
    facts += [[say("scene_waiting_other", lang), f"{waiting - requests:,}"]]
    last = max(-(-waiting // MAX_ROWS) - 1, 0)
    page = min(max(page, 0), last)
    after = page * MAX_ROWS
    rows = [_queue_row(session, now, one, lang) for one in queue(session.model, station, MAX_ROWS, after)]
    ends = {"first": f"{after + 1:,}", "last": f"{after + len(rows):,}", "all": f"{waiting:,}"}
    return {
        "id": station, "title": station_label(session, station, lang), "facts": facts, "rows": rows,
        "more": say("scene_queue_more", lang, **ends) if last else "", "first": after + 1, "page": page,
        "last_page": last, "none": say("scene_queue_none", lang) if not rows else "",
    }  # fmt: skip


def _queue_row(session: Session, now: Scene, one: Waiting, lang: str) -> Json:
    """A line of a queue; `dot` is the number of the request's dot, or -1 for other work."""
    wait = say("scene_waits", lang, hours=shown_hours(one.hours))
    if one.case < 0:
        return {"dot": -1, "text": views.heading_label(h.HOUR_HEADINGS[one.heading], lang), "wait": wait}
    row = int(np.flatnonzero((now.dots.case == one.case) & (now.dots.spot == QUEUE))[0])
    return {"dot": int(identity(now.dots)[row]), "text": _about(session, one.case, lang), "wait": wait}


def _about(session: Session, case_id: int, lang: str) -> str:
    """Domain and kind of a request."""
    case, domains = session.model.world.cases[case_id], list(session.model.scenario_run.domains)
    domain = domain_label(domains[int(case["domain"])], session.scenario, lang)
    return f"{domain} · {say(f'kind_{KINDS[int(case["kind"])]}', lang)}"


# --- A request --------------------------------------------------------------------------------------------


def request_card(session: Session, now: Scene, request: str, of_trouble: bool, lang: str) -> Json:
    """Where a request is, and what became of it so far. `link`: the id by which its life is told, its own or, where
    that is asked for, the one `of_trouble`, of its first need; "" where it was voiced before day 0."""
    title = say("scene_request", lang, id=request[:SHOWN_LETTERS])
    rows = _rows(now, request)
    if not len(rows):
        return {"title": title, "facts": _ended(session, request, lang), "where": [], "link": "", "note": ""}
    model = session.model
    case_id = int(now.dots.case[rows[0]])
    case = model.world.cases[case_id]
    voiced = float(case["voiced"])
    facts = [
        [say("scene_about", lang), _about(session, case_id, lang)],
        [say("scene_whose", lang), community_label(model.map.ids[int(case["community"])], lang)],
        [say("scene_voiced", lang), say("scene_days_ago", lang, days=number(now.day - voiced, 1))],
        [say("follow_fact_handoffs", lang), str(int(case["handoffs"]))],
        [say("follow_fact_trips", lang), str(int(case["trips"]))],
    ]
    where = [_where(session, now, row, lang) for row in rows.tolist()]
    id_ = f"{int(case['root']):016x}" if of_trouble else request
    link, note = (id_, "") if voiced >= 0 else ("", say("scene_not_seen", lang))
    return {"title": title, "facts": facts, "where": where, "link": link, "note": note}


def _where(session: Session, now: Scene, row: int, lang: str) -> Json:
    """Where a dot is, what happens with it there, and the colour of that."""
    dots = now.dots
    spot, cause, place = int(dots.spot[row]), int(dots.cause[row]), int(dots.place[row])
    label = say("scene_at_home", lang) if spot == HOME else station_label(session, place, lang)
    if spot == HOME:
        what = say("scene_new" if cause == NEW else "scene_comes_back", lang)
    elif spot == QUEUE:
        what = say("scene_in_queue", lang, before=f"{before(session.model, int(dots.job[row])):,}")
    elif spot == SEAT:
        what = say("scene_in_hand", lang)
    else:
        assert spot == DESK
        what = say("scene_on_desk", lang)
    under = "" if cause == NEW else cause_label(CAUSES[cause], lang)
    return {"place": label, "what": what, "cause": under, "colour": COLOURS_OF_DOTS[cause]}


def _ended(session: Session, request: str, lang: str) -> list[list[str]]:
    """How a request has ended, if it has."""
    world = session.model.world
    records = world.records[: int(world.counts["records"][0])]
    rows = np.flatnonzero(records["key"] == np.uint64(int(request, 16)))
    if not len(rows):
        return [[say("scene_now", lang), say("scene_not_voiced", lang)]]
    record = records[rows[-1]]
    outcome = say(f"state_{s.STATE_NAMES[int(record['outcome'])]}", lang)
    facts = [[say("scene_now", lang), outcome]]
    if record["voiced"] == record["voiced"]:
        took = float(record["closed"] - record["voiced"])
        facts.append([say("scene_took", lang), say("follow_days", lang, days=took)])
    return facts
