"""What each column of an export is, and how it is to be understood: the file that people correct.

Whatever is not written is found out anew from the file. A key or a value that is not known is refused.
"""

from __future__ import annotations

import codecs
import zoneinfo
from collections.abc import Mapping as AnyMapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.files import read_text
from sanfang.scenario.telling import shortened
from sanfang.scenario.toml import parse
from sanfang.tickets.sheet import Format
from sanfang.tickets.tickets import STATUSES
from sanfang.tickets.words import ROLES

MAX_BYTES = 500_000

ORDERS = {"day-month-year": "dmy", "month-day-year": "mdy", "year-month-day": "ymd"}
"""How the file calls the order of a date's parts."""


def _names(value: Any) -> Any:
    """One heading, several, or none: "" and [] say that the file has no such column."""
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(value) if isinstance(value, list) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_names), Field(max_length=2)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class FileTable(_Table):
    """How the file is read; empty and 0: found out."""

    encoding: str = Field(default="", max_length=40)
    delimiter: str = Field(default="", max_length=1)
    sheet: str = Field(default="", max_length=100)
    headings: int = Field(default=0, ge=0, le=60)
    heading_lines: int = Field(default=1, ge=0, le=3)
    rows: Literal["", "request", "event"] = ""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value:
            try:
                known = codecs.lookup(value)
            except (LookupError, ValueError):
                raise ValueError(
                    "is no encoding that is known; such as utf-8, gb18030, big5, utf-16, latin-1"
                ) from None
            if not getattr(known, "_is_text_encoding", True) or known.name in ("idna", "punycode", "undefined"):
                raise ValueError("is no encoding of texts")
        return value

    def form(self) -> Format | None:
        """What reading is to obey; None if all of it is to be found out."""
        if not (self.encoding or self.delimiter or self.sheet or self.headings) and self.heading_lines == 1:
            return None
        return Format("", self.encoding, self.delimiter, self.sheet, self.headings, self.heading_lines)


class ZoneTable(_Table):
    """Time zones, as `Asia/Shanghai`: the one in which the file's times are kept, and that of the district."""

    stored: str = ""
    local: str = ""

    @field_validator("stored", "local")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        if value:
            try:
                zoneinfo.ZoneInfo(value)
            except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
                raise ValueError("is no time zone that is known; such as Asia/Shanghai or UTC") from None
        return value


class RatingTable(_Table):
    """The worst and the best number of a rating; both 0: found out."""

    worst: float = 0.0
    best: float = 0.0


Order = Literal["", "day-month-year", "month-day-year", "year-month-day"]


class Mapping(_Table):
    """A whole mapping."""

    file: FileTable = FileTable()
    columns: dict[str, Names] = Field(default_factory=dict)
    """Headings by role. A role that is not there is found out; one that is empty the file does not have."""
    dates: dict[str, Order] = Field(default_factory=dict)
    zones: ZoneTable = ZoneTable()
    district_of_address: bool | None = None
    """Whether the neighbourhood is the part of an address that ends in 区, 區, 县, 鎮 and the like."""
    several_values: str = Field(default="", max_length=1)
    """The sign between several categories in one cell, of which the first counts."""
    selection: Literal["", "all", "closed", "open", "last-change", "day", "unknown"] = ""
    rating: RatingTable = RatingTable()
    statuses: dict[str, str] = Field(default_factory=dict)
    domains: dict[str, str] = Field(default_factory=dict)

    @field_validator("columns", "dates")
    @classmethod
    def _roles(cls, value: dict[str, Any]) -> dict[str, Any]:
        for role in value:
            if role not in ROLES:
                raise ValueError(f"{shortened(role)!r} is nothing that a column can be{nearest(role, ROLES)}")
        return value

    @field_validator("statuses")
    @classmethod
    def _statuses(cls, value: dict[str, str]) -> dict[str, str]:
        if wrong := [meaning for meaning in value.values() if meaning not in STATUSES]:
            raise ValueError(f"{shortened(wrong[0])!r} is no meaning; a status means one of {', '.join(STATUSES)}")
        return value

    @model_validator(mode="after")
    def _one_column_one_role(self) -> Mapping:
        for role, names in self.columns.items():
            if len(names) > 1 and role not in ("created", "closed", "due", "changed", "event_time"):
                raise ValueError(f"columns.{role}: two columns are for a date and its time of day only")
        return self


def read_mapping(path: Path) -> Mapping:
    """The mapping in a TOML file. Raises `InputError`, which names the key and what is allowed."""
    where = shortened(str(path), 200)
    return mapping_of(parse(read_text(path, where, MAX_BYTES), where), where)


def mapping_of(document: AnyMapping[str, Any], where: str) -> Mapping:
    """A mapping from its document. Raises `InputError`, which begins with `where`."""
    try:
        return Mapping.model_validate(document)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        first = problems[0]
        path = ".".join(shortened(str(part), 40) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            known = (*Mapping.model_fields, *FileTable.model_fields)
            message = f"unknown key{nearest(str(first['loc'][-1]), known)}"
        else:
            message = str(first["msg"]).removeprefix("Value error, ")
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise InputError(f"{where}: {path + ': ' if path else ''}{message}{more}") from None
