"""Taipei's weeks of 2019 beside a band made of 2015 to 2018 alone, and beside bands of the same week of past years.

    python -m sanfang.studies.taipei_weeks
    python -m sanfang.studies.taipei_weeks --daily ../shared/data/taipei_1999_daily_by_item_2015_2021.csv --write

The first line judges the bands that are kept beside this file against the weekly counts kept there. The second one
chooses the settings again by forecasts of years that have passed, all before 2019, fits them, and writes shape, bands
and counts anew.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import tomli_w

from sanfang.studies.demand import choice, scores
from sanfang.studies.demand.design import design
from sanfang.studies.demand.model import fit, size_errors
from sanfang.studies.demand.records import BANDS, KINDS, REPORTS, TEST, TOTAL, WEEKS, daily_counts, weekly_counts, weeks
from sanfang.studies.demand.shape import SHAPES, table_of
from sanfang.studies.demand.storms import around
from sanfang.studies.demand.year_ahead import Settings, Trained, forecast_weeks, train

SERIES = (TOTAL, REPORTS, *KINDS)

CHOSEN = Settings(harmonics=4, drift_share=0.7)
"""What `choice` chose, before 2019 was looked at."""

SOURCE = "Taipei's 1999, dispatch records (city's open data, by LEO0331/taipei-1999-map), 2015-07-01 to 2018-12-30"


def trained_on(daily: pd.DataFrame, settings: Settings = CHOSEN) -> dict[str, Trained]:
    """Each of `SERIES` trained on `daily`; storms are those that the total shows."""
    total = train(daily[TOTAL], settings)
    return {TOTAL: total} | {name: train(daily[name], settings, total.storms.days) for name in SERIES[1:]}


def bands_of(trained: dict[str, Trained]) -> pd.DataFrame:
    """Bands of the test weeks: `kind`, `monday`, `low`, `median`, `high`."""
    parts = []
    for name, one in trained.items():
        bands = forecast_weeks(one, pd.Timestamp(TEST[0]), draws=20_000).round(1)
        mondays = pd.date_range(TEST[0], periods=len(bands), freq="7D")
        parts.append(bands.assign(kind=name, monday=mondays)[["kind", "monday", "low", "median", "high"]])
    return pd.concat(parts, ignore_index=True)


def shapes_of(daily: pd.DataFrame, trained: dict[str, Trained]) -> dict[str, object]:
    """The document of the shapes."""
    document: dict[str, object] = {}
    for name, one in trained.items():
        counts = daily[name]
        rows = design(pd.DatetimeIndex(counts.index), one.settings.harmonics)
        calm = counts.mask(around(one.storms.days, pd.DatetimeIndex(counts.index)))
        drift = one.fit.sizes.drift / one.settings.drift_share
        errors = size_errors(calm, rows, replace(fit(calm, rows).sizes, drift=drift))
        usual = float(calm.iloc[-364:].mean())
        document[name] = table_of(one.fit, one.storms, usual, errors, drift, SOURCE)
    return document


def judged(counts: pd.DataFrame, bands: pd.DataFrame) -> pd.DataFrame:
    """Share held, mean score and mean width in the test weeks, of each kind's band and of all rivals.

    `counts` as `weeks` gives them, `bands` as `bands_of`. A row: `kind`, `band`, `weeks`, `held`, `score`, `width`.
    """
    seen = counts[(counts["monday"] >= TEST[0]) & (counts["monday"] <= TEST[1])]
    past = counts[(counts["monday"] < TEST[0]) & (counts["days"] == 7)]
    rows = []
    for name in SERIES:
        own = bands[bands["kind"] == name]
        values = seen[name].to_numpy(float)
        rows.append({"kind": name, "band": "model", **scores.verdict(own, values)})
        known = past[["year", "week"]].assign(count=past[name])
        for rival, climatology in scores.CLIMATOLOGIES.items():
            found = scores.verdict(climatology(known, seen["week"].to_numpy()), values)
            rows.append({"kind": name, "band": rival, **found})
    return pd.DataFrame(rows)


def write(daily_path: Path) -> None:
    """Shape, bands and weekly counts anew from the daily counts."""
    daily = daily_counts(daily_path)
    trained = trained_on(daily)
    SHAPES.write_text(document_text(shapes_of(daily, trained)), "utf-8")
    bands_of(trained).to_csv(BANDS, index=False)
    table = weekly_counts(daily_counts(daily_path, last=TEST[1]))
    numbers = {name: table[name].astype(int) for name in SERIES}
    WEEKS.write_text(HEAD_OF_WEEKS, "utf-8")
    table.assign(**numbers).to_csv(WEEKS, index=False, mode="a")


def document_text(document: dict[str, object]) -> str:
    """The document as TOML, a list of numbers on one line."""
    lists = re.compile(r"\[\s+([^\[\]]*?),?\s+\]")
    return HEAD + lists.sub(lambda found: "[" + " ".join(found[1].split()) + "]", tomli_w.dumps(document))


HEAD = """# The shape of Taipei's demand by kind, fitted to 2015-2018 alone; docs/demand.md explains it. `error` is a
# standard error. Written by `python -m sanfang.studies.taipei_weeks --daily FILE --write`.

"""

HEAD_OF_WEEKS = """# Requests to Taipei's 1999 by ISO week and kind, from its dispatch records (city's open data, by
# LEO0331/taipei-1999-map). days: those with a record; kinds: sanfang.studies.demand.records.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what the bands hold and score."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--daily", type=Path, help="daily counts by item: choose the settings again (two minutes)")
    parser.add_argument("--write", action="store_true", help="with --daily: write shape, bands and weekly counts anew")
    given = parser.parse_args(arguments)
    if given.daily:
        counts = daily_counts(given.daily)[TOTAL]
        table = choice.cross_validation(counts)
        print(table.groupby(["harmonics", "drift_share"])[["held", "score", "width"]].mean().round(3).to_string())
        print(f"chosen: {choice.chosen(table)}\n")
        print(choice.rivals(counts).groupby("rival")[["held", "score", "width"]].mean().round(3).to_string(), "\n")
        if given.write:
            write(given.daily)
    print(judged(weeks(), pd.read_csv(BANDS, parse_dates=["monday"])).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
