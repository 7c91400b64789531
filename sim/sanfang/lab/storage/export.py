"""Writing tables that come in pieces into one file: CSV or Parquet."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pandas as pd

Format = Literal["csv", "parquet"]


def write_csv(path: Path, pieces: Iterator[pd.DataFrame]) -> None:
    """One CSV file in UTF-8, with one line of names."""
    with path.open("w", encoding="utf-8", newline="") as file:
        for number, piece in enumerate(pieces):
            piece.to_csv(file, index=False, header=number == 0)


def write_parquet(path: Path, pieces: Iterator[pd.DataFrame]) -> None:
    """One Parquet file whose columns have the types of the first piece."""
    import pyarrow
    import pyarrow.parquet

    with contextlib.ExitStack() as stack:
        writer = None
        for piece in pieces:
            table = pyarrow.Table.from_pandas(piece, preserve_index=False)
            if writer is None:
                writer = stack.enter_context(pyarrow.parquet.ParquetWriter(path, table.schema, compression="zstd"))
            writer.write_table(table.cast(writer.schema))
