"""District files: whole documents with places, people, offices and money, made wrong."""

from __future__ import annotations

import random
from typing import Any

from soak.hostile import nasty, scenarios
from soak.hostile.case import Case
from soak.hostile.documents import changed, encoded, set_parameter, texts, toml

NAME = "place.toml"
SIZES = ("population", "communities", "sub_districts")


def generate(rng: random.Random) -> Case:
    base = rng.choice((*texts("scenarios/districts/*.toml"), *texts("tests/data/small.toml")))
    document = changed(rng, base, set_parameter, _resize, _more_of_a_kind, _names_of_offices)
    files = {NAME: encoded(rng, toml(document))}
    if rng.random() < 0.8:
        command = scenarios.command(rng, "before", "--district", NAME)
    else:
        command = scenarios.command(rng, NAME)  # a district given as the scenario: neutral policy
    return Case(files, tuple(command), rng.choice(nasty.ENCODINGS), fresh=rng.random() < 0.02)


def _section(document: dict[str, Any], name: str) -> dict[str, Any]:
    """The table of that name, or one that is thrown away where something else has taken its place."""
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def _resize(rng: random.Random, document: dict[str, Any]) -> None:
    """A district of another size, within what is declared: from a hamlet to a province."""
    sizes = rng.choice(
        ((200, 1, 1), (20_000_000, 9_999, 400), (20_000_000, 1, 1), (500_000, 9_999, 1), (20_000, 400, 400))
    )
    _section(document, "district").update(zip(SIZES, sizes, strict=True))


def _more_of_a_kind(rng: random.Random, document: dict[str, Any]) -> None:
    """Many more domains or departments, each a copy of one that is there."""
    table = _section(document, rng.choice(("domains", "departments")))
    found = [entry for entry in table.values() if isinstance(entry, dict)]
    if found:
        simple = {key: value for key, value in rng.choice(found).items() if len(repr(value)) < 200}
        table.update({f"more{place}": dict(simple) for place in range(rng.choice((1, 50, 300, 2_000)))})


def _names_of_offices(rng: random.Random, document: dict[str, Any]) -> None:
    """Domains and departments that are called something else, everywhere they are named."""
    new = nasty.text(rng)
    departments, domains = _section(document, "departments"), _section(document, "domains")
    if not departments or not domains:
        return
    old = rng.choice(list(departments))
    departments[new] = departments.pop(old)
    for domain in domains.values():
        if isinstance(domain, dict) and domain.get("department") == old:
            domain["department"] = new
    domains[new] = domains.pop(rng.choice(list(domains)))
