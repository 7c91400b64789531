"""The district file of Licang says what its sources say.

The raw records are not part of the repository. Where the shared data folder lies beside it, the shapes
of demand are derived from the records again; everywhere, the file is checked against its own rules. It is long as it is
one list: what each source says, and what stands in the file.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sanfang.model.kernel.worktime import working_days
from sanfang.scenario.place import Calendar, DepartmentPosts, District, Domain, Money, Staffing
from sanfang.scenario.reading import ABOUT
from sanfang.scenario.sources import parted
from sanfang.studies import demand_shapes as shapes
from sanfang.studies.demand.shape import read_shapes
from sanfang.studies.months import month_profile

ROOT = Path(__file__).resolve().parents[2]

DISTRICTS = ROOT / "scenarios" / "districts"

SHARED = ROOT.parent / "shared" / "data"
"""The shared data folder."""

SECTIONS = {"district": District, "calendar": Calendar, "staffing": Staffing, "money": Money}

WINDOW = ("certificates", "social_security")

DOMAINS = {
    "property": "物业住房",
    "environment": "环境噪音",
    "order": "治安停车",
    "utilities": "水电暖",
    "social_security": "社保就业",
    "care": "养老助残",
    "disputes": "邻里纠纷",
    "safety": "安全隐患",
    "facilities": "公共设施",
    "certificates": "证明办理",
}

BASE_WEIGHT = {"care": 3.0, "disputes": 0.5, "safety": 2.0}

OTHER_NEEDS = 0.8
"""Needs per resident and year outside the windows."""

LEAD_DAYS = 1.5

HELD_BY_LIMIT = {"utilities": 1.0}

needs_records = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data folder is not here")


def _document(name: str) -> dict[str, Any]:
    return tomllib.loads((DISTRICTS / f"{name}.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def licang() -> dict[str, Any]:
    return parted(_document("licang"))[0]


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    return pd.read_csv(DISTRICTS / "licang_published.csv", dtype={"value": str})


@pytest.fixture(scope="module")
def mix() -> dict[str, float]:
    return shapes.request_mix(pd.read_csv(DISTRICTS / "licang_mix.csv"))


def records(name: str) -> pd.DataFrame:
    table = pd.read_csv(SHARED / name)
    for stamp in {"created", "closed", "due"} & set(table.columns):
        table[stamp] = pd.to_datetime(table[stamp])
    return table


@pytest.fixture(scope="module")
def baltimore() -> pd.DataFrame:
    return shapes.resident_requests_baltimore(records("requests_baltimore_2014_2017.csv"))


@pytest.fixture(scope="module")
def fuzhou() -> pd.DataFrame:
    return records("requests_fuzhou_rivers_2016_2018.csv")


def value_of(published: pd.DataFrame, figure: str, place: str) -> float:
    row = published[(published["figure"] == figure) & published["place"].str.contains(place)]
    assert len(row) == 1, (figure, place)
    return float(row["value"].iloc[0])


# --- The records say it --------------------------------------------------------------------------------------


@needs_records
def test_weekdays_are_the_mean_of_baltimore_and_fuzhou(
    licang: dict[str, Any], baltimore: pd.DataFrame, fuzhou: pd.DataFrame
) -> None:
    derived = shapes.mean_shares(shapes.weekday_shares(baltimore["created"]), shapes.weekday_shares(fuzhou["created"]))
    assert licang["calendar"]["weekday_profile"] == pytest.approx(derived, abs=6e-5)


def test_months_are_those_of_taipeis_reports(licang: dict[str, Any]) -> None:
    derived = month_profile(read_shapes()["reports"])
    assert licang["calendar"]["month_profile"] == pytest.approx(derived, abs=6e-5)


@needs_records
def test_hours_are_those_of_los_angeles(licang: dict[str, Any]) -> None:
    residents = shapes.resident_requests_los_angeles(records("requests_la_2020_01.csv"))
    assert len(residents) == 5872
    assert licang["calendar"]["hour_profile"] == pytest.approx(shapes.hour_shares(residents["created"]), abs=6e-5)


@needs_records
def test_lead_times_follow_the_records(licang: dict[str, Any], baltimore: pd.DataFrame, fuzhou: pd.DataFrame) -> None:
    levels = shapes.relative_levels(shapes.domain_median_hours(baltimore, shapes.BALTIMORE_DOMAINS))
    spreads = shapes.domain_spread(baltimore, shapes.BALTIMORE_DOMAINS)
    untransferred = shapes.elapsed_statistics(fuzhou.loc[fuzhou["transfers"] == 0, "days_reported"])
    for name, domain in licang["domains"].items():
        if name in levels:
            days = HELD_BY_LIMIT.get(name, LEAD_DAYS * levels[name])
            assert domain["lead_days"] == pytest.approx(days, abs=0.06), name
        spread = math.sqrt(spreads[name] * untransferred.cv) if name in spreads else untransferred.cv
        assert domain["lead_cv"] == pytest.approx(spread, abs=0.03), name


@needs_records
def test_fuzhou_figures_are_those_of_the_records(published: pd.DataFrame, fuzhou: pd.DataFrame) -> None:
    overall = shapes.elapsed_statistics(fuzhou["days_reported"])
    by_transfers = shapes.days_by_transfers(fuzhou)["mean"]
    weekdays = shapes.working_days(fuzhou["created"], fuzhou["closed"])
    derived = {
        "days_mean": overall.mean,
        "days_median": overall.median,
        "days_p90": overall.p90,
        "days_mean_not_transferred": by_transfers[0],
        "days_mean_transferred_once": by_transfers[1],
        "days_mean_transferred_twice": by_transfers[2],
        "working_days_mean": weekdays.mean(),
        "share_transferred": (fuzhou["transfers"] > 0).mean(),
        "share_within_7_days": (fuzhou["days_reported"] <= 7).mean(),
        "share_within_15_days": (fuzhou["days_reported"] <= 15).mean(),
    }
    for figure, value in derived.items():
        assert value_of(published, figure, "Fuzhou") == pytest.approx(value, abs=0.006), figure


@needs_records
def test_mapped_shares_are_published_ones() -> None:
    known = pd.read_csv(SHARED / "published_figures.csv")
    percent = set(pd.to_numeric(known.loc[known["unit"] == "%", "value"], errors="coerce").dropna())
    mapped = pd.read_csv(DISTRICTS / "licang_mix.csv")
    quoted = mapped[mapped["source"].str.contains("Tianqiao|Tiexi|Jinan")]
    assert set(quoted["share"]) <= percent
    counts = known[known["place"].str.contains("Taizhou")]["value"].astype(float) / 20915 * 100
    counted = mapped[mapped["source"].str.contains("Taizhou")]["share"]
    assert all((counts - share).abs().min() < 0.006 for share in counted)
    contacts = pd.to_numeric(known[known["figure"].str.startswith("contacts in category")]["value"]) / 1103.94 * 100
    asked = mapped[mapped["source"].str.contains("Beijing")]["share"]
    assert all((contacts - share).abs().min() < 0.006 for share in asked)


# --- The file keeps its own rules ----------------------------------------------------------------------------


def test_every_section_gives_every_value_and_is_accepted(licang: dict[str, Any]) -> None:
    for name, section in SECTIONS.items():
        section(**licang[name])
        assert set(licang[name]) == set(section.model_fields)
    for values in licang["domains"].values():
        Domain(**values)
        assert set(values) == set(Domain.model_fields)
    for values in licang["departments"].values():
        DepartmentPosts(**values)
        assert set(values) == set(DepartmentPosts.model_fields)


@pytest.mark.parametrize("name", ["licang", "demo"])
def test_every_value_names_its_source(name: str) -> None:
    document, sources = parted(_document(name))
    texts = ("name", "department", *ABOUT, "extends")
    there = {path for path in _leaves(document) if path.split(".")[-1] not in texts}
    assert there == set(sources)
    classes = ("published", "derived", "calibrated", "assumed", "convention")
    assert [source for source in sources.values() if not source.startswith(classes)] == []


def _leaves(table: dict[str, Any], above: str = "") -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{above}{key}.")
        else:
            yield f"{above}{key}"


def test_the_ten_domains_have_departments(licang: dict[str, Any]) -> None:
    assert {name: domain["label_zh"] for name, domain in licang["domains"].items()} == DOMAINS
    assert {domain["department"] for domain in licang["domains"].values()} == set(licang["departments"])


def test_shares_sum_to_one(licang: dict[str, Any]) -> None:
    calendar = licang["calendar"]
    lists = [calendar["weekday_profile"], calendar["month_profile"], calendar["hour_profile"]]
    lists += [domain["kinds"] for domain in licang["domains"].values()]
    assert [len(shares) for shares in lists[:4]] == [7, 12, 24, 4]
    for shares in lists:
        assert sum(shares) == pytest.approx(1, abs=5e-4)


def test_hazards_follow_the_mix_of_published_categories(licang: dict[str, Any], mix: dict[str, float]) -> None:
    assert set(mix) == set(DOMAINS) - set(WINDOW)
    weighted = {name: share * BASE_WEIGHT.get(name, 1.0) for name, share in mix.items()}
    for name, weight in weighted.items():
        expected = OTHER_NEEDS * weight / sum(weighted.values())
        assert licang["domains"][name]["hazard"] == pytest.approx(expected, abs=6e-4), name


def test_needs_per_resident_are_in_range(licang: dict[str, Any]) -> None:
    hazards = {name: domain["hazard"] for name, domain in licang["domains"].items()}
    assert 1.5 <= sum(hazards.values()) <= 4
    assert 1 <= sum(hazards[name] for name in WINDOW) <= 1.5


def test_certificates_are_what_street_centres_handle(licang: dict[str, Any], published: pd.DataFrame) -> None:
    district = licang["district"]
    matters = value_of(published, "matters_per_street_centre_day", "Dazhong") * district["sub_districts"]
    per_resident = matters * working_days_2025(licang) / district["population"]
    assert licang["domains"]["certificates"]["hazard"] == pytest.approx(per_resident, abs=0.01)


def test_departments_decide_the_published_share(
    licang: dict[str, Any], mix: dict[str, float], published: pd.DataFrame
) -> None:
    decided = sum(share for name, share in mix.items() if licang["domains"][name]["level"] == 3)
    assert decided == pytest.approx(value_of(published, "share_to_departments", "Tianqiao"), abs=0.02)


def test_staff_is_in_the_published_range(licang: dict[str, Any]) -> None:
    district, staffing = licang["district"], licang["staffing"]
    officers = district["population"] / 10_000 * staffing["officers_per_10k"]
    grid = district["population"] / district["household_size"] / staffing["households_per_grid"]
    assert 10 <= staffing["officers_per_10k"] <= 12
    assert 1300 <= officers + grid <= 2000
    assert 300 <= staffing["households_per_grid"] <= 500


def test_figures_of_the_place_are_the_published_ones(licang: dict[str, Any], published: pd.DataFrame) -> None:
    district = licang["district"]
    assert district["population"] == value_of(published, "population", "Licang")
    assert district["sub_districts"] == value_of(published, "sub_districts", "Licang")
    assert district["household_size"] == value_of(published, "household_size", "Qingdao")
    assert district["share_elderly"] == value_of(published, "share_elderly", "Qingdao")
    young = 1 - district["share_elderly"] - value_of(published, "share_15_to_59", "Qingdao")
    assert district["share_young"] == pytest.approx(young, abs=1e-6)
    residents = value_of(published, "residents_per_community", "Chengyang")
    assert district["communities"] == round(district["population"] / residents)
    expenditure = value_of(published, "budget_expenditure", "Licang")
    assert licang["money"]["operating"] == pytest.approx(0.05 * expenditure / district["population"], abs=0.5)


def test_heterogeneity_is_the_spread_of_property_orders_less_that_of_size(
    licang: dict[str, Any], published: pd.DataFrame
) -> None:
    row = published[published["figure"] == "property_orders_by_street"]["value"].iloc[0]
    logs = pd.Series([math.log(float(orders)) for orders in row.split("|")])
    district = licang["district"]
    without_size = math.sqrt(logs.var() - district["community_size_cv"] ** 2)
    assert district["heterogeneity"] == pytest.approx(without_size, abs=0.01)


def test_its_calendar_is_that_of_china(licang: dict[str, Any]) -> None:
    """365 days less 104 at weekends and the 18 weekday holidays, and five working weekends: see test_dates.py."""
    assert licang["calendar"]["country"] == "CN"
    assert working_days_2025(licang) == 365 - 104 - 18 + 5


def test_the_money_for_cases_covers_them_once(licang: dict[str, Any]) -> None:
    money = licang["money"]
    for_cases = money["operating"] * (1 - money["service_share"])
    needed = sum(domain["hazard"] * domain["yuan"] for domain in licang["domains"].values())
    assert 0.3 * for_cases < needed < for_cases


def test_the_demo_is_licang_but_smaller() -> None:
    demo, _ = parted(_document("demo"))
    assert demo["extends"] == "licang-plain"
    assert set(demo) == {"extends", *ABOUT, "district"}
    changed = {key: demo["district"][key] for key in ("population", "communities", "sub_districts")}
    assert changed == {"population": 20_000, "communities": 12, "sub_districts": 3}
    assert set(demo["district"]) == {*changed, "name", "label_zh"}


def working_days_2025(licang: dict[str, Any]) -> int:
    return int(working_days(Calendar(country=licang["calendar"]["country"]), 365).sum())
