"""Folders and sweeps of the Results page's tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sanfang.dashboard.pages.results import listing
from sanfang.dashboard.pages.results.listing import listed, pick
from sanfang.dashboard.pages.results.runs import Opened, open_runs
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.sweeps.sweep import sweep


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own as the only place of results and experiments."""
    for kind in ("results", "experiments"):
        (tmp_path / kind).mkdir()
    monkeypatch.setattr(listing, "folders", lambda kind: [tmp_path.resolve() / kind])
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def made(home: Path, made_up_simulation: None) -> Callable[[dict[str, Any]], Opened]:
    """Makes a sweep of made-up runs and opens it."""

    def make(document: dict[str, Any], **options: Any) -> Opened:
        experiment = Experiment.from_dict({"name": "one", **document})
        sweep(experiment, home / "results" / experiment.name, jobs=1, reuse=False, **options)
        found = pick(listed(), f"results/{experiment.name}")
        assert found is not None
        return open_runs(found)

    return make
