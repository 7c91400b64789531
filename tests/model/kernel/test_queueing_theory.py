"""The request engine alone agrees with queueing theory, within the error of its own sample.

A long run is cut into batches of equal length; batch means are all but independent, so that a t interval
holds for their mean (Law 2015, section 9.5.3). Each interval is as wide as keeps the chance of one false alarm
anywhere in a family of comparisons at 1 %, and has to be narrow enough to notice an error of some per cent.
"""

from __future__ import annotations

import inspect
import math
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sanfang import InputError, simulate_queue
from sanfang.lab.verification import theory

BATCHES = 40
FAMILY = 100
"""More comparisons than this file makes."""
LOADS = (0.5, 0.7, 0.85, 0.95)
SIZES = (1, 5, 20)


@lru_cache(maxsize=16)
def queue(load: float, servers: int, requests: int = 1_000_000, **options: Any) -> pd.DataFrame:
    """A queue of this load with a mean service of 1; its first tenth, which starts from empty, is left out."""
    seed = 1_000 * servers + round(100 * load)
    return simulate_queue(load * servers, 1.0, servers, requests=requests, seed=seed, **options).iloc[requests // 10 :]


def waits(requests: pd.DataFrame) -> np.ndarray:
    return (requests["started"] - requests["arrived"]).to_numpy()


def batch_means(values: np.ndarray) -> np.ndarray:
    length = len(values) // BATCHES
    return values[: length * BATCHES].reshape(BATCHES, length).mean(axis=1)


def assert_agrees(means: np.ndarray, expected: float, within: float = 0.5) -> None:
    """The interval around the batch means holds `expected`, and is narrower than `within` of it to either side."""
    level = 1.0 - 0.01 / FAMILY
    low, high = stats.t.interval(level, len(means) - 1, means.mean(), stats.sem(means))
    assert (high - low) / 2 < within * expected, "the sample is too small to say anything"
    assert low <= expected <= high, f"{means.mean():.5g} (from {low:.5g} to {high:.5g}) against {expected:.5g}"


def queue_lengths(requests: pd.DataFrame) -> np.ndarray:
    """Mean number waiting in each of `BATCHES` equal spans of time, from who waits when."""
    arrived, started = (np.sort(requests[name].to_numpy()) for name in ("arrived", "started"))
    edges = np.linspace(arrived[len(arrived) // 100], arrived[-1], BATCHES + 1)
    waited = _time_before(edges, arrived) - _time_before(edges, started)
    return np.diff(waited) / np.diff(edges)


def _time_before(edges: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """For each edge the sum over moments of the time from the moment to the edge, if it has passed."""
    sums = np.concatenate([[0.0], np.cumsum(moments)])
    passed = np.searchsorted(moments, edges)
    return edges * passed - sums[passed]


# --- First come, first served ----------------------------------------------------------------------


@pytest.mark.parametrize("servers", SIZES)
@pytest.mark.parametrize("load", LOADS)
def test_mean_wait_and_chance_of_waiting_are_erlangs(load: float, servers: int) -> None:
    requests = queue(load, servers)
    waited = waits(requests)
    assert_agrees(batch_means(waited), theory.mean_wait(load, servers))
    assert_agrees(batch_means((waited > 0).astype(float)), theory.longer_wait(load, servers, 0.0), within=0.35)


@pytest.mark.parametrize("servers", SIZES)
@pytest.mark.parametrize("load", LOADS)
def test_queue_length_is_arrival_rate_times_mean_wait(load: float, servers: int) -> None:
    """Little's law, the length being counted over time and not derived from the waits."""
    assert_agrees(queue_lengths(queue(load, servers)), theory.number_waiting(load, servers))


@pytest.mark.parametrize("load", [0.5, 0.8])
def test_wait_of_one_server_is_exponential_with_an_atom_at_zero(load: float) -> None:
    """In M/M/1 the chance of waiting longer than t is load x exp(-(1 - load) t)."""
    waited = waits(queue(load, 1))
    for longer in (1.0, 4.0):
        assert_agrees(batch_means((waited > longer).astype(float)), theory.longer_wait(load, 1, longer))


@pytest.mark.parametrize("load", [0.5, 0.8])
@pytest.mark.parametrize(("service", "cv"), [("deterministic", 0.0), ("lognormal", 0.5), ("lognormal", 1.5)])
def test_mean_wait_follows_pollaczek_and_khinchine(service: str, cv: float, load: float) -> None:
    requests = queue(load, 1, service=service, cv=cv)
    assert_agrees(batch_means(waits(requests)), theory.mean_wait_general(load, cv))


@pytest.mark.parametrize(("service", "cv"), [("exponential", 1.0), ("lognormal", 0.7), ("deterministic", 0.0)])
def test_service_times_have_the_mean_and_spread_asked_for(service: str, cv: float) -> None:
    requests = simulate_queue(0.5, 1.5, 1, service=service, cv=cv, requests=200_000)
    times = (requests["finished"] - requests["started"]).to_numpy()
    assert times.mean() == pytest.approx(1.5, rel=0.01)
    assert times.std() == pytest.approx(1.5 * cv, rel=0.03, abs=1e-6)


def test_arrivals_are_poisson() -> None:
    gaps = np.diff(queue(0.5, 1)["arrived"].to_numpy()[:200_000])
    assert stats.kstest(gaps, stats.expon(scale=2.0).cdf).pvalue > 0.01
    assert abs(stats.pearsonr(gaps[1:], gaps[:-1]).statistic) < 0.01


def test_requests_of_one_class_start_in_order_of_arrival() -> None:
    started = queue(0.85, 5)["started"].to_numpy()
    assert (np.diff(started) >= 0).all()


def test_no_server_is_idle_while_someone_waits() -> None:
    """The number in service, counted from the records, is full whenever a request that has to wait arrives."""
    requests = simulate_queue(4.0, 1.0, 5, requests=20_000, seed=2)
    arrived, started, finished = (requests[name].to_numpy() for name in ("arrived", "started", "finished"))
    delayed = arrived[started > arrived]
    in_service = np.searchsorted(np.sort(started), delayed, "right") - np.searchsorted(np.sort(finished), delayed)
    assert (in_service == 5).all()
    busiest = np.searchsorted(np.sort(started), started, "right") - np.searchsorted(np.sort(finished), started, "right")
    assert busiest.max() == 5


# --- Priorities ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("servers", [1, 5])
def test_waits_by_class_are_cobhams(servers: int) -> None:
    """Non-preemptive priorities in M/M/c (Cobham 1954): class k waits W0 / ((1 - s[k-1]) (1 - s[k]))."""
    load, shares = 0.85, (0.2, 0.3, 0.4, 0.1)
    requests = queue(load, servers, class_shares=shares)
    for rank, expected in enumerate(theory.waits_by_class(load, servers, shares)):
        assert_agrees(batch_means(waits(requests[requests["class_"] == rank])), expected)


def test_a_service_that_has_begun_is_never_interrupted() -> None:
    requests = simulate_queue(0.9, 1.0, 1, service="deterministic", class_shares=(0.5, 0.5), requests=20_000)
    assert (requests["finished"] - requests["started"]).to_numpy() == pytest.approx(1.0, abs=1e-9)


def test_classes_come_in_the_shares_asked_for() -> None:
    shares = (0.1, 0.0, 0.6, 0.3)
    found = simulate_queue(0.5, 1.0, 1, class_shares=shares, requests=100_000)["class_"].value_counts(normalize=True)
    assert [found.get(rank, 0.0) for rank in range(4)] == pytest.approx(shares, abs=0.01)


# --- Patience -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("load", "servers", "patience"), [(0.8, 1, 2.0), (1.2, 5, 1.0), (0.95, 20, 0.5)])
def test_share_that_gives_up_is_that_of_erlang_a(load: float, servers: int, patience: float) -> None:
    requests = queue(load, servers, mean_patience=patience)
    gives_up, waits_at_all = theory.abandonment(load, servers, patience)
    assert_agrees(batch_means(requests["withdrawn"].to_numpy(float)), gives_up)
    at_once = (requests["started"] == requests["arrived"]).to_numpy()
    assert_agrees(batch_means((~at_once).astype(float)), waits_at_all)


def test_whoever_gives_up_never_started() -> None:
    requests = queue(1.2, 5, mean_patience=1.0)
    gone = requests["withdrawn"].to_numpy()
    assert gone.any()
    assert requests["started"].isna().to_numpy().tolist() == gone.tolist()
    assert (requests["finished"] >= requests["arrived"]).all()
    left_after = (requests["finished"] - requests["arrived"])[gone]
    assert left_after.mean() < 1.0, "those who give up are the impatient ones"


def test_endless_patience_withdraws_nobody() -> None:
    assert not queue(0.95, 1)["withdrawn"].any()


# --- Arguments and seeds ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"arrival_rate": 0.0},
        {"arrival_rate": -1.0},
        {"arrival_rate": math.nan},
        {"arrival_rate": math.inf},
        {"mean_service": math.inf},
        {"class_shares": (math.nan,)},
        {"mean_service": 0.0},
        {"mean_service": -0.5},
        {"servers": 0},
        {"service": "weibull"},
        {"cv": -0.1},
        {"cv": math.nan},
        {"class_shares": ()},
        {"class_shares": (0.5, 0.4)},
        {"class_shares": (1.5, -0.5)},
        {"class_shares": (1 / 6,) * 6},
        {"mean_patience": 0.0},
        {"mean_patience": -1.0},
        {"mean_patience": math.nan},
        {"requests": 0},
        {"requests": 10.5},
        {"requests": 10**12},
        {"servers": 1.5},
        {"servers": True},
        {"arrival_rate": "1"},
        {"arrival_rate": 10**400},
        {"arrival_rate": None},
        {"cv": None},
        {"service": None},
        {"service": []},
        {"class_shares": 1.0},
        {"class_shares": "1"},
        {"class_shares": (None, 1.0)},
        {"mean_patience": "long"},
        {"seed": -1},
        {"seed": None},
    ],
    ids=str,
)
def test_arguments_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(InputError, match=f"^{name}: must "):
        simulate_queue(**({"arrival_rate": 1.0, "mean_service": 0.5, "servers": 1, "requests": 10} | wrong))


def test_one_seed_gives_one_sample() -> None:
    first, again, other = (simulate_queue(0.9, 1.0, 2, requests=5_000, seed=seed) for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(first, again, check_exact=True)
    assert (first["arrived"] != other["arrived"]).all()


def test_a_request_keeps_its_draws_whatever_the_servers_do() -> None:
    """Common random numbers: arrivals and service times are the same with more servers."""
    few, many = (simulate_queue(1.8, 1.0, servers, requests=5_000, seed=3) for servers in (2, 4))
    assert (few["arrived"] == many["arrived"]).all()
    served = [(table["finished"] - table["started"]).to_numpy() for table in (few, many)]
    assert served[0] == pytest.approx(served[1], abs=1e-8)


def test_what_is_returned_is_one_row_a_request() -> None:
    requests = simulate_queue(1.0, 0.5, 1, requests=100)
    assert list(requests.columns) == ["class_", "arrived", "started", "finished", "withdrawn"]
    assert len(requests) == 100
    assert requests["withdrawn"].dtype == bool


def test_the_function_is_called_as_published() -> None:
    """Scripts name its arguments: their names, order and defaults stay."""
    published = {
        "arrival_rate": inspect.Parameter.empty, "mean_service": inspect.Parameter.empty,
        "servers": inspect.Parameter.empty, "service": "exponential", "cv": 1.0, "class_shares": (1.0,),
        "mean_patience": None, "requests": 200_000, "seed": 1,
    }  # fmt: skip
    parameters = inspect.signature(simulate_queue).parameters
    assert [(name, one.default) for name, one in parameters.items()] == list(published.items())


def test_who_gives_up_has_no_start_and_everybody_has_an_end() -> None:
    found = simulate_queue(2.0, 1.0, 1, class_shares=[0.5, 0.5], mean_patience=1.0, requests=5_000, seed=2)
    assert set(found["class_"]) == {0, 1} and found["arrived"].is_monotonic_increasing
    gave_up = found["withdrawn"]
    assert 0 < gave_up.sum() < len(found)
    assert (found["started"].isna() == gave_up).all() and found["finished"].notna().all()
    assert (found["finished"] > found["arrived"]).all()
    served = found[~gave_up]
    assert (served["started"] >= served["arrived"]).all() and (served["finished"] > served["started"]).all()
