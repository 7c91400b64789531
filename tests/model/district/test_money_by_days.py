"""What is paid or given by the month is for the days of the run: a run may begin and end within months."""

from __future__ import annotations

import numpy as np
import pytest

from model_runs import FULL_REFORM, demo
from sanfang.metrics.evaluation import Evaluation
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.books.observation import observe
from sanfang.model.district.finance import in_pots
from sanfang.model.district.workforce import grow_methods
from sanfang.model.model import DistrictModel
from sanfang.run.simulation import simulate

APRIL, MID_APRIL = "2025-04-01", "2025-04-16"
"""15 of the 30 days of April are left on the 16th."""


HELP = dict.fromkeys(
    ("policy.volunteers", "policy.contact_households", "policy.internal_resources", "policy.collective_income"), 1.0
)


def begun(start: str, days: int = 40, **changes: object) -> DistrictModel:
    """The demonstration district under the full reform and helped, with the money of its first day handed out."""
    model = DistrictModel(demo(FULL_REFORM, **HELP, **{"calendar.start": start, **changes}), days=days)
    model._set_policy(0)
    return model


def test_half_a_month_brings_half_of_all_that_comes_by_the_month() -> None:
    whole, half = begun(APRIL), begun(MID_APRIL)
    a_month = whole.scenario_run.money.operating / 12 * 20_000
    assert whole.finance.supplied == pytest.approx(a_month) and half.finance.supplied == pytest.approx(a_month / 2)
    assert in_pots(half.world) == pytest.approx(in_pots(whole.world) / 2)
    assert half.world.spent == pytest.approx(whole.world.spent / 2)
    for heading in (h.Y_SERVICES, h.Y_TERMINALS, h.Y_CONTRACTS, h.Y_DATA, h.Y_RECOGNITION):
        assert half.world.spent[:, heading].sum() > 0
    ours, theirs = half.world.communities, whole.world.communities
    for name in ("outside", "errands", "pool"):
        assert ours[name] == pytest.approx(theirs[name] / 2) and ours[name].sum() > 0
    for name in ("visited", "upkeep", "contacted", "lookout"):  # what is given by the day
        assert ours[name] == pytest.approx(theirs[name])
    assert half.finance.fee == pytest.approx(whole.finance.fee / 2)
    assert half.finance.maturity == pytest.approx(whole.finance.maturity / 2), "organisations grow with time"
    assert half.world.community_domain["covered"] == pytest.approx(whole.world.community_domain["covered"])


def test_half_a_month_of_too_little_money_pays_half_of_the_bill() -> None:
    """The bill is scaled down in proportion as in a whole month."""
    poor = {"money.operating": 1.0}
    whole, half = begun(APRIL, **poor), begun(MID_APRIL, **poor)
    assert whole.world.spent.sum() == pytest.approx(20_000 / 12)
    assert half.world.spent == pytest.approx(whole.world.spent / 2)
    assert in_pots(half.world).sum() == pytest.approx(0, abs=1e-6)


def test_the_money_of_a_run_that_begins_on_the_sixteenth() -> None:
    """45 days from 16 April: half of April's money and all of May's in the books, which balance; of the days' own money
    15/30 and 30/31 of a month, as the run ends on 30 May."""
    run = simulate(demo("three-devolutions", **{"calendar.start": MID_APRIL, "run.warm_up": 0}), days=45)
    model, money = run.model, run.scenario.money
    assert model is not None and model.date.isoformat() == "2025-05-31"
    a_month = money.operating / 12 * 20_000
    yuan = run.ledger[(run.ledger["resource"] == "yuan") & ~run.ledger["heading"].isin(["wages", "vacant"])]
    assert yuan["amount"].sum() == pytest.approx(1.5 * a_month, rel=1e-9)
    assert (yuan["amount"] >= 0).all()
    shown = Evaluation.of(observe(model), 0, 45)
    given = shown.yuan.sum() - shown.yuan[:, [h.Y_WAGES, h.Y_VACANT]].sum()
    assert given == pytest.approx((15 / 30 + 30 / 31) * a_month, rel=1e-9)
    for first, end, months in ((0, 15, 15 / 30), (3, 10, 7 / 30), (10, 20, 5 / 30 + 5 / 31)):
        shown = Evaluation.of(observe(model), first, end)
        given = shown.yuan.sum() - shown.yuan[:, [h.Y_WAGES, h.Y_VACANT]].sum()
        assert given == pytest.approx(months * a_month, rel=1e-9)


def test_money_of_a_repeated_year_comes_on_the_first_of_each_month_and_lapses_at_its_end() -> None:
    """From 20 December with 2025 repeated, 30 days: 12 of 31 days of December, and January."""
    changes = {"calendar.start": "2025-12-20", "calendar.reference_year": 2025}
    model = DistrictModel(demo(**changes), days=30)
    for _ in range(12):
        model.step()
    assert in_pots(model.world).sum() == 0.0, "the year is over"
    for _ in range(18):
        model.step()
    a_month = model.scenario_run.money.operating / 12 * 20_000
    assert len(model.finance.months) == 2
    assert model.finance.supplied == pytest.approx((12 / 31 + 1) * a_month)
    model.ledger()  # raises if the books do not balance


def test_what_lapses_does_not_depend_on_how_far_the_run_goes() -> None:
    """A run that ends with the year has closed its books as a longer one has on that day."""
    scenario = demo(**{"calendar.start": "2025-12-10"})
    short, long = (simulate(scenario, days=days).model for days in (22, 30))
    assert short is not None and long is not None and short.date.isoformat() == "2026-01-01"
    assert np.array_equal(short.diary.spent[21], long.diary.spent[21])
    assert short.diary.spent[21][:, [h.Y_STRANDED, h.Y_UNSPENT]].sum() > 0
    assert in_pots(short.world).sum() == 0.0


def test_methods_spread_in_half_a_month_half_as_far() -> None:
    model = begun(APRIL)
    stock = np.linspace(0.0, 0.5, len(model.map.ids))[:, None] * np.ones((1, s.ARISEN))
    whole, half, nothing = stock.copy(), stock.copy(), np.zeros(len(model.map.ids))
    grow_methods(model.scenario_run, model.map, whole, nothing)
    grow_methods(model.scenario_run, model.map, half, nothing, 0.5)
    assert (whole > stock).any()
    assert half - stock == pytest.approx((whole - stock) / 2)
