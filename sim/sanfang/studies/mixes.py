"""The best mix of levers that a simple search finds, beside the reform in full.

    python -m sanfang.studies.mixes --jobs 2

draws random mixes (each lever at 0, a half or 1), keeps the best by a sum of ranks over the headline outcomes,
improves each of these by moving one lever at a time as long as that helps, and then measures the winner on districts
that no step of the search has seen. A search finds what is good on the districts it looks at; only the last table is
a result.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sanfang.lab.comparison import Comparison, compare
from sanfang.metrics.catalogue import HEADLINES, metric
from sanfang.metrics.numbers import difference
from sanfang.report.markdown import table
from sanfang.scenario.policy import Policy
from sanfang.scenario.scenario import Scenario

LEVELS = (0.0, 0.5, 1.0)
OUTSIDE = ("collective_income",)
"""Levers that bring in money from outside the public purse: no comparison at equal means."""
SEARCHED_FROM, MEASURED_FROM = 1, 1001
"""First seeds of the search, and of the districts on which its winner is measured."""

type Mix = tuple[float, ...]


def levers() -> tuple[str, ...]:
    """The levers that have a level, in the order of the article."""
    neutral = Policy()
    levels = (name for name in Policy.model_fields if isinstance(getattr(neutral, name), float))
    return tuple(name for name in levels if name not in OUTSIDE)


class Search:
    """Mixes tried so far, each with its differences to `before` over the districts of the search."""

    def __init__(self, scale: float, maps: int, days: int, jobs: int | None) -> None:
        self._scale, self._maps, self._days, self._jobs = scale, maps, days, jobs
        self._tried: dict[Mix, np.ndarray] = {}

    def see(self, mixes: Sequence[Mix]) -> None:
        """Run those that have not been tried yet."""
        new = [mix for mix in dict.fromkeys(mixes) if mix not in self._tried]
        if not new:
            return
        named = {"before": before()} | {f"mix {number}": scenario_of(mix) for number, mix in enumerate(new)}
        compared = compare(
            named, reps=self._maps, seed=SEARCHED_FROM, baseline="before", days=self._days, scale=self._scale,
            jobs=self._jobs, by=(), replicate="map",
        )  # fmt: skip
        found = _gains(compared)
        self._tried |= {mix: found.loc[f"mix {number}"].to_numpy() for number, mix in enumerate(new)}

    def ranking(self) -> list[Mix]:
        """All that were tried, the best first: by the sum of their ranks in each outcome."""
        mixes = list(self._tried)
        ranks = pd.DataFrame([self._tried[mix] for mix in mixes]).rank(ascending=False)
        return [mixes[row] for row in np.argsort(ranks.sum(axis=1).to_numpy(), kind="stable")]

    @property
    def better(self) -> float:
        """The share of the mixes tried that are better than `before` in every outcome."""
        return float(np.mean([(gains > 0).all() for gains in self._tried.values()]))

    def improve(self, mix: Mix, rounds: int) -> Mix:
        """Move one lever at a time, all of them in each round, as long as a neighbour ranks above."""
        for _ in range(rounds):
            self.see([mix, *neighbours(mix)])
            own = {mix, *neighbours(mix)}
            best = next(one for one in self.ranking() if one in own)
            if best == mix:
                break
            mix = best
        return mix


def _gains(compared: Comparison) -> pd.DataFrame:
    """`[scenario, outcome]`: the difference to `before`, positive where it is better."""
    wide = compared.differences.pivot(index="scenario", columns="metric", values="difference")[list(HEADLINES)]
    return wide * [1.0 if metric(name).better == "higher" else -1.0 for name in HEADLINES]


def neighbours(mix: Mix) -> list[Mix]:
    """Mixes that differ in one lever by one level."""
    found = []
    for place, level in enumerate(mix):
        rank = LEVELS.index(level)
        found += [(*mix[:place], LEVELS[to], *mix[place + 1 :]) for to in (rank - 1, rank + 1) if 0 <= to < len(LEVELS)]
    return found


def before() -> Scenario:
    return Scenario.load("before", district="licang")


def scenario_of(mix: Mix) -> Scenario:
    """The scenario with these levels."""
    return before().with_({f"policy.{name}": level for name, level in zip(levers(), mix, strict=True)})


def random_mixes(number: int, seed: int = SEARCHED_FROM) -> list[Mix]:
    """Mixes of independent levels, all alike."""
    drawn = np.random.default_rng(seed).choice(LEVELS, size=(number, len(levers())))
    return [tuple(map(float, row)) for row in drawn]


def told(mix: Mix) -> Mapping[float, list[str]]:
    """The levers of a mix by level."""
    return {level: [name for name, own in zip(levers(), mix, strict=True) if own == level] for level in LEVELS}


def measured(mix: Mix, scale: float, maps: int, days: int, jobs: int | None) -> Comparison:
    """The mix beside the reform in full, on districts that the search has not seen."""
    names = ("three-devolutions", "three-devolutions-two-refinements")
    named = {"before": before(), "best mix": scenario_of(mix)}
    named |= {name: Scenario.load(name, district="licang") for name in names}
    return compare(
        named, reps=maps, seed=MEASURED_FROM, baseline="before", days=days, scale=scale, jobs=jobs, by=(),
        replicate="map",
    )  # fmt: skip


def page(compared: Comparison) -> str:
    """The differences as a table of Markdown."""
    rows = []
    for name in compared.scenarios:
        own = {row["metric"]: row for row in compared.differences.to_dict("records") if row["scenario"] == name}
        if own:
            rows.append((f"`{name}`", *(difference(own[item]) for item in HEADLINES)))
    return "\n".join(table(("", *(metric(name).en for name in HEADLINES)), rows))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sanfang.studies.mixes", description=__doc__.split("\n")[0])
    parser.add_argument("--random", type=int, default=150, help="mixes that are drawn")
    parser.add_argument("--kept", type=int, default=3, help="the best of them, from which to climb")
    parser.add_argument("--rounds", type=int, default=3, help="of moving each lever")
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--maps", type=int, default=4, help="districts of the search")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--fresh", type=int, default=20, help="districts on which the winner is measured")
    parser.add_argument("--jobs", type=int)
    options = parser.parse_args()
    search = Search(options.scale, options.maps, options.days, options.jobs)
    search.see(random_mixes(options.random))
    print(f"Of {options.random} random mixes {search.better:.0%} are better than before in all four outcomes.\n")
    for mix in search.ranking()[: options.kept]:
        search.improve(mix, options.rounds)
    best = search.ranking()[0]
    for level, names in told(best).items():
        print(f"at {level:g}: {', '.join(names) or 'none'}")
    print("\n" + page(measured(best, options.scale, options.fresh, options.days, options.jobs)))


if __name__ == "__main__":
    main()
