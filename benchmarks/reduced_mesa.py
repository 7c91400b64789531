"""The reduced model in plain Mesa: an object for each resident and worker, `AgentSet.do`, Python's heap."""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Callable
from itertools import count

import mesa

from benchmarks.reduced import COMMUNITY, RULES, START_SATISFACTION, START_TRUST, Statistics, people


class Resident(mesa.Agent):
    """Has needs, voices them as far as it trusts, and remembers how that went."""

    def __init__(self, model: MesaTwin, place: Place, weight: float, vulnerable: bool) -> None:
        super().__init__(model)
        self.place, self.vulnerable = place, vulnerable
        self.satisfaction, self.trust = START_SATISFACTION, START_TRUST
        self.rate = RULES.hazard * weight
        self.chance = 1.0 - math.exp(-self.rate)

    def live(self) -> None:
        """One day: satisfaction drifts, and needs arise at random moments (first gap by inversion)."""
        self.satisfaction += RULES.drift * (RULES.usual - self.satisfaction)
        random = self.model.random
        mark = random.random()
        if mark < self.chance:
            moment = -math.log1p(-mark) / self.rate
            while moment < 1.0:
                if random.random() < self.trust:
                    self.model.at(self.model.day + moment, self.place.arrive, Request(self))
                moment += random.expovariate(self.rate)
        self.model.satisfaction_sum += self.satisfaction

    def learn(self, worth: float) -> None:
        self.satisfaction += RULES.step * (worth - self.satisfaction)
        self.trust += RULES.trust_step * (worth - self.trust)


class Worker(mesa.Agent):
    """Serves one request after the other."""

    def __init__(self, model: MesaTwin, place: Place) -> None:
        super().__init__(model)
        self.place = place

    def start(self, request: Request) -> None:
        model = self.model
        request.waiting, request.waited = False, model.now - request.arrived
        model.served += 1
        model.waited_sum += request.waited
        model.at(model.now + model.random.expovariate(1.0 / RULES.service), self.finish, request)

    def finish(self, request: Request) -> None:
        request.resident.learn(math.exp(-request.waited / RULES.expected))
        self.place.free.append(self)
        self.place.serve()


class Request:
    """A need that was voiced."""

    __slots__ = ("arrived", "resident", "waited", "waiting")

    def __init__(self, resident: Resident) -> None:
        self.resident, self.waiting = resident, True
        self.arrived = self.waited = 0.0


class Place:
    """A community's queue: the vulnerable first."""

    def __init__(self, model: MesaTwin) -> None:
        self.model = model
        self.queues: tuple[deque[Request], deque[Request]] = (deque(), deque())
        self.free = [Worker(model, self) for _ in range(RULES.workers)]

    def arrive(self, request: Request) -> None:
        model = self.model
        request.arrived = model.now
        self.queues[0 if request.resident.vulnerable else 1].append(request)
        self.serve()
        if request.waiting:
            model.at(model.now + model.random.expovariate(1.0 / RULES.patience), self.give_up, request)

    def give_up(self, request: Request) -> None:
        if request.waiting:
            request.waiting = False
            self.model.withdrawn += 1
            request.resident.learn(0.0)

    def serve(self) -> None:
        for queue in self.queues:
            while queue and self.free:
                request = queue.popleft()
                if request.waiting:
                    self.free.pop().start(request)


class MesaTwin(mesa.Model):
    """The reduced model. `step` is one day: residents live, then the day's events follow in order."""

    def __init__(self, residents: int, seed: int) -> None:
        super().__init__(rng=seed)
        self.day, self.now, self.residents = 0, 0.0, residents
        self.events: list[tuple[float, int, Callable[[Request], None], Request]] = []
        self.order = count()
        self.satisfaction_sum = self.waited_sum = 0.0
        self.served = self.withdrawn = 0
        places = [Place(self) for _ in range(residents // COMMUNITY)]
        for row, (weight, vulnerable) in enumerate(zip(*people(residents, seed), strict=True)):
            Resident(self, places[row // COMMUNITY], float(weight), bool(vulnerable))

    def at(self, moment: float, action: Callable[[Request], None], request: Request) -> None:
        heapq.heappush(self.events, (moment, next(self.order), action, request))

    def step(self) -> None:
        self.agents_by_type[Resident].do("live")
        while self.events and self.events[0][0] < self.day + 1:
            self.now, _, action, request = heapq.heappop(self.events)
            action(request)
        self.day += 1

    def run(self, days: int) -> Statistics:
        for _ in range(days):
            self.step()
        ended = self.served + self.withdrawn
        mean = self.satisfaction_sum / (self.residents * self.day)
        return Statistics(self.waited_sum / self.served, self.withdrawn / ended, mean, ended)
