"""Metrics year by year: each year is measured on its last day, as a run that ends there is measured.

What is open then is censored then, whatever becomes of it later. So a year's metrics are those of a run of so many
days, bit for bit, and a longer run does not know more of its first year than a shorter one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sanfang.metrics.catalogue import METRICS, measure
from sanfang.model.books.observation import observe
from sanfang.scenario.window import YEAR, Window

if TYPE_CHECKING:
    import pandas as pd

    from sanfang.model.model import DistrictModel


class Years:
    """The years of one model that are over; `see` is called after each of its days."""

    def __init__(self) -> None:
        self.metrics: dict[int, dict[str, float]] = {}
        """By the number of a year (1 is the first), its metrics."""

    def see(self, model: DistrictModel) -> None:
        """Measure the year that has ended with the day just done, if one has."""
        year, rest = divmod(model.day, YEAR)
        if year and not rest:
            self.metrics[year] = measure(observe(model), Window.of_year(model.scenario_run, year))

    def table(self) -> pd.DataFrame:
        """One row a year, by its number (1 is the first), one column a metric; no row where no year is over."""
        import pandas as pd

        names = [metric.name for metric in METRICS]
        return pd.DataFrame.from_dict(self.metrics, orient="index", columns=names).rename_axis("year")
