"""`sanfang cache` shows what is kept on disk to save time, and removes it."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sanfang.cli import cache as cache_command
from sanfang.cli.app import app
from sanfang.model.code_folder import CodeFolder
from sanfang.model.start import snapshots

START, OLD_CODE = f"{32 * 'a'}.start", f"compiled-{16 * '0'}"


def cache(folder: Path, *arguments: str, status: int = 0) -> str:
    command = [sys.executable, "-m", "sanfang", "cache", *arguments]
    environment = os.environ | {"SANFANG_CACHE": str(folder)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == status, ended.stderr
    return ended.stdout + ended.stderr


def test_what_is_kept_is_shown_and_removed(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    (folder / "starts").mkdir(parents=True)
    (folder / OLD_CODE).mkdir()
    (folder / "starts" / START).write_bytes(bytes(2_000_000))
    (folder / OLD_CODE / "code").write_bytes(bytes(1_000_000))
    shown: dict[str, Any] = json.loads(cache(folder, "--json"))
    assert shown["folder"] == str(folder) and not shown["cleared"]
    assert (shown["steady_starts"], shown["steady_start_bytes"]) == (1, 2_000_000)
    assert shown["compiled_code_bytes"] >= 1_000_000
    told = cache(folder, "--clear")
    assert "steady starts: 1, 2.0 MB" in told and "has been removed" in told
    left = json.loads(cache(folder, "--json"))
    assert left["steady_starts"] == left["steady_start_bytes"] == 0
    assert not (folder / OLD_CODE).exists()


def test_only_what_is_ours_is_removed_whatever_lies_beside_it(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    starts.mkdir()
    ours = (START, f"{32 * 'b'}.lock", f".{32 * 'c'}.start-x1_y")
    for name in (*ours, "notes.txt", "a.start", "README.start"):
        (starts / name).write_text("mine")
    (starts / f"{32 * 'd'}.start").mkdir()
    (starts / f"{32 * 'e'}.start").symlink_to("nowhere")
    (tmp_path / "compiled-of-mine").mkdir()
    assert json.loads(cache(tmp_path, "--json"))["steady_starts"] == 1
    cache(tmp_path, "--clear")
    left = {file.name for file in starts.iterdir()}
    assert left == {"notes.txt", "a.start", "README.start", f"{32 * 'd'}.start"}
    assert (tmp_path / "compiled-of-mine").is_dir()


def test_what_cannot_be_removed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "starts").mkdir()
    (tmp_path / "starts" / START).touch()

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    monkeypatch.setattr(snapshots, "FOLDER", CodeFolder("starts"))
    monkeypatch.setenv("SANFANG_CACHE", str(tmp_path))
    monkeypatch.setattr(cache_command, "_removed", lambda folders: [])
    monkeypatch.setattr(Path, "unlink", refuse)  # the administrator may remove everything
    ended = CliRunner().invoke(app, ["cache", "--clear"])
    assert ended.exit_code == 1 and "has been removed" not in ended.output
    assert f"not removed: {tmp_path / 'starts' / START} (Read-only file system)" in ended.output
