"""Published results made again: bits decide where they can, and elsewhere a test that is able to fail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

from sanfang.cli.app import app
from sanfang.lab import reproduce
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.experiments.experiment_file import Finding
from sanfang.lab.reproduce import POWER, QUICK_REPLICATIONS, Reproduced, attempt, made_on, publish, with_tests
from sanfang.lab.statistics.intervals import t_interval
from sanfang.lab.verification.agreement import FALSE_ALARMS
from sanfang.scenario.errors import InputError

ERROR = 1e-6  # chance that a right program fails a test of error rates

FILE = """
scenarios = ["before"]
district = "demo"
replications = 20

[variants.with]
"policy.authority" = 1.0

[claim]
says = "Authority helps."
metric = "satisfaction"
because = "It is made up so."
expected = "higher"
"""


def finding(values: np.ndarray) -> Finding:
    low, high = (float(end[0]) for end in t_interval(values[None]))
    return Finding(
        scenario="with",
        metric="satisfaction",
        difference=float(values.mean()),
        low=low,
        high=high,
        replications=len(values),
    )


def made_again(then: Finding, now: Finding, how: Any) -> Reproduced:
    return Reproduced(Experiment.load("mechanisms/F2a"), then, now, how)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(FILE, "utf-8")
    return path


@pytest.fixture
def published(file: Path) -> Path:
    """An experiment that publishes 0.1, as the made-up simulation gives it, and on what it was made."""
    values = 0.1 + 1e-3 * np.random.default_rng(3).normal(size=20)
    publish(Experiment.load(file), [finding(values)])
    return file


def with_versions(path: Path, old: str, new: str) -> Experiment:
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    return Experiment.load(path)


# --- Bits -------------------------------------------------------------------------------------------------


def test_what_is_published_is_read_back_to_the_last_bit(published: Path) -> None:
    experiment = Experiment.load(published)
    assert experiment.found == (finding(0.1 + 1e-3 * np.random.default_rng(3).normal(size=20)),)
    assert experiment.file.published is not None
    assert experiment.file.published.model_dump() == made_on()
    publish(experiment, list(experiment.found))
    assert published.read_text("utf-8").count("[published]") == 1
    assert Experiment.load(published) == experiment


def test_bits_decide_where_versions_agree_and_where_nobody_wrote_them_down(published: Path) -> None:
    assert attempt(Experiment.load(published)).how == "bits"
    text = published.read_text("utf-8")
    published.write_text(text[: text.index("[published]")] + text[text.index("[[found]]") :], "utf-8")
    unwritten = Experiment.load(published)
    assert unwritten.file.published is None and unwritten.found and attempt(unwritten).how == "bits"


@pytest.mark.parametrize("digit", ["difference", "low", "high"])
def test_one_published_digit_that_is_another_differs(digit: str) -> None:
    exact = Experiment.load("mechanisms/H1c").found[0]
    nine = {name: float(f"{getattr(exact, name):.9g}") for name in ("difference", "low", "high")}
    then = exact.model_copy(update=nine)
    assert made_again(then, then, "bits").verdict == "agrees"
    more = then.model_copy(update={digit: getattr(then, digit) * (1 + 4e-11)})
    assert made_again(then, more, "bits").verdict == "agrees", "beyond the nine digits that it published"
    other = then.model_copy(update={digit: getattr(then, digit) * (1 + 2e-8)})
    assert made_again(then, other, "bits").verdict == "differs"


def test_fewer_replications_are_not_the_same_result() -> None:
    then = Experiment.load("mechanisms/F2a").found[0]
    fewer = then.model_copy(update={"replications": 39})
    assert made_again(then, fewer, "bits").verdict == "differs"


# --- Fresh seeds ------------------------------------------------------------------------------------------


def test_other_versions_are_told_and_take_fresh_seeds(published: Path) -> None:
    made = attempt(with_versions(published, 'numpy = "', 'numpy = "0.'))
    assert made.how == "seeds"
    assert "numpy 0." in made.why
    assert made.experiment.seed == 21, "after the twenty of the publication"


def test_fresh_seeds_are_fresh(published: Path) -> None:
    experiment = Experiment.load(published)
    assert attempt(experiment, quick=True).experiment.seed == 21
    assert attempt(experiment, quick=True).experiment.replications.min == QUICK_REPLICATIONS
    assert attempt(experiment, seed=21).experiment.seed == 21
    for seed in (0, 1, 20):
        with pytest.raises(InputError, match=f"--seed {seed}: mine was published from the seeds 1 to 20"):
            attempt(experiment, seed=seed)


def test_other_seeds_leave_a_design_at_its_points() -> None:
    document = {
        "scenarios": ["before"],
        "district": "demo",
        "design": {"kind": "latin-hypercube", "samples": 5},
        "factors": {"casework.bounce": {"low": 0.1, "high": 0.3}},
    }
    experiment = Experiment.from_dict(document)
    assert experiment.with_seed(99).points() == experiment.points()


def studies(change: float, number: int, seed: int) -> list[list[Reproduced]]:
    """Effects published from 40 pairs and made again from 10, `change` apart, five looked at together."""
    rng = np.random.default_rng(seed)
    some = Experiment.load("mechanisms/F2a")

    def again(look: int) -> Reproduced:
        then, now = rng.normal(5, 1, 40), rng.normal(5 + change * (look == 0), 1, 10)
        return Reproduced(some, finding(then), finding(now), "seeds")

    return [with_tests([again(look) for look in range(5)]) for _ in range(number)]


def test_a_right_program_hardly_ever_fails() -> None:
    """In 1 of 100 studies of five results one of them may."""
    failed = sum(any(not one.agrees for one in batch) for batch in studies(0.0, 400, 1))
    assert failed <= stats.binom.isf(ERROR, 400, FALSE_ALARMS)


def test_a_change_that_would_be_seen_is_seen_with_the_stated_power() -> None:
    """Ten against forty pairs of standard deviation 1: the size that the function itself states, at the true errors."""
    error = np.hypot(1 / np.sqrt(40), 1 / np.sqrt(10))
    free = error**4 / ((1 / 40) ** 2 / 39 + (1 / 10) ** 2 / 9)
    change = (stats.t.isf(FALSE_ALARMS / 5 / 2, free) + stats.t.isf(1 - POWER, free)) * error
    found = studies(change, 400, 2)
    seen = sum(batch[0].verdict == "differs" for batch in found)
    stated = np.median([batch[0].detectable for batch in found])
    assert stated == pytest.approx(change, rel=0.1)
    assert seen >= stats.binom.ppf(ERROR, 400, POWER - 0.05), "the error itself is estimated from ten pairs"


def test_a_test_that_could_not_miss_the_whole_effect_says_so() -> None:
    rng = np.random.default_rng(1)
    then, now = finding(rng.normal(0.5, 1, 40)), finding(rng.normal(0.5, 1, 10))
    (found,) = with_tests([made_again(then, now, "seeds")])
    assert found.verdict == "too few runs" and found.agrees


# --- One change, and the command line ---------------------------------------------------------------------


def test_one_change_reaches_all_scenarios_or_is_refused() -> None:
    experiment = Experiment.load("mechanisms/F2a")
    made = attempt(experiment, settings=["tasks.load=0.6"])
    assert made.how == "changed" and made.experiment.seed == experiment.seed
    assert {base.tasks.load for base in made.experiment.bases.values()} == {0.6}
    with pytest.raises(InputError, match=r"policy\.one_window: is what the scenario 'with'"):
        attempt(experiment, settings=["policy.one_window=0.5"])
    with pytest.raises(InputError, match=r"tasks\.lod"):
        attempt(experiment, settings=["tasks.lod=0.5"])


def told(*arguments: str, status: int) -> Any:
    found = CliRunner().invoke(app, ["reproduce", *arguments])
    assert found.exit_code == status, found.output
    return found.output


@pytest.mark.usefixtures("made_up_simulation")
def test_reproduce_on_the_command_line(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told(str(file), "--update", "--jobs", "1", status=0)
    assert "1 of 1 published results agree to the last digit" in told(str(file), "--jobs", "1", status=0)
    assert "from seed 21" in told(str(file), "--jobs", "1", "--quick", status=0)
    (entry,) = json.loads(told(str(file), "--jobs", "1", "--seed", "100", "--json", status=0))
    assert (entry["compared"], entry["verdict"], entry["p_value"]) == ("seeds", "agrees", 1.0)
    assert "one change" in told(str(file), "--jobs", "1", "--set", "tasks.load=0.6", status=0)
    for wrong in (["--update", "--quick"], ["--update", "--set", "tasks.load=0.6"], ["--seed", "7"]):
        told(str(file), *wrong, status=2)


@pytest.mark.usefixtures("made_up_simulation")
def test_a_quick_look_at_a_wrong_number_fails(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file publishes 0.11 with a standard deviation of 0.004, and the truth is 0.1 to the last digit."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    wrong = rng.normal(size=20)
    wrong = 0.11 + 0.004 * (wrong - wrong.mean()) / wrong.std()
    publish(Experiment.load(file), [finding(wrong)])
    assert "differs" in told(str(file), "--jobs", "1", "--quick", status=1)
    assert reproduce.differing_versions(Experiment.load(file)) == []


@pytest.mark.usefixtures("made_up_simulation")
def test_a_result_of_a_point_that_is_not_there_is_refused(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    published.write_text(published.read_text("utf-8").replace("[[found]]", "[[found]]\npoint = 7"), "utf-8")
    assert "no satisfaction of 'with' at point 7" in told(str(published), "--jobs", "1", status=2)
