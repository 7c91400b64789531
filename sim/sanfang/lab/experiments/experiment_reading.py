"""From an experiment file, or a mapping, to the keys that it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sanfang.lab.experiments.experiment_file import ExperimentFile
from sanfang.lab.experiments.experiment_messages import MISPLACED, input_error_of
from sanfang.lab.experiments.points_file import check_points, read_points
from sanfang.scenario.catalogue import find, known_at
from sanfang.scenario.content import Source, find_experiment, is_bare
from sanfang.scenario.errors import InputError
from sanfang.scenario.toml import check_size, read_toml


@dataclass(frozen=True)
class Origin:
    """Where an experiment comes from: the name in messages, and the folder that its paths are relative to."""

    name: str
    folder: Path | None = None

    def locate(self, name: str) -> str:
        """The path of a file that the experiment names, if it lies beside it; else the name as it is."""
        beside = self.folder / name if self.folder and not is_bare(name) else None
        return str(beside) if beside and beside.is_file() else name


def read_experiment(name: str | Path) -> tuple[dict[str, Any], Source]:
    """The document in an experiment file, and the file. Raises `InputError`."""
    source = find_experiment(name)
    return read_toml(source), source


def parse(document: Mapping[str, Any], origin: Origin) -> ExperimentFile:
    """The experiment in a document, with its files found and its dotted keys joined. Raises `InputError`."""
    if not isinstance(document, Mapping):
        raise InputError(f"{origin.name}: must be a mapping of keys, not {type(document).__name__}")
    joined = dict(document)
    design = joined.get("design")
    if isinstance(design, Mapping) and design.get("points") is not None:  # a table has limits of its own
        check_size({**joined, "design": {**design, "points": None}}, origin.name)
        check_points(design["points"], f"{origin.name}: design.points")
    else:
        check_size(joined, origin.name)
    if isinstance(joined.get("variants"), Mapping):
        joined["variants"] = {
            name: _joined(settings) if isinstance(settings, Mapping) else settings
            for name, settings in joined["variants"].items()
        }
    for table in ("settings", "factors"):
        if isinstance(joined.get(table), Mapping):
            joined[table] = _joined(joined[table])
            for key in joined[table]:
                if key in ExperimentFile.model_fields:
                    raise InputError(f"{origin.name}: {table}.{key}: {MISPLACED}")
    if isinstance(design, Mapping) and isinstance(design.get("file"), str) and "points" not in design:
        rows = read_points((origin.folder or Path()) / design["file"], origin.name)
        joined["design"] = {key: value for key, value in design.items() if key != "file"} | {"points": rows}
    try:
        return ExperimentFile.model_validate(joined)
    except ValidationError as error:
        raise input_error_of(error, origin.name) from None


def _joined(table: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Tables of sections, as unquoted keys such as `policy.authority = 1` make them, as dotted paths."""
    paths: dict[str, Any] = {}
    for key, value in table.items():
        path = f"{above}{key}"
        section = isinstance(value, Mapping) and find(path) is None and (above or known_at(path))
        paths |= _joined(value, f"{path}.") if section else {path: value}
    return paths
