"""The residents: who they are, what troubles them more than others, and whom they talk to."""

from __future__ import annotations

import numpy as np

from sanfang.model.compiled import compiled
from sanfang.model.district.district_records import Residents
from sanfang.model.district.geography import Geography
from sanfang.model.kernel import draw_purposes as p
from sanfang.model.kernel.draws import mix, root_key, stream, uniform
from sanfang.model.kernel.records import Ints
from sanfang.model.state import VOICED_BY
from sanfang.scenario.scenario import Scenario

YOUNG, ADULT, ELDERLY = 0, 1, 2
_CARE = "care"
UNKNOWN_CHANNEL = 0.5
"""What people think a channel brings that neither they nor their neighbours have tried."""


def build_residents(scenario: Scenario, map_: Geography, seed: int) -> Residents:
    """Draw all residents; each community has a stream of its own, so that any part of a district is the same."""
    blocks = [
        _residents_of(scenario, int(size), c, stream(seed, "residents", id_))
        for c, (id_, size) in enumerate(zip(map_.ids, map_.population, strict=True))
    ]
    columns = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    grid_size = scenario.staffing.households_per_grid * scenario.district.household_size
    columns["grid"], offset = np.empty(len(columns["community"]), np.int32), 0
    start = 0
    for size in map_.population:
        grids = max(1, round(size / grid_size))
        columns["grid"][start : start + size] = offset + np.arange(size) * grids // size
        start, offset = start + size, offset + grids
    columns["weight"] *= _unit_mean(scenario, columns["weight"])
    ties = np.full((start, scenario.mind.ties), -1, np.int32)
    firsts = np.concatenate([[0], np.cumsum(map_.population)])
    _tie(
        ties, columns["grid"], columns["community"], firsts, map_.number, scenario.mind.rewired, root_key(seed, "ties")
    )
    brought = np.full(start * VOICED_BY if scenario.channels.choice > 0 else 0, UNKNOWN_CHANNEL, np.float32)
    mind = scenario.mind
    heard = np.full(start if scenario.voice.neighbours > 0 else 0, mind.satisfied_from, np.float32)
    return Residents(**columns, burden=np.zeros(start, np.int16), brought=brought, heard=heard, ties=ties)


def _residents_of(scenario: Scenario, size: int, c: int, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Columns of the residents of community `c`, `size` in number."""
    district, mind = scenario.district, scenario.mind
    mark = random.random(size)
    age = np.full(size, ADULT, np.int8)
    age[mark < district.share_young] = YOUNG
    age[mark >= 1.0 - district.share_elderly] = ELDERLY
    elderly = age == ELDERLY
    alone = elderly & (random.random(size) < district.elderly_alone)
    disabled = random.random(size) < district.share_disabled
    low_income = random.random(size) < district.share_low_income
    vulnerable = alone | disabled | low_income
    literacy = np.where(elderly, district.digital_elderly, district.digital_adult)
    shape = (size, len(scenario.domains))
    weight = np.exp(district.personal_spread * random.standard_normal(shape, np.float32))
    weight *= np.where(vulnerable, district.vulnerable_factor, 1.0).astype(np.float32)[:, None]
    if _CARE in scenario.domains:
        weight[:, list(scenario.domains).index(_CARE)] *= np.where(elderly | disabled, 1.0, 0.1)
    expectation = mind.expectation_days * np.exp(mind.expectation_spread * random.standard_normal(size))
    return {
        "community": np.full(size, c, np.int16),
        "age": age,
        "alone": alone,
        "disabled": disabled,
        "low_income": low_income,
        "vulnerable": vulnerable,
        "digital": np.clip(literacy + 0.15 * random.standard_normal(size), 0, 1).astype(np.float32),
        "weight": weight,
        "expectation": expectation.astype(np.float32),
        "satisfaction": np.clip(mind.satisfaction + mind.spread * random.standard_normal(size), 0, 1).astype(
            np.float32
        ),
        "trust": np.clip(mind.trust + mind.spread * random.standard_normal(size), 0.02, 1).astype(np.float32),
    }


def _unit_mean(scenario: Scenario, weight: np.ndarray) -> np.ndarray:
    """Factors per domain that give the weights a mean of 1 in a large population.

    Taken from the declared shares, not from the sample, so that a resident's hazard does not depend on who
    else is simulated.
    """
    district = scenario.district
    others = (1 - district.share_disabled) * (1 - district.share_low_income)
    vulnerable = 1 - others * (1 - district.share_elderly * district.elderly_alone)
    base = np.exp(district.personal_spread**2 / 2) * (1 + (district.vulnerable_factor - 1) * vulnerable)
    factors = np.full(weight.shape[1], 1.0 / base, np.float32)
    if _CARE in scenario.domains:
        factors[list(scenario.domains).index(_CARE)] = 1.0 / (base * _care_mean(scenario))
    return factors


def hazard_caps(scenario: Scenario) -> np.ndarray:
    """Highest multiple of each domain's hazard that candidates stand for.

    Care falls on few, who need much more of it than the mean resident: its cap is higher by as much.
    """
    caps = np.full(len(scenario.domains), scenario.needs.hazard_cap)
    if _CARE in scenario.domains:
        caps[list(scenario.domains).index(_CARE)] /= _care_mean(scenario)
    return caps


def _care_mean(scenario: Scenario) -> float:
    """Mean of the care factor, weighted by the vulnerable factor that multiplies it."""
    district, extra = scenario.district, scenario.district.vulnerable_factor - 1
    old, ill, poor = district.share_elderly, district.share_disabled, district.share_low_income
    others = (1 - ill) * (1 - poor)
    vulnerable = 1 - others * (1 - old * district.elderly_alone)
    in_care = 1 - (1 - old) * (1 - ill)
    in_care_and_vulnerable = ill + (1 - ill) * old * (1 - (1 - district.elderly_alone) * (1 - poor))
    everyone = 1 + extra * vulnerable
    those = in_care + extra * in_care_and_vulnerable
    return float((0.9 * those + 0.1 * everyone) / everyone)


@compiled
def _tie(ties: Ints, grid: Ints, community: Ints, firsts: Ints, numbers: Ints, rewired: float, key: np.uint64) -> None:
    """Small world (Watts and Strogatz 1998): a ring inside each grid, some ties to anywhere in the community.

    Fills `ties[resident, n]`. `firsts[c]`: first resident; `numbers[c]`: in the whole district; `key`: the run's.
    """
    count, degree = ties.shape
    start = 0
    while start < count:
        end = start
        while end < count and grid[end] == grid[start]:
            end += 1
        size = end - start
        for i in range(start, end):
            c = community[i]
            own_key = mix(mix(key, numbers[c]), i - firsts[c])
            for t in range(degree):
                if uniform(own_key, p.TIE_REWIRED + 2 * t) < rewired or size < 3:
                    low, high = firsts[c], firsts[c + 1]
                    ties[i, t] = low + int(uniform(own_key, p.TIE_TO + 2 * t) * (high - low))
                else:
                    step = t // 2 + 1 if t % 2 == 0 else -(t // 2 + 1)
                    ties[i, t] = start + (i - start + step) % size
        start = end
