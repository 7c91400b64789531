"""An experiment as plain data, to be kept and sent, and the digest of all that decides what comes out of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sanfang.lab.experiments.experiment_reading import Origin
from sanfang.scenario.content import is_bare

if TYPE_CHECKING:
    from sanfang.lab.experiments.experiment import Experiment


def document_of(experiment: Experiment) -> dict[str, Any]:
    """See `Experiment.to_dict`."""
    file, origin = experiment.file, experiment.origin
    document = file.model_dump(mode="json", exclude_none=True) | {"name": experiment.name}
    document["found"] = [finding.model_dump(mode="json") for finding in file.found]
    document["scenarios"] = [_absolute(name, origin) for name in file.scenarios]
    if file.district is not None:
        document["district"] = _absolute(file.district, origin)
    for factor in document["factors"].values():
        if "overlay" in factor:
            factor["overlay"] = _absolute(factor["overlay"], origin)
    return document


def _absolute(name: str, origin: Origin) -> str:
    located = Path(origin.locate(name))
    return str(located.resolve()) if not is_bare(name) and located.is_file() else name


def digest_of(experiment: Experiment) -> str:
    """See `Experiment.digest`."""
    rule = experiment.replications
    watched = None if rule.fixed or rule.of == "mean" else experiment.baseline
    content = {
        "scenarios": sorted(scenario.digest() for scenario in experiment.bases.values()),
        "baseline": experiment.bases[watched].digest() if watched else None,
        "seed": experiment.seed,
        "days": experiment.days,
        "scale": experiment.scale,
        "replications": asdict(rule) if not rule.fixed else rule.min,
        "design": {"seed": experiment.seed} | experiment.design.model_dump(mode="json", exclude_none=True),
        "factors": [factor.content() for factor in experiment.factors],
        "constraints": sorted({constraint.text for constraint in experiment.constraints}),
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
