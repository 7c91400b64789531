"""Run the long campaigns, or those named, and write what each found, with date and commit, into its page."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from pathlib import Path

from benchmarks.__main__ import commit, processor

from sanfang.cli.progress import ProgressLine
from soak import scene
from soak.hostile import campaign as hostile
from soak.mutants import campaign as mutants
from soak.workshop import campaign as workshop

ROOT = Path(__file__).resolve().parents[1]
JOURNALS = ROOT / "results" / "soak"
REPORT = ROOT / "docs" / "soak.md"
VERIFICATION = ROOT / "docs" / "verification.md"

CAMPAIGNS = {
    "hostile": (hostile, "Hostile input", REPORT),
    "mutants": (mutants, "Mutants", VERIFICATION),
    "scene": (scene, "Twenty viewers of the district at work", REPORT),
    "workshop": (workshop, "A workshop of twelve phones", REPORT),
}
"""Module with `run` and `told`, the heading of its section, and the page on which that stands."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(CAMPAIGNS)}; all if none is given")
    parser.add_argument("--share", type=float, default=1.0, help="of the cases; less than all is printed, not written")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--again", action="store_true", help="forget what an earlier run of this commit has done")
    options = parser.parse_args()
    if unknown := set(options.names) - set(CAMPAIGNS):
        parser.error(f"no such campaign: {', '.join(sorted(unknown))}; there are {', '.join(CAMPAIGNS)}")
    found = False
    for name in options.names or CAMPAIGNS:
        module, heading, page = CAMPAIGNS[name]
        journal = JOURNALS / f"{name}-{commit()}.jsonl"
        journal.parent.mkdir(parents=True, exist_ok=True)
        if options.again:
            journal.unlink(missing_ok=True)
        with ProgressLine("cases") as progress:
            results = module.run(journal, options.share, options.jobs, progress)
        text = f"## {heading}\n\n{when()}\n\n{module.told(results)}\n"
        found |= any(one.findings or one.excess for one in results)
        if options.share < 1:
            print(text)
        else:
            write(page, heading, text)
    sys.exit(1 if found else 0)


def when() -> str:
    """When, of what, and where."""
    return f"{dt.date.today()}, commit {commit()}, on {processor()}, {os.cpu_count()} cores."


def write(page: Path, heading: str, text: str) -> None:
    """Put a section into a page, in place of the one that has its heading."""
    top, *sections = page.read_text("utf-8").split("\n## ")
    kept = [section for section in sections if not section.startswith(f"{heading}\n")]
    page.write_text("\n## ".join([top.rstrip() + "\n", *kept, text.removeprefix("## ")]), "utf-8")
    print(f"wrote {heading} into {page.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    main()
