"""What of a store does not read as it was written, and taking it out, so that the sweep makes it again."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from sanfang.lab.storage import checksums
from sanfang.lab.storage.schema import quoted

PLAN = ("about", "points", "plan")
"""Tables that are written together, and again if one of them is damaged."""

ROWS_AT_ONCE = 1000
ALL = "true"


@dataclass(frozen=True)
class Damage:
    """Row numbers by table, and tables that must be whole and are not. As text it is what a user is told."""

    rows: dict[str, list[int]]
    tables: list[str]

    def __bool__(self) -> bool:
        return bool(self.tables) or any(self.rows.values())

    def __str__(self) -> str:
        counts = [f"{len(numbers)} of its {table}" for table, numbers in self.rows.items() if numbers]
        return ", ".join([*counts, *(f"its {table}" for table in self.tables)])


def find(db: sqlite3.Connection, where: str = ALL) -> Damage:
    """All damage, or that among the runs and series that a condition on their keys chooses."""
    rows = {"runs": _runs(db, where)} | {table: _beside(db, table, where) for table in checksums.BESIDE}
    if where != ALL:
        return Damage(rows, [])
    return Damage(rows | {"failures": _failures(db)}, checksums.unsound(db, checksums.WHOLE))


def take_out(db: sqlite3.Connection, damage: Damage) -> None:
    """Delete it, in a transaction of the caller. Without its description a store has no plan."""
    for table, numbers in damage.rows.items():
        db.executemany(f"DELETE FROM main.{table} WHERE rowid = ?", [(number,) for number in numbers])
    if set(damage.tables) & set(PLAN):
        db.execute("DELETE FROM about")
    for table in {"sessions", "formulas"} & set(damage.tables):
        db.execute(f"DELETE FROM {table}")
    if damage.tables:
        checksums.seal(db, checksums.WHOLE)


def _runs(db: sqlite3.Connection, where: str) -> list[int]:
    names = checksums.number_columns(db)
    listed = ", ".join(quoted(name) for name in names)
    cursor = db.execute(f"SELECT key, checksum, finished, {listed}, rowid FROM main.runs WHERE {where}")
    unsound: list[int] = []
    while rows := cursor.fetchmany(ROWS_AT_ONCE):
        _, sound = checksums.sound_runs(rows, names)
        unsound += [row[-1] for row, is_sound in zip(rows, sound, strict=True) if not is_sound]
    return unsound


def _beside(db: sqlite3.Connection, table: str, where: str) -> list[int]:
    """Of a table that holds more of a run."""
    columns, checksum = checksums.BESIDE[table]
    rows = db.execute(f"SELECT rowid, checksum, key, {columns} FROM main.{table} WHERE {where}")
    return [number for number, sum_, *kept in rows if checksum(*kept) != sum_]


def _failures(db: sqlite3.Connection) -> list[int]:
    rows = db.execute("SELECT rowid, checksum, key, error, trace, attempts, finished FROM failures")
    return [number for number, sum_, *failure in rows if checksums.of_rows([failure]) != sum_]
