"""One estimate with its interval, a bound, or a refusal with its reason; and the intervals that several files use."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from sanfang.tickets.estimates.texts import text
from sanfang.tickets.said import Said

LEVEL = 0.95
"""Of every interval."""


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval. `count`: the requests (or what `unit` names) that it rests on.

    `unit` and `note`, as the reasons of a bound and of a refusal, are texts that know their Chinese (`Said`).
    """

    value: float
    low: float
    high: float
    count: int
    unit: str
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it; four significant digits."""
        numbers = {key: rounded(getattr(self, key)) for key in ("value", "low", "high")}
        return numbers | {"count": self.count, "unit": self.unit} | ({"note": self.note} if self.note else {})

    def __str__(self) -> str:
        return f"{self.value:.3g} ({self.low:.3g} to {self.high:.3g}) {self.unit}"


@dataclass(frozen=True)
class Bound:
    """No estimate, but at least so much: the lower end of the interval of what the file has."""

    at_least: float
    count: int
    unit: str
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"at_least": rounded(self.at_least), "count": self.count, "unit": self.unit, "reason": self.reason}

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> Said:
        """The bound and its reason."""
        return text("why.at_least", least=self.at_least, unit=self.unit, why=self.reason)


@dataclass(frozen=True)
class Refused:
    """No estimate, and why."""

    reason: str

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"refused": self.reason}

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> Said:
        """The refusal and its reason."""
        return text("why.refused", why=self.reason)


Result = Estimate | Bound | Refused
Table = Mapping[str, Result]
"""Results by the name of a domain, a neighbourhood, a weekday."""


def rounded(value: float) -> float | None:
    """Four significant digits; None for what is no number, as JSON has no NaN."""
    return float(f"{value:.4g}") if math.isfinite(value) else None


def from_log(value: float, log_error: float, count: int, unit: str, df: float = math.inf, note: str = "") -> Estimate:
    """The estimate of a positive `value` whose logarithm has the standard error `log_error` (t with `df`)."""
    factor = math.exp(float(stats.t.ppf((1 + LEVEL) / 2, df)) * log_error)
    return Estimate(value, value / factor, value * factor, count, unit, note)


def wilson(share: float, effective: float) -> tuple[float, float]:
    """The interval of a share seen in `effective` independent cases, which need not be whole (Wilson 1927)."""
    z = float(stats.norm.ppf((1 + LEVEL) / 2))
    middle = (share + z * z / (2 * effective)) / (1 + z * z / effective)
    half = z / (1 + z * z / effective) * math.sqrt(share * (1 - share) / effective + z * z / (4 * effective**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def share(hits: np.ndarray, totals: np.ndarray, unit: str, note: str = "") -> Estimate:
    """The share of `hits` in `totals`, both counted by cluster (an incident, a day), with Wilson's interval.

    The share is a ratio of two sums over clusters. Its variance by linearisation says how many independent cases
    would be as precise (Korn and Graubard 1998), never more than there are; Wilson's interval takes that number.
    """
    total = float(totals.sum())
    value = float(hits.sum()) / total
    groups = len(totals)
    binomial = value * (1 - value) / total
    effective = total
    if groups > 1 and binomial > 0:
        variance = float(((hits - value * totals) ** 2).sum()) / total**2 * groups / (groups - 1)
        effective = total * min(1.0, binomial / variance) if variance > 0 else total
    low, high = wilson(value, effective)
    return Estimate(value, low, high, int(total), unit, note)


def share_of(flags: np.ndarray, clusters: np.ndarray, unit: str, note: str = "") -> Estimate:
    """The share of true `flags`; rows with the same number in `clusters` belong together."""
    _, place = np.unique(clusters, return_inverse=True)
    return share(np.bincount(place, weights=flags.astype(float)), np.bincount(place).astype(float), unit, note)


def rate_interval(events: float, exposure: float, dispersion: float) -> tuple[float, float]:
    """The interval of a rate: `events` in `exposure` (Garwood 1936), `dispersion` times as variable as Poisson's."""
    dispersion, tail = max(1.0, dispersion), (1 - LEVEL) / 2
    effective = events / dispersion
    low = float(stats.gamma.ppf(tail, effective)) if effective > 0 else 0.0
    return low * dispersion / exposure, float(stats.gamma.ppf(1 - tail, effective + 1)) * dispersion / exposure
