"""A district of one's own, in any folder, builds on a shipped one by its name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sanfang import Scenario
from sanfang.scenario import content
from sanfang.scenario.errors import InputError

ROOT = content.PACKAGE.parents[1]
HARBOUR = 'extends = "licang"\n[district]\nname = "Harbour"\npopulation = 60_000\n'


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def refusal(name: str, district: str | None = None) -> str:
    with pytest.raises(InputError) as caught:
        Scenario.load(name, district)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture(params=["clone", "wheel"])
def installed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Content as it lies in a clone, and as it travels inside an installed wheel."""
    if request.param == "wheel":
        package = tmp_path_factory.mktemp("installed") / "sanfang"
        shutil.copytree(ROOT / "scenarios", package / "_content" / "scenarios")
        monkeypatch.setattr(content, "PACKAGE", package)


@pytest.mark.usefixtures("installed")
def test_a_district_in_any_folder_builds_on_a_shipped_one(here: Path) -> None:
    write(here / "work" / "harbour.toml", HARBOUR)
    licang = Scenario.load("before", "licang")
    for found in (Scenario.load("work/harbour.toml"), Scenario.load("before", "work/harbour.toml")):
        assert (found.district.name, found.district.population) == ("Harbour", 60_000)
        assert (found.domains, found.staffing) == (licang.domains, licang.staffing)
        assert found.origin("district.population") == "work/harbour.toml"
        assert found.source("district.sub_districts") == "published: Licang, district profile (街道)"


@pytest.mark.usefixtures("installed")
def test_a_scenario_may_hold_its_district_in_a_list_and_by_a_relative_path(here: Path) -> None:
    write(here / "places" / "harbour.toml", HARBOUR)
    write(here / "plans" / "mine.toml", 'extends = ["resources", "../places/harbour.toml"]\npolicy.triage = 1.0\n')
    found = Scenario.load("plans/mine.toml")
    assert (found.district.name, found.policy.triage, found.policy.staff_devolution) == ("Harbour", 1.0, 1.0)
    told = refusal("plans/mine.toml", "licang")
    assert told == "plans/mine.toml: holds the district 'Harbour' and cannot be put on another, districts/licang.toml"


def test_a_scenario_that_holds_a_shipped_district_is_put_on_no_other_though_it_builds_on_it() -> None:
    """Demo builds on Licang: to run it "on Licang" gave Demo's numbers without a word."""
    assert Scenario.load("demo", "demo").district.name == "Demo"
    assert refusal("demo", "licang").endswith(
        "holds the district 'Demo' and cannot be put on another, districts/licang.toml"
    )


def test_domains_and_departments_are_taken_out_and_what_needs_them_is_told(here: Path) -> None:
    write(here / "harbour.toml", HARBOUR + "[domains]\nproperty = false\ncare = false\n")
    licang, found = Scenario.load("before", "licang"), Scenario.load("before", "harbour.toml")
    assert {*licang.domains} - {*found.domains} == {"property", "care"}
    write(here / "harbour.toml", HARBOUR + "[departments]\njustice = false\n")
    assert "there is no department 'justice'; there are: " in refusal("before", "harbour.toml")
    write(here / "harbour.toml", HARBOUR + "[domains]\ndisputes = false\n[departments]\njustice = false\n")
    assert "justice" not in Scenario.load("before", "harbour.toml").departments
    write(here / "harbour.toml", HARBOUR + "[domains]\nharbour = false\n")
    assert refusal("before", "harbour.toml").startswith("harbour.toml: domains.harbour = false: there is none to take")
    write(here / "harbour.toml", HARBOUR + "[domains]\nproperty = {}\n")
    assert refusal("harbour.toml") == (
        "harbour.toml: domains.property = {}: changes nothing; to take it out, write domains.property = false"
    )
    write(here / "harbour.toml", HARBOUR + "[domains]\nproperty = false\n[policy]\nservice_scope = ['property']\n")
    assert "there is no domain 'property'" in refusal("harbour.toml")


def test_a_file_of_the_working_folder_that_hides_a_shipped_district_may_build_on_it(here: Path) -> None:
    write(here / "scenarios" / "districts" / "licang.toml", 'extends = "licang"\ndistrict.population = 800_000\n')
    for found in (Scenario.load("before"), Scenario.load("before", "licang"), Scenario.load("demo")):
        hidden = "districts/licang.toml in the working folder is used, not the shipped file of that name"
        assert found.notes == (hidden,)
    assert Scenario.load("before").district.population == 800_000


def test_a_file_beside_that_is_called_like_a_shipped_district_is_told(here: Path) -> None:
    write(here / "licang.toml", 'extends = "licang"\ndistrict.population = 800_000\n')
    assert Scenario.load("licang.toml").notes == (), "a file never means itself"
    write(here / "harbour.toml", HARBOUR)
    told = "'licang' is districts/licang.toml, not the file of that name beside harbour.toml"
    assert Scenario.load("harbour.toml").notes == (told,)
    write(here / "harbour.toml", HARBOUR.replace('"licang"', '"./licang.toml"') + "sub_districts = 4\n")
    found = Scenario.load("harbour.toml")
    assert (found.origin("district.name"), found.notes) == ("harbour.toml", ())


def test_a_scenario_called_like_a_district_does_not_get_under_the_districts(here: Path) -> None:
    write(here / "scenarios" / "licang.toml", "[policy]\ntriage = 1.0\n")
    assert Scenario.load("demo").policy.triage == 0.0
    assert Scenario.load("before").district.name == "Licang"


def test_the_chinese_name_of_a_district_is_not_that_of_the_one_it_builds_on(here: Path) -> None:
    write(here / "harbour.toml", HARBOUR)
    assert Scenario.load("harbour.toml").district.label_zh == ""
    write(here / "harbour.toml", HARBOUR + 'label_zh = "港区"\n')
    write(here / "mine.toml", 'extends = ["harbour.toml", "before"]\n')
    assert Scenario.load("mine.toml").district.label_zh == "港区"


@pytest.mark.parametrize(
    ("extends", "message"),
    [
        ('"licnag"', "extends = 'licnag': no scenario of that name; did you mean 'licang'?"),
        ('"licang.toml"', "extends = 'licang.toml': no such file; did you mean 'licang'?"),
        ('["licang", 3]', 'extends = ["licang", 3]: must be a name, a path, or a list of them'),
        ('"harbour.toml"', "extends = 'harbour.toml': runs in a circle: harbour.toml -> harbour.toml"),
        ('"./"', "harbour.toml: extends = '.': is a directory, not a file"),
    ],
)
def test_what_a_district_cannot_build_on_is_one_message(here: Path, extends: str, message: str) -> None:
    write(here / "harbour.toml", HARBOUR.replace('"licang"', extends))
    for told in (refusal("harbour.toml"), refusal("before", "harbour.toml")):
        assert message in told
