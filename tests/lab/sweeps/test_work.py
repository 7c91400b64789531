"""What a run leaves behind is let go, although a model and its agents know each other."""

from __future__ import annotations

import weakref
from typing import Any

import pytest

from model_runs import demo
from sanfang.lab.sweeps import work
from sanfang.lab.sweeps.work import Job, do

HELD: list[weakref.ref[Any]] = []


def keep_a_look(run: Any) -> int:
    HELD.append(weakref.ref(run.model))
    return 1


def test_models_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    HELD.clear()
    monkeypatch.setattr(work, "LITTER", 0.0)
    monkeypatch.setattr(work, "_littered", 0.0)
    for _ in range(3):
        assert do(Job(demo(), seed=1, days=5, scale=0.1), keep_a_look).result == 1
    assert [ref() for ref in HELD] == [None] * 3
