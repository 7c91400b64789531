"""Placeholders: what the texts of a lesson may name, to be filled with what was measured."""

from __future__ import annotations

from collections.abc import Collection

from sanfang.dashboard.authored.placeholders import PLACEHOLDER, check_braces
from sanfang.metrics.catalogue import BY_NAME
from sanfang.scenario.errors import nearest
from sanfang.scenario.telling import shortened

OF_ARMS = ("value", "change", "moved")
OF_THE_STEP = ("best", "second", "together", "sum", "contrast")
OF_THE_PLACE = ("replications", "residents", "days")
"""Words of placeholders; before the runs, in `setting` and `question`, only those of the place."""


def check_placeholders(text: str, arms: Collection[str], asks: str, before: bool) -> None:
    """Raise ValueError for braces that nothing can be filled into, or not `before` the runs.

    `arms` are the ids of the step's arms, `asks` is what it asks.
    """
    known = OF_THE_PLACE if before else (*OF_ARMS, *OF_THE_STEP, *OF_THE_PLACE)
    for word, arm, metric in PLACEHOLDER.findall(text):
        shown = shortened("{" + word + (f":{arm}" if arm else "") + (f".{metric}" if metric else "") + "}")
        if word not in known:
            raise ValueError(f"{shown} is no placeholder here; there are {', '.join(known)}")
        if arm and arm not in arms:
            raise ValueError(f"{shown}: no arm is called {shortened(repr(arm))}; there are {', '.join(sorted(arms))}")
        if metric and metric not in BY_NAME:
            raise ValueError(f"{shown}: {shortened(repr(metric))} is not a measure{nearest(metric, BY_NAME)}")
        if word in ("change", "moved") and len(arms) == 1:
            raise ValueError(f"{shown}: with one arm there is nothing to compare it with")
        if word in ("best", "second") and asks != "which":
            raise ValueError(f'{shown}: only where asks = "which"')
        if word in ("together", "sum", "contrast") and asks != "together":
            raise ValueError(f'{shown}: only where asks = "together"')
    check_braces(text)
