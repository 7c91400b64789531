"""`sanfang reproduce`: the published experiments made again, and whether their numbers come out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanfang.cli_loading import say_notes
from sanfang.cli_options import AsJson, Jobs
from sanfang.faces import (
    A_CHECK_FAILED,
    INTERRUPTED,
    accidents,
    interrupts,
    print_json,
    say_if_compiling,
    tell,
    try_folder,
    user_errors,
)

if TYPE_CHECKING:
    from sanfang.lab.experiment import Experiment
    from sanfang.lab.reproduce import Reproduced

FOLDER = Path("results/reproduce")
QUICK_REPLICATIONS = 10

reproduce_app = typer.Typer()


@reproduce_app.command("reproduce")
def reproduce_command(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Experiments, or folders of them. Default: all.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help=f"Only {QUICK_REPLICATIONS} replications; compare intervals.")
    ] = False,
    jobs: Jobs = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the runs.")] = FOLDER,
    update: Annotated[
        bool, typer.Option("--update", help="Write what is found now into the experiments' files.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make published experiments again; exit status 1 where the numbers differ."""
    with user_errors(), accidents():
        experiments = _chosen(names or [], update)
        try_folder(out)
        say_if_compiling()
        compared = _reproduce(experiments, quick, jobs, out, update)
    if as_json:
        print_json([_record(entry) for entry in compared])
    else:
        _print(compared, quick)
    if not all(entry.agrees for entry in compared):
        raise typer.Exit(A_CHECK_FAILED)


def _chosen(names: list[str], update: bool) -> list[Experiment]:
    """The experiments named, those in the folders named, or all; only those that publish something."""
    from sanfang.lab.experiment import Experiment
    from sanfang.scenario.content import experiment_names
    from sanfang.scenario.errors import InputError
    from sanfang.scenario.telling import listed

    known = experiment_names()
    wanted: list[str] = []
    for name in names or known:
        inside = [other for other in known if other.startswith(f"{name.rstrip('/')}/")]
        wanted += inside or [name]
    loaded = [Experiment.load(name) for name in dict.fromkeys(wanted)]
    say_notes(note for experiment in loaded for note in experiment.notes)
    publish = [experiment for experiment in loaded if experiment.found or (update and experiment.claim)]
    if not publish:
        raise InputError(f"{listed(names) if names else 'experiments'}: none of them publishes a result ([[found]])")
    return publish


def _reproduce(
    experiments: list[Experiment], quick: bool, jobs: int | None, out: Path, update: bool
) -> list[Reproduced]:
    from sanfang.cli_progress import ProgressLine
    from sanfang.lab.reproduce import Reproduced, findings, publish

    number = QUICK_REPLICATIONS if quick else None
    compared: list[Reproduced] = []
    with interrupts() as asked, ProgressLine("experiments") as progress:
        progress(0, len(experiments))
        made = findings(
            experiments,
            out / ("quick" if quick else "full"),
            replications=number,
            jobs=jobs,
            stopping=lambda: bool(asked),
        )
        for done, (experiment, now) in enumerate(made, start=1):
            progress(done, len(experiments))
            if update and not quick:
                publish(experiment, now)
            compared += [
                Reproduced(experiment, then, new, quick) for then, new in zip(experiment.found or now, now, strict=True)
            ]
    if asked:
        tell("Stopped. Start the same command again to go on.")
        raise typer.Exit(INTERRUPTED)
    return compared


def _record(entry: Reproduced) -> dict[str, Any]:
    return {
        "experiment": entry.experiment.name,
        "published": entry.published.model_dump(),
        "now": entry.now.model_dump(),
        "agrees": entry.agrees,
    }


def _print(compared: list[Reproduced], quick: bool) -> None:
    from rich.table import Table

    from sanfang.cli_tables import bracketed, given, plain_console, signed
    from sanfang.lab.metrics import metric

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("experiment", "metric", "published", "95 % interval", "now", "95 % interval", ""):
        table.add_column(heading, justify="left" if heading in ("experiment", "metric", "") else "right", no_wrap=True)
    for entry in compared:
        item = metric(entry.now.metric)
        numbers = [
            text
            for one in (entry.published, entry.now)
            for text in (signed(one.difference, item), bracketed(signed(one.low, item), signed(one.high, item)))
        ]
        verdict = "[green]agrees[/green]" if entry.agrees else "[red]differs[/red]"
        table.add_row(given(entry.experiment.name), item.en, *numbers, verdict)
    console = plain_console()
    console.print(table)
    differing = sum(not entry.agrees for entry in compared)
    how = "with overlapping intervals" if quick else "to six digits"
    console.print(f"{len(compared) - differing} of {len(compared)} published results agree {how}.")
