"""The colours and markers of what is better, worse, or cannot be told.

Okabe and Ito's colours, told apart with every kind of colour vision; the markers differ as well.
"""

from __future__ import annotations

from sanfang.lab.statistics import looks
from sanfang.metrics.declare import Metric

BETTER, UNSURE, WORSE = "#0072B2", "#7A7A7A", "#D55E00"

MARKERS = {BETTER: "o", UNSURE: "D", WORSE: "s"}


def verdict_colour(verdict: str, item: Metric) -> str:
    """The colour of a verdict of `looks`: better, worse, or neither."""
    return {"better": BETTER, "worse": WORSE}.get(looks.kind(verdict, item.better), UNSURE)
