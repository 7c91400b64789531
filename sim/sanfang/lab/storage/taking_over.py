"""Taking over what other stores have made already: copying runs of the plan, and leaving damaged ones there."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from sanfang.lab.storage import checksums, damage, database, queries
from sanfang.lab.storage.checksums import seal
from sanfang.lab.storage.faults import STORE
from sanfang.lab.storage.schema import columns, quoted_list

WANTED = "key IN (SELECT key FROM wanted)"
"""Of a row of any table with keys, in a query."""


def stores_beside(folder: Path) -> list[Path]:
    """The folders beside `folder` that hold a sweep as well."""
    return sorted(path.parent for path in folder.parent.glob(f"*/{STORE}") if path.parent.resolve() != folder.resolve())


def copy(db: sqlite3.Connection, beside: Sequence[str]) -> None:
    """Copy the runs that the plan wants and has not, as the store attached as `other` has them, with what is kept in
    tables and dimensions `beside` them, and drop what is damaged."""
    for number, digests in _formulas_of(db, "other"):
        db.execute("INSERT OR IGNORE INTO main.formulas VALUES (?, ?)", (number, digests))
    seal(db, ["formulas"])
    split = [name for name in beside if queries.is_dimension(name)]
    tables = [table for table in beside if table not in split and columns(db, "other", table)]
    has_groups = bool(columns(db, "other", "by_group"))
    valid = queries.valid_formulas(db)
    if valid is not None and "records" not in tables:  # with its records a run can be measured again
        measured = f"formulas IN ({', '.join(map(str, valid))})" if columns(db, "other", "formulas") else "false"
        conditions = [f"key IN (SELECT key FROM {queries.grouped(db, name, 'other')})" for name in split]
        measured = " AND ".join([measured, *(conditions if has_groups else ["false"] * len(conditions))])
    else:
        measured = "true"
    kept = " ".join(f"JOIN other.{table} AS {table} USING (key)" for table in tables)
    db.execute(
        f"CREATE TEMP TABLE wanted AS SELECT DISTINCT key FROM plan JOIN other.runs USING (key) {kept}"
        f" WHERE {measured} AND key NOT IN (SELECT key FROM main.runs WHERE {queries.is_there(db, beside)})"
    )
    database.add_columns(db, checksums.number_columns(db, "other"))  # a row is as it was written, or none
    for table in ("runs", *tables):
        names = quoted_list(sorted(columns(db, "main", table) & columns(db, "other", table)))
        wanted = f"SELECT {names} FROM other.{table} WHERE {WANTED}"
        db.execute(f"INSERT OR REPLACE INTO main.{table} ({names}) {wanted}")
    if has_groups:  # rows with these formulas only: none here may be lost for one of another time
        theirs = f"SELECT * FROM {queries.grouped(db, '', 'other')} AND {WANTED}"
        db.execute(f"INSERT OR REPLACE INTO main.by_group {theirs}")
    damage.take_out(db, damage.find(db, WANTED))
    there = f"SELECT key FROM main.runs WHERE {queries.is_there(db, beside)}"
    db.execute(f"DELETE FROM failures WHERE {WANTED} AND key IN ({there})")
    db.execute("DROP TABLE wanted")


def _formulas_of(db: sqlite3.Connection, schema: str) -> list[tuple[int, str]]:
    """The formulas that a store names, as far as they are what they were: their number tells."""
    if not columns(db, schema, "formulas"):
        return []
    rows = db.execute(f"SELECT number, digests FROM {schema}.formulas").fetchall()
    return [(number, digests) for number, digests in rows if number == queries.number_of_text(digests)]
