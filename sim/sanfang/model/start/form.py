"""Whether arrays could be what a model carries: the names, types and shapes of its own, and no number missing.

A kept start has a digest, and the key of what it belongs to. This is for a file that has both and is something else
all the same: it is made again, and does not end in a traceback half way through a run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sanfang.model.books.tables import daily_columns
from sanfang.model.kernel.engine_arrays import EVENT
from sanfang.model.start.carried import CALENDAR_TIMES, IF_USED, MINDS, WHOLE, WORKING_TIMES, Carried
from sanfang.scenario.dates import same_date

if TYPE_CHECKING:
    from sanfang.model.model import DistrictModel

POOLS = ("cases", "states", "latent", "short", "dormant")
"""Arrays of the world that have any length."""

MAY_BE_UNKNOWN = ("world.cases", (*CALENDAR_TIMES, *WORKING_TIMES))
"""The only numbers that may be NaN: times of what has not happened."""


def fits(arrays: Carried, model: DistrictModel) -> bool:
    """Whether `arrays` could be carried into `model`."""
    exact, any_length = _expected(model)
    if not (exact.keys() | any_length.keys()) <= arrays.keys():
        return False
    same = all(_alike(arrays[name], like) and arrays[name].shape == like.shape for name, like in exact.items())
    return (
        same
        and all(_alike(arrays[name], like) and arrays[name].ndim == 1 for name, like in any_length.items())
        and _is_daily(arrays.get("daily.year_before"), -same_date(model.scenario_run.calendar, 1))
        and all(_is_known(name, arrays[name]) for name in exact.keys() | any_length.keys())
    )


def _expected(model: DistrictModel) -> tuple[Carried, Carried]:
    """Arrays of the same form, by name: those of a certain shape, and those of any length."""
    world, engine = model.world, model.engine
    exact = {f"world.{name}": getattr(world, name) for name in (*WHOLE, "counts", "flow")}
    exact |= {"engine.stations": engine.stations, "engine.workers": engine.workers}
    exact |= {f"residents.{name}": getattr(model.residents, name) for name in MINDS}
    exact |= {f"prevention.{name}": array for name, array in model.prevention.carried().items()}
    exact |= {f"completion.{name}": array for name, array in model.completion.carried().items()}
    exact |= {f"take_up.{name}": array for name, array in model.take_up.carried().items()}
    exact |= {f"finance.{name}": array for name, array in model.finance.carried().items()}
    exact |= {"start.steady": np.array(True)}
    any_length = {f"world.{name}": getattr(world, name) for name in POOLS}
    any_length |= {f"residents.{name}": getattr(model.residents, name) for name in IF_USED}
    any_length |= {
        "engine.jobs": engine.jobs,
        "engine.free_jobs": engine.free_jobs,
        "engine.events": np.zeros(0, EVENT),
    }
    return exact, any_length


def _alike(array: np.ndarray, like: np.ndarray) -> bool:
    return array.dtype == like.dtype


def _is_daily(daily: np.ndarray | None, days: int) -> bool:
    """Whether it is the daily series of a year, without its dates."""
    return daily is not None and daily.shape == (days,) and daily.dtype.names == tuple(daily_columns())


def _is_known(name: str, array: np.ndarray) -> bool:
    """Whether all numbers are finite, apart from times of what has not happened."""
    unknown = MAY_BE_UNKNOWN[1] if name == MAY_BE_UNKNOWN[0] else ()
    columns = {field: array[field] for field in array.dtype.names} if array.dtype.names else {"": array}
    return not any(
        np.isinf(column).any() or (field not in unknown and np.isnan(column).any())
        for field, column in columns.items()
        if column.dtype.kind == "f"
    )
