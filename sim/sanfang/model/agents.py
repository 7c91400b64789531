"""The five kinds of agent, as views on the model's columns: reading an attribute reads the column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from sanfang.model.books import headings as h
from sanfang.model.kernel.engine_arrays import IDLE, VACANT
from sanfang.model.state import DEPARTMENT

if TYPE_CHECKING:
    from sanfang.model.model import DistrictModel


class _View(mesa.Agent):
    """An agent that is the `row`-th of its kind."""

    model: DistrictModel

    def __init__(self, model: DistrictModel, row: int) -> None:
        super().__init__(model)
        self.row = row


class Resident(_View):
    """A resident. Made on request (`model.resident(row)`), not kept among the model's agents."""

    def __init__(self, model: DistrictModel, row: int) -> None:
        super().__init__(model, row)
        model.deregister_agent(self)

    @property
    def community(self) -> Community:
        """Where the resident lives."""
        return self.model.communities[int(self.model.residents.community[self.row])]

    @property
    def satisfaction(self) -> float:
        """In [0, 1]."""
        return float(self.model.residents.satisfaction[self.row])

    @property
    def trust(self) -> float:
        """In [0, 1]; governs whether troubles are voiced."""
        return float(self.model.residents.trust[self.row])

    @property
    def expectation(self) -> float:
        """Wait that the resident expects, in days."""
        return float(self.model.residents.expectation[self.row])

    @property
    def vulnerable(self) -> bool:
        """Lives alone at 60 or over, has a disability, or a low income."""
        return bool(self.model.residents.vulnerable[self.row])

    @property
    def unresolved(self) -> int:
        """Troubles that are still there: latent, open, about to be brought back, given up or closed in vain."""
        return int(self.model.residents.burden[self.row])

    @property
    def neighbours(self) -> list[Resident]:
        """Whom the resident talks to."""
        return [Resident(self.model, int(row)) for row in self.model.residents.ties[self.row]]


class Worker(_View):
    """A post and who is in it."""

    @property
    def station(self) -> int:
        """Station to which the worker belongs now."""
        return int(self.model.engine.workers["home"][self.row])

    @property
    def in_post(self) -> bool:
        """Whether somebody is in the post."""
        return int(self.model.engine.workers["doing"][self.row]) != VACANT

    @property
    def busy(self) -> bool:
        """Whether a job is in the worker's hands."""
        return int(self.model.engine.workers["doing"][self.row]) not in (IDLE, VACANT)

    @property
    def fatigue(self) -> float:
        """In [0, 1]."""
        return float(self.model.world.persons["fatigue"][self.row])

    @property
    def skill(self) -> dict[str, float]:
        """Skill in [0, 1] by domain; 1 is a department's specialist."""
        return dict(zip(self.model.scenario_run.domains, self.model.world.skill[self.row].tolist(), strict=True))

    @property
    def cases_handled(self) -> int:
        """By whoever is in the post now."""
        return int(self.model.world.persons["cases"][self.row])


class GridWorker(Worker):
    """Visits, patrols and settles small matters on site, in the grids of a community."""


class CommunityOfficer(Worker):
    """Works at a community's office and window."""


class OfficeWorker(Worker):
    """Works at a street office or a department."""


class _Office(_View):
    """A place with one or more queues."""

    @property
    def stations(self) -> list[int]:
        """Its stations among the engine's."""
        raise NotImplementedError

    @property
    def waiting(self) -> int:
        """Jobs in its queues now."""
        return int(self.model.engine.stations["waiting"][self.stations].sum())

    @property
    def staff(self) -> np.ndarray:
        """Rows of the workers who belong here now."""
        return np.flatnonzero(np.isin(self.model.engine.workers["home"], self.stations))

    @property
    def hours(self) -> dict[str, float]:
        """Hours booked here so far, by heading."""
        return dict(zip(h.HOUR_HEADINGS, self.model.engine.hours[self.stations].sum(axis=0).tolist(), strict=True))


class Community(_Office):
    """A residents' community with its office, fund and grids."""

    def __init__(self, model: DistrictModel, row: int) -> None:
        super().__init__(model, row)
        self.name = model.map.ids[row]

    @property
    def stations(self) -> list[int]:
        """The grids' and the office's."""
        return [self.row, self.model.world.layout.communities + self.row]

    @property
    def fund(self) -> float:
        """Yuan in the community's fund."""
        return float(self.model.world.communities["fund"][self.row])

    @property
    def conventions(self) -> dict[str, float]:
        """Share of the conflicts of each domain that residents' conventions cover."""
        covered = self.model.world.community_domain["conventions"][self.row].tolist()
        return dict(zip(self.model.scenario_run.domains, covered, strict=True))

    @property
    def residents(self) -> slice:
        """Rows of its residents."""
        first = int(self.model.world.communities["first"][self.row])
        return slice(first, first + int(self.model.world.communities["size"][self.row]))

    @property
    def satisfaction(self) -> float:
        """Mean over its residents."""
        return float(self.model.residents.satisfaction[self.residents].mean())

    @property
    def neighbours(self) -> list[Community]:
        """Those that adjoin it."""
        return [self.model.communities[int(row)] for row in self.model.map.neighbours[self.row]]

    @property
    def sub_district(self) -> SubdistrictOffice:
        """The street office to which it belongs."""
        return self.model.streets[int(self.model.map.sub_district[self.row])]


class SubdistrictOffice(_Office):
    """A street office (街道): relays, decides what is above communities, keeps lists, vets tasks."""

    @property
    def stations(self) -> list[int]:
        """Its one station."""
        return [2 * self.model.world.layout.communities + self.row]


class Department(_Office):
    """A department of the district, with its specialists, budget and stream of tasks."""

    def __init__(self, model: DistrictModel, row: int, name: str) -> None:
        super().__init__(model, row)
        self.name = name

    @property
    def stations(self) -> list[int]:
        """Its one station."""
        layout = self.model.world.layout
        return [2 * layout.communities + layout.streets + self.row]

    @property
    def budget(self) -> float:
        """Yuan left for cases."""
        return float(self.model.world.budget[self.row])


def make_workers(model: DistrictModel) -> list[Worker]:
    """One agent per post, of the kind of its tier before the reform."""
    kinds: tuple[type[Worker], ...] = (GridWorker, CommunityOfficer, OfficeWorker, OfficeWorker)
    tiers = model.world.persons["tier"]
    assert int(tiers.max()) <= DEPARTMENT
    return [kinds[tier](model, row) for row, tier in enumerate(tiers.tolist())]
