"""`sanfang sweep`, `status`, `analyse` and `export`: many runs, how far they are, what they say."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanfang.cli.endings import A_CHECK_FAILED, ENDED_BY_SIGNAL, accidents, interrupts, user_errors
from sanfang.cli.loading import say_notes
from sanfang.cli.options import AsJson, HalfWidth
from sanfang.cli.saving import try_folder
from sanfang.cli.telling import print_json, say, say_if_compiling, tell
from sanfang.scenario.limits import MAX_JOBS, MAX_RUNS

if TYPE_CHECKING:
    from sanfang.lab.experiments.experiment import Experiment
    from sanfang.lab.storage.results import Status
    from sanfang.lab.sweeps.forecast import Forecast
    from sanfang.lab.sweeps.sweep import SweepEnd

sweep_app = typer.Typer()


class FileFormat(StrEnum):
    """What `export` writes."""

    CSV = "csv"
    PARQUET = "parquet"


Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a sweep.")]


@sweep_app.command("sweep")
def sweep_command(
    experiment: Annotated[str, typer.Argument(help="A bare name or a file.")],
    jobs: Annotated[
        int | None,
        typer.Option(min=1, max=MAX_JOBS, help="Processes, or SLURM jobs. Default: all cores, or one job."),
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Run on a Dask cluster: tcp://..., local, or slurm.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, max=MAX_RUNS, help="Make at most so many runs now.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder. Default: results/EXPERIMENT.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say how many runs, how long, how much disk.")
    ] = False,
    keep_records: Annotated[
        bool, typer.Option("--keep-records", help="Keep records and ledger of each run, for metrics that come later.")
    ] = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try failed runs again.")] = False,
    reuse: Annotated[bool, typer.Option(help="Take over runs that sweeps beside this one have made.")] = True,
    as_json: AsJson = False,
) -> None:
    """Make all runs of an experiment. Started again, it goes on with what is missing."""
    with user_errors(), accidents():
        from sanfang.lab.experiments.experiment import Experiment
        from sanfang.lab.scales import notes_on_scale

        loaded = Experiment.load(experiment)
        loaded = loaded.with_records() if keep_records else loaded
        say_notes(loaded.notes)
        say_notes(notes_on_scale(loaded.bases.values(), loaded.scale))
        if dry_run:
            _foretell(loaded, jobs, as_json)
            return
        from sanfang.lab.sweeps.sweep import folder_of

        folder = out or folder_of(loaded)
        try_folder(folder)
        say_if_compiling()
        end, asked = _sweep(loaded, folder, jobs, cluster, limit, reuse, retry_failed)
    if as_json:
        print_json(_document(end) | {"notes": list(loaded.notes)})
    else:
        _say(loaded, end)
    if end.stopped:
        raise typer.Exit(ENDED_BY_SIGNAL + asked[0])
    if end.failed:
        raise typer.Exit(A_CHECK_FAILED)


@sweep_app.command("status")
def status_command(folder: Folder, as_json: AsJson = False) -> None:
    """Say how far a sweep is, and what failed."""
    with user_errors(), accidents():
        from sanfang.lab.storage.results import Results

        with Results(folder) as results:
            status, sessions, about = results.status(), results.sessions(), results.about
    if as_json:
        reached = about.get("reached", {})
        print_json({**vars(status), "missing": status.missing, "sessions": sessions, "reached": reached})
    else:
        _print_status(folder, status, sessions)
        _say_reached(about, "  ")


@sweep_app.command("analyse")
def analyse_command(
    folder: Folder,
    metrics: Annotated[
        list[str] | None, typer.Option("--metric", help="A metric to show; may be repeated. Default: the experiment's.")
    ] = None,
    baseline: Annotated[str | None, typer.Option(help="Scenario to compare with. Default: the experiment's.")] = None,
    half_width: HalfWidth = None,
    as_json: AsJson = False,
) -> None:
    """Means, paired differences, ranking, and how many more replications a precision takes."""
    with user_errors(), accidents():
        from sanfang.cli.analysis import AnalysisInput, document, gains_of
        from sanfang.cli.analysis_tables import print_analysis
        from sanfang.cli.gains import print_gains
        from sanfang.cli.tables import plain_console, say_unsteady
        from sanfang.cli.warm_ups import print_warm_ups, warm_ups
        from sanfang.lab.statistics.worlds import levers_among
        from sanfang.lab.storage.results import Results
        from sanfang.metrics.catalogue import knowing

        with Results(folder) as results:
            about, status, own = results.about, results.status(), results.own_metrics
            given = AnalysisInput(
                results.runs(),
                baseline or about["baseline"],
                tuple(about["factors"]),
                tuple(metrics or about["metrics"]),
                half_width,
                levers=levers_among(about["factors"], about["experiment"]["factors"]),
            )
            settled = warm_ups(results) if about["daily"] else None
            split = gains_of(results, given)
            told = "steady_start" in results.numbers
            column = results.one_metric("steady_start", results.unsound()) if told else None
            starts = [] if column is None else column["steady_start"].tolist()
        with knowing(own):
            if as_json:
                extra = {} if settled is None else {"warm_up": settled.to_dict("records")}
                extra |= {"gains": split.to_dict("records")} if results.by else {}
                extra |= {"on_conditions": about.get("on_conditions", [])}
                print_json(document(given) | {"reached": about.get("reached", {})} | extra)
                return
            print_analysis(given)
            print_gains(split)
            say_unsteady(plain_console(), starts)
            _say_reached(about)
            for note in about.get("on_conditions", []):  # an older store has none
                say(note)
        if settled is not None:
            print_warm_ups(settled)
    if status.missing or status.failed:
        tell(f"Not all runs are there: {status.missing:,} to make, {status.failed:,} failed.")


@sweep_app.command("export")
def export_command(
    folder: Folder,
    kind: Annotated[FileFormat, typer.Option("--format", help="Kind of file.")] = FileFormat.CSV,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Where to. Default: the sweep's folder.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a sweep's runs, and its daily series if kept, as CSV or Parquet."""
    with user_errors(), accidents():
        from sanfang.lab.storage.results import Results

        with Results(folder) as results:
            try_folder(out or folder)
            paths = results.export(kind.value, out)
            notes = _settled(out or folder, paths, results.about)
    if as_json:
        print_json({"files": [str(path) for path in paths]})
    else:
        say("\n".join(str(path) for path in paths))
    say_notes(notes)


def _settled(folder: Path, paths: list[Path], about: dict[str, Any]) -> list[str]:
    """Enter exported files in the manifest of their folder; notes on what else lies there."""
    from sanfang.lab.belonging import settle
    from sanfang.lab.storage.faults import plainly
    from sanfang.lab.windows import windows_said

    with plainly(folder):
        of_the_sweep = {key: about.get(key) for key in ("name", "digest", "code", "scenarios")}
        of_the_sweep["windows"] = {label: window.to_dict() for label, window in windows_said(about).items()}
        return settle(folder, "export", paths, of_the_sweep)[1]


# --- Sweeping -------------------------------------------------------------------------------------------


def _sweep(
    experiment: Experiment,
    folder: Path,
    jobs: int | None,
    cluster: str | None,
    limit: int | None,
    reuse: bool,
    retry_failed: bool,
) -> tuple[SweepEnd, list[int]]:
    """The sweep under a progress bar, and the signals by which it was asked to end."""
    from sanfang.cli.progress import ProgressLine
    from sanfang.lab.sweeps.sweep import sweep

    try:
        with interrupts() as asked, ProgressLine("runs", _first_of_all(experiment)) as progress:
            end = sweep(
                experiment,
                folder,
                jobs=jobs,
                cluster=cluster,
                limit=limit,
                reuse=reuse,
                retry_failed=retry_failed,
                report=progress,
                stopping=lambda: bool(asked),
            )
            return end, asked
    except KeyboardInterrupt:
        tell("Stopped at once. What had finished is stored; start the same command again to go on.")
        raise typer.Exit(ENDED_BY_SIGNAL + (asked[-1] if asked else signal.SIGINT)) from None


def _first_of_all(experiment: Experiment) -> str:
    """What a sweep does before its first run, if there is something to say."""
    from sanfang.run import prepare

    scenario = experiment.scenario(next(iter(experiment.bases)), experiment.points()[0])
    which = prepare.which_start(scenario, experiment.seed, experiment.scale)
    return "" if scenario.run.start == "empty" or prepare.is_there(which) else "making steady starts first"


def _foretell(experiment: Experiment, jobs: int | None, as_json: bool) -> None:
    from sanfang.cli.progress import ProgressLine
    from sanfang.lab.sweeps.forecast import forecast

    say_if_compiling()
    with ProgressLine("points") as progress:
        foretold = forecast(experiment, jobs, progress)
    if as_json:
        from sanfang.run.reach import reached_by

        reached = reached_by(experiment.bases, experiment.scale)
        print_json({**vars(foretold), "reached": reached, "notes": list(experiment.notes)})
    else:
        _print_forecast(experiment, foretold)


# --- Telling ---------------------------------------------------------------------------------------------


def _document(end: SweepEnd) -> dict[str, Any]:
    return {**vars(end), "folder": str(end.folder), "complete": end.complete}


def _say(experiment: Experiment, end: SweepEnd) -> None:
    taken = f", {end.reused:,} taken over from sweeps beside it" if end.reused else ""
    if end.measured_again:
        say(f"{end.measured_again:,} runs that were there have been measured again, from their records.")
    say(f"{end.folder}: {end.done:,} of {end.planned:,} runs are there ({end.made:,} made now{taken}).")
    if end.failed:
        say(f"{end.failed:,} failed: sanfang status {end.folder} says why, sweep --retry-failed tries them again.")
    if end.complete:
        say(f"Next: sanfang analyse {end.folder}")
    elif end.done + end.failed < end.planned:
        say("Start the same command again to go on.")


def _print_forecast(experiment: Experiment, forecast: Forecast) -> None:
    from sanfang.cli.progress import duration
    from sanfang.run.reach import in_words, reached_by

    design = f"{forecast.points:,} points x {forecast.scenarios} scenarios x {forecast.replications} replications"
    say(f"{experiment.name}: {design} = {forecast.runs:,} runs, {forecast.distinct:,} of them distinct")
    if experiment.replications.max > experiment.replications.min:
        say(f"  up to {experiment.replications.max} replications where {experiment.replications.metric} needs them")
    if experiment.dropped:
        say(f"  {experiment.dropped:,} points left out by the constraints")
    say(f"  scale {experiment.scale:g}: {in_words(reached_by(experiment.bases, experiment.scale))}")
    say(
        f"  a run takes {forecast.seconds_per_run:.2g} s here: {duration(forecast.seconds)} on {forecast.workers} cores"
    )
    if forecast.starts:
        each = f", {duration(forecast.seconds_per_start)} each, in this time" if forecast.starts_to_make else ""
        say(f"  steady starts: {forecast.starts:,}, of which {forecast.starts_to_make:,} are still to be made{each}")
    kept = f", {1000 * forecast.record_megabytes:,.0f} kB of it records of each run" if experiment.records else ""
    say(f"  disk: {forecast.megabytes:,.1f} MB{kept}")


def _say_reached(about: Mapping[str, Any], indent: str = "") -> None:
    """How much of the district the runs of a sweep simulate; nothing where an older store does not say."""
    from sanfang.cli.tables import scale_told

    if about.get("reached"):
        say(indent + scale_told(float(about["experiment"].get("scale", 1.0)), about["reached"]))


def _print_status(folder: Path, status: Status, sessions: list[dict[str, Any]]) -> None:
    ended = "complete" if not status.failed else "all tried, some failed"
    state = "running" if status.running else "not running" if status.missing else ended
    say(f"{status.name} in {folder}: {state}")
    say(f"  {status.done:,} of {status.planned:,} runs done, {status.failed:,} failed, {status.missing:,} to make")
    if status.damaged:
        say(f"  {status.damaged:,} of these do not read as they were written: the sweep makes them again")
    if status.laid_out < status.planned and not status.running:
        beyond = f"  {status.planned - status.laid_out:,} of these the store does not know yet"
        say(f"{beyond}: runs of them that are there are counted when the sweep goes on")
    if status.done:
        say(f"  {status.seconds:.2g} s a run on average, the last one finished at {status.last}")
    for error, count in status.errors.items():
        say(f"  {count:,} x {error}")
    say(f"  written in {len(sessions)} session{'s' if len(sessions) != 1 else ''}")
    if status.missing and not status.running:
        say("  Start the sweep again to go on.")
