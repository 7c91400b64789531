"""Metrics by group on the Results page."""

from __future__ import annotations

from typing import Any

import pytest

from result_sweeps import GRID, ONE, page, shown_of, texts
from sanfang.dashboard.pages.results.choice import choose
from sanfang.dashboard.pages.results.figure_view import plot_of
from sanfang.dashboard.pages.results.figures import BETTER, Bars
from sanfang.dashboard.pages.results.groups import by_group, groups_table
from sanfang.dashboard.pages.results.labels import group_label
from sanfang.lab.storage.results import Results


def test_the_groups_of_a_scenario_are_compared_with_those_of_the_baseline(made: Any) -> None:
    """Made-up runs: everybody of `some` gains 0.1 of satisfaction, and nobody belongs to `nobody`."""
    shown = shown_of(made(GRID | {"by": ["channel", "age"]}))
    choice = choose(shown, {"view": "groups", "by": "age"})
    assert (choice.metric, choice.which, choice.by) == ("satisfaction", "three-devolutions", "age")
    plot = plot_of(shown, choice, [], "en")
    assert isinstance(plot, Bars)
    assert (plot.labels, plot.colours, plot.estimates) == (["some"], [BETTER], [pytest.approx(0.1)])
    columns, rows = groups_table(shown.opened, "age", "satisfaction", "three-devolutions", "en")
    assert [column["label"] for column in columns][:2] == ["Group", "Counted over"]
    assert rows[0][-1] == "gains" and rows[0][-2]["verdict"] == "better"
    assert rows[1][:4] == ["nobody", "0", "–", "–"] and rows[1][-1] == "not told"
    widgets = page("en", experiment="results/grid", view="groups", by="age")
    (table,) = [rows for rows in texts(widgets, "rows") if rows and rows[0][0] == "some"]
    assert len(table) == 2


def test_groups_are_averaged_over_points_that_are_all_there(made: Any) -> None:
    """In each replication all six points or none: of a sweep that stopped on the way the first replication counts."""
    whole = made(GRID | {"by": ["age"]})
    part = made(GRID | {"by": ["age"], "name": "part"}, limit=12 + 12 + 5)
    every, some = (
        by_group(one, "age", "satisfaction", "three-devolutions").set_index("group") for one in (whole, part)
    )
    runs = Results(part.entry.path.parent).runs()
    counted = runs.groupby(["scenario", "replication"]).size()
    there = [r for r in range(3) if all(counted.get((name, r), 0) == 6 for name in ("before", "three-devolutions"))]
    assert 0 < len(there) < 3 and every["mean"]["some"] != some["mean"]["some"]
    of_reform = runs[(runs["scenario"] == "three-devolutions") & runs["replication"].isin(there)]
    assert some["mean"]["some"] == pytest.approx(of_reform["satisfaction"].mean(), rel=1e-12)


def test_groups_offer_the_metrics_that_make_sense_of_them(made: Any) -> None:
    shown = shown_of(made(GRID | {"by": ["channel"]}))
    choice = choose(shown, {"view": "groups", "metric": "satisfaction"})
    assert choice.metric == "resolution_days_mean", "satisfaction is of residents, whom a channel does not split"
    asked_by = [field for fields in texts(page("en", view="groups"), "fields") for field in fields]
    metrics = next(field for field in asked_by if field["id"] == "metric")
    assert {"satisfaction", "waste_share"}.isdisjoint(option["value"] for option in metrics["options"])


def test_without_groups_in_the_store_there_is_no_such_view(made: Any) -> None:
    assert "groups" not in shown_of(made(GRID)).views()
    assert choose(shown_of(made(GRID)), {"view": "groups"}).view == "surface"


def test_of_one_scenario_groups_show_what_they_have(made: Any) -> None:
    shown = shown_of(made(ONE | {"by": ["vulnerable"]}))
    choice = choose(shown, {"view": "groups", "metric": "backlog"})
    plot = plot_of(shown, choice, [], "zh")
    with Results(shown.chosen.path.parent) as results:
        assert plot.estimates == [pytest.approx(results.runs()["backlog"].mean())]


@pytest.mark.parametrize(
    ("dimension", "group", "en", "zh"),
    [
        ("age", "elderly", "60 and over", "60岁及以上"),
        ("vulnerable", "others", "Other residents", "其他居民"),
        ("community", "c016", "Community 16", "16号社区"),
        ("kind", "urgent", "Urgent (急)", "急"),
        ("channel", "hotline", "Hotline", None),
        ("domain", "care", None, None),
        ("age", "unheard-of", "unheard-of", "unheard-of"),
    ],
)
def test_groups_have_labels_in_both_languages(made: Any, dimension: str, group: str, en: str, zh: str) -> None:
    opened = made(ONE)
    found = {lang: group_label(opened, dimension, group, lang) for lang in ("en", "zh")}
    assert en is None or found["en"] == en
    assert zh is None or found["zh"] == zh
    assert group == "unheard-of" or found["zh"] != group
