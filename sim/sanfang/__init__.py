"""Sanfang: an agent-based simulation of grassroots governance.

    from sanfang import Scenario, simulate, compare

These names are the public ones, told in docs/python.md; they stay from version to version. What is in the modules may
move. The names load on first use, so that the command line starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sanfang.lab.comparison import compare
    from sanfang.lab.experiments.own_metrics import metric
    from sanfang.model.kernel.queueing import simulate_queue
    from sanfang.run.session import Session
    from sanfang.run.simulation import Run, simulate
    from sanfang.scenario.errors import InputError
    from sanfang.scenario.scenario import Scenario

__version__ = "0.2.0.dev0"
__all__ = ["InputError", "Run", "Scenario", "Session", "__version__", "compare", "metric", "simulate", "simulate_queue"]

_HOMES = {
    "InputError": "sanfang.scenario.errors",
    "Run": "sanfang.run.simulation",
    "Scenario": "sanfang.scenario.scenario",
    "Session": "sanfang.run.session",
    "compare": "sanfang.lab.comparison",
    "metric": "sanfang.lab.experiments.own_metrics",
    "simulate": "sanfang.run.simulation",
    "simulate_queue": "sanfang.model.kernel.queueing",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'sanfang' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
