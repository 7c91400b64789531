"""What a run leaves behind, as plain arrays: all that metrics and tables look at. The model itself is not among it.

So whatever is measured of a run can be computed wherever these arrays are, long after the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sanfang.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from sanfang.model.model import DistrictModel


@dataclass(frozen=True, eq=False)
class Observation:
    """A run so far. Arrays by day begin with its day 0; tiers go from grid to department."""

    scenario: Scenario
    days: int
    records: np.ndarray
    """Of all needs (`NEED_RECORD`): ended ones, and those latent or open at the end."""
    closings: np.ndarray
    """Of requests (`CLOSING`), several of one that is brought back."""
    counters: np.ndarray
    """`[day, counter]`: events of the day, see `model.state.DAILY`."""
    satisfaction: np.ndarray
    """`[day, community]`, 0-1."""
    satisfaction_vulnerable: np.ndarray
    """`[day, community]` of the vulnerable; NaN where there are none."""
    satisfaction_by_age: np.ndarray
    """`[day, age]`, of all residents of a class of `state.AGES`; NaN where there are none."""
    latent: np.ndarray
    """`[day]`: needs neither voiced nor found, at the end of the day."""
    latent_vulnerable: np.ndarray
    """`[day]`: those of the vulnerable."""
    open: np.ndarray
    """`[day]`: open requests, at the end of the day."""
    rated: np.ndarray
    """`[day, 2]`: requests whose residents were asked, and those of them who were satisfied."""
    leavers: np.ndarray
    """`[day, tier]`: people who have left their posts so far."""
    hours_so_far: Sequence[np.ndarray]
    """`[day][tier, heading]`: hours booked by the end of the day."""
    spent_so_far: Sequence[np.ndarray]
    """`[day][tier and outside, heading]`: yuan paid by the end of the day, without wages."""
    hours_booked: np.ndarray
    """`[tier, heading]`: hours booked in the whole run."""
    month_ahead: np.ndarray
    """`[month, tier, heading]`: yuan paid on the first day of a month for the whole of it; see `MonthBooks`."""
    month_pots: np.ndarray
    """`[month, tier]`: yuan put into the pots for cases on the first day of a month."""
    in_pots: np.ndarray
    """`[tier]`: yuan in the pots at the end."""
    waiting_yuan: float
    """Yuan that parts of cases wait for at the end."""
    ledger: pd.DataFrame
    """The ledger of the whole run: resource, tier, heading, amount."""
    communities: tuple[str, ...]
    """Their ids."""
    community_size: np.ndarray
    """`[community]`: residents."""
    resident_satisfaction: np.ndarray
    """`[resident]`, at the end; residents of a community stand together."""
    resident_vulnerable: np.ndarray
    """`[resident]`: whether they are."""
    resident_age: np.ndarray
    """`[resident]`: class of age, a place in `state.AGES`."""
    posts: int
    """Public posts, filled or vacant."""
    year_before: np.ndarray | None
    """The daily series of the year before day 0, a record a day; None after an empty start."""
    began_steady: bool | None
    """Whether the district had a steady state on day 0; None after an empty start."""
    clock: np.ndarray
    """`[day]`: working hours from the start of the run to the start of the day, and of the day after the last."""

    @property
    def residents(self) -> int:
        """How many there are."""
        return len(self.resident_satisfaction)

    @property
    def community_vulnerable(self) -> np.ndarray:
        """`[community]`: vulnerable residents."""
        starts = np.cumsum(self.community_size) - self.community_size
        return np.asarray(np.add.reduceat(self.resident_vulnerable.astype(np.int64), starts))


def observe(model: DistrictModel) -> Observation:
    """What a model has left behind so far; the books are checked. Arrays are the model's own: valid until its next
    step."""
    import pandas as pd  # with the compiler, a second to load: a list of metrics needs neither

    from sanfang.model.books.ledger import LEDGER_COLUMNS, hours_by_tier
    from sanfang.model.district.finance import in_pots, month_books

    scenario, diary, days = model.scenario_run, model.diary, model.day
    ahead, into_pots = month_books(scenario, model.world, model.finance, days)
    return Observation(
        scenario=scenario,
        days=days,
        records=all_records(model),
        closings=model.world.closings[: int(model.world.counts["closings"][0])],
        counters=model.world.daily[:days],
        satisfaction=diary.satisfaction[:days],
        satisfaction_vulnerable=diary.vulnerable[:days],
        satisfaction_by_age=diary.by_age[:days],
        latent=diary.latent[:days],
        latent_vulnerable=diary.latent_vulnerable[:days],
        open=diary.open[:days],
        rated=diary.rated[:days],
        leavers=diary.leavers[:days],
        hours_so_far=diary.hours,
        spent_so_far=diary.spent,
        hours_booked=hours_by_tier(model.engine, model.world.layout),
        month_ahead=ahead,
        month_pots=into_pots,
        in_pots=in_pots(model.world),
        waiting_yuan=model.waiting_yuan(),
        ledger=model.ledger() if days else pd.DataFrame(columns=LEDGER_COLUMNS),
        communities=model.map.ids,
        community_size=model.world.communities["size"],
        resident_satisfaction=model.residents.satisfaction,
        resident_vulnerable=model.residents.vulnerable,
        resident_age=model.residents.age,
        posts=len(model.world.persons),
        year_before=model.year_before,
        began_steady=model.began_steady,
        clock=model.world.clock_start[: days + 1],
    )


def all_records(model: DistrictModel) -> np.ndarray:
    """Records of all needs so far; those latent or open now are among them, with that outcome.

    A view, valid until the model's next step.
    """
    from sanfang.model.cases.lifecycle import write_unended
    from sanfang.model.world import refer_world

    counts = model.world.counts
    ended = int(counts["records"][0])
    model.make_room()
    write_unended(refer_world(*model.world))
    records = model.world.records[: int(counts["records"][0])]
    counts["records"] = ended
    return records


def mean_of_vulnerable(means: np.ndarray, vulnerable: np.ndarray) -> np.ndarray:
    """Mean by day of the vulnerable, from the `means[day, community]` of those in each community, of whom there are
    `vulnerable[community]`; NaN where there are none at all."""
    if not vulnerable.any():
        return np.full(len(means), np.nan)
    return np.asarray(np.nan_to_num(means) @ vulnerable / vulnerable.sum())
