"""Where everything of the scene stands, and stays: departments above, streets below them, communities at the bottom."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from sanfang.dashboard.presenters.chart import Json

GAP = 4.0
DEPARTMENT_HIGH, STREET_HIGH, COMMUNITY_HIGH = 136.0, 96.0, 218.0
TITLE_HIGH, OFFICE_HIGH, GRIDS_HIGH = 20.0, 88.0, 56.0
WIDEST = 210.0
"""A box alone in its row is no wider."""

FORMS = ((1160.0, 16, 8), (930.0, 13, 8), (680.0, 9, 8), (460.0, 6, 4), (320.0, 4, 3))
"""For screens of a width in pixels: communities, and departments, in a row. The browser takes the widest that fits."""

Box = tuple[float, float, float, float]
"""Left, top, width, height, in pixels of a form."""


def layout(communities: Sequence[int], street_of: Sequence[int], departments: int, all_: tuple[int, int]) -> list[Json]:
    """The forms of a scene of some communities, each with its street in `street_of`. `all_`: how many communities and
    streets the district has, by which its stations are numbered."""
    return [_form(*form, communities, street_of, departments, all_) for form in FORMS]


def _form(
    wide: float, most: int, most_departments: int, communities: Sequence[int], street_of: Sequence[int],
    departments: int, all_: tuple[int, int],
) -> Json:  # fmt: skip
    stations: list[Json] = []
    frames: list[Json] = []
    top = 0.0
    for row in _rows(departments, most_departments):
        for department, (left, width) in zip(row, _spread(len(row), wide), strict=True):
            box = (left, top, width, DEPARTMENT_HIGH)
            stations.append({"id": 2 * all_[0] + all_[1] + department, "kind": "department", "box": box})
        top += DEPARTMENT_HIGH + GAP
    for line in _even_lines(communities, street_of, most):
        top += GAP
        places = iter(_spread(sum(len(own) for _, own in line), wide))
        for street, own in line:
            mine = [next(places) for _ in own]
            box = (mine[0][0], top, mine[-1][0] + mine[-1][1] - mine[0][0], STREET_HIGH)
            stations.append({"id": 2 * all_[0] + street, "kind": "street", "box": box})
            for community, (left, width) in zip(own, mine, strict=True):
                frame, offices = _community(community, left, top + STREET_HIGH + GAP, width, all_[0])
                frames.append(frame)
                stations += offices
        top += STREET_HIGH + GAP + COMMUNITY_HIGH + GAP
    return {"wide": wide, "high": top, "stations": stations, "communities": frames}


def _community(number: int, left: float, top: float, width: float, count: int) -> tuple[Json, list[Json]]:
    """The frame of a community, its homes in it, and the boxes of its office and its grid workers."""
    inner, wide = left + 2.0, width - 4.0
    office, grids = top + TITLE_HIGH, top + TITLE_HIGH + OFFICE_HIGH + 2.0
    homes = grids + GRIDS_HIGH + 2.0
    frame = {
        "id": number, "box": (left, top, width, COMMUNITY_HIGH),
        "homes": (inner, homes, wide, top + COMMUNITY_HIGH - homes - 2.0),
    }  # fmt: skip
    return frame, [
        {"id": count + number, "kind": "office", "box": (inner, office, wide, OFFICE_HIGH)},
        {"id": number, "kind": "grid", "box": (inner, grids, wide, GRIDS_HIGH)},
    ]


def _rows(count: int, most: int) -> list[list[int]]:
    """Numbers from 0 in rows of at most `most`, as equal as they can be."""
    edges = np.linspace(0, count, -(-count // most) + 1).round().astype(int).tolist()
    return [list(range(begin, end)) for begin, end in pairwise(edges)]


def _even_lines(communities: Sequence[int], street_of: Sequence[int], most: int) -> list[list[tuple[int, list[int]]]]:
    """As `_lines`, in as few lines as with `most`, each as short as that allows."""
    fewest = len(_lines(communities, street_of, most))
    return next(
        lines
        for some in range(-(-len(communities) // fewest), most + 1)
        if len(lines := _lines(communities, street_of, some)) <= fewest
    )


def _lines(communities: Sequence[int], street_of: Sequence[int], most: int) -> list[list[tuple[int, list[int]]]]:
    """Streets with their communities, in lines of at most `most` communities; a street that has more goes on in further
    boxes of the same name."""
    lines: list[list[tuple[int, list[int]]]] = []
    room = 0
    for street in sorted(set(street_of)):
        own = [community for community, of in zip(communities, street_of, strict=True) if of == street]
        for begin in range(0, len(own), most):
            piece = own[begin : begin + most]
            if room < len(piece):
                lines.append([])
                room = most
            lines[-1].append((street, piece))
            room -= len(piece)
    return lines


def _spread(count: int, wide: float) -> list[tuple[float, float]]:
    """Left and width of `count` boxes beside one another, in the middle of the width."""
    width = min((wide - GAP * (count - 1)) / count, WIDEST)
    left = (wide - count * width - GAP * (count - 1)) / 2
    return [(round(left + number * (width + GAP), 1), round(width, 1)) for number in range(count)]
