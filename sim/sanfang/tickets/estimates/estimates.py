"""All that is estimated from an export, in one call; as JSON, and as a page for people (`telling`)."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from sanfang.tickets.estimates.arrivals import Arrivals, arrivals
from sanfang.tickets.estimates.durations import ClosingTimes, closing_times
from sanfang.tickets.estimates.hazards import Hazards, hazards
from sanfang.tickets.estimates.links import Links, links
from sanfang.tickets.estimates.moved import Moved, moved
from sanfang.tickets.estimates.places import Places
from sanfang.tickets.estimates.silence import ASSUMPTIONS, Silence, silence
from sanfang.tickets.estimates.texts import text
from sanfang.tickets.estimates.value import Bound, Estimate, Refused, rounded
from sanfang.tickets.tickets import Tickets


@dataclass(frozen=True)
class Estimates:
    """What a file tells, each number with its 95 % interval, or refused with a reason. Nothing is about a person."""

    rows: int
    begin: str
    end: str
    """Dates of the period, both ends included."""
    selection: str
    doubts: tuple[str, ...]
    arrivals: Arrivals
    closing: ClosingTimes
    links: Links
    moved: Moved
    silence: dict[str, Silence | Refused]
    hazards: Hazards

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it: nested by part; cells by `domain / neighbourhood`."""
        return {"level": 0.95, **_plain(self), "assumptions_of_silence": list(ASSUMPTIONS)}

    def to_json(self) -> str:
        """The text of a JSON file."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def estimate(tickets: Tickets, places: Places | None = None, country: str | None = "CN") -> Estimates:
    """All estimates from `tickets`.

    `places` turns counts into hazards. `country` (ISO 3166, two letters; None: none) says whose festivals are meant.
    """
    coming = arrivals(tickets, country)
    return Estimates(
        rows=len(tickets.table),
        begin=str(tickets.begin.date()),
        end=str(tickets.end.date()),
        selection=tickets.selection,
        doubts=tickets.doubts + _doubts(tickets, coming, country),
        arrivals=coming,
        closing=closing_times(tickets),
        links=links(tickets),
        moved=moved(tickets),
        silence=silence(tickets),
        hazards=hazards(tickets, coming, places),
    )


def _doubts(tickets: Tickets, coming: Arrivals, country: str | None) -> tuple[str, ...]:
    """What a reader of these estimates should know, beyond what reading and mapping have said."""
    from sanfang.tickets.estimates.days import whole_days

    table, result = tickets.table, []
    if tickets.selection == "unknown":
        result.append(text("doubt.unknown"))
        if "closed" in tickets.has and table["closed"].notna().all():
            result.append(text("doubt.none_open"))
    lost = whole_days(tickets, country).lost
    if lost:
        result.append(text("doubt.lost", lost=lost))
    unnamed = float(table["domain"].isna().mean()) if len(table) else 0.0
    if unnamed > 0:
        result.append(text("doubt.no_domain", share=unnamed))
    if "neighbourhood" not in tickets.has:
        result.append(text("doubt.no_neighbourhood"))
    return tuple(result)


def _plain(value: Any) -> Any:
    """Anything of an Estimates as JSON has it."""
    if isinstance(value, Estimate | Bound | Refused):
        return value.to_dict()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {" / ".join(key) if isinstance(key, tuple) else str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float | np.floating):
        return rounded(float(value))
    return value
