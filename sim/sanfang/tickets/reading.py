"""A file of any kind as a `Sheet`: what kind it is, its first bytes tell, not its name."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sanfang.scenario.errors import InputError
from sanfang.scenario.telling import printable, shortened
from sanfang.tickets.excel_files import read_excel_file
from sanfang.tickets.json_files import read_json_file
from sanfang.tickets.sheet import MAX_COLUMNS, Format, Sheet, tidy, unique_names
from sanfang.tickets.text_files import Progress, read_text_file

MAX_BYTES = 3_000_000_000

Reader = Callable[[Path, str, Format | None, Progress | None], Sheet]

_PACKED = ((b"\x1f\x8b", "gzip"), (b"7z\xbc\xaf", "7-Zip"), (b"Rar!", "RAR"), (b"BZh", "bzip2"), (b"\xfd7zXZ", "xz"))


def read(path: Path, wanted: Format | None = None, progress: Progress | None = None) -> Sheet:
    """The table in a file. `wanted` says how it is to be read, as a mapping does; else it is found out.

    Raises `InputError`, with no cell of the file in its message.
    """
    where = printable(shortened(path.name, 100))
    with no_cell_in_messages(where):
        head = _head(path, where)
        sheet = _reader(head, where)(path, where, wanted, progress)
        if not len(sheet.table.columns):
            raise InputError(f"{where}: has no columns")
        return sheet


@contextmanager
def no_cell_in_messages(where: str) -> Iterator[None]:
    """What a library says of a wrong value often holds the value: of such errors only the kind is told."""
    try:
        yield
    except InputError:
        raise
    except (RecursionError, MemoryError) as error:
        what = "is nested too deeply" if isinstance(error, RecursionError) else "takes more memory than there is"
        raise InputError(f"{where}: {what}") from None
    except OSError as error:
        raise InputError(f"{where}: cannot be read: {error.strerror or type(error).__name__}") from None
    except (ValueError, ArithmeticError, LookupError, TypeError, pa.ArrowException) as error:
        raise InputError(f"{where}: cannot be understood ({type(error).__name__})") from None


def _head(path: Path, where: str) -> bytes:
    """The first bytes of an ordinary file of no more than `MAX_BYTES`; opening it does not wait."""
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | getattr(os, "O_NONBLOCK", 0))) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise InputError(f"{where}: is no ordinary file")
        if found.st_size > MAX_BYTES:
            raise InputError(f"{where}: is larger than {MAX_BYTES / 1e9:.0f} GB; export a shorter period")
        return file.read(4096)


def _reader(head: bytes, where: str) -> Reader:
    if not head.strip():
        raise InputError(f"{where}: is empty")
    for mark, name in _PACKED:
        if head.startswith(mark):
            raise InputError(f"{where}: is packed ({name}); unpack it first")
    if head.startswith(b"PAR1"):
        return _read_parquet
    if head.startswith(b"PK\x03\x04") or head.startswith(b"\xd0\xcf\x11\xe0"):
        return read_excel_file
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")
    start = text.replace(b"\0", b"")[:500].lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<div")):
        raise InputError(
            f"{where}: is a web page or XML, whatever its name says; open it in Excel and save it as .xlsx or CSV"
        )
    if start.startswith(b"%pdf"):
        raise InputError(f"{where}: is a PDF; ask for the table that it was made from")
    if start[:1] in (b"{", b"["):
        return read_json_file
    if head[:2] not in (b"\xff\xfe", b"\xfe\xff") and _is_binary(head):
        raise InputError(f"{where}: is no table of a known kind: CSV, Excel, Parquet, JSON or GeoJSON")
    return read_text_file


def _is_binary(head: bytes) -> bool:
    """Control signs that no text has; UTF-16 without a mark has nulls in every other place only."""
    strange = sum(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in head if byte)
    nulls = max(head[::2].count(0), head[1::2].count(0)), min(head[::2].count(0), head[1::2].count(0))
    return strange > 0.02 * len(head) or (nulls[1] > 0.1 * len(head) / 2 and nulls[1] > 0.4 * nulls[0])


def _read_parquet(path: Path, where: str, wanted: Format | None, progress: Progress | None) -> Sheet:
    """Columns of any type as texts; lists and nested tables are left out, since no request's facts stand there."""
    try:
        file = pq.ParquetFile(path)
        if file.metadata.num_columns > MAX_COLUMNS:
            raise InputError(f"{where}: has more than {MAX_COLUMNS:,} columns, so it is no table of requests")
        table = file.read().flatten()
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, FileNotFoundError | PermissionError):
            raise
        raise InputError(f"{where}: is damaged: Parquet that cannot be read") from None
    kept = [place for place, kind in enumerate(table.schema.types) if not pa.types.is_nested(kind)]
    if not kept:
        raise InputError(f"{where}: has no columns")
    names = unique_names([table.schema.names[place] for place in kept])
    arrays = {name: _texts(table.column(place)) for name, place in zip(names, kept, strict=True)}
    cells, empty = tidy(arrays)
    return Sheet(cells, Format("parquet"), {"empty": empty, "broken": 0})


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.chunked_array([pa.nulls(len(column), pa.large_string())])
    if pa.types.is_floating(kind):  # whole numbers that had to be floating because some are missing
        values = [None if one is None or one != one else _number(one) for one in column.to_pylist()]
        return pa.chunked_array([pa.array(values, pa.large_string())])
    if pa.types.is_timestamp(kind):
        series = column.to_pandas()
        return pa.chunked_array([pa.array(pd.Series(series).astype("string"), pa.large_string())])
    return column.cast(pa.large_string())


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e17 else repr(value)
