"""`verify` tries the program against theory: the request engine alone, and identities and limits of the whole model.

This is verification: it shows that the program does what the model says. It does not show that the model is right.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import pandas as pd

from sanfang.lab.verification import district_checks, queues
from sanfang.lab.verification.agreement import Check, CheckResult
from sanfang.scenario.limits import first_seed

CHECKS: tuple[Check, ...] = (*queues.CHECKS, *district_checks.CHECKS)

SEEDS = 2
"""A check may take the next seed too."""

QUICK, FULL = 3, 10
"""Runs of each queue."""


def check(key: str) -> Check:
    """A check by its key. Raises KeyError."""
    return {item.key: item for item in CHECKS}[key]


def make(chosen: Check, seed: int = 1, runs: int = FULL) -> CheckResult:
    """Try a check with the live engine."""
    began = time.perf_counter()
    points = chosen.points(seed, runs)
    return CheckResult(chosen, points, time.perf_counter() - began)


def verify(
    checks: Iterable[Check] = CHECKS,
    seed: int = 1,
    runs: int = FULL,
    progress: Callable[[int, int], object] | None = None,
) -> list[CheckResult]:
    """Try checks one after the other; `progress` is called with (done, all) before the first and after each."""
    first_seed("seed", seed, SEEDS)
    wanted = list(checks)
    results: list[CheckResult] = []
    for chosen in wanted:
        if progress is not None:
            progress(len(results), len(wanted))
        results.append(make(chosen, seed, runs))
    if progress is not None:
        progress(len(results), len(wanted))
    return results


def table(findings: Iterable[CheckResult], lang: str = "en") -> pd.DataFrame:
    """One row for each number: check, title, number, theory, engine, low, high, verdict, source."""
    return pd.DataFrame(
        [
            {
                "check": finding.check.key,
                "title": finding.check.title.say(lang),
                "number": point.label.say(lang),
                "theory": point.theory,
                "engine": point.estimate,
                "low": point.low,
                "high": point.high,
                "verdict": point.verdict,
                "source": finding.check.source.say(lang),
            }
            for finding in findings
            for point in finding.points
        ]
    )
