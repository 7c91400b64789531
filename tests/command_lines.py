"""Calling the command line in this process, and as a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from sanfang.cli.app import app

COMMAND = [sys.executable, "-c", "from sanfang.cli.app import app; app(prog_name='sanfang')"]


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def full(*anything: Any, **more: Any) -> Any:
    """In the place of a function that writes: the disk is full."""
    raise OSError(28, "No space left on device")
