"""The scenario's behaviour as plain numbers for compiled code: no lever among them."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np

from sanfang.model.draws import SHAPES
from sanfang.model.state import Domains
from sanfang.scenario import conditions
from sanfang.scenario.declare import Section
from sanfang.scenario.scenario import Scenario


def _twin(section: type[Section]) -> Any:
    """A named tuple with the fields of a section, which compiled code can read."""
    return namedtuple(section.__name__, list(section.model_fields))


# Module-level names, so that the compiler's cache can find the types again.
Needs, Voice, Discovery = _twin(conditions.Needs), _twin(conditions.Voice), _twin(conditions.Discovery)
Casework, Mind, Workforce = _twin(conditions.Casework), _twin(conditions.Mind), _twin(conditions.Workforce)
Tasks, Prices = _twin(conditions.Tasks), _twin(conditions.Prices)

Setting = namedtuple("Setting", "needs voice discovery casework mind workforce tasks prices opening shift")


def setting_of(scenario: Scenario) -> Setting:
    """The sections that compiled code reads, and the opening hours."""
    twins = (
        ("needs", Needs), ("voice", Voice), ("discovery", Discovery), ("casework", Casework), ("mind", Mind),
        ("workforce", Workforce), ("tasks", Tasks), ("prices", Prices),
    )  # fmt: skip
    values = {name: twin(**dict(getattr(scenario, name))) for name, twin in twins}
    calendar = scenario.calendar
    return Setting(**_floats(values), opening=float(calendar.opening_hour), shift=float(calendar.shift_hours))


def _floats(sections: dict[str, Any]) -> dict[str, Any]:
    """Whole numbers written for a float would make another type, and another compilation."""
    return {name: section._make(float(value) for value in section) for name, section in sections.items()}


def domains_of(scenario: Scenario) -> Domains:
    """The domains in columns."""
    domains, shift = list(scenario.domains.values()), scenario.calendar.shift_hours
    departments = list(scenario.departments)

    def column(name: str, scale: float = 1.0) -> np.ndarray:
        return np.array([getattr(domain, name) * scale for domain in domains], dtype=float)

    return Domains(
        hazard=column("hazard"),
        kinds=np.cumsum([domain.kinds for domain in domains], axis=1),
        level=np.array([domain.level for domain in domains], dtype=np.int64),
        devolvable=column("devolvable"),
        hours=column("hours"),
        cv=column("hours_cv"),
        shape=np.array([SHAPES[domain.hours_distribution] for domain in domains], dtype=np.int64),
        lead=column("lead_days", shift),
        lead_cv=column("lead_cv"),
        yuan=column("yuan"),
        patience=column("patience_days"),
        self_service=column("self_service"),
        conflict=column("conflict"),
        patrol_visible=column("patrol_visible"),
        data_visible=column("data_visible"),
        prevention=column("prevention"),
        spillover=column("spillover"),
        market=column("market"),
        social=column("social"),
        department=np.array([departments.index(domain.department) for domain in domains], dtype=np.int64),
    )
