"""The same reduced model twice: in plain Mesa (an object for everything), and as this project builds models.

Ratios are processor time per resident-day, taken in turns in one process, after both programs were found to agree
in mean wait, withdrawn share and mean satisfaction over replications (Welch's test of each at 0.1 %).
"""

from __future__ import annotations

from typing import NamedTuple

from benchmarks.measuring import (
    FULL,
    QUICK,
    USUAL,
    Section,
    cpu_seconds,
    must_agree,
    plus_minus,
    run_alone,
    table,
    taking_turns,
)
from benchmarks.reduced import Statistics
from benchmarks.reduced_engine import EngineModel
from benchmarks.reduced_mesa import MesaTwin


class Plan(NamedTuple):
    """Replications of the check; days and turns of the timings; days of the engine alone, by residents."""

    replications: int
    days: int
    turns: int
    alone: dict[int, int]


PLANS = {
    QUICK: Plan(12, 20, 3, {100_000: 60, 1_000_000: 15}),
    USUAL: Plan(40, 60, 5, {100_000: 365, 1_000_000: 60}),
    FULL: Plan(100, 120, 7, {100_000: 365, 1_000_000: 365}),
}
CHECKED_DAYS, CHECKED_RESIDENTS = 90, 2_000


def samples(replications: int) -> dict[str, list[Statistics]]:
    """Independent replications of both programs."""
    seeds = range(1, replications + 1)
    return {
        "plain Mesa": [MesaTwin(CHECKED_RESIDENTS, seed).run(CHECKED_DAYS) for seed in seeds],
        "engine": [EngineModel(CHECKED_RESIDENTS, 1000 + seed, CHECKED_DAYS).run(CHECKED_DAYS) for seed in seeds],
    }


def agreement(replications: int) -> str:
    """A table of both programs' statistics. Raises Disagreement if one differs."""
    found = samples(replications)
    rows = []
    for place, name in enumerate(Statistics._fields):
        one, other = ([float(run[place]) for run in runs] for runs in found.values())
        must_agree(f"reduced model, {name}", one, other)
        rows.append([name.replace("_", " "), plus_minus(one), plus_minus(other)])
    return table(["mean over replications", *found], rows)


def ratio(residents: int, days: int, turns: int) -> list[object]:
    """A row: nanoseconds a resident-day of both, and their ratio; each turn goes on where the last one stopped."""
    twin, engine = MesaTwin(residents, 1), EngineModel(residents, 1, days * (turns + 1))
    seconds = taking_turns({"twin": lambda: twin.run(days), "engine": lambda: engine.run(days)}, turns)
    scale = 1e9 / (residents * days)
    return [residents, seconds["twin"] * scale, seconds["engine"] * scale, seconds["twin"] / seconds["engine"]]


def measure(size: str) -> Section:
    plan, section = PLANS[size], Section("A reduced model against its plain-Mesa twin", __doc__ or "")
    section.add(agreement(plan.replications))
    rows = [ratio(residents, plan.days, plan.turns) for residents in (2_000, 10_000)]
    last = float(rows[-1][1])  # type: ignore[arg-type]
    for residents, days in plan.alone.items():
        model = EngineModel(residents, 1, 2 * days)
        model.run(days)
        nanoseconds = cpu_seconds(lambda model=model, days=days: model.run(days)) * 1e9 / (residents * days)  # type: ignore[misc]
        rows.append([residents, f"({last:.0f})", nanoseconds, last / nanoseconds])
    section.add(table(["residents", "plain Mesa, ns per resident-day", "engine", "ratio"], rows))
    section.add("In brackets: plain Mesa's cost at 10,000 residents, taken to be the same at more (it rises, in fact).")
    return section


if __name__ == "__main__":
    run_alone(measure)
