"""Designs: at which values of its factors an experiment runs.

Each kind accepts the keys that it uses and no others. `unit_design` places points between 0 and 1, `design`
turns positions into the factors' values. scipy, pandas and SALib are loaded when a design is made, not before.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from sanfang.lab.experiments.factors import Factor
from sanfang.scenario.declare import Section
from sanfang.scenario.limits import MAX_POINTS, MAX_SEED

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

END_TO_END = 2
"""How many values a factor takes in a one-at-a-time design if it does not say so: its two ends."""


class Full(Section):
    """Every combination of the factors' values; the last factor changes first."""

    kind: Literal["full"] = "full"


class Fractional(Section):
    """Each factor at its two ends, in twice the next power of two runs (Saltelli et al. 2008, section 2.6).

    Main effects are confounded neither with each other nor with effects of two factors together.
    """

    kind: Literal["fractional"]


class LatinHypercube(Section):
    """`samples` points such that each factor has one in each of `samples` parts of equal chance (McKay 1979)."""

    kind: Literal["latin-hypercube"]
    samples: int = Field(ge=1, le=MAX_POINTS, description="Number of points")
    seed: int | None = Field(None, ge=0, le=MAX_SEED, description="Seed of the design; default the experiment's")


class Sobol(Section):
    """Saltelli's scheme on a scrambled Sobol' sequence, for variance-based sensitivity indices (Saltelli 2002)."""

    kind: Literal["sobol"]
    samples: int = Field(ge=2, le=65_536, description="Base number of points, a power of 2")
    second_order: bool = Field(False, description="Also for indices of pairs, at twice the number of points")
    seed: int | None = Field(None, ge=0, le=MAX_SEED, description="Seed of the design; default the experiment's")


class Morris(Section):
    """Trajectories along which one factor at a time takes a large step (Morris 1991), to screen many factors."""

    kind: Literal["morris"]
    trajectories: int = Field(10, ge=2, le=10_000, description="Number of trajectories")
    levels: int = Field(4, ge=2, le=100, multiple_of=2, description="Number of levels between the ends, even")
    seed: int | None = Field(None, ge=0, le=MAX_SEED, description="Seed of the design; default the experiment's")


class OneAtATime(Section):
    """The scenarios as they are, then each factor alone at each of its values."""

    kind: Literal["one-at-a-time"]


class Table(Section):
    """Points of the user's own, listed in the file or in a table of comma-separated values."""

    kind: Literal["table"]
    points: Annotated[tuple[dict[str, Any], ...], Strict(False)] | None = Field(
        None, min_length=1, description="Points, each a table of factors and their values"
    )
    file: str | None = Field(None, description="A .csv file: one column a factor, one row a point")

    @model_validator(mode="after")
    def _points_from_one_place(self) -> Table:
        if (self.points is None) == (self.file is None):
            raise PydanticCustomError("design", "needs points or file, and not both")
        return self


Design = Full | Fractional | LatinHypercube | Sobol | Morris | OneAtATime | Table
KINDS: dict[str, type[Section]] = {
    "full": Full,
    "fractional": Fractional,
    "latin-hypercube": LatinHypercube,
    "sobol": Sobol,
    "morris": Morris,
    "one-at-a-time": OneAtATime,
    "table": Table,
}
BALANCED = (Fractional, Sobol, Morris)
"""Designs that lose their meaning if a point is left out."""


def _with_kind(value: Any) -> Any:
    return {"kind": "full", **value} if isinstance(value, dict) else value


GivenDesign = Annotated[
    Annotated[Design, Field(discriminator="kind")], BeforeValidator(_with_kind, json_schema_input_type=Design)
]


def problem_of(kind: Design, factors: Sequence[Factor]) -> str:
    """Why the factors do not fit this kind of design, as `factors.name: ...`; empty if they do."""
    if not factors and not isinstance(kind, Full | Table):
        return f'factors: a design of kind "{kind.kind}" needs at least one'
    if isinstance(kind, Sobol) and kind.samples & (kind.samples - 1):
        lower = 1 << (kind.samples.bit_length() - 1)
        return f"design.samples = {kind.samples}: must be a power of 2, such as {lower} or {2 * lower}"
    for factor in factors:
        complaint = _unfit(kind, factor)
        if complaint:
            return f"factors.{factor.name}: {complaint}"
    return ""


def _unfit(kind: Design, factor: Factor) -> str:
    if factor.steps and not isinstance(kind, Full | OneAtATime):
        return f'steps is not used by a design of kind "{kind.kind}", which places points between low and high itself'
    if isinstance(kind, Full) and not factor.values and not factor.steps:
        return "needs steps in a full design, or a list of values"
    if isinstance(kind, Fractional) and len(factor.values) not in (0, 2):
        return f"a fractional design takes two values, not {len(factor.values)}"
    if isinstance(kind, Full | Fractional | Morris | OneAtATime) and not factor.ends_given:
        return f'a normal distribution needs low and high in a design of kind "{kind.kind}", which goes to the ends'
    return ""


def size(kind: Design, factors: Sequence[Factor]) -> int:
    """The number of points, before constraints. Nothing is made for it."""
    number = len(factors)
    if isinstance(kind, Full):
        return prod(len(factor.values) or factor.steps or 0 for factor in factors)
    if isinstance(kind, Fractional):
        return int(2 * 2 ** (number - 1).bit_length())
    if isinstance(kind, LatinHypercube):
        return kind.samples
    if isinstance(kind, Sobol):
        return kind.samples * (2 * number + 2 if kind.second_order else number + 2)
    if isinstance(kind, Morris):
        return kind.trajectories * (number + 1)
    if isinstance(kind, OneAtATime):
        return 1 + sum(len(factor.levels(END_TO_END)) for factor in factors)
    return len(kind.points or ())


def design(kind: Design, factors: Sequence[Factor], seed: int) -> pd.DataFrame:
    """The points, one a row, and one column a factor with its values as plain Python objects.

    None means that the point leaves the factor as each scenario has it. `seed` counts where the design has
    none of its own. The same arguments always give the same points.
    """
    import pandas as pd

    if isinstance(kind, Table):
        rows = [[point.get(factor.name) for factor in factors] for point in kind.points or ()]
        return pd.DataFrame(rows, columns=[factor.name for factor in factors], dtype=object)
    positions = unit_design(kind, factors, seed)
    columns = {factor.name: pd.Series(factor.at(positions[factor.name].tolist()), dtype=object) for factor in factors}
    return pd.DataFrame(columns, index=positions.index)


def unit_design(kind: Design, factors: Sequence[Factor], seed: int) -> pd.DataFrame:
    """The same points as positions between 0 (a factor's lowest value) and 1 (its highest); NaN where left as it is.

    These are the inputs that SALib's analyses expect. A table has no such positions: ValueError.
    """
    import pandas as pd

    if isinstance(kind, Table):
        raise ValueError("a table of points has no positions between 0 and 1")
    return pd.DataFrame(_places(kind, factors, seed), columns=[factor.name for factor in factors], dtype=float)


def _places(
    kind: Full | OneAtATime | Fractional | LatinHypercube | Sobol | Morris, factors: Sequence[Factor], seed: int
) -> Any:
    if isinstance(kind, Full):
        return list(product(*(factor.levels() for factor in factors)))
    if isinstance(kind, OneAtATime):
        return _one_at_a_time([factor.levels(END_TO_END) for factor in factors])
    if isinstance(kind, Fractional):
        from SALib.sample import ff

        return ff.sample(_unit_problem(factors))[:, : len(factors)]  # the rest are dummies that fill a power of two
    return _sampled(kind, factors, seed if kind.seed is None else kind.seed)


def _one_at_a_time(levels: Sequence[Sequence[float]]) -> list[list[float]]:
    rows = [[float("nan")] * len(levels)]
    for moved, positions in enumerate(levels):
        rows += [
            [position if number == moved else float("nan") for number in range(len(levels))] for position in positions
        ]
    return rows


def _sampled(kind: LatinHypercube | Sobol | Morris, factors: Sequence[Factor], seed: int) -> np.ndarray[Any, Any]:
    import numpy as np

    generator = np.random.default_rng(seed)  # SALib takes a seed of 0 for none in some places: give it a generator
    if isinstance(kind, LatinHypercube):
        from scipy.stats import qmc

        return qmc.LatinHypercube(len(factors), rng=generator).random(kind.samples)
    if isinstance(kind, Sobol):
        from SALib.sample import sobol

        positions = sobol.sample(
            _unit_problem(factors), kind.samples, calc_second_order=kind.second_order, seed=generator
        )
        return np.asarray(positions)
    from SALib.sample import morris

    return np.asarray(morris.sample(_unit_problem(factors), kind.trajectories, num_levels=kind.levels, seed=generator))


def _unit_problem(factors: Sequence[Factor]) -> dict[str, Any]:
    """What SALib wants to know to place points between 0 and 1. It changes what it gets: made anew each time."""
    names = [factor.name for factor in factors]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0] for _ in names]}
