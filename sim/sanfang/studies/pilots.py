"""A pilot in one community: what it does to the pilot, to its neighbours, and to the rest, who may pay for it.

Each scenario runs from the same steady state and on the same troubles as the state before the reform, on a tenth of
Licang that is drawn anew in each replication: so the pilot is another community each time. Make the runs:

    python -m sanfang.studies.pilots --replications 12 --out results/pilots
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sanfang.lab.files import table_writer, write_atomically
from sanfang.lab.statistics import intervals
from sanfang.lab.sweeps.runner import run_all
from sanfang.lab.sweeps.work import Job
from sanfang.metrics.catalogue import evaluate
from sanfang.metrics.groups import by_group, of_areas
from sanfang.model.code_version import code_version
from sanfang.run.simulation import Run
from sanfang.scenario.errors import InputError
from sanfang.scenario.limits import MAX_JOBS, MAX_REPLICATIONS, argument
from sanfang.scenario.scenario import Scenario
from sanfang.studies.shapley import BEFORE, SCALE, SEED, levers_of, on_licang

PILOT = "c006"
AREAS = ("pilot", "neighbours", "rest")
METRICS = ("satisfaction", "trouble_days", "resolved_30")
CASES = ("shangliu-jiayuan", "yanchuan-road")
REFORMS = ("three-devolutions@0.5", "three-devolutions")
"""A dose that helps and one that does harm (docs/second-edition.md), each in the pilot alone and everywhere."""
EVERYWHERE = ", everywhere"
TABLE = "areas.csv"


def scenarios() -> dict[str, Scenario]:
    """By name: the state before, the two cases, and each reform in the pilot alone and everywhere."""
    made = {name: on_licang(name) for name in (BEFORE, *CASES)}
    for name in REFORMS:
        reform = on_licang(name)
        levers = {f"policy_by_community.{PILOT}.{lever}": getattr(reform.policy, lever) for lever in levers_of(reform)}
        made |= {name: made[BEFORE].with_(levers, origin="pilots"), name + EVERYWHERE: reform}
    return made


def areas_of(ids: tuple[str, ...], neighbours: tuple[NDArray[np.int64], ...], pilot: str) -> NDArray[np.int64]:
    """Number of the area (place in `AREAS`) of each community. ValueError if there is no such community."""
    areas = np.full(len(ids), 2)
    areas[neighbours[ids.index(pilot)]] = 1
    areas[ids.index(pilot)] = 0
    return areas


def by_area(run: Run) -> dict[str, dict[str, float]]:
    """`METRICS` of each area in the evaluation window: those of the whole district, of a group of communities."""
    assert run.model is not None and run.observation is not None
    if run.window.is_empty:
        raise InputError(f"{run.scenario.name}: {run.window.reason()}")
    map_ = run.model.map
    areas = of_areas("area", "Area", "区域", AREAS, areas_of(map_.ids, map_.neighbours, PILOT))
    grouped = by_group(evaluate(run.observation), areas)
    places = {name: grouped.metrics.index(name) for name in METRICS}
    return {
        area: {name: float(values[position]) for name, position in places.items()}
        for area, values in zip(grouped.groups, grouped.values, strict=True)
    }


def run_pilots(chosen: Mapping[str, Scenario], replications: int, workers: int | None = None) -> pd.DataFrame:
    """One row for each scenario, replication and area: code, scenario, replication, seed, area, `METRICS`."""
    cells = [(name, number) for name in chosen for number in range(replications)]
    jobs = [Job(chosen[name], SEED + number, scale=SCALE, label=name) for name, number in cells]
    rows = []
    for (name, number), areas in zip(cells, run_all(jobs, by_area, workers=workers), strict=True):
        keys = {"code": code_version(), "scenario": name, "replication": number, "seed": SEED + number}
        rows += [keys | {"area": area} | values for area, values in areas.items()]
    return pd.DataFrame(rows)


def differences(table: pd.DataFrame) -> pd.DataFrame:
    """Paired differences to the state before, by area: the columns of `intervals.differences` and `area`."""
    parts = []
    for area in AREAS:
        own = table.loc[table["area"] == area, ["scenario", "replication", *METRICS]]
        parts.append(intervals.differences(own, BEFORE).assign(area=area))
    return pd.concat(parts, ignore_index=True)


def main() -> None:
    """Make the runs of all pilots."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--replications", type=argument(MAX_REPLICATIONS), default=12, help="replications (default 12)")
    parser.add_argument("--out", type=Path, default=Path("results/pilots"), help="folder (default results/pilots)")
    parser.add_argument("--jobs", type=argument(MAX_JOBS), default=None, help="processes (default all cores)")
    given = parser.parse_args()
    table = run_pilots(scenarios(), given.replications, given.jobs)
    write_atomically(given.out / TABLE, table_writer(table))


if __name__ == "__main__":
    main()
