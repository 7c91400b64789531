"""The code behind the Follow a request page."""

from __future__ import annotations

from sanfang.dashboard.address import Address
from sanfang.dashboard.pages.follow.choice import choice, until
from sanfang.dashboard.quoting import command, in_python
from sanfang.dashboard.recipe import Recipe, load_line, place_options, set_options


def recipe(address: Address) -> Recipe:
    """The life of one request of the first world: the one that the address names, or else the slowest."""
    world, days = address.worlds[0], until(address)
    id_ = choice(address.other, [], []).id_
    selected = (
        f'requests["id"].str.startswith({in_python(id_)})'
        if id_
        else '(requests["closed"] - requests["voiced"]).idxmax()'
    )
    python = [
        "from sanfang import Scenario, Session",
        "",
        load_line("scenario", address, world),
        f"session = Session(scenario, seed={address.seed}, days={days}, scale={address.size:g})",
        f"session.step({days})",
        "requests = session.requests",
        f"request = requests[{selected}].iloc[0]" if id_ else f"request = requests.loc[{selected}]",
        "print(request)",
        "life = session.life(request.id)",
        "for step in life.steps:",
        "    print(step)",
        "print(life.split)",
    ]
    which = ("--request", id_) if id_ else ("--slowest", "1")
    options = [which, *place_options(address, days), *set_options(address, world)]
    return Recipe("\n".join(python), command(["sanfang", "trace"], [world.scenario], options))
