"""Published results made again: the runs of an experiment, and whether its numbers come out as published."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sanfang.lab import intervals
from sanfang.lab.executors import available_cores, local, opened
from sanfang.lab.experiment import Experiment
from sanfang.lab.experiment_file import Finding
from sanfang.lab.files import write_atomically
from sanfang.lab.results import Results
from sanfang.lab.sweep import Report, sweep
from sanfang.scenario.errors import InputError

ROUNDING = 1e-6
"""Relative: the published digits, and the last bits in which processors differ."""

MARK = "[[found]]"


@dataclass(frozen=True)
class Reproduced:
    """A published result and what comes out now. `agrees`: equal, or for a quick check, with overlapping intervals."""

    experiment: Experiment
    published: Finding
    now: Finding
    quick: bool

    @property
    def agrees(self) -> bool:
        """Whether the numbers are the same; of a quick check, whether the two intervals overlap."""
        if self.quick:
            return self.now.low <= self.published.high and self.published.low <= self.now.high
        size = max(abs(self.published.low), abs(self.published.high))
        pairs = [(getattr(self.now, name), getattr(self.published, name)) for name in ("difference", "low", "high")]
        return all(math.isclose(now, then, rel_tol=ROUNDING, abs_tol=ROUNDING * size) for now, then in pairs)


def findings(
    experiments: Iterable[Experiment],
    folder: Path,
    *,
    replications: int | None = None,
    jobs: int | None = None,
    report: Callable[[Experiment], Report] = lambda experiment: lambda done, planned, failed: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[Experiment, list[Finding]]]:
    """Make the runs of each experiment in `folder`, and yield what they show; the same workers serve all.

    `replications` takes the first so many of each instead of all. What is found is what the file publishes; for a file
    that publishes nothing yet, its claim's metric in every scenario but the baseline. An experiment that was stopped
    before its end ends the list.
    """
    with ExitStack() as stack:
        workers = jobs or available_cores()
        executor = stack.enter_context(opened(local(workers)))
        for experiment in experiments:
            shorter = experiment.with_replications(replications) if replications else experiment
            out = folder / experiment.name
            end = sweep(shorter, out, executor=executor, report=report(experiment), stopping=stopping)
            if not end.complete:
                return
            yield experiment, found_in(shorter, out)


def found_in(experiment: Experiment, folder: Path) -> list[Finding]:
    """What the finished sweep of `experiment` in `folder` shows where the experiment publishes or claims something."""
    with Results(folder) as results:
        factors = results.about["factors"]
        table = intervals.differences(results.runs(), experiment.baseline, factors)
    wanted = [(entry.scenario, entry.point, entry.metric) for entry in experiment.found]
    if not wanted and experiment.claim:
        others = [label for label in experiment.bases if label != experiment.baseline]
        points = range(len(experiment.points()))
        wanted = [(label, point, experiment.claim.metric) for label in others for point in points]
    if "point" not in table:
        table = table.assign(point=0)
    rows = table.set_index(["scenario", "point", "metric"]).to_dict("index")
    return [_finding(rows[key], *key) for key in wanted]


def _finding(row: dict[Hashable, Any], scenario: str, point: int, metric: str) -> Finding:
    values = {name: float(row[name]) for name in ("difference", "low", "high")}
    return Finding(scenario=scenario, point=point, metric=metric, replications=int(row["n"]), **values)


def publish(experiment: Experiment, found: list[Finding]) -> None:
    """Write `found` at the end of the experiment's file, in the place of what it published before.

    Raises InputError where the file cannot be written; it is then as it was.
    """
    assert experiment.source is not None
    text = experiment.source.read_text("utf-8")
    kept = text.split(f"\n{MARK}", 1)[0].rstrip("\n")
    tables = "\n\n".join(_table(finding) for finding in found)
    try:
        write_atomically(experiment.source, lambda path: path.write_text(f"{kept}\n\n{tables}\n", "utf-8"))
    except OSError as error:
        raise InputError(f"{experiment.source}: cannot be written: {error.strerror}") from None


def _table(finding: Finding) -> str:
    lines = [MARK, f"scenario = {json.dumps(finding.scenario, ensure_ascii=False)}"]
    if finding.point:
        lines.append(f"point = {finding.point}")
    lines.append(f'metric = "{finding.metric}"')
    lines += [f"{name} = {getattr(finding, name):.9g}" for name in ("difference", "low", "high")]
    return "\n".join([*lines, f"replications = {finding.replications}"])
