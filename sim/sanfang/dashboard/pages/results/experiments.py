"""Experiments' files on the Results page, and which runs belong to which."""

from __future__ import annotations

from functools import lru_cache

from sanfang.dashboard.pages.results.listing import Openable
from sanfang.dashboard.pages.results.reading import Stamp, Unreadable, safely, stamp
from sanfang.dashboard.pages.results.runs import Opened, about_runs
from sanfang.lab.experiments.experiment_file import ExperimentFile
from sanfang.lab.experiments.experiment_reading import Origin, parse
from sanfang.scenario.content import Source
from sanfang.scenario.toml import read_toml


def read_experiment(entry: Openable) -> ExperimentFile:
    """What an experiment's file says. Raises Unreadable."""
    return _experiment(entry, stamp(entry.path))


@lru_cache(maxsize=256)
def _experiment(entry: Openable, _: Stamp) -> ExperimentFile:
    with safely(entry):
        source = Source(entry.path, entry.id)
        return parse(read_toml(source), Origin(entry.id, entry.path.parent))


def runs_of(entry: Openable, among: list[Openable]) -> Openable | None:
    """The runs of an experiment that are stored here, if there are any."""
    wanted = read_experiment(entry).name or entry.path.stem
    return next((other for other in among if not other.is_experiment and title(other)[0] == wanted), None)


def experiment_of(opened: Opened, among: list[Openable]) -> Openable | None:
    """The experiment whose runs these are, if its file is here."""
    return next((entry for entry in among if entry.is_experiment and entry.path.stem == opened.name), None)


def title(entry: Openable) -> tuple[str, str, str]:
    """Name, English label and Chinese label; the labels may be empty. Of an unreadable file the name alone."""
    try:
        if entry.is_experiment:
            file = read_experiment(entry)
            return file.name or entry.path.stem, file.label_en, file.label_zh
        about = about_runs(entry, stamp(entry.path))
    except Unreadable:
        return entry.name, "", ""
    document = about.get("experiment") or {}
    return str(about.get("name") or entry.name), document.get("label_en") or "", document.get("label_zh") or ""
