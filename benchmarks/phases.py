"""Where the full model's time goes: each phase of the day, and each function that a phase calls.

Processor time, measured around every function that the day's loop calls; what a function's callees took is not counted
twice. The stop watches themselves cost about a microsecond a call.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

from benchmarks.full_model import district, warm_up
from benchmarks.measuring import FULL, QUICK, USUAL, Section, run_alone, table
from sanfang.model import model as day_loop
from sanfang.model.model import DistrictModel
from sanfang.run import simulation

RUNS = {QUICK: ((20_000, 60),), USUAL: ((20_000, 365), (200_000, 365)), FULL: ((20_000, 365), (None, 365))}
SHOWN = 0.005
"""Functions below this share of the run are summed up."""


class StopWatches:
    """Seconds and calls of functions, by name, less what other watched functions took inside them."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.calls: dict[str, int] = {}
        self._inside = [0.0]
        self._undo: list[Callable[[], None]] = []

    def watch(self, owner: Any, name: str, shown: str) -> None:
        """Put a stop watch around `owner.name`."""
        function = getattr(owner, name)

        @functools.wraps(getattr(function, "py_func", function))
        def timed(*arguments: Any, **named: Any) -> Any:
            self._inside.append(0.0)
            start = time.process_time()
            try:
                return function(*arguments, **named)
            finally:
                spent = time.process_time() - start
                own = spent - self._inside.pop()
                self._inside[-1] += spent
                self.seconds[shown] = self.seconds.get(shown, 0.0) + own
                self.calls[shown] = self.calls.get(shown, 0) + 1

        setattr(owner, name, timed)
        self._undo.append(lambda: setattr(owner, name, function))

    def watch_module(self, module: ModuleType, prefix: str) -> None:
        """Watch all functions, compiled or not, that a module has taken from the package or defines."""
        for name, value in list(vars(module).items()):
            origin = str(getattr(value, "__module__", ""))
            if origin.startswith("sanfang.") and callable(value) and not isinstance(value, type):
                self.watch(module, name, prefix + name)

    def take_off(self) -> None:
        """Leave every function as it was."""
        for undo in reversed(self._undo):
            undo()


def profile(residents: int | None, days: int) -> tuple[float, StopWatches]:
    """Seconds of a run and its stop watches."""
    scenario, watches = district(residents), StopWatches()
    watches.watch_module(day_loop, "")
    for name, value in list(vars(DistrictModel).items()):
        if callable(value) and name not in ("step", "run") and (not name.startswith("__") or name == "__init__"):
            watches.watch(DistrictModel, name, f"model.{name}")
    for name in ("observe", "measure", "daily_table"):
        watches.watch(simulation, name, f"simulate: {name}")
    try:
        start = time.process_time()
        simulation.simulate(scenario, seed=1, days=days)
        return time.process_time() - start, watches
    finally:
        watches.take_off()


def measure(size: str) -> Section:
    warm_up()
    section = Section("Where the time goes", __doc__ or "")
    for residents, days in RUNS[size]:
        total, watches = profile(residents, days)
        people = residents or district(None).district.population
        scale = 1e9 / (people * days)
        rows: list[list[object]] = []
        small = 0.0
        for name, seconds in sorted(watches.seconds.items(), key=lambda item: -item[1]):
            if seconds < SHOWN * total:
                small += seconds
            else:
                rows.append([name, watches.calls[name], seconds * 1e3, seconds * scale, f"{seconds / total:.1%}"])
        other = total - sum(watches.seconds.values())
        rows.append(["all smaller ones", 0, small * 1e3, small * scale, f"{small / total:.1%}"])
        rows.append(["the rest of `simulate`", 1, other * 1e3, other * scale, f"{other / total:.1%}"])
        section.add(f"{people:,} residents, {days} days: {total:.2f} s, {total * scale:.1f} ns per resident-day.")
        section.add(table(["function", "calls", "ms", "ns per resident-day", "share"], rows))
    return section


if __name__ == "__main__":
    run_alone(measure)
