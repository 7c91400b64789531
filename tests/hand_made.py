"""Cases made by hand: a hamlet whose arrays a test fills in, and the numbers that docs/model.md works out for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from model_runs import ROOT, demo
from sanfang.model import state as s
from sanfang.model.cases.lifecycle import begin, change_state, new_case, remove_latent
from sanfang.model.effects import refer_effects
from sanfang.model.kernel.engine import new_job
from sanfang.model.kernel.event_calendar import next_event
from sanfang.model.model import DistrictModel

HAMLET: dict[str, Any] = {"district.population": 600, "district.communities": 2, "district.sub_districts": 1}
"""So small that it runs in plain Python, too (`soak.uncompiled`)."""

# --- Numbers told in the documentation ----------------------------------------------------------------------

_EXAMPLE = re.compile(r"^\*Example \((?P<name>[a-z ]+)\)\.\*(?P<text>.*?)(?:\n\n|\Z)", re.DOTALL | re.MULTILINE)


def examples() -> dict[str, str]:
    """The worked examples of docs/model.md by name."""
    return {
        found["name"]: found["text"] for found in _EXAMPLE.finditer((ROOT / "docs" / "model.md").read_text("utf-8"))
    }


class Told:
    """The results of a worked example: the numbers in bold, one after the other."""

    def __init__(self, name: str) -> None:
        self._numbers = re.findall(r"\*\*([\d.,]+)\*\*", examples()[name])
        self._next = 0

    def is_next(self, found: float) -> None:
        """The next number of the text is `found`, to the digits that are printed there."""
        text = self._numbers[self._next].replace(",", "")
        self._next += 1
        decimals = len(text.partition(".")[2])
        assert abs(float(found) - float(text)) <= 0.5001 * 10**-decimals, f"{found} where the page says {text}"

    def chance(self) -> float:
        """The next number of the text, to try it by keys whose draws lie on both sides of it."""
        self._next += 1
        return float(self._numbers[self._next - 1])

    def is_over(self) -> None:
        assert self._next == len(self._numbers), f"numbers not tried: {self._numbers[self._next :]}"


# --- Draws --------------------------------------------------------------------------------------------------


def draws(keys: np.ndarray, purpose: int) -> np.ndarray:
    """The model's draws, by the finaliser of SplitMix64 as published (variant 13 of Stafford)."""
    with np.errstate(over="ignore"):
        z = keys + np.uint64(0x9E3779B97F4A7C15) * np.uint64(purpose + 1)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return np.asarray(((z >> np.uint64(11)).astype(float) + 0.5) * 2.0**-53)


KEYS = np.arange(1, 400_001, dtype=np.uint64)


def key_near(purpose: int, value: float, above: bool) -> np.uint64:
    """A key whose draw for `purpose` is the closest to `value` on the side asked for."""
    drawn = draws(KEYS, purpose)
    gap = drawn - value if above else value - drawn
    return np.uint64(KEYS[np.where(gap > 0, gap, np.inf).argmin()])


def both_sides(purpose: int, chance: float) -> tuple[np.uint64, np.uint64]:
    """Two keys: one that the chance takes, and one that it just misses."""
    return key_near(purpose, chance, above=False), key_near(purpose, chance, above=True)


def takes_just(chance: float, purpose: int, tried: Callable[[np.uint64], bool]) -> None:
    """`tried(key)` holds where the key's draw is just below the chance, and not where it is just above.

    "Just" is half of the fourth decimal, to which chances are told that do not end before.
    """
    below, _ = both_sides(purpose, chance - 0.00005)
    _, above = both_sides(purpose, chance + 0.00005)
    assert tried(below), f"a draw just below {chance}"
    assert not tried(above), f"a draw just above {chance}"


# --- A hamlet in hand ---------------------------------------------------------------------------------------


class Hamlet:
    """A hamlet before its first day, and what compiled functions are handed."""

    def __init__(self, days: int = 60, **changes: Any) -> None:
        self.model = DistrictModel(demo(**(HAMLET | changes)), days=days)
        self.engine, self.world, self.setting = self.model._engine, self.model._world, self.model.setting
        self.layout = self.model.world.layout
        self.state = self.model.world
        self.policy: Any = self.model.policy.effects

    @property
    def effects(self) -> Any:
        return refer_effects(*self.policy)

    @property
    def office(self) -> int:
        """Station of the first community's office."""
        return self.layout.communities

    @property
    def street(self) -> int:
        return 2 * self.layout.communities + int(self.state.communities["sub_district"][0])

    def department(self, domain: int) -> int:
        return 2 * self.layout.communities + self.layout.streets + int(self.state.domains["department"][domain])

    def case(self, key: int = 1, kind: int = s.HARD, parts: int = 1, channel: int = s.COMMUNITY_WINDOW, domain: int = 0,
             resident: int = 0, **fields: Any) -> int:  # fmt: skip
        """Id of a request of a resident of the first community, voiced on the morning of day 0."""
        case_id = int(new_case(self.world))
        k = np.uint64(key)
        begin(self.world, case_id, k, k, resident, 0, domain, kind, parts, channel, 0.0, 0)
        remove_latent(self.world, int(self.state.counts["latent"][0]) - 1)
        change_state(self.world, case_id, s.OPEN)
        self.state.cases["voiced"][case_id] = 0.0
        self.state.cases["registered"][case_id] = 0.0
        for name, value in fields.items():
            self.state.cases[name][case_id] = value
        return case_id

    def job(self, case_id: int, key: int = 1, **fields: Any) -> int:
        """Id of a job for the first part of a case."""
        job_id = int(new_job(self.engine, np.uint64(key), case_id))
        jobs = self.model.engine.jobs
        jobs["domain"][job_id] = self.state.cases["domain"][case_id]
        self.state.cases["jobs"][case_id][0] = job_id
        self.state.cases["unfinished"][case_id] = self.state.cases["parts"][case_id]
        for name, value in fields.items():
            jobs[name][job_id] = value
        return job_id

    def owed(self, station: int, heading: int) -> float:
        """Hours of small work that have fallen due there."""
        work = self.state.office_work[station, heading]
        return float(work["owed"] + work["due"])

    def next_event(self) -> np.void:
        """The next event, at which the clock now stands."""
        return self.model.engine.events[int(next_event(self.engine, 300.0))]
