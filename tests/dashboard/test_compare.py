"""The Compare page: worlds in step, differences, the same trouble in each, replications in the background."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from jobs import at_once, brought, made, players_at_rest, staged
from sanfang.dashboard.address import Address, LinkedWorld, read, scenario_of
from sanfang.dashboard.limits import MAX_MOVES
from sanfang.dashboard.pages.compare import how_sure, lives_told, replications, side_by_side
from sanfang.dashboard.pages.compare.replications import WorldReplications
from sanfang.dashboard.presenters import colours
from sanfang.dashboard.words import LANGUAGES, say, texts
from sanfang.dashboard.worlds import slots
from sanfang.dashboard.worlds.played import PlayedWorld
from sanfang.dashboard.worlds.stage import Stage
from sanfang.lab.comparison import compare
from sanfang.run import series, troubles
from sanfang.run.background import CANCELLED, DONE, WAITING
from sanfang.run.places import Places
from sanfang.run.simulation import simulate
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario

DAYS = 40
TWO = (LinkedWorld("before"), LinkedWorld("three-devolutions"))
ADDRESS = Address(lang="en", district="demo", size=0.25, seed=3, days=60, day=DAYS, worlds=TWO)


@pytest.fixture(scope="module")
def stage() -> Stage:
    return staged(ADDRESS)


@pytest.fixture(scope="module")
def found(stage: Stage) -> troubles.Troubles:
    return troubles.troubles([played.so_far().requests for played in stage.worlds], DAYS)


# --- In step --------------------------------------------------------------------------------------------


def test_worlds_stay_on_one_day_whatever_is_asked_for() -> None:
    stage = staged(replace(ADDRESS, day=0))

    def ask(action: str, value: object) -> None:
        wanted = stage.carry_out({"action": action, "value": value})
        assert wanted is not None
        brought(stage, wanted)
        assert {played.day for played in stage.worlds} == {stage.day}

    for action, value in (("step", 7), ("rewind", 3), ("step", 999)):
        ask(action, value)
    assert stage.day == 3 + 31  # a step is a month at most
    ask("rewind", "nonsense")
    assert stage.day == 0
    assert stage.carry_out({"action": "delete"}) is None and stage.carry_out({}) is None
    for nothing in (10**400, None, [], {}):
        ask("step", nothing)
    assert stage.day == 4  # a day each
    ask("step", 31)
    ask("step", 31)
    assert stage.day == ADDRESS.days and stage.over


def test_play_and_rewind_in_between_leave_the_worlds_together() -> None:
    stage = staged(replace(ADDRESS, day=0))
    stage.player.days_a_second = 100
    stepped, play = threading.Semaphore(0), stage.player._step
    stage.player._step = lambda days: (play(days), stepped.release())[0]
    for _ in range(3):
        stage.carry_out({"action": "play"})
        assert stepped.acquire(timeout=60), "it plays"
        wanted = stage.carry_out({"action": "rewind", "value": 2})
        assert wanted is not None
        brought(stage, wanted)
        players_at_rest()
        assert {played.day for played in stage.worlds} == {2}


def test_a_lever_moved_in_one_world_leaves_the_other_alone_and_a_link_tells_it_again() -> None:
    stage = staged(replace(ADDRESS, day=10))
    stage.move(1, "triage", 0.8)
    brought(stage, replace(stage.shown, day=20))
    assert stage.worlds[0].world.moves == () and stage.worlds[1].world.moves == ((10, "triage", 0.8),)
    marks = side_by_side.marks(stage.worlds, "en")
    assert [mark["day"] for mark in marks] == [11] and marks[0]["label"].startswith("B: ")
    address = replace(ADDRESS, day=20, worlds=tuple(played.world for played in stage.worlds))
    again, problems = read(address.query())
    assert not problems
    for old, new in zip(stage.worlds, staged(again).worlds, strict=True):
        pd.testing.assert_frame_equal(old.so_far().daily, new.so_far().daily)


def test_a_world_takes_no_more_moves_than_a_link_can_tell() -> None:
    moves = tuple((1 + day, "triage", day % 2 / 2) for day in range(MAX_MOVES))
    played = PlayedWorld(replace(ADDRESS, days=300), LinkedWorld("before", moves=moves))
    played.step(1)
    before = played.world, played.scenario
    with pytest.raises(InputError, match=str(MAX_MOVES)):
        played.move("volunteers", 0.5)
    assert (played.world, played.scenario) == before
    played.move("triage", 0.75)  # in place of the one on this day
    assert len(played.world.moves) == MAX_MOVES and played.level("triage") == 0.75


@pytest.mark.parametrize("day", [0, 2])
def test_a_level_that_no_scenario_takes_leaves_the_world_as_it_was(day: int) -> None:
    played = PlayedWorld(ADDRESS, LinkedWorld("before"))
    played.step(day)
    before = played.world, played.scenario
    with pytest.raises(InputError):
        played.move("triage", 5.0)
    assert (played.world, played.scenario) == before


def test_a_button_names_a_world_that_is_there() -> None:
    pytest.importorskip("solara")
    from sanfang.dashboard.pages.compare.page import world_place

    assert [world_place(id_, 2, 0) for id_ in ("0", "1")] == [0, 1]
    for id_ in ("-9", "2", "x", "", "9" * 5_000, None, 1, [], {}):
        assert world_place(id_, 2, 0) == 0 and world_place(id_, 2, 1) == 1


@pytest.mark.parametrize("value", [[], {}, None, "x", "nan", "1e400", 10**400])
def test_a_seed_that_is_no_number_changes_nothing(value: object) -> None:
    pytest.importorskip("solara")
    from sanfang.dashboard.pages.trust.page import _take_seed
    from sanfang.dashboard.widgets import viewer

    before = viewer.address.value
    _take_seed({"field": "seed", "value": value})
    assert viewer.address.value == before


def test_worlds_that_are_played_already_are_taken_over() -> None:
    stage = staged(replace(ADDRESS, day=5))
    before = stage.worlds
    third = brought(stage, replace(ADDRESS, day=5, worlds=(*TWO, LinkedWorld("precision")))).worlds
    assert third[:2] == before and third[2].day == 5
    twins = brought(stage, replace(ADDRESS, day=5, worlds=(TWO[0], TWO[0]))).worlds
    assert twins[0] is before[0] and twins[1] is not before[0]
    assert brought(stage, replace(ADDRESS, day=5, seed=4, worlds=(TWO[0], TWO[0]))).worlds[0] is not before[0]


def test_another_policy_is_played_up_to_today_to_the_last_digit() -> None:
    stage = staged(replace(ADDRESS, day=20))
    brought(stage, replace(ADDRESS, day=20, worlds=(TWO[0], LinkedWorld("precision", moves=((10, "triage", 0.5),)))))
    alone = staged(replace(ADDRESS, day=20, worlds=(LinkedWorld("precision", moves=((10, "triage", 0.5),)),)))
    pd.testing.assert_frame_equal(stage.worlds[1].so_far().daily, alone.worlds[0].so_far().daily, check_exact=True)


# --- Differences ----------------------------------------------------------------------------------------


def test_the_daily_table_is_the_models_own_with_the_world_in_front(stage: Stage) -> None:
    table = side_by_side.daily_tables(stage.worlds)
    for letter, world in zip("AB", TWO, strict=True):
        own = simulate(Scenario.load(world.scenario, district="demo"), seed=3, days=DAYS, scale=0.25).daily
        part = table[table["world"] == letter].drop(columns=["world", "scenario"]).reset_index(drop=True)
        pd.testing.assert_frame_equal(part, own)


def test_bands_lie_between_the_curves_green_where_the_other_world_is_better(stage: Stage) -> None:
    for chart in side_by_side.charts(stage.worlds, "en"):
        better, worse, a, b = chart["series"]
        assert (better["colour"], worse["colour"]) == (side_by_side.BETTER, side_by_side.WORSE)
        higher = series.MEASURES[chart["id"]].better == "higher"
        for low, high, base, other in zip(better["low"], better["high"], a["values"], b["values"], strict=True):
            if base is not None and (other > base) == higher:
                assert (low, high) == (min(base, other), max(base, other))
            elif base is not None:
                assert low == high == base


def test_differences_of_shares_are_percentage_points(stage: Stage) -> None:
    chart = next(one for one in side_by_side.difference_charts(stage.worlds, "en") if one["id"] == "satisfaction")
    a, b = (series.series(played, "satisfaction") for played in stage.worlds)
    assert chart["series"][-1]["values"][-1] == pytest.approx(100 * (b[-1] - a[-1]), abs=1e-5)
    row = side_by_side.figures(stage.worlds, "en")[0]["rows"]
    assert row[0]["change"] == "" and row[1]["verdict"] in ("better", "worse", "")


def test_the_maps_have_one_scale(stage: Stage) -> None:
    maps = side_by_side.maps(stage.worlds, "open", "zh")
    assert maps[0]["scale"] == maps[1]["scale"]
    values = np.concatenate([series.by_community(played, "open") for played in stage.worlds])
    assert maps[0]["scale"]["high"] == f"{values.max():,.1f}"
    places = [colours.on_scale(value, values.min(), values.max(), "lower") for value in values]
    cells = [cell for one in maps for cell in one["cells"]]
    assert [cell["colour"] for cell in cells] == [colours.SCALE[place] for place in places]


# --- Lives ----------------------------------------------------------------------------------------------


def test_a_trouble_has_the_same_person_and_day_in_both_worlds(found: troubles.Troubles) -> None:
    a, b = (table[table["ordinal"] == 0].set_index("id") for table in found.requests)
    both = a.index.intersection(b.index)
    assert len(both) > 0.9 * len(a)
    assert (a.loc[both, ["resident", "domain", "arose"]] == b.loc[both, ["resident", "domain", "arose"]]).all().all()
    assert len(found.table) == len(a.index.union(b.index))


def test_sorting_does_what_it_says(found: troubles.Troubles) -> None:
    gain = troubles.chosen(found, "gain")
    saved = gain["a_days"] - gain["b_days"]
    assert len(gain) and (saved > 0).all() and saved.is_monotonic_decreasing
    assert set(gain["a_outcome"]) | set(gain["b_outcome"]) == {"resolved"}
    loss = troubles.chosen(found, "loss")
    assert ((loss["b_days"] - loss["a_days"]) > 0).all()
    assert troubles.chosen(found, "only_first")["b_days"].isna().all()
    assert troubles.chosen(found, "only_other")["a_days"].isna().all()
    other = troubles.chosen(found, "solved_other")
    assert (other["b_outcome"] == "resolved").all() and not other["a_solved"].astype(bool).any()
    domain = gain["domain"].iloc[0]
    assert set(troubles.chosen(found, "gain", domain=domain)["domain"]) == {domain}
    assert len(troubles.chosen(found, "latest", most=7)) == 7


def test_a_life_covers_the_time_from_arising_to_its_end(found: troubles.Troubles) -> None:
    for root in troubles.chosen(found, "gain").index[:10]:
        for letter, requests in zip("ab", found.requests, strict=True):
            life = troubles.life(requests, root, DAYS)
            assert life is not None
            parts = [part for record in life["records"] for part in record["segments"]]
            assert sum(stop - start for _, start, stop in parts) == pytest.approx(life["days"])
            assert life["days"] == pytest.approx(found.table.loc[root][f"{letter}_days"])
            own = requests[requests["root"] == root].filter(like="_hours").drop(columns="first_hours")
            assert sum(life["hours"].values()) == pytest.approx(float(own.to_numpy().sum()))


def test_a_trouble_that_came_back_is_one_trouble() -> None:
    columns = dict.fromkeys(["resident", "community", "domain", "kind"], "x") | {"vulnerable": False}
    hours = dict.fromkeys(troubles.HOURS, 1.0)
    rows = [
        {"id": "f", "root": "f", "ordinal": 0, "arose": 1.0, "voiced": 2.0, "first_at": 3.0, "closed": 5.0,
         "outcome": "unresolved"},
        {"id": "g", "root": "f", "ordinal": 1, "arose": 8.0, "voiced": 9.0, "first_at": np.nan, "closed": np.nan,
         "outcome": "open"},
    ]  # fmt: skip
    table = pd.DataFrame([{**columns, **hours, **row} for row in rows])
    found = troubles.troubles([table, table[:0]], 20)
    row = found.table.loc["f"]
    assert (row["a_days"], row["a_solved"], row["a_outcome"], row["a_times"]) == (19.0, False, "open", 2.0)
    assert np.isnan(row["b_days"])
    life = troubles.life(table, "f", 20)
    assert life is not None and life["records"][1]["segments"] == [("silent", 8.0, 9.0), ("first", 9.0, 20.0)]
    assert troubles.life(table[:0], "f", 20) is None


def test_the_path_step_by_step_is_that_of_the_last_record(stage: Stage, found: troubles.Troubles) -> None:
    from sanfang.dashboard.pages.compare.paths import watched

    root = troubles.chosen(found, "gain").index[0]
    for place, played in enumerate(stage.worlds):
        seen = made(lambda job, place=place, played=played: watched(found, place, played, root, job))
        row = found.requests[place].set_index("id").loc[root]
        assert seen is not None and seen.id == root and len(seen.handoffs) == row["handoffs"]
    only = troubles.chosen(found, "only_first").index[0]
    assert made(lambda job: watched(found, 1, stage.worlds[1], only, job)) is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_card_says_the_days_of_each_world_or_that_it_never_arose(
    stage: Stage, found: troubles.Troubles, lang: str
) -> None:
    root = troubles.chosen(found, "gain").index[0]
    card = lives_told.life_card(found, root, stage.worlds, lang)
    for place, letter in enumerate("ab"):
        days = f"{found.table.loc[root][f'{letter}_days']:.1f}"
        assert card["worlds"][place]["verdict"] == say("compare_life_solved", lang, days=days, letter=letter.upper())
        assert all(0 <= part["left"] <= 100.001 for part in card["worlds"][place]["segments"])
    only = troubles.chosen(found, "only_first").index[0]
    card = lives_told.life_card(found, only, stage.worlds, lang)
    assert card["worlds"][1]["verdict"] == say("compare_life_prevented", lang, letter="B")


def test_the_resident_who_gains_most_gains_most(stage: Stage) -> None:
    models = [played.model for played in stage.worlds]
    best = troubles.most_changed(models, 1, gained=True)
    change = [troubles.minds(model, best)["satisfaction"] for model in models]
    assert change[1] - change[0] == pytest.approx(
        float(np.max(models[1].residents.satisfaction - models[0].residents.satisfaction))
    )


# --- WorldReplications ---------------------------------------------------------------------------------------

SHORT = replace(ADDRESS, day=12)


def test_replications_are_paired_and_the_first_is_what_is_on_show() -> None:
    told: list[str] = []
    job = WorldReplications(SHORT, 3)
    job.listen(lambda: told.append(job.state))
    job.start()
    assert job.join(60) and job.state == DONE and job.error == "" and told[-1] == DONE
    assert job.found is not None and job.found.reps == 3 and job.done == job.total == 6
    for place, played in enumerate(staged(SHORT).worlds):
        shown = series.series(played, "open")
        np.testing.assert_array_equal(job.found.series["open"][place][0], shown)
    mean, low, high = job.found.band("satisfaction", 1)
    delta = job.found.series["satisfaction"][1] - job.found.series["satisfaction"][0]
    np.testing.assert_allclose(mean, delta.mean(axis=0))
    half = 4.302653 * delta.std(axis=0, ddof=1) / np.sqrt(3)  # t quantile for two degrees of freedom
    np.testing.assert_allclose(high - low, 2 * half, rtol=1e-4, atol=1e-12)


def test_the_table_of_replications_is_what_the_code_behind_the_page_gives() -> None:
    """Seen on 1 June, 48 days before the last day: a run that ends there, to the last bit, and the days evaluated."""
    address = replace(ADDRESS, days=200, day=152)
    job = WorldReplications(address, 3)
    job.run()
    assert job.found is not None
    worlds = {letter: scenario_of(address, world) for letter, world in zip("ab", address.worlds, strict=True)}
    runs = compare(worlds, reps=3, seed=address.seed, days=152, scale=address.size, jobs=1).runs
    shown = job.found.runs.sort_values(["scenario", "replication"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(shown, runs[shown.columns], check_exact=True)
    assert set(shown["first_day"]) == {90} and set(shown["last_day"]) == {151}
    table, of_b = job.found.headline().set_index("metric"), runs.pivot(columns="scenario", index="replication")
    change = of_b["waste_share"]["b"] - of_b["waste_share"]["a"]
    assert table.loc["waste_share", "difference"] == pytest.approx(float(change.mean()))
    told = how_sure.windows_told(job, job.found, "en")
    assert told[0].startswith("Evaluation window: days 90 to 151 (62 days") and "requests" in told[0]
    assert "repeat_rate" in "".join(told[1:]) and "起步期" not in "".join(how_sure.windows_told(job, job.found, "zh"))


def test_replications_that_end_in_the_warm_up_say_so_and_show_no_number() -> None:
    job = WorldReplications(SHORT, 3)
    job.run()
    assert job.found is not None
    for lang, words in (("en", "no day is left after the warm-up of 90 days"), ("zh", "起步期")):
        assert any(words in told for told in how_sure.windows_told(job, job.found, lang))
        for row in how_sure.headline_rows(job.found, lang):
            assert row["cells"][1:] == ["–", "–", ""] and not any(row["verdicts"])


def test_cancel_works_at_once_and_gives_the_place_back() -> None:
    free = slots.JOBS.count
    job, begun = WorldReplications(replace(ADDRESS, day=0, days=365), 40), threading.Event()
    job.listen(begun.set)
    job.start()
    assert begun.wait(60)
    job.cancel()
    assert job.join(2.0) and job.state == CANCELLED
    assert job.found is None or job.found.reps < 40
    assert slots.JOBS.free == free and slots.TURNS.free == slots.TURNS.count


def test_replications_that_are_complete_when_they_are_cancelled_are_kept() -> None:
    job = WorldReplications(SHORT, 40)
    job.listen(lambda: job.cancel() if job.done >= 8 else None)
    job.run()
    assert job.state == CANCELLED and job.found is not None and 4 <= job.found.reps < 40


def test_replications_wait_for_a_place_and_can_be_cancelled_while_they_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "JOBS", Places(1, 1))
    taken = slots.JOBS.place("somebody else")
    taken.ask()
    job = WorldReplications(SHORT, 3)
    job.start()
    assert not job.join(0.1) and job.state == WAITING and job.done == 0
    job.cancel()
    assert job.join(2.0) and job.state == CANCELLED
    second = WorldReplications(SHORT, 3)
    second.start()
    taken.leave()
    assert second.join(60) and second.state == DONE


def test_the_number_of_replications_is_bounded() -> None:
    assert WorldReplications(SHORT, 10**9).reps == replications.limits.MAX_REPLICATIONS
    assert WorldReplications(SHORT, 0).reps == replications.FEWEST


# --- The page -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", ["charts", "differences", "lives", "replications", "nonsense"])
def test_the_page_opens_in_every_view(view: str, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once(monkeypatch)
    ipyvue, solara = pytest.importorskip("ipyvue"), pytest.importorskip("solara")
    from sanfang.dashboard.pages.compare.page import ComparePage
    from sanfang.dashboard.widgets import viewer

    address = replace(
        ADDRESS, day=3, worlds=(LinkedWorld("three-devolutions"),), other={"view": view, "community": "c002"}
    )
    before = viewer.address.value
    viewer.address.set(address)
    try:
        _, rc = solara.render(ComparePage(), handle_error=False)
        assert viewer.address.value.worlds == (LinkedWorld("three-devolutions"), LinkedWorld("before"))
        pieces = {name for piece in rc.find(ipyvue.VueTemplate).widgets for name in piece.trait_names()}
        assert "figures" in pieces and {"lives": "rows", "replications": "fields"}.get(view, "charts") in pieces
        rc.close()
    finally:
        viewer.address.set(before)


def test_every_text_of_the_page_is_there_in_both_languages() -> None:
    own = {key: text for key, text in texts().items() if key.startswith("compare_")}
    assert len(own) > 60
    for key, text in own.items():
        assert text["en"] and text["zh"], key
        assert set(_holes(text["en"])) == set(_holes(text["zh"])), key


def _holes(text: str) -> list[str]:
    import string

    return [name for _, name, _, _ in string.Formatter().parse(text) if name]


def test_one_played_world_is_not_disturbed_by_replications_of_it() -> None:
    played = PlayedWorld(SHORT, TWO[0])
    played.step(5)
    job = WorldReplications(SHORT, 3)
    job.start()
    played.step(7)
    assert job.join(60)
    pd.testing.assert_frame_equal(played.so_far().daily, staged(SHORT).worlds[0].so_far().daily)


def test_the_recipe_of_the_page_runs_and_pairs_the_same_worlds(capsys: pytest.CaptureFixture[str]) -> None:
    from sanfang.dashboard.pages.compare.recipe import recipe as compare

    moved = LinkedWorld("three-devolutions", moves=((5, "triage", 0.9),))
    code = compare(replace(ADDRESS, day=8, worlds=(TWO[0], moved))).python
    space: dict[str, Any] = {}
    exec(code.replace("reps=10", "reps=2, jobs=1"), space)
    assert space["found"].scenarios["b"].policy.triage == ((0, 0.0), (5, 0.9))
    assert "waste_share" in capsys.readouterr().out and set(space["found"].differences["scenario"]) == {"b"}
