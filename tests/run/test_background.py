"""A job in the background without any page: what is made is what is made at once; it can be counted and cancelled."""

from __future__ import annotations

import pandas as pd
import pytest

from model_runs import demo
from sanfang import Session
from sanfang.run.background import CANCELLED, DONE, FAILED, BackgroundJob, play
from sanfang.run.slots import Slots

DAYS = 12


def session() -> Session:
    return Session(demo(), seed=2, scale=0.2, days=DAYS)


def test_a_session_played_in_the_background_is_the_one_played_at_once() -> None:
    behind, at_once = session(), session()
    job: BackgroundJob[pd.DataFrame]

    def make(job: BackgroundJob[pd.DataFrame]) -> pd.DataFrame:
        play(behind.step, DAYS, job, count=True)
        return behind.daily

    told: list[int] = []
    job = BackgroundJob(make, total=DAYS)
    job.listen(lambda: told.append(job.done))
    job.start()
    assert job.join(120.0) and (job.state, job.done) == (DONE, DAYS) and told[-1] == DAYS
    play(at_once.step, DAYS)
    pd.testing.assert_frame_equal(job.found, at_once.daily, check_exact=True)


def test_a_job_that_is_cancelled_ends_before_its_next_turn_and_gives_its_places_back() -> None:
    jobs, turns, mine = Slots(1, each=1), Slots(1, each=1), session()

    def make(job: BackgroundJob[None]) -> None:
        play(mine.step, 5, job, count=True)
        job.cancel()
        play(mine.step, DAYS, job, count=True)

    job = BackgroundJob(make, total=DAYS, jobs=jobs, turns=turns)
    job.run()
    assert (job.state, job.done, mine.day) == (CANCELLED, 5, 5)
    assert jobs.free == turns.free == 1


def test_a_job_that_goes_wrong_says_why() -> None:
    job: BackgroundJob[None] = BackgroundJob(lambda job: session().move("no_lever", 1.0))
    job.run()
    assert job.state == FAILED and "no_lever" in job.error


def test_the_days_that_are_not_counted_are_played_all_the_same() -> None:
    mine = session()
    job: BackgroundJob[None] = BackgroundJob(lambda job: play(mine.step, 7, job))
    job.run()
    assert (job.state, job.done, mine.day) == (DONE, 0, 7)


@pytest.mark.parametrize("days", [0, 1, 5, 6])
def test_as_many_days_are_played_as_are_asked_for(days: int) -> None:
    mine = session()
    play(mine.step, days)
    assert mine.day == days
