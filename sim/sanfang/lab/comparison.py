"""Compare scenarios in which the same troubles arise: paired differences with intervals.

Replication r has the same seed in every scenario (common random numbers), so that a difference between
two scenarios is the policy's doing and not the luck of the draw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from sanfang.lab import belonging
from sanfang.lab.conditions import notes_on_conditions
from sanfang.lab.files import table_writer, to_json, write_atomically
from sanfang.lab.provenance import provenance
from sanfang.lab.scenario_labels import baseline_among, by_label
from sanfang.lab.statistics import gains, intervals
from sanfang.lab.statistics.looks import judged
from sanfang.lab.statistics.run_table import days_of
from sanfang.lab.sweeps.measuring import Measuring
from sanfang.lab.sweeps.runner import Progress, run_all
from sanfang.lab.sweeps.work import Job
from sanfang.metrics.catalogue import EQUAL_BETWEEN_SCENARIOS, SHOWN_IN_COMPARISON
from sanfang.metrics.groups import COLUMNS, check_comparable, dimensions
from sanfang.metrics.reasons import reasons
from sanfang.run.reach import check_reach, notes_on_runs, reached_by
from sanfang.run.simulation import check_run
from sanfang.scenario.errors import InputError
from sanfang.scenario.limits import MAX_JOBS, MAX_REPLICATIONS, MAX_RUNS_IN_MEMORY, first_seed, whole_number
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.window import Window, check_alike, differences_in_words, windows_of

RESOURCE_TOLERANCE = 1e-9  # relative: rounding of sums, no more


@dataclass(frozen=True)
class Comparison:
    """Scenarios compared: every run, the means, and the paired differences to the baseline.

    `scenarios` maps the label of each, in the order given, to the scenario. `runs` has one row per scenario
    and replication with all metrics; `means` and `differences` are described in `sanfang.lab.statistics.intervals`.
    `groups` has metrics by group of the dimensions `by`: scenario, replication, dimension, group, metric, value, n.
    """

    scenarios: Mapping[str, Scenario]
    runs: pd.DataFrame
    means: pd.DataFrame
    differences: pd.DataFrame
    baseline: str
    seed: int
    reps: int
    days: int | None
    scale: float
    by: tuple[str, ...] = ()
    groups: pd.DataFrame = field(default_factory=pd.DataFrame)

    @cached_property
    def gains(self) -> pd.DataFrame:
        """Who gains and who loses: headline differences to the baseline by group; see `lab.statistics.gains`."""
        return gains.gains(self.groups, self.baseline) if self.by else pd.DataFrame()

    @property
    def judged(self) -> pd.DataFrame:
        """The differences of the metrics that a comparison shows, with the `verdict` on each: see `looks.judged`."""
        return judged(self.differences[self.differences["metric"].isin(SHOWN_IN_COMPARISON)])

    @property
    def windows(self) -> dict[str, Window]:
        """By label, the evaluation window of each scenario. All are the same unless others were allowed."""
        return windows_of(self.scenarios, self.days)

    @property
    def reasons(self) -> dict[str, dict[str, str]]:
        """By label, which metrics have no value for want of days, and why."""
        means: dict[str, dict[str, float]] = {label: {} for label in self.scenarios}
        for label, name, mean in self.means[["scenario", "metric", "mean"]].itertuples(index=False):
            means[label][name] = mean
        return {label: reasons(means[label], window) for label, window in self.windows.items()}

    @property
    def resource_gaps(self) -> pd.DataFrame:
        """Where public hours or money differ from the baseline's; empty when all scenarios have the same.

        Columns: scenario, metric, baseline_amount, amount, relative (largest over replications). What
        comes from outside the public purse is booked apart and may differ.
        """
        return resource_gaps(self.runs, self.baseline)

    @property
    def equal_resources(self) -> bool | None:
        """Whether all scenarios have the same public hours and money; None where no run has a value of them."""
        known = self.runs.reindex(columns=list(EQUAL_BETWEEN_SCENARIOS)).notna().to_numpy().any()
        return self.resource_gaps.empty if known else None

    @property
    def reached(self) -> dict[str, dict[str, int]]:
        """By label, how many of all communities are in at this scale, and their residents."""
        return reached_by(self.scenarios, self.scale)

    @property
    def about(self) -> dict[str, Any]:
        """What was run, for the manifest of a folder."""
        return belonging.about(self.scenarios, self.seed, self.days, self.scale, reps=self.reps, baseline=self.baseline)

    @property
    def notes(self) -> list[str]:
        """What a user should know of the scenarios' files, of conditions that differ, and of steps that never come."""
        scenarios = self.scenarios.values()
        about_files = [note for scenario in scenarios for note in scenario.notes]
        windows = filter(None, [differences_in_words(self.windows)])
        conditions = notes_on_conditions(self.scenarios, self.baseline)
        return list(dict.fromkeys([*about_files, *conditions, *notes_on_runs(scenarios, self.days), *windows]))

    def save(self, folder: str | Path, draw: Callable[[Comparison], Any] | None = None) -> list[Path]:
        """Write `files` into `folder`; return their paths. Each is complete or not there.

        They are entered in the folder's manifest, and what an earlier comparison left there is removed.
        """
        paths = [write_atomically(Path(folder) / name, write) for name, write in self.files(draw).items()]
        belonging.settle(Path(folder), "compare", paths, self.about)
        return paths

    def files(self, draw: Callable[[Comparison], Any] | None = None) -> dict[str, Callable[[Path], object]]:
        """What writes each file: runs.csv, means.csv, differences.csv, comparison.json; groups.csv and gains.csv if
        there are groups.

        `draw` makes a matplotlib figure of this comparison, which is written as comparison.png; the usual
        one is `sanfang.report.comparison_figure.comparison_figure`.
        """
        tables = {"runs.csv": self.runs, "means.csv": self.means, "differences.csv": self.differences}
        if self.by:
            tables |= {"groups.csv": self.groups}
        if len(self.gains):
            tables |= {"gains.csv": self.gains}
        files = {name: table_writer(table) for name, table in tables.items()}
        files["comparison.json"] = lambda path: path.write_text(to_json(self.to_dict()), "utf-8")
        if draw is not None:
            files["comparison.png"] = lambda path: draw(self).savefig(path)
        return files

    def to_dict(self) -> dict[str, Any]:
        """Everything but the single runs, as plain data: how it was made, and what came out."""
        return {
            **provenance(),
            "seed": self.seed,
            "reps": self.reps,
            "days": self.days,
            "scale": self.scale,
            "reached": self.reached,
            "baseline": self.baseline,
            "windows": {label: window.to_dict() for label, window in self.windows.items()},
            "reasons": self.reasons,
            "scenarios": [
                {"label": label, "name": scenario.name, "digest": scenario.digest()}
                for label, scenario in self.scenarios.items()
            ],
            "notes": self.notes,
            "equal_resources": self.equal_resources,
            "resource_gaps": self.resource_gaps.to_dict("records"),
            "means": self.means.to_dict("records"),
            "differences": self.differences.to_dict("records"),
            "by": list(self.by),
            "gains": self.gains.to_dict("records"),
        }


def compare(
    scenarios: Sequence[Scenario] | Mapping[str, Scenario],
    reps: int = 20,
    seed: int = 1,
    baseline: str | None = None,
    days: int | None = None,
    scale: float = 1.0,
    jobs: int | None = None,
    progress: Progress | None = None,
    allow_different_windows: bool = False,
    by: Sequence[str] = gains.USUAL,
    replicate: str | None = None,
) -> Comparison:
    """Run each scenario `reps` times and compare all with `baseline` (a scenario's label; the first if None).

    Its label is its name, or what a mapping calls it. A name that comes again gets a number.
    Replication r, from 0, has the seed `seed` + r in every scenario; so comparisons from seeds near by share
    runs. `days` and `scale` are as in `simulate`; `jobs` is the number of processes, all cores if None. The
    result does not depend on it.
    Scenarios with different evaluation windows are refused unless `allow_different_windows`. `by` names the dimensions
    by whose groups it is told who gains and who loses (see `Run.by_group`). `replicate` is what each replication draws
    anew: "map", "residents" or "troubles" (None: as the scenarios say, see `run.replicate`).
    Raises InputError for wrong arguments and RunFailed if a run fails.
    """
    labelled, split = by_label(scenarios), tuple(dimension.name for dimension in dimensions(by))
    if replicate is not None:
        labelled = {label: each.with_({"run.replicate": replicate}, "replicate") for label, each in labelled.items()}
    check_comparable(split, labelled.values())
    chosen = baseline_among(labelled, baseline)
    whole_number("reps", reps, 1, MAX_REPLICATIONS)
    if reps * len(labelled) > MAX_RUNS_IN_MEMORY:
        excess = f"{reps * len(labelled):,} runs; a comparison keeps at most {MAX_RUNS_IN_MEMORY:,} in memory"
        raise InputError(f"reps: {reps:,} of {len(labelled):,} scenarios are {excess}. A sweep stores them")
    check_run(first_seed("seed", seed, reps), days, scale)
    for scenario in labelled.values():
        check_reach(scenario, days, scale)
    if not allow_different_windows:
        check_alike(windows_of(labelled, days))
    if jobs is not None:
        whole_number("jobs", jobs, 1, MAX_JOBS)
    plan = [
        (label, rep, Job(scenario, seed + rep, days, scale, label))
        for rep in range(reps)
        for label, scenario in labelled.items()
    ]
    results = run_all([job for _, _, job in plan], Measuring(by=split), workers=jobs, progress=progress)
    rows = [
        {"scenario": label, "replication": rep, "seed": job.seed, **days_of(Window.of(job.scenario, days))}
        | kept.metrics
        for (label, rep, job), kept in zip(plan, results, strict=True)
    ]
    parts = [
        group.table().assign(scenario=label, replication=rep)
        for (label, rep, _), kept in zip(plan, results, strict=True)
        for group in kept.groups
    ]
    runs = _in_order(pd.DataFrame(rows), list(labelled))
    return Comparison(
        scenarios=labelled,
        runs=runs,
        means=intervals.means(runs),
        differences=intervals.differences(runs, chosen),
        baseline=chosen,
        seed=seed,
        reps=reps,
        days=days,
        scale=scale,
        by=split,
        groups=_groups(parts, list(labelled)),
    )


def keep_metrics(run: Any) -> dict[str, float]:
    """What a comparison needs of a run; the rest stays in the worker."""
    return dict(run.metrics)


def resource_gaps(runs: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """See `Comparison.resource_gaps`."""
    rows: list[dict[str, Any]] = []
    by_rep = runs.set_index("replication")
    base = by_rep[by_rep["scenario"] == baseline]
    for scenario in runs["scenario"].unique():
        other = by_rep[by_rep["scenario"] == scenario].reindex(base.index)
        for name in EQUAL_BETWEEN_SCENARIOS:
            if name not in runs.columns:
                continue
            relative = float(((other[name] - base[name]).abs() / base[name].abs()).max())
            if relative > RESOURCE_TOLERANCE:
                amounts = {"baseline_amount": base[name].mean(), "amount": other[name].mean()}
                rows.append({"scenario": scenario, "metric": name, **amounts, "relative": relative})
    return pd.DataFrame(rows, columns=["scenario", "metric", "baseline_amount", "amount", "relative"])


def _groups(parts: list[pd.DataFrame], labels: list[str]) -> pd.DataFrame:
    """All values by group, in order of scenario and replication."""
    if not parts:
        return pd.DataFrame()
    together = _in_order(pd.concat(parts, ignore_index=True), labels)
    return together[["scenario", "replication", *COLUMNS]]


def _in_order(runs: pd.DataFrame, labels: list[str]) -> pd.DataFrame:
    """Sorted by scenario, in the order given, and replication."""
    rank = {label: position for position, label in enumerate(labels)}
    order = runs["scenario"].map(rank).to_frame("rank").assign(replication=runs["replication"])
    return runs.loc[order.sort_values(["rank", "replication"], kind="stable").index].reset_index(drop=True)
