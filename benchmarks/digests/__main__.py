"""Make the runs and say which of them differ. Exit status 1 if any does."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.digests.content import ALL, OTHERS, Digests, digests_of, model_of, tables_of
from benchmarks.digests.record import DigestRecord, differences, made_with, of_whole
from benchmarks.digests.runs import FAST, RUNS

ROOT = Path(__file__).resolve().parents[2]


def make(chosen: list[str], names: dict[str, list[str]] | None) -> dict[str, Digests]:
    """Digests of the chosen runs; each is told as it is made."""
    found = {}
    for name in chosen:
        found[name] = digests_of(name, names)
        print(f"{of_whole(found[name])}  {name}", file=sys.stderr, flush=True)
    return found


def made_by(sources: Path, chosen: list[str]) -> dict[str, Digests]:
    """Digests by the sources in another folder: with that checkout's own tool if it has one, else with this one."""
    tool = sources.parent if (sources.parent / "benchmarks" / "digests").is_dir() else ROOT
    command = [sys.executable, "-m", "benchmarks.digests", "--print", *chosen]
    environment = os.environ | {"PYTHONPATH": str(sources)}
    result = subprocess.run(command, cwd=tool, env=environment, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(result.stdout))


def record(commit: str) -> None:
    """Write the record anew: all runs, and the columns that there are now."""
    tables = tables_of(model_of(FAST["before"]))
    names = {part: sorted(table) for part, table in tables.items()}
    DigestRecord(commit, made_with(), names, make(list(ALL), names)).write()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.digests", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"runs, of {', '.join(ALL)}; all if none is given")
    parser.add_argument("--fast", action="store_true", help="the short runs")
    parser.add_argument("--against", type=Path, metavar="DIR", help="compare with the sources in DIR, not the record")
    parser.add_argument("--record", metavar="COMMIT", help="write the record anew, as made by COMMIT")
    parser.add_argument("--print", action="store_true", help="print the digests as JSON and compare nothing")
    options = parser.parse_args()
    if unknown := set(options.names) - {*RUNS, *OTHERS}:
        parser.error(f"no such run: {', '.join(sorted(unknown))}; there are {', '.join(ALL)}")
    chosen = options.names or list(FAST if options.fast else ALL)
    if options.record:
        record(options.record)
        return 0
    known = DigestRecord.read()
    if options.print:
        print(json.dumps(make(chosen, known.names)))
        return 0
    if options.against:
        expected, of_what = made_by(options.against.resolve(), chosen), str(options.against)
    else:
        expected, of_what = known.digests, f"the record of {known.commit}"
        if foreign := known.foreign():
            print(f"made with something else, so last digits may differ: {foreign}", file=sys.stderr)
    found = differences(expected, make(chosen, known.names))
    print("\n".join([f"{len(chosen) - len(found)} of {len(chosen)} as in {of_what}", *found]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
