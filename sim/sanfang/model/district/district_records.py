"""What is kept of the district: its residents, communities, domains, posts, and the small work of offices."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sanfang.model.kernel.records import Flags, record_type


class Residents(NamedTuple):
    """Columns, one row a resident, in the order of communities."""

    community: NDArray[np.int16]
    grid: NDArray[np.int32]
    """Number of the grid in the district."""
    age: NDArray[np.int8]
    """0 young, 1 adult, 2 elderly."""
    alone: Flags
    """Elderly and living alone."""
    disabled: Flags
    low_income: Flags
    vulnerable: Flags
    digital: NDArray[np.float32]
    """Digital literacy, 0 to 1."""
    weight: NDArray[np.float32]
    """`[resident, domain]`: hazard over the mean resident's."""
    expectation: NDArray[np.float32]
    """Wait that is expected, in calendar days."""
    satisfaction: NDArray[np.float32]
    """0 to 1."""
    trust: NDArray[np.float32]
    """0 to 1."""
    burden: NDArray[np.int16]
    """Troubles that are not gone."""
    brought: NDArray[np.float32]
    """`[resident * VOICED_BY + channel]`: what a channel is known for, 0 to 1; empty where shares are fixed."""
    heard: NDArray[np.float32]
    """Mean satisfaction of those whom the resident talks to, at the last talk; empty where nobody minds it."""
    ties: NDArray[np.int32]
    """`[resident, n]`: whom the resident talks to."""


COMMUNITY = record_type(
    ("number", "i8", "", "in the whole district: its draws are keyed by it"),
    ("first", "i8", "resident", "first of its residents"),
    ("size", "i8", "residents", ""),
    ("sub_district", "i8", "sub-district", "to which it belongs"),
    ("households", "f8", "households", ""),
    ("patrol", "f8", "hours", "of patrol on the last working day"),
    ("useful_done", "f8", "hours", "of useful tasks done so far, by itself or by their senders"),
    ("found_today", "i8", "needs", "found in data today"),
    ("fund", "f8", "yuan", "in its fund"),
    ("outside", "f8", "yuan", "of outside income left"),
    ("contract", "f8", "hours", "contracted and not used yet"),
    ("contract_used", "f8", "hours", "contracted and used, so far"),
    ("visited", "f8", "0 to 1", "share of the elderly alone who are visited this month"),
    ("upkeep", "f8", "0 to 1", "share of full upkeep this month"),
    ("contacted", "f8", "0 to 1", "share of households in contact this month"),
    ("lookout", "f8", "hours", "a working day that members are on the lookout this month"),
    ("errands", "f8", "hours", "left for errands this month"),
    ("pool", "f8", "hours", "of units' and residents' own work left this month"),
    ("known", "f8", "0 to 1", "how well its grid workers know their grids, on average"),
    ("terminals_out", "f8", "days", "until its terminals work again; 0: they do"),
    ("terminals_used", "f8", "uses", "of them today"),
    ("forums", "i8", "forums", "held since the last look at latent needs"),
)
"""A community."""

COMMUNITY_DOMAIN = record_type(
    ("factor", "f8", "ratio", "lasting relative troubles, mean 1 in the district"),
    ("hazard", "f8", "ratio", "today's multiplier of the hazard"),
    ("unmet", "f8", "0 to 1", "share of the demand for services that is not covered"),
    ("covered", "f8", "0 to 1", "share that is"),
    ("methods", "f8", "0 to 1", "practice that is written down"),
    ("patrol_chance", "f8", "0 to 1", "today's chance that a patrol finds a need"),
    ("conventions", "f8", "0 to 1", "share of conflicts that conventions cover"),
)
"""A domain in a community."""

DOMAIN = record_type(
    ("hazard", "f8", "per year", "needs of a resident, with full services and no prevention"),
    ("cap", "f8", "ratio", "highest multiple of the hazard that candidates stand for"),
    ("kinds", ("f8", 4), "0 to 1", "shares of the kinds of need, cumulative"),
    ("level", "i8", "tier", "that finishes its parts before the reform"),
    ("on_site", "f8", "0 to 1", "share that grid workers take at a community"),
    ("devolvable", "f8", "0 to 1", "share that communities may be given"),
    ("hours", "f8", "hours", "mean work of a part"),
    ("hours_cv", "f8", "ratio", "sd over mean of that"),
    ("shape", "i8", "", "its distribution, of `draws.SHAPES`"),
    ("lead_hours", "f8", "hours", "mean working time from the work to the result"),
    ("lead_cv", "f8", "ratio", "sd over mean of that"),
    ("yuan", "f8", "yuan", "mean money for a part"),
    ("patience_days", "f8", "days", "mean until a request that nobody has started on is given up"),
    ("self_service", "f8", "0 to 1", "share of simple matters that terminals can finish"),
    ("patrol_visible", "f8", "0 to 1", "how far patrols see its needs"),
    ("data_visible", "f8", "0 to 1", "how far data show them"),
    ("prevention", "f8", "ratio", "rise of the hazard without services"),
    ("spillover", "f8", "0 to 1", "share of services that reaches the neighbours"),
    ("market", "f8", "0 to 1", "share of parts that firms can do"),
    ("social", "f8", "0 to 1", "share that social organisations can do"),
    ("simple", "f8", "0 to 1", "share that units and residents can do"),
    ("conflict", "f8", "0 to 1", "share that are conflicts between residents"),
    ("shared", "f8", "0 to 1", "share that are of several residents at once"),
    ("visits", "f8", "0 to 1", "fall of the hazard of those who are visited"),
    ("upkeep", "f8", "0 to 1", "fall of the hazard with full upkeep"),
    ("department", "i8", "department", "in charge"),
)
"""A domain, as declared in the scenario."""

PERSON = record_type(
    ("tier", "i4", "tier", "of the post before the reform"),
    ("department", "i4", "department", "of a department's post, else NONE"),
    ("hires", "i4", "", "newcomers to the post so far"),
    ("cases", "i4", "cases", "handled by who is in it"),
    ("fatigue", "f8", "0 to 1", ""),
    ("trained", "f8", "hours", "of training received by who is in it"),
    ("stays", "f8", "hazard", "left until who is in it leaves"),
    ("vacant_until", "f8", "days", "calendar time at which a newcomer starts"),
    ("key", "u8", "", "of its draws"),
    ("post_home", "i4", "station", "before the reform"),
    ("down", "i4", "station", "to which it moves if posts are devolved, or NONE"),
    ("days_down", "i4", "days", "of a working week that it is there"),
    ("beat", "i4", "", "number of the post at its station: of a grid worker that of the grid"),
    ("knows", "f8", "0 to 1", "how well who is in it knows the place"),
)
"""A post and who is in it."""

OFFICE_WORK = record_type(
    ("owed", "f8", "hours", "not yet gathered into a job"),
    ("due", "f8", "hours", "gathered into jobs so far"),
    ("done", "f8", "hours", "of jobs finished so far"),
    ("lapsed", "f8", "hours", "of jobs that nobody had begun by their deadline, so far"),
)
"""Small work of a station under a heading."""
