"""Workshops for tests: with made-up runs where only rights matter, and a visitor that opens one on a real server."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.visitor import HERE, Answer, Page, ask, page

import jobs
from sanfang.dashboard.workshop import workshop
from sanfang.dashboard.workshop.orders import Order, read
from sanfang.dashboard.workshop.setting import Setting
from sanfang.dashboard.workshop.workshop import HEADLINES, Workshop
from sanfang.dashboard.worlds.kept_runs import Seen, Trial
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.model.code_folder import LastingFolder
from sanfang.run.series import MEASURES

FORESEEN = dict.fromkeys(HEADLINES, "better")


class MadeUp:
    """Runs that take no time: their numbers are drawn from the scenario alone."""

    def make(self, trial: Trial, job: Any) -> Seen:
        rng = np.random.default_rng(zlib.crc32(trial.digest.encode()))
        series = {name: rng.random(trial.days) for name in MEASURES}
        return Seen({}, series, _amounts(rng, h.HOUR_HEADINGS), _amounts(rng, s.TIME_NAMES))


def folder_at(place: Path) -> LastingFolder:
    """A folder for workshops."""
    return LastingFolder(str(place), "SANFANG_WORKSHOPS_OF_NOBODY", "Workshops", "they are lost")


def made_up(monkeypatch: pytest.MonkeyPatch, setting: Setting) -> Iterator[Workshop]:
    """A workshop with made-up runs, which are there at once."""
    jobs.at_once(monkeypatch)
    monkeypatch.setattr(workshop, "RUNS", MadeUp())
    opened = Workshop("the host", setting)
    opened.begin()
    yield opened
    opened.close()


def _amounts(rng: np.random.Generator, names: tuple[str, ...]) -> dict[str, float]:
    return dict(zip(names, (1000 * rng.random(len(names))).tolist(), strict=True))


def order(**given: Any) -> Order:
    """An order as a phone sends it."""
    return read(json.dumps(given).encode())


def play(levers: Mapping[str, float], parent: int = 0, day: int = 0, **others: Any) -> dict[str, Any]:
    """What a phone sends to have a branch played."""
    return {"action": "play", "parent": parent, "day": day, "levels": dict(levers), "expected": FORESEEN} | others


# --- On a server ------------------------------------------------------------------------------------------


@contextmanager
def opened(address: str, setting: str = "district=demo&size=0.25&days=60", cookie: str | None = None) -> Iterator[Any]:
    """A workshop on a server, opened as a host does, and its screen: `(screen, code)`."""
    with page(address, cookie=cookie) as screen:
        screen.run(f"/workshop?lang=en&{setting}")
        screen.event(screen.with_event("told"), "told", "What first?")
        yield screen, code_of(screen)


def code_of(screen: Page) -> str:
    """The code that a screen shows, once it does."""
    for _ in screen.heard():
        for state in screen.widgets.values():
            if "code" in state and "question" in state:
                return str(state["code"])
    raise AssertionError("no code is shown")


def link_of(screen: Page) -> str:
    """The secret of the link that a screen shows, which it has shown by now."""
    return next(str(state["link"]) for state in screen.widgets.values() if "link" in state and "cells" in state)


def post(address: str, path: str, given: Any, cookie: str = "", source: str = HERE, **headers: str) -> Answer:
    """What a phone sends, from a page of the same server."""
    sent = {"Origin": address, "Content-Type": "application/json"} | ({"Cookie": cookie} if cookie else {}) | headers
    body = given if isinstance(given, bytes) else json.dumps(given).encode()
    return ask(address, f"/join/{path}", "POST", {name: value for name, value in sent.items() if value}, body, source)


def state(address: str, cookie: str) -> dict[str, Any]:
    """What a phone is told."""
    found: dict[str, Any] = json.loads(ask(address, "/join/state?since=0", headers={"Cookie": cookie}).body)
    return found
