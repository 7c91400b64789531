"""The warm-up of a sweep's scenarios, as `analyse` finds and prints it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd
from rich.table import Table

from sanfang.cli.tables import (
    given,
    plain_console,
)
from sanfang.lab.statistics import warm_up

if TYPE_CHECKING:
    from sanfang.lab.storage.results import Results

SETTLING = ("satisfaction", "open", "latent")


def warm_ups(results: Results) -> pd.DataFrame:
    """The warm-up of each scenario, from the daily series of its replications at the first point.

    Columns: scenario, series, day, trusted, reason; see `sanfang.lab.statistics.warm_up`.
    """
    rows = []
    for scenario in results.about["scenarios"]:
        daily = results.daily(scenario)
        daily = daily[daily["day"] >= 0] if len(daily) else daily
        for name in SETTLING if len(daily) else ():
            detected = warm_up.detect(daily.pivot(index="replication", columns="day", values=name))
            rows.append({"scenario": scenario, "series": name, **asdict(detected)})
    return pd.DataFrame(rows, columns=["scenario", "series", "day", "trusted", "reason"])


def print_warm_ups(warm_up_days: pd.DataFrame) -> None:
    """Print the table of `warm_ups`."""
    console = plain_console()
    console.print("[bold]Warm-up[/bold] (days to leave out, from the daily series at the first point)")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("scenario", "series", "days", ""):
        table.add_column(heading)
    for row in warm_up_days.to_dict("records"):
        day = str(row["day"]) if row["trusted"] else "not settled"
        table.add_row(given(row["scenario"]), given(row["series"]), day, given(row["reason"]))
    console.print(table)
