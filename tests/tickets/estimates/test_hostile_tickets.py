"""Whatever table reading makes, estimates end in numbers or refusals, and the page and the JSON are written."""

from __future__ import annotations

import dataclasses
import json
import warnings

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from made_exports import Truth, made_tickets
from sanfang.tickets.estimates.estimates import estimate
from sanfang.tickets.estimates.places import Places
from sanfang.tickets.estimates.telling import as_page
from sanfang.tickets.tickets import STATUSES, Tickets

COLUMNS = ("closed", "domain", "neighbourhood", "channel", "transfers", "duplicate_of", "repeats", "status")
PLACES = Places(
    pd.DataFrame(
        {"residents": [900.0, 800.0], "share_elderly": [0.2, np.nan], "posts": np.nan}, index=["Riverside", "x"]
    )
)


@st.composite
def hostile(draw: st.DrawFn) -> Tickets:
    """A made export, cut, spoilt and with any claims about itself."""
    truth = Truth(
        days=draw(st.sampled_from([1, 13, 40, 400])),
        rates={"order": draw(st.sampled_from([0.05, 0.5, 8.0])), "care": 0.1},
        reports={"order": draw(st.sampled_from([0.0, 0.3])), "care": 0.0},
        close={"order": ("weibull", draw(st.sampled_from([0.001, 3.0, 900.0])), 0.8), "care": ("lognormal", 4.0, 0.01)},
    )
    made = made_tickets(draw(st.integers(0, 5)), truth, draw(st.sampled_from(["all", "closed", "open"])))
    table, rng = made.table.copy(), np.random.default_rng(draw(st.integers(0, 5)))
    spoilt = draw(st.sets(st.sampled_from(["swap", "same time", "no domain", "links", "status", "early", "future"])))
    rows = len(table)
    if "swap" in spoilt:
        table["closed"] = table["created"] - pd.Timedelta(days=1)
    if "same time" in spoilt:
        table["created"] = table["created"].dt.normalize()
        table["closed"] = table["created"]
    if "no domain" in spoilt:
        table["domain"] = pd.Categorical([None] * rows)
    if "links" in spoilt and rows:
        table["duplicate_of"], table["repeats"] = rng.integers(-1, rows, rows), rng.integers(-1, rows, rows)
    if "status" in spoilt and rows:
        table["status"] = pd.Categorical(rng.choice(STATUSES, rows), categories=STATUSES)
    if "early" in spoilt:
        table["created"] -= pd.Timedelta(days=400)
    if "future" in spoilt:
        table["closed"] += pd.Timedelta(days=4000)
    return dataclasses.replace(
        made,
        table=table,
        has=frozenset({"created", *draw(st.sets(st.sampled_from(COLUMNS)))}),
        selection=draw(st.sampled_from(["all", "closed", "open", "last-change", "day", "unknown"])),
        created_has_time=draw(st.booleans()),
        closed_has_time=draw(st.booleans()),
    )


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(hostile(), st.booleans(), st.sampled_from(["CN", "US", None]))
def test_no_table_of_tickets_breaks_the_estimates(made: Tickets, placed: bool, country: str | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one = estimate(made, PLACES if placed else None, country)
        assert as_page(one)
        json.loads(one.to_json())
