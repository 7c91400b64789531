"""How records are declared, and what arrays are called in the annotations of compiled functions.

The compiler looks at what it is given and needs no annotation: they tell a reader, and mypy, what is meant. Ids (a
case's, a job's, a worker's, ...) are positions in the array of its kind, and plain `int`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.floating[Any]]
type Ints = NDArray[np.integer[Any]]
type Flags = NDArray[np.bool_]
type Keys = NDArray[np.uint64]

type Records = NDArray[np.void]
"""An array of records, in one of the types that `record_type` declares."""

type Record = Any
"""One record of such an array: reading or writing `record.field` reads or writes the array."""

type Field = tuple[str, Any, str, str]
"""Name; type (with the length, if it is a row of numbers); unit, or "" where it has none; meaning."""


def record_type(*fields: Field, packed: bool = False) -> np.dtype[np.void]:
    """The type of a record with these fields, each aligned for the processor unless `packed`."""
    return np.dtype([(name, kind) for name, kind, _unit, _meaning in fields], align=not packed)
