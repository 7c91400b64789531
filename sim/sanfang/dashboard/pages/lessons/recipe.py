"""The code behind the Lessons page."""

from __future__ import annotations

from sanfang.dashboard.address import Address
from sanfang.dashboard.pages.lessons.files import load_all, progress_of
from sanfang.dashboard.quoting import command, comment, in_python, in_toml
from sanfang.dashboard.recipe import Recipe, live


def recipe(address: Address) -> Recipe:
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
