"""What tests share: a made-up simulation that takes no time, and machine code compiled once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sanfang.lab import executors, runner, simulation
from sanfang.lab.metrics import METRICS


def pytest_configure(config: pytest.Config) -> None:
    """Compile the model before parallel test processes start, or each of them would compile it."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    from sanfang.model import compiled

    if not compiled.is_cached():
        from sanfang.scenario.scenario import Scenario

        simulation.simulate(Scenario.load("before", district="licang"), days=2, scale=0.02)


def made_up_run(
    scenario: Any,
    seed: int = 1,
    days: int | None = None,
    scale: float = 1.0,
    keep_requests: bool = False,
    progress: Any = None,
) -> Any:
    """A run whose metrics are known: the seed's noise, the same in all scenarios, plus the policy's authority."""
    if scenario.policy.authority == 0.666:
        raise ZeroDivisionError("made up")
    noise = float(np.random.default_rng(seed).normal())
    metrics = {metric.name: 10 + noise for metric in METRICS}
    metrics["satisfaction"] = 0.5 + 0.01 * noise + 0.1 * scenario.policy.authority
    metrics["resolution_days_p90"] = float("nan")
    metrics["hours_supplied"] = 1000.0 * scale
    metrics["money_supplied"] = 50_000.0
    ledger = pd.DataFrame(
        [("hours", "community", "handling", 600.0), ("hours", "community", "rework", 400.0)],
        columns=["resource", "tier", "heading", "amount"],
    )
    return SimpleNamespace(
        metrics=metrics,
        daily=pd.DataFrame({"day": [0, 1], "backlog": [1.0, 2.0]}),
        ledger=ledger,
        requests=pd.DataFrame({"request": [1]} if keep_requests else {}),
        scenario=scenario,
        seed=seed,
    )


@pytest.fixture
def made_up_simulation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the simulation by `made_up_run`, in forked workers as well."""
    monkeypatch.setattr(simulation, "simulate", made_up_run)
    monkeypatch.setattr(runner.compiled, "is_cached", lambda: True)
    monkeypatch.setattr(executors, "start_method", lambda: "fork")
