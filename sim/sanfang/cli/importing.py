"""`sanfang import-requests`: a district's own export of requests, read, checked, and what it can tell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sanfang.cli.endings import user_errors
from sanfang.cli.options import AsJson, Language
from sanfang.cli.saving import save, try_folder
from sanfang.cli.telling import print_json, say

if TYPE_CHECKING:
    from sanfang.tickets.estimates.places import Places
    from sanfang.tickets.importing import Import

importing_app = typer.Typer(no_args_is_help=True)


@importing_app.command("import-requests")
def import_requests_command(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="An export: CSV, TSV, Excel, Parquet, JSON, or GeoJSON.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to save the mapping and the report in.")],
    map_file: Annotated[
        Path | None, typer.Option("--map", metavar="MAP.toml", help="What the columns are. Default: a first guess.")
    ] = None,
    places: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Residents of each neighbourhood; without it there are counts, no hazards."),
    ] = None,
    country: Annotated[
        str, typer.Option(metavar="CN|none|...", help="Whose festivals are looked at, as in calendar.country.")
    ] = "CN",
    lang: Annotated[Language, typer.Option(help="Language of what is written for people.")] = Language.EN,
    as_json: AsJson = False,
) -> None:
    """Read a district's export of requests: a mapping to correct, and a report of what the file can tell.

    Nothing leaves the machine, and nothing personal is written.
    """
    with user_errors():
        from sanfang.cli.progress import ProgressLine
        from sanfang.tickets import importing
        from sanfang.tickets.estimates.places import read_places
        from sanfang.tickets.mapping import read_mapping

        try_folder(out)
        mapping, known = read_mapping(map_file) if map_file else None, read_places(places) if places else None
        with ProgressLine("bytes") as progress:
            found = importing.import_requests(file, mapping, progress)
        festivals = None if country == "none" else country
        estimated, no_district = _estimates(found, known, festivals, out.resolve().name, lang.value)
    saved = save(out, importing.files(found, lang.value, estimated), "import-requests", {"file": file.name})
    with user_errors():
        if found.refusal:
            saved.end()
            raise importing.refused(found)
    if as_json:
        assert found.report is not None
        print_json(found.report.to_dict() | {"files": saved.names})
        saved.end()
        return
    _tell(found, lang.value)
    if no_district:
        say(no_district)
    saved.say()


def _estimates(
    found: Import, places: Places | None, country: str | None, name: str, lang: str
) -> tuple[dict[str, str], str]:
    """What is estimated from the tickets, as texts to save by name of the file; and why there is no district
    file, if there is none, as a line in `lang`."""
    if found.tickets is None:
        return {}, ""
    from sanfang.cli.telling import say_if_compiling
    from sanfang.tickets.estimates.texts import text
    from sanfang.tickets.estimates.writing import written
    from sanfang.tickets.said import in_language

    if places is not None:
        say_if_compiling()
    made = written(found.tickets, places, country, name, lang=lang)
    none = in_language(text("page.no_district", why=made.no_district), lang) if made.no_district else ""
    return made.texts, none


def _tell(found: Import, lang: str) -> None:
    from sanfang.tickets.quality import arrivals
    from sanfang.tickets.telling import doubt, told

    report = found.report
    assert report is not None
    say(f"{report.file}: {told('page', 'rows_used', lang, rows=report.sheet.rows, used=report.used)}")
    for reason, count in report.made.reasons.items():
        if count:
            say(f"  {count:>9,}  {told('reasons', reason, lang)}")
    choice = report.selected
    stop, comma, colon = (". ", ", ", ": ") if lang == "en" else ("。", "、", "：")
    say(f"{told('selection', choice.selection, lang)}{stop}{told('why', choice.reason, lang, **choice.facts)}")
    say(arrivals(choice, lang))
    absent = [told("roles", role, lang) for role, names in report.columns().items() if not names]
    say(f"{told('page', 'absent', lang)}{colon}{comma.join(absent)}")
    for one in report.doubts:
        say(f"{told('mapping', 'doubt', lang)}{colon}{doubt(one, lang)}")
