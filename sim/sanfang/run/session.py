"""A run in hand: played day by day, its levers moved on the way, taken back to an earlier day, forked, looked at.

What is played is always a scenario: a lever moved on day 30 is a step of its schedule on day 30, so `simulate` of
`Session.scenario` gives the same numbers to the last digit. Going back, and a fork, are such runs from the start.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Self

import pandas as pd

from sanfang.metrics.catalogue import measure
from sanfang.metrics.groups import tables
from sanfang.model.books.observation import observe
from sanfang.model.books.tables import daily_table, request_table
from sanfang.model.model import DistrictModel
from sanfang.run.life import Life, watched
from sanfang.run.moves import Move, before, checked, known_lever, level_in, with_move, with_moves
from sanfang.run.reach import check_reach
from sanfang.run.recorder import Recorder
from sanfang.run.series import BY_COMMUNITY, by_community
from sanfang.run.simulation import Run, check_run, evaluate_from, run_from
from sanfang.run.time_split import find
from sanfang.run.years import Years
from sanfang.scenario.errors import InputError
from sanfang.scenario.limits import MAX_DAYS, whole_number
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.telling import in_words


class Session:
    """A run that is played by hand.

        session = Session(scenario, seed=1, scale=0.1)
        session.step(30)
        session.move("authority", 0.5)
        other = session.fork()

    `days` is the length of the run (None: the scenario's own), `scale` the share of the district's size. Raises
    InputError for a seed, length or scale that no run can have, and for levers that the run does not reach.

    Not for several threads at once: whoever shares a session holds one lock around all that is done with it.
    """

    def __init__(self, scenario: Scenario, seed: int = 1, scale: float = 1.0, days: int | None = None) -> None:
        if not isinstance(scenario, Scenario):
            raise InputError(f"scenario: must be a Scenario, not {in_words(scenario)}; `Scenario.load` reads one")
        check_run(seed, days, scale)
        check_reach(scenario, days, scale)
        self._start(scenario, seed, scale, days or scenario.run.days)

    def _start(self, scenario: Scenario, seed: int, scale: float, days: int, moves: tuple[Move, ...] = ()) -> None:
        """Begin a run of `scenario` with levers moved as `moves` say."""
        self._base, self.seed, self.scale, self.days = scenario, seed, scale, days
        self._begin(moves)

    def _begin(self, moves: tuple[Move, ...]) -> None:
        scenario = with_moves(self._base, moves)
        model = DistrictModel(scenario, seed=self.seed, days=self.days, scale=self.scale)
        self._moves, self._scenario, self._model, self._recorder = moves, scenario, model, Recorder(model)
        self._years = Years()

    # --- Where it is ------------------------------------------------------------------------------------

    @property
    def day(self) -> int:
        """Days played."""
        return self._model.day

    @property
    def over(self) -> bool:
        """Whether the last day has been played."""
        return self.day >= self.days

    @property
    def moves(self) -> tuple[Move, ...]:
        """The levers moved so far (day, lever, level), in the order in which they were moved."""
        return self._moves

    @property
    def scenario(self) -> Scenario:
        """What is played: the scenario of the beginning, with the moves as steps of its schedules."""
        return self._scenario

    @property
    def model(self) -> DistrictModel:
        """The Mesa model as it is today, to look at; step the session, or what it records has gaps."""
        return self._model

    @property
    def recorder(self) -> Recorder:
        """What was noted day by day besides the model's own diary."""
        return self._recorder

    def level(self, lever: str) -> float | None:
        """The level of a lever on the day to come; None where a list of domains stands in its place."""
        return level_in(self._scenario.policy, known_lever(lever), self.day)

    # --- Playing it -------------------------------------------------------------------------------------

    def step(self, days: int = 1, progress: Callable[[int, int], object] | None = None) -> None:
        """Play some days, or fewer if the last day comes first. `progress` is called with (day, days) after each."""
        for _ in range(min(whole_number("days", days, 0, MAX_DAYS), self.days - self.day)):
            self._model.step()
            self._recorder.see(self._model)
            self._years.see(self._model)
            if progress is not None:
                progress(self.day, self.days)

    def move(self, lever: str, level: float, day: int | None = None) -> None:
        """Set the district's level of a lever, from 0 to 1, from `day` on (0 is the first; None: the day to come).

        What the scenario's own schedule says of the lever from that day on is given up; later moves stay. A community
        with a level of its own keeps it. Raises InputError for what is no lever or no level, for a day that has been
        played or never comes, and for a lever that is a list of domains, except on day 0.
        """
        move = checked(0, lever, level)
        move = move._replace(day=self._day_to_come(move.lever, day))
        moves = with_move(self._moves, move)
        scenario = with_moves(self._base, moves)
        self._model.follow(scenario)
        self._moves, self._scenario = moves, scenario

    def _day_to_come(self, lever: str, day: int | None) -> int:
        if self.over:
            raise InputError(f"{lever}: the last day, {self.days - 1}, has been played; `rewind` goes back")
        if day is None:
            return self.day
        number = whole_number("day", day, 0, self.days - 1)
        if number < self.day:
            raise InputError(f"day: {number} has been played, {self.day} is to come; `rewind` goes back")
        return number

    def rewind(self, day: int) -> None:
        """Go back to the end of `day` days, by playing them again; moves made on that day or later are forgotten.

        Those of day 0, with which the run began, stay. Raises InputError for a day that has not been played.
        """
        until = whole_number("day", day, 0, self.day)
        self._begin(before(self._moves, until))
        self.step(until)

    def fork(self) -> Self:
        """Another session at the same day with the same moves, which goes its own way; it is played from the start."""
        other = copy.copy(self)
        other._begin(self._moves)
        other.step(self.day)
        return other

    # --- Looking at it ----------------------------------------------------------------------------------

    @property
    def metrics(self) -> dict[str, float]:
        """All metrics of the days so far, by name; none before the first day has ended. Made anew at each access."""
        return measure(observe(self._model)) if self.day else {}

    def evaluate(self, first: int) -> dict[str, float]:
        """All metrics of the days from `first` to the last one played, by name. What is open is censored where a window
        ends: so step to its end, and look at it then. Raises InputError for a day not played."""
        if not self.day:
            raise InputError("evaluate: no day has been played yet")
        return evaluate_from(observe(self._model), first)

    @property
    def daily(self) -> pd.DataFrame:
        """One row a day so far. Made anew at each access, as the other tables are."""
        return daily_table(observe(self._model))

    @property
    def ledger(self) -> pd.DataFrame:
        """Resource, tier, heading, amount, of the days so far."""
        return observe(self._model).ledger

    @property
    def requests(self) -> pd.DataFrame:
        """One row a need so far, with its times and path; those latent or open now are among them."""
        return request_table(observe(self._model))

    @property
    def by_year(self) -> pd.DataFrame:
        """One row for each whole year so far, with every metric of it; see `Run`."""
        return self._years.table()

    @property
    def by_community(self) -> pd.DataFrame:
        """One row a community, as it is today: community, residents, satisfaction (0-1), open (requests per 1,000
        residents), and of the last 28 days days_to_resolve and wasted (share of hours at its grids and office); NaN
        where there is nothing yet."""
        columns = {name: by_community(self, name) for name in BY_COMMUNITY}
        about = {"community": self._model.map.ids, "residents": self._model.world.communities["size"].copy()}
        return pd.DataFrame(about | columns)

    def by_group(self, *dimensions: str) -> pd.DataFrame:
        """Metrics of each group of some dimensions, of the days so far; see `Run.by_group`."""
        return tables(observe(self._model), dimensions, self._years.metrics)

    def so_far(self) -> Run:
        """All four as a `Run`, as `simulate` would give it."""
        return run_from(self._model, self.scale, years=self._years)

    def life(self, request_id: str) -> Life:
        """The life of the request with this id, or with the only id that begins so, step by step up to today.

        The run is made once more to see it closer. Raises InputError where no request, or several, have such an id.
        """
        requests = self.requests
        label = find(requests, request_id)
        return watched(
            self._scenario, requests, label, seed=self.seed, days=self.days, scale=self.scale, until=self.day
        )

    def __repr__(self) -> str:
        moved = f", {len(self._moves)} moves" if self._moves else ""
        return f"<Session {self._scenario.name!r}, seed {self.seed}, day {self.day} of {self.days}{moved}>"
