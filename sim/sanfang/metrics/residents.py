"""What residents feel, who is left behind, and what nobody knows of."""

from __future__ import annotations

import numpy as np

from sanfang.metrics.by_day import Days, by_day, per_thousand
from sanfang.metrics.declare import Basis, metric, once, ratio
from sanfang.metrics.evaluation import Evaluation
from sanfang.metrics.units import PER_THOUSAND, PER_THOUSAND_OF_THEM, SHARE
from sanfang.model.books.observation import mean_of_vulnerable


def residents(run: Evaluation) -> float:
    """How many there are."""
    return float(run.residents)


OF_RESIDENTS = Basis("residents", residents)


@metric(SHARE, "higher", "headline", "Satisfaction of residents", "居民满意度", of=OF_RESIDENTS)
def satisfaction(run: Evaluation) -> float:
    """Mean over residents and days."""
    return float(np.average(_by_community(run), weights=run.community_size))


@by_day("satisfaction", of="satisfaction")
def _satisfaction_by_day(days: Days) -> np.ndarray:
    return np.asarray(days.satisfaction @ days.size / days.size.sum())


@metric(SHARE, "higher", "residents", "Residents satisfied at the end", "期末满意居民比例", of=OF_RESIDENTS)
def satisfied_share(run: Evaluation) -> float:
    """Residents whose satisfaction is at least `mind.satisfied_from`."""
    return float((run.resident_satisfaction >= run.scenario.mind.satisfied_from).mean())


@metric(SHARE, "lower", "residents", "Gap of vulnerable residents", "困难群体满意度差距")
def vulnerable_gap(run: Evaluation) -> float:
    """Satisfaction of other residents minus that of vulnerable ones; NaN where one of the groups is empty."""
    size, weak = run.community_size, run.community_vulnerable
    by_community = np.nan_to_num(run.satisfaction_vulnerable[run.window]).mean(axis=0)
    weak_mean = np.average(by_community, weights=np.maximum(weak, 1e-12))
    of_others = float(satisfaction(run) * size.sum() - weak_mean * weak.sum())
    return float(ratio(of_others, float(size.sum() - weak.sum())) - weak_mean) if weak.sum() else np.nan


@by_day("satisfaction_vulnerable", of="vulnerable_gap", better="higher")
def _satisfaction_of_vulnerable_by_day(days: Days) -> np.ndarray:
    """Of the vulnerable themselves: the gap is what lies between it and the satisfaction of others."""
    return mean_of_vulnerable(days.satisfaction_vulnerable, days.vulnerable)


@metric(SHARE, "lower", "residents", "Inequality between communities", "社区间不平等")
def community_inequality(run: Evaluation) -> float:
    """Gini index of the communities' mean satisfaction."""
    return gini(_by_community(run))


@metric(
    PER_THOUSAND, "lower", "residents", "Needs neither voiced nor found", "未反映问题（潜在诉求）",
    of=Basis("needs", residents),
)  # fmt: skip
def latent_needs(run: Evaluation) -> float:
    """Mean over days."""
    return run.per_thousand(run.latent)


@metric(
    PER_THOUSAND, "lower", "residents", "Problems there are on a mean day", "日均存续问题", of=Basis("needs", residents)
)  # fmt: skip
def standing_needs(run: Evaluation) -> float:
    """Needs whose trouble is still there, whoever knows of it and whenever they arose: silent, asked for, given up, or
    closed in vain. The mean over the time of the window; it counts long troubles at their full length, and a reform
    that ends many soon and leaves a few for ever may raise it."""
    gone = np.where(np.isnan(run.records["gone"]), run.end, run.records["gone"])
    there = np.minimum(gone, run.end) - np.maximum(run.records["arose"], run.first)
    return 1000.0 * ratio(float(np.maximum(there, 0.0).sum()) / run.length, residents(run))


@by_day("latent", of="latent_needs")
def _latent_by_day(days: Days) -> np.ndarray:
    return per_thousand(days.latent, days)


@metric(
    PER_THOUSAND_OF_THEM, "lower", "residents",
    "Needs neither voiced nor found, vulnerable residents", "未反映问题（困难群体）",
)  # fmt: skip
def latent_needs_vulnerable(run: Evaluation) -> float:
    """Mean over days; NaN where there are none of them."""
    return 1000.0 * ratio(float(run.latent_vulnerable[run.window].mean()), float(run.community_vulnerable.sum()))


@metric(
    PER_THOUSAND_OF_THEM, "lower", "residents",
    "Needs neither voiced nor found, other residents", "未反映问题（其他居民）",
)  # fmt: skip
def latent_needs_others(run: Evaluation) -> float:
    """Mean over days; NaN where there are none of them."""
    latent, weak = run.latent[run.window].mean(), run.latent_vulnerable[run.window].mean()
    return 1000.0 * ratio(float(latent - weak), float((~run.resident_vulnerable).sum()))


def gini(values: np.ndarray) -> float:
    """Gini index of positive values: 0 if all are equal (Sen 1973)."""
    ranked = np.sort(values)
    count = len(ranked)
    if count == 0 or ranked.sum() == 0:
        return np.nan
    return float((2 * np.arange(1, count + 1) - count - 1) @ ranked / (count * ranked.sum()))


@once
def _by_community(run: Evaluation) -> np.ndarray:
    """Mean satisfaction of each community."""
    return np.asarray(run.satisfaction[run.window].mean(axis=0))
