"""All parameters, read from their declarations: for explanations, documentation, sliders and sweeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeGuard, get_args, get_origin

from pydantic.fields import FieldInfo

from sanfang.scenario.declare import EXTENSIONS, Role, Section
from sanfang.scenario.policy import Policy
from sanfang.scenario.present import PRESENT
from sanfang.scenario.years_before import SECTIONS, YEARS_BEFORE, refusal

if TYPE_CHECKING:
    from sanfang.scenario.scenario import Scenario

ANY = "*"
"""Stands in a parameter's path for a name that a file chooses: a domain, department or community."""

Kind = Literal["number", "whole number", "text", "choice", "date", "dates", "shares", "lever"]


@dataclass(frozen=True)
class Parameter:
    """One declared parameter. What follows `choices` is of levers, else empty: see `sanfang.scenario.declare.lever`."""

    path: str
    kind: Kind
    unit: str
    ge: float | None
    le: float | None
    default: Any
    role: Role
    source: str
    label_en: str
    label_zh: str
    choices: tuple[str, ...] = ()
    ids: str = ""
    heading: str = ""
    acts: str = ""
    acts_zh: str = ""
    price: tuple[str, ...] = ()
    signature: tuple[str, ...] = ()
    group: str = ""
    books: tuple[str, ...] | None = None

    @property
    def section(self) -> str:
        """The path without the last part; empty for what a scenario says about itself."""
        return self.path.rpartition(".")[0]

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

    @property
    def allowed(self) -> str:
        """What a value must be, in words."""
        unit = "" if self.unit in ("-", "0-1") else f" ({self.unit})"
        if self.kind in ("number", "whole number"):
            return f"a {self.kind} from {_plain(self.ge)} to {_plain(self.le)}{unit}"
        if self.kind == "choice":
            return "one of " + ", ".join(self.choices)
        return {
            "text": "text in quotes",
            "date": "a date such as 2025-01-31",
            "dates": "a list of dates",
            "shares": "a list of shares that sum to 1",
            "lever": "a number from 0 to 1, or a schedule [[day, level], ...]",
        }[self.kind]

    def label(self, lang: str = "en") -> str:
        """The label in English (`en`) or Chinese (`zh`)."""
        return self.label_zh if lang == "zh" else self.label_en


def parameters() -> Iterator[Parameter]:
    """Every declared parameter, in the order of declaration; `*` in a path stands for a chosen name.

    The present policy and the years before are left out: their parameters are those of other sections.
    """
    yield from _walk({name: below for name, below in tree().items() if name not in (PRESENT, YEARS_BEFORE)}, "")


def levers(*, extensions: bool = True) -> list[Parameter]:
    """The policy levers; without `extensions` those of the article."""
    declared = [parameter for parameter in parameters() if parameter.role == "lever" and ANY not in parameter.path]
    return [parameter for parameter in declared if extensions or parameter.group != EXTENSIONS]


def values(scenario: Scenario) -> Iterator[tuple[str, Parameter, Any]]:
    """Path, declaration and value of every parameter that `scenario` holds."""
    for path, value in _leaves(scenario, ""):
        parameter = find(path)
        assert parameter is not None, path
        yield path, parameter, value


def find(path: str) -> Parameter | None:
    """The declaration of the parameter at a dotted path such as `domains.care.hazard`, or None."""
    node: Tree | FieldInfo | None = tree()
    declared: list[str] = []
    for part in path.split("."):
        if not isinstance(node, dict):
            return None
        declared.append(part if part in node else ANY)
        node = node.get(declared[-1])
    return _parameter(".".join(declared), node) if isinstance(node, FieldInfo) else None


def known_at(path: str) -> list[str]:
    """The keys known below a dotted path; empty if a file chooses them, or if the path is no section."""
    node: Tree | FieldInfo | None = tree()
    for part in path.split(".") if path else ():
        node = node.get(part, node.get(ANY)) if isinstance(node, dict) else None
    return [key for key in node if key != ANY] if isinstance(node, dict) else []


def json_schema() -> dict[str, Any]:
    """The JSON schema of a scenario file, for editors that check while one types."""
    from sanfang.scenario.scenario import Scenario

    schema = Scenario.model_json_schema()
    name = {"type": "string", "description": "Name or path of a scenario"}
    extends = {"description": "What this scenario builds on, later ones winning"}
    schema["properties"]["extends"] = {"anyOf": [name, {"type": "array", "items": name}], **extends}
    for table in ("domains", "departments", "policy_by_community"):
        entry = schema["properties"][table]["additionalProperties"]
        out = {"const": False, "description": "Takes out what the district or an extended file has"}
        schema["properties"][table]["additionalProperties"] = {"anyOf": [entry, out]}
    of_today = {"const": PRESENT, "description": "The policy that the district has already"}
    schema["properties"]["policy"] = {"anyOf": [schema["properties"]["policy"], of_today]}
    for section in [schema, *schema["$defs"].values()]:
        _allow_sources(section.get("properties", {}))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


RULES = (
    "type",
    "anyOf",
    "enum",
    "const",
    "minimum",
    "maximum",
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "format",
)
"""What a JSON schema asks of a value; the rest is said about it."""


def _allow_sources(properties: dict[str, Any]) -> None:
    """Let each parameter be its value, or a table of value and source."""
    for value in properties.values():
        if "unit" in value:
            rules = {key: value.pop(key) for key in RULES if key in value}
            sourced = {"value": rules, "source": {"type": "string"}}
            table = {"type": "object", "required": list(sourced), "additionalProperties": False, "properties": sourced}
            value["anyOf"] = [*rules.get("anyOf", [rules]), table]


# --- Walking the declarations -----------------------------------------------------------------------

type Tree = dict[str, Tree | FieldInfo]


@cache
def tree() -> Tree:
    """The declarations as nested dicts; the one key `*` means that a file chooses the keys."""
    from sanfang.scenario.scenario import Scenario

    whole = _tree(Scenario)
    whole[YEARS_BEFORE] = _allowed({name: whole[name] for name in SECTIONS}, "")
    return whole


def _allowed(node: Tree, prefix: str) -> Tree:
    """The part of the declarations that may be otherwise before day 0."""
    return {
        name: _allowed(below, f"{prefix}{name}.") if isinstance(below, dict) else below
        for name, below in node.items()
        if not refusal(f"{prefix}{name}")
    }


def _tree(section: type[Section]) -> Tree:
    branches: Tree = {}
    for name, info in section.model_fields.items():
        below = info.annotation
        if name == YEARS_BEFORE:
            continue
        if name == PRESENT:
            branches[name] = _tree(Policy)
        elif get_origin(below) is dict:
            each = get_args(below)[1]
            branches[name] = {ANY: _tree(each if _is_section(each) else Policy)}  # communities set a part of the policy
        else:
            branches[name] = _tree(below) if _is_section(below) else info
    return branches


def _is_section(annotation: Any) -> TypeGuard[type[Section]]:
    return isinstance(annotation, type) and issubclass(annotation, Section)


def _walk(node: Tree, prefix: str) -> Iterator[Parameter]:
    for name, below in node.items():
        if isinstance(below, FieldInfo):
            yield _parameter(f"{prefix}{name}", below)
        else:
            yield from _walk(below, f"{prefix}{name}.")


def _parameter(path: str, info: FieldInfo) -> Parameter:
    said = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    details: dict[str, Any] = {key: tuple(item) if isinstance(item, list) else item for key, item in said.items()}
    kind = _kind(info.annotation, details["role"])
    limits = {key: getattr(item, key) for item in info.metadata for key in ("ge", "le") if hasattr(item, key)}
    if kind == "lever":
        limits = {"ge": 0.0, "le": 1.0}
    return Parameter(
        path=path,
        kind=kind,
        ge=limits.get("ge"),
        le=limits.get("le"),
        default=info.default,
        label_en=info.description or "",
        choices=get_args(info.annotation) if kind == "choice" else (),
        **details,
    )


def _kind(annotation: Any, role: Role) -> Kind:
    if role == "lever":
        return "lever"
    if get_origin(annotation) is Literal:
        return "choice"
    if get_origin(annotation) is tuple:
        return "dates" if dt.date in get_args(annotation) else "shares"
    kinds: dict[Any, Kind] = {int: "whole number", float: "number", str: "text", dt.date: "date"}
    return kinds[annotation]


def _leaves(section: Section, prefix: str) -> Iterator[tuple[str, Any]]:
    for name in type(section).model_fields:
        yield from _below(getattr(section, name), f"{prefix}{name}")


def _below(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Section):
        yield from _leaves(value, f"{path}.")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _below(item, f"{path}.{key}")
    else:
        yield path, value


def _plain(number: float | None) -> str:
    return "any" if number is None else f"{number:,.10g}"
