"""The picture of docs/demand.md: Taipei's weeks of 2019, the band made before, and the same week of past years.

python -m sanfang.studies.demand.pictures docs/images/demand
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sanfang.studies.demand.records import BANDS, REPORTS, TEST, TOTAL, weeks
from sanfang.studies.demand.scores import normal_climatology

BLUE, ORANGE, INK, SOFT = "#0072B2", "#E69F00", "#222222", "#5F6368"

TITLES = {TOTAL: "All requests", REPORTS: "All but bulky waste"}


def weeks_of_2019(folder: Path) -> Path:
    """Draw `taipei-2019.png` into `folder` and say where it is."""
    figure = Figure(figsize=(10, 4.2), dpi=90, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    counts, bands = weeks(), pd.read_csv(BANDS, parse_dates=["monday"])
    for axes, (kind, title) in zip(figure.subplots(1, 2), TITLES.items(), strict=True):
        _panel(axes, counts, bands[bands["kind"] == kind], kind)
        axes.set_title(title, fontsize=10, color=INK, loc="left")
    figure.axes[0].set_ylabel("requests a week", fontsize=9, color=SOFT)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, fontsize=8, frameon=False, ncols=4, loc="outside lower center")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "taipei-2019.png"
    figure.savefig(path, metadata={"Software": None})
    return path


def _panel(axes: Axes, counts: pd.DataFrame, bands: pd.DataFrame, kind: str) -> None:
    seen = counts[(counts["monday"] >= TEST[0]) & (counts["monday"] <= TEST[1])]
    past = counts[(counts["monday"] < TEST[0]) & (counts["days"] == 7)]
    rival = normal_climatology(past[["week"]].assign(count=past[kind]), seen["week"].to_numpy())
    days, value = seen["monday"].to_numpy(), seen[kind].to_numpy(float)
    low, high = bands["low"].to_numpy(), bands["high"].to_numpy()
    axes.fill_between(days, low, high, color=BLUE, alpha=0.22, linewidth=0, label="band from 2015-2018 (90 %)")
    axes.plot(days, rival["low"], color=ORANGE, linewidth=1.2, linestyle="--", label="same week of those years (90 %)")
    axes.plot(days, rival["high"], color=ORANGE, linewidth=1.2, linestyle="--")
    inside = (value >= low) & (value <= high)
    axes.plot(days[inside], value[inside], "o", color=INK, markersize=3.5, label="week of 2019")
    axes.plot(days[~inside], value[~inside], "D", color="#D55E00", markersize=6, label="week outside the band")
    axes.set_ylim(0)
    firsts = pd.date_range("2019-01-01", "2019-11-01", freq="2MS")
    axes.set_xticks(firsts.to_numpy(), [f"{day:%b}" for day in firsts])
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8, colors=SOFT)


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw the picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    print(weeks_of_2019(parser.parse_args(arguments).folder))


if __name__ == "__main__":
    main()
