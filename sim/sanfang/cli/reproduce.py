"""`sanfang reproduce`: the published experiments made again, and whether their numbers come out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanfang.cli.endings import A_CHECK_FAILED, ENDED_BY_SIGNAL, accidents, interrupts, user_errors
from sanfang.cli.loading import say_notes
from sanfang.cli.options import AsJson, Jobs, Settings
from sanfang.cli.saving import try_folder
from sanfang.cli.telling import print_json, say_if_compiling, tell
from sanfang.scenario.limits import MAX_SEED

if TYPE_CHECKING:
    from sanfang.lab.experiments.experiment import Experiment
    from sanfang.lab.reproduce import Attempt, Reproduced

FOLDER = Path("results/reproduce")

reproduce_app = typer.Typer()


@reproduce_app.command("reproduce")
def reproduce_command(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Experiments, or folders of them. Default: all.")
    ] = None,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Ten replications with fresh seeds, and a test whether the effect is the same."),
    ] = False,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=MAX_SEED,
            help="Fresh seeds from this one on, and a test whether the effect is the same. Attempts from seeds"
            " near by share runs, and are no second evidence.",
        ),
    ] = None,
    settings: Settings = None,
    jobs: Jobs = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the runs.")] = FOLDER,
    update: Annotated[
        bool, typer.Option("--update", help="Write what is found now into the experiments' files.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make published experiments again; exit status 1 where the numbers differ.

    With --set, one change is made and its numbers stand beside the published ones; that is no failure.
    """
    with user_errors(), accidents():
        attempts = _attempts(names or [], quick, seed, settings or [], update)
        try_folder(out)
        say_if_compiling()
        compared = _reproduce(attempts, jobs, out, update)
    if as_json:
        print_json([_record(entry) for entry in compared])
    else:
        from sanfang.metrics.catalogue import knowing

        with knowing(own for attempt in attempts for own in attempt.published.own.metrics):
            _print(attempts, compared)
    if not all(entry.agrees for entry in compared):
        raise typer.Exit(A_CHECK_FAILED)


def _attempts(names: list[str], quick: bool, seed: int | None, settings: list[str], update: bool) -> list[Attempt]:
    from sanfang.lab.reproduce import Attempt, attempt
    from sanfang.scenario.errors import InputError

    if update and (quick or settings or seed is not None):
        raise InputError(
            "--update: publishes the experiments as their files have them, without --quick, --seed or --set"
        )
    experiments = _chosen(names, update)
    if update:
        return [Attempt(experiment, experiment, "bits", "to be published") for experiment in experiments]
    return [attempt(experiment, quick, seed, settings) for experiment in experiments]


def _chosen(names: list[str], update: bool) -> list[Experiment]:
    """The experiments named, those in the folders named, or all; only those that publish something."""
    from sanfang.lab.experiments.experiment import Experiment
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


def _reproduce(attempts: list[Attempt], jobs: int | None, out: Path, update: bool) -> list[Reproduced]:
    from sanfang.cli.progress import ProgressLine
    from sanfang.lab.reproduce import Reproduced, findings, publish, with_tests

    compared: list[Reproduced] = []
    with interrupts() as asked, ProgressLine("experiments") as progress:
        progress(0, len(attempts))
        made = findings(
            [attempt.experiment for attempt in attempts],
            out / ("full" if attempts[0].how == "bits" else attempts[0].how),
            jobs=jobs,
            stopping=lambda: bool(asked),
        )
        for done, ((_, now), attempt) in enumerate(zip(made, attempts, strict=False), start=1):
            progress(done, len(attempts))
            if update:
                publish(attempt.published, now)
            then = now if update else attempt.published.found
            compared += [Reproduced(attempt.published, *pair, attempt.how) for pair in zip(then, now, strict=True)]
    if asked:
        tell("Stopped. Start the same command again to go on.")
        raise typer.Exit(ENDED_BY_SIGNAL + asked[0])
    return with_tests(compared)


def _record(entry: Reproduced) -> dict[str, Any]:
    return {
        "experiment": entry.experiment.name,
        "published": entry.published.model_dump(),
        "now": entry.now.model_dump(),
        "compared": entry.how,
        "verdict": entry.verdict,
        "p_value": entry.p_value,
        "detectable": entry.detectable,
        "agrees": entry.agrees,
    }


COLOURS = {"agrees": "green", "differs": "red", "too few runs": "yellow", "one change": "cyan"}


def _print(attempts: list[Attempt], compared: list[Reproduced]) -> None:
    from rich.table import Table

    from sanfang.cli.tables import bracketed, given, plain_console, signed
    from sanfang.metrics.catalogue import metric
    from sanfang.metrics.numbers import decimals_of

    apart = any(entry.how == "seeds" for entry in compared)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("experiment", "metric", "published", "95 % interval", "now", "95 % interval"):
        table.add_column(heading, justify="left" if heading in ("experiment", "metric") else "right", no_wrap=True)
    for heading in (*(("p", "would be seen") if apart else ()), ""):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    for entry in compared:
        item = metric(entry.now.metric)
        numbers: list[str] = []
        for finding in (entry.published, entry.now):
            digits = decimals_of(finding.low, finding.high)
            ends = bracketed(signed(finding.low, item, digits), signed(finding.high, item, digits))
            numbers += [signed(finding.difference, item, digits), ends]
        if apart:
            numbers += [f"{entry.p_value:.3f}", f"± {entry.detectable:.2g}"] if entry.how == "seeds" else ["–", "–"]
        verdict = f"[{COLOURS[entry.verdict]}]{entry.verdict}[/]"
        table.add_row(given(entry.experiment.name), item.en, *numbers, verdict)
    console = plain_console()
    console.print(table)
    for why in dict.fromkeys(attempt.why for attempt in attempts):
        console.print(f"Made {why}.", markup=False)
    for line in _sums(compared):
        console.print(line, markup=False)


def _sums(compared: list[Reproduced]) -> list[str]:
    """How many results agree, by how they were compared."""
    from sanfang.lab.reproduce import POWER
    from sanfang.lab.verification.agreement import FALSE_ALARMS

    lines = []
    for how, extent in (("bits", "to the last digit that was published"), ("seeds", "as far as the test can tell")):
        group = [entry for entry in compared if entry.how == how]
        if group:
            agree = sum(entry.verdict == "agrees" for entry in group)
            lines.append(f"{agree} of {len(group)} published results agree {extent}.")
    if any(entry.how == "seeds" for entry in compared):
        lines.append(
            f"Test of equal effects: Welch's. A right program fails anywhere with a chance of {FALSE_ALARMS:.0%}"
            f" (Holm). A change as large as 'would be seen' makes it fail with a chance of {POWER:.0%}."
            " 'too few runs': it would not have noticed if the whole effect were gone."
        )
    if any(entry.how == "changed" for entry in compared):
        lines.append("One change: its numbers beside the published ones; a difference is what it does, and no failure.")
    return lines
