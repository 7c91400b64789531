"""The runs behind a script: each policy that its scenes compare, with some seeds, and how a scene came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sanfang.dashboard.authored.differences import Difference, differences
from sanfang.dashboard.authored.placeholders import PLACEHOLDER
from sanfang.dashboard.pages.present.script import BEGIN, FIRST, OWN, PRESENT, Scene, Script
from sanfang.dashboard.worlds.job import PageJob
from sanfang.dashboard.worlds.kept_runs import RUNS, Runs, Seen, Trial, with_seeds
from sanfang.metrics.catalogue import BY_NAME
from sanfang.run.moves import with_moves
from sanfang.run.series import MEASURES


@dataclass(frozen=True)
class Outcomes:
    """What the runs of a script showed: `by_policy` has those of each of `Script.policies`, seed by seed."""

    script: Script
    by_policy: Mapping[str, tuple[Seen, ...]]

    def values(self, scene: Scene, whose: str, measure: str) -> np.ndarray:
        """A measure by seed on the last day of `scene`: its own, under the present policy, in the world of an earlier
        scene left as it was; or, for "begin", its own on the day on which it began, or on the first day of all."""
        day = max(self.script.begin(scene), 1) if whose == BEGIN else self.script.end(scene)
        if whose == PRESENT:
            policy = PRESENT
        else:
            policy = self._policy(scene if whose in (OWN, BEGIN) else self.script.scenes[self.script.number(whose) - 1])
        return np.array([seen.series[measure][day - 1] for seen in self.by_policy[policy]])

    def _policy(self, scene: Scene) -> str:
        """The policy that was played in a scene: the last that was set on its way."""
        while scene.id not in self.by_policy:
            before = self.script.before(scene)
            if before is None:
                return FIRST
            scene = before
        return scene.id

    def mean(self, scene: Scene, whose: str, measure: str) -> float:
        return float(self.values(scene, whose, measure).mean())

    def change(self, scene: Scene, whose: str, measure: str) -> Difference:
        """From `whose` to the scene's own; all that its texts compare is looked at together."""
        looks = dict.fromkeys([(scene.against, scene.measure), *_compared(scene), (whose, measure)])
        samples = [self.values(scene, OWN, name) - self.values(scene, other, name) for other, name in looks]
        smallest = [BY_NAME[MEASURES[name].of].smallest for _, name in looks]
        return differences(samples, smallest)[list(looks).index((whose, measure))]

    def direction(self, scene: Scene) -> str:
        """ "rise", "fall" or "unclear": how the scene came out."""
        return self.change(scene, scene.against, scene.measure).direction


def _compared(scene: Scene) -> list[tuple[str, str]]:
    """What the texts of a scene compare: with what, and which measure."""
    found = [
        (match[2] or scene.against, match[3] or scene.measure)
        for caption in scene.captions for match in PLACEHOLDER.finditer(caption.en)
        if match[1] in ("moved", "change")
    ]  # fmt: skip
    return list(dict.fromkeys(found))


def trials(script: Script) -> dict[str, list[Trial]]:
    """The runs of a script: of each policy, one for each seed. Raises InputError."""
    where, base = script.place, script.load(script.scenario)
    scenarios = {FIRST: base, PRESENT: base.under_present_policy()}
    for scene in script.scenes:
        if scene.id in script.policies:
            scenarios[scene.id] = with_moves(base, script.moves(scene))
    return {name: with_seeds(scenario, where) for name, scenario in scenarios.items()}


def find_out(script: Script, job: PageJob[Any], runs: Runs = RUNS) -> Outcomes:
    """Make the runs of a script, as a job that counts them. Raises Cancelled."""
    wanted = trials(script)
    job.total = sum(map(len, wanted.values()))
    return Outcomes(script, runs.make_all(wanted, job))


def known(script: Script, runs: Runs = RUNS) -> Outcomes | None:
    """What the runs of a script showed, if all of them were made before."""
    seen = runs.all_seen(trials(script))
    return Outcomes(script, seen) if seen is not None else None
