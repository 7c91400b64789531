"""Needs arise (phase 2 of the day), and may be voiced at once.

For each community and domain, candidates come at a capped hazard; each carries a uniform mark and is a
need if mark < hazard / cap (thinning, Lewis and Shedler 1979). So the same troubles arise for the same
residents on the same days in every scenario, except those that a policy prevents or causes; what recurs depends on how
it was handled.
"""

from __future__ import annotations

import math

import numpy as np

from sanfang.model import state as s
from sanfang.model.cases.channels import choose_channel, gets_through
from sanfang.model.cases.forums import is_conflict
from sanfang.model.cases.lifecycle import (
    begin,
    free_case,
    new_case,
    open_request,
    relieve,
    voice_again,
    write_record,
)
from sanfang.model.cases.shared import (
    concerns_others,
    join_ring,
    key_of_other,
    number_of_others,
    other_resident,
    stands_for_all,
)
from sanfang.model.cases.voice import finds_open, hour_of_day, is_voiced
from sanfang.model.compiled import compiled, prefetch
from sanfang.model.effects import PolicyEffects
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import mix, uniform
from sanfang.model.kernel.engine_arrays import NONE, Engine
from sanfang.model.kernel.records import Floats, Keys, Record, Records, record_type
from sanfang.model.setting import Setting
from sanfang.model.world import World

CANDIDATE = record_type(
    ("key", "u8", "", "of its draws"),
    ("time", "f8", "0 to 1", "mark of its hour in the day"),
    ("mark", "f8", "0 to 1", "it is a need if its chance is above"),
    ("resident", "i4", "resident", ""),
    ("domain", "i4", "domain", ""),
)
"""One who may have a need of a domain today."""

_CANDIDATES = 128
"""Candidates that are thinned together, so that the memory has been asked for all of them before the first is."""

_DRAWN = 16
"""Candidates of a community and domain whose draws are made together."""


@compiled
def arise_today(
    engine: Engine, world: World, effects: PolicyEffects, setting: Setting, trust: Floats, weight: Floats,
    key: np.uint64, day: int, demand: float, weekday: float,
) -> None:  # fmt: skip
    """Phase 2: today's needs. `key` is the run's; `demand` and `weekday` are today's over the mean day's.

    `trust[resident]`, `weight[resident, domain]`: columns of the residents.
    """
    communities, domains = world.communities, world.domains
    flat = weight.reshape(weight.size)
    candidates, keys = np.empty(_CANDIDATES, CANDIDATE), np.empty(_DRAWN, np.uint64)
    gaps, who, marks = np.empty(_DRAWN), np.empty(_DRAWN), np.empty(_DRAWN)
    for c in range(len(communities)):
        community_key = mix(key, communities[c].number)
        count = 0
        for d in range(len(domains)):
            if domains[d].hazard <= 0.0:
                continue
            rate = domains[d].cap * domains[d].hazard / 365.0 * communities[c].size
            day_key = mix(mix(community_key, d), day)
            time, n = 0.0, 0
            while True:
                at = n % _DRAWN
                if at == 0:
                    _draw_candidates(day_key, n, keys, gaps, who, marks)
                time += gaps[at] / rate
                if time >= 1.0:
                    break
                n += 1
                if count == _CANDIDATES:
                    _arise(engine, world, effects, setting, trust, weight, candidates, count, c, day, demand, weekday)
                    count = 0
                resident = communities[c].first + int(who[at] * communities[c].size)
                candidate = candidates[count]
                candidate.key, candidate.time, candidate.mark = keys[at], time, marks[at]
                candidate.resident, candidate.domain = resident, d
                prefetch(flat, resident * len(domains) + d)
                count += 1
        _arise(engine, world, effects, setting, trust, weight, candidates, count, c, day, demand, weekday)
    _recur_today(engine, world, effects, setting, day)


@compiled
def _draw_candidates(day_key: np.uint64, first: int, keys: Keys, gaps: Floats, who: Floats, marks: Floats) -> None:
    """Draws of the candidates from number `first` on. Several at a time, since the compiler makes vectors of them."""
    for n in range(_DRAWN):
        keys[n] = mix(day_key, first + n)
    for n in range(_DRAWN):
        gaps[n], who[n] = uniform(keys[n], p.NEED_GAP), uniform(keys[n], p.NEED_RESIDENT)
        marks[n] = uniform(keys[n], p.NEED_MARK)
    for n in range(_DRAWN):
        gaps[n] = -math.log(gaps[n])


@compiled
def _arise(
    engine: Engine, world: World, effects: PolicyEffects, setting: Setting, trust: Floats, weight: Floats,
    candidates: Records, count: int, c: int, day: int, demand: float, weekday: float,
) -> None:  # fmt: skip
    """Those candidates of a community that the hazard makes needs arise, and may be voiced at once."""
    for n in range(_thin(world, setting, trust, weight, candidates, count, c, demand)):
        candidate = candidates[n]
        key, d = candidate.key, candidate.domain
        case_id = new_case(world)
        moment = day + hour_of_day(candidate.time, world.hour_share)
        kind = _kind_of(world.domains[d], uniform(key, p.NEED_KIND))
        begin_need(world, effects, setting, case_id, key, key, candidate.resident, c, d, kind, moment, day)
        case = world.cases[case_id]
        voiced = is_voiced(world, effects, setting, case, trust, weekday, uniform(key, p.NEED_VOICED))
        if (
            voiced
            and finds_open(world, setting, case, moment, day)
            and gets_through(world, setting, case, day, key, p.NEED_ANSWERED)
        ):
            row = world.counts[0].latent - 1
            open_request(engine, world, setting, row, case.channel, moment, day, s.D_VOICED)
        if concerns_others(world, setting, key, d):
            begin_for_others(world, effects, setting, case_id, key, moment, day)


@compiled
def _thin(
    world: World, setting: Setting, trust: Floats, weight: Floats, candidates: Records, count: int, c: int,
    demand: float,
) -> int:  # fmt: skip
    """Move the candidates that are needs to the front, and ask the memory for their owners. Returns how many."""
    kept = 0
    for n in range(count):
        key, resident, d = candidates[n].key, candidates[n].resident, candidates[n].domain
        local = world.community_domain[c, d]
        chance = local.factor * local.hazard * demand / world.domains[d].cap * weight[resident, d]
        if chance > 1.0:
            world.counts[0].capped += 1
        mark = candidates[n].mark
        arises = mark < chance and mark < chance * _unprevented(world, setting, key, resident, c, d)
        if arises and stands_for_all(world, setting, key, d):
            candidates[kept] = candidates[n]
            kept += 1
            prefetch(trust, resident)
            prefetch(world.digital, resident)
            prefetch(world.vulnerable, resident)
            prefetch(world.burden, resident)
    return kept


@compiled
def _unprevented(world: World, setting: Setting, key: np.uint64, resident: int, c: int, d: int) -> float:
    """What conventions and visits leave of the hazard of a need that would arise: a share of it."""
    share, conventions = 1.0, world.community_domain[c, d].conventions
    if conventions > 0.0 and is_conflict(world, key, d):
        share -= setting.conflicts.convention_effect * conventions
    if world.communities[c].visited > 0.0 and world.alone[resident]:
        share *= 1.0 - world.domains[d].visits * world.communities[c].visited
    return share


@compiled
def _kind_of(domain: Record, mark: float) -> int:
    """The kind of a need of this domain, by a uniform mark."""
    kind = 0
    while kind < s.KINDS - 1 and mark >= domain.kinds[kind]:
        kind += 1
    return kind


@compiled
def begin_need(
    world: World, effects: PolicyEffects, setting: Setting, case_id: int, key: np.uint64, root: np.uint64,
    resident: int, c: int, d: int, kind: int, time: float, day: int,
) -> None:  # fmt: skip
    """Fill a case with a need that has arisen; parts and channel are drawn from its own key."""
    needs, voice = setting.needs, setting.voice
    chance = needs.parts_hard if kind == s.HARD else needs.parts_other
    parts = 1
    for n in range(1, s.MAX_PARTS):
        if uniform(key, p.NEED_FURTHER_PART + n) < chance:
            parts += 1
    mark = uniform(key, p.NEED_CHANNEL)
    app = voice.app * world.digital[resident]
    if setting.channels.choice > 0.0:
        channel = choose_channel(world, effects, setting, resident, c, d, mark)
    elif mark < app:
        channel = s.APP
    elif mark < app + voice.hotline:
        channel = s.HOTLINE
    elif mark < app + voice.hotline + voice.department_window:
        channel = s.DEPARTMENT_WINDOW
    else:
        channel = s.COMMUNITY_WINDOW
    online = effects.community[c].online * voice.online * world.digital[resident]
    at_window = channel == s.COMMUNITY_WINDOW or channel == s.DEPARTMENT_WINDOW
    if online > 0.0 and at_window and uniform(key, p.NEED_ONLINE) < online:
        channel = s.APP
    begin(world, case_id, key, root, resident, c, d, kind, parts, channel, time, day)


@compiled
def begin_for_others(
    world: World, effects: PolicyEffects, setting: Setting, case_id: int, key: np.uint64, moment: float, day: int
) -> None:
    """The others whom a trouble that has just arisen concerns have it from now on, and may voice it from tomorrow on.

    `case_id`: the need of the first of them; `key`: its key.
    """
    first = world.cases[case_id]
    c, d, kind, resident = first.community, first.domain, first.kind, first.resident
    for n in range(number_of_others(setting, key)):
        own, other = key_of_other(key, n), new_case(world)
        neighbour = other_resident(world, resident, c, own)
        begin_need(world, effects, setting, other, own, own, neighbour, c, d, kind, moment, day)
        join_ring(world, case_id, other)
        world.daily[day, s.D_SHARED] += 1


@compiled
def number_back(world: World, day: int) -> int:
    """How many needs are back on a day that has not begun."""
    back, case_id = 0, world.dormant[day]
    while case_id != NONE:
        back += world.states[case_id].state == s.DORMANT
        case_id = world.cases[case_id].next
    return back


@compiled
def _recur_today(engine: Engine, world: World, effects: PolicyEffects, setting: Setting, day: int) -> None:
    """Chronic needs whose cause was never treated are back, keyed by root and ordinal; some old troubles vanish."""
    case_id = world.dormant[day]
    while case_id != NONE:
        case, state = world.cases[case_id], world.states[case_id].state
        following = case.next
        if state == s.DORMANT:
            _recur(world, effects, setting, case_id, day)
        elif state == s.LINGERING:
            relieve(world, case_id, case.record, float(day))
            free_case(world, case_id)
        elif case.gone == case.gone:  # it would have been voiced again, but another request has ended the trouble
            write_record(world, case_id, state, case.closed_before)
            free_case(world, case_id)
        else:
            voice_again(engine, world, setting, case_id, day)
        case_id = following


@compiled
def _recur(world: World, effects: PolicyEffects, setting: Setting, case_id: int, day: int) -> None:
    """A need is back, with all whom it concerns."""
    case = world.cases[case_id]
    root, ordinal, closed = case.root, case.ordinal + 1, case.closed_before
    resident, c, d, time, closing = case.resident, case.community, case.domain, case.arose, case.closing
    free_case(world, case_id)
    new_id = new_case(world)
    key = mix(root, p.NEED_RECURRENCE + ordinal)
    begin_need(world, effects, setting, new_id, key, root, resident, c, d, s.CHRONIC, time, day)
    again = world.cases[new_id]
    again.ordinal, again.closed_before, again.closing = ordinal, closed, closing
    world.daily[day, s.D_RECURRED] += 1
    if concerns_others(world, setting, root, d):
        begin_for_others(world, effects, setting, new_id, key, time, day)
