"""What the command line saves of estimates: a page, a JSON file, and a district file where residents are known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sanfang.tickets.estimates.district_file import district_file, why_no_district
from sanfang.tickets.estimates.estimates import Estimates, estimate
from sanfang.tickets.estimates.hotline import Rates, model_hotline
from sanfang.tickets.estimates.places import Places
from sanfang.tickets.estimates.telling import as_page
from sanfang.tickets.tickets import Tickets

PAGE, NUMBERS, DISTRICT = "estimates.md", "estimates.json", "district.toml"


@dataclass(frozen=True)
class Written:
    """What was estimated, the texts to save by name of the file, and why there is no district file (else empty)."""

    estimates: Estimates
    texts: dict[str, str]
    no_district: str


def written(
    tickets: Tickets,
    places: Places | None = None,
    country: str | None = "CN",
    name: str | None = None,
    rates: Rates = model_hotline,
    lang: str = "en",
) -> Written:
    """The texts of PAGE, NUMBERS and, with `places`, DISTRICT.

    `country` says whose festivals are meant (None: none), `name` what the district is called (None: "district"),
    `lang` the language of what is for people ("en" or "zh"; NUMBERS is in English). For the district file the model
    runs, up to five times. Raises `InputError` for a name that no district may have.
    """
    made = estimate(tickets, places, country)
    texts, none = {PAGE: as_page(made, lang), NUMBERS: made.to_json()}, why_no_district(made, places)
    if not none:
        texts[DISTRICT] = district_file(made, places, Path(DISTRICT), rates, name, lang).text
    return Written(made, texts, none)
