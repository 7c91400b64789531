"""How time and memory of the full model grow: with residents, days, communities, and load beyond capacity.

Each point is the cheapest of three runs in processes of their own: processor time of `simulate`, and the memory that
came with it.
One thing varies at a time. In overload, three times the usual needs meet the usual staff, so that queues grow
for as long as the run lasts. For more open requests at the same load, lead times that occupy no one are longer. The
slope on log-log axes is 1 for linear growth, less where fixed costs matter.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from benchmarks.full_model import RESIDENTS_OF_A_COMMUNITY, district, runs, warm_up
from benchmarks.measuring import FULL, QUICK, USUAL, Section, run_alone, slope, table
from sanfang import Scenario

FIGURE = Path(__file__).parents[1] / "docs" / "images" / "growth.png"
OVERLOAD = 3.0
BASE = 100_000
"""Residents where something else varies."""


class Point(NamedTuple):
    """The size that varies, seconds, megabytes of the run, and open requests at its end."""

    size: float
    seconds: float
    megabytes: float
    open: int


class Range(NamedTuple):
    """Sizes to run at."""

    residents: tuple[int, ...]
    days: tuple[int, ...]
    communities: tuple[int, ...]
    load: tuple[float, ...]
    lead: tuple[float, ...]


RANGES = {
    QUICK: Range((25_000, 50_000, 100_000, 200_000), (15, 30, 60), (9, 18, 36), (1.0, 2.0, 4.0), (1.0, 4.0, 16.0)),
    USUAL: Range((50_000, 100_000, 200_000, 400_000), (90, 180, 365), (9, 18, 36, 72), (1.0, 2.0, 4.0),
                 (1.0, 4.0, 16.0)),
    FULL: Range((62_500, 125_000, 250_000, 500_000, 1_000_000), (90, 180, 365, 730), (9, 18, 36, 72, 144),
                (1.0, 2.0, 4.0, 8.0), (1.0, 4.0, 16.0, 64.0)),
}  # fmt: skip
DAYS = {QUICK: 30, USUAL: 180, FULL: 365}


def loaded(residents: int, factor: float) -> Scenario:
    """The district with `factor` times the usual needs, and the usual staff."""
    scenario = district(residents)
    return scenario.with_({f"domains.{name}.hazard": factor * one.hazard for name, one in scenario.domains.items()})


def divided(residents: int, communities: int) -> Scenario:
    """The district divided into this many communities."""
    return district(residents).with_({"district.communities": communities, "district.sub_districts": 3})


def waiting(residents: int, factor: float) -> Scenario:
    """The district with `factor` times the usual lead times, and so more open requests."""
    scenario = district(residents)
    leads = {f"domains.{name}.lead_days": factor * one.lead_days for name, one in scenario.domains.items()}
    return scenario.with_(leads)


def point(size: float, scenario: Scenario, days: int) -> Point:
    found = runs(scenario, days)[0]
    return Point(size, found.result.seconds, found.grown, found.result.open)


def curves(size: str) -> dict[str, list[Point]]:
    """All points, by what varies."""
    chosen, days = RANGES[size], DAYS[size]
    return {
        "residents": [point(n, district(n), days) for n in chosen.residents],
        "residents, overloaded": [point(n, loaded(n, OVERLOAD), days) for n in chosen.residents],
        "days": [point(n, district(BASE), n) for n in chosen.days],
        "days, overloaded": [point(n, loaded(BASE, OVERLOAD), n) for n in chosen.days],
        "communities": [point(n, divided(BASE, n), days) for n in chosen.communities],
        "needs over the usual": [point(x, loaded(BASE, x), days) for x in chosen.load],
        "open requests": [
            one._replace(size=one.open) for one in (point(x, waiting(BASE, x), days) for x in chosen.lead)
        ],
    }


def draw(found: dict[str, list[Point]], path: Path) -> None:
    """Time and memory against what varies, each over its smallest size, with the line of linear growth."""
    figure, (time, memory) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained", sharex=True)
    for name, points in found.items():
        sizes = [one.size / points[0].size for one in points]
        time.plot(sizes, [one.seconds / points[0].seconds for one in points], "o-", label=name, lw=1.2, ms=4)
        memory.plot(sizes, [one.megabytes / points[0].megabytes for one in points], "o-", lw=1.2, ms=4)
    most = max(points[-1].size / points[0].size for points in found.values())
    for axes, what in ((time, "processor time"), (memory, "memory of the run")):
        axes.plot([1, most], [1, most], color="0.6", ls="--", lw=1, zorder=0)
        axes.set(xscale="log", yscale="log", xlabel="size, over the smallest", ylabel=f"{what}, over the smallest")
        axes.spines[["top", "right"]].set_visible(False)
    time.legend(frameon=False, fontsize=8, title="what varies (dashed: linear)", title_fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def measure(size: str) -> Section:
    warm_up()
    found = curves(size)
    if size != QUICK:  # a figure of short runs does not replace the one in the documentation
        draw(found, FIGURE)
    rows = []
    for name, points in found.items():
        sizes = [one.size for one in points]
        rows.append(
            [
                name,
                f"{sizes[0]:,g} to {sizes[-1]:,g}",
                points[-1].seconds,
                round(points[-1].megabytes),
                points[-1].open,
                f"{slope(sizes, [one.seconds for one in points]):.2f}",
                f"{slope(sizes, [one.megabytes for one in points]):.2f}",
            ]
        )
    section = Section("Growth", __doc__ or "")
    head = ["what varies", "from", "largest, s", "largest, MB", "open at its end", "slope of time", "slope of memory"]
    section.add(table(head, rows))
    section.add(
        f"{BASE:,} residents ({BASE // RESIDENTS_OF_A_COMMUNITY} communities) and {DAYS[size]} days, unless varied."
    )
    section.add("![Growth](../docs/images/growth.png)")
    return section


if __name__ == "__main__":
    run_alone(measure)
