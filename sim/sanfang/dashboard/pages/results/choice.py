"""What the Results page shows: what an address wants, as far as it is there; nothing of it is taken as given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sanfang.dashboard.pages.results.experiments import experiment_of, read_experiment, runs_of
from sanfang.dashboard.pages.results.listing import Openable
from sanfang.dashboard.pages.results.reading import Unreadable
from sanfang.dashboard.pages.results.runs import Opened, open_runs, status_of
from sanfang.dashboard.pages.results.tables import SCENARIO, Statistic, axes
from sanfang.lab.experiments.experiment_file import ExperimentFile
from sanfang.lab.storage.results import Status
from sanfang.metrics.catalogue import HEADLINES
from sanfang.metrics.groups import DIMENSIONS

VIEWS = ("surface", "effects", "tradeoff", "table", "groups", "published")


@dataclass(frozen=True, eq=False)
class Shown:
    """What is open: the entry chosen, its experiment and its runs as far as they are here, and what went wrong."""

    chosen: Openable
    experiment: Openable | None = None
    file: ExperimentFile | None = None
    opened: Opened | None = None
    status: Status | None = None
    problems: tuple[str, ...] = field(default=())

    def views(self) -> list[str]:
        """The views that fit."""
        fitting: list[str] = []
        if self.opened is not None:
            varied = axes(self.opened)
            if varied:
                fitting += ["surface", "effects"]
            if len(self.opened.metrics) > 1:
                fitting.append("tradeoff")
            fitting.append("table")
            if self.opened.by:
                fitting.append("groups")
        if self.file is not None and self.file.found:
            fitting.append("published")
        return fitting


@dataclass(frozen=True)
class ResultChoice:
    """What of it: names that are all known to the runs, or empty."""

    view: str
    metric: str = ""
    against: str = ""
    x: str = ""
    y: str = ""
    statistic: Statistic = "mean"
    which: str = ""
    by: str = ""


def show(chosen: Openable, among: list[Openable]) -> Shown:
    """Open an entry. What cannot be read is told in `problems`."""
    problems: list[str] = []
    runs: Openable | None = None if chosen.is_experiment else chosen
    experiment = chosen if chosen.is_experiment else None
    file, opened, status = None, None, None
    try:
        if experiment is not None:
            file, runs = read_experiment(experiment), runs_of(experiment, among)
        if runs is not None:
            opened = open_runs(runs)
            status = status_of(runs)
            if experiment is None:
                experiment = experiment_of(opened, among)
                file = read_experiment(experiment) if experiment else None
    except Unreadable as problem:
        problems.append(str(problem))
    return Shown(chosen, experiment, file, opened, status, tuple(problems))


def choose(shown: Shown, other: Mapping[str, str]) -> ResultChoice:
    """What to show of it: what the address wants where that is there, else the first that fits."""
    views = shown.views()
    if not views:
        return ResultChoice("")
    view = _one_of(other.get("view", ""), views, "table" if views[0] == "table" else views[0])
    if shown.opened is None or view == "published":
        return ResultChoice("published", metric=_published(shown, other.get("metric", "")))
    opened = shown.opened
    by = _one_of(other.get("by", ""), opened.by, opened.by[0] if opened.by else "")
    known = metrics_by_group(opened, by) if view == "groups" else opened.metrics
    metric = _one_of(other.get("metric", ""), known, _first(known))
    against = [name for name in opened.metrics if name != metric]
    varied = axes(opened)
    x = _one_of(other.get("x", ""), varied, varied[0] if varied else "")
    rest = [name for name in varied if name != x]
    y = _one_of(other.get("y", ""), varied, rest[0] if rest else x)
    statistic: Statistic = "difference" if other.get("statistic") == "difference" else "mean"
    return ResultChoice(
        view,
        metric,
        _one_of(other.get("against", ""), against, _first(against)),
        x,
        y,
        statistic,
        _which(opened, view, other.get("which", ""), (x, y)),
        by,
    )


def metrics_by_group(opened: Opened, by: str) -> tuple[str, ...]:
    """The metrics of these runs that make sense of each group of a dimension."""
    split = {metric.name for metric in DIMENSIONS[by].metrics} if by else set()
    return tuple(name for name in opened.metrics if name in split)


def _which(opened: Opened, view: str, wanted: str, shown: tuple[str, str]) -> str:
    """The scenario; of effects it may be empty: then scenarios are compared."""
    several, factors = len(opened.scenarios) > 1, [name for name in axes(opened) if name != SCENARIO]
    if view == "effects":
        if several and not factors:
            return ""
        return _one_of(wanted, opened.scenarios, "" if several else opened.scenarios[0])
    others = [name for name in opened.scenarios if name != opened.baseline]
    return _one_of(wanted, opened.scenarios, (others or list(opened.scenarios))[0])


def _published(shown: Shown, wanted: str) -> str:
    assert shown.file is not None, "only an experiment with findings has this view"
    known = list(dict.fromkeys(finding.metric for finding in shown.file.found))
    return _one_of(wanted, known, _first(known))


def _first(metrics: list[str] | tuple[str, ...]) -> str:
    return next((name for name in HEADLINES if name in metrics), metrics[0] if metrics else "")


def _one_of(wanted: str, known: list[str] | tuple[str, ...], otherwise: str) -> str:
    """The name that an address wants; it carries 80 characters."""
    return next((name for name in known if wanted and name[:80] == wanted), otherwise)
