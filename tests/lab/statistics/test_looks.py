"""Verdicts know the smallest difference of interest and the number of looks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from run_tables import with_points
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.statistics import intervals, looks
from sanfang.metrics.catalogue import METRICS, metric
from sanfang.report.mechanisms import AS_EXPECTED, NEGLIGIBLE, families, mechanisms

ERROR = 1e-6  # chance that a right program fails a test of error rates


def one(difference: float, half: float, n: int = 40, smallest: float = 0.001) -> str:
    return looks.verdicts([difference], [difference - half], [difference + half], [n], [smallest])[0]


@pytest.mark.parametrize(
    ("difference", "half", "verdict"),
    [
        (0.010, 0.002, "higher"),
        (-0.010, 0.002, "lower"),
        (0.000191, 0.000186, "negligible"),
        (0.0002, 0.0002, "negligible"),
        (0.0015, 0.0010, "undecided"),
        (0.0001, 0.0100, "undecided"),
        (0.0020, 0.0000, "higher"),
        (0.0005, 0.0000, "negligible"),
        (0.0020, math.nan, "undecided"),
    ],
)
def test_an_interval_without_zero_is_neither_needed_nor_enough(difference: float, half: float, verdict: str) -> None:
    """The third is what a page once called better: +0.000191 [5e-6, 0.000376]."""
    assert one(difference, half) == verdict


def test_the_standard_error_is_the_one_behind_the_interval() -> None:
    values = np.random.default_rng(1).normal(size=(1, 12))
    low, high = intervals.t_interval(values)
    assert looks.standard_error(low, high, 12)[0] == pytest.approx(stats.sem(values[0]))


def test_what_is_sure_alone_need_not_be_sure_among_many() -> None:
    """p = 0.01 beyond the smallest of interest: sure alone and among four looks, not among five or more."""
    n, error = 40, 0.01
    difference = 0.001 + stats.t.isf(0.005, n - 1) * error
    half = stats.t.ppf(0.975, n - 1) * error
    for others, verdict in ((0, "higher"), (3, "higher"), (5, "undecided")):
        d = np.array([difference, *[0.001] * others])
        assert looks.verdicts(d, d - half, d + half, np.full(len(d), n), 0.001)[0] == verdict


@pytest.mark.parametrize("truth", [0.0, 0.3])
def test_any_wrong_verdict_among_forty_is_as_rare_as_promised(truth: float) -> None:
    """Differences just at the smallest of interest, or none at all: of 300 studies 5 in 100 may have a wrong one."""
    rng, wrong = np.random.default_rng(9), 0
    for _ in range(300):
        luck = rng.normal(size=(40, 20))
        runs = with_points("x", a=luck, b=luck + rng.normal(truth, 1, (40, 20)))
        found = intervals.differences(runs, "a")
        columns = [found[name] for name in ("difference", "low", "high", "n")]
        verdicts = looks.verdicts(*columns, smallest=0.3)
        wrong += bool({"higher", "lower"} & set(verdicts)) or (truth == 0.3 and "negligible" in verdicts)
    assert wrong <= stats.binom.isf(ERROR, 300, 0.05)


def test_a_table_of_differences_is_one_family() -> None:
    rng = np.random.default_rng(2)
    luck = rng.normal(0.5, 0.01, (30, 20))
    found = looks.judged(intervals.differences(with_points("satisfaction", a=luck, b=luck + 0.05), "a"))
    assert set(found["verdict"]) == {"higher"}
    noisy = looks.judged(intervals.differences(with_points("satisfaction", a=luck, b=rng.permuted(luck, axis=1)), "a"))
    assert set(noisy["verdict"]) == {"undecided"}


def test_every_metric_with_a_direction_has_a_smallest_difference() -> None:
    assert all(one.smallest > 0 for one in METRICS if one.better)


# --- The page of mechanisms -------------------------------------------------------------------------------


def test_the_page_calls_no_effect_better_that_is_within_the_smallest_of_interest() -> None:
    rows = mechanisms()
    for row in rows:
        for found, verdict in row.verdicts.items():
            if verdict in ("higher", "lower"):
                assert abs(found.difference) > metric(found.metric).smallest
    small = {row.id for row in rows if row.verdict == NEGLIGIBLE}
    assert "D2a" in small and "F2a" in {row.id for row in rows if row.verdict == AS_EXPECTED}


def test_signatures_and_effects_are_two_families_without_a_gap() -> None:
    rows = mechanisms()
    signatures, others = families(rows)
    assert len(signatures) == len(rows)
    assert len(signatures) + len(others) == sum(len(row.experiment.found) for row in rows)
    h2a = Experiment.load("mechanisms/H2a")
    satisfaction = next(found for found in h2a.found if found.metric == "satisfaction")
    assert 0 < satisfaction.low < satisfaction.high < metric("satisfaction").smallest
    assert rows[0].verdicts[satisfaction] == "negligible", "an interval without zero is not enough"


@pytest.mark.parametrize(
    ("verdict", "better", "kind"),
    [
        ("higher", "higher", "better"),
        ("higher", "lower", "worse"),
        ("lower", "lower", "better"),
        ("negligible", "higher", ""),
        ("undecided", "lower", ""),
        ("higher", None, ""),
    ],
)
def test_better_is_a_verdict_in_the_better_direction(verdict: str, better: str | None, kind: str) -> None:
    assert looks.kind(verdict, better) == kind


def test_what_better_means_is_said_with_the_sizes_of_interest_and_the_number_of_looks() -> None:
    shown = [metric(name) for name in ("satisfaction", "waste_share", "resolution_days_mean")]
    assert "0.001 (0-1), 0.1 (calendar days), in all 9 differences together" in looks.said(shown, 9)
    assert "together" not in looks.said(shown, 1)
    assert "0.001 (0–1)，0.1 (天)" in looks.said(shown, 9, "zh")


def test_the_tables_of_compare_and_analyse_say_what_their_colours_mean(capsys: pytest.CaptureFixture[str]) -> None:
    from sanfang.cli.analysis import AnalysisInput
    from sanfang.cli.analysis_tables import print_analysis

    rng = np.random.default_rng(2)
    luck = rng.normal(0.5, 0.01, (1, 20))
    print_analysis(AnalysisInput(with_points("satisfaction", a=luck, b=luck + 0.05), "a"))
    printed = " ".join(capsys.readouterr().out.split())
    assert looks.said([metric("satisfaction")], 1) in printed
