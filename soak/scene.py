"""Twenty viewers who watch the district at work for five minutes, each with a tenth of Licang and a seed of its own,
while somebody else opens pages: within 2 GB of the server's memory, and pages of others there in under 3 s."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.browser import chromium, server
from benchmarks.measuring import Disagreement
from benchmarks.scene import EVERY, Crowd, crowd

from sanfang.cli.progress import ProgressLine

VIEWERS, SECONDS = 20, 300.0
MOST_MEGABYTES, MOST_SECONDS = 2048.0, 3.0


@dataclass(frozen=True)
class Watched:
    """What the viewers met with, and what of it was too much."""

    crowd: Crowd | None
    findings: list[str] = field(default_factory=list)
    excess: int = 0
    load: float = 0.0
    """Processes that wanted a core before it began: other work on the machine."""


def run(_journal: Path, share: float, _jobs: int, _progress: ProgressLine) -> list[Watched]:
    """Let them watch; a `share` of the viewers below 1. There is nothing to go on from, so no journal is kept."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    try:
        with chromium() as browser, server() as at:
            met = crowd(browser, at, max(round(VIEWERS * share), 1), SECONDS)
    except Disagreement as problem:
        return [Watched(None, [str(problem)], load=load)]
    return [Watched(met, too_much(met), load=load)]


def too_much(met: Crowd) -> list[str]:
    """What goes beyond the aims."""
    found = []
    if met.most >= MOST_MEGABYTES:
        found.append(f"the server took {met.most:,.0f} MB")
    if met.page >= MOST_SECONDS:
        found.append(f"a page of somebody else took {met.page:.1f} s (median)")
    return found


def told(results: list[Watched]) -> str:
    """The result as Markdown."""
    (watched,) = results
    if watched.crowd is None:
        return f"Ended: {watched.findings[0]}."
    met = watched.crowd
    aims = f"Aims: {MOST_MEGABYTES:,.0f} MB, {MOST_SECONDS:.0f} s."
    beyond = f"**Beyond them:** {'; '.join(watched.findings)}." if watched.findings else "Both are kept."
    pages = f"{met.page:.1f} s (median of {met.opened}; slowest {met.slowest_page:.1f} s)"
    return (
        f"{met.viewers} viewers watched the district at work for {met.seconds:.0f} s at ten days a second, each with a "
        f"tenth of Licang and a seed of its own; one of them with motion, browsers and server on the same cores, where "
        f"other work had a load of {watched.load:.1f}. Memory of the server: {met.before:,.0f} MB before, "
        f"{met.most:,.0f} MB at most. A page that somebody else opened meanwhile was there after {pages}. The slowest "
        f"viewer played {met.slowest:.1f} days a second, the one with motion saw {met.pictures:.1f} pictures a second. "
        f"One viewer in {EVERY} was asked at the end, and told of the open requests that `simulate` gives. "
        f"{aims} {beyond}"
    )
