"""The phones and the screen of a workshop in a browser, and what phones do."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sanfang.dashboard import limits
from sanfang.run.tree import MAX_BRANCHES
from sanfang.scenario.policy import lever_names

DISTRICT, SIZE, SEED, DAYS = "demo", 0.25, 1, 60
LEVELS = (0.25, 0.5, 0.75, 1.0)
HEADLINES = ("satisfaction", "days_to_resolve", "wasted")
MOST_FINDINGS = 50
WAIT = 120_000
"""Milliseconds that anything may take on a busy machine."""

MOVE = """([lever, level]) => {
    const slider = document.querySelector(`[data-lever=${lever}]`);
    slider.value = level;
    slider.dispatchEvent(new Event('input'));
}"""
STATE = "() => state && JSON.parse(JSON.stringify({branches: state.branches, now: state.now, ready: state.ready}))"


def until(page: Any, holds: str) -> None:
    """Wait until a condition holds of a page that may evaluate nothing by itself. Raises TimeoutError."""
    for _ in range(WAIT // 50):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(50)
    raise TimeoutError(holds)


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
        self.chromium, self._address, self._rng = chromium, address, random.Random(seed)
        self._contexts: list[Any] = []
        self.findings: list[str] = []
        self.orders, self.tries, self.slowest = 0, 0, 0.0
        place = f"district={DISTRICT}&size={SIZE}&seed={SEED}&days={DAYS}"
        self.screen = self._opened(f"/workshop?lang=zh&{place}", 1280, 720)
        self.screen.click("[data-tell=question]")
        self.code = self.screen.inner_text("[data-show=code]")
        self.phones: list[Phone] = []
        self._each = limits.BRANCHES_EACH

    def close(self) -> None:
        """End the workshop and let all contexts go."""
        self.screen.click("[data-button=end]")
        self.screen.click("[data-button=yes]")
        self.screen.wait_for_selector("[data-tell=question]", timeout=WAIT)
        for context in self._contexts:
            context.close()

    def _opened(self, path: str, width: int, height: int) -> Any:
        context = self.chromium.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.on("console", lambda told: self.wrong(f"console: {told.text}") if told.type == "error" else None)
        page.on("pageerror", lambda error: self.wrong(f"script: {error}"))
        page.on("response", lambda got: self.wrong(f"{got.status}: {got.url}") if got.status >= 400 else None)
        page.on("request", lambda asked: None if self._is_own(asked.url) else self.wrong(f"outside: {asked.url}"))
        page.goto(self._address + path)
        return page

    def _is_own(self, url: str) -> bool:
        own = self._address.removeprefix("http")
        return url.startswith((f"http{own}/", f"ws{own}/", "data:", "blob:"))

    def wrong(self, what: str) -> None:
        """Note that something is not as it must be."""
        if len(self.findings) < MOST_FINDINGS:
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
        self._each = min(limits.BRANCHES_EACH, (MAX_BRANCHES - 1 - limits.BRANCHES_SURE) // count)  # that all have room

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
        elif chance < 0.7 and len(state["branches"]) < self._each:
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
            self.wrong(f"{phone.name}: one order made the branches {sorted(new)}")
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
        origin = {"Origin": self._address}
        # Again where a connection that was kept open has just been closed, as browsers do.
        answer = asked.post(f"{self._address}/join/act", data=tried, headers=origin, max_retries=2)
        self.tries += 1
        if answer.status not in (409, 429):
            self.wrong(f"{phone.name} did to {other.name}: {tried}, {answer.status}")

    @property
    def branches(self) -> int:
        """How many have been ordered."""
        return sum(len(phone.moves) for phone in self.phones)
