"""What `run` and `compare` print: rich tables on standard output."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sanfang.lab.windows import in_sentences
from sanfang.metrics.catalogue import HEADLINES, METRICS, SHOWN_IN_COMPARISON, in_group, metric
from sanfang.metrics.declare import GROUPS, Metric
from sanfang.metrics.numbers import decimals_of
from sanfang.metrics.reasons import UNSTEADY
from sanfang.model.books.headings import WASTED_HOURS, WASTED_YUAN
from sanfang.run.reach import in_words, reach
from sanfang.scenario.telling import printable
from sanfang.scenario.window import YEAR, Window

if TYPE_CHECKING:
    import pandas as pd

    from sanfang.lab.comparison import Comparison
    from sanfang.run.simulation import Run

WASTED = {"hours": WASTED_HOURS, "yuan": WASTED_YUAN}
MIN_PAIRS = 10
"""With fewer, what pairing is worth is known to a factor of ten at best, and is not printed."""

UNITS = {"hours": "hours", "yuan": "yuan", "outside_hours": "hours, outside", "outside_yuan": "yuan, outside"}


def print_run(run: Run) -> None:
    """Metrics by group with units, then the ledger by heading."""
    console = plain_console()
    where = f"{run.scenario.name}, seed {run.seed}, {reach(run.scenario, run.scale)}, {run.days:,} days"
    table = Table(title=given(where), title_justify="left", box=None, pad_edge=False)
    table.add_column("metric")
    table.add_column("value", justify="right")
    table.add_column("unit")
    for group, (label, _) in GROUPS.items():
        rows = [item for item in in_group(group) if item.name in run.metrics]
        if rows:
            table.add_section()
            table.add_row(f"[bold]{label}[/bold]")
        for item in rows:
            style = "bold" if item.name in HEADLINES else ""
            table.add_row(item.en, item.format(run.metrics[item.name]), str(item.unit), style=style)
    console.print(table)
    say_windows(console, {run.scenario.name: run.window}, [run.metrics["requests"]])
    say_unsteady(console, [run.metrics["steady_start"]])
    console.print()
    console.print(_ledger(run.ledger))


def print_years(run: Run) -> None:
    """Every metric of each whole year, by group; each year is seen from its own last day."""
    console = plain_console()
    table = Table(title="Each year of the run", title_justify="left", box=None, pad_edge=False)
    table.add_column("metric")
    for year in run.by_year.index:
        table.add_column(f"year {year}", justify="right")
    for group, (label, _) in GROUPS.items():
        table.add_section()
        table.add_row(f"[bold]{label}[/bold]")
        for item in in_group(group):
            table.add_row(item.en, *(item.format(float(value)) for value in run.by_year[item.name]))
    console.print(table)
    left_out = f", the first without its {run.window.warm_up} days of warm-up" if run.window.warm_up else ""
    console.print(f"Years of {YEAR} days from day 0{left_out}. What is open at the end of a year is censored there.")


def print_comparison(comparison: Comparison) -> None:
    """A table for each headline metric, and for what must be read beside waste."""
    from sanfang.cli.gains import print_gains

    console = plain_console()
    changes = comparison.judged
    for name in SHOWN_IN_COMPARISON:
        item = next(metric for metric in METRICS if metric.name == name)
        if (comparison.means["metric"] == name).any():
            console.print(metric_heading(item))
            console.print(_metric_table(comparison, changes, item))
            say_not_reached(console, item, comparison.means, comparison.differences)
            console.print()
    print_gains(comparison.gains)
    reps = comparison.reps
    console.print(
        f"Paired differences to {comparison.baseline!r} over {reps} replications, in each of which the same troubles"
        " arise, with 95 % t intervals. d: difference over the standard deviation between replications. pairing: how"
        " many independent runs one paired run replaces."
        if reps > 1
        else "One replication: differences without intervals. Ask for more with --reps.",
        markup=False,
    )
    say_verdicts(console, changes)
    console.print(seeds_told(comparison.seed, comparison.seed + reps - 1))
    if comparison.scale < 1:
        console.print(scale_told(comparison.scale, comparison.reached), markup=False)
    say_windows(console, comparison.windows, comparison.runs["requests"])
    say_unsteady(console, comparison.runs["steady_start"])
    _print_resources(console, comparison)


def scale_told(scale: float, reached: Mapping[str, Mapping[str, int]]) -> str:
    """How much of the district the runs simulate, and what a scaled one cannot show."""
    pooling = "; departments are smaller and lose pooling, so the full district may differ" if scale < 1 else ""
    return printable(f"Scale {scale:g}: {in_words(reached)}{pooling}.")


def say_verdicts(console: Console, differences: pd.DataFrame) -> None:
    """What the colours of a table of differences mean; nothing where no difference has an interval."""
    from sanfang.lab.statistics import looks

    looked = differences["low"].notna()
    if looked.any():
        items = [metric(str(name)) for name in differences["metric"].unique()]
        console.print(f"Green is better, red is worse. {looks.said(items, int(looked.sum()))}", markup=False)


def say_windows(console: Console, windows: Mapping[str, Window], requests: Iterable[float] = ()) -> None:
    """Which days the metrics look at, how many requests were made in them, and what they cannot tell."""
    for line in in_sentences(windows, requests):
        console.print(printable(line), markup=False)


def say_unsteady(console: Console, steady_starts: Iterable[float]) -> None:
    """How many runs have no value for want of a steady state, from this metric of each; nothing where none."""
    starts = list(steady_starts)
    unsteady = sum(start == 0.0 for start in starts)
    if unsteady:
        runs = "" if len(starts) == 1 else f" of {unsteady:,} of {len(starts):,} runs"
        console.print(f"[red]No value{runs}:[/red] {UNSTEADY[0]}.")


def _metric_table(comparison: Comparison, table: pd.DataFrame, item: Metric) -> Table:
    means = comparison.means[comparison.means["metric"] == item.name].set_index("scenario").to_dict("index")
    changes = table[table["metric"] == item.name].set_index("scenario").to_dict("index")
    result = Table(box=None, pad_edge=False, header_style="dim")
    result.add_column("scenario", min_width=max(map(cell_len, comparison.scenarios)), no_wrap=True)
    for heading in ("mean", "difference", "95 % interval", "d", "p", "pairs", "pairing"):
        result.add_column(heading, justify="right", no_wrap=True)
    for scenario in comparison.scenarios:
        mean, _ = mean_texts(means[scenario], item)
        if scenario == comparison.baseline:
            result.add_row(given(scenario), mean, "baseline")
        else:
            result.add_row(given(scenario), mean, *_change(changes[scenario], item))
    return result


def _change(row: dict[Hashable, Any], item: Metric) -> list[str]:
    return [
        *difference_texts(row, item),
        _number(float(row["effect_size"]), "+.2f"),
        _p_value(float(row["sign_p" if unreached(row) else "p_value"])),
        str(int(row["n"])),
        pairing(float(row["variance_ratio"]), int(row["n"])),
    ]


def mean_texts(row: Mapping[Any, Any], item: Metric) -> list[str]:
    """A mean and its interval as text, from a row of `intervals.means`; the median where a run has not reached it."""
    if row["not_reached"]:
        decimals = decimals_of(row["median_low"], row["median_high"])
        middle, low, high = (item.format(row[name], decimals) for name in ("median", "median_low", "median_high"))
        return [f"median {middle}", bracketed(low, high)]
    decimals = decimals_of(row["low"], row["high"])
    mean, low, high = (item.format(row[name], decimals) for name in ("mean", "low", "high"))
    return [mean, bracketed(low, high)]


def difference_texts(row: Mapping[Any, Any], item: Metric, suffix: str = "") -> list[str]:
    """A difference and its interval as text, from a row of `intervals.differences`; the median of the differences
    where a run has not reached the metric. `suffix` ends those of its columns that another table has as well."""
    if unreached(row, suffix):
        names = (f"median{suffix}", f"median_low{suffix}", f"median_high{suffix}")
    else:
        names = ("difference", f"low{suffix}", f"high{suffix}")
    middle, low, high = (float(row[name]) for name in names)
    decimals = decimals_of(low, high)
    text = coloured(signed(middle, item, decimals), row.get("verdict", "undecided"), item)
    return [
        f"median {text}" if unreached(row, suffix) else text,
        bracketed(signed(low, item, decimals), signed(high, item, decimals)),
    ]


def unreached(row: Mapping[Any, Any], suffix: str = "") -> bool:
    """Whether a run of a pair has not reached the metric."""
    return bool(row[f"not_reached{suffix}"] > 0 or row["baseline_not_reached"] > 0)


def say_not_reached(console: Console, item: Metric, means: pd.DataFrame, differences: pd.DataFrame | None) -> None:
    """How many runs have not reached a metric, and what the pairs say that can be told; nothing if all have."""
    counts = means[means["metric"] == item.name].groupby("scenario", sort=False)[["not_reached", "n"]].sum()
    counts = counts[counts["not_reached"] > 0]
    if counts.empty:
        return
    shown = ", ".join(f"{name} {row['not_reached']} of {row['n']} runs" for name, row in counts.iterrows())
    sentence = f"Not reached, so above all that could be seen: {shown}. No mean and no t interval of these."
    console.print(printable(sentence), markup=False)
    pairs = None if differences is None else differences[differences["metric"] == item.name]
    for row in [] if pairs is None else pairs.groupby("scenario", sort=False).sum(numeric_only=True).itertuples():
        if row.not_reached or row.baseline_not_reached:
            sentence = f"higher in {row.runs_higher} of {row.n} pairs, lower in {row.runs_lower}"
            sentence = printable(f"  {row.Index}: {sentence}; the others are equal or cannot be told.")
            console.print(sentence, markup=False)


def pairing(ratio: float, pairs: int) -> str:
    """What pairing is worth as "3.2 x"; an en dash where too few pairs say."""
    return times(ratio) if pairs >= MIN_PAIRS else "–"


def seeds_told(first: int, last: int) -> str:
    """Which seeds the runs have. Replication r has the first seed plus r, so runs from a seed near by are the same."""
    return f"Seeds {first} to {last}; runs that share none of them begin with seed {last + 1} or above."


def metric_heading(item: Metric) -> str:
    """The metric, its unit, and which way is better."""
    wish = f", {item.better} is better" if item.better else ""
    return f"[bold]{item.en}[/bold] ({item.unit}{wish})"


def bracketed(low: str, high: str) -> str:
    """An interval from its written ends; an en dash where there is none."""
    return "–" if low == high == "–" else rf"\[{low}, {high}]"


def times(ratio: float) -> str:
    """A ratio as "3.2 x"; an en dash for NaN."""
    return f"{'∞' if math.isinf(ratio) else _number(ratio, '.1f')} x".replace("– x", "–")


def coloured(text: str, verdict: str, item: Metric) -> str:
    """Green where a difference is surely better, by more than the smallest of interest; red where surely worse."""
    from sanfang.lab.statistics.looks import kind

    colour = {"better": "green", "worse": "red"}.get(kind(verdict, item.better))
    return f"[{colour}]{text}[/]" if colour else text


def signed(value: float, item: Metric, decimals: int | None = None) -> str:
    """A difference with its sign and so many decimals; an infinite one is beyond all that was seen."""
    if math.isinf(value):
        return "+∞" if value > 0 else "-∞"
    return item.format(value, decimals) if math.isnan(value) or value <= 0 else f"+{item.format(value, decimals)}"


def _number(value: float, form: str) -> str:
    return "–" if math.isnan(value) else format(value, form)


def _p_value(value: float) -> str:
    return "<0.001" if value < 0.001 else _number(value, ".3f")


def _ledger(ledger: pd.DataFrame) -> Table:
    """Every hour and yuan by heading; within a resource the largest first, waste marked."""
    table = Table(title="Ledger", title_justify="left", box=None, pad_edge=False)
    for heading, justify in (("resource", "left"), ("heading", "left"), ("amount", "right"), ("share", "right")):
        table.add_column(heading, justify="right" if justify == "right" else "left")
    table.add_column("")
    sums = ledger.groupby(["resource", "heading"], sort=False)["amount"].sum()
    for resource in dict.fromkeys(ledger["resource"]):
        part = sums[resource].sort_values(ascending=False)
        total = float(part.sum())
        if total == 0:
            continue
        table.add_section()
        table.add_row(UNITS.get(resource, resource), "[bold]all[/bold]", f"[bold]{total:,.0f}[/bold]")
        for heading, amount in part.items():
            if amount != 0:
                mark = "[red]waste[/red]" if heading in WASTED.get(resource, ()) else ""
                table.add_row("", str(heading).replace("_", " "), f"{amount:,.0f}", f"{amount / total:.1%}", mark)
    return table


def _print_resources(console: Console, comparison: Comparison) -> None:
    gaps = comparison.resource_gaps
    if gaps.empty:
        if comparison.equal_resources:
            console.print("Public hours and money are equal in all scenarios.")
        return
    console.print("[red]Public resources differ from the baseline's:[/red]")
    for row in gaps.to_dict("records"):
        console.print(
            f"  {row['scenario']}: {row['metric']} {row['amount']:,.0f} instead of {row['baseline_amount']:,.0f}"
            f" (up to {row['relative']:.2%} apart)",
            markup=False,
        )


def given(text: object) -> Text:
    """What a user has named, for a table: no part of it is markup, or a command to the terminal."""
    return Text(printable(str(text)))


def plain_console() -> Console:
    """Where tables are printed: standard output, without colours of rich's own finding."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 160  # a file or a pipe has no width of its own
    return console
