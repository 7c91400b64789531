"""Metrics of one's own: told plainly where they are wrong, run only for whoever names their experiment."""

from __future__ import annotations

import pickle
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import result_sweeps
from sanfang import Scenario, simulate
from sanfang.cli.app import app
from sanfang.dashboard.pages.results.listing import listed
from sanfang.dashboard.pages.results.runs import open_runs
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.storage.results import Results
from sanfang.lab.sweeps.measuring import measuring_of
from sanfang.lab.sweeps.sweep import sweep
from sanfang.scenario.errors import InputError

FILE = """
name = "asked"
scenarios = ["small.toml"]
replications = 2
days = 40
metrics_file = "metrics.py"
settings = { "run.warm_up" = 5, "run.start" = "empty" }
"""
HEAD = "from sanfang import metric\n\n"
GOOD = '''
@metric(unit="calendar days", better="lower", en="Silence", zh="沉默")
def silent_days(requests, window):
    """Mean of those that became requests."""
    made = requests[requests["voiced"] >= window.start]
    return (made["voiced"] - made["arose"]).mean()


@metric(unit="hours of the base", better="higher")
def base_hours(ledger):
    return ledger.loc[(ledger["resource"] == "hours") & (ledger["tier"] == "grid"), "amount"].sum()


@metric(unit="count")
def days_seen(daily):
    return len(daily)
'''


def written(here: Path, metrics: str, more: str = "") -> Path:
    (here / "asked.toml").write_text(FILE + more, "utf-8")
    (here / "metrics.py").write_text(HEAD + metrics, "utf-8")
    return here / "asked.toml"


def made(here: Path, metrics: str, more: str = "", jobs: int = 1, **how: Any) -> Any:
    return sweep(Experiment.load(written(here, metrics, more)), here / "results" / "asked", jobs=jobs, **how)


# --- What comes out ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", [1, 2])
def test_they_are_computed_of_every_run_whoever_makes_it(here: Path, jobs: int) -> None:
    """With the value that the tables of the same run give."""
    assert made(here, GOOD, jobs=jobs).complete
    runs = Results(here / "results" / "asked").runs().set_index("seed")
    scenario = Scenario.load("small.toml").with_({"run.warm_up": 5, "run.start": "empty"})
    for seed in (1, 2):
        run = simulate(scenario, seed=seed, days=40, keep_requests=True)
        requests = run.requests[run.requests["voiced"] >= 5]
        assert runs.loc[seed, "silent_days"] == np.mean(requests["voiced"] - requests["arose"])
        assert runs.loc[seed, "days_seen"] == 40
        assert runs.loc[seed, "satisfaction"] == run.metrics["satisfaction"]
        assert 0 < float(runs.loc[seed, "base_hours"]) < run.metrics["hours_supplied"]


def test_what_measures_goes_to_other_machines_without_the_file(here: Path) -> None:
    measuring = measuring_of(Experiment.load(written(here, GOOD)))
    (here / "metrics.py").unlink()
    run = simulate(Scenario.load("small.toml").with_({"run.warm_up": 0, "run.start": "empty"}), days=10)
    assert pickle.loads(pickle.dumps(measuring))(run).metrics["days_seen"] == 10


def test_tables_and_exports_show_them_with_unit_and_direction(here: Path) -> None:
    written(here, GOOD, 'metrics = ["silent_days", "satisfaction"]\n')
    out = str(here / "results" / "asked")
    assert CliRunner().invoke(app, ["sweep", "asked.toml", "--jobs", "1", "--out", out]).exit_code == 0
    shown = CliRunner().invoke(app, ["analyse", out]).stdout
    assert "Silence (calendar days, lower is better)" in shown
    assert CliRunner().invoke(app, ["export", out]).exit_code == 0
    assert "silent_days,satisfaction" in (Path(out) / "runs.csv").read_text("utf-8").splitlines()[0]


def test_a_published_result_in_one_is_made_again(here: Path) -> None:
    found = """
[variants.other]
"tasks.load" = 0.6
[[found]]
scenario = "other"
metric = "silent_days"
difference = {}
low = {}
high = {}
replications = 2
"""
    written(here, GOOD, found.format(0.0, -1.0, 1.0))
    told = CliRunner().invoke(app, ["reproduce", "asked.toml", "--out", str(here / "again"), "--jobs", "1"])
    assert told.exit_code == 1, "bits decide, and these were made up"
    assert re.search(r"asked +Silence +0\.0 +\[-1\.0, \+1\.0\]", told.stdout)


def test_a_changed_file_measures_again_where_records_are_kept_and_makes_no_run(here: Path) -> None:
    assert made(here, GOOD, "records = true\n").made == 2
    before = Results(here / "results" / "asked").runs()
    end = made(here, GOOD.replace("return len(daily)", "return 2 * len(daily)"), "records = true\n")
    assert (end.made, end.measured_again, end.complete) == (0, 2, True)
    after = Results(here / "results" / "asked").runs()
    assert after["days_seen"].tolist() == [80, 80]
    same = [name for name in before.columns if name not in ("days_seen", "seconds")]
    assert before[same].equals(after[same]), "to the last bit"


def test_a_comment_in_the_file_changes_nothing(here: Path) -> None:
    assert made(here, GOOD).made == 2
    end = made(here, "# said better\n" + GOOD)
    assert (end.made, end.measured_again) == (0, 0)


def test_a_metric_that_is_added_leaves_stored_runs_where_they_are(here: Path) -> None:
    """Without its records a run has to be made for a new metric; going back to the old ones makes none."""
    first = GOOD.split("\n\n\n@metric", 1)[0]
    assert made(here, first).made == 2
    with pytest.warns(UserWarning, match="2 stored runs .* made again"):
        assert made(here, GOOD, limit=1).made == 1
    assert made(here, first).done == 2


# --- What is refused before any run -------------------------------------------------------------------------

ONE = '@metric(unit="count")\ndef {}\n'
REFUSED = {
    "no number": (ONE.format("mine(daily):\n    return 'many'"), r'''metrics\.py, metric 'mine': returns "many"'''),
    "nothing": (ONE.format("mine(daily):\n    pass"), r"metrics\.py, metric 'mine': returns None"),
    "yes or no": (ONE.format("mine(daily):\n    return True"), r"metric 'mine': returns (true|True)"),
    "a column": (ONE.format("mine(daily):\n    return daily['open']"), r"metric 'mine': returns .* not one number"),
    "a column that is not there": (
        ONE.format("mine(daily):\n    x = 1\n    return daily['opne'].sum()"),
        r"metrics\.py, line 6, metric 'mine': KeyError: 'opne'",
    ),
    "a fault on the way": (
        f"def half(x):\n    return x / 0\n\n{ONE.format('mine(daily):' + chr(10) + '    return half(1)')}",
        r"metrics\.py, line 4, metric 'mine': ZeroDivisionError",
    ),
    "a fault at the top": (f"import nothing_at_all\n{GOOD}", r"metrics\.py, line 3: ModuleNotFoundError"),
    "an end": (ONE.format("mine(daily):\n    raise SystemExit(0)"), r"line 5, metric 'mine': SystemExit"),
    "no Python": ("def (:\n", r"metrics\.py, line 3: is no Python"),
    "a shipped name": (ONE.format("satisfaction(daily):\n    return 1"), r"line 4, metric 'satisfaction': is the name"),
    "a column's name": (ONE.format("seed(daily):\n    return 1"), r"metric 'seed': .* a column of this name"),
    "nothing but brackets": ("(" * 90_000, r"metrics\.py.*: is no Python"),
    "a long way down": ("x = " + "-" * 90_000 + "1\n", r"metrics\.py.*: is no Python"),
    "twice": (2 * ONE.format("mine(daily):\n    return 1"), r"line 7: the metric 'mine' is there twice"),
    "another parameter": (ONE.format("mine(model):\n    return 1"), r"metric 'mine': asks for 'model'; .*requests"),
    "no unit": ("@metric(better='lower')\ndef mine(daily):\n    return 1\n", r"@metric needs a unit"),
    "no direction": ("@metric(unit='x', better='up')\ndef mine(daily):\n    return 1\n", r'better = "up": must be'),
    "a word": ("@metric(unit='x', beter='lower')\ndef mine(daily):\n    return 1\n", r"no 'beter'.*better"),
    "a computed unit": ("@metric(unit='x' * 2)\ndef mine(daily):\n    return 1\n", r"unit: must be text in quotes"),
    "none": ("def mine(daily):\n    return 1\n", r"declares 0 metrics"),
    "a class": ("@metric(unit='x')\nclass Mine:\n    pass\n", r"line 4: @metric\(.*\) stands above a plain function"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_file_ends_in_one_line_before_any_run(here: Path, text: str, message: str) -> None:
    path = written(here, text)
    told = CliRunner().invoke(app, ["sweep", str(path), "--jobs", "1", "--out", str(here / "results" / "asked")])
    assert told.exit_code == 2
    assert re.search(message, told.stderr) and "Traceback" not in told.stderr, told.stderr
    assert not (here / "results" / "asked" / "sweep.sqlite").exists()


@pytest.mark.parametrize("name", ["../metrics.py", "/etc/passwd", "metrics.txt", "sub/metrics.py", "none.py", ""])
def test_the_file_lies_beside_the_experiment(here: Path, name: str) -> None:
    written(here, GOOD)
    (here / "metrics.txt").write_text(HEAD + GOOD)
    (here.parent / "metrics.py").write_text(HEAD + GOOD)
    text = FILE.replace('"metrics.py"', f'"{name}"')
    (here / "asked.toml").write_text(text)
    with pytest.raises(InputError, match=r"metrics_file|none\.py"):
        Experiment.load(here / "asked.toml")


def test_a_metric_that_nobody_declares_is_refused(here: Path) -> None:
    with pytest.raises(InputError, match="\"silent_day\": is not a metric; did you mean 'silent_days'"):
        Experiment.load(written(here, GOOD, 'metrics = ["silent_day"]\n'))


def test_a_run_on_which_one_fails_is_a_failed_run_with_file_line_and_metric(here: Path) -> None:
    """The small run before all others has one community, the real one six."""
    text = ONE.format("mine(requests):\n    assert requests['community'].nunique() == 1\n    return 1")
    assert made(here, text).failed == 2
    error = Results(here / "results" / "asked").failures()["error"].iloc[0]
    assert re.search(r"metrics\.py, line 5, metric 'mine': AssertionError", error)


# --- It is code ---------------------------------------------------------------------------------------------

MARK = "from pathlib import Path\nPath('it-has-run').write_text('x')\n"


def page(lang: str) -> str:
    """All that the Results page shows of the sweep, as a table."""
    widgets = result_sweeps.page(lang, experiment="results/asked", metric="silent_days", view="table")
    return " ".join(str(getattr(widget, name, "")) for widget in widgets for name in ("caption", "columns"))


def test_it_runs_for_whoever_names_its_experiment_to_sweep_and_for_nobody_else(here: Path) -> None:
    made(here, GOOD)
    path, mark, out = written(here, MARK + GOOD), here / "it-has-run", str(here / "results" / "asked")
    shutil.copy(here / "metrics.py", Path(out) / "metrics.py")
    shutil.copy(path, Path(out) / "asked.toml")
    Experiment.load(path)
    for command in (["status", out], ["analyse", out], ["analyse", out, "--json"], ["export", out]):
        assert CliRunner().invoke(app, command).exit_code == 0
        assert not mark.exists(), command
    for lang, label in (("en", "Silence (calendar days)"), ("zh", "沉默 (天)")):
        assert label in page(lang), "the Results page"
    found = [one for one in listed() if one.id == "results/asked"]
    opened = open_runs(found[0])
    assert not np.isnan(opened.values("silent_days")).any() and not mark.exists()
    sweep(Experiment.load(path), Path(out), jobs=1)
    assert mark.exists()


# --- The example --------------------------------------------------------------------------------------------


def test_the_example_gives_its_metrics() -> None:
    loaded = Experiment.load("own-metrics/own-metrics")
    assert measuring_of(loaded).records
    run = simulate(
        next(iter(loaded.bases.values())).with_({"run.warm_up": 0, "run.start": "empty"}), days=30, scale=0.1
    )
    found = measuring_of(loaded)(run).metrics
    requests = run.observation.records if run.observation else []
    made = [record for record in requests if record["voiced"] >= 0]
    assert found["handed_on_often"] == np.mean([record["handoffs"] >= 2 for record in made])
    assert all(found[name] > 0 for name in loaded.own.names)
