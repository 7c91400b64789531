"""Published results made again: the runs of an experiment, and whether its numbers come out as published.

On the platform and with the libraries that they were published with, bits decide, whatever became of the model's code.
Elsewhere, and with seeds of one's own, the numbers are others by luck alone: then a test asks whether the effect is the
same, and says how large a change it would have seen.
"""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from scipy import stats

from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.experiments.experiment_file import Finding
from sanfang.lab.files import write_atomically
from sanfang.lab.statistics import intervals
from sanfang.lab.statistics.looks import holm, standard_error
from sanfang.lab.storage.results import Results
from sanfang.lab.sweeps.executors import available_cores, local, opened
from sanfang.lab.sweeps.missing_runs import Report
from sanfang.lab.sweeps.sweep import sweep
from sanfang.lab.verification.agreement import FALSE_ALARMS
from sanfang.metrics.catalogue import knowing, metric
from sanfang.model.code_version import libraries
from sanfang.scenario.errors import InputError
from sanfang.scenario.settings import parse_settings

DIGITS = 9
"""Significant digits to which older files publish; newer ones publish all."""

POWER = 0.9
"""With which a change is seen that is as large as `Reproduced.detectable`."""

QUICK_REPLICATIONS = 10

MARK, MADE_ON = "[[found]]", "[published]"

How = Literal["bits", "seeds", "changed"]
Verdict = Literal["agrees", "differs", "too few runs", "one change"]


@dataclass(frozen=True)
class Attempt:
    """The runs to make of an experiment: `how` they are compared with what was published, and `why` so."""

    published: Experiment
    experiment: Experiment
    how: How
    why: str


@dataclass(frozen=True)
class Reproduced:
    """A published result and what comes out now.

    With other seeds: `p_value` of Welch's test that both are estimates of one effect, corrected for all results looked
    at together (Holm), and `detectable`, the change of the effect that the test sees with a chance of `POWER`.
    """

    experiment: Experiment
    published: Finding
    now: Finding
    how: How
    p_value: float = math.nan
    detectable: float = math.nan

    @property
    def verdict(self) -> Verdict:
        """ "too few runs": a test that would not have noticed if the whole effect were gone says nothing."""
        if self.how == "changed":
            return "one change"
        if self.how == "bits":
            return "agrees" if _same(self.now, self.published) else "differs"
        if self.p_value < FALSE_ALARMS:
            return "differs"
        size = max(abs(self.published.difference), metric(self.published.metric).smallest)
        return "agrees" if self.detectable <= size else "too few runs"

    @property
    def agrees(self) -> bool:
        """Whether nothing speaks against it."""
        return self.verdict != "differs"


def _same(now: Finding, then: Finding) -> bool:
    """Whether the numbers are the same, to as many digits as were published."""
    pairs = [(getattr(now, name), getattr(then, name)) for name in ("difference", "low", "high")]
    return now.replications == then.replications and all(
        again == published or float(f"{again:.{DIGITS}g}") == published for again, published in pairs
    )


# --- Which runs ---------------------------------------------------------------------------------------------


def attempt(
    experiment: Experiment, quick: bool = False, seed: int | None = None, settings: Sequence[str] = ()
) -> Attempt:
    """How to make an experiment again.

    As it was published, if platform and libraries are the same (or nobody wrote them down): then bits decide. With
    fresh seeds if they are not, if a `seed` for replication 0 is given, or if it is `quick` (`QUICK_REPLICATIONS`).
    With `settings` such as `tasks.load=0.5`, as published but for these. Raises `InputError` for a seed with which runs
    of the publication would be made again: they would agree with themselves.
    """
    if settings:
        changed = experiment.with_settings(parse_settings(settings))
        if seed is not None:
            changed = changed.with_seed(seed)
        return Attempt(experiment, _shorter(changed, quick), "changed", f"with {', '.join(settings)}")
    others = differing_versions(experiment)
    if not (quick or others or seed is not None):
        known = "as published" if experiment.file.published else "as published, with what is not written down"
        return Attempt(experiment, experiment, "bits", known)
    number = QUICK_REPLICATIONS if quick else experiment.replications.min
    made = max((finding.replications for finding in experiment.found), default=experiment.replications.max)
    first = experiment.seed + made if seed is None else seed
    if first < experiment.seed + made and experiment.seed < first + number:
        used = f"{experiment.seed} to {experiment.seed + made - 1}"
        raise InputError(f"--seed {first}: {experiment.name} was published from the seeds {used}; take others")
    why = f"other versions than published with ({'; '.join(others)})" if others else "fresh seeds"
    return Attempt(experiment, _shorter(experiment.with_seed(first), quick), "seeds", f"{why}, from seed {first}")


def _shorter(experiment: Experiment, quick: bool) -> Experiment:
    return experiment.with_replications(QUICK_REPLICATIONS) if quick else experiment


def made_on() -> dict[str, Any]:
    """What decides the bits of a run beside the model's own code: platform and libraries."""
    return {"system": platform.system(), "processor": platform.machine(), "libraries": libraries()}


def differing_versions(experiment: Experiment) -> list[str]:
    """In what the published results were made on something else; empty if nobody wrote it down."""
    if experiment.file.published is None:
        return []
    then, now = _flat(experiment.file.published.model_dump()), _flat(made_on())
    return [f"{name} {then[name]}, here {now.get(name, 'none')}" for name in then if then[name] != now.get(name)]


def _flat(versions: Mapping[str, Any]) -> dict[str, str]:
    return {**versions["libraries"], **{name: versions[name] for name in ("system", "processor")}}


def findings(
    experiments: Iterable[Experiment],
    folder: Path,
    *,
    jobs: int | None = None,
    report: Callable[[Experiment], Report] = lambda experiment: lambda done, planned, failed: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[Experiment, list[Finding]]]:
    """Make the runs of each experiment in `folder`, and yield what they show; the same workers serve all.

    What is found is what the file publishes; for a file that publishes nothing yet, its claim's metric in every
    scenario but the baseline. An experiment that was stopped before its end ends the list.
    """
    with ExitStack() as stack:
        executor = stack.enter_context(opened(local(jobs or available_cores())))
        for experiment in experiments:
            out = folder / experiment.name
            end = sweep(experiment, out, executor=executor, report=report(experiment), stopping=stopping)
            if not end.complete:
                return
            yield experiment, found_in(experiment, out)


def found_in(experiment: Experiment, folder: Path) -> list[Finding]:
    """What the finished sweep of `experiment` in `folder` shows where the experiment publishes or claims something."""
    with Results(folder) as results, knowing(experiment.own.metrics):
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
    for label, point, name in wanted:
        if (label, point, name) not in rows:
            raise InputError(f"{experiment.origin.name}: found: there is no {name} of {label!r} at point {point}")
    return [_finding(rows[key], *key) for key in wanted]


def _finding(row: dict[Hashable, Any], scenario: str, point: int, name: str) -> Finding:
    values = {key: float(row[key]) for key in ("difference", "low", "high")}
    if not all(map(math.isfinite, values.values())):
        raise InputError(f"{name}: has no mean difference with an interval in {scenario!r}; publish another metric")
    return Finding(scenario=scenario, point=point, metric=name, replications=int(row["n"]), **values)


# --- Whether it is the same -----------------------------------------------------------------------------------


def with_tests(results: Sequence[Reproduced]) -> list[Reproduced]:
    """The results with `p_value` and `detectable` of those that were made with other seeds."""
    apart = [result for result in results if result.how == "seeds"]
    if not apart:
        return list(results)
    tests = iter(zip(*_equality([result.published for result in apart], [result.now for result in apart]), strict=True))
    return [
        replace(result, p_value=float(p), detectable=float(change))
        for result in results
        for p, change in ([next(tests)] if result.how == "seeds" else [(math.nan, math.nan)])
    ]


def _equality(then: Sequence[Finding], now: Sequence[Finding]) -> tuple[np.ndarray, np.ndarray]:
    """Adjusted p of Welch's test on each pair of independent estimates, and the change that it sees with `POWER`.

    The change is reckoned at Bonferroni's level, the worst that Holm's correction asks of any look.
    """
    error_then, error_now = (_column_error(findings) for findings in (then, now))
    free_then, free_now = (np.array([finding.replications - 1.0 for finding in side]) for side in (then, now))
    apart = np.array([b.difference - a.difference for a, b in zip(then, now, strict=True)])
    size = np.array([abs(finding.difference) for finding in then])
    error = np.hypot(error_then, error_now)
    error, apart = (np.where(np.abs(values) <= intervals.ROUNDING * size, 0.0, values) for values in (error, apart))
    with np.errstate(all="ignore"):
        free = error**4 / (error_then**4 / free_then + error_now**4 / free_now)
        p = np.where(error > 0, 2 * stats.t.sf(np.abs(apart) / error, free), np.where(apart == 0, 1.0, 0.0))
        reach = stats.t.isf(FALSE_ALARMS / len(apart) / 2, free) + stats.t.isf(1 - POWER, free)
        return holm(p), np.where(error > 0, reach * error, 0.0)


def _column_error(findings: Sequence[Finding]) -> np.ndarray:
    low, high, n = ([getattr(finding, name) for finding in findings] for name in ("low", "high", "replications"))
    return standard_error(low, high, n)


# --- Publishing -----------------------------------------------------------------------------------------------


def publish(experiment: Experiment, findings: list[Finding]) -> None:
    """Write `findings`, and what it was made on, at the end of the experiment's file, instead of what was there.

    Raises InputError where the file cannot be written; it is then as it was.
    """
    assert experiment.source is not None
    text = experiment.source.read_text("utf-8")
    for mark in (MADE_ON, MARK):
        text = text.split(f"\n{mark}", 1)[0]
    tables = "\n\n".join([_versions(), *map(_table, findings)])
    written = f"{text.rstrip(chr(10))}\n\n{tables}\n"
    try:
        write_atomically(experiment.source, lambda path: path.write_text(written, "utf-8"))
    except OSError as error:
        raise InputError(f"{experiment.source}: cannot be written: {error.strerror}") from None


def _versions() -> str:
    versions = made_on()
    named = ", ".join(f'{name} = "{number}"' for name, number in versions["libraries"].items())
    lines = [f'{name} = "{versions[name]}"' for name in ("system", "processor")]
    return "\n".join([MADE_ON, *lines, f"libraries = {{ {named} }}"])


def _table(finding: Finding) -> str:
    lines = [MARK, f"scenario = {json.dumps(finding.scenario, ensure_ascii=False)}"]
    if finding.point:
        lines.append(f"point = {finding.point}")
    lines.append(f'metric = "{finding.metric}"')
    lines += [f"{name} = {getattr(finding, name)!r}" for name in ("difference", "low", "high")]
    return "\n".join([*lines, f"replications = {finding.replications}"])
