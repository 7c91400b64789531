"""The signatures of the parts of behaviour as the table of docs/behaviour.md, from `experiments/behaviour`.

`python -m sanfang.report.behaviour_table` prints it; no run is made. `sanfang reproduce behaviour` makes the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

from sanfang.lab.experiments.experiment import Experiment
from sanfang.metrics.catalogue import metric
from sanfang.metrics.numbers import difference
from sanfang.report.markdown import table
from sanfang.report.page_command import print_page
from sanfang.scenario.content import experiment_names

FOLDER = "behaviour"

TOLD = {
    "tasks": "tasks-from-above-own-work-chores-taskspy-d2b",
    "casework": "queues-and-handling-time-handlingpy-stationspy",
    "workforce": "queues-and-handling-time-handlingpy-stationspy",
    "staffing": "workforce-workforcepy-d3a-d3b",
    "money": "money-of-a-case-paymentpy",
    "terminals": "intake-caseworkpy",
    "take_up": "intake-caseworkpy",
    "voice": "voice-voicepy-d2c",
    "channels": "voice-voicepy-d2c",
    "sharing": "troubles-of-several-residents-sharedpy",
    "worsening": "needs-that-grow-worse-and-days-on-which-many-arise-worseningpy-burstspy",
    "assessment": "what-is-measured-is-served-limits_keptpy",
}
"""Where docs/model.md tells the parts of a section."""

HEAD = ("Part", "Where the page of the model tells it", "Metric", "Expected", "Found", "Seeds", "")


def behaviour_table() -> list[str]:
    """The table in Markdown, a row each experiment."""
    return list(table(HEAD, _rows()))


def _rows() -> Iterator[tuple[str, ...]]:
    for name in experiment_names():
        if not name.startswith(f"{FOLDER}/"):
            continue
        experiment = Experiment.load(name)
        claim, found = experiment.claim, experiment.found[0]
        assert claim is not None, name
        section = next(iter(experiment.file.variants["with"])).partition(".")[0]
        signature = metric(claim.metric)
        row = {"difference": found.difference, "low": found.low, "high": found.high}
        yield (
            f"[{experiment.file.label_en}](../experiments/{name}.toml)",
            f"[here](model.md#{TOLD[section]})",
            signature.en,
            str(claim.expected),
            difference(row),
            f"{found.replications} of {experiment.replications.min}",
            _verdict(str(claim.expected), found.low, found.high),
        )


def _verdict(expected: str, low: float, high: float) -> str:
    """Whether the interval lies on the side that was expected."""
    if low <= 0.0 <= high:
        return "none found"
    return "as expected" if (low > 0.0) == (expected == "higher") else "the other way"


if __name__ == "__main__":
    print_page(__doc__ or "", lambda: "\n".join(behaviour_table()) + "\n")
