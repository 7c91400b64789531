"""What must hold between the keys of an experiment, and not only for each of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sanfang.lab.experiments import designs
from sanfang.lab.experiments.designs import Table
from sanfang.lab.experiments.experiment_windows import check_windows
from sanfang.lab.experiments.factors import Factor
from sanfang.metrics.catalogue import BY_NAME
from sanfang.metrics.groups import YEAR, check_comparable, dimensions
from sanfang.scenario import catalogue
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.limits import MAX_POINT_VALUES, MAX_POINTS, MAX_RUNS, first_seed
from sanfang.scenario.telling import in_words
from sanfang.scenario.window import YEAR as YEAR_DAYS

if TYPE_CHECKING:
    from sanfang.lab.experiments.experiment import Experiment


def check_experiment(experiment: Experiment) -> None:
    """Raises InputError for the first thing that does not hold."""
    origin = experiment.origin.name
    unfit = designs.problem_of(experiment.design, experiment.factors)
    if unfit:
        raise InputError(f"{origin}: {unfit}")
    _check_size(experiment)
    dimensions(experiment.by, f"{origin}: by")
    check_comparable(experiment.by, experiment.bases.values(), f"{origin}: by")
    days = min(experiment.days or base.run.days for base in experiment.bases.values())
    if YEAR.name in experiment.by and days < YEAR_DAYS:
        raise InputError(f"{origin}: by: year: runs have {days} days, and no year is over after fewer than {YEAR_DAYS}")
    first_seed(f"{origin}: seed", experiment.seed, experiment.replications.max)
    _check_metrics(experiment)
    _check_claim(experiment)
    _check_clashes(experiment.factors, experiment.file.settings, origin)
    if not experiment.file.allow_different_windows:
        check_windows(experiment)
    for label in experiment.bases if not experiment.factors else ():
        experiment.scenario(label, {})
    _check_table(experiment)


def _check_size(experiment: Experiment) -> None:
    """How many points and runs there are, before any list of them is made."""
    points = designs.size(experiment.design, experiment.factors)
    runs = points * len(experiment.bases) * experiment.replications.min
    shorter = "take fewer values, or a latin-hypercube design"
    for key, number, most, what in (
        ("design", points, MAX_POINTS, f"points; at most {MAX_POINTS:,}: {shorter}"),
        ("design", points * len(experiment.factors), MAX_POINT_VALUES,
         f"values, points x factors; at most {MAX_POINT_VALUES:,}: {shorter}"),
        ("replications", runs, MAX_RUNS, f"runs, points x scenarios x replications; at most {MAX_RUNS:,}"),
    ):  # fmt: skip
        if number > most:
            shown = f"{number:,}" if number < 10**18 else in_words(number)
            raise InputError(f"{experiment.origin.name}: {key}: gives {shown} {what}")


def _check_metrics(experiment: Experiment) -> None:
    """Metrics that are named must be there, and no factor may have the name of one of the experiment's own."""
    origin, own, watched = experiment.origin.name, experiment.own, experiment.replications.metric
    known = [*BY_NAME, *own.names]
    for factor in experiment.factors:
        if factor.name.lower() in own.names:
            raise InputError(f"{origin}: factors.{factor.name}: {own.file} has a metric of that name")
    for key, names in (("metrics", experiment.metrics), ("replications.metric", [watched])):
        for name in names:
            if name is not None and name not in known:
                raise InputError(f"{origin}: {key} = {in_words(name)}: is not a metric{nearest(name, known)}")
    if watched is not None and experiment.metrics and watched not in experiment.metrics:
        raise InputError(f"{origin}: replications.metric = {in_words(watched)}: is not among metrics; add it there")


def _check_claim(experiment: Experiment) -> None:
    """A claim and published results are about known metrics, and about scenarios that are compared."""
    origin, file = experiment.origin.name, experiment.file
    known = [*BY_NAME, *experiment.own.names]
    claimed = [file.claim.metric] if file.claim else []
    for name in [*claimed, *(finding.metric for finding in file.found)]:
        if name not in known:
            raise InputError(f"{origin}: claim or found: {in_words(name)}: is not a metric{nearest(name, known)}")
    for finding in file.found:
        if finding.scenario not in experiment.bases or finding.scenario == experiment.baseline:
            raise InputError(f"{origin}: found: {in_words(finding.scenario)}: is not compared with the baseline")


def _check_clashes(factors: tuple[Factor, ...], settings: Mapping[str, Any], origin: str) -> None:
    """No parameter may be set twice."""
    owners = {path: "settings" for path in settings}
    for factor in factors:
        for path in factor.sets:
            if path in owners:
                raise InputError(f"{origin}: factors.{factor.name}: sets {path}, which {owners[path]} sets as well")
            owners[path] = f"factors.{factor.name}"


def _check_table(experiment: Experiment) -> None:
    """A table may not name a point twice: it would count twice. What a point leaves as it is has its value too."""
    if not isinstance(experiment.design, Table):
        return
    held = [{path: value for path, _, value in catalogue.values(base)} for base in experiment.bases.values()]
    met: dict[str, int] = {}
    for number, point in enumerate(experiment.points(), start=1):
        values = [[own.get(name) if point[name] is None else point[name] for name in sorted(point)] for own in held]
        first = met.setdefault(json.dumps(_as_floats(values), default=str), number)
        if first != number:
            where = f"{experiment.origin.name}: design"
            raise InputError(f"{where}: point {number} is the same as point {first}; name it once")


def _as_floats(value: Any) -> Any:
    """A value whose whole numbers are floats, lists included, so that 1 and 1.0 are written alike."""
    if isinstance(value, list | tuple):
        return [_as_floats(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
