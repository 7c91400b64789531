"""Runs of the demo district under several policies, which tests look at from many sides."""

from __future__ import annotations

from model_runs import FULL_REFORM, demo, run
from sanfang.run.simulation import Run

DAYS = 120
WARM_UP = 30
POLICIES = ("before", "unfunded", FULL_REFORM)


def measured(name: str) -> Run:
    return run(demo(name, **{"run.warm_up": WARM_UP}), DAYS)
