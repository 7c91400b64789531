"""Sanfang: an agent-based simulation of grassroots governance.

    from sanfang import Scenario, simulate, compare

The names load on first use, so that the command line starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sanfang.lab.comparison import compare
    from sanfang.lab.own_metrics import metric
    from sanfang.lab.simulation import simulate
    from sanfang.scenario.scenario import Scenario

__version__ = "0.1.0"
__all__ = ["Scenario", "__version__", "compare", "metric", "simulate"]

_HOMES = {
    "Scenario": "sanfang.scenario.scenario",
    "compare": "sanfang.lab.comparison",
    "metric": "sanfang.lab.own_metrics",
    "simulate": "sanfang.lab.simulation",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'sanfang' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
