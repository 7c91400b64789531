"""A metric is declared once: whatever lists metrics has it, and its daily twin is the same thing by day."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from model_runs import evaluated_whole
from sanfang.dashboard.address import Address, LinkedWorld
from sanfang.dashboard.worlds.page_session import PageSession
from sanfang.metrics import numbers
from sanfang.metrics.by_day import WINDOW
from sanfang.metrics.catalogue import BY_NAME, METRICS, TWINS, measure
from sanfang.metrics.declare import metric
from sanfang.metrics.units import SHARE, UNITS
from sanfang.model.books.observation import observe
from sanfang.run import series

ADDED = '''

@metric(SHARE, "higher", "residents", "Happiest community", "最满意的社区")
def happiest_community(run: Evaluation) -> float:
    """Mean satisfaction where it is highest."""
    return float(_by_community(run).max())
'''
SEEN = r"""
import sys
from sanfang.lab.storage.schema import SCHEMA
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.sweeps.measuring import shipped_digests
from sanfang.report.parameter_table import parameter_table
Experiment.from_dict({"scenarios": ["before"], "metrics": ["happiest_community"]})
name = "happiest_community"
seen = f'"{name}" REAL' in SCHEMA, name in shipped_digests(), "最满意的社区" in parameter_table()
sys.exit(0 if all(seen) else f"{seen}")
"""


def test_adding_a_metric_touches_one_file(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    shutil.copytree(root / "sim", tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    for content in ("scenarios", "experiments"):
        (tmp_path / content).symlink_to(root / content)
    with (tmp_path / "sim" / "sanfang" / "metrics" / "residents.py").open("a", encoding="utf-8") as file:
        file.write(ADDED)
    ended = subprocess.run(
        [sys.executable, "-c", SEEN], env={**os.environ, "PYTHONPATH": str(tmp_path / "sim")}, cwd=tmp_path,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr


def test_no_name_is_declared_twice_and_every_unit_is_a_declared_one() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        metric(SHARE, None, "residents", "x", "x", name="satisfaction")(lambda run: 0.0)
    assert len(BY_NAME) == len(METRICS)
    assert all(one.unit == UNITS[one.unit.name] for one in METRICS)


# --- Day by day ---------------------------------------------------------------------------------------------


@cache
def session() -> PageSession:
    """A world played for one window of moving figures, all of whose days are evaluated."""
    world = PageSession(Address(size=0.1, days=WINDOW), LinkedWorld("before"))
    world.step(WINDOW)
    return world


def means() -> Iterator[tuple[str, float]]:
    left = observe(session().model)
    values = measure(replace(left, scenario=evaluated_whole(left.scenario, WINDOW)))
    yield from ((name, values[TWINS[name].of]) for name in ("satisfaction", "open", "latent"))


@pytest.mark.parametrize(("name", "value"), list(means()), ids=lambda given: given if isinstance(given, str) else "")
def test_the_mean_of_a_daily_twin_is_the_metric(name: str, value: float) -> None:
    assert series.series(session(), name).mean() == pytest.approx(value, rel=1e-9)


def test_the_last_days_to_resolve_are_the_mean_of_requests_resolved_in_them() -> None:
    records = observe(session().model).records
    resolved = records[records["outcome"] == 3]
    took = (resolved["closed"] - resolved["voiced"]).mean()
    assert len(resolved) > 10
    assert series.series(session(), "days_to_resolve")[-1] == pytest.approx(took, rel=1e-9)


@pytest.mark.parametrize("name", ["resolution_rate", "rating_rate"])
def test_a_rate_of_the_last_days_is_the_metric_where_all_days_are_the_last(name: str) -> None:
    left = observe(session().model)
    values = measure(replace(left, scenario=evaluated_whole(left.scenario, WINDOW)))
    assert 0 < series.series(session(), name)[-1] == pytest.approx(values[name], rel=1e-12)


def test_the_response_rate_is_of_requests_whose_longest_limit_of_three_days_is_over() -> None:
    records, rate = observe(session().model).records, series.series(session(), "response_rate")
    due = records[(records["voiced"] >= 0) & (records["voiced"] < WINDOW - 3)]
    limits = np.array([1.0, 3.0, 3.0, 3.0])[due["kind"]]
    assert rate[-1] == pytest.approx((due["first_at"] - due["voiced"] <= limits).mean(), rel=1e-12)
    assert np.isnan(rate[:3]).all() and 0 < rate[-1] < 1


def test_a_twin_has_unit_and_direction_of_its_metric() -> None:
    assert {name: (twin.form, twin.better) for name, twin in TWINS.items()} == {
        "satisfaction": ("share", "higher"),
        "satisfaction_vulnerable": ("share", "higher"),
        "days_to_resolve": ("days", "lower"),
        "wasted": ("share", "lower"),
        "open": ("number", "lower"),
        "latent": ("number", "lower"),
        **dict.fromkeys(series.RATES, ("share", "higher")),
    }


def test_before_the_first_day_every_twin_is_empty() -> None:
    world = PageSession(Address(size=0.1, days=5), LinkedWorld("before"))
    assert {name: len(series.series(world, name)) for name in TWINS} == dict.fromkeys(TWINS, 0)


# --- How numbers are written --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "decimals", "sign", "text"),
    [
        (1234.5, 1, False, "1,234.5"), (-0.5, 2, False, "−0.50"), (0.5, 1, True, "+0.5"), (-0.04, 1, True, "0.0"),
        (0.0, 0, True, "0"), (np.nan, 1, True, "–"), (np.inf, 1, False, "–"),
    ],
)  # fmt: skip
def test_a_number_has_a_true_minus_and_zero_has_no_sign(value: float, decimals: int, sign: bool, text: str) -> None:
    assert numbers.number(value, decimals, sign) == text
