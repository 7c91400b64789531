"""Jobs on a page: a hook that makes one, and the card that says how far it is and cancels it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from sanfang.dashboard import limits
from sanfang.dashboard.widgets import parts
from sanfang.dashboard.words import say
from sanfang.dashboard.worlds import shared_slots
from sanfang.dashboard.worlds.job import PageJob
from sanfang.run.background import AWAY, CANCELLED, DONE, FAILED, RUNNING


def use_job[Found](
    make: Callable[[PageJob[Found]], Found],
    dependencies: list[Any],
    total: int = 1,
    megabytes: int = 0,
    known: Found | None = None,
) -> tuple[PageJob[Found], Callable[[], None]]:
    """A job that begins when the component is drawn, and anew when `dependencies` change; and what begins it again.

    It ends when nobody looks any more. `megabytes` is what its result takes of memory. Where `known` is given, that is
    the result, and nothing is made.
    """
    times, set_times = solara.use_state(1)

    def new() -> PageJob[Found]:
        room = shared_slots.HELD.slot(shared_slots.owner(), megabytes) if megabytes else None
        job = PageJob(make, total, room)
        if room is not None:
            room.put_away = job.put_away
        if known is not None:
            job.state, job.found = DONE, known
        return job

    job: PageJob[Found] = solara.use_memo(new, [*dependencies, times])

    def begin() -> Callable[[], None]:
        if job.busy:
            job.start()
        return job.leave

    solara.use_effect(begin, [job])
    use_told(job)
    if job.room is not None:
        job.room.use()
    return job, lambda: set_times(times + 1)


def use_told(job: PageJob[Any] | None, what: Callable[[PageJob[Any]], object] = lambda job: job.state) -> None:
    """Draw this component anew whenever a job tells that `what` of it has changed."""
    seen: solara.Reactive[object] = solara.use_reactive(None)

    def listen() -> Callable[[], None] | None:
        if job is None:
            return None
        stop: Callable[[], None] = job.listen(lambda: seen.set(what(job)))
        seen.set(what(job))  # what it told before anybody listened
        return stop

    solara.use_effect(listen, [job])
    _ = seen.value


@solara.component
def JobCard(job: PageJob[Any], text: Callable[[], str], lang: str, again: Callable[[], object] | None = None) -> None:
    """How far a job is, with a button to cancel it; nothing once it is done. `text` says what it does while it runs;
    `again` begins it anew where it was cancelled or has failed."""
    use_told(job, lambda job: (job.state, job.stopping, job.done, job.before, job.waits_for_room))
    if job.state == DONE:
        solara.Div(style="display: none")
        return
    with solara.Div(classes=["card", "sf-job"]):
        if job.state == RUNNING and not job.stopping:
            parts.Progress(done=job.done, total=job.total, text=text())
        else:
            kind = "error" if job.state == FAILED else "info"
            parts.Notes(notes=[{"kind": kind, "text": standing(job, lang)}])
        if job.busy:
            button = {"id": "cancel", "label": say("job_cancel", lang), "disabled": job.stopping}
            parts.Buttons(buttons=[button], event_press=lambda _: job.cancel())
        elif again is not None:
            parts.Buttons(buttons=[{"id": "again", "label": say("job_again", lang)}], event_press=lambda _: again())


def standing(job: PageJob[Any], lang: str) -> str:
    """What can be said of a job that is neither running nor done."""
    if job.state == FAILED:
        return say("job_failed", lang, what=job.error)
    if job.stopping:
        return say("job_stopping", lang)
    if job.state in (CANCELLED, AWAY):
        return say(f"job_{job.state}", lang, minutes=round(limits.IDLE_SECONDS / 60))
    room = "_room" if job.waits_for_room else ""
    return say(f"job_waiting{room}", lang, before=job.before) if job.before else say(f"job_next{room}", lang)


def percent(job: PageJob[Any]) -> int:
    """How much of a job is done; whole, and 100 only at the end."""
    return int(100 * job.done / job.total) if job.total else 100
