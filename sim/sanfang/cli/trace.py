"""`sanfang trace` tells the life of single requests, `sanfang why` where the time of all of them went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanfang.cli.endings import A_CHECK_FAILED, user_errors
from sanfang.cli.loading import load, load_apart
from sanfang.cli.options import (
    AsJson,
    Days,
    DifferentWindows,
    District,
    FirstSeed,
    Jobs,
    Language,
    Out,
    Reps,
    Scale,
    Seed,
    Settings,
)
from sanfang.cli.saving import save, try_folder
from sanfang.cli.telling import print_json, say_if_compiling, tell, tell_error
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.limits import MOST_RUNS_IN_MEMORY, first_seed
from sanfang.scenario.telling import listed, shortened
from sanfang.scenario.window import Window, check_alike, windows_of

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from sanfang.run.simulation import Run
    from sanfang.scenario.scenario import Scenario

trace_app = typer.Typer()


class By(StrEnum):
    """What the time is split by."""

    DOMAIN = "domain"
    SCENARIO = "scenario"


# --- One request after the other ------------------------------------------------------------------------

BAR = 30  # characters
MOST_SHOWN = 10_000
OWN_VOICE = ("app", "hotline", "community_window", "department_window")  # by the other channels a need is found


@trace_app.command("trace")
def trace_command(
    scenario: Annotated[str, typer.Argument(help="A bare name or a file.")],
    request: Annotated[
        str | None, typer.Option(metavar="ID", help="The request with this id, or its beginning.")
    ] = None,
    slowest: Annotated[
        int | None, typer.Option(min=1, max=MOST_SHOWN, help="The slowest closed requests. Default: 3.")
    ] = None,
    domain: Annotated[str | None, typer.Option(help="Only requests of this domain.")] = None,
    district: District = None,
    settings: Settings = None,
    days: Days = None,
    seed: Seed = 1,
    scale: Scale = 1.0,
    as_json: AsJson = False,
) -> None:
    """Tell the life of requests, step by step, and where their time went.

    The slowest are those closed after the warm-up that took most working hours; requests still open may be slower.
    """
    with user_errors():
        loaded = load(scenario, district, settings)
        _check_choice(loaded, request, slowest, domain)
        say_if_compiling()
        run = _simulate(loaded, seed, days, scale)
        chosen = _chosen(run, request, slowest or 3, domain)
    lives = [_life(run, row) for row in chosen]
    if as_json:
        from sanfang.run.reach import reach

        where = {"seed": seed, "days": run.days, "scale": scale, "reached": vars(reach(loaded, scale))}
        print_json({"scenario": loaded.name, **where, "requests": lives})
        return
    from sanfang.cli.tables import plain_console

    console = plain_console()
    for life in lives:
        _print_life(console, run, life)


def _check_choice(scenario: Scenario, request: str | None, slowest: int | None, domain: str | None) -> None:
    if request is not None and (slowest is not None or domain is not None):
        raise InputError("--request: names one request, so --slowest and --domain say nothing beside it")
    if domain is not None and domain not in scenario.domains:
        known = f"{listed(scenario.domains)}{nearest(domain, scenario.domains)}"
        raise InputError(f"--domain {shortened(domain)}: is none of {known}")


def _simulate(scenario: Scenario, seed: int, days: int | None, scale: float) -> Run:
    from sanfang.cli.progress import ProgressLine
    from sanfang.run.simulation import simulate

    with ProgressLine("days") as progress:
        return simulate(scenario, seed, days, scale, keep_requests=True, progress=progress)


def _chosen(run: Run, request: str | None, slowest: int, domain: str | None) -> list[Any]:
    """Row labels of the requests to tell of. Raises InputError if there are none."""
    from sanfang.run import time_split

    if request is not None:
        return [time_split.find(run.requests, request)]
    closed = time_split.closed_to_follow(run)
    if domain is not None:
        closed = closed[closed["domain"] == domain]
    if closed.empty:
        raise InputError(f"--days {run.days}: no request{f' of {domain}' if domain else ''} was closed by then")
    if run.window.is_empty:
        tell(f"Chosen from all days: {run.window.reason()}.")
    hours = time_split.durations(closed, run.scenario.calendar, run.days)
    return list(hours.sort_values(ascending=False, kind="stable").index[:slowest])


def _life(run: Run, label: Any) -> dict[str, Any]:
    """All that the records tell of one need, its time split by cause."""
    from sanfang.run.life import record
    from sanfang.run.time_split import HOURS, cause_label

    one = record(run.requests, label, run.scenario.calendar, run.days)
    booked = sum(one.split.values())
    return {name: value for name, value in one.facts.items() if name not in HOURS} | {
        "silent_days": one.silent_days,
        "duration_hours": one.hours,
        "split": [
            {"cause": cause, "hours": hours, "share": hours / booked if booked else None, "label": cause_label(cause)}
            for cause, hours in one.split.items()
        ],
        "not_yet_booked_hours": one.unbooked,
    }


def _print_life(console: Console, run: Run, life: dict[str, Any]) -> None:
    from rich.text import Text

    from sanfang.cli.tables import given

    domain = run.scenario.domains[life["domain"]].label_en or life["domain"]
    again = f", back for time {life['ordinal']} under the root {life['root']}" if life["ordinal"] else ""
    whose = "a vulnerable resident" if life["vulnerable"] else "a resident"
    told = f"  {domain}: {_counted(life['parts'], 'part')}, {life['kind']}{again}"
    console.print(Text.assemble((life["id"], "bold"), given(told)))
    console.print(f"of {whose} (number {life['resident']}) of {life['community']}", markup=False)
    for name, told in _steps(run, life):
        console.print(f"  {name:<14}{told}", markup=False)
    if life["duration_hours"] == life["duration_hours"]:
        _print_split(console, life)
    console.print()


def _steps(run: Run, life: dict[str, Any]) -> list[tuple[str, str]]:
    """The steps of a life in their order, as far as it got."""
    steps = [("arose", _when(run, life["arose"])), ("silent", f"{life['silent_days']:.1f} days")]
    if life["voiced"] != life["voiced"]:
        return [*steps, ("then", _never_voiced(run, life))]
    way = "voiced" if life["channel"] in OWN_VOICE else "found"
    steps.append((way, f"{_when(run, life['voiced'])}, by {life['channel'].replace('_', ' ')}"))
    if life["first_at"] == life["first_at"]:
        after = f"after {life['first_hours']:.1f} working hours"
        steps.append(("first handled", f"{_when(run, life['first_at'])}, {after}"))
    hours = f"{life['duration_hours']:.1f} working hours after voicing"
    if life["closed"] == life["closed"]:
        ended = "given up" if life["outcome"] == "withdrawn" else "closed"
        steps.append((ended, f"{_when(run, life['closed'])}, {hours}"))
    else:
        steps.append(("still open", f"at the end of the run, {hours}"))
    path = [
        _counted(life["handoffs"], "hand-off"),
        _counted(life["trips"], "trip"),
        _counted(life["attempts"] + 1, "attempt"),
        f"{life['yuan']:,.0f} yuan",
    ]
    steps.append(("on its way", ", ".join(path)))
    if life["tier"]:
        steps.append(("highest tier", str(life["tier"])))
    if life["outcome"] in ("resolved", "unresolved"):
        steps.append(("result", f"{life['outcome']}, quality {life['quality']:.2f} of 1"))
        steps.append(("call-back", {-1: "not reached", 0: "dissatisfied", 1: "satisfied"}[life["rated"]]))
    return steps


def _never_voiced(run: Run, life: dict[str, Any]) -> str:
    return f"gone {_when(run, life['closed'])}, never voiced" if life["outcome"] == "healed" else "never voiced so far"


def _print_split(console: Console, life: dict[str, Any]) -> None:
    total = sum(item["hours"] for item in life["split"]) + life["not_yet_booked_hours"]
    console.print(f"  Where {total:.1f} working hours of {_counted(life['parts'], 'part')} went", markup=False)
    rows = [(item["label"], item["hours"]) for item in life["split"] if item["hours"] > 0]
    if life["not_yet_booked_hours"] > 0:
        rows.append(("Under way, not booked yet", life["not_yet_booked_hours"]))
    for label, hours in sorted(rows, key=lambda row: -row[1]):
        bar = "█" * max(1, round(BAR * hours / total))
        console.print(f"    {label:<38}{hours:>9.1f} h {hours / total:>5.0%}  {bar}", markup=False, soft_wrap=True)


def _when(run: Run, day: float) -> str:
    """A day of the run as date and time."""
    start = dt.datetime.combine(run.scenario.calendar.start, dt.time())
    return f"day {int(day)}, {start + dt.timedelta(days=float(day)):%a %d %b %Y %H:%M}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


# --- All requests ---------------------------------------------------------------------------------------


@trace_app.command("why")
def why_command(
    scenarios: Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Bare names or files.")],
    by: Annotated[By, typer.Option(help="One row for each domain of each scenario, or for each scenario.")] = By.DOMAIN,
    district: District = None,
    settings: Settings = None,
    reps: Reps = 3,
    jobs: Jobs = None,
    days: Days = None,
    seed: FirstSeed = 1,
    scale: Scale = 1.0,
    allow_different_windows: DifferentWindows = False,
    out: Out = None,
    lang: Annotated[Language, typer.Option(help="Language of the figure.")] = Language.EN,
    as_json: AsJson = False,
) -> None:
    """Split the time of closed requests, voicing to close, by cause, for each domain or scenario."""
    from sanfang.lab import belonging
    from sanfang.run.reach import check_reach, reached_by

    with user_errors():
        try_folder(out)
        loaded = load_apart(scenarios, district, settings)
        for scenario in loaded.values():
            check_reach(scenario, days, scale)
        if not allow_different_windows:
            check_alike(windows_of(loaded, days))
        say_if_compiling()
        runs = _split_runs(loaded, reps, jobs, days, seed, scale)
        table = _pooled(runs, windows_of(loaded, days))
    where = _where(loaded, reps, days, scale, lang)
    about = belonging.about(loaded, seed, days, scale, reps=reps) if out else {}
    saved = save(out, _files(runs, table, loaded, by, lang, where) if out else {}, "why", about)
    shown = table if by is By.DOMAIN else table[table["domain"] == "all"]
    if as_json:
        about = {"seed": seed, "reps": reps, "days": days, "scale": scale, "reached": reached_by(loaded, scale)}
        about["windows"] = {label: window.to_dict() for label, window in windows_of(loaded, days).items()}
        print_json(about | {"by": by.value, "split": shown.to_dict("records"), "files": saved.names})
        saved.end()
        return
    _print_table(shown, by)
    _say_windows(windows_of(loaded, days))
    saved.say()


def _split_runs(
    scenarios: dict[str, Scenario], reps: int, jobs: int | None, days: int | None, seed: int, scale: float
) -> pd.DataFrame:
    """The split of every run: scenario, replication, then the columns of `time_split.by_domain`."""
    import pandas as pd

    from sanfang.cli.progress import ProgressLine
    from sanfang.lab.sweeps.runner import RunFailed, run_all
    from sanfang.lab.sweeps.work import Job
    from sanfang.run.time_split import split_of

    if reps * len(scenarios) > MOST_RUNS_IN_MEMORY:
        raise InputError(f"--reps {reps}: makes more than {MOST_RUNS_IN_MEMORY:,} runs of {len(scenarios)} scenarios")
    first_seed("--seed", seed, reps)
    cells = [(name, rep) for rep in range(reps) for name in scenarios]
    plan = [Job(scenarios[name], seed + rep, days, scale, name) for name, rep in cells]
    try:
        with ProgressLine("runs") as progress:
            tables = run_all(plan, split_of, workers=jobs, progress=progress)
    except RunFailed as error:
        tell(error.outcome.trace)
        tell_error(error)
        raise typer.Exit(A_CHECK_FAILED) from None
    for (name, rep), table in zip(cells, tables, strict=True):
        table.insert(0, "scenario", name)
        table.insert(1, "replication", rep)
    together: pd.DataFrame = pd.concat(tables, ignore_index=True)
    return together


def _pooled(runs: pd.DataFrame, windows: Mapping[str, Window]) -> pd.DataFrame:
    """The replications of each scenario added up. Raises InputError if no request of the windows was closed."""
    import pandas as pd

    from sanfang.run.time_split import pooled

    tables = []
    for name, table in runs.groupby("scenario", sort=False):
        tables.append(pooled(table))
        tables[-1].insert(0, "scenario", name)
    found = pd.concat(tables, ignore_index=True)
    if not found["requests"].any():
        empty = [window.reason() for window in windows.values() if window.is_empty]
        raise InputError("--days: " + (empty[0] if empty else "no request of the evaluation window was closed by then"))
    return found


def _where(scenarios: dict[str, Scenario], reps: int, days: int | None, scale: float, lang: Language) -> str:
    """What was run, for the figure."""
    from sanfang.run.reach import reach

    first = next(iter(scenarios.values()))
    window = Window.of(first, days)
    length = window.brief(lang.value)
    if lang is Language.ZH:
        size = "全规模" if scale == 1 else f"规模 {scale:g}（{reach(first, scale).told('zh')}）"
        return f"{first.district.label_zh or first.district.name}，{size}，{length}，{reps} 次重复"
    size = "full size" if scale == 1 else f"scale {scale:g} ({reach(first, scale)})"
    return f"{first.district.name}, {size}, {length}, {_counted(reps, 'replication')}"


def _files(
    runs: pd.DataFrame, table: pd.DataFrame, scenarios: dict[str, Scenario], by: By, lang: Language, where: str
) -> dict[str, Callable[[Path], object]]:
    from sanfang.lab.files import table_writer
    from sanfang.report.time_split_figure import time_split_figure

    return {
        "time_split.csv": table_writer(table),
        "time_split_runs.csv": table_writer(runs),
        "time_split.png": lambda path: time_split_figure(table, scenarios, by.value, lang.value, where).savefig(path),
    }


def _say_windows(windows: Mapping[str, Window]) -> None:
    from sanfang.cli.tables import plain_console, say_windows

    say_windows(plain_console(), windows)


def _print_table(table: pd.DataFrame, by: By) -> None:
    """Rows of domains or scenarios; hours of a part, and per cent of them by cause."""
    from rich.table import Table

    from sanfang.cli.tables import given, plain_console
    from sanfang.run.time_split import CAUSES

    console = plain_console()
    title = "Working hours of a part, voicing to close, and per cent of them"
    console.print(f"[bold]{title}[/bold]")
    for name, rows in [("", table)] if by is By.SCENARIO else table.groupby("scenario", sort=False):
        shown = Table(
            title=given(name) if name else None, title_justify="left", box=None, pad_edge=False, header_style="dim"
        )
        shown.add_column(by.value, no_wrap=True)
        for heading in ("requests", "hours", *(cause.replace("_", " ") for cause in CAUSES)):
            shown.add_column(heading, justify="right")
        for row in rows.to_dict("records"):
            if not row["requests"]:
                continue
            shares = [f"{100 * row[f'{cause}_share']:.1f}" for cause in CAUSES]
            shown.add_row(given(row[by.value]), f"{row['requests']:,}", f"{row['hours'] / row['parts']:.1f}", *shares)
        console.print(shown)
