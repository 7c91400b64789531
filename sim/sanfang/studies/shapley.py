"""Which lever earned what: Shapley values of the levers of a reform, from random orders in which they may be taken.

An order and its reverse run on one seed, on a tenth of Licang from its steady state: nobody, then one lever more at
each step, up to the whole reform. So each pair of orders is a replication of its own, on a map of its own, and the
levers' values sum to the gain of the whole in it. Make the runs:

    python -m sanfang.studies.shapley --pairs 24 --out results/shapley

It goes on with the pairs that are missing, and begins anew after a change of the model.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sanfang.lab.comparison import keep_metrics
from sanfang.lab.files import table_writer, write_atomically
from sanfang.lab.statistics import effects
from sanfang.lab.statistics.run_table import Numbers
from sanfang.lab.sweeps.runner import run_all
from sanfang.lab.sweeps.work import Job
from sanfang.model.code_version import code_version
from sanfang.scenario.limits import MAX_JOBS, MAX_REPLICATIONS, argument
from sanfang.scenario.policy import lever_names
from sanfang.scenario.scenario import Scenario

BEFORE, REFORM = "before", "three-devolutions-two-refinements"
DISTRICT, SCALE = "licang", 0.1
SEED = 14_001
"""Of the first pair; each pair has a map, people and troubles of its own."""
WALKS = "walks.csv"
KEYS = ("code", "pair", "seed", "order", "step", "lever")
"""Columns of the table of walks that are no metrics; `order` is 0 or 1 (the reverse), `lever` the one taken last."""


def on_licang(name: str) -> Scenario:
    """A scenario on the district, whose map, people and troubles each replication draws anew."""
    return Scenario.load(name, district=DISTRICT).with_({"run.replicate": "map"}, origin="studies")


def levers_of(reform: Scenario) -> list[str]:
    """Names of the levers that a reform sets above 0."""
    return [name for name in lever_names() if getattr(reform.policy, name) not in (0, 0.0)]


def walk(base: Scenario, reform: Scenario, order: Sequence[str], seed: int) -> list[Job]:
    """One job for each step: `base`, then one more lever of `reform` each time, in this order."""
    settings = {f"policy.{name}": getattr(reform.policy, name) for name in order}
    taken = [dict(list(settings.items())[:steps]) for steps in range(len(order) + 1)]
    return [
        Job(base.with_(some, origin="shapley") if some else base, seed, scale=SCALE, label=f"{len(some)} levers")
        for some in taken
    ]


def walk_pair(base: Scenario, reform: Scenario, pair: int, order: Sequence[str], workers: int | None) -> pd.DataFrame:
    """The table of an order and its reverse; both ends are the same, and run once."""
    seed = SEED + pair
    there, back = walk(base, reform, order, seed), walk(base, reform, order[::-1], seed)
    metrics = run_all([*there, *back[1:-1]], keep_metrics, workers=workers)
    walks = (metrics[: len(there)], [metrics[0], *metrics[len(there) :], metrics[len(there) - 1]])
    rows = []
    for number, (names, values) in enumerate(zip((list(order), list(order[::-1])), walks, strict=True)):
        for step, (lever, measured) in enumerate(zip(["", *names], values, strict=True)):
            rows.append(dict(zip(KEYS, (code_version(), pair, seed, number, step, lever), strict=True)) | measured)
    return pd.DataFrame(rows)


def run_walks(pairs: int, out: Path, workers: int | None = None) -> pd.DataFrame:
    """The walks of the first `pairs` pairs of orders; those that `out` holds, of this version of the model, stay."""
    base, reform = on_licang(BEFORE), on_licang(REFORM)
    names = np.array(levers_of(reform))
    orders = effects.mirrored_orders(len(names), pairs, SEED)[::2]
    table = _kept(out / WALKS)
    for pair, order in enumerate(orders):
        if pair not in set(table.get("pair", ())):
            table = pd.concat([table, walk_pair(base, reform, pair, names[order].tolist(), workers)], ignore_index=True)
            write_atomically(out / WALKS, table_writer(table))
    return table


def _kept(path: Path) -> pd.DataFrame:
    if not path.is_file():
        return pd.DataFrame()
    table = pd.read_csv(path, dtype={"lever": str, "code": str})
    table["lever"] = table["lever"].fillna("")  # the step at which no lever has been taken yet
    return table[table["code"] == code_version()].reset_index(drop=True)


def values(walks: pd.DataFrame, metric: str) -> tuple[Numbers, list[str]]:
    """Pairs x levers: the credit of each lever in each pair of orders (NaN where the pair's district has no steady
    state), and the levers' names."""
    ordered = walks.sort_values(["pair", "order", "step"])
    names = sorted(set(ordered["lever"]) - {""})
    steps = len(names) + 1
    places = {name: position for position, name in enumerate(names)}
    taken = np.array([places.get(name, -1) for name in ordered["lever"]]).reshape(-1, steps)[:, 1:]
    return effects.shapley_sampled(taken, ordered[metric].to_numpy(dtype=float).reshape(-1, steps)), names


def main() -> None:
    """Make the walks that are missing."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=argument(MAX_REPLICATIONS), default=24, help="pairs of orders (default 24)")
    parser.add_argument("--out", type=Path, default=Path("results/shapley"), help="folder (default results/shapley)")
    parser.add_argument("--jobs", type=argument(MAX_JOBS), default=None, help="processes (default all cores)")
    chosen = parser.parse_args()
    run_walks(chosen.pairs, chosen.out, chosen.jobs)


if __name__ == "__main__":
    main()
