"""Fixtures that tests of this folder share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, empty except for a district and scenarios with the same name but for its end."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(Path(__file__).parents[1] / "data" / "small.toml", tmp_path)
    for letter in "ab":
        Path(f"{letter}.toml").write_text(f'name = "plan [{letter}]"\n[policy]\nauthority = 0.{ord(letter) - 95}\n')
    Path("slash.toml").write_text('name = "[/x] 溪"\n')
    return tmp_path
