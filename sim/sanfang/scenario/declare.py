"""How one parameter is declared: once, with unit, range, role, source and labels in two languages.

Files, ``--set``, sweeps, sliders, the JSON schema and the documentation all derive from these
declarations; nothing about a parameter is said anywhere else.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import math
from bisect import bisect_right
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from sanfang.scenario.telling import in_words, is_obeyed, is_printable

Role = Literal["lever", "uncertainty", "constant"]
"""Lever: what a policy sets. Uncertainty: what nobody knows exactly. Constant: a fact or convention."""


class Section(BaseModel):
    """A group of parameters: frozen, strict about types, and closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def param(
    default: Any,
    unit: str,
    ge: float | None,
    le: float | None,
    en: str,
    zh: str,
    *,
    source: str = "assumed",
    role: Role = "uncertainty",
    **extra: Any,
) -> Any:
    """Declare a number. `ge` and `le` are the allowed range in `unit`, both ends included."""
    details = {"unit": unit, "label_zh": zh, "source": source, "role": role, **extra}
    return Field(default, ge=ge, le=le, description=en, json_schema_extra=details, validate_default=True)


def choice(default: Any, en: str, zh: str, *, source: str = "assumed", role: Role = "constant") -> Any:
    """Declare a parameter that is a word, a list or a date rather than a number in a range."""
    details: JsonDict = {"unit": "-", "label_zh": zh, "source": source, "role": role}
    return Field(default, description=en, json_schema_extra=details, validate_default=True)


# --- Texts -----------------------------------------------------------------------------------------


def _one_line(most: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        if len(value) > most or not is_printable(value):
            raise PydanticCustomError("text", f"must be one line of at most {most} characters, none of them a control")
        return value

    return check


def _named(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("text", "must not be empty")
    return value


def _described(value: str) -> str:
    if len(value) > MAX_DESCRIPTION_LENGTH or is_obeyed(value):
        raise PydanticCustomError(
            "text", f"must be at most {MAX_DESCRIPTION_LENGTH:,} characters, none of them a control"
        )
    return value


MAX_NAME_LENGTH, MAX_LABEL_LENGTH, MAX_DESCRIPTION_LENGTH = 100, 200, 10_000

Name = Annotated[str, AfterValidator(_one_line(MAX_NAME_LENGTH)), AfterValidator(_named)]
Label = Annotated[str, AfterValidator(_one_line(MAX_LABEL_LENGTH))]
Description = Annotated[str, AfterValidator(_described)]


# --- Shares: lists of numbers that must sum to one ------------------------------------------------


def _shares(length: int) -> Any:
    def check(value: Any) -> tuple[float, ...]:
        if not isinstance(value, list | tuple) or len(value) != length:
            raise PydanticCustomError("shares", f"must be a list of {length} numbers that sum to 1")
        for item in value:
            if not _is_number(item) or not 0 <= item <= 1:
                raise PydanticCustomError("shares", f"must be {length} numbers from 0 to 1 that sum to 1")
        total = math.fsum(value)
        if abs(total - 1) > 1e-3:
            raise PydanticCustomError("shares", f"shares must sum to 1, these sum to {total:.6g}")
        if abs(total - 1) < 1e-12:  # dividing again would change the last digit on every reading
            return tuple(float(item) for item in value)
        return tuple(item / total for item in value)

    return BeforeValidator(check)


SharesByWeekday = Annotated[tuple[float, ...], _shares(7)]
SharesByMonth = Annotated[tuple[float, ...], _shares(12)]
SharesByHour = Annotated[tuple[float, ...], _shares(24)]
SharesByKind = Annotated[tuple[float, ...], _shares(4)]


# --- Levers: a level from 0 to 1, or a schedule of levels -----------------------------------------

Schedule = tuple[tuple[int, float], ...]

EXTENSIONS = "extensions"
"""The group of levers that are not the article's."""

LATEST_STEP = 36_500
"""Days: a step after the end of a run is a step that never comes."""


def _is_number(value: Any) -> bool:
    """Whether it is a finite number; compared, since a whole number may be too large for `math.isfinite`."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -math.inf < value < math.inf


def _schedule(value: list[Any] | tuple[Any, ...]) -> Schedule:
    """Check ``[[day, level], ...]``: whole days from 0 up in rising order, levels from 0 to 1."""
    steps: list[tuple[int, float]] = []
    for step in value:
        if not isinstance(step, list | tuple) or len(step) != 2:
            raise PydanticCustomError("schedule", "a schedule is a list of [day, level] pairs")
        day, level = step
        if not isinstance(day, int) or isinstance(day, bool) or day < 0:
            message = _told("a schedule's day must be a whole number from 0 up", day)
            raise PydanticCustomError("schedule", "{message}", message)
        if day > LATEST_STEP:
            message = _told(f"a schedule's day must be at most {LATEST_STEP:,}", day)
            raise PydanticCustomError("schedule", "{message}", message)
        if steps and day <= steps[-1][0]:
            raise PydanticCustomError("schedule", f"a schedule's days must rise; day {day} follows day {steps[-1][0]}")
        if not _is_number(level) or not 0 <= level <= 1:
            message = _told("a schedule's level must be a number from 0 to 1", level)
            raise PydanticCustomError("schedule", "{message}", message)
        steps.append((day, float(level)))
    if not steps:
        raise PydanticCustomError("schedule", "a schedule needs at least one [day, level] pair")
    return tuple(steps)


def _told(allowed: str, value: Any) -> dict[str, str]:
    return {"message": f"{allowed}, not {in_words(value)}"}


def _level(value: Any) -> float | Schedule:
    if isinstance(value, list | tuple):
        return _schedule(value)
    if not _is_number(value) or not 0 <= value <= 1:
        raise PydanticCustomError("lever", "must be a number from 0 to 1, or a schedule [[day, level], ...]")
    return float(value)


def _level_or_domains(value: Any) -> float | Schedule | tuple[str, ...]:
    if isinstance(value, list | tuple) and value and all(isinstance(item, str) for item in value):
        if len(set(value)) < len(value):
            raise PydanticCustomError("lever", "names a domain twice")
        return tuple(value)
    if isinstance(value, str):
        raise PydanticCustomError("lever", "must be a number from 0 to 1, a schedule, or a list of domains")
    return _level(value)


LevelNumber = Annotated[float, Field(ge=0, le=1)]
Level = Annotated[LevelNumber | Schedule, BeforeValidator(_level)]
LevelOrDomains = Annotated[LevelNumber | Schedule | tuple[str, ...], BeforeValidator(_level_or_domains)]


# --- Dates: TOML has them, JSON writes them as text -----------------------------------------------


EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
"""Dates that a scenario may name. The calendar of Python, with a run and the years around it, ends long after."""


def _date(value: Any) -> dt.date:
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = dt.date.fromisoformat(value)
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise PydanticCustomError("date", "must be a date such as 2025-01-31")
    if not EARLIEST <= value <= LATEST:
        raise PydanticCustomError("date", f"must be a date from {EARLIEST} to {LATEST}")
    return value


def _dates(value: Any) -> tuple[dt.date, ...]:
    if not isinstance(value, list | tuple):
        raise PydanticCustomError("date", "must be a list of dates such as [2025-01-01, 2025-05-01]")
    return tuple(_date(item) for item in value)


Date = Annotated[dt.date, BeforeValidator(_date)]
Dates = Annotated[tuple[dt.date, ...], BeforeValidator(_dates)]


def lever(
    ids: str,
    heading: str,
    en: str,
    zh: str,
    acts: str,
    acts_zh: str,
    *,
    price: tuple[str, ...],
    signature: tuple[str, str],
    group: str = "",
    books: tuple[str, str, str] | None = None,
    extension: bool = False,
    default: Any = 0.0,
) -> Any:
    """Declare a policy lever.

    `ids` are its rows in the article's list of mechanisms, `heading` the ledger heading under which
    its price shows, and `acts` says in one sentence, in English and in Chinese, through what it works.
    `price` names the parameters that say what one event of it costs, and `signature` the metric that
    must move, all else equal, and whether "higher" or "lower".

    An `extension` is a lever that is not the article's: it has no `ids`, is in a group of its own and in none of
    the article's scenarios. Its heading need not be known to the ledger if `books` gives English and Chinese words
    and the group of hours (`sanfang.model.books.headings.HOUR_GROUPS`).
    """
    details: JsonDict = {
        "unit": "0-1",
        "label_zh": zh,
        "source": "an extension" if extension else f"the article, {ids}",
        "role": "lever",
        "ids": ids,
        "heading": heading,
        "acts": acts,
        "acts_zh": acts_zh,
        "price": list(price),
        "signature": list(signature),
        "group": EXTENSIONS if extension else group,
        "books": None if books is None else list(books),
    }
    return Field(default, description=en, json_schema_extra=details, validate_default=True)


def level_on(value: float | Schedule, day: int) -> float:
    """The level of a lever on `day` (0 is the first): the last step of its schedule that has begun."""
    if isinstance(value, float | int):
        return float(value)
    begun = bisect_right(value, day, key=lambda step: step[0])
    return value[begun - 1][1] if begun else 0.0
