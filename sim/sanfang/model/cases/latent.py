"""Latent needs are voiced, found, met or vanish (phase 3 of the day).

Most stay as they are. So all are screened first, in a loop without branches, by chances that no need of their kind,
community and domain exceeds; only where a draw is below these is a need looked at.
"""

from __future__ import annotations

import math

import numpy as np

from sanfang.model import state as s
from sanfang.model.cases.channels import gets_through
from sanfang.model.cases.forums import chance_to_reveal, forget_forums
from sanfang.model.cases.lifecycle import end_case, free_case, heal_rate, open_request, relieve, remove_latent
from sanfang.model.cases.voice import hour_of_day, is_voiced, neighbours_factor, visit_or_call, voice_rate
from sanfang.model.compiled import compiled, prefetch
from sanfang.model.district.helpers import DAYS_A_MONTH
from sanfang.model.effects import PolicyEffects
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import mix, uniform
from sanfang.model.kernel.engine_arrays import NONE, Engine
from sanfang.model.kernel.records import Flags, Floats, Keys, Record
from sanfang.model.setting import Setting
from sanfang.model.world import World

TRANSITIONS = (
    p.DAY_VOICED, p.DAY_HEALED, p.DAY_MET, p.DAY_FOUND_BY_PATROL, p.DAY_FOUND_IN_DATA, p.DAY_TOLD_ON_VISIT,
    p.DAY_TOLD_TO_CONTACT, p.DAY_REVEALED_BY_FORUM,
)  # fmt: skip
"""Purposes of the draws that decide what becomes of a latent need today, in the order of the tables of chances."""
(BY_VOICE, BY_HEALING, BY_SERVICE, BY_PATROL, BY_DATA, BY_VISIT, BY_CONTACT, BY_FORUM) = range(len(TRANSITIONS))

_BLOCK = 500
"""Latent needs that are screened together. No power of two: their columns would contend for one place in the cache."""


@compiled
def surface_today(
    engine: Engine, world: World, effects: PolicyEffects, setting: Setting, trust: Floats, day: int, weekday: float,
    most_heard: float, open_day: bool,
) -> None:  # fmt: skip
    """Phase 3: each latent need of an earlier day may be voiced, found by others, met by services, or vanish.

    `trust[resident]`; `weekday`: today's demand over the mean weekday's; `most_heard`: the highest `heard` of all;
    `open_day`: offices are open today.
    """
    _set_patrol_chances(world, setting.discovery)
    by_kind = max_by_kind(setting, weekday, most_heard)
    by_community_domain = max_by_community_domain(world, effects, setting, open_day)
    day_keys = np.empty(_BLOCK, np.uint64)
    may_speak, may_change = np.empty(_BLOCK, np.bool_), np.empty(_BLOCK, np.bool_)
    max_chance = np.empty((len(TRANSITIONS), _BLOCK))
    end = world.counts[0].latent
    while end > 0:
        first = max(end - _BLOCK, 0)
        screen_latent(
            world, by_kind, by_community_domain, first, end - first, day, day_keys, max_chance, may_speak, may_change
        )
        for row in range(end - 1, first - 1, -1):
            if may_speak[row - first]:
                prefetch(trust, world.latent[row].resident)
                if len(world.heard) > 0:
                    prefetch(world.heard, world.latent[row].resident)
        for row in range(end - 1, first - 1, -1):  # from the back: what is removed is replaced by one looked at
            n = row - first
            if (may_speak[n] or may_change[n]) and world.latent[row].arose < day:
                _update_latent(
                    engine, world, effects, setting, trust, row, day_keys[n], day, weekday, open_day, may_speak[n],
                    may_change[n],
                )  # fmt: skip
        end = first
    forget_forums(world)


@compiled
def _set_patrol_chances(world: World, discovery: Record) -> None:
    """Today's chance that a patrol finds a need, by community and domain."""
    for c in range(len(world.communities)):
        community = world.communities[c]
        seen = discovery.stranger_patrol + (1.0 - discovery.stranger_patrol) * community.known
        patrol = (community.patrol * seen + community.lookout) / (community.households / 100.0)
        for d in range(len(world.domains)):
            visible = discovery.patrol * world.domains[d].patrol_visible
            world.community_domain[c, d].patrol_chance = 1.0 - math.exp(-visible * patrol)


# --- Screening ------------------------------------------------------------------------------------


@compiled
def max_by_kind(setting: Setting, weekday: float, most_heard: float) -> Floats:
    """`[kind, transition]`: not even full trust and no trip give a need of this kind a higher chance today, where
    nobody has heard of more satisfaction than `most_heard`."""
    chances = np.ones((s.KINDS, len(TRANSITIONS)))
    for kind in range(s.KINDS):
        rate = voice_rate(setting.voice, kind) * weekday * neighbours_factor(setting, most_heard)
        chances[kind, BY_VOICE] = 1.0 - math.exp(-rate)
        chances[kind, BY_HEALING] = heal_rate(setting.needs, kind)
        chances[kind, BY_SERVICE] = 1.0 if kind == s.HOPED else 0.0
    return chances


@compiled
def max_by_community_domain(world: World, effects: PolicyEffects, setting: Setting, open_day: bool) -> Floats:
    """`[c, d, transition]`: no resident of the community has a need of this domain with a higher chance today."""
    chances = np.ones((len(world.communities), len(world.domains), len(TRANSITIONS)))
    discovery, helpers = setting.discovery, setting.helpers
    for c in range(len(world.communities)):
        community, local = world.communities[c], effects.community[c]
        for d in range(len(world.domains)):
            chance = chances[c, d]
            chance[BY_SERVICE] = setting.needs.met_by_service * world.community_domain[c, d].covered
            shown = (local.data + local.platform * discovery.footprint) * discovery.data * world.domains[d].data_visible
            chance[BY_PATROL] = world.community_domain[c, d].patrol_chance if open_day else 0.0
            chance[BY_DATA] = shown if open_day else 0.0
            chance[BY_VISIT] = helpers.visit_tells * community.visited / DAYS_A_MONTH
            chance[BY_CONTACT] = helpers.contact_tells * community.contacted / DAYS_A_MONTH
            chance[BY_FORUM] = 1.0 if community.forums > 0 else 0.0
    return chances


@compiled
def screen_latent(
    world: World, by_kind: Floats, by_community_domain: Floats, first: int, count: int, day: int, day_keys: Keys,
    max_chance: Floats, may_speak: Flags, may_change: Flags,
) -> None:  # fmt: skip
    """Whether anything may happen today to each of `count` latent needs from row `first` on.

    `by_kind` and `by_community_domain`: highest chances. Fills `day_keys[n]`, the key of a need's draws today,
    `max_chance[transition, n]`, `may_speak[n]`, whether it may be voiced, and `may_change[n]`, whether anything else
    may happen.
    """
    latent = world.latent
    for n in range(count):
        need = latent[first + n]
        day_keys[n] = mix(need.key, p.NEED_DAY + day)
        may_speak[n] = may_change[n] = False
        kind, local = by_kind[need.kind], by_community_domain[need.community, need.domain]
        for transition in range(len(TRANSITIONS)):
            max_chance[transition, n] = kind[transition] * local[transition]
    for transition in range(len(TRANSITIONS)):
        marked = may_speak if transition == BY_VOICE else may_change
        _mark_below(day_keys, TRANSITIONS[transition], max_chance[transition], count, marked)


@compiled
def _mark_below(day_keys: Keys, purpose: int, max_chance: Floats, count: int, marked: Flags) -> None:
    """Mark the needs whose draw is below its highest chance. The compiler makes vector instructions of this loop."""
    for n in range(count):
        marked[n] = marked[n] | (uniform(day_keys[n], purpose) < max_chance[n])


# --- One need -------------------------------------------------------------------------------------


@compiled
def _update_latent(
    engine: Engine, world: World, effects: PolicyEffects, setting: Setting, trust: Floats, row: int,
    day_key: np.uint64, day: int, weekday: float, open_day: bool, may_speak: bool, may_change: bool,
) -> None:  # fmt: skip
    """What happens today to the latent need in `row`; `day_key` is the key of its draws today.

    `may_speak`, `may_change`: what the screening has not ruled out, that it is voiced, and anything else.
    """
    need = world.latent[row]
    if may_speak and is_voiced(world, effects, setting, need, trust, weekday, uniform(day_key, p.DAY_VOICED)):
        moment = visit_or_call(world, setting, need, day, uniform(day_key, p.DAY_HOUR))
        if moment >= 0.0 and gets_through(world, setting, need, day, day_key, p.DAY_ANSWERED):
            open_request(engine, world, setting, row, need.channel, day + moment, day, s.D_VOICED)
            return
    if not may_change:
        return
    channel = channel_found_by(world, effects, setting, need, day_key, open_day)
    if channel != NONE:
        moment = day + hour_of_day(uniform(day_key, p.DAY_HOUR), world.hour_share)
        if channel == s.DATA:
            world.daily[day, s.D_DATA_FOUND] += 1
            world.communities[need.community].found_today += 1
        open_request(engine, world, setting, row, channel, moment, day, s.D_DISCOVERED)
        return
    covered = world.community_domain[need.community, need.domain].covered
    met = need.kind == s.HOPED and uniform(day_key, p.DAY_MET) < setting.needs.met_by_service * covered
    if met or uniform(day_key, p.DAY_HEALED) < heal_rate(setting.needs, need.kind):
        moment, case_id = day + hour_of_day(uniform(day_key, p.DAY_HOUR), world.hour_share), need.case
        remove_latent(world, row)
        record = end_case(world, case_id, s.HEALED, moment)
        world.records[record].met = met
        relieve(world, case_id, record, moment)
        free_case(world, case_id)


@compiled
def channel_found_by(
    world: World, effects: PolicyEffects, setting: Setting, need: Record, day_key: np.uint64, open_day: bool
) -> int:
    """The channel by which a latent need is found today, or NONE: patrol, data, a visit, a contact, a forum."""
    c, d, community = need.community, need.domain, world.communities[need.community]
    if open_day and uniform(day_key, p.DAY_FOUND_BY_PATROL) < world.community_domain[c, d].patrol_chance:
        return s.PATROL
    shown = effects.community[c].data
    if effects.community[c].platform > 0.0:
        shown += effects.community[c].platform * setting.discovery.footprint * world.digital[need.resident]
    shown *= setting.discovery.data * world.domains[d].data_visible
    if open_day and shown > 0.0 and uniform(day_key, p.DAY_FOUND_IN_DATA) < shown:
        return s.DATA
    told = setting.helpers.visit_tells * community.visited / DAYS_A_MONTH
    if community.visited > 0.0 and world.alone[need.resident] and uniform(day_key, p.DAY_TOLD_ON_VISIT) < told:
        return s.VISIT
    told = setting.helpers.contact_tells * community.contacted / DAYS_A_MONTH
    if community.contacted > 0.0 and uniform(day_key, p.DAY_TOLD_TO_CONTACT) < told:
        return s.CONTACT
    held = community.forums > 0
    if held and uniform(day_key, p.DAY_REVEALED_BY_FORUM) < chance_to_reveal(world, setting, need.resident):
        return s.FORUM
    return NONE
