"""The code behind the Lessons page."""

from __future__ import annotations

from sanfang.dashboard.address import Address
from sanfang.dashboard.pages.lessons.files import load_all, progress_of
from sanfang.dashboard.quoting import command, comment, in_python, in_toml
from sanfang.dashboard.recipe import Recipe, live


def recipe(address: Address) -> Recipe:
    """The runs of the question that the lesson is at; outside a question, the world that the address stands on."""
    lessons, _ = load_all()
    progress = progress_of(address.other, lessons)
    if progress is None or not 1 <= progress.at <= len(lessons[progress.name].steps):
        return live(address)
    lesson = lessons[progress.name]
    step = lesson.steps[progress.at - 1]
    where, arms = lesson.place_of(step), step.arms
    start = {"run.start": where.start} if where.start != "steady" else {}
    settings_ = [{"name": arm.id, **start, **arm.set} for arm in arms]
    python = ["from sanfang import Scenario, compare", "", "arms = ["]
    for arm, given in zip(arms, settings_, strict=True):
        loaded = f"Scenario.load({in_python(arm.scenario)}, district={in_python(where.district)})"
        python.append(f"    {loaded}.with_({given!r}),")
    how = f"reps={where.replications}, seed={where.seed}, days={where.days}, scale={where.size:g}"
    python += ["]", f"table = compare(arms, {how})", "shown = table.differences if len(arms) > 1 else table.means"]
    python.append(f"print(shown[shown.metric.isin({[step.measure, *step.also]!r})])")
    lines = []
    for arm in arms:
        if arm.set:
            lines += [f"{arm.id}.toml:", f"  extends = {in_toml(arm.scenario)}"]
            lines += [f"  {path} = {value}" for path, value in arm.set.items()]
    names = [f"{arm.id}.toml" if arm.set else arm.scenario for arm in arms]
    options = [("--district", where.district), ("--seed", str(where.seed)), ("--days", str(where.days))]
    options += [("--scale", f"{where.size:g}")] if where.size != 1 else []
    options += [("--set", f"{path}={value}") for path, value in start.items()]
    shell = command(["sanfang", "compare"], names, [*options, ("--reps", str(where.replications))])
    return Recipe("\n".join(python), "\n".join([*map(comment, lines), shell]))
