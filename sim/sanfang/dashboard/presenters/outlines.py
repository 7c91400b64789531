"""The outlines of communities on a map: Voronoi cells of their positions, and the borders of sub-districts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import Voronoi

from sanfang.model.district.geography import Geography

MARGIN = 0.06


@dataclass(frozen=True)
class Outlines:
    """Coordinates in [0, 1]: a polygon for each community, and the segments where two sub-districts meet."""

    cells: list[list[tuple[float, float]]]
    borders: list[tuple[float, float, float, float]]


def outlines(map_: Geography) -> Outlines:
    """Cells of all communities, cut off at a frame around them."""
    points = map_.position
    low, high = points.min(axis=0) - MARGIN, points.max(axis=0) + MARGIN
    scaled = (points - low) / (high - low)
    # Each point mirrored at the four sides: the sides become borders of cells, so every own cell is closed.
    mirrors = [scaled * (1, -1), scaled * (-1, 1), scaled * (1, -1) + (0, 2), scaled * (-1, 1) + (2, 0)]
    diagram = Voronoi(np.vstack([scaled, *mirrors]))
    count = len(scaled)
    cells = []
    for own in range(count):
        corners = diagram.vertices[diagram.regions[diagram.point_region[own]]]
        angle = np.arctan2(*(corners - scaled[own]).T[::-1])
        cells.append([(float(x), float(y)) for x, y in corners[np.argsort(angle)]])
    borders = []
    for (a, b), ridge in zip(diagram.ridge_points, diagram.ridge_vertices, strict=True):
        if a < count and b < count and map_.sub_district[a] != map_.sub_district[b]:
            (x0, y0), (x1, y1) = diagram.vertices[ridge]
            borders.append((float(x0), float(y0), float(x1), float(y1)))
    return Outlines(cells, borders)
