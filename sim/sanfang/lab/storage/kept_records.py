"""What a run leaves behind as bytes, so that later metrics can be computed of it: columns in numpy's own format."""

from __future__ import annotations

import io
import zlib
from typing import Any

import numpy as np
import pandas as pd

from sanfang.lab.storage.database import MAX_CELL
from sanfang.model.books.observation import Observation
from sanfang.model.cases.case_records import CLOSING, NEED_RECORD
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario

LEVEL = 3
"""Of compression: higher ones take several times as long, and a few hundredths less room."""
MAX_BYTES = 4_000_000_000
"""Of what is unpacked; a damaged file may claim any length."""

BY_DAY = ("hours_so_far", "spent_so_far")
LEDGER = ("resource", "tier", "heading", "amount")
PLAIN = (
    "counters", "satisfaction", "satisfaction_vulnerable", "satisfaction_by_age", "latent", "latent_vulnerable", "open",
    "rated", "leavers",
    *BY_DAY, "hours_booked", "month_ahead", "month_pots", "in_pots", "waiting_yuan", "community_size",
    "resident_satisfaction", "resident_vulnerable", "resident_age", "clock",
)  # fmt: skip
"""The arrays of an observation."""


BEGAN = (None, False, True)
"""How a run may have begun, see `Observation.began_steady`; the year before is not kept."""


def pack(run: Observation) -> bytes:
    """All of a run but its scenario. Raises InputError where that is more than a store takes."""
    columns: dict[str, Any] = {name: np.asarray(getattr(run, name)) for name in PLAIN}
    columns |= {f"record_{name}": run.records[name] for name in NEED_RECORD.names or ()}
    columns |= {f"closing_{name}": run.closings[name] for name in CLOSING.names or ()}
    columns |= {f"ledger_{name}": run.ledger[name].to_numpy(float if name == "amount" else str) for name in LEDGER}
    columns |= {"communities": np.array(run.communities, str), "numbers": np.array([run.days, run.posts])}
    columns |= {"began": np.array(BEGAN.index(run.began_steady))}
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **columns)
    packed = zlib.compress(buffer.getbuffer(), LEVEL)
    if len(packed) > MAX_CELL:
        size, most = len(packed) / 1e6, MAX_CELL / 1e6
        raise InputError(
            f"records: those of this run take {size:,.0f} MB, and at most {most:,.0f} MB of a run are kept"
        )
    return packed


def unpack(packed: bytes, scenario: Scenario) -> Observation:
    """What `pack` has packed, of a run of `scenario`. Raises ValueError, KeyError or zlib.error if it is damaged."""
    stream = zlib.decompressobj()
    content = stream.decompress(packed, MAX_BYTES)
    if not stream.eof:
        raise ValueError("its records do not end")
    with np.load(io.BytesIO(content), allow_pickle=False) as columns:
        records, closings = _rows("record", NEED_RECORD, columns), _rows("closing", CLOSING, columns)
        days, posts = columns["numbers"].tolist()
        return Observation(
            scenario=scenario,
            days=days,
            posts=posts,
            records=records,
            closings=closings,
            ledger=pd.DataFrame({name: columns[f"ledger_{name}"] for name in LEDGER}),
            communities=tuple(columns["communities"].tolist()),
            year_before=None,
            began_steady=BEGAN[int(columns["began"])] if "began" in columns else None,
            **{name: columns[name] for name in PLAIN},
        )


def _rows(stem: str, kind: np.dtype[np.void], columns: Any) -> np.ndarray:
    """An array of records from its columns."""
    names = kind.names or ()
    rows = np.empty(len(columns[f"{stem}_{names[0]}"]), kind)
    for name in names:
        rows[name] = columns[f"{stem}_{name}"]
    return rows
