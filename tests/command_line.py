"""The command line as tests call it: within this process, or in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

from sanfang.cli.app import app

BELL = "\x1b]0;bell\x07"
"""What a terminal obeys: it changes the title of the window."""
COMMAND = [sys.executable, "-c", "from sanfang.cli.app import app; app(prog_name='sanfang')"]


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def in_shell(*arguments: str | bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own, with variables of its environment."""
    given = {**os.environ, **environment}
    return subprocess.run([*COMMAND, *arguments], capture_output=True, check=False, env=given, timeout=120)


def made() -> list[str]:
    return sorted(path.name for path in Path("made").iterdir())
