"""Sessions of a page: levers moved on the way, rewinding, the series that pages draw, and playback."""

from __future__ import annotations

import gc
import subprocess
import sys
import textwrap
import threading
import weakref
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from jobs import brought, group_at, playbacks_at_rest
from sanfang.dashboard.address import Address, LinkedWorld
from sanfang.dashboard.presenters import views
from sanfang.dashboard.presenters.outlines import outlines
from sanfang.dashboard.worlds.page_session import PageSession
from sanfang.dashboard.worlds.playback import Playback
from sanfang.model.books.headings import HOUR_HEADINGS
from sanfang.run import series
from sanfang.run.moves import Move, with_moves
from sanfang.run.simulation import simulate
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario

DEMO = Address(district="demo", size=1.0, days=90)


def demo_world(days: int = 0, scenario: str = "before") -> PageSession:
    world = PageSession(DEMO, LinkedWorld(scenario))
    world.step(days)
    return world


def test_levers_moved_in_mid_run_are_schedules_to_the_last_digit() -> None:
    world = demo_world(30)
    world.move("authority", 0.2)
    world.move("staff_devolution", 1.0)
    world.step(20)
    world.move("authority", 0.9)
    world.step(40)
    so_far = world.so_far()
    run = simulate(world.scenario, seed=1, days=90, keep_requests=True)
    assert world.scenario.policy.authority == ((0, 0.0), (30, 0.2), (50, 0.9))
    pd.testing.assert_frame_equal(so_far.daily, run.daily, check_exact=True)
    pd.testing.assert_frame_equal(so_far.requests, run.requests, check_exact=True)
    pd.testing.assert_frame_equal(so_far.ledger, run.ledger, check_exact=True)
    assert {name: repr(value) for name, value in so_far.metrics.items()} == {
        name: repr(value) for name, value in run.metrics.items()
    }


def test_a_lever_moved_changes_what_follows_and_nothing_before() -> None:
    world, other = demo_world(40), demo_world(40)
    world.move("staff_devolution", 1.0)
    world.step(40), other.step(40)
    mine, theirs = series.series(world, "satisfaction"), series.series(other, "satisfaction")
    assert (mine[:40] == theirs[:40]).all() and (mine[45:] != theirs[45:]).all()


def test_rewinding_and_playing_again_gives_the_same_days() -> None:
    group = group_at(replace(DEMO, day=20))

    def ask(action: str, value: int) -> PageSession:
        wanted = group.carry_out({"action": action, "value": value})
        assert wanted is not None
        return brought(group, wanted).worlds[0]

    group.move(0, "triage", 1.0)
    before = ask("step", 30).so_far().daily
    world = ask("rewind", 35)
    assert world.day == 35 and world.world.moves == ((20, "triage", 1.0),)
    pd.testing.assert_frame_equal(ask("step", 15).so_far().daily, before, check_exact=True)
    world = ask("rewind", 10)
    assert world.day == 10 and world.world.moves == () and world.level("triage") == 0.0


def test_a_lever_set_before_the_first_day_is_the_scenarios_own() -> None:
    world = demo_world()
    world.move("authority", 0.5)
    assert world.world.levers == (("authority", 0.5),) and world.world.moves == ()
    assert world.scenario.policy.authority == 0.5


def test_a_model_follows_another_policy_but_no_other_district() -> None:
    world = demo_world(3)
    with pytest.raises(InputError, match="follow another policy"):
        world.model.follow(world.scenario.with_({"staffing.wage": 61.0}))
    with pytest.raises(InputError):
        world.move("authority", 1.5)
    with pytest.raises(InputError):
        world.move("no_lever", 0.5)


def test_a_list_of_domains_cannot_be_moved() -> None:
    base = Scenario.load("before", district="demo").with_({"policy.service_scope": ["care"]})
    with pytest.raises(InputError, match="list of domains"):
        with_moves(base, [Move(5, "service_scope", 1.0)])


def test_play_ends_at_the_last_day() -> None:
    world = demo_world(500)
    assert world.day == DEMO.days and world.over
    world.step()
    assert world.day == DEMO.days


def test_a_world_that_is_let_go_gives_its_memory_back() -> None:
    world = demo_world(20)
    arrays = [
        weakref.ref(array) for array in (world.model.world.persons, world.model.world.cases, world.model.engine.jobs)
    ]
    model = weakref.ref(world.model)
    del world
    gc.collect()
    assert model() is None and [array() for array in arrays] == [None, None, None]


def test_series_agree_with_the_models_own_tables() -> None:
    world = demo_world(90)
    run = world.so_far()
    daily, requests = run.daily[run.daily["day"] >= 0], run.requests
    residents = 20_000
    np.testing.assert_allclose(series.series(world, "satisfaction"), daily["satisfaction"], rtol=1e-12)
    np.testing.assert_allclose(series.series(world, "satisfaction_vulnerable"), daily["satisfaction_vulnerable"])
    np.testing.assert_allclose(series.series(world, "open"), daily["open"] / residents * 1000)
    resolved = requests[(requests["outcome"] == "resolved") & (requests["closed"] >= 62)]
    took = (resolved["closed"] - resolved["voiced"]).mean()
    assert series.series(world, "days_to_resolve")[-1] == pytest.approx(took, rel=1e-9)
    by_place = resolved.assign(took=resolved["closed"] - resolved["voiced"]).groupby("community")["took"].mean()
    shown = series.by_community(world, "days_to_resolve")
    np.testing.assert_allclose(shown, by_place.reindex(world.model.map.ids).to_numpy(), rtol=1e-9)


def test_hours_by_group_sum_to_one_and_hold_every_heading_once() -> None:
    grouped = [name for group in series.HOUR_GROUPS.values() for name in group]
    assert sorted(grouped) == sorted(HOUR_HEADINGS)
    world = demo_world(40)
    shares = sum(series.hours_by_group(world).values())
    np.testing.assert_allclose(shares[1:], 1.0)  # type: ignore[index]  # the first day is a holiday: no hours yet


def test_waste_by_cause_is_the_ledgers_over_a_whole_window() -> None:
    world = demo_world(28)
    ledger = world.so_far().ledger
    hours = ledger[ledger["resource"] == "hours"].groupby("heading")["amount"].sum()
    wage = world.scenario.staffing.wage
    spent = world.recorder.yuan[27].sum()
    expected = hours.get("relay", 0.0) * wage / (hours.sum() * wage + spent)
    assert series.waste_by_cause(world)["relay"][-1] == pytest.approx(expected, rel=1e-9)


def test_nothing_played_yet_can_be_shown() -> None:
    world = demo_world()
    assert not [day for chart in views.charts(world, "en") for day in chart["x"] if day > 0]
    assert {figure["value"] for figure in views.figures(world, "zh")} == {"–"}
    assert all(cell["value"] == "–" for cell in views.district_map(world, "open", "zh")["cells"])


def test_the_map_has_a_closed_cell_for_each_community() -> None:
    drawn = outlines(demo_world().model.map)
    area = 0.0
    for cell in drawn.cells:
        x, y = np.array(cell).T
        area += 0.5 * abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))
    assert len(drawn.cells) == 12 and area == pytest.approx(1.0, abs=1e-6)


class _Watched(threading.Event):
    """An event that tells when somebody begins to wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.waited_for = threading.Semaphore(0)

    def wait(self, timeout: float | None = None) -> bool:
        self.waited_for.release()
        return super().wait(timeout)


def test_play_waits_until_a_picture_was_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sanfang.dashboard.worlds.playback.MAX_WAIT_SECONDS", 60.0)
    steps: list[int] = []
    playback = Playback(lambda days: bool(steps.append(days)) or True, lambda: None, lambda: None)
    seen = playback._seen = _Watched()
    playback.play()
    for count in (1, 2, 3):
        assert seen.waited_for.acquire(timeout=60), "it asks whether the picture was seen"
        assert len(steps) == count
        playback.seen()
    playback.pause()
    playbacks_at_rest()
    assert not playback.playing and len(steps) <= 4


def test_play_ends_by_itself_when_nothing_follows() -> None:
    ended: list[bool] = []
    playback = Playback(lambda days: False, lambda: None, lambda: ended.append(True))
    playback.play()
    playbacks_at_rest()
    assert ended == [True] and not playback.playing


@pytest.mark.skipif(sys.platform != "linux", reason="only there can the C library be told")
def test_a_server_gives_back_memory_that_lies_scattered_among_what_is_used() -> None:
    """In a process of its own: 200 MB in small pieces, of which every fiftieth stays; without trimming, all stay."""
    script = """
        import time, numpy
        from pathlib import Path
        from sanfang.dashboard import serve
        pages = lambda: int(Path("/proc/self/statm").read_text().split()[1])
        serve.TRIM_SECONDS = 0.05
        serve._give_memory_back()
        before = pages()
        held = [numpy.ones(50_000, numpy.uint8) for _ in range(4_000)]
        most = pages()
        held = held[::50]
        end = time.monotonic() + 20
        while pages() - before > 0.2 * (most - before) and time.monotonic() < end:
            time.sleep(0.05)
        print((pages() - before) / (most - before))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.2
