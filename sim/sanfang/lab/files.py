"""Files that are either complete or not there: written beside their place and renamed into it."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


_NOT_IN_FILES = re.compile("[\x7f-\x9f\ud800-\udfff]")


def write_atomically(path: Path, write: Callable[[Path], object]) -> Path:
    """Let `write` fill a temporary file beside `path`, then rename it to `path`.

    Readers see the old file or the new one, never half of it. Folders are made as needed. The temporary
    file keeps the suffix of `path`, by which some writers choose their format. Returns `path`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def table_writer(table: pd.DataFrame) -> Callable[[Path], object]:
    """Writes `table` as CSV, for `write_atomically`."""
    return lambda path: table.to_csv(path, index=False)


def plain(value: Any) -> Any:
    """`value` as strict JSON knows it: NaN and infinities become None, numpy scalars plain numbers, dates texts."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(item) for item in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def to_json(document: Any, ascii_only: bool = False) -> str:
    """`document` as one strict JSON text, ending in a newline; letters as they are, unless `ascii_only`.

    What a terminal would obey, and half characters that UTF-8 does not know, are written as JSON escapes in any case.
    """
    text = json.dumps(plain(document), ensure_ascii=ascii_only, indent=2, allow_nan=False) + "\n"
    return _NOT_IN_FILES.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
