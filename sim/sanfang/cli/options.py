"""Options that several commands share, declared once, each number with the most that it may be."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sanfang.scenario.limits import MAX_DAYS, MAX_JOBS, MAX_REPLICATIONS, MAX_SEED


class Language(StrEnum):
    """The languages of labels."""

    EN = "en"
    ZH = "zh"


MAX_HALF_WIDTH = 1e12  # in any metric's unit


def _scale(value: float) -> float:
    if not 0 < value <= 1:
        raise typer.BadParameter(f"{value} is not in the range 0<x<=1.")
    return value


def _half_width(value: float | None) -> float | None:
    if value is not None and not 0 <= value <= MAX_HALF_WIDTH:  # so that it is a number, too
        raise typer.BadParameter(f"{value} is not in the range 0<=x<={MAX_HALF_WIDTH:.0f}.")
    return value


Days = Annotated[int | None, typer.Option(min=1, max=MAX_DAYS, help="Days to simulate. Default: the scenario's.")]
Seed = Annotated[int, typer.Option(min=0, max=MAX_SEED, help="Seed of the random streams.")]
FirstSeed = Annotated[
    int,
    typer.Option(min=0, max=MAX_SEED, help="Seed of replication 0; r has this plus r, so seeds near by share runs."),
]
Scale = Annotated[
    float, typer.Option(callback=_scale, help="Share of the district's communities to simulate, above 0 and up to 1.")
]
Reps = Annotated[int, typer.Option(min=1, max=MAX_REPLICATIONS, help="Replications of each scenario.")]
Jobs = Annotated[int | None, typer.Option(min=1, max=MAX_JOBS, help="Processes. Default: all cores.")]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder to save the results in.")]
District = Annotated[
    str | None,
    typer.Option(help="District: a bare name or a file. Default: the one that the scenario holds, else licang."),
]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Set one parameter: policy.authority=0.5.")
]
DifferentWindows = Annotated[
    bool,
    typer.Option("--allow-different-windows", help="Compare scenarios although other days of them are evaluated."),
]
By = Annotated[
    str | None,
    typer.Option(
        metavar="DIMENSION,...",
        help="Who gains and who loses: year, age, vulnerable, community, domain, kind, channel; or none."
        " Default: vulnerable,age,domain, and year where runs have two or more.",
    ),
]
HalfWidth = Annotated[
    float | None,
    typer.Option(callback=_half_width, help="Half-width of intervals to plan for, in the metric's unit."),
]


class Replicate(StrEnum):
    """What another seed draws anew."""

    MAP = "map"
    RESIDENTS = "residents"
    TROUBLES = "troubles"


Replicated = Annotated[
    Replicate | None,
    typer.Option(
        "--replicate",
        help="What each replication draws anew: map, people and troubles (map); people and troubles (residents);"
        " troubles alone, of this very district (troubles). Default: as the scenarios say.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
