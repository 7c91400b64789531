"""Needs arise, and are voiced, found, met or vanish (phases 2 and 3 of the day).

For each community and domain, candidates come at a capped hazard; each carries a uniform mark and is a
need if mark < hazard / cap. So the same residents meet the same troubles on the same days in every
scenario, except those that a policy prevents or causes.
"""

from __future__ import annotations

import math

import numpy as np

from sanfang.model import state as s
from sanfang.model.cases import add_latent, drop_latent, end_case, free_case, heal_rate, move, new_case, relieve
from sanfang.model.compiled import compiled, prefetch
from sanfang.model.draws import mix, uniform
from sanfang.model.event_calendar import NONE, schedule
from sanfang.model.forums import forget_forums, is_conflict, revealed
from sanfang.model.helpers import DAYS_A_MONTH, errand_runs
from sanfang.model.queueing import ARRIVAL
from sanfang.model.worktime import to_working

# Purposes of a need's draws.
GAP, WHO, MARK, KIND, CHANNEL, HOUR, VOICED, FOUND, ENTERED, HEAL, MET = 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12
VISITED, CONTACTED, REVEALED, ONLINE = 13, 14, 15, 16
_RECURRENCE, _TODAY, _FURTHER_PARTS = 1_000, 10_000, 100

CANDIDATE = np.dtype([("key", "u8"), ("time", "f8"), ("mark", "f8"), ("resident", "i4"), ("domain", "i4")])
_CANDIDATES = 128
"""Candidates that are weighed together, so that the memory has been asked for all of them before the first is."""

_DRAWN = 16
"""Candidates of a community and domain whose draws are made together."""

_FATES = (VOICED, HEAL, MET, FOUND, ENTERED, VISITED, CONTACTED, REVEALED)
"""Purposes of the draws that decide what becomes of a latent need today; in this order in tables of highest chances."""
BY_VOICE, BY_HEALING, BY_SERVICE, BY_PATROL, BY_DATA, BY_VISIT, BY_CONTACT, BY_FORUM = range(len(_FATES))

_TOGETHER = 500
"""Latent needs that are looked at together. No power of two: their columns would contend for one place in the cache."""


@compiled
def hour_of_day(mark, cumulative):
    """Day fraction at which the hour profile's cumulative share reaches `mark`."""
    hour = 0
    while hour < 23 and mark >= cumulative[hour]:
        hour += 1
    below = cumulative[hour - 1] if hour > 0 else 0.0
    share = cumulative[hour] - below
    return (hour + (mark - below) / share) / 24.0 if share > 0.0 else hour / 24.0


@compiled
def _kind_of(domain, mark):
    kind = 0
    while kind < 3 and mark >= domain.kinds[kind]:
        kind += 1
    return kind


@compiled
def _arise(world, rules, setting, index, key, root, resident, community, domain, kind, time, day):
    """Fill a case with a need that has arisen; parts and channel are drawn from its own key."""
    case = world.cases[index]
    case.key, case.root, case.resident, case.community, case.domain = key, root, resident, community, domain
    case.arose, case.vulnerable = time, world.vulnerable[resident]
    needs, voice = setting.needs, setting.voice
    case.kind = kind
    chance = needs.parts_hard if kind == s.HARD else needs.parts_other
    parts = 1
    for n in range(1, s.MAX_PARTS):
        if uniform(key, _FURTHER_PARTS + n) < chance:
            parts += 1
    case.parts = parts
    mark = uniform(key, CHANNEL)
    app = voice.app * world.digital[resident]
    if mark < app:
        case.channel = s.APP
    elif mark < app + voice.hotline:
        case.channel = s.HOTLINE
    elif mark < app + voice.hotline + voice.department_window:
        case.channel = s.DEPARTMENT_WINDOW
    else:
        case.channel = s.COMMUNITY_WINDOW
    online = rules.here[community].platform * voice.online * world.digital[resident]
    if online > 0.0 and mark >= app + voice.hotline and uniform(key, ONLINE) < online:
        case.channel = s.APP
    at = world.states[index]
    at.community, at.domain, at.state = community, domain, s.LATENT
    world.flow[community, domain, s.LATENT] += 1
    world.flow[community, domain, s.ARISEN] += 1
    world.daily[day, s.D_ARISEN] += 1
    world.burden[resident] += 1
    add_latent(world, index)


@compiled
def _voice_rate(voice, kind):
    """Rate a day at which a need of this kind is voiced at full trust, if it takes no trip."""
    if kind == s.URGENT:
        return voice.rate_urgent
    if kind == s.HARD:
        return voice.rate_hard
    if kind == s.CHRONIC:
        return voice.rate_chronic
    return voice.rate_hoped


@compiled
def _is_voiced(world, rules, setting, case, trust, weekday, mark):
    """Whether a latent need is voiced today: by trust, and by the trips that its channel means."""
    voice = setting.voice
    rate = _voice_rate(voice, case.kind) * weekday
    trips = 0.0
    window = case.channel == s.COMMUNITY_WINDOW or case.channel == s.DEPARTMENT_WINDOW
    if window and not errand_runs(world, setting, case.community, case.resident):
        trips = 1.0 + rules.field[case.community, case.domain].extra_trips + rules.here[case.community].wrong_window
    rate *= trust[case.resident] ** voice.trust_power * math.exp(-voice.trip_deterrence * trips)
    return mark < 1.0 - math.exp(-rate)


@compiled
def open_case(engine, world, place, channel, time, day, counter, setting):
    """The latent need at `place` becomes a request at calendar time `time`.

    What can be read from the row of the list is: its case may be far away, and is written to without waiting for it.
    """
    need = world.latent[place]
    index, key = need.case, need.key
    move(world, index, s.OPEN)
    drop_latent(world, place)
    case = world.cases[index]
    case.channel = channel
    case.voiced = time
    world.daily[day, counter] += 1
    if case.closed_before == case.closed_before and time - case.closed_before <= 30.0:
        world.daily[int(case.closed_before), s.D_REPEATS] += 1
    schedule(engine, to_working(time, world.clock_start, setting.opening, setting.shift), ARRIVAL, index, key)


@compiled
def _left(world, setting, key, resident, c, d):
    """What conventions and visits leave of the hazard of a need that would arise."""
    share, conventions = 1.0, world.ground[c, d].conventions
    if conventions > 0.0 and is_conflict(world, key, d):
        share -= setting.conflicts.convention_effect * conventions
    if world.places[c].visited > 0.0 and world.alone[resident]:
        share *= 1.0 - world.domains[d].visits * world.places[c].visited
    return share


@compiled
def arise_today(engine, world, rules, setting, trust, weight, key, day, demand, weekday):
    """Phase 2: today's needs. `key` is the run's; `demand` and `weekday` are today's over the mean day's."""
    places, domains = world.places, world.domains
    flat = weight.reshape(weight.size)
    candidates, keys = np.empty(_CANDIDATES, CANDIDATE), np.empty(_DRAWN, np.uint64)
    gaps, who, marks = np.empty(_DRAWN), np.empty(_DRAWN), np.empty(_DRAWN)
    for c in range(len(places)):
        place_key = mix(key, places[c].number)
        count = 0
        for d in range(len(domains)):
            if domains[d].hazard <= 0.0:
                continue
            rate = domains[d].cap * domains[d].hazard / 365.0 * places[c].size
            own = mix(mix(place_key, d), day)
            time, n = 0.0, 0
            while True:
                at = n % _DRAWN
                if at == 0:
                    _draw_candidates(own, n, keys, gaps, who, marks)
                time += gaps[at] / rate
                if time >= 1.0:
                    break
                n += 1
                if count == _CANDIDATES:
                    _let_arise(engine, world, rules, setting, trust, weight, candidates, count, c, day, demand, weekday)
                    count = 0
                resident = places[c].first + int(who[at] * places[c].size)
                candidate = candidates[count]
                candidate.key, candidate.time, candidate.mark = keys[at], time, marks[at]
                candidate.resident, candidate.domain = resident, d
                prefetch(flat, resident * len(domains) + d)
                count += 1
        _let_arise(engine, world, rules, setting, trust, weight, candidates, count, c, day, demand, weekday)
    _recur_today(world, rules, setting, day)


@compiled
def _draw_candidates(own, first, keys, gaps, who, marks):
    """Draws of the candidates from number `first` on. Several at a time, since the compiler makes vectors of them."""
    for n in range(_DRAWN):
        keys[n] = mix(own, first + n)
    for n in range(_DRAWN):
        gaps[n], who[n], marks[n] = uniform(keys[n], GAP), uniform(keys[n], WHO), uniform(keys[n], MARK)
    for n in range(_DRAWN):
        gaps[n] = -math.log(gaps[n])


@compiled
def _let_arise(engine, world, rules, setting, trust, weight, candidates, count, c, day, demand, weekday):
    """Those candidates of a community that the hazard makes needs arise, and may be voiced at once."""
    for n in range(_weigh(world, setting, trust, weight, candidates, count, c, demand)):
        candidate = candidates[n]
        key, resident, d = candidate.key, candidate.resident, candidate.domain
        index = new_case(world)
        moment = day + hour_of_day(candidate.time, world.hour_share)
        kind = _kind_of(world.domains[d], uniform(key, KIND))
        _arise(world, rules, setting, index, key, key, resident, c, d, kind, moment, day)
        case = world.cases[index]
        if _is_voiced(world, rules, setting, case, trust, weekday, uniform(key, VOICED)):
            open_case(engine, world, world.counts[0].latent - 1, case.channel, moment, day, s.D_VOICED, setting)


@compiled
def _weigh(world, setting, trust, weight, candidates, count, c, demand):
    """Move the candidates that are needs to the front, and ask the memory for their owners. Returns how many."""
    kept = 0
    for n in range(count):
        key, resident, d = candidates[n].key, candidates[n].resident, candidates[n].domain
        ground = world.ground[c, d]
        chance = ground.factor * ground.hazard * demand / world.domains[d].cap * weight[resident, d]
        if chance > 1.0:
            world.counts[0].capped += 1
        mark = candidates[n].mark
        if mark < chance and mark < chance * _left(world, setting, key, resident, c, d):
            candidates[kept] = candidates[n]
            kept += 1
            prefetch(trust, resident)
            prefetch(world.digital, resident)
            prefetch(world.vulnerable, resident)
            prefetch(world.burden, resident)
    return kept


@compiled
def _recur_today(world, rules, setting, day):
    """Chronic needs whose cause was never treated are back, keyed by root and ordinal; some old troubles vanish."""
    index = world.dormant[day]
    while index != NONE:
        case = world.cases[index]
        following = case.next
        if world.states[index].state == s.LINGERING:
            relieve(world, index, case.record, float(day))
            free_case(world, index)
            index = following
            continue
        root, ordinal, closed = case.root, case.ordinal + 1, case.closed_before
        resident, community, domain, time = case.resident, case.community, case.domain, case.arose
        free_case(world, index)
        new = new_case(world)
        key = mix(root, _RECURRENCE + ordinal)
        _arise(world, rules, setting, new, key, root, resident, community, domain, s.CHRONIC, time, day)
        fresh = world.cases[new]
        fresh.ordinal, fresh.closed_before = ordinal, closed
        world.daily[day, s.D_RECURRED] += 1
        index = following


@compiled
def _look_around(world, discovery):
    """Today's chance that a patrol finds a need, by community and domain."""
    for c in range(len(world.places)):
        place = world.places[c]
        patrol = (place.patrol + place.lookout) / (place.households / 100.0)
        for d in range(len(world.domains)):
            world.ground[c, d].found = 1.0 - math.exp(-discovery.patrol * world.domains[d].patrol_visible * patrol)


@compiled
def _at_most_of_kind(setting, weekday):
    """`[kind, fate]`: not even full trust and no trip give a need of this kind a higher chance today."""
    at_most = np.ones((4, len(_FATES)))
    for kind in range(4):
        at_most[kind, BY_VOICE] = 1.0 - math.exp(-_voice_rate(setting.voice, kind) * weekday)
        at_most[kind, BY_HEALING] = heal_rate(setting.needs, kind)
        at_most[kind, BY_SERVICE] = 1.0 if kind == s.HOPED else 0.0
    return at_most


@compiled
def _at_most_there(world, rules, setting, open_day):
    """`[c, d, fate]`: no resident of the community has a need of this domain with a higher chance today."""
    at_most = np.ones((len(world.places), len(world.domains), len(_FATES)))
    discovery, helpers = setting.discovery, setting.helpers
    for c in range(len(world.places)):
        place, here = world.places[c], rules.here[c]
        for d in range(len(world.domains)):
            there = at_most[c, d]
            there[BY_SERVICE] = setting.needs.met_by_service * world.ground[c, d].covered
            shown = (here.data + here.platform * discovery.footprint) * discovery.data * world.domains[d].data_visible
            there[BY_PATROL] = world.ground[c, d].found if open_day else 0.0
            there[BY_DATA] = shown if open_day else 0.0
            there[BY_VISIT] = helpers.visit_tells * place.visited / DAYS_A_MONTH
            there[BY_CONTACT] = helpers.contact_tells * place.contacted / DAYS_A_MONTH
            there[BY_FORUM] = 1.0 if place.forums > 0 else 0.0
    return at_most


@compiled
def _stir(world, of_kind, there, first, count, day, own, at_most, stirs):
    """Whether anything may happen today to each of `count` latent needs from place `first` on.

    Most needs stay as they are, and this says so without branches. Where a draw is below the highest chance, the need
    has to be looked at.
    """
    latent = world.latent
    for n in range(count):
        need = latent[first + n]
        own[n] = mix(need.key, _TODAY + day)
        stirs[n] = False
        kind, ground = of_kind[need.kind], there[need.community, need.domain]
        for fate in range(len(_FATES)):
            at_most[fate, n] = kind[fate] * ground[fate]
    for fate in range(len(_FATES)):
        _draw(own, _FATES[fate], at_most[fate], count, stirs)


@compiled
def _draw(own, purpose, at_most, count, stirs):
    """Mark the needs whose draw is below its highest chance. The compiler makes vector instructions of this loop."""
    for n in range(count):
        stirs[n] = stirs[n] | (uniform(own[n], purpose) < at_most[n])


@compiled
def _found_by(world, rules, setting, need, own, open_day):
    """The channel by which a latent need is found today, or NONE: patrol, data, a visit, a contact, a forum."""
    c, d, place = need.community, need.domain, world.places[need.community]
    if open_day and uniform(own, FOUND) < world.ground[c, d].found:
        return s.PATROL
    shown = rules.here[c].data
    if rules.here[c].platform > 0.0:
        shown += rules.here[c].platform * setting.discovery.footprint * world.digital[need.resident]
    shown *= setting.discovery.data * world.domains[d].data_visible
    if open_day and shown > 0.0 and uniform(own, ENTERED) < shown:
        return s.DATA
    told = place.visited > 0.0 and world.alone[need.resident]
    if told and uniform(own, VISITED) < setting.helpers.visit_tells * place.visited / DAYS_A_MONTH:
        return s.VISIT
    told = place.contacted > 0.0
    if told and uniform(own, CONTACTED) < setting.helpers.contact_tells * place.contacted / DAYS_A_MONTH:
        return s.CONTACT
    if place.forums > 0 and uniform(own, REVEALED) < revealed(world, setting, need.resident):
        return s.FORUM
    return NONE


@compiled
def surface_today(engine, world, rules, setting, trust, day, weekday, open_day):
    """Phase 3: each latent need of an earlier day may be voiced, found by others, met by services, or vanish."""
    _look_around(world, setting.discovery)
    of_kind, there = _at_most_of_kind(setting, weekday), _at_most_there(world, rules, setting, open_day)
    own, stirs = np.empty(_TOGETHER, np.uint64), np.empty(_TOGETHER, np.bool_)
    at_most = np.empty((len(_FATES), _TOGETHER))
    end = world.counts[0].latent
    while end > 0:
        first = max(end - _TOGETHER, 0)
        _stir(world, of_kind, there, first, end - first, day, own, at_most, stirs)
        for place in range(end - 1, first - 1, -1):
            if stirs[place - first]:
                prefetch(trust, world.latent[place].resident)
        for place in range(end - 1, first - 1, -1):  # from the back: what is dropped is replaced by one looked at
            if stirs[place - first] and world.latent[place].arose < day:
                _look_at(engine, world, rules, setting, trust, place, own[place - first], day, weekday, open_day)
        end = first
    forget_forums(world)


@compiled
def _look_at(engine, world, rules, setting, trust, place, own, day, weekday, open_day):
    """What happens today to the latent need at `place`; `own` is the key of its draws today."""
    need = world.latent[place]
    if _is_voiced(world, rules, setting, need, trust, weekday, uniform(own, VOICED)):
        moment = day + hour_of_day(uniform(own, HOUR), world.hour_share)
        open_case(engine, world, place, need.channel, moment, day, s.D_VOICED, setting)
        return
    channel = _found_by(world, rules, setting, need, own, open_day)
    if channel != NONE:
        moment = day + hour_of_day(uniform(own, HOUR), world.hour_share)
        if channel == s.DATA:
            world.daily[day, s.D_DATA_FOUND] += 1
            world.places[need.community].found_today += 1
        open_case(engine, world, place, channel, moment, day, s.D_DISCOVERED, setting)
        return
    covered = world.ground[need.community, need.domain].covered
    met = need.kind == s.HOPED and uniform(own, MET) < setting.needs.met_by_service * covered
    if met or uniform(own, HEAL) < heal_rate(setting.needs, need.kind):
        moment, index = day + hour_of_day(uniform(own, HOUR), world.hour_share), need.case
        drop_latent(world, place)
        record = end_case(world, index, s.HEALED, moment)
        relieve(world, index, record, moment)
        free_case(world, index)
