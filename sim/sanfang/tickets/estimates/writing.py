"""What the command line writes of estimates: a page, a JSON file, and a district file where residents are known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sanfang.scenario.errors import InputError
from sanfang.tickets.estimates.district_file import why_no_district, write_district
from sanfang.tickets.estimates.estimates import Estimates, estimate
from sanfang.tickets.estimates.hotline import Rates, model_hotline
from sanfang.tickets.estimates.places import Places
from sanfang.tickets.estimates.telling import as_page
from sanfang.tickets.tickets import Tickets

PAGE, NUMBERS, DISTRICT = "estimates.md", "estimates.json", "district.toml"


@dataclass(frozen=True)
class Written:
    """What was estimated, the files that were written, and why there is no district file (empty if there is one)."""

    estimates: Estimates
    files: tuple[Path, ...]
    no_district: str


def write_estimates(
    tickets: Tickets,
    out: Path,
    places: Places | None = None,
    country: str | None = "CN",
    name: str | None = None,
    rates: Rates = model_hotline,
) -> Written:
    """Estimate from `tickets`; write PAGE, NUMBERS and, with `places`, DISTRICT into the folder `out`, over old ones.

    `country` says whose festivals are meant (None: none), `name` what the district is called (None: as its folder).
    For the district file the model runs, up to five times. Raises `InputError` if a file cannot be written, and for a
    name that no district may have.
    """
    made = estimate(tickets, places, country)
    texts = {PAGE: as_page(made), NUMBERS: made.to_json()}
    files = []
    for file, text in texts.items():
        try:
            (out / file).write_text(text, encoding="utf-8")
        except (OSError, ValueError) as error:
            raise InputError(f"{out / file}: cannot be written: {error}") from None
        files.append(out / file)
    none = why_no_district(made, places)
    if not none:
        write_district(made, places, out / DISTRICT, rates, name or out.resolve().name)
        files.append(out / DISTRICT)
    return Written(made, tuple(files), none)
