"""What an address says: the worlds on show, where and when, in which language. A link gives the same page anywhere.

    ?lang=zh&district=licang&size=0.1&seed=1&days=365&day=120&a=before&a.levers=authority:1&a.moves=30:triage:0.5

`a`, `b`, `c` are the worlds of the Compare page; the Live page shows `a`. An address comes from a visitor: `read`
takes what it knows within `limits`, leaves out the rest, and says what it left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode

from sanfang.dashboard import limits
from sanfang.dashboard.words import LANGUAGES
from sanfang.run.moves import Move, before, with_moves
from sanfang.run.reach import check_reach
from sanfang.run.troubles import LETTERS
from sanfang.scenario import content
from sanfang.scenario.errors import InputError
from sanfang.scenario.policy import lever_names
from sanfang.scenario.scenario import Scenario

OTHER_KEYS = ("experiment", "x", "y", "metric", "by", "request", "domain", "lesson", "check", "community", "map",
               "answer", "kind", "whose", "flow", "view", "against", "statistic", "which", "resident",
               "sort", "street", "script", "theme")  # fmt: skip
"""What single pages keep in the address, as short texts: each page checks its own."""


STARTS = ("steady", "empty")
"""What a link may say of `run.start`; the first if it says nothing."""


@dataclass(frozen=True)
class LinkedWorld:
    """A policy on show: a scenario by name, `levers` set from the start, and `moves` (day, lever, level) made later."""

    scenario: str = "before"
    levers: tuple[tuple[str, float], ...] = ()
    moves: tuple[tuple[int, str, float], ...] = ()

    @classmethod
    def of(cls, scenario: str, moves: tuple[Move, ...]) -> LinkedWorld:
        """A scenario by name, with the moves of a session."""
        begun = tuple((move.lever, move.level) for move in moves if move.day == 0)
        return cls(scenario, begun, tuple(move for move in moves if move.day > 0))

    @property
    def all_moves(self) -> tuple[Move, ...]:
        """The moves of a session, among them the levers set from the start, which are moves on day 0."""
        return (*(Move(0, *lever) for lever in self.levers), *(Move(*move) for move in self.moves))

    def before(self, day: int) -> LinkedWorld:
        """Without the moves made on `day` or later; levers set from the start stay."""
        return LinkedWorld.of(self.scenario, before(self.all_moves, day))


@dataclass(frozen=True)
class Address:
    """All that a link carries. `day` is how far the worlds have been played; `other` is what single pages keep."""

    lang: str = "en"
    district: str = "licang"
    size: float = 0.1
    seed: int = 1
    days: int = 365
    day: int = 0
    worlds: tuple[LinkedWorld, ...] = (LinkedWorld(),)
    start: str = STARTS[0]
    other: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> tuple[str, float, int, int, str]:
        """Where, how long and from what, whatever the policy: district, size, seed, days, start."""
        return self.district, self.size, self.seed, self.days, self.start

    def query(self) -> str:
        """The address, after the question mark."""
        pairs: list[tuple[str, str]] = [("lang", self.lang), ("district", self.district), ("size", _exactly(self.size))]
        pairs += [("seed", str(self.seed)), ("days", str(self.days)), ("day", str(self.day))]
        for letter, world in zip(LETTERS, self.worlds, strict=False):
            pairs.append((letter, world.scenario))
            if world.levers:
                pairs.append(
                    (f"{letter}.levers", ",".join(f"{name}:{_exactly(level)}" for name, level in world.levers))
                )
            if world.moves:
                moves = ",".join(f"{day}:{name}:{_exactly(level)}" for day, name, level in world.moves)
                pairs.append((f"{letter}.moves", moves))
        pairs += [("start", self.start)] if self.start != STARTS[0] else []
        pairs += [(key, self.other[key]) for key in OTHER_KEYS if self.other.get(key)]
        return urlencode(pairs, safe=":,/", errors="replace")  # half a character has no place in UTF-8

    def with_other(self, **texts: str) -> Address:
        """The address with texts of a page set, or taken away where they are empty."""
        kept = {key: value for key, value in {**self.other, **texts}.items() if value}
        return replace(self, other=kept)


def read(query: str | None, lang: str = "en") -> tuple[Address, list[str]]:
    """The address that a query string gives, and what of it could not be taken."""
    problems: list[str] = []
    query = (query or "").encode("utf-8", "replace").decode("utf-8")  # half a character cannot be shown again
    if len(query) > limits.MAX_ADDRESS_LENGTH:
        query = query[: limits.MAX_ADDRESS_LENGTH].rpartition("&")[0]
        problems.append(f"longer than {limits.MAX_ADDRESS_LENGTH:,} characters: the end is left out")
    given = dict(parse_qsl(query, keep_blank_values=False))
    districts = content.names(below=content.DISTRICTS)
    district = _one_of(given, "district", districts, "licang" if "licang" in districts else districts[0], problems)
    sizes = limits.sizes(district)
    size = _number(given, "size", limits.usual_size(district), -math.inf, math.inf, problems)
    if size not in sizes:
        size = max((offered for offered in sizes if offered <= size), default=sizes[0])
        problems.append(f"size={given['size'][:20]}: {size:g} is taken")
    days = int(_number(given, "days", 365, 1, limits.MAX_DAYS, problems))
    worlds = tuple(_world(given, letter, problems) for letter in LETTERS if letter in given or letter == "a")
    known = {"lang", "district", "size", "seed", "days", "day", "start", *OTHER_KEYS}
    known |= {f"{letter}{part}" for letter in LETTERS for part in ("", ".levers", ".moves")}
    problems += [f"{key[:30]}: not known" for key in given if key not in known]
    address = Address(
        lang=_one_of(given, "lang", LANGUAGES, lang, problems),
        district=district,
        size=size,
        seed=int(_number(given, "seed", 1, 0, limits.MAX_SEED, problems)),
        days=days,
        day=int(_number(given, "day", 0, 0, days, problems)),
        worlds=worlds,
        start=_one_of(given, "start", STARTS, STARTS[0], problems),
        other={key: given[key][:80] for key in OTHER_KEYS if key in given},
    )
    return address, problems


def _exactly(value: float) -> str:
    """A number as short as it can be read again to the last bit."""
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def base_of(address: Address, world: LinkedWorld) -> Scenario:
    """The scenario of a world before anything was set or moved. Raises InputError."""
    return Scenario.load(world.scenario, district=address.district, settings=[f"run.start={address.start}"])


def scenario_of(address: Address, world: LinkedWorld) -> Scenario:
    """The scenario of a world with its levers and, as schedules, the moves made so far. Raises InputError."""
    return with_moves(base_of(address, world), world.all_moves)


def not_reached(address: Address) -> list[str]:
    """What the scenarios of the worlds set in vain: for communities that are left out, or after the last day."""
    reasons = []
    for world in address.worlds:
        try:
            check_reach(base_of(address, world), address.days, address.size)
        except InputError as problem:
            reasons.append(str(problem))
    return reasons


# --- Reading single values ----------------------------------------------------------------------------


def _one_of(given: Mapping[str, str], key: str, allowed: object, default: str, problems: list[str]) -> str:
    value = given.get(key, default)
    if value in allowed:  # type: ignore[operator]
        return value
    problems.append(f"{key}={value[:30]}: not known")
    return default


def _number(
    given: Mapping[str, str], key: str, default: float, least: float, most: float, problems: list[str]
) -> float:
    """A number within limits: one outside is moved to the limit."""
    if key not in given:
        return default
    try:
        value = float(given[key])
    except ValueError:
        value = float("nan")
    if value != value:
        problems.append(f"{key}={given[key][:20]}: not a number")
        return default
    taken = min(max(value, least), most)
    if taken != value:
        problems.append(f"{key}={given[key][:20]}: {taken:g} is taken")
    return taken


def _world(given: Mapping[str, str], letter: str, problems: list[str]) -> LinkedWorld:
    scenario = _one_of(given, letter, content.names(), "before", problems)
    levers: dict[str, float] = {}
    moves: dict[tuple[int, str], float] = {}
    for text in _parts(given, f"{letter}.levers", problems):
        name, _, level = text.partition(":")
        _take(levers, name, name, level, text, problems)
    for text in _parts(given, f"{letter}.moves", problems):
        day, _, rest = text.partition(":")
        name, _, level = rest.partition(":")
        number = int(day) if day.isdecimal() and len(day) < 6 else -1
        if number == 0:
            _take(levers, name, name, level, text, problems)
        elif 0 < number <= limits.MAX_DAYS:
            _take(moves, (number, name), name, level, text, problems)
        else:
            problems.append(f"{text[:40]}: not a move")
    return LinkedWorld(scenario, tuple(levers.items()), tuple((*key, level) for key, level in sorted(moves.items())))


def _parts(given: Mapping[str, str], key: str, problems: list[str]) -> list[str]:
    parts = [part for part in given.get(key, "").split(",") if part]
    if len(parts) > limits.MAX_MOVES:
        problems.append(f"{key}: more than {limits.MAX_MOVES}; the rest is left out")
    return parts[: limits.MAX_MOVES]


def _take[Key](into: dict[Key, float], key: Key, name: str, level: str, text: str, problems: list[str]) -> None:
    try:
        value = float(level)
    except ValueError:
        value = -1.0
    if name in lever_names() and 0 <= value <= 1:
        into[key] = value
    else:
        problems.append(f"{text[:40]}: not a lever and a level from 0 to 1")
