"""The district left as it is, under its present policy: one run for all viewers of the same district, seed and size.

It is played in the background as far as the viewer who is furthest ahead, and a little further. Pages read what is
recorded of it, and never wait for it: where it is late, its series come later.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from weakref import WeakValueDictionary

from sanfang.dashboard import limits
from sanfang.dashboard.worlds import shared_slots
from sanfang.dashboard.worlds.starts import have_start
from sanfang.dashboard.worlds.viewers import Viewers
from sanfang.run.against import Recorded, recorded
from sanfang.run.background import DAYS_A_TURN, FAILED, BackgroundJob
from sanfang.run.session import Session
from sanfang.run.slots import Slot
from sanfang.scenario.scenario import Scenario

DAYS_AHEAD = 60
"""Days that it is played beyond the day of whoever is furthest; it goes on when half of them are left."""


class PresentRun:
    """The run of one district, with those who look at it. `seen` is what is known of it, `error` why it failed.

    Its world is in memory while somebody looks, days are left, and nobody else needs the room; what was recorded stays.
    Every method may be called by any thread.
    """

    def __init__(self, scenario: Scenario, seed: int, scale: float, days: int) -> None:
        self.scenario, self.seed, self.scale, self.days = scenario, seed, scale, days
        self.seen: Recorded | None = None
        self.error = ""
        self._lock = threading.RLock()
        self._viewers = Viewers("the present policy")
        self._until = 0
        self._session: Session | None = None
        self._room: Slot | None = None
        self._job: BackgroundJob[None] | None = None

    @property
    def is_alive(self) -> bool:
        """Whether its world is in memory, or on its way there."""
        return self._room is not None

    def join(self, told: Callable[[], object]) -> Callable[[], None]:
        """Somebody looks; `told` is called on this page when more is known. Returns what ends that: once nobody is
        left, nothing is played any more, and the world is let go."""
        gone = self._viewers.join(told)

        def leave() -> None:
            with self._lock:
                gone()
                if not self._viewers:
                    self._let_go()

        return leave

    def want(self, day: int) -> None:
        """Have it played to `day` and a little further, in the background; nothing if it is there already."""
        with self._lock:
            if self._room is not None:
                self._room.use()
            known = self.seen.day if self.seen else 0
            if not self._viewers or self.error or known >= min(day + DAYS_AHEAD // 2, self.days):
                return
            self._until = max(self._until, min(day + DAYS_AHEAD, self.days))
            if self._job is None:
                self._begin()

    def _begin(self) -> None:
        """Play it as a job; the lock is held. The room stays with the world from one job to the next."""
        if self._room is None:
            people = self.scale * self.scenario.district.population
            self._room = shared_slots.PRESENT.slot(self, limits.world_megabytes(people, self.days))
            self._room.put_away = self._let_go
        job: BackgroundJob[None] = BackgroundJob(
            self._play, room=self._room, owner=self, jobs=shared_slots.JOBS, turns=shared_slots.TURNS
        )
        job.listen(lambda: self._tell(job))
        self._job = job
        job.start()

    def _play(self, job: BackgroundJob[Any]) -> None:
        session = self._session or self._made(job)
        while True:
            with job.turn():
                session.step(max(min(DAYS_A_TURN, self._until - session.day), 0))
                seen = recorded(session)
            with self._lock:
                job.check()  # whoever let the world go has cancelled the job under this lock
                self._session = session
                if self.seen is None or self.seen.day < seen.day:
                    self.seen = seen
                if session.day >= self._until:
                    self._job = None
                    if session.over:
                        self._let_go()
                    return
            job.did(DAYS_A_TURN)

    def _made(self, job: BackgroundJob[Any]) -> Session:
        """Its world, at the beginning."""
        have_start(self.scenario, self.seed, self.scale, job)
        with job.turn():
            return Session(self.scenario, self.seed, self.scale, self.days)

    def _tell(self, job: BackgroundJob[Any]) -> None:
        with self._lock:
            if job.state == FAILED:
                self.error, self._job = job.error, None
                self._let_go()
        self._viewers.tell()

    def _let_go(self) -> None:
        """Give the memory back; what was recorded stays."""
        with self._lock:
            if self._job is not None:
                self._job.leave()
            if self._room is not None:
                self._room.leave()
            self._session = self._room = self._job = None
            self._until = 0


_RUNS: WeakValueDictionary[tuple[str, int, float, int], PresentRun] = WeakValueDictionary()
"""Those that a page has."""

_FINDING = threading.Lock()


def present_run(scenario: Scenario, seed: int, scale: float, days: int) -> PresentRun:
    """The run of the district of `scenario` left as it is, under the same conditions: the same for all who ask."""
    left = scenario.under_present_policy()
    key = left.digest(), seed, scale, days
    with _FINDING:
        found = _RUNS.get(key)
        if found is None:
            found = _RUNS[key] = PresentRun(left, seed, scale, days)
        return found
