"""The policy that a district has already, and how a scenario says that its own is that one, but for some levers.

A policy is complete: what it does not name is at 0. `policy = "present"` is the one that is not: what it does not name
is as the district has it. Levers that are set over it by ``--set``, an experiment or `Scenario.with_` join it.
"""

from __future__ import annotations

from typing import Any

PRESENT = "present"
"""A table of a district's file, and what a scenario may say in the place of a policy."""

POLICY = "policy"


class OverPresent(dict[str, Any]):
    """In a document that is read: the levers of a policy that is otherwise the present one."""


def means_present(value: object) -> bool:
    """Whether a policy, as a document gives it, is the present one, with or without levers of its own."""
    return isinstance(value, OverPresent) or (isinstance(value, str) and value == PRESENT)
