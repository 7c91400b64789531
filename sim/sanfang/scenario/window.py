"""The evaluation window: the days of a run that its metrics look at.

It runs from day 0 to the last day; from an empty start the days of the warm-up are left out. Where no day is left it is
empty: the run can be looked at, but no metric has a value, and `reason` says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.telling import listed

YEAR = 365
"""Days of a year of a run, which begins on its day 0."""


@dataclass(frozen=True)
class Window:
    """Days `first` to `last` of a run, both in it; its days count from 0."""

    first: int
    end: int
    """The day after the last one: the length of the run."""
    warm_up: int = field(default=0, compare=False)
    """Days that the scenario leaves out; more than the run has where the window is empty."""

    @classmethod
    def of(cls, scenario: Scenario, days: int | None = None) -> Self:
        """The window of a run of so many days; None takes the scenario's own number."""
        end = scenario.run.days if days is None else days
        return cls(min(scenario.run.left_out, end), end, scenario.run.left_out)

    @classmethod
    def of_year(cls, scenario: Scenario, year: int) -> Self:
        """The window of a year of a run, 1 being the first: `YEAR` days, without those that are left out."""
        end = YEAR * year
        return cls(min(max(end - YEAR, scenario.run.left_out), end), end, scenario.run.left_out)

    @property
    def days(self) -> int:
        """Length."""
        return self.end - self.first

    @property
    def last(self) -> int:
        """The last day in it; the day before `first` where it is empty."""
        return self.end - 1

    @property
    def is_empty(self) -> bool:
        """Whether no day is left after the warm-up."""
        return self.days <= 0

    @property
    def file_name(self) -> str:
        """How the names of files say it: "days-90-364"."""
        return "no-days" if self.is_empty else f"days-{self.first}-{self.last}"

    def reason(self, lang: str = "en") -> str:
        """Why it is empty, and what to do, in "en" or "zh"; "" if it is not."""
        if not self.is_empty:
            return ""
        if lang == "zh":
            return (
                f"{self.warm_up} 天起步期之后没有剩下的日子：运行只有 {self.end} 天；"
                "请用 --days 加长运行，或设 --set run.warm_up=0"
            )
        return (
            f"no day is left after the warm-up of {self.warm_up:,} days: the run has {self.end:,};"
            " make it longer with --days, or use --set run.warm_up=0"
        )

    def in_words(self, lang: str = "en") -> str:
        """From which day to which, in words."""
        if self.is_empty:
            return "空" if lang == "zh" else "none"
        if lang == "zh":
            return f"第 {self.first} 天至第 {self.last} 天，共 {self.days} 天（首日为第 0 天）"
        return f"days {self.first:,} to {self.last:,} ({self.days:,} days; the first of the run is day 0)"

    def brief(self, lang: str = "en") -> str:
        """In a few words, for a heading: which days are evaluated, of how many."""
        if self.is_empty:
            return "起步期后无剩余天数" if lang == "zh" else "no day left after the warm-up"
        if lang == "zh":
            return f"评价第 {self.first}–{self.last} 天，共运行 {self.end} 天"
        return f"days {self.first:,} to {self.last:,} of {self.end:,} evaluated"

    def __str__(self) -> str:
        return self.in_words()

    def to_dict(self) -> dict[str, Any]:
        """As plain data, for manifests and JSON: first, last, days, and the reason where it is empty."""
        bounds = {"first": self.first, "last": self.last, "days": self.days}
        return bounds | ({"reason": self.reason()} if self.is_empty else {})


def windows_of(scenarios: Mapping[str, Scenario], days: int | None = None) -> dict[str, Window]:
    """The window of each scenario, by label."""
    return {label: Window.of(scenario, days) for label, scenario in scenarios.items()}


HOW_TO_ALLOW = "allow it: --allow-different-windows, or allow_different_windows in Python and in an experiment file"


def check_alike(windows: Mapping[str, Window]) -> None:
    """Raise InputError if windows differ."""
    differences = differences_in_words(windows)
    if differences:
        raise InputError(f"{differences}; give them the same days and the same run.warm_up, or {HOW_TO_ALLOW}")


def differences_in_words(windows: Mapping[str, Window], lang: str = "en") -> str:
    """In one line, that evaluation windows differ, and how; "" if they are all the same."""
    first = next(iter(windows.values()), None)
    if first is None or all(window == first for window in windows.values()):
        return ""
    by_window: dict[Window, str] = {}
    for label, window in windows.items():
        by_window.setdefault(window, label)
    if lang == "zh":
        return listed(f"{label}：{window.brief(lang)}" for window, label in by_window.items())
    shown = listed(f"{label!r} has {_short(window)}" for window, label in by_window.items())
    return f"evaluation windows differ: {shown}"


def _short(window: Window) -> str:
    return f"none of {window.end} days" if window.is_empty else f"days {window.first} to {window.last}"
