"""Where values come from, said beside them: `population = { value = 735_900, source = "census of 2020" }`.

A source belongs to the place that sets a value. A file that sets it anew says its own, or none; the source of a
declaration is that of its default alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sanfang.scenario.errors import InputError
from sanfang.scenario.telling import in_words, is_printable

if TYPE_CHECKING:
    from sanfang.scenario.scenario import Scenario

LONGEST_SOURCE = 500
ASSUMED = "assumed"
NONE_GIVEN = "no source given"


def parted(document: Mapping[str, Any], origin: str = "") -> tuple[dict[str, Any], dict[str, str]]:
    """A document with plain values, and the sources that it gives, by dotted path. Raises `InputError`."""
    sources: dict[str, str] = {}
    return {key: _plain(value, str(key), origin, sources) for key, value in document.items()}, sources


def _plain(value: Any, path: str, origin: str, sources: dict[str, str]) -> Any:
    if not isinstance(value, Mapping):
        return value
    if set(value) == {"value", "source"} and not isinstance(value["source"], Mapping):
        source = value["source"]
        if (
            not isinstance(source, str)
            or not source.strip()
            or len(source) > LONGEST_SOURCE
            or not is_printable(source)
        ):
            allowed = f"must be one line of at most {LONGEST_SOURCE} characters"
            raise InputError(f"{f'{origin}: ' if origin else ''}{path}.source = {in_words(source)}: {allowed}")
        sources[path] = source
        return value["value"]
    return {key: _plain(below, f"{path}.{key}", origin, sources) for key, below in value.items()}


def counted(scenario: Scenario) -> dict[str, int]:
    """How many values a scenario has, how many of them are assumed, and how many have no source.

    Names and texts are not counted, and neither are levers: they are what a policy chooses.
    """
    from sanfang.scenario.catalogue import values

    sources = [scenario.source(path) for path, one, _ in values(scenario) if one.kind != "text" and one.role != "lever"]
    return {
        "values": len(sources),
        "assumed": sum(source.startswith(ASSUMED) for source in sources),
        "without_source": sum(source.endswith(NONE_GIVEN) for source in sources),
    }
