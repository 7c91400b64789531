"""A workshop as a room holds it: twelve phones and one screen for some minutes, and what must be so at its end.

    make soak SOAK=workshop          # ten minutes
    make soak SOAK="workshop --share 0.1"

Each phone is a browser context of its own. Phones choose levers, predict, play, undo, redo and rename as they like, and
try to do the same to the branches of others. In the end each branch is what its phone has ordered and nothing else, the
screen shows it under its team, and the replay file has the numbers of runs made anew, to the last digit.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import browser

from sanfang.run.series import measures
from sanfang.run.session import Session
from sanfang.run.tree_file import from_json
from sanfang.scenario.policy import lever_names
from sanfang.scenario.scenario import Scenario

MINUTES, PHONES = 10.0, 12
DISTRICT, SIZE, SEED, DAYS, BUDGET = "demo", 0.25, 1, 60, 3
LEVELS = (0.25, 0.5, 0.75, 1.0)
HEADLINES = ("satisfaction", "days_to_resolve", "wasted")
WAIT = 120_000
"""Milliseconds that anything may take on a busy machine."""

SLOW_SECONDS = 5.0
"""An order that is answered later is told."""

MOVE = """([lever, level]) => {
    const slider = document.querySelector(`[data-lever=${lever}]`);
    slider.value = level;
    slider.dispatchEvent(new Event('input'));
}"""
STATE = "() => state && JSON.parse(JSON.stringify({branches: state.branches, now: state.now, ready: state.ready}))"
NODES = "() => [...document.querySelectorAll('[data-node]')].map((one) => [Number(one.dataset.node), one.innerText])"


def until(page: Any, holds: str) -> None:
    """Wait until a condition holds of a page that may evaluate nothing by itself. Raises TimeoutError."""
    for _ in range(WAIT // 50):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(50)
    raise TimeoutError(holds)


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


@dataclass
class Phone:
    """One phone, and what it has ordered: moves by branch."""

    page: Any
    name: str
    moves: dict[int, list[list[Any]]] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def state(self) -> dict[str, Any]:
        """What the phone shows."""
        found: dict[str, Any] = self.page.evaluate(STATE)
        return found


class Room:
    """A workshop on a server, played by `chromium`."""

    def __init__(self, chromium: Any, address: str, seed: int = 1) -> None:
        self._chromium, self._address, self._rng = chromium, address, random.Random(seed)
        self._contexts: list[Any] = []
        self.findings: list[str] = []
        self.orders, self.tries, self.slowest = 0, 0, 0.0
        place = f"district={DISTRICT}&size={SIZE}&seed={SEED}&days={DAYS}"
        self.screen = self._opened(f"/workshop?lang=zh&{place}", 1280, 720)
        self.screen.click("[data-tell=question]")
        self.code = self.screen.inner_text("[data-show=code]")
        self.phones: list[Phone] = []

    def close(self) -> None:
        """End the workshop and let all contexts go."""
        self.screen.click("[data-button=end]")
        self.screen.click("[data-button=yes]")
        self.screen.wait_for_selector("[data-tell=question]", timeout=WAIT)
        for context in self._contexts:
            context.close()

    def _opened(self, path: str, width: int, height: int) -> Any:
        context = self._chromium.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.on("console", lambda told: self._wrong(f"console: {told.text}") if told.type == "error" else None)
        page.on("pageerror", lambda error: self._wrong(f"script: {error}"))
        page.on("response", lambda got: self._wrong(f"{got.status}: {got.url}") if got.status >= 400 else None)
        page.on("request", lambda asked: None if self._is_own(asked.url) else self._wrong(f"outside: {asked.url}"))
        page.goto(self._address + path)
        return page

    def _is_own(self, url: str) -> bool:
        own = self._address.removeprefix("http")
        return url.startswith((f"http{own}/", f"ws{own}/", "data:", "blob:"))

    def _wrong(self, what: str) -> None:
        if len(self.findings) < 50:
            self.findings.append(what)

    # --- Playing ----------------------------------------------------------------------------------------

    def enter(self, count: int) -> None:
        """So many phones come in, in both languages by turns."""
        for number in range(count):
            page = self._opened(f"/join?lang={('zh', 'en')[number % 2]}", 390, 844)
            name = f"{('小组', 'Team')[number % 2]} {number + 1}"
            page.fill("#code", self.code.lower() if number % 3 else self.code)
            page.fill("#team", name)
            page.click("[data-do=enter]")
            page.wait_for_selector("[data-show=team]")
            self.phones.append(Phone(page, name))
        for phone in self.phones:
            until(phone.page, "!!state && state.ready")

    def play(self, seconds: float, report: Callable[[], object] = lambda: None) -> None:
        """Let all phones do what they like for a while, and wait for the branches that are on their way."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._step(self._rng.choice(self.phones))
            report()
        for phone in self.phones:
            until(phone.page, "state.branches.every((one) => one.state === 'played')")

    def _step(self, phone: Phone) -> None:
        state, chance = phone.state(), self._rng.random()
        if chance < 0.2 and len(self.phones) > 1:
            self._try_another(phone, self._rng.choice([one for one in self.phones if one is not phone]))
        elif any(one["state"] != "played" for one in state["branches"]):
            phone.page.wait_for_timeout(20)
        elif chance < 0.7 and len(state["branches"]) < 20:
            self._play(phone, state)
        elif chance < 0.85:
            for action in ("undo", "redo"):
                button = phone.page.locator(f"[data-do={action}]")
                if button.is_enabled() and self._rng.random() < 0.5:
                    self._order(phone, button.click)
        elif chance < 0.95 and state["branches"]:
            self._rename(phone, self._rng.choice(state["branches"])["id"])
        else:
            phone.page.click(f"[data-lang={self._rng.choice(('zh', 'en'))}]")

    def _play(self, phone: Phone, state: dict[str, Any]) -> None:
        page, rng = phone.page, self._rng
        parent = rng.choice([{"id": 0, "moves": []}, *state["branches"]])
        page.select_option("[data-field=parent]", str(parent["id"]))
        days = page.eval_on_selector_all("[data-field=day] option", "all => all.map((one) => one.value)")
        day = int(rng.choice(days) if parent["id"] else days[0])
        page.select_option("[data-field=day]", str(day))
        earlier = [move for move in parent["moves"] if move[0] < day]
        chosen = {lever: rng.choice(LEVELS) for lever in rng.sample(lever_names(), rng.choice((1, 2, 3)))}
        if not earlier:
            chosen = {
                lever: level for lever, level in chosen.items() if page.locator(f"[data-lever={lever}]").is_enabled()
            }
        for lever, level in chosen.items():
            page.evaluate(MOVE, [lever, level])
        for measure in HEADLINES:
            page.check(f"[data-expect={measure}-{rng.choice(('better', 'same', 'worse'))}]")
        button = page.locator("[data-do=play]")
        if not button.is_enabled():  # over the budget, or nothing is changed
            return
        now = dict[str, float]()
        for _, lever, level in earlier:
            now[lever] = level
        own = [[day, lever, level] for lever, level in chosen.items() if now.get(lever, 0.0) != level]
        before = {one["id"] for one in state["branches"]}
        self._order(phone, button.click)
        new = {one["id"] for one in phone.state()["branches"]} - before
        if len(new) != 1:
            self._wrong(f"{phone.name}: one order made the branches {sorted(new)}")
        phone.moves |= {id_: [*earlier, *own] for id_ in new}

    def _rename(self, phone: Phone, branch: int) -> None:
        phone.names[branch] = f"{phone.name} {self._rng.randrange(1000)}"
        phone.page.click(f"[data-branch='{branch}'] [data-do=rename]")
        field_ = phone.page.locator(f"[data-branch='{branch}'] input")
        field_.fill(phone.names[branch])
        self._order(phone, lambda: field_.press("Enter"))

    def _order(self, phone: Phone, press: Callable[[], object]) -> None:
        began = time.monotonic()
        with phone.page.expect_response("**/join/act") as answer:
            press()
        self.orders += 1
        answer.value.finished()
        self.slowest = max(self.slowest, time.monotonic() - began)
        until(phone.page, "!busy")

    def _try_another(self, phone: Phone, other: Phone) -> None:
        """Orders about the branch of another team, with the own token: none is carried out."""
        if not other.moves:
            return
        branch = self._rng.choice(sorted(other.moves))
        expected = dict.fromkeys(HEADLINES, "same")
        tried = self._rng.choice((
            {"action": "play", "parent": branch, "day": 5, "levels": {"triage": 0.5}, "expected": expected, "name": ""},
            {"action": "name", "branch": branch, "name": "taken"},
            {"action": "undo", "team": other.name},
        ))  # fmt: skip
        asked = phone.page.context.request
        answer = asked.post(f"{self._address}/join/act", data=tried, headers={"Origin": self._address})
        self.tries += 1
        if answer.status not in (409, 429):
            self._wrong(f"{phone.name} did to {other.name}: {tried}, {answer.status}")

    # --- What must be so --------------------------------------------------------------------------------

    def check(self, folder: Path) -> int:
        """Hold phones, screen, replay file and runs made anew against one another; returns the size of the file."""
        file = folder / "workshop.html"
        self.screen.wait_for_function(f"document.querySelectorAll('[data-node]').length === {self._branches + 1}")
        self.screen.wait_for_timeout(1_500)  # names that were given last
        nodes = dict(self.screen.evaluate(NODES))
        with self.screen.expect_download() as saved:
            self.screen.click("[data-save='workshop.html']")
        saved.value.save_as(file)
        given = self._opened_from_disk(file)
        branches = {one["id"]: one for one in given["tree"]["branches"]}
        for phone in self.phones:
            shown = {one["id"]: one for one in phone.state()["branches"]}
            if {id_: one["moves"] for id_, one in shown.items()} != phone.moves:
                self._wrong(f"{phone.name}: shows other branches than it has ordered")
            for id_, moves in phone.moves.items():
                one = branches[id_]
                if (one["owner"], one["moves"], one["name"]) != (phone.name, moves, phone.names.get(id_, "")):
                    self._wrong(f"branch {id_} of {phone.name} is another one in the file")
                if not nodes[id_].replace("◉ ", "").startswith(f"{phone.name} · "):
                    self._wrong(f"branch {id_} of {phone.name} stands on the screen as {nodes[id_]}")
        if len(branches) != self._branches + 1:
            self._wrong(f"{len(branches) - 1} branches in the file, {self._branches} were ordered")
        self._hold_against_runs(given["tree"])
        return file.stat().st_size

    @property
    def _branches(self) -> int:
        return sum(len(phone.moves) for phone in self.phones)

    def _opened_from_disk(self, file: Path) -> dict[str, Any]:
        """What a browser without a network reads in the file, and shows of it."""
        context = self._chromium.new_context(offline=True, viewport={"width": 1280, "height": 720})
        try:
            page, asked = context.new_page(), list[str]()
            page.on("request", lambda request: asked.append(request.url))
            page.on("console", lambda told: self._wrong(f"replay: {told.text}") if told.type == "error" else None)
            page.on("pageerror", lambda error: self._wrong(f"replay: {error}"))
            page.goto(file.as_uri())
            if asked != [file.as_uri()]:
                self._wrong(f"the replay asks for {asked[1:4]}")
            given: dict[str, Any] = json.loads(page.inner_text("#data") or page.text_content("#data"))
            for one in given["tree"]["branches"]:
                exact = page.inner_text(f"[data-exact='{one['id']}']")
                if float(exact) != one["series"]["satisfaction"][-1]:
                    self._wrong(f"the replay shows {exact} of branch {one['id']}")
            return given
        finally:
            context.close()

    def _hold_against_runs(self, tree: dict[str, Any]) -> None:
        scenario = Scenario.load("before", district=DISTRICT)
        read = from_json(json.dumps(tree), scenario)
        for branch in read.branches:
            run = Session(read.scenario_of(branch.moves), SEED, SIZE, DAYS)
            run.step(DAYS)
            again = {name: values.tolist() for name, values in measures(run).items()}
            kept = {name: values.tolist() for name, values in branch.kept.series.items()} if branch.kept else {}
            if repr(kept) != repr(again):  # as text: NaN is not itself
                self._wrong(f"branch {branch.id} has other numbers than the run of its moves")


@contextmanager
def _room(chromium: Any, address: str) -> Iterator[Room]:
    room = Room(chromium, address)
    yield room
    room.close()


def hold(
    chromium: Any, address: str, minutes: float, phones: int = PHONES, report: Callable[[], object] = lambda: None
) -> Result:
    """Hold a workshop for some minutes on the server at `address`."""
    with _room(chromium, address) as room, tempfile.TemporaryDirectory() as folder:
        room.enter(phones)
        room.play(60 * minutes, report)
        size = room.check(Path(folder))
        branches = sum(len(phone.moves) for phone in room.phones)
    found = tuple(room.findings)
    return Result(minutes, phones, branches, room.orders, room.tries, room.slowest, size, found)


# --- As a campaign ----------------------------------------------------------------------------------------


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
