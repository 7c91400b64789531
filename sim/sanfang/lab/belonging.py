"""What belongs together in a folder of results: a manifest names the files of each command's last run.

Without it, `requests.csv` of one scenario stays beside the metrics of another. What an earlier run of the same command
left is removed if the manifest named it and nobody has changed it since; what else lies there is told, and stays.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sanfang.lab.files import to_json, write_atomically
from sanfang.model.code_version import code_version
from sanfang.scenario.errors import InputError
from sanfang.scenario.files import read_text
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.telling import listed
from sanfang.scenario.window import windows_of

MANIFEST = "saved.json"
MAX_BYTES = 1_000_000
"""Of a manifest: one has a few kilobytes."""

OUTPUTS = frozenset(
    {
        *("metrics.json", "daily.csv", "ledger.csv", "requests.csv"),
        *("runs.csv", "means.csv", "differences.csv", "comparison.json", "comparison.png"),
        *("groups.csv", "gains.csv", "groups.parquet"),
        *("time_split.csv", "time_split_runs.csv", "time_split.png"),
        *("verification.json", "verification.csv", "verification.png"),
        *("runs.parquet", "daily.parquet"),
        *("mapping.toml", "quality.json", "quality.html"),
        *("estimates.md", "estimates.json", "district.toml"),
    }
)
"""Names of files that commands save. No other file is ever removed, whatever a manifest says."""


def settle(folder: Path, command: str, files: Iterable[Path], about: Mapping[str, Any]) -> tuple[Path, list[str]]:
    """Enter what `command` has saved in `folder` into its manifest, and remove what its run before left.

    `about` says what was run. Returns the manifest, and notes on what was removed, and on what does not belong and
    stays. Raises OSError if the manifest cannot be written.
    """
    held = _read(folder)
    own = {path.name: checksum(path) for path in files}
    stale = {name: digest for name, digest in _files_of(held.get(command)).items() if name not in own}
    removed = [name for name, digest in stale.items() if _remove(folder / name, digest)]
    entries = {key: _without(value, own) for key, value in held.items() if key != command}
    entries |= {command: {**about, "files": own}}
    text = to_json(entries)
    manifest = write_atomically(folder / MANIFEST, lambda path: path.write_text(text, "utf-8"))
    named = {name for entry in entries.values() for name in _files_of(entry)}
    strange = sorted(name for name in OUTPUTS - named if (folder / name).exists())
    notes = [f"{folder}: removed {listed(removed)}, which an earlier {command} had left"] if removed else []
    if strange:
        notes.append(f"{folder}: not of this {command}, and kept: {listed(strange)}")
    return manifest, notes


def about(scenarios: Mapping[str, Scenario], seed: int, days: int | None, scale: float, **more: Any) -> dict[str, Any]:
    """What was run, for a manifest: versions, digests of scenarios by label, seed, days, scale, evaluation windows."""
    import sanfang

    first = next(iter(scenarios.values()), None)
    return {
        "sanfang": sanfang.__version__,
        "code": code_version(),
        "scenarios": {label: scenario.digest() for label, scenario in scenarios.items()},
        "seed": seed,
        "days": days or (first.run.days if first else None),
        "scale": scale,
        "windows": {label: window.to_dict() for label, window in windows_of(scenarios, days).items()},
        **more,
    }


def checksum(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(folder: Path) -> dict[str, Any]:
    """The manifest of a folder; empty if there is none, or none that can be understood."""
    try:
        document = json.loads(read_text(folder / MANIFEST, MANIFEST, MAX_BYTES))
    except (InputError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _files_of(entry: Any) -> dict[str, str]:
    """Files and checksums of one command, as far as commands can have saved them."""
    files = entry.get("files") if isinstance(entry, Mapping) else None
    return {name: digest for name, digest in files.items() if name in OUTPUTS} if isinstance(files, Mapping) else {}


def _without(entry: Any, names: Mapping[str, str]) -> Any:
    """The entry of another command, without files that have been written anew since."""
    if not isinstance(entry, Mapping) or not isinstance(entry.get("files"), Mapping):
        return entry
    return {**entry, "files": {name: digest for name, digest in entry["files"].items() if name not in names}}


def _remove(path: Path, digest: str) -> bool:
    """Remove a file that is still as it was saved; whether it is gone."""
    try:
        if path.is_symlink() or not path.is_file() or checksum(path) != digest:
            return False
        path.unlink()
    except OSError:
        return False
    return True
