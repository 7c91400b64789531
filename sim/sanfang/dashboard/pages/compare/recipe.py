"""The code behind the Compare page."""

from __future__ import annotations

from sanfang.dashboard.address import Address
from sanfang.dashboard.quoting import command, comment, in_toml
from sanfang.dashboard.recipe import OF_THE_WINDOW, Recipe, days_of, load_line, place_options, settings
from sanfang.run.troubles import LETTERS


def recipe(address: Address) -> Recipe:
    """Several worlds over the same days: the first is the baseline."""
    days, letters = days_of(address), LETTERS[: len(address.worlds)]
    python = ["from sanfang import Scenario, compare", ""]
    python += [load_line(letter, address, world) for letter, world in zip(letters, address.worlds, strict=True)]
    python += [
        f'worlds = [scenario.with_({{"name": name}}) for name, scenario in zip("{letters}", [{", ".join(letters)}])]',
        f"comparison = compare(worlds, reps=10, seed={address.seed}, days={days}, scale={address.size:g})",
        'columns = ["scenario", "metric", "baseline_mean", "difference", "low", "high"]',
        "print(comparison.differences[columns].to_string())",
        OF_THE_WINDOW,
        "print(comparison.windows)",
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
    options = [*place_options(address, days), ("--reps", "10"), ("--out", "results/compare")]
    shell = [*map(comment, lines), command(["sanfang", "compare"], names, options)]
    return Recipe("\n".join(python), "\n".join(shell))
