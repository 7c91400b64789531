"""Who is better off: counted person by person, a mean that hides nobody."""

from __future__ import annotations

import numpy as np
import pytest

from sanfang.run.better_off import OF_RESIDENT, Minds, better_off


def minds(*satisfaction: float, weak: int = 2) -> Minds:
    people = np.array(satisfaction)
    return Minds(people, np.arange(len(people)) < weak, np.array([people[:2].mean(), people[2:].mean()]))


def test_gains_and_losses_do_not_cancel_out() -> None:
    """Two gain, one loses as much as both, one changes by less than a point: the mean is as before."""
    split = better_off(minds(0.5, 0.5, 0.5, 0.5), minds(0.6, 0.5 + OF_RESIDENT / 2, 0.295, 0.6))
    everybody = split["residents"]
    assert (everybody.better, everybody.same, everybody.worse, everybody.n) == (2, 1, 1, 4)
    assert (split["vulnerable"].better, split["others"].worse) == (1, 1)
    assert (split["communities"].better, split["communities"].worse) == (1, 1)
    assert sum(everybody.shares) == pytest.approx(1.0)


def test_a_run_beside_itself_changes_nobody() -> None:
    one = minds(0.1, 0.9, 0.4, 0.2)
    assert all(part.same == part.n for part in better_off(one, one).values())


def test_other_people_are_not_compared() -> None:
    with pytest.raises(ValueError, match="other residents"):
        better_off(minds(0.1, 0.2, 0.3), minds(0.1, 0.2, 0.3, weak=1))
