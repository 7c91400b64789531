"""What statuses mean, and what else columns say of the course of a request."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sanfang.tickets import words
from sanfang.tickets.guess import Doubt
from sanfang.tickets.mapping import Mapping
from sanfang.tickets.tickets import STATUSES


def meanings(
    status: pd.Series | None, solved: pd.Series | None, count: int, mapping: Mapping, doubts: list[Doubt]
) -> pd.Series:
    """One of `STATUSES` of each row, by the mapping, else by the word list; missing where nothing says it.

    What says whether the trouble is gone comes before what says that the file is closed.
    """
    found = pd.Series([None] * count, dtype=object)
    if status is not None:
        known = {one: mapping.statuses.get(one) or words.status_of(one) for one in status.dropna().unique()}
        found = status.map(known).astype(object)
        found = found.where(found.notna(), None)
        given = status.notna().sum()
        other = int((found == "other").sum())
        if given and other > 0.02 * given:
            doubts.append(("status_unknown", {"role": "status", "share": other / given}))
    if solved is not None:
        answers = {one: words.yes_or_no(one) for one in solved.dropna().unique()}
        says = solved.map(answers)
        open_ = found.isin(("closed", "other", "solved", "unsolved")) | found.isna()
        found = found.mask(open_ & (says == True).to_numpy(), "solved")  # noqa: E712
        found = found.mask(open_ & (says == False).to_numpy(), "unsolved")  # noqa: E712
    return pd.Series(pd.Categorical(found, categories=list(STATUSES)))


def transfers(texts: pd.Series | None, count: int) -> pd.Series:
    """How often a request was passed on; missing where that is no number from 0 to 1,000."""
    if texts is None:
        return pd.Series(np.full(count, np.nan))
    numbers = pd.to_numeric(texts, errors="coerce").astype(float)
    return numbers.where(numbers.between(0, 1_000))


def reopened(texts: pd.Series | None, count: int) -> pd.Series:
    """Whether a request was opened again, by a number of times or a yes."""
    if texts is None:
        return pd.Series(np.zeros(count, bool))
    numbers = pd.to_numeric(texts, errors="coerce").astype(float)
    said = texts.map({one: words.yes_or_no(one) is True for one in texts.dropna().unique()})
    return (numbers > 0) | (numbers.isna() & (said == True).to_numpy())  # noqa: E712
