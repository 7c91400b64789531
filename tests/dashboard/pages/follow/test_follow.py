"""The Follow page: a request's path is exactly the run's own, and everything on the page adds up to its records."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from jobs import at_once, made
from sanfang.dashboard.address import Address, LinkedWorld, read, scenario_of
from sanfang.dashboard.declare import recipe
from sanfang.dashboard.pages.follow import flow_views
from sanfang.dashboard.pages.follow.choice import RequestChoice, candidates, choice, run_of, until
from sanfang.dashboard.pages.follow.pictures import timeline_picture
from sanfang.dashboard.presenters import request_life
from sanfang.dashboard.presenters.timeline import timeline
from sanfang.dashboard.words import say, texts
from sanfang.dashboard.worlds import shared_slots
from sanfang.dashboard.worlds.job import PageJob
from sanfang.model.cases.watched import trace
from sanfang.run import flow
from sanfang.run.background import CANCELLED
from sanfang.run.life import Life, life
from sanfang.run.simulation import Run, simulate
from sanfang.run.steps import NO_CAUSE, WHATS
from sanfang.run.time_split import CAUSES, closed_to_follow, durations, of_request, remainders

DAYS = 90
ADDRESS = Address(lang="en", district="demo", size=1.0, seed=3, days=120, day=DAYS)
WORLDS = {
    name: replace(ADDRESS, worlds=(LinkedWorld(name),))
    for name in ("before", "three-devolutions-two-refinements", "collaboration", "consultation")
}
ALL_PARTS = replace(ADDRESS, district="licang", size=0.02, days=200, day=180)
"""Requests are tied to others, closed in vain, given up, and voiced again."""


@pytest.fixture(scope="module")
def run() -> Run:
    found: Run = made(lambda job: run_of(ADDRESS, job))
    return found


def told(run: Run, address: Address, label: object) -> Life:
    id_ = str(run.requests.at[label, "id"])
    seen = trace(run.scenario, id_, seed=address.seed, days=address.days, scale=address.size, until=until(address))
    return life(seen, run.requests, label)


def varied(run: Run) -> list[object]:
    """Labels of requests of every kind of path that a run has."""
    table = run.requests[~(run.requests["voiced"] < 0)]  # of earlier ones not all was seen
    rows = [*table.index[table["handoffs"] > 3][:2], *table.index[table["attempts"] > 0][:1]]
    rows += [*table.index[table["parts"] > 2][:1], *table.index[table["shortage_hours"] > 0][:2]]
    ended = table[table["closed"].notna() & table["voiced"].notna()]
    lacking = remainders(ended, run.scenario.calendar, run.days)
    rows += lacking.index[lacking > 1.0][:8].tolist()
    rows += table.index[(table["parts"] == 1) & (table["case_wait_hours"] > 1)][:3].tolist()  # tied to another one
    for column in ("outcome", "tier"):
        rows += table.groupby(column).head(1).index.tolist()
    return list(dict.fromkeys(rows))


def test_watching_a_request_changes_nothing_in_the_run(run: Run) -> None:
    plain = simulate(run.scenario, seed=ADDRESS.seed, days=ADDRESS.days, scale=ADDRESS.size)
    seen = trace(run.scenario, str(run.requests.at[5, "id"]), seed=3, days=ADDRESS.days, scale=1.0, until=ADDRESS.days)
    ended = int(plain.model.world.counts["records"][0])
    assert plain.model.world.records[:ended].tobytes() == seen.model.world.records[:ended].tobytes()
    assert np.array_equal(plain.model.engine.hours, seen.model.engine.hours)


@pytest.mark.parametrize("name", [*WORLDS, "all parts"])
def test_steps_sum_to_the_hours_hand_offs_and_yuan_of_the_record(name: str) -> None:
    address = WORLDS.get(name, ALL_PARTS)
    run = made(lambda job: run_of(address, job))
    kinds: set[str] = set()
    for label in varied(run):
        row, one = run.requests.loc[label], told(run, address, label)
        assert len(one.handoffs) == row["handoffs"]
        assert sum(step.yuan for step in one.steps) == pytest.approx(row["yuan"], rel=1e-3, abs=0.01)
        assert {step.what for step in one.steps} <= set(WHATS)
        if row["outcome"] in ("resolved", "unresolved", "withdrawn"):
            booked = of_request(run.requests, row["id"]).set_index("cause")["hours"]
            for cause in CAUSES:
                hours = sum(step.hours for step in one.steps if step.cause == cause)
                assert hours == pytest.approx(booked[cause], rel=1e-4, abs=0.01), (row["id"], cause)
        if row["parts"] and row["voiced"] == row["voiced"]:
            at_offices = row["parts"] * (one.hours - one.between)
            assert sum(one.split.values()) == pytest.approx(at_offices, rel=1e-4, abs=0.06)
            paused = sum(step.hours for step in one.steps if step.what in NO_CAUSE and step.part >= 0)
            assert paused == pytest.approx(row["parts"] * one.between, abs=0.06)
            whole = sum(step.hours for step in one.steps if step.part >= 0)
            assert whole == pytest.approx(row["parts"] * one.hours, rel=1e-4, abs=0.06)
            kinds |= {step.what for step in one.steps}
    assert name != "all parts" or {"between", "tied"} <= kinds


def test_the_steps_of_a_part_follow_one_another_from_registration_to_the_end(run: Run) -> None:
    label = closed_to_follow(run).sort_values("handoffs").index[-1]
    row, one = run.requests.loc[label], told(run, ADDRESS, label)
    for part in range(row["parts"]):
        mine = [step for step in one.steps if step.part == part]
        for before, after in pairwise(mine):
            assert after.begin == pytest.approx(before.end)
        assert mine[-1].end == pytest.approx(row["closed"])
    assert one.begin == row["arose"]
    assert one.steps[0].begin == pytest.approx(row["arose"] if row["voiced"] > row["arose"] else row["voiced"])


def test_the_world_of_the_page_is_the_run_that_the_command_line_makes(run: Run) -> None:
    plain = simulate(scenario_of(ADDRESS, ADDRESS.worlds[0]), seed=3, days=DAYS, scale=1.0, keep_requests=True)
    first, second = (table.sort_values("id").reset_index(drop=True) for table in (run.requests, plain.requests))
    pd.testing.assert_frame_equal(first, second)


def test_a_run_that_is_cancelled_shows_the_days_that_it_got_to() -> None:
    job: PageJob[Run] = PageJob(lambda job: run_of(ADDRESS, job), total=DAYS)
    job.did = lambda amount=1: job.cancel() if (days.append(amount) or sum(days) >= 30) else None  # type: ignore[method-assign,func-returns-value]
    days: list[int] = []
    job.run()
    assert job.state == CANCELLED and job.found is not None and job.found.days == sum(days) == 30
    same = made(lambda job: run_of(replace(ADDRESS, day=30), job))
    pd.testing.assert_frame_equal(job.found.requests, same.requests)


def test_a_run_that_nobody_waits_for_any_more_ends_within_a_turn_and_makes_nothing_of_it() -> None:
    job: PageJob[Run] = PageJob(lambda job: run_of(ADDRESS, job), total=DAYS)
    job.did = lambda amount=1: job.leave()  # type: ignore[method-assign]
    job.run()
    assert job.state == CANCELLED and job.found is None
    assert shared_slots.JOBS.free == shared_slots.JOBS.count and shared_slots.TURNS.free == shared_slots.TURNS.count


@pytest.mark.parametrize("value", ["9" * 5_000, None, ["1"], {}])
def test_a_day_that_is_none_changes_nothing(value: object) -> None:
    pytest.importorskip("solara")
    from sanfang.dashboard.pages.follow.page import pick_world
    from sanfang.dashboard.widgets import viewer

    before = viewer.address.value
    viewer.address.set(ADDRESS)
    try:
        pick_world({"field": "until", "value": value})
        assert viewer.address.value == ADDRESS
    finally:
        viewer.address.set(before)


def test_rules_pick_what_they_say(run: Run) -> None:
    closed = closed_to_follow(run)
    hours = durations(closed, run.scenario.calendar, run.days)
    assert candidates(run, RequestChoice("slowest"))["hours"].iloc[0] == hours.max()
    middle = candidates(run, RequestChoice("typical"))["hours"]
    assert (middle - hours.median()).abs().max() <= (hours.drop(middle.index) - hours.median()).abs().min()
    quick = candidates(run, RequestChoice("quick_handoffs"))
    assert (quick["handoffs"] >= 2).all() and quick["hours"].iloc[0] == hours[closed["handoffs"] >= 2].min()
    assert set(candidates(run, RequestChoice("open"))["outcome"]) == {"open"}
    found = candidates(run, RequestChoice("slowest", domain="care", vulnerable=True))
    assert len(found) and set(found["domain"]) == {"care"} and found["vulnerable"].all()


def test_an_address_gives_only_choices_that_exist() -> None:
    given = {"request": "typical:6B13", "domain": "care", "community": "<b>", "kind": "none", "whose": "vulnerable"}
    assert choice(given, ["care"], ["c1"]) == RequestChoice("typical", "6b13", "care", "", "", True)
    assert choice({"request": "slowest:x'; drop"}, [], []) == RequestChoice()
    assert choice({"request": "78fd"}, [], []) == RequestChoice("slowest", "78fd")
    address = ADDRESS.with_other(request="typical:6b13", kind="hard", whose="vulnerable", flow="hours")
    assert read(address.query()) == (address, [])


def test_flows_count_every_request_once_in_every_layer(run: Run) -> None:
    ways = flow.flow_table(run)
    voiced = run.requests[run.requests["voiced"].notna()]
    links = flow.bands(ways)
    hours = durations(voiced, run.scenario.calendar, run.days).sum()
    for layer in flow.LAYERS[:-1]:
        out = [link for link in links if link.source[0] == layer]
        assert sum(link.requests for link in out) == len(voiced)
        assert sum(link.hours for link in out) == pytest.approx(hours)
    ends = {link.target[1] for link in links if link.target[0] == "outcome"}
    assert ends == set(voiced["outcome"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_all_of_a_life_and_of_the_flows_can_be_said_and_drawn(run: Run, lang: str) -> None:
    scenario, ways = run.scenario, flow.flow_table(run)
    assert all(f"follow_what_{what}" in texts() for what in WHATS)
    for label in varied(run)[:6]:
        one = told(run, ADDRESS, label)
        line = timeline(one, scenario, lang)
        bars = [bar for lane in line["lanes"] for bar in lane["bars"]]
        assert bars and all(0 <= bar["left"] <= 100.001 and bar["left"] + bar["width"] <= 100.01 for bar in bars)
        assert len(request_life.step_rows(one, scenario, lang)) == len(one.steps)
        assert request_life.facts(one, scenario, lang)
    shares = request_life.split(one, lang)["segments"]
    assert not shares or sum(part["share"] for part in shares) == pytest.approx(100, abs=0.5)
    assert timeline_picture(one, scenario, lang).startswith(b"\x89PNG")
    drawn = flow_views.sankey(ways, scenario, "hours", lang)["series"][0]
    assert {link["source"] for link in drawn["links"]} <= {node["name"] for node in drawn["data"]}
    assert len(flow_views.table_rows(ways, scenario, lang)) == len(drawn["links"])
    assert flow_views.flow_picture(ways, scenario, "requests", "x", lang).startswith(b"\x89PNG")


def test_hand_offs_stand_beside_the_step_that_they_begin(run: Run) -> None:
    seen = run.requests[run.requests["voiced"] >= 0]
    label = seen.sort_values("handoffs").index[-1]
    rows = request_life.step_rows(told(run, ADDRESS, label), run.scenario, "en")
    assert sum(len(row["passed"]) for row in rows) == run.requests.at[label, "handoffs"]


def test_the_recipe_tells_the_life_that_the_page_tells(run: Run) -> None:
    label = candidates(run, RequestChoice("quick_handoffs")).index[0]
    id_, found = run.requests.at[label, "id"], dict[str, object]()
    exec(recipe("/follow", ADDRESS.with_other(request=id_)).python.replace("print(", "str("), found)
    mine, its = told(run, ADDRESS, label), found["life"]
    assert isinstance(its, Life) and its.id == id_
    assert (its.steps, its.handoffs, its.split) == (mine.steps, mine.handoffs, mine.split)


def test_the_recipe_names_the_request() -> None:
    shown = recipe("/follow", ADDRESS.with_other(request="typical:6b130b71201175e0"))
    assert shown.shell.startswith("sanfang trace before --request 6b130b71201175e0 --district demo --seed 3 --days 90")
    compile(shown.python, "recipe", "exec")
    assert "--slowest 1" in recipe("/follow", replace(ADDRESS, day=0)).shell
    assert f"--days {until(replace(ADDRESS, day=0))}" in recipe("/follow", replace(ADDRESS, day=0)).shell


def test_the_page_shows_the_request_that_the_address_names(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once(monkeypatch)
    ipyvue, solara = pytest.importorskip("ipyvue"), pytest.importorskip("solara")
    from sanfang.dashboard.pages.follow import page as follow
    from sanfang.dashboard.widgets import viewer

    id_ = candidates(run, RequestChoice("typical"))["id"].iloc[1]
    viewer.address.set(ADDRESS.with_other(request=f"typical:{id_[:9]}"))
    _, rendered = solara.render(follow.FollowPage(), handle_error=False)
    pieces = rendered.find(ipyvue.VueTemplate).widgets
    assert any(hasattr(piece, "line") for piece in pieces)
    told = " ".join(str(getattr(piece, "unsafe_innerHTML", "")) for piece in pieces)
    assert say("follow_title", "en", id=id_) in told
    rows = [row for piece in pieces for row in getattr(piece, "rows", []) if "chosen" in row]
    assert [row["id"] for row in rows if row["chosen"]] == [id_]
    rendered.close()


def test_the_steps_as_csv_are_the_steps(run: Run) -> None:
    one = told(run, ADDRESS, closed_to_follow(run).index[0])
    table = pd.read_csv(io.BytesIO(request_life.step_table(one).to_csv(index=False).encode()))
    assert table["hours"].tolist() == pytest.approx([step.hours for step in one.steps])
    assert set(table["request"]) == {one.id}
