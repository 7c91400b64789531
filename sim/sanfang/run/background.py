"""A job in the background, while a page or a notebook stays alive: it waits for its slot, tells how far it is, can be
cancelled."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sanfang.run.slots import Slot, Slots
from sanfang.scenario.errors import InputError

WAITING, RUNNING, DONE, CANCELLED, FAILED = "waiting", "running", "done", "cancelled", "failed"
AWAY = "away"
"""What it had found was put away, as others needed the room."""

DAYS_A_TURN = 5
"""Days that a job plays before others have their turn."""

KEEP_SECONDS = 0.2
"""How long a job keeps its slot while others wait for one: what is short comes soon, whatever is before it."""

TELL_EVERY = 0.25
"""Seconds between two tellings of how far a job is."""

LOOK_EVERY = 1.0
"""Seconds between two looks at how many are before it."""


AT_WORK = max(os.cpu_count() or 1, 2)
"""Threads that compute at the same moment, each for some hundredths of a second before another has its turn."""

JOBS = Slots(AT_WORK, each=1)
TURNS = Slots(AT_WORK, each=1)
"""For jobs that nobody has given others."""


class Cancelled(Exception):
    """Ends the making of a job that nobody wants any more."""


class BackgroundJob[Found]:
    """`make` is called with this job, in a thread, once a slot is free; what it returns is `found`.

    While it makes, it computes within `turn`, some hundredths of a second at a time, between which it lets others have
    its slot, and says by `did` what is done of `total`. `room` is what the result takes of the memory for all; it is
    waited for first, and stays until `leave`.

    `owner` has one slot among `jobs`, for as long as it is at work, and one among `turns`, for a turn. `page` is
    entered when somebody is told from a thread that works for another owner.
    """

    def __init__(
        self,
        make: Callable[[BackgroundJob[Found]], Found],
        total: int = 1,
        room: Slot | None = None,
        *,
        owner: object = None,
        jobs: Slots | None = None,
        turns: Slots | None = None,
        page: AbstractContextManager[object] | None = None,
    ) -> None:
        self.state, self.done, self.total, self.error = WAITING, 0, total, ""
        self.found: Found | None = None
        self.owner, self.room, self.left = owner or object(), room, False
        self._jobs, self._turns, self._page = jobs or JOBS, turns or TURNS, page or nullcontext()
        self._make, self._listeners = make, list[Callable[[], object]]()
        self._stop = threading.Event()
        self._place = self._asked = self._jobs.slot(self.owner)
        self._begun = self._told = self._placed = time.monotonic()
        self._thread = threading.Thread(target=self.run, daemon=True, name="job")

    # --- For who wants it ---

    @property
    def busy(self) -> bool:
        """Whether it is waiting or running."""
        return self.state in (WAITING, RUNNING)

    @property
    def stopping(self) -> bool:
        """Whether it was cancelled, and has not ended yet."""
        return self.busy and self._stop.is_set()

    @property
    def before(self) -> int:
        """How many are before it in the queue in which it waits."""
        return self._asked.before

    @property
    def waits_for_room(self) -> bool:
        """Whether it waits for memory, not for its slot among jobs."""
        return self.state == WAITING and self._asked is self.room

    @property
    def seconds_left(self) -> float:
        """What the rest will take at the pace so far; NaN before anything is done."""
        gone = time.monotonic() - self._begun
        return gone / self.done * (self.total - self.done) if self.done else float("nan")

    def listen(self, listener: Callable[[], object]) -> Callable[[], None]:
        """Have `listener` called when something has changed, from the job's thread; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def start(self) -> None:
        if self.room is not None:
            self.room.ask()
        self._thread.start()

    def cancel(self) -> None:
        """Stop within a turn; does not wait for that."""
        if not self._stop.is_set():
            self._stop.set()
            self._asked.give_up()
            self._tell()

    def leave(self) -> None:
        """Cancel, tell nobody any more, give the room back: the page is closed, or has gone on to something else."""
        self.left = True
        self._listeners.clear()
        self.cancel()
        if self.room is not None:
            self.room.leave()

    def put_away(self) -> None:
        """Forget what was found, and give the room back. Called by a thread that works for another page."""
        self._stop.set()
        self.state, self.found = AWAY, None
        if self.room is not None:
            self.room.leave()
        with self._page:
            self._tell()

    def join(self, seconds: float) -> bool:
        """Wait for the end at most so long; returns whether it came."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def run(self) -> None:
        """Wait, make, tell; `start` does this in a thread."""
        end = DONE
        try:
            if self.room is not None:
                self._wait(self.room)
            self._take_place()
            self._begun = self._placed
            self._work()
            self.found = self._make(self)
        except Cancelled:
            end = CANCELLED
        except InputError as problem:
            end, self.error = FAILED, str(problem)
        except Exception as problem:  # whatever it is, the page must say so instead of waiting for ever
            end, self.error = FAILED, f"{type(problem).__name__}: {problem}"
        finally:
            self._place.leave()
        self.state = end
        self._tell()

    # --- For what it makes ---

    def check(self) -> None:
        """Raises Cancelled if it was cancelled."""
        if self._stop.is_set():
            raise Cancelled

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Some hundredths of a second of computing, as soon as it is this viewer's turn. Raises Cancelled."""
        if time.monotonic() - self._placed > KEEP_SECONDS:
            self.give_way()
        slot = self._turns.slot(self.owner)
        try:
            self._wait(slot)
            yield
        finally:
            slot.leave()

    @contextmanager
    def alone(self, among: Slots) -> Iterator[None]:
        """Until it is this job's turn `among` some that must not be at work at once. Raises Cancelled."""
        slot = among.slot(self.owner)
        try:
            self._place.leave()  # whoever is at work there needs it
            self.state = WAITING
            self._wait(slot)
            self._take_place()
            self._work()
            yield
        finally:
            slot.leave()

    def did(self, amount: int = 1) -> None:
        """So much more is done."""
        self.done += amount
        if self.room is not None:
            self.room.use()
        if time.monotonic() - self._told > TELL_EVERY:
            self._tell()

    def give_way(self) -> None:
        """Let the others who wait for a slot come first. Raises Cancelled."""
        self.check()
        if self._jobs.wanted:
            self._take_place()

    def _work(self) -> None:
        """It waits no more."""
        self.state = RUNNING
        self._tell()

    def _take_place(self) -> None:
        self._place.leave()
        self._place = self._jobs.slot(self.owner)
        self._wait(self._place)
        self._placed = time.monotonic()

    def _wait(self, slot: Slot) -> None:
        """Until a slot is given. Raises Cancelled."""
        self._asked = slot
        slot.ask()
        while not slot.answered.is_set():
            self.check()
            if self.state == WAITING:
                self._tell()
            if not slot.answered.wait(LOOK_EVERY) and slot is self.room:
                slot.hurry()
        self.check()

    def _tell(self) -> None:
        self._told = time.monotonic()
        for listener in tuple(self._listeners):
            listener()


def play(step: Callable[[int], object], days: int, job: BackgroundJob[Any] | None = None, count: bool = False) -> None:
    """Play some days, called for by `step(days)`; as a job some of them, then others have their turn. Raises Cancelled.

    `count`: whether each day is one of the job's `total`.
    """
    if job is None:
        step(days)
        return
    while days > 0:
        some = min(DAYS_A_TURN, days)
        with job.turn():
            step(some)
        days -= some
        if count:
            job.did(some)
