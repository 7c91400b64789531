"""What waits do to satisfaction in the long run: by minds alone, and with all that follows from a wait.

Minds alone (partial): the last year of a long run is met again and again, with every wait halved or doubled and all
else as it was. With all that follows (total): the district itself is faster or slower, so that a trouble is there for
longer, more give up, and who trusts less speaks up later. Both beside what an ideal district gains, and without a norm.

    python -m sanfang.studies.waits      # the table of docs/model.md; about five minutes
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sanfang.model.district.district_records import Residents
from sanfang.model.kernel.records import Record
from sanfang.model.model import DistrictModel
from sanfang.model.start.remembered_year import RememberedYear
from sanfang.report.markdown import table
from sanfang.scenario.conditions import Mind
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.window import YEAR

DISTRICT, SEEDS = "demo", (1, 2, 3)
YEARS = 10
"""Years of a run, of which the last is looked at: minds take a decade to come to rest."""

ROUNDS = 20
"""How often the last year is met again."""

NORMS = (0.0, float(Mind().norm))
TIMES = {"halved": 0.5, "doubled": 2.0}
DELAYS = ("registration_days", "handoff_days", "approval_days", "wrong_window_days", "meeting_days")
DISTRICTS = {"faster": (0.5, 1.5), "slower": (2.0, 0.9)}
"""Delays and staff of other districts, over those of the district as it is."""

IDEAL = {
    "casework.registration_days": 0.0, "casework.handoff_days": 0.0, "casework.approval_days": 0.0,
    "casework.wrong_window": 0.0, "casework.bounce": 0.0, "casework.diagnosis": 1.0,
    "casework.fixed": 1.0, "casework.fixed_skill": 0.0,
}  # fmt: skip
IDEAL_STAFF = 5.0


# --- Districts ------------------------------------------------------------------------------------------------


def with_staff(scenario: Scenario, times: float) -> Scenario:
    """The district with so many times its posts."""
    staff = scenario.staffing
    changes: dict[str, Any] = {
        "staffing.officers_per_10k": staff.officers_per_10k * times,
        "staffing.street_per_10k": staff.street_per_10k * times,
        "staffing.households_per_grid": staff.households_per_grid / times,
    }
    for name, department in scenario.departments.items():
        changes[f"departments.{name}.posts_per_100k"] = department.posts_per_100k * times
    return scenario.with_(changes, "waits")


def with_delays(scenario: Scenario, times: float) -> Scenario:
    """The district with so many times the time that passes without anybody's work."""
    changes = {f"casework.{name}": getattr(scenario.casework, name) * times for name in DELAYS}
    leads = {f"domains.{name}.lead_days": one.lead_days * times for name, one in scenario.domains.items()}
    return scenario.with_(changes | leads, "waits")


def ideal(scenario: Scenario) -> Scenario:
    """Five times the staff, nobody handed on, sent away or misunderstood, and whatever is handled is fixed."""
    return with_staff(scenario, IDEAL_STAFF).with_(IDEAL, "waits")


# --- With all that follows -------------------------------------------------------------------------------------


class Remembering(DistrictModel):
    """Keeps what residents meet with, and which troubles burden them, on each day of its last year."""

    def __init__(self, scenario: Scenario, seed: int, days: int) -> None:
        super().__init__(scenario, seed, days)
        self.remembered = RememberedYear(self.world)

    def _residents(self, day: int) -> None:
        if day == self.days - YEAR:
            self.remembered = RememberedYear(self.world)
        if day >= self.days - YEAR:
            self.remembered.see(self.world)
        super()._residents(day)


class Lived(NamedTuple):
    """The last year of a district."""

    satisfaction: float
    """Mean over residents and days."""
    days: float
    """Mean wait, from voicing to whatever end."""


def lived(model: Remembering) -> Lived:
    """What the last year of a finished run shows."""
    by_community = model.diary.satisfaction[model.day - YEAR : model.day].mean(axis=0)
    return Lived(float(np.average(by_community, weights=model.world.communities["size"])), model.remembered.mean_wait())


def played(scenario: Scenario, seed: int, years: int = YEARS) -> Remembering:
    """The district after so many years."""
    model = Remembering(scenario, seed, years * YEAR)
    model.run()
    return model


# --- Minds alone -----------------------------------------------------------------------------------------------


def minds_alone(model: Remembering, mind: Record, times: float, rounds: int = ROUNDS) -> float:
    """Mean satisfaction once the remembered year has been met again and again, each wait so many `times` as long."""
    residents = Residents._make(column.copy() for column in model.residents)
    return model.remembered.replay(residents, model.world.communities, mind, rounds, model.seed_run, times)


# --- The table -------------------------------------------------------------------------------------------------


def effects_of(scenario: Scenario, seed: int, years: int = YEARS, rounds: int = ROUNDS) -> pd.DataFrame:
    """What waits do to the satisfaction of one district with one seed.

    Rows: minds alone, the faster and the slower district, the ideal one. Columns: `gain` of satisfaction, `waits` over
    those of the district as it is, `per_doubling` of waits, and the gain `of_ideal`.
    """
    model = played(scenario, seed, years)
    base, mind = lived(model), model.setting["mind"]
    still = minds_alone(model, mind, 1.0, rounds)
    rows = {
        f"minds alone, waits {name}": (minds_alone(model, mind, times, rounds) - still, times)
        for name, times in TIMES.items()
    }
    others = {name: with_delays(with_staff(scenario, staff), delays) for name, (delays, staff) in DISTRICTS.items()}
    for name, other in (others | {"ideal": ideal(scenario)}).items():
        found = lived(played(other, seed, years))
        rows[f"{name} district"] = (found.satisfaction - base.satisfaction, found.days / base.days)
    best, _ = rows["ideal district"]
    return pd.DataFrame(
        {
            what: {"gain": gain, "waits": times, "per_doubling": gain / math.log2(times), "of_ideal": gain / best}
            for what, (gain, times) in rows.items()
        }
    ).T


def page(scenario: Scenario, seeds: Sequence[int] = SEEDS) -> str:
    """The table as Markdown: means over seeds, and of gains the lowest and the highest."""
    rows = []
    for norm in NORMS:
        found = pd.concat([effects_of(scenario.with_({"mind.norm": norm}), seed) for seed in seeds], keys=seeds)
        for what, own in found.groupby(level=1, sort=False):
            mean, gains = own.mean(), own["gain"]
            gain = f"{mean['gain']:+.3f} ({gains.min():+.3f} to {gains.max():+.3f})"
            per_doubling = "" if str(what).startswith("ideal") else f"{mean['per_doubling']:+.3f}"
            waits, share = f"{mean['waits']:.2f}", f"{mean['of_ideal']:+.2f}"
            rows.append((f"{norm:g}", str(what), waits, gain, per_doubling, share))
    return "\n".join(table(("`norm`", "What", "Waits", "Satisfaction", "Per doubling", "Of the ideal"), rows))


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m sanfang.studies.waits", description=__doc__).parse_args()
    sys.stdout.write(page(Scenario.load("before", district=DISTRICT)) + "\n")
