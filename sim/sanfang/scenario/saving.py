"""A scenario as the text of a TOML file: every value, and its source beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import tomli_w

from sanfang.scenario.catalogue import find
from sanfang.scenario.sources import NONE_GIVEN

if TYPE_CHECKING:
    from sanfang.scenario.scenario import Scenario


def as_toml(scenario: Scenario) -> str:
    """All values of `scenario`, from which an equal one is loaded."""
    return "\n".join(_lines(scenario, scenario.to_dict(), "")) + "\n"


def _lines(scenario: Scenario, table: Mapping[str, Any], above: str) -> list[str]:
    """The values of a table, then the tables below it under their headings."""
    below = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    lines = [_line(scenario, f"{above}{key}", key, value) for key, value in table.items() if key not in below]
    for key, value in below.items():
        path = f"{above}{key}"
        heading = ".".join(_toml_key(part) for part in path.split("."))
        lines += ["", f"[{heading}]", *_lines(scenario, value, f"{path}.")]
    return lines


def _line(scenario: Scenario, path: str, key: str, value: Any) -> str:
    source = _source(scenario, path)
    if not source:
        return f"{_toml_key(key)} = {to_toml(value)}"
    return f"{_toml_key(key)} = {{ value = {to_toml(value)}, source = {to_toml(source)} }}"


def _source(scenario: Scenario, path: str) -> str:
    """The source to write; that of a name, a text or a lever, which have none, is left out."""
    parameter = find(path)
    if parameter is None or parameter.kind == "text" or parameter.role == "lever":
        return ""
    source = scenario.source(path)
    return "" if source.endswith(NONE_GIVEN) else source


def to_toml(value: Any) -> str:
    """A value as TOML writes it."""
    return tomli_w.dumps({"x": value}).removeprefix("x = ").strip()


def _toml_key(key: str) -> str:
    return tomli_w.dumps({key: 0}).removesuffix(" = 0\n")
