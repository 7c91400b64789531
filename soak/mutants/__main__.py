"""Try some mutants by number, description, or a word of their descriptions: `python -m soak.mutants 3 17 vetting`."""

from __future__ import annotations

import argparse
import sys

from soak.mutants.campaign import KILLED, tried
from soak.mutants.mutant import all_mutants


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m soak.mutants", description=__doc__)
    parser.add_argument("which", nargs="+", metavar="NUMBER|WORD")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    mutants = all_mutants()
    numbers = sorted({number for which in options.which for number in _numbers(which)})
    if not numbers:
        parser.error(f"no mutant is described by {' or '.join(options.which)}")
    survived = 0
    for result in tried(mutants, numbers, options.jobs):
        print(f"{result.number:4} {result.outcome:9} {mutants[result.number].wrong}  {result.by}", flush=True)
        survived += result.outcome != KILLED
    sys.exit(1 if survived else 0)


def _numbers(which: str) -> list[int]:
    if which.isdigit():
        return [int(which)]
    described = ((number, mutant.group, mutant.wrong) for number, mutant in enumerate(all_mutants()))
    return [number for number, group, wrong in described if which in (group, wrong, *wrong.split())]


if __name__ == "__main__":
    main()
