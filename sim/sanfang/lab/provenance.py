"""Where results come from: the version of the code, of its libraries, the machine, the revision."""

from __future__ import annotations

import os
import platform
import subprocess
from typing import Any

import sanfang
from sanfang.model.code_version import PACKAGE, code_version, libraries


def revision() -> str:
    """The git commit of the code, with "+" if files differ from it; empty outside a repository."""

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(PACKAGE), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()

    try:
        changed = git("status", "--porcelain", "--untracked-files=no", "--", str(PACKAGE))
        return git("rev-parse", "HEAD") + ("+" if changed else "")
    except (OSError, subprocess.SubprocessError):
        return ""


def machine() -> dict[str, Any]:
    """What the runs are made on: host, system, processor, cores, Python."""
    return {
        "host": platform.node(),
        "system": f"{platform.system()} {platform.release()}",
        "processor": platform.machine(),
        "cores": os.cpu_count() or 1,
        "python": platform.python_version(),
    }


def provenance() -> dict[str, Any]:
    """All of the above as plain data, for manifests."""
    return {
        "sanfang": sanfang.__version__,
        "code": code_version(),
        "revision": revision(),
        "libraries": libraries(),
        "machine": machine(),
    }
