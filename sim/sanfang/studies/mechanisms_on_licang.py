"""Every mechanism of the article again on Licang: from its steady state, on maps drawn anew, by year and by dose.

    python -m sanfang.studies.mechanisms_on_licang

The rows of `experiments/mechanisms` are the small district's, whose offices pool little and which begins empty. Here
each is put on a tenth of Licang as it stands, map, people and troubles drawn anew in each replication, for three years;
a lever also at a quarter and at half of its dose. Prints the tables of docs/mechanisms-on-licang.md. What `--out` holds
already stays, so that this can be stopped and begun again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.statistics import intervals, looks
from sanfang.lab.storage.results import Results
from sanfang.lab.sweeps.sweep import sweep
from sanfang.metrics.catalogue import HEADLINES, metric
from sanfang.metrics.numbers import difference
from sanfang.report.markdown import table
from sanfang.report.mechanisms import Mechanism, mechanisms

OUT = Path("results/mechanisms-on-licang")
SEED = 12_001
"""Of the first replication; none of the rows' own seeds, nor of the calibration's."""
DAYS, SCALE, REPLICATIONS = 3 * 365, 0.1, 10
DOSES, FULL = {"quarter": 0.25, "half": 0.5}, "with"
"""Of a lever's row, beside its full dose."""
DOSE_NAMES = {"quarter": "¼", "half": "½", FULL: "full"}
SHORT = dict(zip(HEADLINES, ("satisfaction", "days", "resolved in 30 days", "waste"), strict=True))
"""Of the headline metrics, in a table."""
YEARS = ("1", "3")
FIRST_EDITION = ("run.start", "calendar.month_profile")
"""Settings of the rows that belong to their empty start."""


def on_licang(row: Mechanism, replications: int = REPLICATIONS) -> Experiment:
    """A mechanism's experiment on a tenth of Licang, a lever's with its smaller doses."""
    document = row.experiment.to_dict()
    settings = {path: value for path, value in document.get("settings", {}).items() if path not in FIRST_EDITION}
    variants = dict(document["variants"])
    if not row.is_dilemma:
        variants |= {name: {path: dose * value for path, value in row.settings.items()} for name, dose in DOSES.items()}
    changed: dict[str, Any] = {
        "district": "licang", "scale": SCALE, "days": DAYS, "replicate": "map", "by": ["year"], "seed": SEED,
        "replications": replications, "settings": settings, "variants": variants,
    }  # fmt: skip
    kept = {key: value for key, value in document.items() if key not in ("found", "published", *changed)}
    return Experiment.from_dict(kept | changed)


def differences(row: Mechanism, folder: Path) -> pd.DataFrame:
    """What each scenario of a row changes, in its signature and the headline metrics, by `year`: the columns of
    `intervals.differences`. Of a dilemma it is the state before the reform less one that is spared it."""
    with Results(folder) as results:
        groups = results.groups()
    made = []
    for year in YEARS:
        own = groups[groups["group"] == year]
        keys = [name for name in ("scenario", "point", "replication") if name in own]
        runs = own.pivot(index=keys, columns="metric", values="value").reset_index()
        made.append(intervals.differences(runs, row.experiment.baseline).assign(year=year))
    found = pd.concat(made, ignore_index=True)
    if "point" not in found:
        found["point"] = 0
    return found[found["metric"].isin([row.claim.metric, *HEADLINES])].assign(id=row.id)


def signatures(rows: Sequence[Mechanism], found: pd.DataFrame) -> Iterator[str]:
    """The table of signatures, all of them and all years looked at together, beside what the small district shows."""
    shown = pd.concat([_of(row, found, row.claim.metric) for row in rows], ignore_index=True)
    by_year = {(row["id"], row["year"]): row for row in looks.judged(shown).to_dict("records")}
    lines = []
    for row in rows:
        cells = [row.id, row.experiment.label_en, row.signature.en, str(row.claim.expected)]
        for year in YEARS:
            one = by_year[row.id, year]
            cells += [difference(one), row.said(str(one["verdict"]))]
        lines.append((*cells, row.verdict))
    years = [head for year in YEARS for head in (f"Year {year}", "Verdict")]
    yield from table(("ID", "Mechanism", "Signature", "Expected", *years, "Small district, year 1"), lines)


def effects(rows: Sequence[Mechanism], found: pd.DataFrame, year: str) -> Iterator[str]:
    """What each does to the headline metrics in a year, at full dose; bold where surely of interest, all together."""
    parts = [_of(row, found, name) for row in rows for name in HEADLINES]
    of_year = looks.judged(pd.concat([part[part["year"] == year] for part in parts], ignore_index=True))
    told = {(row["id"], row["metric"]): row for row in of_year.to_dict("records")}
    lines = [(row.id, row.experiment.label_en, *(_bold(told[row.id, name]) for name in HEADLINES)) for row in rows]
    yield from table(("ID", f"Mechanism, year {year}", *(metric(name).en for name in HEADLINES)), lines)


def doses(rows: Sequence[Mechanism], found: pd.DataFrame, year: str) -> Iterator[str]:
    """What each lever does to satisfaction and to days with the problem in a year, at each dose; bold where surely of
    interest, all levers, doses and headline metrics together; and what that comes to (`use`)."""
    of_year = judged_doses(rows, found, year)
    told = {(row["id"], row["scenario"], row["metric"]): row for row in of_year.to_dict("records")}
    lines = []
    for row in _levers(rows):
        cells = ["; ".join(_bold(told[row.id, name, one]) for one in HEADLINES[:2]) for name in (*DOSES, FULL)]
        lines.append((row.id, row.experiment.label_en, *cells, use(of_year[of_year["id"] == row.id])))
    heads = ("A quarter: satisfaction; days", "Half", "In full", "Surely better, or worse, at some dose")
    yield from table(("ID", f"Mechanism, year {year}", *heads), lines)


def judged_doses(rows: Sequence[Mechanism], found: pd.DataFrame, year: str) -> pd.DataFrame:
    """The differences of all levers in a year in the headline metrics, at each dose, looked at together."""
    own = found[(found["year"] == year) & (found["point"] == 0) & found["metric"].isin(HEADLINES)]
    ids = [row.id for row in _levers(rows)]
    return looks.judged(own[own["id"].isin(ids) & own["scenario"].isin((*DOSES, FULL))].reset_index(drop=True))


def use(of_lever: pd.DataFrame) -> str:
    """In which headline metrics a lever is surely better, and surely worse, and at which doses."""
    told: dict[str, dict[str, list[str]]] = {"better": {}, "worse": {}}
    for one in of_lever.to_dict("records"):
        kind = looks.kind(one["verdict"], metric(one["metric"]).better)
        if kind in told:
            told[kind].setdefault(SHORT[one["metric"]], []).append(DOSE_NAMES[one["scenario"]])
    parts = [
        f"{kind}: "
        + ", ".join(
            f"{name} ({', '.join(dose for dose in DOSE_NAMES.values() if dose in at)})" for name, at in those.items()
        )
        for kind, those in told.items()
        if those
    ]
    return "; ".join(parts) or "neither"


def _levers(rows: Sequence[Mechanism]) -> list[Mechanism]:
    return [row for row in rows if not row.is_dilemma]


def _of(row: Mechanism, found: pd.DataFrame, name: str) -> pd.DataFrame:
    """A row's own case, both years, in one metric."""
    return found[
        (found["id"] == row.id) & (found["scenario"] == row.shown) & (found["point"] == 0) & (found["metric"] == name)
    ]


def _bold(one: Mapping[Any, Any]) -> str:
    return f"**{difference(one)}**" if one["verdict"] in ("higher", "lower") else difference(one)


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog=f"python -m {__spec__.name}", description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parser.add_argument("--jobs", type=int)
    options = parser.parse_args(given)
    rows, made = mechanisms(), []
    for row in rows:
        experiment, folder = on_licang(row, options.replications), options.out / row.id

        def report(done: int, planned: int, failed: int, row: Mechanism = row) -> None:
            sys.stderr.write(f"\r{row.id}: {done} of {planned} runs, {failed} failed    ")

        sweep(experiment, folder, jobs=options.jobs, report=report)
        made.append(differences(row, folder))
    found = pd.concat(made, ignore_index=True)
    print("\n".join(signatures(rows, found)))
    for year in YEARS:
        print("\n".join(effects(rows, found, year)))
    for year in YEARS:
        print("\n".join(doses(rows, found, year)))


if __name__ == "__main__":
    main()
