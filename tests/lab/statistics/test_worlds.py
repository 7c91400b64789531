"""Levers can be chosen and are ranked; states of the world cannot, and differences are compared within them."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from run_tables import with_points
from sanfang.cli.analysis import AnalysisInput, document
from sanfang.cli.analysis_tables import print_analysis
from sanfang.lab.statistics import ranking
from sanfang.lab.statistics.looks import holm
from sanfang.lab.statistics.worlds import levers_among, signs
from sanfang.scenario.errors import InputError

BOUNCE, AUTHORITY, LOAD = "casework.bounce", "policy.authority", "tasks.load"


def over_bounce(**values: list[list[float]]) -> pd.DataFrame:
    """Runs of points x replications whose points are states of the world: 0.1, 0.2, ... of passing the buck."""
    runs = with_points("satisfaction", **values)
    return runs.assign(**{BOUNCE: (runs["point"] + 1) / 10})[
        ["scenario", "point", BOUNCE, "replication", "satisfaction"]
    ]


def two_by_two() -> pd.DataFrame:
    """Authority off and on in two worlds: on gains 0.02 in the first, loses 0.01 in the second; worlds differ by 1."""
    runs = with_points("satisfaction", before=np.zeros((4, 3)))
    runs[AUTHORITY], runs[LOAD] = runs["point"] // 2 * 1.0, runs["point"] % 2 * 0.2
    gain = np.where(runs[LOAD] == 0, 0.02, -0.01) * runs[AUTHORITY]
    runs["satisfaction"] = (runs[LOAD] > 0) * 1.0 + gain + runs["replication"] * 0.001
    return runs


# --- What is a lever --------------------------------------------------------------------------------------


def test_a_factor_is_a_lever_if_all_that_it_sets_are() -> None:
    specs = {
        "resources": {"sets": {"policy.staff_devolution": 1.0, "policy.fund_devolution": 1.0}},
        "mixed": {"sets": {"policy.staff_devolution": 1.0, "tasks.load": 0.5}},
        "services": {"overlay": "services"},
    }
    names = (BOUNCE, AUTHORITY, "resources", "mixed", "services", "policy_by_community.c001.triage", "nothing.known")
    assert levers_among(names, specs) == (AUTHORITY, "resources", "services", "policy_by_community.c001.triage")


# --- Ranking ----------------------------------------------------------------------------------------------


def test_states_of_the_world_are_not_ranked_and_scenarios_are_averaged_over_them() -> None:
    runs = over_bounce(a=[[0.9, 0.91], [0.1, 0.11]], b=[[0.8, 0.82], [0.3, 0.31]])
    found = document(AnalysisInput(runs, "a", (BOUNCE,)))["ranking"]
    assert [(row["of"], row["scenario"], row["rank"]) for row in found] == [("scenario", "b", 1), ("scenario", "a", 2)]


def test_levers_are_ranked_as_averages_over_the_worlds_that_all_of_them_met() -> None:
    """The best single point is the good world without the lever; the better policy is the lever, by 0.005."""
    found = ranking.rank(two_by_two(), "satisfaction", (AUTHORITY, LOAD), "cell")
    assert found[["rank", AUTHORITY]].values.tolist() == [[1, 1.0], [2, 0.0]]
    assert found["mean"].tolist() == pytest.approx([0.506, 0.501])
    assert found["difference_to_best"].tolist() == pytest.approx([0, -0.005])
    assert "point" not in found and LOAD not in found


def test_levers_alone_are_ranked_point_by_point() -> None:
    runs = two_by_two()
    alone = runs[runs[LOAD] == 0].drop(columns=LOAD)
    found = ranking.rank(alone, "satisfaction", (AUTHORITY,), "cell")
    assert found[["point", AUTHORITY]].values.tolist() == [[2, 1.0], [0, 0.0]]


def test_levers_that_met_different_worlds_are_not_ranked() -> None:
    runs = two_by_two()
    some = runs[runs["point"] != 3]
    with pytest.raises(InputError, match="not all run in the same states of the world"):
        ranking.rank(some, "satisfaction", (AUTHORITY, LOAD), "cell")
    assert not document(AnalysisInput(some, "before", (AUTHORITY, LOAD)))["ranking"]


# --- In how many worlds -----------------------------------------------------------------------------------


def test_the_share_of_worlds_in_which_a_sign_holds_by_hand() -> None:
    """b - a: +0.2 in two worlds, of which one varies too much to be sure; -0.1, surely; and 0."""
    base = [[0.5, 0.5, 0.5, 0.5]] * 4
    other = [[0.7, 0.701, 0.699, 0.7], [0.2, 1.2, 0.1, 1.3], [0.4, 0.401, 0.4, 0.399], [0.5] * 4]
    row = signs(over_bounce(a=base, b=other), "a", (BOUNCE,), ()).iloc[0]
    shares = row[["worlds", "higher", "surely_higher", "lower", "surely_lower"]].tolist()
    assert shares == [4, 0.5, 0.25, 0.25, 0.25]
    assert (row["average"], row["lowest"], row["highest"]) == pytest.approx((0.075, -0.1, 0.2))
    per_replication = np.mean(np.array(other) - 0.5, axis=0)
    expected = stats.ttest_1samp(per_replication, 0).confidence_interval(0.95)
    assert (row["low"], row["high"]) == pytest.approx(tuple(expected))


def test_worlds_in_which_runs_did_not_reach_it_have_a_sign_and_no_average() -> None:
    """Above in eight of eight pairs; above in six with two that cannot be told; in the third world nothing is known."""
    nan = np.nan
    base = [[10.0] * 8, [10.0] * 6 + [nan] * 2, [nan] * 8]
    other = [[11.0] * 4 + [nan] * 4, [12.0] * 6 + [nan] * 2, [nan] * 8]
    runs = over_bounce(a=base, b=other).rename(columns={"satisfaction": "resolution_days_p90"})
    row = signs(runs, "a", (BOUNCE,), ()).iloc[0]
    assert (row["higher"], row["lower"]) == pytest.approx((2 / 3, 0))
    assert row["surely_higher"] == pytest.approx(1 / 3), "2 / 256 times three worlds; 2 x 37 / 256 is not enough"
    assert row[["average", "low", "high", "lowest"]].isna().all()


def test_among_worlds_without_a_difference_hardly_any_is_sure() -> None:
    """In 200 studies of 30 worlds any sure sign is wrong; Holm lets that happen in 5 of 100."""
    rng, wrong = np.random.default_rng(5), 0
    for _ in range(200):
        row = signs(over_bounce(a=rng.normal(size=(30, 10)), b=rng.normal(size=(30, 10))), "a", (BOUNCE,), ()).iloc[0]
        wrong += bool(row["surely_higher"] + row["surely_lower"])
    assert wrong <= stats.binom.isf(1e-6, 200, 0.05)


def test_signs_are_told_for_each_combination_of_the_levers() -> None:
    runs = pd.concat(
        [two_by_two(), two_by_two().assign(scenario="x", satisfaction=lambda one: one["satisfaction"] + 1)]
    )
    found = signs(runs, "before", (AUTHORITY, LOAD), (AUTHORITY,))
    assert found[["scenario", AUTHORITY, "worlds", "higher"]].values.tolist() == [
        ["x", 0.0, 2, 1.0],
        ["x", 1.0, 2, 1.0],
    ]


def test_holm_s_own_procedure_by_hand() -> None:
    """0.01, 0.02, 0.03, 0.04: times 4, 3, 2, 1, and none below one before it."""
    assert holm([0.04, 0.01, np.nan, 0.03, 0.02]) == pytest.approx([0.06, 0.04, np.nan, 0.06, 0.06], nan_ok=True)


def test_the_analysis_prints_in_how_many_worlds(capsys: pytest.CaptureFixture[str]) -> None:
    base = [[0.5, 0.5, 0.5, 0.5]] * 4
    other = [[0.7, 0.701, 0.699, 0.7], [0.2, 1.2, 0.1, 1.3], [0.4, 0.401, 0.4, 0.399], [0.5] * 4]
    print_analysis(AnalysisInput(over_bounce(a=base, b=other), "a", (BOUNCE,)))
    shown = " ".join(capsys.readouterr().out.split())
    assert "b 4 50% 25% 25% 25%" in shown
    assert "point 0" not in shown, "a point is not a policy"
    assert "What pairing was worth cannot be told: fewer than 10 pairs" in shown
    assert not re.search(r"\d x\b", shown), "and no ratio stands in a row"
