"""Whether, and when in the day, a trouble is voiced [D2c]."""

from __future__ import annotations

import math

from sanfang.model import state as s
from sanfang.model.cases.lifecycle import is_at_window
from sanfang.model.compiled import compiled
from sanfang.model.district.helpers import has_errand_runner
from sanfang.model.effects import PolicyEffects
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import uniform
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
    rate, heard_of = voice_rate(voice, need.kind) * weekday, 1.0
    if voice.neighbours > 0.0:
        heard_of = neighbours_factor(setting, world.heard[need.resident])
        if mark > rate * heard_of:  # more than the chance at full trust and without a trip, which most days end with
            return False
    trips = 0.0
    if is_at_window(need) and not has_errand_runner(world, setting, need.community, need.resident):
        further_trip = effects.service[need.community, need.domain].further_trip
        trips = 1.0 + further_trip + effects.community[need.community].wrong_window
    rate *= trust[need.resident] ** voice.trust_power * math.exp(-voice.trip_deterrence * trips)
    rate *= heard_of
    return mark < 1.0 - math.exp(-rate)


@compiled
def neighbours_factor(setting: Setting, heard: float) -> float:
    """How much sooner, or later, people speak up for the satisfaction of those they talk to."""
    return math.exp(setting.voice.neighbours * (heard - setting.mind.satisfied_from))


@compiled
def visit_or_call(world: World, setting: Setting, need: Record, day: int, mark: float) -> float:
    """The moment of the day, in days, at which a need is voiced, by a uniform `mark`; below 0 if its owner goes to
    a window, keeps to opening hours, and finds it closed all day."""
    if not keeps_hours(setting, need):
        return hour_of_day(mark, world.hour_share)
    open_hours = world.clock_start[day + 1] - world.clock_start[day]
    return (setting.opening + mark * open_hours) / 24.0 if open_hours > 0.0 else -1.0


@compiled
def keeps_hours(setting: Setting, need: Record) -> bool:
    """Whether the owner of a need (its case, or its row) comes to a window, and in opening hours only."""
    share = setting.voice.visits_in_hours
    return share > 0.0 and is_at_window(need) and uniform(need.key, p.NEED_KEEPS_HOURS) < share


@compiled
def finds_open(world: World, setting: Setting, need: Record, moment: float, day: int) -> bool:
    """Whether a need can be voiced at once, at the calendar time `moment` at which it arises."""
    if not keeps_hours(setting, need):
        return True
    hours = (moment - day) * 24.0 - setting.opening
    return 0.0 <= hours < world.clock_start[day + 1] - world.clock_start[day]
