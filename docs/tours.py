"""The tours of docs/architecture.md: at which files and functions something stops on its way, and in what form.

Change a tour here, then draw its picture anew: `make tours`. A test looks each name up in the file that it is said to
be in, and compares the pictures with what stands here. Longer than other files, because it is a list to be read from
its top to its end, with each part of a stop on a line of its own.
"""

from __future__ import annotations

from typing import NamedTuple


class Stop(NamedTuple):
    """A file of `sim/sanfang/`, what is called or read in it, what happens there, and the form that it leaves in."""

    file: str
    names: tuple[str, ...]
    does: str
    form: str

    @property
    def layer(self) -> str:
        """The folder of the package that the file is in."""
        return self.file.partition("/")[0]


class Tour(NamedTuple):
    """A title, and the stops in their order."""

    title: str
    stops: tuple[Stop, ...]


PARAMETER = Tour(
    "A parameter: casework.handoff_days, the mean time that a hand-off takes",
    (
        Stop(
            "scenario/conditions.py",
            ("Casework.handoff_days",),
            "Declared, once: default, unit, range, label in two languages, source.",
            "a field of a section, made by param",
        ),
        Stop(
            "scenario/catalogue.py",
            ("parameters", "find", "json_schema"),
            "All declarations as a list: schema, scenario explain, docs/parameters.md, sliders and factors read it.",
            "a Parameter: what may be said of it",
        ),
        Stop(
            "scenario/reading.py",
            ("read_scenario", "read_document"),
            "District, file, what it extends and --set are laid over one another (merging.py, settings.py).",
            "a nested dict, and where each value came from",
        ),
        Stop(
            "scenario/scenario.py",
            ("Scenario.load", "Scenario._from_reading"),
            "Type, range, and what must hold between parameters. A mistake is one InputError.",
            "scenario.casework.handoff_days, a frozen float",
        ),
        Stop(
            "model/setting.py",
            ("SETTING", "setting_of"),
            "Sections that compiled code reads are copied by name: there is no second list.",
            "setting.casework.handoff_days, in one numpy record",
        ),
        Stop(
            "model/cases/routing.py",
            ("advance", "_hand_on"),
            "A part goes from one office to another: the parameter is read.",
            "a mean, in working days",
        ),
        Stop(
            "model/cases/handling.py",
            ("next_handoff_time",),
            "Times the hours of a shift; drawn with the key of the part.",
            "working hours of one hand-off",
        ),
        Stop(
            "model/cases/stations.py",
            ("start_delay", "book_time"),
            "The part waits so long, and the time is booked under its cause.",
            "an event; hours in case.spent",
        ),
        Stop(
            "metrics/shares_of_time.py",
            ("_share",),
            "handoff_share: the part of all time that went to hand-offs.",
            "a number, 0 to 1",
        ),
        Stop(
            "lab/storage/run_keys.py",
            ("run_keys",),
            "Another value is another scenario, and so another run of a sweep.",
            "part of the scenario's digest, in the run's key",
        ),
    ),
)

REQUEST = Tour(
    "A request: from the need that arises to a mean and to a page",
    (
        Stop(
            "model/cases/needs.py",
            ("arise_today", "_thin", "begin_need"),
            "Candidates come at a capped hazard; the true hazard says which are needs.",
            "a CANDIDATE: key, resident, domain",
        ),
        Stop(
            "model/cases/lifecycle.py",
            ("new_case", "begin"),
            "The need is written down, and is latent.",
            "a CASE, and a row LATENT_NEED",
        ),
        Stop(
            "model/cases/latent.py",
            ("surface_today", "screen_latent", "_update_latent"),
            "Each day it may be voiced (voice.is_voiced), found, met, or vanish.",
            "the same row; draws keyed by need and day",
        ),
        Stop(
            "model/cases/lifecycle.py",
            ("open_request",),
            "Voiced: it is a request, and comes in when offices are open.",
            "an ARRIVAL event; the row is gone",
        ),
        Stop(
            "model/cases/casework.py",
            ("work_today", "react", "_take_in", "_make_parts"),
            "The day's events, one by one. This one decides what the request gets.",
            "one to three parts: a JOB each",
        ),
        Stop(
            "model/cases/routing.py",
            ("diagnose", "find_tier", "advance", "_arrive"),
            "Which office can finish the part, how it gets there, who pays (payment.pay).",
            "a JOB on its way: TIMER events",
        ),
        Stop(
            "model/cases/stations.py",
            ("enqueue", "serve"),
            "It queues, and somebody takes it up (kernel/engine.py).",
            "a JOB in a queue, then with a worker",
        ),
        Stop(
            "model/cases/handling.py",
            ("finish_handling", "carry_out"),
            "The work is done: its result is drawn.",
            "quality and hours spent, in the CASE",
        ),
        Stop(
            "model/cases/closing.py",
            ("finish_part", "close", "_book_closing"),
            "The last part is finished: resolved, closed in vain, or brought back later.",
            "a CLOSING; an EXPERIENCE, for its resident",
        ),
        Stop(
            "model/cases/lifecycle.py",
            ("end_case", "write_record"),
            "All that is left of it; the case is free for another need.",
            "a NEED_RECORD, which never changes",
        ),
        Stop(
            "model/books/observation.py",
            ("observe", "all_records"),
            "What the run leaves behind; open requests are records, too.",
            "Observation.records, one array",
        ),
        Stop(
            "metrics/requests.py",
            ("requests",),
            "Those made in the evaluation window (metrics/loops.py fills them in).",
            "columns: voiced, closed, outcome",
        ),
        Stop(
            "metrics/durations.py",
            ("_resolution_days", "resolution_days_mean"),
            "Open ones are censored; a survival curve (metrics/survival.py).",
            "one number: run.metrics",
        ),
        Stop(
            "model/books/tables.py",
            ("request_table",),
            "Beside the metrics, each request by itself.",
            "a row of run.requests, with an id",
        ),
        Stop(
            "model/cases/watched.py",
            ("WatchedModel", "log_changes"),
            "Its run is made once more, with a look at this request after each event.",
            "an OBSERVATION for each change",
        ),
        Stop(
            "run/steps.py",
            ("steps_of",),
            "Looks become steps and hand-offs (run/life.py: life, watched).",
            "a Life of Step and HandOff",
        ),
        Stop(
            "dashboard/presenters/request_life.py",
            ("heading", "tale", "facts"),
            "In the words of the page, still without Solara (timeline.py: its steps to scale).",
            "plain dicts",
        ),
        Stop(
            "dashboard/pages/follow/page.py",
            ("OneLife", "LifeCards"),
            "Watches it as a job, and hands the dicts to widgets/vue/timeline.vue.",
            "the picture on the Follow page",
        ),
    ),
)

LEVER_MOVE = Tour(
    "A lever move: authority to 0.5 on the Live page, with 30 days played",
    (
        Stop(
            "dashboard/widgets/vue/levers.vue",
            ("set",),
            "The slider is let go.",
            "an event: {lever, level}",
        ),
        Stop(
            "dashboard/door/messages.py",
            ("Listener.heard", "_widget"),
            "From the websocket (door/app.py). What a browser sent is read, and written anew.",
            "a message that we wrote",
        ),
        Stop(
            "dashboard/door/widgets.py",
            ("_template_event", "_fits"),
            "Only an event that the widget declares, with the right keys.",
            "a dict",
        ),
        Stop(
            "dashboard/widgets/setup.py",
            ("Levers",),
            "Has drawn the sliders of a world, and hears them.",
            "which world, and the dict",
        ),
        Stop(
            "dashboard/widgets/transport.py",
            ("PageState.move",),
            "Level kept within 0 to 1; an InputError is shown on the page.",
            "which world, lever, level",
        ),
        Stop(
            "dashboard/worlds/session_group.py",
            ("SessionGroup.move",),
            "Waits until playback is between two steps.",
            "the same, under the lock",
        ),
        Stop(
            "dashboard/worlds/page_session.py",
            ("PageSession.move",),
            "A page has a limit of moves. A notebook starts at the next stop.",
            "the same, counted",
        ),
        Stop(
            "run/session.py",
            ("Session.move",),
            "Is it a lever, a level, a day to come?",
            "Move(day=30, lever, level)",
        ),
        Stop(
            "run/moves.py",
            ("with_move", "with_moves"),
            "A move is a step of the lever's schedule. So what is played is a scenario.",
            "[[0, 0.0], [30, 0.5]] in a new frozen Scenario",
        ),
        Stop(
            "model/model.py",
            ("DistrictModel.follow", "DistrictModel._set_policy"),
            "From the day to come, and in nothing else but levers.",
            "model.scenario_run",
        ),
        Stop(
            "model/policy.py",
            ("PolicyCalendar.on", "levels_on", "compile_policy", "_effects"),
            "The only file that reads a lever: what it does, and what it costs.",
            "arrays by community: PolicyOfDay",
        ),
        Stop(
            "model/effects.py",
            ("PolicyEffects", "refer_effects"),
            "What compiled code gets: chances and shares, and no lever.",
            "effects.community[c].authority",
        ),
        Stop(
            "model/cases/routing.py",
            ("find_tier", "_arrive"),
            "May the community decide? A draw says so. If it may, it owes the report.",
            "another target for a part; hours owed",
        ),
        Stop(
            "model/district/tasks.py",
            ("open_offices",),
            "What is owed becomes work that somebody does instead of something else.",
            "hours under coordination, in the ledger",
        ),
        Stop(
            "run/recorder.py",
            ("Recorder.see",),
            "What is noted of the day (run/series.py makes series of it).",
            "rows by day",
        ),
        Stop(
            "dashboard/presenters/views.py",
            ("figures", "charts"),
            "The next frame of the page (pages/live/page.py: Board).",
            "plain dicts, drawn by the browser",
        ),
        Stop(
            "dashboard/address.py",
            ("LinkedWorld.of", "Address.query"),
            "The link follows at once (transport.py: keep), and gives the same page anywhere.",
            "a.moves=30:authority:0.5",
        ),
    ),
)

TOURS = {"parameter": PARAMETER, "request": REQUEST, "lever_move": LEVER_MOVE}
"""By the name of the picture in docs/images/tours."""
