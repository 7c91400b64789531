"""The reduced model, as a description: what its two programs and the floor have in common.

Needs arise by thinning, weighted by person; a resident voices one with the probability of its trust;
each community has one queue, with two classes (the vulnerable first) and a few workers; who has waited
too long gives up. A request that ends moves its resident's satisfaction and trust; every day satisfaction
drifts back a little. All times are in days, round the clock.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from sanfang.model.kernel.draws import stream

COMMUNITY = 2_000
"""Residents of a community."""

Rules = namedtuple(
    "Rules", "hazard cap workers service patience expected step trust_step drift usual",
    defaults=(2.0 / 365.0, 4.0, 4, 0.45, 2.0, 0.5, 0.2, 0.1, 0.01, 0.7),
)  # fmt: skip
"""Needs a resident-day at weight 1; largest weight; workers a community; mean days of service and of patience;
days of waiting after which a service is worth 1/e; steps of satisfaction and trust towards that worth; daily
drift of satisfaction towards what is usual."""

RULES = Rules()

SHARE_VULNERABLE = 0.15
START_SATISFACTION, START_TRUST = 0.6, 0.75

Statistics = namedtuple("Statistics", "mean_wait withdrawn_share satisfaction requests")
"""Days that served requests waited; share of ended requests that were given up; mean over residents and days; number
of requests ended."""


def people(residents: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Each resident's weight (mean about 1, at most the cap), and whether it is vulnerable."""
    random = stream(seed, "reduced")
    weight = np.exp(0.5 * random.standard_normal(residents) - 0.125)
    return np.minimum(weight, RULES.cap).astype(np.float32), random.random(residents) < SHARE_VULNERABLE
