"""Exports in other encodings, formats and layouts: read, understood, and every row counted."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sanfang.scenario.toml import parse
from sanfang.tickets.importing import Import, import_requests
from sanfang.tickets.mapping import mapping_of
from sanfang.tickets.words import ROLES
from tickets.exports import MADE, requests


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("exports")

    @cache
    def read(name: str) -> Import:
        path: Path = folder / name
        MADE[name][0](path)
        return import_requests(path)

    return read


@pytest.mark.parametrize("name", MADE)
def test_each_column_is_found_and_no_other(name: str, imported) -> None:  # type: ignore[no-untyped-def]
    found = {role: "+".join(names) for role, names in imported(name).guess.columns.items() if names}
    assert found == {role: names for role in ROLES if (names := MADE[name][2].get(role))}


@pytest.mark.parametrize("name", MADE)
def test_requests_are_those_that_were_written(name: str, imported) -> None:  # type: ignore[no-untyped-def]
    """Dates to the minute, or to the day where the export has no time; every row under one reason."""
    found: Import = imported(name)
    assert found.report is not None and found.tickets is not None
    assert found.report.used == MADE[name][1]
    assert found.report.used + sum(found.report.made.reasons.values()) == found.report.sheet.rows
    table, facts = found.tickets.table, requests()
    assert (table["created"].dt.floor("min").to_numpy() == facts["created"].to_numpy()).all()
    if "closed" in found.tickets.has:
        unit = "min" if found.tickets.closed_has_time else "D"
        wanted = facts["closed"].dt.floor(unit)
        given = table["closed"].dt.floor(unit)
        same = (given == wanted) | (given.isna() & wanted.isna())
        assert same.all()


@pytest.mark.parametrize("name", MADE)
def test_the_written_mapping_gives_the_same_again(name: str, imported, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    first: Import = imported(name)
    MADE[name][0](tmp_path / name)
    again = import_requests(tmp_path / name, mapping_of(parse(first.mapping_text("zh"), "m"), "m"))
    assert again.guess.columns == first.guess.columns
    assert again.tickets is not None and first.tickets is not None
    assert again.tickets.table.equals(first.tickets.table)


def test_what_stands_in_the_hotline_is_understood(imported) -> None:  # type: ignore[no-untyped-def]
    table = imported("hotline_gb18030.csv").tickets.table
    assert set(table["domain"].dropna()) == {"property", "environment", "order", "utilities", "facilities"}
    assert set(table["status"]) == {"open", "solved", "unsolved"}
    assert sorted(table["rating"].dropna().unique()) == [0.25, 0.75, 0.9]


def test_chinese_ratings_and_domains_are_understood_in_traditional_characters(imported) -> None:  # type: ignore[no-untyped-def]
    table = imported("taiwan_big5.csv").tickets.table
    assert set(table["domain"].dropna()) == {"property", "environment", "order", "utilities", "facilities"}
    assert sorted(table["rating"].dropna().unique()) == [0.25, 0.5, 0.9]


def test_decimal_commas_are_numbers(imported) -> None:  # type: ignore[no-untyped-def]
    """3.5 on a scale from 1 to 5 is 0.625 from worst to best."""
    assert np.allclose(imported("semicolons_latin.csv").tickets.table["rating"].dropna(), 0.625)


def test_accents_do_not_hide_a_status(imported) -> None:  # type: ignore[no-untyped-def]
    assert set(imported("portuguese.csv").tickets.table["status"]) == {"open", "closed"}


def test_a_log_of_events_has_its_first_as_registration_and_says_so(imported) -> None:  # type: ignore[no-untyped-def]
    found = imported("events_alone.csv")
    assert {"created_by_events", "closed_by_event"} <= {one for one, _ in found.report.doubts}
    assert found.tickets.table["closed"].notna().mean() == requests()["closed"].notna().mean()
