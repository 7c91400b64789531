"""The results that ship: a fresh clone has something to open, in both languages, and it says how old it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from result_sweeps import page, texts
from sanfang.dashboard.pages.results import texts as result_texts
from sanfang.dashboard.pages.results.choice import show
from sanfang.dashboard.pages.results.listing import listed, pick
from sanfang.dashboard.words import LANGUAGES
from sanfang.lab.experiments.experiment import Experiment
from sanfang.studies.shipped import EXPERIMENT, FOLDER

ID = f"results/shipped/{EXPERIMENT}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_opens_what_ships_and_says_when_and_how_it_was_made(lang: str) -> None:
    entries = listed()
    chosen = pick(entries, ID)
    assert chosen is not None
    shown = show(chosen, entries)
    assert shown.problems == () and shown.views() == ["surface", "effects", "tradeoff", "table"]
    assert shown.opened is not None and shown.opened.runs == 144
    assert result_texts.description(shown, lang)
    notes = [note["text"] for one in texts(page(lang, experiment=ID), "notes") for note in one]
    made = json.loads((FOLDER / EXPERIMENT / "manifest.json").read_text("utf-8"))["made"]
    assert any(all(made[key] in note for key in ("date", "version", "commit", "command")) for note in notes)


def test_what_ships_is_of_the_experiment_that_is_named_and_small_and_tells_nothing_of_a_machine() -> None:
    experiment = Experiment.load(EXPERIMENT)
    document = json.loads((FOLDER / EXPERIMENT / "manifest.json").read_text("utf-8"))
    assert document["experiment"] == json.loads(json.dumps(experiment.to_dict())), "make it anew: make shipped"
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {"runs.csv", "manifest.json"}
    assert sum(path.stat().st_size for path in files) < 100_000
    assert not {"host", "machine", "process"} & set(document)
    assert Path(FOLDER / EXPERIMENT / "runs.csv").read_text("utf-8").startswith("scenario,point,policy.authority,")
