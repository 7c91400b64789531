"""The headings under which every hour and every yuan is booked, and which of them are waste."""

from __future__ import annotations

HOUR_HEADINGS = (
    "idle",  # 0 must be the engine's IDLE
    "vacant",  # 1 must be the engine's VACANT
    "idle_while_others_wait",
    "patrol",
    "handling",
    "rework",
    "misdirected",
    "intake",
    "relay",
    "bounced",
    "tasks_useful",
    "tasks_form",
    "tasks_followed",
    "own_work",
    "fund_admin",
    "collective_economy",
    "training",
    "training_lost",
    "service_desk",
    "coordination",
    "list_upkeep",
    "vetting",
    "vetting_wrong",
    "assessment",
    "proposals",
    "surveys",
    "tailoring",
    "data_entry",
    "data_entry_in_vain",
    "triage",
    "case_management",
    "methods",
    "tasks_returned",
    "volunteers",
    "contact_households",
    "internal_resources",
    "collaboration",
    "consultation",
    "forums_without_agreement",
)
(IDLE, VACANT, IDLE_MISMATCH, PATROL, HANDLING, REWORK, MISDIRECTED, INTAKE, RELAY, BOUNCED, TASKS_USEFUL, TASKS_FORM,
 TASKS_FOLLOWED, OWN_WORK, FUND_ADMIN, COLLECTIVE, TRAINING, TRAINING_LOST, SERVICE_DESK, COORDINATION, LIST_UPKEEP,
 VETTING, VETTING_WRONG, ASSESSMENT, PROPOSALS, SURVEYS, TAILORING, DATA_ENTRY, DATA_IN_VAIN, TRIAGE,
 CASE_MANAGEMENT, METHODS, TASKS_RETURNED, VOLUNTEERS, CONTACTS, INTERNAL, COLLABORATION, CONSULTATION,
 FORUMS_IN_VAIN) = range(len(HOUR_HEADINGS))  # fmt: skip

YUAN_HEADINGS = (
    "wages",
    "vacant",
    "cases",
    "services",
    "services_oversupplied",
    "terminals",
    "terminals_unused",
    "market_services",
    "contracts",
    "contracts_unused",
    "data_system",
    "recognition",
    "digital_platform",
    "stranded",
    "unspent",
)
(Y_WAGES, Y_VACANT, Y_CASES, Y_SERVICES, Y_OVERSUPPLY, Y_TERMINALS, Y_TERMINALS_UNUSED, Y_MARKET, Y_CONTRACTS,
 Y_CONTRACTS_UNUSED, Y_DATA, Y_RECOGNITION, Y_PLATFORM, Y_STRANDED, Y_UNSPENT) = range(len(YUAN_HEADINGS))  # fmt: skip

OUTSIDE_HEADINGS = ("partners", "volunteers", "contact_households", "internal_resources", "residents_in_forums")
(O_PARTNERS, O_VOLUNTEERS, O_CONTACTS, O_INTERNAL, O_FORUMS) = range(len(OUTSIDE_HEADINGS))
"""Who gives the hours that come from outside the public purse."""

WASTED_HOURS = (
    "idle_while_others_wait", "rework", "misdirected", "relay", "bounced", "tasks_form", "training_lost",
    "vetting_wrong", "data_entry_in_vain", "forums_without_agreement",
)  # fmt: skip
WASTED_YUAN = ("services_oversupplied", "terminals_unused", "contracts_unused", "stranded")
COORDINATION_HOURS = (
    "fund_admin",
    "coordination",
    "list_upkeep",
    "vetting",
    "assessment",
    "proposals",
    "triage",
    "case_management",
    "volunteers",
    "contact_households",
    "internal_resources",
    "collaboration",
    "consultation",
)
"""What either regime spends on coordinating itself: shown beside waste, not part of it."""
