"""The map of a district: its communities, their sizes, neighbours and differences.

Geography belongs to the district: it is drawn from the district's name, so that every scenario and, unless a seed is to
redraw the map too (`run.replicate`), every replication has the same communities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import Delaunay, QhullError

from sanfang.model.kernel.draws import stream
from sanfang.scenario.scenario import Scenario


@dataclass(frozen=True)
class Geography:
    """Communities in use, in the order of their ids. Arrays have one row a community."""

    ids: tuple[str, ...]
    """Names: "c001" and so on."""
    number: np.ndarray
    """Of each in the whole district, from 0."""
    sub_district: np.ndarray
    """Number of the sub-district, from 0."""
    population: np.ndarray
    """Residents."""
    position: np.ndarray
    """Map coordinates, 0 to 1."""
    factor: np.ndarray
    """`[c, domain]`: relative troubles, mean 1 over the district's residents."""
    wealth: np.ndarray
    """Relative income, mean 1."""
    firms: np.ndarray
    """Relative presence of local firms, mean 1."""
    neighbours: tuple[np.ndarray, ...]
    """`[c]`: the communities that adjoin it."""


def build_geography(scenario: Scenario, scale: float = 1.0, seed: int = 0) -> Geography:
    """Draw the district's map; at `scale` below 1 keep whole communities spread over the sub-districts."""
    district = scenario.district
    count, random = district.communities, stream(seed, "geography", district.name)
    ids = scenario.community_ids
    sub_district = np.sort(np.arange(count) * district.sub_districts // count)
    population = _sizes(random, count, district.population, district.community_size_cv)
    position = _positions(random, sub_district, district.sub_districts)
    factor = np.exp(district.heterogeneity * random.standard_normal((count, len(scenario.domains))))
    factor /= np.average(factor, axis=0, weights=population)
    wealth = _relative(random, count, scenario.prices.collective_cv)
    firms = np.clip(random.beta(2.0, 2.0, count) * 2.0, 0.0, 2.0)
    keep = kept(count, scale)
    return Geography(
        ids=tuple(ids[index] for index in keep),
        number=keep,
        sub_district=sub_district[keep],
        population=population[keep],
        position=position[keep],
        factor=factor[keep],
        wealth=wealth[keep],
        firms=firms[keep],
        neighbours=_neighbours(position[keep]),
    )


def _sizes(random: np.random.Generator, count: int, population: int, cv: float) -> np.ndarray:
    """Community sizes that sum to the population (lognormal, largest remainders)."""
    sigma = np.sqrt(np.log1p(cv**2))
    raw = np.exp(sigma * random.standard_normal(count))
    exact = raw / raw.sum() * (population - 20 * count) + 20
    sizes = np.floor(exact).astype(np.int64)
    for c in np.argsort(sizes - exact)[: population - sizes.sum()]:
        sizes[c] += 1
    return sizes


def _relative(random: np.random.Generator, count: int, cv: float) -> np.ndarray:
    """Lognormal numbers with a mean of 1."""
    values = np.exp(np.sqrt(np.log1p(cv**2)) * random.standard_normal(count))
    return np.asarray(values / values.mean())


def _positions(random: np.random.Generator, sub_district: np.ndarray, sub_districts: int) -> np.ndarray:
    """Communities scattered around the centres of their sub-districts, which lie on a spiral of equal areas."""
    turn = np.arange(sub_districts) * np.pi * (3.0 - np.sqrt(5.0))
    radius = 0.38 * np.sqrt((np.arange(sub_districts) + 0.5) / sub_districts)
    centres = 0.5 + np.column_stack([radius * np.cos(turn), radius * np.sin(turn)])
    spread = 0.32 / np.sqrt(sub_districts)
    return np.asarray(np.clip(centres[sub_district] + spread * random.uniform(-1, 1, (len(sub_district), 2)), 0, 1))


def kept(count: int, scale: float) -> np.ndarray:
    """Indices of `scale` of the communities, evenly spaced in the order of sub-districts."""
    many = max(1, min(count, round(count * scale)))
    return np.unique((np.arange(many) + 0.5) * count / many).astype(np.int64)


def _neighbours(position: np.ndarray) -> tuple[np.ndarray, ...]:
    """Indices of the communities that adjoin each one (Delaunay triangulation)."""
    count = len(position)
    adjacent: list[set[int]] = [set() for _ in range(count)]
    if count <= 3:
        adjacent = [set(range(count)) - {c} for c in range(count)]
    else:
        try:
            triangles = Delaunay(position).simplices
        except QhullError:  # all on one line: a chain
            order = np.argsort(position[:, 0])
            triangles = np.column_stack([order[:-1], order[1:]])
        for triangle in triangles:
            for a in triangle:
                adjacent[a].update(int(b) for b in triangle if b != a)
    return tuple(np.array(sorted(those), dtype=np.int64) for those in adjacent)
