"""The pools of jobs, events and records grow in time: what a day can bring always fits."""

from __future__ import annotations

from typing import Any

import pytest

from model_runs import demo
from sanfang.model.model import DistrictModel

ALL_AT_ONCE: dict[str, Any] = {
    "needs.hazard_cap": 2.0,
    **{f"needs.heal_{kind}": 0.0 for kind in ("urgent", "hard", "chronic", "hoped")},
    **{f"voice.rate_{kind}": 0.0 for kind in ("urgent", "hard", "chronic", "hoped")},
    "needs.met_by_service": 0.0,
    "discovery.patrol": 0.0,
    "discovery.data": 1.0,
    **{f"domains.{domain}.data_visible": 1.0 for domain in demo().domains},
    "policy.data_discovery": [[0, 0.0], [150, 1.0]],
}
"""Nobody speaks up for 150 days, then data show everything in a day."""

MUCH_SMALL_WORK: dict[str, Any] = {
    "prices.survey_hours": 400.0,
    "prices.entry_hours": 400.0,
    "prices.desk_hours": 200.0,
    "prices.method_hours": 200.0,
    "prices.volunteer_week_hours": 200.0,
    "prices.contact_week_hours": 200.0,
    "prices.meeting_hours": 200.0,
    **{
        f"policy.{lever}": 1.0
        for lever in (
            "need_identification",
            "data_discovery",
            "service_scope",
            "work_methods",
            "volunteers",
            "contact_households",
            "collaboration",
        )
    },
    **{f"domains.{domain}.hazard": 0.01 for domain in demo().domains},
}
"""Hardly any needs, and more hours of chores than there are staff."""

MUCH_TO_VET: dict[str, Any] = {
    "policy.admission_control": 1.0,
    "prices.vetting_hours": 20.0,
    "tasks.hours": 0.1,
    **{f"domains.{domain}.hazard": 0.01 for domain in demo().domains},
}
"""Hardly any needs, and a thousand tasks a day, each of which is twenty hours of vetting, due at once."""


@pytest.mark.parametrize(
    "changes", [ALL_AT_ONCE, MUCH_SMALL_WORK, MUCH_TO_VET], ids=["all at once", "much small work", "much to vet"]
)
def test_no_pool_overflows(changes: dict[str, Any]) -> None:
    model = DistrictModel(demo(**changes), days=160)
    while model.day < model.days:
        model.step()
        clock, counts = model.engine.clock[0], model.world.counts[0]
        assert clock["jobs_used"] <= len(model.engine.jobs)
        assert clock["events_used"] <= len(model.engine.events) <= len(model.engine.ready)
        assert counts["cases_used"] <= len(model.world.cases)
        assert counts["records"] <= len(model.world.records)
        assert counts["short"] <= len(model.world.short)
    model.ledger()
