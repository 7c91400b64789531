"""The Results page's tables: all cells, and what each group has."""

from __future__ import annotations

import pandas as pd
import solara

from sanfang.dashboard.pages.results import texts as result_texts
from sanfang.dashboard.pages.results.choice import ResultChoice, Shown
from sanfang.dashboard.pages.results.downloads import SaveRuns, table_metrics
from sanfang.dashboard.pages.results.groups import groups_table
from sanfang.dashboard.pages.results.labels import metric_label
from sanfang.dashboard.pages.results.pieces import ResultTable, escaped, why
from sanfang.dashboard.pages.results.reading import Unreadable
from sanfang.dashboard.pages.results.runs import Opened
from sanfang.dashboard.pages.results.tables import NothingToShow, cells
from sanfang.dashboard.widgets import parts
from sanfang.dashboard.words import say
from sanfang.metrics.catalogue import knowing


@solara.component
def Groups(shown: Shown, choice: ResultChoice, lang: str) -> None:
    """What each group has, and what the scenario does to it."""
    assert shown.opened is not None, "groups are of runs"
    try:
        columns, rows = groups_table(shown.opened, choice.by, choice.metric, choice.which, lang)
    except (NothingToShow, Unreadable):
        return  # the figure says why
    ResultTable(caption=metric_label(choice.metric, lang), columns=columns, rows=rows)


@solara.component
def Cells(shown: Shown, choice: ResultChoice, lang: str) -> None:
    """All cells, sorted by the heading that is pressed."""
    opened = shown.opened
    assert opened is not None, "the table needs runs"
    (by, down), set_order = solara.use_state(("", False))
    table = solara.use_memo(lambda: _cells(opened, choice), [opened, choice.metric])
    if isinstance(table, Unreadable):
        parts.Notes(notes=[{"kind": "info", "text": why(table, shown, lang)}])
        return
    with knowing(opened.own):
        columns, rows = result_texts.table(opened, table, table_metrics(opened, choice), by, down, lang)
        caption = f"{result_texts.heading(shown, lang)}: {metric_label(choice.metric, lang)}"
    known = {column["id"] for column in columns}

    def sort(id_: str) -> None:
        if id_ in known:
            set_order((id_, not down if id_ == by else False))

    ResultTable(caption=caption, columns=columns, rows=rows, by=by, down=down, event_sort=sort)
    if len(rows) < len(table):
        escaped("p", say("results_rows_shown", lang, shown=len(rows), all=len(table)), "soft")
    SaveRuns(shown, opened, choice, lang).key("saves")


def _cells(opened: Opened, choice: ResultChoice) -> pd.DataFrame | Unreadable:
    """The table, or what is wrong with it."""
    try:
        return cells(opened, table_metrics(opened, choice))
    except Unreadable as problem:
        return problem
