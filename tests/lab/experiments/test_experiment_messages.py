"""Every wrong experiment file ends in one clear message.

The file is long because it is one table: a wrong file in each entry, and what is said of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from made_experiments import made
from sanfang.lab.experiments.experiment import Experiment
from sanfang.scenario.catalogue import levers
from sanfang.scenario.errors import InputError

RULE = "[replications]\nmin = 4\nmax = 9\nmetric = 'backlog'\n"

LATIN = "[design]\nkind = 'latin-hypercube'\nsamples = 4\n"

WRONG: dict[str, tuple[str, str]] = {
    "no scenarios": ("seed = 1", "scenarios: is missing"),
    "scenarios empty": ("scenarios = []", "scenarios: must not be empty"),
    "scenarios one word": ('scenarios = "before"', 'scenarios = "before": must be a list'),
    "unknown scenario": (
        'scenarios = ["befor"]',
        "scenarios: 'befor': no scenario of that name; did you mean 'before'?",
    ),
    "one scenario twice": (
        'scenarios = ["before", "before"]',
        "scenarios: before and before both have the name 'before'; give one another name",
    ),
    "unknown district": ('district = "lican"', "'lican': no district of that name; did you mean 'licang'?"),
    "unknown baseline": ('baseline = "bfore"', 'baseline = "bfore": is none of the scenarios before, services; did'),
    "unknown key": ("replicatons = 5", "replicatons = 5: unknown key; did you mean 'replications'?"),
    "unknown key without a like": ("zzz = 5", "zzz = 5: unknown key; known here: name, label_en"),
    "days of zero": ("days = 0", "days = 0: must be at least 1"),
    "too many days": ("days = 9999", "days = 9999: must be at most 3650"),
    "days not whole": ("days = 2.5", "days = 2.5: must be a whole number"),
    "scale": ("scale = 0", "scale = 0: must be above 0"),
    "scale true": ("scale = true", "scale = true: must be a number"),
    "seed": ("seed = -1", "seed = -1: must be at least 0"),
    "daily": ('daily = "yes"', 'daily = "yes": must be true or false'),
    "label": ("label_en = 3", "label_en = 3: must be text in quotes"),
    "several problems": ("days = 0\nscale = 2", "days = 0: must be at least 1 (and 1 more problem)"),
    "unknown metric": (
        'metrics = ["satisfacton"]',
        "metrics = \"satisfacton\": is not a metric; did you mean 'satisfaction'?",
    ),
    "unknown setting": (
        "[settings]\n'policy.authorty' = 1",
        "policy.authorty = 1: unknown key; did you mean 'authority'?",
    ),
    "setting out of range": ("[settings]\n'tasks.load' = 9", "tasks.load = 9: must be a number from 0 to 1.5"),
    "key below a table": ("[settings]\nconstraints = []", "settings.constraints: belongs to the experiment itself"),
    "key below factors": (
        "[factors]\nconstraints = []",
        "factors.constraints: belongs to the experiment itself: write",
    ),
    "key below design": (
        "[design]\nconstraints = []",
        "design.constraints: belongs to the experiment itself: write it",
    ),
    # Replications
    "no replications": ("replications = 0", "replications.min = 0: must be at least 1"),
    "replications in words": ('replications = "many"', 'replications = "many": must be a table of keys'),
    "min above max": ("replications = { min = 5, max = 4 }", "replications: min = 5 must not be above max = 4"),
    "one replication": ("[replications]\nmin = 1\nmax = 4", "replications: min must be at least 2, since one"),
    "no metric": ("[replications]\nmin = 2\nmax = 4", "replications: metric is missing"),
    "no width": (RULE, "replications: needs half_width or relative, and not both"),
    "two widths": (RULE + "half_width = 1\nrelative = 0.1", "replications: needs half_width or relative, and not both"),
    "width of zero": (RULE + "half_width = 0", "replications.half_width = 0: must be above 0"),
    "unknown metric of the rule": (
        RULE.replace("backlog", "backlg") + "relative = 0.1",
        "replications.metric = \"backlg\": is not a metric; did you mean 'backlog'?",
    ),
    "metric that is not kept": (
        "metrics = ['satisfaction']\n" + RULE + "relative = 0.1",
        'replications.metric = "backlog": is not among metrics',
    ),
    "unknown of": (
        RULE + "relative = 0.1\nof = 'means'",
        "replications.of = \"means\": must be one of mean, difference; did you mean 'mean'?",
    ),
    "difference of one": (
        "scenarios = ['before']\n" + RULE + "relative = 0.1\nof = 'difference'",
        'replications.of = "difference": needs at least two scenarios',
    ),
    "unknown key of replications": (
        RULE + "halfwidth = 1",
        "replications.halfwidth = 1: unknown key; did you mean 'half_width'?",
    ),
    # Design
    "unknown kind": (
        "[design]\nkind = 'latin-hypercub'",
        'design.kind = "latin-hypercub": must be one of full, fractional, latin-hypercube, sobol, morris, '
        "one-at-a-time, table; did you mean 'latin-hypercube'?",
    ),
    "key of another kind": (
        "[design]\nkind = 'full'\nsamples = 5",
        'design.samples = 5: is not used by a design of kind "full", which takes kind',
    ),
    "unknown key of a design": (
        "[design]\nkind = 'sobol'\nsamples = 4\nsecond_ordr = true",
        "design.second_ordr = true: unknown key; did you mean 'second_order'?",
    ),
    "design without samples": ("[design]\nkind = 'sobol'", "design.samples: is missing"),
    "no power of 2": (
        "[design]\nkind = 'sobol'\nsamples = 12\n[factors]\n'tasks.load' = {}",
        "design.samples = 12: must be a power of 2, such as 8 or 16",
    ),
    "odd levels": ("[design]\nkind = 'morris'\nlevels = 5", "design.levels = 5: must be a multiple of 2"),
    "design without factors": (LATIN, 'factors: a design of kind "latin-hypercube" needs at least one'),
    "missing steps": (
        "[factors]\n'casework.bounce' = { low = 0.1, high = 0.5 }",
        "factors.casework.bounce: needs steps in a full design, or a list of values",
    ),
    "steps elsewhere": (
        LATIN + "[factors]\n'tasks.load' = { steps = 3 }",
        'factors.tasks.load: steps is not used by a design of kind "latin-hypercube"',
    ),
    "three levels in a fractional design": (
        "[design]\nkind = 'fractional'\n[factors]\n'policy.triage' = [0, 0.5, 1]",
        "factors.policy.triage: a fractional design takes two values, not 3",
    ),
    "no ends": (
        "[design]\nkind = 'morris'\n[factors]\n'tasks.load' = { distribution = 'normal', mean = 0.4, sd = 0.1 }",
        "factors.tasks.load: a normal distribution needs low and high in a design of kind",
    ),
    "too many points": (
        "[factors]\n" + "\n".join(f"'policy.{lever.name}' = {{ steps = 10 }}" for lever in levers()[:7]),
        "design: gives 10,000,000 points; at most 100,000",
    ),
    # Factors
    "unknown parameter": (
        "[factors]\n'policy.authorty' = [0, 1]",
        "factors.policy.authorty: is not a parameter; did you mean 'policy.authority'?",
    ),
    "unknown parameter without quotes": (
        "[factors]\npolicy.authorty = [0, 1]",
        "factors.policy.authorty: is not a parameter; did you mean 'policy.authority'?",
    ),
    "unknown domain": (
        "[factors]\n'domains.cre.hazard' = [0, 1]",
        "factors.domains.cre.hazard: there is no 'cre' in domains; did you mean 'care'?",
    ),
    "unknown community": (
        "[factors]\n'policy_by_community.c999.triage' = [0, 1]",
        "factors.policy_by_community.c999.triage: there is no 'c999' in policy_by_community",
    ),
    "value out of range": (
        "[factors]\n'policy.authority' = [0, 1.5]",
        "factors.policy.authority: policy.authority = 1.5: must be a number from 0 to 1",
    ),
    "value not whole": ("[factors]\n'mind.ties' = [2, 2.5]", "mind.ties = 2.5: must be a whole number from 0 to 10"),
    "unknown word": (
        "[factors]\n'domains.care.hours_distribution' = ['lognorml']",
        "must be one of lognormal, exponential, deterministic; did you mean 'lognormal'?",
    ),
    "schedule": ("[factors]\n'policy.triage' = [[[9, 0], [0, 1]]]", "a schedule's days must rise; day 0 follows day 9"),
    "end out of range": (
        LATIN + "[factors]\n'casework.bounce' = { high = 0.99 }",
        "factors.casework.bounce: casework.bounce = 0.99: must be a number from 0 to 0.95",
    ),
    "ends swapped": (
        LATIN + "[factors]\n'casework.bounce' = { low = 0.5, high = 0.1 }",
        "factors.casework.bounce: low = 0.5 must be below high = 0.1",
    ),
    "more steps than whole numbers": (
        "[factors]\n'mind.ties' = { low = 2, high = 4, steps = 5 }",
        "factors.mind.ties: steps = 5: there are only 3 whole numbers",
    ),
    "range of a word": (
        LATIN + "[factors]\n'domains.care.hours_distribution' = {}",
        "is one of lognormal, exponential, deterministic, not a number: give a list of values",
    ),
    "no values": ("[factors]\n'policy.triage' = []", "factors.policy.triage.values: must not be empty"),
    "one number": ("[factors]\n'policy.triage' = 1", "factors.policy.triage = 1: must be a table of keys"),
    "a value twice": ("[factors]\n'policy.triage' = [0, 1, 0]", "factors.policy.triage: names the value 0 twice"),
    "values and low": (
        "[factors]\n'policy.triage' = { values = [0, 1], low = 0 }",
        "factors.policy.triage: takes values or low, not both",
    ),
    "misspelt key of a factor": (
        LATIN + "[factors]\n'tasks.load' = { hgh = 0.5 }",
        "factors.tasks.load.hgh = 0.5: unknown key; did you mean 'high'?",
    ),
    "unknown distribution": (
        LATIN + "[factors]\n'tasks.load' = { distribution = 'lognormal' }",
        'factors.tasks.load.distribution = "lognormal": must be one of uniform, log-uniform, triangular, normal',
    ),
    "mode without triangle": (
        LATIN + "[factors]\n'tasks.load' = { mode = 0.5 }",
        "factors.tasks.load: mode is not used by a uniform distribution, which takes low, high",
    ),
    "triangle without mode": (
        LATIN + "[factors]\n'tasks.load' = { distribution = 'triangular' }",
        "factors.tasks.load: a triangular distribution needs mode",
    ),
    "mode outside": (
        LATIN + "[factors]\n'tasks.load' = { distribution = 'triangular', mode = 0.5, high = 0.4 }",
        "factors.tasks.load: mode = 0.5 must lie between low = 0.0 and high = 0.4",
    ),
    "logarithm of zero": (
        LATIN + "[factors]\n'tasks.load' = { distribution = 'log-uniform' }",
        "factors.tasks.load: low = 0.0 must be above 0 in a log-uniform distribution",
    ),
    "normal without sd": (
        LATIN + "[factors]\n'tasks.load' = { distribution = 'normal', mean = 0.5 }",
        "factors.tasks.load: a normal distribution needs sd",
    ),
    # Packages
    "sets and overlay": (
        "[factors.package]\nsets = { 'policy.triage' = 1 }\noverlay = 'services'",
        "factors.package: takes sets or overlay, not both",
    ),
    "package of an unknown parameter": (
        "[factors.package]\nsets = { 'policy.triag' = 1 }\nvalues = [0, 1]",
        "factors.package: 'policy.triag' is not a parameter; did you mean 'policy.triage'?",
    ),
    "package with the name of a section": (
        "[factors.'in kind']\nsets = { 'policy.triage' = 1 }\nvalues = [0, 1]",
        "factors.in kind: is no name for a factor that sets several parameters",
    ),
    "package of words": (
        "[factors.package]\nsets = { 'policy.service_scope' = ['care'] }\nvalues = [0, 1]",
        'factors.package: policy.service_scope = ["care"] is not a number that a value can be taken times',
    ),
    "level of a package": (
        "[factors.package]\nsets = { 'policy.triage' = 1 }\nvalues = [0, 'all']",
        'factors.package: the value "all" is not a number',
    ),
    "package out of range": (
        "[factors.package]\nsets = { 'policy.triage' = 0.8 }\nvalues = [0, 2]",
        "factors.package: policy.triage = 1.6: must be a number from 0 to 1",
    ),
    "overlay that does not exist": (
        "[factors.package]\noverlay = 'servces'\nvalues = [0, 1]",
        "factors.package: overlay: 'servces': no scenario of that name; did you mean 'services'?",
    ),
    "overlay that sets nothing": (
        "[factors.package]\noverlay = 'three-devolutions'\nvalues = [0, 1]",
        "this file sets no lever above 0 itself; name a file that sets levers, not one that only extends others",
    ),
    "two factors set the same": (
        "[factors]\n'policy.one_window' = [0, 1]\n[factors.package]\noverlay = 'services'\nvalues = [0, 1]",
        "factors.policy.one_window: sets policy.one_window, which factors.package sets as well",
    ),
    "a factor that is also fixed": (
        "[settings]\n'tasks.load' = 0.5\n[factors]\n'tasks.load' = [0.3, 0.4]",
        "factors.tasks.load: sets tasks.load, which settings sets as well",
    ),
    # Table
    "table without points": ("[design]\nkind = 'table'", "design: needs points or file, and not both"),
    "table with both": (
        "[design]\nkind = 'table'\nfile = 'points.csv'\npoints = [{ 'policy.triage' = 1 }]",
        "design: needs points or file, and not both",
    ),
    "file that does not exist": ("[design]\nkind = 'table'\nfile = 'no.csv'", "design.file: no.csv: cannot be read"),
    "ragged file": ("[design]\nkind = 'table'\nfile = 'ragged.csv'", "ragged.csv: point 2 has 1 values, not 2"),
    "file without points": ("[design]\nkind = 'table'\nfile = 'header.csv'", "header.csv: needs a first line of diff"),
    "unknown parameter in a table": (
        "[design]\nkind = 'table'\npoints = [{ 'policy.triag' = 1 }]",
        "factors.policy.triag: is not a parameter; did you mean 'policy.triage'?",
    ),
    "values beside a table": (
        "[design]\nkind = 'table'\npoints = [{ 'policy.triage' = 1 }]\n[factors]\n'policy.triage' = [0, 1]",
        "factors.policy.triage: takes sets or overlay alone here: the table of points gives the values",
    ),
    "factor that no point names": (
        "[design]\nkind = 'table'\npoints = [{ 'policy.triage' = 1 }]\n[factors.package]\noverlay = 'services'",
        "factors.package: no point of the table gives it a value",
    ),
    # Constraints
    "unknown factor in a constraint": (
        "constraints = ['policy.authorty < 1']\n[factors]\n'policy.authority' = [0, 1]",
        "constraints: policy.authorty < 1: 'policy.authorty' is no factor; did you mean 'policy.authority'?",
    ),
    "no comparison": (
        "constraints = ['policy.authority + 1']\n[factors]\n'policy.authority' = [0, 1]",
        "constraints: policy.authority + 1: is not a comparison such as policy.authority <= policy.clear_lists",
    ),
    "one equals sign": (
        "constraints = ['policy.authority = 1']\n[factors]\n'policy.authority' = [0, 1]",
        "constraints: policy.authority = 1: is not a comparison such as",
    ),
    "constraints of a balanced design": (
        "constraints = ['tasks.load < 0.5']\n[design]\nkind = 'morris'\n[factors]\n'tasks.load' = {}",
        'constraints: a design of kind "morris" would lose its balance if points were dropped',
    ),
    "not TOML": ("seed 1", "is not TOML"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_experiment_is_refused_with_file_key_value_and_what_is_allowed(here: Path, case: str) -> None:
    text, message = WRONG[case]
    (here / "points.csv").write_text("policy.triage\n1\n")
    (here / "ragged.csv").write_text("policy.triage,tasks.load\n1,0.5\n1\n")
    (here / "header.csv").write_text("policy.triage\n")
    start = "" if "scenarios" in text or case == "no scenarios" else 'scenarios = ["before", "services"]\n'
    (here / "wrong.toml").write_text(start + text, "utf-8")
    with pytest.raises(InputError) as told:
        Experiment.load("wrong.toml")
    assert str(told.value).startswith("wrong.toml: ")
    assert message in str(told.value)
    assert "\n" not in str(told.value)


def test_an_impossible_point_is_told_with_its_factor_values() -> None:
    ages = {"district.share_elderly": [0.2, 0.6], "district.share_young": [0.1, 0.5]}
    with pytest.raises(InputError) as told:
        made(ages).check_points()
    assert "scenario 'before' at district.share_elderly = 0.6, district.share_young = 0.5: " in str(told.value)
    assert "together with district.share_young = 0.5 it is more than 1" in str(told.value)
    made(ages, constraints=["district.share_elderly + district.share_young <= 1"]).check_points()


@pytest.mark.parametrize("document", [[("scenarios", 1)], {}, {"scenarios": ["before"], 3: 1}])
def test_a_wrong_mapping_is_refused(document: Any) -> None:
    with pytest.raises(InputError, match=r"^experiment: "):
        Experiment.from_dict(document)
