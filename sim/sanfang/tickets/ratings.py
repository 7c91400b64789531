"""Ratings on one scale, from 0 (worst) to 1 (best), whether they are written as words, stars, marks or per cent."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sanfang.tickets import words
from sanfang.tickets.guess import Doubt
from sanfang.tickets.mapping import Mapping

SCALES = ((0.0, 1.0), (1.0, 5.0), (0.0, 5.0), (1.0, 10.0), (0.0, 10.0), (0.0, 100.0))
"""Worst and best of the scales in use; the first that holds all numbers of a column is taken."""


def ratings(texts: pd.Series | None, count: int, mapping: Mapping, doubts: list[Doubt]) -> pd.Series:
    """The rating of each row; missing where there is none or none that is understood."""
    if texts is None:
        return pd.Series(np.full(count, np.nan))
    number = pd.to_numeric(texts.str.replace(",", ".", regex=False).str.rstrip("%星分"), errors="coerce").astype(float)
    number = number.replace([np.inf, -np.inf], np.nan)
    told = texts.map({one: words.rating_of(one) for one in texts.dropna().unique()}).astype(float)
    said = number.dropna()
    if not len(said):
        return told
    worst, best = mapping.rating.worst, mapping.rating.best
    if worst == best:
        fitting = [scale for scale in SCALES if said.min() >= scale[0] and said.max() <= scale[1]]
        if not fitting:
            doubts.append(("rating_scale", {"role": "rating"}))
            return told
        worst, best = fitting[0]
        doubts.append(("rating_taken", {"role": "rating", "worst": f"{worst:g}", "best": f"{best:g}"}))
    scaled = (number - worst) / (best - worst)
    return told.where(told.notna(), scaled.where(scaled.between(0, 1)))
