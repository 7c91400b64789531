"""Files in a folder of results belong together, or it is told which do not."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import sanfang
from sanfang.cli.app import app
from sanfang.lab.belonging import MANIFEST, OUTPUTS
from sanfang.model.code_version import code_version
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.window import Window

pytestmark = pytest.mark.usefixtures("made_up_simulation")
RUN = {"metrics.json", "daily.csv", "ledger.csv"}


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "out"


def call(*arguments: str) -> Any:
    result = CliRunner().invoke(app, [*arguments, "--district", "demo", "--out", "out"])
    assert result.exit_code == 0, result.output
    return result


def compare(*scenarios: str) -> Any:
    return call("compare", *scenarios, "--reps", "2", "--jobs", "1")


def there(out: Path) -> set[str]:
    return {path.name for path in out.iterdir()} - {MANIFEST}


def manifest(out: Path) -> dict[str, Any]:
    return json.loads((out / MANIFEST).read_text("utf-8"))  # type: ignore[no-any-return]


def test_a_manifest_names_the_files_with_checksums_and_what_was_run(out: Path) -> None:
    call("run", "before", "--seed", "3", "--days", "20", "--scale", "0.5", "--keep-requests")
    entry = manifest(out)["run"]
    files = entry.pop("files")
    assert files == {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in RUN | {"requests.csv"}}
    assert entry == {
        "sanfang": sanfang.__version__,
        "code": code_version(),
        "scenarios": {"before": Scenario.load("before", "demo").digest()},
        "seed": 3,
        "days": 20,
        "scale": 0.5,
        "windows": {"before": Window.of(Scenario.load("before", "demo"), 20).to_dict()},
    }


def test_requests_of_another_scenario_do_not_stay_beside_new_metrics(out: Path) -> None:
    call("run", "before", "--keep-requests")
    assert there(out) == RUN | {"requests.csv"}
    result = call("run", "services")
    assert there(out) == RUN
    assert "note: out: removed requests.csv, which an earlier run had left" in result.stderr
    assert set(manifest(out)["run"]["files"]) == RUN


def test_the_figure_of_an_earlier_comparison_goes_with_it(out: Path) -> None:
    compare("before", "services")
    assert "comparison.png" in there(out)
    compare("before")
    assert there(out) == {"runs.csv", "means.csv", "differences.csv", "groups.csv", "comparison.json"}


def test_comparisons_saved_from_python_are_settled_as_well(out: Path) -> None:
    from sanfang import compare as compare_in_python

    before = Scenario.load("before", "demo")
    compare("before", "services")
    compare_in_python([before], reps=2, jobs=1).save(out)
    assert "comparison.png" not in there(out)


def test_commands_keep_one_another_s_files(out: Path) -> None:
    call("run", "before")
    compare("before", "services")
    assert there(out) >= RUN | {"runs.csv"}
    assert set(manifest(out)) == {"run", "compare"}


@pytest.mark.parametrize("how", ["never named", "changed since", "a link"])
def test_a_file_that_is_not_ours_is_told_and_kept(out: Path, how: str) -> None:
    call("run", "before", "--keep-requests")
    requests = out / "requests.csv"
    if how == "never named":
        (out / MANIFEST).unlink()
    elif how == "changed since":
        requests.write_text("mine\n")
    else:
        requests.rename(out.parent / "elsewhere.csv")
        requests.symlink_to(out.parent / "elsewhere.csv")
    kept = requests.read_bytes()
    result = call("run", "services")
    assert requests.read_bytes() == kept
    assert "note: out: not of this run, and kept: requests.csv" in result.stderr


def test_files_of_a_user_are_neither_told_nor_touched(out: Path) -> None:
    out.mkdir()
    (out / "notes.txt").write_text("mine\n")
    assert "notes.txt" not in call("run", "before").stderr
    assert (out / "notes.txt").read_text() == "mine\n"


@pytest.mark.parametrize("name", ["notes.txt", "../notes.txt", "/etc/hostname", ""])
def test_a_manifest_from_elsewhere_removes_nothing_but_results(out: Path, name: str) -> None:
    out.mkdir()
    for folder in (out, out.parent):
        (folder / "notes.txt").write_text("mine\n")
    files = {name: hashlib.sha256(b"mine\n").hexdigest()}
    (out / MANIFEST).write_text(json.dumps({"run": {"files": files}}))
    call("run", "before")
    assert (out / "notes.txt").exists() and (out.parent / "notes.txt").exists()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"run": 1}', '{"run": {"files": [1]}}', "[" * 9000, "null"])
def test_a_broken_manifest_is_written_anew(out: Path, text: str) -> None:
    out.mkdir()
    (out / MANIFEST).write_text(text)
    call("run", "before")
    assert set(manifest(out)["run"]["files"]) == RUN


def test_the_daily_series_of_an_earlier_sweep_do_not_stay_beside_a_new_export(out: Path) -> None:
    def sweep_and_export(daily: bool) -> Any:
        text = f'scenarios = ["before"]\ndistrict = "demo"\nreplications = 2\ndaily = {str(daily).lower()}\n'
        Path("mine.toml").write_text(text)
        for command in (["sweep", "mine.toml", "--out", "out", "--jobs", "1"], ["export", "out"]):
            result = CliRunner().invoke(app, command)
            assert result.exit_code == 0, result.output
        return result

    sweep_and_export(daily=True)
    assert (out / "daily.csv").exists()
    assert "removed daily.csv" in sweep_and_export(daily=False).stderr
    assert not (out / "daily.csv").exists()


def test_every_file_that_a_command_saves_is_known_as_an_output(out: Path) -> None:
    call("run", "before", "--keep-requests")
    compare("before", "services")
    assert there(out) <= OUTPUTS
