"""Effects against scale: the headline at shares of Licang, beside that of the whole.

    python -m sanfang.studies.scales --scales 0.05 0.1 0.25 0.5

sweeps `experiments/headline.toml` at each of these scales and at full size, into results/scales (begun again, it goes
on with what is missing), and writes scenarios/districts/licang_scales.csv: from it commands tell a user where an effect
at the chosen scale is not that of the whole district.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.scales import COLUMNS, FULL, SUFFIX, shifted, surely_one
from sanfang.lab.statistics import intervals
from sanfang.lab.storage.results import Results
from sanfang.lab.sweeps.sweep import sweep
from sanfang.metrics.catalogue import HEADLINES, metric
from sanfang.metrics.numbers import difference
from sanfang.report.markdown import table
from sanfang.scenario.content import folders

SCALES = (0.05, 0.1, 0.25, FULL)
RESULTS = Path("results/scales")


def file() -> Path:
    """Where the table stands."""
    return folders()[0] / "districts" / f"licang{SUFFIX}"


def folder_of(scale: float) -> Path:
    """Where the headline at a scale is kept."""
    return RESULTS / f"{scale:g}"


def make(scale: float, jobs: int | None) -> None:
    """Sweep the headline at a scale, as far as it is missing."""
    experiment = Experiment.load("headline").with_scale(scale)

    def report(done: int, planned: int, failed: int) -> None:
        sys.stderr.write(f"\rscale {scale:g}: {done} of {planned} runs, {failed} failed    ")

    sweep(experiment, folder_of(scale), jobs=jobs, report=report)


def effects(scale: float) -> pd.DataFrame:
    """The differences to `before` over all days at a scale: `COLUMNS`."""
    with Results(folder_of(scale)) as results:
        runs = results.runs()
    found = intervals.differences(runs, "before")
    found = found[found["metric"].isin(HEADLINES)]
    return found.assign(scale=scale, maps=found["n"])[list(COLUMNS)]


def read() -> pd.DataFrame:
    """The table that is kept beside the district."""
    return pd.read_csv(file())


def page(found: pd.DataFrame) -> Iterator[str]:
    """Lines of a page: each effect that is surely one at full size, at every scale; `*` where it is not the same."""
    scales = sorted(found["scale"].unique())
    rows = []
    for (scenario, name), own in found.groupby(["scenario", "metric"], sort=False):
        by_scale = dict(zip(own["scale"], own.to_dict("records"), strict=True))
        whole = by_scale[FULL]
        if not surely_one(whole, metric(str(name)).smallest):
            continue
        own_rows = [by_scale[scale] for scale in scales]
        cells = [difference(row) + ("*" if shifted(row, whole) else "") for row in own_rows]
        rows.append((metric(str(name)).en, f"`{scenario}`", *cells))
    yield from table(("Outcome", "Scenario", *(f"{scale:g}" for scale in scales)), rows)


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m sanfang.studies.scales", description=__doc__.split("\n")[0])
    parser.add_argument("--scales", type=float, nargs="+", default=SCALES)
    parser.add_argument("--jobs", type=int)
    options = parser.parse_args(given)
    scales = sorted({*options.scales, FULL})
    for scale in scales:
        make(scale, options.jobs)
    found = pd.concat([effects(scale) for scale in scales], ignore_index=True)
    found.round(6).to_csv(file(), index=False)
    print("\n".join(page(found)))


if __name__ == "__main__":
    main()
