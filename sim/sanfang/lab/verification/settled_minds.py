"""The check of minds: residents of the model who meet with the same again and again, and where theory has them rest."""

from __future__ import annotations

import numpy as np

from sanfang.lab.verification.agreement import Point, Text
from sanfang.lab.verification.mind_theory import Stream, settled
from sanfang.model.cases.case_records import EXPERIENCE
from sanfang.model.district.district_records import Residents
from sanfang.model.district.residents import live_on, replay, talk
from sanfang.model.kernel.engine_arrays import NONE
from sanfang.model.setting import setting_of
from sanfang.model.state import CHRONIC, HARD, HOPED, URGENT
from sanfang.scenario.scenario import Scenario

PEOPLE, TIES = 6, 2
EXPERIENCES = 150
"""After so many nobody moves any more: of the way to go 0.85 ** 150 is left."""

SINGLE_PRECISION = 2e-5
"""Share by which the model's columns may be off: they hold seven digits, and add up small steps."""

STREAMS = {
    "in time": (Stream(days=6, silent_days=8, every_days=60), "按期解决"),
    "twice as late as promised": (Stream(days=14, silent_days=8, every_days=60), "超期一倍"),
    "urgent, late, two trips": (Stream(days=12, kind=URGENT, trips=2, every_days=30), "急难、超期、跑两趟"),
    "hard, partly fixed": (Stream(days=20, kind=HARD, quality=0.55, silent_days=20, every_days=90), "难题、部分解决"),
    "hoped for, long silent": (Stream(days=40, kind=HOPED, silent_days=150, every_days=200), "期盼、长期未反映"),
}
"""By name in English; with the name in Chinese."""


def lived(stream: Stream, scenario: Scenario, experiences: int = EXPERIENCES) -> tuple[float, float, float]:
    """Satisfaction, expectation and trust of residents of the model who met so often with the same.

    Their means over all days of the last round. Days and trips of the stream are whole, nothing fails.
    """
    setting = setting_of(scenario)
    people, first, size = _newcomers(scenario), np.zeros(1, np.int64), np.full(1, PEOPLE)
    met, days, mean = _met(stream), np.zeros(stream.every_days), np.zeros((2, 1))
    troubled = stream.every_days - int(stream.trouble_days)
    for _ in range(experiences):
        people = replay(people, met, setting["mind"])
        for day in range(stream.every_days):
            people.burden[:] = day >= troubled
            days[day] = live_on(people, first, size, scenario.mind.erosion, mean[0], mean[1]) / PEOPLE
            if day % 7 == 6:
                talk(people, first, size, scenario.mind.peer_pull)
    return float(days.mean()), float(people.expectation.mean()), float(people.trust.mean())


def _newcomers(scenario: Scenario) -> Residents:
    """A few residents in a ring, as declared for the start, all of them alike."""
    mind, flags = scenario.mind, np.zeros((5, PEOPLE), bool)
    ring = np.arange(PEOPLE, dtype=np.int32)
    expectation, satisfaction, trust = (
        np.full(PEOPLE, value, np.float32) for value in (mind.expectation_days, mind.satisfaction, mind.trust)
    )
    return Residents(
        community=np.zeros(PEOPLE, np.int16), grid=np.zeros(PEOPLE, np.int32), age=np.ones(PEOPLE, np.int8),
        alone=flags[0], disabled=flags[1], low_income=flags[2], vulnerable=flags[3],
        digital=np.ones(PEOPLE, np.float32), weight=np.ones((PEOPLE, 1), np.float32), expectation=expectation,
        satisfaction=satisfaction, trust=trust, burden=np.zeros(PEOPLE, np.int16), brought=np.zeros(0, np.float32),
        heard=np.zeros(0, np.float32),
        ties=np.stack([np.roll(ring, -1), np.roll(ring, 1)][:TIES], axis=1),
    )  # fmt: skip


def _met(stream: Stream) -> np.ndarray:
    """One experience of each resident."""
    met = np.zeros(PEOPLE, EXPERIENCE)
    met["resident"], met["record"], met["kind"] = np.arange(PEOPLE), NONE, stream.kind
    met["quality"], met["days"], met["trips"], met["closed"] = stream.quality, stream.days, int(stream.trips), 1
    return met


def minds(_: int, __: int) -> list[Point]:
    """Minds of the model and of theory, for each stream, and for one where nothing is promised."""
    scenario = Scenario.load("before", district="demo")
    points = [point for name, (stream, zh) in STREAMS.items() for point in _points(scenario, stream, name, zh)]
    unpromised = scenario.with_({"mind.norm": 0.0})
    late = Stream(days=28, kind=CHRONIC, every_days=60)
    return points + _points(unpromised, late, "late, nothing promised", "超期、无承诺")


def _points(scenario: Scenario, stream: Stream, name: str, zh: str) -> list[Point]:
    theory, measured = settled(stream, scenario.mind, scenario.limits), lived(stream, scenario)
    labels = (("satisfaction", "满意度"), ("expectation, days", "期望天数"), ("trust", "信任度"))
    return [
        Point(Text(f"{label}: {name}", f"{label_zh}：{zh}"), right, value, tolerance=SINGLE_PRECISION * max(right, 1.0))
        for (label, label_zh), right, value in zip(labels, theory[:3], measured, strict=True)
    ]
