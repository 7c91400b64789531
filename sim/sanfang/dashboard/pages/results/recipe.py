"""The code behind the Results page."""

from __future__ import annotations

from sanfang.dashboard.address import Address
from sanfang.dashboard.pages.results import choice as result_choice
from sanfang.dashboard.pages.results.listing import TABLES, listed, pick
from sanfang.dashboard.pages.results.runs import Opened
from sanfang.dashboard.quoting import command, comment
from sanfang.dashboard.recipe import Recipe


def recipe(address: Address) -> Recipe:
    """The runs that the Results page shows, or what makes them where there are none."""
    entries = listed()
    chosen = pick(entries, address.other.get("experiment", "")) or next(iter(entries), None)
    if chosen is None:
        return Recipe("from sanfang.lab.experiments.experiment import Experiment", "sanfang sweep demo-grid")
    shown = result_choice.show(chosen, entries)
    shell = []
    if shown.experiment is not None:
        name = shown.experiment.id.removeprefix("experiments/")
        makes = "reproduce" if shown.file is not None and shown.file.found else "sweep"
        shell.append(command(["sanfang", makes], [name]))
    if shown.opened is None:
        if shown.experiment is None:  # runs that cannot be read
            return Recipe("", command(["sanfang", "status"], [chosen.id]))
        published = shown.file is not None and bool(shown.file.found)
        python = _experiment(chosen.id.removeprefix("experiments/"), published)
        return Recipe("\n".join(python), "\n".join(shell))
    opened, metric = shown.opened, result_choice.choose(shown, address.other).metric
    if opened.entry.path.name == TABLES[-1]:
        shell.append(comment(f"{opened.entry.id} holds exported runs; the file beside them says how they were made."))
    else:
        shell.append(command(["sanfang", "analyse"], [opened.entry.id], [("--metric", metric)] if metric else []))
        shell.append(command(["sanfang", "export"], [opened.entry.id]))
    return Recipe("\n".join(_analysis(opened, metric)), "\n".join(shell))


def _experiment(name: str, published: bool) -> list[str]:
    """The published findings of an experiment, or else its runs."""
    lines = ["from sanfang.lab.experiments.experiment import Experiment"]
    lines += [] if published else ["from sanfang.lab.sweeps.sweep import sweep"]
    lines += ["", f"experiment = Experiment.load({name!r})"]
    return lines + (["for finding in experiment.found:", "    print(finding)"] if published else ["sweep(experiment)"])


def _analysis(opened: Opened, metric: str) -> list[str]:
    """Means and, with several scenarios, paired differences of the runs shown."""
    path, several = opened.entry.path, len(opened.scenarios) > 1
    functions = ["differences", "means"] if several else ["means"]
    lines = [f"from sanfang.lab.statistics.intervals import {', '.join(functions)}"]
    if path.name in TABLES:
        reader = "read_csv" if path.suffix == ".csv" else "read_parquet"
        lines = ["import pandas as pd", "", *lines, "", f"runs = pd.{reader}({f'{opened.entry.id}/{path.name}'!r})"]
    else:
        lines += [
            "from sanfang.lab.storage.results import Results",
            "",
            f"with Results({opened.entry.id!r}) as results:",
        ]
        lines += ["    runs = results.runs()"]
    keys = [name for name in ("scenario", "point", "replication") if name != "point" or opened.factors]
    lines += [
        f"runs = runs[{[*keys, *opened.factors, *filter(None, [metric])]!r}]",
        f"print(means(runs, {list(opened.factors)!r}))",
    ]
    return lines + ([f"print(differences(runs, {opened.baseline!r}, {list(opened.factors)!r}))"] if several else [])
