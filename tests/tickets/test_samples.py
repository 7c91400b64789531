"""Exports of real cities: every column that is there is found, every one that is not is called absent, untouched.

What is right stands in tests/data/export_columns.csv: alternatives are divided by a bar, a date and its time of day by
a plus; a question mark follows what may only be taken with a doubt. The exports themselves are not in the repository.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

from sanfang.scenario.toml import parse
from sanfang.tickets.importing import Import, import_requests
from sanfang.tickets.mapping import mapping_of

ROOT = Path(__file__).resolve().parents[2]
EXPORTS = ROOT.parent / "shared" / "data" / "exports"
TRUTH = list(csv.DictReader((ROOT / "tests" / "data" / "export_columns.csv").open(encoding="utf-8")))
ROLES = [name for name in TRUTH[0] if name not in ("file", "rows")]

pytestmark = pytest.mark.skipif(not EXPORTS.is_dir(), reason="the sample exports are not here")


@cache
def imported(file: str) -> Import:
    return import_requests(EXPORTS / file)


def wrong(found: Import, truth: dict[str, str]) -> list[str]:
    """Roles whose column is not the right one."""
    result = []
    for role in ROLES:
        names = "+".join(found.guess.columns[role])
        doubted = any(name == "last_change" and facts.get("role") == role for name, facts in found.guess.doubts)
        allowed = truth[role].split("|")
        if names not in allowed and not (doubted and f"{names}?" in allowed):
            result.append(f"{role}: {names or 'absent'}")
    return result


@pytest.mark.parametrize("truth", TRUTH, ids=[one["file"] for one in TRUTH])
def test_columns_are_found_and_absent_ones_are_called_absent(truth: dict[str, str]) -> None:
    assert wrong(imported(truth["file"]), truth) == []


@pytest.mark.parametrize("truth", TRUTH, ids=[one["file"] for one in TRUTH])
def test_every_row_is_used_or_counted_under_one_reason(truth: dict[str, str]) -> None:
    report = imported(truth["file"]).report
    assert report is not None
    assert report.used + sum(report.made.reasons.values()) == report.sheet.rows == int(truth["rows"])


@pytest.mark.parametrize("file", ["kansascity_311_longfellow.csv", "bangkok_traffy_api_2023.xlsx"])
def test_the_mapping_that_is_written_gives_the_same_again(file: str) -> None:
    first = imported(file)
    again = import_requests(EXPORTS / file, mapping_of(parse(first.mapping_text(), "m"), "m"))
    assert again.guess.columns == first.guess.columns
    assert again.tickets is not None and first.tickets is not None
    assert again.tickets.table.equals(first.tickets.table)


def test_what_is_odd_in_each_is_told() -> None:
    """As SOURCES.csv has it: repeated rows, UTC, events, another clock, closings before the registration."""
    told = {one["file"]: {doubt[0] for doubt in imported(one["file"]).report.doubts} for one in TRUTH}  # type: ignore[union-attr]
    assert {"repeated_rows", "utc"} <= told["bangkok_traffy_api_2023.xlsx"]
    assert {"events", "also"} <= told["itsm_servicenow_event_log_2016.csv"]
    assert {"twelve_hours", "last_change", "many_negative"} <= told["sanfrancisco_open311_fixture_2011.json"]
    assert "many_negative" in told["nyc_311_portal_2018_oldschema.csv"]
    assert "utc" in told["dc_311_2016.csv"]
    assert "one_place" in told["kansascity_311_longfellow.csv"]


def test_files_of_a_day_or_of_closed_requests_give_no_rate_of_arrival() -> None:
    choices = {one["file"]: imported(one["file"]).report.selected for one in TRUTH}  # type: ignore[union-attr]
    for file in ("rio_1746_one_day_2023.csv", "nyc_311_portal_2022.csv", "bangkok_traffy_fondue_2023.csv"):
        assert (choices[file].selection, choices[file].arrivals) == ("day", "refused")
    assert choices["teddycup_leader_messages_replies.xlsx"].selection == "closed"
    assert choices["teddycup_leader_messages_replies.xlsx"].arrivals == "lower"
    assert choices["taipei_1999_dispatch_2021.csv"].arrivals == "given"
