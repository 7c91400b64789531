"""Run all benchmarks, or those named, each in a process of its own, and write RESULTS.md beside this file."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks.measuring import QUICK, USUAL, size_options

NAMES = (
    "full_model",
    "phases",
    "parts",
    "reduced_model",
    "floor",
    "queue_vs_ciw",
    "sweep",
    "growth",
    "dashboard",
    "scene",
    "export",
)
LIBRARIES = ("sanfang", "numpy", "numba", "mesa", "pandas", "scipy", "ciw", "simpy")
RESULTS = Path(__file__).with_name("RESULTS.md")


def processor() -> str:
    """What the system calls the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def commit() -> str:
    """The commit that was measured, if this is a checkout; with a plus sign if files have changed since."""
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--dirty=+"], cwd=RESULTS.parent, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "no checkout"
    return found.stdout.strip()


def heading(size: str) -> str:
    """The top of the report: when, where, with what."""
    load = f", load {os.getloadavg()[0]:.1f} before the start" if hasattr(os, "getloadavg") else ""
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return "\n\n".join(
        [
            "# How fast it is",
            f"Written by `make bench` ({size} runs) on {dt.date.today()}, commit {commit()}.",
            f"Machine: {processor()}, {os.cpu_count()} cores{load}; {platform.system()}, Python "
            f"{platform.python_version()}; {versions}.",
            "Ratios are taken in one run, so that they mean something on another machine; absolute times do not.",
        ]
    )


def section(name: str, size: str) -> str:
    """What one benchmark has to say. Raises CalledProcessError if it fails, such as where programs disagree."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *([] if size == USUAL else [f"--{size}"])]
    return subprocess.run(command, cwd=RESULTS.parents[1], stdout=subprocess.PIPE, text=True, check=True).stdout


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    size_options(parser)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(NAMES)}; all if none is given")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    sections = [heading(options.size)]
    for name in options.names or NAMES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        sections.append(section(name, options.size))
    text = "\n\n".join(part.strip() for part in sections) + "\n"
    if options.names or options.size == QUICK:
        print(text)  # neither parts of a report nor quick runs replace the whole
        return
    RESULTS.write_text(text, "utf-8")
    print("wrote benchmarks/RESULTS.md", file=sys.stderr)


if __name__ == "__main__":
    main()
