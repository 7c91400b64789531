"""One workshop: its teams, each with a token, the tree that they grow, and who may do what to which branch.

Every method may be called by any thread; none of them computes a run: that is done in the background. Of its two locks
the one for writing is taken first: no job is cancelled, and nothing is written, by who holds the other.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from sanfang.dashboard import limits
from sanfang.dashboard.workshop import kept
from sanfang.dashboard.workshop.entrance import Entrance, Team
from sanfang.dashboard.workshop.orders import Order, Play, Rename
from sanfang.dashboard.workshop.refusal import Refused
from sanfang.dashboard.workshop.setting import Setting
from sanfang.dashboard.workshop.teller import Teller
from sanfang.dashboard.worlds import shared_slots
from sanfang.dashboard.worlds.kept_runs import RUNS, Seen, Trial
from sanfang.run.background import CANCELLED, DONE, FAILED, WAITING, BackgroundJob
from sanfang.run.slots import Slots
from sanfang.run.tree import MAX_BRANCHES, TRUNK, Branch, Kept
from sanfang.run.tree_file import to_dict

HOST = ""
"""The owner of branches that the host grows for itself."""

HEADLINES = ("satisfaction", "days_to_resolve", "wasted")
"""What teams foresee before a branch is played."""

TRIFLE = 1e-9
"""Of a dose: sums of tenths are not exact."""

PLAYS = Slots(2, each=1)
"""Branches on their way at once; of these one alone has its world in memory (`kept_runs`)."""


class Workshop:
    """What a host has opened. `host` names the browser that did; nobody else may act for it. `again`: as it was kept,
    where it is one from before; the names of its teams can be entered again."""

    def __init__(self, host: str, setting: Setting, again: kept.KeptWorkshop | None = None) -> None:
        self.host, self.setting = host, setting
        self.entrance, self._writing = Entrance(), threading.Lock()
        if again is None:
            self.id, self.begun, self.tree = secrets.token_hex(8), kept.now(), setting.tree()
        else:
            self.id, self.begun, self.tree = again.id, again.begun, again.tree()
            self.entrance.as_before(again.teams, again.locked, again.removed)
        self.teller = Teller()
        self.used = self._seen = time.monotonic()
        self._lock = threading.RLock()
        self._jobs: dict[int, BackgroundJob[Seen]] = {}
        self._states: dict[int, str] = {}
        self._over = self._unwritten = False

    def begin(self) -> None:
        """Play the trunk, so that there is something to compare with; of one from before, what was not played yet."""
        with self._lock:
            for branch in self.tree.branches:
                if branch.kept is None and not branch.problem:
                    self._start(branch)

    # --- Who is there -----------------------------------------------------------------------------------

    @property
    def teams(self) -> tuple[Team, ...]:
        """Those who have come, in the order in which they did."""
        return self.entrance.teams

    def enter(self, name: str, browser: str = "") -> str:
        """The token of a team that has shown the code or the link. Raises Refused; see `Entrance.enter`."""
        with self._lock:
            self._use()
            team, token = self.entrance.enter(name, browser, self.tree.owners())
            self._changed(team)
            return token

    def reopen(self, number: int) -> None:
        """For the host: a team's phone is lost. Its token is worth nothing from now on, and its name free to enter."""
        with self._lock:
            team = self.entrance.team(number)
            self.entrance.call(team)
            self._changed(team)

    def leave(self, token: str) -> None:
        """A phone goes: its token is worth nothing any more. Only the host can free the name. Raises Refused."""
        with self._lock:
            team = self._of_token(token)
            team.digest = None
            self._changed(team)

    def remove(self, number: int) -> None:
        """For the host: a team leaves. Its branches stay, its token is worth nothing, its browser is kept out."""
        with self._lock:
            team = self.entrance.team(number)
            self.entrance.remove(team)
            self._changed(None)
        self._cancel(lambda branch: branch.owner == team.name)
        self._keep()  # or it would be there again when this one is opened anew

    def lock(self, locked: bool) -> None:
        """For the host: nobody new comes in from now on, or somebody may again. Who is in stays."""
        with self._lock:
            self.entrance.locked = locked
            self._changed(None)

    def renew(self) -> None:
        """For the host: another code and link."""
        with self._lock:
            self.entrance.renew()
            self._changed(None)

    def let_back(self) -> None:
        """For the host: browsers of teams that were removed may come in again, as new teams."""
        with self._lock:
            self.entrance.let_back()
            self._changed(None)

    def _of_token(self, token: str) -> Team:
        team = self.entrance.of_token(token)
        if team is None or self._over:
            raise Refused("team")
        return team

    def look(self) -> None:
        """A phone has looked."""
        self._seen = time.monotonic()

    @property
    def looked(self) -> float:
        """When somebody looked last, host or phone."""
        return max(self._seen, self.teller.looked)

    # --- What is done -----------------------------------------------------------------------------------

    def act(self, token: str, order: Order) -> None:
        """For a phone: carry out an order on the branches of the team with this token, and on no others.

        Raises Refused and InputError; then nothing has changed.
        """
        with self._lock:
            team = self._of_token(token)
            if isinstance(order, Play):
                if set(order.expected) != set(HEADLINES):
                    raise Refused("prediction")
                if order.parent != TRUNK and self.tree.branch(order.parent).owner != team.name:
                    raise Refused("branch")
                self.play(team.name, order)
            elif isinstance(order, Rename):
                if self.tree.branch(order.branch).owner != team.name or order.branch == TRUNK:
                    raise Refused("branch")
                self.rename(order.branch, order.name)
            else:
                self.walk(team.name, order.action)

    def play(self, owner: str, order: Play) -> Branch:
        """A new branch of an owner, played in the background. Raises Refused beyond the budget, while one of the
        owner's is on its way, and where it has as many as it may."""
        with self._lock:
            self._use()
            now = self.tree.levels(self.tree.moves_from(order.parent, order.day, {}), order.day)
            changed = {name: level for name, level in order.levels.items() if now.get(name, -1.0) != level}
            if not changed:
                raise Refused("change")
            if len(self.tree.of(owner)) >= limits.BRANCHES_EACH * (3 if owner == HOST else 1):
                raise Refused("more", most=limits.BRANCHES_EACH)
            if len(self.tree.branches) + self._kept_for_others(owner) >= MAX_BRANCHES:
                raise Refused("tree", most=MAX_BRANCHES)
            if any(self.is_on_its_way(branch) for branch in self.tree.of(owner)):
                raise Refused("patience")
            doses = self.tree.doses(self.tree.moves_from(order.parent, order.day, changed))
            if doses > self.setting.budget + TRIFLE:
                raise Refused("budget", most=self.setting.budget)
            branch = self.tree.grow(order.parent, order.day, changed, owner, order.name, order.expected)
            self._start(branch)
            self._changed_of(owner)
            return branch

    def _kept_for_others(self, owner: str) -> int:
        """Branches of the tree that are kept for those who have few, from one who has more than is sure."""
        if len(self.tree.of(owner)) < limits.BRANCHES_SURE:
            return 0
        others = {HOST, *(team.name for team in self.teams)} - {owner}
        return sum(max(0, limits.BRANCHES_SURE - len(self.tree.of(other))) for other in others)

    def walk(self, owner: str, action: str) -> None:
        """Undo or redo: back to the branch before, or forward again. Raises Refused where there is none."""
        with self._lock:
            if not (self.tree.undo(owner) if action == "undo" else self.tree.redo(owner)):
                raise Refused(action)
            self._changed_of(owner)

    def rename(self, branch: int, name: str) -> None:
        """Give a branch another name. Raises InputError."""
        with self._lock:
            self.tree.rename(branch, name)
            self._changed_of(self.tree.branch(branch).owner)

    def close(self) -> None:
        """It is over: no token is worth anything any more, and nothing is played."""
        self._keep(last=True)
        self._cancel(lambda branch: True)
        self.teller.end()

    @property
    def over(self) -> bool:
        """Whether it was closed."""
        return self._over

    # --- Playing ----------------------------------------------------------------------------------------

    def state(self, branch: Branch) -> str:
        """ "waiting" for its turn, "playing", "played", "failed"; "stopped" where it will not be played any more."""
        if branch.kept is not None:
            return "played"
        if branch.problem:
            return "failed"
        job = self._jobs.get(branch.id)
        if job is None or job.stopping or job.state == CANCELLED:
            return "stopped"
        return "waiting" if job.state == WAITING else "playing"

    def is_on_its_way(self, branch: Branch) -> bool:
        """Whether a branch waits, or is being played."""
        return branch.id in self._jobs and self._jobs[branch.id].busy

    def _start(self, branch: Branch) -> None:
        scenario, setting = self.tree.scenario_of(branch.moves), self.setting
        trial = Trial(scenario, scenario.digest(), setting.seed, setting.days, setting.size)
        job: BackgroundJob[Seen] = BackgroundJob(
            lambda job: RUNS.make(trial, job), owner=(id(self), branch.owner), jobs=PLAYS, turns=shared_slots.TURNS
        )
        self._jobs[branch.id] = job
        job.listen(lambda: self._told(branch, job))
        job.start()

    def _told(self, branch: Branch, job: BackgroundJob[Any]) -> None:
        """A job says that something has changed; called by its thread."""
        with self._lock:
            if job.state == DONE and job.found is not None:
                seen = job.found
                self.tree.keep(branch.id, Kept(seen.series, seen.hours, seen.time))
            elif job.state == FAILED:
                self.tree.fail(branch.id, job.error)
            state = self.state(self.tree.branch(branch.id))
            if state == self._states.get(branch.id):  # a job that waits says so every second
                return
            self._states[branch.id] = state
            if branch.id == TRUNK:
                self._changed(*self.teams)
            else:
                self._changed_of(branch.owner)
        if state == "played":
            self._keep()

    def _keep(self, last: bool = False) -> None:
        """Write down what has changed, once somebody has grown a branch. After the `last` time it is over, and what
        jobs bring then is not written: the teams are gone, and the file must have them."""
        with self._writing:  # one after the other, or an older state could come last
            with self._lock:
                whole = self._to_write()
                if last:
                    self._over, self.entrance.teams = True, ()
            if whole is not None:
                kept.write(self.id, whole)

    def _to_write(self) -> kept.Snapshot | None:
        """All of it as it is now, if it is not on disk like this; from here on it is taken to be there."""
        if self._over or not self._unwritten or len(self.tree.branches) == 1:
            return None
        self._unwritten = False
        return kept.snapshot(self.begun, self.setting, self.entrance, self.tree)

    def _cancel(self, which: Callable[[Branch], bool]) -> None:
        """End jobs. They tell of it in this thread, and may have something to be kept: so nothing is locked here."""
        with self._lock:
            jobs = [job for id_, job in self._jobs.items() if job.busy and which(self.tree.branch(id_))]
        for job in jobs:
            job.cancel()

    # --- Telling ----------------------------------------------------------------------------------------

    def snapshot(self) -> tuple[tuple[Branch, ...], tuple[Team, ...], Mapping[str, int]]:
        """Branches, teams and where each owner stands, at one moment."""
        with self._lock:
            return self.tree.branches, self.teams, {name: at.now for name, at in self.tree.owners().items()}

    def whole(self) -> tuple[tuple[Branch, ...], tuple[Team, ...], Mapping[str, int], dict[str, Any]]:
        """The same, and the tree as a file holds it, of the same moment."""
        with self._lock:
            return *self.snapshot(), to_dict(self.tree)

    def _use(self) -> None:
        if self._over:
            raise Refused("team")
        self.used = time.monotonic()

    def _changed_of(self, owner: str) -> None:
        self._changed(*(team for team in self.teams if team.name == owner))

    def _changed(self, *teams: Team | None) -> None:
        """Something is new for these teams, and for the screen."""
        for team in teams:
            if team is not None:
                team.version += 1
        self._unwritten = True
        self.teller.news()
