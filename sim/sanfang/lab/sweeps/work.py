"""One job in whatever process this is: what goes to a worker, and what comes back."""

from __future__ import annotations

import gc
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sanfang.run.simulation as simulation
from sanfang.lab.sweeps.measuring import formulas_version
from sanfang.model.code_version import code_version
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario

LITTER = 5.0
"""Seconds of runs after which what they leave behind is collected: some gigabytes. A model and its agents know each
other, so that Python lets them go late, and it counts objects, not bytes: three years of a whole district, some
gigabytes as well, would stay for dozens of runs. Collecting takes some tenths of a second."""

OUT_OF_MEMORY = "there was not enough memory for it; try fewer processes, or a smaller scale"


@dataclass(frozen=True)
class Job:
    """One run to make. `scale` is the share of the district's size; `days` None takes the scenario's own.

    `key` names the result where it is kept. `code` is the version of the model that must make the run;
    a worker that has another refuses. `formulas` is the same of the metrics. Empty or 0: not asked for.
    """

    scenario: Scenario
    seed: int
    days: int | None = None
    scale: float = 1.0
    label: str = ""
    key: str = ""
    code: str = ""
    formulas: int = 0

    def __str__(self) -> str:
        return f"scenario {self.label or self.scenario.name!r} with seed {self.seed}"


@dataclass(frozen=True)
class Outcome:
    """What became of a job: a result, or an error and where it was raised.

    `wrong_input` says that the scenario was at fault, and `error` is then the message for its author.
    `lost` says that its worker died with it, or had no memory for it; `attempts` counts how often it was
    begun; `seconds` is the elapsed time of the run.
    """

    job: Job
    result: Any = None
    error: str = ""
    trace: str = ""
    wrong_input: bool = False
    lost: bool = False
    attempts: int = 1
    seconds: float = 0.0


Keep = Callable[[Any], Any]
"""Chooses what travels back of a `Run`. It works in the worker and must be a module's function."""


def do(job: Job, keep: Keep) -> Outcome:
    """Make the run of `job`. Never raises: a run that fails is data."""
    if job.code and job.code != code_version():
        return Outcome(job, error=f"the worker has another version of the model ({code_version()}, not {job.code})")
    if job.formulas and job.formulas != formulas_version():
        return Outcome(job, error="the worker has another version of the metrics")
    began = time.perf_counter()
    run: Any = None
    try:
        run = simulation.simulate(job.scenario, seed=job.seed, days=job.days, scale=job.scale)
        return Outcome(job, keep(run), seconds=time.perf_counter() - began)
    except InputError as error:
        return Outcome(job, error=str(error), wrong_input=True)
    except MemoryError as error:
        return out_of_memory(job, error)
    except Exception as error:
        return Outcome(job, error=f"{type(error).__name__}: {error}", trace=traceback.format_exc())
    finally:
        run = None
        _collect(time.perf_counter() - began)


_littered = 0.0
"""Seconds of runs since what they leave behind was collected."""


def _collect(seconds: float) -> None:
    global _littered
    _littered += seconds
    if _littered >= LITTER:
        _littered = 0.0
        gc.collect()


def out_of_memory(job: Job, error: MemoryError) -> Outcome:
    """No fault of the run, as far as is known: another worker, or a quieter moment, may have the memory for it."""
    return Outcome(job, error=f"{OUT_OF_MEMORY} ({str(error) or type(error).__name__})", lost=True)
