"""The report of an export's quality: every row once, what is known of those used, and what the file can tell at all."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sanfang.tickets.guess import Doubt, Guess
from sanfang.tickets.making import ENDED, INFORMATION, Made
from sanfang.tickets.privacy import SMALL, pooled
from sanfang.tickets.selection import Selected
from sanfang.tickets.sheet import Sheet
from sanfang.tickets.telling import doubt, told
from sanfang.tickets.words import ROLES

NIGHT = 0.3
"""Share of requests from 0 to 6 o'clock that is more than people make."""

SOME = 0.02
"""Share from which on exact midnights among other times are told."""


@dataclass(frozen=True)
class Quality:
    """What the page and the JSON tell."""

    file: str
    sheet: Sheet
    guess: Guess
    made: Made
    selected: Selected
    doubts: tuple[Doubt, ...]

    @property
    def used(self) -> int:
        """Rows that are used."""
        return len(self.made.table)

    @property
    def created_has_time(self) -> bool:
        """Whether there can be a profile of hours."""
        created = self.made.created
        return bool(self.made.hours_known and created and created.has_time and not created.twelve_hours)

    @property
    def closed_has_time(self) -> bool:
        """Whether closings have a time of day."""
        return bool(self.made.closed is not None and self.made.closed.has_time)

    def columns(self) -> dict[str, list[str]]:
        """Headings by role; an empty list where the file has no such column."""
        return {role: list(self.guess.columns[role]) for role in ROLES}

    def domains(self) -> dict[str, int]:
        """Requests by domain, those of no domain under an empty name; small counts pooled there, too."""
        counts = self.made.table["domain"].value_counts()
        kept = {str(name): int(count) for name, count in counts.items() if count >= SMALL}
        rest = self.used - sum(kept.values())
        return kept | ({"": rest} if rest else {})

    def unmatched(self) -> tuple[dict[str, int], int]:
        """Categories that fit no domain, and how many requests all others of those have together."""
        table = self.made.table
        return pooled(counts_of(table.loc[table["domain"].isna(), "category"]))

    def places(self) -> tuple[dict[str, int], int]:
        """Requests by neighbourhood, and those of all others together."""
        return pooled(counts_of(self.made.table["neighbourhood"]))

    def marks(self) -> dict[str, int]:
        """What is known of the requests used; one may have several of these."""
        return marks_of(self)

    def to_dict(self) -> dict[str, Any]:
        """All of it as one JSON document, in English, with the messages' names."""
        unmatched, others = self.unmatched()
        places, elsewhere = self.places()
        table, choice = self.made.table, self.selected
        return {
            "file": self.file,
            "format": vars(self.sheet.form),
            "rows": self.sheet.rows,
            "used": self.used,
            "not_used": self.made.reasons,
            "columns": self.columns(),
            "has": sorted(self.made.has),
            "registered": {
                "begin": str(table["created"].min().date()) if len(table) else None,
                "end": str(table["created"].max().date()) if len(table) else None,
            },
            "created_has_time": self.created_has_time,
            "closed_has_time": self.closed_has_time,
            "marks": self.marks(),
            "selection": {
                "is": choice.selection,
                "why": told("why", choice.reason, "en", **choice.facts),
                "arrivals": choice.arrivals,
                "per_day": choice.per_day,
                "days": choice.days,
                "told": arrivals(choice),
            },
            "domains": self.domains(),
            "categories_without_domain": unmatched,
            "categories_without_domain_pooled": others,
            "neighbourhoods": places,
            "neighbourhoods_pooled": elsewhere,
            "doubts": [{"name": one[0], "text": doubt(one)} for one in self.doubts],
        }


def quality(file: str, sheet: Sheet, guess: Guess, made: Made, choice: Selected) -> Quality:
    """The report, with all doubts together."""
    found = Quality(file, sheet, guess, made, choice, ())
    doubts = [*guess.doubts, *made.doubts, *_more_doubts(found)]
    unique = {(name, str(facts.get("role", ""))): (name, facts) for name, facts in doubts}
    return Quality(file, sheet, guess, made, choice, tuple(unique.values()))


def arrivals(choice: Selected, lang: str = "en") -> str:
    """What may be said of arrivals, in words."""
    if choice.arrivals == "refused":
        return told("arrivals", choice.selection if choice.selection in ("day", "last-change") else "unknown", lang)
    return told("arrivals", choice.arrivals, lang, per_day=choice.per_day, days=choice.days)


def counts_of(values: pd.Series) -> AnyMapping[str, int]:
    """How often each value occurs."""
    counts = values.value_counts()
    return {str(name): int(count) for name, count in counts.items() if count}


def marks_of(report: Quality) -> dict[str, int]:
    table, made = report.made.table, report.made
    status, closed, created = table["status"], table["closed"], table["created"]
    timed = made.created is not None and made.created.has_time and report.closed_has_time
    tells_end = "closed" in made.has or "status" in made.has
    ended = closed.notna() | status.isin(ENDED)
    takes = closed - created
    found = {
        "open": int((~ended).sum()) if tells_end else 0,
        "ended_undated": int((ended & closed.isna()).sum()),
        **made.marks,
        "information": int((takes <= INFORMATION).sum()) if timed else 0,
        "same_day": 0 if report.closed_has_time else int((closed.dt.normalize() == created.dt.normalize()).sum()),
        **{name: int((status == name).sum()) for name in ("duplicate", "referred", "cancelled")},
        "linked": int(((table["duplicate_of"] >= 0) | (table["repeats"] >= 0)).sum()),
        "reopened": int(table["reopened"].sum()),
        "solved": int((status == "solved").sum()),
        "unsolved": int((status == "unsolved").sum()),
        "closed_only": int((ended & ~status.isin(("solved", "unsolved", "duplicate", "referred", "cancelled"))).sum()),
        "rated": int(table["rating"].notna().sum()),
        "overdue": int((closed > table["due"]).sum()),
    }
    return found


def _more_doubts(report: Quality) -> list[Doubt]:
    table = report.made.table
    if len(table) < 50:
        return []
    found: list[Doubt] = []
    created = table["created"]
    if report.created_has_time:
        midnight = float((created == created.dt.normalize()).mean())
        night = float(((created.dt.hour < 6) & (created != created.dt.normalize())).mean())
        if created.max() - created.min() > np.timedelta64(20, "h") and night > NIGHT:
            found.append(("night", {"role": "created", "share": night}))
        if midnight > SOME:
            found.append(("midnight", {"role": "created", "share": midnight}))
    for role, key in (("category", "one_category"), ("neighbourhood", "one_place")):
        if table[role].nunique() == 1 and table[role].notna().mean() > 0.9:
            found.append((key, {"role": role}))
    if _are_natures(table["category"]):
        found.append(("natures", {"role": "category"}))
    return found


_NATURES = (
    "咨询",
    "投诉",
    "求助",
    "举报",
    "建议",
    "表扬",
    "諮詢",
    "投訴",
    "舉報",
    "建議",
    "陳情",
    "感谢",
    "complaint",
    "question",
    "compliment",
    "inquiry",
)


def _are_natures(categories: pd.Series) -> bool:
    counts = categories.value_counts(normalize=True)
    kinds = counts[[str(name).lower().rstrip("类類件") in _NATURES for name in counts.index]]
    return float(kinds.sum()) > 0.6
