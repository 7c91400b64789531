"""What a policy means for casework: chances and shares by community and domain, and no lever among them.

`sanfang.model.policy` compiles them each day; compiled code reads nothing else of a policy.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sanfang.model.compiled import by_reference, compiled
from sanfang.model.kernel.records import Records, record_type

COMMUNITY_EFFECTS = record_type(
    ("wrong_window", "f8", "0 to 1", "chance that a window sends a resident on"),
    ("right_diagnosis", "f8", "0 to 1", "chance that a part is diagnosed right"),
    ("personal_plan", "f8", "0 to 1", "chance that a case that is fit for one gets a personal plan"),
    ("authority", "f8", "0 to 1", "chance that the community may decide what is devolvable"),
    ("self_service", "f8", "0 to 1", "chance that there is a working terminal"),
    ("market", "f8", "0 to 1", "chance that there is a firm at hand"),
    ("bounce", "f8", "0 to 1", "chance that a receiver declares itself not in charge"),
    ("answers_to_base", "f8", "0 to 1", "chance that a department puts what is sent up before its own work"),
    ("admission", "f8", "0 to 1", "chance that a task from above is vetted"),
    ("follow", "f8", "0 to 1", "chance that its hours, or else its fee, come along"),
    ("triage", "f8", "0 to 1", "chance that a request is sorted"),
    ("managed", "f8", "0 to 1", "chance that a manager makes parts run in parallel"),
    ("data", "f8", "0 to 1", "share of data that is entered"),
    ("recognition", "f8", "0 to 1", "how far staff are recognised"),
    ("forum", "f8", "0 to 1", "chance that a conflict goes to a forum"),
    ("platform", "f8", "0 to 1", "share of the digital platform that is at work"),
    ("terminals", "f8", "0 to 1", "share of self-service terminals that are there, whoever knows of them"),
    ("online", "f8", "0 to 1", "share of the digital platform that is at work and known to residents"),
    ("joint", "f8", "0 to 1", "chance that a composite case is handled jointly"),
    ("pooled", "f8", "0 to 1", "chance that a simple part is offered to the area's own people"),
    ("partner_skill", "f8", "0 to 1", "skill of firms and social organisations"),
)
"""What the policy of a day means in a community."""

SERVICE_EFFECTS = record_type(
    ("further_trip", "f8", "0 to 1", "chance of a further trip"),
    ("on_offer", "f8", "0 to 1", "chance that the community has the service on offer"),
)
"""What it means for a domain in a community."""


class PolicyEffects(NamedTuple):
    """What compiled code gets of a policy, by reference: chances and shares, and no lever."""

    community: Records
    """`[c]`."""
    service: Records
    """`[c, d]`."""


PolicyEffectsRef = by_reference("PolicyEffectsRef", PolicyEffects._fields, __name__)


@compiled
def refer_effects(*arrays: Any) -> PolicyEffects:
    """A reference to the arrays of `PolicyEffects`: `refer_effects(*effects)`."""
    return PolicyEffectsRef(*arrays)
