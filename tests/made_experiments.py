"""Experiments of a few lines, from a mapping or written into a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sanfang.lab.experiments.experiment import Experiment

TWO = {"scenarios": ["before", "three-devolutions"]}


def made(factors: dict[str, Any] | None = None, **keys: Any) -> Experiment:
    return Experiment.from_dict(TWO | keys | ({"factors": factors} if factors else {}))


def written(folder: Path, text: str, name: str = "mine.toml") -> Experiment:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return Experiment.load(folder / name)
