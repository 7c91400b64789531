"""Random numbers that belong to things, not to the order of events.

A need has a 64-bit key. Each of its draws is a hash of (key, purpose), so that it is the same in every scenario,
whether or not other needs were handled differently before (common random numbers). Workers, tasks and communities have
keys of their own, made from the run's seed and their names. All purposes are in `sanfang.model.kernel.draw_purposes`.

The mixing function is the finaliser of SplitMix64 (Steele, Lea and Flood 2014), variant 13 of
Stafford.
"""

from __future__ import annotations

import hashlib
import math
from typing import NamedTuple, Self

import numpy as np

from sanfang.model.compiled import compiled
from sanfang.model.kernel import draw_purposes as p

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_30, _SHIFT_27, _SHIFT_31, _SHIFT_11 = (np.uint64(n) for n in (30, 27, 31, 11))
_UNIT = 2.0**-53

LOGNORMAL, EXPONENTIAL, DETERMINISTIC = 0, 1, 2
SHAPES = {"lognormal": LOGNORMAL, "exponential": EXPONENTIAL, "deterministic": DETERMINISTIC}


class Seeds(NamedTuple):
    """What the draws of a run come from: equal seeds draw equal maps, people, troubles."""

    map: int
    people: int
    troubles: int

    @classmethod
    def of(cls, replicate: str, seed: int) -> Self:
        """`seed` draws the troubles; with "residents" the people too, and with "map" the map as well.

        The rest is drawn from fixed seeds: "troubles" keeps a district with its people as it is.
        """
        people = 1 if replicate == "troubles" else seed
        return cls(seed if replicate == "map" else 0, people, seed)


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """A generator for building things before a run, seeded by (seed, names) and nothing else."""
    return np.random.default_rng(int(root_key(seed, *names)))


def root_key(seed: int, *names: str | int) -> np.uint64:
    """A 64-bit key for (seed, names), stable across processes and versions of Python."""
    text = "/".join(str(part) for part in (seed, *names))
    return np.uint64(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little"))


@compiled
def mix(key: np.uint64, word: int) -> np.uint64:
    """The key of child `word` (any integer) of `key`."""
    z = key + _GOLDEN * (np.uint64(word) + np.uint64(1))
    z = (z ^ (z >> _SHIFT_30)) * _MIX_1
    z = (z ^ (z >> _SHIFT_27)) * _MIX_2
    return z ^ (z >> _SHIFT_31)


@compiled
def uniform(key: np.uint64, purpose: int) -> float:
    """A number in (0, 1) for `purpose`."""
    return (float(mix(key, purpose) >> _SHIFT_11) + 0.5) * _UNIT


@compiled
def exponential(key: np.uint64, purpose: int, mean: float) -> float:
    """An exponential number with this mean."""
    return -mean * math.log(uniform(key, purpose))


@compiled
def normal(key: np.uint64, purpose: int) -> float:
    """A standard normal number (Box and Muller 1958)."""
    child = mix(key, purpose)
    radius = math.sqrt(-2.0 * math.log(uniform(child, p.NORMAL_RADIUS)))
    return radius * math.cos(2.0 * math.pi * uniform(child, p.NORMAL_ANGLE))


@compiled
def duration(key: np.uint64, purpose: int, mean: float, cv: float, shape: int) -> float:
    """A duration or amount of `shape` (`SHAPES`) with this mean; `cv` (sd over mean) is for lognormal only."""
    if shape == EXPONENTIAL:
        return exponential(key, purpose, mean)
    if shape == DETERMINISTIC or cv == 0.0:
        return mean
    variance = math.log(1.0 + cv * cv)
    return mean * math.exp(math.sqrt(variance) * normal(key, purpose) - 0.5 * variance)
