"""What is not defined is NaN: a dash in tables, null in JSON, a gap in charts, and never a number."""

from __future__ import annotations

import json
import math
from functools import cache
from typing import Any

import numpy as np
import pytest

from model_runs import demo
from sanfang.lab.files import to_json
from sanfang.metrics.catalogue import metric
from sanfang.run.session import Session
from sanfang.run.simulation import Run, simulate

EVERYBODY: dict[str, Any] = {"district.share_low_income": 1.0}
NOBODY: dict[str, Any] = {"district.share_low_income": 0, "district.share_disabled": 0, "district.elderly_alone": 0}
SOMEBODY: dict[str, Any] = {}
DAYS = 20


@cache
def run(who: str) -> Run:
    changes = {"everybody": EVERYBODY, "nobody": NOBODY, "somebody": SOMEBODY}[who]
    return simulate(demo("before", **changes, **{"run.warm_up": 0}), days=DAYS, scale=0.2)


def test_without_others_or_without_vulnerable_residents_there_is_no_gap() -> None:
    for who, empty, full in (("everybody", "others", "vulnerable"), ("nobody", "vulnerable", "others")):
        found = run(who).metrics
        assert math.isnan(found["vulnerable_gap"]), who
        assert math.isnan(found[f"latent_needs_{empty}"]), who
        assert found[f"latent_needs_{full}"] == pytest.approx(found["latent_needs"]), who


def test_the_gap_of_somebody_is_that_of_two_means() -> None:
    """Counted by hand from the residents of each day, in a run of its own."""
    from sanfang.model.model import DistrictModel

    model = DistrictModel(run("somebody").scenario, seed=1, days=DAYS, scale=0.2)
    gaps, weak_means = [], []
    for _ in range(DAYS):
        model.step()
        satisfaction, weak = np.array(model.residents.satisfaction, float), model.residents.vulnerable
        gaps.append(satisfaction[~weak].mean() - satisfaction[weak].mean())
        weak_means.append(satisfaction[weak].mean())
    assert run("somebody").metrics["vulnerable_gap"] == pytest.approx(np.mean(gaps), abs=1e-6)
    np.testing.assert_allclose(run("somebody").daily["satisfaction_vulnerable"], weak_means, atol=1e-6)


def test_the_daily_mean_of_a_group_without_members_is_not_there() -> None:
    assert run("nobody").daily["satisfaction_vulnerable"].isna().all()
    daily = run("everybody").daily
    np.testing.assert_allclose(daily["satisfaction_vulnerable"], daily["satisfaction"])


def test_what_is_not_there_is_a_dash_null_and_an_empty_cell() -> None:
    found = run("nobody")
    assert metric("vulnerable_gap").format(found.metrics["vulnerable_gap"]) == "–"
    assert json.loads(to_json(found.metrics))["vulnerable_gap"] is None
    assert (
        found.daily[["satisfaction_vulnerable"]].to_csv(index=False).split()
        == ["satisfaction_vulnerable"] + ['""'] * DAYS
    )


def test_the_pages_show_a_gap_and_a_dash() -> None:
    from sanfang.dashboard.presenters import views

    session = Session(run("nobody").scenario, scale=0.25, days=DAYS)
    session.step(3)
    drawn = {chart["id"]: chart for chart in views.charts(session, "en")}
    for name in ("satisfaction", "latent"):
        assert drawn[name]["series"][1]["values"] == [None] * 3
        assert None not in drawn[name]["series"][0]["values"]
    told = {figure["id"]: figure["value"] for figure in views.figures(session, "en")}
    assert told["satisfaction_vulnerable"] == "–"
