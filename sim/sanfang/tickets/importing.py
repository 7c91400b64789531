"""From a file to its tickets and the report of their quality, and what is written of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sanfang.scenario.errors import InputError
from sanfang.scenario.telling import printable, shortened
from sanfang.tickets.guess import Guess, guess
from sanfang.tickets.making import check_columns, make
from sanfang.tickets.mapping import Mapping
from sanfang.tickets.mapping_file import mapping_text
from sanfang.tickets.page import page
from sanfang.tickets.quality import Quality, quality
from sanfang.tickets.reading import no_cell_in_messages, read
from sanfang.tickets.said import Said
from sanfang.tickets.selection import selected
from sanfang.tickets.sheet import Sheet
from sanfang.tickets.text_files import Progress
from sanfang.tickets.tickets import Tickets

CONTRACT = (
    *("created", "closed", "due", "domain", "category", "department", "neighbourhood", "channel"),
    *("rating", "status", "transfers", "duplicate_of", "repeats"),
)
"""Columns of `Tickets.table`."""


@dataclass(frozen=True)
class Import:
    """What was made of a file: its tickets and their report, or why there are none."""

    sheet: Sheet
    guess: Guess
    mapping: Mapping | None
    report: Quality | None
    tickets: Tickets | None
    refusal: str = ""
    """Why the file can tell nothing as it stands, in words that a clerk understands."""

    def mapping_text(self, lang: str = "en") -> str:
        """The mapping that was used, for people to correct."""
        made = self.report.made if self.report else None
        doubts = self.report.doubts if self.report else tuple(self.guess.doubts)
        return mapping_text(self.sheet, self.guess, made, doubts, self.mapping, lang)

    def page(self, lang: str = "en") -> str:
        """The report as HTML; empty if there is none."""
        return page(self.report, lang) if self.report else ""


def import_requests(path: Path, mapping: Mapping | None = None, progress: Progress | None = None) -> Import:
    """Read an export of requests. Raises `InputError` for a file that is no table, or a mapping that does not fit it.

    A table from which no ticket can be made is no error here: `refusal` says why, so that a mapping can be written.
    """
    where = printable(shortened(path.name, 100))
    sheet = read(path, mapping.file.form() if mapping else None, progress)
    with no_cell_in_messages(where):
        found = guess(sheet, mapping)
        check_columns(sheet, found)
        if not found.columns["created"]:
            return Import(sheet, found, mapping, None, None, f"{where}: no column tells when a request was registered")
        made = make(sheet, found, mapping)
        closing = found.columns["closed"]
        choice = selected(
            made.table,
            (bool(closing) and "closed" in made.has) or found.events,
            bool(closing) and closing == found.columns["changed"],
            mapping.selection if mapping else "",
        )
        report = quality(where, sheet, found, made, choice)
        if not len(made.table):
            return Import(
                sheet, found, mapping, report, None, f"{where}: no row has a date of registration that can be read"
            )
        return Import(sheet, found, mapping, report, _tickets(report))


def _tickets(report: Quality) -> Tickets:
    from sanfang.tickets.telling import doubt

    table = report.made.table
    dates = table[["created", "closed", "changed"]]
    return Tickets(
        table=table[list(CONTRACT)],
        has=frozenset(report.made.has),
        begin=table["created"].min(),
        end=dates.max().max(),
        selection=report.selected.selection,
        created_has_time=report.created_has_time,
        closed_has_time=report.closed_has_time,
        doubts=tuple(Said(doubt(one), doubt(one, "zh")) for one in report.doubts),
    )


def files(
    found: Import, lang: str = "en", estimated: dict[str, str] | None = None
) -> dict[str, Callable[[Path], object]]:
    """What is written of an import, by name: the mapping, the report where there is one, and the texts of estimates."""
    from sanfang.lab.files import to_json

    written = {"mapping.toml": found.mapping_text(lang)}
    if found.report is not None:
        written |= {"quality.json": to_json(found.report.to_dict()), "quality.html": found.page(lang)}
    return {name: _writer(text) for name, text in (written | (estimated or {})).items()}


def _writer(text: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(text, "utf-8")


def refused(found: Import) -> InputError:
    """The refusal of a file, with the way out."""
    return InputError(f"{found.refusal}; correct [columns] in mapping.toml and give it back with --map")
