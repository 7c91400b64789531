"""What `run` and `compare` print: rich tables on standard output."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sanfang.lab.metrics import GROUPS, HEADLINES, METRICS, Metric, in_group
from sanfang.lab.reach import in_words, reach
from sanfang.model.books.headings import WASTED_HOURS, WASTED_YUAN
from sanfang.scenario.telling import printable

if TYPE_CHECKING:
    import pandas as pd

    from sanfang.lab.comparison import Comparison
    from sanfang.lab.simulation import Run

BESIDE_WASTE = ("cost_per_resolved_need", "latent_needs")  # waste is never shown without them
SHOWN_IN_COMPARISON = (*HEADLINES, *BESIDE_WASTE)
WASTED = {"hours": WASTED_HOURS, "yuan": WASTED_YUAN}
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
            table.add_row(item.en, item.format(run.metrics[item.name]), item.unit, style=style)
    console.print(table)
    console.print()
    console.print(_ledger(run.ledger))


def print_comparison(comparison: Comparison) -> None:
    """A table for each headline metric, and for what must be read beside waste."""
    console = plain_console()
    for name in SHOWN_IN_COMPARISON:
        item = next(metric for metric in METRICS if metric.name == name)
        if (comparison.means["metric"] == name).any():
            console.print(metric_heading(item))
            console.print(_metric_table(comparison, item))
            console.print()
    reps = comparison.reps
    console.print(
        f"Paired differences to {comparison.baseline!r} over {reps} replications on the same troubles, with 95 % t"
        " intervals. d: difference over the standard deviation between replications. pairing: how many independent"
        " runs one paired run replaces."
        if reps > 1
        else "One replication: differences without intervals. Ask for more with --reps.",
        markup=False,
    )
    if comparison.scale < 1:
        reached = in_words(comparison.reached)
        console.print(
            f"Scale {comparison.scale:g}: {reached}; departments are smaller and lose pooling, so the full district may"
            " differ.",
            markup=False,
        )
    _print_resources(console, comparison)


def _metric_table(comparison: Comparison, item: Metric) -> Table:
    means = comparison.means[comparison.means["metric"] == item.name].set_index("scenario")["mean"].to_dict()
    table = comparison.differences
    changes = table[table["metric"] == item.name].set_index("scenario").to_dict("index")
    result = Table(box=None, pad_edge=False, header_style="dim")
    result.add_column("scenario", min_width=max(map(cell_len, comparison.scenarios)), no_wrap=True)
    for heading in ("mean", "difference", "95 % interval", "d", "p", "pairs", "pairing"):
        result.add_column(heading, justify="right", no_wrap=True)
    for scenario in comparison.scenarios:
        mean = item.format(means[scenario])
        if scenario == comparison.baseline:
            result.add_row(given(scenario), mean, "baseline")
        else:
            result.add_row(given(scenario), mean, *_change(changes[scenario], item))
    return result


def _change(row: dict[Hashable, Any], item: Metric) -> list[str]:
    low, high = float(row["low"]), float(row["high"])
    return [
        coloured(signed(float(row["difference"]), item), low, high, item),
        bracketed(signed(low, item), signed(high, item)),
        _number(float(row["effect_size"]), "+.2f"),
        _p_value(float(row["p_value"])),
        str(int(row["n"])),
        times(float(row["variance_ratio"])),
    ]


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


def coloured(text: str, low: float, high: float, item: Metric) -> str:
    """Green where the whole interval of a difference is better, red where it is worse."""
    if item.better is None or math.isnan(low) or low <= 0 <= high:
        return text
    good = (low > 0) == (item.better == "higher")
    return f"[{'green' if good else 'red'}]{text}[/]"


def signed(value: float, item: Metric) -> str:
    """A difference with its sign, as many decimals as the metric deserves."""
    return item.format(value) if math.isnan(value) or value <= 0 else f"+{item.format(value)}"


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
