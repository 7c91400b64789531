"""Every number that a command takes has a most, which is told; so have settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from command_lines import call
from sanfang import Scenario, compare, simulate
from sanfang.lab.experiments.experiment import Experiment
from sanfang.scenario import settings
from sanfang.scenario.errors import InputError

# --- Numbers -------------------------------------------------------------------------------------------------

MOST = {
    "reps": (["compare", "a.toml", "b.toml", "--reps", "99999999999"], "100000"),
    "reps of all scenarios": (["compare", "a.toml", "b.toml", "--reps", "60000"], "at most 100,000 in memory"),
    "reps of why": (["why", "before", "--reps", "99999999999"], "100000"),
    "reps of all scenarios of why": (["why", "a.toml", "b.toml", "--reps", "60000"], "more than 100,000 runs"),
    "jobs": (["compare", "a.toml", "b.toml", "--jobs", "99999999999"], "1000"),
    "jobs of a sweep": (["sweep", "demo-grid", "--jobs", "99999999999"], "1000"),
    "jobs of reproduce": (["reproduce", "--jobs", "99999999999"], "1000"),
    "limit": (["sweep", "demo-grid", "--limit", "9" * 30], "5000000"),
    "days": (["run", "a.toml", "--days", "9" * 30], "3650"),
    "seed": (["run", "a.toml", "--seed", "9223372036854775808"], "1000000000000000"),
    "last seed": (["compare", "a.toml", "b.toml", "--seed", "1000000000000000", "--reps", "2"], "999,999,999,999,999"),
    "seed of verify": (["verify", "books", "--seed", "1000000000000001"], "1000000000000000"),
    "slowest": (["trace", "a.toml", "--slowest", "99999999999"], "10000"),
    "half width": (["analyse", "results/x", "--half-width", "1e300"], "1000000000000"),
    "half width that is no number": (
        ["analyse", "results/x", "--half-width", "nan"],
        "Invalid value for '--half-width'",
    ),
    "port": (["dashboard", "--port", "65536"], "65535"),
}


@pytest.mark.usefixtures("made_up_simulation")
@pytest.mark.parametrize(("arguments", "most"), MOST.values(), ids=MOST.keys())
def test_every_number_has_a_most_which_is_told(here: Path, arguments: list[str], most: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 2, repr(result.exception)
    assert most in result.stderr


def test_one_largest_seed_holds_for_files_and_python_and_for_the_last_replication_too(here: Path) -> None:
    scenario, most = Scenario.load("small.toml"), 10**15
    for seed in (most + 1, 2**63, 10**400, -1, 1.5, True):
        for make in (
            lambda seed: simulate(scenario, seed=seed, days=1),
            lambda seed: compare([scenario], 1, seed=seed),
        ):
            with pytest.raises(InputError, match="seed: must be "):
                make(seed)
        with pytest.raises(InputError, match=r"seed = .*: must be "):
            Experiment.from_dict({"scenarios": ["small.toml"], "seed": seed})
    with pytest.raises(InputError, match=r"at most 999,999,999,999,999, not 1000000000000000"):
        compare([scenario], 2, seed=most)
    assert Experiment.from_dict({"scenarios": ["small.toml"], "seed": most - 1, "replications": 2}).seed == most - 1


@pytest.mark.parametrize("days", [0, 3651, 10**400, 1.5, True, "7"])
def test_days_that_no_run_has_are_refused(here: Path, days: Any) -> None:
    with pytest.raises(InputError, match="days: must be "):
        simulate(Scenario.load("small.toml"), days=days)


SETTINGS = {
    "list": ("policy.authority=" + "[" * 5_000, "is nested more than 20 deep"),
    "path": (".".join("a" * 5_000) + "=1", "is not a dotted path"),
    "key": ("policy." + "a" * 5_000 + "=1", "has a key of more than 100 characters"),
    "digits": ("policy.authority=1" + "0" * 5_000, "has a number of more than 4,300 digits"),
    "level": ("policy.authority=1" + "0" * 400, "policy.authority = about 2^1329: must be a number from 0 to 1"),
}


@pytest.mark.parametrize(("setting", "message"), SETTINGS.values(), ids=SETTINGS.keys())
def test_a_setting_beyond_all_measure_is_refused(here: Path, setting: str, message: str) -> None:
    result = call("run", "small.toml", "--set", setting)
    assert result.exit_code == 2, repr(result.exception)
    assert message in result.stderr
    assert len(result.stderr) < 400


def test_ten_thousand_settings_belong_into_a_file(here: Path) -> None:
    settings = [word for number in range(10_000) for word in ("--set", f"policy.x{number}=1")]
    result = call("run", "small.toml", *settings)
    assert result.exit_code == 2
    assert result.stderr == "error: --set: is given 10,000 times; write more than 1,000 into a file\n"


# --- The last net --------------------------------------------------------------------------------------------


def test_settings_are_read_by_the_reader_of_all_toml() -> None:
    with pytest.raises(InputError, match="is nested more than"):
        settings.parse_settings(["x=" + "[" * 30 + "]" * 30])
