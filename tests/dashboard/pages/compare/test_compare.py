"""The Compare page: differences, maps, texts, and the code behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from compared_worlds import ADDRESS, DAYS, TWO
from jobs import at_once
from sanfang.dashboard.address import LinkedWorld
from sanfang.dashboard.pages.compare import side_by_side
from sanfang.dashboard.presenters import colours
from sanfang.dashboard.words import texts
from sanfang.dashboard.worlds.session_group import SessionGroup
from sanfang.run import series
from sanfang.run.simulation import simulate
from sanfang.scenario.scenario import Scenario


def test_the_daily_table_is_the_models_own_with_the_world_in_front(group: SessionGroup) -> None:
    table = side_by_side.daily_tables(group.worlds)
    for letter, world in zip("AB", TWO, strict=True):
        own = simulate(Scenario.load(world.scenario, district="demo"), seed=3, days=DAYS, scale=0.25).daily
        part = table[table["world"] == letter].drop(columns=["world", "scenario"]).reset_index(drop=True)
        pd.testing.assert_frame_equal(part, own)


def test_bands_lie_between_the_curves_green_where_the_other_world_is_better(group: SessionGroup) -> None:
    for chart in side_by_side.charts(group.worlds, "en"):
        better, worse, a, b = chart["series"]
        assert (better["colour"], worse["colour"]) == (side_by_side.BETTER, side_by_side.WORSE)
        higher = series.MEASURES[chart["id"]].better == "higher"
        for low, high, base, other in zip(better["low"], better["high"], a["values"], b["values"], strict=True):
            if base is not None and (other > base) == higher:
                assert (low, high) == (min(base, other), max(base, other))
            elif base is not None:
                assert low == high == base


def test_differences_of_shares_are_percentage_points(group: SessionGroup) -> None:
    chart = next(one for one in side_by_side.difference_charts(group.worlds, "en") if one["id"] == "satisfaction")
    a, b = (series.series(session, "satisfaction") for session in group.worlds)
    assert chart["series"][-1]["values"][-1] == pytest.approx(100 * (b[-1] - a[-1]), abs=1e-5)
    row = side_by_side.figures(group.worlds, "en")[0]["rows"]
    assert row[0]["change"] == "" and row[1]["verdict"] in ("better", "worse", "")


def test_the_maps_have_one_scale(group: SessionGroup) -> None:
    maps = side_by_side.maps(group.worlds, "open", "zh")
    assert maps[0]["scale"] == maps[1]["scale"]
    values = np.concatenate([series.by_community(session, "open") for session in group.worlds])
    assert maps[0]["scale"]["high"] == f"{values.max():,.1f}"
    places = [colours.on_scale(value, values.min(), values.max(), "lower") for value in values]
    cells = [cell for one in maps for cell in one["cells"]]
    assert [cell["colour"] for cell in cells] == [colours.SCALE[place] for place in places]


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


def test_the_recipe_of_the_page_runs_and_pairs_the_same_worlds(capsys: pytest.CaptureFixture[str]) -> None:
    from sanfang.dashboard.pages.compare.recipe import recipe as compare

    moved = LinkedWorld("three-devolutions", moves=((5, "triage", 0.9),))
    code = compare(replace(ADDRESS, day=8, worlds=(TWO[0], moved))).python
    space: dict[str, Any] = {}
    exec(code.replace("reps=10", "reps=2, jobs=1"), space)
    assert space["comparison"].scenarios["b"].policy.triage == ((0, 0.0), (5, 0.9))
    assert "waste_share" in capsys.readouterr().out and set(space["comparison"].differences["scenario"]) == {"b"}
