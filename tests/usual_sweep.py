"""A small experiment that sweeps are tried with, and its results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.storage.results import Results

made_up = pytest.mark.usefixtures("made_up_simulation")

USUAL = {
    "name": "usual",
    "scenarios": ["before", "services"],
    "district": "licang",
    "replications": 3,
    "factors": {"policy.authority": [0.0, 0.5, 1.0]},
}


def experiment(**changes: Any) -> Experiment:
    return Experiment.from_dict(USUAL | changes)


def table(folder: Path) -> pd.DataFrame:
    """The results without what differs between machines."""
    return Results(folder).runs().drop(columns="seconds")
