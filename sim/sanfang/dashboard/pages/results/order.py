"""An experiment as a form on the page asks for it: two policies, what is varied, where, how long, how often."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field, replace
from typing import Any

from sanfang.dashboard import limits
from sanfang.dashboard.words import own_label, say
from sanfang.dashboard.worlds import builds
from sanfang.scenario import content
from sanfang.scenario.catalogue import Parameter, find, levers
from sanfang.scenario.scenario import Scenario

FACTORS = 2
MAX_LEVELS = 6
REPLICATIONS = (2, 20)
DAYS = (28, limits.MAX_DAYS)
CONDITIONS = (
    "tasks.load", "casework.bounce", "casework.handoff_days", "staffing.officers_per_10k", "district.heterogeneity",
)  # fmt: skip
"""What may be varied besides levers: conditions that differ between districts, or that nobody has measured well."""


def choices() -> dict[str, Parameter]:
    """All that may be varied, by path."""
    known = [*levers(), *filter(None, (find(path) for path in CONDITIONS))]
    return {parameter.path: parameter for parameter in known if parameter.kind != "text"}


@dataclass(frozen=True)
class Varied:
    """A factor: `levels` values from `low` to `high`, evenly spread. No path: nothing is varied."""

    path: str = ""
    low: float = 0.0
    high: float = 1.0
    levels: int = 3

    def values(self) -> list[float]:
        """The values, each once."""
        step = (self.high - self.low) / max(self.levels - 1, 1)
        return list(dict.fromkeys(round(self.low + step * number, 6) for number in range(self.levels)))


@dataclass(frozen=True)
class Order:
    """What the form says; every value lies within limits."""

    scenarios: tuple[str, str] = ("before", "three-devolutions")
    varied: tuple[Varied, ...] = field(default=(Varied(),) * FACTORS)
    district: str = "demo"
    size: float = 1.0
    days: int = 365
    replications: int = 5

    def changed(self, name: str, value: str) -> Order:
        """With one field of the form changed; as it was where the value is none that the form offers."""
        if name in ("first", "second") and value in content.names():
            pair = (value, self.scenarios[1]) if name == "first" else (self.scenarios[0], value)
            return replace(self, scenarios=pair)
        if name == "district" and value in content.names(below=content.DISTRICTS):
            return replace(self, district=value, size=limits.usual_size(value))
        if name == "size" and value in {f"{size:g}" for size in limits.sizes(self.district)}:
            return replace(self, size=float(value))
        number = _number(value)
        if name == "days" and number is not None:
            return replace(self, days=int(min(max(number, DAYS[0]), DAYS[1])))
        if name == "replications" and number is not None:
            return replace(self, replications=int(min(max(number, REPLICATIONS[0]), REPLICATIONS[1])))
        part, _, place = name.partition("-")
        if place.isdecimal() and int(place) < FACTORS:
            return self._varied(int(place), part, value, number)
        return self

    def _varied(self, place: int, part: str, value: str, number: float | None) -> Order:
        known, now = choices(), self.varied[place]
        if part == "path" and value == "":
            now = Varied()
        elif part == "path" and value in known and value not in {one.path for one in self.varied}:
            low, high = bounds(known[value])
            now = Varied(value, low, high)
        elif now.path and number is not None:
            least, most = allowed(known[now.path])
            if part == "levels":
                now = replace(now, levels=int(min(max(number, 2), MAX_LEVELS)))
            elif part in ("low", "high"):
                now = replace(now, **{part: min(max(number, least), most)})  # type: ignore[arg-type]
        return replace(self, varied=(*self.varied[:place], now, *self.varied[place + 1 :]))

    @property
    def factors(self) -> dict[str, list[float]]:
        """Values by path, of what is varied."""
        return {one.path: one.values() for one in self.varied if one.path}

    @property
    def runs(self) -> int:
        """How many runs it takes."""
        points = math.prod(len(values) for values in self.factors.values())
        return points * len(set(self.scenarios)) * self.replications

    @property
    def is_empty(self) -> bool:
        """Whether nothing is compared and nothing varied."""
        return len(set(self.scenarios)) == 1 and not self.factors

    @property
    def fits(self) -> bool:
        """Whether it is not too large for a page."""
        return not self.is_empty and self.runs <= builds.MAX_RUNS

    def label(self, lang: str) -> str:
        """What it is called: its policies and what is varied."""
        names = [own_label(Scenario.load(name), lang, name) for name in dict.fromkeys(self.scenarios)]
        known = choices()
        varied = [known[path].label(lang) for path in self.factors]
        against = say("build_against", lang).join(names)
        return against + (say("build_by", lang, what=say("cause_between", lang).join(varied)) if varied else "")

    def document(self) -> dict[str, Any]:
        """The experiment's file."""
        document: dict[str, Any] = {
            "label_en": self.label("en"), "label_zh": self.label("zh"),
            "description": f"Built on the Results page on {dt.date.today():%Y-%m-%d}.",
            "description_zh": f"{dt.date.today():%Y-%m-%d} 在“实验结果”页面上建立。",
            "scenarios": list(dict.fromkeys(self.scenarios)), "district": self.district, "days": self.days,
            "scale": self.size, "replications": self.replications, "by": ["vulnerable", "domain"],
        }  # fmt: skip
        return document | ({"factors": self.factors} if self.factors else {})


def allowed(parameter: Parameter) -> tuple[float, float]:
    """The least and the largest value of a parameter."""
    least = 0.0 if parameter.ge is None else float(parameter.ge)
    return least, 1_000.0 if parameter.le is None else float(parameter.le)


def bounds(parameter: Parameter) -> tuple[float, float]:
    """Where a factor begins and ends unless somebody says otherwise: a lever from nothing to all, a condition from half
    of its usual value to one and a half of it."""
    least, most = allowed(parameter)
    if parameter.role == "lever":
        return 0.0, 1.0
    usual = float(parameter.default or 0.0)
    return max(round(0.5 * usual, 4), least), min(round(1.5 * usual, 4) or 1.0, most)


def _number(text: str) -> float | None:
    try:
        number = float(text[:20])
    except ValueError:
        return None
    return number if math.isfinite(number) else None
