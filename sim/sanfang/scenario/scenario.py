"""A scenario: everything that a run is made of, frozen; a variant is made by `with_`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationError, field_validator, model_validator

from sanfang.scenario import checks
from sanfang.scenario.catalogue import find, parameters
from sanfang.scenario.conditions import (
    Assessment,
    Casework,
    Channels,
    Conflicts,
    Discovery,
    Helpers,
    Limits,
    Mind,
    Needs,
    Prices,
    RunLength,
    Sharing,
    Supply,
    TakeUp,
    Tasks,
    Terminals,
    Voice,
    Workforce,
    Worsening,
)
from sanfang.scenario.declare import Description, Label, Name, Section, choice
from sanfang.scenario.dose import LeverValue, parted
from sanfang.scenario.errors import InputError, nearest, while_reading
from sanfang.scenario.merging import Reading, nested
from sanfang.scenario.messages import input_error
from sanfang.scenario.place import Calendar, DepartmentPosts, District, Domain, Money, Staffing
from sanfang.scenario.policy import Policy
from sanfang.scenario.present import POLICY, PRESENT
from sanfang.scenario.reading import ABOUT, read_document, read_scenario
from sanfang.scenario.resolving import Given, resolved, told_with_dose
from sanfang.scenario.settings import SETTING, parse_settings
from sanfang.scenario.sources import NONE_GIVEN
from sanfang.scenario.years_before import YEARS_BEFORE, checked, conditions_before


def _part_of_policy(value: Any) -> dict[str, LeverValue]:
    """Only the levers that are given, checked as those of a whole policy."""
    whole = Policy.model_validate(value)
    return {name: getattr(whole, name) for name in Policy.model_fields if name in whole.model_fields_set}


PartOfPolicy = Annotated[dict[str, LeverValue], BeforeValidator(_part_of_policy)]


class Scenario(Section):
    """A district, its people and offices, and the policy that is tried on them."""

    name: Name = choice("scenario", "Name", "名称")
    label_en: Label = choice("", "English name", "英文名")
    label_zh: Label = choice("", "Chinese name", "中文名")
    description: Description = choice("", "What this scenario is for", "说明")
    description_zh: Description = choice("", "What this scenario is for, in Chinese", "中文说明")

    run: RunLength = Field(default_factory=RunLength)
    district: District = Field(default_factory=District)
    calendar: Calendar = Field(default_factory=Calendar)
    staffing: Staffing = Field(default_factory=Staffing)
    money: Money = Field(default_factory=Money)
    domains: dict[str, Domain] = Field(default_factory=dict)
    departments: dict[str, DepartmentPosts] = Field(default_factory=dict)
    needs: Needs = Field(default_factory=Needs)
    worsening: Worsening = Field(default_factory=Worsening)
    sharing: Sharing = Field(default_factory=Sharing)
    voice: Voice = Field(default_factory=Voice)
    channels: Channels = Field(default_factory=Channels)
    discovery: Discovery = Field(default_factory=Discovery)
    casework: Casework = Field(default_factory=Casework)
    limits: Limits = Field(default_factory=Limits)
    assessment: Assessment = Field(default_factory=Assessment)
    mind: Mind = Field(default_factory=Mind)
    workforce: Workforce = Field(default_factory=Workforce)
    tasks: Tasks = Field(default_factory=Tasks)
    supply: Supply = Field(default_factory=Supply)
    terminals: Terminals = Field(default_factory=Terminals)
    take_up: TakeUp = Field(default_factory=TakeUp)
    conflicts: Conflicts = Field(default_factory=Conflicts)
    helpers: Helpers = Field(default_factory=Helpers)
    prices: Prices = Field(default_factory=Prices)
    policy: Policy = Field(default_factory=Policy)
    policy_by_community: dict[str, PartOfPolicy] = Field(default_factory=dict)
    present: PartOfPolicy = Field(default_factory=dict)
    """Levers of the policy that the district has before day 0; those that are not named are at 0."""

    years_before: Annotated[dict[str, Any], BeforeValidator(checked)] = Field(default_factory=dict)
    """Conditions before day 0 where they differ from those above, in their sections; none: day 0 changes the policy
    alone."""

    _origins: dict[str, str] = PrivateAttr(default_factory=dict)
    _sources: dict[str, str] = PrivateAttr(default_factory=dict)
    _notes: tuple[str, ...] = PrivateAttr(default=())
    _given: Given | None = PrivateAttr(default=None)
    """What its levers follow from; None where they are as they were given."""

    @field_validator("present", mode="after")
    @classmethod
    def _has_no_schedule(cls, value: dict[str, Any]) -> dict[str, Any]:
        """The years before day 0 are played under one policy."""
        for name, level in value.items():
            if isinstance(level, tuple) and level and not isinstance(level[0], str):
                raise checks.wrong(f"present.{name}", "the present policy has a level, not a schedule")
        return value

    @field_validator("domains", "departments", "policy_by_community", mode="after")
    @classmethod
    def _in_order_of_names(cls, value: dict[str, Any]) -> dict[str, Any]:
        """Sorted, so that the order in which a file lists them cannot matter to a run."""
        return dict(sorted(value.items()))

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        checks.check(self)
        checks.check_years_before(self)
        return self

    # --- Making one -------------------------------------------------------------------------------

    @classmethod
    def load(
        cls, name_or_path: str | Path, district: str | Path | None = None, settings: Sequence[str] = ()
    ) -> Scenario:
        """The scenario with a bare name, such as `before`, or in a file.

        `district` is a bare name or a file as well. None means the district that the scenario itself holds,
        such as a saved one, and else Licang. A district given as the scenario has neutral policy.
        `settings` are texts as for ``--set``: ``policy.authority=0.5``. A name with a dose, such as
        `three-devolutions@0.5`, is that scenario with its levers so far on their way; those in `settings` are as given.
        Raises `InputError`.
        """
        with while_reading(str(name_or_path)):
            name_or_path, dose = parted(name_or_path)
            reading = read_scenario(name_or_path, district)
            reading.dose = dose
            reading.change(parse_settings(settings), SETTING)
            return cls._from_reading(reading)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], district: str | Path | None = None) -> Scenario:
        """The scenario that a nested mapping describes, put on `district` if one is given. Raises `InputError`."""
        with while_reading("document"):
            return cls._from_reading(read_document(document, district, "document"))

    def with_(self, changes: Mapping[str, Any], origin: str = "with_") -> Scenario:
        """Another scenario with changes by dotted path: ``{"policy.authority": 1.0}``. Raises `InputError`.

        Tables are merged, everything else is replaced. `origin` is what `Scenario.origin` says of the changes. It is
        as if they had been given when the scenario was read: what follows from the present policy, or from a dose,
        follows from the changed one, and levers in `changes` are as given.
        """
        with while_reading(origin):
            reading = Reading(self.to_dict(), dict(self._origins), dict(self._sources), notes=list(self._notes))
            if self._given is not None:
                reading.document |= self._given.document()
                reading.dose, reading.as_given = self._given.dose, set(self._given.as_given)
            reading.change(nested(changes), origin)
            return self._from_reading(reading)

    @classmethod
    def _from_reading(cls, reading: Reading) -> Scenario:
        reading.settle()
        document = told_with_dose(reading)
        try:
            scenario = cls.model_validate(document)
        except ValidationError as error:
            raise input_error(error, document, reading.origins) from None
        scenario, scenario._given = resolved(scenario, reading)
        scenario._origins, scenario._sources = reading.origins, reading.sources
        scenario._notes = tuple(dict.fromkeys(reading.notes))
        return scenario

    # --- What it says -----------------------------------------------------------------------------

    def policy_for(self, community_id: str) -> Policy:
        """The policy of one community, such as `c007`: its own levers over those of the district."""
        if not checks.is_community(community_id, self.district.communities):
            raise InputError(checks.no_community(community_id, self.district.communities))
        own = self.policy_by_community.get(community_id)
        return self.policy.model_copy(update=own) if own else self.policy

    def under_present_policy(self) -> Scenario:
        """The district as it is in the years before day 0: under its present policy, and the conditions of then."""
        policy = Policy.model_validate(self.present)
        then = conditions_before(self) | {"policy": policy, "policy_by_community": {}, YEARS_BEFORE: {}}
        present = self.model_copy(update=then)
        present._given = None  # it is this policy now, whatever the scenario's own follows from
        return present

    @property
    def community_ids(self) -> tuple[str, ...]:
        """Ids of all communities: `c001`, `c002` and so on."""
        return checks.community_ids(self.district.communities)

    def origin(self, path: str) -> str:
        """Where the value at a dotted path came from: `default`, a file, `--set` or `with_`."""
        if self._given is not None and self._given.is_moved(path):
            return f"dose {self._given.dose}"
        if present := self._present_path(path):
            return self._origins.get(present, "default")
        if path in self._origins:
            return self._origins[path]
        if path.partition(".")[0] == POLICY in self._origins and find(path):  # "present" was said for all
            return self._origins[POLICY]
        if find(path) is None:
            known = [parameter.path for parameter in parameters()]
            raise InputError(f"{path!r}: is not a parameter{nearest(path, known)}")
        return "default"

    def source(self, path: str) -> str:
        """What the value at a dotted path rests on, as the place says that set it: a file, or the declaration.

        A lever is what a policy chooses: unless a file says otherwise, its source is the row of the article. One that
        is as the district has it rests on what the district says of it.
        """
        if present := self._present_path(path):
            return self._sources.get(present) or f"set in {self.origin(path)}, {NONE_GIVEN}"
        origin, given = self.origin(path), self._sources.get(path, "")
        parameter = find(path)
        if given and path in self._origins:
            return given
        if parameter and (path not in self._origins or parameter.role == "lever"):
            return parameter.source
        return f"set {'in' if origin.endswith('.toml') else 'by'} {origin}, {NONE_GIVEN}"

    def _present_path(self, path: str) -> str:
        """Where the district says a level of its present policy: of a value there, or of a lever that follows it. Empty
        for any other value."""
        section, _, lever = path.partition(".")
        if section == PRESENT and lever in self.present:
            return path
        given = self._given
        if section != POLICY or given is None or not given.follows_present or lever in given.policy:
            return ""
        return f"present.{lever}" if lever in self.present else ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know of the files it was read from, such as one that hides a shipped one."""
        return self._notes

    def to_dict(self) -> dict[str, Any]:
        """All values as a nested dict of plain numbers, texts, dates, tuples and dicts."""
        return self.model_dump()

    def without_policy(self) -> dict[str, Any]:
        """All values but levers and what it says about itself: equal between policies for one district."""
        return self.model_dump(exclude={"policy", "policy_by_community", *ABOUT})

    def save(self, path: str | Path) -> None:
        """Write all values, with their sources, to a TOML file, from which `load` makes an equal scenario."""
        from sanfang.scenario.saving import as_toml

        target = Path(path)
        try:
            target.write_bytes(as_toml(self).encode())
        except (OSError, ValueError) as error:  # ValueError: a path that no system has, with a null in it
            raise InputError(f"{path}: cannot be written: {getattr(error, 'strerror', None) or error}") from None

    def digest(self) -> str:
        """SHA-256 over all values that a run depends on: names, labels and description are left out."""
        content = self.model_dump(mode="json", exclude=set(ABOUT))
        content["district"].pop("label_zh")
        if not content[YEARS_BEFORE]:
            del content[YEARS_BEFORE]  # most have none, and are what they were before there could be any
        for entry in [*content["domains"].values(), *content["departments"].values()]:
            del entry["label_en"], entry["label_zh"]
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        """Equal in all values, wherever they came from."""
        return isinstance(other, Scenario) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.digest())
