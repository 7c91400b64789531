"""What a workshop is about: district, size, seed, length, how much each team may pull, and the question to the room."""

from __future__ import annotations

from dataclasses import dataclass

from sanfang.dashboard import limits
from sanfang.run.names import clean_name
from sanfang.run.tree import Tree
from sanfang.scenario import content
from sanfang.scenario.errors import InputError
from sanfang.scenario.limits import whole_number
from sanfang.scenario.scenario import Scenario

MAX_QUESTION = 120
LEAST_DAYS = 28
START = "before"
"""The scenario that every team begins with: the district under its present policy."""


@dataclass(frozen=True)
class Setting:
    """All that a host decides before a workshop begins. `budget` is in doses: 1 is one lever all the way.

    Raises InputError for what no visitor may ask for.
    """

    district: str = "licang"
    size: float = 0.1
    seed: int = 1
    days: int = 365
    budget: int = 3
    question: str = ""

    def __post_init__(self) -> None:
        if self.district not in content.names(below=content.DISTRICTS):
            raise InputError("district: is not known here")
        if self.size not in limits.sizes(self.district):
            raise InputError("size: is none that is offered")
        whole_number("seed", self.seed, 0, limits.MAX_SEED)
        whole_number("days", self.days, LEAST_DAYS, limits.MAX_DAYS)
        if self.budget not in limits.BUDGETS:
            raise InputError("budget: is none that is offered")
        clean_name(self.question, MAX_QUESTION)

    def tree(self) -> Tree:
        """The tree of such a workshop, with nothing but its trunk."""
        return Tree(Scenario.load(START, district=self.district), self.seed, self.size, self.days)
