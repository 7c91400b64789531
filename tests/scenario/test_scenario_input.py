"""Every wrong input ends in one message that names file, key, value and what is allowed.

The file is long because it is one table: a wrong scenario in each entry, and what is said of it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sanfang import Scenario
from sanfang.cli.scenario import scenario_app
from sanfang.scenario.errors import InputError

SCENARIO_TEXTS = {
    "unknown lever": ("[policy]\nauthorty = 0.5", "policy.authorty = 0.5: unknown key; did you mean 'authority'?"),
    "unknown section": ("[polcy]\nauthority = 0.5", "polcy: unknown key; did you mean 'policy'?"),
    "key in the wrong section": ("authority = 0.5", "authority = 0.5: unknown key; did you mean 'policy.authority'?"),
    "unknown key without a like": (
        "[run]\nzzz = 1",
        "run.zzz = 1: unknown key; known here: days, start, warm_up, replicate",
    ),
    "unknown key in a domain": (
        "[domains.care]\nhazrd = 1",
        "domains.care.hazrd = 1: unknown key; did you mean 'hazard'?",
    ),
    "unknown lever of a community": (
        "[policy_by_community.c001]\ntriag = 1",
        "policy_by_community.c001.triag = 1: unknown key; did you mean 'triage'?",
    ),
    "number in place of a section": ("policy = 3", "policy = 3: must be a table of keys such as staff_devolution"),
    "number in place of a domain": ("[domains]\ncare = 3", "domains.care = 3: must be a table of keys"),
    "number in place of a community": (
        "[policy_by_community]\nc001 = 3",
        "policy_by_community.c001 = 3: must be a table of keys",
    ),
    "true for a lever": ("[policy]\nauthority = true", "policy.authority = true: must be a number from 0 to 1"),
    "true for a number": ("[tasks]\nload = true", "tasks.load = true: must be a number from 0 to 1.5"),
    "text for a number": ('[tasks]\nload = "0.4"', 'tasks.load = "0.4": must be a number from 0 to 1.5'),
    "fraction for a count": ("[run]\ndays = 9.5", "run.days = 9.5: must be a whole number from 1 to 3,650 (days)"),
    "number for text": ("name = 3", "name = 3: must be text in quotes"),
    "true for text": ("name = true", "name = true: must be text in quotes"),
    "unknown choice": (
        '[domains.care]\nhours_distribution = "lognorml"',
        'domains.care.hours_distribution = "lognorml": must be one of lognormal, exponential, deterministic; '
        "did you mean 'lognormal'?",
    ),
    "above the range": (
        "[policy]\nauthority = 1.5",
        "policy.authority = 1.5: must be a number from 0 to 1, or a schedule",
    ),
    "negative": ("[casework]\nbounce = -0.1", "casework.bounce = -0.1: must be a number from 0 to 0.95"),
    "negative lever": ("[policy]\nauthority = -0.1", "policy.authority = -0.1: must be a number from 0 to 1"),
    "not a number": ("[tasks]\nload = nan", "tasks.load = nan: must be a number from 0 to 1.5"),
    "lever not a number": ("[policy]\ntriage = nan", "policy.triage = nan: must be a number from 0 to 1"),
    "infinite": ("[prices]\ndata_yuan = inf", "prices.data_yuan = inf: must be a number from 0 to 500"),
    "infinite lever": ("[policy]\ntriage = inf", "policy.triage = inf: must be a number from 0 to 1"),
    "huge": ("[staffing]\nwage = 1" + "0" * 4000, "staffing.wage = about 2^13288: must be a number from 1 to 1,000"),
    "shares": (
        "[domains.care]\nkinds = [0.5, 0.5, 0.5, 0.0]",
        "domains.care.kinds = [0.5, 0.5, 0.5, 0.0]: shares must sum to 1, these sum to 1.5",
    ),
    "too few shares": ("[calendar]\nweekday_profile = [1.0]", "calendar.weekday_profile = [1.0]: must be a list of 7"),
    "true among shares": (
        "[domains.care]\nkinds = [true, 0, 0, 0]",
        "domains.care.kinds = [true, 0, 0, 0]: must be 4 num",
    ),
    "days of a schedule fall": (
        "[policy]\nauthority = [[180, 1.0], [0, 0.0]]",
        "policy.authority = [[180, 1.0], [0, 0.0]]: a schedule's days must rise; day 0 follows day 180",
    ),
    "schedule of three": (
        "[policy]\ntriage = [[1, 2, 3]]",
        "policy.triage = [[1, 2, 3]]: a schedule is a list of [day, l",
    ),
    "level of a schedule": (
        "[policy]\ntriage = [[0, 2.0]]",
        "a schedule's level must be a number from 0 to 1, not 2.0",
    ),
    "day of a schedule": (
        "[policy]\ntriage = [[0.5, 1.0]]",
        "a schedule's day must be a whole number from 0 up, not 0.5",
    ),
    "table in a schedule": ("[policy]\ntriage = [[{a = 1}, 1.0]]", "a schedule's day must be a whole number from 0 up"),
    "empty schedule": ("[policy]\ntriage = []", "policy.triage = []: a schedule needs at least one [day, level] pair"),
    "no date": ('[calendar]\nstart = "soon"', 'calendar.start = "soon": must be a date such as 2025-01-31'),
    "no list of dates": ("[calendar]\nholidays = 5", "calendar.holidays = 5: must be a list of dates"),
    "community that does not exist": (
        "[policy_by_community.c06]\ntriage = 1",
        "policy_by_community.c06: 'c06' is no community; they are c001 to c006; did you mean 'c006'?",
    ),
    "domain that does not exist": (
        '[policy]\nservice_scope = ["car"]',
        "policy.service_scope = [\"car\"]: there is no domain 'car'; did you mean 'care'?; there are: care, noise",
    ),
    "domain that does not exist in a community": (
        '[policy_by_community.c001]\nservice_scope = ["x"]',
        "policy_by_community.c001.service_scope = [\"x\"]: there is no domain 'x'; there are: care, noise",
    ),
    "a domain twice": ('[policy]\nservice_scope = ["care", "care"]', "names a domain twice"),
    "a word as scope": ('[policy]\nservice_scope = "care"', "a number from 0 to 1, a schedule, or a list of domains"),
    "department that does not exist": (
        '[domains.care]\ndepartment = "civl"',
        "domains.care.department = \"civl\": there is no department 'civl'; did you mean 'civil'?",
    ),
    "population of zero": (
        "[district]\npopulation = 0",
        "district.population = 0: must be a whole number from 200 to 3,500,000 (residents)",
    ),
    "too few residents": (
        "[district]\npopulation = 200",
        "district.population = 200: gives 33 residents to each of 6 communities; at least 50 are needed",
    ),
    "too many sub-districts": (
        "[district]\nsub_districts = 7",
        "district.sub_districts = 7: must not be more than district.communities = 6",
    ),
    "ages": (
        "[district]\nshare_elderly = 0.6\nshare_young = 0.5",
        "district.share_elderly = 0.6: together with district.share_young = 0.5 it is more than 1",
    ),
    "not TOML": ("[policy]\nauthority 0.5", "is not TOML: Expected '=' after a key in a key/value pair (at line 2"),
    "a key twice": ("[run]\ndays = 1\ndays = 2", "is not TOML: Cannot overwrite a value"),
    "empty": ("", "is empty; a scenario sets at least one key"),
    "only a comment": ("# nothing\n", "is empty; a scenario sets at least one key"),
    "nested without end": ("a = " + "[" * 100_000, "is "),
    "extends a number": ("extends = 3", "extends = 3: must be a name, a path, or a list of them"),
    "extends nothing that exists": (
        'extends = "befor"',
        "extends = 'befor': no scenario of that name; did you mean 'before'?",
    ),
    "holds a district, and is put on another": (
        'extends = "here"',
        "holds the district 'here' and cannot be put on another, small.toml",
    ),
    "extends itself": ('extends = "wrong.toml"', "runs in a circle: wrong.toml -> wrong.toml"),
}


def refused(*arguments: str) -> str:
    """The one message of `sanfang scenario` with these arguments."""
    before = sorted(Path.cwd().rglob("*"))
    result = CliRunner().invoke(scenario_app, list(arguments))
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert len(result.stderr.splitlines()) == 1, "one message"
    assert sorted(Path.cwd().rglob("*")) == before, "nothing is written"
    return result.stderr


@pytest.mark.parametrize("case", SCENARIO_TEXTS)
def test_a_wrong_scenario_is_refused_with_file_key_value_and_what_is_allowed(here: Path, case: str) -> None:
    text, message = SCENARIO_TEXTS[case]
    (here / "scenarios" / "districts").mkdir(parents=True)
    (here / "scenarios" / "districts" / "here.toml").write_text("[district]\nname = 'here'\n")
    (here / "wrong.toml").write_text(text)
    for command in ("validate", "explain"):
        told = refused(command, "wrong.toml", "--district", "small.toml")
        assert told.startswith("error: wrong.toml: ")
        assert message in told


def test_the_right_scenario_next_to_the_wrong_ones_is_accepted(here: Path) -> None:
    (here / "right.toml").write_text("[policy]\nauthority = [[0, 0], [180, 1]]\nservice_scope = ['care']\n")
    result = CliRunner().invoke(scenario_app, ["validate", "right.toml", "--district", "small.toml"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("right.toml: valid; of ")


def test_the_first_problem_is_told_and_the_others_are_counted(here: Path) -> None:
    (here / "wrong.toml").write_text("[run]\ndays = 0\nwarm_up = -1\nzzz = 1\n")
    told = refused("validate", "wrong.toml", "--district", "small.toml")
    assert "run.days = 0: must be a whole number from 1 to 3,650 (days) (and 2 more problems)" in told


def test_a_value_is_blamed_on_the_file_that_sets_it(here: Path) -> None:
    (here / "base.toml").write_text("[policy]\ntriage = 2\n[tasks]\nload = 0.5\n")
    (here / "top.toml").write_text('extends = "base"\n[policy]\nauthority = 1\n')
    assert refused("validate", "top.toml", "--district", "small.toml").startswith(
        "error: base.toml: policy.triage = 2: "
    )
    (here / "bad.toml").write_text((here / "small.toml").read_text().replace("hazard = 0.5", "hazard = 99"))
    assert refused("validate", "before", "--district", "bad.toml").startswith(
        "error: bad.toml: domains.care.hazard = 99: "
    )


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("policy.authority=2", "--set: policy.authority = 2: must be a number from 0 to 1"),
        ("policy.authorty=1", "--set: policy.authorty = 1: unknown key; did you mean 'authority'?"),
        ("policy.authority=high", '--set: policy.authority = "high": must be a number from 0 to 1'),
        ("policy.authority=True", '--set: policy.authority = "True": must be a number from 0 to 1'),
        ("policy.authority=true", "--set: policy.authority = true: must be a number from 0 to 1"),
        ("policy.authority=0,5", "--set policy.authority=0,5: the value must be a number such as 0.5"),
        ("policy.authority=", "--set policy.authority=: the value must be a number such as 0.5"),
        ("policy.authority=1\nrun = 3", "the value must be a number such as 0.5"),
        ("policy.authority", "--set policy.authority: must look like policy.authority=0.5"),
        ("=1", "--set =1: must look like policy.authority=0.5"),
        ("policy..authority=1", "--set policy..authority=1: must look like policy.authority=0.5"),
        ("policy=1", "--set: policy = 1: must be a table of keys"),
        (
            "domains.care.department=nobody",
            "--set: domains.care.department = \"nobody\": there is no department 'nobody'",
        ),
        ("policy_by_community.c007.triage=1", "--set: policy_by_community.c007: 'c007' is no community"),
        ("extends=before", '--set: extends = "before": unknown key'),
    ],
)
def test_a_wrong_setting_is_refused(here: Path, setting: str, message: str) -> None:
    result = CliRunner().invoke(scenario_app, ["explain", "before", "--district", "small.toml", "--set", setting])
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize(
    ("scenario", "district", "message"),
    [
        (
            "befor",
            "small.toml",
            "'befor': no scenario of that name; did you mean 'before'?; scenarios: before, collaboration",
        ),
        ("no/such.toml", "small.toml", "'no/such.toml': no such file; scenarios: before, "),
        ("folder.toml", "small.toml", "folder.toml: is a directory, not a file"),
        ("x" * 300, "small.toml", "no scenario of that name"),
        ("", "small.toml", "is a directory"),
        ("before", "smal.toml", "'smal.toml': no such file"),
        ("before", "before", "'before': is a scenario, not a district"),
        ("before", "overlay.toml", "overlay.toml: is not a district: it gives no district.name"),
        ("before", "reformed.toml", "reformed.toml: policy: a district sets no policy"),
        ("small.toml", "other.toml", "small.toml: holds the district 'small' and cannot be put on another, other.toml"),
        ("before", "bare.toml", "domains: there are none; a scenario needs a district that has at least one"),
        ("before", "spaced.toml", "domains.a b: 'a b' is no good name"),
        ("gbk.toml", "small.toml", "gbk.toml: line 2 is not UTF-8 text; save the file as UTF-8"),
        ("a.toml", "small.toml", "c.toml: extends = 'a.toml': runs in a circle: a.toml -> b.toml -> c.toml -> a.toml"),
    ],
)
def test_a_wrong_file_is_refused(here: Path, scenario: str, district: str, message: str) -> None:
    small = (here / "small.toml").read_text()
    (here / "folder.toml").mkdir()
    (here / "overlay.toml").write_text("[district]\npopulation = 3000\n")
    (here / "reformed.toml").write_text(small + "[policy]\ntriage = 1\n")
    (here / "other.toml").write_text(small.replace('"small"', '"other"'))
    (here / "bare.toml").write_text('[district]\nname = "bare"\n')
    (here / "spaced.toml").write_text(small.replace("[domains.care]", '[domains."a b"]'))
    (here / "gbk.toml").write_bytes('name = "x"\nlabel_zh = "改革前"\n'.encode("gbk"))
    for name, extends in (("a", "b"), ("b", "c"), ("c", "a")):
        (here / f"{name}.toml").write_text(f'extends = "{extends}.toml"\n')
    assert message in refused("validate", scenario, "--district", district)


def test_a_file_that_may_not_be_read_is_told(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(path: str, flags: int) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("sanfang.scenario.files.os.open", forbidden)
    with pytest.raises(InputError, match=r"small\.toml: cannot be read: Permission denied"):
        Scenario.load("small.toml")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "there are none; a scenario needs a district"),
        ({3: 1}, "3: a key must be text"),
        ({"policy": {"triage": "x"}}, 'document: policy.triage = "x": must be a number from 0 to 1'),
        ({"policy": {"triage": None}}, "document: policy.triage = None: must be a number from 0 to 1"),
        ([("policy", 1)], "document: must be a mapping of keys, not list"),
    ],
)
def test_a_wrong_mapping_is_refused(document: object, message: str) -> None:
    with pytest.raises(InputError) as refusal:
        Scenario.from_dict(document)  # type: ignore[arg-type]
    assert message in str(refusal.value)


@pytest.mark.parametrize("path", ["", ".", "policy.", "policy..triage", 3])
def test_a_path_that_is_none_is_refused(here: Path, path: str) -> None:
    with pytest.raises(InputError, match="is not a dotted path"):
        Scenario.load("small.toml").with_({path: 1})


def test_a_community_that_does_not_exist_has_no_policy(here: Path) -> None:
    scenario = Scenario.load("small.toml")
    for name in ("c007", "c000", "c6", "6", "C001", "c001 "):
        with pytest.raises(InputError, match="is no community; they are c001 to c006"):
            scenario.policy_for(name)


def test_an_unknown_key_of_explain_is_refused_with_the_nearest_one(here: Path) -> None:
    told = refused("explain", "small.toml", "policy.authorty")
    assert "'policy.authorty': is no parameter or section of this scenario; did you mean 'policy.authority'?" in told


def test_each_wrong_file_of_several_is_told_and_the_right_ones_too(here: Path) -> None:
    (here / "wrong.toml").write_text("[policy]\ntriage = 2\n")
    runner = CliRunner()
    result = runner.invoke(scenario_app, ["validate", "before", "wrong.toml", "nil", "--district", "small.toml"])
    assert result.exit_code == 2
    assert result.stdout.startswith("before: valid; of ") and result.stdout.count(": valid; ") == 1
    assert [line.split(":")[1].strip() for line in result.stderr.splitlines()] == ["wrong.toml", "'nil'"]
