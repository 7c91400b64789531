"""Where minds come to rest under a constant stream of experiences: the fixed point of `model/district/residents.py`.

Everybody meets with the same again and again, so neighbours' talk moves nobody. With D the days of a wait, L the days
promised for its kind, F the factor of the kind (an urgent need is expected sooner), q the quality of a result, m trips,
f the share that fails, and B the days on which the trouble is there (silent, then waiting):

    lasting = (1 - norm) D + norm L                         what an experience leaves of expectation
    expectation = lasting / F, at least 0.25 and at most 365 days
    worth w = clip(q exp(-impatience max(D - F expectation, 0) / (F expectation)) - trip_cost m, 0, 1)
    trust = (1 - f) w
    s = (1 - f) learn_up w / (1 - k (1 - (1 - f) learn_up - f learn_down)),    k = (1 - erosion)^B

s is satisfaction just after an experience, k s just before the next one. It lies between 0 and w, so what succeeds
draws it up by `learn_up`, what fails down to 0 by `learn_down`, and the mean over independent failures is exact.
Within the bounds a wait is late by max(r - 1, 0) norm / ((1 - norm) r + norm) expected waits, r = D / L: by none where
nothing is promised (norm 0), however long it is, and never by more than norm / (1 - norm).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import pandas as pd

from sanfang.model.district.residents import MAX_EXPECTATION, MIN_EXPECTATION
from sanfang.model.setting import promised_days
from sanfang.model.state import CHRONIC
from sanfang.scenario.conditions import Limits, Mind


@dataclass(frozen=True)
class Stream:
    """What everybody meets with again and again, one trouble at a time."""

    days: float
    """From voicing to the end."""
    kind: int = CHRONIC
    """Of the need, of `state`."""
    quality: float = 1.0
    """Of a result, 0 to 1."""
    failed: float = 0.0
    """Share of requests that end without a result, by chance."""
    trips: float = 0.0
    silent_days: float = 0.0
    """From arising to voicing."""
    every_days: int = 365
    """From one experience to the next; not less than the trouble lasts."""

    @property
    def trouble_days(self) -> float:
        """Days on which the trouble is there."""
        return self.silent_days + self.days


class Settled(NamedTuple):
    """Minds at rest, and what brings them there."""

    satisfaction: float
    """Mean over days."""
    expectation: float
    """Of an ordinary need, in days."""
    trust: float
    """Mean over experiences."""
    worth: float
    """Of an experience that does not fail."""
    after: float
    """Satisfaction on the evening of an experience."""


def settled(stream: Stream, mind: Mind, limits: Limits) -> Settled:
    """The fixed point. All steps of `mind` have to be above 0.

    ValueError if the trouble lasts longer than from one experience to the next.
    """
    if not 0 <= stream.trouble_days <= stream.every_days:
        raise ValueError(
            f"a trouble of {stream.trouble_days} days every {stream.every_days} days: one has to end first"
        )
    factor = (mind.urgent_expectation, mind.hard_expectation, 1.0, mind.hoped_expectation)[stream.kind]
    lasting = (1.0 - mind.norm) * stream.days + mind.norm * promised_days(limits)[stream.kind]
    expectation = max(min(lasting / factor, MAX_EXPECTATION), MIN_EXPECTATION)
    late = max(stream.days / (factor * expectation) - 1.0, 0.0)
    worth = min(max(stream.quality * math.exp(-mind.impatience * late) - mind.trip_cost * stream.trips, 0.0), 1.0)
    solved, kept = 1.0 - stream.failed, math.pow(1.0 - mind.erosion, stream.trouble_days)
    unmoved = 1.0 - solved * mind.learn_up - stream.failed * mind.learn_down
    after = solved * mind.learn_up * worth / (1.0 - kept * unmoved)
    return Settled(after * _share_kept(stream, mind.erosion), expectation, solved * worth, worth, after)


def _share_kept(stream: Stream, erosion: float) -> float:
    """Mean over days of what is left of satisfaction: all of it without a trouble, then less on each day of it."""
    if erosion == 0.0:
        return 1.0
    eroded = (1.0 - erosion) * (1.0 - math.pow(1.0 - erosion, stream.trouble_days)) / erosion
    return (stream.every_days - stream.trouble_days + eroded) / stream.every_days


PARTS: dict[str, Callable[[Stream, float], Stream]] = {
    "waits": lambda stream, times: replace(stream, days=stream.days * times),
    "silence": lambda stream, times: replace(stream, silent_days=stream.silent_days * times),
    "quality": lambda stream, times: replace(stream, quality=min(stream.quality * times, 1.0)),
    "failures": lambda stream, times: replace(stream, failed=min(stream.failed * times, 1.0)),
    "trips": lambda stream, times: replace(stream, trips=stream.trips * times),
}
"""What of a stream is doubled and halved. Quality and the share of failures end at 1."""


def effects(stream: Stream, mind: Mind, limits: Limits) -> pd.DataFrame:
    """What doubling and halving each of `PARTS` does to minds at rest, all else the same.

    A row for each part; columns satisfaction, expectation and trust, each `halved` and `doubled`: differences.
    """
    base = settled(stream, mind, limits)
    rows = {}
    for part, scaled in PARTS.items():
        rest = {name: settled(scaled(stream, times), mind, limits) for name, times in _TIMES.items()}
        rows[part] = {
            (value, name): getattr(other, value) - getattr(base, value)
            for value in ("satisfaction", "expectation", "trust")
            for name, other in rest.items()
        }
    return pd.DataFrame.from_dict(rows, orient="index")


_TIMES = {"halved": 0.5, "doubled": 2.0}
