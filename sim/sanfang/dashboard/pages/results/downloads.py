"""Downloads of the Results page: the table of cells and all runs as CSV files."""

from __future__ import annotations

import solara

from sanfang.dashboard.pages.results.choice import ResultChoice, Shown
from sanfang.dashboard.pages.results.pieces import escaped
from sanfang.dashboard.pages.results.runs import Opened, all_runs
from sanfang.dashboard.pages.results.tables import cells
from sanfang.dashboard.widgets import saving
from sanfang.dashboard.words import say
from sanfang.metrics.catalogue import HEADLINES, with_beside

MAX_SAVED = 20_000
"""Runs of a CSV file made for a browser."""

MAX_FULL = 2_000
"""Cells of a table saved with all metrics; of more, only those on the page."""


@solara.component
def SaveRuns(shown: Shown, opened: Opened, choice: ResultChoice, lang: str) -> None:
    """The table of cells and all runs as CSV files."""
    full = len(opened.points) * len(opened.scenarios) <= MAX_FULL
    metrics = list(opened.metrics) if full else table_metrics(opened, choice)
    name = stem(shown)
    with solara.Div(classes=["sf-row"]):
        saving.DownloadTable(say("results_save_table", lang), f"{name}-cells.csv", lambda: cells(opened, metrics))
        if opened.runs <= MAX_SAVED:
            runs = say("results_save_runs", lang)
            saving.DownloadTable(runs, f"{name}-runs.csv", lambda: all_runs(opened.entry, MAX_SAVED))
        else:
            escaped("p", say("results_too_many", lang, runs=opened.runs, where=opened.entry.id), "soft")


def table_metrics(opened: Opened, choice: ResultChoice) -> list[str]:
    """The chosen metric, then the headline metrics, each with what it is never shown without."""
    wanted = with_beside([choice.metric, *HEADLINES])
    return [name for name in wanted if name == choice.metric or name in opened.metrics]


def stem(shown: Shown) -> str:
    """The beginning of the names of files that are saved."""
    return "sanfang-" + "".join(letter if letter.isalnum() else "-" for letter in shown.chosen.name)
