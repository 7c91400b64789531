"""The Python code and the command line that make again what a page shows."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass

from sanfang.dashboard.address import LETTERS, Address, World, scenario_of


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
        "print(run.metrics)",
    ]
    sets = [text for path, value in settings(address, world).items() for text in ("--set", f"{path}={value}")]
    shell = ["sanfang", "run", world.scenario, *_place(address, days), *sets, "--out", "results/live"]
    return Recipe("\n".join(python), shlex.join(shell))


def compare(address: Address) -> Recipe:
    """Several worlds over the same days: the first is the baseline."""
    days, letters = days_of(address), LETTERS[: len(address.worlds)]
    python = ["from sanfang import Scenario, compare", ""]
    python += [_load(letter, address, world) for letter, world in zip(letters, address.worlds, strict=True)]
    python += [
        f'worlds = [one.with_({{"name": name}}) for name, one in zip("{letters}", [{", ".join(letters)}])]',
        f"table = compare(worlds, reps=10, seed={address.seed}, days={days}, scale={address.size:g})",
        "print(table)",
    ]
    lines = []
    for letter, world in zip(letters, address.worlds, strict=True):
        given = {name: value for name, value in settings(address, world).items()}
        if given:
            lines.append(f"# {letter}.toml:")
            lines += [f'#   extends = "{world.scenario}"', "#   [policy]"]
            lines += [f"#   {path.removeprefix('policy.')} = {value}" for path, value in given.items()]
    names = [
        f"{letter}.toml" if settings(address, world) else world.scenario
        for letter, world in zip(letters, address.worlds, strict=True)
    ]
    shell = ["sanfang", "compare", *names, *_place(address, days), "--reps", "10", "--out", "results/compare"]
    return Recipe("\n".join(python), "\n".join([*lines, shlex.join(shell)]))


def _load(name: str, address: Address, world: World) -> str:
    given = settings(address, world)
    changed = f".with_({given!r})" if given else ""
    return f'{name} = Scenario.load("{world.scenario}", district="{address.district}"){changed}'


def _place(address: Address, days: int) -> list[str]:
    where = ["--district", address.district, "--seed", str(address.seed), "--days", str(days)]
    return [*where, "--scale", f"{address.size:g}"] if address.size != 1 else where


RECIPES: dict[str, Callable[[Address], Recipe]] = {"/": live, "/compare": compare}
"""By path of the page."""


def recipe(path: str, address: Address) -> Recipe:
    """What makes again the page at `path`; for a page without a recipe of its own, that of the world it stands on."""
    return RECIPES.get(path, live)(address)
