"""Reading an export: rows a second and memory, of a million made-up requests in CSV.

The file has 14 columns, as a city's portal writes them: two dates on a clock of 12 hours, a kind, an office, a
place, texts in quotation marks with commas and line breaks. The reader's time is set against Python's own `csv` module
counting the cells of the same file, taken in the same run, so that the ratio means something on another machine.
"""

from __future__ import annotations

import csv
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.measuring import FULL, QUICK, USUAL, Section, isolated, run_alone, table
from sanfang.tickets.importing import files, import_requests

ROWS = {QUICK: 50_000, USUAL: 1_000_000, FULL: 3_000_000}
CHUNK = 100_000


def write_export(path: Path, rows: int, seed: int = 1) -> None:
    """A made-up export of so many requests."""
    random = np.random.default_rng(seed)
    kinds = np.array([f"{kind} - {detail}" for kind in ("Noise", "Street Light", "Parking", "Heating", "Rodent")
                      for detail in ("Residential", "Street", "Park", "Other")])  # fmt: skip
    for begin in range(0, rows, CHUNK):
        count = min(CHUNK, rows - begin)
        created = pd.Timestamp("2022-01-01") + pd.to_timedelta(
            np.sort(random.uniform(begin, begin + count, count)) * 63, "s"
        )
        closed = created + pd.to_timedelta(random.exponential(90, count), "h")
        number = np.arange(begin, begin + count)
        frame = pd.DataFrame({
            "Unique Key": 50_000_000 + number,
            "Created Date": created.strftime("%m/%d/%Y %I:%M:%S %p"),
            "Closed Date": np.where(random.random(count) < 0.9, closed.strftime("%m/%d/%Y %I:%M:%S %p"), ""),
            "Agency": random.choice(["NYPD", "HPD", "DOT", "DSNY"], count),
            "Complaint Type": random.choice(kinds, count),
            "Descriptor": "Loud Music, Party",
            "Incident Zip": random.integers(10_001, 11_500, count),
            "Incident Address": pd.Series(random.integers(1, 900, count)).astype(str) + " MADE UP STREET",
            "Status": random.choice(["Closed", "In Progress", "Open"], count, p=[0.9, 0.05, 0.05]),
            "Due Date": "",
            "Resolution Description": "The office looked at it,\nand took action to fix the condition.",
            "Community Board": random.choice([f"{n:02d} MADE UP" for n in range(1, 19)], count),
            "Open Data Channel Type": random.choice(["PHONE", "ONLINE", "MOBILE"], count),
            "Latitude": np.round(random.uniform(40.5, 40.9, count), 6),
        })  # fmt: skip
        frame.to_csv(path, mode="a", header=begin == 0, index=False)


def read_whole(path: str) -> tuple[float, float, int]:
    """Seconds on the wall and of processors, from the file to all that is written of it, and rows used."""
    begin, busy = time.perf_counter(), time.process_time()
    found = import_requests(Path(path))
    with tempfile.TemporaryDirectory() as folder:
        for name, write in files(found).items():
            write(Path(folder) / name)
    return time.perf_counter() - begin, time.process_time() - busy, found.report.used if found.report else 0


def count_cells(path: str) -> tuple[float, int]:
    """Processor time of Python's own reader, which only counts cells."""
    begin = time.process_time()
    with open(path, encoding="utf-8", newline="") as file:
        cells = sum(map(len, csv.reader(file)))
    return time.process_time() - begin, cells


def measure(size: str) -> Section:
    rows = ROWS[size]
    section = Section("Reading an export", __doc__ or "")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.csv"
        write_export(path, rows)
        megabytes = path.stat().st_size / 1e6
        plain, whole = isolated(count_cells, str(path)), isolated(read_whole, str(path))
    seconds, busy, used = whole.result
    head = ["rows", "MB", "used", "seconds", "of processors", "over csv alone", "most memory, MB"]
    ratio = f"{busy / plain.result[0]:.1f} x"
    line = [rows, round(megabytes), used, round(seconds, 1), round(busy, 1), ratio, round(whole.peak)]
    section.add(table(head, [line]))
    return section


if __name__ == "__main__":
    run_alone(measure)
