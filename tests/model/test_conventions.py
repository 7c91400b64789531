"""Conventions of the model that are declared as parameters: what they change, and what they leave as it is."""

from __future__ import annotations

import pytest

from model_runs import FULL_REFORM, demo, run
from sanfang.model.books import headings as h

DAYS = 90


@pytest.fixture(scope="module", params=["before", FULL_REFORM])
def both(request: pytest.FixtureRequest) -> tuple:
    """A policy with chores in one line with requests, and with chores that yield."""
    return tuple(run(demo(request.param, **{"casework.chores_yield": share}), DAYS) for share in (0.0, 1.0))


def test_where_chores_yield_residents_wait_less_for_staff(both: tuple) -> None:
    in_line, yielding = both
    assert yielding.metrics["wait_staff_share"] < in_line.metrics["wait_staff_share"]
    assert yielding.metrics["first_response_hours_mean"] < in_line.metrics["first_response_hours_mean"]


def test_where_chores_yield_they_are_done_later_and_no_more_of_them(both: tuple) -> None:
    """Intake at the communities' offices, which every policy has: hours done over hours that have fallen due."""
    done = []
    for found in both:
        work = found.model.world.office_work[:, h.INTAKE]
        assert (work["done"] <= work["due"] + 1e-9).all()
        done.append(work["done"].sum() / work["due"].sum())
    assert done[1] < done[0]


def test_chores_that_yield_cost_nobody_an_hour(both: tuple) -> None:
    assert both[0].metrics["hours_supplied"] == pytest.approx(both[1].metrics["hours_supplied"], rel=1e-9)
