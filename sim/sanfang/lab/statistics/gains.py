"""Who gains and who loses: paired differences to the baseline, group by group, all of them looked at together.

A group is compared with the same group of the baseline in the same replication. The table of groups is long: scenario,
perhaps point, replication, dimension, group, metric, value, n (see `metrics.groups`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sanfang.lab.statistics import intervals
from sanfang.lab.statistics.looks import judged
from sanfang.lab.statistics.run_table import unfollowed_as_none
from sanfang.metrics.catalogue import HEADLINES, TELLS_REQUESTS, metric

USUAL = ("vulnerable", "age", "domain")
"""The dimensions that a comparison looks at unless told otherwise."""

GAINS, LOSES, UNCHANGED, NOT_TOLD = "gains", "loses", "no change", "not told"
WORDS = (GAINS, LOSES, UNCHANGED, NOT_TOLD)
"""What is said of a group: surely better or worse off by more than the smallest difference of interest, surely by less,
or nothing that is sure."""

KEYS = ("scenario", "point", "dimension", "group")


def gains(groups: pd.DataFrame, baseline: str, metrics: Sequence[str] = HEADLINES) -> pd.DataFrame:
    """What each scenario does to each group, in `metrics` that one direction of is better.

    One row for each scenario, point (a column only if the table has it), dimension, group and metric that makes sense
    of it: the columns of `intervals.differences`, the `verdict` of `looks.judged`, and in `word` one of `WORDS`. All
    rows are one family of looks: what is called sure holds for all of them at once, by Holm's correction. Nothing is
    told of a group that lacks a value in some of the replications, `of`: those that have one are not like the others.
    Nor is where no pair differs at all, which a few are by chance where something is rare. Raises InputError if
    `baseline` has no runs.
    """
    wanted = [name for name in metrics if metric(name).better is not None]
    rows = unfollowed_as_none(groups)
    rows = rows[rows["metric"].isin(wanted)]
    keys = [name for name in KEYS if name in rows and name != "scenario"]
    possible = _pairs(rows, baseline)
    cell, cells = pd.factorize(pd.MultiIndex.from_frame(rows[keys].astype(object)))
    rows = rows.assign(point=cell)
    table = intervals.differences(_wide(rows, wanted), baseline) if len(rows) else pd.DataFrame()
    if table.empty:
        columns = ["scenario", *keys, "metric", *intervals.DIFFERENCE_COLUMNS, "verdict", "of", "word"]
        return pd.DataFrame(columns=columns)
    if "point" not in table:
        table.insert(1, "point", 0)
    there = pd.MultiIndex.from_frame(rows[["point", "metric"]].drop_duplicates())
    mine = pd.MultiIndex.from_frame(table[["point", "metric"]]).isin(there)
    table = judged(table[mine & table["metric"].isin(wanted).to_numpy()].reset_index(drop=True))
    named = pd.DataFrame(cells.take(table["point"].to_numpy()).to_list(), columns=pd.Index(keys))
    points = named["point"] if "point" in named else [0] * len(table)
    table["of"] = [possible.get((str(name), point), 0) for name, point in zip(table["scenario"], points, strict=True)]
    table.loc[(table["n"] < table["of"]) | (table["low"].eq(0) & table["high"].eq(0)), "verdict"] = "undecided"
    words = [_word(str(name), verdict) for name, verdict in zip(table["metric"], table["verdict"], strict=True)]
    return pd.concat([table[["scenario"]], named, table.drop(columns=["scenario", "point"])], axis=1).assign(word=words)


def _pairs(rows: pd.DataFrame, baseline: str) -> dict[tuple[str, Any], int]:
    """How many replications each scenario shares with the baseline, by scenario and point (0 if the table has none).

    One without a value for any group, as where the district has no steady state to begin in, is none; an open-ended
    metric without a value has not been reached, which is a finding.
    """
    open_ended = rows["metric"].map({name: metric(name).open_ended for name in rows["metric"].unique()}).astype(bool)
    rows = rows[rows["value"].notna() | (open_ended & (rows["n"] > 0))]
    point = rows["point"] if "point" in rows else pd.Series(0, rows.index)
    made = {key: set(part) for key, part in rows["replication"].groupby([rows["scenario"], point])}
    return {
        (str(name), number): len(those & made.get((baseline, number), set())) for (name, number), those in made.items()
    }


def _wide(rows: pd.DataFrame, metrics: Sequence[str]) -> pd.DataFrame:
    """One row a run and group, one column a metric, `metrics` first; a group takes the place of a design's point."""
    keys = ["scenario", "point", "replication"]
    wide = rows.pivot(index=keys, columns="metric", values="value").reset_index()
    order = {name: position for position, name in enumerate(dict.fromkeys(rows["scenario"]))}
    columns = [*keys, *(name for name in metrics if name in wide)]
    open_ended = rows[rows["metric"].map(lambda name: metric(name).open_ended)]
    if len(open_ended) and TELLS_REQUESTS not in wide:  # no value of nobody is nothing, and not beyond what was seen
        counted_over = open_ended.groupby(keys)["n"].max()
        n = counted_over.reindex(pd.MultiIndex.from_frame(wide[keys])).fillna(0.0).to_numpy()
        wide, columns = wide.assign(**{TELLS_REQUESTS: np.where(n > 0, 1.0, np.nan)}), [*columns, TELLS_REQUESTS]
    wide = wide.sort_values("scenario", key=lambda names: names.map(order), kind="stable")
    return wide[columns].reset_index(drop=True)


def _word(name: str, verdict: str) -> str:
    if verdict in ("higher", "lower"):
        return GAINS if verdict == metric(name).better else LOSES
    return UNCHANGED if verdict == "negligible" else NOT_TOLD


def counted(differences: pd.DataFrame) -> pd.DataFrame:
    """How many groups of a dimension gain, lose and so on, from the table of `gains`.

    One row for each scenario, point, dimension and metric: how many of its groups each of `WORDS` is said of, and the
    groups with the largest gain and the largest loss, `most_gain` and `most_loss`, by the estimate; empty where no
    group's estimate is one. `gain` and `loss` are those differences, NaN where there is none.
    """
    keys = [name for name in ("scenario", "point", "dimension", "metric") if name in differences]
    rows: list[dict[str, Any]] = []
    for key, part in differences.groupby(keys, sort=False):
        sign = 1.0 if metric(str(part["metric"].iloc[0])).better == "higher" else -1.0
        better = (sign * part["difference"]).to_numpy(dtype=float)
        row: dict[str, Any] = dict(zip(keys, key, strict=True)) | {"groups": len(part)}
        row |= {word: int((part["word"] == word).sum()) for word in WORDS}
        for which, amount in (("gain", better), ("loss", -better)):
            some = np.nan_to_num(amount, nan=0.0)
            extreme = int(some.argmax())
            there = some[extreme] > 0
            row[f"most_{which}"] = part["group"].iloc[extreme] if there else ""
            row[which] = float(part["difference"].iloc[extreme]) if there else np.nan
        rows.append(row)
    return pd.DataFrame(rows, columns=[*keys, "groups", *WORDS, "most_gain", "gain", "most_loss", "loss"])
