"""Settings that switch on the parts of behaviour that are off by default, for tests."""

from __future__ import annotations

from typing import Any

DEADLINES: dict[str, Any] = {"tasks.deadline_days": 10.0, "tasks.chore_days": 10.0}
TEAM: dict[str, Any] = {"casework.grids_help": 0.7, "casework.offices_help": 0.7}
GRIDS: dict[str, Any] = {"workforce.knowing_days": 250.0}
BY_NEED: dict[str, Any] = {"staffing.moves": "need"}
MONEY: dict[str, Any] = {
    "money.release_days": 5.0, "money.in_turn": 0.5, "money.pays_above": 0.7, "money.refunded": 0.9,
}  # fmt: skip
MACHINES: dict[str, Any] = {
    "terminals.fails_days": 30.0, "terminals.room": 1.5, "terminals.minutes": 15.0,
}  # fmt: skip
HOURS: dict[str, Any] = {"voice.visits_in_hours": 1.0}
TAKE_UP: dict[str, Any] = {"take_up.known": 0.1, "take_up.campaign": 2.0, "take_up.word_of_mouth": 1.0}

AGAIN: dict[str, Any] = {"voice.again": 0.03}
WORSE: dict[str, Any] = {"worsening.urgent_days": 7.0, "worsening.spreads": 0.3, "worsening.harder": 0.1}
SHARED: dict[str, Any] = {"sharing.others": 3.0, "sharing.turned_away": 0.3}
BURSTS: dict[str, Any] = {"worsening.swing": 0.08, "worsening.day_noise": 0.12, "worsening.storms": 2.0}
MEASURES: dict[str, Any] = {"assessment.held": 0.8}
CHANNELS: dict[str, Any] = {"channels.choice": 4.0, "channels.calls": 0.2}
NEIGHBOURS: dict[str, Any] = {"voice.neighbours": 3.0, "take_up.by_experience": 3.0}
ATTENTION: dict[str, Any] = {"assessment.adapts": 0.5}

ALL_ON: dict[str, Any] = (
    DEADLINES
    | TEAM
    | GRIDS
    | BY_NEED
    | MONEY
    | MACHINES
    | HOURS
    | TAKE_UP
    | AGAIN
    | WORSE
    | SHARED
    | BURSTS
    | MEASURES
    | CHANNELS
    | NEIGHBOURS
    | ATTENTION
)

OVERLOADED: dict[str, Any] = {
    "staffing.officers_per_10k": 6.0, "staffing.street_per_10k": 2.0, "tasks.load": 0.9,
    "workforce.leaving_base": 1.0, "workforce.vacancy_days": 20.0,
}  # fmt: skip
"""Too few people and too many tasks: work lapses, residents give up, staff leave."""

POOR: dict[str, Any] = {"money.operating": 40.0, "money.service_share": 0.7}
"""Too little money: cases wait for it."""
