"""Colours of the pages: series that every kind of colour vision tells apart (after Okabe and Ito), and scales."""

from __future__ import annotations

WORLDS = ("#0072B2", "#B34700", "#00755A")
"""Of the worlds a, b and c; dark enough for white letters on them."""

TEAMS = (
    "#0072B2", "#B34700", "#00755A", "#A3487F", "#8A5A00", "#6D4C9F", "#A33E3E", "#5E7C16", "#1F7A8C", "#8C2D4A",
    "#3A5FCD", "#4A5A6A",
)  # fmt: skip
"""Of the teams of a workshop, in the order in which they came; dark enough for white letters. After the twelfth they
begin anew, with dashed lines."""

PRESENT = "#6F7A86"
"""The district under its present policy: the year before day 0, and left as it is after it."""

ON_DARK = {"#0072B2": "#5BB8F0", "#D55E00": "#FF8F47", PRESENT: "#B4BEC9", "#8C6BB1": "#B79AD8", "#8C2D4A": "#D96A8C"}
"""Lines and areas that are hard to see on a dark ground, and what they are there."""

SERIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#8C6BB1", "#7F7F7F")

WASTE = (
    "#D55E00", "#0072B2", "#E69F00", "#56B4E9", "#CC79A7", "#009E73", "#8C6BB1",
    "#B07C2E", "#5E7C16", "#A33E3E", "#3B7EA1", "#C9A227", "#6D4C9F", "#8A8A5C", "#2F6B5F", "#555555",
)  # fmt: skip
"""Of the causes of waste, in their order."""

HOURS = {
    "requests": "#0072B2", "from_above": "#D55E00", "base": "#009E73", "coordination": "#E69F00",
    "waste": "#8C2D4A", "patrol": "#56B4E9", "idle": "#C9CED6", "vacant": "#7F7F7F",
}  # fmt: skip
STATES = {
    "latent": "#8C6BB1", "open": "#E69F00", "resolved": "#009E73", "unresolved": "#D55E00", "withdrawn": "#7F7F7F",
}  # fmt: skip

SCALE = ("#a63d1f", "#cf7446", "#e8b07f", "#f4e3c8", "#cfe3dd", "#86bcb0", "#3d8f86", "#0b625d")
"""From bad to good."""

NONE = "#e3e7ec"
"""Where there is no value yet."""


def on_scale(value: float, low: float, high: float, better: str | None) -> int:
    """The step of `value` between `low` and `high` on `SCALE`, the good end where values are `better`."""
    share = 0.5 if high <= low else (value - low) / (high - low)
    share = min(max(share if better == "higher" else 1.0 - share, 0.0), 1.0)
    return min(int(share * len(SCALE)), len(SCALE) - 1)


def ink_on(step: int) -> str:
    """The colour of text on a step of `SCALE`."""
    return "#ffffff" if step in (0, 7) else "#000000"
