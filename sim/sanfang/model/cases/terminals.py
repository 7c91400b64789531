"""Self-service terminals as machines: out of order at times, full at times, and no miracle of speed."""

from __future__ import annotations

import math

import numpy as np

from sanfang.model.compiled import compiled
from sanfang.model.effects import PolicyEffects
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import exponential, mix, uniform
from sanfang.model.setting import Setting
from sanfang.model.world import World

MINUTES_A_DAY = 1440.0


@compiled
def begin_day_at_terminals(world: World, setting: Setting, key: np.uint64, day: int) -> None:
    """Some terminals break this morning, some work again. `key` is the run's: they break on the same days under every
    policy."""
    fails = setting.terminals.fails_days
    for c in range(len(world.communities)):
        community = world.communities[c]
        community.terminals_used = 0.0
        if community.terminals_out > 0.0:
            community.terminals_out = max(community.terminals_out - 1.0, 0.0)
        elif fails > 0.0:
            today = mix(mix(key, community.number), day)
            if uniform(today, p.TERMINALS_FAIL) < 1.0 - math.exp(-1.0 / fails):
                community.terminals_out = exponential(today, p.TERMINALS_REPAIR_TIME, setting.terminals.repair_days)


@compiled
def use_terminal(world: World, effects: PolicyEffects, setting: Setting, c: int) -> bool:
    """Whether a community's terminals can take one more matter now; then they do."""
    community = world.communities[c]
    if community.terminals_out > 0.0:
        return False
    room = setting.terminals.room * setting.prices.terminal_capacity / 365.0
    if room > 0.0 and community.terminals_used + 1.0 > room * effects.community[c].terminals * community.size:
        return False
    community.terminals_used += 1.0
    world.counts[0].terminal_uses += 1
    return True


@compiled
def finished_at(setting: Setting, voiced: float) -> float:
    """Calendar time at which a matter is finished that was begun at a terminal, on the same day at the latest."""
    if setting.terminals.minutes <= 0.0:
        return voiced
    return min(voiced + setting.terminals.minutes / MINUTES_A_DAY, math.floor(voiced) + 1.0 - 1.0 / MINUTES_A_DAY)
