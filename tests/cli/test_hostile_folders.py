"""Folders that cannot take results are refused before the first run, and a full disk takes no result along."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from command_lines import call, full
from sanfang.cli import saving
from sanfang.lab import files, reproduce
from sanfang.run import simulation


def made() -> list[str]:
    return sorted(path.name for path in Path("made").iterdir())


# --- Folders -------------------------------------------------------------------------------------------------

FOLDERS = {
    "below a file": ("small.toml/made", "small.toml is a file, not a folder"),
    "of the system": ("/proc/made", "cannot be written to"),
    "with a name of 300 letters": ("x" * 300, "cannot be written to: File name too long"),
    "behind a loop of links": ("loop/made", ""),
    "a link that leads nowhere": ("nowhere", "nowhere is a link that leads to no folder"),
    "behind a link that leads nowhere": ("nowhere/made", "nowhere is a link that leads to no folder"),
}

WITH_A_FOLDER = {
    "run": ["run", "small.toml"],
    "compare": ["compare", "small.toml"],
    "why": ["why", "small.toml"],
    "sweep": ["sweep", "mine.toml"],
    "verify": ["verify"],
    "reproduce": ["reproduce", "mechanisms/F1a"],
    "export": ["export", "done"],
}


def never(*anything: Any, **more: Any) -> Any:
    raise AssertionError("a run was made")


def with_a_sweep(here: Path, *, done: bool) -> None:
    Path("mine.toml").write_text('scenarios = ["small.toml"]\nreplications = 1\n')
    if done:
        assert call("sweep", "mine.toml", "--out", "done", "--jobs", "1").exit_code == 0


@pytest.mark.usefixtures("made_up_simulation")
@pytest.mark.parametrize(("folder", "message"), FOLDERS.values(), ids=FOLDERS.keys())
@pytest.mark.parametrize("arguments", WITH_A_FOLDER.values(), ids=WITH_A_FOLDER.keys())
def test_a_folder_that_cannot_be_written_to_is_refused_before_the_first_run(
    here: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], folder: str, message: str
) -> None:
    with_a_sweep(here, done=arguments[0] == "export")
    Path("loop").symlink_to("loop")
    Path("nowhere").symlink_to("not/there")
    before = sorted(here.rglob("*"))
    monkeypatch.setattr(simulation, "simulate", never)
    result = call(*arguments, "--out", folder)
    assert result.exit_code == 2, repr(result.exception)
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert sorted(here.rglob("*")) == before


@pytest.mark.usefixtures("made_up_simulation")
@pytest.mark.parametrize("arguments", WITH_A_FOLDER.values(), ids=WITH_A_FOLDER.keys())
def test_a_disk_that_takes_nothing_is_found_out_before_the_first_run_and_no_folder_stays(
    here: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    with_a_sweep(here, done=arguments[0] == "export")
    before = sorted(here.rglob("*"))
    monkeypatch.setattr(simulation, "simulate", never)
    monkeypatch.setattr(saving.os, "fsync", full)
    result = call(*arguments, "--out", "made/below")
    assert result.exit_code == 2, repr(result.exception)
    assert result.stderr == "error: --out made/below: cannot be written to: No space left on device\n"
    assert sorted(here.rglob("*")) == before


@pytest.mark.usefixtures("made_up_simulation")
def test_the_folder_that_a_sweep_takes_by_itself_is_tried_too(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_a_sweep(here, done=False)
    Path("results").write_text("a file")
    monkeypatch.setattr(simulation, "simulate", never)
    result = call("sweep", "mine.toml")
    assert result.exit_code == 2, repr(result.exception)
    assert "results/mine: results is a file, not a folder" in result.stderr


@pytest.mark.usefixtures("made_up_simulation")
def test_files_that_are_links_are_replaced_and_what_they_lead_to_stays_as_it_is(here: Path) -> None:
    """A folder of results that somebody else has prepared."""
    assert call("run", "small.toml", "--out", "made").exit_code == 0
    with_a_sweep(here, done=True)
    Path("precious").write_text("precious")
    for folder in (Path("made"), Path("done")):
        for file in folder.iterdir():
            if file.name not in ("sweep.sqlite", "sweep.lock"):
                file.unlink()
                file.symlink_to(here / "precious")
    assert call("run", "small.toml", "--out", "made").exit_code == 0
    assert call("sweep", "mine.toml", "--out", "done", "--jobs", "1").exit_code == 0
    assert call("export", "done").exit_code == 0
    assert Path("precious").read_text() == "precious"


@pytest.mark.usefixtures("made_up_simulation")
@pytest.mark.parametrize("name", ["sweep.sqlite", "sweep.lock"])
@pytest.mark.parametrize("there", [True, False])
def test_a_store_whose_file_is_a_link_is_not_written_to(here: Path, name: str, there: bool) -> None:
    with_a_sweep(here, done=True)
    kept = Path("done", "sweep.sqlite").read_bytes()
    Path("linked").mkdir()
    Path("linked", name).symlink_to(here / "done" / "sweep.sqlite" if there else here / "nowhere")
    result = call("sweep", "mine.toml", "--out", "linked", "--jobs", "1", "--no-reuse")
    assert result.exit_code == 2 and result.stderr.count("\n") == 1 and "link" in result.stderr
    assert Path("done", "sweep.sqlite").read_bytes() == kept and not Path("nowhere").exists()


@pytest.mark.usefixtures("made_up_simulation")
@pytest.mark.parametrize("target", ["not/there", "made", "small.toml"])
def test_a_folder_that_becomes_a_link_to_none_during_the_run_takes_no_result_along(
    here: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    real = saving.save

    def swapped(out: Path, *others: Any) -> Any:
        out.symlink_to(target)
        return real(out, *others)

    monkeypatch.setattr("sanfang.cli.app.save", swapped)
    result = call("run", "small.toml", "--out", "made")
    assert result.exit_code == 1 and "not saved" in result.stderr and "Traceback" not in result.stderr
    assert result.stdout.startswith("small, seed 1"), "it is printed"


@pytest.mark.usefixtures("made_up_simulation")
@pytest.mark.parametrize(
    "arguments", [["run", "a.toml"], ["compare", "a.toml", "b.toml", "--reps", "2", "--jobs", "1"]]
)
def test_a_disk_that_is_full_at_the_end_takes_no_result_along(
    here: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setattr(Path, "write_text", full)
    result = call(*arguments, "--out", "made")
    assert result.exit_code == 1
    assert "Satisfaction of residents" in result.stdout, "the results themselves are printed"
    lost = "metrics.json" if arguments[0] == "run" else "comparison.json"
    assert result.stderr == f"error: --out made: not saved: {lost}, saved.json (No space left on device)\n"
    assert lost not in made() and len(made()) >= 2
    document = json.loads(call(*arguments, "--out", "made", "--json").stdout)
    assert len(document["files"]) == len(made())


@pytest.mark.usefixtures("made_up_simulation")
def test_a_disk_that_is_full_when_results_are_published_leaves_the_experiment_as_it_was(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = 'scenarios = ["slash.toml", "a.toml"]\ndistrict = "small.toml"\nreplications = 2\n'
    claim = '[claim]\nsays = "x"\nbecause = "y"\nmetric = "satisfaction"\nexpected = "higher"\n'
    Path("mine.toml").write_text(text + claim)
    write_atomically = files.write_atomically

    def full_at_last(path: Path, write: Any) -> Path:
        return full() if path.name == "mine.toml" else write_atomically(path, write)

    monkeypatch.setattr(reproduce, "write_atomically", full_at_last)
    result = call("reproduce", "mine.toml", "--update", "--jobs", "1")
    assert result.exit_code == 2, repr(result.exception)
    assert "mine.toml: cannot be written: No space left on device" in result.stderr
    assert Path("mine.toml").read_bytes().decode() == text + claim
