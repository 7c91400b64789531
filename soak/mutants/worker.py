"""Runs tests in one folder again and again: `python -m soak.mutants.worker FOLDER`, names of tests on a line of input.

It answers with a line: the exit status of pytest and the first test that failed. Each time it forks, with all that is
big and not the program's own already loaded, since that takes longer than most of the tests.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import sys
import tempfile
import time
from pathlib import Path

import hypothesis  # noqa: F401
import matplotlib.pyplot  # noqa: F401
import mesa  # noqa: F401
import pandas  # noqa: F401
import pydantic  # noqa: F401
import pytest
import scipy.stats  # noqa: F401

MAX_SECONDS = 600
"""Of one test: where it takes longer it has noticed, since the mutant goes on for ever."""
LOOK_AGAIN_SECONDS = 0.02


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m soak.mutants.worker", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    for line in sys.stdin:
        print(json.dumps(run(options.folder, json.loads(line))), flush=True)


def run(folder: Path, names: list[str]) -> tuple[int, str]:
    """Exit status of pytest in a process of its own, and the name of the first test that failed."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        child = os.fork()
        if child == 0:
            _become_pytest(folder, names, output.fileno())
        status = _wait(child, MAX_SECONDS * len(names))
        output.seek(0)
        found = re.search(r"^(?:FAILED|ERROR) tests/\S+?::(\S+)", output.read(), re.MULTILINE)
    return (status, found[1] if found else "") if status >= 0 else (1, f"takes longer than {MAX_SECONDS} s")


def _become_pytest(folder: Path, names: list[str], output: int) -> None:
    """In the child: run the tests and end."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(folder)
    sys.path[:0] = [str(folder / "sim"), str(folder), str(folder / "tests")]
    sys.dont_write_bytecode = True
    options = ["-p", "soak.uncompiled", "-p", "no:cacheprovider", "-p", "no:xdist", "-q", "-x", "-rfE", "--tb=no"]
    status = 3
    try:
        status = int(pytest.main([*options, *(f"tests/{name}" for name in names)]))
        sys.stdout.flush()
    finally:
        os._exit(status)


def _wait(child: int, seconds: float) -> int:
    """Exit status of a process; -1 where it was ended because it took longer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return max(os.waitstatus_to_exitcode(status), 3) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        time.sleep(LOOK_AGAIN_SECONDS)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -1


if __name__ == "__main__":
    main()
