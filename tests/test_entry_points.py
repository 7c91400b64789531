"""Whatever is started by `python -m` says with --help what it does, and does not do it."""

from __future__ import annotations

import runpy
import sys
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = {"sim/sanfang": "sim", "docs": ".", "soak": ".", "benchmarks": "."}
"""Where programs lie, and the folder from which they are imported."""


def programs() -> list[str]:
    """Their names as `python -m` takes them."""
    names = []
    for folder, source in FOLDERS.items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            if 'if __name__ == "__main__":' in path.read_text("utf-8"):
                parts = path.relative_to(ROOT / source).with_suffix("").parts
                names.append(".".join(parts[:-1] if parts[-1] == "__main__" else parts))
    return names


@pytest.mark.parametrize("name", programs())
def test_help_is_printed_and_nothing_is_done(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with warnings.catch_warnings(), pytest.raises(SystemExit) as end:
        warnings.simplefilter("ignore", RuntimeWarning)  # that it is imported already
        runpy.run_module(name, run_name="__main__")
    told = capsys.readouterr().out
    assert end.value.code == 0
    assert told.lower().startswith("usage: ") and len(told.splitlines()) > 3
