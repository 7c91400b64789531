"""`sanfang trace`: the life of single requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanfang.cli.endings import user_errors
from sanfang.cli.loading import load
from sanfang.cli.options import (
    AsJson,
    Days,
    District,
    Scale,
    Seed,
    Settings,
)
from sanfang.cli.telling import counted, print_json, say_if_compiling, tell
from sanfang.scenario.dates import day_of, moment_of
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.telling import listed, shortened

if TYPE_CHECKING:
    from rich.console import Console

    from sanfang.run.simulation import Run
    from sanfang.scenario.scenario import Scenario

trace_app = typer.Typer()


BAR = 30  # characters
MAX_SHOWN = 10_000
OWN_VOICE = ("app", "hotline", "community_window", "department_window")  # by the other channels a need is found


@trace_app.command("trace")
def trace_command(
    scenario: Annotated[str, typer.Argument(help="A bare name or a file.")],
    request: Annotated[
        str | None, typer.Option(metavar="ID", help="The request with this id, or its beginning.")
    ] = None,
    slowest: Annotated[
        int | None, typer.Option(min=1, max=MAX_SHOWN, help="The slowest closed requests. Default: 3.")
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
    from sanfang.run.prepare import prepare
    from sanfang.run.simulation import simulate

    with ProgressLine("days of the years before") as progress:
        prepare(scenario, seed, days, scale, progress)
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

    recorded = record(run.requests, label, run.scenario.calendar, run.days)
    booked = sum(recorded.split.values())
    return {name: value for name, value in recorded.facts.items() if name not in HOURS} | {
        "silent_days": recorded.silent_days,
        "duration_hours": recorded.hours,
        "split": [
            {"cause": cause, "hours": hours, "share": hours / booked if booked else None, "label": cause_label(cause)}
            for cause, hours in recorded.split.items()
        ],
        "not_yet_booked_hours": recorded.unbooked,
        "between_hours": recorded.between,
    }


def _print_life(console: Console, run: Run, life: dict[str, Any]) -> None:
    from rich.text import Text

    from sanfang.cli.tables import given

    domain = run.scenario.domains[life["domain"]].label_en or life["domain"]
    again = f", back for time {life['ordinal']} under the root {life['root']}" if life["ordinal"] else ""
    whose = "a vulnerable resident" if life["vulnerable"] else "a resident"
    line = f"  {domain}: {counted(life['parts'], 'part')}, {life['kind']}{again}"
    console.print(Text.assemble((life["id"], "bold"), given(line)))
    console.print(f"of {whose} (number {life['resident']}) of {life['community']}", markup=False)
    for name, line in _steps(run, life):
        console.print(f"  {name:<14}{line}", markup=False)
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
    if life["between_hours"]:
        told = "given up or closed in vain, and not voiced again yet"
        steps.append(("no request", f"for {life['between_hours']:.1f} of these hours: {told}"))
    path = [
        counted(life["handoffs"], "hand-off"),
        counted(life["trips"], "trip"),
        counted(life["attempts"] + 1, "attempt"),
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
    console.print(f"  Where {total:.1f} working hours of {counted(life['parts'], 'part')} went", markup=False)
    rows = [(item["label"], item["hours"]) for item in life["split"] if item["hours"] > 0]
    if life["not_yet_booked_hours"] > 0:
        rows.append(("Under way, not booked yet", life["not_yet_booked_hours"]))
    for label, hours in sorted(rows, key=lambda row: -row[1]):
        bar = "█" * max(1, round(BAR * hours / total))
        console.print(f"    {label:<38}{hours:>9.1f} h {hours / total:>5.0%}  {bar}", markup=False, soft_wrap=True)


def _when(run: Run, day: float) -> str:
    """A day of the run as date and time."""
    return f"day {day_of(float(day))}, {moment_of(run.scenario.calendar, float(day)):%a %d %b %Y %H:%M}"
