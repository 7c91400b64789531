"""The mechanisms of the article: their experiments, what these published, and the verdicts on it among all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.experiments.experiment_file import Claim, Finding
from sanfang.lab.statistics import looks
from sanfang.lab.statistics.looks import Verdict
from sanfang.metrics.catalogue import metric
from sanfang.metrics.declare import Metric
from sanfang.scenario.catalogue import Parameter, find
from sanfang.scenario.content import experiment_names

FOLDER = "mechanisms"

GROUPS = {
    "D": ("The three dilemmas", "三重困境"),
    "F": ("The three devolutions", "三放"),
    "H": ("The two refinements", "两化"),
    "C": ("The two cases", "两个案例"),
    "M": ("Mechanisms proposed for the future", "未来机制"),
}
AS_EXPECTED, AGAINST = "as expected", "against the article"
NEGLIGIBLE, UNDECIDED = "too small to matter", "cannot be told"


@dataclass(frozen=True)
class Mechanism:
    """One row: the experiment, what it published, and the verdicts on it among all rows."""

    experiment: Experiment
    verdicts: Mapping[Finding, Verdict]

    @property
    def claim(self) -> Claim:
        """What the article says, and where it should show."""
        assert self.experiment.claim is not None, self.experiment.name
        return self.experiment.claim

    @property
    def id(self) -> str:
        """Its row in the article's list, such as F2a."""
        return self.claim.id

    @property
    def signature(self) -> Metric:
        """The declaration of the claim's metric."""
        return metric(self.claim.metric)

    @property
    def is_dilemma(self) -> bool:
        """Whether the baseline is the district that is spared it."""
        return self.id.startswith("D")

    @property
    def shown(self) -> str:
        """The scenario with the mechanism at work."""
        return "before" if self.is_dilemma else "with"

    @property
    def main(self) -> Finding:
        """The published result for the signature."""
        finding = self.finding(self.claim.metric)
        assert finding is not None, f"{self.id}: publishes no result for {self.claim.metric}"
        return finding

    @property
    def cases(self) -> list[tuple[str, int]]:
        """Scenarios and points for which it publishes results; the signature's own comes first."""
        published = [(finding.scenario, finding.point) for finding in self.experiment.found]
        return list(dict.fromkeys([(self.shown, 0), *published]))

    def finding(self, name: str, case: tuple[str, int] | None = None) -> Finding | None:
        """The published result for a metric, in the signature's own case or another one."""
        wanted = (*(case or self.cases[0]), name)
        by_cell = {(finding.scenario, finding.point, finding.metric): finding for finding in self.experiment.found}
        return by_cell.get(wanted)

    def case_label(self, case: tuple[str, int]) -> str:
        """What a case has that the signature's own has not; empty for that one."""
        scenario, point = case
        values = self.experiment.points()[point] if point else {}
        parts = [f"`{scenario}`"] if scenario != self.shown else []
        return ", ".join([*parts, *(f"`{path}` = {value:g}" for path, value in values.items())])

    @property
    def verdict(self) -> str:
        """What the signature shows."""
        return self.said(self.verdicts[self.main])

    def said(self, verdict: str) -> str:
        """What a verdict on its signature means for the claim, wherever it was reached."""
        if verdict in ("negligible", "undecided"):
            return NEGLIGIBLE if verdict == "negligible" else UNDECIDED
        return AS_EXPECTED if verdict == self.claim.expected else AGAINST

    @cached_property
    def settings(self) -> dict[str, Any]:
        """What the variant sets: the levers of a mechanism, the relaxed conditions of a dilemma."""
        return self.experiment.file.variants["without" if self.is_dilemma else "with"]

    @property
    def levers(self) -> list[Parameter]:
        """Declarations of the levers that it pulls."""
        parameters = [find(path) for path in self.settings]
        return [parameter for parameter in parameters if parameter is not None and parameter.role == "lever"]

    @property
    def label(self) -> str:
        """English and Chinese name."""
        return f"{self.experiment.label_en} {self.experiment.label_zh}"


def mechanisms() -> list[Mechanism]:
    """All of them, in the article's order."""
    names = [name for name in experiment_names() if name.startswith(f"{FOLDER}/")]
    verdicts: dict[Finding, Verdict] = {}
    rows = [Mechanism(Experiment.load(name), verdicts) for name in names]
    for family in families(rows):
        verdicts |= zip(family, _verdicts_on(family), strict=True)
    return sorted(rows, key=lambda row: (list(GROUPS).index(row.id[0]), row.id))


def families(rows: list[Mechanism]) -> tuple[list[Finding], list[Finding]]:
    """The published results that are looked at together: the signatures, and everything else."""
    signatures = [row.main for row in rows]
    others = [finding for row in rows for finding in row.experiment.found if finding is not row.main]
    return signatures, others


def _verdicts_on(family: list[Finding]) -> list[Verdict]:
    difference, low, high, n = (
        [getattr(finding, name) for finding in family] for name in ("difference", "low", "high", "replications")
    )
    return looks.verdicts(difference, low, high, n, [metric(finding.metric).smallest for finding in family])
