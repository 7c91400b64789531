"""Taipei's weeks of 2019 beside the bands made before, and what these were made of.

Where the shared data folder lies beside the repository, counts, bands and shape are derived from it again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sanfang.studies import taipei_weeks as study
from sanfang.studies.demand.choice import chosen, whole_weeks
from sanfang.studies.demand.records import (
    BANDS,
    KINDS,
    REPORTS,
    TEST,
    TOTAL,
    TRAINING,
    daily_counts,
    weekly_counts,
    weeks,
)
from sanfang.studies.demand.scores import CLIMATOLOGIES
from sanfang.studies.demand.shape import read_shapes
from sanfang.studies.demand.year_ahead import Settings, drawn_weeks, train

DAILY = Path(__file__).resolve().parents[3] / "shared" / "data" / "taipei_1999_daily_by_item_2015_2021.csv"

needs_records = pytest.mark.skipif(not DAILY.is_file(), reason="the shared data folder is not here")


@pytest.fixture(scope="module")
def verdicts() -> dict[Any, dict[Any, Any]]:
    found = study.judged(weeks(), pd.read_csv(BANDS, parse_dates=["monday"]))
    return found.set_index(["kind", "band"]).to_dict("index")


@pytest.fixture(scope="module")
def daily() -> pd.DataFrame:
    return daily_counts(DAILY)


def test_bands_score_better_than_every_same_week_climatology(verdicts: dict[Any, dict[Any, Any]]) -> None:
    for rival in CLIMATOLOGIES:
        assert verdicts[TOTAL, "model"]["score"] < verdicts[TOTAL, rival]["score"], rival
        assert verdicts[TOTAL, rival]["weeks"] == 52


def test_the_page_says_what_the_bands_held(verdicts: dict[Any, dict[Any, Any]]) -> None:
    """51 of 52, one more than the 97 % that a band of 90 % was to hold at most: the page says so."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "demand.md").read_text("utf-8")
    for kind in study.SERIES:
        own, rival = verdicts[kind, "model"], verdicts[kind, "same week, normal"]
        row = f"| {own['held'] * 52:.0f} | {own['score']:,.0f} | {rival['held'] * 52:.0f} | {rival['score']:,.0f} |"
        assert f"`{kind}` {row}" in page, (kind, row)


def test_weekly_counts_sum_over_kinds() -> None:
    table = weeks()
    assert (table[REPORTS] + table["bulky_waste"] == table[TOTAL]).all()
    other = table[TOTAL] - table[list(KINDS)].sum(axis=1)
    assert other.min() >= 0 and other.sum() < 0.003 * table[TOTAL].sum()  # cruelty to animals
    assert table.loc[table["days"] < 7, "monday"].dt.strftime("%Y-%m-%d").tolist() == [
        "2015-06-29", "2015-08-03", "2015-09-28", "2016-09-26",
    ]  # fmt: skip


def test_no_training_day_is_of_the_test(tmp_path: Path) -> None:
    """A file whose days of 2019 are absurd teaches the same."""
    days = pd.date_range("2018-12-24", "2019-01-03")
    rows = [
        {"date": day.date(), "item": KINDS["utilities"][0], "n": 5 if day < pd.Timestamp(TEST[0]) else 9999}
        for day in days
    ]
    path = tmp_path / "daily.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    counts = daily_counts(path)
    assert counts.index[-1] == pd.Timestamp(TRAINING[1]) < pd.Timestamp(TEST[0])
    assert counts[TOTAL].max() == 5
    assert np.isnan(counts[TOTAL].iloc[0])  # no row, no record


def test_the_fewest_harmonics_that_are_as_good_are_chosen() -> None:
    rows = [(1, 1.0, 120.0), (2, 1.0, 102.0), (3, 0.5, 100.9), (3, 1.0, 100.5), (4, 1.0, 100.0)]
    table = pd.DataFrame(rows, columns=["harmonics", "drift_share", "score"])
    assert chosen(table) == Settings(3, 1.0)


def test_a_week_with_a_lost_day_is_not_judged() -> None:
    days = pd.Series(1.0, index=pd.date_range("2018-01-01", periods=21))
    days.iloc[8] = np.nan
    assert whole_weeks(days)["week"].tolist() == [1, 3]


def test_weeks_to_be_drawn_begin_on_a_monday() -> None:
    days = pd.Series(100.0, index=pd.date_range("2016-01-04", periods=7 * 60))
    trained = train(days, Settings(1, 1.0), storm_days=())
    with pytest.raises(ValueError, match="Monday"):
        drawn_weeks(trained, pd.date_range("2018-01-02", periods=7), seed=1, draws=2)


def test_every_value_of_the_shape_has_its_error() -> None:
    assert set(read_shapes()) == set(study.SERIES)
    for shape in read_shapes().values():
        assert np.exp(shape.weekday).mean() == pytest.approx(1, abs=1e-3)
        assert len(shape.storms) == 8


@needs_records
def test_weekly_counts_are_those_of_the_records() -> None:
    again = weekly_counts(daily_counts(DAILY, last=TEST[1]))
    kept = weeks()
    assert (again[list(study.SERIES)].to_numpy() == kept[list(study.SERIES)].to_numpy()).all()
    assert again["days"].tolist() == kept["days"].tolist()


@needs_records
def test_bands_and_shape_of_the_total_come_from_the_training_days(daily: pd.DataFrame) -> None:
    """Bands to 2 % of their width (fewer draws than the file's), effects to the digits of the file."""
    trained = train(daily[TOTAL], study.CHOSEN)
    drawn = drawn_weeks(trained, pd.date_range(TEST[0], TEST[1]), seed=2, draws=4000)
    kept = pd.read_csv(BANDS)
    kept = kept[kept["kind"] == TOTAL]
    width = (kept["high"] - kept["low"]).to_numpy()
    assert np.abs(np.median(drawn, axis=0) - kept["median"].to_numpy()).max() < 0.05 * width.max()
    assert np.abs((np.quantile(drawn, 0.05, axis=0) - kept["low"].to_numpy()) / width).mean() < 0.02
    shape = read_shapes()[TOTAL]
    assert shape.festival == pytest.approx(trained.fit.effects.filter(like="festival.").to_numpy(), abs=2e-3)
    assert [f"{day:%Y-%m-%d}" for day in trained.storms.days][:2] == ["2015-07-10", "2015-08-07"]
