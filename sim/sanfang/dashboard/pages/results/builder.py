"""The form on the Results page that builds an experiment: what is varied, what it will take, its sweep, its results."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import solara

from sanfang.dashboard import limits
from sanfang.dashboard.pages.results import order as orders
from sanfang.dashboard.pages.results.order import Order
from sanfang.dashboard.pages.results.pieces import select
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.widgets import parts
from sanfang.dashboard.widgets.progress import JobCard, use_told
from sanfang.dashboard.widgets.setup import district_labels, scenario_labels
from sanfang.dashboard.words import say
from sanfang.dashboard.worlds import builds
from sanfang.dashboard.worlds.builds import Build
from sanfang.dashboard.worlds.job import PageJob
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.sweeps.forecast import Forecast, forecast
from sanfang.run.background import CANCELLED, DONE, FAILED, WAITING
from sanfang.scenario.errors import InputError

Foretold = tuple[Order, Forecast]


@solara.component
def Builder(lang: str, open_: Callable[[str], object]) -> None:
    """The form, the forecast, and the sweep under way. `open_` shows the results of that name."""
    order, set_order = solara.use_state(Order())
    job: solara.Reactive[PageJob[Foretold] | None] = solara.use_reactive(None)
    error, begun = solara.use_reactive(""), solara.use_reactive(0)
    _ = begun.value
    use_told(job.value)
    solara.use_effect(lambda: lambda: job.peek() and job.peek().leave(), [])
    now = job.value
    told = now.found[1] if now is not None and now.found is not None and now.found[0] == order else None
    latest = builds.latest()

    def pick(picked: dict[str, Any]) -> None:
        set_order(order.changed(str(picked.get("field")), str(picked.get("value"))))

    def begin(one: Callable[[], Build]) -> None:
        error.set("")
        try:
            one()
        except InputError as problem:
            error.set(str(problem))
        begun.set(begun.value + 1)

    def press(id_: str) -> None:
        error.set("")
        if id_ == "forecast" and order.fits and not (now is not None and now.busy):
            new: PageJob[Foretold] = PageJob(lambda job: foretell(order, job))
            job.set(new)
            new.start()
        elif id_ == "start" and told is not None:
            begin(lambda: builds.start(order.document(), order.runs))

    with solara.Div(classes=["card", "sf-stack", "sf-build"]):
        solara.HTML("h2", say("build_title", lang))
        solara.HTML("p", say("build_intro", lang, runs=builds.MAX_RUNS), classes=["soft"])
        for row in fields(order, lang):
            parts.Choices(fields=row, event_pick=pick)
        solara.HTML("p", html.escape(standing(order, told, lang)), attributes={"data-show": "forecast"})
        buttons = [
            {"id": "forecast", "label": say("build_forecast", lang), "disabled": not order.fits},
            {
                "id": "start", "label": say("build_start", lang), "primary": True,
                "disabled": told is None or (latest is not None and latest.job.busy),
            },
        ]  # fmt: skip
        parts.Buttons(buttons=buttons, event_press=press)
        parts.Notes(notes=[{"kind": "error", "text": error.value}] if error.value else [])
        with solara.Div():
            if now is not None and now.state != DONE:
                JobCard(now, lambda: say("build_forecasting", lang), lang)
        with solara.Div():
            if latest is not None:
                Making(latest, lang, open_).key(latest.name)
        Interrupted(latest, begin, lang)


def foretell(order: Order, job: PageJob[Foretold]) -> Foretold:
    """What an experiment will take, in one process: a run of it is made. Raises InputError."""
    experiment = Experiment.from_dict({"name": "built", **order.document()})
    with job.turn():
        return order, forecast(experiment, jobs=1)


def fields(order: Order, lang: str) -> list[list[Json]]:
    """The rows of the form."""
    scenarios, known = scenario_labels(lang), orders.choices()
    rows = [
        [
            select("first", say("build_first", lang), order.scenarios[0], scenarios),
            select("second", say("build_second", lang), order.scenarios[1], scenarios),
        ]
    ]
    paths = {path: parameter.label(lang) for path, parameter in known.items()}
    for place, one in enumerate(order.varied):
        row = [select(f"path-{place}", say("build_factor", lang), one.path, {"": say("build_nothing", lang), **paths})]
        if one.path:
            least, most = orders.allowed(known[one.path])
            for part, value in (("low", one.low), ("high", one.high)):
                row.append(_number(f"{part}-{place}", say(f"build_{part}", lang), value, least, most, "any"))
            row.append(_number(f"levels-{place}", say("build_levels", lang), one.levels, 2, orders.MAX_LEVELS))
        rows.append(row)
    sizes = {
        f"{size:g}": say("size_residents", lang, residents=limits.reached(order.district, size).residents)
        for size in limits.sizes(order.district)
    }
    rows.append(
        [
            select("district", say("field_district", lang), order.district, district_labels(lang)),
            select("size", say("field_size", lang), f"{order.size:g}", sizes),
            _number("days", say("field_days", lang), order.days, *orders.DAYS),
            _number("replications", say("compare_reps", lang), order.replications, *orders.REPLICATIONS),
        ]
    )
    return rows


def _number(id_: str, label: str, value: float, least: float, most: float, step: str = "1") -> Json:
    return {"id": id_, "label": label, "value": f"{value:g}", "min": least, "max": most, "step": step}


def standing(order: Order, told: Forecast | None, lang: str) -> str:
    """What the form stands at: nothing to compare, too many runs, how many; or the forecast."""
    if order.is_empty:
        return say("build_empty", lang)
    if not order.fits:
        return say("build_too_many", lang, runs=f"{order.runs:,}", most=builds.MAX_RUNS)
    if told is None:
        return say("build_runs", lang, runs=f"{order.runs:,}")
    minutes = f"{max(told.seconds / 60, 0.1):.1f}"
    return say("build_foretold", lang, runs=f"{told.distinct:,}", seconds=f"{told.seconds_per_run:.1f}",
               minutes=minutes, megabytes=f"{told.megabytes:.1f}")  # fmt: skip


@solara.component
def Making(build: Build, lang: str, open_: Callable[[str], object]) -> None:
    """How far a sweep is, for every page that looks; cancelled or opened from here."""
    news = solara.use_reactive(0)
    job = build.job

    def listen() -> Callable[[], None]:
        return build.listen(lambda: news.set(news.value + 1))

    solara.use_effect(listen, [build])
    _ = news.value
    with solara.Div(classes=["sf-job", "sf-stack"], attributes={"data-build": job.state}):
        name = html.escape(build.name)
        if job.state == WAITING or job.busy:
            text = say("build_making", lang, name=build.name, done=job.done, total=job.total)
            parts.Progress(done=job.done, total=job.total, text=text)
            button = {"id": "cancel", "label": say("job_cancel", lang), "disabled": job.stopping}
            parts.Buttons(buttons=[button], event_press=lambda _: job.cancel())
            return
        if job.state == FAILED:
            parts.Notes(notes=[{"kind": "error", "text": say("job_failed", lang, what=job.error)}])
        else:
            ended = "build_cancelled" if job.state == CANCELLED else "build_done"
            solara.HTML("p", say(ended, lang, name=name, done=job.done, total=job.total))
        opened = {"id": "open", "label": say("build_open", lang), "primary": True, "disabled": not job.done}
        parts.Buttons(buttons=[opened], event_press=lambda _: open_(f"results/{build.name}"))


@solara.component
def Interrupted(latest: Build | None, begin: Callable[[Callable[[], Build]], None], lang: str) -> None:
    """Sweeps of which runs are missing, as after the end of their server, each with what goes on with it."""
    looks, busy = solara.use_reactive(0), latest is not None and latest.job.busy
    found = solara.use_memo(builds.unfinished, [looks.value, latest, busy])

    def listen() -> Callable[[], None] | None:
        return latest.listen(lambda: looks.set(looks.value + (not latest.job.busy))) if latest is not None else None

    solara.use_effect(listen, [latest])
    known = {one.name: one for one in found if not (busy and latest is not None and one.name == latest.name)}
    notes = [
        say("build_unfinished", lang, name=one.name, done=one.done, total=one.planned, command=one.command)
        for one in known.values()
    ]

    def press(name: str) -> None:
        if name in known:
            begin(lambda: builds.go_on(known[name]))

    with solara.Div(classes=["sf-stack"], attributes={"data-build": "unfinished"}):
        parts.Notes(notes=[{"kind": "info", "text": text} for text in notes])
        buttons = [{"id": name, "label": say("build_go_on", lang, name=name), "disabled": busy} for name in known]
        parts.Buttons(buttons=buttons, event_press=press)
