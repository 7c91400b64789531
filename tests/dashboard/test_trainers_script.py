"""What docs/dashboard.md tells a trainer to look at in the first ten minutes is there to be seen."""

from __future__ import annotations

from sanfang.run.session import Session
from sanfang.scenario.catalogue import levers
from sanfang.scenario.scenario import Scenario

REFORM_S_OWN = ("hours_service_desk", "hours_list_upkeep", "hours_assessment", "hours_proposals", "hours_training")


def district() -> Session:
    return Session(Scenario.load("before", district="demo"), seed=1, days=240)


def test_before_the_reform_nothing_drifts() -> None:
    session = district()
    session.step(120)
    days = session.daily.set_index("day")
    before, after = days.loc[-120:-1], days.loc[0:119]
    assert abs(after["satisfaction"].mean() - before["satisfaction"].mean()) < 0.01
    assert abs(after["latent"].mean() - before["latent"].mean()) < 0.1 * before["latent"].mean()


def test_what_services_and_powers_take_shows_among_the_hours() -> None:
    session = district()
    session.step(30)
    for lever in levers():
        if lever.group in ("services", "management"):
            session.move(lever.name, 1.0)
    session.step(60)
    days = session.daily.set_index("day")[list(REFORM_S_OWN)].sum(axis=1)
    assert days.loc[0:29].sum() == 0 < days.loc[40:89].sum()
