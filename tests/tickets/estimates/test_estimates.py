"""All estimates together: refused where the file forbids them, with the reason; nothing personal is written."""

from __future__ import annotations

import dataclasses
import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hand_made_tickets import tickets
from made_exports import Truth, made_tickets
from sanfang.tickets.estimates.counts import fit_counts, total_error
from sanfang.tickets.estimates.durations import Closing, closing_times
from sanfang.tickets.estimates.estimates import estimate
from sanfang.tickets.estimates.places import Places
from sanfang.tickets.estimates.telling import as_page
from sanfang.tickets.estimates.value import Bound, Estimate, Refused
from sanfang.tickets.tickets import Tickets

REMISSION = (6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35)
RELAPSED = (1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0)
"""Weeks in remission under 6-mercaptopurine (Freireich and others 1963), the textbook case of censoring."""


@cache
def made() -> Tickets:
    return made_tickets(1)


# --- Daily counts ----------------------------------------------------------------------------------------


def test_a_fit_by_weekday_has_the_means_of_the_weekdays() -> None:
    rng = np.random.default_rng(1)
    day = np.arange(140)
    counts = rng.poisson(5 + day % 7).astype(float)
    fit = fit_counts(counts, np.eye(7)[day % 7] + np.eye(7)[[0] * 140] * (day % 7 > 0)[:, None], day // 7)
    assert [fit.mean[n] for n in range(7)] == pytest.approx([counts[day % 7 == n].mean() for n in range(7)])


def test_the_error_of_poisson_counts_is_the_root_of_their_sum_and_grows_with_dispersion() -> None:
    """Counts that are all three times a Poisson count have three times the variance over the mean."""
    rng = np.random.default_rng(2)
    counts = rng.poisson(10, 3000).astype(float)
    weeks = np.arange(3000) // 7
    plain = total_error(counts, np.full(3000, counts.mean()), 1, weeks)[0] / counts.sum() ** 0.5
    triple = total_error(3 * counts, np.full(3000, 3 * counts.mean()), 1, weeks)
    assert plain == pytest.approx(1, abs=0.12)
    assert triple[1] == pytest.approx(3, abs=0.25)


# --- Times to close --------------------------------------------------------------------------------------


def test_kaplan_meier_is_that_of_the_textbook() -> None:
    """Four times over, since fewer than twenty are not estimated: median 23; after 7 and 15 days 0.807 and 0.690."""
    start = pd.Timestamp("2024-01-01")
    weeks, relapsed = np.tile(REMISSION, 4), np.tile(RELAPSED, 4).astype(bool)
    end = pd.Timestamp("2024-06-01")
    created = pd.Series(
        [start if done else end - pd.Timedelta(days=int(n)) for n, done in zip(weeks, relapsed, strict=True)]
    )
    closed = [start + pd.Timedelta(days=int(n)) if done else None for n, done in zip(weeks, relapsed, strict=True)]
    one = closing_times(tickets(list(created), closed, begin="2024-01-01", end=str(end))).all
    assert isinstance(one, Closing) and isinstance(one.median, Estimate)
    assert one.median.value == 23
    assert isinstance(one.p90, Refused)
    left = {day: share.value for day, share in one.still_open.items() if isinstance(share, Estimate)}
    assert (left[7], left[15]) == pytest.approx((0.8067, 0.6902), abs=5e-5)
    assert 10 not in left  # fewer than five were closed since day 7


def test_open_requests_are_censored_and_not_dropped() -> None:
    short = made_tickets(3, Truth(days=60))
    of_all, of_closed = closing_times(short).all, short.table["closed"] - short.table["created"]
    assert isinstance(of_all, Closing) and isinstance(of_all.median, Estimate)
    assert of_all.median.value > 1.1 * of_closed.median() / pd.Timedelta(days=1)


def test_what_was_settled_during_the_call_is_counted_apart() -> None:
    day = pd.date_range("2024-01-01", periods=60)
    closed = [*(day[:30] + pd.Timedelta(minutes=2)), *(day[30:] + pd.Timedelta(days=2))]
    times = closing_times(tickets(day, closed, begin="2024-01-01", end="2024-06-01"))
    assert isinstance(times.all, Closing) and isinstance(times.at_once, Estimate)
    assert (times.at_once.value, times.all.requests) == (0.5, 30)


def test_dates_without_a_time_give_the_median_of_those_with_one() -> None:
    table = made().table
    dated = dataclasses.replace(
        made(), table=table.assign(closed=table["closed"].dt.normalize()), closed_has_time=False
    )
    exact, rough = closing_times(made()).all, closing_times(dated).all
    assert isinstance(exact, Closing) and isinstance(rough, Closing)
    for name in ("median", "fitted_median"):
        one, other = getattr(exact, name), getattr(rough, name)
        assert other.value == pytest.approx(one.value, abs=0.3)


def test_the_interval_of_a_median_does_not_begin_at_nothing() -> None:
    """Most are closed after 4 days, a few at once: the interval lies around 4."""
    day = pd.date_range("2024-01-01", periods=100)
    after = np.where(np.arange(100) % 10 == 0, 1.0, 4.0)
    closed = list(day + pd.to_timedelta(after, unit="D"))
    one = closing_times(tickets(day, closed, begin="2024-01-01", end="2024-06-01")).all
    assert isinstance(one, Closing) and isinstance(one.median, Estimate)
    assert (one.median.low, one.median.value) == (4, 4)


def test_a_short_file_of_closed_requests_gives_no_times() -> None:
    """In ten days a twentieth of what takes a hundred could be seen."""
    slow = Truth(days=10, rates={"order": 200.0}, close={"order": ("lognormal", 30.0, 1.0)}, reports={"order": 0.0})
    one = closing_times(made_tickets(1, slow, "closed")).all
    assert isinstance(one, Closing)
    assert isinstance(one.fitted_median, Refused)


def test_a_fit_to_closed_requests_alone_is_held_against_what_they_show_without_one() -> None:
    """Times of two kinds, half about a day and half about a month: no one distribution fits, and that is seen."""
    plain = Truth(days=200, rates={"order": 30.0}, close={"order": ("lognormal", 5.0, 1.0)}, reports={"order": 0.0})
    one = made_tickets(1, plain, "closed")
    quick = made_tickets(2, dataclasses.replace(plain, close={"order": ("lognormal", 1.0, 0.2)}), "closed").table
    slow = made_tickets(3, dataclasses.replace(plain, close={"order": ("lognormal", 30.0, 0.2)}), "closed").table
    both = pd.concat([quick, slow]).sort_values("created", ignore_index=True).assign(duplicate_of=-1, repeats=-1)
    misfit = []
    for made_of in (one, dataclasses.replace(one, table=both)):
        closing = closing_times(made_of).all
        assert isinstance(closing, Closing)
        misfit.append(closing.misfit)
    assert misfit[0] < 0.03
    assert misfit[1] > 0.1


# --- What selection allows -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selection", "kind", "why"),
    [("closed", Bound, "still open"), ("last-change", Bound, "changed after"), ("open", Refused, "open requests only"),
     ("day", Refused, "one day"), ("unknown", Estimate, ""), ("all", Estimate, "")],
)  # fmt: skip
def test_an_arrival_rate_is_refused_or_bounded_where_selection_forbids_it(selection: str, kind: type, why: str) -> None:
    one = estimate(dataclasses.replace(made(), selection=selection)).arrivals.requests  # type: ignore[arg-type]
    assert isinstance(one, kind)
    assert why in getattr(one, "reason", "")


def test_a_bound_lies_below_the_truth() -> None:
    truth = estimate(made()).arrivals.requests
    bound = estimate(made_tickets(1, selection="closed")).arrivals.requests
    assert isinstance(truth, Estimate) and isinstance(bound, Bound)
    assert bound.at_least < truth.value


def test_there_is_no_hour_profile_without_times_and_no_month_profile_of_less_than_a_year() -> None:
    short = estimate(dataclasses.replace(made_tickets(1, Truth(days=300)), created_has_time=False)).arrivals.profiles
    assert set(short.hour) == set(short.month) == {"all"}
    assert "without a time" in str(short.hour["all"])
    assert "less than a year" in str(short.month["all"])
    assert len(short.weekday) == 7


def test_profiles_are_shares_that_sum_to_one() -> None:
    shapes = estimate(made()).arrivals.profiles
    for table, number in ((shapes.weekday, 7), (shapes.month, 12), (shapes.hour, 24)):
        values = [one.value for one in table.values() if isinstance(one, Estimate)]
        assert len(values) == number
        assert sum(values) == pytest.approx(1)


def test_without_places_hazards_are_refused_and_counts_given() -> None:
    one = estimate(made())
    assert isinstance(one.hazards.all, Refused)
    assert isinstance(one.arrivals.requests, Estimate)


def test_places_that_lack_many_neighbourhoods_give_no_hazard() -> None:
    places = Places(
        pd.DataFrame({"residents": [9000.0], "share_elderly": np.nan, "posts": np.nan}, index=["Riverside"])
    )
    refused = estimate(made(), places).hazards.all
    assert isinstance(refused, Refused)
    assert "50%" in refused.reason


# --- What is written -------------------------------------------------------------------------------------


def test_nothing_rare_of_a_file_is_written() -> None:
    """Names that fewer than five rows have could be those of persons."""
    table = made().table.copy()
    for name in ("domain", "category", "department", "neighbourhood", "channel"):
        values = table[name].astype("object")
        values.iloc[:4] = f"Wang Xiaoming {name}"
        table[name] = pd.Categorical(values)
    written = estimate(dataclasses.replace(made(), table=table))
    assert "Wang" not in written.to_json() + as_page(written)


def test_every_count_that_is_written_is_none_or_at_least_five() -> None:
    small = estimate(
        made_tickets(2, Truth(days=40, rates={"order": 1.0, "facilities": 0.2, "property": 0.05}))
    ).to_json()
    assert {int(count) for count in re.findall(r'"count": (\d+)', small)} & {1, 2, 3, 4} == set()


def test_the_json_is_strict_and_holds_all_parts() -> None:
    content = json.loads(estimate(made()).to_json())
    assert {"arrivals", "closing", "links", "moved", "silence", "hazards", "doubts"} <= set(content)
    assert content["closing"]["by_domain"]["order"]["family"] == "weibull"


@pytest.mark.parametrize("rows", [0, 1, 7])
def test_a_file_of_hardly_any_rows_is_refused_and_nothing_breaks(rows: int) -> None:
    days = pd.date_range("2024-01-01", periods=rows)
    one = estimate(
        tickets(
            days,
            list(days),
            begin="2024-01-01",
            end="2024-01-08",
            has=["duplicate_of", "repeats", "transfers", "channel"],
        )
    )
    assert isinstance(one.arrivals.requests, Refused)
    assert as_page(one)
    json.loads(one.to_json())


def test_places_are_read_in_either_language(tmp_path: Path) -> None:
    from sanfang.tickets.estimates.places import read_places

    (tmp_path / "a.csv").write_bytes(
        "社区,常住人口,60岁以上比例,编制\n滨河,9000,25%,8\n老城,3000,31.5%,4\n".encode("gb18030")
    )
    places = read_places(tmp_path / "a.csv")
    assert places.residents == 12_000
    assert places.share_elderly == pytest.approx((0.25 * 9 + 0.315 * 3) / 12)
    assert places.posts == 12
