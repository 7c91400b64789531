"""Holds a workshop, as a campaign and for the tests, and tells what it has come to."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import browser

from soak.workshop.checks import check
from soak.workshop.room import Room

MINUTES, PHONES = 10.0, 12
SLOW_SECONDS = 5.0
"""An order that is answered later is told."""


@dataclass(frozen=True)
class Result:
    """What became of one workshop."""

    minutes: float
    phones: int
    branches: int
    orders: int
    tries: int
    slowest: float
    replay_bytes: int
    findings: tuple[str, ...]

    @property
    def excess(self) -> tuple[str, ...]:
        """What took too long."""
        return (f"an order took {self.slowest:.1f} s",) if self.slowest > SLOW_SECONDS else ()


def hold(
    chromium: Any, address: str, minutes: float, phones: int = PHONES, report: Callable[[], object] = lambda: None
) -> Result:
    """Hold a workshop for some minutes on the server at `address`."""
    room = Room(chromium, address)
    try:
        with tempfile.TemporaryDirectory() as folder:
            room.enter(phones)
            room.play(60 * minutes, report)
            size = check(room, Path(folder))
        return Result(minutes, phones, room.branches, room.orders, room.tries, room.slowest, size, tuple(room.findings))
    finally:
        room.close()


def run(journal: Path, share: float, jobs: int, report: Callable[[int, int, int], object]) -> list[Result]:
    """Hold one workshop for `share` of `MINUTES`. It is one piece: there is nothing to go on with, or to share out."""
    began, seconds = time.monotonic(), int(60 * MINUTES * share)

    def tell() -> None:
        report(min(int(time.monotonic() - began), seconds), seconds, 0)

    with browser.server() as server, browser.chromium() as chromium:
        return [hold(chromium, server.address, MINUTES * share, report=tell)]


def told(results: list[Result]) -> str:
    """What the workshop has come to, in Markdown."""
    one = results[0]
    head = (
        f"{one.phones} phones and a screen for {one.minutes:g} minutes: {one.orders:,} orders carried out, "
        f"{one.branches} branches, {one.tries:,} tries at branches of others, slowest answer {one.slowest:.1f} s; "
        f"replay of {one.replay_bytes / 1e6:.1f} MB, held against runs made anew."
    )
    found = [f"- {finding}" for finding in (*one.findings, *one.excess)] or ["Nothing was found."]
    return "\n".join([head, "", *found])
