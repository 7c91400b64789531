"""The scenario's behaviour as plain numbers for compiled code: no lever among them."""

from __future__ import annotations

import numpy as np

from sanfang.model.district.district_records import DOMAIN
from sanfang.model.kernel.draws import SHAPES
from sanfang.model.kernel.records import Record
from sanfang.scenario.conditions import Limits, Mind
from sanfang.scenario.declare import Section
from sanfang.scenario.scenario import Scenario

SECTIONS = (
    "needs", "voice", "discovery", "casework", "mind", "workforce", "tasks", "conflicts", "helpers", "prices", "money",
    "terminals", "sharing", "worsening", "assessment", "channels",
)  # fmt: skip


def _record(section: type[Section]) -> np.dtype[np.void]:
    """A section's parameters, all as floats; beside those of minds the days promised for each kind of need, and
    how fast they learn of channels."""
    promised = [("promised", "f8", (4,)), ("channel_step", "f8")] if section is Mind else []
    return np.dtype([*((name, "f8") for name in section.model_fields), *promised])


SETTING = np.dtype(
    [(name, _record(Scenario.model_fields[name].annotation)) for name in SECTIONS]  # type: ignore[arg-type]
    + [("opening", "f8"), ("shift", "f8")]
)
"""One record: compiled code gets it as a single pointer, and reads `setting.casework.bounce`."""

type Setting = Record
"""That record; `setting.casework` and the like are records in it."""


def setting_of(scenario: Scenario) -> np.void:
    """The sections that compiled code reads, and the opening hours."""
    setting = np.zeros(1, SETTING)
    for name in SECTIONS:
        for field, value in getattr(scenario, name):
            setting[name][field] = value
    setting["mind"]["promised"] = promised_days(scenario.limits)
    setting["mind"]["channel_step"] = scenario.channels.step
    setting["opening"], setting["shift"] = scenario.calendar.opening_hour, scenario.calendar.shift_hours
    record: np.void = setting[0]
    return record


def promised_days(limits: Limits) -> tuple[float, float, float, float]:
    """Days within which a request is to be resolved, by kind of need in the order of `state`."""
    return limits.resolve_urgent, limits.resolve_hard, limits.resolve_chronic, limits.resolve_hoped


def domains_of(scenario: Scenario) -> np.ndarray:
    """The domains as records (`DOMAIN`)."""
    result, departments = np.zeros(len(scenario.domains), DOMAIN), list(scenario.departments)
    for row, domain in zip(result, scenario.domains.values(), strict=True):
        for name in DOMAIN.names or ():
            if hasattr(domain, name) and name not in ("kinds", "department"):
                row[name] = getattr(domain, name)
        row["kinds"] = np.cumsum(domain.kinds)
        row["shape"] = SHAPES[domain.hours_distribution]
        row["lead_hours"] = domain.lead_days * scenario.calendar.shift_hours
        row["department"] = departments.index(domain.department)
    return result
