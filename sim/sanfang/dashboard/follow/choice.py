"""Which request to follow: a rule, filters, the first requests that they give, and the runs that show them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from sanfang.dashboard.address import Address, scenario_of
from sanfang.lab.simulation import Run, all_records, request_table
from sanfang.lab.time_split import closed_after_warm_up, durations
from sanfang.model.cases.watched import Trace, WatchedModel
from sanfang.model.model import DistrictModel
from sanfang.scenario.place import KINDS
from sanfang.scenario.scenario import Scenario

RULES = ("slowest", "typical", "quick_handoffs", "open")
"""Longest from voicing to close; nearest to the median; quickest with several hand-offs; open, waiting longest."""

SEVERAL = 2  # hand-offs
MOST_CANDIDATES = 12
LONGEST_ID = 16
USUAL_DAYS = 180

AT_ONCE = 2
PLACES = threading.BoundedSemaphore(AT_ONCE)
"""For runs of all viewers, which last seconds; replications of the Compare page have places of their own, as they keep
them for minutes."""


@dataclass(frozen=True)
class Choice:
    """What a visitor asked for. `rule` is one of `RULES`, `id_` the beginning of an id, or "" for the first found."""

    rule: str = "slowest"
    id_: str = ""
    domain: str = ""
    kind: str = ""
    community: str = ""
    vulnerable: bool = False


def choice(texts: Mapping[str, str], domains: list[str], communities: list[str]) -> Choice:
    """The choice that an address carries; what is not known there is left out. `request` is a rule, an id, or both:
    `typical:6b130b71`."""
    rule, _, id_ = texts.get("request", "").strip().lower().rpartition(":")
    if id_ in RULES:
        rule, id_ = id_, ""
    is_id = bool(id_) and all(letter in "0123456789abcdef" for letter in id_)

    def one_of(key: str, allowed: list[str]) -> str:
        return texts.get(key, "") if texts.get(key) in allowed else ""

    return Choice(
        rule=rule if rule in RULES else RULES[0],
        id_=id_[:LONGEST_ID] if is_id else "",
        domain=one_of("domain", domains),
        kind=one_of("kind", list(KINDS)),
        community=one_of("community", communities),
        vulnerable=texts.get("whose") == "vulnerable",
    )


def until(address: Address) -> int:
    """The day up to which the Follow page plays: that of the address, or else `USUAL_DAYS`."""
    return address.day or min(USUAL_DAYS, address.days)


def never() -> bool:
    """For a run that is always wanted to its end."""
    return False


def played_up_to[Model: DistrictModel](
    day: int, build: Callable[[], Model], stopped: Callable[[], bool]
) -> Model | None:
    """A model played in one of `PLACES`, as soon as one is free; None once it is stopped."""
    while not PLACES.acquire(timeout=0.2):
        if stopped():
            return None
    try:
        if stopped():
            return None
        model = build()
        while model.day < day and not stopped():
            model.step()
        return None if stopped() else model
    finally:
        PLACES.release()


def traced(
    scenario: Scenario, id_: str, *, seed: int, days: int, scale: float, until: int, stopped: Callable[[], bool] = never
) -> Trace | None:
    """As `trace`, but in one of `PLACES`; None if it was stopped."""
    key = int(id_, 16)
    model = played_up_to(until, lambda: WatchedModel(scenario, seed, days, scale, key), stopped)
    return None if model is None else Trace(model.log.copy(), model)


def run_of(address: Address, stopped: Callable[[], bool] = never) -> Run | None:
    """The first world of the address as far as it is played, with all its requests and without its model; None if it
    was stopped."""
    scenario = scenario_of(address, address.worlds[0])
    model = played_up_to(
        until(address),
        lambda: DistrictModel(scenario, seed=address.seed, days=address.days, scale=address.size),
        stopped,
    )
    if model is None:
        return None
    requests = request_table(model, all_records(model))
    none = pd.DataFrame()
    return Run(scenario, address.seed, model.day, address.size, {}, none, none, requests, None)


def candidates(run: Run, wanted: Choice, count: int = MOST_CANDIDATES) -> pd.DataFrame:
    """The first requests that a choice gives, best first, with their row labels, and `hours` from voicing to close.

    As on the command line, only requests closed after the warm-up count, but for the rule "open".
    """
    requests = run.requests
    found = requests[requests["outcome"] == "open"] if wanted.rule == "open" else closed_after_warm_up(run)
    for column in ("domain", "kind", "community"):
        value = getattr(wanted, column)
        if value:
            found = found[found[column] == value]
    if wanted.vulnerable:
        found = found[found["vulnerable"]]
    found = found.assign(hours=durations(found, run.scenario.calendar, run.days))
    if wanted.rule == "quick_handoffs":
        return found[found["handoffs"] >= SEVERAL].sort_values("hours", kind="stable").head(count)
    if wanted.rule == "typical":
        nearest = (found["hours"] - found["hours"].median()).abs().sort_values(kind="stable").index
        return found.loc[nearest[:count]]
    return found.sort_values("hours", ascending=False, kind="stable").head(count)
