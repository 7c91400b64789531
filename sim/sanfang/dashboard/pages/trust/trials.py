"""Checks that are tried in the background while a page stays alive."""

from __future__ import annotations

from collections.abc import Sequence

from sanfang.dashboard.worlds.job import PageJob
from sanfang.lab.verification import checks as verification
from sanfang.lab.verification.agreement import Check, CheckResult

RUNS = verification.QUICK
"""Runs of each queue on a page."""


class Trial(PageJob[None]):
    """Some checks, one after the other; `findings` grows. Each takes some seconds, and cannot be stopped on its way."""

    def __init__(self, checks: Sequence[Check], seed: int) -> None:
        self.checks, self.seed = tuple(checks), seed
        self.findings: list[CheckResult] = []
        super().__init__(lambda _: self._try(), total=len(self.checks))

    def _try(self) -> None:
        for check in self.checks:
            self.give_way()
            self.findings.append(verification.make(check, self.seed, RUNS))
            self.did()
