"""What the canvas of the scene is sent: places that do not overlap, small frames that say what the model says."""

from __future__ import annotations

import json
from itertools import combinations

import numpy as np
import pytest

from sanfang.dashboard.address import Address, LinkedWorld
from sanfang.dashboard.presenters import scene as views
from sanfang.dashboard.presenters.scene_cards import dots_of, find, request_card, station_card
from sanfang.dashboard.presenters.scene_layout import FORMS, layout
from sanfang.dashboard.words import LANGUAGES
from sanfang.dashboard.worlds.page_session import PageSession
from sanfang.model import state as s
from sanfang.run.scene import HOME, NEW, QUEUE, SEAT, queue, scene

ADDRESS = Address(district="demo", size=1.0, days=90, start="empty")


@pytest.fixture(scope="module")
def world() -> PageSession:
    session = PageSession(ADDRESS, LinkedWorld("before"))
    session.step(60)
    return session


def column(frame: dict[str, bytes], name: str, kind: type) -> np.ndarray:
    return np.frombuffer(frame[name], kind)


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return all(min(a[n] + a[n + 2], b[n] + b[n + 2]) - max(a[n], b[n]) > 0.1 for n in (0, 1))


@pytest.mark.parametrize(("communities", "streets"), [(1, 1), (13, 11), (40, 4), (130, 11)])
def test_boxes_are_on_the_picture_and_overlap_in_no_form(communities: int, streets: int) -> None:
    street_of = sorted(n * streets // communities for n in range(communities))
    forms = layout(list(range(communities)), street_of, 8, (communities, streets))
    assert [form["wide"] for form in forms] == [wide for wide, _, _ in FORMS]
    for form in forms:
        frames = [one["box"] for one in form["communities"]]
        above = [one["box"] for one in form["stations"] if one["kind"] in ("department", "street")]
        offices = [one["box"] for one in form["stations"] if one["kind"] in ("office", "grid")]
        homes = [one["homes"] for one in form["communities"]]
        for boxes in ((*above, *frames), (*offices, *homes)):
            assert not any(overlap(a, b) for a, b in combinations(boxes, 2))
        for left, top, width, height in (*above, *frames, *offices, *homes):
            assert left >= -0.1 and top >= 0 and left + width <= form["wide"] + 0.5 and top + height <= form["high"]
            assert width > 60 and height > 30
        named = {one["id"] for one in form["stations"]}
        assert named == {*range(2 * communities), *(2 * communities + n for n in set(street_of)),
                         *(2 * communities + streets + n for n in range(8))}  # fmt: skip
        assert [one["id"] for one in form["communities"]] == list(range(communities))


@pytest.mark.parametrize("street", [None, 1])
def test_a_frame_says_what_the_scene_says_of_what_is_seen(world: PageSession, street: int | None) -> None:
    now, model = scene(world.model), world.model
    frame, place = views.frame(world, now, street, "en"), views.place(world, street, "en")
    communities = views.shown_communities(model, street).tolist()
    stations = [one["id"] for one in place["stations"]]
    dots = now.dots.those(np.isin(now.dots.community, communities))
    ids, spot = column(frame, "ids", np.uint32), column(frame, "spot", np.uint8)
    at, home = column(frame, "at", np.uint8), column(frame, "home", np.uint8)
    assert frame["each"] == 1 and len(ids) == len(set(ids.tolist())) == len(dots.key)
    assert ids.tolist() == [
        int(key + np.uint64(part)) & 0xFFFFFFFF for key, part in zip(dots.key, dots.part, strict=True)
    ]
    assert (spot // 16).tolist() == dots.spot.tolist() and (spot % 16).tolist() == dots.cause.tolist()
    assert [communities[n] for n in home] == dots.community.tolist()
    seen = [communities[n] if kind == HOME else stations[n] for n, kind in zip(at, spot // 16, strict=True)]
    assert seen == dots.place.tolist()
    assert column(frame, "waiting", np.int32).tolist() == now.stations.waiting[stations].tolist()
    assert column(frame, "requests", np.int32).tolist() == now.stations.requests[stations].tolist()
    post, doing = column(frame, "post", np.uint16), column(frame, "doing", np.uint8)
    posts = np.flatnonzero(np.isin(now.seat_home, stations))
    assert [stations[n] for n in post] == now.seat_home[posts].tolist()
    assert doing.tolist() == now.seat_doing[posts].tolist()
    hand = column(frame, "hand", np.uint16)
    assert posts[hand].tolist() == dots.worker[dots.spot == SEAT].tolist()
    mood = column(frame, "mood", np.uint8) / 200
    assert len(mood) == len(place["grids"])
    for n, community in enumerate(communities):
        mean = mood[np.array(place["grids"]) == n].mean()
        assert mean == pytest.approx(model.communities[community].satisfaction, abs=0.02)
    back = int(((dots.spot == HOME) & (dots.cause != NEW)).sum())
    assert (
        f"{model.world.flow[communities][:, :, s.OPEN].sum():,} open" in frame["told"]
        and f"{back:,} more" in frame["told"]
    )
    assert frame["told"] != views.frame(world, now, street, "zh")["told"]
    json.dumps(place)  # and no numpy number among it


def test_a_frame_is_small(world: PageSession) -> None:
    frame = views.Feed().frame(world, None, "en")
    dots = len(frame["ids"]) // 4
    size = sum(len(part) for part in frame.values() if isinstance(part, bytes))
    assert dots > 200 and size < 8 * dots + 3 * len(frame["doing"]) + 1000


def test_where_there_are_too_many_dots_each_stands_for_several(
    world: PageSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = scene(world.model)
    monkeypatch.setattr(views, "MAX_DOTS", 100)
    frame = views.frame(world, now, None, "en")
    ids = column(frame, "ids", np.uint32)
    assert 0 < len(ids) <= 100 and frame["each"] >= len(now.dots.key) / 100
    kept = np.isin(views.identity(now.dots), ids)
    assert (now.dots.key[kept] % np.uint64(frame["each"]) == 0).all()
    monkeypatch.undo()
    assert views.frame(world, now, None, "en")["told"] == frame["told"]


def test_the_next_frame_says_what_became_of_the_last_ones_dots() -> None:
    session = PageSession(ADDRESS, LinkedWorld("before"))
    session.step(30)
    feed = views.Feed()
    first = feed.frame(session, None, "en")
    assert first["gone"] == b"" and feed.frame(session, None, "en") is first
    sent = set(column(first, "ids", np.uint32).tolist())
    session.step(10)  # of which the first are holidays
    second = feed.frame(session, None, "en")
    gone, how = column(second, "gone", np.uint32).tolist(), column(second, "how", np.uint8).tolist()
    assert gone and set(gone) <= sent and not set(gone) & set(column(second, "ids", np.uint32).tolist())
    outcomes = {int(row.id, 16) & 0xFFFFFFFF: row.outcome for row in session.requests.itertuples()}
    names = {code: s.STATE_NAMES[outcome] for outcome, code in views.ENDS.items()}
    assert [names[code] for code in how] == [outcomes[id_] for id_ in gone]
    assert feed.frame(session, 0, "en")["gone"] == b""  # another part of the district: nothing has gone home


@pytest.mark.parametrize("lang", LANGUAGES)
def test_cards_tell_a_stations_queue_and_where_a_request_is(world: PageSession, lang: str) -> None:
    now = scene(world.model)
    longest = int(now.stations.requests.argmax())
    card = station_card(world, now, longest, lang)
    shown = [value for _, value in card["facts"]]
    assert shown[-2] == f"{now.stations.requests[longest]:,}"
    assert shown[0] == str(int(now.stations.posts[longest]))
    assert len(card["rows"]) == min(10, int(now.stations.waiting[longest]))
    asked = next(row for row in card["rows"] if row["dot"] >= 0)
    request = find(now, asked["dot"])
    assert asked["dot"] in dots_of(now, request)
    told = request_card(world, now, request, False, lang)
    assert request[:8] in told["title"] and told["where"][0]["place"] == card["title"]
    assert told["link"] == request and asked["text"] in [value for _, value in told["facts"]]
    for spot in range(4):
        row = int(np.flatnonzero(now.dots.spot == spot)[0])
        assert request_card(world, now, f"{int(now.dots.key[row]):016x}", False, lang)["where"][0]["what"]
    assert find(now, -1) == "" and find(now, 12345) == ""
    ended = world.requests.query("outcome == 'resolved'")["id"].iloc[0]
    assert len(request_card(world, now, ended, False, lang)["facts"]) == 2
    assert request_card(world, now, "0" * 16, True, lang)["link"] == ""


def test_the_pages_of_a_queue_hold_all_of_it_in_order(world: PageSession) -> None:
    now = scene(world.model)
    longest = int(now.stations.waiting.argmax())
    waiting = int(now.stations.waiting[longest])
    cards = [station_card(world, now, longest, "en", page) for page in range(-(-waiting // 10))]
    assert waiting > 10 and [card["first"] for card in cards] == list(range(1, waiting + 1, 10))
    assert all(f"{waiting:,}" in card["more"] for card in cards)
    rows = [row for card in cards for row in card["rows"]]
    assert len(rows) == waiting
    assert len([row for row in rows if row["dot"] >= 0]) == int(now.stations.requests[longest])
    everything = queue(world.model, longest, waiting)
    hours = [one.hours for one in everything]
    assert [one.hours for n in range(0, waiting, 10) for one in queue(world.model, longest, 10, n)] == hours
    assert station_card(world, now, longest, "en", 9_999)["page"] == len(cards) - 1  # it has become shorter


def test_the_legend_has_a_mark_for_all_that_is_drawn(world: PageSession) -> None:
    for lang in LANGUAGES:
        groups = views.legend(world, lang)
        colours = {item["colour"] for group in groups for item in group["items"]}
        assert {*views.COLOURS_OF_DOTS, *views.END_COLOURS} - colours == {views.COLOURS_OF_DOTS[s.T_CASE_WAIT]}
        assert all(item["text"] for group in groups for item in group["items"])
    assert s.T_CASE_WAIT not in scene(world.model).dots.cause  # so it needs none
    assert QUEUE in scene(world.model).dots.spot
