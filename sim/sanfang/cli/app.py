"""All commands: `run` and `compare` stand here, the others are added from their own files.

Heavy libraries load inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanfang.cli.cache import cache_app
from sanfang.cli.dashboard import dashboard_app
from sanfang.cli.endings import A_CHECK_FAILED, user_errors
from sanfang.cli.importing import importing_app
from sanfang.cli.loading import load, load_apart, say_notes
from sanfang.cli.net import CommandLine
from sanfang.cli.options import (
    AsJson,
    By,
    Days,
    DifferentWindows,
    District,
    FirstSeed,
    Jobs,
    Out,
    Replicated,
    Reps,
    Scale,
    Seed,
    Settings,
)
from sanfang.cli.reproduce import reproduce_app
from sanfang.cli.saving import save, try_folder
from sanfang.cli.scenario import scenario_app
from sanfang.cli.sweep import sweep_app
from sanfang.cli.telling import print_json, say_if_compiling, tell, tell_error
from sanfang.cli.trace import trace_app
from sanfang.cli.verify import verify_app
from sanfang.cli.why import why_app
from sanfang.scenario.errors import InputError
from sanfang.scenario.window import YEAR

if TYPE_CHECKING:
    from sanfang.lab.comparison import Comparison
    from sanfang.run.simulation import Run
    from sanfang.scenario.scenario import Scenario

app = typer.Typer(
    cls=CommandLine,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Sanfang simulates grassroots governance: what three devolutions and two refinements change.",
)
app.add_typer(scenario_app, name="scenario")
app.add_typer(sweep_app)
app.add_typer(reproduce_app)
app.add_typer(trace_app)
app.add_typer(why_app)
app.add_typer(verify_app)
app.add_typer(dashboard_app)
app.add_typer(importing_app)
app.add_typer(cache_app)


@app.callback(invoke_without_command=True)
def main(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Sanfang simulates grassroots governance: what three devolutions and two refinements change."""
    if version:
        import sanfang

        print(sanfang.__version__)
        raise typer.Exit


@app.command("run")
def run_command(
    scenario: Annotated[str, typer.Argument(help="A bare name or a file.")],
    district: District = None,
    settings: Settings = None,
    days: Days = None,
    seed: Seed = 1,
    scale: Scale = 1.0,
    out: Out = None,
    keep_requests: Annotated[
        bool, typer.Option("--keep-requests", help="Save every request too (needs --out).")
    ] = False,
    by_year: Annotated[bool, typer.Option("--by-year", help="Every metric of each whole year, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Simulate one scenario; print its metrics and its ledger of hours and money."""
    with user_errors():
        from sanfang.lab import belonging
        from sanfang.run.reach import notes_on_runs

        try_folder(out)
        if keep_requests and out is None:
            raise InputError("--keep-requests: needs --out, the folder to save the requests in")
        loaded = load(scenario, district, settings)
        if by_year and (length := days or loaded.run.days) < YEAR:
            raise InputError(
                f"--by-year: a year has {YEAR} days, and the run only {length}; make it longer with --days"
            )
        say_notes(notes_on_runs([loaded], days))
        say_if_compiling()
        run = _simulate(loaded, seed, days, scale, keep_requests)
    about = belonging.about({loaded.name: loaded}, seed, run.days, scale) if out else {}
    saved = save(out, _files_of_run(run, keep_requests, by_year), "run", about)
    if as_json:
        years = {"by_year": run.by_year.reset_index().to_dict("records")} if by_year else {}
        print_json(_run_document(run) | years | {"files": saved.names})
        saved.end()
        return
    from sanfang.cli import tables

    tables.print_run(run)
    if by_year:
        tables.print_years(run)
    saved.say()


@app.command("compare")
def compare_command(
    scenarios: Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Bare names or files.")],
    district: District = None,
    settings: Settings = None,
    reps: Reps = 20,
    jobs: Jobs = None,
    baseline: Annotated[str | None, typer.Option(help="Scenario to compare with. Default: the first.")] = None,
    days: Days = None,
    seed: FirstSeed = 1,
    scale: Scale = 1.0,
    replicate: Replicated = None,
    allow_different_windows: DifferentWindows = False,
    by: By = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Run scenarios in which the same troubles arise; print paired differences with 95 % intervals."""
    with user_errors():
        from sanfang.cli.gains import wanted
        from sanfang.lab.conditions import notes_on_conditions
        from sanfang.lab.scales import notes_on_scale
        from sanfang.lab.scenario_labels import baseline_among, label_of
        from sanfang.run.reach import notes_on_runs

        try_folder(out)
        labelled = load_apart(scenarios, district, settings)
        split = wanted(by, min(days or each.run.days for each in labelled.values()))
        chosen = label_of(baseline, scenarios, labelled)
        say_notes(notes_on_conditions(labelled, baseline_among(labelled, chosen)))
        say_notes(notes_on_runs(labelled.values(), days))
        say_notes(notes_on_scale(labelled.values(), scale))
        say_if_compiling()
        drawn = replicate.value if replicate else None
        comparison = _compare(labelled, reps, seed, chosen, days, scale, jobs, allow_different_windows, split, drawn)
    saved = save(out, _files_of_comparison(comparison) if out else {}, "compare", comparison.about if out else {})
    if as_json:
        print_json(comparison.to_dict() | {"files": saved.names})
        saved.end()
        return
    from sanfang.cli import tables

    tables.print_comparison(comparison)
    saved.say()


# --- Doing it ---------------------------------------------------------------------------------------


def _simulate(scenario: Scenario, seed: int, days: int | None, scale: float, keep_requests: bool) -> Run:
    from sanfang.cli.progress import ProgressLine
    from sanfang.run.prepare import prepare
    from sanfang.run.simulation import simulate

    with ProgressLine("days of the years before") as progress:
        prepare(scenario, seed, days, scale, progress)
    with ProgressLine("days") as progress:
        return simulate(scenario, seed, days, scale, keep_requests, progress=progress)


def _compare(
    scenarios: dict[str, Scenario],
    reps: int,
    seed: int,
    baseline: str | None,
    days: int | None,
    scale: float,
    jobs: int | None,
    allow_different_windows: bool,
    by: tuple[str, ...],
    replicate: str | None,
) -> Comparison:
    """The comparison, under a progress bar. A run that fails ends the command with exit status 1."""
    from sanfang.cli.progress import ProgressLine
    from sanfang.lab.comparison import compare
    from sanfang.lab.sweeps.runner import RunFailed

    try:
        with ProgressLine("runs") as progress:
            return compare(
                scenarios, reps, seed, baseline, days, scale, jobs, progress, allow_different_windows, by, replicate
            )
    except RunFailed as error:
        tell(error.outcome.trace)
        tell_error(error)
        raise typer.Exit(A_CHECK_FAILED) from None


# --- Saving and telling -----------------------------------------------------------------------------


def _files_of_run(run: Run, keep_requests: bool, by_year: bool) -> dict[str, Callable[[Path], object]]:
    from sanfang.lab.files import table_writer, to_json

    document = to_json(_run_document(run))
    tables = {"daily.csv": run.daily, "ledger.csv": run.ledger}
    if keep_requests:
        tables["requests.csv"] = run.requests
    if by_year:
        tables["by_year.csv"] = run.by_year.reset_index()
    files: dict[str, Callable[[Path], object]] = {"metrics.json": lambda path: path.write_text(document, "utf-8")}
    return files | {name: table_writer(table) for name, table in tables.items()}


def _files_of_comparison(comparison: Comparison) -> dict[str, Callable[[Path], object]]:
    from sanfang.report.comparison_figure import comparison_figure

    return comparison.files(comparison_figure if len(comparison.scenarios) > 1 else None)


def _run_document(run: Run) -> dict[str, Any]:
    import sanfang
    from sanfang.run.reach import notes_on_runs, reach

    return {
        "sanfang": sanfang.__version__,
        "scenario": run.scenario.name,
        "digest": run.scenario.digest(),
        "notes": [*run.scenario.notes, *notes_on_runs([run.scenario], run.days)],
        "district": run.scenario.district.name,
        "seed": run.seed,
        "days": run.days,
        "scale": run.scale,
        "reached": vars(reach(run.scenario, run.scale)),
        "window": run.window.to_dict(),
        "metrics": run.metrics,
        "reasons": run.reasons,
        "ledger": run.ledger.to_dict("records"),
    }
