"""Try hostile input: one case, or many."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Iterator
from dataclasses import asdict

from soak.hostile import pages
from soak.hostile.attempt import attempt
from soak.hostile.inside import warm_up
from soak.hostile.kinds import KINDS, case_of
from soak.hostile.verdict import Verdict


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m soak.hostile", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("number", type=int, help="of the case, or of the first one")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--alarm", type=float, default=60.0, help="seconds after which a case is killed")
    parser.add_argument("--lines", action="store_true", help="print every verdict as a line of JSON")
    options = parser.parse_args()
    if options.count == 1 and not options.lines:
        show(options.kind, options.number)
    found = 0
    for verdict in verdicts(options.kind, range(options.number, options.number + options.count), options.alarm):
        found += bool(verdict.findings)
        if options.lines:
            print(json.dumps(asdict(verdict)), flush=True)
        elif verdict.findings or options.count == 1:
            print(verdict.told())
    sys.exit(1 if found else 0)


def verdicts(kind: str, numbers: range, alarm: float) -> Iterator[Verdict]:
    """Messages go to a server, everything else to a process of its own."""
    if kind == "message":
        yield from pages.attempts(numbers)
        return
    warnings.filterwarnings("ignore", message=".*fork.*", category=DeprecationWarning)  # numpy's threads are idle
    warm_up()
    for number in numbers:
        yield attempt(kind, number, alarm)


def show(kind: str, number: int) -> None:
    """Print what is in a case."""
    case = case_of(kind, number)
    print(
        f"given: {[text[:200] for text in case.given]}",
        f"{case.encoding}, disk {case.disk}, fresh {case.fresh}",
        sep="\n",
    )
    for name, content in list(case.files.items())[:5]:
        print(f"--- {name}, {len(content):,} bytes", content[:2_000].decode("utf-8", "backslashreplace"), sep="\n")


if __name__ == "__main__":
    main()
