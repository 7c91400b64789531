"""The results that ship with Sanfang, so that the Results page has something to show before anybody has made a run.

    python -m sanfang.studies.shipped

makes the runs of `experiments/powers-and-people.toml` and writes their table, and a manifest that says when and with
which version they were made, into `results/shipped`. A table, since a store would count as unsound with the next change
of a formula, and since others can read it; nothing in it tells of the machine.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.storage.results import Results
from sanfang.lab.sweeps.sweep import sweep

EXPERIMENT = "powers-and-people"
FOLDER = Path(__file__).resolve().parents[3] / "results" / "shipped"
OF_THE_MACHINE = ("seconds", "key")
"""Columns that say nothing of the district."""
COMMAND = "make shipped"


def manifest(about: dict[str, Any], today: dt.date) -> dict[str, Any]:
    """What the page needs to know of a sweep, and when and with what it was made."""
    last = about["sessions"][-1]
    made = {
        "date": str(today), "version": last["sanfang"], "commit": str(last["revision"])[:7], "command": COMMAND,
    }  # fmt: skip
    return {"name": about["name"], "baseline": about["baseline"], "experiment": about["experiment"], "made": made}


def make(folder: Path = FOLDER, jobs: int | None = None) -> Path:
    """Make the runs and write them; gives the folder."""
    with tempfile.TemporaryDirectory() as scratch:
        sweep(Experiment.load(EXPERIMENT), Path(scratch) / EXPERIMENT, jobs=jobs, reuse=False)
        with Results(Path(scratch) / EXPERIMENT) as results:
            about = json.loads((Path(scratch) / EXPERIMENT / "manifest.json").read_text("utf-8"))
            runs: pd.DataFrame = results.runs()
    into = folder / EXPERIMENT
    into.mkdir(parents=True, exist_ok=True)
    kept = runs.drop(columns=[name for name in OF_THE_MACHINE if name in runs]).dropna(axis="columns", how="all")
    kept.to_csv(into / "runs.csv", index=False)
    said = json.dumps(manifest(about, dt.date.today()), ensure_ascii=False, indent=1)
    (into / "manifest.json").write_text(said + "\n", "utf-8")
    return into


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m sanfang.studies.shipped", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--jobs", type=int, help="processes; default one a core")
    print(f"wrote {make(jobs=parser.parse_args().jobs)}")


if __name__ == "__main__":
    main()
