"""Measuring: processor time, memory, ratios taken in one run, and whether two samples agree.

Other work on the machine changes every timing. So a ratio is always taken between things that took
turns in one process, each the median of several turns, and only of processor time.
"""

from __future__ import annotations

import argparse
import inspect
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import stats

from sanfang.lab.sweeps.executors import start_method

QUICK, USUAL, FULL = "quick", "usual", "full"
CONFIDENCE = 0.999
"""Of the intervals by which samples must agree: about a dozen checks a run, and few false alarms."""


class Disagreement(RuntimeError):
    """Two programs that should do the same do not: their speeds must not be compared."""


@dataclass
class Section:
    """A part of the report: what it measures, and its tables as Markdown."""

    title: str
    what: str
    parts: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.parts.append(text)

    def __str__(self) -> str:
        return "\n\n".join([f"## {self.title}", self.what, *self.parts])


# --- Time and memory -------------------------------------------------------------------------------------


def cpu_seconds(call: Callable[[], object]) -> float:
    """Processor time that a call takes in this process."""
    start = time.process_time()
    call()
    return time.process_time() - start


def taking_turns(calls: Mapping[str, Callable[[], object]], turns: int) -> dict[str, float]:
    """Median processor time of each call. They take turns, in alternating order, after one turn that is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    for turn in range(turns):
        for name in calls if turn % 2 == 0 else reversed(list(calls)):
            seconds[name].append(cpu_seconds(calls[name]))
    return {name: statistics.median(values) for name, values in seconds.items()}


def peak_megabytes() -> float:
    """Most memory that this process has held so far."""
    unit = 1.0 if sys.platform == "darwin" else 1024.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


@dataclass(frozen=True)
class Isolated:
    """What a call in a process of its own returned, and memory in megabytes: its peak, and how much it grew by."""

    result: Any
    peak: float
    grown: float


def isolated(call: Callable[..., Any], *arguments: Any) -> Isolated:
    """Call a module's function in a fresh process that runs nothing else. Raises RuntimeError if that dies."""
    context = multiprocessing.get_context(start_method())
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_report, args=(theirs, call, arguments))
    process.start()
    theirs.close()
    try:
        return ours.recv()
    except EOFError:
        raise RuntimeError(f"{call.__name__}{arguments} died in its process") from None
    finally:
        process.join()


def _report(pipe: Any, call: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    before = peak_megabytes()
    result = call(*arguments)
    pipe.send(Isolated(result, peak_megabytes(), peak_megabytes() - before))


# --- Statistics --------------------------------------------------------------------------------------------


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Mean of independent values, and half the width of its interval (Student, `CONFIDENCE`)."""
    count = len(values)
    half = stats.t.ppf(0.5 + CONFIDENCE / 2, count - 1) * np.std(values, ddof=1) / np.sqrt(count)
    return float(np.mean(values)), float(half)


def must_agree(what: str, one: Sequence[float], other: Sequence[float] | float) -> None:
    """Raise Disagreement unless the means agree (Welch 1947; or Student, if `other` is what theory says)."""
    if isinstance(other, float):
        chance = stats.ttest_1samp(one, other).pvalue
    else:
        chance = stats.ttest_ind(one, other, equal_var=False).pvalue
    if not chance > 1 - CONFIDENCE:
        raise Disagreement(f"{what}: {np.mean(one):.5g} against {np.mean(other):.5g}, p = {chance:.2g}")


def must_be_near(what: str, one: float, other: float, within: float) -> None:
    """Raise Disagreement unless `one` differs from `other` by at most the share `within`."""
    if not abs(one / other - 1.0) <= within:
        raise Disagreement(f"{what}: {one:.5g} against {other:.5g}")


def slope(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Slope of costs against sizes on log-log axes: 1 is linear growth."""
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])


# --- Words ---------------------------------------------------------------------------------------------------


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; numbers are right-aligned."""
    rule = ["---:" if rows and isinstance(cell, int | float) else "---" for cell in rows[0]]
    lines = [head, rule, *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def plus_minus(values: Sequence[float]) -> str:
    """Mean and half width of the interval, as text."""
    mean, half = interval(values)
    return f"{mean:.4g} ± {half:.2g}"


def size_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", dest="size", action="store_const", const=QUICK, default=USUAL, help="smaller runs")
    parser.add_argument("--full", dest="size", action="store_const", const=FULL, help="larger runs, too")


def run_alone(measure: Callable[[str], Section]) -> None:
    """The main program of one benchmark: print its section."""
    parser = argparse.ArgumentParser(description=inspect.getdoc(inspect.getmodule(measure)))
    size_options(parser)
    print(measure(parser.parse_args().size))
