"""An exported table of runs.

How much is in it is asked before it is read: a small file may claim any number of rows.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from sanfang.lab.statistics.run_table import TELLING
from sanfang.scenario.errors import InputError

MAX_RUNS = 1_000_000
MAX_BYTES = 300_000_000  # of an exported table
MAX_COLUMNS = 2_000
MAX_VALUES = 100_000_000  # numbers or texts in it
MAX_HEAD = 200_000  # characters of the line that names its columns


def read_exported(path: Path, metric: str = "") -> pd.DataFrame:
    """An exported table of runs, all columns or only what `metric` needs. Raises InputError if it is too large."""
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"is larger than {MAX_BYTES / 1e6:.0f} MB, which is more than a page can show")
    wanted = ("scenario", "point", "replication", *TELLING, metric) if metric else None
    return _parquet(path, wanted) if path.suffix == ".parquet" else _csv(path, wanted)


def _parquet(path: Path, wanted: Collection[str] | None) -> pd.DataFrame:
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(path) as file:
        schema, rows = file.schema_arrow, file.metadata.num_rows
    check_count(rows)
    _check_columns(len(schema.names), rows)
    texts = [name for name in schema.names if str(schema.field(name).type) in ("string", "large_string")]
    columns = [name for name in schema.names if wanted is None or name in wanted]
    table = pyarrow.parquet.read_table(path, columns=columns, read_dictionary=texts)  # a text is kept once
    runs = table.to_pandas()
    return pd.DataFrame(runs.astype({name: "object" for name in texts if name in runs}))


def _csv(path: Path, wanted: Collection[str] | None) -> pd.DataFrame:
    with path.open(encoding="utf-8", errors="replace") as file:
        columns = file.readline(MAX_HEAD).count(",") + 1
    _check_columns(columns, 1)
    most = min(MAX_RUNS, MAX_VALUES // columns)
    runs = pd.read_csv(
        path,
        usecols=(lambda name: name in wanted) if wanted is not None else None,
        dtype={"scenario": "str"},
        nrows=most + 1,
    )
    check_count(len(runs))
    _check_columns(columns, len(runs))
    return runs


def _check_columns(columns: int, rows: int) -> None:
    if columns > MAX_COLUMNS or columns * rows > MAX_VALUES:
        raise InputError(
            f"has {columns:,} columns and {rows:,} runs or more; a page shows at most {MAX_COLUMNS:,} columns and"
            f" {MAX_VALUES:,} values: use `sanfang analyse`"
        )


def check_count(runs: int) -> None:
    """Raises InputError if there are no runs, or more than a page can show."""
    if not runs:
        raise InputError("has no runs yet")
    if runs > MAX_RUNS:
        raise InputError(f"has {runs:,} runs, and a page shows at most {MAX_RUNS:,}: use `sanfang analyse`")
