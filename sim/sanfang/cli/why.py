"""`sanfang why`: where the time of all requests went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sanfang.cli.endings import A_CHECK_FAILED, user_errors
from sanfang.cli.loading import load_apart
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
    Settings,
)
from sanfang.cli.saving import save, try_folder
from sanfang.cli.telling import counted, print_json, say_if_compiling, tell, tell_error
from sanfang.scenario.errors import InputError
from sanfang.scenario.limits import MAX_RUNS_IN_MEMORY, first_seed
from sanfang.scenario.window import Window, check_alike, windows_of

if TYPE_CHECKING:
    import pandas as pd

    from sanfang.scenario.scenario import Scenario

why_app = typer.Typer()


class By(StrEnum):
    """What the time is split by."""

    DOMAIN = "domain"
    SCENARIO = "scenario"


@why_app.command("why")
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

    if reps * len(scenarios) > MAX_RUNS_IN_MEMORY:
        raise InputError(f"--reps {reps}: makes more than {MAX_RUNS_IN_MEMORY:,} runs of {len(scenarios)} scenarios")
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
    joined = pd.concat(tables, ignore_index=True)
    if not joined["requests"].any():
        empty = [window.reason() for window in windows.values() if window.is_empty]
        raise InputError("--days: " + (empty[0] if empty else "no request of the evaluation window was closed by then"))
    return joined


def _where(scenarios: dict[str, Scenario], reps: int, days: int | None, scale: float, lang: Language) -> str:
    """What was run, for the figure."""
    from sanfang.run.reach import reach

    first = next(iter(scenarios.values()))
    window = Window.of(first, days)
    length = window.brief(lang.value)
    if lang is Language.ZH:
        size = "全规模" if scale == 1 else f"规模 {scale:g}（{reach(first, scale).in_words('zh')}）"
        return f"{first.district.label_zh or first.district.name}，{size}，{length}，{reps} 次重复"
    size = "full size" if scale == 1 else f"scale {scale:g} ({reach(first, scale)})"
    return f"{first.district.name}, {size}, {length}, {counted(reps, 'replication')}"


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
