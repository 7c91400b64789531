"""From what a scenario was given to the levers that it has: the present policy filled in, and its dose taken.

A scenario keeps what it was given where that is something else, so that a change of the present policy, by whatever
way it comes, reaches all that follows from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sanfang.scenario.dose import MARK, LeverValue, at_dose, from_day_0
from sanfang.scenario.merging import Reading
from sanfang.scenario.policy import lever_names
from sanfang.scenario.present import POLICY, OverPresent
from sanfang.scenario.toml import Document

if TYPE_CHECKING:
    from sanfang.scenario.scenario import Scenario

BY_COMMUNITY = "policy_by_community"
TOLD = ("name", "label_en", "label_zh")
"""What says its dose."""


@dataclass(frozen=True)
class Given:
    """What a scenario was given. `told` are its name and labels without the dose; `follows_present` says that levers
    not in `policy` are the present ones. For `dose` and `as_given` see `Reading`."""

    told: dict[str, Any]
    policy: dict[str, LeverValue]
    by_community: dict[str, dict[str, LeverValue]]
    follows_present: bool
    dose: str
    as_given: frozenset[str]

    @classmethod
    def of(cls, scenario: Scenario, reading: Reading) -> Given:
        """What `reading` gave to `scenario`, whose values are checked and not yet resolved."""
        follows = isinstance(reading.document.get(POLICY), OverPresent)
        names = scenario.policy.model_fields_set if follows else lever_names()
        return cls(
            told={key: reading.document[key] for key in TOLD if key in reading.document},
            policy={name: getattr(scenario.policy, name) for name in names},
            by_community=scenario.policy_by_community,
            follows_present=follows,
            dose=reading.dose,
            as_given=frozenset(reading.as_given),
        )

    def document(self) -> Document:
        """The same as the part of a document in which it was given."""
        policy = OverPresent(self.policy) if self.follows_present else dict(self.policy)
        own = {name: dict(levers) for name, levers in self.by_community.items()}
        return {**self.told, POLICY: policy, BY_COMMUNITY: own}

    def is_moved(self, path: str) -> bool:
        """Whether the dose decides on what is at `path`: on levers and what tells it, if they are not as given."""
        decided = path in TOLD or path.partition(".")[0] in (POLICY, BY_COMMUNITY)
        return bool(self.dose) and decided and path not in self.as_given

    # --- What follows from it -----------------------------------------------------------------------------

    def levers(self, present: dict[str, LeverValue]) -> dict[str, LeverValue]:
        """The district's levers by name. Raises `InputError` for one that has no such level."""
        full = dict.fromkeys(lever_names(), 0.0) | (present if self.follows_present else {}) | self.policy
        return {name: self._level(f"{POLICY}.{name}", present.get(name, 0.0), full[name]) for name in full}

    def levers_by_community(self, present: dict[str, LeverValue]) -> dict[str, dict[str, LeverValue]]:
        """The communities' own levers by name. Raises `InputError` for one that has no such level."""
        return {
            name: {
                lever: self._level(f"{BY_COMMUNITY}.{name}.{lever}", present.get(lever, 0.0), value)
                for lever, value in own.items()
            }
            for name, own in self.by_community.items()
        }

    def _level(self, path: str, present: LeverValue, given: LeverValue) -> LeverValue:
        full = from_day_0(path, present, given)
        return at_dose(path, present, full, float(self.dose)) if self.is_moved(path) else full


def told_with_dose(reading: Reading) -> Document:
    """The document of `reading` as it is checked: levers that were given, and what tells its dose."""
    document, dose = dict(reading.document), reading.dose
    if not dose:
        return document
    name = document.get("name")
    added = {
        "name": (f"{MARK}{dose}", name),
        "label_en": (f", dose {dose}", name),
        "label_zh": (f"，剂量 {dose}", name),
    }
    for key, (behind, otherwise) in added.items():
        told = document.get(key) or otherwise
        if key not in reading.as_given and isinstance(told, str):
            document[key] = f"{told}{behind}"
    return document


def resolved(scenario: Scenario, reading: Reading) -> tuple[Scenario, Given | None]:
    """`scenario` with the levers that follow from what `reading` gave it, which is None where they are the same and
    stay so. Raises `InputError` for a lever that has no such level."""
    if not reading.dose and not scenario.present and not isinstance(reading.document.get(POLICY), OverPresent):
        return scenario, None  # most are so, and there are many in a sweep
    given = Given.of(scenario, reading)
    if not given.dose and not scenario.present:
        return scenario, given
    levers, own = given.levers(scenario.present), given.levers_by_community(scenario.present)
    if given.dose and not float(given.dose):  # nothing is left of what was a community's own
        own = _apart(own, levers, given)
    if levers == vars(scenario.policy) and own == scenario.policy_by_community:
        return scenario, given if given.follows_present or given.dose else None
    policy = scenario.policy.model_copy(update=levers)  # levels that are checked, and levels between them
    return scenario.model_copy(update={POLICY: policy, BY_COMMUNITY: own}), given


def _apart(own: dict[str, dict[str, LeverValue]], levers: dict[str, LeverValue], given: Given) -> dict[str, Any]:
    """Communities' own levers, without those that a dose has brought to the level of the district."""
    kept = {
        name: {
            lever: value
            for lever, value in of_one.items()
            if value != levers[lever] or not given.is_moved(f"{BY_COMMUNITY}.{name}.{lever}")
        }
        for name, of_one in own.items()
    }
    return {name: of_one for name, of_one in kept.items() if of_one}
