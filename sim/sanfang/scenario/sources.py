"""Where values come from, said beside them: `population = { value = 735_900, source = "census of 2020" }`.

A source belongs to the place that sets a value. A file that sets it anew says its own, or none; the source of a
declaration is that of its default alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from sanfang.scenario.errors import InputError
from sanfang.scenario.present import PRESENT, OverPresent
from sanfang.scenario.telling import in_words, is_printable, listed

if TYPE_CHECKING:
    from sanfang.scenario.scenario import Scenario

MAX_SOURCE_LENGTH = 500
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
            or len(source) > MAX_SOURCE_LENGTH
            or not is_printable(source)
        ):
            allowed = f"must be one line of at most {MAX_SOURCE_LENGTH} characters"
            raise InputError(f"{f'{origin}: ' if origin else ''}{path}.source = {in_words(source)}: {allowed}")
        sources[path] = source
        return value["value"]
    plain = {key: _plain(below, f"{path}.{key}", origin, sources) for key, below in value.items()}
    return OverPresent(plain) if isinstance(value, OverPresent) else plain


@dataclass(frozen=True)
class SourceSummary:
    """What the values of a scenario rest on: dotted paths of all, of the assumed ones, of those without a source.

    Names and texts are not among them, and neither are levers: they are what a policy chooses, unless the district has
    them already. `origins` counts the
    values by the file, or else, that set them; those that nothing set are `default`.
    """

    values: list[str]
    assumed: list[str]
    without_source: list[str]
    origins: dict[str, int]

    @classmethod
    def of(cls, scenario: Scenario) -> Self:
        """What the values of `scenario` rest on."""
        from sanfang.scenario.catalogue import values

        paths = [
            path for path, parameter, _ in values(scenario) if parameter.kind != "text" and parameter.role != "lever"
        ]
        paths += [f"{PRESENT}.{lever}" for lever in scenario.present]
        sources = {path: scenario.source(path) for path in paths}
        return cls(
            values=paths,
            assumed=[path for path, source in sources.items() if source.startswith(ASSUMED)],
            without_source=[path for path, source in sources.items() if source.endswith(NONE_GIVEN)],
            origins=dict(Counter(map(scenario.origin, paths)).most_common()),
        )

    def to_dict(self) -> dict[str, Any]:
        """How many there are, which they are, and where they come from, as plain data."""
        counts = {name: len(getattr(self, name)) for name in ("values", "assumed", "without_source")}
        keys = {f"{name}_keys": getattr(self, name) for name in ("assumed", "without_source")}
        return counts | keys | {"origins": self.origins}

    def lines(self) -> list[str]:
        """The same in lines: counts first, then where values come from, what is assumed, what has no source."""
        counts = f"{len(self.assumed):,} are assumed and {len(self.without_source):,} have no source"
        sections = Counter(path.split(".")[0] for path in self.assumed).most_common()
        details = {
            "values from": listed(f"{origin} {number:,}" for origin, number in self.origins.items()),
            "assumed": listed(f"{section} {number:,}" for section, number in sections),
            "without a source": listed(self.without_source),
        }
        return [f"of {len(self.values):,} values {counts}", *(f"  {name}: {text}" for name, text in details.items())]
