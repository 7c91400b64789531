"""By which channel a trouble would be voiced, and whether the hotline answers.

Residents choose by what is at hand, by the trips that a channel takes, and by what it brought them and those they talk
to; what they learn is theirs (`residents.py`). With `channels.choice` 0 the shares are fixed, with `channels.calls` 0
every call is answered.
"""

from __future__ import annotations

import math

import numpy as np

from sanfang.model import state as s
from sanfang.model.compiled import compiled
from sanfang.model.effects import PolicyEffects
from sanfang.model.kernel.draws import uniform
from sanfang.model.kernel.engine_arrays import NONE
from sanfang.model.kernel.records import Record
from sanfang.model.setting import Setting
from sanfang.model.world import World

# --- Choice -----------------------------------------------------------------------------------------------


@compiled
def choose_channel(
    world: World, effects: PolicyEffects, setting: Setting, resident: int, c: int, d: int, mark: float
) -> int:
    """The channel of a resident's need in domain `d`, by a uniform `mark`: each has its fixed share, times the
    exponential of what it brings."""
    app, hotline, at_community, at_department = channel_odds(world, effects, setting, resident, c, d)
    total = app + hotline + at_community + at_department
    below = app / total  # in the order of fixed shares: the same mark, alike
    if mark < below:
        return s.APP
    below += hotline / total
    if mark < below:
        return s.HOTLINE
    below += at_department / total
    return s.DEPARTMENT_WINDOW if mark < below else s.COMMUNITY_WINDOW


@compiled
def channel_odds(
    world: World, effects: PolicyEffects, setting: Setting, resident: int, c: int, d: int
) -> tuple[float, float, float, float]:
    """Odds of each channel by which residents speak up, in the order of channels (a multinomial logit, McFadden 1974).

    What it brings is what it is known for, less what the trips that are to be expected take from a result.
    """
    voice, choice, known_for = setting.voice, setting.channels.choice, resident * s.VOICED_BY
    app = voice.app * world.digital[resident]
    at_community = max(1.0 - app - voice.hotline - voice.department_window, 0.0)
    trips = setting.mind.trip_cost * (1.0 + effects.service[c, d].further_trip + effects.community[c].wrong_window)
    return (
        app * math.exp(choice * world.brought[known_for + s.APP]),
        voice.hotline * math.exp(choice * world.brought[known_for + s.HOTLINE]),
        at_community * math.exp(choice * (world.brought[known_for + s.COMMUNITY_WINDOW] - trips)),
        voice.department_window * math.exp(choice * (world.brought[known_for + s.DEPARTMENT_WINDOW] - trips)),
    )


# --- The hotline ------------------------------------------------------------------------------------------


@compiled
def begin_day_of_calls(world: World) -> None:
    """A new day at the hotline."""
    counts = world.counts[0]
    counts.calls_before, counts.calls, counts.answered = counts.calls, 0, 0


@compiled
def gets_through(world: World, setting: Setting, need: Record, day: int, key: np.uint64, purpose: int) -> bool:
    """Whether a need that is voiced is heard: by the hotline with a chance, all else for sure.

    `key`, `purpose`: of the draw. The more called on the day before, over what can be answered, the fewer get through;
    once as many have as can, nobody does. Who is turned away tries again on another day, and will remember.
    """
    if setting.channels.calls <= 0.0 or need.channel != s.HOTLINE:
        return True
    counts, room = world.counts[0], setting.channels.calls / 1000.0 * len(world.digital)
    counts.calls += 1
    if counts.answered + 1 <= room and uniform(key, purpose) * counts.calls_before < room:
        counts.answered += 1
        return True
    world.daily[day, s.D_TURNED_AWAY] += 1
    experience = world.experiences[counts.experiences]
    counts.experiences += 1
    experience.resident, experience.channel, experience.closed = need.resident, s.HOTLINE, s.TURNED_AWAY
    experience.record = experience.closing = NONE
    experience.kind, experience.day, experience.trips = need.kind, day, 0
    experience.quality = experience.days = 0.0
    return False
