"""Run all benchmarks, or those named, one after the other, and write RESULTS.md beside this file."""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks.measuring import QUICK, size_options

NAMES = ("full_model", "phases", "reduced_model", "floor", "queue_vs_ciw", "sweep", "growth")
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
        sections.append(str(importlib.import_module(f"benchmarks.{name}").measure(options.size)))
    text = "\n\n".join(section.strip() for section in sections) + "\n"
    if options.names:
        print(text)  # parts of a report do not replace the whole
        return
    target = RESULTS if options.size != QUICK else RESULTS.with_name("RESULTS.quick.md")
    target.write_text(text, "utf-8")
    print(f"wrote {target.relative_to(Path.cwd()) if target.is_relative_to(Path.cwd()) else target}", file=sys.stderr)


if __name__ == "__main__":
    main()
