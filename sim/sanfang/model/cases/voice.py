"""Whether, and when in the day, a trouble is voiced [D2c]."""

from __future__ import annotations

import math

from sanfang.model import state as s
from sanfang.model.cases.lifecycle import is_at_window
from sanfang.model.compiled import compiled
from sanfang.model.district.helpers import has_errand_runner
from sanfang.model.effects import PolicyEffects
from sanfang.model.kernel.records import Floats, Record
from sanfang.model.setting import Setting
from sanfang.model.world import World


@compiled
def hour_of_day(mark: float, cumulative: Floats) -> float:
    """Day fraction at which the hour profile's cumulative share reaches `mark`."""
    hour = 0
    while hour < 23 and mark >= cumulative[hour]:
        hour += 1
    below = cumulative[hour - 1] if hour > 0 else 0.0
    share = cumulative[hour] - below
    return (hour + (mark - below) / share) / 24.0 if share > 0.0 else hour / 24.0


@compiled
def voice_rate(voice: Record, kind: int) -> float:
    """Rate a day at which a need of this kind is voiced at full trust, if it takes no trip."""
    if kind == s.URGENT:
        return voice.rate_urgent
    if kind == s.HARD:
        return voice.rate_hard
    if kind == s.CHRONIC:
        return voice.rate_chronic
    return voice.rate_hoped


@compiled
def is_voiced(
    world: World, effects: PolicyEffects, setting: Setting, need: Record, trust: Floats, weekday: float, mark: float
) -> bool:
    """Whether a latent need (its case, or its row) is voiced today: by trust, and by the trips that its channel means.

    `trust[resident]`; `weekday`: today's demand over the mean weekday's; `mark`: the draw that decides.
    """
    voice = setting.voice
    rate = voice_rate(voice, need.kind) * weekday
    trips = 0.0
    if is_at_window(need) and not has_errand_runner(world, setting, need.community, need.resident):
        further_trip = effects.service[need.community, need.domain].further_trip
        trips = 1.0 + further_trip + effects.community[need.community].wrong_window
    rate *= trust[need.resident] ** voice.trust_power * math.exp(-voice.trip_deterrence * trips)
    return mark < 1.0 - math.exp(-rate)
