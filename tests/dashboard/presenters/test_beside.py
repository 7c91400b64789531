"""The sentence of cause and the differences on cards, from a made-up pair of runs, in both languages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sanfang.dashboard.presenters import beside
from sanfang.dashboard.words import say
from sanfang.model.books.headings import HOUR_HEADINGS
from sanfang.model.state import TIME_NAMES
from sanfang.run.against import Recorded

DAYS = 40


def made_up(satisfaction: list[float], time: dict[str, float], hours: dict[str, float]) -> Recorded:
    """A run in which every day takes the same hours."""
    days = np.arange(1, DAYS + 1)[:, None]
    return Recorded(
        DAYS,
        {"satisfaction": np.array(satisfaction), "open": np.full(DAYS, 30.0)},
        days * np.array([hours.get(name, 0.0) for name in HOUR_HEADINGS]),
        days * np.array([time.get(name, 0.0) for name in TIME_NAMES]),
    )


PRESENT = made_up([0.5] * DAYS, {"wait_staff": 50.0, "handoff": 20.0}, {"handling": 100.0})
MINE = made_up(
    [0.5] * 10 + [0.504] * 30, {"wait_staff": 56.0, "handoff": 14.0}, {"handling": 96.0, "service_desk": 7.0}
)
CARDS: list[dict[str, Any]] = [{"id": "satisfaction"}, {"id": "open"}]


@pytest.mark.parametrize(
    ("lang", "parts"),
    [
        ("en", ["30 days after the last move", "waiting for staff +12%", "handed on −30%", "satisfaction +0.4 points",
                "service desks +210 h", "handling −4%", "One run"]),
        ("zh", ["最近一次调整后 30 天", "等待人员 +12%", "转办 −30%", "满意度 +0.4 个百分点",
                "+210 小时", "−4%", "仅一次推演"]),
    ],
)  # fmt: skip
def test_one_sentence_says_what_a_move_has_changed_and_that_it_is_one_run(lang: str, parts: list[str]) -> None:
    told = beside.sentence(MINE, PRESENT, same=False, since=10, lang=lang)
    assert [part for part in parts if part not in told] == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_from_the_beginning_all_days_count(lang: str) -> None:
    told = beside.sentence(MINE, PRESENT, same=False, since=0, lang=lang)
    assert str(DAYS) in told and "+12%" in told and "+280" in told


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_is_not_known_yet_is_said_so(lang: str) -> None:
    late = replace(PRESENT, day=DAYS - 1)
    assert beside.sentence(MINE, None, False, 10, lang) == say("cause_late", lang)
    assert beside.sentence(MINE, late, False, 10, lang) == say("cause_late", lang)
    assert beside.sentence(MINE, PRESENT, False, DAYS, lang) == say("cause_to_come", lang)
    for card in beside.with_difference(CARDS, MINE, late, same=False, since=0, lang=lang):
        assert card["beside"] == say("beside_late", lang) and card["besideVerdict"] == ""


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_present_policy_itself_is_named_so(lang: str) -> None:
    assert beside.sentence(PRESENT, PRESENT, True, 0, lang) == say("cause_same", lang)
    for card in beside.with_difference(CARDS, PRESENT, PRESENT, same=True, since=0, lang=lang):
        assert card["beside"] == say("beside_same", lang)


def test_a_card_has_the_difference_and_whether_it_is_better() -> None:
    first, second = beside.with_difference(CARDS, MINE, PRESENT, same=False, since=0, lang="en")
    assert first["beside"] == "vs present +0.4 points" and first["besideVerdict"] == "better"
    assert second["beside"] == "vs present 0.0" and second["besideVerdict"] == ""
    (later, _) = beside.with_difference(CARDS, MINE, PRESENT, same=False, since=20, lang="en")
    assert later["beside"] == "vs present 0.0 points"  # nothing has been added since day 20
