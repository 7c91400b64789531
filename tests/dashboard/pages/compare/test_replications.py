"""Replications in the background: paired, cancelled at once, and the numbers of the code behind the page."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from compared_worlds import ADDRESS, SHORT, TWO
from jobs import group_at
from sanfang.dashboard.address import scenario_of
from sanfang.dashboard.pages.compare import replications, uncertainty
from sanfang.dashboard.pages.compare.replications import WorldReplications
from sanfang.dashboard.worlds import shared_slots
from sanfang.dashboard.worlds.page_session import PageSession
from sanfang.lab.comparison import compare
from sanfang.run import series
from sanfang.run.background import CANCELLED, DONE, WAITING
from sanfang.run.slots import Slots


def test_replications_are_paired_and_the_first_is_what_is_on_show() -> None:
    told: list[str] = []
    job = WorldReplications(SHORT, 3)
    job.listen(lambda: told.append(job.state))
    job.start()
    assert job.join(60) and job.state == DONE and job.error == "" and told[-1] == DONE
    assert job.found is not None and job.found.reps == 3 and job.done == job.total == 6
    for side, session in enumerate(group_at(SHORT).worlds):
        shown = series.series(session, "open")
        np.testing.assert_array_equal(job.found.series["open"][side][0], shown)
    mean, low, high = job.found.band("satisfaction", 1)
    delta = job.found.series["satisfaction"][1] - job.found.series["satisfaction"][0]
    np.testing.assert_allclose(mean, delta.mean(axis=0))
    half = 4.302653 * delta.std(axis=0, ddof=1) / np.sqrt(3)  # t quantile for two degrees of freedom
    np.testing.assert_allclose(high - low, 2 * half, rtol=1e-4, atol=1e-12)


def test_the_table_of_replications_is_what_the_code_behind_the_page_gives() -> None:
    """Seen on 1 June, 48 days before the last day: a run that ends there, to the last bit, and the days evaluated."""
    address = replace(ADDRESS, days=200, day=152, start="empty")
    job = WorldReplications(address, 3)
    job.run()
    assert job.found is not None
    worlds = {letter: scenario_of(address, world) for letter, world in zip("ab", address.worlds, strict=True)}
    runs = compare(worlds, reps=3, seed=address.seed, days=152, scale=address.size, jobs=1).runs
    shown = job.found.runs.sort_values(["scenario", "replication"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(shown, runs[shown.columns], check_exact=True)
    assert set(shown["first_day"]) == {90} and set(shown["last_day"]) == {151}
    table, of_b = job.found.headline().set_index("metric"), runs.pivot(columns="scenario", index="replication")
    change = of_b["waste_share"]["b"] - of_b["waste_share"]["a"]
    assert table.loc["waste_share", "difference"] == pytest.approx(float(change.mean()))
    told = uncertainty.windows_told(job, job.found, "en")
    assert told[0].startswith("Evaluation window: days 90 to 151 (62 days") and "requests" in told[0]
    assert "repeat_rate" in "".join(told[1:])
    assert "起步期" not in "".join(uncertainty.windows_told(job, job.found, "zh"))


def test_replications_that_end_in_the_warm_up_say_so_and_show_no_number() -> None:
    job = WorldReplications(replace(SHORT, start="empty"), 3)
    job.run()
    assert job.found is not None
    for lang, words in (("en", "no day is left after the warm-up of 90 days"), ("zh", "起步期")):
        assert any(words in told for told in uncertainty.windows_told(job, job.found, lang))
        for row in uncertainty.headline_rows(job.found, lang):
            assert row["cells"][1:] == ["–", "–", ""] and not any(row["verdicts"])


def test_cancel_works_at_once_and_gives_the_place_back() -> None:
    free = shared_slots.JOBS.count
    job, begun = WorldReplications(replace(ADDRESS, day=0, days=365), 40), threading.Event()
    job.listen(begun.set)
    job.start()
    assert begun.wait(60)
    job.cancel()
    assert job.join(2.0) and job.state == CANCELLED
    assert job.found is None or job.found.reps < 40
    assert shared_slots.JOBS.free == free and shared_slots.TURNS.free == shared_slots.TURNS.count


def test_replications_that_are_complete_when_they_are_cancelled_are_kept() -> None:
    job = WorldReplications(
        replace(SHORT, start="empty"), 40
    )  # no years before day 0, which would be counted meanwhile
    job.listen(lambda: job.cancel() if job.done >= 8 else None)
    job.run()
    assert job.state == CANCELLED and job.found is not None and 4 <= job.found.reps < 40


def test_replications_wait_for_a_place_and_can_be_cancelled_while_they_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_slots, "JOBS", Slots(1, 1))
    taken = shared_slots.JOBS.slot("somebody else")
    taken.ask()
    job = WorldReplications(SHORT, 3)
    job.start()
    assert not job.join(0.1) and job.state == WAITING and job.done == 0
    job.cancel()
    assert job.join(2.0) and job.state == CANCELLED
    second = WorldReplications(SHORT, 3)
    second.start()
    taken.leave()
    assert second.join(60) and second.state == DONE


def test_the_number_of_replications_is_bounded() -> None:
    assert WorldReplications(SHORT, 10**9).reps == replications.limits.MAX_REPLICATIONS
    assert WorldReplications(SHORT, 0).reps == replications.FEWEST


def test_one_played_world_is_not_disturbed_by_replications_of_it() -> None:
    session = PageSession(SHORT, TWO[0])
    session.step(5)
    job = WorldReplications(SHORT, 3)
    job.start()
    session.step(7)
    assert job.join(60)
    pd.testing.assert_frame_equal(session.so_far().daily, group_at(SHORT).worlds[0].so_far().daily)
