"""The compiled loops of metrics. They stand apart because the compiler takes a second to load: who only wants to know
which metrics there are does not wait for it, so what needs these loops imports them when it is called."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sanfang.metrics.ends import GIVEN_UP, HEALED, MET, RESOLVED, UNDER_WAY, UNRESOLVED
from sanfang.model import state as s
from sanfang.model.compiled import compiled
from sanfang.model.kernel.records import Flags, Floats, Record, Records


@compiled
def fill_requests(
    records: Records, first: int, voiced: Floats, closed: Floats, first_at: Floats, first_hours: NDArray[np.float32],
    outcome: NDArray[np.int8], kind: NDArray[np.int8], trips: NDArray[np.int8], handoffs: NDArray[np.int16],
    spent: Floats,
) -> int:  # fmt: skip
    """Fill columns with the requests made from day `first` on, in one pass: most of a long record is not wanted.

    Returns how many they are. The columns are numpy's, as the compiler's own would come in small pages of memory.
    """
    count = 0
    for record in records:
        if record.voiced >= first:
            voiced[count], closed[count], first_at[count] = record.voiced, record.closed, record.first_at
            first_hours[count], outcome[count], kind[count] = record.first_hours, record.outcome, record.kind
            trips[count], handoffs[count] = record.trips, record.handoffs
            count += 1
            if record.outcome == s.RESOLVED or record.outcome == s.UNRESOLVED:
                for cause in range(len(spent)):
                    spent[cause] += record.spent[cause]
    return count


@compiled
def fill_needs(
    records: Records, first: int, end: float, age: Floats, trouble: Floats, gone: Flags, silent: Floats, known: Flags,
    pursued: Floats, way: NDArray[np.int8],
) -> int:  # fmt: skip
    """Fill in, of the needs that arose from day `first` on, their age at day `end`; days from arising to an end, or the
    age where it has not come; and whether, or in which way, it has: of the trouble, of silence, and of the need as it
    is pursued. Returns how many they are.
    """
    count = 0
    for record in records:
        if record.arose < first:
            continue
        age[count] = end - record.arose
        gone[count] = record.gone == record.gone
        trouble[count] = record.gone - record.arose if gone[count] else age[count]
        heard = record.voiced == record.voiced
        known[count] = heard or record.outcome == s.HEALED
        until = record.voiced if heard else record.closed
        silent[count] = until - record.arose if known[count] else age[count]
        way[count] = way_of(record)
        pursued[count] = age[count] if way[count] == UNDER_WAY else record.closed - record.arose
        count += 1
    return count


@compiled
def way_of(record: Record) -> int:
    """The way in which a need has ended, or `UNDER_WAY`; a request about to be brought back is so: its record has no
    experience, and its trouble is still there."""
    if record.outcome == s.RESOLVED:
        return RESOLVED
    if record.outcome == s.HEALED:
        return MET if record.met else HEALED
    if record.outcome == s.WITHDRAWN:
        return GIVEN_UP
    if record.outcome == s.UNRESOLVED and (record.experience == record.experience or record.gone == record.gone):
        return UNRESOLVED
    return UNDER_WAY


@compiled
def kaplan_meier(ended: Floats, censored: Floats, times: Floats, remaining: Floats) -> int:
    """Fill in each time seen, of two sorted arrays, and the share still waiting from then on. Returns how many."""
    i, j, count, share = 0, 0, 0, 1.0
    while i < len(ended) or j < len(censored):
        at_risk = len(ended) + len(censored) - i - j
        time = ended[i] if i < len(ended) and (j == len(censored) or ended[i] <= censored[j]) else censored[j]
        done = 0
        while i < len(ended) and not ended[i] > time:
            i, done = i + 1, done + 1
        while j < len(censored) and not censored[j] > time:
            j += 1
        share *= (at_risk - done) / at_risk
        times[count], remaining[count] = time, share
        count += 1
    return count
