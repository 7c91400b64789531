"""More means make nothing worse: what `soak.means` changes, and how it judges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from soak.means import METRICS, MORE, changes, harm, lines, policies, present


def test_nobody_adapts_and_tasks_stay_what_they_are_in_hours() -> None:
    base = present()
    assert base.assessment.held == base.assessment.adapts == base.voice.neighbours == base.channels.choice == 0.0
    assert base.sharing.others > 0.0, "the other parts are on"
    staff = changes(base)["more staff"]
    assert staff["staffing.officers_per_10k"] * staff["tasks.load"] == pytest.approx(
        base.staffing.officers_per_10k * base.tasks.load
    )
    assert staff["departments.police.posts_per_100k"] == base.departments["police"].posts_per_100k * MORE
    base.with_(staff)  # within all limits


def test_random_policies_are_within_the_limits_and_differ() -> None:
    drawn = list(policies(5, seed=3))
    assert len({tuple(one.values()) for one in drawn}) == 5
    for one in drawn:
        present().with_(one)


def made_up(worse_by: float) -> pd.DataFrame:
    """Two policies, ten seeds; staff is neither good nor bad but under the second policy, where it is worse."""
    chance = np.random.default_rng(1)
    rows = []
    for policy in (0, 1):
        for seed in range(10):
            luck, noise = chance.normal(size=2)
            own = {name: 10.0 + luck for name in METRICS}
            rows.append({"policy": policy, "change": "as it is", "seed": seed, **own})
            moved = {name: own[name] + sign * (worse_by * policy) + 0.01 * noise for name, sign in METRICS.items()}
            rows.append({"policy": policy, "change": "more staff", "seed": seed, **moved})
    return pd.DataFrame(rows)


def test_harm_is_found_where_it_is_and_nowhere_else() -> None:
    rows = harm(made_up(0.5))
    assert set(rows.loc[rows["harm"], "policy"]) == {1} and rows["harm"].sum() == len(METRICS)
    assert not harm(made_up(0.0))["harm"].any()
    assert [line.split("|")[-2].strip() for line in lines(rows)[2:-1]] == ["1"] * len(METRICS)
