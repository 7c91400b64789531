"""Which request to follow: a rule, filters, the first requests that they give, and the runs that show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sanfang.dashboard.address import Address
from sanfang.dashboard.worlds.job import PageJob
from sanfang.dashboard.worlds.page_session import PageSession
from sanfang.run.background import Cancelled, play
from sanfang.run.simulation import Run
from sanfang.run.time_split import closed_to_follow, durations
from sanfang.scenario.place import KINDS

RULES = ("slowest", "typical", "quick_handoffs", "open")
"""Longest from voicing to close; nearest to the median; quickest with several hand-offs; open, waiting longest."""

SEVERAL = 2  # hand-offs
MAX_CANDIDATES = 12
MAX_ID_LENGTH = 16
USUAL_DAYS = 180


@dataclass(frozen=True)
class RequestChoice:
    """What a visitor asked for. `rule` is one of `RULES`, `id_` the beginning of an id, or "" for the first found."""

    rule: str = "slowest"
    id_: str = ""
    domain: str = ""
    kind: str = ""
    community: str = ""
    vulnerable: bool = False


def choice(texts: Mapping[str, str], domains: list[str], communities: list[str]) -> RequestChoice:
    """The choice that an address carries; what is not known there is left out. `request` is a rule, an id, or both:
    `typical:6b130b71`."""
    rule, _, id_ = texts.get("request", "").strip().lower().rpartition(":")
    if id_ in RULES:
        rule, id_ = id_, ""
    is_id = bool(id_) and all(letter in "0123456789abcdef" for letter in id_)

    def one_of(key: str, allowed: list[str]) -> str:
        return texts.get(key, "") if texts.get(key) in allowed else ""

    return RequestChoice(
        rule=rule if rule in RULES else RULES[0],
        id_=id_[:MAX_ID_LENGTH] if is_id else "",
        domain=one_of("domain", domains),
        kind=one_of("kind", list(KINDS)),
        community=one_of("community", communities),
        vulnerable=texts.get("whose") == "vulnerable",
    )


def until(address: Address) -> int:
    """The day up to which the Follow page plays: that of the address, or else `USUAL_DAYS`."""
    return address.day or min(USUAL_DAYS, address.days)


def run_of(address: Address, job: PageJob[Run]) -> Run:
    """The first world of the address as far as it is played, with all its requests and without its model, as a job.

    Where it is cancelled, it is found as far as it got. Raises Cancelled.
    """
    session = PageSession.made(address, address.worlds[0], job)

    def run() -> Run:
        none = pd.DataFrame()
        return Run(session.scenario, address.seed, session.day, address.size, {}, none, none, session.requests, None)

    try:
        play(session.step, until(address), job, count=True)
    except Cancelled:
        job.found = run() if session.day and not job.left else None
        raise
    with job.turn():
        return run()


def candidates(run: Run, wanted: RequestChoice, count: int = MAX_CANDIDATES) -> pd.DataFrame:
    """The first requests that a choice gives, best first, with their row labels, and `hours` from voicing to close.

    As on the command line, requests of the evaluation window count, but for the rule "open".
    """
    still_open = (run.requests["outcome"] == "open") & (run.requests["voiced"] >= 0)  # none is watched before day 0
    requests = run.requests[still_open] if wanted.rule == "open" else closed_to_follow(run)
    for column in ("domain", "kind", "community"):
        value = getattr(wanted, column)
        if value:
            requests = requests[requests[column] == value]
    if wanted.vulnerable:
        requests = requests[requests["vulnerable"]]
    requests = requests.assign(hours=durations(requests, run.scenario.calendar, run.days))
    if wanted.rule == "quick_handoffs":
        return requests[requests["handoffs"] >= SEVERAL].sort_values("hours", kind="stable").head(count)
    if wanted.rule == "typical":
        nearest = (requests["hours"] - requests["hours"].median()).abs().sort_values(kind="stable").index
        return requests.loc[nearest[:count]]
    return requests.sort_values("hours", ascending=False, kind="stable").head(count)
