"""The Python code and the command line that make again what a page shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sanfang.dashboard.address import Address, World, scenario_of
from sanfang.dashboard.pages.follow.choice import choice, until
from sanfang.dashboard.pages.lessons.files import load_all, progress_of
from sanfang.dashboard.pages.results import choice as result_choice
from sanfang.dashboard.pages.results import files as result_files
from sanfang.dashboard.quoting import command, comment, in_python, in_toml
from sanfang.run.troubles import LETTERS

OF_THE_WINDOW = "# Metrics look at the evaluation window; the page's figures are those of its day."


@dataclass(frozen=True)
class Recipe:
    """Text for a Python session and for a shell."""

    python: str
    shell: str


def settings(address: Address, world: World) -> dict[str, object]:
    """The levers that a viewer set or moved, by dotted path: numbers, or schedules as lists."""
    scenario = scenario_of(address, world)
    names = dict.fromkeys([name for name, _ in world.levers] + [name for _, name, _ in world.moves])
    values = {f"policy.{name}": getattr(scenario.policy, name) for name in names}
    return {
        path: [list(step) for step in value] if isinstance(value, tuple) else value for path, value in values.items()
    }


def days_of(address: Address) -> int:
    """How many days are shown: all if none has been played."""
    return address.day or address.days


def live(address: Address) -> Recipe:
    """One world, to its last day: the page shows the first of its days, with the moves made so far."""
    world, days = address.worlds[0], address.days
    python = [
        "from sanfang import Scenario, simulate",
        "",
        _load("scenario", address, world),
        f"run = simulate(scenario, seed={address.seed}, days={days}, scale={address.size:g}, keep_requests=True)",
        f'print(run.daily.head({days_of(address)})[["date", "satisfaction", "open", "latent"]].tail(1))',
        OF_THE_WINDOW,
        "print(run.window, run.metrics, run.reasons)",
    ]
    options = [*_place(address, days), *_sets(address, world), ("--out", "results/live")]
    return Recipe("\n".join(python), command(["sanfang", "run"], [world.scenario], options))


def compare(address: Address) -> Recipe:
    """Several worlds over the same days: the first is the baseline."""
    days, letters = days_of(address), LETTERS[: len(address.worlds)]
    python = ["from sanfang import Scenario, compare", ""]
    python += [_load(letter, address, world) for letter, world in zip(letters, address.worlds, strict=True)]
    python += [
        f'worlds = [one.with_({{"name": name}}) for name, one in zip("{letters}", [{", ".join(letters)}])]',
        f"found = compare(worlds, reps=10, seed={address.seed}, days={days}, scale={address.size:g})",
        'columns = ["scenario", "metric", "baseline_mean", "difference", "low", "high"]',
        "print(found.differences[columns].to_string())",
        OF_THE_WINDOW,
        "print(found.windows)",
    ]
    lines = []
    for letter, world in zip(letters, address.worlds, strict=True):
        given = settings(address, world)
        if given:
            lines += [f"{letter}.toml:", f"  extends = {in_toml(world.scenario)}", "  [policy]"]
            lines += [f"  {path.removeprefix('policy.')} = {value}" for path, value in given.items()]
    names = [
        f"{letter}.toml" if settings(address, world) else world.scenario
        for letter, world in zip(letters, address.worlds, strict=True)
    ]
    options = [*_place(address, days), ("--reps", "10"), ("--out", "results/compare")]
    shell = [*map(comment, lines), command(["sanfang", "compare"], names, options)]
    return Recipe("\n".join(python), "\n".join(shell))


def follow(address: Address) -> Recipe:
    """The life of one request of the first world: the one that the address names, or else the slowest."""
    world, days = address.worlds[0], until(address)
    id_ = choice(address.other, [], []).id_
    found = (
        f'requests["id"].str.startswith({in_python(id_)})'
        if id_
        else '(requests["closed"] - requests["voiced"]).idxmax()'
    )
    python = [
        "from sanfang import Scenario, Session",
        "",
        _load("scenario", address, world),
        f"session = Session(scenario, seed={address.seed}, days={days}, scale={address.size:g})",
        f"session.step({days})",
        "requests = session.requests",
        f"one = requests[{found}].iloc[0]" if id_ else f"one = requests.loc[{found}]",
        "print(one)",
        "life = session.life(one.id)",
        "for step in life.steps:",
        "    print(step)",
        "print(life.split)",
    ]
    which = ("--request", id_) if id_ else ("--slowest", "1")
    options = [which, *_place(address, days), *_sets(address, world)]
    return Recipe("\n".join(python), command(["sanfang", "trace"], [world.scenario], options))


def lessons(address: Address) -> Recipe:
    """The runs of the question that the lesson is at; outside a question, the world that the address stands on."""
    found, _ = load_all()
    progress = progress_of(address.other, found)
    if progress is None or not 1 <= progress.at <= len(found[progress.name].steps):
        return live(address)
    lesson = found[progress.name]
    step = lesson.steps[progress.at - 1]
    place, arms = lesson.place_of(step), step.arms
    settings_ = [{"name": arm.id, **arm.set} for arm in arms]
    python = ["from sanfang import Scenario, compare", "", "arms = ["]
    for arm, given in zip(arms, settings_, strict=True):
        loaded = f"Scenario.load({in_python(arm.scenario)}, district={in_python(place.district)})"
        python.append(f"    {loaded}.with_({given!r}),")
    how = f"reps={place.replications}, seed={place.seed}, days={place.days}, scale={place.size:g}"
    python += ["]", f"table = compare(arms, {how})", "shown = table.differences if len(arms) > 1 else table.means"]
    python.append(f"print(shown[shown.metric.isin({[step.measure, *step.also]!r})])")
    lines = []
    for arm in arms:
        if arm.set:
            lines += [f"{arm.id}.toml:", f"  extends = {in_toml(arm.scenario)}"]
            lines += [f"  {path} = {value}" for path, value in arm.set.items()]
    names = [f"{arm.id}.toml" if arm.set else arm.scenario for arm in arms]
    where = [("--district", place.district), ("--seed", str(place.seed)), ("--days", str(place.days))]
    where += [("--scale", f"{place.size:g}")] if place.size != 1 else []
    shell = command(["sanfang", "compare"], names, [*where, ("--reps", str(place.replications))])
    return Recipe("\n".join(python), "\n".join([*map(comment, lines), shell]))


def _load(name: str, address: Address, world: World) -> str:
    given = settings(address, world)
    changed = f".with_({given!r})" if given else ""
    return f"{name} = Scenario.load({in_python(world.scenario)}, district={in_python(address.district)}){changed}"


def _place(address: Address, days: int) -> list[tuple[str, str]]:
    where = [("--district", address.district), ("--seed", str(address.seed)), ("--days", str(days))]
    return [*where, ("--scale", f"{address.size:g}")] if address.size != 1 else where


def _sets(address: Address, world: World) -> list[tuple[str, str]]:
    return [("--set", f"{path}={value}") for path, value in settings(address, world).items()]


def results(address: Address) -> Recipe:
    """The runs that the Results page shows, or what makes them where there are none."""
    found = result_files.listed()
    chosen = result_files.pick(found, address.other.get("experiment", "")) or next(iter(found), None)
    if chosen is None:
        return Recipe("from sanfang.lab.experiments.experiment import Experiment", "sanfang sweep demo-grid")
    shown = result_choice.show(chosen, found)
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
    if opened.found.path.name == result_files.TABLES[-1]:
        shell.append(comment(f"{opened.found.id} holds exported runs; the file beside them says how they were made."))
    else:
        shell.append(command(["sanfang", "analyse"], [opened.found.id], [("--metric", metric)] if metric else []))
        shell.append(command(["sanfang", "export"], [opened.found.id]))
    return Recipe("\n".join(_analysis(opened, metric)), "\n".join(shell))


def _experiment(name: str, published: bool) -> list[str]:
    """The published findings of an experiment, or else its runs."""
    lines = ["from sanfang.lab.experiments.experiment import Experiment"]
    lines += [] if published else ["from sanfang.lab.sweeps.sweep import sweep"]
    lines += ["", f"experiment = Experiment.load({name!r})"]
    return lines + (["for finding in experiment.found:", "    print(finding)"] if published else ["sweep(experiment)"])


def _analysis(opened: result_files.Opened, metric: str) -> list[str]:
    """Means and, with several scenarios, paired differences of the runs shown."""
    path, several = opened.found.path, len(opened.scenarios) > 1
    functions = ["differences", "means"] if several else ["means"]
    lines = [f"from sanfang.lab.statistics.intervals import {', '.join(functions)}"]
    if path.name in result_files.TABLES:
        reader = "read_csv" if path.suffix == ".csv" else "read_parquet"
        lines = ["import pandas as pd", "", *lines, "", f"runs = pd.{reader}({f'{opened.found.id}/{path.name}'!r})"]
    else:
        lines += [
            "from sanfang.lab.storage.results import Results",
            "",
            f"with Results({opened.found.id!r}) as results:",
        ]
        lines += ["    runs = results.runs()"]
    keys = [name for name in ("scenario", "point", "replication") if name != "point" or opened.factors]
    lines += [
        f"runs = runs[{[*keys, *opened.factors, *filter(None, [metric])]!r}]",
        f"print(means(runs, {list(opened.factors)!r}))",
    ]
    return lines + ([f"print(differences(runs, {opened.baseline!r}, {list(opened.factors)!r}))"] if several else [])


def trust(address: Address) -> Recipe:
    """The check that is shown, with as many runs as the page makes; the first one if it names none."""
    from sanfang.lab.verification.checks import CHECKS

    keys = [check.key for check in CHECKS]
    key = address.other.get("check", "")
    key = key if key in keys else keys[0]
    python = [
        "from sanfang.lab import verification",
        "",
        f"check = verification.check({in_python(key)})",
        f"finding = verification.make(check, seed={address.seed}, runs=verification.QUICK)",
        "print(verification.table([finding]))",
        "print(finding.verdict)",
    ]
    options = [("--quick", ""), ("--seed", str(address.seed)), ("--lang", address.lang)]
    return Recipe("\n".join(python), command(["sanfang", "verify"], [key], options))


RECIPES: dict[str, Callable[[Address], Recipe]] = {
    "/": live,
    "/compare": compare,
    "/lessons": lessons,
    "/follow": follow,
    "/results": results,
    "/trust": trust,
}
"""By path of the page."""


def recipe(path: str, address: Address) -> Recipe:
    """What makes again the page at `path`; for a page without a recipe of its own, that of the world it stands on."""
    return RECIPES.get(path, live)(address)
