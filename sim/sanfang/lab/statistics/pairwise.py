"""Policies compared run by run, for metrics that some runs have not reached, so that there is no mean to compare.

In a run both policies meet the same troubles, so it says which of them is better: the one that reached its value beats
the one that did not, and where neither did nobody can tell. Policy i is *ahead* of j if it is better in more runs than
it is worse even if it were worse in all runs that cannot be told. Nothing is assumed of what was not seen, so no share
of runs not reached can turn an order round (bounds in the sense of Manski 2003).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sanfang.lab.statistics import order
from sanfang.lab.statistics.run_table import Numbers


def leads(values: Numbers, policy: int) -> Numbers:
    """Policies x replications: by how much `policy` leads each other one, at worst, a replication at a time.

    `values` (policies x worlds x replications) are better the lower they are. In each world it counts 1 if it is
    better, -1 if it is worse or if it cannot be told, 0 if the two are equal; the worlds of a replication are averaged.
    """
    own = values[policy][None]
    untold = order.both_unreached(own, values)
    lead = (own < values).astype(float) - (own > values)
    return np.where(untold, -1.0, lead).mean(axis=1)


def ahead(values: Numbers) -> NDArray[np.bool_]:
    """`[i, j]`: whether policy i is ahead of j, whatever the values that were not reached are."""
    return np.array([leads(values, policy).sum(axis=1) > 0 for policy in range(len(values))])


def best_at_least(values: Numbers, resamples: int, seed: int) -> Numbers:
    """For each policy the share of bootstrap resamples of the replications in which it is ahead of all others.

    A lower bound of the probability of being best: resamples in which no policy is surely ahead count for none. One
    replication fewer is drawn than there are (Rao and Wu 1988).
    """
    policies, _, replications = values.shape
    chances = np.full(replications, 1 / replications)
    drawn = np.random.default_rng(seed).multinomial(replications - 1, chances, size=resamples).astype(float)
    shares = np.empty(policies)
    for policy in range(policies):
        lead = np.delete(leads(values, policy), policy, axis=0)
        shares[policy] = ((drawn @ lead.T) > 0).all(axis=1).mean()
    return shares
