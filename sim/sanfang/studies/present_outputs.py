"""What a year of the district as it stands gives that published figures answer to: the outputs of docs/fit-ledger.csv.

An output is named `name` or `name.domain`; `output(run, name)` works it out. Shares and days of requests are over those
voiced on days that leave sixty more to be seen.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from sanfang.metrics.needs import MEAN_WITHIN_DAYS
from sanfang.model.state import HOTLINE
from sanfang.run.simulation import Run
from sanfang.scenario.window import YEAR

WINDOW_DOMAINS = ("certificates", "social_security")
OVER = ("resolved", "unresolved")
BASE = ("grid", "community")


def output(run: Run, name: str) -> float:
    """The output `name` of a run that kept its requests; a name of `METRICS` without domain is that metric.

    NaN where the run has nothing that it could be measured on. KeyError for a name that there is not.
    """
    what, _, domain = name.partition(".")
    if what in OUTPUTS:
        requests = run.requests[run.requests["domain"] == domain] if domain else run.requests
        return float(OUTPUTS[what](run, requests))
    if not domain:
        return run.metrics[what]
    table = run.by_group("domain")
    found = table[(table["metric"] == what) & (table["group"] == domain)]
    if found.empty:
        raise KeyError(name)
    return float(found["value"].iloc[0])


def _voiced(run: Run, requests: pd.DataFrame) -> pd.DataFrame:
    """Requests that were voiced or found early enough in the run."""
    return requests[requests["voiced"].between(0, run.days - MEAN_WITHIN_DAYS)]


def _of_channel(run: Run, requests: pd.DataFrame, channel: str) -> pd.DataFrame:
    voiced = _voiced(run, requests)
    return voiced[voiced["channel"] == channel]


def _days(requests: pd.DataFrame) -> pd.Series:
    """Calendar days until they were closed, of those that were."""
    closed = requests[requests["outcome"].isin(OVER)]
    return closed["closed"] - closed["voiced"]


def _hotline_days(run: Run, requests: pd.DataFrame) -> pd.Series:
    """Calendar days until hotline requests were first closed: in records of hotlines, what is brought back is a request
    of its own. What was given up before anybody closed it, and voiced again, is in none."""
    assert run.observation is not None
    closings = run.observation.closings[run.observation.closings["channel"] == HOTLINE]
    domains = np.array(list(run.scenario.domains))[closings["domain"]]
    voiced = closings["time"] - closings["took"]  # NaN for later closings
    seen = (voiced >= 0) & (voiced <= run.days - MEAN_WITHIN_DAYS) & np.isin(domains, requests["domain"].unique())
    return pd.Series(closings["took"][seen])


def _per_resident(run: Run, requests: pd.DataFrame) -> float:
    """Requests of the days looked at, per resident and year."""
    assert run.observation is not None
    days = run.days - MEAN_WITHIN_DAYS
    return len(requests) / run.observation.residents / days * YEAR


def _share(which: pd.Series | np.ndarray) -> float:
    return float(np.mean(which)) if len(which) else np.nan


def _conflicts(run: Run, requests: pd.DataFrame) -> float:
    """New conflicts between residents per adult and year: the declared share of what arose in each domain."""
    assert run.observation is not None
    new = requests[requests["arose"].between(0, run.days) & (requests["ordinal"] == 0)]["domain"].value_counts()
    count = sum(domain.conflict * new.get(name, 0) for name, domain in run.scenario.domains.items())
    adults = run.observation.residents * (1 - run.scenario.district.share_young)
    return count / adults / run.days * YEAR


def _needs_voiced(run: Run, requests: pd.DataFrame) -> float:
    """Of the troubles that arose, those that were voiced by whoever had them."""
    arose = requests[requests["arose"].between(0, run.days - MEAN_WITHIN_DAYS)]
    return _share(arose["channel"].isin(["app", "hotline", "community_window", "department_window"]))


def _two_trips(run: Run, requests: pd.DataFrame) -> float:
    """Of window matters that are over, those that took two trips or more."""
    matters = _voiced(run, requests[requests["domain"].isin(WINDOW_DOMAINS)])
    return _share(matters.loc[matters["outcome"].isin(OVER), "trips"] >= 2)


def _funds_spent(run: Run, requests: pd.DataFrame) -> float:
    """Share of the money that communities hold for cases and services that was spent."""
    yuan = run.ledger[(run.ledger["resource"] == "yuan") & (run.ledger["tier"] == "community")]
    held = yuan[~yuan["heading"].isin(["wages", "vacant"])].groupby("heading")["amount"].sum()
    return 1.0 - float(held.reindex(["stranded", "unspent"]).sum() / held.sum())


def _found(run: Run, requests: pd.DataFrame) -> pd.DataFrame:
    return _of_channel(run, requests, "patrol")


OUTPUTS: dict[str, Callable[[Run, pd.DataFrame], float]] = {
    "hotline_days_mean": lambda run, requests: _hotline_days(run, requests).mean(),
    "hotline_days_median": lambda run, requests: _hotline_days(run, requests).median(),
    "hotline_days_p90": lambda run, requests: float(_hotline_days(run, requests).quantile(0.9)),
    "hotline_closed_within_7_days": lambda run, requests: _share(_hotline_days(run, requests) <= 7),
    "hotline_closed_within_15_days": lambda run, requests: _share(_hotline_days(run, requests) <= 15),
    "hotline_share": lambda run, requests: (
        len(_of_channel(run, requests, "hotline")) / max(len(_of_channel(run, run.requests, "hotline")), 1)
    ),
    "dispatched_per_resident": lambda run, requests: _per_resident(run, _of_channel(run, requests, "hotline")),
    "share_to_departments": lambda run, requests: _share(
        _of_channel(run, requests, "hotline").query("outcome in @OVER")["tier"] == "department"
    ),
    "to_departments": lambda run, requests: _share(
        _voiced(run, requests).query("outcome in @OVER")["tier"] == "department"
    ),
    "closed_within_15_days": lambda run, requests: _share(_days(_voiced(run, requests)) <= 15),
    "days_mean": lambda run, requests: _days(_voiced(run, requests)).mean(),
    "conflicts_per_resident": _conflicts,
    "voiced_per_resident": lambda run, requests: _per_resident(run, _voiced(run, requests)),
    "disputes_voiced_per_resident": lambda run, requests: _per_resident(
        run, _voiced(run, requests).query("domain == 'disputes'")
    ),
    "experiences_satisfied": lambda run, requests: _share(
        _voiced(run, requests)["experience"].dropna() >= run.scenario.mind.satisfied_from
    ),
    "first_response_days": lambda run, requests: (requests["first_at"] - requests["voiced"])[
        _voiced(run, requests).index
    ].mean(),
    "found_settled_at_base": lambda run, requests: _share(
        _found(run, requests).query("outcome in @OVER")["tier"].isin(BASE)
    ),
    "found_share": lambda run, requests: len(_found(run, requests)) / max(len(_found(run, run.requests)), 1),
    "share_of_needs_voiced": _needs_voiced,
    "window_matters_of_two_trips_or_more": _two_trips,
    "funds_spent": _funds_spent,
}
"""By name, what is worked out of a run and the requests of one domain, or all."""
