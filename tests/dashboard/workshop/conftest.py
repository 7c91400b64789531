"""What tests of workshops share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import jobs
from sanfang.dashboard.workshop import workshop
from sanfang.dashboard.workshop.rooms import Rooms
from workshops import MadeUp


@pytest.fixture
def open_rooms(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rooms]:
    """Workshops whose runs are made up, at once; all are closed in the end."""
    jobs.at_once(monkeypatch)
    monkeypatch.setattr(workshop, "RUNS", MadeUp())
    found = Rooms()
    yield found
    for one in found._open:
        one.close()
