"""The Python code and the command line that make again what a page shows: what the recipes of pages have in common."""

from __future__ import annotations

from dataclasses import dataclass

from sanfang.dashboard.address import STARTS, Address, LinkedWorld, scenario_of
from sanfang.dashboard.quoting import command, in_python

OF_THE_WINDOW = "# Metrics look at the evaluation window; the page's figures are those of its day."


@dataclass(frozen=True)
class Recipe:
    """Text for a Python session and for a shell."""

    python: str
    shell: str


def settings(address: Address, world: LinkedWorld) -> dict[str, object]:
    """The levers that a viewer set or moved, by dotted path: numbers, or schedules as lists; and an empty start."""
    scenario = scenario_of(address, world)
    names = dict.fromkeys([name for name, _ in world.levers] + [name for _, name, _ in world.moves])
    values = {f"policy.{name}": getattr(scenario.policy, name) for name in names}
    start: dict[str, object] = {"run.start": address.start} if address.start != STARTS[0] else {}
    return start | {
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
        load_line("scenario", address, world),
        f"run = simulate(scenario, seed={address.seed}, days={days}, scale={address.size:g}, keep_requests=True)",
        f'print(run.daily.set_index("day").loc[{days_of(address) - 1}, ["date", "satisfaction", "open", "latent"]])',
        OF_THE_WINDOW,
        "print(run.window, run.metrics, run.reasons)",
    ]
    options = [*place_options(address, days), *set_options(address, world), ("--out", "results/live")]
    return Recipe("\n".join(python), command(["sanfang", "run"], [world.scenario], options))


def load_line(name: str, address: Address, world: LinkedWorld) -> str:
    """The line of Python that loads a world as it was set and moved, and calls it `name`."""
    given = settings(address, world)
    changed = f".with_({given!r})" if given else ""
    return f"{name} = Scenario.load({in_python(world.scenario)}, district={in_python(address.district)}){changed}"


def place_options(address: Address, days: int) -> list[tuple[str, str]]:
    """The options that say where and how long."""
    where = [("--district", address.district), ("--seed", str(address.seed)), ("--days", str(days))]
    return [*where, ("--scale", f"{address.size:g}")] if address.size != 1 else where


def set_options(address: Address, world: LinkedWorld) -> list[tuple[str, str]]:
    """The options that set what a viewer set or moved."""
    return [("--set", f"{path}={value}") for path, value in settings(address, world).items()]
