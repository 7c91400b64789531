"""What residents make of their experiences: satisfaction, expectation, trust (phase 5 of the day).

No policy reaches this file: its only inputs are the residents' own columns, the experiences that
casework reports, the constants of `Mind`, and the waits that are promised (`Limits`). The same experiences
give the same satisfaction under any policy.
"""

from __future__ import annotations

import math

import numpy as np

from sanfang.model.compiled import EIGHT, add_eight, compiled, compiled_in_any_order, prefetch
from sanfang.model.district.district_records import Residents
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import uniform
from sanfang.model.kernel.records import Flags, Floats, Ints, Record, Records
from sanfang.model.state import HARD, HOPED, TURNED_AWAY, URGENT, VOICED_BY

MAX_EXPECTATION, MIN_EXPECTATION = 365.0, 0.25
"""Waits, in days, beyond which an expectation does not go."""

AHEAD = 8
"""Experiences whose resident and record the memory is asked for ahead of their turn."""

_EXPECTATION, _TRUST, _SATISFACTION, _CHANNELS = 0, 1, 2, EIGHT - VOICED_BY
"""Where a neighbour's row has what."""
assert _CHANNELS == _SATISFACTION + 2, "all of a row is filled in"
_LISTENERS = 128
"""Residents who are told together."""


@compiled
def _expected_days(mind: Record, expectation: float, kind: int) -> float:
    """The wait that a resident expects: less for an urgent need, more for one hoped for."""
    if kind == URGENT:
        return expectation * mind.urgent_expectation
    if kind == HARD:
        return expectation * mind.hard_expectation
    if kind == HOPED:
        return expectation * mind.hoped_expectation
    return expectation


@compiled
def _worth(mind: Record, expected: float, quality: float, days: float, trips: int) -> float:
    """Worth of an experience in [0, 1]: its result, discounted by lateness against expectation, less the trips."""
    return min(max(_result(mind, expected, quality, days) - mind.trip_cost * trips, 0.0), 1.0)


@compiled
def _result(mind: Record, expected: float, quality: float, days: float) -> float:
    """What a result is worth, discounted by lateness against expectation."""
    late = max(days - expected, 0.0) / expected
    return quality * math.exp(-mind.impatience * late)


@compiled
def _lasting(mind: Record, days: float, kind: int) -> float:
    """The wait, in days, towards which an experience draws expectation: partly the one met, partly the one promised."""
    return (1.0 - mind.norm) * days + mind.norm * mind.promised[kind]


@compiled
def _learn_of_channel(residents: Residents, mind: Record, i: int, channel: int, brought: float) -> None:
    """A channel is known for what it has just brought, trips apart; where shares are fixed nobody minds."""
    if len(residents.brought) > 0 and channel < VOICED_BY:
        at = i * VOICED_BY + channel
        residents.brought[at] += np.float32(mind.channel_step * (min(brought, 1.0) - residents.brought[at]))


@compiled
def receive(
    residents: Residents,
    experiences: Records,
    count: int,
    records: Records,
    closings: Records,
    rated: Ints,
    mind: Record,
) -> None:
    """Phase 5: each experience moves its resident's satisfaction, expectation and trust, and may be rated.

    `experiences[:count]` are in the order of closing; the rows of `records` and `closings` that each names get its
    worth and rating; `rated[day, 0]` counts ratings, `rated[day, 1]` satisfied ones. The call-back rating is biased:
    not everybody is reached, and some of the dissatisfied answer politely.
    """
    for n in range(count):
        ahead = experiences[min(n + AHEAD, count - 1)]
        prefetch(residents.satisfaction, ahead.resident)
        prefetch(residents.trust, ahead.resident)
        prefetch(residents.expectation, ahead.resident)
        prefetch(records, ahead.record)
        experience = experiences[n]
        i = experience.resident
        if experience.closed == TURNED_AWAY:
            _learn_of_channel(residents, mind, i, experience.channel, 0.0)
            continue
        expected = _expected_days(mind, residents.expectation[i], experience.kind)
        worth = _worth(mind, expected, experience.quality, experience.days, experience.trips)
        step = mind.learn_up if worth > residents.satisfaction[i] else mind.learn_down
        residents.satisfaction[i] += np.float32(step * (worth - residents.satisfaction[i]))
        residents.trust[i] += np.float32(mind.trust_step * (worth - residents.trust[i]))
        if len(residents.brought) > 0:
            result = _result(mind, expected, experience.quality, experience.days)
            _learn_of_channel(residents, mind, i, experience.channel, result)
        lasting = _lasting(mind, experience.days, experience.kind)
        goal = min(lasting * residents.expectation[i] / expected, MAX_EXPECTATION)
        change = mind.expectation_step * (goal - residents.expectation[i])
        residents.expectation[i] = np.float32(max(residents.expectation[i] + change, MIN_EXPECTATION))
        rating = -1
        if experience.closed and uniform(experience.key, p.EXPERIENCE_REACHED) < mind.reached:
            is_polite = uniform(experience.key, p.EXPERIENCE_POLITE) < mind.polite
            rating = 1 if worth >= mind.satisfied_from or is_polite else 0
            rated[experience.day, 0] += 1
            rated[experience.day, 1] += rating
            closings[experience.closing].rated = rating
        if experience.record >= 0:
            records[experience.record].experience = worth
            records[experience.record].rated = rating


@compiled
def live_on(
    residents: Residents, first: Ints, size: Ints, erosion: float, means: Floats, vulnerable_means: Floats
) -> float:
    """Phase 5, daily: unresolved needs erode satisfaction; the day's means go to `means[c]`, `vulnerable_means[c]`.
    Returns the sum over all residents.

    The residents of community c are `size[c]`, from row `first[c]` on; `erosion`: the share lost by each need.
    """
    kept, of_all = np.float32(1.0 - erosion), 0.0
    for c in range(len(first)):
        rows = slice(first[c], first[c] + size[c])
        satisfaction, vulnerable = residents.satisfaction[rows], residents.vulnerable[rows]
        _erode(satisfaction, residents.burden[rows], kept)
        total, weak, weak_count = _sums(satisfaction, vulnerable)
        means[c] = total / size[c]
        vulnerable_means[c] = weak / weak_count if weak_count > 0 else np.nan
        of_all += total
    return of_all


@compiled
def means_by_age(satisfaction: Floats, of_all: float, young: Ints, elderly: Ints, means: Floats) -> None:
    """Fill in the mean satisfaction of each class of age; NaN where there is nobody.

    `of_all`: the sum over all residents; `young`, `elderly`: rows of residents. These are a third of them, and adults
    are what is left.
    """
    of_young, of_elderly = _sum_at(satisfaction, young), _sum_at(satisfaction, elderly)
    sums = (of_young, of_all - of_young - of_elderly, of_elderly)
    counts = (len(young), len(satisfaction) - len(young) - len(elderly), len(elderly))
    for age in range(len(means)):
        means[age] = sums[age] / counts[age] if counts[age] > 0 else np.nan


@compiled
def _erode(satisfaction: Floats, burden: Ints, kept: np.float32) -> None:
    """Each need erodes once: first all residents with one or more, then those with two or more, and so on."""
    max_burden = np.int16(0)
    for i in range(len(burden)):
        max_burden = max(max_burden, burden[i])
    for n in range(max_burden):
        fewer = np.int16(n)
        for i in range(len(satisfaction)):
            satisfaction[i] *= kept if burden[i] > fewer else np.float32(1.0)


@compiled_in_any_order
def _sums(satisfaction: Floats, vulnerable: Flags) -> tuple[float, float, int]:
    """Sums of satisfaction over all and over the vulnerable, and how many these are.

    The order does not matter: sums of some thousand single-precision numbers in [0, 1] are exact in double precision.
    """
    total, weak, weak_count = 0.0, 0.0, 0
    for i in range(len(satisfaction)):
        total += satisfaction[i]
    for i in range(len(satisfaction)):
        if vulnerable[i]:
            weak += satisfaction[i]
            weak_count += 1
    return total, weak, weak_count


@compiled_in_any_order
def _sum_at(satisfaction: Floats, rows: Ints) -> float:
    """The sum over some residents."""
    total = 0.0
    for row in rows:
        total += satisfaction[row]
    return total


@compiled
def talk(residents: Residents, first: Ints, size: Ints, pull: float) -> None:
    """Phase 5, weekly: expectation, trust and what channels are known for move by `pull` towards those of the
    neighbours, as they were before; and everybody hears how satisfied these are.

    The residents of community c are `size[c]`, from row `first[c]` on; nobody has neighbours in another one.
    """
    degree = residents.ties.shape[1]
    if degree == 0:
        return
    told = np.empty((size.max(), EIGHT), np.float32)
    sums, change = np.empty((_LISTENERS, EIGHT)), np.empty((_LISTENERS, EIGHT), np.float32)
    for c in range(len(first)):
        low, high = first[c], first[c] + size[c]
        of_channels = residents.brought[low * VOICED_BY : high * VOICED_BY]
        _tell(residents.expectation[low:high], residents.trust[low:high], residents.satisfaction[low:high], of_channels,
              told)  # fmt: skip
        for begin in range(low, high, _LISTENERS):
            end = min(begin + _LISTENERS, high)
            sums[:] = 0.0
            for i in range(begin, end):
                for t in range(degree):
                    add_eight(sums, i - begin, told, residents.ties[i, t] - low)
            own = told[begin - low : end - low]
            _average(sums.reshape(sums.size), own.reshape(own.size), degree, pull, change)
            _move(residents.expectation[begin:end], residents.trust[begin:end], change)
            _hear(residents.heard[begin:end], sums)
            _learn_of_channels(residents.brought[begin * VOICED_BY : end * VOICED_BY], change)


@compiled
def _tell(expectation: Floats, trust: Floats, satisfaction: Floats, brought: Floats, told: Floats) -> None:
    """Fill in `told[n, EIGHT]`: what the residents of a community tell one another of, side by side since all of it is
    wanted at once."""
    for n in range(len(trust)):
        told[n, _EXPECTATION], told[n, _TRUST], told[n, _SATISFACTION] = expectation[n], trust[n], satisfaction[n]
        told[n, _SATISFACTION + 1] = 0.0
    if len(brought) == 0:
        told[:, _CHANNELS:] = 0.0
    for n in range(len(brought) // VOICED_BY):
        for channel in range(VOICED_BY):
            told[n, _CHANNELS + channel] = brought[n * VOICED_BY + channel]


@compiled
def _average(sums: Floats, told: Floats, degree: int, pull: float, change: Floats) -> None:
    """Turn sums over neighbours into means, and fill in what these `change` of what one tells oneself."""
    moves = change.reshape(change.size)
    for n in range(len(told)):  # vector instructions are made of both loops
        sums[n] /= degree
    for n in range(len(told)):
        moves[n] = np.float32(pull * (sums[n] - told[n]))


@compiled
def _move(expectation: Floats, trust: Floats, change: Floats) -> None:
    """What is heard changes what residents expect, and their trust."""
    for n in range(len(trust)):
        expectation[n] += change[n, _EXPECTATION]
        trust[n] += change[n, _TRUST]


@compiled
def _hear(heard: Floats, means: Floats) -> None:
    """How satisfied neighbours are; nothing where nobody asks for it."""
    for n in range(len(heard)):
        heard[n] = np.float32(means[n, _SATISFACTION])


@compiled
def _learn_of_channels(brought: Floats, change: Floats) -> None:
    """What is heard changes what channels are known for; nothing where shares of channels are fixed."""
    for n in range(len(brought) // VOICED_BY):
        for channel in range(VOICED_BY):
            brought[n * VOICED_BY + channel] += change[n, _CHANNELS + channel]


def replay(residents: Residents, experiences: np.ndarray, mind: object) -> Residents:
    """The residents after a recorded stream of experiences, their columns copied first."""
    copy = Residents._make(column.copy() for column in residents)
    meet_again(copy, experiences, mind)
    return copy


def meet_again(residents: Residents, experiences: np.ndarray, mind: object) -> None:
    """As `receive`, of experiences whose records are not at hand."""
    days = int(experiences["day"].max()) + 1 if len(experiences) else 1
    unrecorded = experiences.copy()
    unrecorded["record"], unrecorded["closing"] = -1, 0
    receive(
        residents,
        unrecorded,
        len(unrecorded),
        np.zeros(1, [("experience", "f4"), ("rated", "i1")]),
        np.zeros(1, [("rated", "i1")]),
        np.zeros((days, 2), np.int64),
        mind,
    )
