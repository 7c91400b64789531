"""Every published figure with what has been done with it: fitted, seen, or held out.

A figure is *fitted* if a value of the model was set by it, *seen* if it was looked at when values were chosen or stands
beside the model in the documentation, and *held out* otherwise: only these can test the model. Half of those that the
model has something to set against are drawn for the first test; the others wait for a later one.

    python -m sanfang.studies.fit_ledger ../shared/data > docs/fit-ledger.csv

`docs/fit-marks.csv` holds the marks. A row of a table of figures is found by its figure, place and year; one that the
marks do not name is held out, and nothing in the model answers to it. Records, and figures that are in no such table,
stand in the marks alone.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

TABLES = ("published_figures.csv", "published_figures_2.csv")
"""The tables of published figures, in the folder that is given."""

ELSEWHERE = "records"
"""`file` of what is in none of them."""

KEY = ["file", "figure", "place", "year"]
OF_THE_TABLE = ["row", "value", "unit", "source", "parameter", "use"]
COLUMNS = ["file", "row", *KEY[1:], *OF_THE_TABLE[1:], "mark", "test", "output", "compared", "why"]

FITTED, SEEN, HELD_OUT = "fitted", "seen", "held out"

SEED = 15
"""Of the draw of the test set. It was made before any run from a steady start was looked at."""


def ledger(tables: pd.DataFrame, marks: pd.DataFrame) -> pd.DataFrame:
    """One row a figure, with `COLUMNS`; all columns are text.

    `tables` has the columns of the tables of figures, with `file`, and `row` counted from 1; `marks` those of
    docs/fit-marks.csv. Raises ValueError for a mark of a figure that is in no table.
    """
    found = tables.merge(marks, on=KEY, how="outer", suffixes=("", "_marked"), indicator="side").astype(object)
    lost = found[(found["side"] == "right_only") & (found["file"] != ELSEWHERE)]
    if len(lost):
        raise ValueError(f"marks of figures that are in no table: {lost[KEY].to_numpy().tolist()}")
    found = found.fillna("")
    for name in OF_THE_TABLE:
        if (marked := f"{name}_marked") in found:
            found[name] = found[name].where(found[name] != "", found[marked])
    found["mark"] = found["mark"].replace("", HELD_OUT)
    places = pd.to_numeric(found["row"]).fillna(0)
    return found.iloc[np.lexsort((places, found["file"]))][COLUMNS].reset_index(drop=True)


def drawn(marks: pd.DataFrame) -> pd.DataFrame:
    """The marks with a test set drawn: every second of the held-out figures that have an `output`, in the order of
    their outputs and by lot among those of the same one, so that each output has its half."""
    usable = np.flatnonzero((marks["mark"] == HELD_OUT) & (marks["output"] != ""))
    random = np.random.default_rng(SEED)
    ordered = usable[np.lexsort((random.random(len(usable)), marks["output"].to_numpy(str)[usable]))]
    chosen = np.zeros(len(marks), bool)
    chosen[ordered[int(random.integers(2)) :: 2]] = True
    return marks.assign(test=np.where(chosen, "yes", ""))


def tables_of(folder: Path) -> pd.DataFrame:
    """The rows of all tables in `folder`, as text; a column that a table does not have is empty there."""
    parts = []
    for name in TABLES:
        table = pd.read_csv(folder / name, dtype=str).rename(columns={"source_title": "source"})
        parts.append(table.assign(file=name, row=[str(number + 1) for number in range(len(table))]))
    return pd.concat(parts, ignore_index=True).fillna("")


def table(path: Path) -> pd.DataFrame:
    """A table of marks, or the ledger, as text."""
    return pd.read_csv(path, dtype=str).fillna("")


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the ledger."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="folder with " + " and ".join(TABLES))
    parser.add_argument("--marks", type=Path, default=Path("docs/fit-marks.csv"), help="default docs/fit-marks.csv")
    parser.add_argument("--draw", action="store_true", help="draw a test set anew and write the marks with it instead")
    given = parser.parse_args(arguments)
    marks = table(given.marks)
    made = drawn(marks) if given.draw else ledger(tables_of(given.folder), marks)
    sys.stdout.write(made.to_csv(index=False, lineterminator="\n"))


if __name__ == "__main__":
    main()
