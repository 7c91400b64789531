"""Sweeps of made-up runs on the Results page, for its tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import solara

from sanfang.dashboard.address import Address
from sanfang.dashboard.pages.results.choice import Shown, show
from sanfang.dashboard.pages.results.listing import listed
from sanfang.dashboard.pages.results.page import ResultsPage
from sanfang.dashboard.pages.results.runs import Opened, open_runs
from sanfang.dashboard.widgets import viewer
from sanfang.lab.storage.results import Results
from sanfang.lab.storage.rows import Result
from sanfang.lab.storage.schema import METRIC_NAMES
from sanfang.lab.storage.store import Store
from sanfang.lab.sweeps.measuring import shipped_digests

GRID = {
    "name": "grid",
    "label_en": "A grid",
    "label_zh": "网格",
    "description": "What <b>it</b> is for.",
    "scenarios": ["before", "three-devolutions"],
    "district": "demo",
    "replications": 3,
    "factors": {"tasks.load": [0.3, 0.45, 0.6], "casework.bounce": [0.1, 0.2]},
}


ONE = {"scenarios": ["before"], "district": "demo", "replications": 3}


def revalued(opened: Opened, value: Callable[[pd.Series], float]) -> Opened:
    """The same sweep with satisfaction worked out from each run of the plan."""
    with Results(opened.entry.path.parent) as results:
        runs = results.runs()
    with Store(opened.entry.path.parent) as store:
        store.measured_with(shipped_digests())
        store.add(
            [
                Result(row["key"], {**row[list(METRIC_NAMES)], "satisfaction": float(value(row))}, 0.5)
                for _, row in runs.iterrows()
            ]
        )
    return open_runs(opened.entry)


def page(lang: str, **other: str) -> list[Any]:
    """All widgets of the page, rendered for an address."""
    viewer.address.set(Address(lang=lang, other=other))
    box, context = solara.render(ResultsPage(), handle_error=False)
    found: list[Any] = [box]
    for widget in found:
        found += [child for child in getattr(widget, "children", []) if not isinstance(child, str)]
    context.close()
    return found


def texts(widgets: list[Any], name: str) -> list[Any]:
    """What the widgets that have a trait of this name hold in it."""
    return [getattr(widget, name) for widget in widgets if widget.has_trait(name)]


def shown_of(opened: Opened) -> Shown:
    return show(opened.entry, listed())
