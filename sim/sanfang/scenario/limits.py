"""The most that may be asked for, each limit declared once: options, files, and Python all name these.

They are far above what a real question takes. Limits on the text of a file stand in `toml`.
"""

from __future__ import annotations

from collections.abc import Callable

from sanfang.scenario.errors import InputError
from sanfang.scenario.telling import in_words

# --- A run ---

MAX_DAYS = 3_650
MAX_SEED = 10**15
"""Of any run, that of a last replication included: SQLite, JSON, R and JavaScript hold it exactly."""

# --- A district: what starts within a gigabyte ---

MAX_RESIDENTS = 3_500_000
MAX_COMMUNITIES = 9_999
MAX_DOMAINS = 100
MAX_DEPARTMENTS = 200
MAX_RESIDENT_DOMAINS = 35_000_000
"""Residents x domains: each resident has a hazard of their own in each domain."""

MAX_COMMUNITY_DOMAINS = 500_000
"""Communities x domains: the books are kept for each of these."""

MAX_POSTS = 100_000
MAX_CANDIDATES = 400_000
"""Candidates for needs a day (see `sanfang.model.cases.needs`): Licang at full size has 57,000."""

# --- Many runs ---

MAX_REPLICATIONS = 100_000
MAX_RUNS_IN_MEMORY = 100_000
"""Of a comparison, which keeps all of them; a sweep stores them instead."""

MAX_RUNS = 5_000_000
"""Of a sweep: points x scenarios x replications."""

MAX_POINTS = 100_000
MAX_POINT_VALUES = 2_000_000
"""Points x factors."""

MAX_SCENARIOS = 100
MAX_FACTORS = 200
MAX_CONSTRAINTS = 100
MAX_JOBS = 1_000


def whole_number(name: str, value: object, least: int, most: int) -> int:
    """`value`, if it is a whole number from `least` to `most`. Raises `InputError`, which calls it `name`."""
    if not hasattr(value, "__index__") or isinstance(value, bool):
        raise InputError(f"{name}: must be a whole number, not {in_words(value)}")
    number = int(value.__index__())
    if not least <= number <= most:
        raise InputError(f"{name}: must be at least {least:,} and at most {most:,}, not {in_words(number)}")
    return number


def argument(most: int) -> Callable[[str], int]:
    """The `type` of a whole number from 1 to `most` on the command line of a script, for argparse."""
    from argparse import ArgumentTypeError  # not loaded for those who need none

    def number(text: str) -> int:
        try:
            return whole_number("number", int(text), 1, most)
        except InputError as error:
            raise ArgumentTypeError(str(error)) from None

    return number


def first_seed(name: str, seed: object, replications: int) -> int:
    """`seed`, if the seeds of so many replications, one after the other from it, are none above `MAX_SEED`."""
    return whole_number(name, seed, 0, MAX_SEED + 1 - replications)
