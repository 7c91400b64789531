"""Findings that experiments' files publish: one metric across the experiments of a collection, and all of one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from sanfang.dashboard.pages.results.experiments import read_experiment
from sanfang.dashboard.pages.results.figures import Bars, bars
from sanfang.dashboard.pages.results.labels import plain, scenario_label
from sanfang.dashboard.pages.results.listing import Openable
from sanfang.dashboard.pages.results.reading import Stamp, Unreadable, stamp
from sanfang.dashboard.words import own_label, say
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.experiments.experiment_file import Claim, ExperimentFile, Finding
from sanfang.lab.statistics import looks
from sanfang.metrics.catalogue import metric
from sanfang.scenario import catalogue
from sanfang.scenario.errors import InputError


@dataclass(frozen=True)
class PublishedFinding:
    """A finding and the experiment that publishes it."""

    entry: Openable
    file: ExperimentFile
    finding: Finding


def across(chosen: Openable, among: list[Openable], name: str) -> list[PublishedFinding]:
    """The findings for a metric of all experiments in the collection of `chosen`; unreadable files are left out."""
    rows = []
    for entry in among:
        if entry.collection != chosen.collection or not entry.is_experiment:
            continue
        try:
            file = read_experiment(entry)
        except Unreadable:
            continue
        rows += [PublishedFinding(entry, file, finding) for finding in file.found if finding.metric == name]
    return rows


def forest(chosen: Openable, among: list[Openable], name: str, lang: str) -> Bars:
    """One metric across a collection, the chosen experiment in bold."""
    rows = across(chosen, among, name)
    frame = pd.DataFrame(
        [(row.finding.difference, row.finding.low, row.finding.high, row.finding.replications) for row in rows],
        columns=["estimate", "low", "high", "n"],
    )
    title = say("results_forest_title", lang, metric=metric(name).label(lang))
    note = say("results_note_published", lang)
    strong = next((number for number, row in enumerate(rows) if row.entry.id == chosen.id), -1)
    labels = [row_label(row, lang) for row in rows]
    return bars(title, note, name, labels, frame, lang, marks=True, strong=strong)


def row_label(row: PublishedFinding, lang: str) -> str:
    """The row's number in the article, the experiment's label, and the case if it has several."""
    number = row.file.claim.id if row.file.claim else ""
    label = own_label(row.file, lang, row.entry.name)
    case = case_label(row.entry, row.file, row.finding, lang)
    return f"{number} {label}".strip() + (f" ({case})" if case else "")


def case_label(entry: Openable, file: ExperimentFile, finding: Finding, lang: str) -> str:
    """What tells a finding's case from the others of its experiment; empty if there is one case only."""
    cases = {(other.scenario, other.point) for other in file.found}
    parts = []
    if len({scenario for scenario, _ in cases}) > 1:
        parts.append(scenario_label(finding.scenario, lang))
    if len({point for _, point in cases}) > 1:
        parts.append(_point_label(entry, stamp(entry.path), finding.point, lang))
    return ", ".join(parts)


@lru_cache(maxsize=256)
def _point_label(entry: Openable, _: Stamp, point: int, lang: str) -> str:
    try:
        values = Experiment.load(entry.path).points()[point]
    except (InputError, IndexError):
        return f"{say('results_point', lang)} {point}"
    labels = {path: catalogue.find(path) for path in values}
    named = ((parameter.label(lang) if parameter else path, values[path]) for path, parameter in labels.items())
    return ", ".join(f"{label} = {plain(value)}" for label, value in named)


def verdict(claim: Claim, findings: tuple[Finding, ...]) -> str:
    """The key of the verdict on a claim, from the first finding for its metric; empty without one."""
    main = next((finding for finding in findings if finding.metric == claim.metric), None)
    if main is None:
        return ""
    (word,) = looks.verdicts(
        [main.difference], [main.low], [main.high], [main.replications], [metric(main.metric).smallest]
    )
    if word in ("negligible", "undecided"):
        return "results_too_small" if word == "negligible" else "results_no_effect"
    return "results_as_expected" if word == claim.expected else "results_against"
