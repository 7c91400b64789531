"""`sanfang cache` shows what is kept on disk to save time, and removes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def cache(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-c", "from sanfang.cli.app import app; app()", "cache", *arguments]
    environment = os.environ | {"SANFANG_CACHE": str(folder)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def test_what_is_kept_is_shown_and_removed(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    (folder / "starts").mkdir(parents=True)
    (folder / "compiled-of-long-ago").mkdir()
    (folder / "starts" / "a.start").write_bytes(bytes(2_000_000))
    (folder / "compiled-of-long-ago" / "code").write_bytes(bytes(1_000_000))
    shown: dict[str, Any] = json.loads(cache(folder, "--json"))
    assert shown["folder"] == str(folder) and not shown["cleared"]
    assert (shown["steady_starts"], shown["steady_start_bytes"]) == (1, 2_000_000)
    assert shown["compiled_code_bytes"] >= 1_000_000
    told = cache(folder, "--clear")
    assert "steady starts: 1, 2.0 MB" in told and "has been removed" in told
    left = json.loads(cache(folder, "--json"))
    assert left["steady_starts"] == left["steady_start_bytes"] == 0
    assert not (folder / "compiled-of-long-ago").exists()
