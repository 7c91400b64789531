"""What a store says of its sweep: the plan, what is done of it, and by which formulas its values were measured."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from sanfang.lab.storage.schema import FORMULAS, WITHOUT_FORMULAS, format_of

BY = "by "
"""Before the name of a dimension: what is kept `beside` a run may be a table, or the metrics by its groups."""

SAID = {"name": str, "daily": bool, "baseline": str, "metrics": list, "factors": list, "scenarios": dict}
"""What `about` says of every sweep, and as what."""


def about(connection: sqlite3.Connection) -> dict[str, Any]:
    """What the store says of its sweep; empty when new. Raises ValueError or TypeError if it says no such thing."""
    said = {name: json.loads(value) for name, value in connection.execute("SELECT name, value FROM about")}
    for name, kind in SAID.items() if said else ():
        if not isinstance(said.get(name), kind):
            raise ValueError(f"it does not say {name!r}")
    return said


def beside(said: Mapping[str, Any]) -> tuple[str, ...]:
    """What a sweep keeps beside each run, from what the store says of it: tables, and `BY` dimensions of groups."""
    return (*(table for table in ("daily", "records") if said.get(table)), *by_dimensions(said))


def by_dimensions(said: Mapping[str, Any]) -> tuple[str, ...]:
    """Of these, the dimensions of groups."""
    return tuple(f"{BY}{name}" for name in said.get("by") or () if isinstance(name, str))


def is_dimension(name: str) -> bool:
    """Whether what is kept beside a run is a dimension of groups, and no table of its own."""
    return name.startswith(BY)


def planned(connection: sqlite3.Connection) -> int:
    """Cells of the plan. A sweep lays them out in slices, and says before how many there are."""
    return cells_planned(about(connection), int(connection.execute("SELECT count(*) FROM plan").fetchone()[0]))


def cells_planned(said: Mapping[str, Any], laid_out: int) -> int:
    """Cells of a plan, from what the store says of it and how many of them it holds. An adaptive sweep comes to hold
    more than it has said."""
    promised = said.get("planned", 0)
    return max(laid_out, promised) if isinstance(promised, int) else laid_out


def done(connection: sqlite3.Connection, beside: Iterable[str] = ()) -> int:
    """Cells of the plan whose run is there, measured as the plan wants it, with what is to be kept `beside` it."""
    query = f"SELECT count(*) FROM plan JOIN runs USING (key) WHERE {is_there(connection, beside)}"
    return int(connection.execute(query).fetchone()[0])


def failed(connection: sqlite3.Connection, beside: Iterable[str] = ()) -> int:
    """Cells of the plan whose run failed and has not been made as the plan wants it."""
    query = "SELECT count(*) FROM plan JOIN failures USING (key) LEFT JOIN runs USING (key)"
    return int(connection.execute(f"{query} WHERE NOT {is_there(connection, beside)}").fetchone()[0])


def is_there(connection: sqlite3.Connection, beside: Iterable[str]) -> str:
    """The condition that a row of `runs` is there, measured with the formulas of the plan, and has what is to be kept
    `beside` it. Never NULL."""
    kept = [f"runs.key IN (SELECT key FROM {grouped(connection, name)})" for name in beside if is_dimension(name)]
    kept += [f"runs.key IN (SELECT key FROM {table})" for table in beside if not is_dimension(table)]
    numbers = valid_formulas(connection)
    valid = "true" if numbers is None else f"coalesce({_among(f'runs.{FORMULAS}', numbers)}, false)"
    return " AND ".join(["(runs.key IS NOT NULL", valid, *kept]) + ")"


def grouped(connection: sqlite3.Connection, dimension: str = "", schema: str = "main") -> str:
    """The table of metrics by group, and the condition that a row was measured with the plan's formulas; only of the
    dimension `dimension` if it is named."""
    numbers = valid_formulas(connection, of_groups=True)
    where = ["true"] if numbers is None else [_among("formulas", numbers)]
    where += ["dimension = '{}'".format(dimension.removeprefix(BY).replace("'", "''"))] if dimension else []
    return f"{schema}.by_group WHERE {' AND '.join(where)}"


def _among(column: str, numbers: Iterable[int]) -> str:
    return f"{column} IN ({', '.join(map(str, numbers))})"


def number_of(digests: Mapping[str, str]) -> int:
    """The number under which stores keep which formulas, of these digests by metric, gave a value: the same in all."""
    return number_of_text(formulas_text(digests))


def formulas_text(digests: Mapping[str, str]) -> str:
    """Digests of formulas as a store keeps them."""
    return json.dumps(dict(digests), sort_keys=True)


def number_of_text(text: str) -> int:
    """See `number_of`."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:13], 16)  # 52 bits: a column of numbers holds it exactly


def valid_formulas(connection: sqlite3.Connection, of_groups: bool = False) -> list[int] | None:
    """The numbers of formulas that are those of the plan, `of_groups` also in how it splits groups; None where the plan
    says nothing of them."""
    said = about(connection)
    wanted = said.get("formulas")
    if not isinstance(wanted, dict) or format_of(connection) <= WITHOUT_FORMULAS:
        return None
    more = said.get("formulas_of_groups") if of_groups else None
    wanted = wanted | (more if isinstance(more, dict) else {})
    rows = connection.execute("SELECT number, digests FROM formulas")
    return [number for number, digests in rows if wanted.items() <= json.loads(digests).items()]


def sessions(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Who wrote when, with what code on which machine, and how many runs it made."""
    rows = connection.execute("SELECT began, ended, provenance, runs, failures FROM sessions ORDER BY rowid")
    return [
        {"began": began, "ended": ended, "runs": runs, "failures": failures, **json.loads(text)}
        for began, ended, text, runs, failures in rows
    ]
