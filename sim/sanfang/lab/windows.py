"""The evaluation windows of runs, in sentences: their days, how many requests, and what they cannot tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from sanfang.metrics.reasons import too_short
from sanfang.scenario.window import Window, differences_in_words

UNKNOWN = {
    "en": "Evaluation window: the version that made these runs did not write it down.",
    "zh": "评价期：生成这些结果的版本未作记录。",
}
DIFFERENT = {
    "en": "What is compared is not the policies alone: {told}.",
    "zh": "各方案评价期不同，所比较的不只是政策：{told}。",
}


def windows_in(runs: pd.DataFrame) -> dict[str, Window]:
    """The windows in a table of runs, by scenario, those at other points too where a scenario has several; empty if
    the table does not say."""
    if not {"first_day", "last_day"} <= set(runs.columns):
        return {}
    by_label: dict[str, Window] = {}
    rows = runs[["scenario", "first_day", "last_day"]].drop_duplicates()
    for scenario, first, last in rows.itertuples(index=False):
        several = (rows["scenario"] == scenario).sum() > 1
        label = f"{scenario}, days {first} to {last}" if several else str(scenario)
        by_label[label] = Window(int(first), int(last) + 1, int(first))
    return by_label


def windows_said(about: Mapping[str, Any]) -> dict[str, Window]:
    """The windows that a sweep's store names, by scenario, and by point where they differ; empty if it names none.

    What it says is not trusted: anything else than three whole numbers is passed over.
    """
    said = about.get("windows")
    by_label: dict[str, Window] = {}
    for scenario, windows in said.items() if isinstance(said, dict) else ():
        for point, numbers in enumerate(windows if isinstance(windows, list) else ()):
            if isinstance(numbers, list) and len(numbers) == 3 and all(type(number) is int for number in numbers):
                by_label[scenario if len(windows) == 1 else f"{scenario}, point {point}"] = Window(*numbers)
    return by_label


def in_sentences(windows: Mapping[str, Window], requests: Iterable[float] = (), lang: str = "en") -> list[str]:
    """Sentences on the windows of runs; `requests` were made in the window of each run."""
    if not windows:
        return [UNKNOWN[lang]]
    if differences_in_words(windows):
        head = DIFFERENT[lang].format(told=differences_in_words(windows, lang))
        short = dict.fromkeys(text for window in windows.values() for text in too_short(window, lang))
        return [head, *short]
    window = next(iter(windows.values()))
    if lang == "zh":
        return [f"评价期：{window.in_words(lang)}{_counted(requests, lang)}。", *too_short(window, lang)]
    return [f"Evaluation window: {window.in_words(lang)}{_counted(requests, lang)}.", *too_short(window, lang)]


def _counted(requests: Iterable[float], lang: str) -> str:
    """How many requests were made in it, from the fewest to the most of a run."""
    counts = np.array([count for count in requests if count == count])
    if not len(counts):
        return ""
    low, high = f"{counts.min():,.0f}", f"{counts.max():,.0f}"
    if lang == "zh":
        return f"，诉求 {low} 件" if low == high else f"，每次运行诉求 {low} 至 {high} 件"
    if len(counts) == 1:
        return f", {low} requests"
    return f", {low} requests in each run" if low == high else f", {low} to {high} requests in a run"
