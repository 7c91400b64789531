"""The district at work as the canvas of a page needs it: where everything stands, sent once, and a small frame a day.

A frame is columns of whole numbers, as bytes: of what is seen alone, that is of one street where one is chosen, and of
at most `MAX_DOTS` dots.
"""

from __future__ import annotations

import numpy as np

from sanfang.dashboard.presenters import colours
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.presenters.scene_layout import layout
from sanfang.dashboard.words import community_label, own_label, say
from sanfang.model import state as s
from sanfang.model.model import DistrictModel
from sanfang.report.time_split_figure import COLOURS
from sanfang.run.scene import HOME, NEW, SEAT, Dots, Scene, ended, grid_homes, scene
from sanfang.run.session import Session
from sanfang.run.time_split import CAUSES, cause_label

MAX_DOTS = 5_000
"""Dots in a frame; where there are more requests, a dot stands for several."""

MOOD_SPAN = 0.1
"""What the ends of the faces' colours lie above and below the district's mood of the year before, for the whole run."""

COLOURS_OF_DOTS = (*(COLOURS[cause] for cause in CAUSES), "#ffffff")
"""By cause, as on the Follow page, then that of what was just voiced."""

ENDS = {s.RESOLVED: 0, s.UNRESOLVED: 1, s.WITHDRAWN: 2}
"""How a request ended, as a frame says it."""

END_COLOURS = ("#0b6e4f", "#b3261e", "#6F7A86")


def identity(dots: Dots) -> np.ndarray:
    """A number of 32 bits for each dot, by which the browser knows it again: the end of its key, and its part."""
    return np.asarray(((dots.key + dots.part.astype(np.uint64)) & np.uint64(0xFFFFFFFF)).astype(np.uint32))


# --- Where everything stands ------------------------------------------------------------------------------


def streets(session: Session) -> list[int]:
    """The streets that have communities here."""
    return [int(street) for street in np.unique(session.model.map.sub_district)]


def shown_communities(model: DistrictModel, street: int | None) -> np.ndarray:
    """Rows of the communities that are seen: all, or those of a street."""
    of = model.map.sub_district
    return np.arange(len(of)) if street is None else np.flatnonzero(of == street)


def shown_stations(model: DistrictModel, street: int | None) -> np.ndarray:
    """Stations that are seen, in the order in which frames tell of them: departments, streets, then by community."""
    world, communities = model.world.layout, shown_communities(model, street)
    departments = 2 * world.communities + world.streets + np.arange(world.departments)
    above = 2 * world.communities + np.unique(model.map.sub_district[communities])
    offices = np.column_stack([world.communities + communities, communities]).ravel()
    return np.concatenate([departments, above, offices])


def station_label(session: Session, station: int, lang: str) -> str:
    """The name of a station."""
    model = session.model
    world = model.world.layout
    if station >= 2 * world.communities + world.streets:
        name = list(model.scenario_run.departments)[station - 2 * world.communities - world.streets]
        return own_label(model.scenario_run.departments[name], lang, name)
    if station >= 2 * world.communities:
        return street_label(station - 2 * world.communities, lang)
    kind = "office" if station >= world.communities else "grid"
    name = community_label(model.map.ids[station % world.communities], lang)
    return say(f"scene_of_{kind}", lang, community=name)


def _on_canvas(session: Session, station: int, lang: str) -> list[str]:
    """What the picture calls a station: the first of these that has room in its box."""
    world = session.model.world.layout
    if station >= 2 * world.communities + world.streets:
        return [station_label(session, station, lang)]
    if station >= 2 * world.communities:
        number = station - 2 * world.communities + 1
        return [say(f"scene_street{form}", lang, number=number) for form in ("", "_short", "_least")]
    kind = "office" if station >= world.communities else "grid"
    return [say(f"scene_{kind}", lang), say(f"scene_{kind}_short", lang), ""]


def street_label(street: int, lang: str) -> str:
    """The name of a street office."""
    return say("scene_street", lang, number=street + 1)


def place(session: Session, street: int | None, lang: str) -> Json:
    """What does not move: forms for screens of several widths, names, colours, and what they mean."""
    model = session.model
    world = model.world.layout
    communities = shown_communities(model, street).tolist()
    shown = shown_stations(model, street).tolist()
    turn, of = {station: n for n, station in enumerate(shown)}, {c: n for n, c in enumerate(communities)}
    forms = layout(
        communities, model.map.sub_district[communities].tolist(), world.departments, (world.communities, world.streets)
    )
    for form in forms:
        form["stations"] = [box | {"id": turn[box["id"]]} for box in form["stations"]]
        form["communities"] = [box | {"id": of[box["id"]]} for box in form["communities"]]
    low, high = mood_scale(model)
    return {
        "forms": forms,
        "stations": [
            {"id": one, "label": station_label(session, one, lang), "names": _on_canvas(session, one, lang)}
            for one in shown
        ],
        "communities": [
            [community_label(model.map.ids[c], lang), say("scene_short", lang, number=int(model.map.ids[c][1:]))]
            for c in communities
        ],
        "grids": [of[c] for c in grids(model)[0].tolist() if c in of],
        "dots": list(COLOURS_OF_DOTS), "ends": list(END_COLOURS),
        "mood": {"low": low, "high": high, "colours": list(colours.SCALE)},
    }  # fmt: skip


def grids(model: DistrictModel) -> tuple[np.ndarray, np.ndarray]:
    """The community of each grid that has residents, and the grid's number, in the order of frames."""
    home = grid_homes(model)
    lived_in = np.flatnonzero(home >= 0)
    return home[lived_in], lived_in


def mood_scale(model: DistrictModel) -> tuple[float, float]:
    """The satisfaction that the ends of the faces' colours stand for, the same for every policy on this district."""
    year = model.year_before
    middle = 0.5 if year is None else round(20 * float(np.mean(year["satisfaction"]))) / 20
    return round(middle - MOOD_SPAN, 3), round(middle + MOOD_SPAN, 3)


def legend(session: Session, lang: str) -> list[Json]:
    """What a viewer should know, in groups: title, and items of mark, colour and text."""
    low, high = mood_scale(session.model)

    def item(mark: str, colour: str, text: str) -> Json:
        return {"mark": mark, "colour": colour, "text": text}

    names = {cause: cause_label(cause, lang) for cause in CAUSES if cause != "case_wait"}
    names["rework"] = say("scene_rework", lang, cause=names["rework"])
    causes = [item("dot", COLOURS[cause], name) for cause, name in names.items()]
    new = item("dot", COLOURS_OF_DOTS[NEW], say("scene_new", lang))
    moods = [
        item("face", colours.SCALE[0], say("scene_mood_low", lang, percent=round(100 * low))),
        item("face", colours.SCALE[-1], say("scene_mood_high", lang, percent=round(100 * high))),
    ]
    posts = ("on_request", "on_other", "idle", "vacant")
    seats = [item("seat", name, say(f"scene_{name}", lang)) for name in posts]
    ends = [item("ring", END_COLOURS[code], say(f"state_{s.STATE_NAMES[end]}", lang)) for end, code in ENDS.items()]
    return [
        {"title": say("scene_legend_dots", lang), "items": [new, *causes]},
        {"title": say("scene_legend_ends", lang), "items": ends},
        {"title": say("scene_legend_seats", lang), "items": [*seats, item("pile", "", say("scene_pile", lang))]},
        {"title": say("scene_legend_moods", lang), "items": moods},
    ]  # fmt: skip


# --- A frame ----------------------------------------------------------------------------------------------


class Feed:
    """What one viewer is sent of one world, frame after frame: so a frame can say what has become of the last one's
    dots. Asked again on the same day, it gives the same."""

    def __init__(self) -> None:
        self._of: tuple[Session, int | None, str] | None = None
        self._records = 0
        self._sent = np.empty(0, np.uint32)
        self._frame: Json = {}
        self._place: tuple[object, Json] = (None, {})
        self.scene: Scene | None = None

    def place(self, session: Session, street: int | None, lang: str) -> Json:
        """`place`, made once."""
        of = (session, street, lang)
        if self._place[0] != of:
            self._place = (of, place(session, street, lang))
        return self._place[1]

    def frame(self, session: Session, street: int | None, lang: str) -> Json:
        """The frame of today, of all or of one street."""
        of = (session, street, lang)
        same = self._of is not None and self._of[:2] == of[:2] and self.scene is not None
        if same and self._of == of and self.scene is not None and self.scene.day == session.day:
            return self._frame
        model = session.model
        self.scene = scene(model)
        since = self._records if same else int(model.world.counts["records"][0])
        gone = self._gone(model, since)
        self._frame = frame(session, self.scene, street, lang)
        self._sent = np.frombuffer(self._frame["ids"], np.uint32)
        self._frame |= {"gone": gone[0].tobytes(), "how": gone[1].tobytes()}
        self._of, self._records = of, int(model.world.counts["records"][0])
        return self._frame

    def _gone(self, model: DistrictModel, since: int) -> tuple[np.ndarray, np.ndarray]:
        """Of the dots of the last frame those whose request has ended, and how: codes of `ENDS`."""
        keys, outcomes = ended(model, since)
        ids = (keys & np.uint64(0xFFFFFFFF)).astype(np.uint32)
        seen = np.isin(ids, self._sent) & np.isin(outcomes, list(ENDS))
        codes = np.zeros(len(ids), np.uint8)
        for outcome, code in ENDS.items():
            codes[outcomes == outcome] = code
        return ids[seen], codes[seen]


def frame(session: Session, now: Scene, street: int | None, lang: str) -> Json:
    """What is seen of a district at work, as bytes; how many a number has stands in brackets.

    A row a dot: `ids` (4), `at` (1, or 2 where there are many stations: the station or, at home, the community, by
    their places in `place`), `spot` (1: spot and cause), `home` (as `at`: the community); for each dot in somebody's
    hands `hand` (2: the post). A row a station: `waiting`, `requests` (4). A row a post: `post` (2: its station),
    `doing` (1). A row a grid: `mood` (1: in two hundredths).
    """
    model = session.model
    stations, communities = shown_stations(model, street), shown_communities(model, street)
    turn = np.full(len(model.engine.stations), -1)
    turn[stations] = np.arange(len(stations))
    row = np.full(len(model.map.ids), -1)
    row[communities] = np.arange(len(communities))
    posts = np.flatnonzero(turn[now.seat_home] >= 0)
    seat = np.full(len(now.seat_home), -1)
    seat[posts] = np.arange(len(posts))
    all_ = now.dots.those(row[now.dots.community] >= 0)
    dots, each = fewer(all_)
    at = np.where(dots.spot == HOME, row[dots.community], turn[dots.place])
    of_grid, numbers = grids(model)
    mood = now.mood[numbers[row[of_grid] >= 0]]
    small = np.uint8 if len(stations) <= 256 else np.uint16
    in_hand = dots.worker[dots.spot == SEAT]
    return {
        "day": now.day, "each": each,
        "ids": identity(dots).tobytes(),
        "at": at.astype(small).tobytes(),
        "spot": (dots.spot * 16 + dots.cause).astype(np.uint8).tobytes(),
        "home": row[dots.community].astype(small).tobytes(),
        "hand": seat[in_hand].astype(np.uint16).tobytes(),
        "waiting": now.stations.waiting[stations].astype(np.int32).tobytes(),
        "requests": now.stations.requests[stations].astype(np.int32).tobytes(),
        "post": turn[now.seat_home[posts]].astype(np.uint16).tobytes(),
        "doing": now.seat_doing[posts].astype(np.uint8).tobytes(),
        "mood": np.round(200 * mood).astype(np.uint8).tobytes(),
        "told": told(now, stations, all_, lang),
    }  # fmt: skip


def fewer(dots: Dots) -> tuple[Dots, int]:
    """At most `MAX_DOTS` of some dots, and for how many each stands: always the same requests, as their keys say."""
    each = max(1, -(-len(dots.key) // MAX_DOTS))
    while each > 1:
        kept = dots.those(dots.key % np.uint64(each) == 0)
        if len(kept.key) <= MAX_DOTS:
            return kept, each
        each += 1
    return dots, each


def told(now: Scene, stations: np.ndarray, dots: Dots, lang: str) -> str:
    """The frame in one sentence. `dots`: all that are seen."""
    seen = now.stations
    waiting, requests = int(seen.waiting[stations].sum()), int(seen.requests[stations].sum())
    working = int((seen.on_requests + seen.on_other)[stations].sum())
    back = int(((dots.spot == HOME) & (dots.cause != NEW)).sum())
    return say(
        "scene_told", lang, day=now.day, open=len(np.unique(dots.case)) - back, back=back, requests=requests,
        other=waiting - requests, working=working, posts=int(seen.posts[stations].sum()),
    )  # fmt: skip
