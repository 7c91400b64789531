"""The table of who gains and who loses, as `compare` and `analyse` print it."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING, Any

from rich.table import Table

from sanfang.cli.tables import coloured, difference_texts, given, plain_console, signed
from sanfang.lab.statistics import gains, looks
from sanfang.metrics.catalogue import metric
from sanfang.metrics.declare import Metric
from sanfang.metrics.groups import YEAR, dimensions
from sanfang.scenario.telling import printable
from sanfang.scenario.window import YEAR as YEAR_DAYS

if TYPE_CHECKING:
    import pandas as pd

NONE = "none"
ONLY_COUNTED = ("community",)
"""Dimensions with so many groups that a page says how many of them gain, and which gains most; files have them all."""
POINTS_SHOWN = 12
METRICS_BESIDE = 2
"""Metrics of one table: more are too wide for a page."""


def wanted(given_: str | None, days: int) -> tuple[str, ...]:
    """The dimensions of groups that a command line names: `vulnerable,domain`, or `none`; if None the usual ones, and
    the years of runs of more than one."""
    if given_ is None:
        return (*gains.USUAL, YEAR.name) if days >= 2 * YEAR_DAYS else gains.USUAL
    names = [name.strip() for name in given_.split(",") if name.strip()]
    return () if names == [NONE] else tuple(dimension.name for dimension in dimensions(names, "--by"))


def print_gains(differences: pd.DataFrame) -> None:
    """Tables of all groups, a section a scenario (and point), and lines for the dimensions that are only counted;
    nothing where there are none."""
    if differences.empty:
        return
    console = plain_console()
    console.print("[bold]Who gains, who loses[/bold]")
    rows = differences[~differences["dimension"].isin(ONLY_COUNTED)]
    shown = rows[rows["point"].isin(rows["point"].unique()[:POINTS_SHOWN])] if "point" in rows else rows
    for metrics in batched(shown["metric"].unique(), METRICS_BESIDE) if len(shown) else ():
        console.print(_table(shown[shown["metric"].isin(metrics)]))
        console.print()
    if len(shown) < len(rows):
        console.print(f"The first {POINTS_SHOWN} of {rows['point'].nunique()} points; --json gives all.")
    for line in _counted(differences[differences["dimension"].isin(ONLY_COUNTED)]):
        console.print(printable(line), markup=False)
    smallest = looks.sizes(metric(str(name)) for name in differences["metric"].unique())
    console.print(
        "Paired differences of each group to the same group of the baseline. The words hold for all"
        f" {len(differences)} of them at once (Holm): by more than the smallest difference of interest, {smallest},"
        " surely less (no change), or not told, as where a group lacks a value in some replications (pairs are given"
        " then)."
        f"{_of_whom(differences)}",
        markup=False,
    )
    console.print()


def _table(rows: pd.DataFrame) -> Table:
    """One row a group; of each metric the difference, its interval and the word."""
    items = [metric(name) for name in dict.fromkeys(rows["metric"])]
    result = Table(box=None, pad_edge=False, header_style="dim")
    keys = ["scenario", "point"] if "point" in rows else ["scenario"]
    for heading in (*keys, "by", "group"):
        result.add_column(heading, no_wrap=True)
    for item in items:
        for heading in (f"{item.en}", "95 % interval", ""):
            result.add_column(heading, justify="right" if heading else "left", no_wrap=bool(heading != item.en))
    before: list[str] = []
    for key, part in rows.groupby([*keys, "dimension", "group"], sort=False):
        where = [str(value) for value in key]
        if before and where[:-2] != before[:-2]:
            result.add_section()
        shown = ["" if where[: level + 1] == before[: level + 1] else text for level, text in enumerate(where)]
        before = where
        by_metric = part.set_index("metric").to_dict("index")
        cells = [cell for item in items for cell in _cells(by_metric.get(item.name), item)]
        result.add_row(*map(given, shown), *cells)
    return result


def _cells(row: dict[Any, Any] | None, item: Metric) -> list[str]:
    """Difference, interval and word; blank where the metric makes no sense of the group."""
    if row is None:
        return ["", "", ""]
    pairs = f" ({row['n']:.0f} of {row['of']} pairs)" if row["n"] < row["of"] else ""
    return [*difference_texts(row, item), coloured(row["word"], row["verdict"], item) + pairs]


def _of_whom(differences: pd.DataFrame) -> str:
    """Whether the same people or requests are in a group under each policy."""
    splits = {dimension.splits for dimension in dimensions(differences["dimension"].unique().tolist())}
    sentence = " Residents' groups are fixed from the start." if "residents" in splits else ""
    return sentence + (" A channel has other requests under each policy." if "requests" in splits else "")


def _counted(differences: pd.DataFrame) -> list[str]:
    """For each scenario and metric, in a sentence, how many groups gain and lose, and which of them most."""
    lines = []
    for row in gains.counted(differences).to_dict("records") if len(differences) else ():
        item = metric(row["metric"])
        counts = ", ".join(f"{row[word]} {_plural(word)}" for word in gains.WORDS if row[word] or word != "no change")
        ends = [
            f"largest {which}: {row[f'most_{which}']} {signed(row[which], item)}"
            for which in ("gain", "loss")
            if row[f"most_{which}"]
        ]
        where = f"{row['scenario']} at point {row['point']}" if "point" in row else row["scenario"]
        lines.append(
            f"{where}, by {row['dimension']}, {item.en}: {'; '.join([f'{counts} of {row["groups"]}', *ends])}."
        )
    return lines


def _plural(word: str) -> str:
    return {gains.GAINS: "gain", gains.LOSES: "lose"}.get(word, word)
